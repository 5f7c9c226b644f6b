//! The flow of one direction of a link, smoothed from frame to frame: how near its dots are and how far they have moved.
//! Knows no pen.

use crate::lab::frame::Flow;

/// How much of the measured density and speed is kept from one frame to the next.
const MEMORY: f64 = 0.9;

/// One direction of one link, as it was drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stream {
    /// Messages on the link, smoothed.
    pub messages: f64,
    /// Seconds of a route, smoothed.
    pub travel_s: f64,
    /// How far the dots have moved, in routes.
    pub phase: f64,
}

impl Stream {
    /// Takes a new measurement, `passed_s` of simulated time after the last.
    pub fn follow(&mut self, flow: Flow, passed_s: f64) {
        let fresh = self.messages == 0.0 || passed_s <= 0.0 && self.travel_s == 0.0;
        let memory = if fresh { 0.0 } else { MEMORY };
        self.messages = self.messages * memory + flow.messages as f64 * (1.0 - memory);
        if flow.travel_s > 0.0 {
            let memory = if self.travel_s == 0.0 { 0.0 } else { MEMORY };
            self.travel_s = self.travel_s * memory + flow.travel_s * (1.0 - memory);
        }
        if self.travel_s > 0.0 {
            self.phase += passed_s / self.travel_s;
        }
    }

    /// Distance of the dots on a route of this length: the messages' own, in steps, so that it does not tremble.
    pub fn pitch(&self, length: f64) -> f64 {
        let pitch = length / self.messages.max(1e-9);
        libm::exp2(libm::round(libm::log2(pitch) * 2.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_as_far_apart_as_messages_and_move_as_fast() {
        let mut stream = Stream::default();
        stream.follow(Flow { messages: 25, travel_s: 0.5 }, 0.0);
        // 200 px for 25 messages: eight apart.
        assert!((stream.pitch(200.0) - 8.0).abs() < 1e-9);
        stream.follow(Flow { messages: 25, travel_s: 0.5 }, 0.1);
        // A fifth of the route in a tenth of a second.
        assert!((stream.phase - 0.2).abs() < 1e-9);
    }
}

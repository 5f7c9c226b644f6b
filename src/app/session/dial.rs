//! The speed dial and its automatic setting: slow where there is something to watch, fast through the waiting.
//! Knows no run; it is told what happened, and at which wall time.

use crate::lab::frame::{Event, Frame, Tone};

/// The dial's ends, in simulated seconds per second.
pub const SPEED_RANGE: (f64, f64) = (1e-3, 100.0);
/// How long a typical hop should take to watch.
const HOP_WALL_S: f64 = 0.5;
/// A hop that takes at least this long can be followed well.
const LEGIBLE_S: f64 = 0.1;
/// However fast, packets are drawn this strongly.
const FAINTEST: f64 = 0.4;
/// How much of the mean hop is kept from one animation frame to the next.
const MEMORY: f64 = 0.98;
/// The speed before anything has moved.
const START: f64 = 1e-2;
/// After a fault: look at it this long, then run ahead at most that long, then look again.
const LOOK_MS: f64 = 700.0;
const AHEAD_MS: f64 = 6_000.0;
const SETTLE_MS: f64 = 3_500.0;

/// How fast time runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// Slow enough to watch when there is something to watch, fast through the waiting.
    Auto,
    /// Simulated seconds per second.
    Factor(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Watch,
    /// A fault was made at this wall time: look at what it does.
    Look(f64),
    /// Running ahead to the next notable event, since this wall time.
    Ahead(f64),
    /// The event came at this wall time: look at it.
    Settle(f64),
}

/// The automatic setting.
#[derive(Clone, Debug)]
pub struct Dial {
    phase: Phase,
    factor: f64,
    in_transit: usize,
    rate_per_s: f64,
    /// Mean time of a message on a link, in seconds; zero before any was seen.
    hop_s: f64,
}

impl Default for Dial {
    fn default() -> Self {
        Dial { phase: Phase::Watch, factor: 1e-2, in_transit: 0, rate_per_s: 0.0, hop_s: 0.0 }
    }
}

impl Dial {
    /// A fault was made.
    pub fn fault(&mut self, wall_ms: f64) {
        self.phase = Phase::Look(wall_ms);
    }

    /// An event happened.
    pub fn notice(&mut self, event: &Event, wall_ms: f64) {
        if matches!(self.phase, Phase::Ahead(_)) && is_notable(event) {
            self.phase = Phase::Settle(wall_ms);
            self.factor = self.watch();
        }
    }

    /// What the canvas saw.
    pub fn observe(&mut self, frame: &Frame) {
        let calls = || frame.links.iter().filter(|l| !l.replication);
        self.in_transit = frame.links.iter().map(|l| l.in_transit).sum();
        self.rate_per_s = calls().map(|l| l.rate_per_s).sum();
        let on_calls: usize = calls().map(|l| l.in_transit).sum();
        if self.rate_per_s > 0.0 {
            // Little's law: an attempt is two messages, and as many are under way as arrive while one travels.
            let hop_s = on_calls as f64 / (2.0 * self.rate_per_s);
            let memory = if self.hop_s == 0.0 { 0.0 } else { MEMORY };
            self.hop_s = self.hop_s * memory + hop_s * (1.0 - memory);
        }
    }

    /// A speed at which hops can be followed.
    fn watch(&self) -> f64 {
        let hop = if self.hop_s > 0.0 { self.hop_s / HOP_WALL_S } else { START };
        // Busy systems: a handful of messages should set out each second, or it looks dead.
        let lively = if self.rate_per_s > 0.0 { 3.0 / self.rate_per_s } else { 0.0 };
        hop.max(lively).clamp(SPEED_RANGE.0, 0.5)
    }

    /// The speed for the next frame.
    pub fn next(&mut self, wall_ms: f64, dt_ms: f64) -> f64 {
        let watch = self.watch();
        let (wanted, haste_ms) = match self.phase {
            Phase::Watch if self.in_transit == 0 => (watch * 12.0, 150.0),
            Phase::Watch => (watch, 80.0),
            Phase::Look(since) => {
                if wall_ms - since > LOOK_MS {
                    self.phase = Phase::Ahead(wall_ms);
                }
                (watch, 80.0)
            }
            Phase::Ahead(since) => {
                let passed = wall_ms - since;
                if passed > AHEAD_MS {
                    self.phase = Phase::Watch;
                }
                (if passed < 3_000.0 { 1.5 } else { 6.0 }, 150.0)
            }
            Phase::Settle(since) => {
                if wall_ms - since > SETTLE_MS {
                    self.phase = Phase::Watch;
                }
                (watch, 40.0)
            }
        };
        let share = (dt_ms / haste_ms).min(1.0);
        self.factor = libm::exp(libm::log(self.factor) * (1.0 - share) + libm::log(wanted) * share);
        self.factor = self.factor.clamp(SPEED_RANGE.0, SPEED_RANGE.1);
        self.factor
    }

    /// How well a hop can be followed at this speed: 1 as far as it takes a dozen frames, less below.
    pub fn legibility(&self, speed: Speed) -> f64 {
        let factor = match speed {
            Speed::Auto => self.factor,
            Speed::Factor(factor) => factor,
        };
        if self.hop_s > 0.0 {
            (self.hop_s / factor / LEGIBLE_S).clamp(FAINTEST, 1.0)
        } else {
            1.0
        }
    }

    /// Whether nothing moves now, so that the next event may be jumped to.
    pub fn is_waiting(&self) -> bool {
        self.phase == Phase::Watch && self.in_transit == 0
    }

    /// What it does, in English.
    pub fn pace(&self) -> &'static str {
        match self.phase {
            Phase::Ahead(_) => text!("running ahead"),
            Phase::Settle(_) => text!("slowed to watch"),
            _ => "",
        }
    }
}

/// Whether an event is one the automatic dial waits for after a fault: a detection, a failover, a recovery.
pub fn is_notable(event: &Event) -> bool {
    event.request.is_none() && event.tone != Tone::Bad
}

//! How fast requests come, at any time, for sources whose rate varies. A function of the settings and the time alone.
//! Sends nothing.

use super::settings::{Params, Source};
use crate::engine::{SimDuration, SimTime};

impl Params {
    /// The rate per second at `now`, of a source that began at `began`.
    pub fn rate_at(&self, now: SimTime, began: SimTime) -> f64 {
        match self.source {
            Source::Bursty => {
                let period = self.burst_length + self.burst_pause;
                // The pause comes first, so that a burst is seen to begin.
                if now.0 % period.0 >= self.burst_pause.0 {
                    self.burst_rate_per_s
                } else {
                    self.rate_per_s
                }
            }
            Source::Ramp => {
                let done = (now.as_secs_f64() / self.ramp_length.as_secs_f64()).min(1.0);
                self.rate_per_s + (self.ramp_end_per_s - self.rate_per_s) * done
            }
            Source::FlashCrowd => self.rate_per_s + (self.flash_rate_per_s - self.rate_per_s) * self.crowd(now - began),
            Source::Diurnal => {
                let day = now.as_secs_f64() / self.day_length.as_secs_f64();
                let height = -libm::cos(2.0 * std::f64::consts::PI * (day - libm::trunc(day)));
                self.rate_per_s * (1.0 + self.swing_percent / 100.0 * height)
            }
            Source::Poisson | Source::Constant | Source::Closed | Source::Trace | Source::Once => self.rate_per_s,
        }
    }

    /// The highest rate that there will be.
    pub fn peak_rate(&self) -> f64 {
        match self.source {
            Source::Bursty => self.rate_per_s.max(self.burst_rate_per_s),
            Source::Ramp => self.rate_per_s.max(self.ramp_end_per_s),
            Source::FlashCrowd => self.rate_per_s.max(self.flash_rate_per_s),
            Source::Diurnal => self.rate_per_s * (1.0 + self.swing_percent / 100.0),
            Source::Poisson | Source::Constant | Source::Closed | Source::Trace | Source::Once => self.rate_per_s,
        }
    }

    /// How much of the crowd is there, 0 to 1, after `passed`.
    fn crowd(&self, passed: SimDuration) -> f64 {
        let share = |part: SimDuration, of: SimDuration| if of.0 == 0 { 1.0 } else { part.as_secs_f64() / of.as_secs_f64() };
        let (rise, hold) = (self.flash_start + self.flash_rise, self.flash_start + self.flash_rise + self.flash_hold);
        match passed {
            t if t < self.flash_start => 0.0,
            t if t < rise => share(SimDuration(t.0 - self.flash_start.0), self.flash_rise),
            t if t < hold => 1.0,
            t if t < hold + self.flash_fall => 1.0 - share(SimDuration(t.0 - hold.0), self.flash_fall),
            _ => 0.0,
        }
    }
}

//! For tests: a pace. An attempt follows the one before after an interval at the soonest, and is held up until then.

use crate::engine::call_policy::{Attempt, CallPolicy, Refusal};
use crate::engine::{SimDuration, SimTime};
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        pace: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 1e6 }, "Pace", "ms", "From one attempt to the next.";
    }
}

/// A pace.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    every: SimDuration,
    next: SimTime,
}

impl Pace {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.every = params.pace;
    }
}

impl CallPolicy for Pace {
    fn before(&mut self, attempt: &Attempt) -> Result<SimDuration, Refusal> {
        let at = self.next.max(attempt.now);
        self.next = at + self.every;
        Ok(at.since(attempt.now))
    }
}

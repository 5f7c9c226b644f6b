//! For tests: a circuit breaker. So many failures in a row open it, and it refuses; after a while it lets one attempt through, whose end
//! decides.

use crate::engine::call_policy::{After, Attempt, CallPolicy, Ending, Refusal};
use crate::engine::{Reason, SimDuration, SimTime};
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        breaker_failures: u32 = 0, Int { min: 0, max: 1000 }, "Failures", "", "Failures in a row that open it. 0 is never.";
        breaker_pause: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 1.0, max_ms: 1e6 }, "Pause", "ms", "How long it is open.";
    }
}

/// A breaker.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    params: Params,
    failures: u32,
    /// Until when it refuses all; then it is half open.
    open_until: Option<SimTime>,
    probing: bool,
}

impl Breaker {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.params = params;
    }
}

impl CallPolicy for Breaker {
    fn before(&mut self, attempt: &Attempt) -> Result<SimDuration, Refusal> {
        match self.open_until {
            Some(until) if attempt.now < until || self.probing => return Err(Reason::Unavailable.into()),
            Some(_) => self.probing = true,
            None => {}
        }
        Ok(SimDuration::ZERO)
    }
    fn after(&mut self, attempt: &Attempt, ending: &Ending, then: After) -> After {
        self.probing = false;
        match ending {
            Ending::Answered => (self.failures, self.open_until) = (0, None),
            Ending::Failed(_) => {
                self.failures += 1;
                if self.params.breaker_failures > 0 && self.failures >= self.params.breaker_failures {
                    self.open_until = Some(attempt.now + self.params.breaker_pause);
                }
            }
            Ending::Abandoned => {}
        }
        then
    }
}

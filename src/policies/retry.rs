//! Retry: another attempt after one that failed and may end better next time, after a back-off that doubles and is randomised.
//! Knows nothing of budgets: who surrounds it may say no.

use crate::engine::call_policy::{After, Attempt, CallPolicy, Ending};
use crate::engine::random::unit;
use crate::engine::{Failure, SimDuration, Why};
use crate::{choice, params};

choice! {
    /// How the back-off before a retry is randomised, after the AWS jitter study (Brooker 2015).
    pub enum Jitter {
        Full = "full" "Full: uniform from 0 to the back-off",
        Equal = "equal" "Equal: half fixed, half uniform",
        None = "none" "None",
    }
}

params! {
    /// What it is set to.
    pub struct Params {
        retries: u32 = 0, Int { min: 0, max: 20 }, "Retries", "", "Attempts after the first, when one fails.";
        backoff: SimDuration = SimDuration::from_millis(50), Duration { min_ms: 0.0, max_ms: 600_000.0 }, "Back-off", "ms", "Wait before the first retry; it doubles with each.";
        backoff_cap: SimDuration = SimDuration::from_millis(2000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Longest back-off", "ms", "The back-off grows no further than this.";
        backoff_jitter: Jitter = Jitter::Full, Choice(Jitter::OPTIONS), "Back-off jitter", "", "Randomises the back-off, so that callers that failed together do not retry together.";
    }
}

/// Retries; at first there are none.
#[derive(Clone, Debug, Default)]
pub struct Retry {
    params: Params,
}

impl Retry {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.params = params;
    }

    /// Attempts after the first.
    pub fn retries(&self) -> u32 {
        self.params.retries
    }

    /// The wait after this attempt: the back-off, or what the answer asked for (Retry-After) if that is longer.
    fn wait(&self, attempt: &Attempt, failure: &Failure) -> SimDuration {
        let p = &self.params;
        let doubled = p.backoff.0.saturating_mul(1u64 << (attempt.number - 1).min(30));
        let full = SimDuration(doubled.min(p.backoff_cap.0));
        let wait = match p.backoff_jitter {
            Jitter::None => full,
            Jitter::Full => full.scale(unit(&mut attempt.rng(0))),
            Jitter::Equal => SimDuration(full.0 / 2) + SimDuration(full.0 / 2).scale(unit(&mut attempt.rng(0))),
        };
        wait.max(SimDuration::from_millis(1_000 * u64::from(failure.retry_after_s)))
    }
}

impl CallPolicy for Retry {
    #[inline]
    fn after(&mut self, attempt: &Attempt, ending: &Ending, then: After) -> After {
        match ending {
            Ending::Failed(failure) if attempt.wanted && attempt.number <= self.params.retries && failure.reason.may_retry() => {
                let why = Why::with("retry {a} of {b}", u64::from(attempt.number), u64::from(self.params.retries));
                After::Again { wait: self.wait(attempt, failure), why }
            }
            _ => then,
        }
    }
}

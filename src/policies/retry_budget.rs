//! Retry budget: retries as a share of calls. Each call adds a part of a token, each retry takes a whole one, and without one there is
//! no retry (Finagle's `RetryBudget`; Google SRE book, chapter 21). Knows nothing of why an attempt is made again.

use crate::engine::call_policy::{After, Attempt, CallPolicy, Ending, Refusal};
use crate::engine::SimDuration;
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        retry_budget: bool = false, Bool, "Retry budget", "", "Limits retries to a share of the calls, with a burst of ten: keeps retries from feeding an overload.";
        retry_budget_percent: f64 = 10.0, Float { min: 0.1, max: 100.0 }, "Budget", "%", "Retries allowed as a share of calls.", when "retry_budget" in ["true"];
    }
}

/// A retry, in thousandths.
const RETRY: u64 = 1_000;
/// The most that is saved up, in thousandths of a retry: a burst of ten.
const BURST: u64 = 10_000;

/// A budget that is full; at first there is none.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    /// What each call adds, in thousandths of a retry; `None` is no limit.
    deposit: Option<u64>,
    /// What there is, in thousandths of a retry.
    tokens: u64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        RetryBudget { deposit: None, tokens: BURST }
    }
}

impl RetryBudget {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.deposit = params.retry_budget.then_some((params.retry_budget_percent / 100.0 * 1000.0) as u64);
    }
}

impl CallPolicy for RetryBudget {
    #[inline]
    fn before(&mut self, attempt: &Attempt) -> Result<SimDuration, Refusal> {
        if let (Some(deposit), 1) = (self.deposit, attempt.number) {
            self.tokens = (self.tokens + deposit).min(BURST);
        }
        Ok(SimDuration::ZERO)
    }

    #[inline]
    fn after(&mut self, _: &Attempt, _: &Ending, then: After) -> After {
        match (then, self.deposit) {
            (After::Again { .. }, Some(_)) if self.tokens < RETRY => After::End,
            (After::Again { .. }, Some(_)) => {
                self.tokens -= RETRY;
                then
            }
            _ => then,
        }
    }
}

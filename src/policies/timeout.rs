//! Timeout: how long a caller waits for the answer to an attempt. The called node is not told, and goes on working on it.
//! Knows nothing of what comes of the call then.

use crate::engine::call_policy::{Awaited, CallPolicy};
use crate::engine::SimDuration;
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        timeout: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Timeout", "ms", "How long the caller waits for an answer, once it has a connection. The called node goes on working on it. 0 is for ever.";
    }
}

/// A timeout; at first there is none.
#[derive(Clone, Debug, Default)]
pub struct Timeout {
    after: Option<SimDuration>,
}

impl Timeout {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.after = (params.timeout > SimDuration::ZERO).then_some(params.timeout);
    }
}

impl CallPolicy for Timeout {
    #[inline]
    fn limit(&self, awaited: Awaited) -> Option<SimDuration> {
        self.after.filter(|_| awaited == Awaited::Answer)
    }
}

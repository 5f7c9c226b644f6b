//! For tests: a bulkhead, which lets so many attempts be open at once and refuses more.

use crate::engine::call_policy::{After, Attempt, CallPolicy, Ending, Refusal};
use crate::engine::{Reason, SimDuration};
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        bulkhead: u32 = 0, Int { min: 0, max: 1000 }, "Bulkhead", "", "Attempts at once. 0 is unlimited.";
    }
}

/// A bulkhead.
#[derive(Clone, Debug, Default)]
pub struct Bulkhead {
    most: u32,
    /// Attempts that are open.
    pub open: u32,
}

impl Bulkhead {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.most = params.bulkhead;
    }
}

impl CallPolicy for Bulkhead {
    fn before(&mut self, _: &Attempt) -> Result<SimDuration, Refusal> {
        if self.most > 0 && self.open >= self.most {
            return Err(Reason::Unavailable.into());
        }
        self.open += 1;
        Ok(SimDuration::ZERO)
    }
    fn after(&mut self, _: &Attempt, _: &Ending, then: After) -> After {
        self.open -= 1;
        then
    }
}

//! One small file per policy: what surrounds a call. With its parameters, its state and what it does before and after; and the registry.
//! A policy knows neither kinds nor other policies.

pub mod pool;
pub mod retry;
pub mod retry_budget;
pub mod timeout;

use crate::diagram::param::{ParamSpec, Values};
use crate::engine::policy::{After, Attempt, Awaited, CallPolicy, Ending, Refusal};
use crate::engine::SimDuration;

/// Asks policies, listed from the inside out, whether an attempt may go: the outermost first. Those who let it go are told if one
/// inside them does not.
macro_rules! ask {
    ($policies:ident, $attempt:ident,) => { Ok::<SimDuration, Refusal>(SimDuration::ZERO) };
    ($policies:ident, $attempt:ident, $inner:ident $($outer:ident)*) => {
        ask!($policies, $attempt, $($outer)*).and_then(|wait| match $policies.$inner.before($attempt) {
            Ok(more) => Ok(wait + more),
            Err(Refusal { reason, then }) => {
                $(let then = $policies.$outer.after($attempt, &$attempt.refused(reason), then);)*
                Err(Refusal { reason, then })
            }
        })
    };
}

/// The sooner of two limits, where there are any.
#[inline]
fn sooner(a: Option<SimDuration>, b: Option<SimDuration>) -> Option<SimDuration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Makes one policy of several, each of which surrounds those listed before it. Their parameters are in the form in this order.
macro_rules! around_calls {
    ($(#[$meta:meta])* pub struct $name:ident { $($policy:ident: $module:ident::$type:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $(#[doc = concat!("[`", stringify!($module), "`].")] pub $policy: $module::$type,)*
        }

        impl $name {
            /// The declarations of their parameters.
            pub fn specs() -> Vec<ParamSpec> {
                [$($module::Params::specs()),*].into_iter().flatten().collect()
            }

            /// Sets them to these (checked) values. Their state stays.
            pub fn set(&mut self, values: &Values) {
                $(self.$policy.set($module::Params::from_values(values));)*
            }
        }

        impl CallPolicy for $name {
            #[inline]
            fn before(&mut self, attempt: &Attempt) -> Result<SimDuration, Refusal> {
                let policies = self;
                ask!(policies, attempt, $($policy)*)
            }

            #[inline]
            fn after(&mut self, attempt: &Attempt, ending: &Ending, then: After) -> After {
                $(let then = self.$policy.after(attempt, ending, then);)*
                then
            }

            #[inline]
            fn limit(&self, awaited: Awaited) -> Option<SimDuration> {
                let soonest = None;
                $(let soonest = sooner(soonest, self.$policy.limit(awaited));)*
                soonest
            }
        }
    };
}

around_calls! {
    /// What surrounds the calls over a link.
    pub struct Policies {
        timeout: timeout::Timeout,
        retry: retry::Retry,
        retry_budget: retry_budget::RetryBudget,
        pool: pool::Pool,
    }
}

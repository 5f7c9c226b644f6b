//! One small file per policy: what surrounds a call, and what guards a station. With its parameters, its state and what it does before and
//! after; and the registry.
//! A policy knows neither kinds nor other policies.

pub mod pool;
pub mod queue_limit;
pub mod retry;
pub mod retry_budget;
pub mod timeout;

use crate::diagram::param::{ParamSpec, Values};
use crate::engine::call_policy::{After, Attempt, Awaited, CallPolicy, Ending, Refusal};
use crate::engine::station_policy::{Arrival, Departure, StationPolicy, Turn};
use crate::engine::{Reason, SimDuration, SimTime};

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

/// Asks policies, listed from the inside out, whether a job may come in: the outermost first. Those who let it in are told if one inside
/// them does not.
macro_rules! let_in {
    ($policies:ident, $arrival:ident,) => { Ok::<(), Reason>(()) };
    ($policies:ident, $arrival:ident, $inner:ident $($outer:ident)*) => {
        let_in!($policies, $arrival, $($outer)*).and_then(|()| {
            $policies.$inner.before($arrival).inspect_err(|reason| {
                let _ = reason;
                $($policies.$outer.after(&turned_away($arrival.now, *reason));)*
            })
        })
    };
}

/// Makes one policy of several that guard a station, each of which surrounds those listed before it.
macro_rules! around_stations {
    ($(#[$meta:meta])* pub struct $name:ident { $($policy:ident: $module:ident::$type:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $(#[doc = concat!("[`", stringify!($module), "`].")] pub $policy: $module::$type,)*
        }

        impl $name {
            /// Sets them to these (checked) values: all that the node has. Their state stays.
            pub fn set(&mut self, values: &Values) {
                $(self.$policy.set(values);)*
            }
        }

        impl StationPolicy for $name {
            #[inline]
            fn before(&mut self, arrival: &Arrival<'_>) -> Result<(), Reason> {
                let policies = self;
                let_in!(policies, arrival, $($policy)*)
            }

            #[inline]
            fn newest_first(&mut self, now: SimTime, waiting: u64) -> bool {
                let newest = false;
                $(let newest = self.$policy.newest_first(now, waiting) || newest;)*
                newest
            }

            #[inline]
            fn turn(&mut self, turn: &Turn) -> Result<(), Reason> {
                $(self.$policy.turn(turn)?;)*
                Ok(())
            }

            #[inline]
            fn after(&mut self, departure: &Departure) {
                $(self.$policy.after(departure);)*
            }
        }
    };
}

around_calls! {
    /// What surrounds the calls over a link.
    pub struct CallPolicies {
        timeout: timeout::Timeout,
        retry: retry::Retry,
        retry_budget: retry_budget::RetryBudget,
        pool: pool::Pool,
    }
}

around_stations! {
    /// What guards a station.
    pub struct StationPolicies {
        queue_limit: queue_limit::QueueLimit,
    }
}

#[cfg(test)]
mod tests;

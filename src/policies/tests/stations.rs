//! For tests: guards of stations that are no part of the product.

/// As many jobs at once as the answers allow: one more after each good one, half after each bad one (AIMD).
pub mod concurrency {
    use crate::diagram::param::{Field, Values};
    use crate::engine::station_policy::{Arrival, Departure, StationPolicy};
    use crate::engine::Reason;

    /// A limit that adapts.
    #[derive(Clone, Debug, Default)]
    pub struct Concurrency {
        /// 0 is none.
        pub limit: u32,
        /// Jobs that came in and have not left.
        pub inside: u32,
    }

    impl Concurrency {
        /// Takes new settings.
        pub fn set(&mut self, values: &Values) {
            self.limit = values.get("concurrency").and_then(u32::from_json).unwrap_or(0);
        }
    }

    impl StationPolicy for Concurrency {
        fn before(&mut self, _: &Arrival<'_>) -> Result<(), Reason> {
            if self.limit > 0 && self.inside >= self.limit {
                return Err(Reason::TooManyConnections);
            }
            self.inside += 1;
            Ok(())
        }
        fn after(&mut self, departure: &Departure) {
            self.inside -= 1;
            self.limit = match (self.limit, departure.failed) {
                (0, _) => 0,
                (limit, None) => limit + 1,
                (limit, Some(_)) => (limit / 2).max(1),
            };
        }
    }
}

/// Who has waited too long is not served, and where many wait the newest is first.
pub mod shedding {
    use crate::diagram::param::{Field, Values};
    use crate::engine::station_policy::{StationPolicy, Turn};
    use crate::engine::{Reason, SimDuration, SimTime};

    /// A shedder, as CoDel and adaptive LIFO are.
    #[derive(Clone, Debug, Default)]
    pub struct Shedding {
        longest: Option<SimDuration>,
        many: Option<u32>,
    }

    impl Shedding {
        /// Takes new settings.
        pub fn set(&mut self, values: &Values) {
            self.longest = values.get("longest").and_then(SimDuration::from_json);
            self.many = values.get("many").and_then(u32::from_json);
        }
    }

    impl StationPolicy for Shedding {
        fn newest_first(&mut self, _: SimTime, waiting: u64) -> bool {
            self.many.is_some_and(|many| waiting >= u64::from(many))
        }
        fn turn(&mut self, turn: &Turn) -> Result<(), Reason> {
            match self.longest.is_some_and(|longest| turn.waited > longest) {
                true => Err(Reason::Deadline),
                false => Ok(()),
            }
        }
    }
}

//! Queue limit: so many jobs may wait at a station, and more are turned away. Who need not wait is in nobody's way.
//! Kinds declare its parameter themselves: each has its own idea of how many that should be.

use crate::diagram::param::{Field, Values};
use crate::engine::station_policy::{Arrival, StationPolicy};
use crate::engine::Reason;

/// A limit; at first there is none.
#[derive(Clone, Debug, Default)]
pub struct QueueLimit {
    limit: Option<u32>,
}

impl QueueLimit {
    /// Takes new settings: all values of the node. A kind without the parameter has no limit.
    pub fn set(&mut self, values: &Values) {
        self.limit = values.get("queue_limit").and_then(u32::from_json);
    }

    /// How many may wait; `None` is unlimited.
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }
}

impl StationPolicy for QueueLimit {
    #[inline]
    fn before(&mut self, arrival: &Arrival<'_>) -> Result<(), Reason> {
        let has_room = arrival.at_once || self.limit.is_none_or(|limit| arrival.station.queue_len() < u64::from(limit));
        has_room.then_some(()).ok_or(Reason::QueueFull)
    }
}

//! Connection pool: how many connections a caller keeps over a link, what a new one costs, and how long an attempt waits for one.
//! Whose turn it is, and the connections themselves, are the engine's business.

use crate::engine::call_policy::{Awaited, CallPolicy};
use crate::engine::SimDuration;
use crate::params;

params! {
    /// What it is set to.
    pub struct Params {
        connections: u32 = 0, Int { min: 0, max: 100_000 }, "Connections", "", "Size of the caller's connection pool; an attempt waits when all are in use. 0 is unlimited.";
        pool_timeout: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Connection timeout", "ms", "How long an attempt waits for a connection, where they are limited or must be set up: for one of the pool, or for a new one. Then it fails: \"no connection\". 0 is for ever.";
        handshake_round_trips: u32 = 0, Int { min: 0, max: 4 }, "Handshake", "round trips", "Paid once per new connection: TCP 1, with TLS 1.3 2, with TLS 1.2 3. Connections are kept open and used again.";
    }
}

/// How long a pool lets an attempt wait; at first for ever.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    timeout: Option<SimDuration>,
}

impl Pool {
    /// Takes new settings.
    pub fn set(&mut self, params: Params) {
        self.timeout = (params.pool_timeout > SimDuration::ZERO).then_some(params.pool_timeout);
    }
}

impl CallPolicy for Pool {
    #[inline]
    fn limit(&self, awaited: Awaited) -> Option<SimDuration> {
        self.timeout.filter(|_| awaited == Awaited::Connection)
    }
}

//! Control traffic between components: health checks and replication. Data only.

use std::sync::Arc;

use crate::data::KeyMap;

pub use crate::data::log::{Entries, LogEntry};

/// A message handed to a consumer: the number of its request, and which of its deliveries this is.
pub type Delivery = (u64, u32);

/// A control message.
#[derive(Clone, Debug)]
pub enum Signal {
    /// Are you there?
    HealthCheck {
        /// Number of the check.
        round: u64,
    },
    /// I am.
    Healthy {
        /// Number of the check it answers.
        round: u64,
    },
    /// A consumer takes messages, up to so many without acknowledging; none ends it.
    Subscribe {
        /// Messages that may be out.
        prefetch: u32,
        /// What came over this link and is not dealt with, in order.
        holding: Arc<[Delivery]>,
    },
    /// A consumer asks for one message.
    Poll,
    /// There is none.
    Empty,
    /// Log entries, from primary to follower.
    Entries {
        /// Of which generation of the log: it grows when a crash takes entries back.
        generation: u64,
        /// Number of the first; entries are numbered from 1.
        first_lsn: u64,
        /// The entries.
        entries: Entries,
        /// Whether the primary wants to know when they are applied.
        confirm: bool,
    },
    /// The primary's newest entry; sent now and then, so that a follower notices a gap.
    Heartbeat {
        /// Of which generation of the log: it grows when a crash takes entries back.
        generation: u64,
        /// Newest entry.
        lsn: u64,
        /// Whether the primary wants to know what is applied.
        confirm: bool,
    },
    /// The whole state, for a follower too far behind (or ahead) for the log.
    Snapshot {
        /// Of which generation of the log: it grows when a crash takes entries back.
        generation: u64,
        /// The entry it includes up to.
        lsn: u64,
        /// Version of each key.
        rows: KeyMap<u64>,
    },
    /// What a follower has.
    Acknowledge {
        /// Of which generation of the log: it grows when a crash takes entries back.
        generation: u64,
        /// Everything up to this entry.
        lsn: u64,
        /// Of that, applied.
        applied: u64,
        /// Whether it saw that something is missing after it.
        gap: bool,
    },
}

//! The event queue: a binary heap ordered by (time, sequence), so that equal times run in the order they were scheduled.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::ids::{AttemptKey, CallKey, JobKey, NodeIndex, TransitKey};
use super::request::Reason;
use super::time::SimTime;

/// What may happen. Keys that have gone stale by then make the event void.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// A node's own timer.
    Timer {
        /// Whose.
        node: NodeIndex,
        /// Void if the node has crashed or restarted since.
        epoch: u32,
        /// Given back to the node.
        token: u64,
    },
    /// A message reaches the end of its link.
    Deliver(TransitKey),
    /// A worker is done.
    ServiceEnd {
        /// With which job.
        job: JobKey,
        /// Void if the job was interrupted since.
        turn: u32,
    },
    /// The first of the jobs that share workers is done.
    ShareEnd {
        /// Where.
        node: NodeIndex,
        /// Void if jobs came or went since.
        turn: u32,
    },
    /// The caller's patience ends.
    AttemptTimeout(AttemptKey),
    /// A connection has been set up.
    Connected(AttemptKey),
    /// The back-off before a retry is over.
    Retry(CallKey),
    /// A request's deadline.
    Deadline(JobKey),
    /// A job that was held is answered.
    Answer {
        /// Which.
        job: JobKey,
        /// Why it failed; `None` if it went well.
        failed: Option<Reason>,
    },
}

impl EventKind {
    /// A number that names the variant, for the trace hash.
    pub fn code(&self) -> u64 {
        match self {
            EventKind::Timer { .. } => 1,
            EventKind::Deliver(_) => 2,
            EventKind::ServiceEnd { .. } => 3,
            EventKind::AttemptTimeout(_) => 4,
            EventKind::Connected(_) => 5,
            EventKind::Retry(_) => 6,
            EventKind::Deadline(_) => 7,
            EventKind::ShareEnd { .. } => 8,
            EventKind::Answer { .. } => 9,
        }
    }
}

/// A scheduled event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled {
    /// When.
    pub at: SimTime,
    /// Order among equal times.
    pub sequence: u64,
    /// What.
    pub kind: EventKind,
}

impl Eq for Scheduled {}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The pending events.
#[derive(Clone, Debug, Default)]
pub struct EventQueue {
    heap: BinaryHeap<Scheduled>,
    next_sequence: u64,
}

impl EventQueue {
    /// Schedules an event.
    pub fn push(&mut self, at: SimTime, kind: EventKind) {
        self.heap.push(Scheduled { at, sequence: self.next_sequence, kind });
        self.next_sequence += 1;
    }

    /// The time of the next event.
    pub fn next_time(&self) -> Option<SimTime> {
        self.heap.peek().map(|e| e.at)
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Scheduled> {
        self.heap.pop()
    }

    /// Number of pending events.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

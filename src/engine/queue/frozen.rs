//! The pending events in few bytes. Most of those that wait in lines are timeouts of calls that were answered: nothing would come of
//! them, and they are left out now instead of when their turn comes.

use super::{Epoch, EventKind, EventQueue, Head, Lane, Scheduled, LANE_BITS};
use crate::engine::pack::{packed, Pack, Packer, Unpacker};

packed!(struct Lane { delay, headed, line });
packed!(struct Scheduled { at, sequence, kind });

impl EventQueue {
    /// Packs it. `is_void` tells of which events nothing will come.
    pub fn pack(&self, is_void: impl Fn(&EventKind) -> bool, to: &mut Packer) {
        let EventQueue { heap, lanes, immediate, last, waiting: _, next_sequence } = self;
        (*last, *next_sequence).pack(to);
        (heap.clone().into_vec(), immediate.clone()).pack(to);
        lanes.len().pack(to);
        for Lane { delay, headed, line } in lanes {
            let line = line.iter().filter(|event| !is_void(&event.kind)).copied().collect();
            Lane { delay: *delay, headed: *headed, line }.pack(to);
        }
    }
}

impl EventQueue {
    /// The queue that was packed.
    pub fn unpack(from: &mut Unpacker<'_>) -> EventQueue {
        let (last, next_sequence) = Pack::unpack(from);
        let (heap, immediate) = <(Vec<Head>, _)>::unpack(from);
        let lanes: Vec<Lane> = Pack::unpack(from);
        let waiting = lanes.iter().map(|lane| lane.line.len()).sum();
        EventQueue { heap: heap.into(), lanes, immediate, last, waiting, next_sequence }
    }
}

impl Pack for Head {
    fn pack(&self, to: &mut Packer) {
        self.at.pack(to);
        (self.order >> LANE_BITS, self.lane()).pack(to);
        self.kind.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let at = Pack::unpack(from);
        let (sequence, lane) = Pack::unpack(from);
        Head::new(at, sequence, lane, Pack::unpack(from))
    }
}

impl Pack for Epoch {
    fn pack(&self, to: &mut Packer) {
        self.0.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        Epoch(Pack::unpack(from))
    }
}

impl Pack for EventKind {
    fn pack(&self, to: &mut Packer) {
        to.number(self.code());
        match self {
            EventKind::Timer { node, epoch, token } => (*node, *epoch, *token).pack(to),
            EventKind::Deliver(transit) => transit.pack(to),
            EventKind::ServiceEnd { job, turn } => (*job, *turn).pack(to),
            EventKind::AttemptTimeout(attempt) | EventKind::Connected(attempt) => attempt.pack(to),
            EventKind::Retry(call) => call.pack(to),
            EventKind::Deadline(job) => job.pack(to),
            EventKind::ShareEnd { node, turn } => (*node, *turn).pack(to),
            EventKind::Answer { job, failed } => (*job, *failed).pack(to),
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Self {
        match from.number() {
            1 => {
                let (node, epoch, token) = Pack::unpack(from);
                EventKind::Timer { node, epoch, token }
            }
            2 => EventKind::Deliver(Pack::unpack(from)),
            3 => {
                let (job, turn) = Pack::unpack(from);
                EventKind::ServiceEnd { job, turn }
            }
            4 => EventKind::AttemptTimeout(Pack::unpack(from)),
            5 => EventKind::Connected(Pack::unpack(from)),
            6 => EventKind::Retry(Pack::unpack(from)),
            7 => EventKind::Deadline(Pack::unpack(from)),
            8 => {
                let (node, turn) = Pack::unpack(from);
                EventKind::ShareEnd { node, turn }
            }
            _ => {
                let (job, failed) = Pack::unpack(from);
                EventKind::Answer { job, failed }
            }
        }
    }
}

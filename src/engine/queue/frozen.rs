//! A copy of the pending events in few bytes. Most of them are timeouts of calls that were answered: of those only the time and the
//! place in the order matter, since nothing happens then.

use slotmap::{Key, KeyData};

use super::{AttemptKey, CallKey, EventKind, EventQueue, Lane, Scheduled};
use crate::engine::tape::Tape;
use crate::engine::time::SimTime;

/// The line of another lane begins, with this number of it.
const LANE: u8 = 0;
/// A timeout that has gone stale: how long after the one before it, in time and in order.
const STALE: u8 = 1;
/// A timeout: the same, and of which attempt.
const OPEN: u8 = 2;

impl EventQueue {
    /// A copy in few bytes, of use after [`EventQueue::thaw`]. `is_open` tells whether a timeout still matters.
    pub fn frozen(&self, is_open: impl Fn(AttemptKey) -> bool) -> EventQueue {
        let mut packed = Tape::default();
        let mut pack = |number: usize, lane: &Lane| {
            let timeouts = lane.line.iter().all(|event| matches!(event.kind, EventKind::AttemptTimeout(_)));
            if !timeouts {
                return lane.clone();
            }
            packed.note(LANE, &[number as u64]);
            let (mut at, mut order) = (0, 0);
            for Scheduled { at: when, sequence, kind } in &lane.line {
                let step = [when.0 - at, sequence - order];
                match kind {
                    EventKind::AttemptTimeout(key) if is_open(*key) => {
                        packed.note(OPEN, &[step[0], step[1], key.call.data().as_ffi(), u64::from(key.number)]);
                    }
                    _ => packed.note(STALE, &step),
                }
                (at, order) = (when.0, *sequence);
            }
            Lane { delay: lane.delay, headed: lane.headed, line: Default::default() }
        };
        let lanes = self.lanes.iter().enumerate().map(|(number, lane)| pack(number, lane)).collect();
        EventQueue { heap: self.heap.clone(), lanes, immediate: self.immediate.clone(), packed: packed.closed(), ..*self }
    }

    /// Makes a frozen copy the queue that it is a copy of.
    pub fn thaw(&mut self) {
        let packed = std::mem::take(&mut self.packed);
        let (mut number, mut at, mut sequence) = (0, 0, 0);
        packed.tell(|what, words| {
            if what == LANE {
                (number, at, sequence) = (words[0] as usize, 0, 0);
                return;
            }
            (at, sequence) = (at + words[0], sequence + words[1]);
            let stale = AttemptKey { call: CallKey::null(), number: 0 };
            let key = match what {
                OPEN => AttemptKey { call: KeyData::from_ffi(words[2]).into(), number: words[3] as u32 },
                _ => stale,
            };
            if let Some(lane) = self.lanes.get_mut(number) {
                lane.line.push_back(Scheduled { at: SimTime(at), sequence, kind: EventKind::AttemptTimeout(key) });
            }
        });
    }
}

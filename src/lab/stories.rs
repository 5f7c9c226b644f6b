//! The stories of ended requests: the latest of those that failed or read something old, and of the rest.
//! Tells none.

use std::collections::VecDeque;
use std::mem::size_of;
use std::ops::Deref;
use std::sync::Arc;

use crate::engine::trace::{Spare, Trace};

/// Stories of either sort that are kept.
pub(super) const KEPT: usize = 400;
/// When more ordinary requests than this ended since the snapshot before, the run makes others in no time.
const FEW: u64 = 40;

/// A story: in memory that is used again after it, or shared with snapshots.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Own(Box<Trace>),
    Shared(Arc<Trace>),
}

impl Deref for Kept {
    type Target = Trace;

    fn deref(&self) -> &Trace {
        match self {
            Kept::Own(trace) => trace,
            Kept::Shared(trace) => trace,
        }
    }
}

/// Both shelves, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Stories {
    /// Failures and stale reads.
    pub notable: VecDeque<Kept>,
    /// The rest.
    pub ordinary: VecDeque<Kept>,
    /// How many of either there were.
    notable_ended: u64,
    ordinary_ended: u64,
    /// Of a snapshot without them.
    left_out: bool,
}

impl Stories {
    /// Takes up the story of a request that ended; the oldest makes way.
    pub fn keep(&mut self, trace: Box<Trace>, spare: &mut Spare) {
        let bad = trace.stale || trace.end.is_some_and(|(_, outcome)| outcome.is_err());
        self.notable_ended += u64::from(bad);
        self.ordinary_ended += u64::from(!bad);
        let shelf = if bad { &mut self.notable } else { &mut self.ordinary };
        if shelf.len() >= KEPT {
            if let Some(Kept::Own(oldest)) = shelf.pop_front() {
                spare.put(oldest);
            }
        }
        shelf.push_back(Kept::Own(trace));
    }

    /// How many ordinary requests have ended.
    pub fn ended(&self) -> u64 {
        self.ordinary_ended
    }

    /// A copy that shares the stories. Where many requests have ended since the copy before, it has no ordinary ones.
    pub fn snapshot(&mut self, ended_before: u64) -> Stories {
        let left_out = self.ordinary_ended - ended_before > FEW;
        let few: &mut [&mut VecDeque<Kept>] =
            if left_out { &mut [&mut self.notable] } else { &mut [&mut self.notable, &mut self.ordinary] };
        for kept in few.iter_mut().flat_map(|shelf| shelf.iter_mut()) {
            if let Kept::Own(trace) = kept {
                // A copy has no room to spare, as one that was used before may have.
                *kept = Kept::Shared(Arc::new((**trace).clone()));
            }
        }
        let ordinary = if left_out { VecDeque::new() } else { self.ordinary.clone() };
        Stories { notable: self.notable.clone(), ordinary, left_out, ..*self }
    }

    /// Whether a run that goes on from this copy has the same stories, once so many ordinary requests have ended, as one
    /// that never stopped.
    pub fn suffices(&self, ended: u64) -> bool {
        !self.left_out || self.ordinary_ended == 0 || ended - self.ordinary_ended >= KEPT as u64
    }

    /// Bytes of those that an earlier copy does not share, about.
    pub fn bytes_beside(&self, before: Option<&Stories>) -> usize {
        let ended = before.map_or(0, |b| b.ordinary_ended);
        let new = (self.ordinary_ended - ended).min(self.ordinary.len() as u64) as usize;
        let known = before.map_or(0, |b| b.notable_ended);
        let new_notable = (self.notable_ended - known).min(self.notable.len() as u64) as usize;
        let bytes = |shelf: &VecDeque<Kept>, new| shelf.iter().rev().take(new).map(|kept| kept.bytes()).sum::<usize>();
        let places = (self.ordinary.len() + self.notable.len()) * size_of::<Kept>();
        places + bytes(&self.ordinary, new) + bytes(&self.notable, new_notable)
    }
}

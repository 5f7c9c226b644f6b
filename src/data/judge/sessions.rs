//! What each user did to a key lately, for the session guarantees (Terry et al. 1994): a bounded log of operations.
//! Knows no versions beyond when their writes began.

use std::cell::RefCell;

use imbl::Vector;
use rustc_hash::FxHashMap;

use super::history::Moment;
use crate::engine::NodeIndex;

/// Operations remembered.
const REMEMBERED: usize = 1 << 13;
/// Of one user and key, so many are looked at.
const LOOKED_AT: usize = 16;

/// A user of some clients, and a key.
pub type Who = (NodeIndex, u64, u64);

/// What a user did: wrote a value, or read it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// When it was over.
    pub over: Moment,
    /// When the write of the value began.
    pub begun: Moment,
    /// Whether the user wrote it.
    pub wrote: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    who: Who,
    deed: Deed,
    /// Number of the same user's entry of this key before, if any.
    before: Option<u64>,
}

/// The log. A clone shares the entries; the index is made again when it is needed.
#[derive(Debug, Default)]
pub struct Sessions {
    entries: Vector<Entry>,
    /// Number of the first entry.
    first: u64,
    /// The latest entry of each.
    latest: RefCell<Option<FxHashMap<Who, u64>>>,
}

impl Clone for Sessions {
    fn clone(&self) -> Self {
        Sessions { entries: self.entries.clone(), first: self.first, latest: RefCell::default() }
    }
}

impl Sessions {
    /// Whether anything was forgotten.
    pub fn has_forgotten(&self) -> bool {
        self.first > 0
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.entries.len() * std::mem::size_of::<Entry>()
    }

    fn latest(&self, who: Who) -> Option<u64> {
        let mut latest = self.latest.borrow_mut();
        let index = latest.get_or_insert_with(|| (self.first..).zip(&self.entries).map(|(n, e)| (e.who, n)).collect());
        index.get(&who).copied().filter(|n| *n >= self.first)
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.get(number.checked_sub(self.first)? as usize)
    }

    /// What somebody did to a key, the latest first.
    pub fn of(&self, who: Who) -> impl Iterator<Item = Deed> + '_ {
        let last = self.latest(who).and_then(|n| self.entry(n));
        std::iter::successors(last, |entry| self.entry(entry.before?)).take(LOOKED_AT).map(|entry| entry.deed)
    }

    /// Takes note of a deed. A read of what was read just before says nothing new.
    pub fn note(&mut self, who: Who, deed: Deed) {
        let before = self.latest(who);
        let same = |e: &Entry| !e.deed.wrote && e.deed.begun == deed.begun;
        if !deed.wrote && before.and_then(|n| self.entry(n)).is_some_and(same) {
            return;
        }
        let number = self.first + self.entries.len() as u64;
        self.entries.push_back(Entry { who, deed, before });
        let index = self.latest.get_mut().get_or_insert_default();
        index.insert(who, number);
        if self.entries.len() > REMEMBERED {
            if let Some(gone) = self.entries.pop_front() {
                if index.get(&gone.who) == Some(&self.first) {
                    index.remove(&gone.who);
                }
            }
            self.first += 1;
        }
    }
}

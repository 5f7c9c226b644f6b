//! The judge: an observer outside the system who sees what clients begin and what they are told, and so whether a read was stale.
//! It decides nothing inside the simulation, and what it cannot know it counts as not judged.
//!
//! A write has a version, given once, when its client begins it: the version's number is that of the write among those of its key,
//! whichever stores it reaches and in whatever order. Staleness, session guarantees and loss follow from operations that did not overlap.

mod copies;
mod history;
mod sessions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::copies::Copies;
pub use self::history::Moment;
use self::history::{History, Verdict};
use self::sessions::{Deed, Sessions};
use crate::data::SharedMap;
use crate::engine::{NodeIndex, Version};

/// What the judge counted, over all clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Consistency {
    /// Reads that brought a value.
    pub reads: u64,
    /// Reads of a version that was surely replaced by one acknowledged before the read began.
    pub stale_reads: u64,
    /// Reads of which that cannot be said any more: too much has happened since.
    pub reads_not_judged: u64,
    /// Reads older than a write of the same user that was acknowledged before they began (Terry et al. 1994, session guarantees).
    pub read_your_writes_violations: u64,
    /// Reads older than what the same user had read before they began.
    pub monotonic_read_violations: u64,
    /// Stale reads of users of whom it is no longer known what they did before.
    pub sessions_not_judged: u64,
    /// Acknowledged writes that a crash took back.
    pub lost_writes: u64,
}

impl Consistency {
    /// What was counted since an earlier state of the same counts. Of writes that were thought lost by then, some may have turned up.
    pub fn since(&self, before: &Consistency) -> Consistency {
        Consistency {
            reads: self.reads - before.reads,
            stale_reads: self.stale_reads - before.stale_reads,
            reads_not_judged: self.reads_not_judged - before.reads_not_judged,
            read_your_writes_violations: self.read_your_writes_violations - before.read_your_writes_violations,
            monotonic_read_violations: self.monotonic_read_violations - before.monotonic_read_violations,
            sessions_not_judged: self.sessions_not_judged - before.sessions_not_judged,
            lost_writes: self.lost_writes.saturating_sub(before.lost_writes),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Key {
    history: History,
    copies: Copies,
}

/// The judge. A clone shares what does not change.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// By system and key: systems that are not linked have nothing in common.
    keys: SharedMap<(u32, u64), Arc<Key>>,
    /// The system of each node: the first node of it. A node that nobody was linked to is one of its own.
    systems: Vec<u32>,
    sessions: Sessions,
    counts: Consistency,
}

/// What a key takes, about.
const BYTES_OF_KEY: usize = 300;

impl Judge {
    /// The counts.
    pub fn counts(&self) -> Consistency {
        self.counts
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.keys.len() * BYTES_OF_KEY + self.sessions.bytes()
    }

    fn place(&self, node: NodeIndex, key: u64) -> (u32, u64) {
        (self.systems.get(node.at()).copied().unwrap_or(node.0), key)
    }

    fn key(&mut self, node: NodeIndex, key: u64) -> &mut Key {
        let place = self.place(node, key);
        Arc::make_mut(self.keys.entry(place).or_default())
    }

    fn known(&self, node: NodeIndex, key: u64) -> Option<&Key> {
        self.keys.get(&self.place(node, key)).map(|k| &**k)
    }

    /// Two nodes are linked: from now on their systems are one. Where both knew a key, what the later one knew of it is forgotten.
    pub fn join(&mut self, a: NodeIndex, b: NodeIndex) {
        let nodes = self.systems.len() as u32;
        self.systems.extend(nodes..=a.0.max(b.0));
        let (one, other) = (self.systems[a.at()], self.systems[b.at()]);
        let (kept, gone) = (one.min(other), one.max(other));
        if kept == gone {
            return;
        }
        self.systems.iter_mut().filter(|s| **s == gone).for_each(|s| *s = kept);
        let moved: Vec<u64> = self.keys.keys().filter(|(system, _)| *system == gone).map(|(_, key)| *key).collect();
        for key in moved {
            if let Some(record) = self.keys.remove(&(gone, key)) {
                self.keys.entry((kept, key)).or_insert(record);
            }
        }
    }

    /// The version of the write that a request brings, which a node begins.
    pub fn begin_write(&mut self, node: NodeIndex, key: u64, request: Moment) -> Version {
        Version(self.key(node, key).history.begin(request))
    }

    /// A client has its write's acknowledgement, when so many requests have begun.
    pub fn acknowledge(&mut self, who: (NodeIndex, u64), key: u64, version: Version, now: Moment) {
        let record = self.key(who.0, key);
        if record.history.acknowledge(version.0, now) {
            // A crash can be quicker than the answer.
            let counted = record.copies.count(&record.history);
            let begun = record.history.began(version.0);
            self.recount(counted);
            if let Some(begun) = begun {
                self.sessions.note((who.0, who.1, key), Deed { over: now, begun, wrote: true });
            }
        }
    }

    /// Whether a version that a node has is surely older than one that was acknowledged before this request began.
    pub fn is_stale(&self, node: NodeIndex, key: u64, version: Version, request: Moment) -> bool {
        self.known(node, key).is_some_and(|k| k.history.judge(version.0, request) == Verdict::Stale)
    }

    /// A client has read a version, by this request, when so many have begun. Returns whether it is stale.
    pub fn judge_read(&mut self, who: (NodeIndex, u64), key: u64, version: Version, request: Moment, now: Moment) -> bool {
        self.counts.reads += 1;
        let Some(record) = self.known(who.0, key) else { return false };
        let (history, who) = (&record.history, (who.0, who.1, key));
        let verdict = history.judge(version.0, request);
        let (mut known, mut wrote, mut read) = (false, false, false);
        for deed in self.sessions.of(who) {
            known = true;
            if deed.over < request && history.surely_before(version.0, deed.begun) {
                wrote |= deed.wrote;
                read |= !deed.wrote;
            }
        }
        let (begun, unseen) = (history.began(version.0), history.is_unseen(version.0));
        let stale = verdict == Verdict::Stale;
        self.counts.stale_reads += u64::from(stale);
        self.counts.reads_not_judged += u64::from(verdict == Verdict::NotJudged);
        self.counts.read_your_writes_violations += u64::from(wrote);
        self.counts.monotonic_read_violations += u64::from(read);
        self.counts.sessions_not_judged += u64::from(stale && !known && self.sessions.has_forgotten());
        if unseen {
            self.key(who.0, key).history.seen(version.0, now);
        }
        if let Some(begun) = begun {
            self.sessions.note(who, Deed { over: now, begun, wrote: false });
        }
        stale
    }

    /// A node that keeps data has this version of a key now.
    pub fn hold(&mut self, node: NodeIndex, key: u64, version: Version) {
        self.key(node, key).copies.hold(node, version.0);
        self.recount_key(node, key);
    }

    /// Others have what this node had to keep of a key.
    pub fn pass_on(&mut self, node: NodeIndex, key: u64) {
        self.key(node, key).copies.pass_on(node);
    }

    /// A crash takes a node back to an earlier version of a key, or to none.
    pub fn lose(&mut self, node: NodeIndex, key: u64, kept: Version) {
        self.key(node, key).copies.lose(node, kept.0);
        self.recount_key(node, key);
    }

    fn recount_key(&mut self, node: NodeIndex, key: u64) {
        let record = self.key(node, key);
        let counted = record.copies.count(&record.history);
        self.recount(counted);
    }

    fn recount(&mut self, (now, before): (u64, u64)) {
        self.counts.lost_writes = self.counts.lost_writes + now - before;
    }
}

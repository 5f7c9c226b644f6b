//! The judge: an observer outside the system who knows every acknowledged write, and so whether a read was stale.
//! It decides nothing inside the simulation.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::data::sessions::Jar;
use crate::engine::{NodeIndex, SimDuration, SimTime, Versioned};

/// Acknowledged versions remembered per key. A read that began before the oldest of them is judged against the oldest.
const REMEMBERED: usize = 64;
/// Commit times remembered per store; a lag that reaches further back is reported as the age of the oldest.
const REMEMBERED_COMMITS: usize = 1 << 16;

/// Sessions (a user and a key) remembered. Beyond that all are forgotten and begin anew, so violations may be undercounted in
/// runs of many millions of requests.
const REMEMBERED_SESSIONS: usize = 1 << 20;

/// What the judge counted, over all clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Consistency {
    /// Reads that brought a value.
    pub reads: u64,
    /// Reads of a version older than one acknowledged before the read began.
    pub stale_reads: u64,
    /// Reads older than the same user's own acknowledged write (Terry et al. 1994, session guarantees).
    pub read_your_writes_violations: u64,
    /// Reads older than what the same user had read before.
    pub monotonic_read_violations: u64,
    /// Acknowledged writes that a crash took back.
    pub lost_writes: u64,
}

#[derive(Clone, Debug, Default)]
struct History {
    assigned: u64,
    acknowledged: VecDeque<(u64, SimTime)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Session {
    wrote: u64,
    read: u64,
}

#[derive(Clone, Debug, Default)]
struct Commits {
    first_lsn: u64,
    times: VecDeque<SimTime>,
}

/// The judge.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// Users' cookies. They are not judged; they are kept here because users are nobody in the diagram.
    pub jar: Jar,
    histories: FxHashMap<(NodeIndex, u64), History>,
    sessions: FxHashMap<(NodeIndex, u64, NodeIndex, u64), Session>,
    commits: FxHashMap<NodeIndex, Commits>,
    /// Versions counted as lost that may still arrive at their store, and the newest that was under way.
    missing: FxHashMap<(NodeIndex, u64), (Vec<u64>, u64)>,
    counts: Consistency,
}

impl Judge {
    /// The counts.
    pub fn counts(&self) -> Consistency {
        self.counts
    }

    /// The next version of a key at a store. Versions are never given twice, even after a crash took some back.
    pub fn assign(&mut self, origin: NodeIndex, key: u64) -> u64 {
        let history = self.histories.entry((origin, key)).or_default();
        history.assigned += 1;
        history.assigned
    }

    /// A client has its write's acknowledgement.
    pub fn acknowledge(&mut self, client: NodeIndex, user: u64, key: u64, value: Versioned, now: SimTime) {
        let history = self.histories.entry((value.origin, key)).or_default();
        // Acknowledgements can overtake each other; only the newest version known at each time matters.
        if history.acknowledged.back().is_none_or(|(newest, _)| *newest < value.version) {
            history.acknowledged.push_back((value.version, now));
            if history.acknowledged.len() > REMEMBERED {
                history.acknowledged.pop_front();
            }
        }
        let session = self.session(client, user, key, value.origin);
        session.wrote = session.wrote.max(value.version);
    }

    /// Whether a value is older than one acknowledged before `since`.
    pub fn is_stale(&self, key: u64, value: Versioned, since: SimTime) -> bool {
        self.newest_before(value.origin, key, since) > value.version
    }

    fn session(&mut self, client: NodeIndex, user: u64, key: u64, origin: NodeIndex) -> &mut Session {
        if self.sessions.len() >= REMEMBERED_SESSIONS {
            self.sessions.clear();
        }
        self.sessions.entry((client, user, origin, key)).or_default()
    }

    fn newest_before(&self, origin: NodeIndex, key: u64, since: SimTime) -> u64 {
        let Some(history) = self.histories.get(&(origin, key)) else { return 0 };
        history.acknowledged.iter().rev().find(|(_, at)| *at <= since).map_or(0, |(version, _)| *version)
    }

    /// A client has read a value. Returns whether it is stale.
    pub fn judge_read(&mut self, client: NodeIndex, user: u64, key: u64, value: Versioned, began: SimTime) -> bool {
        let stale = self.is_stale(key, value, began);
        self.counts.reads += 1;
        self.counts.stale_reads += u64::from(stale);
        let session = self.session(client, user, key, value.origin);
        let Session { wrote, read } = *session;
        session.read = read.max(value.version);
        self.counts.read_your_writes_violations += u64::from(value.version < wrote);
        self.counts.monotonic_read_violations += u64::from(value.version < read);
        stale
    }

    /// A crash took a key back to `kept`.
    pub fn lose(&mut self, origin: NodeIndex, key: u64, kept: u64) {
        if let Some(history) = self.histories.get(&(origin, key)) {
            self.counts.lost_writes += history.acknowledged.iter().filter(|(version, _)| *version > kept).count() as u64;
        }
    }

    /// A crash of somebody on the way took the versions of a key after `stored`, up to `newest`; unless one arrives all the same.
    pub fn lose_on_the_way(&mut self, origin: NodeIndex, key: u64, stored: u64, newest: u64) {
        let Some(history) = self.histories.get(&(origin, key)) else { return };
        let (missing, under_way) = self.missing.entry((origin, key)).or_default();
        let before = missing.len();
        for (version, _) in history.acknowledged.iter().filter(|(version, _)| *version > stored) {
            if !missing.contains(version) {
                missing.push(*version);
            }
        }
        *under_way = newest;
        self.counts.lost_writes += (missing.len() - before) as u64;
    }

    /// A store has a version that somebody else assigned. If it was thought lost, it and those that it replaced are not.
    pub fn arrive(&mut self, origin: NodeIndex, key: u64, version: u64) {
        let Some((missing, under_way)) = self.missing.get_mut(&(origin, key)) else { return };
        if version <= *under_way {
            let before = missing.len();
            missing.retain(|m| *m > version);
            self.counts.lost_writes -= (before - missing.len()) as u64;
        }
    }

    /// A store has committed log entry `lsn`; entries are numbered from 1 without gaps, unless a crash cut the log back.
    pub fn commit(&mut self, origin: NodeIndex, lsn: u64, now: SimTime) {
        let commits = self.commits.entry(origin).or_default();
        if commits.times.is_empty() {
            commits.first_lsn = lsn;
        }
        commits.times.truncate(lsn.saturating_sub(commits.first_lsn) as usize);
        commits.times.push_back(now);
        if commits.times.len() > REMEMBERED_COMMITS {
            commits.times.pop_front();
            commits.first_lsn += 1;
        }
    }

    /// How long the oldest entry after `applied` has been committed: a follower's lag. Zero if it has everything.
    pub fn lag(&self, origin: NodeIndex, applied: u64, now: SimTime) -> SimDuration {
        let Some(commits) = self.commits.get(&origin) else { return SimDuration::ZERO };
        let index = (applied + 1).saturating_sub(commits.first_lsn) as usize;
        commits.times.get(index).map_or(SimDuration::ZERO, |at| now.since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: NodeIndex = NodeIndex(1);
    const CLIENT: NodeIndex = NodeIndex(0);

    fn v(version: u64) -> Versioned {
        Versioned { origin: STORE, version }
    }

    #[test]
    fn a_read_is_stale_only_against_writes_acknowledged_before_it_began() {
        let mut judge = Judge::default();
        judge.acknowledge(CLIENT, 1, 7, v(1), SimTime(10));
        judge.acknowledge(CLIENT, 1, 7, v(2), SimTime(20));
        assert!(!judge.is_stale(7, v(1), SimTime(15)));
        assert!(judge.is_stale(7, v(1), SimTime(20)));
        assert!(!judge.is_stale(7, v(2), SimTime(30)));
        assert!(!judge.is_stale(8, v(0), SimTime(30)));
    }

    #[test]
    fn session_guarantees_are_counted_per_user() {
        let mut judge = Judge::default();
        judge.acknowledge(CLIENT, 1, 7, v(2), SimTime(10));
        judge.judge_read(CLIENT, 2, 7, v(1), SimTime(5));
        assert_eq!(judge.counts(), Consistency { reads: 1, ..Default::default() });
        judge.judge_read(CLIENT, 1, 7, v(1), SimTime(5));
        judge.judge_read(CLIENT, 2, 7, v(0), SimTime(5));
        let counts = judge.counts();
        assert_eq!((counts.read_your_writes_violations, counts.monotonic_read_violations, counts.stale_reads), (1, 1, 0));
    }

    #[test]
    fn a_write_that_arrives_after_all_is_not_lost_and_a_later_one_is_no_excuse() {
        let lost = |arrives: u64| {
            let mut judge = Judge::default();
            (1..=4).for_each(|version| judge.acknowledge(CLIENT, 1, 7, v(version), SimTime(version)));
            judge.lose_on_the_way(STORE, 7, 1, 4);
            assert_eq!(judge.counts().lost_writes, 3);
            judge.arrive(STORE, 7, arrives);
            judge.counts().lost_writes
        };
        assert_eq!((lost(3), lost(4), lost(5)), (1, 0, 3));
    }

    #[test]
    fn lag_is_the_age_of_the_first_entry_not_applied() {
        let mut judge = Judge::default();
        for lsn in 1..=3 {
            judge.commit(STORE, lsn, SimTime(lsn * 100));
        }
        assert_eq!(judge.lag(STORE, 1, SimTime(450)), SimDuration(250));
        assert_eq!(judge.lag(STORE, 3, SimTime(450)), SimDuration::ZERO);
    }
}

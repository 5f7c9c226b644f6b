//! The judge: an observer outside the system who knows every acknowledged write, and so whether a read was stale.
//! It decides nothing inside the simulation.

use std::collections::VecDeque;
use std::mem::size_of;

use imbl::Vector;
use smallvec::SmallVec;

use crate::data::ranges::Ranges;
use crate::data::sessions::Jar;
use crate::data::SharedMap;
use crate::engine::{NodeIndex, SimDuration, SimTime, Versioned};

/// Acknowledged versions remembered per key. A read that began before the oldest of them is judged against the oldest.
const REMEMBERED: usize = 64;
/// Commit times remembered per store; a lag that reaches further back is reported as the age of the oldest.
const REMEMBERED_COMMITS: usize = 1 << 16;

/// Sessions (a user and a key) remembered. Beyond that all are forgotten and begin anew, so violations may be undercounted in
/// runs of many millions of requests.
const REMEMBERED_SESSIONS: usize = 1 << 14;

/// Ranges of acknowledged versions remembered per key. Beyond that the oldest are forgotten: only a key of which thousands of writes
/// failed in between, and that was never made durable, has so many.
const REMEMBERED_RANGES: usize = 1024;

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

impl Consistency {
    /// What was counted since an earlier state of the same counts. Of writes that were thought lost by then, some may have turned up.
    pub fn since(&self, before: &Consistency) -> Consistency {
        Consistency {
            reads: self.reads - before.reads,
            stale_reads: self.stale_reads - before.stale_reads,
            read_your_writes_violations: self.read_your_writes_violations - before.read_your_writes_violations,
            monotonic_read_violations: self.monotonic_read_violations - before.monotonic_read_violations,
            lost_writes: self.lost_writes.saturating_sub(before.lost_writes),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct History {
    assigned: u64,
    /// What the store has.
    stored: u64,
    /// The newest acknowledged version at each time.
    acknowledged: VecDeque<(u64, SimTime)>,
    /// All acknowledged versions.
    told: Ranges,
}

/// What one crash took back of one key.
#[derive(Clone, Debug)]
struct Loss {
    versions: Ranges,
    /// The newest version that there was: if one up to it reaches the store all the same, what it replaces is no loss.
    newest: u64,
}

/// Who has versions of a key that its store does not have: mostly one, and then it needs no memory of its own.
type Afloat = SmallVec<[(NodeIndex, Ranges); 1]>;

#[derive(Clone, Copy, Debug, Default)]
struct Session {
    wrote: u64,
    read: u64,
}

#[derive(Clone, Debug, Default)]
struct Commits {
    first_lsn: u64,
    times: Vector<SimTime>,
}

/// The judge.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// Users' cookies. They are not judged; they are kept here because users are nobody in the diagram.
    pub jar: Jar,
    histories: SharedMap<(NodeIndex, u64), History>,
    sessions: SharedMap<(NodeIndex, u64, NodeIndex, u64), Session>,
    commits: SharedMap<NodeIndex, Commits>,
    /// Versions that a crash took back.
    losses: SharedMap<(NodeIndex, u64), Vec<Loss>>,
    /// Versions that their store does not have yet, by who has them.
    afloat: SharedMap<(NodeIndex, u64), Afloat>,
    counts: Consistency,
}

impl Judge {
    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        let maps = self.histories.len() * size_of::<((NodeIndex, u64), History)>()
            + self.sessions.len() * size_of::<((NodeIndex, u64, NodeIndex, u64), Session)>()
            + self.jar.bytes();
        2 * maps
    }

    /// The counts.
    pub fn counts(&self) -> Consistency {
        self.counts
    }

    /// The next version of a key at a store, which has it from now on. Versions are never given twice, even after a crash took
    /// some back.
    pub fn assign(&mut self, origin: NodeIndex, key: u64) -> u64 {
        let history = self.histories.entry((origin, key)).or_default();
        history.assigned += 1;
        history.stored = history.assigned;
        history.assigned
    }

    /// The next version of a key, which `holder` has and its store does not yet.
    pub fn assign_afloat(&mut self, holder: NodeIndex, origin: NodeIndex, key: u64) -> u64 {
        let history = self.histories.entry((origin, key)).or_default();
        history.assigned += 1;
        let version = history.assigned;
        self.holds(holder, origin, key, version);
        version
    }

    /// `holder` has a version now that its store does not have yet.
    pub fn take_over(&mut self, holder: NodeIndex, origin: NodeIndex, key: u64, version: u64) {
        self.holds(holder, origin, key, version);
    }

    fn holds(&mut self, holder: NodeIndex, origin: NodeIndex, key: u64, version: u64) {
        let afloat = self.afloat.entry((origin, key)).or_default();
        match afloat.iter_mut().find(|(who, _)| *who == holder) {
            Some((_, versions)) => {
                // It replaces one that the holder had before: what that would have replaced, this will.
                let held = |loss: &&mut Loss| versions.first().is_some_and(|first| first <= loss.newest);
                for loss in self.losses.get_mut(&(origin, key)).into_iter().flatten().filter(held) {
                    loss.newest = loss.newest.max(version);
                }
                versions.insert(version);
            }
            None => afloat.push((holder, Ranges::of(version, version))),
        }
    }

    /// Somebody else, or the store, has answered for a version of `holder`: that and what it replaces is no longer its to lose.
    pub fn pass_on(&mut self, holder: NodeIndex, origin: NodeIndex, key: u64, version: u64) {
        self.no_longer_afloat(origin, key, version, |who, _| who == holder);
    }

    fn no_longer_afloat(&mut self, origin: NodeIndex, key: u64, version: u64, whose: impl Fn(NodeIndex, &Ranges) -> bool) {
        let Some(afloat) = self.afloat.get_mut(&(origin, key)) else { return };
        for (_, versions) in afloat.iter_mut().filter(|(who, versions)| whose(*who, versions)) {
            versions.take_up_to(version);
        }
        afloat.retain(|(_, versions)| !versions.is_empty());
        if afloat.is_empty() {
            self.afloat.remove(&(origin, key));
        }
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
        if history.told.insert(value.version) {
            if history.told.pieces() > REMEMBERED_RANGES {
                history.told.forget_oldest();
            }
            // A crash can be quicker than the answer.
            let losses = self.losses.get(&(value.origin, key));
            self.counts.lost_writes += u64::from(losses.is_some_and(|l| l.iter().any(|l| l.versions.contains(value.version))));
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

    /// A crash of a store took a key back to `kept`. What others have still to bring it is not lost.
    pub fn lose(&mut self, origin: NodeIndex, key: u64, kept: u64) {
        let Some(history) = self.histories.get_mut(&(origin, key)) else { return };
        let had = std::mem::replace(&mut history.stored, kept);
        let mut gone = Ranges::of(kept + 1, had);
        for (_, versions) in self.afloat.get(&(origin, key)).into_iter().flatten() {
            gone = gone.without(versions);
        }
        self.book_loss(origin, key, gone);
    }

    /// A crash of somebody on the way took all versions of a key that only it had; unless one arrives all the same.
    pub fn lose_on_the_way(&mut self, holder: NodeIndex, origin: NodeIndex, key: u64) {
        let Some(afloat) = self.afloat.get_mut(&(origin, key)) else { return };
        let Some(place) = afloat.iter().position(|(who, _)| *who == holder) else { return };
        let (_, mut gone) = afloat.swap_remove(place);
        if afloat.is_empty() {
            self.afloat.remove(&(origin, key));
        }
        // What the store has by now is newer than some of it: they would have been replaced in any case.
        gone.take_up_to(self.histories.get(&(origin, key)).map_or(0, |h| h.stored));
        self.book_loss(origin, key, gone);
    }

    fn book_loss(&mut self, origin: NodeIndex, key: u64, mut versions: Ranges) {
        let Some(history) = self.histories.get(&(origin, key)) else { return };
        let losses = self.losses.entry((origin, key)).or_default();
        // A write is lost once, however often its store crashes.
        for before in losses.iter() {
            versions = versions.without(&before.versions);
        }
        self.counts.lost_writes += history.told.count_common(&versions);
        if !versions.is_empty() {
            losses.push(Loss { versions, newest: history.assigned });
        }
    }

    /// A store has a version that somebody else assigned. If it was thought lost, it and those that it replaced are not.
    pub fn arrive(&mut self, origin: NodeIndex, key: u64, version: u64) {
        self.no_longer_afloat(origin, key, version, |_, versions| versions.contains(version));
        let Some(history) = self.histories.get_mut(&(origin, key)) else { return };
        history.stored = history.stored.max(version);
        let Some(losses) = self.losses.get_mut(&(origin, key)) else { return };
        for loss in losses.iter_mut().filter(|l| version <= l.newest) {
            self.counts.lost_writes -= history.told.count_common(&loss.versions.take_up_to(version));
        }
        losses.retain(|l| !l.versions.is_empty());
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

    const CACHE: NodeIndex = NodeIndex(2);

    fn acknowledge(judge: &mut Judge, versions: impl IntoIterator<Item = u64>) {
        versions.into_iter().for_each(|version| judge.acknowledge(CLIENT, 1, 7, v(version), SimTime(version)));
    }

    /// The store has version 1, a cache 2 to 4.
    fn three_afloat() -> Judge {
        let mut judge = Judge::default();
        assert_eq!(judge.assign(STORE, 7), 1);
        (2..=4).for_each(|version| assert_eq!(judge.assign_afloat(CACHE, STORE, 7), version));
        judge
    }

    #[test]
    fn a_write_that_arrives_after_all_is_not_lost_and_a_later_one_is_no_excuse() {
        let lost = |arrives: u64| {
            let mut judge = three_afloat();
            acknowledge(&mut judge, 1..=4);
            judge.lose_on_the_way(CACHE, STORE, 7);
            assert_eq!(judge.counts().lost_writes, 3);
            judge.arrive(STORE, 7, arrives);
            judge.counts().lost_writes
        };
        assert_eq!((lost(3), lost(4), lost(5)), (1, 0, 3));
    }

    #[test]
    fn a_write_is_lost_once_however_often_its_store_crashes() {
        let mut judge = Judge::default();
        (1..=4).for_each(|version| assert_eq!(judge.assign(STORE, 7), version));
        acknowledge(&mut judge, 1..=4);
        judge.lose(STORE, 7, 2);
        assert_eq!(judge.assign(STORE, 7), 5);
        acknowledge(&mut judge, [5]);
        judge.lose(STORE, 7, 2);
        assert_eq!(judge.counts().lost_writes, 3, "versions 3 and 4, then 5");
        judge.lose(STORE, 7, 0);
        assert_eq!(judge.counts().lost_writes, 5);
    }

    #[test]
    fn a_crash_of_the_store_loses_nothing_that_a_cache_has_still_to_bring() {
        let mut judge = three_afloat();
        acknowledge(&mut judge, 1..=4);
        judge.lose(STORE, 7, 1);
        assert_eq!(judge.counts().lost_writes, 0);
        judge.arrive(STORE, 7, 4);
        judge.lose(STORE, 7, 1);
        assert_eq!(judge.counts().lost_writes, 3, "now they were there");
        // Its answer was lost with it, so the cache brings it again.
        judge.arrive(STORE, 7, 4);
        assert_eq!(judge.counts().lost_writes, 0);
        // One that replaces what a cache had at the time of the crash is as good as that.
        let mut judge = three_afloat();
        judge.arrive(STORE, 7, 3);
        acknowledge(&mut judge, 1..=4);
        judge.lose(STORE, 7, 0);
        assert_eq!(judge.counts().lost_writes, 3);
        assert_eq!(judge.assign_afloat(CACHE, STORE, 7), 5);
        judge.arrive(STORE, 7, 5);
        assert_eq!(judge.counts().lost_writes, 0);
    }

    #[test]
    fn a_crash_of_a_cache_loses_only_what_it_alone_has() {
        let mut judge = three_afloat();
        let other = NodeIndex(3);
        assert_eq!(judge.assign_afloat(other, STORE, 7), 5);
        acknowledge(&mut judge, 1..=5);
        judge.lose_on_the_way(CACHE, STORE, 7);
        assert_eq!(judge.counts().lost_writes, 3);
        // Somebody wrote past the cache: 2 to 4 are old news.
        let mut judge = three_afloat();
        assert_eq!(judge.assign(STORE, 7), 5);
        acknowledge(&mut judge, 1..=5);
        judge.lose_on_the_way(CACHE, STORE, 7);
        assert_eq!(judge.counts().lost_writes, 0);
    }

    #[test]
    fn an_answer_that_was_on_its_way_when_its_write_was_lost_counts_and_one_that_overtook_another_too() {
        let mut judge = Judge::default();
        (1..=3).for_each(|version| assert_eq!(judge.assign(STORE, 7), version));
        acknowledge(&mut judge, [2, 1]);
        judge.lose(STORE, 7, 0);
        assert_eq!(judge.counts().lost_writes, 2);
        acknowledge(&mut judge, [3]);
        assert_eq!(judge.counts().lost_writes, 3);
    }

    #[test]
    fn all_writes_to_a_hot_key_are_counted() {
        let mut judge = Judge::default();
        (1..=500).for_each(|version| assert_eq!(judge.assign(STORE, 7), version));
        acknowledge(&mut judge, (1..=500).filter(|v| v % 5 > 0));
        judge.lose(STORE, 7, 0);
        assert_eq!(judge.counts().lost_writes, 400);
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

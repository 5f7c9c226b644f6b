//! A replication log: numbered entries, what each follower was sent and has, and what to send next.
//! Knows neither how it travels nor what it means to anybody.

use imbl::Vector;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::engine::{LinkIndex, SimDuration, SimTime};

/// One entry: a key and the version it got.
pub type LogEntry = (u64, u64);
/// Entries on their way; one alone, as most are, needs no memory of its own.
pub type Entries = SmallVec<[LogEntry; 1]>;

/// Entries kept for followers; one further behind gets a snapshot.
const KEPT: usize = 50_000;
/// Entries in one message to a follower that catches up.
const BATCH: usize = 500;

/// What a follower, known by the link to it, was sent and has told to have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Follower {
    sent: u64,
    /// Everything up to this entry.
    pub received: u64,
    /// Of that, applied.
    pub applied: u64,
    resent_at: SimTime,
    known: bool,
}

/// What a follower says that it has.
#[derive(Clone, Copy, Debug)]
pub struct Has {
    /// Of which generation of the log.
    pub generation: u64,
    /// Everything up to this entry.
    pub received: u64,
    /// Of that, applied.
    pub applied: u64,
}

/// What to send a follower.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// The whole state.
    Snapshot,
    /// Entries, the first of which has this number.
    Entries(u64, Entries),
}

/// The log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vector<LogEntry>,
    lsn: u64,
    /// Grows whenever entries are taken back: numbers are given again then, to others.
    generation: u64,
    followers: FxHashMap<LinkIndex, Follower>,
}

impl Log {
    /// Number of the newest entry; entries are numbered from 1.
    pub fn lsn(&self) -> u64 {
        self.lsn
    }

    /// It grows when entries are taken back.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds an entry and returns its number. Where nobody follows none is kept: whoever comes gets the state.
    pub fn append(&mut self, entry: LogEntry, followed: bool) -> u64 {
        if followed {
            self.entries.push_back(entry);
            if self.entries.len() > KEPT {
                self.entries.pop_front();
            }
        } else if !self.entries.is_empty() {
            self.entries.clear();
        }
        self.lsn += 1;
        self.lsn
    }

    /// Forgets the entries after this one, and all followers. What comes is of this generation.
    pub fn cut_back(&mut self, lsn: u64, generation: u64) {
        let gone = (self.lsn - lsn).min(self.entries.len() as u64) as usize;
        self.entries.truncate(self.entries.len() - gone);
        self.lsn = lsn;
        self.generation = generation;
        self.followers.clear();
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.entries.len() * std::mem::size_of::<LogEntry>()
    }

    /// A follower.
    pub fn follower(&self, link: LinkIndex) -> Follower {
        self.followers.get(&link).copied().unwrap_or_default()
    }

    /// Whether a follower was ever sent anything.
    pub fn knows(&self, link: LinkIndex) -> bool {
        self.follower(link).known
    }

    /// Forgets all followers but these.
    pub fn keep(&mut self, links: &[LinkIndex]) {
        self.followers.retain(|link, _| links.contains(link));
    }

    /// What a follower has not been sent yet, which then counts as sent; `None` if it has been sent everything.
    pub fn next_for(&mut self, link: LinkIndex) -> Option<Parcel> {
        let first_kept = self.lsn - self.entries.len() as u64 + 1;
        let follower = self.followers.entry(link).or_default();
        if !follower.known || follower.sent > self.lsn || follower.sent + 1 < first_kept {
            *follower = Follower { known: true, sent: self.lsn, resent_at: follower.resent_at, ..Follower::default() };
            return Some(Parcel::Snapshot);
        }
        if follower.sent == self.lsn {
            return None;
        }
        let from = (follower.sent + 1 - first_kept) as usize;
        let to = (from + BATCH).min(self.entries.len());
        let first = follower.sent + 1;
        follower.sent += (to - from) as u64;
        Some(Parcel::Entries(first, (from..to).filter_map(|i| self.entries.get(i).copied()).collect()))
    }

    /// A follower tells what it has, and whether it missed something after that. What was lost is sent again, at most once in
    /// `pace`. Returns whether there is more to send it.
    pub fn acknowledge(&mut self, link: LinkIndex, has: Has, gap: bool, now: SimTime, pace: SimDuration) -> bool {
        let (newest, Has { generation, received, applied }) = (self.lsn, has);
        let follower = self.followers.entry(link).or_default();
        if generation != self.generation {
            // It has what was taken back, or knows nothing of it yet: it begins anew.
            let again = !follower.known || now.since(follower.resent_at) >= pace;
            if again {
                (follower.known, follower.resent_at) = (false, now);
            }
            return again;
        }
        // Acknowledgements can overtake each other.
        follower.received = follower.received.max(received);
        follower.applied = follower.applied.max(applied);
        // What is under way when a gap is noticed makes more of the same notices; one resend is enough.
        if gap && follower.sent > received && now.since(follower.resent_at) >= pace {
            follower.sent = received;
            follower.resent_at = now;
        }
        follower.sent < newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkIndex = LinkIndex(3);
    const PACE: SimDuration = SimDuration(100);

    fn has(received: u64, applied: u64) -> Has {
        Has { generation: 0, received, applied }
    }

    fn log(entries: u64) -> Log {
        let mut log = Log::default();
        (1..=entries).for_each(|i| assert_eq!(log.append((i, 1), true), i));
        log
    }

    fn entries(parcel: Option<Parcel>) -> Option<(u64, usize)> {
        match parcel {
            Some(Parcel::Entries(first, entries)) => Some((first, entries.len())),
            _ => None,
        }
    }

    #[test]
    fn a_new_follower_gets_a_snapshot_and_then_each_entry_once() {
        let mut log = log(3);
        assert!(matches!(log.next_for(LINK), Some(Parcel::Snapshot)));
        assert!(log.next_for(LINK).is_none());
        log.append((9, 1), true);
        log.append((9, 2), true);
        assert_eq!(entries(log.next_for(LINK)), Some((4, 2)));
        assert!(log.next_for(LINK).is_none());
    }

    #[test]
    fn what_was_lost_is_sent_again_but_not_for_each_notice() {
        let mut log = log(1);
        log.next_for(LINK);
        (0..3).for_each(|_| {
            log.append((5, 5), true);
        });
        log.next_for(LINK);
        assert!(log.acknowledge(LINK, has(1, 1), true, SimTime(500), PACE));
        assert_eq!(entries(log.next_for(LINK)), Some((2, 3)));
        assert!(!log.acknowledge(LINK, has(1, 1), true, SimTime(550), PACE), "these are under way");
        assert!(!log.acknowledge(LINK, has(4, 2), false, SimTime(560), PACE));
        assert_eq!((log.follower(LINK).received, log.follower(LINK).applied), (4, 2));
    }

    #[test]
    fn a_follower_of_a_log_that_was_cut_starts_anew_and_is_sent_its_state_once() {
        let mut log = log(5);
        log.next_for(LINK);
        log.cut_back(2, 1);
        assert!(!log.knows(LINK));
        assert!(log.acknowledge(LINK, has(5, 5), false, SimTime(1), PACE));
        assert!(matches!(log.next_for(LINK), Some(Parcel::Snapshot)));
        assert!(!log.acknowledge(LINK, has(5, 5), true, SimTime(50), PACE), "it is on its way");
        assert!(log.acknowledge(LINK, has(5, 5), true, SimTime(101), PACE), "it was lost");
        assert_eq!(log.follower(LINK).applied, 0);
    }
}

//! When each store committed what, and so how far behind its followers are. An observer's knowledge: no store asks.
//! Knows no keys.

use imbl::Vector;

use crate::data::SharedMap;
use crate::engine::{NodeIndex, SimDuration, SimTime};

/// Commits remembered per store; a lag that reaches further back is reported as the age of the oldest.
const REMEMBERED: usize = 1 << 16;

#[derive(Clone, Debug, Default)]
struct Log {
    first_lsn: u64,
    times: Vector<SimTime>,
}

/// The times of commits, by store.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    stores: SharedMap<NodeIndex, Log>,
}

impl Commits {
    /// A store has committed log entry `lsn`; entries are numbered from 1 without gaps, unless the log was cut.
    pub fn add(&mut self, store: NodeIndex, lsn: u64, now: SimTime) {
        self.cut(store, lsn.saturating_sub(1));
        let log = self.stores.entry(store).or_default();
        if log.times.is_empty() {
            log.first_lsn = lsn;
        }
        log.times.push_back(now);
        if log.times.len() > REMEMBERED {
            log.times.pop_front();
            log.first_lsn += 1;
        }
    }

    /// A crash has cut a store's log behind this entry.
    pub fn cut(&mut self, store: NodeIndex, lsn: u64) {
        if let Some(log) = self.stores.get_mut(&store) {
            let kept = (lsn + 1).saturating_sub(log.first_lsn) as usize;
            if kept < log.times.len() {
                log.times.truncate(kept);
            }
        }
    }

    /// How long the oldest entry after `applied` has been committed: a follower's lag. Zero if it has everything.
    pub fn lag(&self, store: NodeIndex, applied: u64, now: SimTime) -> SimDuration {
        let Some(log) = self.stores.get(&store) else { return SimDuration::ZERO };
        let place = (applied + 1).saturating_sub(log.first_lsn) as usize;
        log.times.get(place).map_or(SimDuration::ZERO, |at| now.since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_the_age_of_the_first_entry_not_applied_and_what_was_cut_is_none() {
        let (mut commits, store) = (Commits::default(), NodeIndex(1));
        for lsn in 1..=3 {
            commits.add(store, lsn, SimTime(lsn * 100));
        }
        assert_eq!(commits.lag(store, 1, SimTime(450)), SimDuration(250));
        assert_eq!(commits.lag(store, 3, SimTime(450)), SimDuration::ZERO);
        commits.cut(store, 1);
        assert_eq!(commits.lag(store, 1, SimTime(450)), SimDuration::ZERO, "there is nothing to wait for");
        commits.add(store, 2, SimTime(500));
        assert_eq!(commits.lag(store, 1, SimTime(550)), SimDuration(50));
    }
}

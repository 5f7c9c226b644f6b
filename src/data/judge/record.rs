//! What a judge was told, on a tape, so that a snapshot of it is small: it is told again when the snapshot is taken up.
//! Decides nothing: it names the judge's own deeds.

use std::mem;
use std::sync::Arc;

use super::Judge;
use crate::engine::scale::{line, list, map, Scale};
use crate::engine::tape::Tape;
use crate::engine::{NodeIndex, SimTime, Versioned};

/// What a judge can be told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Assign,
    AssignAfloat,
    TakeOver,
    PassOn,
    Acknowledge,
    Read,
    Lose,
    LoseOnTheWay,
    Arrive,
    Commit,
}

impl Deed {
    /// In the order of their numbers.
    const ALL: [Deed; 10] = [
        Deed::Assign,
        Deed::AssignAfloat,
        Deed::TakeOver,
        Deed::PassOn,
        Deed::Acknowledge,
        Deed::Read,
        Deed::Lose,
        Deed::LoseOnTheWay,
        Deed::Arrive,
        Deed::Commit,
    ];
}

/// How a judge came to be what it is.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// As it was when the tape began.
    base: Arc<Judge>,
    /// What it was told since.
    tape: Tape,
}

impl Judge {
    pub(super) fn note(&mut self, deed: Deed, words: &[u64]) {
        if let Some(record) = &mut self.record {
            record.tape.note(deed as u8, words);
        }
    }

    /// A copy that holds what cannot be told again, and shares the rest; it judges only after [`Judge::thaw`]. From the first
    /// of them on this judge keeps a record.
    pub fn frozen(&mut self) -> Judge {
        if self.record.is_none() {
            self.record = Some(Record { base: Arc::new(self.clone()), tape: Tape::default() });
        }
        self.record.iter_mut().for_each(|r| r.tape.seal());
        Judge { jar: self.jar.clone(), counts: self.counts, record: self.record.clone(), ..Judge::default() }
    }

    /// Makes a frozen copy the judge that it was.
    pub fn thaw(&mut self) {
        let Some(record) = self.record.take() else { return };
        let (jar, counts) = (mem::take(&mut self.jar), self.counts);
        *self = (*record.base).clone();
        record.tape.tell(|deed, words| self.again(deed, words));
        // The cookies are no part of the record, and reads that changed nothing but the counts are not in it.
        (self.jar, self.counts, self.record) = (jar, counts, Some(record));
    }

    fn again(&mut self, deed: u8, words: &[u64]) {
        let Some(deed) = Deed::ALL.get(usize::from(deed)) else { return };
        let node = |i: usize| NodeIndex(words[i] as u32);
        match deed {
            Deed::Assign => drop(self.assign(node(0), words[1])),
            Deed::AssignAfloat => drop(self.assign_afloat(node(0), node(1), words[2])),
            Deed::TakeOver => self.take_over(node(0), node(1), words[2], words[3]),
            Deed::PassOn => self.pass_on(node(0), node(1), words[2], words[3]),
            Deed::Acknowledge => {
                let value = Versioned { origin: node(3), version: words[4] };
                self.acknowledge(node(0), words[1], words[2], value, SimTime(words[5]));
            }
            Deed::Read => {
                let session = self.session(node(0), words[1], words[2], node(3));
                session.read = session.read.max(words[4]);
            }
            Deed::Lose => self.lose(node(0), words[1], words[2]),
            Deed::LoseOnTheWay => self.lose_on_the_way(node(0), node(1), words[2]),
            Deed::Arrive => self.arrive(node(0), words[1], words[2]),
            Deed::Commit => self.commit(node(0), words[1], SimTime(words[2])),
        }
    }

    /// Bytes of its record so far.
    pub fn recorded(&self) -> usize {
        self.record.as_ref().map_or(0, |r| r.tape.len())
    }

    /// Keeps no record until the next snapshot, which begins one.
    pub fn forget_record(&mut self) {
        self.record = None;
    }

    /// Weighs a frozen copy.
    pub fn weigh(&self, scale: &mut Scale) {
        self.jar.weigh(scale);
        if let Some(Record { base, tape }) = &self.record {
            tape.weigh(scale);
            if scale.shared(base, 0) {
                base.weigh_whole(scale);
            }
        }
    }

    fn weigh_whole(&self, scale: &mut Scale) {
        scale.add(map(&self.histories) + map(&self.sessions) + map(&self.commits) + map(&self.losses) + map(&self.afloat));
        for history in self.histories.values() {
            scale.add(line(&history.acknowledged) + history.told.spilled());
        }
        scale.add(self.commits.values().map(|c| line(&c.times)).sum());
        for loss in self.losses.values() {
            scale.add(list(loss) + loss.iter().map(|l| l.versions.spilled()).sum::<usize>());
        }
        for afloat in self.afloat.values() {
            scale.add(afloat.iter().map(|(_, versions)| versions.spilled()).sum::<usize>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    /// A random life of stores, caches and clients, frozen now and then: what is thawed goes on as the original does.
    #[test]
    fn a_thawed_judge_is_the_judge_that_was_frozen() {
        use crate::engine::random::{below, generator, Purpose};
        let mut judge = Judge::default();
        let mut frozen = Vec::new();
        let mut lsn = 0;
        let live = |judge: &mut Judge, step: u64, lsn: &mut u64| {
            let mut rng = generator(11, 1, Purpose::Key, step);
            let mut pick = |n: usize| below(&mut rng, n);
            let (key, user, holder) = (pick(6) as u64, pick(3) as u64, NodeIndex(5 + pick(2) as u32));
            let (origin, client) = (NodeIndex(1 + pick(2) as u32), NodeIndex(0));
            let now = SimTime(step * 1_000);
            let newest = judge.histories.get(&(origin, key)).map_or(0, |h| h.assigned);
            let version = newest.saturating_sub(pick(3) as u64);
            match pick(14) {
                0..=2 => {
                    judge.assign(origin, key);
                    *lsn += 1;
                    judge.commit(origin, *lsn, now);
                }
                3 => drop(judge.assign_afloat(holder, origin, key)),
                4 => judge.take_over(holder, origin, key, version.max(1)),
                5 => judge.pass_on(holder, origin, key, version),
                6..=7 => judge.acknowledge(client, user, key, Versioned { origin, version }, now),
                8..=10 => drop(judge.judge_read(client, user, key, Versioned { origin, version }, SimTime(now.0.saturating_sub(5_000)))),
                11 => judge.lose(origin, key, version.saturating_sub(2)),
                12 => judge.lose_on_the_way(holder, origin, key),
                _ => judge.arrive(origin, key, version),
            }
        };
        for step in 0..4_000 {
            // From a judge that has lived already, as from a fresh one.
            if step % 500 == 250 {
                frozen.push((step, lsn, judge.frozen()));
            }
            live(&mut judge, step, &mut lsn);
        }
        let text = |judge: &Judge| {
            let mut lines: Vec<String> = judge.histories.iter().map(|h| format!("{h:?}")).collect();
            lines.extend(judge.sessions.iter().map(|s| format!("{s:?}")));
            lines.extend(judge.losses.iter().map(|l| format!("{l:?}")));
            lines.extend(judge.afloat.iter().map(|a| format!("{a:?}")));
            lines.extend(judge.commits.iter().map(|c| format!("{c:?}")));
            lines.sort();
            (lines, judge.counts, judge.recorded())
        };
        assert!(judge.counts.lost_writes > 0 && judge.counts.stale_reads > 0, "{:?}", judge.counts);
        for (begun, mut lsn, copy) in frozen {
            let mut thawed = copy.clone();
            thawed.thaw();
            for step in begun..4_000 {
                live(&mut thawed, step, &mut lsn);
            }
            assert_eq!(text(&thawed), text(&judge), "from step {begun}");
        }
    }
}

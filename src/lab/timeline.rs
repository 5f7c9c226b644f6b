//! The past of a run: snapshots of it, at best one each second, within a budget of memory; and the way back to any moment.
//! Knows no document: who goes back brings the journal.

use super::snapshots::Snapshot;
use super::Experiment;
use crate::diagram::Entry;
use crate::engine::scale::Scale;
use crate::engine::{SimDuration, SimTime};

/// From one snapshot to the next, as long as there is room.
pub const SPACING: SimDuration = SimDuration::from_millis(1_000);
/// Memory that snapshots may take beside the run.
pub const BUDGET: usize = 64 << 20;

/// So many of the latest snapshots, those of ten seconds, stay a second apart, as long as there are three times as many.
const LATEST: usize = 11;

/// A snapshot, and when a run that goes on from it has all the stories again that one without a stop has.
#[derive(Clone, Debug)]
struct Kept {
    snapshot: Snapshot,
    /// Never, as far as is known, if that is the end of time.
    whole_from: SimTime,
}

/// The snapshots of one run, the first at its start.
///
/// What they hold is counted in bytes, what several share once. When that is more than the budget, snapshots go where they stand
/// densest for their age: the recent past stays a second apart, the distant past less so.
#[derive(Clone, Debug)]
pub struct Timeline {
    budget: usize,
    /// In order of time.
    kept: Vec<Kept>,
    scale: Scale,
    due: SimTime,
    /// Not even two snapshots fit.
    given_up: bool,
}

impl Timeline {
    /// The timeline of a run that stands at its start.
    pub fn new(experiment: &mut Experiment, budget: usize) -> Timeline {
        let mut timeline = Timeline { budget, kept: Vec::new(), scale: Scale::default(), due: SimTime::ZERO, given_up: false };
        timeline.keep(experiment);
        timeline
    }

    /// When the next snapshot is due.
    pub fn due(&self) -> SimTime {
        self.due
    }

    /// Runs on as [`Experiment::advance`] does, and takes a snapshot at each moment when one is due.
    pub fn advance(&mut self, experiment: &mut Experiment, to: SimTime, max_events: u64) -> u64 {
        let mut handled = 0;
        if experiment.now() > self.due {
            // The run went past it without its timeline: one missed is not the last.
            self.due = after(experiment.now());
        }
        loop {
            let stop = if experiment.now() < self.due { to.min(self.due) } else { to };
            handled += experiment.advance(stop, max_events - handled);
            self.look(experiment);
            if handled >= max_events {
                return handled;
            }
            if stop == self.due {
                self.keep(experiment);
            }
            if stop == to {
                return handled;
            }
        }
    }

    /// Takes a snapshot now, unless there is a later one already. A run that was not stopped when one was due has missed it.
    pub fn keep(&mut self, experiment: &mut Experiment) {
        let now = experiment.now();
        if self.given_up || self.kept.last().is_some_and(|last| last.snapshot.at() >= now) {
            return;
        }
        self.look(experiment);
        if experiment.recorded() > self.budget / 3 {
            // What is told again from the start of the run would soon be all that fits.
            experiment.forget_record();
            self.kept.truncate(1);
            self.weigh();
        }
        let snapshot = experiment.snapshot(self.kept.last().map(|last| &last.snapshot));
        snapshot.weigh(&mut self.scale);
        let whole_from = if snapshot.suffices(experiment) { now } else { SimTime(u64::MAX) };
        self.kept.push(Kept { snapshot, whole_from });
        self.due = after(now);
        if self.bytes() > self.budget {
            self.thin_out();
        }
    }

    /// Looks from which snapshots on a run to here would have all stories.
    fn look(&mut self, experiment: &Experiment) {
        let now = experiment.now();
        for kept in self.kept.iter_mut().rev().take_while(|kept| kept.whole_from > now) {
            if kept.snapshot.suffices(experiment) {
                kept.whole_from = now;
            }
        }
    }

    /// The run at a moment, or a little before it: the caller runs on to the moment. `journal` is that of the document; up to the
    /// moment it must be the one that led here. `None` if there is no snapshot to begin from, as when not one fits.
    pub fn resume(&self, to: SimTime, journal: &[(SimTime, Entry)]) -> Option<Experiment> {
        let until = self.kept.partition_point(|kept| kept.snapshot.at() <= to);
        let found = self.kept[..until].iter().rev().find(|kept| kept.whole_from <= to);
        found.map(|kept| kept.snapshot.resume(journal))
    }

    /// What was done at a moment has changed the run from there on: later snapshots are of a run that is no more. At the moment
    /// itself those stay that were taken before it was done, `carried` entries of the journal ago.
    pub fn forget_after(&mut self, moment: SimTime, carried: usize) {
        let before = self.kept.len();
        self.kept.retain(|Kept { snapshot: s, .. }| s.at() < moment || (s.at() == moment && s.carried() <= carried));
        for kept in self.kept.iter_mut().rev().take_while(|kept| kept.whole_from > moment) {
            kept.whole_from = SimTime(u64::MAX);
        }
        if self.kept.len() != before {
            self.weigh();
        }
        let next = self.kept.last().map_or(SimTime::ZERO, |last| after(last.snapshot.at()));
        self.due = self.due.min(next);
    }

    /// Bytes that the snapshots hold beside the run.
    pub fn bytes(&self) -> usize {
        self.scale.bytes()
    }

    /// The moments that there are snapshots of.
    pub fn moments(&self) -> impl Iterator<Item = SimTime> + '_ {
        self.kept.iter().map(|kept| kept.snapshot.at())
    }

    fn weigh(&mut self) {
        self.scale = Scale::default();
        for kept in &self.kept {
            kept.snapshot.weigh(&mut self.scale);
        }
    }

    /// Makes room for some snapshots to come.
    fn thin_out(&mut self) {
        while self.bytes() > self.budget / 8 * 7 {
            if self.kept.len() < 3 {
                self.kept.clear();
                self.given_up = true;
            }
            let go = (self.kept.len() / 16).max(1);
            for _ in 0..go {
                if let Some(place) = self.densest() {
                    self.kept.remove(place);
                }
            }
            self.weigh();
        }
    }

    /// The snapshot that is missed the least: not the first, and none of the latest as long as there are enough others.
    fn densest(&self) -> Option<usize> {
        let latest = if self.kept.len() > 3 * LATEST { LATEST } else { 1 };
        let now = self.kept.last()?.snapshot.at();
        let gap_for_age = |i: &usize| {
            let gap = self.kept[i + 1].snapshot.at().since(self.kept[i - 1].snapshot.at()).as_secs_f64();
            let age = now.since(self.kept[*i].snapshot.at()).as_secs_f64();
            gap / (age + 100.0)
        };
        (1..self.kept.len().saturating_sub(latest)).min_by(|a, b| gap_for_age(a).total_cmp(&gap_for_age(b)))
    }
}

/// When a snapshot is due after this moment.
fn after(moment: SimTime) -> SimTime {
    SimTime((moment.0 / SPACING.0 + 1) * SPACING.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::files::read;
    use crate::lab::scenarios::scenarios;

    fn shop() -> Experiment {
        Experiment::new(&read(scenarios()[0].json).unwrap())
    }

    fn second(n: u64) -> SimTime {
        SimTime(n * 1_000_000_000)
    }

    #[test]
    fn there_is_a_snapshot_each_second_and_the_nearest_before_is_taken_up() {
        let mut live = shop();
        let mut timeline = Timeline::new(&mut live, BUDGET);
        timeline.advance(&mut live, SimTime(12_500_000_000), u64::MAX);
        assert!(timeline.moments().eq((0..13).map(second)));
        assert_eq!(timeline.due(), second(13));
        // Four hundred stories are kept, and that many requests come in seven seconds.
        let back = timeline.resume(SimTime(11_900_000_000), &[]).unwrap();
        assert!(back.now() <= second(11) && back.now() >= second(3), "{:?}", back.now());
        assert_eq!(timeline.resume(SimTime::ZERO, &[]).unwrap().now(), SimTime::ZERO);
    }

    #[test]
    fn a_run_in_slices_has_the_same_past() {
        let (mut whole, mut slices) = (shop(), shop());
        let (mut a, mut b) = (Timeline::new(&mut whole, BUDGET), Timeline::new(&mut slices, BUDGET));
        a.advance(&mut whole, second(3), u64::MAX);
        while b.advance(&mut slices, second(3), 100) >= 100 {}
        assert!(a.moments().eq(b.moments()));
        assert_eq!((whole.trace_hash(), a.bytes()), (slices.trace_hash(), b.bytes()));
    }

    #[test]
    fn a_run_that_went_past_a_snapshot_takes_the_next() {
        let mut live = shop();
        let mut timeline = Timeline::new(&mut live, BUDGET);
        // As on a page at many times real time: most frames go on without it.
        for frame in 1..=40 {
            let to = SimTime(frame * 1_600_000_000);
            match frame % 4 {
                0 => timeline.advance(&mut live, to, u64::MAX),
                _ => live.advance(to, u64::MAX),
            };
        }
        assert!(timeline.moments().count() > 10, "{:?}", timeline.moments().collect::<Vec<_>>());
        let back = timeline.resume(second(62), &[]).unwrap();
        assert!(back.now() > second(40), "{:?}", back.now());
    }

    #[test]
    fn what_is_changed_at_a_moment_leaves_what_was_before() {
        let mut live = shop();
        let mut timeline = Timeline::new(&mut live, BUDGET);
        timeline.advance(&mut live, second(6), u64::MAX);
        let all = timeline.bytes();
        timeline.forget_after(second(3), 0);
        assert!(timeline.moments().eq((0..4).map(second)));
        assert!(timeline.bytes() < all && timeline.due() == second(4));
        // One that was taken after an entry of that moment had been carried out goes too.
        let mut back = timeline.resume(second(3), &[]).unwrap();
        back.advance(second(3), u64::MAX);
        back.apply(&Entry::Fault(crate::diagram::Fault::Crash { node: back.diagram().nodes[1].id.clone() })).unwrap();
        back.advance(SimTime(3_500_000_000), u64::MAX);
        timeline.keep(&mut back);
        assert_eq!(timeline.moments().last(), Some(SimTime(3_500_000_000)));
        timeline.forget_after(SimTime(3_500_000_000), 0);
        assert_eq!(timeline.moments().last(), Some(second(3)));
    }

    #[test]
    fn beyond_the_budget_the_distant_past_thins_out_and_the_start_stays() {
        let mut live = shop();
        let budget = 6 << 20;
        let mut timeline = Timeline::new(&mut live, budget);
        for s in 1..=120 {
            timeline.advance(&mut live, second(s), u64::MAX);
            assert!(timeline.bytes() <= budget, "{} bytes at {s} s", timeline.bytes());
        }
        let moments: Vec<u64> = timeline.moments().map(|at| at.0 / 1_000_000_000).collect();
        let gaps: Vec<u64> = moments.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(moments[0] == 0 && *moments.last().unwrap() == 120 && moments.len() < 110, "{moments:?} {}", timeline.bytes());
        assert!(gaps[0] > 1 && gaps.last() == Some(&1), "{gaps:?}");
    }

    #[test]
    fn where_not_even_two_fit_nothing_is_kept() {
        let mut live = shop();
        let mut timeline = Timeline::new(&mut live, 4 << 10);
        timeline.advance(&mut live, second(5), u64::MAX);
        assert!(timeline.resume(second(4), &[]).is_none());
        assert!(timeline.moments().count() == 0 && timeline.bytes() == 0);
    }
}

//! The past of a run: snapshots of it within a budget of memory, and the way back to any moment.
//! Knows no document: who goes back brings the journal.

use super::snapshots::Snapshot;
use super::Experiment;
use crate::diagram::Entry;
use crate::engine::{SimDuration, SimTime};

/// From one snapshot to the next at least.
pub const SPACING: SimDuration = SimDuration::from_millis(100);
/// And so many events, as long as there is room: a browser repeats them within a tenth of a second.
pub const EVENTS_BETWEEN: u64 = 200_000;
/// Memory that snapshots may take beside the run.
pub const BUDGET: usize = 64 << 20;

/// So many of the latest snapshots stay, as long as there are three times as many.
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
/// What they hold is counted in bytes, about, what several share once. When that is more than the budget, snapshots go where they stand
/// densest for their age: the recent past is quick to return to, the distant past less so.
#[derive(Clone, Debug)]
pub struct Timeline {
    budget: usize,
    /// Events from one snapshot to the next, at least.
    between: u64,
    /// In order of time.
    kept: Vec<Kept>,
    due: SimTime,
    /// Not even two snapshots fit.
    given_up: bool,
}

impl Timeline {
    /// The timeline of a run that stands at its start.
    pub fn new(experiment: &mut Experiment, budget: usize) -> Timeline {
        Timeline::every(experiment, budget, EVENTS_BETWEEN)
    }

    /// The same with a snapshot each so many events, at least.
    pub fn every(experiment: &mut Experiment, budget: usize, between: u64) -> Timeline {
        let mut timeline = Timeline { budget, between, kept: Vec::new(), due: SimTime::ZERO, given_up: false };
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
            if handled >= max_events || experiment.stopped().is_some() {
                return handled;
            }
            if stop == self.due {
                let before = self.kept.last().map_or(0, |last| last.snapshot.events());
                match experiment.events() - before >= self.between {
                    true => self.keep(experiment),
                    false => self.due = after(stop),
                }
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
        let snapshot = experiment.snapshot(self.kept.last().map(|last| &last.snapshot));
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
        self.kept.retain(|Kept { snapshot: s, .. }| s.at() < moment || (s.at() == moment && s.carried() <= carried));
        for kept in self.kept.iter_mut().rev().take_while(|kept| kept.whole_from > moment) {
            kept.whole_from = SimTime(u64::MAX);
        }
        let next = self.kept.last().map_or(SimTime::ZERO, |last| after(last.snapshot.at()));
        self.due = self.due.min(next);
    }

    /// Bytes that the snapshots hold beside the run.
    pub fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.snapshot.bytes()).sum()
    }

    /// The moments that there are snapshots of.
    pub fn moments(&self) -> impl Iterator<Item = SimTime> + '_ {
        self.kept.iter().map(|kept| kept.snapshot.at())
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
                    let gone = self.kept.remove(place).snapshot;
                    if let Some(next) = self.kept.get_mut(place) {
                        next.snapshot.follow(&gone);
                    }
                }
            }
        }
    }

    /// The snapshot that is missed the least: not the first, and none of the latest as long as there are enough others.
    fn densest(&self) -> Option<usize> {
        let latest = if self.kept.len() > 3 * LATEST { LATEST } else { 1 };
        let now = self.kept.last()?.snapshot.events();
        let gap_for_age = |i: &usize| {
            let gap = self.kept[i + 1].snapshot.events() - self.kept[i - 1].snapshot.events();
            let age = now - self.kept[*i].snapshot.events();
            gap as f64 / (age + 50 * self.between) as f64
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

    /// Of the shop, in which less happens: a snapshot about each four seconds.
    fn timeline(live: &mut Experiment, budget: usize) -> Timeline {
        Timeline::every(live, budget, BETWEEN)
    }

    const BETWEEN: u64 = 20_000;

    /// Moments in tenths of a second.
    fn tenths(timeline: &Timeline) -> Vec<u64> {
        timeline.moments().map(|at| at.0 / 100_000_000).collect()
    }

    #[test]
    fn no_moment_is_more_events_away_than_a_browser_repeats_at_once() {
        let mut live = shop();
        let mut timeline = timeline(&mut live, BUDGET);
        timeline.advance(&mut live, second(60), u64::MAX);
        assert!(timeline.kept.len() > 5, "{:?}", tenths(&timeline));
        let events: Vec<u64> = timeline.kept.iter().map(|kept| kept.snapshot.events()).collect();
        let per_s = live.events() / 60;
        assert!(events.windows(2).all(|w| (BETWEEN..BETWEEN + per_s).contains(&(w[1] - w[0]))), "{events:?}");
        for ms in [0, 7_300, 30_001, 59_999] {
            let to = SimTime(ms * 1_000_000);
            let mut back = timeline.resume(to, &[]).unwrap();
            // Four hundred stories are told again where the snapshot has none.
            assert!(back.advance(to, u64::MAX) <= 2 * BETWEEN, "{ms} ms");
        }
        assert_eq!(timeline.resume(SimTime::ZERO, &[]).unwrap().now(), SimTime::ZERO);
    }

    #[test]
    fn a_run_in_slices_has_the_same_past() {
        let (mut whole, mut slices) = (shop(), shop());
        let (mut a, mut b) = (timeline(&mut whole, BUDGET), timeline(&mut slices, BUDGET));
        a.advance(&mut whole, second(30), u64::MAX);
        while b.advance(&mut slices, second(30), 1_000) >= 1_000 {}
        assert!(a.kept.len() > 2 && a.moments().eq(b.moments()));
        assert_eq!((whole.trace_hash(), a.bytes()), (slices.trace_hash(), b.bytes()));
    }

    #[test]
    fn a_run_that_went_on_without_its_timeline_takes_the_next() {
        let mut live = shop();
        let mut timeline = timeline(&mut live, BUDGET);
        for frame in 1..=40 {
            let to = SimTime(frame * 1_630_000_000);
            match frame % 4 {
                0 => timeline.advance(&mut live, to, u64::MAX),
                _ => live.advance(to, u64::MAX),
            };
        }
        assert!(timeline.kept.len() > 4, "{:?}", tenths(&timeline));
        let back = timeline.resume(second(64), &[]).unwrap();
        assert!(back.now() > second(30), "{:?}", back.now());
    }

    #[test]
    fn what_is_changed_at_a_moment_leaves_what_was_before() {
        let mut live = shop();
        let mut timeline = timeline(&mut live, BUDGET);
        timeline.advance(&mut live, second(40), u64::MAX);
        let (all, moments) = (timeline.bytes(), tenths(&timeline));
        let third = timeline.moments().nth(2).unwrap();
        timeline.forget_after(third, 0);
        assert_eq!(tenths(&timeline), moments[..3]);
        assert!(timeline.bytes() < all && timeline.due() > third);
        // One that was taken after an entry of that moment had been carried out goes too.
        let mut back = timeline.resume(third, &[]).unwrap();
        back.advance(third, u64::MAX);
        back.apply(&Entry::Fault(crate::diagram::Fault::Crash { node: back.diagram().nodes[1].id.clone() })).unwrap();
        let later = SimTime(third.0 + 500_000_000);
        back.advance(later, u64::MAX);
        timeline.keep(&mut back);
        assert_eq!(timeline.moments().last(), Some(later));
        timeline.forget_after(later, 0);
        assert_eq!(timeline.moments().last(), Some(third));
    }

    #[test]
    fn beyond_the_budget_the_distant_past_thins_out_and_the_start_stays() {
        let mut live = shop();
        let budget = 32 << 20;
        let mut timeline = timeline(&mut live, budget);
        for s in 1..=40 {
            timeline.advance(&mut live, second(10 * s), u64::MAX);
            assert!(timeline.bytes() <= budget, "{} bytes at {s}0 s", timeline.bytes());
        }
        let moments = tenths(&timeline);
        let gaps: Vec<u64> = moments.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(moments[0] == 0 && moments.len() > 6, "{moments:?} {}", timeline.bytes());
        assert!(gaps[0] > *gaps.last().unwrap(), "{gaps:?}");
    }

    #[test]
    fn where_not_even_two_fit_nothing_is_kept() {
        let mut live = shop();
        let mut timeline = timeline(&mut live, 4 << 10);
        timeline.advance(&mut live, second(60), u64::MAX);
        assert!(timeline.resume(second(4), &[]).is_none());
        assert!(timeline.moments().count() == 0 && timeline.bytes() == 0);
    }
}

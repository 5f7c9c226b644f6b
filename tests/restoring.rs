//! Whoever goes back in a run finds it as it was, and as it would have gone on: to the last figure, not only to the hash.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Entry};
use faultline::engine::random::mix;
use faultline::engine::SimTime;
use faultline::lab::scenarios::scenarios;
use faultline::lab::timeline::{Timeline, BUDGET};
use faultline::lab::Experiment;
use proptest::prelude::*;
use serde_json::json;

mod cases;
#[path = "../benches/jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

use cases::{document, messaging_document, Dice};

/// All that can be read off a run.
fn everything(experiment: &Experiment) -> Vec<String> {
    experiment.check_books().unwrap();
    let report = serde_json::to_value(experiment.report()).unwrap();
    let mut told = vec![
        format!("{:016x} {:?} {:?}", experiment.trace_hash(), experiment.now(), experiment.next_event()),
        report.to_string(),
        format!("{:?}", experiment.frame(10_000)),
        json!(experiment.series().collect::<Vec<_>>()).to_string(),
        format!("{:?}", experiment.recent()),
        format!("{:?}", experiment.distribution(None)),
        format!("{:?}", experiment.diagram()),
    ];
    for node in &experiment.diagram().nodes {
        told.push(json!(experiment.node_series(&node.id)).to_string());
        told.push(format!("{:?}", experiment.distribution(Some(&node.id))));
    }
    told
}

fn assert_same(ours: &Experiment, theirs: &Experiment, what: &str) {
    let (ours, theirs) = (everything(ours), everything(theirs));
    for (a, b) in ours.iter().zip(&theirs) {
        assert!(a == b, "{what}:\n{a}\n{b}");
    }
    assert_eq!(ours.len(), theirs.len());
}

/// Runs a random system with what befalls it, keeping snapshots here and there; then goes back to random moments.
fn there_and_back(numbers: Vec<u32>, messaging: bool) -> Result<(), TestCaseError> {
    let mut dice = Dice { numbers, next: 0 };
    let base = if messaging { messaging_document(&mut dice) } else { document(&mut dice) };
    let mut live = Experiment::new(&base);
    let mut timeline = Timeline::new(&mut live, BUDGET);
    let mut document: Document = base.clone();
    let mut diagram = base.clone();
    for added in 100..112 {
        let until = SimTime(live.now().0 + dice.below(150_000_000) as u64);
        live.advance(until, 4_000);
        if live.next_event().is_some_and(|at| at <= until) {
            break;
        }
        if dice.below(3) > 0 {
            timeline.keep(&mut live);
        }
        let Some(entry) = dice.entry(&diagram, added).filter(|_| dice.below(3) > 0) else { continue };
        if let Entry::Edit(edit) = &entry {
            diagram.apply(edit).unwrap();
        }
        live.apply(&entry).unwrap();
        document.journal.push((live.now(), entry));
    }
    // Cut short, it may stand amid the events of one moment.
    live.advance(live.now(), u64::MAX);
    let end = live.now();
    // All of that moment, as a replay to it has.
    live.advance(end, u64::MAX);
    for _ in 0..3 {
        let to = SimTime(end.0 / 1_000 * dice.below(1_001) as u64);
        let mut back = timeline.resume(to, &document.journal).unwrap();
        prop_assert!(back.now() <= to);
        let mut fresh = Experiment::new(&document);
        fresh.advance(to, u64::MAX);
        back.advance(to, u64::MAX);
        assert_same(&back, &fresh, "back at the moment");
        // A second life of the snapshots, from the run that went back, and on to where the first one is.
        let mut again = timeline.clone();
        again.forget_after(to, document.journal.len());
        again.keep(&mut back);
        back.advance(end, u64::MAX);
        assert_same(&back, &live, "at the end");
        let mut twice = again.resume(to, &document.journal).unwrap();
        twice.advance(end, u64::MAX);
        assert_same(&twice, &live, "at the end, by way of two snapshots");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn going_back_leads_to_the_same_run(numbers in prop::collection::vec(any::<u32>(), 8..64)) {
        there_and_back(numbers, false)?;
    }

    #[test]
    fn going_back_leads_to_the_same_run_with_queues(numbers in prop::collection::vec(any::<u32>(), 8..64)) {
        there_and_back(numbers, true)?;
    }
}

/// Shipped scenarios and measured systems for some seconds, with a snapshot each few thousand events.
#[test]
fn every_moment_of_a_scenario_can_be_returned_to() {
    let shipped = scenarios().iter().map(|s| (s.id, faultline::files::read(s.json).unwrap()));
    let measured = jobs::all().into_iter().filter(|(_, d)| d.nodes.len() <= 20);
    let mut returns = 0;
    for (number, (name, document)) in shipped.chain(measured).enumerate() {
        let mut live = Experiment::new(&document);
        let mut timeline = Timeline::every(&mut live, BUDGET, 5_000);
        let end = SimTime(8_300_000_000);
        if timeline.advance(&mut live, end, 600_000) >= 600_000 {
            continue;
        }
        assert_eq!(timeline.moments().count() as u64 > 1, live.events() > 6_000, "{name}: {} events", live.events());
        let to = SimTime(mix(number as u64, 1) % end.0);
        let mut back = timeline.resume(to, &document.journal).unwrap();
        let mut fresh = Experiment::new(&document);
        fresh.advance(to, u64::MAX);
        back.advance(to, u64::MAX);
        assert_same(&back, &fresh, name);
        back.advance(end, u64::MAX);
        assert_same(&back, &live, name);
        returns += 1;
    }
    assert!(returns >= 8, "only {returns} returns");
}

/// A run that goes back does less than one from the start.
#[test]
fn going_back_is_not_running_from_the_start() {
    let document = jobs::five_tier();
    let mut live = Experiment::new(&document);
    let mut timeline = Timeline::every(&mut live, BUDGET, 20_000);
    timeline.advance(&mut live, SimTime(20_000_000_000), u64::MAX);
    let to = SimTime(18_500_000_000);
    let mut back = timeline.resume(to, &document.journal).unwrap();
    let mut fresh = Experiment::new(&document);
    let (from_start, from_there) = (fresh.advance(to, u64::MAX), back.advance(to, u64::MAX));
    // Some 20,000 of 340,000, or twice as many where ordinary stories since the last snapshot are few.
    assert!(from_there * 7 < from_start, "{from_there} of {from_start} events");
}

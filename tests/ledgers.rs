//! Laws that hold for every diagram, every edit while running and every fault: the three ledgers and Little's law balance
//! exactly at every check, nothing panics, and replaying the journal gives the same run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::param::Values;
use faultline::diagram::{Document, Entry, Node};
use faultline::engine::SimTime;
use faultline::files::{read, validate, write};
use faultline::lab::Experiment;
use proptest::prelude::*;

mod cases;

use cases::{document, messaging_document, Dice};

fn check(numbers: Vec<u32>, messaging: bool) -> Result<(), TestCaseError> {
    let mut dice = Dice { numbers, next: 0 };
    let mut document = if messaging { messaging_document(&mut dice) } else { document(&mut dice) };
    prop_assert!(validate(&document).is_ok(), "{:?}", validate(&document));
    let mut experiment = Experiment::new(&document);
    let mut diagram = document.clone();
    let mut number = 100;
    for _ in 0..8 {
        let until = SimTime(experiment.now().0 + dice.below(200_000_000) as u64);
        experiment.advance(until, 30_000);
        let checked = experiment.check_books();
        prop_assert!(checked.is_ok(), "{}", checked.unwrap_err());
        number += 1;
        let Some(entry) = dice.entry(&diagram, number) else { continue };
        if let Entry::Edit(edit) = &entry {
            diagram.apply(edit).unwrap();
        }
        experiment.apply(&entry).unwrap();
        document.journal.push((experiment.now(), entry));
        let checked = experiment.check_books();
        prop_assert!(checked.is_ok(), "after {:?}: {}", document.journal.last(), checked.unwrap_err());
    }
    let end = SimTime(experiment.now().0 + 50_000_000);
    experiment.advance(end, u64::MAX);
    prop_assert!(experiment.check_books().is_ok());
    // The file that the app would save replays to the same run.
    let reread = read(&write(&document)).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let mut replay = Experiment::new(&reread).without_stories();
    replay.advance(end, u64::MAX);
    prop_assert_eq!(replay.trace_hash(), experiment.trace_hash());
    prop_assert_eq!(replay.report().totals, experiment.report().totals);
    // Pictures can be taken at any time.
    let frame = experiment.frame(100);
    prop_assert!(frame.packets.iter().all(|p| p.link < frame.links.len()));
    for story in experiment.recent() {
        prop_assert!(experiment.waterfall(story.request).is_some());
    }
    Ok(())
}

/// So many cases, unless `PROPTEST_CASES` asks for others.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(3000), max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn books_balance_and_replays_repeat_under_edits_and_faults(numbers in prop::collection::vec(any::<u32>(), 64)) {
        check(numbers, false)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1000), max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn books_balance_where_messages_are_held(numbers in prop::collection::vec(any::<u32>(), 64)) {
        check(numbers, true)?;
    }
}

/// Adding a node that is linked to nothing changes nobody else's run.
#[test]
fn a_new_node_changes_nobody_elses_luck() {
    for scenario in faultline::lab::scenarios::scenarios() {
        let document = read(scenario.json).unwrap();
        let mut more = document.clone();
        let params = Values::new();
        more.nodes.insert(0, Node { id: "new".into(), kind: "service".into(), name: "New".into(), x: 0.0, y: 0.0, params, group: None });
        let totals = |d: &Document| {
            let mut e = Experiment::new(d).without_stories();
            e.advance(SimTime::from_secs_f64(5.0), u64::MAX);
            e.totals()
        };
        assert_eq!(totals(&document), totals(&more), "{}", scenario.id);
    }
}

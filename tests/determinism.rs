//! The same document and seed give the same run: cut up however it is run, after a snapshot, with or without stories. A hundred
//! random systems with faults and edits; they are left in the build's folder for the browser test, which runs them in wasm.
//! `FAULTLINE_HASHES` names such a list of another build (a debug one beside an optimised one), which must be the same.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use faultline::diagram::{Document, Entry};
use faultline::engine::random::mix;
use faultline::engine::SimTime;
use faultline::files::{read, write};
use faultline::lab::Experiment;
use serde_json::json;

mod cases;

use cases::{document, messaging_document, Dice};

/// Most events of a case, so that none takes long in a browser.
const MOST_EVENTS: u64 = 60_000;

/// A random system, and what befalls it up to its moment.
fn case(number: u64) -> Document {
    let mut dice = Dice { numbers: (0..64).map(|i| mix(number, i) as u32).collect(), next: 0 };
    let mut document = if number % 4 == 3 { messaging_document(&mut dice) } else { document(&mut dice) };
    document.title = format!("Case {number}");
    let mut experiment = Experiment::new(&document);
    let mut diagram = document.clone();
    for added in 100..106 {
        let until = SimTime(experiment.now().0 + dice.below(200_000_000) as u64);
        let handled = experiment.advance(until, MOST_EVENTS / 8);
        if handled >= MOST_EVENTS / 8 {
            break;
        }
        let Some(entry) = dice.entry(&diagram, added) else { continue };
        if let Entry::Edit(edit) = &entry {
            diagram.apply(edit).unwrap();
        }
        experiment.apply(&entry).unwrap();
        document.journal.push((experiment.now(), entry));
    }
    document.moment = experiment.now();
    document
}

#[test]
fn a_hundred_random_systems_run_the_same_however_they_are_run() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases");
    fs::create_dir_all(&folder).unwrap();
    let (mut list, mut lively) = (Vec::new(), 0);
    for number in 0..100 {
        let text = write(&case(number));
        let document = read(&text).unwrap();
        let end = document.moment;
        let mut whole = Experiment::new(&document);
        let events = whole.advance(end, u64::MAX);
        lively += usize::from(events > 200);
        let hash = whole.trace_hash();

        let mut slices = Experiment::new(&document).without_stories();
        while slices.advance(end, 7) == 7 {}
        assert_eq!(slices.trace_hash(), hash, "case {number} in slices of seven events");

        // A snapshot in the middle, from which the run goes on twice; the one on which a fork has run is no different.
        let mut first = Experiment::new(&document);
        first.advance(SimTime(end.0 / 2), u64::MAX);
        let mut second = first.clone();
        second.advance(end, u64::MAX);
        assert_eq!(second.trace_hash(), hash, "case {number} from a snapshot");
        first.advance(end, u64::MAX);
        assert_eq!(first.trace_hash(), hash, "case {number} after a snapshot");
        assert_eq!(first.totals(), second.totals(), "case {number}");

        let file = format!("{number}.json");
        fs::write(folder.join(&file), &text).unwrap();
        list.push(json!({"file": file, "title": document.title, "hash": format!("{hash:016x}"), "events": events}));
    }
    assert!(lively > 60, "only {lively} of the systems do much");
    let list = json!(list);
    if let Some(other) = std::env::var_os("FAULTLINE_HASHES") {
        let other: serde_json::Value = serde_json::from_str(&fs::read_to_string(other).unwrap()).unwrap();
        assert_eq!(list, other, "the runs of this build and of the other");
    }
    fs::write(folder.join("list.json"), list.to_string()).unwrap();
}

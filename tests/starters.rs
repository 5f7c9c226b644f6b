//! Every starter reads without complaint, runs, keeps its books balanced and gives the same run each time.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::components::{link_params, role_between};
use faultline::engine::SimTime;
use faultline::export::svg::{plain_words, Picture};
use faultline::export::Theme;
use faultline::files::read;
use faultline::lab::scenarios::scenarios;
use faultline::lab::Experiment;

#[test]
fn every_starter_runs_and_keeps_its_books() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let mut listed: Vec<String> = scenarios().iter().map(|s| s.id.to_string()).collect();
    files.sort();
    listed.sort();
    assert_eq!(files, listed, "every starter's file is in the gallery");
    for s in scenarios() {
        let document = read(s.json).unwrap_or_else(|e| panic!("{}: {e}", s.id));
        let mut experiment = Experiment::new(&document);
        experiment.advance(SimTime::from_secs_f64(20.0), u64::MAX);
        experiment.check_books().unwrap_or_else(|e| panic!("{}: {e}", s.id));
        let report = experiment.report();
        assert!(report.totals.ok > 500, "{}: {:?}", s.id, report.totals);
        // A clone is a snapshot: both halves go on alike.
        let mut snapshot = Experiment::new(&document);
        snapshot.advance(SimTime::from_secs_f64(7.3), u64::MAX);
        let mut restored = snapshot.clone();
        snapshot.advance(SimTime::from_secs_f64(9.0), u64::MAX);
        restored.advance(SimTime::from_secs_f64(20.0), u64::MAX);
        assert_eq!(restored.trace_hash(), experiment.trace_hash(), "{}", s.id);
        assert_eq!(restored.report(), report, "{}", s.id);
        let mut again = Experiment::new(&document).without_stories();
        again.advance(SimTime::from_secs_f64(20.0), u64::MAX);
        assert_eq!(again.trace_hash(), experiment.trace_hash(), "{}", s.id);
    }
}

#[test]
fn no_starter_sets_on_a_link_what_its_caller_does_not_read() {
    for s in scenarios() {
        let document = read(s.json).unwrap();
        for link in &document.links {
            let kind = |id: &str| document.node(id).unwrap().kind.as_str();
            let (from, to) = (kind(&link.from), kind(&link.to));
            let read = link_params(from, role_between(from, to).unwrap(), &link.params);
            for name in link.params.keys() {
                assert!(read.iter().any(|spec| spec.name == name), "{}: {} sets {name}", s.id, link.id);
            }
        }
    }
}

#[test]
fn the_first_picture_of_the_page_is_the_first_starter() {
    let diagram = read(scenarios()[0].json).unwrap();
    let picture =
        Picture { diagram: &diagram, frame: None, caption: &|_| Default::default(), words: &plain_words, theme: Theme::Page, ground: true };
    let kept = include_str!("../assets/page/first.svg");
    assert!(kept == picture.svg(), "run: cargo run -- draw {} --theme page > assets/page/first.svg", scenarios()[0].id);
}

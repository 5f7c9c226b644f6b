//! Every starter reads without complaint, runs, keeps its books balanced and gives the same run each time.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::read::read;
use faultline::engine::SimTime;
use faultline::lab::scenarios::scenarios;
use faultline::lab::Experiment;

#[test]
fn every_starter_runs_and_keeps_its_books() {
    assert!(scenarios().len() >= 7);
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

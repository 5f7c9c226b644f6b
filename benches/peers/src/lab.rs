//! The jobs on Faultline, through its public laboratory, with all records on.

use std::time::Instant;

use faultline::diagram::Document;
use faultline::engine::SimTime;
use faultline::lab::Experiment;

use crate::{Done, PENDING, UTILISATION};

#[path = "../../jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

/// Mean service time of the jobs.
const SERVICE_MS: f64 = 10.0;

fn run(document: &Document, jobs: u64, seconds: f64) -> Done {
    let mut experiment = Experiment::new(document);
    let began = Instant::now();
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    let seconds = began.elapsed().as_secs_f64();
    experiment.check_books().unwrap_or_else(|e| panic!("{e}"));
    let totals = experiment.totals();
    assert!(totals.ok * 100 > jobs * 97, "only {} of {jobs} jobs were done", totals.ok);
    Done { events: experiment.effective_events(), jobs: totals.ok, seconds, mean: totals.latency_ms.mean.unwrap_or(f64::NAN) / SERVICE_MS }
}

pub fn mm1(jobs: u64) -> Done {
    run(&jobs::mm1(UTILISATION), jobs, jobs as f64 / (UTILISATION * 1e3 / SERVICE_MS))
}

pub fn hold(jobs: u64) -> Done {
    run(&jobs::hold(PENDING), jobs, jobs as f64 * SERVICE_MS / 1e3 / f64::from(PENDING))
}

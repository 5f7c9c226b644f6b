//! The engine against theory: cases in `assets/validation/cases.json`, each a shipped scenario, what is measured on it,
//! and the value that a formula or a published table gives. Knows no formula and no component kind.

mod case;
mod judge;

pub use case::{cases, scenario, Case, Measure, Over};
pub use judge::{judge, Finding, Verdict};

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use super::Experiment;
use crate::engine::SimTime;
use crate::order::Ordered;

/// Runs a case under one seed and measures. The error says which part of the case is wrong.
pub fn sample(case: &Case, seed: u64) -> Result<f64, String> {
    let mut document = case.document()?;
    document.seed = seed;
    let mut experiment = Experiment::new(&document).without_stories();
    experiment.advance(SimTime::from_secs_f64(case.warmup_s), u64::MAX);
    experiment.reset_statistics();
    experiment.advance(SimTime::from_secs_f64(case.warmup_s + case.run_s), u64::MAX);
    experiment.check_books()?;
    case.measure.read(&serde_json::to_value(experiment.report()).map_err(|e| e.to_string())?)
}

/// A seed and what was measured under it.
type Sample = (u64, Result<f64, String>);

/// Runs cases on as many threads as told; `progress` hears of each finished run: how many of how many.
///
/// Findings come in the order of the cases, and do not depend on the number of threads.
pub fn run(cases: &[Case], threads: usize, progress: impl Fn(usize, usize) + Sync) -> Vec<Result<Finding, String>> {
    let runs: Vec<(usize, u64)> = cases.iter().enumerate().flat_map(|(i, c)| (1..=c.seeds).map(move |seed| (i, seed))).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let samples: Mutex<Vec<Vec<Sample>>> = Mutex::new(vec![Vec::new(); cases.len()]);
    let work = || {
        while let Some(&(i, seed)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let measured = sample(&cases[i], seed);
            if let Ok(mut samples) = samples.lock() {
                samples[i].push((seed, measured));
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs.len());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let samples = samples.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    cases
        .iter()
        .zip(samples)
        .map(|(case, mut measured)| {
            measured.order_by_key(|(seed, _)| *seed);
            let values: Result<Vec<f64>, String> = measured.into_iter().map(|(_, value)| value).collect();
            values.map(|values| judge(case, &values)).map_err(|why| format!("{}: {why}", case.id))
        })
        .collect()
}

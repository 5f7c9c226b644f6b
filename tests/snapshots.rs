//! Ten simulated minutes of sixty busy nodes with snapshots: that they fit in 64 MiB, counted at the allocator beside the same run
//! without them, that no moment is far from one, and that the run goes on from them exactly as it did.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::System;

use faultline::engine::SimTime;
use faultline::lab::timeline::{Timeline, BUDGET};
use faultline::lab::Experiment;
use serde_json::json;
use stats_alloc::{StatsAlloc, INSTRUMENTED_SYSTEM};

#[path = "../benches/jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: usize = 1 << 20;
/// Seconds of the run.
const SECONDS: u64 = 600;
/// Moments that are returned to, in ms: at a snapshot, just before one, just after one, and anywhere between two.
fn returns() -> impl Iterator<Item = u64> {
    (0..10).map(|i| 1_000 * (60 * i + 59) + [250, 0, 999, 700, 1][i as usize % 5])
}

fn moment(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

/// Bytes allocated now.
fn held() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// What can be read off a run.
fn everything(experiment: &Experiment) -> [String; 4] {
    [
        format!("{:016x}", experiment.trace_hash()),
        serde_json::to_string(&experiment.report()).unwrap(),
        json!(experiment.series().collect::<Vec<_>>()).to_string(),
        format!("{:?} {:?}", experiment.frame(1_000), experiment.recent()),
    ]
}

/// Runs on second by second, and tells how many bytes are held at the end of each.
fn weights(experiment: &mut Experiment, mut run: impl FnMut(&mut Experiment, SimTime)) -> Vec<usize> {
    let mut weights = Vec::with_capacity(SECONDS as usize);
    for second in 1..=SECONDS {
        run(experiment, moment(second * 1_000));
        experiment.take_events();
        weights.push(held());
    }
    weights
}

// One test, for the count is of the whole process.
#[test]
fn ten_minutes_of_sixty_nodes_have_a_past_within_64_mib() {
    let document = jobs::sixty_nodes();
    let start = held();
    let mut alone = Experiment::new(&document);
    let without = weights(&mut alone, |e, to| {
        e.advance(to, u64::MAX);
    });
    let end = everything(&alone);
    drop(alone);

    let start_again = held();
    let mut live = Experiment::new(&document);
    let mut timeline = Timeline::new(&mut live, BUDGET);
    let mut counted = Vec::with_capacity(SECONDS as usize);
    let with = weights(&mut live, |e, to| {
        timeline.advance(e, to, u64::MAX);
        counted.push(timeline.bytes());
    });
    let taken: Vec<usize> = (0..with.len()).map(|i| (with[i] - start_again).saturating_sub(without[i] - start)).collect();
    let most = taken.iter().copied().max().unwrap();
    let moments: Vec<SimTime> = timeline.moments().collect();
    let gaps: Vec<f64> = moments.windows(2).map(|w| w[1].since(w[0]).as_secs_f64()).collect();
    let widest = gaps.iter().copied().fold(0.0, f64::max);
    println!(
        "a snapshot takes {} KiB; {} of them after ten minutes, at most {widest} s apart, take {} KiB (counted: {}), at most {} KiB",
        taken[SECONDS as usize - 1] / moments.len() / 1024,
        moments.len(),
        taken[SECONDS as usize - 1] / 1024,
        counted[SECONDS as usize - 1] / 1024,
        most / 1024,
    );
    assert!(most <= BUDGET, "the past takes {} MiB", most / MIB);
    // What is counted is what is taken, or more.
    for second in (59..SECONDS as usize).step_by(60) {
        assert!(counted[second] + MIB >= taken[second], "second {second}: {} bytes counted, {} taken", counted[second], taken[second]);
    }
    assert!(moments[0] == SimTime::ZERO && moments.len() > 5, "{} snapshots, {widest} s apart", moments.len());

    let mut fresh = Experiment::new(&document);
    for ms in returns() {
        let to = moment(ms);
        let mut back = timeline.resume(to, &document.journal).unwrap();
        let replayed = back.advance(to, u64::MAX);
        fresh.advance(to, u64::MAX);
        assert!(everything(&back) == everything(&fresh), "back at {ms} ms");
        println!("back at {ms} ms: {replayed} events replayed");
    }
    let mut back = timeline.resume(moment(1_000 * SECONDS - 999), &document.journal).unwrap();
    back.advance(moment(SECONDS * 1_000), u64::MAX);
    assert!(everything(&back) == end && everything(&live) == end, "and on to the end");
}

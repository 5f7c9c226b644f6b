//! Snapshots of sixty busy nodes, one a simulated second: what they take, counted at the allocator, and that the run goes on from
//! them exactly as it did.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::System;

use faultline::engine::SimTime;
use faultline::lab::timeline::{Timeline, BUDGET};
use faultline::lab::Experiment;
use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};

#[path = "../benches/jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn second(n: u64) -> SimTime {
    SimTime(n * 1_000_000_000)
}

#[test]
fn probe() {
    let document = jobs::sixty_nodes();
    let mut experiment = Experiment::new(&document);
    let mut timeline = Timeline::new(&mut experiment, usize::MAX);
    let held = |r: &Region<System>| {
        let c = r.change();
        c.bytes_allocated as i64 - c.bytes_deallocated as i64 + c.bytes_reallocated as i64
    };
    let mut sum = 0;
    let mut before = 0;
    let t = std::time::Instant::now();
    let mut snap_time = std::time::Duration::ZERO;
    for s in 1..=600 {
        experiment.advance(second(s), u64::MAX);
        experiment.take_events();
        let t = std::time::Instant::now();
        let region = Region::new(ALLOCATOR);
        if [1, 10, 60, 300, 600].contains(&s) {
            std::env::set_var("W", "1");
        } else {
            std::env::remove_var("W");
        }
        timeline.keep(&mut experiment);
        let h = held(&region);
        sum += h;
        if [1, 10, 60, 300, 600].contains(&s) {
            println!("measured {h}");
        }
        snap_time += t.elapsed();
        if [1, 10, 60, 100, 200, 300, 400, 500, 600].contains(&s) {
            println!(
                "{s}: sum {} KiB, per {} KiB; counted {} KiB; recent {} KiB; {} moments",
                sum / 1024,
                sum as u64 / s / 1024,
                timeline.bytes() / 1024,
                (timeline.bytes() - before) / 1024,
                timeline.moments().count()
            );
        }
        before = timeline.bytes();
    }
    println!("{:?}, snapshots {:?}", t.elapsed(), snap_time);
    let t = std::time::Instant::now();
    let e = timeline.resume(second(600), &[]).unwrap();
    println!("resume {:?} {:?}", t.elapsed(), e.now());
}

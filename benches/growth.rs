//! How cost grows: time per event from 10 to 10,000 nodes (five times as many as a file may have) and from 10 to 1,000,000 requests in
//! flight, and bytes per request in flight.
//! Prints two tables.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::alloc::System;
use std::time::Instant;

use faultline::engine::SimTime;
use faultline::lab::Experiment;
use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};

#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Nanoseconds per event that runs code: the least of some rounds.
fn cost(experiment: &mut Experiment, events: u64) -> f64 {
    let round = |experiment: &mut Experiment| {
        let (began, before) = (Instant::now(), experiment.effective_events());
        experiment.advance(SimTime(u64::MAX), events);
        began.elapsed().as_secs_f64() * 1e9 / (experiment.effective_events() - before) as f64
    };
    (0..3).map(|_| round(experiment)).fold(f64::INFINITY, f64::min)
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    println!("nodes\tns per event\tM events/s");
    for nodes in [10, 100, 1_000, 10_000] {
        let mut experiment = Experiment::new(&jobs::many_nodes(nodes));
        // As many events for each node, so that all are as warm.
        experiment.advance(SimTime(u64::MAX), 1_000 * nodes as u64);
        let ns = cost(&mut experiment, 300_000);
        println!("{nodes}\t{ns:.0}\t{:.2}", 1e3 / ns);
    }
    println!("\nrequests in flight\tns per event\tM events/s\tbytes per request in flight");
    for requests in [10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        let document = jobs::in_flight(requests);
        let region = Region::new(ALLOCATOR);
        let mut experiment = Experiment::new(&document);
        // Three mean travel times fill the links.
        experiment.advance(SimTime::from_secs_f64(f64::from(requests) * 2.5e-6), u64::MAX);
        let change = region.change();
        let live = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
        let flying = experiment.frame(0).in_flight;
        let ns = cost(&mut experiment, 300_000);
        println!("{flying}\t{ns:.0}\t{:.2}\t{:.0}", 1e3 / ns, live / flying as f64);
    }
}

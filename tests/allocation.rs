//! Once a run is under way its events take no memory from the allocator, stories and statistics and all: counted, not assumed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::System;

use faultline::diagram::read::read;
use faultline::diagram::Document;
use faultline::engine::SimTime;
use faultline::lab::scenarios::scenarios;
use faultline::lab::Experiment;
use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};

#[path = "../benches/jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Events, those of them that allocated, and those that made a bucket of the charts begin or were the first in one.
fn count(document: &Document, warm_up_s: f64, events: u64) -> (u64, u64, u64) {
    let mut experiment = Experiment::new(document);
    experiment.advance(SimTime::from_secs_f64(warm_up_s), u64::MAX);
    experiment.take_events();
    let (mut allocating, mut at_buckets, mut since_bucket) = (0, 0, u64::MAX);
    for _ in 0..events {
        let buckets = experiment.series().last().map(|b| b.start);
        let region = Region::new(ALLOCATOR);
        experiment.advance(SimTime(u64::MAX), 1);
        let change = region.change();
        let allocated = change.allocations + change.reallocations > 0;
        let new_bucket = experiment.series().last().map(|b| b.start) != buckets;
        since_bucket = if new_bucket { 0 } else { since_bucket.saturating_add(1) };
        // The first answer in a bucket makes the bucket's distribution.
        if new_bucket || (allocated && since_bucket < 100) {
            at_buckets += 1;
        } else if allocated {
            allocating += 1;
        }
    }
    (events, allocating, at_buckets)
}

// One test, for the count is of the whole process.
#[test]
fn events_do_not_allocate() {
    let shipped = scenarios().iter().map(|s| (s.id, read(s.json).unwrap()));
    for (name, document) in shipped.chain(jobs::all()) {
        let (events, allocating, at_buckets) = count(&document, 60.0, 40_000);
        println!("{name}: of {events} events {allocating} allocated, {at_buckets} more at the turn of a bucket");
        // Memory of what is new, not of what happens: a key's first versions, a longer line than ever. A kind of event that
        // allocated would be one in a dozen.
        assert!(allocating * 200 <= events, "{name}: {allocating} of {events} events allocated");
        assert!(at_buckets * 40 <= events, "{name}: {at_buckets} of {events} events allocated at the turn of a bucket");
    }
}

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

/// Events before the counting begins.
const WARM_UP: u64 = 2_000_000;
/// Events that are counted.
const COUNTED: u64 = 40_000;
/// At most one in so many may allocate: what is new, not what happens. The first versions of a key, a line longer than ever before.
const RARE: u64 = 100;

/// How many of the events allocated: those at the turn of a bucket of the charts, which begins with room for itself, and the others.
fn count(document: &Document) -> (u64, u64) {
    let mut experiment = Experiment::new(document);
    experiment.advance(SimTime(u64::MAX), WARM_UP);
    experiment.take_events();
    let (mut allocating, mut at_buckets, mut since_bucket) = (0, 0, u64::MAX);
    for _ in 0..COUNTED {
        let buckets = experiment.series().last().map(|b| b.start);
        let region = Region::new(ALLOCATOR);
        experiment.advance(SimTime(u64::MAX), 1);
        let change = region.change();
        let allocated = change.allocations + change.reallocations > 0;
        let new_bucket = experiment.series().last().map(|b| b.start) != buckets;
        since_bucket = if new_bucket { 0 } else { since_bucket.saturating_add(1) };
        // The first answer in a bucket makes the bucket's distribution.
        if new_bucket || (allocated && since_bucket < 100) {
            at_buckets += u64::from(allocated);
        } else if allocated {
            allocating += 1;
        }
    }
    (allocating, at_buckets)
}

// One test, for the count is of the whole process.
#[test]
fn events_do_not_allocate() {
    let shipped = scenarios().iter().map(|s| (s.id, read(s.json).unwrap()));
    // A thousand nodes would take too long to see all their keys.
    let measured = jobs::all().into_iter().filter(|(_, document)| document.nodes.len() <= 60);
    let counts: Vec<_> = shipped.chain(measured).map(|(name, document)| (name, count(&document))).collect();
    println!("of {COUNTED} events allocated, beside those at the turn of a bucket: {counts:?}");
    for (name, (allocating, at_buckets)) in counts {
        // A kind of event that allocated would be one in a few dozen.
        assert!(allocating * RARE <= COUNTED, "{name}: {allocating} of {COUNTED} events allocated");
        assert!(at_buckets * 40 <= COUNTED, "{name}: {at_buckets} of {COUNTED} events allocated at the turn of a bucket");
    }
}

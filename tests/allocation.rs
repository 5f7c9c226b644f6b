//! Once a run is under way its events take no memory from the allocator, stories and statistics and all: counted, not assumed.
//! What is new in a run takes memory: a key that was never written before, more requests at once than ever. So the jobs run here with
//! few keys and users, until they have all been seen; from then on not one event may allocate. Only the log of a store's writes grows
//! by what happens: it takes a new piece for many entries at a time. So the jobs run once with reads alone, and once as they are.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::System;

use faultline::diagram::Document;
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::scenarios::scenarios;
use faultline::lab::Experiment;
use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};

#[path = "../benches/jobs.rs"]
#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Events that are counted.
const COUNTED: u64 = 40_000;
/// The end of a bucket of the charts may take so many pieces of memory, most of them for the packed distribution, whose list doubles as
/// it is written; and one more for each node that adds figures of its own.
const FOR_A_BUCKET: u64 = 24;
/// Pieces that logs may take while the counted events are handled, at most a tenth of which are writes: two for 128 entries, a list for
/// the store and one for the judge.
const FOR_LOGS: u64 = 20;
/// When the charts have so many buckets they are about to be merged in pairs, which is done once in hundreds of buckets.
const NEARLY_FULL: usize = 440;

/// Pieces of memory taken while the counted events were handled, by events that did not end a bucket of the charts and by those that
/// did; and how many of the latter there were.
#[derive(Debug)]
struct Taken {
    by_events: u64,
    at_buckets: u64,
    buckets: u64,
}

fn count(document: &Document, warm_up: u64) -> Taken {
    let mut experiment = Experiment::new(document);
    experiment.advance(SimTime(u64::MAX), warm_up);
    while experiment.series().len() > NEARLY_FULL {
        experiment.advance(SimTime(u64::MAX), COUNTED);
    }
    experiment.take_events();
    let mut taken = Taken { by_events: 0, at_buckets: 0, buckets: 0 };
    for _ in 0..COUNTED {
        let buckets = experiment.series().len();
        let region = Region::new(ALLOCATOR);
        experiment.advance(SimTime(u64::MAX), 1);
        let change = region.change();
        let pieces = (change.allocations + change.reallocations) as u64;
        match experiment.series().len().checked_sub(buckets) {
            Some(0) => taken.by_events += pieces,
            Some(more) => {
                taken.buckets += more as u64;
                taken.at_buckets += pieces;
            }
            // Merged in pairs.
            None => {}
        }
    }
    taken
}

/// The same system with so few keys, users and places in caches that all are seen soon, and caches still have to forget.
fn with_few_keys(mut document: Document, closed: bool, reads_only: bool) -> Document {
    let set = |params: &mut faultline::diagram::param::Values, name: &str, value: u32| {
        params.insert(name.into(), serde_json::from_value(value.into()).unwrap());
    };
    for node in &mut document.nodes {
        match node.kind.as_str() {
            "clients" => {
                set(&mut node.params, "keys", 3);
                if !closed {
                    set(&mut node.params, "users", 2);
                }
                if reads_only {
                    set(&mut node.params, "read_percent", 100);
                }
            }
            "cache" => set(&mut node.params, "capacity", 2),
            _ => {}
        }
    }
    document
}

// One test, for the count is of the whole process.
#[test]
fn events_do_not_allocate() {
    for (name, document) in jobs::all() {
        let nodes = document.nodes.len() as u64;
        let closed = name.starts_with("hold");
        for reads_only in [true, false] {
            if nodes >= 1_000 && !reads_only {
                // A hundred stores still see more writes under way at once than ever before.
                continue;
            }
            let few = with_few_keys(document.clone(), closed, reads_only);
            let taken = count(&few, 3_000_000 + 5_000 * nodes);
            println!("{name}, {}: {taken:?}", if reads_only { "reads" } else { "reads and writes" });
            assert!(taken.by_events <= if reads_only { 0 } else { FOR_LOGS }, "{name}: {taken:?} of {COUNTED} events");
            assert!(taken.at_buckets <= taken.buckets * (FOR_A_BUCKET + nodes), "{name}: {taken:?}");
        }
    }
    // The shipped systems as they are, where keys and users keep coming and queues grow: what is new is the exception.
    for scenario in scenarios() {
        let document = read(scenario.json).unwrap();
        let taken = count(&document, 2_000_000);
        println!("{}: {taken:?}", scenario.id);
        assert!(taken.by_events * 100 <= COUNTED, "{}: {taken:?} of {COUNTED} events", scenario.id);
        assert!(taken.at_buckets <= taken.buckets * (FOR_A_BUCKET + 3 * document.nodes.len() as u64), "{}: {taken:?}", scenario.id);
    }
}

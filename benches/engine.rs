//! The engine's speed on each of the jobs, with everything recorded that a learner's run records; and its event queue alone.
//! An event is one that runs code: timeouts of calls that were answered in time are not counted. See `growth` for sizes.

#![allow(missing_docs, reason = "criterion's macro makes an item without")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::{Duration, Instant};

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use faultline::engine::ids::NodeIndex;
use faultline::engine::queue::{EventKind, EventQueue, Generation};
use faultline::engine::random::{generator, unit_open, Purpose};
use faultline::engine::SimTime;
use faultline::lab::Experiment;

#[allow(dead_code, reason = "each user takes some of the jobs")]
mod jobs;

/// Events of one iteration.
const EVENTS: u64 = 20_000;

/// Hold: take the earliest event, schedule it again an exponential time later.
fn queue_alone(c: &mut Criterion) {
    let mut group = c.benchmark_group("event queue alone");
    for pending in [10u64, 1_000, 100_000] {
        let kind = |token| EventKind::Timer { node: NodeIndex(0), generation: Generation::default(), token };
        // Drawn beforehand: this is about the queue.
        let gaps: Vec<u64> = (0..4096).map(|i| (-1e6 * libm::log(unit_open(&mut generator(1, 2, Purpose::Think, i)))) as u64 + 1).collect();
        let mut queue = EventQueue::default();
        (0..pending).for_each(|i| queue.push(SimTime(gaps[i as usize % gaps.len()] + i), kind(i)));
        group.throughput(Throughput::Elements(EVENTS));
        group.bench_function(format!("hold, {pending} pending"), |b| {
            b.iter(|| {
                for i in 0..EVENTS {
                    let Some(event) = queue.pop() else { return };
                    queue.push(SimTime(event.at.0 + gaps[(event.sequence.wrapping_add(i) % 4096) as usize]), event.kind);
                }
            });
        });
    }
    group.finish();
}

fn jobs(c: &mut Criterion) {
    let mut group = c.benchmark_group("lab");
    for (name, document) in jobs::all() {
        let mut experiment = Experiment::new(&document);
        experiment.advance(SimTime(u64::MAX), 400_000);
        group.throughput(Throughput::Elements(EVENTS));
        group.bench_function(name, |b| {
            b.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                let before = experiment.effective_events();
                for _ in 0..iterations {
                    let began = Instant::now();
                    experiment.advance(SimTime(u64::MAX), EVENTS);
                    spent += began.elapsed();
                }
                // What criterion is told took EVENTS events took fewer: charged as if all of them had run code.
                let ran = experiment.effective_events() - before;
                spent.mul_f64(EVENTS as f64 * iterations as f64 / ran as f64)
            });
        });
        experiment.check_books().unwrap_or_else(|e| panic!("{e}"));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3)).sample_size(20);
    targets = queue_alone, jobs
}
criterion_main!(benches);

//! Stores against theory and against what their definitions make inevitable: caches, placement, replication, sessions.
//! Each case is a document run through the public interface.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::read::read;
use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// A document: nodes as (id, kind, params), links as (from, to, params). Links have no latency and no timeout unless said.
fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let nodes: Vec<Value> =
        nodes.iter().map(|(id, kind, params)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params})).collect();
    let links: Vec<Value> = links
        .iter()
        .map(|(from, to, params)| {
            let mut all = json!({"latency": zero(), "timeout": 0});
            all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
            json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
        })
        .collect();
    let file = json!({"format": "faultline", "version": 1, "title": "case", "seed": 1, "nodes": nodes, "links": links});
    read(&file.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

fn zero() -> Value {
    constant(0.0)
}

fn exp(mean_ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": mean_ms})
}

fn begin(document: &Document, seed: u64) -> Experiment {
    Experiment::new(&Document { seed, ..document.clone() }).without_stories()
}

/// Goes on to this second and checks the books.
fn to(experiment: &mut Experiment, seconds: f64) -> Report {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
    experiment.report()
}

fn run(document: &Document, seconds: f64) -> Report {
    to(&mut begin(document, 1), seconds)
}

fn inflict(experiment: &mut Experiment, fault: Fault) {
    experiment.apply(&Entry::Fault(fault)).unwrap();
}

fn set(experiment: &mut Experiment, id: &str, param: &str, value: Value) {
    experiment.apply(&Entry::Edit(Edit::SetNodeParam { id: id.into(), param: param.into(), value })).unwrap();
}

#[track_caller]
fn near(what: &str, value: f64, expected: f64, tolerance: f64) {
    println!("{what}: expected {expected} ± {tolerance}, measured {value:.5}");
    assert!((value - expected).abs() <= tolerance, "{what}: expected {expected} ± {tolerance}, measured {value}");
}

/// Hit ratio of a cache between two seconds of a run, after it has filled.
fn hit_ratio(document: &Document, seed: u64, from: f64, until: f64) -> f64 {
    let mut experiment = begin(document, seed);
    let before = to(&mut experiment, from).nodes["m"].more.clone();
    let after = to(&mut experiment, until).nodes["m"].more.clone();
    let (hits, misses) = (after["hits"] - before["hits"], after["misses"] - before["misses"]);
    hits / (hits + misses)
}

fn cached(s: f64, capacity: u32, eviction: &str) -> Document {
    let clients = json!({"source": "constant", "rate_per_s": 1000, "read_percent": 100, "keys": 10_000, "zipf_exponent": s});
    document(
        &[
            ("c", "clients", clients),
            ("s", "service", json!({"workers": 100, "service_time": zero()})),
            ("m", "cache", json!({"capacity": capacity, "eviction": eviction, "service_time": zero()})),
            ("d", "database", json!({"read_time": zero()})),
        ],
        &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))],
    )
}

#[test]
fn random_eviction_hits_as_fifo_does_and_lfu_as_the_best_static_choice() {
    for (s, capacity, eviction, expected) in [
        (0.8, 1000, "random", 0.3942),
        (1.0, 100, "random", 0.3423),
        (1.0, 1000, "random", 0.6309),
        // LFU learns the popularities from counts: it nears the best static choice from below.
        (0.8, 1000, "lfu", 0.5706),
        (1.0, 100, "lfu", 0.5300),
        (1.0, 1000, "lfu", 0.7648),
    ] {
        let from = if eviction == "lfu" { 400.0 } else { 60.0 };
        for seed in 0..2 {
            let ratio = hit_ratio(&cached(s, capacity, eviction), seed, from, from + 300.0);
            near(&format!("{eviction} s {s} C {capacity}"), ratio, expected, 0.005);
        }
    }
}

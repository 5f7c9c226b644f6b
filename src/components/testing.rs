//! For the kinds' own tests: small diagrams from JSON, run through the public laboratory.

mod crashes;
mod knobs;

use serde_json::{json, Value};

use crate::diagram::{Document, Entry, Fault};
use crate::engine::SimTime;
use crate::files::read;
use crate::lab::report::Report;
use crate::lab::Experiment;

/// A setting of a node or a link: which, which parameter, what value.
pub type Setting = (&'static str, &'static str, Value);

/// A small diagram in which each parameter of a kind matters, and each of the links that begin there. The node of the kind is called `it`.
pub struct Bench {
    /// Nodes as (id, kind, params).
    pub nodes: Vec<(&'static str, &'static str, Value)>,
    /// Links as (from, to, params).
    pub links: Vec<(&'static str, &'static str, Value)>,
    /// Other settings that a parameter of `it` needs before it can matter, beyond its own `only_when`.
    pub needs: fn(&str) -> Vec<Setting>,
    /// Nodes that are down for a while in the middle of the run.
    pub crashes: &'static [&'static str],
}

/// A document: nodes as (id, kind, params), links as (from, to, params). Links are quick and patient unless said.
pub fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params});
    let link = |(from, to, params): &(&str, &str, Value)| {
        let mut all = json!({"latency": {"law": "constant", "value_ms": 0.1}, "timeout": 0});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
    };
    let nodes: Vec<Value> = nodes.iter().map(node).collect();
    let links: Vec<Value> = links.iter().map(link).collect();
    read(&json!({"format": "faultline", "version": 1, "title": "test", "seed": 5, "nodes": nodes, "links": links}).to_string()).unwrap()
}

/// Runs a document for so many seconds.
pub fn run(document: &Document, seconds: f64) -> Experiment {
    let mut experiment = Experiment::new(document);
    to(&mut experiment, seconds);
    experiment
}

/// Goes on to this time, in seconds, and checks the books.
pub fn to(experiment: &mut Experiment, seconds: f64) {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
}

/// Breaks or mends something now.
pub fn inflict(experiment: &mut Experiment, fault: Fault) {
    experiment.apply(&Entry::Fault(fault)).unwrap();
}

/// Results after so many seconds.
pub fn report(document: &Document, seconds: f64) -> Report {
    run(document, seconds).report()
}

/// A constant duration.
pub fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

/// An exponential duration.
pub fn exponential(mean_ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": mean_ms})
}

/// Clients that read at a constant rate.
pub fn readers(per_s: f64) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 100, "keys": 100})
}

/// Clients that write at a constant rate.
pub fn writers(per_s: f64) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 0, "keys": 100})
}

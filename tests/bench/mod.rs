//! For tests that build a small system and break it: documents from a few words, run through the public laboratory.

#![allow(dead_code, reason = "each test uses some of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// Nodes as (id, kind, params), links as (from, to, params). Links take 0.1 ms and are patient unless said.
pub fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params});
    let link = |(place, (from, to, params)): (usize, &(&str, &str, Value))| {
        let mut all = json!({"latency": constant(0.1), "timeout": 0});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        // Of several between the same nodes the first has the plain name.
        let before = links[..place].iter().filter(|l| (l.0, l.1) == (*from, *to)).count();
        let id = if before == 0 { format!("{from}-{to}") } else { format!("{from}-{to}-{}", before + 1) };
        json!({"id": id, "from": from, "to": to, "params": all})
    };
    let nodes: Vec<Value> = nodes.iter().map(node).collect();
    let links: Vec<Value> = links.iter().enumerate().map(link).collect();
    let file = json!({"format": "faultline", "version": 1, "title": "bench", "seed": 1, "nodes": nodes, "links": links});
    read(&file.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

pub fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

pub fn exponential(ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": ms})
}

/// Goes on to this second and checks the books.
pub fn to(experiment: &mut Experiment, seconds: f64) -> Report {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
    experiment.report()
}

pub fn run(document: &Document, seconds: f64) -> Report {
    to(&mut Experiment::new(document).without_stories(), seconds)
}

pub fn crash(experiment: &mut Experiment, node: &str) {
    experiment.apply(&Entry::Fault(Fault::Crash { node: node.into() })).unwrap();
}

pub fn lose_disk(experiment: &mut Experiment, node: &str) {
    experiment.apply(&Entry::Fault(Fault::LoseDisk { node: node.into() })).unwrap();
}

pub fn restart(experiment: &mut Experiment, node: &str) {
    experiment.apply(&Entry::Fault(Fault::Restart { node: node.into() })).unwrap();
}

pub fn cut(experiment: &mut Experiment, link: &str) {
    experiment.apply(&Entry::Fault(Fault::Cut { link: link.into() })).unwrap();
}

pub fn edit(experiment: &mut Experiment, edit: Edit) {
    experiment.apply(&Entry::Edit(edit)).unwrap();
}

pub fn set(experiment: &mut Experiment, node: &str, param: &str, value: Value) {
    edit(experiment, Edit::SetNodeParam { id: node.into(), param: param.into(), value });
}

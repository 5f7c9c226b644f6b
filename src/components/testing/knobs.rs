//! No decorative knob: turning any parameter of any kind, or of any link from it, changes a measured outcome, in the bench that stands
//! with the kind. The walk covers every declaration; a parameter whose effect no bench shows fails.

use serde_json::{json, Value};

use super::{document, Bench, Setting};
use crate::components::{benches, kind, link, link_params, role_between, Kind, Rules};
use crate::diagram::param::{ParamSpec, ParamType};
use crate::diagram::{Document, Edit, Entry, Fault, Link, Node};
use crate::engine::link::Role;
use crate::engine::SimTime;
use crate::lab::Experiment;

/// The node of a bench that is turned.
const IT: &str = "it";

/// What was measured, without anything that merely names the run. Half way some nodes crash, and come back.
fn outcome(document: &Document, crashes: &[&str]) -> Value {
    let mut experiment = Experiment::new(document).without_stories();
    let to = |e: &mut Experiment, seconds| e.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    to(&mut experiment, 3.87);
    for node in crashes {
        experiment.apply(&Entry::Fault(Fault::Crash { node: (*node).into() })).unwrap();
    }
    to(&mut experiment, 6.0);
    for node in crashes {
        experiment.apply(&Entry::Fault(Fault::Restart { node: (*node).into() })).unwrap();
    }
    to(&mut experiment, 8.0);
    experiment.check_books().unwrap();
    let report = experiment.report();
    json!({"totals": report.totals, "nodes": report.nodes, "links": report.links, "consistency": report.consistency, "cost": report.cost_per_hour})
}

/// Another value of the parameter than `now`.
fn another(spec: &ParamSpec, now: &Value) -> Value {
    let candidates: Vec<Value> = match &spec.kind {
        ParamType::Int { min, max } => [1, 2, 5, 40].iter().map(|v| json!((*v).clamp(*min, *max))).collect(),
        ParamType::Float { min, max } => [0.5, 3.0, 40.0].iter().map(|v: &f64| json!(v.clamp(*min, *max))).collect(),
        ParamType::Bool => vec![json!(now != &json!(true))],
        ParamType::Choice(options) => options.iter().map(|(v, _)| json!(v)).collect(),
        ParamType::Duration { min_ms, max_ms } => [7.0, 30.0, 400.0].iter().map(|v: &f64| json!(v.clamp(*min_ms, *max_ms))).collect(),
        ParamType::Text { .. } => vec![json!("0.1,5\n0.2,6,write")],
        ParamType::Law => vec![json!({"law": "constant", "value_ms": 11}), json!({"law": "constant", "value_ms": 3})],
    };
    candidates.into_iter().find(|c| c != now).unwrap()
}

fn set(document: &mut Document, id: &str, param: &str, value: &Value) {
    let (id, param, value) = (id.to_string(), param.to_string(), value.clone());
    let edit = if document.node(&id).is_some() { Edit::SetNodeParam { id, param, value } } else { Edit::SetLinkParam { id, param, value } };
    document.apply(&edit).unwrap();
}

/// The value of a parameter as a file has it.
fn choice(text: &str) -> Value {
    match text {
        "true" => json!(true),
        "false" => json!(false),
        text => json!(text),
    }
}

/// Other settings of another parameter under which this one is to matter, one after the other; all if it depends on none.
fn conditions(spec: &ParamSpec) -> Vec<Option<(&'static str, Value)>> {
    match spec.only_when {
        None => vec![None],
        Some((other, wanted)) => wanted.iter().map(|text| Some((other, choice(text)))).collect(),
    }
}

/// The document with another value of the parameter, and from what to what it was changed.
fn turned(before: &Document, id: &str, spec: &ParamSpec) -> (Document, String) {
    let now = if before.node(id).is_some() { &before.node(id).unwrap().params } else { &before.link(id).unwrap().params };
    let now = now.get(spec.name).unwrap_or(&spec.default).clone();
    let value = another(spec, &now);
    spec.check(&value).unwrap_or_else(|e| panic!("{id}.{}: {e}", spec.name));
    let mut after = before.clone();
    set(&mut after, id, spec.name, &value);
    (after, format!("{} from {now} to {value}", spec.name))
}

fn bench_of(bench: &Bench, settings: &[Setting]) -> Document {
    let mut document = document(&bench.nodes, &bench.links);
    for (target, param, value) in settings {
        set(&mut document, target, param, value);
    }
    document
}

#[test]
fn every_parameter_of_every_kind_matters() {
    let mut idle = Vec::new();
    for (kind, bench) in benches() {
        for spec in kind.params() {
            for condition in conditions(&spec) {
                let mut before = bench_of(&bench, &(bench.needs)(spec.name));
                if let Some((other, value)) = &condition {
                    set(&mut before, IT, other, value);
                }
                let (after, change) = turned(&before, IT, &spec);
                if outcome(&before, bench.crashes) == outcome(&after, bench.crashes) {
                    idle.push(format!("{}: {change} changes nothing that is measured, with {condition:?}", kind.id));
                }
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

/// A second link from the same caller to a node like that which is called, so that there is an order and a choice.
fn add_twin(document: &mut Document, id: &str, params: Value) {
    let link = document.link(id).unwrap().clone();
    let node = document.node(&link.to).unwrap().clone();
    let twin = Node { id: "twin".into(), name: "twin".into(), params: Default::default(), ..node };
    let params = params.as_object().unwrap().clone();
    document.apply(&Edit::AddNode { node: twin }).unwrap();
    document.apply(&Edit::AddLink { link: Link { id: "twin".into(), from: link.from, to: "twin".into(), params } }).unwrap();
}

/// The bench, so set that a parameter of a link can matter if its caller reads it at all.
fn bench_for(kind: &Kind, bench: &Bench, id: &str, role: Role, param: &str) -> Document {
    let mut document = bench_of(bench, &[]);
    let mut own = |param: &str, value: Value| set(&mut document, id, param, &value);
    let twin = role == Role::Call;
    match param {
        "timeout" => own("timeout", json!(1000)),
        "retries" | "backoff" | "backoff_cap" | "backoff_jitter" | "retry_budget" | "retry_budget_percent" => {
            own("timeout", json!(3));
            own("retries", json!(if param == "retries" { 0 } else { 2 }));
        }
        "asymmetric" => own("latency", json!({"law": "constant", "value_ms": 3})),
        "retransmission" | "retransmission_timeout" => {
            own("loss_percent", json!(40));
            if param == "retransmission" {
                // Soon enough for the most impatient caller.
                own("retransmission_timeout", json!(5));
            }
        }
        // Attempts wait for the only connection.
        "pool_timeout" => {
            own("connections", json!(1));
            own("latency", json!({"law": "constant", "value_ms": 8}));
        }
        // Few messages are lost of few.
        "loss_percent" => own("loss_percent", json!(0.5)),
        "wait_for" => own("count", json!(2)),
        "need" => own("count", json!(3)),
        "pick" | "stage" if twin => add_twin(&mut document, id, json!({"pick": if param == "pick" { "one" } else { "every" }})),
        "weight" if twin && kind.rules == Rules::Stages => {
            own("pick", json!("one"));
            add_twin(&mut document, id, json!({"pick": "one"}));
        }
        _ => {}
    }
    document
}

/// What a link means is what its caller reads: turning that changes an outcome, turning anything else changes nothing.
#[test]
fn a_link_has_the_parameters_that_its_caller_reads_and_no_others() {
    let mut wrong = Vec::new();
    for (kind, bench) in benches() {
        let plain = bench_of(&bench, &[]);
        let role = |l: &Link| role_between(kind.id, &plain.node(&l.to).unwrap().kind).unwrap();
        let links: Vec<(String, Role)> = plain.links.iter().filter(|l| l.from == IT).map(|l| (l.id.clone(), role(l))).collect();
        for spoken in kind.begins {
            assert!(links.iter().any(|(_, role)| role == spoken), "the bench of {} has no link as {spoken:?}", kind.id);
        }
        for (id, role) in links {
            for spec in link::specs() {
                for condition in conditions(&spec) {
                    let mut before = bench_for(kind, &bench, &id, role, spec.name);
                    if let Some((other, value)) = &condition {
                        set(&mut before, &id, other, value);
                    }
                    let set_to = &before.link(&id).unwrap().params;
                    let read = link_params(kind.id, role, set_to).iter().any(|s| s.name == spec.name);
                    let (after, change) = turned(&before, &id, &spec);
                    if (outcome(&before, bench.crashes) != outcome(&after, bench.crashes)) != read {
                        let says = if read { "changes nothing" } else { "is read after all" };
                        wrong.push(format!("{id} of {}: {change} with {condition:?}: {says}", kind.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_declaration_is_complete_and_every_bench_holds_its_kind() {
    for (kind, bench) in benches() {
        assert!(bench.nodes.iter().any(|(id, k, _)| *id == IT && *k == kind.id), "{}", kind.id);
        let specs = kind.params();
        for (i, spec) in specs.iter().enumerate() {
            spec.check(&spec.default).unwrap_or_else(|e| panic!("{}.{}: default {e}", kind.id, spec.name));
            assert!(!spec.label.is_empty() && spec.help.ends_with('.'), "{}.{}", kind.id, spec.name);
            assert!(specs[..i].iter().all(|s| s.name != spec.name), "{}.{} is declared twice", kind.id, spec.name);
            if let Some((other, _)) = spec.only_when {
                assert!(specs.iter().any(|s| s.name == other), "{}.{} depends on {other}", kind.id, spec.name);
            }
        }
        for telling in kind.telling {
            assert!(specs.iter().any(|s| s.name == telling.param), "{}: {}", kind.id, telling.param);
        }
    }
    assert!(kind(IT).is_none());
}

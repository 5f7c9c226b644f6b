//! No decorative knob: turning any parameter of any kind, or of a link from any caller, changes a measured outcome. The walk
//! covers every declaration; a parameter without a bench that shows its effect fails.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::components::{self, role_between};
use faultline::diagram::param::{ParamSpec, ParamType};
use faultline::diagram::{Document, Edit, Entry, Fault, Link, Node};
use faultline::engine::link::Role;
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// A bench where most things matter: a loaded balancer over two services with a cache, a primary, a replica and shards.
fn bench() -> Document {
    let exp = |ms: f64| json!({"law": "exponential", "mean_ms": ms});
    let node = |id: &str, kind: &str, params: Value| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params});
    let link = |from: &str, to: &str, params: Value| json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": params});
    let file = json!({
        "format": "faultline", "version": 1, "title": "bench", "seed": 7,
        "nodes": [
            node("clients", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
            node("balancer", "load_balancer", json!({"check_interval": 200})),
            node("s1", "service", json!({"workers": 2, "service_time": exp(14.0), "queue_limit": 3})),
            node("s2", "service", json!({"workers": 2, "service_time": exp(14.0), "queue_limit": 3})),
            node("cache", "cache", json!({"capacity": 50, "ttl": 1500, "workers": 1, "queue_limit": 1, "service_time": exp(5.0)})),
            node("router", "shard_router", json!({})),
            node("d1", "database", json!({"workers": 1, "queue_limit": 2, "connections": 3, "durability": "interval"})),
            node("d2", "database", json!({"workers": 1})),
            node("d3", "database", json!({"workers": 1})),
            node("primary", "database", json!({})),
            node("producers", "clients", json!({"rate_per_s": 60, "read_percent": 0, "high_priority_percent": 30})),
            node("queue", "queue", json!({"visibility_timeout": 1000, "redelivery_delay": 100})),
            node("worker", "worker", json!({"workers": 2, "service_time": exp(40.0)})),
            node("d5", "database", json!({"workers": 1, "connections": 1, "write_time": exp(30.0)})),
            node("replica", "replica", json!({"workers": 1, "queue_limit": 1, "read_time": exp(10.0)})),
            // A line of its own: an in-line cache before a store.
            node("visitors", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
            node("inline", "inline_cache", json!({"capacity": 50, "ttl": 1500, "workers": 2, "queue_limit": 1, "service_time": exp(5.0)})),
            node("d4", "database", json!({})),
            node("sessions", "database", json!({"workers": 20})),
        ],
        "links": [
            link("clients", "balancer", json!({"timeout": 60, "retries": 2, "latency": exp(2.0)})),
            link("balancer", "s1", json!({})),
            link("balancer", "s2", json!({})),
            link("s1", "cache", json!({})),
            link("s1", "router", json!({})),
            link("s2", "cache", json!({})),
            link("s2", "primary", json!({"when": "write"})),
            link("s2", "replica", json!({"when": "read"})),
            link("router", "d1", json!({})),
            link("router", "d2", json!({})),
            link("router", "d3", json!({})),
            link("primary", "replica", json!({"latency": exp(20.0)})),
            link("producers", "queue", json!({})),
            link("queue", "worker", json!({})),
            link("worker", "d5", json!({})),
            link("visitors", "inline", json!({})),
            link("inline", "d4", json!({})),
            link("s2", "sessions", json!({"when": "session"})),
        ],
    });
    read(&file.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

/// What was measured, without anything that merely names the run.
fn outcome(document: &Document) -> Value {
    let mut experiment = Experiment::new(document).without_stories();
    let fault = |e: &mut Experiment, fault: Fault| e.apply(&Entry::Fault(fault)).unwrap();
    experiment.advance(SimTime::from_secs_f64(3.87), u64::MAX);
    fault(&mut experiment, Fault::Crash { node: "s1".into() });
    fault(&mut experiment, Fault::Crash { node: "d1".into() });
    fault(&mut experiment, Fault::Crash { node: "queue".into() });
    fault(&mut experiment, Fault::Restart { node: "queue".into() });
    experiment.advance(SimTime::from_secs_f64(6.0), u64::MAX);
    fault(&mut experiment, Fault::Crash { node: "worker".into() });
    fault(&mut experiment, Fault::Restart { node: "worker".into() });
    fault(&mut experiment, Fault::Restart { node: "s1".into() });
    fault(&mut experiment, Fault::Restart { node: "d1".into() });
    experiment.advance(SimTime::from_secs_f64(8.0), u64::MAX);
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

/// A slow shard behind a wide service: a line forms there.
fn crowd_at_d1(queue_limit: u32) -> Vec<(&'static str, &'static str, Value)> {
    let slow = json!({"law": "constant", "value_ms": 60});
    vec![("d1", "queue_limit", json!(queue_limit)), ("d1", "read_time", slow), ("s1", "workers", json!(50))]
}

/// Other settings that a parameter needs before it can matter, beyond its own `only_when`.
fn needs(owner: &str, param: &str) -> Vec<(&'static str, &'static str, Value)> {
    match (owner, param) {
        // A burst must come within the run.
        ("clients", "burst_rate_per_s" | "burst_length") => vec![("clients", "burst_pause", json!(500))],
        ("clients", p) if p.starts_with("flash_") => vec![("clients", "flash_start", json!(1000))],
        // Sizes matter where bandwidth does.
        ("clients", "request_bytes" | "reply_bytes") => vec![("clients-balancer", "bandwidth_mbps", json!(5))],
        // Classes matter where there are two, in a line.
        ("clients", "high_priority_percent") => ["s1", "s2"].map(|s| (s, "discipline", json!("priority"))).to_vec(),
        ("service", "discipline") => vec![("s1", "queue_limit", json!(50)), ("s2", "queue_limit", json!(50))],
        ("load_balancer", "virtual_nodes") => vec![("balancer", "hash_on", json!("key"))],
        ("database", "queue_limit") => crowd_at_d1(2),
        ("replica", "queue_limit") => {
            vec![("replica", "read_time", json!({"law": "constant", "value_ms": 60})), ("s2", "workers", json!(50))]
        }
        ("shard_router", "key_space") => vec![("router", "key_space", json!(300))],
        ("database", "connections") => crowd_at_d1(50),
        _ => Vec::new(),
    }
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
    (after, format!("{id}.{} from {now} to {value}", spec.name))
}

fn assert_matters(owner: &str, id: &str, spec: &ParamSpec) {
    for condition in conditions(spec) {
        let mut before = bench();
        for (target, param, value) in needs(owner, spec.name) {
            set(&mut before, target, param, &value);
        }
        if let Some((other, value)) = &condition {
            set(&mut before, id, other, value);
        }
        let (after, change) = turned(&before, id, spec);
        assert!(outcome(&before) != outcome(&after), "{owner}: {change} changes nothing that is measured, with {condition:?}");
    }
}

#[test]
fn every_parameter_of_every_kind_matters() {
    for kind in components::kinds() {
        let id = match kind.id {
            "clients" => "clients",
            "load_balancer" => "balancer",
            "service" => "s2",
            "cache" => "cache",
            "inline_cache" => "inline",
            "database" => "d1",
            "replica" => "replica",
            "shard_router" => "router",
            "queue" => "queue",
            "worker" => "worker",
            other => panic!("the bench has no {other}: add one"),
        };
        for spec in (kind.specs)() {
            // Only one database has a replica.
            let id = if matches!(spec.name, "replication" | "confirm" | "sync_timeout") { "primary" } else { id };
            assert_matters(kind.id, id, &spec);
        }
    }
}

/// One link of each kind of caller, in each role that it can have.
const LINKS: [&str; 10] = [
    "clients-balancer",
    "balancer-s1",
    "s1-router",
    "s2-cache",
    "s2-sessions",
    "router-d1",
    "inline-d4",
    "queue-worker",
    "worker-d5",
    "primary-replica",
];

/// A second link from the same caller, so that there is an order and a choice.
fn add_twin(document: &mut Document, id: &str, params: Value) {
    let from = document.link(id).unwrap().from.clone();
    let twin = Node { id: "twin".into(), name: "twin".into(), params: Default::default(), ..document.node("d4").unwrap().clone() };
    let params = params.as_object().unwrap().clone();
    document.apply(&Edit::AddNode { node: twin }).unwrap();
    document.apply(&Edit::AddLink { link: Link { id: "twin".into(), from, to: "twin".into(), params } }).unwrap();
}

/// The bench, so set that a parameter of a link can matter if its caller reads it at all.
fn bench_for(id: &str, param: &str) -> Document {
    let mut document = bench();
    let mut own = |param: &str, value: Value| set(&mut document, id, param, &value);
    match param {
        "retries" | "backoff" | "backoff_cap" | "backoff_jitter" | "retry_budget" | "retry_budget_percent" => {
            own("timeout", json!(3));
            own("retries", json!(if param == "retries" { 0 } else { 2 }));
        }
        "asymmetric" => own("latency", json!({"law": "constant", "value_ms": 3})),
        // Few messages are lost of few.
        "loss_percent" => own("loss_percent", json!(0.5)),
        "wait_for" => own("count", json!(2)),
        "need" => own("count", json!(3)),
        "pick" | "stage" => add_twin(&mut document, id, json!({"pick": if param == "pick" { "one" } else { "every" }})),
        "weight" if id != "balancer-s1" => {
            own("pick", json!("one"));
            add_twin(&mut document, id, json!({"pick": "one"}));
        }
        "weight" => set(&mut document, "balancer", "algorithm", &json!("weighted_round_robin")),
        _ => {}
    }
    if id == "primary-replica" {
        // What comes back is waited for.
        set(&mut document, "primary", "replication", &json!("synchronous"));
    }
    if id == "s2-sessions" {
        set(&mut document, "s2", "sessions", &json!("shared"));
    }
    document
}

/// What a link means is what its caller reads: turning that changes an outcome, turning anything else changes nothing.
#[test]
fn a_link_has_the_parameters_that_its_caller_reads_and_no_others() {
    let mut seen = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for id in LINKS {
        for spec in components::link::specs() {
            for condition in conditions(&spec) {
                let plain = bench();
                let kind = |end: &str| plain.node(end).unwrap().kind.clone();
                let link = plain.link(id).unwrap();
                let (from, role) = (kind(&link.from), role_between(&kind(&link.from), &kind(&link.to)).unwrap());
                // Only a caller can have a second store to call.
                let twin = matches!(spec.name, "pick" | "stage" | "weight");
                let mut before = bench_for(id, if twin && role != Role::Call { "" } else { spec.name });
                if let Some((other, value)) = &condition {
                    set(&mut before, id, other, value);
                }
                let set_to = &before.link(id).unwrap().params;
                let read = components::link_params(&from, role, set_to).iter().any(|s| s.name == spec.name);
                seen.insert((from.clone(), format!("{role:?}")));
                let (after, change) = turned(&before, id, &spec);
                if (outcome(&before) != outcome(&after)) != read {
                    wrong.push(format!("{change} with {condition:?}: {}", if read { "changes nothing" } else { "is read after all" }));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Every kind that links begin at is among them, in every role.
    for from in components::kinds() {
        for to in components::kinds() {
            if let Ok(role) = role_between(from.id, to.id) {
                assert!(seen.contains(&(from.id.to_string(), format!("{role:?}"))), "no bench for a {} as {role:?}", from.id);
            }
        }
    }
}

#[test]
fn the_registry_lists_every_file_of_a_kind_and_each_is_complete() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/components");
    let plumbing = ["mod", "part", "link", "signal", "placeholder", "explanation", "holding", "testing"];
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !plumbing.contains(&name.as_str()))
        .collect();
    let mut kinds: Vec<String> = components::kinds().iter().map(|k| k.id.to_string()).collect();
    files.sort();
    files.dedup();
    kinds.sort();
    assert_eq!(files, kinds);
    for kind in components::kinds() {
        let specs = (kind.specs)();
        for (i, spec) in specs.iter().enumerate() {
            spec.check(&spec.default).unwrap_or_else(|e| panic!("{}.{}: default {e}", kind.id, spec.name));
            assert!(!spec.label.is_empty() && spec.help.ends_with('.'), "{}.{}", kind.id, spec.name);
            assert!(specs[..i].iter().all(|s| s.name != spec.name), "{}.{} is declared twice", kind.id, spec.name);
            if let Some((other, _)) = spec.only_when {
                assert!(specs.iter().any(|s| s.name == other), "{}.{} depends on {other}", kind.id, spec.name);
            }
        }
    }
}

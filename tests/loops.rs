//! A run that gets no further at one instant: it stops, says why, and goes on once what goes round is changed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault, Link};
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::timeline::{Timeline, BUDGET};
use faultline::lab::Experiment;
use serde_json::{json, Value};

const SECOND: u64 = 1_000_000_000;

fn none() -> Value {
    json!({"law": "constant", "value_ms": 0})
}

/// Everything takes no time but what is said to.
fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "kind": kind, "name": id.to_uppercase(), "x": 0, "y": 0, "params": params});
    let link = |(from, to, params): &(&str, &str, Value)| {
        let mut all = json!({"latency": none(), "timeout": 0});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
    };
    let (nodes, links): (Vec<_>, Vec<_>) = (nodes.iter().map(node).collect(), links.iter().map(link).collect());
    read(&json!({"format": "faultline", "version": 2, "title": "loop", "seed": 1, "nodes": nodes, "links": links}).to_string()).unwrap()
}

/// Two balancers that pass each request on to each other for ever, which the rules for files do not allow; from 0.21 s on.
fn ring() -> Document {
    let clients = json!({"source": "once", "users": 1, "once_after": 210});
    let balancer = json!({"forward_time": 0, "health_checks": false});
    let nodes = [
        ("c", "clients", clients),
        ("a", "load_balancer", balancer.clone()),
        ("b", "load_balancer", balancer),
        ("s", "service", json!({})),
    ];
    let mut document = document(&nodes, &[("c", "a", json!({})), ("a", "b", json!({}))]);
    let params = document.links[1].params.clone();
    document.links.push(Link { id: "b-a".into(), from: "b".into(), to: "a".into(), params });
    document
}

fn cut() -> Entry {
    Entry::Edit(Edit::RemoveLink { id: "b-a".into() })
}

#[test]
fn an_endless_loop_stops_the_run_and_is_named_until_an_edit_ends_it() {
    let document = ring();
    let mut experiment = Experiment::new(&document);
    let handled = experiment.advance(SimTime(SECOND), u64::MAX);
    let stopped = experiment.stopped().unwrap();
    assert_eq!((stopped.at, experiment.now()), (SimTime(210_000_000), SimTime(210_000_000)));
    assert_eq!((&stopped.nodes[..], &stopped.kinds[..]), (&["a".to_string(), "b".into()][..], &["service", "message"][..]));
    assert!(stopped.why.starts_with("Endless loop at 00:00.210: A → B, 201000 events"), "{}", stopped.why);
    assert!((201_000..201_100).contains(&handled), "{handled}");
    assert!(experiment.take_events().iter().any(|e| e.what == "endless loop"));
    // It stays so, in the picture and in the results, and a single step is none.
    assert_eq!((experiment.advance(SimTime(9 * SECOND), u64::MAX), experiment.step(), experiment.is_settled()), (0, false, true));
    assert_eq!(experiment.frame(0).stopped, Some(stopped.clone()));
    let report = serde_json::to_value(experiment.report()).unwrap();
    assert_eq!((&report["stopped"]["at_s"], &report["stopped"]["nodes"]), (&json!(0.21), &json!(["a", "b"])));
    experiment.check_books().unwrap();

    // Sliced otherwise it stops after the same events.
    let mut slices = Experiment::new(&document).without_stories();
    while slices.advance(SimTime(SECOND), 777) == 777 {}
    assert_eq!((slices.trace_hash(), slices.stopped()), (experiment.trace_hash(), Some(stopped)));

    // An edit that changes nothing about it: it stops again, sooner. One that ends it: time goes on.
    let slow = Entry::Fault(Fault::Slow { node: "s".into(), factor: 2.0 });
    experiment.apply(&slow).unwrap();
    assert!(experiment.stopped().is_none());
    let again = experiment.advance(SimTime(SECOND), u64::MAX);
    assert!(again < 60_000 && experiment.stopped().is_some(), "{again}");
    experiment.apply(&cut()).unwrap();
    experiment.advance(SimTime(SECOND), u64::MAX);
    assert_eq!((experiment.now(), experiment.stopped()), (SimTime(SECOND), None));
    assert_eq!(experiment.totals().in_flight, 0, "all are answered");
    experiment.check_books().unwrap();

    // What was done is done again in the same places by a replay, and after a snapshot.
    let mut journalled = document;
    journalled.journal = vec![(SimTime(210_000_000), slow), (SimTime(210_000_000), cut())];
    let mut replay = Experiment::new(&journalled);
    let mut timeline = Timeline::new(&mut replay, BUDGET);
    while timeline.advance(&mut replay, SimTime(SECOND), 10_000) == 10_000 {}
    assert_eq!(replay.trace_hash(), experiment.trace_hash());
}

/// With its timeline too a run that stands still comes back, again and again.
#[test]
fn a_timeline_does_not_wait_for_what_never_comes() {
    let mut experiment = Experiment::new(&ring());
    let mut timeline = Timeline::new(&mut experiment, BUDGET);
    timeline.advance(&mut experiment, SimTime(5 * SECOND), u64::MAX);
    assert!(experiment.stopped().is_some());
    assert_eq!(timeline.advance(&mut experiment, SimTime(5 * SECOND), u64::MAX), 0);
}

/// A queue whose worker asks for messages and fails at each at once, since its database is down; nothing takes any time.
#[test]
fn a_worker_that_fails_in_no_time_asks_again_after_its_interval() {
    let clients = json!({"source": "constant", "rate_per_s": 10, "read_percent": 0});
    let queue = json!({"store_time": none(), "flush_time": 0, "redelivery_delay": 0, "max_deliveries": 1000});
    let worker = json!({"delivery": "pull", "service_time": none(), "workers": 1, "poll_interval": 200});
    let nodes = [("c", "clients", clients), ("q", "queue", queue), ("w", "worker", worker), ("d", "database", json!({}))];
    let document = document(&nodes, &[("c", "q", json!({})), ("q", "w", json!({})), ("w", "d", json!({}))]);
    let mut experiment = Experiment::new(&document);
    experiment.apply(&Entry::Fault(Fault::Crash { node: "d".into() })).unwrap();
    let handled = experiment.advance(SimTime(3 * SECOND), u64::MAX);
    assert_eq!((experiment.now(), experiment.stopped()), (SimTime(3 * SECOND), None));
    assert!(handled < 2_000, "{handled}");
    let failed = experiment.report().nodes["w"].more["failed_work"];
    assert!((13.0..=16.0).contains(&failed), "once in 200 ms: {failed}");
    experiment.apply(&Entry::Fault(Fault::Restart { node: "d".into() })).unwrap();
    experiment.advance(SimTime(10 * SECOND), u64::MAX);
    let queue = &experiment.report().nodes["q"].more;
    assert!(queue["acknowledged"] > 80.0, "{queue:?}");
}

/// A hundred thousand users who all ask at once of what takes no time are no loop.
#[test]
fn a_crowd_at_one_instant_is_no_loop() {
    let clients = json!({"source": "once", "users": 100_000, "once_after": 10, "read_percent": 100});
    let service = json!({"service_time": none(), "workers": 10_000, "queue_limit": 1_000_000});
    let nodes = [("c", "clients", clients), ("a", "service", service.clone()), ("b", "service", service)];
    let document = document(&nodes, &[("c", "a", json!({})), ("a", "b", json!({"count": 3}))]);
    let mut experiment = Experiment::new(&document).without_stories();
    let handled = experiment.advance(SimTime(SECOND), u64::MAX);
    assert_eq!((experiment.stopped(), experiment.totals().ok), (None, 100_000));
    assert!(handled > 1_000_000, "{handled}");
}

/// What multiplies at one instant until there is no end of it stops the tool, which says so.
#[test]
fn the_tool_says_what_stopped_a_run() {
    let service = json!({"service_time": none(), "workers": 10_000, "queue_limit": 1_000_000});
    let clients = json!({"source": "once", "users": 1, "once_after": 500});
    let many = json!({"count": 100});
    let nodes = [
        ("c", "clients", clients),
        ("a", "service", service.clone()),
        ("b", "service", service.clone()),
        ("d", "service", service.clone()),
        ("e", "service", service),
    ];
    let document = document(&nodes, &[("c", "a", json!({})), ("a", "b", many.clone()), ("b", "d", many.clone()), ("d", "e", many)]);
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("loop.faultline.json");
    std::fs::write(&file, faultline::files::write(&document)).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_faultline")).arg("run").arg(&file).arg("--json").output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.starts_with("faultline: Endless loop at 00:00.500: ") && said.lines().count() == 1, "{said}");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["stopped"]["at_s"], json!(0.5));
    let repeat = std::process::Command::new(env!("CARGO_BIN_EXE_faultline"))
        .arg("repeat")
        .arg(&file)
        .args(["--seeds", "2", "--for", "2s"])
        .output()
        .unwrap();
    assert!(!repeat.status.success() && String::from_utf8(repeat.stderr).unwrap().contains("Endless loop at 00:00.500"));
}

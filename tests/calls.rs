//! Calls: whose draws they are, what fails where and what that means for the caller, connections, and messages that are lost.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use bench::*;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// Readers at a constant rate, each of another key.
fn readers(per_s: f64) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 100, "keys": 100})
}

#[test]
fn a_call_that_nobody_waits_for_changes_nobodys_luck() {
    let latencies = |aside: bool| {
        let link = json!({"latency": exponential(1.0)});
        let plenty = json!({"workers": 1000, "service_time": exponential(5.0)});
        let mut nodes = vec![("c", "clients", readers(100.0)), ("x", "service", plenty.clone())];
        nodes.extend([("s", "service", plenty.clone()), ("d", "service", plenty.clone())]);
        let mut links = vec![("c", "s", link.clone())];
        if aside {
            links.push(("s", "x", json!({"wait_for": "none", "latency": exponential(1.0)})));
        }
        links.push(("s", "d", link));
        run(&document(&nodes, &links), 20.0).totals.latency_ms
    };
    assert_eq!(latencies(false), latencies(true));
}

#[test]
fn a_user_of_a_closed_loop_has_draws_of_its_own() {
    // When the requests of user 0 began, and how long they took, beside more and more others.
    let of_user_0 = |users: u32| {
        let closed = json!({"source": "closed", "users": users, "think_time": exponential(50.0), "keys": 1000});
        let server = json!({"workers": 1000, "service_time": exponential(20.0)});
        let doc = document(&[("c", "clients", closed), ("s", "service", server)], &[("c", "s", json!({"latency": exponential(3.0)}))]);
        let mut experiment = Experiment::new(&doc);
        to(&mut experiment, 3.0);
        let mut seen: Vec<_> = experiment.recent().iter().filter(|s| s.user == 0).map(|s| (s.start, s.end, s.key)).collect();
        seen.sort();
        seen
    };
    let alone = of_user_0(1);
    assert!(alone.len() > 25, "{}", alone.len());
    assert_eq!(of_user_0(2), alone);
    assert_eq!(of_user_0(5), alone);
}

#[test]
fn a_message_in_a_queue_has_the_draws_of_whoever_sent_it() {
    // The work on the writes of one producer, with and without the reads of another among them.
    let done = |others: bool| {
        let nodes = [
            ("c", "clients", json!({"source": "constant", "rate_per_s": 10, "read_percent": 0})),
            ("others", "clients", readers(37.0)),
            ("q", "queue", json!({"capacity": 100_000})),
            ("w", "worker", json!({"workers": 1000, "prefetch": 10_000, "service_time": exponential(30.0)})),
        ];
        let mut links = vec![("q", "w", json!({})), ("c", "q", json!({"latency": exponential(2.0)}))];
        if others {
            links.push(("others", "q", json!({})));
        }
        let mut experiment = Experiment::new(&document(&nodes, &links));
        to(&mut experiment, 4.0);
        let recent = experiment.recent();
        let mine = recent.iter().filter(|s| s.operation == "write" && s.spans.iter().any(|span| span.node == "w"));
        let mut took: Vec<_> = mine.map(|s| (s.start, s.end)).collect();
        took.sort();
        took
    };
    let alone = done(false);
    assert!(alone.len() > 20, "{}", alone.len());
    assert_eq!(done(true), alone);
}

/// Calls that nobody waits for go on after their job, but not after their process.
#[test]
fn a_crashed_caller_retries_nothing() {
    let link = json!({"wait_for": "none", "timeout": 50, "retries": 20, "backoff": 100, "backoff_cap": 100, "backoff_jitter": "none"});
    let stuck = json!({"workers": 1000, "service_time": constant(60_000.0)});
    let nodes = [("c", "clients", readers(100.0)), ("s", "service", json!({"workers": 100})), ("d", "service", stuck)];
    let mut experiment = Experiment::new(&document(&nodes, &[("c", "s", json!({})), ("s", "d", link)]));
    to(&mut experiment, 2.0);
    let before = experiment.report().links["s-d"].clone();
    assert!(before.started > 500 && before.open > 10);
    crash(&mut experiment, "s");
    for second in [3.0, 6.0] {
        let after = to(&mut experiment, second).links["s-d"].clone();
        assert_eq!((after.started, after.open), (before.started, 0), "at {second} s");
        assert_eq!(after.abandoned, before.abandoned + before.open);
    }
}

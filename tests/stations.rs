//! Stations at the edges of their disciplines: who is let in, who waits, and what is told of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use bench::*;
use faultline::lab::Experiment;
use serde_json::{json, Value};

fn once(users: u32, after_ms: u32) -> Value {
    json!({"source": "once", "users": users, "once_after": after_ms, "read_percent": 100, "keys": 1_000_000, "popularity": "uniform"})
}

#[test]
fn where_all_share_those_beyond_one_for_each_worker_are_the_line() {
    let server = json!({"discipline": "sharing", "workers": 2, "service_time": constant(10.0)});
    let report = run(&document(&[("c", "clients", once(10, 100)), ("s", "service", server)], &[("c", "s", json!({}))]), 1.0);
    assert_eq!(report.nodes["s"].queue_max, 8);
}

#[test]
fn who_waits_for_a_dependency_takes_no_share_and_no_place() {
    // 50 a second for 1 ms each never meet; each waits 100 ms for the store.
    let clients = json!({"source": "constant", "rate_per_s": 50, "read_percent": 100});
    let server = json!({"discipline": "sharing", "workers": 1, "queue_limit": 0, "service_time": constant(1.0)});
    let store = json!({"workers": 100, "read_time": constant(100.0)});
    let nodes = [("c", "clients", clients), ("s", "service", server), ("d", "database", store)];
    let report = run(&document(&nodes, &[("c", "s", json!({})), ("s", "d", json!({}))]), 10.0);
    assert!(report.totals.ok > 480 && report.totals.failed.is_empty(), "{:?}", report.totals);
}

#[test]
fn who_may_interrupt_need_not_wait_and_is_let_in_past_a_full_line() {
    // One is served and one waits when an important one comes; a second important one finds nobody to interrupt.
    let mut important = once(2, 150);
    important["high_priority_percent"] = json!(100);
    let server = json!({"discipline": "preemptive", "workers": 1, "queue_limit": 1, "service_time": constant(100.0)});
    let nodes = [("a", "clients", once(1, 90)), ("b", "clients", once(1, 110)), ("i", "clients", important), ("s", "service", server)];
    let links = ["a", "b", "i"].map(|c| (c, "s", json!({})));
    let report = run(&document(&nodes, &links), 2.0);
    assert_eq!((report.clients["a"].ok, report.clients["b"].ok), (1, 1), "who was let in stays in");
    assert_eq!((report.clients["i"].ok, report.clients["i"].failed["queue full"]), (1, 1));
    // It interrupted at 150 ms and was done after its own 100 ms.
    assert!((report.clients["i"].latency_ms.mean.unwrap() - 100.2).abs() < 0.1, "{}", report.clients["i"].latency_ms.mean.unwrap());
}

#[test]
fn a_second_shot_has_luck_of_its_own() {
    let doc = document(&[("c", "clients", once(20, 100)), ("s", "service", json!({"workers": 50}))], &[("c", "s", json!({}))]);
    let mut experiment = Experiment::new(&doc);
    to(&mut experiment, 1.0);
    set(&mut experiment, "c", "once_after", json!(200));
    to(&mut experiment, 2.0);
    let mut keys: Vec<u64> = experiment.recent().iter().map(|s| s.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 40, "of a million keys, two shots of 20 draw no key twice");
}

#[test]
fn health_checks_that_are_switched_off_and_on_again_are_not_twice_as_many() {
    let nodes = [("c", "clients", once(1, 0)), ("b", "load_balancer", json!({"check_interval": 100})), ("s", "service", json!({}))];
    let doc = document(&nodes, &[("c", "b", json!({})), ("b", "s", json!({}))]);
    let events = |switch: bool| {
        let mut experiment = Experiment::new(&doc);
        let before = to(&mut experiment, 5.02).events;
        for on in [false, true].repeat(if switch { 10 } else { 0 }) {
            set(&mut experiment, "b", "health_checks", json!(on));
        }
        to(&mut experiment, 25.02).events - before
    };
    let (once, often) = (events(false), events(true));
    assert!(often < once + once / 10, "{once} events in twenty seconds, and {often}");
}

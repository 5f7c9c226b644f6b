//! Calls: whose draws they are, what fails where and what that means for the caller, connections, and messages that are lost.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use std::collections::BTreeMap;

use bench::*;
use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::lab::frame::Waterfall;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// What is told of all requests so far, as few of them as it takes at a time.
fn told<T: Ord>(doc: &Document, seconds: u32, of: impl Fn(&Waterfall) -> Option<T>) -> Vec<T> {
    let mut experiment = Experiment::new(doc);
    let mut all = BTreeMap::new();
    for step in 1..=seconds * 20 {
        to(&mut experiment, f64::from(step) * 0.05);
        all.extend(experiment.recent().iter().filter_map(|story| Some((story.request, of(story)?))));
    }
    let mut all: Vec<T> = all.into_values().collect();
    all.sort();
    all
}

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
        told(&doc, 3, |s| (s.user == 0).then_some((s.start, s.end, s.key)))
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
        let is_mine = |s: &Waterfall| s.operation == "write" && s.spans.iter().any(|span| span.node == "w");
        told(&document(&nodes, &links), 3, |s| is_mine(s).then_some((s.start, s.end)))
    };
    let alone = done(false);
    assert!(alone.len() > 20, "{}", alone.len());
    assert_eq!(done(true), alone);
}

/// Calls that nobody waits for go on after their job, but not after their process.
#[test]
fn a_crashed_caller_retries_nothing() {
    let link = json!({"wait_for": "none", "timeout": 50, "retries": 20, "backoff": 100, "backoff_cap": 100, "backoff_jitter": "none"});
    let stuck = json!({"workers": 10_000, "service_time": constant(60_000.0)});
    let nodes = [("c", "clients", readers(100.0)), ("s", "service", json!({"workers": 100})), ("d", "service", stuck)];
    let mut experiment = Experiment::new(&document(&nodes, &[("c", "s", json!({})), ("s", "d", link)]));
    to(&mut experiment, 2.0);
    let before = experiment.report().links["s-d"].clone();
    assert!(before.started > 500 && before.open > 10, "{before:?}");
    crash(&mut experiment, "s");
    for second in [3.0, 6.0] {
        let after = to(&mut experiment, second).links["s-d"].clone();
        assert_eq!((after.started, after.open), (before.started, 0), "at {second} s");
        assert_eq!(after.abandoned, before.abandoned + before.open);
    }
}

fn writers(per_s: f64) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 0})
}

/// A producer that sends one message.
fn one_message() -> Value {
    json!({"source": "once", "users": 1, "once_after": 0, "read_percent": 0})
}

#[test]
fn a_worker_whose_database_refuses_is_not_taken_to_be_down() {
    let nodes = [
        ("p", "clients", one_message()),
        ("q", "queue", json!({"max_deliveries": 3})),
        ("w", "worker", json!({})),
        ("d", "database", json!({})),
    ];
    let mut experiment = Experiment::new(&document(&nodes, &[("p", "q", json!({})), ("q", "w", json!({})), ("w", "d", json!({}))]));
    crash(&mut experiment, "d");
    let report = to(&mut experiment, 80.0);
    let q = &report.nodes["q"].more;
    assert_eq!((report.links["q-w"].started, q["redeliveries"], q["dead_letters"]), (3, 2.0, 1.0));
    // The deliveries failed further down, and are booked so.
    assert_eq!(report.links["q-w"].passed_on.get("refused"), Some(&3));
    assert!(report.links["q-w"].failed.is_empty());
    assert_eq!(report.links["w-d"].failed.get("refused"), Some(&3));
}

#[test]
fn one_dead_database_of_three_cuts_off_no_healthy_consumer() {
    let link = json!({"pick": "one"});
    let nodes = [
        ("p", "clients", writers(100.0)),
        ("q", "queue", json!({"capacity": 100_000})),
        ("w", "worker", json!({"workers": 20, "prefetch": 20})),
        ("d1", "database", json!({})),
        ("d2", "database", json!({})),
        ("d3", "database", json!({})),
    ];
    let links = [("p", "q", json!({})), ("q", "w", json!({})), ("w", "d1", link.clone()), ("w", "d2", link.clone()), ("w", "d3", link)];
    let mut experiment = Experiment::new(&document(&nodes, &links));
    crash(&mut experiment, "d2");
    let q = to(&mut experiment, 60.0).nodes["q"].more.clone();
    // 6,000 are sent; half a second's worth waits for its redelivery, and one in 3^5 is a dead letter.
    assert!((5_850.0..=6_000.0).contains(&q["acknowledged"]), "{q:?}");
}

#[test]
fn a_worker_whose_own_call_times_out_has_its_message_back_after_the_delay() {
    let stuck = json!({"service_time": constant(600_000.0), "workers": 100});
    let nodes = [
        ("p", "clients", one_message()),
        ("q", "queue", json!({"redelivery_delay": 1000, "max_deliveries": 100, "visibility_timeout": 5000})),
        ("w", "worker", json!({"service_time": constant(0.0)})),
        ("d", "service", stuck),
    ];
    let links = [("p", "q", json!({})), ("q", "w", json!({})), ("w", "d", json!({"timeout": 100}))];
    let report = run(&document(&nodes, &links), 10.0);
    // Every 1,100 ms and a bit.
    assert_eq!((report.links["q-w"].started, report.nodes["q"].more["redeliveries"]), (10, 9.0));
}

#[test]
fn an_error_answer_keeps_the_connection_it_came_over() {
    let plenty = json!({"workers": 1000, "service_time": constant(1.0)});
    let mut nodes = vec![("c", "clients", readers(120.0)), ("s", "service", plenty.clone())];
    nodes.extend([("m", "service", plenty.clone()), ("d", "service", plenty)]);
    let links = [("c", "s", json!({})), ("s", "m", json!({"connections": 10, "latency": constant(40.0)})), ("m", "d", json!({}))];
    let mut experiment = Experiment::new(&document(&nodes, &links));
    crash(&mut experiment, "d");
    let report = to(&mut experiment, 10.0);
    assert_eq!(report.links["s-m"].connections_opened, 10);
    let failed = report.totals.failed["refused"];
    assert!(failed > 1100);
    assert_eq!(report.links["c-s"].passed_on["refused"], failed);
    assert!(report.links["c-s"].failed.is_empty() && report.links["s-m"].failed.is_empty());
    assert!(report.links["m-d"].passed_on.is_empty() && report.links["m-d"].failed["refused"] >= failed);
}

#[test]
fn what_can_never_go_better_is_not_tried_again() {
    let nodes = [("c", "clients", writers(10.0)), ("r", "replica", json!({}))];
    let report = run(&document(&nodes, &[("c", "r", json!({"retries": 5, "backoff": 1}))]), 5.05);
    assert_eq!((report.links["c-r"].started, report.links["c-r"].failed["read only"]), (50, 50));
}

fn pooled(per_s: f64, link: Value) -> Document {
    let mut all = json!({"connections": 10, "timeout": 1000});
    all.as_object_mut().unwrap().extend(link.as_object().unwrap().clone());
    let front = json!({"workers": 10_000, "service_time": constant(0.0)});
    let back = json!({"workers": 1000, "service_time": constant(50.0)});
    let nodes = [("c", "clients", readers(per_s)), ("s", "service", front), ("d", "service", back)];
    document(&nodes, &[("c", "s", json!({})), ("s", "d", all)])
}

#[test]
fn a_pool_that_is_too_small_still_serves_what_it_can() {
    let mut experiment = Experiment::new(&pooled(250.0, json!({})));
    let before = to(&mut experiment, 5.0).totals;
    let after = to(&mut experiment, 25.0).totals;
    // Ten connections, each busy for 50.2 ms.
    let per_s = (after.ok - before.ok) as f64 / 20.0;
    assert!((per_s - 10.0 / 0.0502).abs() < 1.0, "{per_s}");
    assert_eq!(after.failed.keys().collect::<Vec<_>>(), [&"no connection"]);
}

#[test]
fn a_pool_made_larger_lets_those_in_who_wait_and_in_their_order() {
    let doc = pooled(30.0, json!({"connections": 1, "pool_timeout": 0, "handshake_round_trips": 1}));
    let mut experiment = Experiment::new(&doc);
    // Twenty a second get through, thirty come.
    let waiting = to(&mut experiment, 2.0).totals.in_flight;
    assert!((18..=22).contains(&waiting), "{waiting}");
    edit(&mut experiment, Edit::SetLinkParam { id: "s-d".into(), param: "connections".into(), value: json!(3) });
    assert!(to(&mut experiment, 2.11).totals.ok >= 45);
    to(&mut experiment, 4.0);
    let mut seen: Vec<_> = experiment.recent().iter().map(|s| (s.request, s.end)).collect();
    seen.sort();
    assert!(seen.len() == 50 && seen.windows(2).all(|w| w[0].1 <= w[1].1), "{seen:?}");
    // Ten connections, then two: no more than two are busy, as soon as what is under way is done.
    let mut experiment = Experiment::new(&pooled(100.0, json!({"pool_timeout": 0})));
    to(&mut experiment, 2.0);
    edit(&mut experiment, Edit::SetLinkParam { id: "s-d".into(), param: "connections".into(), value: json!(2) });
    let before = to(&mut experiment, 3.0).totals.ok;
    let per_s = to(&mut experiment, 5.0).totals.ok - before;
    assert!((78..=81).contains(&per_s), "two connections for two seconds: {per_s}");
}

#[test]
fn more_answers_than_calls_are_never_enough() {
    let totals = |need: u32, dead: bool| {
        let link = json!({"wait_for": "some", "need": need});
        let nodes = [
            ("c", "clients", readers(100.0)),
            ("s", "service", json!({"service_time": constant(1.0)})),
            ("a", "service", json!({"service_time": constant(1.0)})),
            ("b", "service", json!({"service_time": constant(1.0)})),
        ];
        let mut experiment = Experiment::new(&document(&nodes, &[("c", "s", json!({})), ("s", "a", link.clone()), ("s", "b", link)]));
        if dead {
            crash(&mut experiment, "b");
        }
        let report = to(&mut experiment, 2.0);
        (report.totals.ok > 190, report.totals.failed.keys().copied().collect::<Vec<_>>(), report.links["s-a"].started > 0)
    };
    assert_eq!(totals(1, true), (true, vec![], true));
    assert_eq!(totals(2, false), (true, vec![], true));
    assert_eq!(totals(2, true), (false, vec!["refused"], true));
    // Nobody is even asked.
    assert_eq!(totals(3, false), (false, vec!["unavailable"], false));
    assert_eq!(totals(3, true), (false, vec!["unavailable"], false));
}

fn far(per_s: f64, link: Value) -> Document {
    let server = json!({"workers": 1000, "service_time": constant(1.0)});
    document(&[("c", "clients", readers(per_s)), ("s", "service", server)], &[("c", "s", link)])
}

#[test]
fn loss_gives_tails_and_no_hangs() {
    let report = run(&far(100.0, json!({"loss_percent": 1})), 100.0);
    let latency = &report.totals.latency_ms;
    assert!(report.totals.sent - report.totals.ok <= 5, "{:?}", report.totals);
    // Two ways of 1 % each, and each loss costs the wait beyond a round trip.
    assert!(latency.p50.unwrap() < 1.3 && latency.p99.unwrap() > 200.0, "{latency:?}");
    let link = &report.links["c-s"];
    assert!((150..=260).contains(&link.retransmitted) && link.retransmitted >= link.dropped - 2, "{link:?}");
    let silent = run(&far(100.0, json!({"loss_percent": 1, "retransmission": false})), 100.0);
    assert!((150..=260).contains(&silent.totals.in_flight), "{:?}", silent.totals);
}

#[test]
fn where_nothing_gets_through_the_transport_gives_up_in_the_end() {
    let mut doc = far(1.0, json!({"loss_percent": 100, "retransmission_timeout": 1}));
    doc.nodes[0].params = one_message().as_object().unwrap().clone();
    let mut experiment = Experiment::new(&doc);
    // Waits of 1.2 ms and twice, four times … as much, sixteen of them.
    let all = 0.0012 * 65_535.0;
    assert_eq!(to(&mut experiment, all - 0.001).totals.in_flight, 1);
    let report = to(&mut experiment, all + 0.001);
    assert_eq!((report.totals.failed["timeout"], report.links["c-s"].retransmitted, report.links["c-s"].dropped), (1, 15, 16));
}

#[test]
fn what_a_cut_held_up_gets_through_when_it_is_mended() {
    let stuck = |retransmission: bool| {
        let mut experiment = Experiment::new(&far(10.0, json!({"latency": constant(20.0), "retransmission": retransmission})));
        to(&mut experiment, 1.0);
        cut(&mut experiment, "c-s");
        let ok = to(&mut experiment, 1.5).totals.ok;
        inflict(&mut experiment, Fault::Mend { link: "c-s".into() });
        assert_eq!(to(&mut experiment, 1.5).totals.ok, ok);
        // The first that was lost is sent again after 240 ms, in vain, and after 480 more.
        let totals = to(&mut experiment, 2.55).totals;
        totals.sent - totals.ok
    };
    // What was on the link when it was cut, and what was sent while it was.
    assert_eq!((stuck(true), stuck(false)), (0, 6));
}

#[test]
fn a_dead_server_refuses_after_one_round_trip() {
    let mut doc = far(1.0, json!({"latency": constant(10.0), "handshake_round_trips": 4}));
    doc.nodes[0].params = one_message().as_object().unwrap().clone();
    let mut experiment = Experiment::new(&doc);
    crash(&mut experiment, "s");
    assert_eq!(to(&mut experiment, 0.0199).totals.in_flight, 1);
    let report = to(&mut experiment, 0.0201);
    assert_eq!((report.totals.failed["refused"], report.links["c-s"].connections_opened), (1, 0));
}

#[test]
fn handshakes_are_messages() {
    let none = run(&far(50.0, json!({"loss_percent": 100, "handshake_round_trips": 2, "connections": 50})), 5.0);
    assert_eq!((none.links["c-s"].connections_opened, none.totals.ok), (0, 0));
    assert_eq!(none.totals.failed.keys().collect::<Vec<_>>(), [&"no connection"]);
    // The first request pays for its handshake: 100 bytes there and back at 8 kbit/s are 200 ms; the next ones do not.
    let slow = json!({"bandwidth_mbps": 0.008, "handshake_round_trips": 1, "latency": constant(10.0)});
    let mut doc = far(0.5, slow);
    doc.nodes[0].params.extend(json!({"request_bytes": 100, "reply_bytes": 100}).as_object().unwrap().clone());
    let mut experiment = Experiment::new(&doc);
    to(&mut experiment, 7.0);
    let mut took: Vec<_> = experiment.recent().iter().map(|s| (s.request, (s.end.unwrap() - s.start).0 / 1_000_000)).collect();
    took.sort();
    assert_eq!(took.iter().map(|(_, ms)| *ms).collect::<Vec<_>>(), [441, 221, 221]);
}

fn inflict(experiment: &mut Experiment, fault: Fault) {
    experiment.apply(&Entry::Fault(fault)).unwrap();
}

#[test]
fn a_host_that_vanished_says_nothing() {
    let mut experiment = Experiment::new(&far(100.0, json!({"timeout": 200, "latency": constant(5.0)})));
    to(&mut experiment, 1.0);
    inflict(&mut experiment, Fault::Vanish { node: "s".into() });
    let down = to(&mut experiment, 2.0).totals;
    // All that was there and on the way, and what came since but for that of the last 200 ms.
    assert_eq!(down.failed.keys().collect::<Vec<_>>(), [&"timeout"]);
    assert!((79..=82).contains(&down.failed["timeout"]), "{down:?}");
    inflict(&mut experiment, Fault::Restart { node: "s".into() });
    let after = to(&mut experiment, 4.0).totals;
    assert!(after.failed["timeout"] < 104 && after.ok > 290, "{after:?}");
}

#[test]
fn a_node_that_hangs_accepts_and_answers_nobody() {
    let mut experiment = Experiment::new(&far(100.0, json!({"connections": 1000, "handshake_round_trips": 1})));
    to(&mut experiment, 1.0);
    inflict(&mut experiment, Fault::Hang { node: "s".into() });
    let report = to(&mut experiment, 1.995);
    assert!(report.totals.failed.is_empty() && (99..=101).contains(&report.totals.in_flight), "{:?}", report.totals);
    // Its host goes on to make connections.
    assert!(report.links["c-s"].connections_opened >= 99);
    inflict(&mut experiment, Fault::Restart { node: "s".into() });
    let after = to(&mut experiment, 3.0).totals;
    // What it had taken is reset, what its host had accepted for it is refused.
    assert_eq!(after.failed.values().sum::<u64>(), report.totals.in_flight);
    assert!(after.ok >= 198, "{after:?}");
}

#[test]
fn a_server_that_hangs_fails_its_health_checks() {
    let server = json!({"workers": 50, "service_time": constant(5.0)});
    let checks = json!({"check_interval": 100, "unhealthy_after": 2});
    let nodes =
        [("c", "clients", readers(100.0)), ("b", "load_balancer", checks), ("s1", "service", server.clone()), ("s2", "service", server)];
    let links = [("c", "b", json!({"timeout": 500})), ("b", "s1", json!({})), ("b", "s2", json!({}))];
    let mut experiment = Experiment::new(&document(&nodes, &links));
    to(&mut experiment, 1.05);
    inflict(&mut experiment, Fault::Hang { node: "s1".into() });
    let failed = to(&mut experiment, 4.0).totals.failed["timeout"];
    // Half of what came until the third check after it, at 1.3 s.
    assert!((11..=14).contains(&failed), "{failed}");
}

/// A thousand bytes a millisecond: ten requests of 10,000 bytes at once take 100 ms. At 50 ms five have left; with half the bandwidth the
/// other five take 20 ms each, with twice of it 5 ms each, and without a limit none.
#[test]
fn a_change_of_bandwidth_is_felt_by_what_waits_at_the_interface() {
    let last = |mbps: f64| {
        let clients = json!({"source": "once", "users": 10, "once_after": 1000, "request_bytes": 10_000, "reply_bytes": 1});
        let server = json!({"workers": 100, "service_time": constant(0.0)});
        let link = json!({"latency": constant(1.0), "bandwidth_mbps": 8});
        let doc = document(&[("c", "clients", clients), ("s", "service", server)], &[("c", "s", link)]);
        let mut experiment = Experiment::new(&doc);
        to(&mut experiment, 1.050);
        edit(&mut experiment, Edit::SetLinkParam { id: "c-s".into(), param: "bandwidth_mbps".into(), value: json!(mbps) });
        let report = to(&mut experiment, 3.0);
        assert_eq!(report.totals.ok, 10);
        experiment.check_books().unwrap();
        report.totals.latency_ms
    };
    let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() / expected - 1.0).abs() < 0.01, "{found:?}, {expected}");
    // And 1 ms there, 1 ms back.
    close(last(8.0).max, 102.0);
    close(last(4.0).max, 152.0);
    close(last(16.0).max, 77.0);
    close(last(0.0).max, 52.0);
    // 10, 20, 30, 40, 50, and then 20 ms each.
    close(last(4.0).mean, (10.0 + 20.0 + 30.0 + 40.0 + 50.0 + 70.0 + 90.0 + 110.0 + 130.0 + 150.0) / 10.0 + 2.0);
}

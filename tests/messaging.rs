//! What a queue is for: a spike that a service must refuse is only late behind a queue, and the backlog drains at the rate
//! of the work less that of the arrivals. And its limit: it does not make the work faster.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use faultline::diagram::Document;
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// 50 orders a second, and 600 more all at once after five seconds; four clerks who take 40 ms each.
fn shop(middle: &[(&str, &str, Value)], first: &str, links: &[(&str, &str)]) -> Document {
    let steady = json!({"source": "constant", "rate_per_s": 50, "read_percent": 0});
    let spike = json!({"source": "once", "users": 600, "once_after": 5000, "read_percent": 0});
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params});
    let link = |(from, to): &(&str, &str)| {
        let params = json!({"latency": {"law": "constant", "value_ms": 1}, "timeout": 0});
        json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": params})
    };
    let mut nodes = vec![node(&("steady", "clients", steady)), node(&("spike", "clients", spike))];
    nodes.extend(middle.iter().map(node));
    let mut all = vec![link(&("steady", first)), link(&("spike", first))];
    all.extend(links.iter().map(link));
    read(&json!({"format": "faultline", "version": 2, "title": "case", "seed": 1, "nodes": nodes, "links": all}).to_string()).unwrap()
}

fn forty() -> Value {
    json!({"law": "constant", "value_ms": 40})
}

fn through_a_queue(workers: u32) -> Document {
    let worker = json!({"workers": workers, "prefetch": workers, "service_time": forty()});
    let queue = json!({"capacity": 10_000, "visibility_timeout": 60_000});
    shop(&[("queue", "queue", queue), ("clerks", "worker", worker)], "queue", &[("queue", "clerks")])
}

fn at(experiment: &mut Experiment, seconds: f64) -> Value {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
    serde_json::to_value(experiment.report()).unwrap()
}

#[test]
fn a_spike_is_refused_by_a_service_and_only_late_behind_a_queue() {
    let clerks = json!({"workers": 4, "queue_limit": 50, "service_time": forty()});
    let mut direct = Experiment::new(&shop(&[("clerks", "service", clerks)], "clerks", &[]));
    let report = at(&mut direct, 20.0);
    let refused = report["totals"]["failed"]["queue full"].as_u64().unwrap();
    assert!((540..=560).contains(&refused), "four in work and fifty in line of 602: {refused}");

    let mut levelled = Experiment::new(&through_a_queue(4));
    let report = at(&mut levelled, 20.0);
    assert_eq!(report["totals"]["failed"], json!({}), "none is refused");
    let queue = &report["nodes"]["queue"];
    assert_eq!((queue["dead_letters"].as_f64(), queue["backlog"].as_f64()), (Some(0.0), Some(0.0)), "all are done in the end");
    assert_eq!(report["nodes"]["clerks"]["done"], queue["acknowledged"]);
}

#[test]
fn a_backlog_drains_at_the_rate_of_the_work_less_that_of_the_arrivals() {
    let mut experiment = Experiment::new(&through_a_queue(4));
    let mut backlog = |seconds: f64| at(&mut experiment, seconds)["nodes"]["queue"]["backlog"].as_f64().unwrap();
    let (early, late) = (backlog(6.0), backlog(14.0));
    // 4 / (40 + 2 ms there and back) = 95.2/s go, 50/s come.
    let rate = (early - late) / 8.0;
    assert!((rate - (4.0 / 0.042 - 50.0)).abs() < 0.02 * rate, "{rate}");
    // Whoever comes when 500 are ahead waits for them: the age of the oldest says how late the work is.
    let mut experiment = Experiment::new(&through_a_queue(4));
    let report = at(&mut experiment, 6.0);
    let oldest = report["nodes"]["queue"]["oldest_ms"].as_f64().unwrap();
    assert!((900.0..=1000.0).contains(&oldest), "{oldest}");
}

#[test]
fn a_queue_does_not_help_workers_that_are_too_few() {
    let mut experiment = Experiment::new(&through_a_queue(2));
    let report = at(&mut experiment, 30.0);
    // 47.6/s go, 50/s come: the spike stays.
    assert!(report["nodes"]["queue"]["backlog"].as_f64().unwrap() > 600.0);
}

/// Keys of the messages that the worker has done, in the order of its doing them.
fn order_of_work(experiment: &Experiment) -> Vec<u64> {
    let work = |s: &faultline::lab::frame::Waterfall| {
        let last = s.spans.iter().rfind(|span| span.node == "w" && span.kind == faultline::engine::trace::SpanKind::Service);
        last.and_then(|span| Some((span.end?, s.key)))
    };
    let mut done: Vec<_> = experiment.recent().iter().filter_map(work).collect();
    done.sort_unstable();
    done.into_iter().map(|(_, key)| key).collect()
}

#[test]
fn messages_that_a_crashed_worker_refused_keep_their_places() {
    // Six messages; three are on their way to a worker when it crashes.
    let lines: String = (0..6).map(|i| format!("0.{i},{i},write\n")).collect();
    let producers = json!({"source": "trace", "trace": lines});
    let worker = json!({"workers": 1, "prefetch": 3, "service_time": bench::constant(10.0)});
    let doc = bench::document(
        &[("p", "clients", producers), ("q", "queue", json!({})), ("w", "worker", worker)],
        &[("p", "q", json!({})), ("q", "w", json!({"latency": bench::constant(300.0)}))],
    );
    let mut experiment = Experiment::new(&doc);
    // The third leaves at 203 ms, the first arrives at 303 ms, if the worker has subscribed by then.
    at(&mut experiment, 0.31);
    bench::crash(&mut experiment, "w");
    let report = at(&mut experiment, 1.5);
    assert_eq!(report["links"]["q-w"]["failed"]["refused"].as_u64(), Some(3));
    bench::restart(&mut experiment, "w");
    at(&mut experiment, 10.0);
    assert_eq!(order_of_work(&experiment), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn another_order_is_one_for_the_messages_that_wait_too() {
    let producer = |key: u32, high: u32| {
        let lines: String = (0..5).map(|i| format!("0.1{i},{key},write\n")).collect();
        json!({"source": "trace", "trace": lines, "high_priority_percent": high})
    };
    let worker = json!({"workers": 1, "prefetch": 1, "service_time": bench::constant(10.0)});
    let doc = bench::document(
        &[("low", "clients", producer(1, 0)), ("high", "clients", producer(2, 100)), ("q", "queue", json!({})), ("w", "worker", worker)],
        &[("low", "q", json!({})), ("high", "q", json!({})), ("q", "w", json!({}))],
    );
    let after = |orders: &[&str]| {
        let mut experiment = Experiment::new(&doc);
        bench::crash(&mut experiment, "w");
        at(&mut experiment, 5.0);
        orders.iter().for_each(|order| bench::set(&mut experiment, "q", "order", json!(order)));
        bench::restart(&mut experiment, "w");
        at(&mut experiment, 10.0);
        order_of_work(&experiment)
    };
    assert_eq!(after(&["priority"]), [2, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
    assert_eq!(after(&["priority", "fifo"]), after(&[]));
}

#[test]
fn a_worker_that_is_down_asks_for_nothing_when_it_is_set() {
    let producers = json!({"source": "constant", "rate_per_s": 20, "read_percent": 0});
    let doc = bench::document(
        &[("p", "clients", producers), ("q", "queue", json!({})), ("w", "worker", json!({}))],
        &[("p", "q", json!({})), ("q", "w", json!({}))],
    );
    let mut experiment = Experiment::new(&doc);
    at(&mut experiment, 2.0);
    bench::crash(&mut experiment, "w");
    // By now the queue knows.
    let refused = |report: &Value| report["links"]["q-w"]["failed"]["refused"].as_u64();
    let before = refused(&at(&mut experiment, 7.0));
    bench::set(&mut experiment, "w", "prefetch", json!(10));
    assert_eq!(refused(&at(&mut experiment, 8.0)), before);
    bench::restart(&mut experiment, "w");
    assert_eq!(at(&mut experiment, 20.0)["nodes"]["q"]["dead_letters"].as_f64(), Some(0.0));
}

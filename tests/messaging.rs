//! What a queue is for: a spike that a service must refuse is only late behind a queue, and the backlog drains at the rate
//! of the work less that of the arrivals. And its limit: it does not make the work faster.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::read::read;
use faultline::diagram::Document;
use faultline::engine::SimTime;
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

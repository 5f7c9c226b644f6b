//! What a run reports beside latency: availability, cost, histograms and series, against what the diagram makes inevitable.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::Experiment;
use serde_json::json;

/// Two populations at constant rates over one server, which is away from second 5 to second 10 of 20.
fn outage() -> Experiment {
    let instant = json!({"latency": {"law": "constant", "value_ms": 0}, "timeout": 0});
    let clients = |rate: u32| json!({"source": "constant", "rate_per_s": rate, "read_percent": 100, "keys": 10});
    let file = json!({
        "format": "faultline", "version": 1, "title": "outage", "seed": 1,
        "nodes": [
            {"id": "a", "kind": "clients", "name": "a", "x": 0, "y": 0, "params": clients(100)},
            {"id": "b", "kind": "clients", "name": "b", "x": 0, "y": 0, "params": clients(300)},
            {"id": "s", "kind": "service", "name": "s", "x": 0, "y": 0, "params": {
                "workers": 8, "service_time": {"law": "constant", "value_ms": 10}, "price_per_hour": 0.36, "price_per_million": 0.5,
            }},
        ],
        "links": [
            {"id": "a-s", "from": "a", "to": "s", "params": instant},
            {"id": "b-s", "from": "b", "to": "s", "params": instant},
        ],
    });
    let mut experiment = Experiment::new(&read(&file.to_string()).unwrap());
    experiment.advance(SimTime::from_secs_f64(5.001), u64::MAX);
    experiment.apply(&Entry::Fault(Fault::Crash { node: "s".into() })).unwrap();
    experiment.advance(SimTime::from_secs_f64(10.001), u64::MAX);
    experiment.apply(&Entry::Fault(Fault::Restart { node: "s".into() })).unwrap();
    experiment.advance(SimTime::from_secs_f64(20.001), u64::MAX);
    experiment
}

fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "expected {expected}, measured {value}");
}

#[test]
fn an_outage_of_a_quarter_is_an_availability_of_three_quarters_everywhere() {
    let experiment = outage();
    let report = experiment.full_report();
    let frame = experiment.frame(100);
    let node = |id: &str| frame.nodes.iter().find(|n| n.id == id).unwrap().availability.unwrap();
    for share in [
        report.totals.availability.unwrap(),
        report.clients["a"].availability.unwrap(),
        report.nodes["s"].availability.unwrap(),
        frame.availability.unwrap(),
        node("b"),
        node("s"),
    ] {
        near(share, 0.75, 0.002);
    }
    for bucket in &report.series {
        let at = bucket.start.as_secs_f64();
        if !(4.5..10.2).contains(&at) {
            assert_eq!(bucket.availability, Some(1.0), "at {at}");
        } else if (5.2..9.5).contains(&at) {
            assert_eq!(bucket.availability, Some(0.0), "at {at}");
        }
    }
    // The same, added up from the node's series.
    let (handled, failed) = report.nodes["s"].series.iter().fold((0, 0), |(h, f), b| (h + b.handled, f + b.failed));
    near(1.0 - failed as f64 / handled as f64, 0.75, 0.002);
}

#[test]
fn cost_is_the_hourly_price_and_so_much_a_million_and_is_shared_by_the_requests_that_went_well() {
    let experiment = outage();
    let report = experiment.full_report();
    // 400/s are 1.44 million an hour; three quarters of them go well.
    let hour = 0.36 + 0.5 * 1.44;
    near(report.cost_per_hour, hour, 0.002);
    near(report.nodes["s"].cost_per_hour, hour, 0.002);
    near(report.cost_per_million.unwrap(), hour / 1.08, 0.005);
    let buckets = report.series.len() as f64;
    near(report.series.iter().map(|b| b.cost_per_hour).sum::<f64>() / buckets, hour, 0.02);
    near(experiment.frame(1).cost_per_hour, hour, 0.02);
    // A price changed while it runs acts.
    let mut dearer = experiment.clone();
    let edit = Edit::SetNodeParam { id: "s".into(), param: "price_per_hour".into(), value: json!(1.36) };
    dearer.apply(&Entry::Edit(edit)).unwrap();
    near(dearer.report().cost_per_hour, hour + 1.0, 0.002);
}

#[test]
fn histograms_hold_every_request_that_went_well_and_those_of_the_clients_add_up() {
    let report = outage().full_report();
    let count = |bars: &[faultline::metrics::latency::LatencyBar]| bars.iter().map(|b| b.count).sum::<u64>();
    assert_eq!(count(&report.totals.latency_histogram), report.totals.ok);
    let of_clients: u64 = report.clients.values().map(|c| count(&c.latency_histogram)).sum();
    assert_eq!(of_clients, report.totals.ok);
    // Every answer takes the 10 ms of service, give or take a moment of waiting.
    let bar = report.totals.latency_histogram.iter().max_by_key(|b| b.count).unwrap();
    assert!(bar.from_ms <= 10.0 && bar.to_ms > 10.0, "{bar:?}");
}

#[test]
fn a_long_run_keeps_its_series_and_late_nodes_stay_in_step() {
    let document = Document { journal: Vec::new(), ..read(faultline::lab::scenarios::scenario("single-server").unwrap().json).unwrap() };
    let mut experiment = Experiment::new(&document).without_stories();
    experiment.advance(SimTime::from_secs_f64(7.07), u64::MAX);
    let mut late = document.nodes[1].clone();
    late.id = "late".into();
    experiment.apply(&Entry::Edit(Edit::AddNode { node: late })).unwrap();
    experiment.advance(SimTime::from_secs_f64(120.0), u64::MAX);
    let (server, late) = (experiment.node_series("server"), experiment.node_series("late"));
    let starts: Vec<_> = server.iter().map(|b| b.start).collect();
    assert!(late.iter().skip(1).all(|b| starts.contains(&b.start)), "buckets of a late node begin with those of the others");
    let busy: f64 = server.iter().map(|b| b.utilisation * b.length.as_secs_f64()).sum();
    let measured = server.iter().map(|b| b.length.as_secs_f64()).sum::<f64>();
    near(busy / measured, experiment.report().nodes["server"].utilisation, 0.01);
}

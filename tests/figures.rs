//! What a run reports beside latency: availability, cost, histograms and series, against what the diagram makes inevitable.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::Experiment;
use serde_json::{json, Value};

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
    let (ended, failed) = report.nodes["s"].series.iter().fold((0, 0), |(e, f), b| (e + b.ended, f + b.failed));
    near(1.0 - failed as f64 / ended as f64, 0.75, 0.002);
}

#[test]
fn what_is_refused_is_not_handled() {
    let experiment = outage();
    let report = experiment.full_report();
    let s = &report.nodes["s"];
    // 400/s for 20 seconds, of which it was away 5; in the crash the few were lost that it was working on.
    near(s.handled as f64, 6000.0, 8.0);
    near(s.refused as f64, 2000.0, 8.0);
    assert_eq!(s.handled + s.refused + s.lost, report.totals.ok + report.totals.failed.values().sum::<u64>());
    assert_eq!(s.lost, s.failed["reset"]);
    assert_eq!(s.refused, s.failed["refused"]);
    // While it was away it finished nothing.
    let away = s.series.iter().filter(|b| (5.2..9.5).contains(&b.start.as_secs_f64())).map(|b| b.handled).sum::<u64>();
    assert_eq!(away, 0);
    let mut down = outage();
    down.apply(&Entry::Fault(Fault::Crash { node: "s".into() })).unwrap();
    down.advance(SimTime::from_secs_f64(22.0), u64::MAX);
    let now = down.frame(1).nodes.into_iter().find(|n| n.id == "s").unwrap();
    near(now.refused_per_s, 400.0, 4.0);
    assert_eq!((now.rate_per_s, now.utilisation, now.ok_share), (0.0, 0.0, 0.0));
}

/// A document of these nodes (id, kind, parameters) and links (from, to, parameters); links are instant and patient unless said.
fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params});
    let link = |(from, to, params): &(&str, &str, Value)| {
        let mut all = json!({"latency": {"law": "constant", "value_ms": 0}, "timeout": 0});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
    };
    let nodes: Vec<Value> = nodes.iter().map(node).collect();
    let links: Vec<Value> = links.iter().map(link).collect();
    read(&json!({"format": "faultline", "version": 1, "title": "test", "seed": 5, "nodes": nodes, "links": links}).to_string()).unwrap()
}

fn readers(per_s: f64) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 100, "keys": 100})
}

fn to(experiment: &mut Experiment, seconds: f64) {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
}

#[test]
fn a_cache_handles_what_it_is_asked_and_not_what_is_put_into_it() {
    let instant = json!({"law": "constant", "value_ms": 0});
    let server = json!({"service_time": instant, "workers": 100});
    let clients = json!({"source": "constant", "rate_per_s": 100, "read_percent": 80, "keys": 100});
    let mut experiment = Experiment::new(&document(
        &[("c", "clients", clients), ("s", "service", server), ("m", "cache", json!({"capacity": 20})), ("d", "database", json!({}))],
        &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))],
    ));
    to(&mut experiment, 30.0);
    let report = experiment.report();
    let (cache, more) = (&report.nodes["m"], &report.nodes["m"].more);
    // Every read looks into it, every miss is put into it, every write removes its key.
    assert_eq!(cache.handled as f64, more["hits"] + more["misses"]);
    near(cache.handled as f64, 0.8 * 3000.0, 100.0);
    near(more["fills"], more["misses"], 3.0);
    assert_eq!(cache.upkeep as f64, more["fills"] + more["invalidations"]);
    near(more["invalidations"], 3000.0 - cache.handled as f64, 3.0);
    near(report.nodes["d"].handled as f64, more["misses"] + more["invalidations"], 3.0);
}

/// What stands rather than is counted: a warm-up leaves it.
const LEVELS: &[&str] = &[
    "in_rotation",
    "in_flight",
    "held",
    "keys",
    "connections",
    "unflushed",
    "waiting_for_replicas",
    "dirty",
    "shards",
    "moved_share",
    "moved_keys",
    "known_keys",
    "fullest_share",
    "backlog",
    "unacknowledged",
    "oldest_ms",
    "lag_ms",
    "lsn",
    "pending",
    "applied",
    "sessions",
];

#[test]
fn after_a_warm_up_everything_that_is_counted_begins_at_nothing() {
    for scenario in faultline::lab::scenarios::scenarios() {
        let mut experiment = Experiment::new(&read(scenario.json).unwrap());
        to(&mut experiment, 5.0);
        experiment.reset_statistics();
        let report = experiment.report();
        assert_eq!(report.consistency.counts, Default::default(), "{}", scenario.id);
        assert_eq!((report.simulated_s, report.measured_s), (5.0, 0.0));
        assert_eq!((report.totals.sent, report.totals.ok), (report.totals.in_flight, 0));
        assert_eq!(report.totals.latency_all_ms, Default::default());
        for (id, link) in &report.links {
            let about = format!("{}: {id}: {link:?}", scenario.id);
            assert_eq!((link.started, link.answered, link.abandoned), (link.open, 0, 0), "{about}");
            assert!(link.failed.is_empty() && link.dropped == 0 && link.connections_opened == 0, "{about}");
        }
        let waiting = experiment.frame(0);
        for (id, node) in &report.nodes {
            let about = format!("{}: {id}: {node:?}", scenario.id);
            assert_eq!((node.handled, node.upkeep, node.refused, node.lost, node.failed.len()), (0, 0, 0, 0, 0), "{about}");
            assert_eq!(node.queue_max, waiting.nodes.iter().find(|n| n.id == *id).unwrap().queue as u64, "{about}");
            for (name, value) in node.more.iter().filter(|(name, _)| !LEVELS.contains(name)) {
                assert_eq!(*value, 0.0, "{name}: {about}");
            }
            for name in node.unknown.keys() {
                assert!(["hit_ratio", "mean_age_ms", "lag_mean_ms"].contains(name), "{name}: {about}");
            }
        }
    }
}

#[test]
fn after_a_warm_up_figures_are_those_of_the_time_after_it() {
    let clients = json!({"source": "constant", "rate_per_s": 100, "read_percent": 50, "keys": 10});
    let primary = json!({"workers": 50, "write_time": {"law": "constant", "value_ms": 1}});
    let replica = json!({"apply_time": {"law": "constant", "value_ms": 0}, "workers": 50});
    let pooled = json!({"connections": 5, "handshake_round_trips": 1, "when": "write"});
    let mut experiment = Experiment::new(&document(
        &[
            ("c", "clients", clients),
            ("s", "service", json!({"workers": 50, "service_time": {"law": "constant", "value_ms": 1}})),
            ("d", "database", primary),
            ("r", "replica", replica),
        ],
        &[("c", "s", json!({})), ("s", "d", pooled), ("s", "r", json!({"when": "read"})), ("d", "r", json!({}))],
    ));
    to(&mut experiment, 2.0);
    let fault = |e: &mut Experiment, fault: Fault| e.apply(&Entry::Fault(fault)).unwrap();
    fault(&mut experiment, Fault::Cut { link: "d-r".into() });
    fault(&mut experiment, Fault::Slow { node: "s".into(), factor: 1000.0 });
    to(&mut experiment, 7.0);
    fault(&mut experiment, Fault::Slow { node: "s".into(), factor: 1.0 });
    fault(&mut experiment, Fault::Mend { link: "d-r".into() });
    to(&mut experiment, 20.0);
    let whole = experiment.report();
    assert!(whole.consistency.counts.stale_reads > 20 && whole.nodes["r"].more["lag_max_ms"] > 3000.0, "{whole:?}");
    assert!(whole.nodes["s"].queue_max > 10 && whole.links["s-d"].connections_opened > 0);
    experiment.reset_statistics();
    to(&mut experiment, 30.0);
    let report = experiment.report();
    assert_eq!((report.simulated_s, report.measured_s), (30.0, 10.0));
    near(report.totals.sent as f64, 1000.0, 2.0);
    near(report.links["c-s"].started as f64, 1000.0, 2.0);
    near(report.links["c-s"].answered as f64, 1000.0, 2.0);
    let (reads, writes) = (report.links["s-r"].started as f64, report.links["s-d"].started as f64);
    near(reads + writes, 1000.0, 3.0);
    near(report.consistency.counts.reads as f64, reads, 2.0);
    near(report.nodes["r"].more["reads"], reads, 2.0);
    near(report.nodes["d"].more["writes"], writes, 2.0);
    assert_eq!((report.consistency.counts.stale_reads, report.nodes["r"].more["stale_served"]), (0, 0.0));
    assert_eq!((report.links["s-d"].connections_opened, report.links["d-r"].dropped, report.nodes["s"].queue_max), (0, 0, 0));
    assert!(report.nodes["r"].more["lag_max_ms"] < 2.0 && report.nodes["r"].more["lag_mean_ms"] < 2.0, "{:?}", report.nodes["r"]);
    // 2 ms of work for each write, on 50 workers for 10 seconds.
    near(report.nodes["d"].utilisation, writes * 0.002 / 500.0, 1e-4);
}

#[test]
fn utilisation_is_of_the_workers_that_there_were() {
    let server = json!({"service_time": {"law": "constant", "value_ms": 83}, "workers": 10, "queue_limit": 100});
    let mut experiment =
        Experiment::new(&document(&[("c", "clients", readers(100.0)), ("s", "service", server)], &[("c", "s", json!({}))]));
    to(&mut experiment, 10.0);
    let edit = |workers: u32| Edit::SetNodeParam { id: "s".into(), param: "workers".into(), value: json!(workers) };
    experiment.apply(&Entry::Edit(edit(1))).unwrap();
    let now = |e: &Experiment| e.frame(0).nodes.iter().find(|n| n.id == "s").unwrap().utilisation;
    for ms in [20.0, 60.0, 100.0, 1500.0] {
        to(&mut experiment, 10.0 + ms / 1000.0);
        assert!((0.5..=1.0).contains(&now(&experiment)), "{} after {ms} ms", now(&experiment));
    }
    to(&mut experiment, 20.0);
    // 8.3 of ten for ten seconds, once they have begun; then those until they are done, 41.5 ms on the mean; then one of one.
    let done = 8.3 * 0.0415;
    let (busy, there) = (8.3 * 10.0 - done + done + 9.92, 10.0 * 10.0 + done + 9.92);
    near(experiment.report().nodes["s"].utilisation, busy / there, 0.002);
    assert!(experiment.node_series("s").iter().all(|b| b.utilisation <= 1.0));
    near(now(&experiment), 1.0, 0.02);
    // From one to a hundred: those that wait are served at once, and then it is nearly idle.
    experiment.apply(&Entry::Edit(edit(100))).unwrap();
    experiment.reset_statistics();
    to(&mut experiment, 30.0);
    near(experiment.report().nodes["s"].utilisation, (8.3 * 10.0 + 100.0 * 0.083) / 1000.0, 0.002);
}

#[test]
fn where_nothing_succeeds_latency_is_unknown_and_that_of_failures_is_told() {
    let slow = json!({"service_time": {"law": "constant", "value_ms": 500}, "workers": 1000});
    let impatient = json!({"timeout": 200});
    let mut experiment = Experiment::new(&document(&[("c", "clients", readers(50.0)), ("s", "service", slow)], &[("c", "s", impatient)]));
    to(&mut experiment, 5.0);
    let report = serde_json::to_value(experiment.report()).unwrap();
    for totals in [&report["totals"], &report["clients"]["c"]] {
        assert_eq!((&totals["ok"], &totals["latency_ms"]["mean"], &totals["latency_ms"]["p99"]), (&json!(0), &Value::Null, &Value::Null));
        assert_eq!(totals["latency_ms"]["max"], Value::Null);
        assert_eq!((&totals["latency_failed_ms"]["mean"], &totals["latency_all_ms"]["max"]), (&json!(200.0), &json!(200.0)));
    }
    assert!(experiment.series().all(|b| b.p50_ms.is_none()));
    let spread = experiment.distribution(None);
    assert_eq!((spread.ok.p50, spread.availability, spread.bars.len()), (None, Some(0.0), 0));
}

#[test]
fn those_that_time_out_are_not_left_out_of_the_latency_of_all() {
    // One in ten takes 5 seconds, and is given up after one.
    let law = json!({"law": "mixture", "parts": [[9, {"law": "constant", "value_ms": 10}], [1, {"law": "constant", "value_ms": 5000}]]});
    let server = json!({"service_time": law, "workers": 10_000});
    let impatient = json!({"timeout": 1000});
    let mut experiment =
        Experiment::new(&document(&[("c", "clients", readers(200.0)), ("s", "service", server)], &[("c", "s", impatient)]));
    to(&mut experiment, 60.0);
    let totals = experiment.report().totals;
    let failed = totals.failed["timeout"] as f64 / totals.sent as f64;
    near(failed, 0.1, 0.01);
    let about = |figure: Option<f64>, expected: f64| near(figure.unwrap(), expected, expected / 500.0);
    about(totals.latency_ms.p99, 10.0);
    about(totals.latency_failed_ms.p50, 1000.0);
    about(totals.latency_all_ms.p50, 10.0);
    about(totals.latency_all_ms.p99, 1000.0);
    let ended = (totals.ok + totals.failed["timeout"]) as f64;
    about(totals.latency_all_ms.mean, (totals.ok as f64 * 10.0 + (ended - totals.ok as f64) * 1000.0) / ended);
}

#[test]
fn cost_is_the_hourly_price_and_so_much_a_million_and_is_shared_by_the_requests_that_went_well() {
    let experiment = outage();
    let report = experiment.full_report();
    // 400/s are 1.44 million an hour; three quarters of them are worked on, and go well. What is refused costs nothing.
    let hour = 0.36 + 0.5 * 1.08;
    near(report.cost_per_hour, hour, 0.002);
    near(report.nodes["s"].cost_per_hour, hour, 0.002);
    near(report.cost_per_million.unwrap(), hour / 1.08, 0.005);
    let buckets = report.series.len() as f64;
    near(report.series.iter().map(|b| b.cost_per_hour).sum::<f64>() / buckets, hour, 0.02);
    near(experiment.frame(1).cost_per_hour, 0.36 + 0.5 * 1.44, 0.02);
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

/// A balancer over two services that read a cache beside a store, for longer than half an hour: buckets are several seconds long by then.
fn long_run() -> Experiment {
    let clients = json!({"source": "constant", "rate_per_s": 50, "read_percent": 100, "keys": 100, "popularity": "uniform"});
    let server = json!({"service_time": {"law": "constant", "value_ms": 20}, "workers": 1});
    let checks = json!({"check_interval": 500, "unhealthy_after": 2});
    let mut experiment = Experiment::new(&document(
        &[
            ("c", "clients", clients),
            ("b", "load_balancer", checks),
            ("s1", "service", server.clone()),
            ("s2", "service", server),
            ("m", "cache", json!({"capacity": 200})),
            ("d", "database", json!({})),
        ],
        &[
            ("c", "b", json!({})),
            ("b", "s1", json!({})),
            ("b", "s2", json!({})),
            ("s1", "m", json!({})),
            ("s2", "m", json!({})),
            ("s1", "d", json!({})),
            ("s2", "d", json!({})),
        ],
    ))
    .without_stories();
    to(&mut experiment, 35.0 * 60.0 + 0.07);
    assert!(experiment.series().next_back().unwrap().length.as_secs_f64() > 3.0);
    experiment
}

#[test]
fn now_is_now_however_long_the_run_has_been() {
    let mut experiment = long_run();
    let start = experiment.now().as_secs_f64();
    let node = |e: &Experiment, id: &str| e.frame(0).nodes.into_iter().find(|n| n.id == id).unwrap();
    let link = |e: &Experiment, id: &str| e.frame(0).links.into_iter().find(|l| l.id == id).unwrap();
    let before = node(&experiment, "s1");
    near(before.rate_per_s, 25.0, 1.0);
    near(before.utilisation, 0.5, 0.06);
    near(experiment.frame(0).lately.ok_per_s, 50.0, 1.0);
    near(experiment.frame(0).lately.p50_ms.unwrap(), 20.2, 0.5);
    experiment.apply(&Entry::Fault(Fault::Crash { node: "s1".into() })).unwrap();
    // Within one window, which is a second and at most a quarter more.
    to(&mut experiment, start + 1.3);
    let soon = node(&experiment, "s1");
    assert_eq!((soon.rate_per_s, soon.utilisation), (0.0, 0.0));
    assert!(experiment.frame(0).lately.failed_per_s.iter().any(|(reason, rate)| *reason == "refused" && *rate > 5.0));
    to(&mut experiment, start + 2.9);
    let later = node(&experiment, "s1");
    assert_eq!((later.rate_per_s, later.refused_per_s, later.utilisation), (0.0, 0.0, 0.0));
    assert_eq!(link(&experiment, "b-s1").rate_per_s, 0.0);
    assert_eq!(node(&experiment, "b").verdicts, [("s1".to_string(), "out of rotation")]);
    near(node(&experiment, "s2").rate_per_s, 50.0, 1.5);
    near(node(&experiment, "s2").utilisation, 1.0, 0.05);
    let lately = experiment.frame(0).lately;
    assert!((1.0..=1.25).contains(&lately.length.as_secs_f64()), "{lately:?}");
    near(lately.ok_per_s, 50.0, 1.5);
    // A ratio is of the last ten seconds: a hundred keys are looked for anew.
    let ratio = |e: &Experiment| node(e, "m").gauges.iter().find(|g| g.name == "hit_ratio").and_then(|g| g.value()).unwrap();
    assert!(ratio(&experiment) > 0.99);
    experiment.apply(&Entry::Fault(Fault::Flush { node: "m".into() })).unwrap();
    to(&mut experiment, start + 8.0);
    near(ratio(&experiment), 1.0 - 0.92 * 100.0 / 550.0, 0.06);
    assert!(experiment.report().nodes["m"].more["hit_ratio"] > 0.99, "of the whole run");
    to(&mut experiment, start + 25.0);
    assert!(ratio(&experiment) > 0.98, "{}", ratio(&experiment));
}

#[test]
fn totals_stay_whole_when_buckets_of_the_series_merge_and_ratios_are_those_of_their_time() {
    let clients = json!({"rate_per_s": 100, "read_percent": 0, "keys": 100});
    let work = json!({"workers": 2, "service_time": {"law": "exponential", "mean_ms": 5}});
    let mut experiment = Experiment::new(&document(
        &[("c", "clients", clients), ("q", "queue", json!({})), ("w", "worker", work)],
        &[("c", "q", json!({})), ("q", "w", json!({}))],
    ));
    to(&mut experiment, 300.0);
    let done = experiment.report().nodes["w"].more["done"];
    for most in [480, 60, 7] {
        let series = experiment.node_series_of_at_most("w", most);
        let totals: Vec<f64> = series.iter().map(|b| b.gauges.iter().find(|(n, _)| *n == "done").unwrap().1.value().unwrap()).collect();
        assert!(totals.iter().all(|t| t.fract() == 0.0) && totals.is_sorted(), "{totals:?}");
        assert_eq!(totals.last().copied(), Some(done));
        // In a bucket as many are added as were handled in it.
        for (i, pair) in totals.windows(2).enumerate() {
            assert_eq!(pair[1] - pair[0], series[i + 1].handled as f64, "bucket {} of {most}", i + 1);
        }
    }
    let ages = |most: usize| -> Vec<f64> {
        let series = experiment.node_series_of_at_most("q", most);
        series.iter().filter_map(|b| b.gauges.iter().find(|(n, _)| *n == "mean_age_ms").unwrap().1.value()).collect()
    };
    // Of one bucket it is that of the whole run.
    near(ages(1)[0], experiment.report().nodes["q"].more["mean_age_ms"], 1e-6);
    let (fine, mean) = (ages(480), ages(1)[0]);
    near(fine.iter().sum::<f64>() / fine.len() as f64, mean, mean / 20.0);
    assert!(fine.iter().any(|age| *age > mean * 1.2) && fine.iter().any(|age| *age < mean * 0.8));
}

//! The engine against queueing theory: exact formulas, several seeds, confidence intervals. Each case is a document run
//! through the public interface. Four standard errors must be at most 2 % of the value, so a 3 % error in the model fails.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::read::read;
use faultline::diagram::Document;
use faultline::engine::SimTime;
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};
use statrs::statistics::Statistics;

const SEEDS: u64 = 16;

/// A document: nodes as (id, kind, params), links as (from, to, params). Links have no latency and no timeout unless said.
fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let nodes: Vec<Value> =
        nodes.iter().map(|(id, kind, params)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params})).collect();
    let links: Vec<Value> = links
        .iter()
        .map(|(from, to, params)| {
            let mut all = json!({"latency": {"law": "constant", "value_ms": 0}, "timeout": 0});
            all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
            json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
        })
        .collect();
    let file = json!({"format": "faultline", "version": 1, "title": "case", "seed": 1, "nodes": nodes, "links": links});
    read(&file.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

fn exp(mean_ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": mean_ms})
}

fn run(document: &Document, seed: u64, warmup_s: f64, run_s: f64) -> Report {
    let mut experiment = Experiment::new(&Document { seed, ..document.clone() }).without_stories();
    experiment.advance(SimTime::from_secs_f64(warmup_s), u64::MAX);
    experiment.reset_statistics();
    experiment.advance(SimTime::from_secs_f64(warmup_s + run_s), u64::MAX);
    experiment.check_books().unwrap();
    experiment.report()
}

/// Measures over the seeds, two at a time, and compares with theory.
fn agree(name: &str, expected: f64, document: &Document, run_s: f64, measure: impl Fn(&Report) -> f64 + Sync) {
    let half = |seeds: std::ops::Range<u64>| seeds.map(|s| measure(&run(document, s, run_s / 20.0, run_s))).collect::<Vec<f64>>();
    let values = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(SEEDS / 2..SEEDS));
        let mut values = half(0..SEEDS / 2);
        values.extend(other.join().unwrap());
        values
    });
    let mean = (&values).mean();
    let four_errors = 4.0 * (&values).std_dev() / (SEEDS as f64).sqrt();
    println!("{name}: expected {expected}, measured {mean:.5} ± {four_errors:.5}");
    assert!(four_errors <= 0.02 * expected, "{name}: the sample is too small: {mean} ± {four_errors}");
    assert!((mean - expected).abs() <= four_errors, "{name}: expected {expected}, measured {mean} ± {four_errors}");
}

/// A client population at `rate` per second into one station with mean service time 10 ms.
fn station(rate: f64, service: Value, workers: u32, queue_limit: u32) -> Document {
    let clients = json!({"rate_per_s": rate, "keys": 10, "read_percent": 100});
    let server = json!({"workers": workers, "service_time": service, "queue_limit": queue_limit});
    document(&[("c", "clients", clients), ("s", "service", server)], &[("c", "s", json!({}))])
}

/// Mean latency in service times (10 ms).
fn sojourn(r: &Report) -> f64 {
    r.totals.latency_ms.mean / 10.0
}

/// Share of requests turned away.
fn rejected(r: &Report) -> f64 {
    let failed: u64 = r.totals.failed.values().sum();
    failed as f64 / (failed + r.totals.ok) as f64
}

const UNLIMITED: u32 = 1_000_000;

#[test]
fn mm1_mean_time_in_system() {
    agree("M/M/1 rho .5", 2.0, &station(50.0, exp(10.0), 1, UNLIMITED), 2_000.0, sojourn);
    agree("M/M/1 rho .7", 10.0 / 3.0, &station(70.0, exp(10.0), 1, UNLIMITED), 4_000.0, sojourn);
    agree("M/M/1 rho .8", 5.0, &station(80.0, exp(10.0), 1, UNLIMITED), 8_000.0, sojourn);
    agree("M/M/1 utilisation", 0.7, &station(70.0, exp(10.0), 1, UNLIMITED), 4_000.0, |r| r.nodes["s"].utilisation);
}

#[test]
fn mm4_mean_wait() {
    let four = station(320.0, exp(10.0), 4, UNLIMITED);
    agree("M/M/4 rho .8, W", 1.745541, &four, 2_000.0, sojourn);
    // Little's law: mean line = arrival rate x mean wait.
    agree("M/M/4 rho .8, Wq", 0.745541, &four, 3_000.0, |r| r.nodes["s"].queue_mean / 3.2);
}

#[test]
fn general_service_times_follow_pollaczek_and_khinchine() {
    let constant = json!({"law": "constant", "value_ms": 10});
    agree("M/D/1 rho .8, W", 3.0, &station(80.0, constant, 1, UNLIMITED), 4_000.0, sojourn);
    let uniform = json!({"law": "uniform", "low_ms": 0, "high_ms": 20});
    agree("M/U/1 rho .8, W", 3.6667, &station(80.0, uniform, 1, UNLIMITED), 5_000.0, sojourn);
    let hyper = json!({"law": "hyper_exponential", "mean_ms": 10, "cv2": 4});
    agree("M/H2/1 rho .8, W", 11.0, &station(80.0, hyper, 1, UNLIMITED), 30_000.0, sojourn);
}

#[test]
fn processor_sharing_does_not_care_about_the_service_law() {
    let shared = |rate: f64, law: Value| {
        let mut doc = station(rate, law, 1, UNLIMITED);
        doc.nodes[1].params.insert("discipline".into(), json!("sharing"));
        doc
    };
    let constant = json!({"law": "constant", "value_ms": 10});
    agree("M/D/1 PS rho .8, T", 5.0, &shared(80.0, constant), 2_500.0, sojourn);
    agree("M/M/1 PS rho .8, T", 5.0, &shared(80.0, exp(10.0)), 5_000.0, sojourn);
    agree("M/H2/1 PS rho .8, T", 5.0, &shared(80.0, json!({"law": "hyper_exponential", "mean_ms": 10, "cv2": 4})), 7_000.0, sojourn);
    agree("M/M/1 PS rho .8, utilisation", 0.8, &shared(80.0, exp(10.0)), 500.0, |r| r.nodes["s"].utilisation);
    // Two processors share as M/M/2 does: exponential services do not tell who gets them.
    let mut two = shared(160.0, exp(10.0));
    two.nodes[1].params.insert("workers".into(), json!(2));
    agree("M/M/2 PS rho .8, T", 2.777778, &two, 2_000.0, sojourn);
}

#[test]
fn priorities_wait_as_cobham_says() {
    let ranked = |discipline: &str| {
        let class = |rate: f64, high: u32| json!({"rate_per_s": rate, "keys": 10, "read_percent": 100, "high_priority_percent": high});
        let server = json!({"workers": 1, "service_time": exp(10.0), "queue_limit": UNLIMITED, "discipline": discipline});
        let nodes = [("high", "clients", class(30.0, 100)), ("low", "clients", class(50.0, 0)), ("s", "service", server)];
        document(&nodes, &[("high", "s", json!({})), ("low", "s", json!({}))])
    };
    let of = |id: &'static str| move |r: &Report| r.clients[id].latency_ms.mean / 10.0;
    let wait = |id: &'static str| move |r: &Report| r.clients[id].latency_ms.mean / 10.0 - 1.0;
    // Non-preemptive: Wq1 = R / (1 - rho1), Wq2 = Wq1 / (1 - rho), with R = rho.
    agree("non-preemptive high, Wq", 1.14286, &ranked("priority"), 1_200.0, wait("high"));
    agree("non-preemptive normal, Wq", 5.71429, &ranked("priority"), 6_000.0, wait("low"));
    // Preemptive resume: T1 as if alone, T2 = 1 / (1 - rho1) + R / ((1 - rho1)(1 - rho)).
    agree("preemptive high, T", 1.0 / 0.7, &ranked("preemptive"), 1_000.0, of("high"));
    agree("preemptive normal, T", 1.0 / 0.7 + 0.8 / (0.7 * 0.2), &ranked("preemptive"), 5_000.0, of("low"));
}

#[test]
fn full_stations_reject_as_erlang_says() {
    agree("Erlang B c 4 a 3.2, exponential", 0.228145, &station(320.0, exp(10.0), 4, 0), 400.0, rejected);
    let constant = json!({"law": "constant", "value_ms": 10});
    agree("Erlang B c 4 a 3.2, constant", 0.228145, &station(320.0, constant, 4, 0), 400.0, rejected);
    agree("Erlang B c 10 a 8", 0.121661, &station(800.0, exp(10.0), 10, 0), 400.0, rejected);
    agree("M/M/1/5 lambda .8", 0.088819, &station(80.0, exp(10.0), 1, 4), 3_000.0, rejected);
    agree("M/M/1/10 lambda 1.2", 0.192586, &station(120.0, exp(10.0), 1, 9), 2_000.0, rejected);
    agree("M/M/4/8 lambda 4", 0.138528, &station(400.0, exp(10.0), 4, 4), 600.0, rejected);
}

#[test]
fn a_closed_loop_follows_mean_value_analysis() {
    let closed = |users: u32| {
        let clients = json!({"source": "closed", "users": users, "think_time": exp(100.0), "read_percent": 100, "keys": 10});
        let server = json!({"workers": 1, "service_time": exp(10.0), "queue_limit": UNLIMITED});
        document(&[("c", "clients", clients), ("s", "service", server)], &[("c", "s", json!({}))])
    };
    agree("closed N 5, X", 0.43605, &closed(5), 1_000.0, |r| r.totals.throughput_per_s / 100.0);
    agree("closed N 5, R", 1.46663, &closed(5), 1_000.0, sojourn);
    agree("closed N 10, X", 0.78542, &closed(10), 1_000.0, |r| r.totals.throughput_per_s / 100.0);
    agree("closed N 20, R", 10.03745, &closed(20), 2_000.0, sojourn);
}

#[test]
fn balancing_algorithms_differ_as_the_supermarket_model_says() {
    let pool = |rate: u32, algorithm: Value| {
        let mut balancer = json!({"forward_time": 0, "health_checks": false});
        balancer.as_object_mut().unwrap().extend(algorithm.as_object().unwrap().clone());
        let names: Vec<String> = (0..10).map(|i| format!("s{i}")).collect();
        let server = json!({"workers": 1, "service_time": exp(10.0), "queue_limit": UNLIMITED});
        let mut nodes =
            vec![("c", "clients", json!({"rate_per_s": rate, "read_percent": 100, "keys": 10})), ("b", "load_balancer", balancer)];
        nodes.extend(names.iter().map(|n| (n.as_str(), "service", server.clone())));
        let mut links = vec![("c", "b", json!({}))];
        links.extend(names.iter().map(|n| ("b", n.as_str(), json!({}))));
        document(&nodes, &links)
    };
    agree("random n 10", 5.0, &pool(800, json!({"algorithm": "random"})), 800.0, sojourn);
    agree("round robin n 10", 2.9223, &pool(800, json!({"algorithm": "round_robin"})), 300.0, sojourn);
    agree("d 2 n 10", 2.0739, &pool(800, json!({"algorithm": "choices", "choices": 2})), 200.0, sojourn);
    agree("JIQ n 10", 1.4825, &pool(800, json!({"algorithm": "idle_first"})), 100.0, sojourn);
    agree("JSQ n 10", 1.3566, &pool(800, json!({"algorithm": "least_connections"})), 60.0, sojourn);
    agree("d 2 n 10 at .9", 2.9809, &pool(900, json!({"algorithm": "choices", "choices": 2})), 300.0, sojourn);
    agree("JIQ n 10 at .9", 2.4076, &pool(900, json!({"algorithm": "idle_first"})), 500.0, sojourn);
    agree("JSQ n 10 at .9", 1.9157, &pool(900, json!({"algorithm": "least_connections"})), 200.0, sojourn);
}

#[test]
fn fan_out_waits_for_the_slowest_and_k_of_n_for_the_kth() {
    let fan = |count: u32, link: Value| {
        let mut all = json!({"count": count});
        all.as_object_mut().unwrap().extend(link.as_object().unwrap().clone());
        let clients = json!({"rate_per_s": 5, "read_percent": 100, "keys": 10});
        let front = json!({"workers": 10_000, "service_time": {"law": "constant", "value_ms": 0}});
        let leaf = json!({"workers": 10_000, "service_time": exp(10.0)});
        document(&[("c", "clients", clients), ("f", "service", front), ("l", "service", leaf)], &[("c", "f", json!({})), ("f", "l", all)])
    };
    agree("max of 10", 2.9290, &fan(10, json!({})), 2_000.0, sojourn);
    agree("max of 100", 5.1874, &fan(100, json!({})), 500.0, sojourn);
    agree("2 of 3", 0.83333, &fan(3, json!({"wait_for": "some", "need": 2})), 4_000.0, sojourn);
    agree("3 of 5", 0.78333, &fan(5, json!({"wait_for": "some", "need": 3})), 4_000.0, sojourn);
}

#[test]
fn caches_hit_as_che_says() {
    let cached = |s: f64, capacity: u32, eviction: &str| {
        let clients = json!({"source": "constant", "rate_per_s": 1000, "read_percent": 100, "keys": 10_000, "zipf_exponent": s});
        let zero = json!({"law": "constant", "value_ms": 0});
        document(
            &[
                ("c", "clients", clients),
                ("s", "service", json!({"workers": 100, "service_time": zero})),
                ("m", "cache", json!({"capacity": capacity, "eviction": eviction, "service_time": zero})),
                ("d", "database", json!({"read_time": zero})),
            ],
            &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))],
        )
    };
    let cases = [
        (0.8, 1000, "lru", 0.4367),
        (0.8, 1000, "fifo", 0.3942),
        (1.0, 100, "lru", 0.3905),
        (1.0, 100, "fifo", 0.3423),
        (1.0, 1000, "lru", 0.6756),
        (1.0, 1000, "fifo", 0.6309),
    ];
    for (s, capacity, eviction, expected) in cases {
        let document = cached(s, capacity, eviction);
        for seed in 0..3 {
            let mut experiment = Experiment::new(&Document { seed, ..document.clone() }).without_stories();
            experiment.advance(SimTime::from_secs_f64(60.0), u64::MAX);
            let before = experiment.report().nodes["m"].more.clone();
            experiment.advance(SimTime::from_secs_f64(360.0), u64::MAX);
            let after = experiment.report().nodes["m"].more.clone();
            let (hits, misses) = (after["hits"] - before["hits"], after["misses"] - before["misses"]);
            let ratio = hits / (hits + misses);
            println!("{eviction} s {s} C {capacity}: expected {expected}, measured {ratio:.4}");
            assert!((ratio - expected).abs() <= 0.005, "{eviction} s {s} C {capacity} seed {seed}: expected {expected}, measured {ratio}");
        }
    }
}

#[test]
fn a_ttl_cache_hits_as_a_renewal_process_says() {
    // One key: hit ratio = lambda T / (1 + lambda T), with lambda T = 2.
    let clients = json!({"rate_per_s": 100, "read_percent": 100, "keys": 1});
    let zero = json!({"law": "constant", "value_ms": 0});
    let doc = document(
        &[
            ("c", "clients", clients),
            ("s", "service", json!({"workers": 1000, "service_time": zero})),
            ("m", "cache", json!({"ttl": 20, "service_time": zero})),
            ("d", "database", json!({"read_time": zero})),
        ],
        &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))],
    );
    agree("TTL hit ratio", 2.0 / 3.0, &doc, 500.0, |r| r.nodes["m"].more["hit_ratio"]);
}

#[test]
fn a_replica_with_a_fixed_lag_is_stale_for_exactly_that_long() {
    // One key, written once a second; reads at random moments. Lag 250 ms of 1000 ms between writes.
    let zero = json!({"law": "constant", "value_ms": 0});
    let writer = json!({"source": "constant", "rate_per_s": 1, "read_percent": 0, "keys": 1});
    let reader = json!({"rate_per_s": 50, "read_percent": 100, "keys": 1});
    let doc = document(
        &[
            ("w", "clients", writer),
            ("r", "clients", reader),
            ("d", "database", json!({"write_time": zero, "durability": "memory"})),
            ("f", "replica", json!({"read_time": zero, "apply_time": zero, "apply_delay": 250})),
        ],
        &[("w", "d", json!({})), ("r", "f", json!({})), ("d", "f", json!({}))],
    );
    agree("stale share", 0.25, &doc, 2_000.0, |r| r.consistency.counts.stale_reads as f64 / r.consistency.counts.reads as f64);
}

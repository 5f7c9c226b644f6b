//! Repeats and sweeps against theory: intervals hold the exact values, curves follow the formulas, and where no formula fits
//! it is said why. Runs shipped scenarios through the lab, as the application does.
#![allow(clippy::unwrap_used, reason = "a test")]

use faultline::diagram::{Document, Edit};
use faultline::files::read;
use faultline::lab::scenarios::scenario;
use faultline::lab::trials::{telling, Knob, Metric, Owner, Plan, Results, Trial};
use faultline::lab::{theory, validation};
use serde_json::{json, Value};

fn validation_scenario(id: &str) -> Document {
    read(validation::scenario(id).unwrap()).unwrap()
}

fn starter(id: &str) -> Document {
    read(scenario(id).unwrap().json).unwrap()
}

fn set(document: &mut Document, target: &str, value: Value) {
    let (owner, param) = target.rsplit_once('.').unwrap();
    let param = param.to_string();
    let edit = match owner.strip_prefix("link:") {
        Some(id) => Edit::SetLinkParam { id: id.into(), param, value },
        None => Edit::SetNodeParam { id: owner.into(), param, value },
    };
    document.apply(&edit).unwrap();
}

fn knob(node: &str, param: &str) -> Knob {
    Knob { owner: Owner::Node(node.into()), param: param.into() }
}

/// Runs all jobs of a plan, in slices of so many events.
fn run(plan: Plan, slice: u64) -> Results {
    plan.check().unwrap();
    let mut results = Results::new(plan.clone());
    for job in 0..plan.jobs() {
        let mut trial = Trial::new(&plan.document_of(job).unwrap(), plan.focus.as_deref(), plan.warmup_s, plan.run_s);
        while !trial.advance(slice) {}
        results.put(job, trial.sample().unwrap());
    }
    results
}

fn plan(document: Document, focus: &str, seeds: u32, run_s: f64) -> Plan {
    Plan { document, focus: Some(focus.into()), vary: None, seeds, warmup_s: run_s / 20.0, run_s }
}

/// Theory and measurement must agree within the interval's half and a share of the value.
fn agrees(results: &Results, point: usize, node: &str, metric: Metric, within: f64) {
    let document = results.plan.document_at(point).unwrap();
    let expected = theory::figure(&document, Some(node), metric).unwrap_or_else(|| panic!("no theory of {metric:?} at {node}"));
    let found = results.estimate(point, metric).unwrap();
    let off = (found.mean - expected).abs();
    assert!(
        off <= 1.5 * (found.high - found.low) / 2.0 + within * expected.abs(),
        "{metric:?} at point {point}: measured {found:?}, theory {expected}"
    );
    // A wide interval would agree with anything.
    assert!(found.high - found.low < 0.2 * expected.abs().max(0.05), "{metric:?} at point {point}: {found:?} is too wide");
}

#[test]
fn the_interval_of_a_repeat_holds_the_exact_value_of_mm1() {
    // Load .7: mean time in the system 3.3333 service times of 10 ms.
    let mut document = validation_scenario("station");
    set(&mut document, "clients.rate_per_s", json!(70));
    let results = run(plan(document, "server", 20, 400.0), u64::MAX);
    let found = results.estimate(0, Metric::LatencyMean).unwrap();
    assert!(found.low < 33.3333 && 33.3333 < found.high, "{found:?}");
    assert!(found.high - found.low < 1.5 && found.samples == 20, "{found:?}");
    for metric in [
        Metric::Utilisation,
        Metric::Waiting,
        Metric::Wait,
        Metric::Stay,
        Metric::LatencyMean,
        Metric::LatencyP50,
        Metric::LatencyP99,
        Metric::Throughput,
    ] {
        agrees(&results, 0, "server", metric, 0.005);
    }
}

#[test]
fn a_sweep_of_load_follows_erlang_c() {
    let mut document = validation_scenario("station");
    set(&mut document, "server.workers", json!(4));
    let values = vec![100.0, 200.0, 320.0];
    let swept = Plan { vary: Some((knob("clients", "rate_per_s"), values)), ..plan(document.clone(), "server", 8, 300.0) };
    let results = run(swept, u64::MAX);
    // At a load of .8 the published wait is .745541 service times.
    let exact = theory::figure(&results.plan.document_at(2).unwrap(), Some("server"), Metric::Wait).unwrap();
    assert!((exact - 7.45541).abs() < 1e-4, "{exact}");
    for point in 0..3 {
        for metric in [Metric::Utilisation, Metric::LatencyMean, Metric::LatencyP95] {
            agrees(&results, point, "server", metric, 0.005);
        }
    }
    let (load, saturated) = theory::load(&document, Some("server")).unwrap();
    assert_eq!((load, saturated.map(f64::round)), (knob("clients", "rate_per_s"), Some(400.0)));
    // Beyond saturation there is a bound of a million, so theory speaks of what is turned away in the end; at half of it, of waits.
    let csv = results.csv(|point, metric| theory::figure(&results.plan.document_at(point).unwrap(), Some("server"), metric));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4, "{csv}");
    assert!(
        lines[0].starts_with("rate_per_s (requests/s),seeds,latency_mean (ms),latency_mean_low,latency_mean_high,latency_mean_theory"),
        "{csv}"
    );
    assert!(lines[3].starts_with("320,8,"), "{csv}");
    assert!(lines.iter().all(|l| l.split(',').count() == lines[0].split(',').count()), "{csv}");
}

#[test]
fn other_lines_follow_their_formulas() {
    let cases = [
        (json!({"law": "constant", "value_ms": 10}), 1, "fifo", "M/D/1", 80.0),
        (json!({"law": "hyper_exponential", "mean_ms": 10, "cv2": 4}), 1, "lifo", "M/G/1", 70.0),
        (json!({"law": "uniform", "low_ms": 0, "high_ms": 20}), 1, "fifo", "M/G/1", 80.0),
        (json!({"law": "hyper_exponential", "mean_ms": 10, "cv2": 4}), 1, "sharing", "M/G/1, processor sharing", 70.0),
        (json!({"law": "uniform", "low_ms": 0, "high_ms": 20}), 3, "sharing", "M/G/3, processor sharing", 240.0),
        (json!({"law": "erlang", "k": 4, "mean_ms": 10}), 3, "fifo", "M/G/3", 240.0),
    ];
    for (law, workers, discipline, name, rate) in cases {
        let mut document = validation_scenario("station");
        set(&mut document, "server.service_time", law);
        set(&mut document, "server.workers", json!(workers));
        set(&mut document, "server.discipline", json!(discipline));
        set(&mut document, "clients.rate_per_s", json!(rate));
        let found = theory::of(&document, "server").unwrap();
        assert_eq!((found.name.as_str(), found.exact), (name, name != "M/G/3"));
        let results = run(plan(document, "server", 10, 1000.0), u64::MAX);
        agrees(&results, 0, "server", Metric::Stay, if found.exact { 0.005 } else { 0.03 });
        agrees(&results, 0, "server", Metric::Utilisation, 0.005);
    }
}

#[test]
fn bounded_lines_turn_away_as_published() {
    for (rate, workers, room, name, rejected) in
        [(120.0, 1, 9, "M/M/1/10", 0.192586), (400.0, 4, 4, "M/M/4/8", 0.138528), (320.0, 4, 0, "M/M/4/4", 0.228145)]
    {
        let mut document = validation_scenario("station");
        set(&mut document, "server.workers", json!(workers));
        set(&mut document, "server.queue_limit", json!(room));
        set(&mut document, "clients.rate_per_s", json!(rate));
        let found = theory::of(&document, "server").unwrap();
        assert_eq!(found.name, name);
        assert!((found.figure(Metric::Rejected).unwrap() - rejected).abs() < 1e-6, "{found:?}");
        let results = run(plan(document, "server", 8, 200.0), u64::MAX);
        for metric in [Metric::Rejected, Metric::Availability, Metric::Utilisation, Metric::Throughput] {
            agrees(&results, 0, "server", metric, 0.01);
        }
    }
}

#[test]
fn hit_ratios_follow_che_with_writes_and_a_ttl_too() {
    let base = || {
        let mut document = starter("cache-aside");
        set(&mut document, "link:readers-catalogue.retries", json!(0));
        set(&mut document, "store.workers", json!(40));
        set(&mut document, "cache.ttl", json!(0));
        document
    };
    let invalidating = base();
    let mut updating = base();
    set(&mut updating, "catalogue.on_write", json!("update"));
    let mut fifo = base();
    set(&mut fifo, "cache.eviction", json!("fifo"));
    let mut aging = base();
    set(&mut aging, "cache.ttl", json!(5000));
    for (what, document) in [("invalidating", invalidating), ("updating", updating), ("fifo", fifo), ("aging", aging)] {
        let swept =
            Plan { vary: Some((knob("cache", "capacity"), vec![50.0, 400.0])), warmup_s: 60.0, ..plan(document, "cache", 4, 120.0) };
        assert_eq!(telling(Some("capacity"), &Metric::fitting(&swept.document, Some("cache"))), Metric::HitRatio, "{what}");
        let results = run(swept, u64::MAX);
        for point in 0..2 {
            agrees(&results, point, "cache", Metric::HitRatio, 0.02);
        }
    }
}

#[test]
fn stale_reads_grow_with_the_lag_as_they_should() {
    let mut document = validation_scenario("lagging-replica");
    set(&mut document, "writer.source", json!("poisson"));
    set(&mut document, "writer.rate_per_s", json!(4));
    for (client, keys) in [("writer", 20), ("reader", 20)] {
        set(&mut document, &format!("{client}.keys"), json!(keys));
    }
    let swept = Plan { vary: Some((knob("replica", "apply_delay"), vec![100.0, 1000.0])), ..plan(document, "replica", 8, 600.0) };
    let results = run(swept, u64::MAX);
    for point in 0..2 {
        agrees(&results, point, "replica", Metric::StaleReads, 0.01);
        agrees(&results, point, "replica", Metric::StaleAnswers, 0.01);
    }
    let shares: Vec<f64> = (0..2).map(|p| results.estimate(p, Metric::StaleReads).unwrap().mean).collect();
    assert!(shares[0] * 3.0 < shares[1] && shares[1] < 0.9, "{shares:?}");
}

#[test]
fn how_a_run_is_sliced_changes_no_figure() {
    let whole = run(plan(starter("shop"), "cache", 2, 5.0), u64::MAX);
    let sliced = run(plan(starter("shop"), "cache", 2, 5.0), 997);
    for metric in Metric::ALL {
        let bits = |r: &Results| r.samples(0, metric).iter().map(|(seed, v)| (*seed, v.to_bits())).collect::<Vec<_>>();
        assert_eq!(bits(&whole), bits(&sliced), "{metric:?}");
    }
    let hits = whole.samples(0, Metric::HitRatio);
    assert!(hits.len() == 2 && hits[0].1 != hits[1].1, "seeds differ: {hits:?}");
}

#[test]
fn where_no_formula_fits_it_is_said_why() {
    let why = |document: &Document, node: &str| theory::of(document, node).expect_err("no formula fits");
    let mut closed = validation_scenario("station");
    set(&mut closed, "clients.source", json!("closed"));
    assert!(why(&closed, "server").contains("wait for answers"));
    let mut even = validation_scenario("station");
    set(&mut even, "clients.source", json!("constant"));
    assert!(why(&even, "server").contains("even intervals"));
    let mut again = validation_scenario("station");
    set(&mut again, "link:clients-server.retries", json!(2));
    assert!(why(&again, "server").contains("tries again"));
    assert!(why(&starter("two-tiers"), "front").contains("held"));
    let mut heavy = validation_scenario("station");
    set(&mut heavy, "server.service_time", json!({"law": "pareto", "minimum_ms": 2, "alpha": 1.5}));
    assert!(why(&heavy, "server").contains("without bound"));
}

#[test]
fn every_starter_has_theory_or_a_reason_at_every_node() {
    let mut solved = 0;
    for starter in faultline::lab::scenarios::scenarios() {
        let document = read(starter.json).unwrap();
        for node in document.nodes.iter().filter(|n| n.kind != "clients") {
            match theory::of(&document, &node.id) {
                Ok(found) => {
                    solved += 1;
                    assert!(!found.figures.is_empty() && found.figures.iter().all(|(_, v)| v.is_finite()), "{}: {found:?}", node.id);
                }
                Err(why) => assert!(!why.is_empty(), "{}", node.id),
            }
        }
    }
    assert!(solved >= 10, "{solved}");
}

#[test]
fn what_a_plan_cannot_do_is_said() {
    let good = plan(starter("single-server"), "server", 3, 5.0);
    assert!(good.check().is_ok());
    assert!(Plan { seeds: 0, ..good.clone() }.check().unwrap_err().contains("seeds"));
    assert!(Plan { run_s: 0.0, ..good.clone() }.check().unwrap_err().contains("seconds"));
    let off = Plan { vary: Some((knob("users", "rate_per_s"), vec![10.0, -1.0])), ..good.clone() };
    assert!(off.check().unwrap_err().contains("Rate"));
    assert!(Plan { document: Document::default(), ..good }.check().unwrap_err().contains("empty"));
}

#[test]
fn overload_looks_quick_only_to_those_that_get_through() {
    let plan = plan(starter("single-server"), "server", 4, 300.0);
    let results = run(Plan { vary: Some((knob("users", "rate_per_s"), vec![50.0, 200.0])), ..plan }, u64::MAX);
    let mean = |point: usize, metric: Metric| results.estimate(point, metric).unwrap().mean;
    // At twice the capacity half of them are turned away, at once.
    assert!((results.least_availability().unwrap() - 0.5).abs() < 0.02, "{:?}", results.least_availability());
    assert!(mean(0, Metric::Availability) > 0.999 && mean(0, Metric::LatencyAllMean) == mean(0, Metric::LatencyMean));
    assert!(mean(1, Metric::LatencyAllMean) < 0.6 * mean(1, Metric::LatencyMean));
    assert!((mean(1, Metric::Rejected) - 0.5).abs() < 0.02 && mean(1, Metric::Utilisation) > 0.99);
}

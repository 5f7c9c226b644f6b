//! What clients saw of data, judged: against diagrams of which it is known how many reads must be stale, and which must not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use bench::*;
use faultline::data::judge::Consistency;
use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

fn counts(report: &Report) -> Consistency {
    report.consistency.counts
}

fn run(document: &Document, seconds: f64) -> Consistency {
    let mut experiment = Experiment::new(document);
    counts(&to(&mut experiment, seconds))
}

/// Half reads, half writes, of a few keys.
fn clients(rate_per_s: f64, keys: u32, read_percent: f64) -> Value {
    json!({"rate_per_s": rate_per_s, "read_percent": read_percent, "keys": keys, "popularity": "uniform"})
}

fn service() -> Value {
    json!({"workers": 1000, "service_time": constant(0.0)})
}

fn store() -> Value {
    json!({"workers": 1000, "read_time": constant(1.0), "write_time": constant(1.0)})
}

/// Three databases that a service writes and reads side by side, as soon as `w` and `r` of them answer; one is far away.
fn three(w: u32, r: u32) -> Document {
    let nodes = [("c", "clients", clients(100.0, 20, 50.0)), ("s", "service", service()), ("d1", "database", store())];
    let more = [("d2", "database", store()), ("d3", "database", store())];
    let far = json!({"latency": constant(500.0)});
    let mut links = vec![("c", "s", json!({}))];
    for (to, base) in [("d1", json!({})), ("d2", json!({})), ("d3", far)] {
        for (when, need) in [("write", w), ("read", r)] {
            let mut params = json!({"when": when, "wait_for": "some", "need": need});
            params.as_object_mut().unwrap().extend(base.as_object().unwrap().clone());
            links.push(("s", to, params));
        }
    }
    let all: Vec<_> = nodes.into_iter().chain(more).collect();
    document(&all, &links)
}

#[test]
fn a_read_of_the_nearest_of_several_stores_is_stale_where_the_write_has_not_come_yet() {
    // Read one, write one: whoever is nearest answers, and has every write that was acknowledged before.
    let near = run(&three(1, 1), 40.0);
    assert_eq!(near.stale_reads, 0, "{near:?}");
    // Only the far store is read: a write takes half a second to get there and is acknowledged at once, a read that long too.
    let mut far = three(1, 1);
    for link in far.links.iter_mut().filter(|l| l.params.get("when") == Some(&json!("read"))) {
        link.params.insert("pick".into(), json!("one"));
        link.params.insert("need".into(), json!(1));
    }
    // Reads of one store at random: the two near ones are fresh; at the far one a read arrives with the writes before it.
    let picked = run(&far, 40.0);
    assert_eq!(picked.stale_reads, 0, "{picked:?}");
}

#[test]
fn a_read_from_a_store_that_lags_is_stale_whichever_store_has_the_number() {
    // Writes come to the far store half a second late, reads come at once: of 20 keys at 50 writes a second a key is written each 0.4 s, so
    // that 1 - e^(-0.5/0.4) = .713 of the reads there miss one, and a third of all reads go there.
    let mut doc = three(1, 1);
    for link in doc.links.iter_mut().filter(|l| l.from == "s" && l.params.get("when") == Some(&json!("read"))) {
        link.params.insert("pick".into(), json!("one"));
        link.params.insert("latency".into(), constant(0.1));
    }
    let counts = run(&doc, 120.0);
    let share = counts.stale_reads as f64 / counts.reads as f64;
    let expected = (1.0 - libm::exp(-0.5 / 0.4)) / 3.0;
    let error = (expected * (1.0 - expected) / counts.reads as f64).sqrt();
    assert!(counts.reads > 5_000 && (share - expected).abs() < 4.0 * error + 0.01, "{share} of {}, expected {expected}", counts.reads);
    assert_eq!(counts.reads_not_judged, 0);
}

/// One key, a thousand writes a second, a replica that is a second behind.
fn hot(link_ms: f64) -> Consistency {
    let writers = json!({"source": "constant", "rate_per_s": 1000, "read_percent": 0, "keys": 1});
    let readers = json!({"source": "constant", "rate_per_s": 100, "read_percent": 100, "keys": 1});
    let far = json!({"latency": constant(link_ms)});
    let doc = document(
        &[
            ("w", "clients", writers),
            ("r", "clients", readers),
            ("d", "database", store()),
            ("f", "replica", json!({"workers": 1000, "apply_delay": 1000, "apply_time": constant(0.0), "read_time": constant(1.0)})),
        ],
        &[("w", "d", far.clone()), ("r", "f", far), ("d", "f", json!({}))],
    );
    let mut experiment = Experiment::new(&doc);
    let settled = counts(&to(&mut experiment, 3.0));
    counts(&to(&mut experiment, 13.0)).since(&settled)
}

#[test]
fn a_hot_key_behind_a_long_link_is_judged_as_behind_a_short_one() {
    for link_ms in [1.0, 200.0] {
        let counts = hot(link_ms);
        assert!(counts.reads >= 999 && counts.stale_reads == counts.reads, "{link_ms} ms: {counts:?}");
        assert_eq!(counts.reads_not_judged, 0);
    }
}

#[test]
fn reads_that_move_to_an_empty_store_miss_what_was_acknowledged_and_nothing_is_lost() {
    let nodes =
        [("c", "clients", clients(100.0, 10, 50.0)), ("s", "service", service()), ("a", "database", store()), ("b", "database", store())];
    let links = [("c", "s", json!({})), ("s", "a", json!({"when": "write"})), ("s", "a", json!({"when": "read"}))];
    let mut experiment = Experiment::new(&document(&nodes, &links));
    let before = counts(&to(&mut experiment, 5.0));
    assert_eq!(before.stale_reads, 0);
    let reading = experiment.diagram().links.iter().find(|l| l.params.get("when") == Some(&json!("read"))).unwrap().id.clone();
    experiment.apply(&Entry::Edit(Edit::Reconnect { link: reading, from: "s".into(), to: "b".into() })).unwrap();
    let after = counts(&to(&mut experiment, 10.0));
    let (reads, stale) = (after.reads - before.reads, after.stale_reads);
    assert!(reads > 200 && stale == reads, "{stale} of {reads}");
    assert_eq!(after.lost_writes, 0, "the other store has them");
    assert!(after.read_your_writes_violations > 20 && after.monotonic_read_violations > 20, "{after:?}");
}

#[test]
fn one_database_violates_no_session_however_many_things_a_user_asks_at_once() {
    let mut open_loop = clients(400.0, 3, 50.0);
    open_loop.as_object_mut().unwrap().insert("users".into(), json!(5));
    let database = json!({"workers": 4, "read_time": exponential(4.0), "write_time": exponential(4.0)});
    let link = json!({"latency": exponential(20.0)});
    let counts = run(&document(&[("c", "clients", open_loop), ("d", "database", database)], &[("c", "d", link)]), 60.0);
    assert!(counts.reads > 10_000);
    let violations = (counts.stale_reads, counts.read_your_writes_violations, counts.monotonic_read_violations);
    assert_eq!((violations, counts.reads_not_judged, counts.sessions_not_judged), ((0, 0, 0), 0, 0));
}

#[test]
fn every_read_of_a_cache_that_nobody_tells_of_writes_is_stale_once_the_key_was_written() {
    let nodes = [
        ("c", "clients", json!({"source": "closed", "users": 1, "think_time": constant(10.0), "read_percent": 50, "keys": 1})),
        ("s", "service", json!({"workers": 10, "service_time": constant(0.0), "on_write": "nothing"})),
        ("m", "cache", json!({})),
        ("d", "database", store()),
    ];
    let links = [("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))];
    let counts = run(&document(&nodes, &links), 20.0);
    assert!(counts.stale_reads > 500, "{counts:?}");
    // One user who asks one thing after the other: what is stale is older than its own write.
    assert_eq!(counts.stale_reads, counts.read_your_writes_violations);
}

/// A database with a replica, 100 writes a second.
fn followed(database: Value, replica: Value) -> Document {
    let nodes = [("c", "clients", clients(200.0, 50, 50.0)), ("d", "database", database), ("f", "replica", replica)];
    document(&nodes, &[("c", "d", json!({})), ("d", "f", json!({}))])
}

fn figure(experiment: &Experiment, node: &str, name: &str) -> f64 {
    experiment.report().nodes[node].more[name]
}

#[test]
fn a_slow_replica_applies_slowly() {
    let lag = |factor: f64| {
        let mut experiment = Experiment::new(&followed(store(), json!({"apply_time": constant(1.0)})));
        experiment.apply(&Entry::Fault(Fault::Slow { node: "f".into(), factor })).unwrap();
        to(&mut experiment, 10.0);
        figure(&experiment, "f", "lag_ms")
    };
    // 100 entries a second take 0.1 s each: after ten seconds nine are behind.
    assert!(lag(1.0) < 20.0 && (8_000.0..9_600.0).contains(&lag(100.0)), "{} {}", lag(1.0), lag(100.0));
}

#[test]
fn a_primary_that_lost_its_log_shows_no_lag_where_there_is_nothing_to_apply() {
    let mut doc = followed(json!({"durability": "memory", "write_time": constant(1.0)}), json!({}));
    doc.apply(&Edit::SetNodeParam { id: "c".into(), param: "source".into(), value: json!("trace") }).unwrap();
    let trace: String = (0..100).map(|i| format!("{},{i},write\n", f64::from(i) / 50.0)).collect();
    doc.apply(&Edit::SetNodeParam { id: "c".into(), param: "trace".into(), value: json!(trace) }).unwrap();
    let mut experiment = Experiment::new(&doc);
    to(&mut experiment, 3.0);
    crash(&mut experiment, "d");
    restart(&mut experiment, "d");
    to(&mut experiment, 60.0);
    assert_eq!((figure(&experiment, "f", "lag_ms"), figure(&experiment, "f", "applied")), (0.0, 0.0));
}

#[test]
fn a_snapshot_that_comes_late_does_not_take_a_replica_back() {
    // The state travels for seconds over a thin link; the log was cut meanwhile, twice.
    let database = json!({"durability": "memory", "write_time": constant(1.0), "workers": 50});
    let nodes = [("c", "clients", clients(400.0, 2_000, 0.0)), ("d", "database", database), ("f", "replica", json!({}))];
    let thin = json!({"bandwidth_mbps": 2.0, "jitter": 500});
    let mut experiment = Experiment::new(&document(&nodes, &[("c", "d", json!({})), ("d", "f", thin)]));
    let mut applied = 0.0;
    for step in 1..=80 {
        to(&mut experiment, f64::from(step) * 0.25);
        if step == 20 || step == 23 {
            crash(&mut experiment, "d");
            restart(&mut experiment, "d");
            applied = 0.0;
        }
        let now = figure(&experiment, "f", "applied");
        // Within a life of the primary's log the replica only moves on, once it is of that life.
        if step > 40 {
            assert!(now >= applied, "at step {step}: {now} after {applied}");
            applied = now;
        }
    }
    assert!(applied > 1_000.0, "{applied}");
}

#[test]
fn a_write_that_waits_for_replicas_holds_its_connection_and_no_worker() {
    let database = json!({"workers": 1, "write_time": constant(1.0), "flush_time": 0, "replication": "synchronous"});
    let far = json!({"latency": constant(50.0)});
    let nodes = [("c", "clients", json!({"source": "constant", "rate_per_s": 100, "read_percent": 0, "keys": 100}))];
    let more = [("d", "database", database), ("f", "replica", json!({"apply_time": constant(0.0)}))];
    let all: Vec<_> = nodes.into_iter().chain(more).collect();
    let mut experiment = Experiment::new(&document(&all, &[("c", "d", json!({})), ("d", "f", far)]));
    let report = to(&mut experiment, 20.0);
    // With its worker held for 101 ms it could do ten a second.
    let waiting = report.nodes["d"].more["connections"];
    assert!(report.totals.ok > 1_900 && (report.nodes["d"].utilisation - 0.1).abs() < 0.01, "{:?}", report.nodes["d"]);
    assert!((9.0..=12.0).contains(&waiting), "{waiting} connections");
    assert_eq!(experiment.now(), SimTime(20_000_000_000));
}

//! Acknowledged writes that crashes take back, counted exactly: through write-back caches, in several crashes, and when
//! somebody is taken out of the diagram.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use bench::*;
use faultline::diagram::{Document, Edit};
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

fn lost(report: &Report) -> u64 {
    report.consistency.counts.lost_writes
}

fn writers(per_s: f64, keys: u32) -> Value {
    json!({"source": "constant", "rate_per_s": per_s, "read_percent": 0, "keys": keys, "popularity": "uniform"})
}

/// Writers, a write-back cache, a store that flushes to its disk once a minute.
fn written_back(clients: Value, cache: Value) -> Document {
    let mut back = json!({"on_write": "back", "flush_interval": 1000});
    back.as_object_mut().unwrap().extend(cache.as_object().unwrap().clone());
    let store =
        json!({"workers": 50, "write_time": constant(1.0), "read_time": constant(1.0), "durability": "interval", "flush_interval": 60_000});
    document(
        &[("c", "clients", clients), ("m", "inline_cache", back), ("d", "database", store)],
        &[("c", "m", json!({})), ("m", "d", json!({}))],
    )
}

#[test]
fn a_store_that_crashes_in_memory_loses_every_write_once_however_often_it_crashes() {
    for durability in ["memory", "interval"] {
        // A hot key among them: hundreds of writes to one key.
        let store = json!({"durability": durability, "flush_interval": 60_000, "write_time": constant(0.5)});
        let clients = json!({"source": "constant", "rate_per_s": 400, "read_percent": 0, "keys": 20});
        let doc = document(&[("c", "clients", clients), ("d", "database", store)], &[("c", "d", json!({}))]);
        let mut experiment = Experiment::new(&doc);
        for second in 1..=4 {
            to(&mut experiment, f64::from(second) - 0.5);
            crash(&mut experiment, "d");
            // What was answered is on its way for a moment.
            let report = to(&mut experiment, f64::from(second) - 0.499);
            assert!(report.totals.ok > 190 * second as u64);
            assert_eq!(lost(&report), report.totals.ok, "{durability}, crash {second}");
            restart(&mut experiment, "d");
        }
    }
}

#[test]
fn a_crash_of_the_store_loses_nothing_that_a_write_back_cache_still_brings() {
    // One key, written ten times a second and written back each second.
    let mut experiment = Experiment::new(&written_back(writers(10.0, 1), json!({})));
    let before = to(&mut experiment, 5.55);
    assert!(before.nodes["m"].more["dirty"] == 1.0 && before.nodes["m"].more["written_back"] >= 3.0);
    crash(&mut experiment, "d");
    restart(&mut experiment, "d");
    // The version that the cache has was there before the crash, replaces all that the crash took, and is yet to come.
    assert_eq!(lost(&to(&mut experiment, 8.0)), 0);
}

#[test]
fn a_crash_of_a_cache_does_not_lose_what_others_wrote_past_it() {
    let clients = writers(10.0, 1);
    let back = json!({"on_write": "back", "flush_interval": 3_600_000});
    let doc = document(
        &[("c", "clients", clients.clone()), ("past", "clients", clients), ("m", "inline_cache", back), ("d", "database", json!({}))],
        &[("c", "m", json!({})), ("m", "d", json!({})), ("past", "d", json!({"latency": constant(20.0)}))],
    );
    let mut experiment = Experiment::new(&doc);
    // The last write before the crash is one past the cache: whatever the cache had is old by then.
    to(&mut experiment, 5.08);
    crash(&mut experiment, "m");
    let report = to(&mut experiment, 5.09);
    assert!(report.nodes["m"].more["deferred"] > 40.0);
    assert_eq!(lost(&report), 0);
}

#[test]
fn two_caches_in_a_row_hand_a_write_on_as_it_is() {
    let cache = |ms: u32| json!({"on_write": "back", "flush_interval": ms});
    let doc = document(
        &[
            ("c", "clients", writers(20.0, 1)),
            ("m", "inline_cache", cache(300)),
            ("n", "inline_cache", cache(1000)),
            ("d", "database", json!({"durability": "memory"})),
        ],
        &[("c", "m", json!({})), ("m", "n", json!({})), ("n", "d", json!({}))],
    );
    let mut experiment = Experiment::new(&doc);
    to(&mut experiment, 5.0);
    cut(&mut experiment, "c-m");
    let report = to(&mut experiment, 8.0);
    assert_eq!((report.nodes["m"].more["dirty"], report.nodes["n"].more["dirty"], lost(&report)), (0.0, 0.0, 0));
    let frame = experiment.frame(0);
    let held = |id: &str| frame.nodes.iter().find(|n| n.id == id).unwrap().sample[0].1;
    assert_eq!((held("m"), held("n")), (held("d"), held("d")), "each write has one version");
    // All of them lose what they have: every acknowledged write, once.
    for node in ["m", "n", "d"] {
        crash(&mut experiment, node);
    }
    let report = to(&mut experiment, 8.1);
    assert_eq!(lost(&report), report.totals.ok);
}

#[test]
fn taking_a_cache_out_of_the_diagram_loses_what_only_it_had() {
    let mut experiment = Experiment::new(&written_back(writers(100.0, 20), json!({"flush_interval": 3_600_000})));
    let before = to(&mut experiment, 5.0);
    assert_eq!(lost(&before), 0);
    for link in ["c-m", "m-d"] {
        edit(&mut experiment, Edit::RemoveLink { id: link.into() });
    }
    edit(&mut experiment, Edit::RemoveNode { id: "m".into() });
    let after = to(&mut experiment, 5.1);
    assert!(lost(&after) > 400, "{}", lost(&after));
}

#[test]
fn what_a_cache_has_yet_to_write_takes_its_room_and_is_a_hit() {
    let clients = json!({"source": "constant", "rate_per_s": 500, "read_percent": 50, "keys": 20, "popularity": "uniform"});
    let mut experiment = Experiment::new(&written_back(clients, json!({"flush_interval": 3_600_000, "capacity": 3})));
    for second in 1..=30 {
        let report = to(&mut experiment, f64::from(second));
        assert!(report.nodes["m"].more["dirty"] <= 3.0, "{:?}", report.nodes["m"].more);
    }
    // Three of twenty keys that are asked for alike, whether they wait to be written or not.
    let m = experiment.report().nodes["m"].more.clone();
    let ratio = m["hits"] / (m["hits"] + m["misses"]);
    assert!((ratio - 0.15).abs() < 0.03 && m["written_back"] > 100.0, "{m:?}");
}

#[test]
fn a_lost_disk_takes_every_acknowledged_write_and_a_crash_none() {
    let store = json!({"durability": "every_write", "write_time": constant(0.5)});
    let doc = document(&[("c", "clients", writers(100.0, 4)), ("d", "database", store)], &[("c", "d", json!({}))]);
    let mut experiment = Experiment::new(&doc);
    to(&mut experiment, 1.995);
    crash(&mut experiment, "d");
    assert_eq!(lost(&to(&mut experiment, 1.996)), 0);
    restart(&mut experiment, "d");
    let report = to(&mut experiment, 3.995);
    assert_eq!(report.nodes["d"].more["keys"], 4.0);
    let written = report.totals.ok;
    lose_disk(&mut experiment, "d");
    let report = to(&mut experiment, 3.996);
    // The newest of each key counts for those before it, as with every loss: each acknowledged write is gone.
    assert_eq!((report.nodes["d"].more["keys"], lost(&report)), (0.0, written));
    restart(&mut experiment, "d");
    assert_eq!(to(&mut experiment, 5.0).nodes["d"].more["keys"], 4.0);
}

/// Ten messages wait for a worker that is not there; the disk of the queue goes with them.
#[test]
fn a_queue_without_its_disk_has_lost_its_messages() {
    let doc = document(
        &[("c", "clients", writers(10.0, 10)), ("q", "queue", json!({})), ("w", "worker", json!({}))],
        &[("c", "q", json!({})), ("q", "w", json!({}))],
    );
    let mut experiment = Experiment::new(&doc);
    crash(&mut experiment, "w");
    let report = to(&mut experiment, 1.095);
    assert_eq!(report.nodes["q"].more["backlog"], 10.0);
    crash(&mut experiment, "q");
    assert_eq!(to(&mut experiment, 1.096).nodes["q"].more["backlog"], 10.0, "it is durable");
    lose_disk(&mut experiment, "q");
    let report = to(&mut experiment, 1.097);
    assert_eq!(report.nodes["q"].more["backlog"], 0.0);
    restart(&mut experiment, "q");
    restart(&mut experiment, "w");
    let report = to(&mut experiment, 5.0);
    assert_eq!(report.nodes["w"].more["done"], report.nodes["q"].more["acknowledged"]);
    assert!(report.nodes["q"].more["acknowledged"] < report.nodes["q"].more["stored"] - 9.0);
}

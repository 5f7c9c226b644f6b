//! What is wrong with a link, with known answers: loss, delay and duplicates, by direction and kind of message, for a while.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use bench::*;
use faultline::diagram::{Document, Effect, Entry, Fault, Impairment};
use faultline::engine::impairment::{Direction, Traffic};
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

const MS: f64 = 1e-3;

/// Ten requests a second to a server that takes 1 ms, over a link of 0.1 ms each way, which is sent nothing twice.
fn pair(link: Value) -> Document {
    let clients = json!({"source": "constant", "rate_per_s": 10, "read_percent": 0, "keys": 1});
    let server = json!({"workers": 100, "write_time": constant(1.0), "durability": "memory"});
    let mut all = json!({"retransmission": false, "timeout": 50});
    all.as_object_mut().unwrap().extend(link.as_object().unwrap().clone());
    document(&[("c", "clients", clients), ("d", "database", server)], &[("c", "d", all)])
}

fn impair(experiment: &mut Experiment, id: &str, impairment: Impairment) {
    let fault = Fault::Impair { link: "c-d".into(), id: id.into(), impairment };
    experiment.apply(&Entry::Fault(fault)).unwrap();
}

fn failed(report: &Report) -> u64 {
    report.totals.failed.values().sum()
}

#[test]
fn with_replies_lost_the_work_is_done_and_the_callers_time_out() {
    let run = |direction, messages| {
        let mut experiment = Experiment::new(&pair(json!({})));
        impair(&mut experiment, "x", Impairment { direction, messages, ..Impairment::default() });
        let report = to(&mut experiment, 10.0 + 90.0 * MS);
        (report.totals.ok, failed(&report), report.nodes["d"].more["writes"])
    };
    assert_eq!(run(Direction::Both, Traffic::Replies), (0, 100, 100.0));
    assert_eq!(run(Direction::Back, Traffic::All), (0, 100, 100.0));
    assert_eq!(run(Direction::Forward, Traffic::Calls), (0, 100, 0.0));
    // Calls do not travel back, nor replies forward.
    assert_eq!(run(Direction::Back, Traffic::Calls), (100, 0, 100.0));
    assert_eq!(run(Direction::Forward, Traffic::Replies), (100, 0, 100.0));
    assert_eq!(run(Direction::Both, Traffic::Control), (100, 0, 100.0));
}

#[test]
fn a_delay_is_added_exactly_and_ends_by_itself() {
    let mut experiment = Experiment::new(&pair(json!({})));
    let delay = Impairment { effect: Effect::Delay, delay_ms: 20.0, for_ms: Some(5_000.0), ..Impairment::default() };
    impair(&mut experiment, "x", delay);
    let slow = to(&mut experiment, 4.999).totals.latency_ms;
    // There and back.
    assert!((slow.mean.unwrap() - 41.2).abs() < 1e-6 && (slow.max.unwrap() - 41.2).abs() < 0.5, "{:?}", slow.mean);
    let all = to(&mut experiment, 9.999).totals;
    let sum = all.latency_ms.mean.unwrap() * all.ok as f64;
    // 49 requests by 4.999 s, the last of which is answered later; from 5 s on they take 1.2 ms. One begins at the very end of the delay.
    assert!((sum - (49.0 * 41.2 + (all.ok - 49) as f64 * 1.2)).abs() < 1e-3, "{sum} of {}", all.ok);
}

#[test]
fn one_way_delays_the_one_way() {
    let mut experiment = Experiment::new(&pair(json!({})));
    impair(&mut experiment, "x", Impairment { effect: Effect::Delay, delay_ms: 7.0, direction: Direction::Back, ..Impairment::default() });
    assert!((to(&mut experiment, 5.0).totals.latency_ms.mean.unwrap() - 8.2).abs() < 1e-6);
}

#[test]
fn a_duplicate_call_is_a_second_job_and_its_answer_is_nobodys() {
    let mut experiment = Experiment::new(&pair(json!({})));
    impair(&mut experiment, "x", Impairment { effect: Effect::Duplicate, messages: Traffic::Calls, ..Impairment::default() });
    let report = to(&mut experiment, 10.0 + 90.0 * MS);
    // Two jobs for each request; of each write one version, so nothing is stale or lost.
    assert_eq!((report.totals.ok, failed(&report), report.nodes["d"].more["writes"]), (100, 0, 200.0));
    assert_eq!(report.links["c-d"].answered, 100);
    experiment.check_books().unwrap();
}

/// Of a thousand calls 30 % are lost: 300, give or take four standard deviations of 14.5.
#[test]
fn a_share_is_a_probability_and_the_first_that_matches_decides() {
    let mut experiment = Experiment::new(&pair(json!({})));
    impair(&mut experiment, "x", Impairment { percent: 30.0, messages: Traffic::Calls, ..Impairment::default() });
    let lost = failed(&to(&mut experiment, 100.0 + 90.0 * MS));
    assert!((242..=358).contains(&lost), "{lost}");
    // What passes here is spared what comes later.
    let mut experiment = Experiment::new(&pair(json!({})));
    impair(&mut experiment, "first", Impairment { effect: Effect::Pass, messages: Traffic::Calls, ..Impairment::default() });
    impair(&mut experiment, "second", Impairment { direction: Direction::Forward, ..Impairment::default() });
    assert_eq!(failed(&to(&mut experiment, 10.0)), 0);
    let lift = Fault::Lift { link: "c-d".into(), id: "first".into() };
    experiment.apply(&Entry::Fault(lift)).unwrap();
    assert!(failed(&to(&mut experiment, 11.0)) >= 8);
    experiment.apply(&Entry::Fault(Fault::Mend { link: "c-d".into() })).unwrap();
    let before = failed(&to(&mut experiment, 11.06));
    assert_eq!(failed(&to(&mut experiment, 20.0)), before);
}

/// A transport that sends lost messages again turns the loss into delay, here too.
#[test]
fn what_is_lost_is_sent_again_where_the_transport_does_so() {
    let mut experiment = Experiment::new(&pair(json!({"retransmission": true, "retransmission_timeout": 10, "timeout": 0})));
    impair(&mut experiment, "x", Impairment { for_ms: Some(1_000.0), ..Impairment::default() });
    let report = to(&mut experiment, 30.05);
    assert_eq!((failed(&report), report.totals.in_flight), (0, 0));
    assert!(report.totals.latency_ms.max.unwrap() > 500.0);
}

//! Policies at work between a client and a server of no kind: those of the product, and others composed with them, each of which is a file
//! and a line in a registry.

use serde_json::json;

use self::stations::{concurrency, shedding};
use self::system::{Setup, System, CLIENT, SERVER};
use super::*;
use crate::engine::impairment::Impairment;
use crate::engine::station_policy::turned_away;
use crate::engine::LinkIndex;

mod breaker;
mod bulkhead;
mod pace;
mod stations;
mod system;

around_calls! {
    /// Those of the product with three more.
    pub struct More {
        timeout: timeout::Timeout,
        pace: pace::Pace,
        bulkhead: bulkhead::Bulkhead,
        breaker: breaker::Breaker,
        retry: retry::Retry,
        retry_budget: retry_budget::RetryBudget,
        pool: pool::Pool,
    }
}

around_stations! {
    /// The queue limit with two more.
    pub struct MoreGuards {
        queue_limit: queue_limit::QueueLimit,
        shedding: shedding::Shedding,
        concurrency: concurrency::Concurrency,
    }
}

fn values(set: serde_json::Value) -> Values {
    set.as_object().cloned().unwrap_or_default()
}

/// Calls that wait for ever, but for what is set.
fn calls(set: serde_json::Value) -> More {
    let mut all = values(json!({"timeout": 0, "backoff_jitter": "none"}));
    all.extend(values(set));
    let mut policies = More::default();
    policies.set(&all);
    policies
}

fn guards(set: serde_json::Value) -> MoreGuards {
    let mut policies = MoreGuards::default();
    policies.set(&values(set));
    policies
}

fn system(setup: Setup<More, MoreGuards>) -> System<More, MoreGuards> {
    setup.start()
}

#[test]
fn a_policy_brings_its_parameters_into_the_form_at_its_place() {
    let names: Vec<_> = More::specs().iter().map(|spec| spec.name).collect();
    let (product, place): (Vec<_>, _) = (CallPolicies::specs().iter().map(|spec| spec.name).collect(), 1);
    assert_eq!(names[..place], product[..place]);
    assert_eq!(names[place..place + 4], ["pace", "bulkhead", "breaker_failures", "breaker_pause"]);
    assert_eq!(names[place + 4..], product[place..]);
}

#[test]
fn nothing_is_spent_on_a_job_that_the_station_turns_away() {
    let mut it = system(Setup { workers: Some(1), guards: guards(json!({"queue_limit": 0})), ..Setup::default() });
    it.run(3000);
    let jobs = it.jobs();
    assert_eq!((jobs.arrived, jobs.rejected, jobs.completed), (5, 4, 1));
    assert_eq!(it.server().admitted, 1);
    assert_eq!(it.ended(), (1, vec![(Reason::QueueFull, 4)]));
}

#[test]
fn a_bulkhead_refuses_at_once_and_a_slot_is_free_when_its_attempt_ends() {
    let mut it = system(Setup { begins: 30, every: 100, calls: calls(json!({"bulkhead": 2})), ..Setup::default() });
    it.run(150);
    assert_eq!((it.attempts().open, it.calls().bulkhead.open), (2, 2));
    it.run(10_000);
    // Two of each second's ten, and none of the others reached the server.
    assert_eq!(it.ended(), (6, vec![(Reason::Unavailable, 24)]));
    assert_eq!((it.jobs().arrived, it.attempts().started, it.calls().bulkhead.open), (6, 30, 0));
}

#[test]
fn what_a_policy_refuses_is_a_failed_attempt_to_those_around_it() {
    // The first two take the places; each refusal is tried again, 400, 800 and 1600 ms later.
    let retried = json!({"bulkhead": 2, "retries": 3, "backoff": 400});
    let mut it = system(Setup { begins: 4, calls: calls(retried), ..Setup::default() });
    it.run(10_000);
    assert_eq!((it.ended(), it.attempts().started), ((4, vec![]), 4 + 2 * 2));
    // With a budget of ten at first and a tenth for each call, the eleventh retry waits for nobody.
    let budgeted = json!({"bulkhead": 1, "retries": 20, "backoff": 1, "backoff_cap": 1, "retry_budget": true});
    let mut it = system(Setup { begins: 2, calls: calls(budgeted), ..Setup::default() });
    it.run(10_000);
    assert_eq!((it.ended(), it.attempts().started), ((1, vec![(Reason::Unavailable, 1)]), 2 + 10));
}

#[test]
fn tokens_stay_when_settings_change() {
    let spent = json!({"bulkhead": 1, "retries": 20, "backoff": 1, "backoff_cap": 1, "retry_budget": true});
    let mut it = system(Setup { begins: 2, calls: calls(spent), ..Setup::default() });
    it.run(5);
    let before = it.attempts().started;
    let same = values(
        json!({"timeout": 0, "backoff_jitter": "none", "bulkhead": 1, "retries": 20, "backoff": 1, "backoff_cap": 1, "retry_budget": true, "retry_budget_percent": 50}),
    );
    it.calls().set(&same);
    it.run(10_000);
    assert_eq!((before, it.attempts().started), (2 + 5, 2 + 10), "a change of settings fills no budget");
}

#[test]
fn a_breaker_opens_probes_and_closes() {
    let set = json!({"breaker_failures": 3, "breaker_pause": 1000});
    let mut it = system(Setup { begins: 60, every: 100, time: 10, calls: calls(set), ..Setup::default() });
    it.world.crash(SERVER);
    it.run(1950);
    // Three find it down; from 200 ms on the breaker refuses, and one of the others, at 1200 ms, is let through to see.
    assert_eq!((it.attempts().started, it.jobs().arrived), (20, 3 + 1));
    it.world.restart(SERVER);
    it.run(7000);
    // At 2200 ms it sees that the server works.
    assert_eq!(it.jobs().arrived, 4 + 38);
    assert_eq!(it.ended(), (38, vec![(Reason::Refused, 4), (Reason::Unavailable, 18)]));
}

#[test]
fn an_attempt_that_is_held_up_goes_later_or_never() {
    let mut it = system(Setup { begins: 5, time: 10, calls: calls(json!({"pace": 100, "timeout": 50})), ..Setup::default() });
    it.run(250);
    // The timeout counts from when they are sent.
    assert_eq!((it.ended(), it.attempts().open), ((3, vec![]), 2));
    it.run(1000);
    assert_eq!(it.ended(), (5, vec![]));
    // Who does not wait so long is never sent.
    let impatient = calls(json!({"pace": 100, "bulkhead": 5}));
    let mut it = system(Setup { begins: 5, time: 10, deadline: Some(250), calls: impatient, ..Setup::default() });
    it.run(1000);
    assert_eq!((it.ended(), it.jobs().arrived), ((3, vec![(Reason::Deadline, 2)]), 3));
    assert_eq!((it.attempts().abandoned, it.calls().bulkhead.open), (2, 0));
}

#[test]
fn every_attempt_that_was_let_go_ends_once_whatever_befalls_it() {
    let set = json!({"timeout": 700, "bulkhead": 4, "pace": 30, "retries": 2, "breaker_failures": 5, "retry_budget": true});
    let guards = guards(json!({"queue_limit": 3, "concurrency": 3, "longest": 400}));
    let setup = Setup { begins: 200, every: 40, workers: Some(2), time: 300, deadline: Some(900), calls: calls(set), guards };
    let mut it = system(setup);
    for step in 1..60 {
        it.run(step * 173);
        match step % 12 {
            2 => it.world.hang(SERVER),
            4 => it.world.crash(SERVER),
            5 => it.world.restart(SERVER),
            7 => it.world.impair(LinkIndex(0), Impairment::cut()),
            8 => it.world.mend(LinkIndex(0)),
            10 => it.world.crash(CLIENT),
            11 => it.world.restart(CLIENT),
            _ => {}
        }
        let (open, present) = (it.attempts().open, it.jobs().present);
        assert_eq!(u64::from(it.calls().bulkhead.open), open, "at step {step}");
        assert_eq!(u64::from(it.guards().concurrency.inside), present, "at step {step}");
    }
    let jobs = it.jobs();
    assert!(jobs.completed > 0 && jobs.lost > 0 && jobs.rejected > 0, "{jobs:?}");
}

#[test]
fn a_guard_whose_job_the_kind_turns_away_is_told() {
    let mut it = system(Setup { guards: guards(json!({"concurrency": 3})), ..Setup::default() });
    it.server().closed = true;
    it.run(100);
    // Each that is turned away halves the limit.
    let limit = it.guards().concurrency.limit;
    assert_eq!((it.server().admitted, limit, it.guards().concurrency.inside), (5, 1, 0));
}

#[test]
fn a_limit_adapts_to_how_jobs_leave() {
    let mut it = system(Setup { begins: 40, every: 10, time: 15, guards: guards(json!({"concurrency": 1})), ..Setup::default() });
    it.run(1000);
    // One at 0 ms; at 10 ms there is no room; the first leaves at 15 ms, and from then on there is.
    assert_eq!(it.ended(), (39, vec![(Reason::TooManyConnections, 1)]));
    assert_eq!(it.guards().concurrency.limit, 1 + 39);
}

#[test]
fn who_has_waited_too_long_is_sent_off_when_its_turn_comes() {
    let mut it = system(Setup { workers: Some(1), time: 100, guards: guards(json!({"longest": 250})), ..Setup::default() });
    it.run(2000);
    // The turns of five that came together are at 0, 100, 200 and 300 ms, and nobody else's time is taken by those who leave.
    assert_eq!(it.ended(), (3, vec![(Reason::Deadline, 2)]));
    let jobs = it.jobs();
    assert_eq!((jobs.completed, jobs.rejected), (3, 2));
}

#[test]
fn where_many_wait_the_newest_is_first() {
    let mut it = system(Setup { begins: 6, workers: Some(1), time: 100, guards: guards(json!({"many": 3})), ..Setup::default() });
    it.run(2000);
    assert_eq!(it.server().served, [0, 5, 4, 3, 1, 2]);
}

//! Stores against theory and against what their definitions make inevitable: caches, placement, replication, sessions.
//! Each case is a document run through the public interface.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::files::read;
use faultline::lab::report::Report;
use faultline::lab::Experiment;
use serde_json::{json, Value};

/// A document: nodes as (id, kind, params), links as (from, to, params). Links have no latency and no timeout unless said.
fn document(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let nodes: Vec<Value> =
        nodes.iter().map(|(id, kind, params)| json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params})).collect();
    let links: Vec<Value> = links
        .iter()
        .map(|(from, to, params)| {
            let mut all = json!({"latency": zero(), "timeout": 0});
            all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
            json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": all})
        })
        .collect();
    let file = json!({"format": "faultline", "version": 1, "title": "case", "seed": 1, "nodes": nodes, "links": links});
    read(&file.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

fn zero() -> Value {
    constant(0.0)
}

fn exp(mean_ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": mean_ms})
}

fn begin(document: &Document, seed: u64) -> Experiment {
    Experiment::new(&Document { seed, ..document.clone() }).without_stories()
}

/// Goes on to this second and checks the books.
fn to(experiment: &mut Experiment, seconds: f64) -> Report {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
    experiment.report()
}

fn run(document: &Document, seconds: f64) -> Report {
    to(&mut begin(document, 1), seconds)
}

fn inflict(experiment: &mut Experiment, fault: Fault) {
    experiment.apply(&Entry::Fault(fault)).unwrap();
}

#[track_caller]
fn near(what: &str, value: f64, expected: f64, tolerance: f64) {
    println!("{what}: expected {expected} ± {tolerance}, measured {value:.5}");
    assert!((value - expected).abs() <= tolerance, "{what}: expected {expected} ± {tolerance}, measured {value}");
}

/// Hit ratio of a cache between two seconds of a run, after it has filled.
fn hit_ratio(document: &Document, seed: u64, from: f64, until: f64) -> f64 {
    let mut experiment = begin(document, seed);
    let before = to(&mut experiment, from).nodes["m"].more.clone();
    let after = to(&mut experiment, until).nodes["m"].more.clone();
    let (hits, misses) = (after["hits"] - before["hits"], after["misses"] - before["misses"]);
    hits / (hits + misses)
}

/// Five hundred requests a second, a fifth of them writes, to a hundred keys; the way to the store and its work vary.
fn strategy(nodes: &[(&str, &str, Value)], links: &[(&str, &str, Value)]) -> Document {
    let clients = json!({"source": "constant", "rate_per_s": 500, "read_percent": 80, "keys": 100});
    let mut all =
        vec![("c", "clients", clients), ("d", "database", json!({"workers": 100, "read_time": exp(3.0), "write_time": exp(6.0)}))];
    all.extend(nodes.iter().cloned());
    document(&all, links)
}

fn aside(on_write: &str) -> Document {
    let service = json!({"workers": 200, "service_time": zero(), "on_write": on_write});
    strategy(
        &[("s", "service", service), ("m", "cache", json!({}))],
        &[("c", "s", json!({})), ("s", "m", json!({"latency": exp(0.5)})), ("s", "d", json!({"latency": exp(1.0)}))],
    )
}

fn in_line(on_write: &str) -> Document {
    let cache = json!({"on_write": on_write, "capacity": 60, "workers": 200});
    strategy(&[("m", "inline_cache", cache)], &[("c", "m", json!({"latency": exp(0.5)})), ("m", "d", json!({"latency": exp(1.0)}))])
}

#[test]
fn a_cache_that_sees_every_write_is_never_stale_and_one_beside_the_store_is_now_and_then() {
    for on_write in ["through", "around", "back"] {
        let counts = run(&in_line(on_write), 60.0).consistency.counts;
        assert!(counts.reads > 20_000);
        assert_eq!((counts.stale_reads, counts.lost_writes), (0, 0), "{on_write}");
    }
    // The race between a fill and a write is rare, and real.
    let share = |on_write: &str| {
        let counts = run(&aside(on_write), 60.0).consistency.counts;
        counts.stale_reads as f64 / counts.reads as f64
    };
    let (invalidate, nothing) = (share("invalidate"), share("nothing"));
    assert!(invalidate > 0.0 && invalidate < 0.05 && nothing > 0.5, "{invalidate} {nothing}");
}

#[test]
fn only_write_back_answers_writes_without_the_store_and_only_it_loses_them_in_a_crash() {
    let case = |on_write: &str| {
        let mut document = in_line(on_write);
        document.apply(&Edit::SetNodeParam { id: "c".into(), param: "read_percent".into(), value: json!(0) }).unwrap();
        let mut experiment = begin(&document, 3);
        let latency = to(&mut experiment, 20.2).totals.latency_ms.mean.unwrap();
        inflict(&mut experiment, Fault::Crash { node: "m".into() });
        inflict(&mut experiment, Fault::Restart { node: "m".into() });
        (latency, to(&mut experiment, 21.0).consistency.counts.lost_writes)
    };
    let ((through, kept), (around, too), (back, lost)) = (case("through"), case("around"), case("back"));
    // 0.5 ms each way to the cache, 0.2 ms there, 1 ms each way to the store, 6 ms and 1 ms of flushing there.
    near("write-through", through, 10.2, 0.3);
    near("write-around", around, 10.2, 0.3);
    assert!(back < 6.0, "{back}");
    // At most half a second of writes waits.
    assert_eq!((kept, too), (0, 0));
    assert!(lost > 20 && lost <= 250, "{lost}");
}

#[test]
fn an_in_line_cache_hits_as_che_says_too() {
    let clients = json!({"source": "constant", "rate_per_s": 1000, "read_percent": 100, "keys": 10_000, "zipf_exponent": 1.0});
    for (eviction, expected) in [("lru", 0.6756), ("fifo", 0.6309), ("random", 0.6309)] {
        let cache = json!({"capacity": 1000, "eviction": eviction, "service_time": zero()});
        let document = document(
            &[("c", "clients", clients.clone()), ("m", "inline_cache", cache), ("d", "database", json!({"read_time": zero()}))],
            &[("c", "m", json!({})), ("m", "d", json!({}))],
        );
        near(eviction, hit_ratio(&document, 1, 60.0, 360.0), expected, 0.005);
    }
}

/// A router over some shards, one more of which is not linked yet; clients ask for `keys` keys.
fn sharded(router: Value, shards: usize, clients: Value) -> Document {
    let mut all = json!({"source": "constant", "rate_per_s": 5000, "read_percent": 100});
    all.as_object_mut().unwrap().extend(clients.as_object().unwrap().clone());
    let names: Vec<String> = (0..=shards).map(|i| format!("d{i}")).collect();
    let mut nodes = vec![("c", "clients", all), ("r", "shard_router", router)];
    nodes.extend(names.iter().map(|n| (n.as_str(), "database", json!({"workers": 500, "read_time": zero()}))));
    let mut links = vec![("c", "r", json!({}))];
    links.extend(names[..shards].iter().map(|n| ("r", n.as_str(), json!({}))));
    document(&nodes, &links)
}

/// Share of the keys known that change owner when a fifth shard joins four, live.
fn moved(placement: &str) -> f64 {
    let router = json!({"placement": placement, "virtual_nodes": 1000, "key_space": 2000});
    let mut experiment = begin(&sharded(router, 4, json!({"keys": 2000, "popularity": "uniform"})), 1);
    assert_eq!(to(&mut experiment, 10.0).nodes["r"].more["known_keys"], 2000.0);
    let link = faultline::diagram::Link { id: "new".into(), from: "r".into(), to: "d4".into(), params: Default::default() };
    experiment.apply(&Entry::Edit(Edit::AddLink { link })).unwrap();
    let report = to(&mut experiment, 11.0);
    assert!(placement == "directory" || report.nodes["d4"].handled > 500, "the new shard serves its keys");
    report.nodes["r"].more["moved_share"]
}

#[test]
fn a_fifth_shard_moves_as_many_keys_as_its_placement_says() {
    // Four standard errors of a share of 2,000 keys, and the ring's own unevenness with 1,000 virtual nodes.
    near("ring", moved("consistent_hash"), 0.2, 0.045);
    near("modulo", moved("hash_modulo"), 0.8, 0.036);
    // Of range i, only the part from i/4 to (i+1)/5 stays: half of all.
    near("range", moved("range"), 0.5, 0.001);
    near("directory", moved("directory"), 0.0, 0.0);
}

#[test]
fn popular_neighbours_make_a_hot_range_and_the_hottest_key_is_what_hashing_cannot_split() {
    let share = |router: Value, s: f64, shards: usize| {
        let clients = json!({"keys": 10_000, "zipf_exponent": s});
        run(&sharded(router, shards, clients), 40.0).nodes["r"].more["hottest_share"]
    };
    // The first quarter of 10,000 keys gets H(2500)/H(10000) of requests by Zipf's law.
    near("hot range", share(json!({"placement": "range"}), 1.0, 4), 8.4022 / 9.7876, 0.005);
    // truth.md: Zipf .99, 10 shards: the shard of the hottest key (.0978 of all) has on average .0978 + .9022/10 = .1880.
    let hottest = share(json!({"placement": "hash_modulo"}), 0.99, 10);
    assert!((0.17..0.23).contains(&hottest), "{hottest}");
}

/// A primary with two replicas, 20 ms and 50 ms away, that take 5 ms to apply an entry; a write takes 7 ms by itself.
fn replicated(primary: Value, clients: Value) -> Document {
    let mut database = json!({"workers": 50, "write_time": constant(6.0), "flush_time": 1});
    database.as_object_mut().unwrap().extend(primary.as_object().unwrap().clone());
    let mut all = json!({"source": "constant", "rate_per_s": 10, "keys": 20});
    all.as_object_mut().unwrap().extend(clients.as_object().unwrap().clone());
    let replica = json!({"apply_time": constant(5.0), "read_time": constant(1.0)});
    let way = |ms: f64| json!({"latency": constant(ms)});
    document(
        &[
            ("c", "clients", all),
            ("s", "service", json!({"workers": 500, "service_time": zero()})),
            ("d", "database", database),
            ("near", "replica", replica.clone()),
            ("far", "replica", replica),
        ],
        &[
            ("c", "s", json!({})),
            ("s", "d", json!({"when": "write"})),
            ("s", "near", json!({"when": "read", "pick": "one"})),
            ("s", "far", json!({"when": "read", "pick": "one"})),
            ("d", "near", way(20.0)),
            ("d", "far", way(50.0)),
        ],
    )
}

#[test]
fn a_write_takes_as_long_as_the_replicas_that_it_waits_for() {
    for (replication, confirm, expected) in [
        ("asynchronous", "applied", 7.0),
        ("semi_synchronous", "received", 7.0 + 40.0),
        ("semi_synchronous", "applied", 7.0 + 45.0),
        ("synchronous", "received", 7.0 + 100.0),
        ("synchronous", "applied", 7.0 + 105.0),
    ] {
        let writers = json!({"read_percent": 0});
        let mut experiment = begin(&replicated(json!({"replication": replication, "confirm": confirm}), writers), 1);
        to(&mut experiment, 5.0);
        // The very first writes find replicas that know nothing yet.
        experiment.reset_statistics();
        let report = to(&mut experiment, 65.0);
        near(&format!("{replication}, {confirm}"), report.totals.latency_ms.mean.unwrap(), expected, 1e-6);
    }
}

#[test]
fn who_reads_where_writes_were_waited_for_reads_nothing_old() {
    let stale = |replication: &str, confirm: &str| {
        let clients = json!({"read_percent": 80, "rate_per_s": 300});
        let mut document = replicated(json!({"replication": replication, "confirm": confirm}), clients);
        // Longer than a confirmation takes to travel.
        let lag = Edit::SetNodeParam { id: "far".into(), param: "apply_delay".into(), value: json!(100) };
        document.apply(&lag).unwrap();
        let counts = run(&document, 60.0).consistency.counts;
        assert!(counts.reads > 10_000);
        (counts.stale_reads, counts.read_your_writes_violations)
    };
    assert_eq!(stale("synchronous", "applied"), (0, 0));
    // Received is not yet applied; the other replica is not waited for at all.
    let (received, semi, none) = (stale("synchronous", "received"), stale("semi_synchronous", "applied"), stale("asynchronous", "applied"));
    assert!(received.0 > 0 && semi.0 > received.0 && none.0 > semi.0, "{received:?} {semi:?} {none:?}");
}

#[test]
fn a_replica_that_is_cut_off_stops_writes_unless_another_or_a_timeout_lets_them_go_on() {
    // Writes acknowledged while the link to the far replica is cut for 4 seconds, and in the 2 seconds after.
    let acknowledged = |primary: Value| {
        let mut experiment = begin(&replicated(primary, json!({"read_percent": 0})), 1);
        let before = to(&mut experiment, 5.0).totals.ok;
        inflict(&mut experiment, Fault::Cut { link: "d-far".into() });
        let during = to(&mut experiment, 9.0).totals.ok;
        inflict(&mut experiment, Fault::Mend { link: "d-far".into() });
        let after = to(&mut experiment, 11.0);
        (during - before, after.totals.ok - during, after.nodes["d"].more["fallbacks"])
    };
    let (during, after, _) = acknowledged(json!({"replication": "synchronous"}));
    // Those that wait are answered once the replica has caught up: none is lost.
    assert!(during <= 2 && after >= 58, "{during} then {after}");
    let (during, ..) = acknowledged(json!({"replication": "semi_synchronous"}));
    assert!(during >= 39, "{during}");
    let (during, after, fallbacks) = acknowledged(json!({"replication": "synchronous", "sync_timeout": 1000}));
    assert!((38..=42).contains(&during) && (18..=22).contains(&after) && fallbacks == 1.0, "{during} {after} {fallbacks}");
}

#[test]
fn after_a_fall_back_the_primary_waits_again_once_the_replica_has_caught_up() {
    let primary = json!({"replication": "synchronous", "sync_timeout": 1000});
    let mut experiment = begin(&replicated(primary, json!({"read_percent": 0})), 1);
    to(&mut experiment, 5.0);
    let step = |e: &mut Experiment, until: f64| {
        e.reset_statistics();
        to(e, until).totals.latency_ms
    };
    near("before", step(&mut experiment, 8.0).mean.unwrap(), 112.0, 1e-6);
    inflict(&mut experiment, Fault::Cut { link: "d-far".into() });
    to(&mut experiment, 10.0);
    near("fallen back", step(&mut experiment, 14.0).mean.unwrap(), 7.0, 1e-6);
    inflict(&mut experiment, Fault::Mend { link: "d-far".into() });
    to(&mut experiment, 16.0);
    near("after", step(&mut experiment, 20.0).mean.unwrap(), 112.0, 1e-6);
}

#[test]
fn replicas_that_keep_up_are_waited_for_again_however_far_away_they_are() {
    // 300 writes a second, and a replica that confirms each 105 ms later: there is never a moment when it has all.
    let writers = json!({"read_percent": 0, "rate_per_s": 300});
    let mut experiment = begin(&replicated(json!({"replication": "synchronous", "sync_timeout": 500, "workers": 500}), writers), 1);
    let fast = Edit::SetNodeParam { id: "far".into(), param: "apply_time".into(), value: constant(0.5) };
    experiment.apply(&Entry::Edit(fast)).unwrap();
    let fast = Edit::SetNodeParam { id: "near".into(), param: "apply_time".into(), value: constant(0.5) };
    experiment.apply(&Entry::Edit(fast)).unwrap();
    to(&mut experiment, 5.0);
    inflict(&mut experiment, Fault::Cut { link: "d-far".into() });
    to(&mut experiment, 8.0);
    inflict(&mut experiment, Fault::Mend { link: "d-far".into() });
    to(&mut experiment, 15.0);
    experiment.reset_statistics();
    let report = to(&mut experiment, 20.0);
    near("waits again", report.totals.latency_ms.mean.unwrap(), 7.0 + 100.5, 0.5);
    assert_eq!(report.nodes["d"].more["fallbacks"], 0.0, "and goes on waiting");
}

#[test]
fn replicas_that_lag_more_than_a_write_waits_are_not_waited_for_in_turns() {
    let writers = json!({"read_percent": 0, "rate_per_s": 100});
    let mut experiment = begin(&replicated(json!({"replication": "synchronous", "sync_timeout": 100, "workers": 500}), writers), 1);
    let lag = Edit::SetNodeParam { id: "far".into(), param: "apply_delay".into(), value: json!(50) };
    experiment.apply(&Entry::Edit(lag)).unwrap();
    let report = to(&mut experiment, 20.0);
    assert_eq!(report.nodes["d"].more["fallbacks"], 1.0);
}

#[test]
fn a_limit_to_waiting_costs_a_timer_and_no_more() {
    let events = |limit_ms: u32| {
        let primary = json!({"replication": "synchronous", "sync_timeout": limit_ms});
        run(&replicated(primary, json!({"read_percent": 0, "rate_per_s": 5})), 120.0).events
    };
    let (without, with) = (events(0), events(1000));
    assert!(with < without + without / 20, "{without} events, and {with}");
}

const SERVERS: [&str; 4] = ["s0", "s1", "s2", "s3"];

/// Four servers behind a balancer, 200 users, and a store for sessions that is used if the servers share them.
fn with_sessions(keeping: &str, algorithm: &str) -> Document {
    let clients = json!({"source": "constant", "rate_per_s": 400, "users": 200, "read_percent": 100});
    let balancer = json!({"algorithm": algorithm, "hash_on": "user", "check_interval": 100, "unhealthy_after": 1, "forward_time": 0});
    let server = json!({"workers": 500, "service_time": constant(2.0), "sessions": keeping, "login_time": constant(40.0)});
    let mut nodes = vec![("c", "clients", clients), ("b", "load_balancer", balancer), ("d", "database", json!({"workers": 500}))];
    nodes.extend(SERVERS.map(|s| (s, "service", server.clone())));
    let mut links = vec![("c", "b", json!({}))];
    links.extend(SERVERS.map(|s| ("b", s, json!({}))));
    if keeping == "shared" {
        links.extend(SERVERS.map(|s| (s, "d", json!({"when": "session"}))));
    }
    document(&nodes, &links)
}

fn sum(report: &Report, gauge: &str) -> f64 {
    SERVERS.iter().map(|s| report.nodes[*s].more[gauge]).sum()
}

#[test]
fn a_crash_loses_all_sessions_in_that_servers_memory_and_none_in_a_shared_store() {
    let mut experiment = begin(&with_sessions("memory", "consistent_hash"), 1);
    let before = to(&mut experiment, 20.0);
    assert_eq!((sum(&before, "sessions"), sum(&before, "logins"), sum(&before, "relogins")), (200.0, 200.0, 0.0));
    let there = before.nodes["s1"].more["sessions"];
    inflict(&mut experiment, Fault::Crash { node: "s1".into() });
    assert_eq!(to(&mut experiment, 20.0).nodes["s1"].more["sessions_lost"], there);
    let after = to(&mut experiment, 40.0);
    // On a ring only the users of the dead server go elsewhere, and all of them log in again.
    assert_eq!((sum(&after, "sessions_lost"), sum(&after, "relogins"), sum(&after, "sessions")), (there, there, 200.0));

    let mut experiment = begin(&with_sessions("shared", "round_robin"), 1);
    to(&mut experiment, 20.0);
    inflict(&mut experiment, Fault::Crash { node: "s1".into() });
    let after = to(&mut experiment, 40.0);
    assert_eq!((sum(&after, "sessions_lost"), sum(&after, "relogins")), (0.0, 0.0));
    assert_eq!(sum(&after, "logins"), 200.0);
    assert_eq!(after.nodes["d"].more["keys"], 200.0);
}

#[test]
fn hashing_users_by_the_highest_weight_sends_only_those_of_a_lost_server_elsewhere() {
    let mut experiment = begin(&with_sessions("memory", "ip_hash"), 1);
    let there = to(&mut experiment, 20.0).nodes["s1"].more["sessions"];
    // A quarter of them; four standard errors of 200 users.
    near("users of a server", there / 200.0, 0.25, 0.125);
    inflict(&mut experiment, Fault::Crash { node: "s1".into() });
    assert_eq!(sum(&to(&mut experiment, 40.0), "relogins"), there);
}

#[test]
fn sessions_in_memory_without_stickiness_make_three_of_four_requests_log_in() {
    // With four servers in random order, the last request of a user was elsewhere with probability 3/4.
    let mut experiment = begin(&with_sessions("memory", "random"), 1);
    let before = to(&mut experiment, 20.0);
    let after = to(&mut experiment, 60.0);
    let logins = sum(&after, "relogins") - sum(&before, "relogins");
    near("share of requests that log in", logins / (400.0 * 40.0), 0.75, 0.02);
    // A look-up in a shared store costs less: 2 ms of work and one read, against 2 ms and three quarters of 40 ms.
    let mut experiment = begin(&with_sessions("shared", "random"), 1);
    to(&mut experiment, 20.0);
    experiment.reset_statistics();
    near("latency", to(&mut experiment, 60.0).totals.latency_ms.mean.unwrap(), 6.0, 0.2);
}

#[test]
fn users_of_other_clients_are_others() {
    let mut document = with_sessions("memory", "consistent_hash");
    document.nodes.push(faultline::diagram::Node { id: "c2".into(), ..document.nodes[0].clone() });
    document.links.push(faultline::diagram::Link { id: "c2-b".into(), from: "c2".into(), ..document.links[0].clone() });
    let report = run(&document, 20.0);
    assert_eq!((sum(&report, "logins"), sum(&report, "relogins"), sum(&report, "sessions")), (400.0, 0.0, 400.0));
    let mut shared = with_sessions("shared", "round_robin");
    shared.nodes.push(faultline::diagram::Node { id: "c2".into(), ..shared.nodes[0].clone() });
    shared.links.push(faultline::diagram::Link { id: "c2-b".into(), from: "c2".into(), ..shared.links[0].clone() });
    let report = run(&shared, 20.0);
    assert_eq!((sum(&report, "logins"), sum(&report, "relogins"), report.nodes["d"].more["keys"]), (400.0, 0.0, 400.0));
}

#[test]
fn who_is_logged_in_at_one_tier_is_logged_in_there_and_nowhere_else() {
    let clients = json!({"source": "constant", "rate_per_s": 400, "users": 200, "read_percent": 100});
    let server = json!({"workers": 500, "service_time": constant(2.0), "sessions": "memory", "login_time": constant(4.0)});
    let nodes =
        [("c", "clients", clients), ("s0", "service", server.clone()), ("s1", "service", server.clone()), ("s2", "service", server)];
    // The front calls two others, each a site of its own.
    let report = run(&document(&nodes, &[("c", "s0", json!({})), ("s0", "s1", json!({})), ("s0", "s2", json!({}))]), 20.0);
    for server in ["s0", "s1", "s2"] {
        let more = &report.nodes[server].more;
        assert_eq!((more["logins"], more["relogins"], more["sessions"]), (200.0, 0.0, 200.0), "{server}");
    }
    // Called in turn they are one site: half of the requests find no session.
    let one = json!({"pick": "one"});
    let report = run(&document(&nodes, &[("c", "s0", json!({})), ("s0", "s1", one.clone()), ("s0", "s2", one)]), 60.0);
    let relogins = report.nodes["s1"].more["relogins"] + report.nodes["s2"].more["relogins"];
    near("logged in again", relogins / (400.0 * 60.0), 0.5, 0.02);
}

#[test]
fn logging_in_after_a_look_up_is_work_too() {
    // Every request is of another user: 2 ms of work, a look-up, and 40 ms to log in.
    let share = |discipline: &str, slow: f64| {
        let clients = json!({"source": "constant", "rate_per_s": 10, "users": 100_000, "read_percent": 100});
        let server = json!({"workers": 1, "discipline": discipline, "service_time": constant(2.0), "sessions": "shared", "login_time": constant(40.0)});
        let store = json!({"workers": 50, "read_time": zero(), "write_time": zero(), "flush_time": 0});
        let mut experiment = begin(
            &document(
                &[("c", "clients", clients), ("s", "service", server), ("d", "database", store)],
                &[("c", "s", json!({})), ("s", "d", json!({"when": "session"}))],
            ),
            1,
        );
        inflict(&mut experiment, Fault::Slow { node: "s".into(), factor: slow });
        let report = to(&mut experiment, 60.0);
        (report.nodes["s"].utilisation, report.nodes["s"].more["logins"])
    };
    for discipline in ["fifo", "sharing", "preemptive", "lifo"] {
        let (usual, logins) = share(discipline, 1.0);
        near(discipline, usual, 10.0 * 0.042, 0.005);
        assert!(logins > 580.0);
        near("slow", share(discipline, 2.0).0, 10.0 * 0.084, 0.01);
    }
}

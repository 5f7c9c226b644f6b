//! One node that stands for several: as many as drawn one by one, whoever calls them, whatever happens to them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::diagram::{Document, Edit, Entry, Fault, Link, Node};
use faultline::engine::SimTime;
use faultline::files::{check_fault, validate};
use faultline::lab::frame::Health;
use faultline::lab::Experiment;
use serde_json::{json, Value};

fn node(id: &str, kind: &str, params: Value) -> Node {
    let params = params.as_object().unwrap().clone().into_iter().collect();
    Node { id: id.into(), kind: kind.into(), name: id.to_uppercase(), x: 0.0, y: 0.0, params, group: None }
}

fn link(from: &str, to: &str, params: Value) -> Link {
    let params = params.as_object().unwrap().clone().into_iter().collect();
    Link { id: format!("{from}-{to}"), from: from.into(), to: to.into(), params }
}

fn document(nodes: Vec<Node>, links: Vec<Link>) -> Document {
    let document = Document { nodes, links, ..Document::default() };
    validate(&document).unwrap();
    document
}

fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

/// Clients at even intervals.
fn clients(rate: f64) -> Node {
    node("c", "clients", json!({"source": "constant", "rate_per_s": rate, "read_percent": 100, "keys": 1000}))
}

fn server(instances: u32) -> Value {
    json!({"workers": 4, "service_time": constant(5.0), "instances": instances})
}

/// Clients, a balancer and a service of so many instances.
fn balanced(rate: f64, instances: u32, balancer: Value) -> Document {
    let nodes = vec![clients(rate), node("b", "load_balancer", balancer), node("s", "service", server(instances))];
    document(nodes, vec![link("c", "b", json!({})), link("b", "s", json!({}))])
}

/// Clients that call a service of so many instances by its name.
fn called(rate: f64, instances: u32) -> Document {
    document(vec![clients(rate), node("s", "service", server(instances))], vec![link("c", "s", json!({}))])
}

fn to(experiment: &mut Experiment, seconds: f64) {
    experiment.advance(SimTime::from_secs_f64(seconds), u64::MAX);
    experiment.check_books().unwrap();
}

fn run(document: &Document, seconds: f64) -> Experiment {
    let mut experiment = Experiment::new(document);
    to(&mut experiment, seconds);
    experiment
}

fn inflict(experiment: &mut Experiment, fault: Fault) {
    experiment.apply(&Entry::Fault(fault)).unwrap();
    experiment.check_books().unwrap();
}

fn scale(experiment: &mut Experiment, id: &str, instances: u32) {
    let edit = Edit::SetNodeParam { id: id.into(), param: "instances".into(), value: json!(instances) };
    experiment.apply(&Entry::Edit(edit)).unwrap();
    experiment.check_books().unwrap();
}

fn handled(experiment: &Experiment, id: &str) -> Vec<u64> {
    experiment.report().nodes[id].members.values().map(|m| m.handled).collect()
}

#[test]
fn in_turn_over_three_instances_is_in_turn_over_three_that_were_drawn() {
    let one = run(&balanced(400.0, 3, json!({})), 20.0).report();
    let mut nodes = vec![clients(400.0), node("b", "load_balancer", json!({}))];
    nodes.extend(["s1", "s2", "s3"].map(|s| node(s, "service", server(1))));
    let mut links = vec![link("c", "b", json!({}))];
    links.extend(["s1", "s2", "s3"].map(|s| link("b", s, json!({}))));
    let three = run(&document(nodes, links), 20.0).report();
    let drawn: Vec<u64> = ["s1", "s2", "s3"].iter().map(|s| three.nodes[*s].handled).collect();
    let members: Vec<u64> = one.nodes["s"].members.values().map(|m| m.handled).collect();
    assert_eq!((members, one.nodes["s"].handled), (drawn.clone(), drawn.iter().sum()));
    assert_eq!(one.totals.ok, three.totals.ok);
    assert_eq!(one.links["b-s"].started, ["s1", "s2", "s3"].iter().map(|s| three.links[&format!("b-{s}")].started).sum::<u64>());
    let (a, b) = (one.totals.latency_ms.mean.unwrap(), three.totals.latency_ms.mean.unwrap());
    assert!((a - b).abs() < 0.1, "{a} {b}");
    assert!((one.nodes["s"].utilisation - three.nodes["s1"].utilisation).abs() < 0.01);
    let per_hour: f64 = ["s1", "s2", "s3"].iter().map(|s| three.nodes[*s].cost_per_hour).sum();
    assert!((one.nodes["s"].cost_per_hour - per_hour).abs() < 1e-9);
}

/// The draws of the first instance and of its links are those that the node alone had.
#[test]
fn a_node_of_one_instance_runs_as_one_that_says_nothing_of_instances() {
    let mut silent = balanced(300.0, 1, json!({"algorithm": "random"}));
    let said = run(&silent, 10.0).trace_hash();
    silent.nodes[2].params.shift_remove("instances");
    assert_eq!(run(&silent, 10.0).trace_hash(), said);
}

#[test]
fn whoever_calls_by_name_makes_one_call_to_an_instance_at_random() {
    let experiment = run(&called(600.0, 3), 20.0);
    let report = experiment.report();
    assert_eq!((report.links["c-s"].started, report.links["c-s"].open), (report.totals.sent, report.totals.in_flight));
    // 4,000 each, with a standard deviation of 52.
    assert!(handled(&experiment, "s").iter().all(|n| (3_800..4_200).contains(n)), "{:?}", handled(&experiment, "s"));
    let story = experiment.recent().into_iter().find(|s| s.spans.iter().any(|s| s.node == "s")).unwrap();
    let spans: Vec<_> = story.spans.iter().filter(|s| s.node == "s").collect();
    assert!(spans.iter().all(|s| s.member == spans[0].member && s.member.is_some()));
    assert!(story.spans.iter().any(|s| s.why == "one of 3 instances, at random"), "{:?}", story.spans);
}

/// A link counts once in the rules, however many instances it leads to.
#[test]
fn a_link_to_several_instances_is_one_of_the_links_that_are_needed() {
    let nodes = vec![clients(100.0), node("a", "service", server(1)), node("s", "service", server(5)), node("t", "service", server(1))];
    let some = json!({"wait_for": "some", "need": 2});
    let links = vec![link("c", "a", json!({})), link("a", "s", some.clone()), link("a", "t", some)];
    let mut experiment = run(&document(nodes, links), 5.0);
    assert_eq!((experiment.report().links["a-s"].started, experiment.report().links["a-t"].started), (499, 499));
    let failed = experiment.totals().failed.values().sum::<u64>();
    assert_eq!(failed, 0);
    inflict(&mut experiment, Fault::Crash { node: "t".into() });
    to(&mut experiment, 10.0);
    assert!(experiment.totals().failed.values().sum::<u64>() > 490);
}

/// Between links of which one is taken, one to many instances weighs as much as any.
#[test]
fn alternatives_are_links_and_not_instances() {
    let nodes = vec![clients(1000.0), node("s", "service", server(9)), node("t", "service", server(1))];
    let one = json!({"pick": "one"});
    let experiment = run(&document(nodes, vec![link("c", "s", one.clone()), link("c", "t", one)]), 10.0);
    let started = experiment.report().links["c-s"].started;
    assert!((4_800..5_200).contains(&started), "{started}");
}

#[test]
fn an_instance_that_crashed_is_taken_out_of_rotation_alone() {
    let checks = json!({"check_interval": 100, "unhealthy_after": 2, "healthy_after": 1});
    let mut experiment = run(&balanced(300.0, 3, checks), 1.0);
    inflict(&mut experiment, Fault::Crash { node: "s#2".into() });
    to(&mut experiment, 3.0);
    let events = experiment.take_events();
    let out = events.iter().find(|e| e.what == "out of rotation").unwrap();
    assert_eq!((out.node.as_deref(), out.member), (Some("s"), Some(2)));
    let frame = experiment.frame(0);
    let card = frame.nodes.iter().find(|n| n.id == "s").unwrap();
    assert_eq!(card.health, Health::Up);
    let verdicts: Vec<_> = card.members.iter().map(|m| (m.verdict, m.health == Health::Up)).collect();
    assert_eq!(verdicts, [(None, true), (Some("out of rotation"), false), (None, true)]);
    assert!(frame.nodes.iter().all(|n| n.verdicts.is_empty()), "one of three is out");
    let failed = experiment.totals().failed.clone();
    let before = handled(&experiment, "s");
    to(&mut experiment, 5.0);
    let after = handled(&experiment, "s");
    assert_eq!(experiment.totals().failed, failed, "nothing fails once it is out");
    assert_eq!((after[1], after[0] - before[0]), (before[1], 300));
    inflict(&mut experiment, Fault::Restart { node: "s".into() });
    to(&mut experiment, 6.0);
    assert!(handled(&experiment, "s")[1] > before[1]);
    inflict(&mut experiment, Fault::Crash { node: "s".into() });
    to(&mut experiment, 7.0);
    let frame = experiment.frame(0);
    assert!(matches!(frame.nodes.iter().find(|n| n.id == "s").unwrap().health, Health::Down(..)));
    assert_eq!(frame.nodes.iter().find(|n| n.id == "b").unwrap().verdicts, [("s".to_string(), "out of rotation")]);
}

#[test]
fn instances_come_and_go_while_it_runs_and_the_books_hold() {
    for document in [balanced(1_000.0, 1, json!({})), called(1_000.0, 1)] {
        let mut experiment = Experiment::new(&document);
        // Four workers of 5 ms are 800/s: too few.
        to(&mut experiment, 5.0);
        assert!(experiment.report().nodes["s"].utilisation > 0.95);
        scale(&mut experiment, "s", 5);
        to(&mut experiment, 6.0);
        let before = experiment.totals().ok;
        to(&mut experiment, 10.0);
        let five = experiment.totals().ok - before;
        assert!((3_990..=4_010).contains(&five), "{five}");
        assert_eq!(handled(&experiment, "s").len(), 5);
        scale(&mut experiment, "s", 2);
        let lost = experiment.totals().failed.get("reset").copied().unwrap_or_default();
        to(&mut experiment, 20.0);
        let report = experiment.report();
        assert_eq!(report.nodes["s"].members.len(), 2);
        assert!(report.nodes["s"].handled > report.nodes["s"].members.values().map(|m| m.handled).sum(), "those of the retired count");
        assert!(report.totals.failed["reset"] - lost <= 20, "what three worked on is lost: {:?}", report.totals.failed);
        let last = experiment.node_series("s").into_iter().next_back().unwrap();
        assert!((last.instances - 2.0).abs() < 1e-9 && (last.utilisation - 0.625).abs() < 0.05, "{last:?}");
        scale(&mut experiment, "s", 1);
        to(&mut experiment, 21.0);
        assert!(experiment.report().nodes["s"].members.is_empty());
    }
}

/// Scaled by the journal, and from a snapshot, it is the same run.
#[test]
fn a_run_that_was_scaled_is_resumed_and_replayed_as_it_was() {
    let mut document = balanced(800.0, 2, json!({"algorithm": "least_connections"}));
    let at = |s: f64| SimTime::from_secs_f64(s);
    let set = |n: u32| Entry::Edit(Edit::SetNodeParam { id: "s".into(), param: "instances".into(), value: json!(n) });
    document.journal = vec![
        (at(1.0), set(6)),
        (at(2.0), Entry::Fault(Fault::Crash { node: "s#5".into() })),
        (at(3.0), set(3)),
        (at(4.0), set(6)),
        (at(5.0), Entry::Fault(Fault::Slow { node: "s#6".into(), factor: 4.0 })),
    ];
    validate(&document).unwrap();
    let mut whole = Experiment::new(&document);
    to(&mut whole, 3.5);
    let snapshot = whole.snapshot(None);
    to(&mut whole, 8.0);
    let mut again = snapshot.resume(&document.journal);
    to(&mut again, 8.0);
    assert_eq!((again.trace_hash(), again.report().nodes), (whole.trace_hash(), whole.report().nodes.clone()));
    assert_eq!(run(&document, 8.0).trace_hash(), whole.trace_hash());
}

#[test]
fn each_balancer_of_several_has_a_rotation_of_its_own_and_each_worker_its_deliveries() {
    let nodes = vec![clients(400.0), node("b", "load_balancer", json!({"instances": 2})), node("s", "service", server(3))];
    let experiment = run(&document(nodes, vec![link("c", "b", json!({})), link("b", "s", json!({}))]), 10.0);
    let (b, s) = (handled(&experiment, "b"), handled(&experiment, "s"));
    let ok = experiment.totals().ok;
    assert!(ok > 3_990 && b.len() == 2 && b.iter().sum::<u64>() - ok <= 1 && s.iter().sum::<u64>() - ok <= 2, "{ok} {b:?} {s:?}");
    // In turn at each: none of the three has one more than another of each balancer.
    assert!(s.iter().max().unwrap() - s.iter().min().unwrap() <= 2, "{s:?}");
    let work = json!({"workers": 1, "service_time": constant(20.0), "instances": 4});
    let nodes = vec![clients(150.0), node("q", "queue", json!({})), node("w", "worker", work)];
    let mut experiment = run(&document(nodes, vec![link("c", "q", json!({"when": "any"})), link("q", "w", json!({}))]), 10.0);
    let report = experiment.report();
    assert!(report.nodes["w"].members.values().all(|w| w.more["done"] > 300.0), "{:?}", report.nodes["w"]);
    // One of four goes: what it had is delivered again, and 150/s are as much as three can do.
    scale(&mut experiment, "w", 3);
    to(&mut experiment, 20.0);
    assert!(experiment.report().nodes["w"].more["done"] > 2_900.0);
}

#[test]
fn each_replica_of_several_gets_the_log_of_its_primary() {
    let writers = node("c", "clients", json!({"source": "constant", "rate_per_s": 100, "read_percent": 50, "keys": 100}));
    let nodes = vec![writers, node("d", "database", json!({})), node("r", "replica", json!({"instances": 3}))];
    let (write, read) = (json!({"when": "write"}), json!({"when": "read"}));
    let mut experiment = run(&document(nodes, vec![link("c", "d", write), link("c", "r", read), link("d", "r", json!({}))]), 10.0);
    let members = experiment.report().nodes["r"].members.clone();
    assert!(members.len() == 3 && members.values().all(|r| r.more["applied"] > 450.0), "{members:?}");
    // A fourth catches up.
    scale(&mut experiment, "r", 4);
    to(&mut experiment, 20.0);
    let members = experiment.report().nodes["r"].members.clone();
    assert!(members.len() == 4 && members.values().all(|r| r.more["applied"] > 900.0), "{members:?}");
}

#[test]
fn faults_name_instances_that_there_are() {
    let document = called(10.0, 3);
    let judged = |name: &str| check_fault(&document, &Fault::Crash { node: name.into() }).map_err(|p| p.message);
    assert!(judged("s").is_ok() && judged("s#1").is_ok() && judged("s#3").is_ok() && judged("c#1").is_ok());
    for wrong in ["s#4", "s#0", "s#x", "s#", "c#2", "x#1", "s#-1"] {
        assert!(judged(wrong).is_err(), "{wrong}");
    }
    let mut experiment = Experiment::new(&document);
    assert!(experiment.apply(&Entry::Fault(Fault::Crash { node: "s#4".into() })).is_err());
}

/// Arrivals at random to instances at random: each is M/M/4 of its own.
#[test]
fn theory_takes_each_instance_for_a_queue_of_its_own() {
    use faultline::lab::theory;
    use faultline::lab::trials::Metric;
    let mut document = called(1.0, 3);
    let exponential = json!({"law": "exponential", "mean_ms": 10.0});
    document.nodes[0] = node("c", "clients", json!({"rate_per_s": 960.0}));
    document.nodes[1] = node("s", "service", json!({"workers": 4, "service_time": exponential, "instances": 3, "queue_limit": 10_000}));
    let theory = theory::of(&document, "s").unwrap();
    assert_eq!(theory.name, "3 × M/M/4");
    let mut experiment = Experiment::new(&document).without_stories();
    to(&mut experiment, 20.0);
    experiment.reset_statistics();
    to(&mut experiment, 320.0);
    let report = experiment.report();
    let near = |metric: Metric, measured: f64, within: f64| {
        let expected = theory.figure(metric).unwrap();
        assert!((measured / expected - 1.0).abs() < within, "{metric:?}: {measured} instead of {expected}");
    };
    near(Metric::Utilisation, report.nodes["s"].utilisation, 0.01);
    near(Metric::Waiting, report.nodes["s"].queue_mean, 0.05);
    near(Metric::LatencyMean, report.totals.latency_ms.mean.unwrap(), 0.02);
}

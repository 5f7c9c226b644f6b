//! The command-line tool as a teacher's script sees it: standard output, standard error and exit status.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

struct Said {
    status: i32,
    out: String,
    err: String,
}

fn faultline(args: &[&str]) -> Said {
    with_input(args, "")
}

fn with_input(args: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_faultline"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A tool that does not read its input may end before it is written.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// What was done: exit 0, a result, and not a word besides.
#[track_caller]
fn done(args: &[&str]) -> String {
    let said = faultline(args);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{args:?}");
    said.out
}

#[track_caller]
fn done_json(args: &[&str]) -> Json {
    serde_json::from_str(&done(args)).unwrap()
}

/// Bad input: exit 2, no result, one line that says where and what.
#[track_caller]
fn refused(args: &[&str], parts: &[&str]) {
    let said = faultline(args);
    assert_eq!((said.status, said.out.as_str()), (2, ""), "{args:?}: {}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{args:?}: {}", said.err);
    assert!(said.err.starts_with("faultline: "), "{}", said.err);
    for part in parts {
        assert!(said.err.contains(part), "{args:?} should say {part}: {}", said.err);
    }
}

/// A file in the tests' own folder, gone when the test ends.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        TempFile(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const SMALL: &str = r#"{"format": "faultline", "version": 1, "title": "Small", "seed": 5,
  "nodes": [
    {"id": "users", "kind": "clients", "name": "Users", "x": 0, "y": 0},
    {"id": "api", "kind": "service", "name": "API", "x": 240, "y": 0},
    {"id": "db", "kind": "database", "name": "Database", "x": 480, "y": 0}
  ],
  "links": [{"id": "users-api", "from": "users", "to": "api"}, {"id": "l2", "from": "api", "to": "db"}]}"#;

#[test]
fn run_prints_the_report_of_the_design() {
    let report = done_json(&["run", "shop", "--for", "5s", "--json"]);
    for field in ["seed", "simulated_s", "events", "wall_s", "trace_hash", "totals", "clients", "nodes", "links", "consistency"] {
        assert!(report.get(field).is_some(), "{field} is missing");
    }
    for totals in [&report["totals"], &report["clients"]["shoppers"]] {
        for field in ["sent", "ok", "failed", "in_flight", "throughput_per_s"] {
            assert!(totals.get(field).is_some(), "{field} is missing");
        }
        for field in ["mean", "p50", "p90", "p95", "p99", "p999", "max"] {
            assert!(totals["latency_ms"][field].as_f64().unwrap() > 0.0, "{field}");
        }
    }
    for (id, node) in report["nodes"].as_object().unwrap() {
        for field in ["kind", "utilisation", "queue_mean", "queue_max", "present_mean", "handled", "refused", "lost", "failed"] {
            assert!(node.get(field).is_some(), "{id}: {field} is missing");
        }
    }
    for field in ["hits", "misses", "hit_ratio", "evictions"] {
        assert!(report["nodes"]["cache"].get(field).is_some(), "{field} is missing");
    }
    assert!(report["nodes"]["replica-a"].get("lag_ms").is_some());
    for field in
        ["reads", "stale_reads", "read_your_writes_violations", "monotonic_read_violations", "lost_writes", "conflicts", "linearizable"]
    {
        assert!(report["consistency"].get(field).is_some(), "{field} is missing");
    }
    assert_eq!(report["simulated_s"], 5.0);
    let (sent, ok, in_flight) = (&report["totals"]["sent"], &report["totals"]["ok"], &report["totals"]["in_flight"]);
    let failed: u64 = report["totals"]["failed"].as_object().unwrap().values().filter_map(Json::as_u64).sum();
    assert_eq!(sent.as_u64().unwrap(), ok.as_u64().unwrap() + in_flight.as_u64().unwrap() + failed);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_seed_another() {
    let hash = |args: &[&str]| done_json(&[&["run", "shop", "--for", "3s", "--json"], args].concat())["trace_hash"].clone();
    assert_eq!(hash(&[]), hash(&[]));
    assert_eq!(hash(&[]), hash(&["--seed", "1"]));
    assert_ne!(hash(&[]), hash(&["--seed", "18446744073709551615"]));
    assert_ne!(hash(&[]), hash(&["--set", "orders-1.workers=1"]));
    assert_ne!(hash(&[]), hash(&["--fault", "t=1s crash orders-1 for 1s"]));
}

#[test]
fn a_file_runs_as_its_scenario_does_and_a_saved_moment_is_where_it_ends() {
    let file = TempFile::new("shop.json", include_str!("../assets/scenarios/shop.json"));
    let by_file = done_json(&["run", file.path(), "--for", "2s", "--json"]);
    assert_eq!(by_file["trace_hash"], done_json(&["run", "shop", "--for", "2s", "--json"])["trace_hash"]);
    let mut doc = faultline::files::read(SMALL).unwrap();
    doc.moment = faultline::engine::SimTime(1_234_567_891);
    let file = TempFile::new("moment.json", faultline::files::write(&doc));
    let report = done_json(&["run", file.path(), "--json"]);
    assert_eq!(report["simulated_s"], 1.234567891);
    let mut experiment = faultline::lab::Experiment::new(&doc);
    experiment.advance(doc.moment, u64::MAX);
    assert_eq!(report["trace_hash"], format!("{:016x}", experiment.trace_hash()));
}

#[test]
fn standard_input_is_read() {
    let said = with_input(&["run", "-", "--for", "1s", "--json"], SMALL);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    assert_eq!(serde_json::from_str::<Json>(&said.out).unwrap()["seed"], 5);
}

#[test]
fn the_time_that_is_named_is_measured_and_the_warm_up_comes_before_it() {
    let whole = done_json(&["run", "single-server", "--for", "15s", "--json"]);
    let part = done_json(&["run", "single-server", "--for", "10s", "--warmup", "5s", "--json"]);
    assert_eq!(whole["trace_hash"], part["trace_hash"], "the run is the same");
    assert_eq!((&part["simulated_s"], &part["measured_s"]), (&Json::from(15.0), &Json::from(10.0)));
    // The same figure as of a repeat, which has the same words for it.
    let args = ["repeat", "single-server", "--seeds", "1", "--for", "10s", "--warmup", "5s", "--measure", "throughput,latency_all_p99"];
    let repeat = done_json(&[&args[..], &["--json"]].concat());
    let measures = &repeat["points"][0]["measures"];
    assert_eq!(measures["throughput"]["mean"], part["totals"]["throughput_per_s"]);
    assert_eq!(measures["latency_all_p99"]["mean"], part["totals"]["latency_all_ms"]["p99"]);
    // Calls and figures of the nodes are of that time too.
    let (started, sent) = (part["links"]["users-server"]["started"].as_f64().unwrap(), part["totals"]["sent"].as_f64().unwrap());
    assert_eq!(started, sent);
    assert!(sent * 1.3 < whole["totals"]["sent"].as_f64().unwrap());
    let text = done(&["run", "single-server", "--for", "10s", "--warmup", "5s"]);
    assert!(text.contains("10 s measured after 5 s of warm-up"), "{text}");
}

#[test]
fn the_series_come_when_they_are_asked_for() {
    let plain = done(&["run", "shop", "--for", "5s", "--json"]);
    let full: Json = done_json(&["run", "shop", "--for", "5s", "--json", "--series"]);
    let report: Json = serde_json::from_str(&plain).unwrap();
    assert!(report.get("series").is_none() && report["totals"].get("latency_histogram").is_none());
    assert!(full["series"].as_array().unwrap().len() >= 50 && !full["nodes"]["cache"]["series"].as_array().unwrap().is_empty());
    assert_eq!(full["totals"]["ok"], report["totals"]["ok"]);
    assert!(plain.lines().count() < 700, "{} lines", plain.lines().count());
    refused(&["run", "shop", "--series"], &["--json"]);
}

#[test]
fn a_repeat_prints_the_measures_that_are_asked_for() {
    let args = ["repeat", "single-server", "--seeds", "3", "--for", "5s", "--measure", "latency_p99", "--measure", "availability"];
    let table = done(&args);
    assert_eq!(
        table.lines().next().unwrap(),
        "seeds,latency_p99 (ms),latency_p99_low,latency_p99_high,latency_p99_theory,\
         availability (share),availability_low,availability_high,availability_theory"
    );
    let json = done_json(&[&args[..], &["--json"]].concat());
    assert_eq!((&json["seeds"], &json["measured_s"], &json["warmup_s"]), (&Json::from(3), &Json::from(5.0), &Json::from(1.0)));
    let point = &json["points"][0];
    assert_eq!(point["measures"].as_object().unwrap().keys().collect::<Vec<_>>(), ["latency_p99", "availability"]);
    let p99 = &point["measures"]["latency_p99"];
    assert_eq!(p99["unit"], "ms");
    let samples: Vec<(u64, f64)> =
        p99["samples"].as_array().unwrap().iter().map(|s| (s["seed"].as_u64().unwrap(), s["value"].as_f64().unwrap())).collect();
    assert_eq!(samples.iter().map(|s| s.0).collect::<Vec<_>>(), [1, 2, 3]);
    let mean = samples.iter().map(|s| s.1).sum::<f64>() / 3.0;
    assert!((p99["mean"].as_f64().unwrap() - mean).abs() < 1e-9 && p99["low"].as_f64() < p99["high"].as_f64());
    // The CSV is the same table.
    let cell = table.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse::<f64>().unwrap();
    assert!((cell - mean).abs() < 1e-9);
    let args = [
        "sweep",
        "single-server",
        "--vary",
        "users.rate_per_s=20..80/2",
        "--seeds",
        "2",
        "--for",
        "5s",
        "--measure",
        "throughput",
        "--json",
    ];
    let swept = done_json(&args);
    assert_eq!(swept["varied"], serde_json::json!({"parameter": "users.rate_per_s", "unit": "requests/s"}));
    assert_eq!(swept["points"].as_array().unwrap().iter().map(|p| p["value"].as_f64().unwrap()).collect::<Vec<_>>(), [20.0, 80.0]);
    refused(&["repeat", "single-server", "--measure", "speed"], &["--measure", "speed is not a measure", "latency_p99"]);
    refused(&["repeat", "single-server", "--measure", "hit_ratio"], &["hit_ratio cannot be measured here", "utilisation"]);
}

#[test]
fn what_is_not_known_is_a_dash_and_failures_have_their_latency() {
    let text = done(&["run", "single-server", "--for", "5s", "--fault", "t=0s crash server"]);
    assert!(text.contains("latency ms: mean –, p50 –") && text.contains("of those that failed: mean "), "{text}");
    assert!(!done(&["run", "single-server", "--for", "5s"]).contains("of those that failed"));
    let report = done_json(&["run", "single-server", "--for", "5s", "--json", "--fault", "t=0s crash server"]);
    assert_eq!(report["totals"]["latency_ms"]["p99"], Json::Null);
}

#[test]
fn a_distribution_may_be_given_by_its_mean() {
    let mean = |law: &str| {
        let report = done_json(&[
            "run",
            "single-server",
            "--for",
            "200s",
            "--json",
            "--set",
            "users.rate_per_s=1",
            "--set",
            &format!("server.service_time={law}"),
        ]);
        report["totals"]["latency_ms"]["mean"].as_f64().unwrap()
    };
    let constant = mean(r#"{"law":"constant","value_ms":10}"#);
    for law in [r#"{"law":"log_normal","mean_ms":10,"sigma":0.5}"#, r#"{"law":"pareto","mean_ms":10,"alpha":3}"#] {
        assert!((mean(law) - constant).abs() < 2.0, "{law}: {} {constant}", mean(law));
    }
    let both = r#"server.service_time={"law":"log_normal","mean_ms":10,"median_ms":9,"sigma":1}"#;
    refused(&["run", "single-server", "--set", both], &["`median_ms` and `mean_ms` are both given"]);
    refused(
        &["run", "single-server", "--set", r#"server.service_time={"law":"zeta"}"#],
        &["unknown law `zeta`; known are constant, uniform"],
    );
}

#[test]
fn settings_reach_nodes_and_links() {
    let totals = |args: &[&str]| {
        let file = TempFile::new(&format!("set{}.json", args.len()), SMALL);
        done_json(&[&["run", file.path(), "--for", "2s", "--json"], args].concat())["totals"].clone()
    };
    let sent = |t: &Json| t["sent"].as_u64().unwrap();
    let (plain, fast) = (totals(&[]), totals(&["--set", "users.rate_per_s=500"]));
    assert!(sent(&fast) > 2 * sent(&plain), "{fast} {plain}");
    let slow = totals(&["--set", "link:users-api.timeout=1ms", "--set", r#"api.service_time={"law":"constant","value_ms":50}"#]);
    assert_eq!(slow["ok"], 0, "{slow}");
    assert!(slow["failed"]["timeout"].as_u64().unwrap() > 0);
    totals(&["--set", "api.discipline=lifo", "--set", "api.workers=null"]);
}

#[test]
fn faults_come_and_go() {
    let failed = |fault: &str| {
        let report = done_json(&["run", "single-server", "--for", "10s", "--json", "--fault", fault]);
        report["totals"]["failed"].as_object().unwrap().values().filter_map(Json::as_u64).sum::<u64>()
    };
    let (short, long) = (failed("t=2s crash server for 1s"), failed("t=2s crash server"));
    assert!(short > 0 && long > 3 * short, "{short} {long}");
    for fault in ["t=1s cut users->server for 500ms", "t=1s slow server x4 for 2s", "t=1s slow server by 2", "t=1s restart server"] {
        failed(fault);
    }
    done(&["run", "shop", "--for", "3s", "--fault", "t=1s flush cache", "--fault", "t=500ms cut primary-replica-a"]);
    // What is lost for a while is sent again: nobody waits there for less than for ever.
    assert_eq!((failed("t=1s impair users->server drop 10% calls for 1s"), failed("t=1s cut users->server back for 2s")), (0, 0));
    for fault in ["impair users->server delay 20ms jitter 5ms back for 1s", "impair users->server duplicate 50% replies"] {
        failed(&format!("t=1s {fault}"));
    }
    for (fault, said) in [
        ("impair users->server", "expected drop 5%"),
        ("impair users->server delay", "a delay needs a time"),
        ("impair users->server drop lots", "\"lots\" is not understood"),
        ("impair users->server drop 5% jitter 2ms", "\"jitter\" is not understood"),
        ("impair users->server drop 500%", "percent"),
        ("lose-disk server", "stores nothing on a disk"),
    ] {
        refused(&["run", "single-server", "--for", "5s", "--fault", &format!("t=1s {fault}")], &[said]);
    }
}

#[test]
fn without_json_the_report_is_for_people() {
    let text = done(&["run", "shop", "--for", "2s"]);
    for part in ["Shop: 2 s measured, seed 1", "trace ", "latency ms: mean", "replica-a", "hit_ratio", "stale"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[test]
fn check_tells_good_from_bad() {
    let good = TempFile::new("good.json", SMALL);
    assert!(done(&["check", good.path()]).contains("fine (3 nodes, 2 links, 0 journal entries)"));
    let unknown = TempFile::new("unknown.json", SMALL.replace("\"database\"", "\"crystal_ball\""));
    let said = faultline(&["check", unknown.path()]);
    assert_eq!(said.status, 1);
    assert!(said.out.contains("nodes[2].kind: \"crystal_ball\" is not a known kind"), "{}", said.out);
    for (name, text, part) in [
        ("cut.json", &SMALL[..200], "ends here"),
        ("link.json", &SMALL.replace("\"to\": \"db\"", "\"to\": \"nowhere\""), "links[1].to: there is no node \"nowhere\""),
        ("range.json", &SMALL.replace("\"x\": 240", "\"x\": 1e300"), "nodes[1].x"),
        ("newer.json", &SMALL.replace("\"version\": 1", "\"version\": 99"), "newer version"),
        ("nan.json", &SMALL.replace("\"x\": 240", "\"x\": NaN"), "NaN is not a number"),
        ("empty.json", "", "the file is empty"),
    ] {
        let file = TempFile::new(name, text);
        refused(&["check", file.path()], &[file.path(), part]);
        refused(&["run", file.path()], &[file.path(), part]);
    }
    let binary = TempFile::new("binary.json", [0xff, 0xfe, 0x00]);
    refused(&["check", binary.path()], &["not text in UTF-8"]);
    refused(&["check", env!("CARGO_TARGET_TMPDIR")], &["irectory"]);
}

#[test]
fn check_finds_what_cannot_work_as_written() {
    let need = SMALL.replace("\"to\": \"db\"", "\"to\": \"db\", \"params\": {\"wait_for\": \"some\", \"need\": 9, \"count\": 3}");
    let alone = SMALL.replace(r#"{"id": "users-api", "from": "users", "to": "api"}, "#, "");
    let queue = SMALL.replace("\"database\"", "\"queue\"");
    for (name, text, said_at) in [
        ("need.json", need, "links[1].params.need: 9 answers are needed and its stage can give 3"),
        ("alone.json", alone, "nodes[0]: a clients is linked to nobody"),
        ("nobody.json", queue, "nodes[2]: a queue delivers to nobody"),
        (
            "weight.json",
            SMALL.replace("\"to\": \"db\"", "\"to\": \"db\", \"params\": {\"weight\": 9}"),
            "links[1].params.weight: is read only where pick is one",
        ),
    ] {
        let file = TempFile::new(name, text);
        let said = faultline(&["check", file.path()]);
        assert_eq!((said.status, said.err.as_str()), (1, ""), "{name}");
        assert!(said.out.starts_with(&format!("{}: {said_at}", file.path())), "{}", said.out);
    }
}

#[test]
fn settings_that_nobody_reads_are_refused() {
    let set = |setting: &str, part: &str| refused(&["run", "shop", "--for", "1s", "--set", setting], &[&format!("--set {setting}"), part]);
    set(
        "link:balancer-orders-1.stage=2",
        "stage is not read here: who calls chooses among its links by itself; it is read on links from clients, ",
    );
    set("link:primary-replica-a.timeout=5", "timeout is not read on a link that ships a log");
    set("link:shoppers-balancer.weight=5", "weight is read only where pick is one");
    set("link:shoppers-balancer.need=5", "need is read only where wait_for is some");
    done(&["run", "shop", "--for", "100ms", "--set", "link:shoppers-balancer.weight=5", "--set", "link:shoppers-balancer.pick=one"]);
    done(&["run", "shop", "--for", "100ms", "--set", "link:balancer-orders-1.weight=5", "--set", "link:primary-replica-a.jitter=5"]);
}

#[test]
fn a_fault_between_two_nodes_is_of_all_links_between_them() {
    let two = SMALL.replace(
        r#"{"id": "l2", "from": "api", "to": "db"}"#,
        r#"{"id": "l2", "from": "api", "to": "db", "params": {"when": "read"}}, {"id": "l3", "from": "api", "to": "db", "params": {"when": "write", "timeout": 10}}"#,
    );
    let file = TempFile::new("two.json", two);
    let ok = |fault: &str| done_json(&["run", file.path(), "--for", "5s", "--json", "--fault", fault])["totals"]["ok"].as_u64().unwrap();
    assert!(ok("t=0s cut l3") > 300, "reads go on");
    assert!(ok("t=0s cut api->db") < 5);
}

#[test]
fn every_problem_of_a_file_has_a_line() {
    let bad = SMALL
        .replace("\"x\": 240", "\"x\": \"left\"")
        .replace("\"to\": \"db\"", "\"to\": \"nowhere\"")
        .replace("\"seed\": 5", "\"seed\": -5");
    let file = TempFile::new("three.json", bad);
    for command in ["check", "run"] {
        let said = faultline(&[command, file.path()]);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{}", said.err);
        let lines: Vec<&str> = said.err.lines().collect();
        assert_eq!(lines.len(), 3, "{}", said.err);
        for (line, at) in lines.iter().zip(["seed: is -5", "nodes[1].x: is \"left\"", "links[1].to: there is no node \"nowhere\""]) {
            assert!(line.starts_with(&format!("faultline: {}: {at}", file.path())), "{line}");
        }
    }
}

#[test]
fn every_scenario_is_fine() {
    let list = done_json(&["list", "scenarios", "--json"]);
    assert!(list.as_array().unwrap().len() >= 7);
    for scenario in list.as_array().unwrap() {
        assert!(done(&["check", scenario["id"].as_str().unwrap()]).contains(": fine"));
        assert!(!scenario["title"].as_str().unwrap().is_empty() && !scenario["summary"].as_str().unwrap().is_empty());
    }
}

#[test]
fn lists_and_descriptions_come_from_the_registry() {
    let list = done_json(&["list", "components", "--json"]);
    let text = done(&["list", "components"]);
    for kind in list.as_array().unwrap() {
        let id = kind["id"].as_str().unwrap();
        assert!(text.contains(id));
        let description = done(&["describe", id]);
        for param in kind["params"].as_array().unwrap() {
            assert!(description.contains(&format!("\n  {}: ", param["name"].as_str().unwrap())), "{id}: {param}");
        }
    }
    let laws = done(&["describe", "distribution"]);
    let pareto = r#"  Example: {"law": "pareto", "mean_ms": 10, "alpha": 2}"#;
    for part in ["\nlog_normal: ", "  mean_ms: from 0 to 86400000 ms. Mean.", "  sigma: number from 0 to 5", pareto] {
        assert!(laws.contains(part), "{part}: {laws}");
    }
    let journal = done(&["describe", "journal"]);
    let slow = r#"Example: {"at_ns":10000000000,"fault":"slow","node":"db","factor":4}"#;
    for part in ["  crash: ", "  place_group: ", slow] {
        assert!(journal.contains(part), "{part}: {journal}");
    }
    let link = done(&["describe", "link"]);
    assert!(link.contains("\n  timeout: from 0 to") && link.contains("\nWhat the model assumes\n\n  - Travel times are drawn"));
    assert!(done(&["describe", "cache"]).contains("\nA cache answers reads of keys it holds"));
    assert_eq!(done_json(&["list", "lessons", "--json"]), serde_json::json!([]));
}

#[test]
fn bad_requests_are_refused_in_one_line() {
    refused(&[], &["list, describe or validate"]);
    refused(&["dance"], &["dance"]);
    refused(&["run"], &["<INPUT>"]);
    refused(&["run", "nowhere"], &["nowhere", "scenarios are shop"]);
    refused(&["run", "shop", "--seed", "-1"], &["--seed", "-1"]);
    refused(&["run", "shop", "--seed", "1.5"], &["--seed"]);
    refused(&["run", "shop", "--for", "soon"], &["--for", "\"soon\" is not a time"]);
    refused(&["run", "shop", "--for", "-1s"], &["--for", "is not a time"]);
    refused(&["run", "shop", "--for", "NaN"], &["--for", "is not a time"]);
    refused(&["run", "shop", "--for", "9000h"], &["--for", "more than a year"]);
    let saved = TempFile::new("saved.json", SMALL.replace("\"seed\": 5", "\"seed\": 5, \"moment_ns\": 4000000000"));
    refused(&["run", saved.path(), "--warmup", "5s"], &["--warmup", "not shorter", "--for"]);
    refused(&["run", "shop", "--set", "orders-1.workers"], &["--set orders-1.workers", "expected node.param=value"]);
    refused(&["run", "shop", "--set", "nobody.workers=1"], &["no node \"nobody\"", "orders-1"]);
    refused(&["run", "shop", "--set", "orders-1.wokers=1"], &["wokers is not a parameter of a service", "workers"]);
    refused(&["run", "shop", "--set", "orders-1.workers=0"], &["workers is 0, it must be from 1"]);
    refused(&["run", "shop", "--set", "orders-1.workers=many"], &["workers is \"many\""]);
    refused(&["run", "shop", "--set", "link:nothing.timeout=1"], &["no link \"nothing\""]);
    refused(&["run", "shop", "--set", "link:shoppers-balancer.timeout=-1"], &["timeout is -1"]);
    for fault in ["", "crash orders-1", "t=1s", "t=1s explode orders-1", "t=1s crash orders-1 in 5s", "t=1s crash orders-1 for 5s now"] {
        refused(&["run", "shop", "--fault", fault], &["--fault", "expected"]);
    }
    refused(&["run", "shop", "--fault", "t=x crash orders-1"], &["\"x\" is not a time"]);
    refused(&["run", "shop", "--fault", "t=1s crash nobody"], &["no node \"nobody\""]);
    refused(&["run", "shop", "--fault", "t=1s cut a->b"], &["no link \"a->b\""]);
    refused(&["run", "shop", "--fault", "t=1s slow orders-1"], &["slow needs a factor"]);
    refused(&["run", "shop", "--fault", "t=1s slow orders-1 x0"], &["it must be from 0.01"]);
    refused(&["run", "shop", "--fault", "t=1s slow orders-1 fast"], &["not a factor"]);
    refused(&["run", "shop", "--fault", "t=1s flush orders-1"], &["only a cache"]);
    refused(&["run", "shop", "--fault", "t=1s flush cache for 1s"], &["takes no \"for\""]);
    refused(&["describe", "teapot"], &["teapot", "load_balancer"]);
    refused(&["list", "teapots"], &["teapots", "scenarios, components, lessons"]);
}

#[test]
fn help_is_a_result() {
    for args in [&["--help"][..], &["run", "--help"], &["--version"]] {
        assert!(done(args).contains("faultline") || done(args).contains("Usage"));
    }
}

#[test]
fn what_would_be_ignored_is_refused() {
    refused(&["run", "shop", "--for", "5s", "--fault", "t=100s crash cache"], &["t=100s crash cache", "after the end of the run at 5 s"]);
    refused(&["run", "shop", "--set", "shoppers.think_time=5"], &["think_time is 5", "it must be a distribution such as"]);
}

#[test]
fn a_sweep_prints_means_with_intervals_and_theory() {
    let args = ["sweep", "single-server", "--vary", "users.rate_per_s=20..80/3", "--seeds", "4", "--for", "60s"];
    let text = done(&args);
    let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|head| *head == name).unwrap_or_else(|| panic!("{name}: {:?}", rows[0]));
    assert_eq!(rows[1..].iter().map(|r| r[0]).collect::<Vec<_>>(), ["20", "50", "80"]);
    let figure = |row: usize, name: &str| rows[row][column(name)].parse::<f64>().unwrap();
    // M/M/1 with 10 ms of service, and 10 ms of way.
    assert!((figure(2, "latency_mean_theory") - 30.0).abs() < 1e-6, "{text}");
    assert!((figure(2, "latency_mean (ms)") - 30.0).abs() < 3.0, "{text}");
    assert!(figure(2, "latency_mean_low") < figure(2, "latency_mean_high"));
    assert_eq!(done(&args), text, "the same whatever thread was first");
    let repeat = done(&["repeat", "single-server", "--seeds", "3", "--for", "5s"]);
    assert_eq!(repeat.lines().count(), 2);
    refused(&["sweep", "single-server", "--vary", "users.colour=1..2"], &["--vary", "colour", "rate_per_s"]);
    refused(&["repeat", "single-server", "--seeds", "0"], &["seeds"]);
    refused(&["repeat", "single-server", "--at", "nobody"], &["--at", "nobody", "server"]);
}

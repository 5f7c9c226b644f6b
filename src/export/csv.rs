//! What a run measured as tables in CSV: over time, one line a bucket; and in total, one line a figure.
//! Units stand in the heads; a blank cell means that there was nothing to measure.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::components;
use crate::diagram::Node;
use crate::lab::frame::{Bucket, NodeBucket};
use crate::lab::report::Report;
use crate::lab::Experiment;
use crate::order::Ordered;

/// A line, with quotes where they are needed.
fn line(out: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells
        .into_iter()
        .map(|cell| match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        })
        .collect();
    out.push_str(&cells.join(","));
    // As RFC 4180 has it.
    out.push_str("\r\n");
}

fn figure(value: f64) -> String {
    if value.is_finite() {
        // Shortest text that reads back the same.
        (value + 0.0).to_string()
    } else {
        String::new()
    }
}

fn maybe(value: Option<f64>) -> String {
    value.map(figure).unwrap_or_default()
}

/// A node's columns.
struct Column<'a> {
    id: &'a str,
    has_station: bool,
    series: Vec<NodeBucket>,
    /// The gauges of all its buckets, in the order in which they first appear.
    gauges: Vec<&'static str>,
}

impl<'a> Column<'a> {
    fn new(experiment: &Experiment, node: &'a Node) -> Self {
        let series = experiment.node_series(&node.id);
        let mut gauges: Vec<&'static str> = Vec::new();
        for (name, _) in series.iter().flat_map(|b| &b.gauges) {
            if !gauges.contains(name) {
                gauges.push(name);
            }
        }
        let has_station = components::kind(&node.kind).is_some_and(|k| k.has_station);
        Column { id: &node.id, has_station, series, gauges }
    }
}

/// The series: the whole system's columns, then each node's.
pub fn series(experiment: &Experiment) -> String {
    let buckets: Vec<&Bucket> = experiment.series().collect();
    let frame = experiment.frame(0);
    let mut reasons: Vec<&'static str> = buckets.iter().flat_map(|b| b.failed_per_s.iter().map(|(reason, _)| *reason)).collect();
    reasons.order_by(Ord::cmp);
    reasons.dedup();
    let nodes: Vec<Column> = experiment.diagram().nodes.iter().map(|n| Column::new(experiment, n)).collect();
    let mut out = String::new();
    let mut head: Vec<String> = ["start (s)", "length (s)", "ok (1/s)"].map(String::from).to_vec();
    head.extend(reasons.iter().map(|r| format!("failed: {r} (1/s)")));
    let latencies = ["p50 latency (ms)", "p95 latency (ms)", "p99 latency (ms)", "p99 latency with failures (ms)"];
    head.extend(latencies.into_iter().chain(["stale reads (1/s)"]).map(String::from));
    for Column { id, has_station, gauges, .. } in &nodes {
        if *has_station {
            head.extend([format!("{id}: utilisation (0 to 1)"), format!("{id}: waiting requests")]);
        }
        let now = frame.nodes.iter().find(|n| n.id == *id);
        let unit = |name: &str| match now.and_then(|n| n.gauges.iter().find(|g| g.name == name)).map_or("", |g| g.unit) {
            "" => String::new(),
            // Shares are written as shares, not as hundredths.
            "%" => " (0 to 1)".to_string(),
            "/s" => " (1/s)".to_string(),
            unit => format!(" ({unit})"),
        };
        head.extend(gauges.iter().map(|name| format!("{id}: {name}{}", unit(name))));
    }
    line(&mut out, head);
    for (row, bucket) in buckets.iter().enumerate() {
        let mut cells = vec![figure(bucket.start.as_secs_f64()), figure(bucket.length.as_secs_f64()), figure(bucket.ok_per_s)];
        cells.extend(reasons.iter().map(|r| figure(bucket.failed_per_s.iter().filter(|(n, _)| n == r).map(|(_, v)| v).sum())));
        cells.extend([
            maybe(bucket.p50_ms),
            maybe(bucket.p95_ms),
            maybe(bucket.p99_ms),
            maybe(bucket.p99_all_ms),
            figure(bucket.stale_per_s),
        ]);
        for node in &nodes {
            // Both series end now; a node that was added late lacks the first buckets.
            let late = buckets.len().saturating_sub(node.series.len());
            let now = row.checked_sub(late).and_then(|at| node.series.get(at));
            if node.has_station {
                cells.extend([maybe(now.map(|b| b.utilisation)), maybe(now.map(|b| b.queue))]);
            }
            let gauge = |name: &str| now.and_then(|b| b.gauges.iter().find(|(n, _)| *n == name)).and_then(|(_, reading)| reading.value());
            cells.extend(node.gauges.iter().map(|name| maybe(gauge(name))));
        }
        line(&mut out, cells);
    }
    out
}

/// The totals: where, what, value. The names are those of `faultline run --json`, units in them.
pub fn totals(report: &Report) -> String {
    let mut out = String::new();
    line(&mut out, ["where", "what", "value"].map(String::from));
    let tree = serde_json::to_value(report).unwrap_or_default();
    if let Json::Object(tree) = tree {
        for (name, value) in tree {
            match (name.as_str(), value) {
                // How long the computer took is not a result.
                ("wall_s", _) => {}
                ("clients" | "nodes" | "links", Json::Object(parts)) => {
                    for (id, part) in parts {
                        figures(&mut out, &format!("{} {id}", name.trim_end_matches('s')), "", &part);
                    }
                }
                ("totals" | "consistency", part) => figures(&mut out, &name, "", &part),
                (_, value) => figures(&mut out, "run", &name, &value),
            }
        }
    }
    out
}

fn figures(out: &mut String, place: &str, name: &str, value: &Json) {
    let deeper = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
    match value {
        Json::Object(map) => map.iter().for_each(|(key, value)| figures(out, place, &deeper(key), value)),
        // Distributions have a table of their own over time; a list is no figure.
        Json::Null | Json::Array(_) => {}
        Json::String(text) => line(out, [place.to_string(), name.to_string(), text.clone()]),
        other => {
            let mut cell = String::new();
            let _ = write!(cell, "{other}");
            line(out, [place.to_string(), name.to_string(), cell]);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use super::*;
    use crate::diagram::{Document, Edit, Entry};
    use crate::engine::SimTime;
    use crate::files::read;
    use crate::lab::scenarios::scenarios;

    fn rows(csv: &str) -> Vec<Vec<&str>> {
        csv.split_terminator("\r\n").map(|row| row.split(',').collect()).collect()
    }

    #[test]
    fn the_series_adds_up_to_the_totals_in_every_starter() {
        for scenario in scenarios() {
            let mut experiment = Experiment::new(&read(scenario.json).unwrap());
            experiment.advance(SimTime(5_000_000_000), u64::MAX);
            let csv = series(&experiment);
            let rows = rows(&csv);
            assert!(rows.len() > 50 && rows.iter().all(|r| r.len() == rows[0].len()), "{}", scenario.id);
            let column = |name: &str| rows[0].iter().position(|h| *h == name).unwrap();
            let cell = |row: &[&str], name: &str| row[column(name)].parse::<f64>().unwrap();
            let ok: f64 = rows[1..].iter().map(|r| cell(r, "ok (1/s)") * cell(r, "length (s)")).sum();
            assert_eq!(ok.round() as u64, experiment.totals().ok, "{}", scenario.id);
        }
    }

    #[test]
    fn a_node_that_was_added_late_has_blanks_before_and_its_own_figures_after() {
        let document = read(scenarios()[0].json).unwrap();
        let service = document.nodes.iter().find(|n| n.kind == "service").unwrap();
        let node = Node { id: "late".into(), ..service.clone() };
        let journal = vec![(SimTime(2_130_000_000), Entry::Edit(Edit::AddNode { node }))];
        let mut experiment = Experiment::new(&Document { journal, ..document.clone() });
        experiment.advance(SimTime(60_000_000_000), u64::MAX);
        let csv = series(&experiment);
        let rows = rows(&csv);
        for id in ["late", &service.id] {
            let column = rows[0].iter().position(|h| *h == format!("{id}: utilisation (0 to 1)")).unwrap();
            let measured = experiment.node_series(id);
            assert_eq!(rows[1..].iter().filter(|r| !r[column].is_empty()).count(), measured.len(), "{id}");
            for bucket in measured {
                let begun = |r: &&Vec<&str>| r[0].parse::<f64>().is_ok_and(|start| start <= bucket.start.as_secs_f64());
                let row = rows.iter().rfind(begun).unwrap();
                assert_eq!(row[column], figure(bucket.utilisation), "{id} at {}", row[0]);
            }
        }
        assert!(experiment.node_series("late").len() < experiment.series().len());
    }

    #[test]
    fn the_totals_are_those_of_the_report() {
        let mut experiment = Experiment::new(&read(scenarios()[0].json).unwrap());
        experiment.advance(SimTime(5_000_000_000), u64::MAX);
        let report = experiment.report();
        let csv = totals(&report);
        let rows = rows(&csv);
        assert_eq!(rows[0], ["where", "what", "value"]);
        let find = |place: &str, what: &str| rows.iter().find(|r| r[0] == place && r[1] == what).map(|r| r[2].to_string());
        assert_eq!(find("totals", "ok"), Some(report.totals.ok.to_string()));
        assert_eq!(find("totals", "latency_ms.p99"), Some(serde_json::to_string(&report.totals.latency_ms.p99).unwrap()));
        assert!(find("run", "seed").is_some() && find("run", "trace_hash").is_some() && find("run", "wall_s").is_none());
        for id in report.nodes.keys() {
            assert!(find(&format!("node {id}"), "utilisation").is_some(), "{id}");
        }
    }
}

//! A run's report for people: a few lines and two tables.
//! Measures nothing.

use std::fmt::Write as _;

use faultline::diagram::Document;
use faultline::lab::report::{Failures, Report, Totals};
use faultline::metrics::grouped;
use faultline::metrics::latency::LatencySummary;

/// The report as text.
pub fn of(doc: &Document, report: &Report) -> String {
    let mut out = String::new();
    let warmup = report.simulated_s - report.measured_s;
    let before = if warmup > 0.0 { format!(" after {warmup} s of warm-up") } else { String::new() };
    let _ =
        writeln!(out, "{}: {} s measured{before}, seed {}, {} events", doc.title, report.measured_s, report.seed, grouped(report.events));
    let _ = writeln!(out, "trace {}\n", report.trace_hash);
    totals(&mut out, "all", &report.totals);
    if report.clients.len() > 1 {
        for (id, client) in &report.clients {
            totals(&mut out, id, client);
        }
    }
    if !report.nodes.is_empty() {
        out.push('\n');
        table(&mut out, nodes(report));
    }
    if !report.links.is_empty() {
        out.push('\n');
        table(&mut out, links(report));
    }
    let c = &report.consistency.counts;
    let _ = writeln!(
        out,
        "\nreads {}, stale {}, read-your-writes violations {}, monotonic-read violations {}, lost writes {}",
        grouped(c.reads),
        grouped(c.stale_reads),
        grouped(c.read_your_writes_violations),
        grouped(c.monotonic_read_violations),
        grouped(c.lost_writes)
    );
    let million = report.cost_per_million.map_or(String::new(), |c| format!(", {c:.3} per million requests that went well"));
    let _ = writeln!(out, "cost {:.3} per hour{million}", report.cost_per_hour);
    out
}

fn totals(out: &mut String, name: &str, t: &Totals) {
    let failed: u64 = t.failed.values().sum();
    let _ = writeln!(
        out,
        "{name}: sent {}, ok {}, failed {}{}, in flight {}, {:.1} req/s{}",
        grouped(t.sent),
        grouped(t.ok),
        grouped(failed),
        reasons(&t.failed),
        grouped(t.in_flight),
        t.throughput_per_s,
        t.availability.map_or(String::new(), |share| format!(", availability {}", percent(share)))
    );
    latency(out, name, "latency ms", &t.latency_ms);
    // Those that went well may be quick because the others were given up.
    if failed > 0 {
        latency(out, name, "of those that failed", &t.latency_failed_ms);
        latency(out, name, "of all that ended", &t.latency_all_ms);
    }
}

/// A line of latencies below the line of a name.
fn latency(out: &mut String, name: &str, what: &str, figures: &LatencySummary) {
    let LatencySummary { mean, p50, p90, p95, p99, p999, max } = *figures;
    let list = [("mean", mean), ("p50", p50), ("p90", p90), ("p95", p95), ("p99", p99), ("p99.9", p999), ("max", max)];
    let list = list.map(|(name, ms)| format!("{name} {}", ms.map_or("–".into(), |ms| format!("{ms:.2}"))));
    let _ = writeln!(out, "{:width$}  {what}: {}", "", list.join(", "), width = name.chars().count());
}

/// A share in percent, never rounded up to all.
fn percent(share: f64) -> String {
    let most = if share < 1.0 { 99.999 } else { 100.0 };
    format!("{:.3} %", (100.0 * share).min(most))
}

fn reasons(failed: &Failures) -> String {
    match failed.is_empty() {
        true => String::new(),
        false => {
            let list: Vec<_> = failed.iter().map(|(reason, n)| format!("{reason} {}", grouped(*n))).collect();
            format!(" ({})", list.join(", "))
        }
    }
}

fn nodes(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![[
        "node",
        "kind",
        "handled",
        "refused",
        "failed",
        "availability",
        "utilisation",
        "queue mean",
        "queue max",
        "cost per hour",
        "more",
    ]
    .map(String::from)
    .to_vec()];
    for (id, n) in &report.nodes {
        let mut more: Vec<_> = n.more.iter().map(|(name, v)| format!("{name} {}", short(*v))).collect();
        more.extend(n.unknown.keys().map(|name| format!("{name} –")));
        rows.push(vec![
            id.clone(),
            n.kind.clone(),
            grouped(n.handled),
            grouped(n.refused),
            grouped(n.failed.values().sum()),
            n.availability.map_or("–".into(), percent),
            format!("{:.1} %", 100.0 * n.utilisation),
            format!("{:.2}", n.queue_mean),
            grouped(n.queue_max),
            format!("{:.3}", n.cost_per_hour),
            more.join(", "),
        ]);
    }
    rows
}

fn links(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![["link", "calls", "answered", "failed", "abandoned", "open", "lost on the way", ""].map(String::from).to_vec()];
    for (id, l) in &report.links {
        rows.push(vec![
            id.clone(),
            grouped(l.started),
            grouped(l.answered),
            grouped(l.failed.values().sum()),
            grouped(l.abandoned),
            grouped(l.open),
            grouped(l.dropped),
            reasons(&l.failed).trim().to_string(),
        ]);
    }
    rows
}

/// Columns as wide as their widest cell; names to the left, numbers to the right.
fn table(out: &mut String, rows: Vec<Vec<String>>) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    let is_number = |c: usize| rows.iter().skip(1).all(|r| r[c].starts_with(|x: char| x.is_ascii_digit()));
    let right: Vec<_> = (0..columns).map(is_number).collect();
    for row in &rows {
        let cells: Vec<_> = row
            .iter()
            .enumerate()
            .map(|(c, cell)| match right[c] {
                true => format!("{cell:>width$}", width = widths[c]),
                false => format!("{cell:<width$}", width = widths[c]),
            })
            .collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
}

fn short(v: f64) -> String {
    match v.trunc() == v && v.abs() < 1e15 {
        true => format!("{v:.0}"),
        false => format!("{v:.3}"),
    }
}

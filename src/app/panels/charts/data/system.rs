//! Charts of the whole system: throughput, latency, stale reads; availability and cost.
//! Draws nothing.

use super::{complete, ink, single, Chart, ChartSet, Ink, Line, Single};
use crate::app::panels::format;
use crate::engine::SimTime;
use crate::lab::frame::Bucket;
use crate::metrics::many_fail;
use crate::order::Ordered;

/// Reasons that get a line of their own; the rest are added up as `other`.
const REASONS_SHOWN: usize = 4;

/// The complete buckets, and where each begins and ends.
fn measured(buckets: &[Bucket], now: SimTime) -> (&[Bucket], Vec<(f64, f64)>) {
    let n = complete(buckets.iter().map(|b| (b.start, b.length)), now);
    let buckets = &buckets[..n];
    (buckets, buckets.iter().map(|b| (b.start.as_secs_f64(), (b.start + b.length).as_secs_f64())).collect())
}

/// The charts of the whole system.
pub fn system(buckets: &[Bucket], lately: &Bucket, now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    if buckets.is_empty() {
        return ChartSet::default();
    }
    ChartSet { spans, charts: vec![throughput(buckets, lately), latency(buckets, lately), stale(buckets, lately)] }
}

/// What the whole system is worth and what it costs.
pub fn costs(buckets: &[Bucket], lately: &Bucket, now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    if buckets.is_empty() {
        return ChartSet::default();
    }
    let chart = |name, title: &str, unit, token, least_top, pick: fn(&Bucket) -> Option<f64>| {
        let single_line = Single { name, title: title.into(), unit, token, least_top, now: pick(lately) };
        single(single_line, buckets.iter().map(pick).collect())
    };
    let charts = vec![
        chart("availability", t!("Availability"), "% ok", "--good", 1.0, |b| b.availability),
        chart("cost", t!("Cost per hour"), "$", "--accent", 0.0, |b| Some(b.cost_per_hour)),
        chart("cost-per-million", t!("Cost per million requests"), "$", "--warn", 0.0, |b| b.cost_per_million),
    ];
    ChartSet { spans, charts }
}

fn throughput(buckets: &[Bucket], lately: &Bucket) -> Chart {
    let mut totals: Vec<(&'static str, f64)> = Vec::new();
    for (reason, rate) in buckets.iter().flat_map(|b| &b.failed_per_s) {
        match totals.iter_mut().find(|(r, _)| r == reason) {
            Some((_, sum)) => *sum += rate,
            None => totals.push((reason, *rate)),
        }
    }
    totals.retain(|(_, sum)| *sum > 0.0);
    totals.order_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let shown: Vec<&'static str> = totals.iter().take(REASONS_SHOWN).map(|(r, _)| *r).collect();
    let inks = [
        ink("--bad", &[]),
        ink("--warn", &[5.0, 2.0]),
        ink("--odd", &[2.0, 2.0]),
        ink("--ink-3", &[6.0, 2.0, 2.0, 2.0]),
        ink("--ink-2", &[1.0, 3.0]),
    ];
    let rate = |b: &Bucket, wanted: &str| b.failed_per_s.iter().filter(|(r, _)| *r == wanted).map(|(_, v)| v).sum::<f64>();
    let mut lines: Vec<Line> = shown
        .iter()
        .zip(inks)
        .map(|(reason, ink)| Line {
            label: format::words(reason),
            ink,
            values: buckets.iter().map(|b| Some(rate(b, reason))).collect(),
            stacked: true,
        })
        .collect();
    if totals.len() > shown.len() {
        let rest = |b: &Bucket| b.failed_per_s.iter().filter(|(r, _)| !shown.contains(r)).map(|(_, v)| v).sum::<f64>();
        lines.push(Line {
            label: t!("other").into(),
            ink: inks[REASONS_SHOWN],
            values: buckets.iter().map(|b| Some(rest(b))).collect(),
            stacked: true,
        });
    }
    lines.push(Line {
        label: t!("ok").into(),
        ink: ink("--accent", &[]),
        values: buckets.iter().map(|b| Some(b.ok_per_s)).collect(),
        stacked: false,
    });
    let ok = lately.ok_per_s;
    let failed: f64 = lately.failed_per_s.iter().map(|f| f.1).sum();
    let summary = if failed > 0.0 {
        t!("%{ok} requests a second succeed and %{failed} fail", ok = format::figure(ok), failed = format::figure(failed))
    } else {
        t!("%{ok} requests a second succeed and none fail", ok = format::figure(ok))
    };
    Chart {
        name: "throughput".into(),
        title: t!("Throughput").into(),
        unit: "/s",
        headline: format::with_unit(ok, "/s"),
        lines,
        least_top: 1.0,
        summary,
    }
}

fn latency(buckets: &[Bucket], lately: &Bucket) -> Chart {
    let line = |label: &str, ink: Ink, pick: fn(&Bucket) -> Option<f64>| Line {
        label: label.into(),
        ink,
        values: buckets.iter().map(pick).collect(),
        stacked: false,
    };
    let text = |v: Option<f64>| format::known(v, "ms");
    let (p50, p95, p99, all) = (lately.p50_ms, lately.p95_ms, lately.p99_ms, lately.p99_all_ms);
    let mut lines = vec![
        line("p99", ink("--bad", &[]), |b| b.p99_ms),
        line("p95", ink("--warn", &[5.0, 2.0]), |b| b.p95_ms),
        line("p50", ink("--good", &[2.0, 2.0]), |b| b.p50_ms),
    ];
    // Those that went well may be quick because the others were given up.
    let failing = many_fail(lately.availability);
    if failing || buckets.iter().any(|b| many_fail(b.availability)) {
        lines.insert(0, line(t!("p99 with failures"), ink("--ink-2", &[1.0, 3.0]), |b| b.p99_all_ms));
    }
    let mut summary = match p50 {
        None => t!("No request has succeeded lately").into(),
        Some(_) => t!(
            "Half of the requests take at most %{p50}, 95 % at most %{p95}, 99 % at most %{p99}",
            p50 = text(p50),
            p95 = text(p95),
            p99 = text(p99)
        ),
    };
    if failing {
        summary = format!("{summary}. {}", t!("With those that fail, 99 % take at most %{time}", time = text(all)));
    }
    Chart {
        name: "latency".into(),
        title: t!("Latency").into(),
        unit: "ms",
        headline: match failing {
            true => t!("p99 %{time}, with failures %{all}", time = text(p99), all = text(all)),
            false => format!("p99 {}", text(p99)),
        },
        lines,
        least_top: 1.0,
        summary,
    }
}

fn stale(buckets: &[Bucket], lately: &Bucket) -> Chart {
    let now = lately.stale_per_s;
    let ever = buckets.iter().any(|b| b.stale_per_s > 0.0);
    Chart {
        name: "stale".into(),
        title: t!("Stale reads").into(),
        unit: "/s",
        headline: format::with_unit(now, "/s"),
        lines: vec![Line {
            label: t!("stale reads").into(),
            ink: ink("--odd", &[]),
            values: buckets.iter().map(|b| Some(b.stale_per_s)).collect(),
            stacked: false,
        }],
        least_top: 1.0,
        summary: match (now > 0.0, ever) {
            (true, _) => t!("%{rate} reads a second return an old version", rate = format::figure(now)),
            (false, true) => t!("No stale reads now, but there were some earlier").into(),
            (false, false) => t!("No read has returned an old version").into(),
        },
    }
}

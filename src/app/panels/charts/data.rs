//! From the run's buckets to charts: which lines, in which unit, with which current value and one-line summary.
//! Draws nothing.

use crate::app::panels::format;
use crate::engine::{SimDuration, SimTime};
use crate::lab::frame::{Bucket, Gauge, NodeBucket};

/// Reasons that get a line of their own; the rest are added up as `other`.
const REASONS_SHOWN: usize = 4;

/// Points a line at most has, so that it can be read.
pub const MOST_POINTS: usize = 60;
/// Current rates are averaged over at least this long, in seconds.
const CURRENT_S: f64 = 1.0;

/// The colour of a line, as a token of `style/tokens.css`, and its dashes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    /// Name of the custom property.
    pub token: &'static str,
    /// Lengths of dashes and gaps in CSS pixels; empty is a solid line.
    pub dash: &'static [f64],
}

const fn ink(token: &'static str, dash: &'static [f64]) -> Ink {
    Ink { token, dash }
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Name in the legend.
    pub label: String,
    /// Colour and dashes.
    pub ink: Ink,
    /// One value a bucket; `None` where there is nothing to say.
    pub values: Vec<Option<f64>>,
    /// Drawn as an area on top of the areas before it.
    pub stacked: bool,
}

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Stable name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Unit, as in [`Gauge::unit`].
    pub unit: &'static str,
    /// The current value, with what it is of where the title does not say.
    pub headline: String,
    /// The lines, the most important last (drawn on top).
    pub lines: Vec<Line>,
    /// The axis reaches at least to here.
    pub least_top: f64,
    /// What the picture says, in a sentence.
    pub summary: String,
}

/// Charts that share a time axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartSet {
    /// Start and end of each bucket in seconds.
    pub spans: Vec<(f64, f64)>,
    /// The charts.
    pub charts: Vec<Chart>,
}

impl ChartSet {
    /// The bucket at a moment in seconds.
    pub fn at(&self, seconds: f64) -> Option<usize> {
        let after = self.spans.partition_point(|(start, _)| *start <= seconds);
        after.checked_sub(1)
    }

    /// Until when there is data, in seconds.
    pub fn end(&self) -> f64 {
        self.spans.last().map_or(0.0, |s| s.1)
    }
}

impl Chart {
    /// The line's value at a bucket as text, with unit.
    pub fn value_text(&self, line: &Line, bucket: usize) -> String {
        line.values.get(bucket).copied().flatten().map_or("–".into(), |v| format::with_unit(v, self.unit))
    }

    /// Whether no line has any value.
    pub fn is_blank(&self) -> bool {
        self.lines.iter().all(|l| l.values.iter().all(Option::is_none))
    }

    /// The greatest value drawn, stacks added up.
    pub fn top(&self) -> f64 {
        let buckets = self.lines.iter().map(|l| l.values.len()).max().unwrap_or(0);
        let mut top = self.least_top;
        for i in 0..buckets {
            let mut stack = 0.0;
            for line in &self.lines {
                let value = line.values.get(i).copied().flatten().unwrap_or(0.0);
                if line.stacked {
                    stack += value;
                } else {
                    top = top.max(value);
                }
            }
            top = top.max(stack);
        }
        top
    }
}

/// How many of the buckets are complete: the last one is still filling, and would look like a drop.
fn complete(mut starts: impl ExactSizeIterator<Item = (SimTime, SimDuration)>, now: SimTime) -> usize {
    let n = starts.len();
    let usual = starts.next().map_or(SimDuration::ZERO, |(_, length)| length);
    match starts.last() {
        // Still filling, or merged of fewer than the others: too noisy beside them.
        Some((start, length)) if now < start + length || length < usual.scale(0.5) => n - 1,
        _ => n,
    }
}

/// The charts of the whole system.
pub fn system(buckets: &[Bucket], now: SimTime) -> ChartSet {
    let n = complete(buckets.iter().map(|b| (b.start, b.length)), now);
    let buckets = &buckets[..n];
    let spans = buckets.iter().map(|b| (b.start.as_secs_f64(), (b.start + b.length).as_secs_f64())).collect();
    if buckets.is_empty() {
        return ChartSet::default();
    }
    ChartSet { spans, charts: vec![throughput(buckets), latency(buckets), stale(buckets)] }
}

/// A rate over the last second or so.
fn current(buckets: &[Bucket], rate: impl Fn(&Bucket) -> f64) -> f64 {
    let (mut sum, mut length) = (0.0, 0.0);
    for bucket in buckets.iter().rev() {
        let seconds = bucket.length.as_secs_f64();
        sum += rate(bucket) * seconds;
        length += seconds;
        if length >= CURRENT_S {
            break;
        }
    }
    if length > 0.0 {
        sum / length
    } else {
        0.0
    }
}

fn throughput(buckets: &[Bucket]) -> Chart {
    let mut totals: Vec<(&'static str, f64)> = Vec::new();
    for (reason, rate) in buckets.iter().flat_map(|b| &b.failed_per_s) {
        match totals.iter_mut().find(|(r, _)| r == reason) {
            Some((_, sum)) => *sum += rate,
            None => totals.push((reason, *rate)),
        }
    }
    totals.retain(|(_, sum)| *sum > 0.0);
    totals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
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
    let ok = current(buckets, |b| b.ok_per_s);
    let failed = current(buckets, |b| b.failed_per_s.iter().map(|f| f.1).sum());
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

fn latency(buckets: &[Bucket]) -> Chart {
    let line = |label: &str, ink: Ink, pick: fn(&Bucket) -> Option<f64>| Line {
        label: label.into(),
        ink,
        values: buckets.iter().map(pick).collect(),
        stacked: false,
    };
    let last = |pick: fn(&Bucket) -> Option<f64>| buckets.iter().rev().take(10).find_map(pick);
    let text = |v: Option<f64>| v.map_or("–".to_string(), format::millis);
    let (p50, p95, p99) = (last(|b| b.p50_ms), last(|b| b.p95_ms), last(|b| b.p99_ms));
    Chart {
        name: "latency".into(),
        title: t!("Latency").into(),
        unit: "ms",
        headline: format!("p99 {}", text(p99)),
        lines: vec![
            line("p99", ink("--bad", &[]), |b| b.p99_ms),
            line("p95", ink("--warn", &[5.0, 2.0]), |b| b.p95_ms),
            line("p50", ink("--good", &[2.0, 2.0]), |b| b.p50_ms),
        ],
        least_top: 1.0,
        summary: match p50 {
            None => t!("No request has succeeded lately").into(),
            Some(_) => t!(
                "Half of the requests take at most %{p50}, 95 % at most %{p95}, 99 % at most %{p99}",
                p50 = text(p50),
                p95 = text(p95),
                p99 = text(p99)
            ),
        },
    }
}

fn stale(buckets: &[Bucket]) -> Chart {
    let now = current(buckets, |b| b.stale_per_s);
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

/// Neighbours merged until at most [`MOST_POINTS`] are left.
fn merge(buckets: &[NodeBucket]) -> Vec<NodeBucket> {
    let per = buckets.len().div_ceil(MOST_POINTS).max(1).next_power_of_two();
    // A last one of fewer than half the others would be too noisy beside them.
    buckets.chunks(per).filter(|chunk| chunk.len() * 2 >= per).filter_map(NodeBucket::merged).collect()
}

/// The charts of one node. `gauges` are its current gauges: they give names and units to what the buckets hold.
pub fn node(buckets: &[NodeBucket], gauges: &[Gauge], has_station: bool, now: SimTime) -> ChartSet {
    let length = match buckets {
        [first, second, ..] => second.start - first.start,
        _ => now.since(SimTime::ZERO),
    };
    let n = complete(buckets.iter().map(|b| (b.start, length)), now);
    let merged = merge(&buckets[..n]);
    let long = match merged[..] {
        [ref first, ref second, ..] => second.start - first.start,
        _ => length.scale(n as f64),
    };
    let measured = buckets[..n].last().map_or(SimTime::ZERO, |b| b.start + length);
    let end = merged.last().map_or(SimTime::ZERO, |b| measured.min(b.start + long));
    let buckets = &merged[..];
    let Some(last) = buckets.last() else {
        return ChartSet::default();
    };
    let ends = buckets.iter().skip(1).map(|b| b.start).chain([end]);
    let spans = buckets.iter().zip(ends).map(|(b, end)| (b.start.as_secs_f64(), end.as_secs_f64())).collect();
    let single = |name: &str, title: String, unit: &'static str, token: &'static str, least_top: f64, values: Vec<Option<f64>>| {
        let headline = values.last().copied().flatten().map_or("–".to_string(), |v| format::with_unit(v, unit));
        let summary = t!("%{what} is %{value}", what = title, value = headline);
        let line = Line { label: title.to_lowercase(), ink: ink(token, &[]), values, stacked: false };
        Chart { name: name.into(), title, unit, headline, lines: vec![line], least_top, summary }
    };
    let mut charts = Vec::new();
    if has_station {
        charts.push(single(
            "utilisation",
            t!("Utilisation").into(),
            "%",
            "--good",
            1.0,
            buckets.iter().map(|b| Some(b.utilisation)).collect(),
        ));
        charts.push(single("queue", t!("Waiting requests").into(), "", "--warn", 1.0, buckets.iter().map(|b| Some(b.queue)).collect()));
    }
    let names: Vec<&'static str> = last.gauges.iter().map(|(name, _)| *name).collect();
    for name in names {
        let gauge = gauges.iter().find(|g| g.name == name);
        let unit = gauge.map_or("", |g| g.unit);
        let title = format::sentence(&gauge.map_or_else(|| format::words(name), |g| t!(g.label).to_string()));
        let values = buckets.iter().map(|b| b.gauges.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)).collect();
        let token = if name.contains("lag") || name.contains("stale") { "--odd" } else { "--accent" };
        charts.push(single(name, title, unit, token, if unit == "%" { 1.0 } else { 0.0 }, values));
    }
    ChartSet { spans, charts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(i: u64, ok: f64, failed: Vec<(&'static str, f64)>) -> Bucket {
        Bucket {
            start: SimTime(i * 100_000_000),
            length: SimDuration::from_millis(100),
            ok_per_s: ok,
            failed_per_s: failed,
            ..Bucket::default()
        }
    }

    #[test]
    fn the_bucket_that_is_still_filling_is_left_out() {
        let buckets = [bucket(0, 10.0, vec![]), bucket(1, 2.0, vec![])];
        assert_eq!(system(&buckets, SimTime(150_000_000)).spans.len(), 1);
        assert_eq!(system(&buckets, SimTime(200_000_000)).spans.len(), 2);
    }

    #[test]
    fn rare_reasons_are_added_up() {
        let failed = vec![("timeout", 9.0), ("refused", 8.0), ("reset", 7.0), ("queue_full", 6.0), ("conflict", 2.0), ("limited", 1.0)];
        let set = system(&[bucket(0, 10.0, failed)], SimTime(100_000_000));
        let labels: Vec<_> = set.charts[0].lines.iter().map(|l| l.label.as_str()).collect();
        assert_eq!(labels, ["timeout", "refused", "reset", "queue full", "other", "ok"]);
        assert_eq!(set.charts[0].top(), 33.0);
    }

    #[test]
    fn a_moment_finds_its_bucket() {
        let set = system(&[bucket(0, 1.0, vec![]), bucket(1, 2.0, vec![])], SimTime(300_000_000));
        assert_eq!(set.at(0.05), Some(0));
        assert_eq!(set.at(0.15), Some(1));
        assert_eq!(set.at(9.0), Some(1));
    }
}

//! From the run's buckets to charts: which lines, in which unit, with which current value and one-line summary.
//! Draws nothing.

mod compare;
mod node;
mod system;

use crate::app::panels::format;
use crate::engine::{SimDuration, SimTime};

pub use compare::{compare, Member, MOST_LINES};
pub use node::{node, node_costs};
pub use system::{costs, system};

/// Points a line at most has, so that it can be read.
pub const MOST_POINTS: usize = 60;

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
    /// Unit, as in `Gauge::unit`.
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
        line.values.get(bucket).copied().flatten().map_or("–".into(), |v| value_text(v, self.unit))
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

/// What a chart of a single line is called, how it is drawn, and how it stands now.
struct Single {
    name: &'static str,
    title: String,
    unit: &'static str,
    token: &'static str,
    least_top: f64,
    now: Option<f64>,
}

/// A chart of a single line.
fn single(Single { name, title, unit, token, least_top, now }: Single, values: Vec<Option<f64>>) -> Chart {
    let headline = now.map_or("–".to_string(), |v| value_text(v, unit));
    let summary = t!("%{what} now: %{value}", what = title, value = headline);
    let line = Line { label: title.to_lowercase(), ink: ink(token, &[]), values, stacked: false };
    Chart { name: name.into(), title, unit, headline, lines: vec![line], least_top, summary }
}

/// A value with its unit; a share that is nearly all keeps the digits that matter.
fn value_text(value: f64, unit: &str) -> String {
    match unit {
        "% ok" => format::availability(value),
        _ => format::with_unit(value, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::frame::Bucket;

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
        assert_eq!(system(&buckets, &Bucket::default(), SimTime(150_000_000)).spans.len(), 1);
        assert_eq!(system(&buckets, &Bucket::default(), SimTime(200_000_000)).spans.len(), 2);
    }

    #[test]
    fn rare_reasons_are_added_up() {
        let failed = vec![("timeout", 9.0), ("refused", 8.0), ("reset", 7.0), ("queue_full", 6.0), ("conflict", 2.0), ("limited", 1.0)];
        let set = system(&[bucket(0, 10.0, failed)], &Bucket::default(), SimTime(100_000_000));
        let labels: Vec<_> = set.charts[0].lines.iter().map(|l| l.label.as_str()).collect();
        assert_eq!(labels, ["timeout", "refused", "reset", "queue full", "other", "ok"]);
        assert_eq!(set.charts[0].top(), 33.0);
    }

    #[test]
    fn the_headline_is_of_now_and_failures_are_shown_beside_what_went_well() {
        let then = Bucket { p99_ms: Some(20.0), p99_all_ms: Some(20.0), ..bucket(0, 100.0, vec![]) };
        let quiet = system(std::slice::from_ref(&then), &then, SimTime(100_000_000));
        assert_eq!(quiet.charts[1].lines.iter().map(|l| l.label.as_str()).collect::<Vec<_>>(), ["p99", "p95", "p50"]);
        let now = Bucket { ok_per_s: 3.0, availability: Some(0.5), p99_ms: Some(10.0), p99_all_ms: Some(1000.0), ..Bucket::default() };
        let set = system(&[then], &now, SimTime(100_000_000));
        assert_eq!((set.charts[0].headline.as_str(), set.charts[1].headline.as_str()), ("3 /s", "p99 10 ms, with failures 1 s"));
        assert_eq!(set.charts[1].lines[0].label, "p99 with failures");
        let none = system(&[bucket(0, 1.0, vec![])], &Bucket::default(), SimTime(100_000_000));
        assert_eq!(none.charts[1].headline, "p99 –");
    }

    #[test]
    fn a_moment_finds_its_bucket() {
        let set = system(&[bucket(0, 1.0, vec![]), bucket(1, 2.0, vec![])], &Bucket::default(), SimTime(300_000_000));
        assert_eq!(set.at(0.05), Some(0));
        assert_eq!(set.at(0.15), Some(1));
        assert_eq!(set.at(9.0), Some(1));
    }
}

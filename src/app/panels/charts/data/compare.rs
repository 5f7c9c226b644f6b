//! Nodes beside each other: utilisation and waiting requests of each over the same time.
//! Draws nothing.

use super::node::measured;
use super::{ink, Chart, ChartSet, Ink, Line};
use crate::app::panels::format;
use crate::engine::SimTime;
use crate::lab::frame::NodeBucket;
use crate::order::Ordered;

/// Lines that can be told apart in one chart.
pub const MOST_LINES: usize = 8;

/// Colours and dashes of the lines, in order.
const INKS: [Ink; MOST_LINES] = [
    ink("--cat-1", &[]),
    ink("--cat-2", &[6.0, 2.0]),
    ink("--cat-3", &[2.0, 2.0]),
    ink("--cat-4", &[8.0, 2.0, 2.0, 2.0]),
    ink("--cat-5", &[1.0, 3.0]),
    ink("--cat-6", &[4.0, 4.0]),
    ink("--cat-7", &[10.0, 3.0]),
    ink("--cat-8", &[5.0, 2.0, 1.0, 2.0]),
];

/// What was measured at a node, over time and now.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Over time.
    pub buckets: Vec<NodeBucket>,
    /// Utilisation and waiting requests now.
    pub now: (f64, f64),
}

/// These nodes, which are the busiest, in the diagram's order.
pub fn compare(members: Vec<Member>, now: SimTime) -> ChartSet {
    let nodes: Vec<_> = members.iter().map(|member| (&member.name, measured(&member.buckets, now))).collect();
    // The time axis is that of the node that was there the longest.
    let Some(spans) = nodes.iter().map(|(_, (_, spans))| spans).max_by_key(|s| s.len()).cloned().filter(|s| !s.is_empty()) else {
        return ChartSet::default();
    };
    let at = |(buckets, own): &(Vec<NodeBucket>, Vec<(f64, f64)>), (start, end): (f64, f64)| {
        let middle = (start + end) / 2.0;
        let i = own.partition_point(|(start, _)| *start <= middle).checked_sub(1)?;
        own.get(i).filter(|(_, end)| middle < *end).and_then(|_| buckets.get(i).cloned())
    };
    let rows: Vec<(String, Vec<Option<NodeBucket>>)> =
        nodes.iter().map(|(name, own)| ((*name).clone(), spans.iter().map(|span| at(own, *span)).collect())).collect();
    let chart =
        |name: &str, title: &'static str, unit: &'static str, least_top: f64, pick: fn(&NodeBucket) -> f64, now: fn(&Member) -> f64| {
            let lines: Vec<Line> = rows
                .iter()
                .zip(INKS)
                .map(|((label, row), ink)| Line {
                    label: label.clone(),
                    ink,
                    values: row.iter().map(|b| b.as_ref().map(pick)).collect(),
                    stacked: false,
                })
                .collect();
            let mut ranking: Vec<(&str, f64)> = members.iter().take(INKS.len()).map(|m| (m.name.as_str(), now(m))).collect();
            ranking.order_by(|a, b| b.1.total_cmp(&a.1));
            let ranking: Vec<String> =
                ranking.into_iter().map(|(name, value)| format!("{name} {}", format::with_unit(value, unit))).collect();
            let headline = ranking.first().cloned().unwrap_or_else(|| "–".into());
            let summary = t!("%{what}, the greatest first: %{list}", what = title, list = ranking.join(", "));
            // The legend reads from the last line to the first.
            Chart { name: name.into(), title: title.into(), unit, headline, lines: lines.into_iter().rev().collect(), least_top, summary }
        };
    let charts = vec![
        chart("utilisation-compared", t!("Utilisation of each"), "%", 1.0, |b| b.utilisation, |m| m.now.0),
        chart("waiting-compared", t!("Waiting requests of each"), "", 1.0, |b| b.queue, |m| m.now.1),
    ];
    ChartSet { spans, charts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SimDuration;

    fn series(from: u64, utilisation: f64) -> Vec<NodeBucket> {
        let bucket =
            |i| NodeBucket { start: SimTime(i * 100_000_000), length: SimDuration::from_millis(100), utilisation, ..NodeBucket::default() };
        (from..10).map(bucket).collect()
    }

    fn member(name: &str, from: u64, utilisation: f64) -> Member {
        Member { name: name.into(), buckets: series(from, utilisation), now: (utilisation, 0.0) }
    }

    #[test]
    fn a_node_that_came_later_has_no_value_before() {
        let set = compare(vec![member("A", 0, 0.5), member("B", 6, 0.9)], SimTime(1_000_000_000));
        let chart = &set.charts[0];
        assert_eq!(chart.lines.iter().map(|l| l.label.as_str()).collect::<Vec<_>>(), ["B", "A"]);
        assert_eq!(chart.lines[0].values[..7].iter().filter(|v| v.is_none()).count(), 6);
        assert!(chart.headline.starts_with("B 90"));
    }
}

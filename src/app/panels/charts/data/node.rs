//! Charts of one node: utilisation, waiting requests, what its kind adds; availability and cost.
//! Draws nothing.

use super::{complete, single, ChartSet, Single, MOST_POINTS};
use crate::app::panels::format;
use crate::engine::SimTime;
use crate::lab::frame::{Gauge, NodeBucket, NodeFrame};
use crate::metrics::cost_per_million;

/// Neighbours merged until at most [`MOST_POINTS`] are left.
fn merge(buckets: &[NodeBucket]) -> Vec<NodeBucket> {
    let per = buckets.len().div_ceil(MOST_POINTS).max(1).next_power_of_two();
    // A last one of fewer than half the others would be too noisy beside them.
    buckets.chunks(per).filter(|chunk| chunk.len() * 2 >= per).filter_map(NodeBucket::merged).collect()
}

/// The complete buckets, merged, and where each begins and ends.
pub(super) fn measured(buckets: &[NodeBucket], now: SimTime) -> (Vec<NodeBucket>, Vec<(f64, f64)>) {
    let n = complete(buckets.iter().map(|b| (b.start, b.length)), now);
    let buckets = merge(&buckets[..n]);
    let spans = buckets.iter().map(|b| (b.start.as_secs_f64(), (b.start + b.length).as_secs_f64())).collect();
    (buckets, spans)
}

/// What a node is worth and what it costs. `lately` is how it is now.
pub fn node_costs(buckets: &[NodeBucket], lately: Option<&NodeFrame>, now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    if buckets.is_empty() {
        return ChartSet::default();
    }
    let seconds = |b: &NodeBucket| b.length.as_secs_f64().max(1e-9);
    let well = |b: &NodeBucket| b.ended.saturating_sub(b.failed) as f64 / seconds(b);
    let ended = |f: &NodeFrame| f.rate_per_s + f.refused_per_s;
    let chart = |name, title: &str, unit, token, least_top, pick: &dyn Fn(&NodeBucket) -> Option<f64>, now| {
        single(Single { name, title: title.into(), unit, token, least_top, now }, buckets.iter().map(pick).collect())
    };
    let share = lately.filter(|f| ended(f) > 0.0).map(|f| f.ok_share);
    let million = lately.and_then(|f| cost_per_million(f.cost_per_hour, ended(f) * f.ok_share));
    let charts = vec![
        chart("availability", t!("Availability"), "% ok", "--good", 1.0, &|b| b.availability(), share),
        chart("cost", t!("Cost per hour"), "$", "--accent", 0.0, &|b| Some(b.cost_per_hour), lately.map(|f| f.cost_per_hour)),
        chart(
            "cost-per-million",
            t!("Cost per million requests"),
            "$",
            "--warn",
            0.0,
            &|b| cost_per_million(b.cost_per_hour, well(b)),
            million,
        ),
    ];
    ChartSet { spans, charts }
}

/// The charts of one node. `lately` is how it is now; its gauges give names and units to what the buckets hold.
pub fn node(buckets: &[NodeBucket], lately: Option<&NodeFrame>, has_station: bool, now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    let Some(last) = buckets.last() else {
        return ChartSet::default();
    };
    let chart = |name, title: String, unit, token, least_top, now, pick: &dyn Fn(&NodeBucket) -> Option<f64>| {
        single(Single { name, title, unit, token, least_top, now }, buckets.iter().map(pick).collect())
    };
    let mut charts = Vec::new();
    if has_station {
        let (used, waiting) = (lately.map(|f| f.utilisation), lately.map(|f| f.queue as f64));
        charts.push(chart("utilisation", t!("Utilisation").into(), "%", "--good", 1.0, used, &|b| Some(b.utilisation)));
        charts.push(chart("queue", t!("Waiting requests").into(), "", "--warn", 1.0, waiting, &|b| Some(b.queue)));
    }
    for name in last.gauges.iter().map(|(name, _)| *name) {
        let gauge = lately.and_then(|f| f.gauges.iter().find(|g| g.name == name));
        let unit = gauge.map_or("", |g| g.unit);
        let title = format::sentence(&gauge.map_or_else(|| format::words(name), |g| t!(g.label).to_string()));
        let token = if name.contains("lag") || name.contains("stale") { "--odd" } else { "--accent" };
        let value = |b: &NodeBucket| b.gauges.iter().find(|(n, _)| *n == name).and_then(|(_, reading)| reading.value());
        charts.push(chart(name, title, unit, token, if unit == "%" { 1.0 } else { 0.0 }, gauge.and_then(Gauge::value), &value));
    }
    ChartSet { spans, charts }
}

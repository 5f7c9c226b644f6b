//! Charts of one node: utilisation, waiting requests, what its kind adds; availability and cost.
//! Draws nothing.

use super::{complete, single, ChartSet, MOST_POINTS};
use crate::app::panels::format;
use crate::engine::SimTime;
use crate::lab::frame::{Gauge, NodeBucket};
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

/// What a node is worth and what it costs.
pub fn node_costs(buckets: &[NodeBucket], now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    if buckets.is_empty() {
        return ChartSet::default();
    }
    let line = |pick: &dyn Fn(&NodeBucket) -> Option<f64>| buckets.iter().map(pick).collect::<Vec<_>>();
    let seconds = |b: &NodeBucket| b.length.as_secs_f64().max(1e-9);
    let well = |b: &NodeBucket| b.handled.saturating_sub(b.failed) as f64 / seconds(b);
    let charts = vec![
        single("availability", t!("Availability").into(), "% ok", "--good", 1.0, line(&|b| b.availability())),
        single("cost", t!("Cost per hour").into(), "$", "--accent", 0.0, line(&|b| Some(b.cost_per_hour))),
        single(
            "cost-per-million",
            t!("Cost per million requests").into(),
            "$",
            "--warn",
            0.0,
            line(&|b| cost_per_million(b.cost_per_hour, well(b))),
        ),
    ];
    ChartSet { spans, charts }
}

/// The charts of one node. `gauges` are its current gauges: they give names and units to what the buckets hold.
pub fn node(buckets: &[NodeBucket], gauges: &[Gauge], has_station: bool, now: SimTime) -> ChartSet {
    let (buckets, spans) = measured(buckets, now);
    let Some(last) = buckets.last() else {
        return ChartSet::default();
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

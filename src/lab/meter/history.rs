//! The closed buckets of a run: for the system and for each node. What is closed does not change, so snapshots share it.
//! Measures nothing.

use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use crate::components::Reading;
use crate::engine::request::{ByReason, Outcome};
use crate::engine::{NodeIndex, SimDuration, SimTime};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::series::merge_pairs;
use crate::metrics::{availability, cost_per_million, Cells, Latency};

/// A closed bucket of the whole system, with what it takes to merge it with others.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    bucket: Bucket,
    ok: u64,
    failed: ByReason,
    stale: u64,
    /// Cost per hour, times the length in seconds.
    cost: f64,
    latency: Cells,
    /// Of those that failed.
    failed_latency: Cells,
}

/// The bucket that is being filled.
#[derive(Clone, Debug)]
pub(super) struct Present {
    start: SimTime,
    ok: u64,
    failed: ByReason,
    stale: u64,
    latency: Latency,
    failed_latency: Latency,
    /// The first durations, in ns; only the others are in `latency`.
    few: Vec<u64>,
}

/// Those that are worked out: median, 95th and 99th percentile.
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];
/// In a bucket of no more than so many requests no histogram is needed.
const FEW: usize = 128;

impl Default for Present {
    fn default() -> Self {
        Present {
            start: SimTime::ZERO,
            ok: 0,
            failed: ByReason::default(),
            stale: 0,
            latency: Latency::new(2),
            failed_latency: Latency::new(2),
            few: Vec::new(),
        }
    }
}

impl Present {
    /// Takes note of a request that ended.
    pub fn record(&mut self, latency: SimDuration, outcome: &Outcome, stale: bool) {
        self.stale += u64::from(stale);
        match outcome {
            Err(failure) => {
                self.failed.add(failure.reason);
                self.failed_latency.record(latency);
            }
            Ok(_) => {
                self.ok += 1;
                if self.few.len() < FEW {
                    self.few.push(latency.0);
                } else {
                    self.latency.record(latency);
                }
            }
        }
    }

    /// Closes it: its figures, with what it cost. The next begins now, with the memory that this one had.
    pub fn close(&mut self, now: SimTime, cost: f64) -> Raw {
        let (latency, quantiles) = if self.latency.count() == 0 {
            self.latency.take_few(&self.few, QUANTILES)
        } else {
            self.few.iter().for_each(|ns| self.latency.record(SimDuration(*ns)));
            self.latency.take(QUANTILES)
        };
        let bucket = Bucket { start: self.start, length: now.since(self.start), ..Bucket::default() };
        let failed_latency = if self.failed_latency.count() == 0 { Cells::default() } else { self.failed_latency.take([]).0 };
        let mut raw = Raw { bucket, ok: self.ok, failed: self.failed, stale: self.stale, cost, latency, failed_latency };
        raw.work_out(quantiles);
        self.few.clear();
        (self.start, self.ok, self.failed, self.stale) = (now, 0, ByReason::default(), 0);
        raw
    }
}

impl Raw {
    /// Buckets that follow each other as one, closed.
    fn merged(buckets: &[&Raw]) -> Option<Raw> {
        let (first, rest) = buckets.split_first()?;
        let latency = Cells::sum(buckets.iter().map(|b| &b.latency));
        let quantiles = latency.quantiles_ms(QUANTILES);
        let failed_latency = Cells::sum(buckets.iter().map(|b| &b.failed_latency).filter(|cells| !cells.is_empty()));
        let mut sum = Raw { bucket: first.bucket.clone(), latency, failed_latency, ..**first };
        for next in rest {
            sum.bucket.length = sum.bucket.length + next.bucket.length;
            sum.ok += next.ok;
            sum.failed.merge(&next.failed);
            sum.stale += next.stale;
            sum.cost += next.cost;
        }
        sum.work_out(quantiles);
        Some(sum)
    }

    fn work_out(&mut self, quantiles: [Option<f64>; 3]) {
        let seconds = self.bucket.length.as_secs_f64().max(1e-9);
        self.bucket.ok_per_s = self.ok as f64 / seconds;
        self.bucket.failed_per_s = self.failed.iter().map(|(r, n)| (r.as_str(), n as f64 / seconds)).collect();
        self.bucket.availability = availability(self.ok, self.failed.total());
        self.bucket.cost_per_hour = self.cost / seconds;
        self.bucket.cost_per_million = cost_per_million(self.bucket.cost_per_hour, self.bucket.ok_per_s);
        self.bucket.stale_per_s = self.stale as f64 / seconds;
        [self.bucket.p50_ms, self.bucket.p95_ms, self.bucket.p99_ms] = quantiles;
        self.bucket.p99_all_ms = match (self.latency.is_empty(), self.failed_latency.is_empty()) {
            (_, true) => self.bucket.p99_ms,
            (true, false) => self.failed_latency.quantiles_ms([0.99])[0],
            (false, false) => Cells::sum([&self.latency, &self.failed_latency].into_iter()).quantiles_ms([0.99])[0],
        };
    }
}

/// A closed bucket of everything. Nodes that came later are not in it.
#[derive(Debug)]
struct Row {
    system: Raw,
    nodes: Box<[NodeFigures]>,
    /// What the kinds add, node after node; the names are mostly those of the bucket before.
    names: Arc<[&'static str]>,
    gauges: Box<[Reading]>,
}

/// A node's part of a bucket, beside what its kind adds.
#[derive(Clone, Copy, Debug)]
struct NodeFigures {
    /// A node that came late began in the middle.
    start: SimTime,
    length: SimDuration,
    instances: f32,
    utilisation: f64,
    queue: f64,
    handled: u64,
    ended: u64,
    failed: u64,
    cost_per_hour: f64,
    /// Where its gauges end.
    gauges_end: u32,
}

impl Row {
    fn new(system: Raw, nodes: impl Iterator<Item = NodeBucket>, before: Option<&Row>) -> Row {
        let (mut names, mut gauges) = (Vec::new(), Vec::new());
        let figures = |node: NodeBucket| {
            let NodeBucket { start, length, instances, utilisation, queue, handled, ended, failed, cost_per_hour, gauges: added } = node;
            names.extend(added.iter().map(|(name, _)| *name));
            gauges.extend(added.iter().map(|(_, reading)| *reading));
            let (instances, gauges_end) = (instances as f32, gauges.len() as u32);
            NodeFigures { start, length, instances, utilisation, queue, handled, ended, failed, cost_per_hour, gauges_end }
        };
        let nodes = nodes.map(figures).collect();
        let names = before.filter(|b| *b.names == *names).map_or_else(|| names.into(), |b| b.names.clone());
        Row { system, nodes, names, gauges: gauges.into() }
    }

    fn node(&self, node: usize) -> Option<NodeBucket> {
        let NodeFigures { start, length, instances, utilisation, queue, handled, ended, failed, cost_per_hour, gauges_end } =
            *self.nodes.get(node)?;
        let first = node.checked_sub(1).map_or(0, |before| self.nodes[before].gauges_end as usize);
        let added = first..gauges_end as usize;
        let gauges = self.names[added.clone()].iter().copied().zip(self.gauges[added].iter().copied()).collect();
        let instances = f64::from(instances);
        Some(NodeBucket { start, length, instances, utilisation, queue, handled, ended, failed, cost_per_hour, gauges })
    }

    /// Neighbours as one.
    fn merged(&self, next: &Row) -> Option<Row> {
        let system = Raw::merged(&[&self.system, &next.system])?;
        let both = |i: usize| match (self.node(i), next.node(i)?) {
            (Some(a), b) => NodeBucket::merged(&[a, b.clone()]).map(|mut both| {
                for ((_, reading), (_, end)) in both.gauges.iter_mut().zip(&b.gauges) {
                    // Here these are sums since the run began.
                    if matches!(end, Reading::Ratio(..)) {
                        *reading = *end;
                    }
                }
                both
            }),
            (None, b) => Some(b),
        };
        Some(Row::new(system, (0..next.nodes.len()).filter_map(both), Some(next)))
    }

    fn bytes(&self) -> usize {
        size_of::<Row>()
            + self.system.latency.bytes()
            + self.system.failed_latency.bytes()
            + size_of_val(&*self.nodes)
            + size_of_val(&*self.gauges)
    }
}

/// The closed buckets. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    rows: Vec<Arc<Row>>,
}

impl History {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes up the bucket that follows.
    pub fn push(&mut self, system: Raw, nodes: Vec<NodeBucket>) {
        let row = Row::new(system, nodes.into_iter(), self.rows.last().map(|row| &**row));
        self.rows.push(Arc::new(row));
    }

    /// Merges them in pairs.
    pub fn coarsen(&mut self) {
        merge_pairs(&mut self.rows, |a, b| {
            if let Some(both) = a.merged(b) {
                *a = Arc::new(both);
            }
        });
    }

    /// Those of the system.
    pub fn system(&self) -> impl DoubleEndedIterator<Item = &Bucket> + ExactSizeIterator + '_ {
        self.rows.iter().map(|row| &row.system.bucket)
    }

    /// Those of the system, neighbours merged until at most `most` are left.
    pub fn system_of_at_most(&self, most: usize) -> Vec<Bucket> {
        let per = self.rows.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        let merged = |rows: &[Arc<Row>]| match rows {
            [one] => Some(one.system.bucket.clone()),
            _ => Raw::merged(&rows.iter().map(|r| &r.system).collect::<Vec<_>>()).map(|raw| raw.bucket),
        };
        self.rows.chunks(per).filter_map(merged).collect()
    }

    /// A node's; nodes that came late have fewer.
    pub fn of_node(&self, node: NodeIndex) -> impl Iterator<Item = NodeBucket> + '_ {
        let mut before: Vec<(&'static str, Reading)> = Vec::new();
        self.rows.iter().filter_map(move |row| row.node(node.at())).map(move |mut bucket| {
            let sums = bucket.gauges.clone();
            for (name, reading) in bucket.gauges.iter_mut().filter(|(_, reading)| matches!(reading, Reading::Ratio(..))) {
                if let Some((_, then)) = before.iter().find(|(n, _)| n == name) {
                    *reading = reading.since(*then);
                }
            }
            before = sums;
            bucket
        })
    }

    /// Bytes of the buckets that an earlier clone does not share.
    pub fn bytes_beside(&self, before: Option<&History>) -> usize {
        let shared = |row: &Arc<Row>| before.is_some_and(|b| b.rows.iter().any(|r| Arc::ptr_eq(r, row)));
        // The latest are those that are new, until all are merged.
        let new = self.rows.iter().rev().take_while(|row| !shared(row));
        self.rows.len() * size_of::<Arc<Row>>() + new.map(|row| row.bytes()).sum::<usize>()
    }
}

//! The closed buckets of a run: for the system and for each node. What is closed does not change, so snapshots share it.
//! Measures nothing.

use std::mem;
use std::sync::Arc;

use crate::engine::pack::{Pack, Packer, Texts, Unpacker};
use crate::engine::request::ByReason;
use crate::engine::scale::{list, Scale};
use crate::engine::{NodeIndex, SimDuration, SimTime};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::series::merge_pairs;
use crate::metrics::{availability, cost_per_million, Latency};

/// A bucket of the whole system, with what it takes to merge it with others.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub bucket: Bucket,
    pub ok: u64,
    pub failed: ByReason,
    pub stale: u64,
    /// Cost per hour, times the length in seconds.
    pub cost: f64,
    /// Packed once the bucket is closed.
    pub latency: Latency,
    /// The first durations, in ns, until the bucket is closed; only the others are in `latency`.
    pub few: Vec<u64>,
}

/// Those that are worked out: median, 95th and 99th percentile.
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];
/// In a bucket of no more than so many requests no histogram is needed.
const FEW: usize = 128;

impl Raw {
    pub fn new(start: SimTime, latency: Latency) -> Self {
        let bucket = Bucket { start, ..Bucket::default() };
        Raw { bucket, ok: 0, failed: ByReason::default(), stale: 0, cost: 0.0, latency, few: Vec::new() }
    }

    /// Takes note of a request that ended well.
    pub fn record(&mut self, latency: SimDuration) {
        self.ok += 1;
        if self.few.len() < FEW {
            self.few.push(latency.0);
        } else {
            self.latency.record(latency);
        }
    }

    /// Buckets that follow each other as one, closed.
    fn merged(buckets: &[&Raw]) -> Option<Raw> {
        let (first, rest) = buckets.split_first()?;
        let (latency, quantiles) = Latency::sum_of_packed(buckets.iter().map(|b| &b.latency), QUANTILES);
        let mut sum = Raw { bucket: first.bucket.clone(), latency, few: Vec::new(), ..**first };
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

    /// A copy with the latencies packed.
    pub fn frozen(&self) -> Raw {
        Raw { bucket: self.bucket.clone(), latency: self.latency.packed(), few: self.few.clone(), ..*self }
    }

    /// Works out the figures, and packs the latencies. Gives the bucket that begins now, with the memory that they had.
    pub fn close(&mut self, now: SimTime) -> Raw {
        let mut few = std::mem::take(&mut self.few);
        let (packed, quantiles) = if self.latency.count() == 0 {
            self.latency.take_few_packed(&few, QUANTILES)
        } else {
            few.iter().for_each(|ns| self.latency.record(SimDuration(*ns)));
            self.latency.take_packed(QUANTILES)
        };
        self.work_out(quantiles);
        few.clear();
        Raw { few, ..Raw::new(now, std::mem::replace(&mut self.latency, packed)) }
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
    }
}

/// A closed bucket of everything. Nodes that came later are not in it.
#[derive(Debug)]
struct Row {
    system: Raw,
    nodes: PackedNodes,
}

/// The nodes' part of a bucket: much the most of it, and read only where a node's chart is drawn.
#[derive(Debug)]
struct PackedNodes {
    bytes: Box<[u8]>,
    /// Where each node's bytes end.
    ends: Box<[u32]>,
}

/// What a node's part of a bucket usually takes at most.
const BYTES_OF_NODE: usize = 64;

impl PackedNodes {
    fn new(nodes: impl Iterator<Item = NodeBucket>, texts: &mut Texts) -> PackedNodes {
        let mut to = Packer::new(texts.clone());
        to.reserve(nodes.size_hint().0 * BYTES_OF_NODE);
        let pack = |NodeBucket { start, length, utilisation, queue, handled, ended, failed, cost_per_hour, gauges }: NodeBucket| {
            to.number(start.0);
            (length, utilisation, queue).pack(&mut to);
            (handled, ended, failed).pack(&mut to);
            cost_per_hour.pack(&mut to);
            gauges.pack(&mut to);
            to.len() as u32
        };
        let ends = nodes.map(pack).collect();
        let (bytes, all) = to.close();
        *texts = all;
        PackedNodes { bytes, ends }
    }

    fn get(&self, node: usize, texts: &Texts) -> Option<NodeBucket> {
        let end = *self.ends.get(node)? as usize;
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let mut from = Unpacker::new(&self.bytes[start..end], texts);
        let start = SimTime(from.number());
        let (length, utilisation, queue) = Pack::unpack(&mut from);
        let (handled, ended, failed) = Pack::unpack(&mut from);
        let cost_per_hour = Pack::unpack(&mut from);
        let gauges = Pack::unpack(&mut from);
        Some(NodeBucket { start, length, utilisation, queue, handled, ended, failed, cost_per_hour, gauges })
    }
}

impl Row {
    fn weigh(self: &Arc<Row>, scale: &mut Scale) {
        if scale.shared(self, self.nodes.bytes.len() + mem::size_of_val(&*self.nodes.ends)) {
            scale.add(list(&self.system.bucket.failed_per_s));
            self.system.latency.weigh(scale);
        }
    }

    /// Neighbours as one.
    fn merged(&self, next: &Row, texts: &mut Texts) -> Option<Row> {
        let system = Raw::merged(&[&self.system, &next.system])?;
        let known = texts.clone();
        let both = |i: usize| {
            let b = next.nodes.get(i, &known)?;
            match self.nodes.get(i, &known) {
                // What a kind adds is how it stood at the end.
                Some(a) => NodeBucket::merged(&[a, b.clone()]).map(|both| NodeBucket { gauges: b.gauges, ..both }),
                // A node that came late begins in the middle.
                None => Some(b),
            }
        };
        Some(Row { system, nodes: PackedNodes::new((0..next.nodes.ends.len()).filter_map(both), texts) })
    }
}

/// The closed buckets.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    rows: Vec<Arc<Row>>,
    /// The system's, in one piece.
    system: Vec<Bucket>,
    /// Names of what kinds add.
    texts: Texts,
}

impl History {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes up the bucket that follows.
    pub fn push(&mut self, system: Raw, nodes: Vec<NodeBucket>) {
        self.system.push(system.bucket.clone());
        let nodes = PackedNodes::new(nodes.into_iter(), &mut self.texts);
        self.rows.push(Arc::new(Row { system, nodes }));
    }

    /// Merges them in pairs.
    pub fn coarsen(&mut self) {
        merge_pairs(&mut self.rows, |a, b| {
            if let Some(both) = a.merged(b, &mut self.texts) {
                *a = Arc::new(both);
            }
        });
        self.unfold();
    }

    /// Those of the system.
    pub fn system(&self) -> &[Bucket] {
        &self.system
    }

    /// Those of the system, neighbours merged until at most `most` are left.
    pub fn system_of_at_most(&self, most: usize) -> Vec<Bucket> {
        let per = self.rows.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        if per == 1 {
            return self.system.clone();
        }
        let merged = |rows: &[Arc<Row>]| Raw::merged(&rows.iter().map(|r| &r.system).collect::<Vec<_>>()).map(|raw| raw.bucket);
        self.rows.chunks(per).filter_map(merged).collect()
    }

    /// A node's; nodes that came late have fewer.
    pub fn of_node(&self, node: NodeIndex) -> impl Iterator<Item = NodeBucket> + '_ {
        self.rows.iter().filter_map(move |row| row.nodes.get(node.at(), &self.texts))
    }

    /// A copy that shares what it holds, of use after [`History::thaw`].
    pub fn frozen(&mut self) -> History {
        // Each bucket is compressed when it is first copied, so that a run without copies does not pay for it.
        self.rows.iter_mut().filter_map(Arc::get_mut).for_each(|row| row.system.latency.compress());
        History { rows: self.rows.clone(), system: Vec::new(), texts: self.texts.clone() }
    }

    /// Makes a frozen copy work.
    pub fn thaw(&mut self) {
        self.unfold();
    }

    fn unfold(&mut self) {
        self.system = self.rows.iter().map(|r| r.system.bucket.clone()).collect();
    }

    /// Weighs it.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(list(&self.rows) + list(&self.system));
        self.rows.iter().for_each(|row| row.weigh(scale));
    }
}

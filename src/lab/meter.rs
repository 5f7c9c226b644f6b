//! The meter of an experiment: turns what the world observed into totals, series and rates. Decides nothing.

mod baseline;
mod counts;
mod history;

use std::collections::VecDeque;
use std::mem::{size_of, take};
use std::sync::Arc;

use self::baseline::Baseline;
pub use self::counts::{Counts, LinkCount, NodeCount};
use self::history::{History, Present};
use crate::components::{Component, View};
use crate::engine::core::Observation;
use crate::engine::{LinkIndex, NodeIndex, SimTime, World};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::{cost_per_hour, Cells, Clock, Latency};

/// Latencies by client, of requests that went well and of those that failed, in few bytes.
pub type ByClient = [Vec<Cells>; 2];

/// The meter.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    clock: Clock,
    present: Present,
    closed: History,
    last: Arc<Counts>,
    recent: VecDeque<Arc<Counts>>,
    /// How long requests took that went well, by client.
    pub by_client: Vec<Latency>,
    /// How long requests took that failed, by client.
    pub failed_by_client: Vec<Latency>,
    /// The books when the statistics began (after a warm-up).
    pub baseline: Arc<Baseline>,
}

impl Meter {
    /// Takes the state of a fresh world as the start of all rates.
    pub fn begin(&mut self, world: &World<Component>) {
        self.last = Arc::new(Counts::read(world));
        self.recent = VecDeque::from([self.last.clone()]);
    }

    /// When the present bucket ends: the world must not be run past it without calling [`Meter::close`].
    pub fn bucket_end(&self) -> SimTime {
        self.clock.end
    }

    /// Takes note of an observation.
    pub fn observe(&mut self, observation: &Observation) {
        if let Observation::Ended { at, client, start, outcome, stale, internal: false, .. } = observation {
            let latency = at.since(*start);
            let by_client = match outcome {
                Ok(_) => {
                    self.present.record(latency);
                    &mut self.by_client
                }
                Err(reason) => {
                    self.present.failed.add(*reason);
                    &mut self.failed_by_client
                }
            };
            if by_client.len() <= client.at() {
                by_client.resize_with(client.at() + 1, || Latency::new(3));
            }
            by_client[client.at()].record(latency);
            self.present.stale += u64::from(*stale);
        }
    }

    /// Closes the present bucket at its end.
    pub fn close(&mut self, world: &World<Component>) {
        let counts = Arc::new(Counts::read(world));
        let length = counts.at.since(self.last.at);
        let mut total_cost = 0.0;
        let mut nodes = Vec::with_capacity(counts.nodes.len());
        let ns = length.0.max(1) as f64;
        for i in 0..counts.nodes.len() {
            let node = NodeIndex(i as u32);
            let added = counts.node(node).since(&self.last.node(node));
            let cost = match world.core.nodes[i].removed {
                true => 0.0,
                false => cost_per_hour(world.behaviours[i].prices(), added.completed as f64 / length.as_secs_f64().max(1e-9)),
            };
            total_cost += cost * length.as_secs_f64();
            let view = View { core: &world.core, node };
            let gauges = world.behaviours[i]
                .gauges(&view)
                .into_iter()
                .filter(|g| !g.label.is_empty())
                .map(|g| (g.name, g.value().unwrap_or(0.0)))
                .collect();
            nodes.push(NodeBucket {
                start: self.last.at,
                length,
                handled: added.handled(),
                ended: added.ended(),
                failed: added.failed.total(),
                cost_per_hour: cost,
                utilisation: added.utilisation(),
                queue: added.areas.queue as f64 / ns,
                gauges,
            });
        }
        self.closed.push(self.present.close(counts.at, total_cost), nodes);
        if self.clock.close(self.closed.len()) {
            self.closed.coarsen();
        }
        self.last = counts.clone();
        self.recent.push_back(counts);
        // The last second, or a few buckets where they are longer.
        while self.recent.len() > 4 && self.recent.get(1).is_some_and(|c| self.last.at.since(c.at).0 >= 1_000_000_000) {
            self.recent.pop_front();
        }
    }

    /// Latency of requests since the statistics began that went well, and of those that failed: of one client, or of all.
    pub fn latency(&self, client: Option<NodeIndex>) -> [Latency; 2] {
        [&self.by_client, &self.failed_by_client].map(|by_client| {
            let mut sum = Latency::new(3);
            match client {
                Some(client) => by_client.get(client.at()).into_iter().for_each(|latency| sum.merge(latency)),
                None => by_client.iter().for_each(|latency| sum.merge(latency)),
            }
            sum
        })
    }

    /// The closed buckets.
    pub fn series(&self) -> impl DoubleEndedIterator<Item = &Bucket> + ExactSizeIterator + '_ {
        self.closed.system()
    }

    /// The closed buckets, neighbours merged until at most `most` are left: percentiles are those of all the merged requests.
    pub fn series_of_at_most(&self, most: usize) -> Vec<Bucket> {
        self.closed.system_of_at_most(most)
    }

    /// A node's closed buckets; nodes added late have fewer.
    pub fn node_series(&self, node: NodeIndex) -> impl Iterator<Item = NodeBucket> + '_ {
        self.closed.of_node(node)
    }

    /// A node's closed buckets, neighbours merged until at most `most` are left.
    pub fn node_series_of_at_most(&self, node: NodeIndex, most: usize) -> Vec<NodeBucket> {
        let series: Vec<NodeBucket> = self.node_series(node).collect();
        let per = series.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        series.chunks(per).filter_map(NodeBucket::merged).collect()
    }

    /// A copy for a snapshot: without the latencies by client, which come beside it in fewer bytes.
    pub fn snapshot(&mut self) -> (Meter, ByClient) {
        let (ok, failed) = (take(&mut self.by_client), take(&mut self.failed_by_client));
        let copy = (self.clone(), [&ok, &failed].map(|l| l.iter().map(Latency::cells).collect()));
        (self.by_client, self.failed_by_client) = (ok, failed);
        copy
    }

    /// Makes a copy whole again.
    pub fn restore(&mut self, by_client: &ByClient) {
        let [ok, failed] = by_client.each_ref().map(|cells| cells.iter().map(Cells::latency).collect());
        (self.by_client, self.failed_by_client) = (ok, failed);
    }

    /// Bytes of a copy that an earlier one does not share.
    pub fn bytes_beside(&self, before: Option<&Meter>) -> usize {
        let counts = self.last.nodes.len() * size_of::<NodeCount>() + self.last.links.len() * size_of::<LinkCount>();
        self.closed.bytes_beside(before.map(|b| &b.closed)) + self.recent.len() * counts
    }

    /// The counters about a second ago, or the first that know this node if it is younger.
    pub fn before_node(&self, node: NodeIndex) -> &Counts {
        self.recent.iter().find(|c| c.nodes.len() > node.at()).unwrap_or(&self.last)
    }

    /// The same for a link.
    pub fn before_link(&self, link: LinkIndex) -> &Counts {
        self.recent.iter().find(|c| c.links.len() > link.at()).unwrap_or(&self.last)
    }

    /// Forgets the statistics so far (warm-up), not the series.
    pub fn reset(&mut self, world: &World<Component>) {
        self.by_client.clear();
        self.failed_by_client.clear();
        self.baseline = Arc::new(Baseline::read(world));
    }
}

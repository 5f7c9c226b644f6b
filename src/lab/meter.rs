//! The meter of an experiment: turns what the world observed into totals, series and rates. Decides nothing.

mod baseline;
mod counts;
mod history;
mod recent;

use std::mem::size_of;
use std::sync::Arc;

use self::baseline::Baseline;
pub use self::baseline::LinkBooks;
pub use self::counts::{Counts, NodeCount};
use self::history::{History, Present};
use self::recent::Recent;
pub use self::recent::{LinkLately, NodeLately};
use crate::components::{Component, Gauges, Reading, View};
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
    recent: Recent,
    /// How long requests took that went well, and those that failed, by client.
    by_client: [Vec<Latency>; 2],
    /// The books when the statistics began (after a warm-up).
    pub baseline: Arc<Baseline>,
}

impl Meter {
    /// Takes the state of a fresh world as the start of all rates.
    pub fn begin(&mut self, world: &World<Component>) {
        self.last = Arc::new(Counts::read(world));
        self.recent.look(world);
    }

    /// When it must look at the world next: the world must not be run past it without calling [`Meter::look`].
    pub fn due(&self) -> SimTime {
        self.clock.end.min(self.recent.due())
    }

    /// Looks at the world, when that is due.
    pub fn look(&mut self, world: &World<Component>) {
        if self.recent.due() <= world.core.now {
            self.recent.look(world);
        }
        if self.clock.end <= world.core.now {
            self.close(world);
        }
    }

    /// Takes note of an observation.
    pub fn observe(&mut self, observation: &Observation) {
        if let Observation::Ended { at, client, start, outcome, stale, internal: false, .. } = observation {
            let latency = at.since(*start);
            self.recent.observe(latency, outcome, *stale);
            self.present.record(latency, outcome, *stale);
            let by_client = &mut self.by_client[usize::from(outcome.is_err())];
            if by_client.len() <= client.at() {
                by_client.resize_with(client.at() + 1, || Latency::new(3));
            }
            by_client[client.at()].record(latency);
        }
    }

    /// Closes the present bucket at its end.
    fn close(&mut self, world: &World<Component>) {
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
            let gauges =
                world.behaviours[i].gauges(&view).into_iter().filter(|g| !g.label.is_empty()).map(|g| (g.name, g.reading)).collect();
            nodes.push(NodeBucket {
                start: self.last.at,
                length,
                handled: added.handled(),
                ended: added.ended(),
                failed: added.failed.total(),
                cost_per_hour: cost,
                utilisation: added.utilisation(),
                queue: added.areas.queue as f64 / ns,
                instances: if world.core.nodes[i].removed { 0.0 } else { 1.0 },
                gauges,
            });
        }
        self.closed.push(self.present.close(counts.at, total_cost), nodes);
        if self.clock.close(self.closed.len()) {
            self.closed.coarsen();
        }
        self.last = counts;
    }

    /// Latency of requests since the statistics began that went well, and of those that failed: of one client, or of all.
    pub fn latency(&self, client: Option<NodeIndex>) -> [Latency; 2] {
        self.by_client.each_ref().map(|by_client| {
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

    /// A copy for a snapshot: without the latencies by client, which come beside it in fewer bytes.
    pub fn snapshot(&mut self) -> (Meter, ByClient) {
        let by_client = std::mem::take(&mut self.by_client);
        let cells = by_client.each_ref().map(|of| of.iter().map(Latency::cells).collect());
        let copy = self.clone();
        self.by_client = by_client;
        (copy, cells)
    }

    /// Makes a copy whole again.
    pub fn restore(&mut self, by_client: &ByClient) {
        self.by_client = by_client.each_ref().map(|of| of.iter().map(Cells::latency).collect());
    }

    /// Bytes of a copy that an earlier one does not share.
    pub fn bytes_beside(&self, before: Option<&Meter>) -> usize {
        let counts = self.last.nodes.len() * size_of::<NodeCount>();
        self.closed.bytes_beside(before.map(|b| &b.closed)) + self.recent.bytes_beside(before.map(|b| &b.recent)) + counts
    }

    /// A node over the last second.
    pub fn node_lately(&self, world: &World<Component>, node: NodeIndex) -> NodeLately {
        self.recent.node(world, node)
    }

    /// A link over the last second.
    pub fn link_lately(&self, world: &World<Component>, link: LinkIndex) -> LinkLately {
        self.recent.link(world, link)
    }

    /// The requests that ended in the last second, at this cost per hour.
    pub fn requests_lately(&self, now: SimTime, cost_per_hour: f64) -> Bucket {
        self.recent.requests(now, cost_per_hour)
    }

    /// What a node's kind adds now: counts are since the statistics began, ratios of the last ten seconds.
    pub fn gauges_lately(&self, world: &World<Component>, node: NodeIndex) -> Gauges {
        let mut gauges = world.behaviours[node.at()].gauges(&View { core: &world.core, node });
        gauges.retain(|gauge| !gauge.label.is_empty());
        for gauge in &mut gauges {
            gauge.reading = match gauge.reading {
                Reading::Ratio(..) => self.recent.ratio(world.core.now, node, gauge),
                _ => self.baseline.reading(node, gauge),
            };
        }
        gauges
    }

    /// The statistics begin now: what was counted is forgotten, the series is not.
    pub fn reset(&mut self, world: &World<Component>) {
        self.by_client = Default::default();
        self.baseline = Arc::new(Baseline::read(world));
    }
}

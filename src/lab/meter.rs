//! The meter of an experiment: turns what the world observed into totals, series and rates. Decides nothing.

mod baseline;
mod counts;
mod history;

use std::collections::VecDeque;
use std::sync::Arc;

use self::baseline::Baseline;
pub use self::counts::{Counts, LinkCount, NodeCount};
use self::history::{History, Raw};
use crate::components::{Component, View};
use crate::engine::core::Observation;
use crate::engine::pack::{packed, Pack, Packer, Unpacker};
use crate::engine::scale::{list, Scale};
use crate::engine::{LinkIndex, NodeIndex, SimTime, World};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::{cost_per_hour, Clock, Latency};

packed!(struct NodeCount { completed, upkeep, refused, lost, failed, requests_ok, areas });
packed!(struct LinkCount { started, failed });

impl NodeCount {
    fn after(mut self, before: &NodeCount) -> NodeCount {
        self.completed += before.completed;
        self.upkeep += before.upkeep;
        self.refused += before.refused;
        self.lost += before.lost;
        self.failed.merge(&before.failed);
        self.requests_ok += before.requests_ok;
        self.areas.busy += before.areas.busy;
        self.areas.capacity += before.areas.capacity;
        self.areas.queue += before.areas.queue;
        self.areas.present += before.areas.present;
        self
    }
}

/// The meter.
#[derive(Clone, Debug)]
pub struct Meter {
    clock: Clock,
    present: Raw,
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

impl Default for Meter {
    fn default() -> Self {
        Meter {
            clock: Clock::default(),
            present: Raw::new(SimTime::ZERO, Latency::new(2)),
            closed: History::default(),
            last: Arc::default(),
            recent: VecDeque::new(),
            by_client: Vec::new(),
            failed_by_client: Vec::new(),
            baseline: Arc::default(),
        }
    }
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
        let mut done = std::mem::replace(&mut self.present, Raw::new(counts.at, Latency::new(2)));
        done.bucket.length = length;
        let mut nodes = Vec::with_capacity(counts.nodes.len());
        let ns = length.0.max(1) as f64;
        for i in 0..counts.nodes.len() {
            let node = NodeIndex(i as u32);
            let added = counts.node(node).since(&self.last.node(node));
            let cost = match world.core.nodes[i].removed {
                true => 0.0,
                false => cost_per_hour(world.behaviours[i].prices(), added.completed as f64 / length.as_secs_f64().max(1e-9)),
            };
            done.cost += cost * length.as_secs_f64();
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
        self.present = done.close(counts.at);
        self.closed.push(done, nodes);
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
    pub fn series(&self) -> &[Bucket] {
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

    /// A copy for a snapshot, of use after [`Meter::thaw`].
    pub fn frozen(&mut self) -> Meter {
        Meter {
            clock: self.clock,
            present: self.present.frozen(),
            closed: self.closed.frozen(),
            last: Arc::default(),
            recent: VecDeque::new(),
            by_client: self.by_client.iter_mut().filter(|l| l.count() > 0).map(Latency::frozen).collect(),
            failed_by_client: self.failed_by_client.clone(),
            baseline: self.baseline.clone(),
        }
    }

    /// Packs what [`Meter::frozen`] leaves out: each counter as the distance from its value before.
    pub fn pack(&self, to: &mut Packer) {
        let clients: Vec<usize> = (0..self.by_client.len()).filter(|i| self.by_client[*i].count() > 0).collect();
        clients.pack(to);
        self.recent.len().pack(to);
        let mut before = Counts::default();
        for counts in &self.recent {
            (counts.at, counts.nodes.len(), counts.links.len()).pack(to);
            let nodes = (0..).map(NodeIndex).zip(&counts.nodes);
            nodes.for_each(|(i, node)| node.since(&before.node(i)).pack(to));
            before = Counts::clone(counts);
            counts.links.iter().for_each(|link| link.pack(to));
        }
    }

    /// And unpacks it.
    pub fn unpack(&mut self, from: &mut Unpacker<'_>) {
        let clients = Vec::<usize>::unpack(from);
        let latencies = std::mem::take(&mut self.by_client);
        for (client, latency) in clients.into_iter().zip(latencies) {
            self.by_client.resize_with(client, || Latency::new(3));
            self.by_client.push(latency);
        }
        let mut before = Counts::default();
        self.recent.clear();
        for _ in 0..usize::unpack(from) {
            let (at, nodes, links) = Pack::unpack(from);
            let nodes = (0..nodes).map(|i: u32| NodeCount::unpack(from).after(&before.node(NodeIndex(i)))).collect();
            let links = (0..links).map(|_: u32| Pack::unpack(from)).collect();
            before = Counts { at, nodes, links };
            self.recent.push_back(Arc::new(before.clone()));
        }
        self.last = self.recent.back().cloned().unwrap_or_default();
    }

    /// Makes a frozen copy work.
    pub fn thaw(&mut self) {
        self.closed.thaw();
        self.present.latency.unpack();
        self.by_client.iter_mut().for_each(Latency::thaw);
    }

    /// Weighs a frozen copy.
    pub fn weigh(&self, scale: &mut Scale) {
        self.closed.weigh(scale);
        scale.add(list(&self.present.few) + list(&self.by_client));
        std::iter::once(&self.present.latency).chain(&self.by_client).for_each(|l| l.weigh(scale));
        scale.shared(&self.baseline, list(&self.baseline.counts.nodes));
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

//! The meter of an experiment: turns what the world observed into totals, series and rates. Decides nothing.

mod history;

use std::collections::VecDeque;
use std::sync::Arc;

use self::history::{History, Raw};
use crate::components::{Component, View};
use crate::engine::core::{Observation, RequestLedger};
use crate::engine::pack::{packed, Pack, Packer, Unpacker};
use crate::engine::request::ByReason;
use crate::engine::scale::{list, Scale};
use crate::engine::{LinkIndex, NodeIndex, SimTime, World};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::{cost_per_hour, Clock, Latency};

/// Counters of a node that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeCount {
    /// Finished jobs, or ended requests at a client.
    pub finished: u64,
    /// Of those, failed (or turned away).
    pub failed: ByReason,
    /// Of those, requests that ended well at a client.
    pub requests_ok: u64,
    /// Area under busy workers, ns.
    pub busy_area: u128,
    /// Area under waiting jobs, ns.
    pub queue_area: u128,
}

/// Counters of a link that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkCount {
    /// Attempts started.
    pub started: u64,
    /// Attempts failed.
    pub failed: u64,
}

/// All counters at one instant.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// When.
    pub at: SimTime,
    /// Nodes by index.
    pub nodes: Vec<NodeCount>,
    /// Links by index.
    pub links: Vec<LinkCount>,
}

impl NodeCount {
    /// Reads a node's counters.
    pub fn read(world: &World<Component>, index: NodeIndex) -> NodeCount {
        let node = &world.core.nodes[index.at()];
        let (busy_area, queue_area, _) = node.station.areas(world.core.now);
        let (jobs, requests) = (&node.station.ledger, &node.requests);
        let mut failed = node.failed;
        failed.merge(&requests.failed);
        let finished = jobs.completed + jobs.rejected + jobs.lost + requests.ok + requests.failed.total();
        NodeCount { finished, failed, requests_ok: requests.ok, busy_area, queue_area }
    }
}

packed!(struct NodeCount { finished, failed, requests_ok, busy_area, queue_area });
packed!(struct LinkCount { started, failed });

impl NodeCount {
    fn since(&self, before: &NodeCount) -> NodeCount {
        NodeCount {
            finished: self.finished - before.finished,
            failed: self.failed.since(&before.failed),
            requests_ok: self.requests_ok - before.requests_ok,
            busy_area: self.busy_area - before.busy_area,
            queue_area: self.queue_area - before.queue_area,
        }
    }

    fn after(mut self, before: &NodeCount) -> NodeCount {
        self.finished += before.finished;
        self.failed.merge(&before.failed);
        self.requests_ok += before.requests_ok;
        self.busy_area += before.busy_area;
        self.queue_area += before.queue_area;
        self
    }
}

impl Counts {
    /// Reads a world's counters.
    pub fn read(world: &World<Component>) -> Counts {
        let core = &world.core;
        let node = |i: usize| NodeCount::read(world, NodeIndex(i as u32));
        let link = |l: &crate::engine::link::Link| LinkCount { started: l.ledger.started, failed: l.ledger.failed.total() };
        Counts { at: core.now, nodes: (0..core.nodes.len()).map(node).collect(), links: core.links.iter().map(link).collect() }
    }

    /// A node's counters; zero for nodes that are newer.
    pub fn node(&self, node: NodeIndex) -> NodeCount {
        self.nodes.get(node.at()).copied().unwrap_or_default()
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
    /// Latency of successful requests by client.
    pub by_client: Vec<Latency>,
    /// State of the books when statistics began (after warm-up).
    pub baseline: Arc<Counts>,
    /// Request ledgers at that time.
    pub baseline_requests: Vec<RequestLedger>,
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
            baseline: Arc::default(),
            baseline_requests: Vec::new(),
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
            match outcome {
                Ok(_) => {
                    let latency = at.since(*start);
                    self.present.record(latency);
                    if self.by_client.len() <= client.at() {
                        self.by_client.resize_with(client.at() + 1, || Latency::new(3));
                    }
                    self.by_client[client.at()].record(latency);
                }
                Err(reason) => self.present.failed.add(*reason),
            }
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
            let (now, before) = (counts.node(node), self.last.node(node));
            let handled = now.finished - before.finished;
            let cost = match world.core.nodes[i].removed {
                true => 0.0,
                false => cost_per_hour(world.behaviours[i].prices(), handled as f64 / length.as_secs_f64().max(1e-9)),
            };
            done.cost += cost * length.as_secs_f64();
            let workers = world.core.nodes[i].station.spec.workers.map_or(f64::INFINITY, |w| f64::from(w.max(1)));
            let view = View { core: &world.core, node };
            let gauges = world.behaviours[i].gauges(&view).into_iter().filter(|g| !g.label.is_empty()).map(|g| (g.name, g.value)).collect();
            nodes.push(NodeBucket {
                start: self.last.at,
                length,
                handled,
                failed: now.failed.since(&before.failed).total(),
                cost_per_hour: cost,
                utilisation: (now.busy_area - before.busy_area) as f64 / ns / workers,
                queue: (now.queue_area - before.queue_area) as f64 / ns,
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

    /// Latency of successful requests, over all clients.
    pub fn latency(&self) -> Latency {
        let mut all = Latency::new(3);
        self.by_client.iter().for_each(|latency| all.merge(latency));
        all
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
            baseline: self.baseline.clone(),
            baseline_requests: self.baseline_requests.clone(),
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
        scale.add(list(&self.present.few) + list(&self.by_client) + list(&self.baseline_requests));
        std::iter::once(&self.present.latency).chain(&self.by_client).for_each(|l| l.weigh(scale));
        let counts = &self.baseline;
        scale.shared(counts, list(&counts.nodes) + list(&counts.links));
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
        self.baseline = Arc::new(Counts::read(world));
        self.baseline_requests = world.core.nodes.iter().map(|n| n.requests).collect();
    }
}

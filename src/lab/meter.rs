//! The meter of an experiment: turns what the world observed into totals, series and rates. Decides nothing.

use std::collections::VecDeque;

use crate::components::{Component, View};
use crate::engine::core::{Observation, RequestLedger};
use crate::engine::request::ByReason;
use crate::engine::{LinkIndex, NodeIndex, SimTime, World};
use crate::lab::frame::{Bucket, NodeBucket};
use crate::metrics::series::merge_pairs;
use crate::metrics::{availability, cost_per_hour, cost_per_million, Clock, Latency};

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

#[derive(Clone, Debug)]
struct Raw {
    bucket: Bucket,
    ok: u64,
    failed: ByReason,
    stale: u64,
    /// Cost per hour, times the length in seconds.
    cost: f64,
    latency: Latency,
}

impl Raw {
    fn new(start: SimTime) -> Self {
        let bucket = Bucket { start, ..Bucket::default() };
        Raw { bucket, ok: 0, failed: ByReason::default(), stale: 0, cost: 0.0, latency: Latency::new(2) }
    }

    /// Takes up the bucket that follows.
    fn absorb(&mut self, next: &Raw) {
        self.bucket.length = self.bucket.length + next.bucket.length;
        self.ok += next.ok;
        self.failed.merge(&next.failed);
        self.stale += next.stale;
        self.cost += next.cost;
        self.latency.merge(&next.latency);
    }

    fn render(&mut self) {
        let seconds = self.bucket.length.as_secs_f64().max(1e-9);
        self.bucket.ok_per_s = self.ok as f64 / seconds;
        self.bucket.failed_per_s = self.failed.iter().map(|(r, n)| (r.as_str(), n as f64 / seconds)).collect();
        self.bucket.availability = availability(self.ok, self.failed.total());
        self.bucket.cost_per_hour = self.cost / seconds;
        self.bucket.cost_per_million = cost_per_million(self.bucket.cost_per_hour, self.bucket.ok_per_s);
        self.bucket.stale_per_s = self.stale as f64 / seconds;
        self.bucket.p50_ms = self.latency.quantile_ms(0.5);
        self.bucket.p95_ms = self.latency.quantile_ms(0.95);
        self.bucket.p99_ms = self.latency.quantile_ms(0.99);
    }
}

/// The meter.
#[derive(Clone, Debug)]
pub struct Meter {
    clock: Clock,
    present: Raw,
    raw: Vec<Raw>,
    series: Vec<Bucket>,
    nodes: Vec<Vec<NodeBucket>>,
    last: Counts,
    recent: VecDeque<Counts>,
    /// Latency of successful requests by client.
    pub by_client: Vec<Latency>,
    /// State of the books when statistics began (after warm-up).
    pub baseline: Counts,
    /// Request ledgers at that time.
    pub baseline_requests: Vec<RequestLedger>,
}

impl Default for Meter {
    fn default() -> Self {
        Meter {
            clock: Clock::default(),
            present: Raw::new(SimTime::ZERO),
            raw: Vec::new(),
            series: Vec::new(),
            nodes: Vec::new(),
            last: Counts::default(),
            recent: VecDeque::new(),
            by_client: Vec::new(),
            baseline: Counts::default(),
            baseline_requests: Vec::new(),
        }
    }
}

impl Meter {
    /// Takes the state of a fresh world as the start of all rates.
    pub fn begin(&mut self, world: &World<Component>) {
        self.last = Counts::read(world);
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
                    self.present.ok += 1;
                    self.present.latency.record(latency);
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
        let counts = Counts::read(world);
        let length = counts.at.since(self.last.at);
        let next = Raw { latency: self.present.latency.emptied(), ..Raw::new(counts.at) };
        let mut done = std::mem::replace(&mut self.present, next);
        done.bucket.length = length;
        self.nodes.resize_with(counts.nodes.len(), Vec::new);
        let ns = length.0.max(1) as f64;
        for (i, series) in self.nodes.iter_mut().enumerate() {
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
            series.push(NodeBucket {
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
        done.render();
        self.series.push(done.bucket.clone());
        self.raw.push(done);
        if self.clock.close(self.raw.len()) {
            self.coarsen();
        }
        self.last = counts.clone();
        self.recent.push_back(counts);
        // The last second, or a few buckets where they are longer.
        while self.recent.len() > 4 && self.recent.get(1).is_some_and(|c| self.last.at.since(c.at).0 >= 1_000_000_000) {
            self.recent.pop_front();
        }
    }

    fn coarsen(&mut self) {
        merge_pairs(&mut self.raw, |a, b| {
            a.absorb(b);
            a.render();
        });
        self.series = self.raw.iter().map(|r| r.bucket.clone()).collect();
        for series in &mut self.nodes {
            // A node that came late begins in the middle of a pair: so that its buckets stay those of the others, the first waits.
            let first = (series.len() % 2 == 1).then(|| series.remove(0));
            merge_pairs(series, |a, b| {
                if let Some(both) = NodeBucket::merged(&[std::mem::take(a), b.clone()]) {
                    // What a kind adds is how it stood at the end.
                    *a = NodeBucket { gauges: b.gauges.clone(), ..both };
                }
            });
            series.splice(0..0, first);
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
        &self.series
    }

    /// The closed buckets, neighbours merged until at most `most` are left: percentiles are those of all the merged requests.
    pub fn series_of_at_most(&self, most: usize) -> Vec<Bucket> {
        let per = self.raw.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        if per == 1 {
            return self.series.clone();
        }
        let merged = |chunk: &[Raw]| {
            let (first, rest) = chunk.split_first()?;
            let mut sum = first.clone();
            rest.iter().for_each(|next| sum.absorb(next));
            sum.render();
            Some(sum.bucket)
        };
        self.raw.chunks(per).filter_map(merged).collect()
    }

    /// A node's closed buckets; nodes added late have fewer.
    pub fn node_series(&self, node: NodeIndex) -> &[NodeBucket] {
        self.nodes.get(node.at()).map_or(&[], Vec::as_slice)
    }

    /// A node's closed buckets, neighbours merged until at most `most` are left.
    pub fn node_series_of_at_most(&self, node: NodeIndex, most: usize) -> Vec<NodeBucket> {
        let series = self.node_series(node);
        let per = series.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        series.chunks(per).filter_map(NodeBucket::merged).collect()
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
        self.baseline = Counts::read(world);
        self.baseline_requests = world.core.nodes.iter().map(|n| n.requests).collect();
    }
}

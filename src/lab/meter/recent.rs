//! The last second of a run, and the last ten of what is a ratio: so that what is told of *now* is of now, however long the run has been.
//! Decides nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use super::counts::NodeCount;
use crate::components::{Component, Gauge, Reading, View};
use crate::engine::request::{ByReason, Outcome};
use crate::engine::{LinkIndex, NodeIndex, SimDuration, SimTime, World};
use crate::lab::frame::Bucket;
use crate::metrics::sample::{quantiles_ms, Sample};
use crate::metrics::{availability, cost_per_million};

/// From one look at the counters to the next.
const TICK: SimDuration = SimDuration::from_millis(250);
/// What is told of now is of this long, or up to a tick more.
const WINDOW: SimDuration = SimDuration::from_millis(1_000);
/// From one look at the gauges to the next, in ticks: two seconds.
const TICKS_OF_GAUGES: u64 = 8;
/// A ratio is of this long, or up to two seconds more: of few requests it would leap about.
const WINDOW_OF_RATIOS: SimDuration = SimDuration::from_millis(10_000);

/// Counters of a node as far as a second needs them: their lowest bits, which suffice for a difference. There are some of these for
/// each node and snapshot.
#[derive(Clone, Copy, Debug, Default)]
struct Short {
    completed: u32,
    handled: u32,
    ended: u32,
    failed: u32,
    /// In units of 4,096 ns.
    busy: u32,
    capacity: u32,
}

impl Short {
    fn read(world: &World<Component>, node: NodeIndex) -> Short {
        let count = NodeCount::read(world, node);
        Short {
            completed: count.completed as u32,
            handled: count.handled() as u32,
            ended: count.ended() as u32,
            failed: count.failed.total() as u32,
            busy: (count.areas.busy >> 12) as u32,
            capacity: (count.areas.capacity >> 12) as u32,
        }
    }
}

/// The counters at one moment, and the requests that ended since the moment before.
#[derive(Clone, Debug, Default)]
struct Tick {
    at: SimTime,
    nodes: Vec<Short>,
    /// Attempts started and failed, their lowest bits.
    links: Vec<(u32, u32)>,
    requests: Ended,
}

/// Requests that ended.
#[derive(Clone, Debug, Default)]
struct Ended {
    ok: Sample,
    failed: Sample,
    reasons: ByReason,
    stale: u64,
}

/// The sums that are ratios, at one moment.
#[derive(Clone, Debug, Default)]
struct Sums {
    at: SimTime,
    of: Vec<(NodeIndex, &'static str, Reading)>,
}

/// The last seconds of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    /// Oldest first. Snapshots share them.
    ticks: VecDeque<Arc<Tick>>,
    /// Since the last of them.
    present: Ended,
    sums: VecDeque<Arc<Sums>>,
    due: SimTime,
}

/// A node over the last second.
#[derive(Clone, Copy, Debug)]
pub struct NodeLately {
    /// Jobs completed per second, upkeep included.
    pub completed_per_s: f64,
    /// Requests worked on to the end per second.
    pub handled_per_s: f64,
    /// Requests turned away, or lost in a crash, per second.
    pub refused_per_s: f64,
    /// Share of these that went well, 0 to 1; `None` if there were none.
    pub ok_share: Option<f64>,
    /// Share of its workers that were taken, 0 to 1.
    pub utilisation: f64,
}

/// A link over the last second.
#[derive(Clone, Copy, Debug)]
pub struct LinkLately {
    /// Attempts started per second.
    pub started_per_s: f64,
    /// Share of attempts that failed, 0 to 1.
    pub failed_share: f64,
}

/// The memory of what is no longer needed, unless a snapshot has it.
fn recycled<T: Default>(old: Option<Arc<T>>) -> Arc<T> {
    let mut old = old.unwrap_or_default();
    match Arc::get_mut(&mut old) {
        Some(_) => old,
        None => Arc::default(),
    }
}

impl Recent {
    /// When it must look at the counters next.
    pub fn due(&self) -> SimTime {
        self.due
    }

    /// Takes note of a request that ended.
    pub fn observe(&mut self, latency: SimDuration, outcome: &Outcome, stale: bool) {
        match outcome {
            Ok(_) => self.present.ok.record(latency),
            Err(failure) => {
                self.present.reasons.add(failure.reason);
                self.present.failed.record(latency);
            }
        }
        self.present.stale += u64::from(stale);
    }

    /// Looks at the counters.
    pub fn look(&mut self, world: &World<Component>) {
        let core = &world.core;
        // The oldest goes once the next is old enough.
        let over = self.ticks.get(1).is_some_and(|second| second.at + WINDOW <= core.now);
        let mut tick = recycled(if over { self.ticks.pop_front() } else { None });
        if let Some(tick) = Arc::get_mut(&mut tick) {
            tick.at = core.now;
            tick.nodes.clear();
            tick.nodes.extend((0..core.nodes.len()).map(|i| Short::read(world, NodeIndex(i as u32))));
            tick.links.clear();
            tick.links.extend(core.links.iter().map(|l| (l.ledger.started as u32, l.ledger.failed.total() as u32)));
            std::mem::swap(&mut tick.requests, &mut self.present);
        }
        self.ticks.push_back(tick);
        self.present.ok.clear();
        self.present.failed.clear();
        (self.present.reasons, self.present.stale) = (ByReason::default(), 0);
        if (core.now.0 / TICK.0).is_multiple_of(TICKS_OF_GAUGES) {
            self.look_at_ratios(world);
        }
        self.due = SimTime((core.now.0 / TICK.0 + 1) * TICK.0);
    }

    fn look_at_ratios(&mut self, world: &World<Component>) {
        let core = &world.core;
        let over = self.sums.get(1).is_some_and(|second| second.at + WINDOW_OF_RATIOS <= core.now);
        let mut sums = recycled(if over { self.sums.pop_front() } else { None });
        if let Some(sums) = Arc::get_mut(&mut sums) {
            sums.at = core.now;
            sums.of.clear();
            for node in (0..core.nodes.len()).map(|i| NodeIndex(i as u32)) {
                let gauges = world.behaviours[node.at()].gauges(&View { core, node });
                let ratios = gauges.iter().filter(|g| !g.label.is_empty() && matches!(g.reading, Reading::Ratio(..)));
                sums.of.extend(ratios.map(|g| (node, g.name, g.reading)));
            }
        }
        self.sums.push_back(sums);
    }

    /// The place of the moment from which on something is measured that ends `now`: a window ago, or the first that knows it.
    fn since(&self, now: SimTime, knows: impl Fn(&Tick) -> bool) -> usize {
        let begun = self.ticks.iter().rposition(|tick| tick.at + WINDOW <= now).unwrap_or(0);
        (begun..self.ticks.len()).find(|i| knows(&self.ticks[*i])).unwrap_or(self.ticks.len().saturating_sub(1))
    }

    /// A node over the last second.
    pub fn node(&self, world: &World<Component>, node: NodeIndex) -> NodeLately {
        let now = world.core.now;
        let tick = self.ticks.get(self.since(now, |tick| tick.nodes.len() > node.at()));
        let then = tick.and_then(|tick| tick.nodes.get(node.at()).copied()).unwrap_or_default();
        let seconds = now.since(tick.map_or(SimTime::ZERO, |tick| tick.at)).as_secs_f64().max(1e-9);
        let count = Short::read(world, node);
        let added = |of: fn(&Short) -> u32| f64::from(of(&count).wrapping_sub(of(&then)));
        let (handled, ended, failed) = (added(|s| s.handled), added(|s| s.ended), added(|s| s.failed));
        let capacity = added(|s| s.capacity);
        NodeLately {
            completed_per_s: added(|s| s.completed) / seconds,
            handled_per_s: handled / seconds,
            refused_per_s: (ended - handled).max(0.0) / seconds,
            ok_share: (ended > 0.0).then(|| 1.0 - (failed / ended).min(1.0)),
            utilisation: if capacity > 0.0 { (added(|s| s.busy) / capacity).min(1.0) } else { 0.0 },
        }
    }

    /// A link over the last second.
    pub fn link(&self, world: &World<Component>, link: LinkIndex) -> LinkLately {
        let (now, ledger) = (world.core.now, &world.core.links[link.at()].ledger);
        let tick = self.ticks.get(self.since(now, |tick| tick.links.len() > link.at()));
        let (started, failed) = tick.and_then(|tick| tick.links.get(link.at()).copied()).unwrap_or_default();
        let seconds = now.since(tick.map_or(SimTime::ZERO, |tick| tick.at)).as_secs_f64().max(1e-9);
        let started = f64::from((ledger.started as u32).wrapping_sub(started));
        let failed = f64::from((ledger.failed.total() as u32).wrapping_sub(failed));
        LinkLately { started_per_s: started / seconds, failed_share: (failed / started.max(1.0)).min(1.0) }
    }

    /// What a node's gauge reads now, if it is a ratio: of the last ten seconds.
    pub fn ratio(&self, now: SimTime, node: NodeIndex, gauge: &Gauge) -> Reading {
        let then = self.sums.iter().rfind(|sums| sums.at + WINDOW_OF_RATIOS <= now).or(self.sums.front());
        let then = then.and_then(|sums| sums.of.iter().find(|(n, name, _)| *n == node && *name == gauge.name));
        then.map_or(gauge.reading, |(_, _, then)| gauge.reading.since(*then))
    }

    /// The requests that ended in the last second, at this cost per hour.
    pub fn requests(&self, now: SimTime, cost_per_hour: f64) -> Bucket {
        let from = self.since(now, |_| true);
        let start = self.ticks.get(from).map_or(SimTime::ZERO, |tick| tick.at);
        let length = now.since(start);
        let seconds = length.as_secs_f64().max(1e-9);
        let parts = || self.ticks.iter().skip(from + 1).map(|tick| &tick.requests).chain([&self.present]);
        let mut reasons = ByReason::default();
        parts().for_each(|part| reasons.merge(&part.reasons));
        let ok: u64 = parts().map(|part| part.ok.seen()).sum();
        let ok_per_s = ok as f64 / seconds;
        let [p50_ms, p95_ms, p99_ms] = quantiles_ms(parts().map(|part| &part.ok), [0.5, 0.95, 0.99]);
        let [p99_all_ms] = quantiles_ms(parts().flat_map(|part| [&part.ok, &part.failed]), [0.99]);
        Bucket {
            start,
            length,
            ok_per_s,
            availability: availability(ok, reasons.total()),
            cost_per_hour,
            cost_per_million: cost_per_million(cost_per_hour, ok_per_s),
            failed_per_s: reasons.iter().map(|(reason, n)| (reason.as_str(), n as f64 / seconds)).collect(),
            p50_ms,
            p95_ms,
            p99_ms,
            p99_all_ms,
            stale_per_s: parts().map(|part| part.stale).sum::<u64>() as f64 / seconds,
        }
    }

    /// Bytes of a copy that an earlier one does not share, about.
    pub fn bytes_beside(&self, before: Option<&Recent>) -> usize {
        let shared = |tick: &&Arc<Tick>| before.is_some_and(|b| b.ticks.iter().any(|t| Arc::ptr_eq(t, tick)));
        let requests = |ended: &Ended| ended.ok.bytes() + ended.failed.bytes();
        let bytes = |tick: &Arc<Tick>| size_of::<Tick>() + size_of_val(&*tick.nodes) + size_of_val(&*tick.links) + requests(&tick.requests);
        let new = self.ticks.iter().rev().take_while(|tick| !shared(tick)).map(bytes).sum::<usize>();
        let sums = self.sums.back().map_or(0, |sums| size_of_val(&*sums.of));
        new + sums + requests(&self.present)
    }
}

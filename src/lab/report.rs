//! Results of a run as a value to be printed or compared: the command-line tool's `run --json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::components::{kind, Group, View};
use crate::data::judge::Consistency;
use crate::engine::core::RequestLedger;
use crate::engine::request::ByReason;
use crate::engine::{NodeIndex, SimDuration, SimTime};
use crate::lab::experiment::Experiment;
use crate::lab::frame::{Bucket, NodeBucket};
use crate::lab::meter::NodeCount;
use crate::metrics::latency::{LatencyBar, LatencySummary};
use crate::metrics::{availability, cost_per_hour, cost_per_million, Latency};
use crate::order::Gather;

/// Counts by reason of failure.
pub type Failures = BTreeMap<&'static str, u64>;

/// Requests and their latency, over all clients or of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Requests begun (after the warm-up), and those under way when it ended.
    pub sent: u64,
    /// Ended well.
    pub ok: u64,
    /// Failed, by reason.
    pub failed: Failures,
    /// Under way at the end.
    pub in_flight: u64,
    /// Requests that ended well, per second.
    pub throughput_per_s: f64,
    /// Share of the requests ended that went well, 0 to 1; null if none ended.
    pub availability: Option<f64>,
    /// Latency of requests that ended well, in milliseconds.
    pub latency_ms: LatencySummary,
    /// The same as a histogram on a logarithmic axis; only in a full report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub latency_histogram: Vec<LatencyBar>,
}

/// A node's results.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NodeReport {
    /// Its kind.
    pub kind: String,
    /// Mean share of its workers that were taken, 0 to 1.
    pub utilisation: f64,
    /// Mean number of waiting requests.
    pub queue_mean: f64,
    /// Most that waited at once, over the whole run.
    pub queue_max: usize,
    /// Requests it finished, well or not, and those it turned away or lost.
    pub handled: u64,
    /// Of those, failed, by reason.
    pub failed: Failures,
    /// Share of them that went well, 0 to 1; null if there were none.
    pub availability: Option<f64>,
    /// Cost per hour at the measured rate.
    pub cost_per_hour: f64,
    /// Cost of a million requests that went well here; null if none did.
    pub cost_per_million: Option<f64>,
    /// How it went over time; only in a full report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<NodeBucket>,
    /// What its kind adds.
    #[serde(flatten)]
    pub more: BTreeMap<&'static str, f64>,
}

/// A link's results, over the whole run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LinkReport {
    /// Calling node.
    pub from: String,
    /// Called node.
    pub to: String,
    /// Attempts started.
    pub started: u64,
    /// Attempts answered well.
    pub answered: u64,
    /// Attempts failed, by reason.
    pub failed: Failures,
    /// Attempts no longer wanted by their caller.
    pub abandoned: u64,
    /// Attempts under way.
    pub open: u64,
    /// Messages lost on the link.
    pub dropped: u64,
    /// Connections set up.
    pub connections_opened: u64,
}

/// What the judge counted; nulls stand for what is not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConsistencyReport {
    /// Counts over the whole run.
    #[serde(flatten)]
    pub counts: Consistency,
    /// Conflicting writes; null, since nothing here accepts writes in two places.
    pub conflicts: Option<u64>,
    /// Whether the history is linearizable; null until there is a checker.
    pub linearizable: Option<bool>,
}

/// Results of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Seed.
    pub seed: u64,
    /// Simulated time, in seconds.
    pub simulated_s: f64,
    /// Events handled.
    pub events: u64,
    /// Time it took, in seconds, as told by whoever ran it.
    pub wall_s: f64,
    /// Hash of the run, 16 hexadecimal digits.
    pub trace_hash: String,
    /// Over all clients.
    pub totals: Totals,
    /// By client.
    pub clients: BTreeMap<String, Totals>,
    /// By node, clients excepted.
    pub nodes: BTreeMap<String, NodeReport>,
    /// By link.
    pub links: BTreeMap<String, LinkReport>,
    /// What was read.
    pub consistency: ConsistencyReport,
    /// Cost per hour of the whole system at the measured rate.
    pub cost_per_hour: f64,
    /// Cost of a million requests that went well; null if none did.
    pub cost_per_million: Option<f64>,
    /// How it went over time; only in a full report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Bucket>,
}

/// Buckets of a series in a full report, at most.
const REPORTED_BUCKETS: usize = 120;

/// A moment in seconds since the start, for a file.
pub fn moment_s<S: serde::Serializer>(moment: &SimTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(moment.as_secs_f64())
}

/// A length in seconds, for a file.
pub fn length_s<S: serde::Serializer>(length: &SimDuration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(length.as_secs_f64())
}

/// Named figures as an object, for a file.
pub fn by_name<S: serde::Serializer>(figures: &[(&'static str, f64)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(figures.iter().copied())
}

fn failures(counts: &ByReason) -> Failures {
    counts.iter().map(|(reason, n)| (reason.as_str(), n)).gather()
}

impl Experiment {
    /// Requests over all clients.
    pub fn totals(&self) -> Totals {
        self.totals_of(&self.requests_of_all(), &self.meter.latency())
    }

    /// Share of all requests ended since the statistics began that went well; `None` if none ended.
    pub fn availability(&self) -> Option<f64> {
        let ledger = self.requests_of_all();
        availability(ledger.ok, ledger.failed.total())
    }

    fn requests_of_all(&self) -> RequestLedger {
        let mut sum = RequestLedger::default();
        for i in 0..self.world.core.nodes.len() {
            let ledger = self.requests_since(NodeIndex(i as u32));
            sum.sent += ledger.sent;
            sum.ok += ledger.ok;
            sum.failed.merge(&ledger.failed);
            sum.in_flight += ledger.in_flight;
        }
        sum
    }

    /// Requests finished at a node since the statistics began, and of those failed; at a client those that ended.
    fn finished_since(&self, index: NodeIndex) -> (u64, ByReason) {
        let (now, before) = (NodeCount::read(&self.world, index), self.meter.baseline.node(index));
        (now.finished - before.finished, now.failed.since(&before.failed))
    }

    pub(super) fn node_availability(&self, index: NodeIndex) -> Option<f64> {
        let (finished, failed) = self.finished_since(index);
        availability(finished.saturating_sub(failed.total()), failed.total())
    }

    /// A client's requests since the statistics began; what was under way then counts as sent.
    fn requests_since(&self, client: NodeIndex) -> RequestLedger {
        let ledger = self.world.core.nodes[client.at()].requests;
        let before = self.meter.baseline_requests.get(client.at()).copied().unwrap_or_default();
        RequestLedger {
            sent: ledger.sent - before.sent + before.in_flight,
            ok: ledger.ok - before.ok,
            failed: ledger.failed.since(&before.failed),
            in_flight: ledger.in_flight,
        }
    }

    fn totals_of(&self, ledger: &RequestLedger, latency: &Latency) -> Totals {
        let seconds = self.now().since(self.meter.baseline.at).as_secs_f64().max(1e-9);
        Totals {
            sent: ledger.sent,
            ok: ledger.ok,
            failed: failures(&ledger.failed),
            in_flight: ledger.in_flight,
            throughput_per_s: ledger.ok as f64 / seconds,
            availability: availability(ledger.ok, ledger.failed.total()),
            latency_ms: latency.summary(),
            latency_histogram: Vec::new(),
        }
    }

    fn node_report(&self, index: NodeIndex) -> NodeReport {
        let core = &self.world.core;
        let node = &core.nodes[index.at()];
        let before = self.meter.baseline.node(index);
        let ns = (self.now().since(self.meter.baseline.at).0 as f64).max(1.0);
        let (busy, queue, _) = node.station.areas(core.now);
        let (handled, failed) = self.finished_since(index);
        let component = &self.world.behaviours[index.at()];
        let per_s = |n: u64| n as f64 / (ns / 1e9);
        let cost_per_hour = cost_per_hour(component.prices(), per_s(handled));
        let gauges = component.gauges(&View { core, node: index });
        NodeReport {
            kind: self.diagram.node(&self.node_ids[index.at()]).map(|n| n.kind.clone()).unwrap_or_default(),
            utilisation: node.station.spec.workers.map_or(0.0, |w| (busy - before.busy_area) as f64 / ns / f64::from(w.max(1))),
            queue_mean: (queue - before.queue_area) as f64 / ns,
            queue_max: node.station.queue_max,
            handled,
            failed: failures(&failed),
            availability: self.node_availability(index),
            cost_per_hour,
            cost_per_million: cost_per_million(cost_per_hour, per_s(handled.saturating_sub(failed.total()))),
            series: Vec::new(),
            more: gauges.into_iter().map(|g| (g.name, g.value)).gather(),
        }
    }

    /// Results so far.
    pub fn report(&self) -> Report {
        let core = &self.world.core;
        let mut report = Report {
            seed: self.diagram.seed,
            simulated_s: self.now().as_secs_f64(),
            events: self.world.events(),
            wall_s: self.wall_s,
            trace_hash: format!("{:016x}", self.trace_hash()),
            totals: self.totals(),
            consistency: ConsistencyReport { counts: core.shared.counts(), ..Default::default() },
            ..Default::default()
        };
        let empty = Latency::new(3);
        for (i, node) in core.nodes.iter().enumerate().filter(|(_, n)| !n.removed) {
            let (index, id) = (NodeIndex(i as u32), self.node_ids[i].clone());
            let kind_id = self.diagram.node(&id).map_or("", |n| n.kind.as_str());
            if kind(kind_id).is_some_and(|k| k.group == Group::Traffic) {
                let latency = self.meter.by_client.get(i).unwrap_or(&empty);
                report.clients.insert(id, self.totals_of(&self.requests_since(index), latency));
            } else {
                let node_report = self.node_report(index);
                report.cost_per_hour += node_report.cost_per_hour;
                report.nodes.insert(id, node_report);
            }
            debug_assert!(node.station.ledger.balanced());
        }
        report.cost_per_million = cost_per_million(report.cost_per_hour, report.totals.throughput_per_s);
        for (i, link) in core.links.iter().enumerate().filter(|(_, l)| !l.removed) {
            let ledger = &link.ledger;
            let link_report = LinkReport {
                from: self.node_ids[link.from.at()].clone(),
                to: self.node_ids[link.to.at()].clone(),
                started: ledger.started,
                answered: ledger.answered,
                failed: failures(&ledger.failed),
                abandoned: ledger.abandoned,
                open: ledger.open,
                dropped: link.dropped,
                connections_opened: link.connections_opened,
            };
            report.links.insert(self.link_ids[i].clone(), link_report);
        }
        report
    }

    /// Results so far, with histograms and with how it went over time.
    pub fn full_report(&self) -> Report {
        let mut report = self.report();
        report.series = self.series_of_at_most(REPORTED_BUCKETS);
        report.totals.latency_histogram = self.distribution(None).0;
        for (id, client) in &mut report.clients {
            client.latency_histogram = self.distribution(Some(id)).0;
        }
        for (id, node) in &mut report.nodes {
            node.series = self.node_series_of_at_most(id, REPORTED_BUCKETS);
        }
        report
    }

    /// Notes how long the run took, for the report; the lab itself knows no wall clock.
    pub fn took(&mut self, wall_s: f64) {
        self.wall_s = wall_s;
    }
}

//! Results of a run as a value to be printed or compared: the command-line tool's `run --json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::components::{kind, Group};
use crate::data::judge::Consistency;
use crate::engine::core::RequestLedger;
use crate::engine::request::ByReason;
use crate::engine::{NodeIndex, SimDuration};
use crate::lab::experiment::Experiment;
use crate::lab::frame::{Bucket, NodeBucket};
use crate::lab::meter::{LinkBooks, NodeCount};
use crate::lab::stopped::Stopped;
use crate::lab::sums;
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
    /// Latency of requests that ended well, in milliseconds; nulls if none did.
    pub latency_ms: LatencySummary,
    /// How long requests took that failed; nulls if none did.
    pub latency_failed_ms: LatencySummary,
    /// How long all took that ended, well or not.
    pub latency_all_ms: LatencySummary,
    /// Of those that ended well, as a histogram on a logarithmic axis; only in a full report.
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
    /// Most that waited at once.
    pub queue_max: u64,
    /// Mean number of requests here, waiting or being worked on.
    pub present_mean: f64,
    /// Requests that it worked on to the end, well or not. A cache beside a store counts what it was asked for: see `upkeep`.
    pub handled: u64,
    /// What it did besides to keep up what it holds: values put into a cache and removed from it.
    pub upkeep: u64,
    /// Requests turned away on arrival: the line full, the node down, …
    pub refused: u64,
    /// Requests lost in a crash.
    pub lost: u64,
    /// Failed, of all these, by reason.
    pub failed: Failures,
    /// Share of all these that went well, 0 to 1; null if there were none.
    pub availability: Option<f64>,
    /// Cost per hour at the measured rate.
    pub cost_per_hour: f64,
    /// Cost of a million requests that went well here; null if none did.
    pub cost_per_million: Option<f64>,
    /// How it went over time; only in a full report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<NodeBucket>,
    /// The same of each of its instances, as `orders#2`, if there are several. The figures above are their sums; `queue_max` is the
    /// longest of their lines. Instances that were retired are in the sums alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, NodeReport>,
    /// What its kind adds.
    #[serde(flatten)]
    pub more: BTreeMap<&'static str, f64>,
    /// What its kind would add if there had been anything to tell it of: nulls.
    #[serde(flatten)]
    pub unknown: BTreeMap<&'static str, ()>,
}

impl NodeReport {
    /// Whether its kind tells this figure, known by now or not.
    pub fn tells(&self, name: &str) -> bool {
        self.more.contains_key(name) || self.unknown.contains_key(name)
    }
}

/// A link's results.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LinkReport {
    /// Calling node.
    pub from: String,
    /// Called node.
    pub to: String,
    /// Attempts started, and those under way when the statistics began.
    pub started: u64,
    /// Attempts answered well.
    pub answered: u64,
    /// Attempts failed on the way or at the called node, by reason.
    pub failed: Failures,
    /// Attempts answered with an error that arose further down, by reason.
    pub passed_on: Failures,
    /// Attempts no longer wanted by their caller.
    pub abandoned: u64,
    /// Attempts under way.
    pub open: u64,
    /// Messages lost on the link.
    pub dropped: u64,
    /// Messages sent again after they were lost.
    pub retransmitted: u64,
    /// Connections set up.
    pub connections_opened: u64,
}

/// What the judge counted; nulls stand for what is not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConsistencyReport {
    /// Counts.
    #[serde(flatten)]
    pub counts: Consistency,
    /// Conflicting writes; null, since nothing here accepts writes in two places.
    pub conflicts: Option<u64>,
    /// Whether the history is linearizable; null until there is a checker.
    pub linearizable: Option<bool>,
}

/// Results of a run: all that is counted is of the time since the statistics began, after the warm-up.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Seed.
    pub seed: u64,
    /// Simulated time, in seconds, warm-up included.
    pub simulated_s: f64,
    /// Simulated time measured, in seconds: that after the warm-up.
    pub measured_s: f64,
    /// Events handled, in all of it.
    pub events: u64,
    /// Time it took, in seconds, as told by whoever ran it.
    pub wall_s: f64,
    /// Hash of the run, 16 hexadecimal digits.
    pub trace_hash: String,
    /// Why the run stands still before its end, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
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

fn failures(counts: &ByReason) -> Failures {
    counts.iter().map(|(reason, n)| (reason.as_str(), n)).gather()
}

impl Experiment {
    /// Requests over all clients.
    pub fn totals(&self) -> Totals {
        self.totals_of(&self.requests_of_all(), self.meter.latency(None))
    }

    /// Share of all requests ended since the statistics began that went well; `None` if none ended.
    pub fn availability(&self) -> Option<f64> {
        let ledger = self.requests_of_all();
        availability(ledger.ok, ledger.failed.total())
    }

    fn requests_of_all(&self) -> RequestLedger {
        let mut sum = RequestLedger::default();
        for i in 0..self.world.core.nodes.len() {
            let ledger = self.meter.baseline.requests(&self.world, NodeIndex(i as u32));
            sum.sent += ledger.sent;
            sum.ok += ledger.ok;
            sum.failed.merge(&ledger.failed);
            sum.in_flight += ledger.in_flight;
        }
        sum
    }

    /// What a member has counted since the statistics began.
    fn counted(&self, index: NodeIndex) -> NodeCount {
        NodeCount::read(&self.world, index).since(&self.meter.baseline.counts.node(index))
    }

    pub(super) fn node_availability(&self, id: &str) -> Option<f64> {
        let counted = sums::counts(self.members.ever_of(id).iter().map(|i| self.counted(*i)));
        availability(counted.ok(), counted.failed.total())
    }

    /// Time since the statistics began.
    fn measured(&self) -> SimDuration {
        self.now().since(self.meter.baseline.counts.at)
    }

    fn totals_of(&self, ledger: &RequestLedger, [ok, failed]: [Latency; 2]) -> Totals {
        let mut all = ok.clone();
        all.merge(&failed);
        Totals {
            sent: ledger.sent,
            ok: ledger.ok,
            failed: failures(&ledger.failed),
            in_flight: ledger.in_flight,
            throughput_per_s: ledger.ok as f64 / self.measured().as_secs_f64().max(1e-9),
            availability: availability(ledger.ok, ledger.failed.total()),
            latency_ms: ok.summary(),
            latency_failed_ms: failed.summary(),
            latency_all_ms: all.summary(),
            latency_histogram: Vec::new(),
        }
    }

    /// Of these members of a node, or of one of them.
    fn node_report(&self, id: &str, of: &[NodeIndex]) -> NodeReport {
        let nodes = &self.world.core.nodes;
        let ns = (self.measured().0 as f64).max(1.0);
        let per_s = |n: u64| n as f64 / (ns / 1e9);
        let counted = sums::counts(of.iter().map(|i| self.counted(*i)));
        let cost = |i: &NodeIndex| cost_per_hour(self.world.behaviours[i.at()].prices(), per_s(self.counted(*i).completed));
        let there = |i: &NodeIndex| !nodes[i.at()].removed;
        let cost_per_hour = of.iter().filter(|i| there(i)).map(cost).sum();
        let mut report = NodeReport {
            kind: self.diagram.node(id).map(|n| n.kind.clone()).unwrap_or_default(),
            utilisation: counted.utilisation(),
            queue_mean: counted.areas.queue as f64 / ns,
            queue_max: of.iter().map(|i| nodes[i.at()].station.queue_max).max().unwrap_or(0),
            present_mean: counted.areas.present as f64 / ns,
            handled: counted.handled(),
            upkeep: counted.upkeep,
            refused: counted.refused,
            lost: counted.lost,
            failed: failures(&counted.failed),
            availability: availability(counted.ok(), counted.failed.total()),
            cost_per_hour,
            cost_per_million: cost_per_million(cost_per_hour, per_s(counted.ok())),
            ..NodeReport::default()
        };
        for gauge in sums::gauges(of.iter().map(|i| (there(i), self.meter.baseline.gauges(&self.world, *i)))) {
            match gauge.value() {
                Some(value) => drop(report.more.insert(gauge.name, value)),
                None => drop(report.unknown.insert(gauge.name, ())),
            }
        }
        report
    }

    /// Results so far.
    pub fn report(&self) -> Report {
        let mut report = Report {
            seed: self.diagram.seed,
            simulated_s: self.now().as_secs_f64(),
            measured_s: self.measured().as_secs_f64(),
            events: self.world.events(),
            wall_s: self.wall_s,
            trace_hash: format!("{:016x}", self.trace_hash()),
            stopped: self.stopped(),
            totals: self.totals(),
            consistency: ConsistencyReport { counts: self.meter.baseline.consistency(&self.world), ..Default::default() },
            ..Default::default()
        };
        for node in &self.diagram.nodes {
            let (id, members) = (&node.id, self.members.of(&node.id));
            if kind(&node.kind).is_some_and(|k| k.group == Group::Traffic) {
                for index in members {
                    let ledger = self.meter.baseline.requests(&self.world, *index);
                    report.clients.insert(id.clone(), self.totals_of(&ledger, self.meter.latency(Some(*index))));
                }
            } else {
                let mut node_report = self.node_report(id, self.members.ever_of(id));
                report.cost_per_hour += node_report.cost_per_hour;
                if members.len() > 1 {
                    let member = |i: &NodeIndex| (self.members.name(*i), self.node_report(id, &[*i]));
                    node_report.members = members.iter().map(member).collect();
                }
                report.nodes.insert(id.clone(), node_report);
            }
        }
        report.cost_per_million = cost_per_million(report.cost_per_hour, report.totals.throughput_per_s);
        for link in &self.diagram.links {
            let mut books = LinkBooks::default();
            self.members.links_ever_of(&link.id).iter().for_each(|l| books.add(&self.meter.baseline.link(&self.world, *l)));
            let ledger = &books.attempts;
            let link_report = LinkReport {
                from: link.from.clone(),
                to: link.to.clone(),
                started: ledger.started,
                answered: ledger.answered,
                failed: failures(&ledger.failed),
                passed_on: failures(&ledger.passed_on),
                abandoned: ledger.abandoned,
                open: ledger.open,
                dropped: books.dropped,
                retransmitted: books.retransmitted,
                connections_opened: books.connections_opened,
            };
            report.links.insert(link.id.clone(), link_report);
        }
        report
    }

    /// Results so far, with histograms and with how it went over time.
    pub fn full_report(&self) -> Report {
        let mut report = self.report();
        report.series = self.series_of_at_most(REPORTED_BUCKETS);
        report.totals.latency_histogram = self.distribution(None).bars;
        for (id, client) in &mut report.clients {
            client.latency_histogram = self.distribution(Some(id)).bars;
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

//! What is measured in each run: of the system as a whole, and of one node.
//! Reads reports; knows no kind, only the names of figures.

use crate::components;
use crate::diagram::param::complete;
use crate::diagram::Document;
use crate::engine::Reason;
use crate::lab::report::{NodeReport, Report};
use crate::lab::Experiment;

/// A figure of a run, measured after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Mean latency of requests that ended well.
    LatencyMean,
    /// Its median.
    LatencyP50,
    /// Its 95th percentile.
    LatencyP95,
    /// Its 99th percentile.
    LatencyP99,
    /// Requests that ended well, per second.
    Throughput,
    /// Share of the requests ended that went well.
    Availability,
    /// Share of reads that brought an older version than one acknowledged before they began.
    StaleReads,
    /// Cost per hour.
    Cost,
    /// Share of the node's workers that were taken.
    Utilisation,
    /// Requests that waited at the node.
    Waiting,
    /// How long they waited.
    Wait,
    /// How long they were at the node, waiting and being served.
    Stay,
    /// Share of arrivals that the node turned away.
    Rejected,
    /// Share of looks into the cache that found the key.
    HitRatio,
    /// Share of the node's answers that were stale.
    StaleAnswers,
    /// Mean time from a write to its being applied here.
    Lag,
}

/// Units as in the rest of the results.
const MS: &str = "ms";
const SHARE: &str = "%";

impl Metric {
    /// All of them, in the order of the list.
    pub const ALL: [Metric; 16] = [
        Metric::LatencyMean,
        Metric::LatencyP50,
        Metric::LatencyP95,
        Metric::LatencyP99,
        Metric::Throughput,
        Metric::Availability,
        Metric::StaleReads,
        Metric::Cost,
        Metric::Utilisation,
        Metric::Waiting,
        Metric::Wait,
        Metric::Stay,
        Metric::Rejected,
        Metric::HitRatio,
        Metric::StaleAnswers,
        Metric::Lag,
    ];

    /// Name in files and for the command line.
    pub fn id(self) -> &'static str {
        self.face().0
    }

    /// Name on the screen, in English.
    pub fn label(self) -> &'static str {
        self.face().1
    }

    /// `ms`, `/s`, `%` (a share from 0 to 1), `$`; empty for pure numbers.
    pub fn unit(self) -> &'static str {
        self.face().2
    }

    fn face(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Metric::LatencyMean => ("latency_mean", "Mean latency", MS),
            Metric::LatencyP50 => ("latency_p50", "Median latency", MS),
            Metric::LatencyP95 => ("latency_p95", "95th percentile of latency", MS),
            Metric::LatencyP99 => ("latency_p99", "99th percentile of latency", MS),
            Metric::Throughput => ("throughput", "Requests that go well", "/s"),
            Metric::Availability => ("availability", "Availability", SHARE),
            Metric::StaleReads => ("stale_reads", "Stale reads", SHARE),
            Metric::Cost => ("cost", "Cost per hour", "$"),
            Metric::Utilisation => ("utilisation", "Utilisation here", SHARE),
            Metric::Waiting => ("waiting", "Waiting here", ""),
            Metric::Wait => ("wait", "Mean wait here", MS),
            Metric::Stay => ("stay", "Mean time here", MS),
            Metric::Rejected => ("rejected", "Turned away here", SHARE),
            Metric::HitRatio => ("hit_ratio", "Hit ratio here", SHARE),
            Metric::StaleAnswers => ("stale_answers", "Stale answers from here", SHARE),
            Metric::Lag => ("lag", "Mean lag here", MS),
        }
    }

    /// Whether it is a figure of the node rather than of the whole system.
    pub fn is_of_node(self) -> bool {
        Metric::ALL.iter().position(|m| *m == self) >= Metric::ALL.iter().position(|m| *m == Metric::Utilisation)
    }

    /// Those that can be measured in this diagram at this node.
    pub fn fitting(document: &Document, focus: Option<&str>) -> Vec<Metric> {
        let node = focus.and_then(|id| document.node(id));
        let has_station = node.and_then(|n| components::kind(&n.kind)).is_some_and(|k| k.has_station);
        let report = Experiment::new(document).report();
        let more = node.and_then(|n| report.nodes.get(&n.id)).map(|n| n.more.clone()).unwrap_or_default();
        let has = |names: [&str; 2]| names.iter().all(|n| more.contains_key(n));
        let fits = |metric: &Metric| match metric {
            Metric::Utilisation | Metric::Waiting | Metric::Wait | Metric::Stay | Metric::Rejected => has_station,
            Metric::HitRatio => has(HITS),
            Metric::StaleAnswers => has(STALE) || has(STALE_HITS),
            Metric::Lag => has(["lag_ms", "lag_mean_ms"]),
            _ => true,
        };
        Metric::ALL.into_iter().filter(fits).collect()
    }

    /// Reads it off the reports at the end of the warm-up and of the run; not a number where there was nothing to measure.
    pub fn read(self, before: &Report, after: &Report, at: Option<&Place>) -> f64 {
        let latency = &after.totals.latency_ms;
        let timed = |v: f64| if after.totals.ok > 0 { v } else { f64::NAN };
        match self {
            Metric::LatencyMean => timed(latency.mean),
            Metric::LatencyP50 => timed(latency.p50),
            Metric::LatencyP95 => timed(latency.p95),
            Metric::LatencyP99 => timed(latency.p99),
            Metric::Throughput => after.totals.throughput_per_s,
            Metric::Availability => after.totals.availability.unwrap_or(f64::NAN),
            Metric::StaleReads => {
                let (now, then) = (&after.consistency.counts, &before.consistency.counts);
                ratio((now.stale_reads - then.stale_reads) as f64, (now.reads - then.reads) as f64)
            }
            Metric::Cost => after.cost_per_hour,
            _ => at.map_or(f64::NAN, |place| self.read_node(before, after, place)),
        }
    }

    fn read_node(self, before: &Report, after: &Report, place: &Place) -> f64 {
        let Some(node) = after.nodes.get(&place.node) else { return f64::NAN };
        let growth = |name: &str| {
            let at = |report: &Report| report.nodes.get(&place.node).and_then(|n| n.more.get(name)).copied().unwrap_or(0.0);
            at(after) - at(before)
        };
        let seconds = after.simulated_s - before.simulated_s;
        let turned_away = turned_away(node) as f64;
        let accepted_per_ms = (node.handled as f64 - turned_away) / seconds / 1000.0;
        match self {
            Metric::Utilisation => node.utilisation,
            Metric::Waiting => node.queue_mean,
            // Little's law.
            Metric::Wait => ratio(node.queue_mean, accepted_per_ms),
            Metric::Stay => ratio(node.queue_mean + node.utilisation * place.workers, accepted_per_ms),
            Metric::Rejected => ratio(turned_away, node.handled as f64),
            Metric::HitRatio => ratio(growth(HITS[0]), growth(HITS[0]) + growth(HITS[1])),
            Metric::StaleAnswers if node.more.contains_key(STALE[0]) => ratio(growth(STALE[0]), growth(STALE[1])),
            Metric::StaleAnswers => ratio(growth(STALE_HITS[0]), growth(STALE_HITS[1])),
            Metric::Lag => node.more.get("lag_mean_ms").copied().unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }
}

const HITS: [&str; 2] = ["hits", "misses"];
const STALE: [&str; 2] = ["stale_served", "reads"];
const STALE_HITS: [&str; 2] = ["stale_hits", "hits"];

/// The node that is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its id.
    pub node: String,
    /// Its workers, of which the utilisation is a share.
    pub workers: f64,
}

impl Place {
    /// A node of a diagram.
    pub fn of(document: &Document, node: &str) -> Option<Place> {
        let node = document.node(node)?;
        let specs = components::kind(&node.kind).map(|k| (k.specs)()).unwrap_or_default();
        let workers = complete(&specs, &node.params).get("workers").and_then(serde_json::Value::as_f64);
        Some(Place { node: node.id.clone(), workers: workers.unwrap_or(0.0) })
    }
}

fn turned_away(node: &NodeReport) -> u64 {
    let doors = [Reason::QueueFull, Reason::TooManyConnections, Reason::Refused];
    doors.iter().filter_map(|r| node.failed.get(r.as_str())).sum()
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        part / whole
    } else {
        f64::NAN
    }
}

/// The metric that tells most when this parameter is varied, among those that fit.
pub fn telling(param: Option<&str>, fitting: &[Metric]) -> Metric {
    let wanted = match param {
        Some("capacity") => Metric::HitRatio,
        Some("apply_delay" | "apply_time") => Metric::StaleReads,
        _ => Metric::LatencyP99,
    };
    fitting.iter().copied().find(|m| *m == wanted).unwrap_or(Metric::LatencyP99)
}

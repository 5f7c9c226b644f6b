//! What is measured in each run: of the system as a whole, and of one node.
//! Reads reports; knows no kind, only the names of figures.

use crate::components;
use crate::diagram::Document;
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
    /// How long all requests took that ended, well or not, on average.
    LatencyAllMean,
    /// The 99th percentile of that.
    LatencyAllP99,
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
    pub const ALL: [Metric; 18] = [
        Metric::LatencyMean,
        Metric::LatencyP50,
        Metric::LatencyP95,
        Metric::LatencyP99,
        Metric::LatencyAllMean,
        Metric::LatencyAllP99,
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
            Metric::LatencyAllMean => ("latency_all_mean", "Mean latency, failures included", MS),
            Metric::LatencyAllP99 => ("latency_all_p99", "99th percentile, failures included", MS),
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

    /// Whether it is of requests that ended well alone: where many fail it says little by itself.
    pub fn is_of_successes(self) -> bool {
        matches!(self, Metric::LatencyMean | Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99)
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
        let told = node.and_then(|n| report.nodes.get(&n.id));
        let has = |names: &[&str]| told.is_some_and(|report| names.iter().all(|n| report.tells(n)));
        let fits = |metric: &Metric| match metric {
            Metric::Utilisation | Metric::Waiting | Metric::Wait | Metric::Stay | Metric::Rejected => has_station,
            Metric::HitRatio => has(&[HIT_RATIO]),
            Metric::StaleAnswers => has(&STALE) || has(&STALE_HITS),
            Metric::Lag => has(&[LAG]),
            _ => true,
        };
        Metric::ALL.into_iter().filter(fits).collect()
    }

    /// Reads it off a run's report; `node` is the node that is measured. Not a number where there was nothing to measure.
    pub fn read(self, report: &Report, node: Option<&str>) -> f64 {
        let (latency, all) = (&report.totals.latency_ms, &report.totals.latency_all_ms);
        let timed = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
        match self {
            Metric::LatencyMean => timed(latency.mean),
            Metric::LatencyP50 => timed(latency.p50),
            Metric::LatencyP95 => timed(latency.p95),
            Metric::LatencyP99 => timed(latency.p99),
            Metric::LatencyAllMean => timed(all.mean),
            Metric::LatencyAllP99 => timed(all.p99),
            Metric::Throughput => report.totals.throughput_per_s,
            Metric::Availability => report.totals.availability.unwrap_or(f64::NAN),
            Metric::StaleReads => {
                let counts = &report.consistency.counts;
                ratio(counts.stale_reads as f64, counts.reads as f64)
            }
            Metric::Cost => report.cost_per_hour,
            _ => node.and_then(|id| report.nodes.get(id)).map_or(f64::NAN, |node| self.read_node(node, report.measured_s)),
        }
    }

    fn read_node(self, node: &NodeReport, seconds: f64) -> f64 {
        let figure = |name: &str| node.more.get(name).copied().unwrap_or(f64::NAN);
        let accepted = (node.handled + node.lost) as f64;
        let accepted_per_ms = (accepted + node.upkeep as f64) / seconds / 1000.0;
        match self {
            Metric::Utilisation => node.utilisation,
            Metric::Waiting => node.queue_mean,
            // Little's law.
            Metric::Wait => ratio(node.queue_mean, accepted_per_ms),
            Metric::Stay => ratio(node.present_mean, accepted_per_ms),
            Metric::Rejected => ratio(node.refused as f64, accepted + node.refused as f64),
            Metric::HitRatio => figure(HIT_RATIO),
            Metric::StaleAnswers if node.tells(STALE[0]) => ratio(figure(STALE[0]), figure(STALE[1])),
            Metric::StaleAnswers => ratio(figure(STALE_HITS[0]), figure(STALE_HITS[1])),
            Metric::Lag => figure(LAG),
            _ => f64::NAN,
        }
    }
}

const HIT_RATIO: &str = "hit_ratio";
const LAG: &str = "lag_mean_ms";
const STALE: [&str; 2] = ["stale_served", "reads"];
const STALE_HITS: [&str; 2] = ["stale_hits", "hits"];

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

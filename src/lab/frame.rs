//! A read-only picture of the run at one instant: all that the canvas and panels may know. Data only.

use serde::Serialize;

use crate::engine::impairment::Impairment;
use crate::engine::{SimDuration, SimTime};
use crate::lab::stopped::Stopped;
use crate::lab::written::{by_name, length_s, moment_s, readings};
use crate::metrics::latency::{LatencyBar, LatencySummary};

/// Identity of a request within a run; never reused.
pub type RequestId = u64;

/// What a message is, for its shape on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketKind {
    /// A read: a circle.
    Read,
    /// A write: a square.
    Write,
    /// A message on its way to a consumer: a triangle.
    Message,
    /// Heartbeat, health check or replication: a small diamond.
    Control,
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketFate {
    /// On its way to the callee.
    Outbound,
    /// A good reply on its way back.
    Reply,
    /// A reply whose value is older than one acknowledged before the read began.
    StaleReply,
    /// An error on its way back: a cross.
    Error,
}

/// One message that is on a link now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// Index into [`Frame::links`].
    pub link: usize,
    /// 0 at the start of its way, 1 at its end (whichever direction it goes).
    pub progress: f64,
    /// Whether it goes from the link's `from` to its `to`.
    pub forward: bool,
    /// Shape.
    pub kind: PacketKind,
    /// Fate.
    pub fate: PacketFate,
    /// 1 for a first attempt, 2 for the first retry, …
    pub attempt: u32,
    /// The request it belongs to; `None` for control traffic.
    pub request: Option<RequestId>,
    /// Key, where it has one.
    pub key: Option<u64>,
    /// On whose behalf, where that is known: a reply to somebody who gave up has no user any more.
    pub user: Option<u64>,
    /// Version of the value that a reply brings.
    pub version: Option<u64>,
    /// Where the value is kept, as an index into [`Frame::nodes`]: who assigned a reply's version, who is asked by a call.
    pub keeper: Option<usize>,
    /// When its request began, where that is known.
    pub born: Option<SimTime>,
}

/// What befell a node that does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// Its process crashed; its host refuses what comes.
    Crashed,
    /// Its host is gone; what comes disappears.
    Vanished,
    /// Its process hangs; its host accepts what comes.
    Hangs,
}

impl Outage {
    /// In a word: a text of the catalogues.
    pub fn word(self) -> &'static str {
        match self {
            Outage::Crashed => "crashed",
            Outage::Vanished => "vanished",
            Outage::Hangs => "hangs",
        }
    }
}

/// State of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Health {
    /// Works normally.
    Up,
    /// Works, at this multiple of its normal service times.
    Slow(f64),
    /// Does not work since this time, and what befell it.
    Down(Outage, SimTime),
    /// Of a kind this version does not know.
    Placeholder,
}

pub use crate::components::{Gauge, Reading};

/// One of the instances that a node stands for, now.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberFrame {
    /// Its number, from 1.
    pub number: u32,
    /// State.
    pub health: Health,
    /// What a balancer or queue says of it: `out of rotation`.
    pub verdict: Option<&'static str>,
    /// Requests worked on to the end per second, over the last second.
    pub rate_per_s: f64,
    /// Busy workers now.
    pub busy: usize,
    /// Workers; `None` is unlimited.
    pub workers: Option<usize>,
    /// Waiting requests now.
    pub queue: usize,
    /// Utilisation over the last second, 0 to 1.
    pub utilisation: f64,
}

/// A node now: of several instances their sums, and the mean of their utilisations.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFrame {
    /// Id in the document.
    pub id: String,
    /// State: down if all its instances are.
    pub health: Health,
    /// Its instances, if there are several.
    pub members: Vec<MemberFrame>,
    /// Requests worked on to the end per second, well or not, over the last second of simulated time: see [`Frame::lately`].
    pub rate_per_s: f64,
    /// Requests turned away, or lost in a crash, per second, over the last second.
    pub refused_per_s: f64,
    /// Share of all these that went well, 0 to 1; 1 if there were none.
    pub ok_share: f64,
    /// Share of its requests that went well since the statistics began, 0 to 1; `None` if it has had none.
    pub availability: Option<f64>,
    /// Cost per hour at the rate of the last second.
    pub cost_per_hour: f64,
    /// Busy workers now (held through calls too).
    pub busy: usize,
    /// Workers; `None` is unlimited.
    pub workers: Option<usize>,
    /// Waiting requests now.
    pub queue: usize,
    /// Limit of the queue; `None` is unlimited.
    pub queue_limit: Option<usize>,
    /// Utilisation over the last second, 0 to 1.
    pub utilisation: f64,
    /// What its kind adds, most important first: levels now, counts since the statistics began, ratios of the last ten seconds.
    pub gauges: Vec<Gauge>,
    /// What a balancer, router or cache says of others: `(node id, "out of rotation")`.
    pub verdicts: Vec<(String, &'static str)>,
    /// What share of the requests a router sends to each: `(node id, 0 to 1)`.
    pub shares: Vec<(String, f64)>,
    /// A few held keys with versions, newest first: `(key, version)`.
    pub sample: Vec<(u64, u64)>,
}

/// Messages on a link that go the same way, health checks left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// How many are on their way now.
    pub messages: usize,
    /// How long these take from end to end, on average, in seconds; 0 if there are none.
    pub travel_s: f64,
}

/// A link now.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkFrame {
    /// Id in the document.
    pub id: String,
    /// Whether it is cut.
    pub cut: bool,
    /// Attempts since the run began that were answered with an error that arose further down.
    pub passed_on: u64,
    /// Messages lost on it since the run began.
    pub lost: u64,
    /// Messages sent again since the run began.
    pub retransmitted: u64,
    /// Its faults that are in force, in the order in which they are asked; of several instances those of the first.
    pub impairments: Vec<Impairment>,
    /// Whether it ships a replication log instead of carrying calls.
    pub replication: bool,
    /// Whether it hands messages to a consumer.
    pub delivery: bool,
    /// Attempts started per second, over the last second.
    pub rate_per_s: f64,
    /// Share of attempts that failed over the last second, 0 to 1.
    pub failed_share: f64,
    /// Open attempts now.
    pub open: usize,
    /// Messages on the link now, drawn or not.
    pub in_transit: usize,
    /// What goes from its `from` to its `to`.
    pub there: Flow,
    /// What comes back.
    pub back: Flow,
}

/// Something worth a mark on the canvas or on the time line.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: SimTime,
    /// What, in a few words: `timeout`, `out of rotation`, `crashed`, `stale read`.
    pub what: String,
    /// The node it happened at, if any.
    pub node: Option<String>,
    /// Which of its members, from 1, if it has several.
    pub member: Option<u32>,
    /// The link it happened on, if any.
    pub link: Option<String>,
    /// The request, if any.
    pub request: Option<RequestId>,
    /// How it is drawn, and whether the automatic dial slows for it.
    pub tone: Tone,
}

/// The tone of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A request failed, a node went down.
    Bad,
    /// A stale read, a node taken out of rotation.
    Odd,
    /// A recovery.
    Good,
}

/// The whole picture.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Frame {
    /// Simulated time.
    pub now: SimTime,
    /// Why the run stands still, if it does.
    pub stopped: Option<Stopped>,
    /// Nodes, in no order that means anything; find by id.
    pub nodes: Vec<NodeFrame>,
    /// Links.
    pub links: Vec<LinkFrame>,
    /// Messages on links, a fixed sample of requests when there are too many: see `one_in`.
    pub packets: Vec<Packet>,
    /// One in this many requests is in `packets` (1 is all).
    pub one_in: u64,
    /// Requests in flight.
    pub in_flight: usize,
    /// Share of all requests that went well since the statistics began, 0 to 1; `None` if none has ended.
    pub availability: Option<f64>,
    /// The requests of the last second.
    pub lately: Bucket,
    /// Cost of the whole system per hour, at the rates of the last second.
    pub cost_per_hour: f64,
    /// Cost of a million requests that went well, at the same rates; `None` if none did.
    pub cost_per_million: Option<f64>,
}

pub use crate::engine::trace::SpanKind;

/// One bar of a waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// What it is.
    pub kind: SpanKind,
    /// Nesting, 0 for the outermost.
    pub depth: usize,
    /// Start.
    pub start: SimTime,
    /// End; `None` while it lasts.
    pub end: Option<SimTime>,
    /// Node where it happens, or the called node of a call or network span.
    pub node: String,
    /// Which of its members, from 1, if it has several.
    pub member: Option<u32>,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Why this step: `least connections: 3 open`, `miss: expired`, `version 41, newest is 42`.
    pub why: String,
    /// The reason, if it failed.
    pub failed: Option<&'static str>,
}

/// One request's story.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Which request.
    pub request: RequestId,
    /// `read` or `write`.
    pub operation: &'static str,
    /// Key.
    pub key: u64,
    /// User.
    pub user: u64,
    /// Start.
    pub start: SimTime,
    /// End; `None` while in flight.
    pub end: Option<SimTime>,
    /// `ok`, `in flight`, `stale`, or the reason of the failure.
    pub outcome: String,
    /// Bars in order of start, parents before children.
    pub spans: Vec<Span>,
}

/// How long requests took that ended since the statistics began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatencySpread {
    /// Those that went well: the bars of a histogram on a logarithmic axis.
    pub bars: Vec<LatencyBar>,
    /// And their figures.
    pub ok: LatencySummary,
    /// Of those that failed.
    pub failed: LatencySummary,
    /// Of all.
    pub all: LatencySummary,
    /// Share of all that went well, 0 to 1; `None` if none ended.
    pub availability: Option<f64>,
}

/// One bucket of the charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bucket {
    /// Start of the bucket.
    #[serde(rename = "start_s", serialize_with = "moment_s")]
    pub start: SimTime,
    /// Length of the bucket.
    #[serde(rename = "length_s", serialize_with = "length_s")]
    pub length: SimDuration,
    /// Requests that ended well, per second.
    pub ok_per_s: f64,
    /// Share of the requests ended that went well, 0 to 1; `None` if none ended.
    pub availability: Option<f64>,
    /// Cost of the whole system per hour, at the bucket's rates.
    pub cost_per_hour: f64,
    /// Cost of a million requests that went well; `None` if none did.
    pub cost_per_million: Option<f64>,
    /// Requests that failed, per second, by reason.
    #[serde(serialize_with = "by_name")]
    pub failed_per_s: Vec<(&'static str, f64)>,
    /// Median latency of successful requests in ms; `None` if there were none.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
    /// 99th percentile of how long all took that ended, well or not.
    pub p99_all_ms: Option<f64>,
    /// Stale reads per second.
    pub stale_per_s: f64,
}

/// One bucket of a node's charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NodeBucket {
    /// Start of the bucket.
    #[serde(rename = "start_s", serialize_with = "moment_s")]
    pub start: SimTime,
    /// Length of the bucket.
    #[serde(rename = "length_s", serialize_with = "length_s")]
    pub length: SimDuration,
    /// Instances that there were at its end; of merged buckets their mean.
    pub instances: f64,
    /// Utilisation, 0 to 1.
    pub utilisation: f64,
    /// Mean number of waiting requests.
    pub queue: f64,
    /// Requests worked on to the end, well or not; at clients those that ended.
    pub handled: u64,
    /// All that ended here: handled, turned away, lost in a crash.
    pub ended: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Cost per hour at the bucket's rate.
    pub cost_per_hour: f64,
    /// What its kind adds: levels as means over the bucket, totals at its end, ratios of what was added in it.
    #[serde(serialize_with = "readings")]
    pub gauges: Vec<(&'static str, Reading)>,
}

impl NodeBucket {
    /// Share of its requests that went well, 0 to 1; `None` if it had none.
    pub fn availability(&self) -> Option<f64> {
        crate::metrics::availability(self.ended.saturating_sub(self.failed), self.failed)
    }

    /// A series with neighbours merged until at most `most` are left.
    pub fn at_most(series: &[NodeBucket], most: usize) -> Vec<NodeBucket> {
        let per = series.len().div_ceil(most.max(1)).max(1).next_power_of_two();
        series.chunks(per).filter_map(NodeBucket::merged).collect()
    }

    /// Neighbours as one: counts are added, levels are means over time, totals are those of the last; `None` of none.
    pub fn merged(buckets: &[NodeBucket]) -> Option<NodeBucket> {
        let (first, last) = (buckets.first()?, buckets.last()?);
        let length = buckets.iter().fold(SimDuration::ZERO, |sum, b| sum + b.length);
        let mean = |value: &dyn Fn(&NodeBucket) -> f64| {
            let weigh = |b: &NodeBucket| (b.length.0.max(1) as f64, value(b));
            let (sum, weight) = buckets.iter().map(weigh).fold((0.0, 0.0), |(s, w), (weight, v)| (s + weight * v, w + weight));
            sum / weight
        };
        let of = |b: &NodeBucket, name: &str| b.gauges.iter().find(|(n, _)| *n == name).map(|(_, reading)| *reading);
        let gauge = |(name, end): &(&'static str, Reading)| {
            let all = || buckets.iter().filter_map(|b| of(b, name));
            let merged = match end {
                Reading::Level(_) => Reading::Level(mean(&|b| of(b, name).unwrap_or(*end).value().unwrap_or(0.0))),
                Reading::Each(_) => Reading::Each(mean(&|b| of(b, name).unwrap_or(*end).value().unwrap_or(0.0))),
                Reading::Total(_) => *end,
                Reading::Ratio(..) => all().fold(Reading::Ratio(0.0, 0.0), |sum, next| match (sum, next) {
                    (Reading::Ratio(part, whole), Reading::Ratio(more, of)) => Reading::Ratio(part + more, whole + of),
                    (sum, _) => sum,
                }),
                Reading::Peak(_) => Reading::Peak(all().filter_map(Reading::value).fold(0.0, f64::max)),
            };
            (*name, merged)
        };
        Some(NodeBucket {
            start: first.start,
            length,
            instances: mean(&|b| b.instances),
            utilisation: mean(&|b| b.utilisation),
            queue: mean(&|b| b.queue),
            handled: buckets.iter().map(|b| b.handled).sum(),
            ended: buckets.iter().map(|b| b.ended).sum(),
            failed: buckets.iter().map(|b| b.failed).sum(),
            cost_per_hour: mean(&|b| b.cost_per_hour),
            gauges: last.gauges.iter().map(gauge).collect(),
        })
    }
}

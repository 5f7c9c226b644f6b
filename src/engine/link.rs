//! A link: how messages travel, when it is called; its connections and its books. Knows no calling policy, but keeps their state.

use std::collections::VecDeque;

use super::call_policy::{Attempt, CallPolicy};
use super::distribution::Distribution;
use super::ids::{AttemptKey, LinkIndex, NodeIndex};
use super::impairment::Impairments;
use super::random::Stream;
use super::request::{ByReason, Operation};
use super::time::{SimDuration, SimTime};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary calls, by the rules.
    Call,
    /// A cache that the caller looks into beside its store.
    Aside,
    /// A primary ships its log to a follower.
    Log,
    /// Messages are handed to a consumer, whenever it has room.
    Delivery,
}

/// Which operations are sent over the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Reads and writes.
    #[default]
    Any,
    /// Reads only.
    Reads,
    /// Writes only.
    Writes,
    /// Nothing by these rules: only look-ups of users' sessions, which the caller makes itself.
    Sessions,
}

impl When {
    /// Whether the operation is sent.
    pub fn takes(self, operation: Operation) -> bool {
        match self {
            When::Any => true,
            When::Reads => !operation.writes(),
            When::Writes => operation.writes(),
            When::Sessions => false,
        }
    }
}

/// Whether the link is called for itself or as one of several alternatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// Always.
    #[default]
    Every,
    /// One of the links so marked.
    One,
}

/// What the caller waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitFor {
    /// Every answer.
    #[default]
    All,
    /// The first few answers.
    Some,
    /// Nothing: fire and forget.
    None,
}

/// Who calls whom, when. Links of one stage are called at once, stages in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Operations.
    pub when: When,
    /// Probability that the call is made, 0 to 1.
    pub probability: f64,
    /// Parallel calls each time.
    pub count: u32,
    /// Order.
    pub stage: u32,
    /// Always, or as one of several.
    pub pick: Pick,
    /// Share of it, beside the weights of the alternatives.
    pub weight: u32,
    /// What the caller waits for.
    pub wait_for: WaitFor,
    /// How many answers are enough, with [`WaitFor::Some`]: counted over all links of the stage so set; the largest counts.
    pub need: u32,
}

/// What a link is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkSpec {
    /// Purpose.
    pub role: Role,
    /// One-way travel time towards the callee.
    pub latency: Distribution,
    /// One-way travel time back.
    pub return_latency: Distribution,
    /// Fixed travel time each way on top of the latency: the distance between the ends.
    pub distance: SimDuration,
    /// Extra travel time per message, uniform from 0 to this.
    pub jitter: SimDuration,
    /// Bits per second in each direction; `None` is unlimited.
    pub bandwidth_bps: Option<f64>,
    /// Probability that a message is lost, each way.
    pub loss: f64,
    /// Calling rule.
    pub rule: Rule,
    /// How long after a loss, and a round trip, a message is sent again for the first time; it doubles each time. `None` is never.
    pub retransmission: Option<SimDuration>,
    /// Connections kept; `None` is unlimited.
    pub connections: Option<u32>,
    /// Round trips to set up a connection (TCP 1, with TLS 1.3 2, with TLS 1.2 3); 0 is none.
    pub handshake_round_trips: u32,
}

/// Attempts over a link: `started = answered + failed + passed on + abandoned + open`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptLedger {
    /// All attempts.
    pub started: u64,
    /// Answered well.
    pub answered: u64,
    /// Failed on the way or at the called node: timed out, refused, reset, answered with an error of its own.
    pub failed: ByReason,
    /// Answered with an error that arose further down.
    pub passed_on: ByReason,
    /// No longer wanted by their caller.
    pub abandoned: u64,
    /// Under way.
    pub open: u64,
}

impl AttemptLedger {
    /// Whether the books balance.
    pub fn balanced(&self) -> bool {
        self.started == self.answered + self.failed.total() + self.passed_on.total() + self.abandoned + self.open
    }
}

/// The running state.
#[derive(Clone, Debug)]
pub struct Link<P> {
    /// Source of randomness.
    pub stream: Stream,
    /// Caller.
    pub from: NodeIndex,
    /// Callee.
    pub to: NodeIndex,
    /// Settings.
    pub spec: LinkSpec,
    /// What surrounds calls over it.
    pub policies: P,
    /// What is wrong with it.
    pub impairments: Impairments,
    /// No longer in the diagram.
    pub removed: bool,
    /// The first of the links from its caller that are called as one: itself, unless it was added to another.
    pub bundle: LinkIndex,
    /// How many are called as one, if it is the first of them.
    pub bundled: u32,
    /// The books.
    pub ledger: AttemptLedger,
    /// Open connections without an attempt.
    pub idle_connections: u32,
    /// Connections in use or being set up.
    pub used_connections: u32,
    /// Connections ever set up.
    pub connections_opened: u64,
    /// Attempts that wait for a connection, the first first.
    pub waiting: VecDeque<AttemptKey>,
    /// When the sender's interface is free again: towards the callee, and back.
    pub free_at: [SimTime; 2],
    /// Messages lost on the link.
    pub dropped: u64,
    /// Messages that arrived, or will, once more.
    pub duplicated: u64,
    /// Messages sent again after they were lost.
    pub retransmitted: u64,
    /// Control messages sent towards the callee, and back: each has draws of its own.
    pub control_sent: [u64; 2],
    /// Messages on the link now, or lost and to be sent again.
    pub in_transit: u32,
}

impl<P: CallPolicy> Link<P> {
    /// A new link without connections.
    pub fn new(stream: Stream, from: NodeIndex, to: NodeIndex, spec: LinkSpec, policies: P) -> Self {
        Link {
            stream,
            from,
            to,
            spec,
            policies,
            impairments: Impairments::default(),
            removed: false,
            bundle: LinkIndex(0),
            bundled: 1,
            ledger: AttemptLedger::default(),
            idle_connections: 0,
            used_connections: 0,
            connections_opened: 0,
            waiting: VecDeque::new(),
            free_at: [SimTime::ZERO; 2],
            dropped: 0,
            duplicated: 0,
            retransmitted: 0,
            control_sent: [0; 2],
            in_transit: 0,
        }
    }

    /// How long after it left a message is sent again that was lost, as often as this before; `None` if it is not. As Linux has it, the
    /// round trip and the least wait (RFC 6298), which doubles.
    pub fn retransmission_after(&self, times: u8) -> Option<SimDuration> {
        let least = self.spec.retransmission?;
        let spec = &self.spec;
        let round_trip = SimDuration::from_millis_f64(spec.latency.mean_ms() + spec.return_latency.mean_ms());
        let all = round_trip + spec.distance + spec.distance + spec.jitter + least;
        Some(SimDuration(all.0.saturating_mul(1 << times.saturating_sub(1).min(20))))
    }

    /// An attempt of a call over it, as its policies are told of it.
    pub(super) fn attempt(&self, now: SimTime, seed: u64, draw_key: u64, number: u32, wanted: bool) -> Attempt {
        Attempt { now, number, from: self.from, wanted: wanted && !self.removed, seed, stream: self.stream, draw_key }
    }

    /// Whether connections matter at all: without a limit and a handshake they cost nothing.
    pub fn counts_connections(&self) -> bool {
        self.spec.connections.is_some() || self.spec.handshake_round_trips > 0
    }
}

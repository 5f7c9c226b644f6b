//! The state of a world apart from the behaviours: nodes, links, what is under way, books.

use std::mem::size_of;

use slotmap::SlotMap;

use super::behaviour::Behaviour;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::link::Link;
use super::queue::{EventKind, EventQueue, Generation};
use super::random::Stream;
use super::request::{ByReason, Outcome, Reason, Why};
use super::station::Station;
use super::time::SimTime;
use super::trace::{SpanIndex, SpanKind, Spare, Trace, NO_SPAN};
use super::under_way::{Call, Job, RequestState, Transit};

/// Requests of a client: `sent = ok + failed + in flight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestLedger {
    /// All requests.
    pub sent: u64,
    /// Ended well.
    pub ok: u64,
    /// Failed.
    pub failed: ByReason,
    /// Under way.
    pub in_flight: u64,
}

impl RequestLedger {
    /// Whether the books balance.
    pub fn balanced(&self) -> bool {
        self.sent == self.ok + self.failed.total() + self.in_flight
    }
}

/// A node apart from its behaviour.
#[derive(Clone, Debug)]
pub struct NodeState<S> {
    /// Source of randomness.
    pub stream: Stream,
    /// Grows with each crash and restart, so that old timers are void.
    pub generation: Generation,
    /// Whether it works.
    pub up: bool,
    /// When it went down or hung, if it does.
    pub down_since: SimTime,
    /// Down, and its host too: what is sent to it disappears.
    pub vanished: bool,
    /// Its process does nothing, for no known time.
    pub hangs: bool,
    /// What waits for its process since then.
    pub stalled: Vec<EventKind>,
    /// Factor on its service times; 1 is normal.
    pub slow: f64,
    /// No longer in the diagram.
    pub removed: bool,
    /// Its workers and line.
    pub station: Station,
    /// What guards them.
    pub guards: S,
    /// Jobs that ended with an error, and those turned away, by reason.
    pub failed: ByReason,
    /// Links from here, in the order they were drawn.
    pub outgoing: Vec<LinkIndex>,
    /// Links to here, likewise.
    pub incoming: Vec<LinkIndex>,
    /// Requests begun here by a user.
    pub requests: RequestLedger,
    /// Requests begun here by the system itself: messages handed on.
    pub messages: RequestLedger,
}

/// Something that happened, for metrics and marks. Drained by whoever runs the world.
#[derive(Clone, Debug)]
pub enum Observation {
    /// A request ended.
    Ended {
        /// When.
        at: SimTime,
        /// Who sent it.
        client: NodeIndex,
        /// Number.
        request: u64,
        /// When it began.
        start: SimTime,
        /// How it ended.
        outcome: Outcome,
        /// Whether it read an old value.
        stale: bool,
        /// Whether the system itself began it.
        internal: bool,
        /// Its story, where recorded.
        trace: Option<Box<Trace>>,
    },
    /// An attempt failed, on its way or at the called node.
    AttemptFailed {
        /// When.
        at: SimTime,
        /// On which link.
        link: LinkIndex,
        /// Of which request.
        request: u64,
        /// Why.
        reason: Reason,
    },
    /// A node says something worth a mark.
    Notice {
        /// When.
        at: SimTime,
        /// Who says it.
        node: NodeIndex,
        /// About whom, if not about itself.
        about: Option<NodeIndex>,
        /// What.
        what: &'static str,
        /// Whether it is good news.
        good: bool,
    },
}

/// The state of a world apart from the behaviours.
#[derive(Clone, Debug)]
pub struct Core<B: Behaviour> {
    /// Now.
    pub now: SimTime,
    /// Seed.
    pub seed: u64,
    /// Nodes.
    pub nodes: Vec<NodeState<B::StationPolicies>>,
    /// Links.
    pub links: Vec<Link<B::CallPolicies>>,
    /// Requests in flight.
    pub requests: SlotMap<RequestKey, RequestState>,
    /// Jobs.
    pub jobs: SlotMap<JobKey, Job>,
    /// Calls.
    pub calls: SlotMap<CallKey, Call>,
    /// Messages on links.
    pub transits: SlotMap<TransitKey, Transit<B::Signal>>,
    /// What behaviours share: the truth about data.
    pub shared: B::Shared,
    /// What happened since it was last drained.
    pub observations: Vec<Observation>,
    /// Stories to be used again.
    pub spare: Spare,
    /// Whether stories are recorded.
    pub record_traces: bool,
    /// Requests begun so far.
    pub requests_begun: u64,
    /// Of these, begun by users.
    pub requests_asked: u64,
    /// Nodes that hang.
    pub hanging: u32,
    /// Pending events.
    pub queue: EventQueue,
}

impl<B: Behaviour> Core<B> {
    /// Bytes that it takes, about, without what the behaviours share.
    pub fn bytes(&self) -> usize {
        let under_way = self.requests.capacity() * size_of::<RequestState>()
            + self.jobs.capacity() * size_of::<Job>()
            + self.calls.capacity() * size_of::<Call>()
            + self.transits.capacity() * size_of::<Transit<B::Signal>>();
        let traces: usize = self.requests.values().filter_map(|r| r.trace.as_deref()).map(Trace::bytes).sum();
        let drawn = self.nodes.len() * size_of::<NodeState<B::StationPolicies>>() + self.links.len() * size_of::<Link<B::CallPolicies>>();
        under_way + traces + drawn + self.queue.bytes()
    }

    /// The trace of a request, where recorded.
    pub fn trace(&mut self, request: RequestKey) -> Option<&mut Trace> {
        self.requests.get_mut(request)?.trace.as_deref_mut()
    }

    /// The call that an attempt is of, if it is still open.
    pub fn attempted(&self, attempt: AttemptKey) -> Option<&Call> {
        self.calls.get(attempt.call).filter(|c| c.is_open(attempt))
    }

    /// The same, to change it.
    pub fn attempted_mut(&mut self, attempt: AttemptKey) -> Option<&mut Call> {
        self.calls.get_mut(attempt.call).filter(|c| c.is_open(attempt))
    }

    /// Takes a call out of the list of its job's open calls.
    pub fn unlist(&mut self, job: JobKey, call: CallKey, before: CallKey) {
        let Some(job) = self.jobs.get_mut(job) else { return };
        if job.last_call == call {
            job.last_call = before;
            return;
        }
        let mut at = job.last_call;
        while let Some(later) = self.calls.get_mut(at) {
            if later.before == call {
                later.before = before;
                return;
            }
            at = later.before;
        }
    }

    /// Begins a span in a request's trace.
    pub fn begin_span(
        &mut self,
        request: RequestKey,
        kind: SpanKind,
        parent: SpanIndex,
        node: NodeIndex,
        attempt: u32,
        why: Why,
    ) -> SpanIndex {
        let now = self.now;
        self.trace(request).map_or(NO_SPAN, |t| t.begin(kind, parent, now, node, attempt, why))
    }

    /// Ends a span where it has not ended, and begins another.
    #[allow(clippy::too_many_arguments, reason = "those of a span, and the one before it")]
    pub fn next_span(
        &mut self,
        request: RequestKey,
        old: SpanIndex,
        kind: SpanKind,
        parent: SpanIndex,
        node: NodeIndex,
        attempt: u32,
        why: Why,
    ) -> SpanIndex {
        let now = self.now;
        let Some(trace) = self.trace(request) else { return NO_SPAN };
        trace.finish(old, now, None);
        trace.begin(kind, parent, now, node, attempt, why)
    }

    /// Ends a span.
    pub fn end_span(&mut self, request: RequestKey, span: SpanIndex, failed: Option<Reason>) {
        let now = self.now;
        if span != NO_SPAN {
            if let Some(trace) = self.trace(request) {
                trace.finish(span, now, failed);
            }
        }
    }
}

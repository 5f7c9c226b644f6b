//! The state of a world apart from the behaviours: nodes, links, requests, jobs, calls, messages under way, books.

use slotmap::SlotMap;

use super::behaviour::Behaviour;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::link::{Link, WaitFor};
use super::queue::{Epoch, EventQueue};
use super::random::Stream;
use super::request::{ByReason, Message, Operation, Outcome, Reason, Versioned, Why};
use super::station::Station;
use super::time::{SimDuration, SimTime};
use super::trace::{SpanIndex, SpanKind, Spare, Trace, NO_SPAN};

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
pub struct NodeState {
    /// Source of randomness.
    pub stream: Stream,
    /// Grows with each crash and restart, so that old timers are void.
    pub epoch: Epoch,
    /// Whether it works.
    pub up: bool,
    /// When it went down, if it is down.
    pub down_since: SimTime,
    /// Factor on its service times; 1 is normal.
    pub slow: f64,
    /// No longer in the diagram.
    pub removed: bool,
    /// Its workers and line.
    pub station: Station,
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

/// A request in flight.
#[derive(Clone, Debug)]
pub struct RequestState {
    /// Number in the run.
    pub id: u64,
    /// Start.
    pub start: SimTime,
    /// Whether the system itself began it, and no user waits for it.
    pub internal: bool,
    /// Its story, where recorded.
    pub trace: Option<Box<Trace>>,
}

/// Progress through the stages of calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    /// Whether the job is in its stages, and in which.
    pub current: Option<u32>,
    /// Answers still wanted from calls that are all waited for.
    pub all_open: u32,
    /// Answers that are enough from the others.
    pub need: u32,
    /// Of those, have come.
    pub got: u32,
    /// Of those, may still come.
    pub some_open: u32,
}

/// One message being worked on at one node.
#[derive(Clone, Debug)]
pub struct Job {
    /// Where.
    pub node: NodeIndex,
    /// What is asked.
    pub message: Message,
    /// The request it serves.
    pub request: RequestKey,
    /// Number of that request.
    pub request_id: u64,
    /// Start of that request.
    pub request_start: SimTime,
    /// Identity for randomness: a function of the request and the path to here.
    pub luck: u64,
    /// Who waits for the reply; `None` at the client itself.
    pub origin: Option<(AttemptKey, LinkIndex)>,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Arrival.
    pub arrived: SimTime,
    /// Whether it holds a worker, or a share.
    pub holds_worker: bool,
    /// When a worker of its own will be done with it.
    pub ends: Option<SimTime>,
    /// Service that is still to come after an interruption.
    pub left: Option<SimDuration>,
    /// Names the one end of service that is not void.
    pub turn: u32,
    /// Whether its reply has been sent before its end.
    pub replied: bool,
    /// The last of its open calls; from there on [`Call::before`] leads to the others. Null if there is none.
    pub last_call: CallKey,
    /// Calls made so far.
    pub calls_made: u32,
    /// Progress through the stages.
    pub stages: Stages,
    /// Newest value that its calls brought.
    pub value: Option<Versioned>,
    /// The behaviour's own note of how far it is.
    pub step: u32,
    /// Span of the call that brought it.
    pub parent_span: SpanIndex,
    /// Span of its waiting or service.
    pub span: SpanIndex,
}

/// A call, with all its attempts.
#[derive(Clone, Debug)]
pub struct Call {
    /// Whose; stale once that job has ended.
    pub job: JobKey,
    /// Over which link.
    pub link: LinkIndex,
    /// What.
    pub message: Message,
    /// Time until an attempt is given up, instead of the link's.
    pub patience: Option<SimDuration>,
    /// Part of the stages, and how it is waited for; `None` if the behaviour itself made the call.
    pub staged: Option<WaitFor>,
    /// Attempts so far.
    pub attempts: u32,
    /// Identity for randomness.
    pub luck: u64,
    /// Whether the last of them is open.
    pub open: bool,
    /// Whether that holds a connection.
    pub connected: bool,
    /// The open call of the same job that was made before, if any: null otherwise.
    pub before: CallKey,
    /// The request it serves.
    pub request: RequestKey,
    /// Number of that request.
    pub request_id: u64,
    /// Start of that request.
    pub request_start: SimTime,
    /// Span of the call.
    pub span: SpanIndex,
    /// Span of the step it is in: on its way, waiting for a connection, backing off.
    pub step_span: SpanIndex,
}

/// What is needed of a job to answer its caller.
#[derive(Clone, Copy, Debug)]
pub struct Return {
    /// Where from.
    pub node: NodeIndex,
    /// Who waits.
    pub to: AttemptKey,
    /// The way.
    pub link: LinkIndex,
    /// What was asked.
    pub operation: Operation,
    /// Of which key.
    pub key: u64,
    /// Size of a good answer.
    pub bytes: u32,
    /// The request.
    pub request: RequestKey,
    /// Its number.
    pub request_id: u64,
    /// Its start.
    pub request_start: SimTime,
    /// Identity of the job for randomness.
    pub luck: u64,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Span of the call.
    pub call_span: SpanIndex,
    /// Span of the job's last step.
    pub span: SpanIndex,
}

impl Call {
    /// Whether this attempt, of this call, is open.
    pub fn is_open(&self, attempt: AttemptKey) -> bool {
        self.open && self.attempts == attempt.number
    }
}

impl Job {
    /// What is needed to answer; `None` if nobody waits.
    pub fn answer(&self) -> Option<Return> {
        let (to, link) = self.origin.filter(|_| !self.replied)?;
        Some(Return {
            node: self.node,
            to,
            link,
            operation: self.message.operation,
            key: self.message.key,
            bytes: self.message.reply_bytes,
            request: self.request,
            request_id: self.request_id,
            request_start: self.request_start,
            luck: self.luck,
            attempt: self.attempt,
            call_span: self.parent_span,
            span: self.span,
        })
    }
}

/// What a message on a link carries.
#[derive(Clone, Debug)]
pub enum Payload<G> {
    /// A call; all that the callee needs, since the caller may have given up.
    Call {
        /// Who waits.
        attempt: AttemptKey,
        /// What is asked.
        message: Message,
        /// Identity for randomness.
        luck: u64,
        /// The request.
        request: RequestKey,
        /// Start of the request.
        request_start: SimTime,
        /// Span of the call.
        call_span: SpanIndex,
        /// Span of the way.
        network_span: SpanIndex,
    },
    /// An answer.
    Reply {
        /// Who waits.
        attempt: AttemptKey,
        /// The answer.
        outcome: Outcome,
        /// To what.
        operation: Operation,
        /// To which key.
        key: u64,
        /// The request.
        request: RequestKey,
        /// Span of the way.
        network_span: SpanIndex,
    },
    /// Control traffic.
    Signal(G),
}

/// A message on a link.
#[derive(Clone, Debug)]
pub struct Transit<G> {
    /// Which link.
    pub link: LinkIndex,
    /// From the caller to the callee, or back.
    pub forward: bool,
    /// Start.
    pub start: SimTime,
    /// Arrival.
    pub end: SimTime,
    /// Number of the request, of calls and replies; 0 otherwise.
    pub request_id: u64,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Whether a reply's value is older than one acknowledged before the request began.
    pub stale: bool,
    /// What it carries.
    pub payload: Payload<G>,
}

impl<G> Transit<G> {
    /// Operation and key, of calls and replies.
    pub fn about(&self) -> Option<(Operation, u64)> {
        match &self.payload {
            Payload::Call { message, .. } => Some((message.operation, message.key)),
            Payload::Reply { operation, key, .. } => Some((*operation, *key)),
            Payload::Signal(_) => None,
        }
    }
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
    /// An attempt failed.
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
    pub nodes: Vec<NodeState>,
    /// Links.
    pub links: Vec<Link>,
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
    /// Pending events.
    pub queue: EventQueue,
}

impl<B: Behaviour> Core<B> {
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

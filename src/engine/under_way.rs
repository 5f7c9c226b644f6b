//! What is under way in a world: requests, their jobs and calls, messages on links. Data only: it decides nothing.
//! With many requests in flight most of what an event costs is to reach these, so they are kept small.

use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey};
use super::link::WaitFor;
use super::request::{Message, Operation, Outcome, Version};
use super::time::{SimDuration, SimTime};
use super::trace::{SpanIndex, Trace, NO_SPAN};

/// A request in flight.
#[derive(Clone, Debug)]
pub struct RequestState {
    /// Number in the run.
    pub id: u64,
    /// Start.
    pub start: SimTime,
    /// Whether the system itself began it, and no user waits for it.
    pub internal: bool,
    /// What the node that began it noted.
    pub note: u32,
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

/// How far the service of a job is.
#[derive(Clone, Copy, Debug, Default)]
pub enum Service {
    /// Not begun, over, or by a share.
    #[default]
    None,
    /// A worker of its own will be done with it then.
    Until(SimTime),
    /// So much is still to come once it has a worker: after an interruption, or once more.
    Left(SimDuration),
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
    /// What its draws come from: a function of the request and the path to here.
    pub draw_key: u64,
    /// Who waits for the reply; `None` at the client itself.
    pub origin: Option<(AttemptKey, LinkIndex)>,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Arrival.
    pub arrived: SimTime,
    /// Whether it holds a worker, or a share.
    pub holds_worker: bool,
    /// How far its service is.
    pub service: Service,
    /// Names the one end of service that is not void.
    pub generation: u32,
    /// Whether its reply has been sent before its end.
    pub replied: bool,
    /// The last of its open calls; from there on [`Call::before`] leads to the others. Null if there is none.
    pub last_call: CallKey,
    /// Progress through the stages.
    pub stages: Stages,
    /// Newest value that its calls brought.
    pub value: Option<Version>,
    /// The behaviour's own note of how far it is.
    pub step: u32,
    /// Span of the call that brought it.
    pub parent_span: SpanIndex,
    /// Span of its waiting or service.
    pub span: SpanIndex,
}

/// What an attempt has of a connection, where they are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Nothing, and it needs none.
    #[default]
    None,
    /// It waits for one.
    Waiting,
    /// One is set up for it.
    Opening,
    /// One.
    Held,
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
    /// How long an attempt waits for its answer, instead of what the link's policies say.
    pub timeout: Option<SimDuration>,
    /// Part of the stages, and how it is waited for; `None` if the behaviour itself made the call.
    pub staged: Option<WaitFor>,
    /// Attempts so far.
    pub attempts: u32,
    /// What its draws come from.
    pub draw_key: u64,
    /// Whether the last of them is open.
    pub open: bool,
    /// Whether that has a connection.
    pub connection: Connection,
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
    /// What the draws of the job come from.
    pub draw_key: u64,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Span of the call.
    pub call_span: SpanIndex,
    /// Span of the job's last step.
    pub span: SpanIndex,
}

impl Call {
    /// Whether its open attempt waits for a connection, or for one to be set up.
    pub fn lacks_connection(&self) -> bool {
        matches!(self.connection, Connection::Waiting | Connection::Opening)
    }

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
            draw_key: self.draw_key,
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
        /// What its draws come from.
        draw_key: u64,
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
    /// A message of a handshake: there, and the answer back.
    Handshake {
        /// For which attempt.
        attempt: AttemptKey,
        /// Which round trip, counted from 1.
        round: u32,
    },
    /// Control traffic.
    Signal {
        /// What.
        signal: G,
        /// Size.
        bytes: u32,
        /// Which control message of this link in this direction, counted from 1.
        ordinal: u64,
        /// Whether it comes back to its sender: nobody at the other end took it.
        refused: bool,
    },
}

/// A message on a link.
#[derive(Clone, Debug)]
pub struct Transit<G> {
    /// Which link.
    pub link: LinkIndex,
    /// From the caller to the callee, or back.
    pub forward: bool,
    /// How often it has been sent.
    pub transmissions: u8,
    /// Lost: at `end` it is sent again.
    pub lost: bool,
    /// Start.
    pub start: SimTime,
    /// Arrival.
    pub end: SimTime,
    /// When the sender's interface is done with it.
    pub left: SimTime,
    /// Number of the request, of calls, replies and handshakes; 0 otherwise.
    pub request_id: u64,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// What it carries.
    pub payload: Payload<G>,
}

impl<G> Transit<G> {
    /// A message that leaves now, of a first attempt; when it arrives, whoever sends it finds out.
    pub fn new(link: LinkIndex, forward: bool, now: SimTime, request_id: u64, payload: Payload<G>) -> Transit<G> {
        Transit { link, forward, transmissions: 1, lost: false, start: now, end: now, left: now, request_id, attempt: 1, payload }
    }

    /// The same message once more: it arrives, and the request's trace tells of the first alone.
    pub fn as_duplicate(mut self) -> Transit<G> {
        if let Payload::Call { network_span, .. } | Payload::Reply { network_span, .. } = &mut self.payload {
            *network_span = NO_SPAN;
        }
        self
    }

    /// Operation and key, of calls and replies.
    pub fn about(&self) -> Option<(Operation, u64)> {
        match &self.payload {
            Payload::Call { message, .. } => Some((message.operation, message.key)),
            Payload::Reply { operation, key, .. } => Some((*operation, *key)),
            Payload::Handshake { .. } | Payload::Signal { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::super::trace::Span;
    use super::*;

    /// In bytes, of 64-bit processors: whoever makes one of them larger should know.
    #[test]
    fn what_is_under_way_is_small() {
        assert_eq!((size_of::<Message>(), size_of::<Outcome>(), size_of::<Span>()), (48, 16, 32));
        assert_eq!((size_of::<RequestState>(), size_of::<Job>(), size_of::<Call>(), size_of::<Transit<()>>()), (32, 200, 136, 144));
    }
}

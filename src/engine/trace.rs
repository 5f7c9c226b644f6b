//! The story of a request: a tree of spans, kept while it is in flight and for the most recent ones after. Data only.

use super::ids::NodeIndex;
use super::pack::packed;
use super::request::{Message, Outcome, Reason, Why};
use super::time::SimTime;

/// What took the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// A whole call, from first attempt to answer; parent of the rest.
    Call,
    /// Opening a connection, or waiting for a pooled one.
    Connect,
    /// On the link.
    Network,
    /// Waiting for a worker.
    Queue,
    /// Being served.
    Service,
    /// Waiting before a retry.
    Backoff,
}

/// Index of a span in its trace; `NO_SPAN` where nothing is recorded.
pub type SpanIndex = u32;

/// Stands for "not recorded".
pub const NO_SPAN: SpanIndex = u32::MAX;

/// One span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// What it is.
    pub kind: SpanKind,
    /// The span it is part of.
    pub parent: SpanIndex,
    /// Start.
    pub start: SimTime,
    /// End; `None` while it lasts.
    pub end: Option<SimTime>,
    /// Where; the called node of calls and network spans.
    pub node: NodeIndex,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// Why this step.
    pub why: Why,
    /// The reason, if it failed.
    pub failed: Option<Reason>,
}

/// The story of one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Number of the request in the run.
    pub id: u64,
    /// What was asked.
    pub message: Message,
    /// Who asked.
    pub client: NodeIndex,
    /// Start.
    pub start: SimTime,
    /// End and outcome; `None` while in flight.
    pub end: Option<(SimTime, Outcome)>,
    /// Whether it read a value older than one acknowledged before it began.
    pub stale: bool,
    /// Spans in order of start.
    pub spans: Vec<Span>,
}

/// A request's spans can never be more; a retry storm in a deep system ends there and says so by being full.
const MAX_SPANS: usize = 2_000;

/// Stories that nobody needs any more, kept so that the next ones need no memory of their own.
#[derive(Debug, Default)]
#[allow(clippy::vec_box, reason = "they come and go in their boxes, which are what is used again")]
pub struct Spare {
    stories: Vec<Box<Trace>>,
    /// Stories made so far.
    made: usize,
    /// The longest that came back, up to [`MOST_ROOM`].
    longest: usize,
}

/// Spans that every new story has room for: a call of one service.
const USUAL_SPANS: usize = 8;
/// Most spans that a story has room for before it needs it; the few longer ones take memory of their own, and give it back.
const MOST_ROOM: usize = 128;
/// Most stories kept so; a burst that ends gives the rest of its memory back.
const MAX_SPARE: usize = 1_024;

impl Clone for Spare {
    /// A snapshot carries no spare memory.
    fn clone(&self) -> Self {
        Spare::default()
    }
}

impl Spare {
    /// Takes a story back.
    pub fn put(&mut self, trace: Box<Trace>) {
        self.longest = self.longest.max(trace.spans.len().min(MOST_ROOM));
        if self.stories.len() < MAX_SPARE {
            self.stories.push(trace);
        }
    }

    /// A story without spans.
    pub fn take(&mut self, id: u64, message: Message, client: NodeIndex, start: SimTime) -> Box<Trace> {
        // Room for the longest so far, in powers of two: soon all have it, and none has to grow.
        let room = self.longest.next_power_of_two().max(USUAL_SPANS);
        let made = |spans| Box::new(Trace { id, message, client, start, end: None, stale: false, spans });
        if self.stories.is_empty() {
            // As with any list that is full: more by a share of what there is, so that this happens ever more rarely.
            let more = (self.made / 8).clamp(1, MAX_SPARE / 8);
            self.made += more;
            self.stories.extend((0..more).map(|_| made(Vec::with_capacity(room))));
        }
        let mut old = match self.stories.pop() {
            Some(old) if old.spans.capacity() >= room && old.spans.capacity() <= MOST_ROOM => old,
            _ => made(Vec::with_capacity(room)),
        };
        old.id = id;
        old.message = message;
        old.client = client;
        old.start = start;
        old.end = None;
        old.stale = false;
        old.spans.clear();
        old
    }
}

impl Trace {
    /// Begins a span.
    pub fn begin(&mut self, kind: SpanKind, parent: SpanIndex, at: SimTime, node: NodeIndex, attempt: u32, why: Why) -> SpanIndex {
        if self.spans.len() >= MAX_SPANS {
            return NO_SPAN;
        }
        self.spans.push(Span { kind, parent, start: at, end: None, node, attempt, why, failed: None });
        (self.spans.len() - 1) as SpanIndex
    }

    /// Ends a span.
    pub fn finish(&mut self, span: SpanIndex, at: SimTime, failed: Option<Reason>) {
        if let Some(s) = self.spans.get_mut(span as usize).filter(|s| s.end.is_none()) {
            s.end = Some(at);
            s.failed = failed;
        }
    }
}

packed!(
    enum SpanKind {
        Call,
        Connect,
        Network,
        Queue,
        Service,
        Backoff,
    }
);
packed!(struct Span { kind, parent, start, end, node, attempt, why, failed });
packed!(struct Trace { id, message, client, start, end, stale, spans });

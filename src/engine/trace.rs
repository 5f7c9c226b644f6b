//! The story of a request: a tree of spans, kept while it is in flight and for the most recent ones after. Data only.

use super::ids::NodeIndex;
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

/// Stands for an end that has not come.
const LASTS: SimTime = SimTime(u64::MAX);

/// One span. Half a cache line: with many requests in flight, reaching their stories is what an event costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// What it is.
    pub kind: SpanKind,
    /// The reason, if it failed.
    pub failed: Option<Reason>,
    /// The span it is part of.
    pub parent: SpanIndex,
    /// Start.
    pub start: SimTime,
    end: SimTime,
    /// Where; the called node of calls and network spans.
    pub node: NodeIndex,
    /// 1 for a first attempt.
    pub attempt: u32,
}

impl Span {
    /// End; `None` while it lasts.
    pub fn end(&self) -> Option<SimTime> {
        (self.end != LASTS).then_some(self.end)
    }
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
    /// Why they were taken, apart from them since most go without saying; of several about one span the last holds.
    whys: Vec<(SpanIndex, Why)>,
}

/// A request's spans can never be more; a retry storm in a deep system ends there and says so by being full.
const MAX_SPANS: usize = 2_000;

/// Stories that nobody needs any more, kept so that the next ones need no memory of their own.
#[derive(Debug, Default)]
#[allow(clippy::vec_box, reason = "they come and go in their boxes, which are what is used again")]
pub struct Spare {
    stories: Vec<Box<Trace>>,
    /// Stories made so far.
    made: u32,
    /// Room for the spans of the longest that came back, a power of two: soon all have it, and none has to grow.
    room: u32,
    /// Room for the most reasons in one that came back, likewise.
    room_for_whys: u32,
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
        let room = |so_far: u32, used: usize| match used > so_far as usize {
            true => used.next_power_of_two().min(MOST_ROOM) as u32,
            false => so_far,
        };
        self.room = room(self.room, trace.spans.len());
        self.room_for_whys = room(self.room_for_whys, trace.whys.len());
        if self.stories.len() < MAX_SPARE {
            self.stories.push(trace);
        }
    }

    /// A story without spans.
    pub fn take(&mut self, id: u64, message: Message, client: NodeIndex, start: SimTime) -> Box<Trace> {
        let (room, room_for_whys) = (self.room as usize, self.room_for_whys as usize);
        let made = || {
            let (spans, whys) = (Vec::with_capacity(room.max(USUAL_SPANS)), Vec::with_capacity(room_for_whys));
            Box::new(Trace { id, message, client, start, end: None, stale: false, spans, whys })
        };
        let fits =
            |old: &Trace| (room..=MOST_ROOM).contains(&old.spans.capacity()) && (room_for_whys..=MOST_ROOM).contains(&old.whys.capacity());
        if self.stories.is_empty() {
            // As with any list that is full: more by a share of what there is, so that this happens ever more rarely.
            let more = (self.made / 8).clamp(1, MAX_SPARE as u32 / 8);
            self.made += more;
            self.stories.extend((0..more).map(|_| made()));
        }
        let mut old = match self.stories.pop() {
            Some(old) if fits(&old) => old,
            _ => made(),
        };
        old.id = id;
        old.message = message;
        old.client = client;
        old.start = start;
        old.end = None;
        old.stale = false;
        old.spans.clear();
        old.whys.clear();
        old
    }
}

impl Trace {
    /// Says why a span is as it is, instead of what was said before.
    pub fn explain(&mut self, span: SpanIndex, why: Why) {
        if (span as usize) < self.spans.len() {
            self.whys.push((span, why));
        }
    }

    /// Why a span is as it is.
    pub fn why(&self, span: SpanIndex) -> Why {
        self.whys.iter().rfind(|(about, _)| *about == span).map_or(Why::NONE, |(_, why)| *why)
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        std::mem::size_of::<Trace>() + std::mem::size_of_val(&*self.spans) + std::mem::size_of_val(&*self.whys)
    }

    /// Begins a span.
    pub fn begin(&mut self, kind: SpanKind, parent: SpanIndex, at: SimTime, node: NodeIndex, attempt: u32, why: Why) -> SpanIndex {
        if self.spans.len() >= MAX_SPANS {
            return NO_SPAN;
        }
        let span = self.spans.len() as SpanIndex;
        self.spans.push(Span { kind, failed: None, parent, start: at, end: LASTS, node, attempt });
        if !why.text.is_empty() {
            self.whys.push((span, why));
        }
        span
    }

    /// Ends a span.
    pub fn finish(&mut self, span: SpanIndex, at: SimTime, failed: Option<Reason>) {
        if let Some(s) = self.spans.get_mut(span as usize).filter(|s| s.end == LASTS) {
            s.end = at;
            s.failed = failed;
        }
    }
}

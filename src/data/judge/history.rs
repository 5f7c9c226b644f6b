//! The writes of one key as clients saw them: begun and returned, in a bounded memory that says what it has forgotten.
//! Knows no store: what it says follows from the order of operations that did not overlap.
//!
//! Moments are counted in requests begun: an operation that returned when `n` requests had begun was over before request `n + 1`
//! began, even at the same instant. Of two writes the first is surely older if it was over (acknowledged, or seen by a reader) before
//! the second began; where writes overlap, either order is right (Herlihy, Wing 1990).

use std::collections::VecDeque;

use crate::data::ranges::Ranges;

/// A moment: how many requests had begun.
pub type Moment = u64;

/// Stands for an end that has not come.
const OPEN: Moment = Moment::MAX;
/// Writes and acknowledgements that are remembered whatever their age, of each key.
const FEW: usize = 2;
/// And at most, of each key.
const MANY: usize = 1_024;
/// Versions in a span of forgotten ones, at first.
const SPAN: u64 = 64;
/// Spans of forgotten ones, of each key.
const SPANS: usize = 64;
/// What was over so many requests ago is forgotten first.
const LONG_AGO: Moment = 1 << 16;

/// A write.
#[derive(Clone, Copy, Debug)]
struct Write {
    /// The request that brought it.
    begun: Moment,
    /// When it was surely done: acknowledged, or seen by a reader.
    known: Moment,
}

/// Writes that were forgotten: all up to a version that are in no span before.
#[derive(Clone, Copy, Debug)]
struct Span {
    last: u64,
    /// When the last of them was surely done; [`OPEN`] if one was forgotten before anybody saw it.
    known: Moment,
}

/// What is known of when a value was surely there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// By then.
    By(Moment),
    /// Not yet, as far as anybody saw.
    NotYet,
    /// That was forgotten.
    Forgotten,
}

/// What can be said of a value that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may have been the newest.
    Fresh,
    /// It was surely replaced by a write that was acknowledged before the read began.
    Stale,
    /// What it takes to know was forgotten.
    NotJudged,
}

/// The writes of a key.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Writes begun: their versions are 1 to this.
    begun: u64,
    /// The latest of them.
    writes: VecDeque<Write>,
    /// What is left of those that were forgotten, oldest first.
    forgotten: Vec<Span>,
    /// Acknowledgements: when, and the latest beginning of any write acknowledged by then. Both rise.
    acknowledged: VecDeque<(Moment, Moment)>,
    /// Reads that began before this are older than all acknowledgements remembered.
    forgotten_until: Moment,
    /// Versions that were acknowledged. Of a key of which thousands of writes failed in between, the oldest ranges are forgotten.
    pub told: Ranges,
}

impl History {
    /// The next version, of the write that a request brings.
    pub fn begin(&mut self, request: Moment) -> u64 {
        self.begun += 1;
        self.writes.push_back(Write { begun: request, known: OPEN });
        self.forget(request);
        self.begun
    }

    fn first(&self) -> u64 {
        self.begun + 1 - self.writes.len() as u64
    }

    fn write(&mut self, version: u64) -> Option<&mut Write> {
        let first = self.first();
        self.writes.get_mut(version.checked_sub(first)? as usize)
    }

    /// When a write began, if that is remembered.
    pub fn began(&self, version: u64) -> Option<Moment> {
        self.writes.get(version.checked_sub(self.first())? as usize).map(|w| w.begun)
    }

    fn known(&self, version: u64) -> Known {
        let write = version.checked_sub(self.first()).and_then(|place| self.writes.get(place as usize));
        match write {
            _ if version == 0 => Known::By(0),
            Some(Write { known: OPEN, .. }) => Known::NotYet,
            Some(write) => Known::By(write.known),
            // The last of a span is as late as any of it.
            None => match self.forgotten[self.forgotten.partition_point(|s| s.last < version)..].first() {
                Some(span) if span.known != OPEN => Known::By(span.known),
                _ => Known::Forgotten,
            },
        }
    }

    /// Somebody has this version's acknowledgement, or has read it.
    pub fn seen(&mut self, version: u64, now: Moment) {
        if let Some(write) = self.write(version) {
            write.known = write.known.min(now);
        }
    }

    /// A write is acknowledged. Returns whether it was not before.
    pub fn acknowledge(&mut self, version: u64, now: Moment) -> bool {
        self.seen(version, now);
        let latest = self.acknowledged.back().map_or(0, |(_, begun)| *begun);
        let begun = self.began(version).unwrap_or(0);
        if begun > latest {
            match self.acknowledged.back_mut().filter(|(at, _)| *at == now) {
                Some(same) => same.1 = begun,
                None => self.acknowledged.push_back((now, begun)),
            }
        }
        let new = self.told.insert(version);
        if self.told.pieces() > MANY {
            self.told.forget_oldest();
        }
        new
    }

    /// Whether a version is remembered as one that nobody has seen.
    pub fn is_unseen(&self, version: u64) -> bool {
        self.known(version) == Known::NotYet
    }

    /// Whether a version is surely older than a write that began then.
    pub fn surely_before(&self, version: u64, begun: Moment) -> bool {
        matches!(self.known(version), Known::By(known) if known < begun)
    }

    /// Judges a version that a read brought which began with this request.
    pub fn judge(&self, version: u64, request: Moment) -> Verdict {
        let before = self.acknowledged.partition_point(|(at, _)| *at < request);
        let replaced_by = before.checked_sub(1).map(|place| self.acknowledged[place].1);
        let known = self.known(version);
        match (replaced_by, known) {
            (Some(begun), Known::By(known)) if known < begun => Verdict::Stale,
            // Nothing that is remembered was acknowledged after it began.
            _ if self.began(version).is_some_and(|b| self.acknowledged.back().is_none_or(|(_, latest)| b >= *latest)) => Verdict::Fresh,
            _ if request <= self.forgotten_until || known == Known::Forgotten => Verdict::NotJudged,
            _ => Verdict::Fresh,
        }
    }

    fn add_to_forgotten(&mut self, version: u64, known: Moment) {
        match self.forgotten.last_mut().filter(|_| version % SPAN != 1) {
            Some(span) => *span = Span { last: version, known: span.known.max(known) },
            None => self.forgotten.push(Span { last: version, known }),
        }
        if self.forgotten.len() > SPANS {
            // The older half in half as many spans.
            let mut place = 0;
            self.forgotten.dedup_by(|next, span| {
                place += 1;
                let joins = place < SPANS / 2 && place % 2 == 1;
                if joins {
                    *span = Span { last: next.last, known: span.known.max(next.known) };
                }
                joins
            });
        }
    }

    /// Forgets what is over for long, and what is too much.
    fn forget(&mut self, now: Moment) {
        let replaced = self.acknowledged.back().map_or(0, |(_, begun)| *begun);
        while let Some(oldest) = self.writes.front().filter(|_| self.writes.len() > FEW) {
            let over = oldest.known < replaced && oldest.begun + LONG_AGO < now;
            if !over && self.writes.len() <= MANY {
                break;
            }
            let (version, known) = (self.first(), oldest.known);
            self.writes.pop_front();
            self.add_to_forgotten(version, known);
        }
        // The last one that every later read began after must stay.
        while let Some((next, _)) = self.acknowledged.get(1).filter(|_| self.acknowledged.len() > FEW) {
            if *next + LONG_AGO >= now && self.acknowledged.len() <= MANY {
                break;
            }
            self.forgotten_until = *next;
            self.acknowledged.pop_front();
        }
    }
}

//! Where the bars of a waterfall stand: shares of the width, ticks, indentation.
//! Draws nothing.

use crate::app::panels::{format, scale};
use crate::engine::{SimDuration, SimTime};
use crate::lab::frame::{Span, SpanKind, Waterfall};

/// The least share of the width that a bar takes, so that it can be seen.
const LEAST: f64 = 0.012;
/// Deeper nesting is not indented further.
const DEEPEST: usize = 5;

/// The time axis of a story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Start of the request.
    pub start: SimTime,
    /// Its end, or the present.
    pub end: SimTime,
}

/// A bar's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it shows.
    pub span: Span,
    /// Left edge, 0 to 1.
    pub left: f64,
    /// Width, 0 to 1.
    pub width: f64,
    /// Levels of indentation.
    pub indent: usize,
    /// A message on its way back, after the one out of the same attempt.
    pub back: bool,
}

impl Axis {
    /// From the start of the request to its end, or to its latest span if something went on after it was answered.
    pub fn of(story: &Waterfall, now: SimTime) -> Axis {
        let latest = story.spans.iter().map(|s| s.end.unwrap_or(now)).max().unwrap_or(story.start);
        let end = story.end.unwrap_or(now).max(latest.min(now));
        Axis { start: story.start, end: end.max(story.start + SimDuration(1_000)) }
    }

    fn length_ms(&self) -> f64 {
        self.end.since(self.start).as_millis_f64()
    }

    /// Where a moment is, 0 to 1.
    fn share(&self, at: SimTime) -> f64 {
        (at.since(self.start).as_millis_f64() / self.length_ms()).clamp(0.0, 1.0)
    }

    /// Round moments with their labels: shares of the width.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let length = self.length_ms();
        let moments = scale::ticks(0.0, length, 4);
        moments.into_iter().filter(|ms| *ms <= length * 0.94).map(|ms| (ms / length, format::millis(ms))).collect()
    }
}

/// The bars, in the order of the spans.
pub fn rows(spans: &[Span], axis: &Axis) -> Vec<Row> {
    let place = |(index, span): (usize, &Span)| {
        let left = axis.share(span.start).min(1.0 - LEAST);
        let right = axis.share(span.end.unwrap_or(axis.end));
        let width = (right - left).clamp(LEAST, 1.0 - left);
        Row { span: span.clone(), left, width, indent: span.depth.min(DEEPEST), back: is_back(spans, index) }
    };
    spans.iter().enumerate().map(place).collect()
}

/// Whether the span is the second message of its attempt: among its siblings before it there is one already.
fn is_back(spans: &[Span], index: usize) -> bool {
    let span = &spans[index];
    let siblings = spans[..index].iter().rev().take_while(|s| s.depth >= span.depth).filter(|s| s.depth == span.depth);
    span.kind == SpanKind::Network
        && siblings.into_iter().any(|s| s.kind == SpanKind::Network && s.attempt == span.attempt && s.node == span.node)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn span(start: u64, end: Option<u64>) -> Span {
        Span {
            kind: SpanKind::Queue,
            depth: 9,
            start: SimTime(start * MS),
            end: end.map(|e| SimTime(e * MS)),
            node: "a".into(),
            member: None,
            attempt: 1,
            why: String::new(),
            failed: None,
        }
    }

    fn story(end: Option<u64>, spans: Vec<Span>) -> Waterfall {
        Waterfall {
            request: 1,
            operation: "read",
            key: 1,
            user: 1,
            start: SimTime(100 * MS),
            end: end.map(|e| SimTime(e * MS)),
            outcome: "ok".into(),
            spans,
        }
    }

    #[test]
    fn bars_stand_at_their_share_of_the_time() {
        let story = story(Some(300), vec![span(100, Some(200)), span(200, Some(200)), span(150, None)]);
        let axis = Axis::of(&story, SimTime(300 * MS));
        let rows = rows(&story.spans, &axis);
        assert_eq!((rows[0].left, rows[0].width), (0.0, 0.5));
        assert_eq!((rows[1].left, rows[1].width), (0.5, LEAST));
        assert_eq!(rows[2].left + rows[2].width, 1.0);
        assert_eq!(rows[0].indent, DEEPEST);
    }

    #[test]
    fn the_second_message_of_an_attempt_is_the_way_back() {
        let network = |depth, attempt| Span { kind: SpanKind::Network, depth, attempt, ..span(100, Some(200)) };
        let spans = vec![network(1, 1), network(2, 1), network(2, 1), network(1, 1), network(1, 2)];
        let axis = Axis { start: SimTime(0), end: SimTime(300 * MS) };
        let back: Vec<_> = rows(&spans, &axis).iter().map(|r| r.back).collect();
        assert_eq!(back, [false, false, true, true, false]);
    }

    #[test]
    fn work_that_outlives_the_answer_is_on_the_axis() {
        let story = story(Some(200), vec![span(100, Some(500))]);
        assert_eq!(Axis::of(&story, SimTime(900 * MS)).end, SimTime(500 * MS));
    }

    #[test]
    fn ticks_are_round_and_leave_room_at_the_end() {
        let story = story(Some(314), vec![]);
        let labels: Vec<_> = Axis::of(&story, SimTime(314 * MS)).ticks().into_iter().map(|t| t.1).collect();
        assert_eq!(labels, ["0 ms", "100 ms", "200 ms"]);
    }
}

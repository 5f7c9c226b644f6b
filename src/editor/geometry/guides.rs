//! Alignment guides: where something being dragged meets the edges, middles and gaps of what is near, and the lines that say so.
//! Knows no drawing.

use super::{snap, Rect};

use crate::order::Ordered;

type Point = (f64, f64);

/// A line that says why something was drawn to where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guide {
    /// Edges or middles meet along this line.
    Line(Point, Point),
    /// This gap is as wide as another that is shown.
    Gap(Point, Point),
}

/// By how much something is moved, after it was drawn to what is near, with the lines that say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapped {
    /// The move.
    pub by: Point,
    /// The lines.
    pub guides: Vec<Guide>,
}

/// A stretch of one axis, with where it lies on the other.
#[derive(Clone, Copy)]
struct Span {
    low: f64,
    high: f64,
    side_low: f64,
    side_high: f64,
}

impl Span {
    fn of(r: &Rect, horizontal: bool) -> Span {
        let (x, y) = ((r.x, r.x + r.width), (r.y, r.y + r.height));
        let ((low, high), (side_low, side_high)) = if horizontal { (x, y) } else { (y, x) };
        Span { low, high, side_low, side_high }
    }

    fn marks(&self) -> [f64; 3] {
        [self.low, (self.low + self.high) / 2.0, self.high]
    }

    fn beside(&self, other: &Span) -> bool {
        self.side_low < other.side_high && other.side_low < self.side_high
    }

    fn moved(self, by: f64, side: f64) -> Span {
        Span { low: self.low + by, high: self.high + by, side_low: self.side_low + side, side_high: self.side_high + side }
    }
}

/// Draws a rectangle that is being moved by `by` to what is within `reach`: on each axis to the nearest edge, middle or
/// equal gap, else to the grid.
pub fn snap_to(moving: &Rect, by: Point, others: &[Rect], reach: f64) -> Snapped {
    let spans = |horizontal: bool| -> Vec<Span> { others.iter().map(|r| Span::of(r, horizontal)).collect() };
    let (columns, rows) = (spans(true), spans(false));
    let (me_x, me_y) = (Span::of(moving, true), Span::of(moving, false));
    let dx = draw(me_x.moved(by.0, by.1), &columns, reach);
    let dy = draw(me_y.moved(by.1, by.0), &rows, reach);
    let x = dx.map_or(snap(moving.x + by.0) - moving.x, |d| by.0 + d);
    let y = dy.map_or(snap(moving.y + by.1) - moving.y, |d| by.1 + d);
    let mut guides = Vec::new();
    if dx.is_some() {
        lines(me_x.moved(x, y), &columns, &mut guides, |along, side| (along, side));
    }
    if dy.is_some() {
        lines(me_y.moved(y, x), &rows, &mut guides, |along, side| (side, along));
    }
    Snapped { by: (x, y), guides }
}

/// The smallest move that makes a mark or a gap meet.
fn draw(me: Span, others: &[Span], reach: f64) -> Option<f64> {
    let mut best: Option<f64> = None;
    let mut offer = |by: f64| {
        if by.abs() <= reach && best.is_none_or(|b| by.abs() < b.abs()) {
            best = Some(by);
        }
    };
    for other in others {
        for there in other.marks() {
            for here in me.marks() {
                offer(there - here);
            }
        }
    }
    for (a, b) in neighbours(me, others) {
        let gap = b.low - a.high;
        offer(b.high + gap - me.low);
        offer(a.low - gap - me.high);
        offer((a.high + b.low) / 2.0 - (me.low + me.high) / 2.0);
    }
    best
}

/// Pairs of neighbours in the row (or column) of `me`, the lower first.
fn neighbours(me: Span, others: &[Span]) -> Vec<(Span, Span)> {
    let mut row: Vec<Span> = others.iter().filter(|o| o.beside(&me)).copied().collect();
    row.order_by(|a, b| a.low.total_cmp(&b.low));
    row.windows(2).filter(|w| w[1].low > w[0].high).map(|w| (w[0], w[1])).collect()
}

/// The lines of all that meets where `me` is now.
fn lines(me: Span, others: &[Span], out: &mut Vec<Guide>, point: impl Fn(f64, f64) -> Point) {
    let same = |a: f64, b: f64| (a - b).abs() < 0.01;
    for here in me.marks() {
        let met: Vec<&Span> = others.iter().filter(|o| o.marks().iter().any(|there| same(*there, here))).collect();
        if !met.is_empty() {
            let low = met.iter().map(|o| o.side_low).fold(me.side_low, f64::min);
            let high = met.iter().map(|o| o.side_high).fold(me.side_high, f64::max);
            out.push(Guide::Line(point(here, low), point(here, high)));
        }
    }
    for (a, b) in neighbours(me, others) {
        let gap = b.low - a.high;
        let side = (me.side_low.max(a.side_low).max(b.side_low) + me.side_high.min(a.side_high).min(b.side_high)) / 2.0;
        let mut both = |first: (f64, f64), second: (f64, f64)| {
            for (from, to) in [first, second] {
                out.push(Guide::Gap(point(from, side), point(to, side)));
            }
        };
        if same(me.low, b.high + gap) {
            both((a.high, b.low), (b.high, me.low));
        } else if same(me.high, a.low - gap) {
            both((me.high, a.low), (a.high, b.low));
        } else if same(me.low - a.high, b.low - me.high) {
            both((a.high, me.low), (me.high, b.low));
        }
    }
}

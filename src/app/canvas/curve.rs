//! The ways of links on this canvas: the editor's curves, and a way round for cards that stand far apart in a column.
//! Knows cards only as rectangles.

pub use crate::editor::geometry::Curve;
use crate::editor::geometry::{curve_between, Rect, CARD};

/// A point.
pub type Point = (f64, f64);

/// How far a way round keeps from the column.
const ROUND: f64 = 34.0;

fn card((x, y): Point) -> Rect {
    Rect { x, y, width: CARD.0, height: CARD.1 }
}

/// The way from the card with this top left corner to that one, among the cards at `others`.
pub fn between<'a>(from: Point, to: Point, mut others: impl Iterator<Item = &'a Point>) -> Curve {
    let (w, h) = CARD;
    let same_column = (from.0 - to.0).abs() < w / 2.0;
    let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
    let middle = (from.0 + to.0) / 2.0;
    if same_column && others.any(|o| (o.0 - middle).abs() < w && o.1 > top + h / 2.0 && o.1 < bottom - h / 2.0) {
        let down = (to.1 - from.1).signum();
        let (a, b) = ((from.0 + w, from.1 + h / 2.0 + down * 12.0), (to.0 + w, to.1 + h / 2.0 - down * 12.0));
        let out = a.0.max(b.0) + ROUND;
        return Curve { points: [a, (out, a.1 + down * 20.0), (out, b.1 - down * 20.0), b] };
    }
    curve_between(&card(from), &card(to))
}

/// The way from a card's edge to a free point, while a link is being drawn.
pub fn to_point(from: Point, to: Point) -> Curve {
    let a = (from.0 + CARD.0, from.1 + CARD.1 / 2.0);
    let reach = ((to.0 - a.0).abs() * 0.5).clamp(20.0, 120.0);
    Curve { points: [a, (a.0 + reach, a.1), (to.0 - reach, to.1), to] }
}

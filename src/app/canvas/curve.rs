//! The routes of links on this canvas: the editor's curves, and a way round for cards that stand far apart in a column.
//! Knows cards only as rectangles.

pub use crate::editor::geometry::Curve;
use crate::editor::geometry::{curve_among, Rect, CARD};

/// A point.
pub type Point = (f64, f64);

fn card((x, y): Point) -> Rect {
    Rect { x, y, width: CARD.0, height: CARD.1 }
}

/// The route from the card with this top left corner to that one, among the cards at `others`, `aside` of the middle.
pub fn between<'a>(from: Point, to: Point, others: impl Iterator<Item = &'a Point>, aside: f64) -> Curve {
    curve_among(&card(from), &card(to), others.map(|o| card(*o)), aside)
}

/// The route from a card's edge to a free point, while a link is being drawn.
pub fn to_point(from: Point, to: Point) -> Curve {
    let a = (from.0 + CARD.0, from.1 + CARD.1 / 2.0);
    let reach = ((to.0 - a.0).abs() * 0.5).clamp(20.0, 120.0);
    Curve { points: [a, (a.0 + reach, a.1), (to.0 - reach, to.1), to] }
}

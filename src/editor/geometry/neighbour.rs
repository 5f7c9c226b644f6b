//! Which node an arrow key leads to: the nearest one that lies in that direction.
//! Knows no key and no focus.

use super::card;
use crate::diagram::Document;

/// Where an arrow key points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To smaller x.
    Left,
    /// To larger x.
    Right,
    /// To smaller y.
    Up,
    /// To larger y.
    Down,
}

/// The node that an arrow key leads to from the node `id`; `None` if nothing lies there.
///
/// What lies within 45° of the direction is preferred, and a way aside counts double; only where nothing lies there is
/// anything else taken that is farther in the direction.
pub fn spatial_neighbour<'a>(diagram: &'a Document, id: &str, direction: Direction) -> Option<&'a str> {
    let (x, y) = card(diagram.node(id)?).centre();
    let score = |other: &'a crate::diagram::Node| {
        let (ox, oy) = card(other).centre();
        let (along, aside) = match direction {
            Direction::Left => (x - ox, (y - oy).abs()),
            Direction::Right => (ox - x, (y - oy).abs()),
            Direction::Up => (y - oy, (x - ox).abs()),
            Direction::Down => (oy - y, (x - ox).abs()),
        };
        (along > 0.0).then_some((aside > along, along + 2.0 * aside, other.id.as_str()))
    };
    let candidates = diagram.nodes.iter().filter(|n| n.id != id).filter_map(score);
    let best = candidates.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(b.2)));
    best.map(|(_, _, id)| id)
}

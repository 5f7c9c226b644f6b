//! Which node an arrow key leads to: the nearest one that lies in that direction.
//! Knows no key and no focus.

use super::{card, closed_around, group_rect, note_rect, CARD, GRID};
use crate::diagram::{Document, Group};
use crate::editor::Selection;

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
/// anything else taken that is farther in the direction. What is in a closed subsystem is not seen, and not led to.
pub fn spatial_neighbour<'a>(diagram: &'a Document, id: &str, direction: Direction) -> Option<&'a str> {
    let from = card(diagram.node(id)?).centre();
    let nodes = diagram.nodes.iter().filter(|n| n.id != id && closed_around(diagram, n.group.as_deref()).is_none());
    nearest(from, direction, nodes.map(|n| (card(n).centre(), n.id.as_str())))
}

/// Where one stands on a group: the middle of a closed subsystem's card, the title of an open frame.
pub fn foothold(group: &Group) -> (f64, f64) {
    match group.is_closed() {
        true => group_rect(group).centre(),
        false => (group.x + CARD.0 / 2.0, group.y + 2.0 * GRID),
    }
}

/// The card, note, frame or closed subsystem that an arrow key leads to from a point; nothing that is selected already.
pub fn spatial_thing(diagram: &Document, from: (f64, f64), selected: &Selection, direction: Direction) -> Option<Selection> {
    let seen = |group: &Option<String>| closed_around(diagram, group.as_deref()).is_none();
    let nodes = diagram.nodes.iter().filter(|n| seen(&n.group) && !selected.nodes.contains(&n.id));
    let groups = diagram.groups.iter().filter(|g| seen(&g.parent) && !selected.groups.contains(&g.id));
    let notes = diagram.notes.iter().filter(|n| !selected.notes.contains(&n.id));
    let nodes = nodes.map(|n| (card(n).centre(), (0, n.id.as_str())));
    let groups = groups.map(|g| (foothold(g), (1, g.id.as_str())));
    let notes = notes.map(|n| (note_rect(n).centre(), (2, n.id.as_str())));
    match nearest(from, direction, nodes.chain(groups).chain(notes))? {
        (0, id) => Some(Selection::node(id)),
        (1, id) => Some(Selection::group(id)),
        (_, id) => Some(Selection::note(id)),
    }
}

fn nearest<T: Ord>((x, y): (f64, f64), direction: Direction, others: impl Iterator<Item = ((f64, f64), T)>) -> Option<T> {
    let score = |((ox, oy), what): ((f64, f64), T)| {
        let (along, aside) = match direction {
            Direction::Left => (x - ox, (y - oy).abs()),
            Direction::Right => (ox - x, (y - oy).abs()),
            Direction::Up => (y - oy, (x - ox).abs()),
            Direction::Down => (oy - y, (x - ox).abs()),
        };
        (along > 0.0).then_some((aside > along, along + 2.0 * aside, what))
    };
    let best = others.filter_map(score).min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    best.map(|(_, _, what)| what)
}

//! Geometry of the diagram: cards, grid, curves of links, what is under a point, where the canvas looks.
//! Diagram pixels throughout, except where a function says screen. Knows no element and no drawing.

mod camera;
mod curve;
mod guides;
mod lanes;
mod neighbour;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Selection;
use crate::diagram::{Document, Group, Node, Note};

pub use camera::{fit, fit_area, pan, to_diagram, to_screen, zoom_at, MAX_ZOOM, MIN_ZOOM};
pub use curve::{curve_among, curve_between, Curve};
pub use guides::{snap_to, Guide, Snapped};
pub use lanes::lanes;
pub use neighbour::{foothold, spatial_neighbour, spatial_thing, Direction};

/// Width and height of a card.
pub const CARD: (f64, f64) = (152.0, 80.0);
/// Distance of the grid's lines.
pub const GRID: f64 = 8.0;

/// The nearest point of the grid. What is not a number becomes 0, what is too far away the farthest allowed.
pub fn snap(v: f64) -> f64 {
    let limit = crate::files::MAX_COORDINATE;
    let v = if v.is_finite() { v } else { 0.0 };
    // Adding zero turns a negative zero, which a file cannot tell from zero, into zero.
    ((v / GRID).round() * GRID).clamp(-limit, limit) + 0.0
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width, not negative.
    pub width: f64,
    /// Height, not negative.
    pub height: f64,
}

impl Rect {
    /// The rectangle between two opposite corners.
    pub fn between((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> Rect {
        Rect { x: ax.min(bx), y: ay.min(by), width: (ax - bx).abs(), height: (ay - by).abs() }
    }

    /// The middle.
    pub fn centre(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Whether a point lies in it.
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    /// Whether two rectangles have a point in common.
    pub fn touches(&self, other: &Rect) -> bool {
        self.x <= other.x + other.width
            && other.x <= self.x + self.width
            && self.y <= other.y + other.height
            && other.y <= self.y + self.height
    }

    /// Whether another lies wholly in it.
    pub fn holds(&self, other: &Rect) -> bool {
        self.contains((other.x, other.y)) && self.contains((other.x + other.width, other.y + other.height))
    }

    /// Moved by a distance.
    pub fn moved(&self, (dx, dy): (f64, f64)) -> Rect {
        Rect { x: self.x + dx, y: self.y + dy, ..*self }
    }

    /// Larger by `margin` on every side.
    pub fn grown(&self, margin: f64) -> Rect {
        Rect { x: self.x - margin, y: self.y - margin, width: self.width + 2.0 * margin, height: self.height + 2.0 * margin }
    }
}

/// The card of a node.
pub fn card(node: &Node) -> Rect {
    Rect { x: node.x, y: node.y, width: CARD.0, height: CARD.1 }
}

/// The frame of a group; of a closed one, its card in the frame's middle.
pub fn group_rect(group: &Group) -> Rect {
    let frame = Rect { x: group.x, y: group.y, width: group.width, height: group.height };
    if !group.is_closed() {
        return frame;
    }
    let (x, y) = frame.centre();
    Rect { x: snap(x - CARD.0 / 2.0), y: snap(y - CARD.1 / 2.0), width: CARD.0, height: CARD.1 }
}

/// The rectangle of a note.
pub fn note_rect(note: &Note) -> Rect {
    Rect { x: note.x, y: note.y, width: note.width, height: note.height }
}

/// The rectangle around rectangles; `None` if there are none.
pub fn bounds_of(rects: impl Iterator<Item = Rect>) -> Option<Rect> {
    rects.reduce(|a, b| {
        let far = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
        Rect::between((a.x.min(b.x), a.y.min(b.y)), far)
    })
}

/// The rectangle around everything that is seen; `None` if there is nothing.
pub fn bounds(diagram: &Document) -> Option<Rect> {
    let nodes = diagram.nodes.iter().filter(|n| closed_around(diagram, n.group.as_deref()).is_none()).map(card);
    let groups = diagram.groups.iter().filter(|g| closed_around(diagram, g.parent.as_deref()).is_none()).map(group_rect);
    bounds_of(nodes.chain(groups).chain(diagram.notes.iter().map(note_rect)))
}

/// The outermost group that is shown as one card among `group` and those around it: what is in it is not seen itself.
pub fn closed_around<'a>(diagram: &'a Document, group: Option<&str>) -> Option<&'a Group> {
    diagram.around(group?).filter(|g| g.is_closed()).last()
}

/// The innermost open group whose frame holds a point: what a card that is dropped there comes to be in.
pub fn frame_at(diagram: &Document, point: (f64, f64)) -> Option<&Group> {
    frame_over(diagram, point, &BTreeSet::new())
}

/// As [`frame_at`], leaving out some groups and what is in them: those that are being moved.
pub fn frame_over<'a>(diagram: &'a Document, point: (f64, f64), except: &BTreeSet<String>) -> Option<&'a Group> {
    let seen = |g: &&Group| closed_around(diagram, Some(&g.id)).is_none() && !diagram.around(&g.id).any(|o| except.contains(&o.id));
    let over = diagram.groups.iter().filter(|g| group_rect(g).contains(point)).filter(seen);
    // Of two frames that are not in each other, the smaller one.
    over.max_by(|a, b| {
        let depth = |g: &Group| diagram.around(&g.id).count();
        depth(a).cmp(&depth(b)).then((b.width * b.height).total_cmp(&(a.width * a.height)))
    })
}

/// What a rubber band selects: cards, closed subsystems and notes that it touches, frames that lie wholly in it.
pub fn things_in(diagram: &Document, area: &Rect) -> Selection {
    let seen = |group: &Option<String>| closed_around(diagram, group.as_deref()).is_none();
    let nodes = diagram.nodes.iter().filter(|n| card(n).touches(area) && seen(&n.group));
    let hit = |g: &&Group| if g.is_closed() { group_rect(g).touches(area) } else { area.holds(&group_rect(g)) };
    let groups = diagram.groups.iter().filter(|g| seen(&g.parent)).filter(hit);
    let notes = diagram.notes.iter().filter(|n| note_rect(n).touches(area));
    Selection {
        nodes: nodes.map(|n| n.id.clone()).collect(),
        groups: groups.map(|g| g.id.clone()).collect(),
        notes: notes.map(|n| n.id.clone()).collect(),
        ..Selection::default()
    }
}

/// Where a node is seen: its card, or the card of the closed subsystem around it.
pub fn seen_at(diagram: &Document, node: &Node) -> Rect {
    closed_around(diagram, node.group.as_deref()).map_or_else(|| card(node), group_rect)
}

/// Whether a node's own card is seen: it is in no closed subsystem.
pub fn is_seen(diagram: &Document, node: &Node) -> bool {
    closed_around(diagram, node.group.as_deref()).is_none()
}

/// Room that a card moved aside leaves to the one that it would have covered.
const APART: f64 = 2.0 * GRID;

/// The spot nearest to a point where a card (that of `node`, if it is one of the diagram) covers no other: the point
/// itself, or beside, above or below what is there.
pub fn clear_spot(diagram: &Document, (x, y): (f64, f64), node: Option<&str>) -> (f64, f64) {
    let others = || diagram.nodes.iter().filter(|n| Some(n.id.as_str()) != node && is_seen(diagram, n));
    let covers = |n: &Node, (x, y): (f64, f64)| (n.x - x).abs() < CARD.0 && (n.y - y).abs() < CARD.1;
    let free = |at: (f64, f64)| !others().any(|n| covers(n, at));
    if free((x, y)) {
        return (x, y);
    }
    let (wide, high) = (CARD.0 + APART, CARD.1 + APART);
    let near = others().filter(|n| (n.x - x).abs() < 2.0 * wide && (n.y - y).abs() < 2.0 * high);
    let beside = near.flat_map(|n| [(n.x - wide, y), (n.x + wide, y), (x, n.y - high), (x, n.y + high)]);
    let far = |(a, b): (f64, f64)| (a - x) * (a - x) + (b - y) * (b - y);
    let best = beside.map(|(a, b)| (snap(a), snap(b))).filter(|at| free(*at)).min_by(|a, b| far(*a).total_cmp(&far(*b)));
    best.unwrap_or_else(|| free_spot(diagram, x, y))
}

/// The first spot from a point on where a new card covers no other, looking downwards and then to the right.
pub fn free_spot(diagram: &Document, x: f64, y: f64) -> (f64, f64) {
    free_room(diagram, (x, y), CARD)
}

/// As [`free_spot`], for something of another size.
pub fn free_room(diagram: &Document, (x, y): (f64, f64), (width, height): (f64, f64)) -> (f64, f64) {
    let (x, y) = (snap(x), snap(y));
    let free = |x: f64, y: f64| {
        let spot = Rect { x, y, width, height }.grown(GRID);
        !diagram.nodes.iter().any(|n| card(n).touches(&spot))
    };
    let spots = (0..12).flat_map(|column| (0..12).map(move |row| (f64::from(column), f64::from(row))));
    let spots = spots.map(|(column, row)| (snap(x + column * (CARD.0 + 24.0)), snap(y + row * (CARD.1 + 24.0))));
    spots.into_iter().find(|(x, y)| free(*x, *y)).unwrap_or((x, y))
}

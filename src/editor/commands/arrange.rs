//! Moving, aligning and distributing what is selected: groups take along what is in them.
//! Knows no pointer.

use super::groups::with_contents;
use super::step;
use crate::diagram::{Document, Edit, Group, Note};
use crate::editor::geometry::{bounds_of, card, group_rect, note_rect, Rect};
use crate::editor::{Selection, Step};
use crate::files::MAX_COORDINATE;
use crate::order::Ordered;

/// Along which edge or middle things are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Left edges.
    Left,
    /// Middles, one above the other.
    Centre,
    /// Right edges.
    Right,
    /// Top edges.
    Top,
    /// Middles, side by side.
    Middle,
    /// Bottom edges.
    Bottom,
}

/// Along which axis things are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// From left to right.
    Horizontal,
    /// From top to bottom.
    Vertical,
}

/// Something that is moved as one: a card, a note, or a group with what is in it.
struct Piece {
    rect: Rect,
    what: Selection,
}

/// What is selected and not only a part of a selected group, or a note on its frame. Links are left out.
pub fn outermost(diagram: &Document, selection: &Selection) -> Selection {
    let within = |group: &Option<String>| group.as_deref().is_some_and(|g| diagram.around(g).any(|g| selection.groups.contains(&g.id)));
    let nodes = diagram.nodes.iter().filter(|n| selection.nodes.contains(&n.id) && !within(&n.group));
    let groups = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id) && !within(&g.parent));
    let carried = all_of(diagram, &Selection { groups: selection.groups.clone(), ..Selection::default() }).notes;
    let notes = diagram.notes.iter().filter(|n| selection.notes.contains(&n.id) && !carried.contains(&n.id));
    Selection {
        nodes: nodes.map(|n| n.id.clone()).collect(),
        groups: groups.map(|g| g.id.clone()).collect(),
        notes: notes.map(|n| n.id.clone()).collect(),
        ..Selection::default()
    }
}

fn pieces(diagram: &Document, selection: &Selection) -> Vec<Piece> {
    let outer = outermost(diagram, selection);
    let nodes = diagram.nodes.iter().filter(|n| outer.nodes.contains(&n.id));
    let groups = diagram.groups.iter().filter(|g| outer.groups.contains(&g.id));
    let notes = diagram.notes.iter().filter(|n| outer.notes.contains(&n.id));
    let nodes = nodes.map(|n| Piece { rect: card(n), what: Selection::node(&n.id) });
    let groups = groups.map(|g| Piece { rect: group_rect(g), what: all_of(diagram, &Selection::group(&g.id)) });
    let notes = notes.map(|n| Piece { rect: note_rect(n), what: Selection::note(&n.id) });
    nodes.chain(groups).chain(notes).collect()
}

/// What is selected, what is in selected groups, and the notes that lie on their frames: all that a drag moves.
pub fn all_of(diagram: &Document, selection: &Selection) -> Selection {
    let mut all = with_contents(diagram, selection);
    let frames: Vec<Rect> = diagram.groups.iter().filter(|g| all.groups.contains(&g.id) && !g.is_closed()).map(group_rect).collect();
    let on_frame = |n: &Note| frames.iter().any(|f| f.holds(&note_rect(n)));
    all.notes.extend(diagram.notes.iter().filter(|n| on_frame(n)).map(|n| n.id.clone()));
    all.links.clear();
    all
}

/// A coordinate moved by a distance.
pub(super) fn shifted(v: f64, by: f64) -> f64 {
    let to = if by.is_finite() { v + by } else { v };
    // Whole pixels keep files short; what was between them stays so only if it does not move.
    (if by == 0.0 { v } else { to.round() }).clamp(-MAX_COORDINATE, MAX_COORDINATE) + 0.0
}

fn shift(diagram: &Document, what: &Selection, (dx, dy): (f64, f64)) -> Vec<Edit> {
    let nodes = diagram.nodes.iter().filter(|n| what.nodes.contains(&n.id));
    let groups = diagram.groups.iter().filter(|g| what.groups.contains(&g.id));
    let notes = diagram.notes.iter().filter(|n| what.notes.contains(&n.id));
    let mut edits: Vec<Edit> = nodes.map(|n| Edit::Move { id: n.id.clone(), x: shifted(n.x, dx), y: shifted(n.y, dy) }).collect();
    edits.extend(groups.map(|g| Edit::looks(&Group { x: shifted(g.x, dx), y: shifted(g.y, dy), ..g.clone() })));
    edits.extend(notes.map(|n| Edit::UpdateNote { note: Note { x: shifted(n.x, dx), y: shifted(n.y, dy), ..n.clone() } }));
    edits
}

/// Moves what is selected by a distance: cards, notes, and groups with what is in them.
pub fn move_selection(diagram: &Document, selection: &Selection, dx: f64, dy: f64) -> Step {
    step(format!("Move {}", named(diagram, selection)), shift(diagram, &all_of(diagram, selection), (dx, dy)))
}

/// What is selected, in a few words: `Orders 2`, `3 components`, `4 things`.
pub fn named(diagram: &Document, selection: &Selection) -> String {
    let name = |names: Option<&String>| names.cloned().unwrap_or_default();
    match (selection.nodes.len(), selection.groups.len(), selection.notes.len()) {
        (1, 0, 0) => name(diagram.nodes.iter().find(|n| selection.nodes.contains(&n.id)).map(|n| &n.name)),
        (0, 1, 0) => name(diagram.groups.iter().find(|g| selection.groups.contains(&g.id)).map(|g| &g.name)),
        (0, 0, 1) => "a note".to_string(),
        (nodes, 0, 0) => format!("{nodes} components"),
        (nodes, groups, notes) => format!("{} things", nodes + groups + notes),
    }
}

/// Moves what is selected so that edges or middles meet; two things at least.
pub fn align(diagram: &Document, selection: &Selection, how: Alignment) -> Result<Step, &'static str> {
    let pieces = pieces(diagram, selection);
    let Some(all) = bounds_of(pieces.iter().map(|p| p.rect)).filter(|_| pieces.len() > 1) else {
        return Err("Select at least two things to align");
    };
    let by = |r: &Rect| match how {
        Alignment::Left => (all.x - r.x, 0.0),
        Alignment::Centre => (all.centre().0 - r.centre().0, 0.0),
        Alignment::Right => (all.x + all.width - r.x - r.width, 0.0),
        Alignment::Top => (0.0, all.y - r.y),
        Alignment::Middle => (0.0, all.centre().1 - r.centre().1),
        Alignment::Bottom => (0.0, all.y + all.height - r.y - r.height),
    };
    let edits = pieces.iter().flat_map(|p| shift(diagram, &p.what, by(&p.rect)));
    let label = match how {
        Alignment::Left => "Align left",
        Alignment::Centre => "Align centres",
        Alignment::Right => "Align right",
        Alignment::Top => "Align top",
        Alignment::Middle => "Align middles",
        Alignment::Bottom => "Align bottom",
    };
    Ok(step(label, edits))
}

/// Moves what is selected so that the gaps between neighbours are equal; the outermost stay. Three things at least.
pub fn distribute(diagram: &Document, selection: &Selection, axis: Axis) -> Result<Step, &'static str> {
    let mut pieces = pieces(diagram, selection);
    if pieces.len() < 3 {
        return Err("Select at least three things to distribute");
    }
    let span = |r: &Rect| match axis {
        Axis::Horizontal => (r.x, r.width),
        Axis::Vertical => (r.y, r.height),
    };
    pieces.order_by(|a, b| {
        let middle = |p: &Piece| span(&p.rect).0 + span(&p.rect).1 / 2.0;
        middle(a).total_cmp(&middle(b))
    });
    let first = pieces.first().map_or((0.0, 0.0), |p| span(&p.rect));
    let last = pieces.last().map_or((0.0, 0.0), |p| span(&p.rect));
    let between: f64 = pieces[1..pieces.len() - 1].iter().map(|p| span(&p.rect).1).sum();
    let gap = (last.0 - first.0 - first.1 - between) / (pieces.len() - 1) as f64;
    let mut edits = Vec::new();
    let mut next = first.0 + first.1 + gap;
    for piece in &pieces[1..pieces.len() - 1] {
        let (at, size) = span(&piece.rect);
        let by = next - at;
        edits.extend(shift(diagram, &piece.what, if axis == Axis::Horizontal { (by, 0.0) } else { (0.0, by) }));
        next += size + gap;
    }
    let label = if axis == Axis::Horizontal { "Distribute from left to right" } else { "Distribute from top to bottom" };
    Ok(step(label, edits))
}

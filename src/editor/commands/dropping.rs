//! Dropping what was dragged: a card or group comes to be in the frame that it lies on, a card on a link goes into the link.
//! Knows no pointer.

use std::collections::BTreeSet;

use super::arrange::{all_of, move_selection, named, shifted};
use super::groups::{group_name, set_group, PADDING, TITLE};
use super::{add_node, resize_group, splice};
use crate::diagram::{Document, Edit, Entry, Group, GroupKind};
use crate::editor::geometry::{card, clear_spot, frame_over, group_rect, snap, Rect, CARD};
use crate::editor::{Selection, Step};
use crate::order::Gather;

fn apply(diagram: &Document, entries: &[Entry]) -> Document {
    let mut after = diagram.clone();
    for entry in entries {
        if let Entry::Edit(edit) = entry {
            // The editor checks each of them again.
            let _ = after.apply(edit);
        }
    }
    after
}

/// Moves what is selected; what lies on another frame then is in that group, what lies on none is in none.
pub fn drop_selection(diagram: &Document, selection: &Selection, dx: f64, dy: f64) -> Step {
    let mut moved = move_selection(diagram, selection, dx, dy);
    let homes = settle(diagram, &all_of(diagram, selection), (dx, dy));
    let first = homes.iter().map(|edit| match edit {
        Edit::SetGroup { group, .. } => group.as_deref(),
        Edit::PlaceGroup { parent, .. } => parent.as_deref(),
        _ => None,
    });
    let goals: BTreeSet<Option<&str>> = first.gather();
    match goals.first() {
        Some(Some(group)) if goals.len() == 1 => {
            moved.label = format!("Move {} into {}", named(diagram, selection), group_name(diagram, group));
        }
        Some(None) if goals.len() == 1 => moved.label = format!("Move {} out of its group", named(diagram, selection)),
        _ => {}
    }
    moved.entries.extend(homes.into_iter().map(Entry::Edit));
    moved
}

/// Edits that put what is moved by a distance into the groups on whose frames it lies then.
fn settle(diagram: &Document, moved: &Selection, (dx, dy): (f64, f64)) -> Vec<Edit> {
    // The frames that it may lie on are those that stay where they are.
    let over = |rect: Rect, x: f64, y: f64| {
        let (x, y) = (shifted(x, dx) - x, shifted(y, dy) - y);
        frame_over(diagram, rect.moved((x, y)).centre(), &moved.groups)
    };
    let mut edits = Vec::new();
    for node in diagram.nodes.iter().filter(|n| moved.nodes.contains(&n.id)) {
        // What moved with its group stays in it.
        if node.group.as_ref().is_some_and(|g| moved.groups.contains(g)) {
            continue;
        }
        let home = over(card(node), node.x, node.y).map(|g| g.id.clone());
        if home != node.group {
            edits.push(Edit::SetGroup { node: node.id.clone(), group: home });
        }
    }
    for group in diagram.groups.iter().filter(|g| moved.groups.contains(&g.id)) {
        if group.parent.as_ref().is_some_and(|g| moved.groups.contains(g)) {
            continue;
        }
        let kinds = kinds_in(diagram, group);
        let home = over(group_rect(group), group.x, group.y);
        let home = home.and_then(|home| diagram.around(&home.id).find(|outer| takes(diagram, outer, &kinds))).map(|g| g.id.clone());
        if home != group.parent {
            edits.push(Edit::PlaceGroup { id: group.id.clone(), kind: group.kind, parent: home, place: group.place });
        }
    }
    edits
}

/// Whether a group that holds these kinds of groups, itself among them, may lie in `outer`.
pub(super) fn takes(diagram: &Document, outer: &Group, kinds: &[GroupKind]) -> bool {
    diagram.around(&outer.id).all(|o| kinds.iter().all(|kind| o.kind.may_hold(*kind)))
}

/// The kinds of a group and of those in it.
fn kinds_in(diagram: &Document, group: &Group) -> Vec<GroupKind> {
    diagram.groups.iter().filter(|g| diagram.around(&g.id).any(|o| o.id == group.id)).map(|g| g.kind).collect()
}

/// The group into which a drag would drop what is selected; `None` if that changes nothing or several things differ.
pub fn home_of(diagram: &Document, selection: &Selection, dx: f64, dy: f64) -> Option<String> {
    settle(diagram, &all_of(diagram, selection), (dx, dy)).into_iter().find_map(|edit| match edit {
        Edit::SetGroup { group, .. } => group,
        Edit::PlaceGroup { parent, .. } => parent,
        _ => None,
    })
}

/// The distance nearest to `by` at which a moved card covers no other card.
pub fn beside(diagram: &Document, node: &str, (dx, dy): (f64, f64)) -> (f64, f64) {
    let Some(node) = diagram.node(node) else { return (dx, dy) };
    let (x, y) = clear_spot(diagram, (node.x + dx, node.y + dy), Some(&node.id));
    (x - node.x, y - node.y)
}

/// Puts a node into a group, or into none, and moves it there: to a free place on the frame, which grows where there is
/// none, or beside all frames.
pub fn put_into(diagram: &Document, node: &str, group: Option<&str>) -> Step {
    let mut put = set_group(diagram, &[node], group);
    let Some(node) = diagram.node(node).filter(|_| !put.entries.is_empty()) else { return put };
    let mut to = |x: f64, y: f64| put.entries.push(Entry::Edit(Edit::Move { id: node.id.clone(), x: snap(x), y: snap(y) }));
    match group.and_then(|id| diagram.group(id)) {
        Some(group) => {
            let frame = Rect { x: group.x, y: group.y, width: group.width, height: group.height };
            if frame.contains(card(node).centre()) {
                return put;
            }
            let covered = |x: f64, y: f64| {
                let others = diagram.nodes.iter().filter(|n| n.id != node.id);
                others.into_iter().any(|n| (n.x - x).abs() < CARD.0 && (n.y - y).abs() < CARD.1)
            };
            let steps = |room: f64, size: f64| (0..).map(move |i| f64::from(i) * (size + PADDING)).take_while(move |at| at + size <= room);
            let (wide, high) = (frame.width - 2.0 * PADDING, frame.height - TITLE - PADDING);
            let spots = steps(high, CARD.1).flat_map(|dy| steps(wide, CARD.0).map(move |dx| (dx, dy)));
            let spots = spots.map(|(dx, dy)| (frame.x + PADDING + dx, frame.y + TITLE + dy));
            match spots.into_iter().find(|(x, y)| !covered(*x, *y)) {
                Some((x, y)) => to(x, y),
                None => {
                    to(frame.x + PADDING, frame.y + frame.height);
                    let larger = Rect { height: frame.height + CARD.1 + PADDING, width: frame.width.max(CARD.0 + 2.0 * PADDING), ..frame };
                    put.entries.extend(resize_group(diagram, &group.id, larger).entries);
                }
            }
        }
        None => {
            if let Some(outer) = node.group.as_deref().and_then(|g| diagram.around(g).last()) {
                let (x, y) = clear_spot(diagram, (outer.x + outer.width + PADDING, node.y), Some(&node.id));
                to(x, y);
            }
        }
    }
    put
}

/// Moves a node onto a link and puts it into the link.
pub fn drop_on_link(diagram: &Document, node: &str, link: &str, dx: f64, dy: f64) -> Result<Step, String> {
    let mut moved = drop_selection(diagram, &Selection::node(node), dx, dy);
    let spliced = splice(diagram, node, link)?;
    moved.entries.extend(spliced.entries);
    Ok(Step { label: spliced.label, ..moved })
}

/// Adds a node with its left top corner at a point and puts it into a link; returns the step and the node's id.
pub fn insert_into_link(diagram: &Document, link: &str, kind: &str, x: f64, y: f64) -> Result<(Step, String), String> {
    let (mut made, id) = add_node(diagram, kind, x, y);
    let after = apply(diagram, &made.entries);
    let spliced = splice(&after, &id, link)?;
    made.entries.extend(spliced.entries);
    Ok((Step { label: spliced.label, ..made }, id))
}

/// Gives a group another frame: cards beside it on which the frame lies now come in, those that it left go out.
pub fn fit_group(diagram: &Document, id: &str, frame: Rect) -> Step {
    let mut resized = resize_group(diagram, id, frame);
    let Some(group) = diagram.group(id) else { return resized };
    let after = apply(diagram, &resized.entries);
    let Some(rect) = after.group(id).filter(|g| !g.is_closed()).map(group_rect) else { return resized };
    for node in &after.nodes {
        let inside = rect.contains(card(node).centre());
        if node.group.as_deref() == Some(id) && !inside {
            resized.entries.push(Entry::Edit(Edit::SetGroup { node: node.id.clone(), group: group.parent.clone() }));
        } else if node.group == group.parent && inside {
            resized.entries.push(Entry::Edit(Edit::SetGroup { node: node.id.clone(), group: Some(id.into()) }));
        }
    }
    resized
}

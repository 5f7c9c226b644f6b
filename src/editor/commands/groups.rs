//! Groups and notes: making, changing, leaving and removing them, and what is in them.
//! Knows no canvas.

use std::collections::BTreeSet;

use super::{one_line, step, Fresh};
use crate::diagram::{Document, Edit, Group, GroupKind, Note, NoteColour, Place};
use crate::editor::geometry::{bounds_of, card, group_rect, note_rect, snap, Rect};
use crate::editor::{Selection, Step};
use crate::files::SIZES;
use crate::order::{Gather, Ordered};

/// Room between the things in a group and its frame.
pub(in crate::editor) const PADDING: f64 = 24.0;
/// Room above them, for the title too.
pub(in crate::editor) const TITLE: f64 = 40.0;
/// Width and height of a frame that is drawn around nothing.
const EMPTY: (f64, f64) = (320.0, 208.0);
/// Width and height of a new note.
pub const NOTE: (f64, f64) = (200.0, 104.0);

/// What is selected together with all that lies in selected groups: what copying and moving a group means.
pub fn with_contents(diagram: &Document, selection: &Selection) -> Selection {
    let mut all = selection.clone();
    all.groups.retain(|id| diagram.group(id).is_some());
    if all.groups.is_empty() {
        return all;
    }
    let inside = |group: &Option<String>| group.as_deref().is_some_and(|g| diagram.around(g).any(|g| selection.groups.contains(&g.id)));
    all.groups.extend(diagram.groups.iter().filter(|g| inside(&g.parent)).map(|g| g.id.clone()));
    all.nodes.extend(diagram.nodes.iter().filter(|n| inside(&n.group)).map(|n| n.id.clone()));
    all
}

/// Ids of the nodes in a group and in the groups in it.
pub fn nodes_of_group(diagram: &Document, group: &str) -> BTreeSet<String> {
    with_contents(diagram, &Selection::group(group)).nodes
}

/// Puts what is selected into a new group, or makes an empty one at a point; returns the step and the group's id.
pub fn add_group(diagram: &Document, kind: GroupKind, selection: &Selection, at: (f64, f64)) -> (Step, String) {
    // A node in a selected group stays there: the group itself moves.
    let groups: Vec<&Group> = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id)).collect();
    let covered = |group: &Option<String>| group.as_deref().is_some_and(|g| diagram.around(g).any(|g| selection.groups.contains(&g.id)));
    let groups: Vec<&Group> = groups.into_iter().filter(|g| !covered(&g.parent)).collect();
    let nodes: Vec<_> = diagram.nodes.iter().filter(|n| selection.nodes.contains(&n.id) && !covered(&n.group)).collect();
    let notes = diagram.notes.iter().filter(|n| selection.notes.contains(&n.id)).map(note_rect);
    let rects = nodes.iter().map(|n| card(n)).chain(groups.iter().map(|g| group_rect(g))).chain(notes);
    let frame = match bounds_of(rects) {
        Some(r) => Rect { x: r.x - PADDING, y: r.y - TITLE, width: r.width + 2.0 * PADDING, height: r.height + TITLE + PADDING },
        None => Rect { x: at.0, y: at.1, width: EMPTY.0, height: EMPTY.1 },
    };
    let id = Fresh::ids(diagram.groups.iter().map(|g| &g.id)).take(kind.id());
    let place = (kind == GroupKind::Region).then(|| fresh_place(diagram));
    let stem = place.map_or(kind.label(), Place::label);
    let name = Fresh::names(diagram.groups.iter().map(|g| &g.name)).take(stem);
    // The new group lies where everything in it lay.
    let parents: BTreeSet<Option<&str>> =
        nodes.iter().map(|n| n.group.as_deref()).chain(groups.iter().map(|g| g.parent.as_deref())).gather();
    let parent = match parents.first() {
        Some(parent) if parents.len() == 1 => *parent,
        _ => None,
    };
    let fits = |parent: &str| diagram.around(parent).all(|g| g.kind.may_hold(kind));
    let parent = parent.filter(|p| fits(p)).map(String::from);
    let group = Group {
        id: id.clone(),
        kind,
        name,
        x: snap(frame.x),
        y: snap(frame.y),
        width: snap(frame.width).clamp(SIZES.0, SIZES.1),
        height: snap(frame.height).clamp(SIZES.0, SIZES.1),
        parent,
        collapsed: false,
        place,
    };
    let label = match nodes.len() + groups.len() {
        0 => format!("Add {}", group.name),
        _ => format!("Group as {}", group.name),
    };
    let mut edits = vec![Edit::AddGroup { group }];
    edits.extend(groups.iter().map(|g| Edit::PlaceGroup { id: g.id.clone(), kind: g.kind, parent: Some(id.clone()), place: g.place }));
    edits.extend(nodes.iter().map(|n| Edit::SetGroup { node: n.id.clone(), group: Some(id.clone()) }));
    (step(label, edits), id)
}

/// A place that no region has yet.
fn fresh_place(diagram: &Document) -> Place {
    let usual = [Place::Frankfurt, Place::Virginia, Place::Singapore, Place::Oregon, Place::London, Place::Tokyo];
    let free = |p: &&Place| !diagram.groups.iter().any(|g| g.place == Some(**p));
    usual.iter().chain(Place::ALL).find(free).copied().unwrap_or(Place::Frankfurt)
}

/// Removes groups and keeps what is in them, which goes to the groups around.
pub fn ungroup(diagram: &Document, groups: &BTreeSet<String>) -> Step {
    let label = match groups.len() {
        1 => format!("Ungroup {}", groups.first().map(|id| group_name(diagram, id)).unwrap_or_default()),
        n => format!("Ungroup {n} groups"),
    };
    step(label, dissolve(diagram, groups, &BTreeSet::new()))
}

/// Edits that remove groups, after what stays in them was taken out. Nodes in `gone` are removed already.
pub(super) fn dissolve(diagram: &Document, groups: &BTreeSet<String>, gone: &BTreeSet<String>) -> Vec<Edit> {
    let goes = |id: &str| groups.contains(id);
    let stays = |group: &Option<String>| -> Option<String> {
        let mut outer = diagram.around(group.as_deref()?);
        outer.find(|g| !goes(&g.id)).map(|g| g.id.clone())
    };
    let mut edits = Vec::new();
    for node in diagram.nodes.iter().filter(|n| !gone.contains(&n.id) && n.group.as_deref().is_some_and(goes)) {
        edits.push(Edit::SetGroup { node: node.id.clone(), group: stays(&node.group) });
    }
    for group in diagram.groups.iter().filter(|g| !goes(&g.id) && g.parent.as_deref().is_some_and(goes)) {
        edits.push(Edit::PlaceGroup { id: group.id.clone(), kind: group.kind, parent: stays(&group.parent), place: group.place });
    }
    // From the inside out: a group goes when nothing is in it.
    let mut going: Vec<&Group> = diagram.groups.iter().filter(|g| goes(&g.id)).collect();
    going.order_by_key(|g| std::cmp::Reverse(diagram.around(&g.id).count()));
    edits.extend(going.iter().map(|g| Edit::RemoveGroup { id: g.id.clone() }));
    edits
}

/// Changes how a group looks, by a function of what it is now.
fn looks(diagram: &Document, id: &str, label: impl FnOnce(&Group) -> String, change: impl FnOnce(&mut Group)) -> Step {
    let Some(group) = diagram.group(id) else { return step("Change a group", []) };
    let mut after = group.clone();
    change(&mut after);
    step(label(group), [Edit::looks(&after)])
}

/// Gives a group another name.
pub fn rename_group(diagram: &Document, id: &str, name: &str) -> Result<Step, String> {
    let name = one_line(name)?;
    Ok(looks(diagram, id, |g| format!("Rename {} to {name}", g.name), |g| g.name.clone_from(&name)))
}

/// Gives a group another frame.
pub fn resize_group(diagram: &Document, id: &str, frame: Rect) -> Step {
    looks(
        diagram,
        id,
        |g| format!("Resize {}", g.name),
        |g| {
            (g.x, g.y) = (snap(frame.x), snap(frame.y));
            (g.width, g.height) = (snap(frame.width).clamp(SIZES.0, SIZES.1), snap(frame.height).clamp(SIZES.0, SIZES.1));
        },
    )
}

/// Shows a subsystem as one card, or opens it.
pub fn collapse(diagram: &Document, id: &str, collapsed: bool) -> Step {
    let verb = if collapsed { "Collapse" } else { "Expand" };
    looks(diagram, id, |g| format!("{verb} {}", g.name), |g| g.collapsed = collapsed)
}

/// Gives a group another meaning: what kind it is and, of a region, where it lies.
pub fn place_group(diagram: &Document, id: &str, kind: GroupKind, place: Option<Place>) -> Step {
    let Some(group) = diagram.group(id) else { return step("Change a group", []) };
    let label = match place {
        Some(place) if group.kind == kind => format!("Place {} in {}", group.name, place.label()),
        _ => format!("Make {} a {}", group.name, kind.label().to_lowercase()),
    };
    let place = place.or_else(|| (kind == GroupKind::Region && group.kind != kind).then(|| fresh_place(diagram)));
    step(label, [Edit::PlaceGroup { id: id.into(), kind, parent: group.parent.clone(), place }])
}

/// Puts nodes into a group, or into none.
pub fn set_group<S: AsRef<str>>(diagram: &Document, nodes: &[S], group: Option<&str>) -> Step {
    let ids: BTreeSet<&str> = nodes.iter().map(AsRef::as_ref).gather();
    let moved: Vec<_> = diagram.nodes.iter().filter(|n| ids.contains(n.id.as_str()) && n.group.as_deref() != group).collect();
    let what = match moved.as_slice() {
        [node] => node.name.clone(),
        _ => format!("{} components", moved.len()),
    };
    let label = match group {
        Some(group) => format!("Put {what} into {}", group_name(diagram, group)),
        None => format!("Take {what} out of its group"),
    };
    step(label, moved.iter().map(|n| Edit::SetGroup { node: n.id.clone(), group: group.map(String::from) }))
}

/// Adds a note at a point; returns the step and its id.
pub fn add_note(diagram: &Document, text: &str, x: f64, y: f64) -> (Step, String) {
    let id = Fresh::ids(diagram.notes.iter().map(|n| &n.id)).take("note");
    let note =
        Note { id: id.clone(), text: clean(text), x: snap(x), y: snap(y), width: NOTE.0, height: NOTE.1, colour: NoteColour::default() };
    (step("Add a note", [Edit::AddNote { note }]), id)
}

/// Gives a note another text.
pub fn write_note(diagram: &Document, id: &str, text: &str) -> Step {
    change_note(diagram, id, "Write a note", |note| note.text = clean(text))
}

/// Gives a note another size and place.
pub fn resize_note(diagram: &Document, id: &str, frame: Rect) -> Step {
    change_note(diagram, id, "Resize a note", |note| {
        (note.x, note.y) = (snap(frame.x), snap(frame.y));
        (note.width, note.height) = (snap(frame.width).clamp(SIZES.0, SIZES.1), snap(frame.height).clamp(SIZES.0, SIZES.1));
    })
}

/// Gives notes another colour.
pub fn colour_notes(diagram: &Document, ids: &BTreeSet<String>, colour: NoteColour) -> Step {
    let notes = diagram.notes.iter().filter(|n| ids.contains(&n.id));
    step(format!("Colour a note {}", colour.label().to_lowercase()), notes.map(|n| Edit::UpdateNote { note: Note { colour, ..n.clone() } }))
}

fn change_note(diagram: &Document, id: &str, label: &str, change: impl FnOnce(&mut Note)) -> Step {
    let edits = diagram.note(id).cloned().map(|mut note| {
        change(&mut note);
        Edit::UpdateNote { note }
    });
    step(label, edits)
}

/// A text as a note can hold it.
fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let fine = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
    lines.chars().filter(fine).take(crate::files::MAX_NOTE).collect()
}

/// A group's name, or its id if it is not there.
pub fn group_name(diagram: &Document, id: &str) -> String {
    diagram.group(id).map_or(id, |g| &g.name).to_string()
}

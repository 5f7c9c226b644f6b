//! Duplicating nodes: a copy keeps its links, so that one more server takes its share at once.
//! Knows no clipboard.

use std::collections::BTreeMap;

use super::connect::link_id;
use super::groups::with_contents;
use super::{fresh_id, fresh_name, step};
use crate::diagram::{Document, Edit, Group, Link, Node, Note};
use crate::editor::geometry::{free_spot, snap, CARD};
use crate::editor::{Selection, Step};

/// How far aside copies of several things go.
pub(in crate::editor) const ASIDE: (f64, f64) = (32.0, 32.0);

/// Copies the selected nodes, groups with what is in them, and notes; the links between copied nodes and their links to
/// the rest; returns the step and the copies.
pub fn duplicate(diagram: &Document, selection: &Selection) -> (Step, Selection) {
    duplicate_by(diagram, selection, None)
}

/// As [`duplicate`], with the copies this far from the originals.
pub fn duplicate_by(diagram: &Document, selection: &Selection, by: Option<(f64, f64)>) -> (Step, Selection) {
    let selection = with_contents(diagram, selection);
    let originals: Vec<&Node> = diagram.nodes.iter().filter(|n| selection.nodes.contains(&n.id)).collect();
    let notes: Vec<&Note> = diagram.notes.iter().filter(|n| selection.notes.contains(&n.id)).collect();
    let mut after = diagram.clone();
    let mut edits = Vec::new();
    let mut copies: BTreeMap<&str, String> = BTreeMap::new();
    let mut made = Selection::default();
    let several = !selection.groups.is_empty() || !notes.is_empty();
    let (dx, dy) = by.unwrap_or_else(|| if several { ASIDE } else { offset(diagram, &originals) });
    let mut frames: BTreeMap<&str, String> = BTreeMap::new();
    for group in outer_first(diagram, &selection) {
        let id = fresh_id(&without_number(&group.id, '-'), |id| after.group(id).is_some());
        let name = fresh_name(&without_number(&group.name, ' '), |name| after.groups.iter().any(|g| g.name == name));
        let parent = group.parent.as_deref().map(|p| frames.get(p).cloned().unwrap_or(p.into()));
        let copy = Group { id: id.clone(), name, x: snap(group.x + dx), y: snap(group.y + dy), parent, ..group.clone() };
        frames.insert(&group.id, id.clone());
        made.groups.insert(id);
        after.groups.push(copy.clone());
        edits.push(Edit::AddGroup { group: copy });
    }
    for node in &originals {
        let id = fresh_id(&without_number(&node.id, '-'), |id| after.node(id).is_some());
        let name = fresh_name(&without_number(&node.name, ' '), |name| after.nodes.iter().any(|n| n.name == name));
        let group = node.group.as_deref().map(|g| frames.get(g).cloned().unwrap_or(g.into()));
        let copy = Node { id: id.clone(), name, x: snap(node.x + dx), y: snap(node.y + dy), group, ..(*node).clone() };
        copies.insert(&node.id, id);
        after.nodes.push(copy.clone());
        edits.push(Edit::AddNode { node: copy });
    }
    for link in &diagram.links {
        let end = |id: &str| copies.get(id).cloned();
        let (from, to) = match (end(&link.from), end(&link.to)) {
            (None, None) => continue,
            (from, to) => (from.unwrap_or_else(|| link.from.clone()), to.unwrap_or_else(|| link.to.clone())),
        };
        let copy = Link { id: link_id(&after, &from, &to), from, to, params: link.params.clone() };
        // A copied primary does not take over the original's replicas: each follows one primary.
        if crate::diagram::read::can_link(&after, &copy.from, &copy.to).is_ok() {
            after.links.push(copy.clone());
            edits.push(Edit::AddLink { link: copy });
        }
    }
    for note in &notes {
        let id = fresh_id(&without_number(&note.id, '-'), |id| after.note(id).is_some());
        let copy = Note { id: id.clone(), x: snap(note.x + dx), y: snap(note.y + dy), ..(*note).clone() };
        made.notes.insert(id);
        after.notes.push(copy.clone());
        edits.push(Edit::AddNote { note: copy });
    }
    let label = match (originals.as_slice(), several) {
        ([node], false) => format!("Duplicate {}", node.name),
        (_, false) => format!("Duplicate {} components", originals.len()),
        _ => format!("Duplicate {} things", edits.iter().filter(|e| !matches!(e, Edit::AddLink { .. })).count()),
    };
    made.nodes = copies.into_values().collect();
    (step(label, edits), made)
}

/// The selected groups, each after those around it.
pub(in crate::editor) fn outer_first<'a>(diagram: &'a Document, selection: &Selection) -> Vec<&'a Group> {
    let mut groups: Vec<&Group> = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id)).collect();
    groups.sort_by_key(|g| diagram.around(&g.id).count());
    groups
}

/// One copied node goes to the nearest free spot below it, several go a little aside together.
fn offset(diagram: &Document, originals: &[&Node]) -> (f64, f64) {
    match originals {
        [node] => {
            let spot = free_spot(diagram, node.x, node.y + CARD.1 + 24.0);
            (spot.0 - node.x, spot.1 - node.y)
        }
        _ => ASIDE,
    }
}

/// `Orders 2` without its number is `Orders`.
pub(in crate::editor) fn without_number(text: &str, before: char) -> String {
    match text.rsplit_once(before) {
        Some((stem, number)) if !stem.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => stem.to_string(),
        _ => text.to_string(),
    }
}

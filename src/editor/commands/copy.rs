//! Copying nodes, groups with what is in them, and notes: within a diagram, or from a part that was copied.
//! Knows no clipboard.

use std::collections::{BTreeMap, BTreeSet};

use super::arrange::{all_of, named, outermost};
use super::dropping::takes;
use super::{step, Fresh};
use crate::diagram::{Document, Edit, Group, GroupKind, Link, Node, Note};
use crate::editor::geometry::{card, frame_at, free_spot, group_rect, snap, CARD};
use crate::editor::{Selection, Step};
use crate::files::can_link_as;
use crate::order::{Gather, Ordered};

/// How far aside copies of several things go.
const ASIDE: (f64, f64) = (32.0, 32.0);
/// Steps aside, at most.
const MOST_STEPS: u32 = 200;

/// Copies the selected nodes, groups with what is in them and on them, and notes; the links between copied nodes and
/// their links to the rest, so that one more server takes its share at once. Returns the step and the copies.
pub fn duplicate(diagram: &Document, selection: &Selection) -> (Step, Selection) {
    duplicate_by(diagram, selection, None)
}

/// As [`duplicate`], with the copies this far from the originals, in the groups on whose frames they lie there.
pub fn duplicate_by(diagram: &Document, selection: &Selection, by: Option<(f64, f64)>) -> (Step, Selection) {
    let all = all_of(diagram, selection);
    let outer = outermost(diagram, selection);
    let far = by.unwrap_or_else(|| match outer.only_node().and_then(|id| diagram.node(id)) {
        // One copied node goes to the nearest free spot below it, several go a little aside together.
        Some(node) => {
            let spot = free_spot(diagram, node.x, node.y + CARD.1 + 24.0);
            (spot.0 - node.x, spot.1 - node.y)
        }
        None => free_offset(diagram, diagram, &all, ASIDE),
    });
    let home = if by.is_some() { Home::ByPlace } else { Home::AsItWas };
    let mut copies = copies(diagram, diagram, &all, far, Names::Numbered, home);
    let mut after = diagram.clone();
    after.nodes.extend(copies.nodes.iter().cloned());
    let mut ids = Fresh::ids(diagram.links.iter().map(|l| &l.id));
    for link in &diagram.links {
        let end = |id: &str| copies.node_ids.get(id).cloned();
        let (from, to, both) = match (end(&link.from), end(&link.to)) {
            (None, None) => continue,
            (Some(from), Some(to)) => (from, to, true),
            (from, to) => (from.unwrap_or_else(|| link.from.clone()), to.unwrap_or_else(|| link.to.clone()), false),
        };
        // A copied primary does not take over the original's replicas: each follows one primary. Among copies what
        // holds for the originals holds.
        if both || can_link_as(&after, None, &from, &to, &link.params).is_ok() {
            let copy = Link { id: ids.take(&format!("{from}-{to}")), from, to, params: link.params.clone() };
            after.links.push(copy.clone());
            copies.edits.push(Edit::AddLink { link: copy });
        }
    }
    (step(format!("Duplicate {}", named(diagram, &outer)), copies.edits), copies.made)
}

/// Adds a part to a diagram, as one step: with its middle at a point, or a little aside of where it was.
pub fn insert(diagram: &Document, part: &Document, by: (f64, f64)) -> (Step, Selection) {
    let all = Selection::all(part);
    let far = free_offset(diagram, part, &all, by);
    let mut copies = copies(diagram, part, &all, far, Names::Kept, Home::ByPlace);
    let mut ids = Fresh::ids(diagram.links.iter().map(|l| &l.id));
    for link in &part.links {
        if let (Some(from), Some(to)) = (copies.node_ids.get(&link.from), copies.node_ids.get(&link.to)) {
            let id = ids.take(&format!("{from}-{to}"));
            let copy = Link { id, from: from.clone(), to: to.clone(), params: link.params.clone() };
            copies.edits.push(Edit::AddLink { link: copy });
        }
    }
    (step(format!("Paste {}", named(part, &outermost(part, &all))), copies.edits), copies.made)
}

/// What copies are called.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    /// As the originals where that is free.
    Kept,
    /// With the next number of the row.
    Numbered,
}

/// In which group a copy is whose original's group is not copied.
#[derive(Clone, Copy, PartialEq)]
enum Home {
    /// In the original's.
    AsItWas,
    /// In the one on whose frame it lies.
    ByPlace,
}

/// Copies with ids and names of their own.
struct Copies {
    edits: Vec<Edit>,
    made: Selection,
    nodes: Vec<Node>,
    /// Ids of the copies by those of the originals.
    node_ids: BTreeMap<String, String>,
}

/// Copies what is chosen of `source` into `diagram`, moved by a distance; links are not among it.
fn copies(diagram: &Document, source: &Document, what: &Selection, (dx, dy): (f64, f64), naming: Names, home: Home) -> Copies {
    let mut all = Copies { edits: Vec::new(), made: Selection::default(), nodes: Vec::new(), node_ids: BTreeMap::new() };
    let mut ids = Fresh::ids(diagram.groups.iter().map(|g| &g.id));
    let mut names = Fresh::names(diagram.groups.iter().map(|g| &g.name));
    let called = |names: &mut Fresh, name: &str| match naming == Names::Kept && !names.is_taken(name) {
        true => names.keep(name),
        false => names.take(&without_number(name, ' ')),
    };
    let mut frames: BTreeMap<&str, String> = BTreeMap::new();
    for group in outer_first(source, what) {
        let mut copy = Group {
            id: ids.take(&without_number(&group.id, '-')),
            name: called(&mut names, &group.name),
            x: snap(group.x + dx),
            y: snap(group.y + dy),
            parent: None,
            ..group.clone()
        };
        copy.parent = match (group.parent.as_deref().and_then(|p| frames.get(p)), home) {
            (Some(parent), _) => Some(parent.clone()),
            (None, Home::AsItWas) => group.parent.clone(),
            (None, Home::ByPlace) => {
                let within = source.groups.iter().filter(|g| source.around(&g.id).any(|o| o.id == group.id));
                let kinds: Vec<GroupKind> = within.map(|g| g.kind).collect();
                let over = frame_at(diagram, group_rect(&copy).centre());
                over.and_then(|over| diagram.around(&over.id).find(|o| takes(diagram, o, &kinds))).map(|g| g.id.clone())
            }
        };
        frames.insert(&group.id, copy.id.clone());
        all.made.groups.insert(copy.id.clone());
        all.edits.push(Edit::AddGroup { group: copy });
    }
    let mut ids = Fresh::ids(diagram.nodes.iter().map(|n| &n.id));
    let mut names = Fresh::names(diagram.nodes.iter().map(|n| &n.name));
    for node in source.nodes.iter().filter(|n| what.nodes.contains(&n.id)) {
        let mut copy = Node {
            id: ids.take(&without_number(&node.id, '-')),
            name: called(&mut names, &node.name),
            x: snap(node.x + dx),
            y: snap(node.y + dy),
            ..node.clone()
        };
        copy.group = match (node.group.as_deref().and_then(|g| frames.get(g)), home) {
            (Some(group), _) => Some(group.clone()),
            (None, Home::AsItWas) => node.group.clone(),
            (None, Home::ByPlace) => frame_at(diagram, card(&copy).centre()).map(|g| g.id.clone()),
        };
        all.node_ids.insert(node.id.clone(), copy.id.clone());
        all.made.nodes.insert(copy.id.clone());
        all.nodes.push(copy.clone());
        all.edits.push(Edit::AddNode { node: copy });
    }
    let mut ids = Fresh::ids(diagram.notes.iter().map(|n| &n.id));
    for note in source.notes.iter().filter(|n| what.notes.contains(&n.id)) {
        let copy = Note { id: ids.take(&without_number(&note.id, '-')), x: snap(note.x + dx), y: snap(note.y + dy), ..note.clone() };
        all.made.notes.insert(copy.id.clone());
        all.edits.push(Edit::AddNote { note: copy });
    }
    all
}

/// The distance, from one on in steps aside, at which no copy lies exactly on something: not on its original, nor on
/// what was pasted before.
fn free_offset(diagram: &Document, source: &Document, what: &Selection, from: (f64, f64)) -> (f64, f64) {
    type Places = BTreeSet<(i64, i64)>;
    let place = |x: f64, y: f64| (snap(x) as i64, snap(y) as i64);
    let nodes: Places = diagram.nodes.iter().map(|n| place(n.x, n.y)).gather();
    let groups: Places = diagram.groups.iter().map(|g| place(g.x, g.y)).gather();
    let notes: Places = diagram.notes.iter().map(|n| place(n.x, n.y)).gather();
    let at = |by: u32| (from.0 + f64::from(by) * ASIDE.0, from.1 + f64::from(by) * ASIDE.1);
    let free = |(dx, dy): (f64, f64)| {
        let on = |places: &Places, x: f64, y: f64| places.contains(&place(x + dx, y + dy));
        !source.nodes.iter().any(|n| what.nodes.contains(&n.id) && on(&nodes, n.x, n.y))
            && !source.groups.iter().any(|g| what.groups.contains(&g.id) && on(&groups, g.x, g.y))
            && !source.notes.iter().any(|n| what.notes.contains(&n.id) && on(&notes, n.x, n.y))
    };
    (0..MOST_STEPS).map(at).find(|by| free(*by)).unwrap_or_else(|| at(1))
}

/// The selected groups, each after those around it.
fn outer_first<'a>(diagram: &'a Document, selection: &Selection) -> Vec<&'a Group> {
    let mut groups: Vec<&Group> = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id)).collect();
    groups.order_by_key(|g| diagram.around(&g.id).count());
    groups
}

/// `Orders 2` without its number is `Orders`.
fn without_number(text: &str, before: char) -> String {
    match text.rsplit_once(before) {
        Some((stem, number)) if !stem.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => stem.to_string(),
        _ => text.to_string(),
    }
}

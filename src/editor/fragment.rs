//! Fragments: a part of a diagram as text, for the clipboard; between tabs, files and chat messages.
//! Knows no clipboard. What it reads goes through the same strict reader as a file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::commands::{self, fresh_id, fresh_name, link_id, outer_first, step, without_number, ASIDE};
use super::geometry::{bounds, card, frame_at, snap};
use super::{Selection, Step};
use crate::diagram::read::{self, Problem};
use crate::diagram::{Document, Edit, Group, Link, Node, Note, View};
use crate::engine::SimTime;

/// What the text says it is.
const FORMAT: &str = "faultline-fragment";

/// The part of a diagram that is selected: nodes, groups with what is in them, notes, and the links among the nodes.
pub fn cut_out(diagram: &Document, selection: &Selection) -> Document {
    let all = commands::with_contents(diagram, selection);
    let in_group = |group: &Option<String>| group.clone().filter(|g| all.groups.contains(g));
    let nodes = diagram.nodes.iter().filter(|n| all.nodes.contains(&n.id));
    let groups = diagram.groups.iter().filter(|g| all.groups.contains(&g.id));
    let both_ends = |l: &&Link| all.nodes.contains(&l.from) && all.nodes.contains(&l.to);
    Document {
        nodes: nodes.map(|n| Node { group: in_group(&n.group), ..n.clone() }).collect(),
        links: diagram.links.iter().filter(both_ends).cloned().collect(),
        groups: groups.map(|g| Group { parent: in_group(&g.parent), ..g.clone() }).collect(),
        notes: diagram.notes.iter().filter(|n| all.notes.contains(&n.id)).cloned().collect(),
        journal: Vec::new(),
        view: View::default(),
        moment: SimTime::ZERO,
        ..diagram.clone()
    }
}

/// What is selected, as the text of a fragment; `None` if that is nothing, or links only.
pub fn copy(diagram: &Document, selection: &Selection) -> Option<String> {
    let part = cut_out(diagram, selection);
    if part.nodes.is_empty() && part.groups.is_empty() && part.notes.is_empty() {
        return None;
    }
    Some(read::write(&part).replacen("\"faultline\"", &format!("\"{FORMAT}\""), 1))
}

/// Whether a text looks like a fragment or a file of ours, at a glance.
pub fn is_one(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(60).collect();
    start.starts_with('{') && start.contains("\"faultline")
}

/// Reads a fragment, or a whole file, as it stands now.
fn parse(text: &str) -> Result<Document, Problem> {
    let none = || Problem::new("", "What was copied is no part of a diagram");
    if !is_one(text) {
        return Err(none());
    }
    let Ok(Json::Object(mut top)) = read::parse_tree(text) else { return Err(none()) };
    if top.get("format").and_then(Json::as_str) == Some(FORMAT) {
        top.insert("format".into(), "faultline".into());
    }
    let text = Json::Object(top as Map<String, Json>).to_string();
    let read = read::read(&text).map_err(|p| Problem::new("", format!("What was copied cannot be pasted: {p}")))?;
    match read.nodes.is_empty() && read.groups.is_empty() && read.notes.is_empty() {
        true => Err(none()),
        false => Ok(read.folded()),
    }
}

/// Adds what a text holds, with ids of its own: with its middle at a point, or a little aside of where it was. Returns
/// the step and what was added, or why the text is no fragment.
pub fn paste(diagram: &Document, text: &str, at: Option<(f64, f64)>) -> Result<(Step, Selection), String> {
    let part = parse(text).map_err(|p| p.to_string())?;
    Ok(insert(diagram, &part, at))
}

/// Adds a part to a diagram, as one step.
pub fn insert(diagram: &Document, part: &Document, at: Option<(f64, f64)>) -> (Step, Selection) {
    let (dx, dy) = offset(diagram, part, at);
    let mut after = diagram.clone();
    let mut edits = Vec::new();
    let mut made = Selection::default();
    let mut groups: BTreeMap<&str, String> = BTreeMap::new();
    for group in outer_first(part, &Selection::all(part)) {
        let id = fresh_id(&without_number(&group.id, '-'), |id| after.group(id).is_some());
        let name = unless_taken(&group.name, |name| after.groups.iter().any(|g| g.name == name));
        let parent = group.parent.as_deref().and_then(|p| groups.get(p).cloned());
        let copy = Group { id: id.clone(), name, x: snap(group.x + dx), y: snap(group.y + dy), parent, ..group.clone() };
        groups.insert(&group.id, id.clone());
        made.groups.insert(id);
        after.groups.push(copy.clone());
        edits.push(Edit::AddGroup { group: copy });
    }
    let mut nodes: BTreeMap<&str, String> = BTreeMap::new();
    for node in &part.nodes {
        let id = fresh_id(&without_number(&node.id, '-'), |id| after.node(id).is_some());
        let name = unless_taken(&node.name, |name| after.nodes.iter().any(|n| n.name == name));
        let mut copy = Node { id: id.clone(), name, x: snap(node.x + dx), y: snap(node.y + dy), ..node.clone() };
        copy.group = match &node.group {
            Some(group) => groups.get(group.as_str()).cloned(),
            None => frame_at(diagram, card(&copy).centre()).map(|g| g.id.clone()),
        };
        nodes.insert(&node.id, id.clone());
        made.nodes.insert(id);
        after.nodes.push(copy.clone());
        edits.push(Edit::AddNode { node: copy });
    }
    for link in &part.links {
        if let (Some(from), Some(to)) = (nodes.get(link.from.as_str()), nodes.get(link.to.as_str())) {
            let copy = Link { id: link_id(&after, from, to), from: from.clone(), to: to.clone(), params: link.params.clone() };
            after.links.push(copy.clone());
            edits.push(Edit::AddLink { link: copy });
        }
    }
    for note in &part.notes {
        let id = fresh_id(&without_number(&note.id, '-'), |id| after.note(id).is_some());
        let copy = Note { id: id.clone(), x: snap(note.x + dx), y: snap(note.y + dy), ..note.clone() };
        made.notes.insert(id);
        after.notes.push(copy.clone());
        edits.push(Edit::AddNote { note: copy });
    }
    let label = format!("Paste {}", commands::named(part, &Selection { groups: top_groups(part), ..Selection::all(part) }));
    (step(label, edits), made)
}

fn top_groups(part: &Document) -> BTreeSet<String> {
    part.groups.iter().map(|g| g.id.clone()).collect()
}

/// The name itself where it is free, else the next of its row.
fn unless_taken(name: &str, taken: impl Fn(&str) -> bool) -> String {
    match taken(name) {
        true => fresh_name(&without_number(name, ' '), taken),
        false => name.to_string(),
    }
}

fn offset(diagram: &Document, part: &Document, at: Option<(f64, f64)>) -> (f64, f64) {
    let Some(area) = bounds(part) else { return (0.0, 0.0) };
    if let Some((x, y)) = at {
        let (cx, cy) = area.centre();
        return (snap(x - cx), snap(y - cy));
    }
    // Aside of where it was, and of where it was pasted before.
    let taken = |by: f64| {
        let node = |n: &Node| diagram.nodes.iter().any(|o| (o.x, o.y) == (snap(n.x + by * ASIDE.0), snap(n.y + by * ASIDE.1)));
        let note = |n: &Note| diagram.notes.iter().any(|o| (o.x, o.y) == (snap(n.x + by * ASIDE.0), snap(n.y + by * ASIDE.1)));
        let group = |g: &Group| diagram.groups.iter().any(|o| (o.x, o.y) == (snap(g.x + by * ASIDE.0), snap(g.y + by * ASIDE.1)));
        part.nodes.iter().any(node) || part.notes.iter().any(note) || part.groups.iter().any(group)
    };
    let steps = (0..40).map(f64::from).find(|by| !taken(*by)).unwrap_or(1.0);
    (steps * ASIDE.0, steps * ASIDE.1)
}

/// Removes what is selected, once its text is safe on the clipboard.
pub fn cut(diagram: &Document, selection: &Selection) -> Step {
    // A group that is cut goes with what is in it, as its text does.
    let all = commands::with_contents(diagram, selection);
    let step = commands::delete(diagram, &all);
    Step { label: format!("Cut {}", commands::named(diagram, selection)), ..step }
}

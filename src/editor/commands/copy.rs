//! Duplicating nodes: a copy keeps its links, so that one more server takes its share at once.
//! Knows no clipboard.

use std::collections::BTreeMap;

use super::connect::link_id;
use super::{fresh_id, fresh_name, step};
use crate::diagram::{Document, Edit, Link, Node};
use crate::editor::geometry::{free_spot, snap, CARD};
use crate::editor::{Selection, Step};

/// Copies the selected nodes, the links between them, and their links to the rest; returns the step and the copies.
pub fn duplicate(diagram: &Document, selection: &Selection) -> (Step, Selection) {
    let originals: Vec<&Node> = diagram.nodes.iter().filter(|n| selection.nodes.contains(&n.id)).collect();
    let mut after = diagram.clone();
    let mut edits = Vec::new();
    let mut copies: BTreeMap<&str, String> = BTreeMap::new();
    let (dx, dy) = offset(diagram, &originals);
    for node in &originals {
        let id = fresh_id(&without_number(&node.id, '-'), |id| after.node(id).is_some());
        let name = fresh_name(&without_number(&node.name, ' '), |name| after.nodes.iter().any(|n| n.name == name));
        let copy = Node { id: id.clone(), name, x: snap(node.x + dx), y: snap(node.y + dy), ..(*node).clone() };
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
    let label = match originals.as_slice() {
        [node] => format!("Duplicate {}", node.name),
        _ => format!("Duplicate {} components", originals.len()),
    };
    (step(label, edits), Selection { nodes: copies.into_values().collect(), ..Selection::default() })
}

/// One copied node goes to the nearest free spot below it, several go a little aside together.
fn offset(diagram: &Document, originals: &[&Node]) -> (f64, f64) {
    match originals {
        [node] => {
            let spot = free_spot(diagram, node.x, node.y + CARD.1 + 24.0);
            (spot.0 - node.x, spot.1 - node.y)
        }
        _ => (32.0, 32.0),
    }
}

/// `Orders 2` without its number is `Orders`.
fn without_number(text: &str, before: char) -> String {
    match text.rsplit_once(before) {
        Some((stem, number)) if !stem.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => stem.to_string(),
        _ => text.to_string(),
    }
}

//! What a learner can do to a diagram, as steps: each says in its label what it does, and is performed by the editor.
//! Knows no history and no time; nothing here changes the diagram.

mod arrange;
mod connect;
mod copy;
mod dropping;
mod groups;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::geometry::{card, frame_at, snap};
use super::{Selection, Step};
use crate::components;
use crate::diagram::param::ParamSpec;
use crate::diagram::{member, Document, Edit, Entry, Fault, Node};
use crate::files::{MAX_ID, MAX_NAME};
use crate::order::Gather;

pub use arrange::{align, all_of, distribute, move_selection, named, outermost, Alignment, Axis};
pub use connect::{can_connect, connect};
pub use copy::{duplicate, duplicate_by, insert};
pub use dropping::{beside, drop_on_link, drop_selection, fit_group, home_of, insert_into_link, put_into};
pub use groups::{
    add_group, add_note, collapse, colour_notes, group_name, nodes_of_group, place_group, rename_group, resize_group, resize_note,
    set_group, ungroup, with_contents, write_note, NOTE,
};
pub(super) use groups::{PADDING, TITLE};
pub use wiring::{add_and_connect, can_splice, kinds_for, reconnect, splice, End};

pub(super) fn step(label: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Step {
    Step { label: label.into(), entries: edits.into_iter().map(Entry::Edit).collect() }
}

/// Adds a node of a kind with its left top corner near a point, in the group on whose frame it lies; returns the step and the new node's id.
pub fn add_node(diagram: &Document, kind: &str, x: f64, y: f64) -> (Step, String) {
    let label = components::kind(kind).map_or(kind, |k| k.label);
    let id = Fresh::ids(diagram.nodes.iter().map(|n| &n.id)).take(&kind.replace('_', "-"));
    let name = Fresh::names(diagram.nodes.iter().map(|n| &n.name)).take(label);
    let mut node = Node { id: id.clone(), kind: kind.into(), name, x: snap(x), y: snap(y), params: Default::default(), group: None };
    node.group = frame_at(diagram, card(&node).centre()).map(|g| g.id.clone());
    (step(format!("Add {}", node.name), [Edit::AddNode { node }]), id)
}

/// Removes what is selected, and the links of removed nodes. What is in a group stays, unless the group is shown as one card.
pub fn delete(diagram: &Document, selection: &Selection) -> Step {
    let closed = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id) && g.is_closed()).map(|g| g.id.clone());
    let within = groups::with_contents(diagram, &Selection { groups: closed.gather(), ..Selection::default() });
    let gone: BTreeSet<String> = selection.nodes.union(&within.nodes).cloned().gather();
    let links: Vec<_> =
        diagram.links.iter().filter(|l| selection.links.contains(&l.id) || gone.contains(&l.from) || gone.contains(&l.to)).collect();
    let nodes: Vec<_> = diagram.nodes.iter().filter(|n| gone.contains(&n.id)).collect();
    let frames: BTreeSet<String> =
        diagram.groups.iter().map(|g| &g.id).filter(|id| selection.groups.contains(*id) || within.groups.contains(*id)).cloned().gather();
    let notes: Vec<_> = diagram.notes.iter().filter(|n| selection.notes.contains(&n.id)).collect();
    let label = match (nodes.as_slice(), links.len(), frames.len(), notes.len()) {
        ([], 1, 0, 0) => format!("Delete the link {}", link_name(diagram, &links[0].id)),
        ([], n, 0, 0) => format!("Delete {n} links"),
        ([node], _, 0, 0) => format!("Delete {}", node.name),
        (nodes, _, 0, 0) => format!("Delete {} components", nodes.len()),
        ([], 0, 1, 0) => format!("Delete the group {}", frames.first().map(|id| group_name(diagram, id)).unwrap_or_default()),
        ([], 0, 0, 1) => "Delete a note".to_string(),
        (nodes, links, frames, notes) => {
            let links = if nodes.is_empty() { links } else { 0 };
            format!("Delete {} things", nodes.len() + links + frames + notes)
        }
    };
    let mut edits: Vec<Edit> = links.iter().map(|l| Edit::RemoveLink { id: l.id.clone() }).collect();
    edits.extend(nodes.iter().map(|n| Edit::RemoveNode { id: n.id.clone() }));
    edits.extend(groups::dissolve(diagram, &frames, &gone));
    edits.extend(notes.iter().map(|n| Edit::RemoveNote { id: n.id.clone() }));
    step(label, edits)
}

/// Sets a node's parameter; null, or the default, resets it.
pub fn set_node_param(diagram: &Document, id: &str, param: &str, value: Json) -> Step {
    let kind = diagram.node(id).and_then(|n| components::kind(&n.kind));
    let specs = kind.map(|k| k.params()).unwrap_or_default();
    let (label, value) = setting(&specs, param, value, &node_name(diagram, id));
    step(label, [Edit::SetNodeParam { id: id.into(), param: param.into(), value }])
}

/// Sets a parameter of many nodes, of those that have it, as one step; null, or the default, resets it.
pub fn set_param_of_many(diagram: &Document, nodes: &BTreeSet<String>, param: &str, value: &Json) -> Step {
    let mut edits = Vec::new();
    let mut specs_of_one = Vec::new();
    for node in diagram.nodes.iter().filter(|n| nodes.contains(&n.id)) {
        let specs = components::kind(&node.kind).map(|k| k.params()).unwrap_or_default();
        if specs.iter().any(|s| s.name == param) {
            let (_, value) = setting(&specs, param, value.clone(), &node.name);
            edits.push(Edit::SetNodeParam { id: node.id.clone(), param: param.into(), value });
            specs_of_one = specs;
        }
    }
    let of = match edits.as_slice() {
        [Edit::SetNodeParam { id, .. }] => node_name(diagram, id),
        _ => format!("{} components", edits.len()),
    };
    step(setting(&specs_of_one, param, value.clone(), &of).0, edits)
}

/// Sets a link's parameter; null, or the default, resets it.
pub fn set_link_param(diagram: &Document, id: &str, param: &str, value: Json) -> Step {
    let (label, value) = setting(&components::link::specs(), param, value, &link_name(diagram, id));
    step(label, [Edit::SetLinkParam { id: id.into(), param: param.into(), value }])
}

/// What setting a parameter is called, and the value as it is kept.
fn setting(specs: &[ParamSpec], param: &str, value: Json, of: &str) -> (String, Json) {
    let spec = specs.iter().find(|s| s.name == param);
    let shown = spec.map_or(param.to_string(), |s| lower_first(s.label));
    let value = match spec {
        Some(s) if same_value(&s.default, &value) => Json::Null,
        _ => value,
    };
    match value.is_null() {
        true => (format!("Reset {shown} of {of}"), value),
        false => (format!("Set {shown} of {of}"), value),
    }
}

/// Equal as a reader of the file would see it: 4 and 4.0 are the same.
pub fn same_value(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|other| same_value(v, other)))
        }
        _ => a == b,
    }
}

/// Gives a node another name. Spaces around it and line breaks are left out.
pub fn rename(diagram: &Document, id: &str, name: &str) -> Result<Step, String> {
    let name = one_line(name)?;
    Ok(step(format!("Rename {} to {name}", node_name(diagram, id)), [Edit::Rename { id: id.into(), name }]))
}

/// A text as a name can hold it: spaces around it and line breaks are left out. The error says why it is none.
fn one_line(text: &str) -> Result<String, String> {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.trim() {
        "" => Err("A name is needed; the previous one is kept".into()),
        name if name.chars().count() > MAX_NAME => Err(format!("A name has at most {MAX_NAME} characters; the previous one is kept")),
        name => Ok(name.to_string()),
    }
}

fn fault(label: String, fault: Fault) -> Step {
    Step { label, entries: vec![Entry::Fault(fault)] }
}

/// Stops a node; what it had in flight is lost.
pub fn crash(diagram: &Document, id: &str) -> Step {
    fault(format!("Crash {}", node_name(diagram, id)), Fault::Crash { node: id.into() })
}

/// Starts a crashed node.
pub fn restart(diagram: &Document, id: &str) -> Step {
    fault(format!("Restart {}", node_name(diagram, id)), Fault::Restart { node: id.into() })
}

/// Makes a node's service take `factor` times as long; 1 is normal.
pub fn slow(diagram: &Document, id: &str, factor: f64) -> Step {
    let name = node_name(diagram, id);
    let label = match factor == 1.0 {
        true => format!("Bring {name} back to normal speed"),
        false => format!("Slow {name} ×{factor}"),
    };
    fault(label, Fault::Slow { node: id.into(), factor })
}

/// Cuts a link: whatever travels on it is dropped silently.
pub fn cut(diagram: &Document, id: &str) -> Step {
    fault(format!("Cut {}", link_name(diagram, id)), Fault::Cut { link: id.into() })
}

/// Mends a cut link.
pub fn mend(diagram: &Document, id: &str) -> Step {
    fault(format!("Mend {}", link_name(diagram, id)), Fault::Mend { link: id.into() })
}

/// Empties a cache.
pub fn flush(diagram: &Document, id: &str) -> Step {
    fault(format!("Flush {}", node_name(diagram, id)), Fault::Flush { node: id.into() })
}

/// A node's name, or its id if it is not there.
pub fn node_name(diagram: &Document, id: &str) -> String {
    match member(id) {
        (node, Some(number)) => format!("{} #{number}", node_name(diagram, node)),
        _ => diagram.node(id).map_or(id, |n| &n.name).to_string(),
    }
}

/// `Balancer → Orders 1`, or the id if the link is not there.
pub fn link_name(diagram: &Document, id: &str) -> String {
    match diagram.link(id) {
        Some(link) => format!("{} → {}", node_name(diagram, &link.from), node_name(diagram, &link.to)),
        None => id.to_string(),
    }
}

/// The text with its first letter small, unless it starts with an abbreviation: `Service time`, but `TTL`.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain([second]).chain(chars).collect(),
        _ => text.to_string(),
    }
}

/// Ids or names of which some are taken, to give out others. Remembers how far each row of numbers has come, so that
/// giving out many is quick.
pub(super) struct Fresh {
    taken: BTreeSet<String>,
    /// The next number of a row, by what stands before the number.
    next: BTreeMap<String, u32>,
    mark: char,
    /// Length of what stands before a number, and of all.
    lengths: (usize, usize),
}

impl Fresh {
    /// Gives out ids beside these: `orders`, `orders-2`, never too long.
    pub(super) fn ids<'a>(taken: impl Iterator<Item = &'a String>) -> Fresh {
        Fresh { taken: taken.cloned().gather(), next: BTreeMap::new(), mark: '-', lengths: (MAX_ID - 6, MAX_ID) }
    }

    /// Gives out names beside these: `Orders`, `Orders 2`, never too long.
    pub(super) fn names<'a>(taken: impl Iterator<Item = &'a String>) -> Fresh {
        Fresh { taken: taken.cloned().gather(), next: BTreeMap::new(), mark: ' ', lengths: (MAX_NAME - 8, MAX_NAME - 8) }
    }

    /// Whether this is taken.
    pub(super) fn is_taken(&self, text: &str) -> bool {
        self.taken.contains(text)
    }

    /// Takes exactly this.
    pub(super) fn keep(&mut self, text: &str) -> String {
        self.taken.insert(text.into());
        text.into()
    }

    /// Takes `stem`, or the first of its row that is not taken.
    pub(super) fn take(&mut self, stem: &str) -> String {
        let clipped = |most: usize| stem.chars().take(most).collect::<String>();
        let plain = clipped(self.lengths.1);
        if !self.is_taken(&plain) {
            return self.keep(&plain);
        }
        let row = clipped(self.lengths.0);
        let mut number = self.next.get(&row).copied().unwrap_or(2);
        while self.is_taken(&format!("{row}{}{number}", self.mark)) {
            number += 1;
        }
        let text = self.keep(&format!("{row}{}{number}", self.mark));
        self.next.insert(row, number + 1);
        text
    }
}

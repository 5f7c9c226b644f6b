//! What a learner can do to a diagram, as steps: each says in its label what it does, and is performed by the editor.
//! Knows no history and no time; nothing here changes the diagram.

mod arrange;
mod connect;
mod copy;
mod dropping;
mod groups;
mod wiring;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::geometry::{card, frame_at, snap};
use super::{Selection, Step};
use crate::components;
use crate::diagram::param::ParamSpec;
use crate::diagram::read::{MAX_ID, MAX_NAME};
use crate::diagram::{Document, Edit, Entry, Fault, Node};

pub use arrange::{align, all_of, distribute, move_selection, named, Alignment, Axis};
pub(super) use connect::link_id;
pub use connect::{can_connect, connect};
pub use copy::{duplicate, duplicate_by};
pub(super) use copy::{outer_first, without_number, ASIDE};
pub use dropping::{drop_on_link, drop_selection, fit_group, home_of, insert_into_link};
pub use groups::{
    add_group, add_note, collapse, colour_notes, group_name, nodes_of_group, place_group, rename_group, resize_group, resize_note,
    set_group, ungroup, with_contents, write_note, NOTE,
};
pub use wiring::{add_and_connect, can_splice, kinds_for, reconnect, splice, End};

pub(super) fn step(label: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Step {
    Step { label: label.into(), entries: edits.into_iter().map(Entry::Edit).collect() }
}

/// Adds a node of a kind with its left top corner near a point, in the group on whose frame it lies; returns the step and the new node's id.
pub fn add_node(diagram: &Document, kind: &str, x: f64, y: f64) -> (Step, String) {
    let label = components::kind(kind).map_or(kind, |k| k.label);
    let id = fresh_id(&kind.replace('_', "-"), |id| diagram.node(id).is_some());
    let name = fresh_name(label, |name| diagram.nodes.iter().any(|n| n.name == name));
    let mut node = Node { id: id.clone(), kind: kind.into(), name, x: snap(x), y: snap(y), params: Default::default(), group: None };
    node.group = frame_at(diagram, card(&node).centre()).map(|g| g.id.clone());
    (step(format!("Add {}", node.name), [Edit::AddNode { node }]), id)
}

/// Removes what is selected, and the links of removed nodes. What is in a group stays, unless the group is shown as one card.
pub fn delete(diagram: &Document, selection: &Selection) -> Step {
    let closed = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id) && g.is_closed()).map(|g| g.id.clone());
    let within = groups::with_contents(diagram, &Selection { groups: closed.collect(), ..Selection::default() });
    let gone: BTreeSet<String> = selection.nodes.union(&within.nodes).cloned().collect();
    let links: Vec<_> =
        diagram.links.iter().filter(|l| selection.links.contains(&l.id) || gone.contains(&l.from) || gone.contains(&l.to)).collect();
    let nodes: Vec<_> = diagram.nodes.iter().filter(|n| gone.contains(&n.id)).collect();
    let frames: BTreeSet<String> =
        diagram.groups.iter().map(|g| &g.id).filter(|id| selection.groups.contains(*id) || within.groups.contains(*id)).cloned().collect();
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

/// Moves nodes by a distance; they land on the grid.
pub fn move_nodes<S: AsRef<str>>(diagram: &Document, ids: &[S], dx: f64, dy: f64) -> Step {
    let ids: BTreeSet<&str> = ids.iter().map(AsRef::as_ref).collect();
    let moved: Vec<_> = diagram.nodes.iter().filter(|n| ids.contains(n.id.as_str())).collect();
    let label = match moved.as_slice() {
        [node] => format!("Move {}", node.name),
        _ => format!("Move {} components", moved.len()),
    };
    step(label, moved.iter().map(|n| Edit::Move { id: n.id.clone(), x: snap(n.x + dx), y: snap(n.y + dy) }))
}

/// Sets a node's parameter; null, or the default, resets it.
pub fn set_node_param(diagram: &Document, id: &str, param: &str, value: Json) -> Step {
    let kind = diagram.node(id).and_then(|n| components::kind(&n.kind));
    let specs = kind.map(|k| (k.specs)()).unwrap_or_default();
    let (label, value) = setting(&specs, param, value, &node_name(diagram, id));
    step(label, [Edit::SetNodeParam { id: id.into(), param: param.into(), value }])
}

/// Sets a parameter of many nodes, of those that have it, as one step; null, or the default, resets it.
pub fn set_param_of_many(diagram: &Document, nodes: &BTreeSet<String>, param: &str, value: &Json) -> Step {
    let mut label = String::new();
    let mut entries = Vec::new();
    for node in diagram.nodes.iter().filter(|n| nodes.contains(&n.id)) {
        let has = components::kind(&node.kind).is_some_and(|k| (k.specs)().iter().any(|s| s.name == param));
        if has {
            let one = set_node_param(diagram, &node.id, param, value.clone());
            label = one.label;
            entries.extend(one.entries);
        }
    }
    if entries.len() > 1 {
        let stem = label.split(" of ").next().unwrap_or(&label);
        label = format!("{stem} of {} components", entries.len());
    }
    Step { label, entries }
}

/// Sets a link's parameter; null, or the default, resets it.
pub fn set_link_param(diagram: &Document, id: &str, param: &str, value: Json) -> Step {
    let (label, value) = setting(&components::link::specs(), param, value, &link_name(diagram, id));
    step(label, [Edit::SetLinkParam { id: id.into(), param: param.into(), value }])
}

fn setting(specs: &[ParamSpec], param: &str, value: Json, of: &str) -> (String, Json) {
    let spec = specs.iter().find(|s| s.name == param);
    let shown = spec.map_or(param.to_string(), |s| lower_first(s.label));
    let value = match spec {
        Some(s) if s.default == value => Json::Null,
        _ => value,
    };
    let verb = if value.is_null() { "Reset" } else { "Set" };
    (format!("{verb} {shown} of {of}"), value)
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
    diagram.node(id).map_or(id, |n| &n.name).to_string()
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

/// `stem`, or the first of `stem-2`, `stem-3`, … that is not taken; never too long.
pub(super) fn fresh_id(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    let fits = |stem: &str, room: usize| stem.get(..stem.len().min(MAX_ID - room)).unwrap_or("n").to_string();
    let plain = fits(stem, 0);
    if !taken(&plain) {
        return plain;
    }
    let stem = fits(stem, 6);
    (2u32..).map(|n| format!("{stem}-{n}")).find(|id| !taken(id)).unwrap_or(plain)
}

/// `stem`, or the first of `stem 2`, `stem 3`, … that is not taken.
pub(super) fn fresh_name(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem: String = stem.chars().take(72).collect();
    if !taken(&stem) {
        return stem;
    }
    (2u32..).map(|n| format!("{stem} {n}")).find(|name| !taken(name)).unwrap_or(stem)
}

//! What a learner can do to a diagram, as steps: each says in its label what it does, and is performed by the editor.
//! Knows no history and no time; nothing here changes the diagram.

mod connect;
mod copy;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::geometry::snap;
use super::{Selection, Step};
use crate::components;
use crate::diagram::param::ParamSpec;
use crate::diagram::read::MAX_ID;
use crate::diagram::{Document, Edit, Entry, Fault, Node};

pub use connect::{can_connect, connect};
pub use copy::duplicate;

fn step(label: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Step {
    Step { label: label.into(), entries: edits.into_iter().map(Entry::Edit).collect() }
}

/// Adds a node of a kind with its left top corner near a point; returns the step and the new node's id.
pub fn add_node(diagram: &Document, kind: &str, x: f64, y: f64) -> (Step, String) {
    let label = components::kind(kind).map_or(kind, |k| k.label);
    let id = fresh_id(&kind.replace('_', "-"), |id| diagram.node(id).is_some());
    let name = fresh_name(label, |name| diagram.nodes.iter().any(|n| n.name == name));
    let node = Node { id: id.clone(), kind: kind.into(), name, x: snap(x), y: snap(y), params: Default::default() };
    (step(format!("Add {}", node.name), [Edit::AddNode { node }]), id)
}

/// Removes what is selected, and the links of removed nodes.
pub fn delete(diagram: &Document, selection: &Selection) -> Step {
    let gone = |id: &str| selection.nodes.contains(id);
    let links: Vec<_> = diagram.links.iter().filter(|l| selection.links.contains(&l.id) || gone(&l.from) || gone(&l.to)).collect();
    let nodes: Vec<_> = diagram.nodes.iter().filter(|n| gone(&n.id)).collect();
    let label = match (nodes.as_slice(), links.as_slice()) {
        ([], [link]) => format!("Delete the link {}", link_name(diagram, &link.id)),
        ([], _) => format!("Delete {} links", links.len()),
        ([node], _) => format!("Delete {}", node.name),
        _ => format!("Delete {} components", nodes.len()),
    };
    let edits = links.iter().map(|l| Edit::RemoveLink { id: l.id.clone() });
    step(label, edits.chain(nodes.iter().map(|n| Edit::RemoveNode { id: n.id.clone() })))
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
pub fn rename(diagram: &Document, id: &str, name: &str) -> Step {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name = name.trim().to_string();
    step(format!("Rename {} to {name}", node_name(diagram, id)), [Edit::Rename { id: id.into(), name }])
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
fn fresh_id(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    let fits = |stem: &str, room: usize| stem.get(..stem.len().min(MAX_ID - room)).unwrap_or("n").to_string();
    let plain = fits(stem, 0);
    if !taken(&plain) {
        return plain;
    }
    let stem = fits(stem, 6);
    (2u32..).map(|n| format!("{stem}-{n}")).find(|id| !taken(id)).unwrap_or(plain)
}

/// `stem`, or the first of `stem 2`, `stem 3`, … that is not taken.
fn fresh_name(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem: String = stem.chars().take(72).collect();
    if !taken(&stem) {
        return stem;
    }
    (2u32..).map(|n| format!("{stem} {n}")).find(|name| !taken(name)).unwrap_or(stem)
}

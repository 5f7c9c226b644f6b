//! Connecting two nodes, with the calling rules that their kinds suggest.
//! Does not judge what may be linked: the diagram's rules do.

use serde_json::{json, Value as Json};

use super::{fresh_id, node_name, step};
use crate::components;
use crate::diagram::param::Values;
use crate::diagram::read::can_link;
use crate::diagram::{Document, Edit, Link};
use crate::editor::Step;

/// Whether two nodes may be connected; the reason if not.
pub fn can_connect(diagram: &Document, from: &str, to: &str) -> Result<(), String> {
    can_link(diagram, from, to)
}

/// Connects two nodes; returns the step and the new link's id, or why they may not be connected.
///
/// A caller that uses a primary and now gets one of its replicas sends writes to the primary and each read to one of the
/// replicas: the same step sets both links so.
pub fn connect(diagram: &Document, from: &str, to: &str) -> Result<(Step, String), String> {
    can_link(diagram, from, to)?;
    let id = link_id(diagram, from, to);
    let mut link = Link { id: id.clone(), from: from.into(), to: to.into(), params: Values::new() };
    let mut label = format!("Connect {} to {}", node_name(diagram, from), node_name(diagram, to));
    let mut edits = Vec::new();
    if let Some(primary) = undivided_primary(diagram, from, to) {
        edits.push(Edit::SetLinkParam { id: primary.id.clone(), param: "when".into(), value: "write".into() });
        link.params = reads_from_one();
        label.push_str(&format!(" for reads; {} keeps the writes", node_name(diagram, &primary.to)));
    } else if joins_other_replicas(diagram, from, to) {
        link.params = reads_from_one();
        label.push_str(" for reads");
    }
    edits.push(Edit::AddLink { link });
    Ok((step(label, edits), id))
}

/// `from-to`, or as much of it as fits.
pub fn link_id(diagram: &Document, from: &str, to: &str) -> String {
    fresh_id(&format!("{from}-{to}"), |id| diagram.link(id).is_some())
}

fn reads_from_one() -> Values {
    [("when".to_string(), json!("read")), ("pick".to_string(), json!("one"))].into_iter().collect()
}

fn follows(diagram: &Document, id: &str) -> bool {
    diagram.node(id).and_then(|n| components::kind(&n.kind)).is_some_and(|k| k.ports.follows_log)
}

/// The caller's link to the primary that the replica follows.
fn primary_link<'a>(diagram: &'a Document, from: &str, replica: &str) -> Option<&'a Link> {
    if !follows(diagram, replica) || !calls(diagram, from) {
        return None;
    }
    let primaries = diagram.links.iter().filter(|l| l.to == replica && ships(diagram, &l.from));
    primaries.into_iter().find_map(|p| diagram.links.iter().find(|l| l.from == from && l.to == p.from))
}

fn calls(diagram: &Document, id: &str) -> bool {
    diagram.node(id).and_then(|n| components::kind(&n.kind)).is_some_and(|k| k.ports.calls && !k.ports.ships_log)
}

fn ships(diagram: &Document, id: &str) -> bool {
    diagram.node(id).and_then(|n| components::kind(&n.kind)).is_some_and(|k| k.ports.ships_log)
}

/// That link, if it still carries reads as well as writes.
fn undivided_primary<'a>(diagram: &'a Document, from: &str, replica: &str) -> Option<&'a Link> {
    primary_link(diagram, from, replica).filter(|l| match l.params.get("when") {
        None => true,
        Some(Json::String(when)) => when == "any",
        Some(_) => false,
    })
}

/// Whether the caller already sends its writes to the primary and reads elsewhere.
fn joins_other_replicas(diagram: &Document, from: &str, replica: &str) -> bool {
    primary_link(diagram, from, replica).is_some_and(|l| l.params.get("when").is_some_and(|w| w == "write"))
}

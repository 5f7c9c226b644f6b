//! Changing how links run: another end, a node put into a link, a new node at the end of a new link.
//! Does not judge what may be linked: the diagram's rules do.

use super::connect::link_id;
use super::{add_node, connect, link_name, node_name, step};
use crate::components;
use crate::diagram::{Document, Edit, Entry, Link};
use crate::editor::Step;
use crate::files::{can_link_as, can_reconnect};

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The caller.
    From,
    /// The called.
    To,
}

/// Leads an end of a link to another node; says why it may not lead there.
pub fn reconnect(diagram: &Document, link: &str, end: End, node: &str) -> Result<Step, String> {
    let old = diagram.link(link).ok_or_else(|| format!("there is no link {link}"))?;
    let (from, to) = match end {
        End::From => (node, old.to.as_str()),
        End::To => (old.from.as_str(), node),
    };
    can_reconnect(diagram, link, from, to)?;
    let label = format!("Lead {} to {} → {}", link_name(diagram, link), node_name(diagram, from), node_name(diagram, to));
    Ok(step(label, [Edit::Reconnect { link: link.into(), from: from.into(), to: to.into() }]))
}

/// Whether a node may be put into a link: it has no links yet, and both halves are links that may be. Why not, if not.
pub fn can_splice(diagram: &Document, node: &str, link: &str) -> Result<(), String> {
    let old = diagram.link(link).ok_or_else(|| format!("there is no link {link}"))?;
    if diagram.links.iter().any(|l| l.from == node || l.to == node) {
        return Err(format!("{} has links already", node_name(diagram, node)));
    }
    can_reconnect(diagram, link, &old.from, node)?;
    can_link_as(diagram, Some(link), node, &old.to, &Default::default())
}

/// Puts a node into a link: the link ends at the node, and a new one goes on from there.
pub fn splice(diagram: &Document, node: &str, link: &str) -> Result<Step, String> {
    can_splice(diagram, node, link)?;
    let old = diagram.link(link).ok_or_else(|| format!("there is no link {link}"))?;
    let rest = Link { id: link_id(diagram, node, &old.to), from: node.into(), to: old.to.clone(), params: Default::default() };
    let label = format!("Put {} into {}", node_name(diagram, node), link_name(diagram, link));
    let first = Edit::Reconnect { link: link.into(), from: old.from.clone(), to: node.into() };
    Ok(step(label, [first, Edit::AddLink { link: rest }]))
}

/// The kinds of which a new node may be linked from (or, with [`End::From`], to) a node: what an open end may lead to.
pub fn kinds_for(diagram: &Document, node: &str, end: End) -> Vec<&'static components::Kind> {
    let fits = |kind: &&components::Kind| add_and_connect(diagram, node, end, kind.id, 0.0, 0.0).is_ok();
    components::kinds().iter().filter(fits).collect()
}

/// Adds a node at a point and links it with another, as one step; returns the step and the new node's id.
pub fn add_and_connect(diagram: &Document, other: &str, end: End, kind: &str, x: f64, y: f64) -> Result<(Step, String), String> {
    let (mut made, id) = add_node(diagram, kind, x, y);
    let mut after = diagram.clone();
    for entry in &made.entries {
        if let Entry::Edit(edit) = entry {
            after.apply(edit)?;
        }
    }
    let (linked, _) = match end {
        End::To => connect(&after, other, &id)?,
        End::From => connect(&after, &id, other)?,
    };
    made.label = format!("{} and connect it", made.label);
    made.entries.extend(linked.entries);
    Ok((made, id))
}

//! Connecting two nodes, with the calling rules that their kinds suggest.
//! Does not judge what may be linked: the diagram's rules do.

use super::{node_name, step, Fresh};
use crate::components;
use crate::diagram::param::Values;
use crate::diagram::{Document, Edit, Link};
use crate::editor::Step;
use crate::engine::link::Role;
use crate::files::{can_link, free_operations};

/// Whether two nodes may be connected; the reason if not.
pub fn can_connect(diagram: &Document, from: &str, to: &str) -> Result<(), String> {
    can_link(diagram, from, to)
}

/// Connects two nodes; returns the step and the new link's id, or why they may not be connected. Beside a link that carries
/// only reads or only writes, a second one carries the others, with a policy of its own.
///
/// A caller that uses a primary and one of its replicas sends writes to the primary and each read to one of the
/// replicas: the step that completes such a triangle sets its links so, where they still carry everything.
pub fn connect(diagram: &Document, from: &str, to: &str) -> Result<(Step, String), String> {
    let free = free_operations(diagram, None, from, to)?;
    let id = link_id(diagram, from, to);
    let mut after = diagram.clone();
    let mut new = Link { id: id.clone(), from: from.into(), to: to.into(), params: Values::new() };
    let mut edits = Vec::new();
    // What the new link is for, and what the others get.
    let (mut own, mut others) = (None, Vec::new());
    if free != "any" {
        own = Some(free);
        new.params.insert("when".into(), free.into());
    }
    after.links.push(new);
    for Setting { link, param, value } in divided(&after, &id) {
        let Some(target) = after.links.iter_mut().find(|l| l.id == link) else { continue };
        target.params.insert(param.into(), value.into());
        let is_new = link == id;
        match param {
            "when" if is_new => own = Some(value),
            "when" => others.push((node_name(diagram, &target.to), value)),
            _ => {}
        }
        if !is_new {
            edits.push(Edit::SetLinkParam { id: link, param: param.into(), value: value.into() });
        }
    }
    edits.extend(after.links.pop().map(|link| Edit::AddLink { link }));
    let label = connecting(&node_name(diagram, from), &node_name(diagram, to), own, &others);
    Ok((step(label, edits), id))
}

/// `Connect Orders to Replica for reads; Primary gets the writes`.
fn connecting(from: &str, to: &str, own: Option<&str>, others: &[(String, &str)]) -> String {
    let rest = others.iter().rev().fold(String::new(), |rest, (name, value)| match (*value, rest.is_empty()) {
        ("read", true) => format!("{name} gets the reads"),
        ("read", false) => format!("{name} gets the reads; {rest}"),
        (_, true) => format!("{name} gets the writes"),
        (_, false) => format!("{name} gets the writes; {rest}"),
    });
    match (own, rest.is_empty()) {
        (None, true) => format!("Connect {from} to {to}"),
        (None, false) => format!("Connect {from} to {to}; {rest}"),
        (Some("read"), true) => format!("Connect {from} to {to} for reads"),
        (Some("read"), false) => format!("Connect {from} to {to} for reads; {rest}"),
        (Some(_), true) => format!("Connect {from} to {to} for writes"),
        (Some(_), false) => format!("Connect {from} to {to} for writes; {rest}"),
    }
}

struct Setting {
    link: String,
    param: &'static str,
    value: &'static str,
}

/// How the links of the triangles that a new link completes divide reads and writes.
fn divided(after: &Document, new: &str) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut set = |link: &Link, param, value| {
        let known = settings.iter().any(|s| s.link == link.id && s.param == param);
        if !known && !link.params.contains_key(param) {
            settings.push(Setting { link: link.id.clone(), param, value });
        }
    };
    let logs = after.links.iter().filter(|l| ships_log(after, l));
    for log in logs {
        for to_replica in after.links.iter().filter(|l| l.to == log.to && l.from != log.from) {
            let primary = after.links.iter().find(|l| l.from == to_replica.from && l.to == log.from);
            let Some(to_primary) = primary.filter(|p| [&p.id, &to_replica.id, &log.id].iter().any(|id| *id == new)) else {
                continue;
            };
            if carries(to_primary, "write") && carries(to_replica, "read") {
                // What the new link is for comes first in the step's label.
                if to_primary.id == new {
                    set(to_primary, "when", "write");
                }
                set(to_replica, "when", "read");
                set(to_replica, "pick", "one");
                set(to_primary, "when", "write");
            }
        }
    }
    settings
}

/// Whether a link carries everything, or just these operations.
fn carries(link: &Link, operations: &str) -> bool {
    link.params.get("when").is_none_or(|when| when == "any" || when == operations)
}

/// Whether a link ships a replication log.
fn ships_log(diagram: &Document, link: &Link) -> bool {
    let kind = |id: &str| diagram.node(id).map_or("", |n| n.kind.as_str());
    components::role_between(kind(&link.from), kind(&link.to)) == Ok(Role::Log)
}

/// `from-to`, or as much of it as fits.
pub(super) fn link_id(diagram: &Document, from: &str, to: &str) -> String {
    Fresh::ids(diagram.links.iter().map(|l| &l.id)).take(&format!("{from}-{to}"))
}

//! The rules that every document keeps: ids, ranges, links that make sense, no cycles, a journal that fits the diagram.
//! One place for them: the reader, the editor and the command-line tool all ask here.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;

use super::fields::clip;
use super::{frames, tree, Problem};
use super::{MAX_COORDINATE, MAX_GROUPS, MAX_ID, MAX_JOURNAL, MAX_LINKS, MAX_NAME, MAX_NODES, MAX_NOTES, MAX_TITLE};
use crate::components;
use crate::diagram::param::{ParamSpec, Values};
use crate::diagram::{Document, Edit, Entry, Fault, Link, Node, View};
use crate::engine::link::Role;
use crate::engine::time::MAX_DURATION;
use crate::engine::SimTime;

/// Checks a whole document: the diagram at time zero, then the journal by applying its entries in order.
pub fn validate(doc: &Document) -> Result<(), Problem> {
    if doc.title.chars().count() > MAX_TITLE || doc.title.chars().any(char::is_control) {
        return Err(Problem::new("title", format!("must be one line of at most {MAX_TITLE} characters")));
    }
    check_view(&doc.view)?;
    check_moment(doc.moment).map_err(|m| Problem::new("moment_ns", m))?;
    for (list, len, limit) in [
        ("nodes", doc.nodes.len(), MAX_NODES),
        ("links", doc.links.len(), MAX_LINKS),
        ("groups", doc.groups.len(), MAX_GROUPS),
        ("notes", doc.notes.len(), MAX_NOTES),
        ("journal", doc.journal.len(), MAX_JOURNAL),
    ] {
        if len > limit {
            return Err(Problem::new(list, tree::too_many(list, limit)));
        }
    }
    check_nodes(doc)?;
    check_links(doc)?;
    frames::check_all(doc)?;
    check_journal(doc)
}

fn check_view(view: &View) -> Result<(), Problem> {
    for (name, value, max) in [("x", view.x, 10.0 * MAX_COORDINATE), ("y", view.y, 10.0 * MAX_COORDINATE)] {
        within(value, -max, max).map_err(|m| Problem::new(format!("view.{name}"), m))?;
    }
    within(view.zoom, 0.1, 4.0).map_err(|m| Problem::new("view.zoom", m))
}

fn check_moment(at: SimTime) -> Result<(), String> {
    match at.0 <= MAX_DURATION.0 {
        true => Ok(()),
        false => Err(format!("is {}, it must be at most {} (a year)", at.0, MAX_DURATION.0)),
    }
}

fn check_nodes(doc: &Document) -> Result<(), Problem> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut specs: FxHashMap<&str, Vec<ParamSpec>> = FxHashMap::default();
    for (i, node) in doc.nodes.iter().enumerate() {
        let at = format!("nodes[{i}]");
        check_node(node, &mut specs).map_err(|p| under(&at, p))?;
        if let Some(first) = seen.insert(&node.id, i) {
            return Err(Problem::new(format!("{at}.id"), format!("is \"{}\", which nodes[{first}] already has", node.id)));
        }
    }
    Ok(())
}

fn check_node<'a>(node: &'a Node, specs: &mut FxHashMap<&'a str, Vec<ParamSpec>>) -> Result<(), Problem> {
    check_id(&node.id).map_err(|m| Problem::new("id", m))?;
    check_id(&node.kind).map_err(|m| Problem::new("kind", m))?;
    check_name(&node.name).map_err(|m| Problem::new("name", m))?;
    check_position(node.x, node.y)?;
    match components::kind(&node.kind) {
        None => Ok(()),
        Some(kind) => {
            let specs = specs.entry(&node.kind).or_insert_with(kind.specs);
            check_params(&node.params, specs, kind.label).map_err(|p| under("params", p))
        }
    }
}

pub(super) fn check_position(x: f64, y: f64) -> Result<(), Problem> {
    within(x, -MAX_COORDINATE, MAX_COORDINATE).map_err(|m| Problem::new("x", m))?;
    within(y, -MAX_COORDINATE, MAX_COORDINATE).map_err(|m| Problem::new("y", m))
}

fn check_params(params: &Values, specs: &[ParamSpec], owner: &str) -> Result<(), Problem> {
    params.iter().try_for_each(|(name, value)| check_param(name, value, specs, owner))
}

fn check_param(name: &str, value: &Json, specs: &[ParamSpec], owner: &str) -> Result<(), Problem> {
    let owner = owner.to_lowercase();
    match specs.iter().find(|s| s.name == name) {
        Some(spec) => spec.check(value).map_err(|m| Problem::new(name, m)),
        None => {
            let known: Vec<_> = specs.iter().map(|s| s.name).collect();
            let known = if known.is_empty() { "it has none".into() } else { format!("known are {}", known.join(", ")) };
            Err(Problem::new(clip(name), format!("is not a parameter of a {owner}; {known}")))
        }
    }
}

fn check_links(doc: &Document) -> Result<(), Problem> {
    let specs = components::link::specs();
    let kinds: FxHashMap<&str, &Node> = doc.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
    let mut ids: FxHashMap<&str, usize> = FxHashMap::default();
    let mut ends: FxHashMap<(&str, &str), usize> = FxHashMap::default();
    let mut followed: FxHashMap<&str, &str> = FxHashMap::default();
    for (i, link) in doc.links.iter().enumerate() {
        let at = format!("links[{i}]");
        check_id(&link.id).map_err(|m| Problem::new(format!("{at}.id"), m))?;
        if let Some(first) = ids.insert(&link.id, i) {
            return Err(Problem::new(format!("{at}.id"), format!("is \"{}\", which links[{first}] already has", link.id)));
        }
        let end = |name: &str, id: &str| kinds.get(id).copied().ok_or_else(|| Problem::new(format!("{at}.{name}"), absent("node", id)));
        let (from, to) = (end("from", &link.from)?, end("to", &link.to)?);
        ends_fit(from, to).map_err(|m| Problem::new(&at, m))?;
        if let Some(first) = ends.insert((&link.from, &link.to), i) {
            let message = format!("goes from {} to {}, as links[{first}] already does", link.from, link.to);
            return Err(Problem::new(at, message));
        }
        if ships_log(from, to) {
            if let Some(primary) = followed.insert(&to.id, &from.id) {
                return Err(Problem::new(at, format!("{} already follows {primary}", to.id)));
            }
        }
        check_params(&link.params, &specs, "link").map_err(|p| under(&at, under("params", p)))?;
    }
    match cycle(doc) {
        None => Ok(()),
        Some(ids) => Err(Problem::new("links", format!("calls go round in a circle: {}", ids.join(" → ")))),
    }
}

fn check_journal(doc: &Document) -> Result<(), Problem> {
    if doc.journal.is_empty() {
        return Ok(());
    }
    let mut now = Document { journal: Vec::new(), ..doc.clone() };
    let mut last = SimTime::ZERO;
    for (i, (at, entry)) in doc.journal.iter().enumerate() {
        let path = format!("journal[{i}]");
        let time = |message: String| Problem::new(format!("{path}.at_ns"), message);
        check_moment(*at).map_err(time)?;
        if *at < last {
            return Err(time(format!("is {}, before the entry above it ({}); entries are in order of time", at.0, last.0)));
        }
        last = *at;
        match entry {
            Entry::Fault(fault) => check_fault(&now, fault).map_err(|p| under(&path, p))?,
            Entry::Edit(edit) => {
                if !edit.changes_the_run() {
                    return Err(Problem::new(path, "this edit does not change the run, so it is not in the journal"));
                }
                check_edit(&now, edit).map_err(|p| under(&path, p))?;
                now.apply(edit).map_err(|m| Problem::new(path, m))?;
            }
        }
    }
    Ok(())
}

/// Whether an edit may be applied to the diagram `doc` (its journal is not looked at). Paths are within the edit.
pub fn check_edit(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    match edit {
        Edit::AddNode { node } => {
            check_node(node, &mut FxHashMap::default()).map_err(|p| under("node", p))?;
            if doc.node(&node.id).is_some() {
                return Err(Problem::new("node.id", format!("there is already a node \"{}\"", node.id)));
            }
            frames::exists(doc, "node.group", node.group.as_deref())?;
            room(doc.nodes.len(), "nodes", MAX_NODES)
        }
        Edit::RemoveNode { id } => {
            node_of(doc, "id", id)?;
            match doc.links.iter().find(|l| l.from == *id || l.to == *id) {
                Some(link) => Err(Problem::new("id", format!("node \"{id}\" still has link \"{}\"", link.id))),
                None => Ok(()),
            }
        }
        Edit::AddLink { link } => {
            check_id(&link.id).map_err(|m| Problem::new("link.id", m))?;
            if doc.link(&link.id).is_some() {
                return Err(Problem::new("link.id", format!("there is already a link \"{}\"", link.id)));
            }
            node_of(doc, "link.from", &link.from)?;
            node_of(doc, "link.to", &link.to)?;
            can_link(doc, &link.from, &link.to).map_err(|m| Problem::new("link", m))?;
            check_params(&link.params, &components::link::specs(), "link").map_err(|p| under("link.params", p))?;
            room(doc.links.len(), "links", MAX_LINKS)
        }
        Edit::RemoveLink { id } => link_of(doc, "id", id).map(|_| ()),
        Edit::Reconnect { link, from, to } => {
            link_of(doc, "link", link)?;
            node_of(doc, "from", from)?;
            node_of(doc, "to", to)?;
            can_reconnect(doc, link, from, to).map_err(|m| Problem::new("link", m))
        }
        Edit::SetNodeParam { id, param, value } => {
            let node = node_of(doc, "id", id)?;
            match components::kind(&node.kind) {
                Some(kind) => check_setting(param, value, &(kind.specs)(), kind.label),
                None => Ok(()),
            }
        }
        Edit::SetLinkParam { id, param, value } => {
            link_of(doc, "id", id)?;
            check_setting(param, value, &components::link::specs(), "link")
        }
        Edit::Rename { id, name } => {
            node_of(doc, "id", id)?;
            check_name(name).map_err(|m| Problem::new("name", m))
        }
        Edit::Move { id, x, y } => {
            node_of(doc, "id", id)?;
            check_position(*x, *y)
        }
        Edit::SetGroup { node, .. } => {
            node_of(doc, "node", node)?;
            frames::check_edit(doc, edit)
        }
        _ => frames::check_edit(doc, edit),
    }
}

fn check_setting(param: &str, value: &Json, specs: &[ParamSpec], owner: &str) -> Result<(), Problem> {
    match specs.iter().find(|s| s.name == param) {
        // Null resets, so it fits every parameter that there is.
        Some(_) if value.is_null() => Ok(()),
        Some(spec) => spec.check(value).map_err(|m| Problem::new("value", format!("{param} {m}"))),
        None => check_param(param, value, specs, owner).map_err(|p| Problem::new("param", format!("{} {}", clip(param), p.message))),
    }
}

pub(super) fn room(len: usize, list: &str, limit: usize) -> Result<(), Problem> {
    match len < limit {
        true => Ok(()),
        false => Err(Problem::new("", format!("there may be at most {limit} {list}"))),
    }
}

/// Whether a fault names something that it can happen to. Paths are within the fault.
pub fn check_fault(doc: &Document, fault: &Fault) -> Result<(), Problem> {
    match fault {
        Fault::Crash { node } | Fault::Restart { node } => node_of(doc, "node", node).map(|_| ()),
        Fault::Slow { node, factor } => {
            node_of(doc, "node", node)?;
            within(*factor, 0.01, 1000.0).map_err(|m| Problem::new("factor", m))
        }
        Fault::Cut { link } | Fault::Mend { link } => link_of(doc, "link", link).map(|_| ()),
        Fault::Flush { node } => match components::kind(&node_of(doc, "node", node)?.kind) {
            Some(kind) if !kind.can_flush => {
                let message = format!("\"{node}\" is a {}, only a cache can be flushed", kind.label.to_lowercase());
                Err(Problem::new("node", message))
            }
            _ => Ok(()),
        },
    }
}

/// Whether a link from `from` to `to` may be added to the diagram; the reason if not, in the learner's words.
pub fn can_link(doc: &Document, from: &str, to: &str) -> Result<(), String> {
    can_link_without(doc, None, from, to)
}

/// As [`can_link`], were the link `without` not there.
pub fn can_link_without(doc: &Document, without: Option<&str>, from: &str, to: &str) -> Result<(), String> {
    let node = |id: &str| doc.node(id).ok_or_else(|| absent("node", id));
    let (from, to) = (node(from)?, node(to)?);
    ends_fit(from, to)?;
    let links = || doc.links.iter().filter(|l| Some(l.id.as_str()) != without);
    if links().any(|l| l.from == from.id && l.to == to.id) {
        return Err(format!("{} is already linked to {}", from.name, to.name));
    }
    if ships_log(from, to) {
        let other = links().filter(|l| l.to == to.id).filter_map(|l| doc.node(&l.from));
        if let Some(primary) = other.into_iter().find(|p| ships_log(p, to)) {
            return Err(format!("{} already follows {}", to.name, primary.name));
        }
    }
    match circle(links(), &from.id, &to.id) {
        None => Ok(()),
        Some(ids) => {
            let names: Vec<_> = ids.iter().filter_map(|id| doc.node(id)).map(|n| n.name.as_str()).collect();
            Err(format!("calls would go round in a circle: {}", names.join(" → ")))
        }
    }
}

/// Whether a link may go from `from` to `to` instead; the reason if not, in the learner's words.
pub fn can_reconnect(doc: &Document, link: &str, from: &str, to: &str) -> Result<(), String> {
    match doc.link(link) {
        // Undoing finds the ends as they are.
        Some(old) if old.from == from && old.to == to => Ok(()),
        _ => can_link_without(doc, Some(link), from, to),
    }
}

fn ends_fit(from: &Node, to: &Node) -> Result<(), String> {
    if from.id == to.id {
        return Err(format!("{} cannot be linked to itself", from.name));
    }
    match components::kind(&from.kind).is_some() && components::kind(&to.kind).is_some() {
        true => components::can_connect(&from.kind, &to.kind),
        false => Ok(()),
    }
}

/// Whether a link between these two would carry a replication log.
fn ships_log(from: &Node, to: &Node) -> bool {
    components::role_between(&from.kind, &to.kind) == Ok(Role::Log)
}

/// The circle that a link from `from` to `to` would close, as ids that begin and end with `from`.
pub fn cycle_through(doc: &Document, from: &str, to: &str) -> Option<Vec<String>> {
    circle(doc.links.iter(), from, to)
}

fn circle<'a>(links: impl Iterator<Item = &'a Link>, from: &'a str, to: &'a str) -> Option<Vec<String>> {
    if from == to {
        return Some(vec![from.into(), to.into()]);
    }
    let mut out: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for link in links {
        out.entry(&link.from).or_default().push(&link.to);
    }
    // Depth first with an explicit stack; `came` remembers the way back.
    let mut came: FxHashMap<&str, &str> = FxHashMap::default();
    let mut stack = vec![to];
    while let Some(id) = stack.pop() {
        if id == from {
            let mut path = vec![from];
            let mut at = from;
            while at != to {
                at = came.get(at).copied()?;
                path.push(at);
            }
            path.push(from);
            path.reverse();
            return Some(path.into_iter().map(String::from).collect());
        }
        for next in out.get(id).into_iter().flatten() {
            if *next != to && !came.contains_key(next) {
                came.insert(next, id);
                stack.push(next);
            }
        }
    }
    None
}

/// Some circle of links, if there is one, as ids that begin and end with the same node.
fn cycle(doc: &Document) -> Option<Vec<&str>> {
    let mut incoming: FxHashMap<&str, usize> = FxHashMap::default();
    let mut out: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for link in &doc.links {
        *incoming.entry(&link.to).or_default() += 1;
        out.entry(&link.from).or_default().push(&link.to);
    }
    // Peel off nodes that nothing left calls; what cannot be peeled off holds a circle.
    let mut ready: Vec<&str> = doc.nodes.iter().map(|n| n.id.as_str()).filter(|id| !incoming.contains_key(id)).collect();
    let mut left: FxHashSet<&str> = doc.nodes.iter().map(|n| n.id.as_str()).collect();
    while let Some(id) = ready.pop() {
        left.remove(id);
        for next in out.get(id).into_iter().flatten() {
            if let Some(count) = incoming.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(next);
                }
            }
        }
    }
    // Every node left has a caller that is left, so walking backwards must come round.
    let mut caller: FxHashMap<&str, &str> = FxHashMap::default();
    for link in doc.links.iter().filter(|l| left.contains(l.from.as_str()) && left.contains(l.to.as_str())) {
        caller.entry(&link.to).or_insert(&link.from);
    }
    let mut walk = vec![doc.nodes.iter().map(|n| n.id.as_str()).find(|id| left.contains(id))?];
    while let Some(next) = caller.get(walk.last()?) {
        if let Some(start) = walk.iter().position(|id| id == next) {
            let mut ring = walk.split_off(start);
            ring.push(next);
            ring.reverse();
            return Some(ring);
        }
        walk.push(next);
    }
    None
}

fn node_of<'a>(doc: &'a Document, at: &str, id: &str) -> Result<&'a Node, Problem> {
    doc.node(id).ok_or_else(|| Problem::new(at, absent("node", id)))
}

fn link_of<'a>(doc: &'a Document, at: &str, id: &str) -> Result<&'a Link, Problem> {
    doc.link(id).ok_or_else(|| Problem::new(at, absent("link", id)))
}

pub(super) fn absent(what: &str, id: &str) -> String {
    format!("there is no {what} \"{}\"", clip(id))
}

pub(super) fn check_id(id: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !id.is_empty() && id.len() <= MAX_ID && id.chars().all(fine) {
        true => Ok(()),
        false => Err(format!("is \"{}\", it must be 1 to {MAX_ID} letters, digits, - and _", clip(id))),
    }
}

pub(super) fn check_name(name: &str) -> Result<(), String> {
    match !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(format!("is \"{}\", it must be one line of 1 to {MAX_NAME} characters", clip(name))),
    }
}

pub(super) fn within(value: f64, min: f64, max: f64) -> Result<(), String> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(format!("is {value}, it must be from {min} to {max}")),
    }
}

pub(super) fn under(at: &str, inner: Problem) -> Problem {
    let at = if inner.at.is_empty() { at.to_string() } else { format!("{at}.{}", inner.at) };
    Problem::new(at, inner.message)
}

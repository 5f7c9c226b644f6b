//! The rules of links: ends that exist and fit, one link for each operation between two nodes, no circles of calls.
//! Knows no journal.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;

use super::checks::{absent, check_id, param_problems};
use super::problems::Found;
use super::Problem;
use crate::components;
use crate::diagram::param::{Field as _, Values};
use crate::diagram::{Document, Link, Node};
use crate::engine::link::{Role, When};

/// Checks all links of a document.
pub fn check_all(doc: &Document, found: &Found) {
    let specs = components::link::specs();
    let nodes: FxHashMap<&str, &Node> = doc.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
    // A node whose id could not be read may be the one that a link leads to.
    let nameless = nodes.contains_key("");
    let mut ids: FxHashMap<&str, usize> = FxHashMap::default();
    let mut ends: FxHashMap<(&str, &str), Vec<usize>> = FxHashMap::default();
    let mut followed: FxHashMap<&str, &str> = FxHashMap::default();
    let mut fitting: Vec<&Link> = Vec::new();
    for (i, link) in doc.links.iter().enumerate() {
        found.note_at(|| format!("links[{i}].id"), check_id(&link.id));
        if let Some(first) = ids.insert(&link.id, i) {
            found.add(Problem::new(format!("links[{i}].id"), format!("is \"{}\", which links[{first}] already has", link.id)));
        }
        let end = |name: &str, id: &str| {
            let node = nodes.get(id).copied();
            if node.is_none() && !nameless {
                found.add(Problem::new(format!("links[{i}].{name}"), absent("node", id)));
            }
            node
        };
        if let (Some(from), Some(to)) = (end("from", &link.from), end("to", &link.to)) {
            fitting.extend(found.note_at(|| format!("links[{i}]"), ends_fit(from, to)).map(|()| link));
            let beside = ends.entry((&link.from, &link.to)).or_default();
            let carried = carried(from, to, &link.params);
            let same = beside.iter().find(|b| doc.links.get(**b).is_some_and(|b| overlap(carried, self::carried(from, to, &b.params))));
            if let Some(first) = same {
                let message = format!("goes from {} to {}, as links[{first}] already does", link.from, link.to);
                found.add(Problem::new(format!("links[{i}]"), message));
            }
            beside.push(i);
            if ships_log(from, to) {
                if let Some(primary) = followed.insert(&to.id, &from.id).filter(|primary| *primary != from.id) {
                    found.add(Problem::new(format!("links[{i}]"), format!("{} already follows {primary}", to.id)));
                }
            }
        }
        param_problems(&link.params, &specs, "link").into_iter().for_each(|p| found.add(p.under(&format!("links[{i}]"))));
    }
    // Where two nodes have one id, nobody knows which of them is meant.
    let unique = nodes.len() == doc.nodes.len();
    if let Some(ids) = unique.then(|| cycle(doc, &fitting)).flatten() {
        found.add(Problem::new("links", format!("calls go round in a circle: {}", ids.join(" → "))));
    }
}

/// Which operations a link carries between two nodes: all, where its caller does not go by them.
fn carried(from: &Node, to: &Node, params: &Values) -> When {
    let Ok(role) = components::role_between(&from.kind, &to.kind) else { return When::Any };
    let goes_by_them = components::link_params(&from.kind, role, params).iter().any(|spec| spec.name == "when");
    let set = params.get("when").filter(|_| goes_by_them);
    set.and_then(When::from_json).unwrap_or(When::Any)
}

/// Whether some operation is carried by both. Sessions are an operation of their own.
fn overlap(a: When, b: When) -> bool {
    let sessions = |when| when == When::Sessions;
    a == b || ((a == When::Any || b == When::Any) && !sessions(a) && !sessions(b))
}

/// Whether a link from `from` to `to` may be added to the diagram; the reason if not, in the learner's words.
pub fn can_link(doc: &Document, from: &str, to: &str) -> Result<(), String> {
    free_operations(doc, None, from, to).map(|_| ())
}

/// What a link from `from` to `to` may carry, were the link `without` not there: everything, or what no link between the
/// two carries yet. The value of `when`, or why there may be no link.
pub fn free_operations(doc: &Document, without: Option<&str>, from: &str, to: &str) -> Result<&'static str, String> {
    let one = |when: &'static str| {
        let params = Values::from_iter([("when".to_string(), when.into())]);
        can_link_as(doc, without, from, to, &params).map(|()| when)
    };
    let all = one("any");
    if all.is_ok() || !links_between(doc, without, from, to).any(|_| true) {
        return all;
    }
    one("read").or_else(|_| one("write")).or(all)
}

/// Whether a link with these parameters may go from `from` to `to`, were the link `without` not there.
pub fn can_link_as(doc: &Document, without: Option<&str>, from: &str, to: &str, params: &Values) -> Result<(), String> {
    let node = |id: &str| doc.node(id).ok_or_else(|| absent("node", id));
    let (from, to) = (node(from)?, node(to)?);
    ends_fit(from, to)?;
    let links = || doc.links.iter().filter(|l| Some(l.id.as_str()) != without);
    let wanted = carried(from, to, params);
    let mut beside = links_between(doc, without, &from.id, &to.id);
    if beside.any(|l| overlap(wanted, carried(from, to, &l.params))) {
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
        Some(old) => can_link_as(doc, Some(link), from, to, &old.params),
        None => Err(absent("link", link)),
    }
}

/// Whether a parameter of a link may be set so, beside the other links between its ends.
pub fn can_set(doc: &Document, link: &Link, param: &str, value: &Json) -> Result<(), String> {
    if param != "when" || !links_between(doc, Some(&link.id), &link.from, &link.to).any(|_| true) {
        return Ok(());
    }
    let mut params = link.params.clone();
    params.insert("when".into(), if value.is_null() { "any".into() } else { value.clone() });
    can_link_as(doc, Some(&link.id), &link.from, &link.to, &params)
}

fn links_between<'a>(doc: &'a Document, without: Option<&'a str>, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a Link> + 'a {
    doc.links.iter().filter(move |l| l.from == from && l.to == to && Some(l.id.as_str()) != without)
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

/// Some circle of these links, if there is one, as ids that begin and end with the same node.
fn cycle<'a>(doc: &'a Document, links: &[&'a Link]) -> Option<Vec<&'a str>> {
    let mut incoming: FxHashMap<&str, usize> = FxHashMap::default();
    let mut out: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for link in links {
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
    for link in links.iter().filter(|l| left.contains(l.from.as_str()) && left.contains(l.to.as_str())) {
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

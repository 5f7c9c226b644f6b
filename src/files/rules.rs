//! The rules that every document keeps: ids, ranges, links that make sense, a journal that fits the diagram.
//! One place for them: the reader, the editor and the command-line tool all ask here.

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::checks::{absent, check_id, check_name, check_param, first, noted, param_problems, position_problems, room, within};
use super::fields::clip;
use super::problems::Found;
use super::{crowds, frames, links, tree, Problem, Problems};
use super::{MAX_COORDINATE, MAX_GROUPS, MAX_JOURNAL, MAX_LINKS, MAX_NODES, MAX_NOTES, MAX_TITLE};
use crate::components::{self, instances};
use crate::diagram::param::ParamSpec;
use crate::diagram::{member, Document, Edit, Entry, Fault, Link, Node, View};
use crate::engine::time::MAX_DURATION;
use crate::engine::SimTime;

/// Checks a whole document: the diagram at time zero, then the journal by applying its entries in order.
pub fn validate(doc: &Document) -> Result<(), Problems> {
    Found::default().with_rules(all_broken(doc))
}

/// Every rule that a document breaks.
pub(super) fn all_broken(doc: &Document) -> Found {
    let found = Found::default();
    if doc.title.chars().count() > MAX_TITLE || doc.title.chars().any(char::is_control) {
        found.add(Problem::new("title", format!("must be one line of at most {MAX_TITLE} characters")));
    }
    check_view(&doc.view, &found);
    found.note_at(|| "moment_ns".into(), check_moment(doc.moment));
    let lists = [
        ("nodes", doc.nodes.len(), MAX_NODES),
        ("links", doc.links.len(), MAX_LINKS),
        ("groups", doc.groups.len(), MAX_GROUPS),
        ("notes", doc.notes.len(), MAX_NOTES),
        ("journal", doc.journal.len(), MAX_JOURNAL),
    ];
    for (list, len, limit) in lists {
        if len > limit {
            found.add(Problem::new(list, tree::too_many(list, limit)));
        }
    }
    if lists.iter().any(|(_, len, limit)| len > limit) {
        return found;
    }
    check_nodes(doc, &found);
    links::check_all(doc, &found);
    frames::check_all(doc, &found);
    found.note(crowds::check(doc));
    // Of what has no name, nobody knows whether the journal means it.
    let nameless = doc.nodes.iter().map(|n| &n.id).chain(doc.links.iter().map(|l| &l.id)).chain(doc.groups.iter().map(|g| &g.id));
    if !nameless.into_iter().any(|id| id.is_empty()) {
        check_journal(doc, &found);
    }
    found
}

fn check_view(view: &View, found: &Found) {
    for (name, value, max) in [("x", view.x, 10.0 * MAX_COORDINATE), ("y", view.y, 10.0 * MAX_COORDINATE)] {
        found.note_at(|| format!("view.{name}"), within(value, -max, max));
    }
    found.note_at(|| "view.zoom".into(), within(view.zoom, 0.1, 4.0));
}

fn check_moment(at: SimTime) -> Result<(), String> {
    match at.0 <= MAX_DURATION.0 {
        true => Ok(()),
        false => Err(format!("is {}, it must be at most {} (a year)", at.0, MAX_DURATION.0)),
    }
}

fn check_nodes(doc: &Document, found: &Found) {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut specs: FxHashMap<&str, Vec<ParamSpec>> = FxHashMap::default();
    for (i, node) in doc.nodes.iter().enumerate() {
        node_problems(node, &mut specs).into_iter().for_each(|p| found.add(p.under(&format!("nodes[{i}]"))));
        if let Some(first) = seen.insert(&node.id, i) {
            found.add(Problem::new(format!("nodes[{i}].id"), format!("is \"{}\", which nodes[{first}] already has", node.id)));
        }
    }
}

fn node_problems<'a>(node: &'a Node, specs: &mut FxHashMap<&'a str, Vec<ParamSpec>>) -> Vec<Problem> {
    let mut problems = Vec::new();
    noted(&mut problems, "id", check_id(&node.id));
    noted(&mut problems, "kind", check_id(&node.kind));
    noted(&mut problems, "name", check_name(&node.name));
    problems.extend(position_problems(node.x, node.y));
    if let Some(kind) = components::kind(&node.kind) {
        let specs = specs.entry(&node.kind).or_insert_with(|| kind.params());
        problems.extend(param_problems(&node.params, specs, kind.label));
    }
    problems
}

fn check_journal(doc: &Document, found: &Found) {
    if doc.journal.is_empty() {
        return;
    }
    let mut now = Document { journal: Vec::new(), ..doc.clone() };
    let mut last = SimTime::ZERO;
    for (i, (at, entry)) in doc.journal.iter().enumerate() {
        let path = format!("journal[{i}]");
        let time = |message: String| Problem::new(format!("{path}.at_ns"), message);
        found.note(check_moment(*at).map_err(time));
        if *at < last {
            found.add(time(format!("is {}, before the entry above it ({}); entries are in order of time", at.0, last.0)));
        }
        last = last.max(*at);
        let edit = match entry {
            Entry::Fault(fault) => {
                found.note(check_fault(&now, fault).map_err(|p| p.under(&path)));
                continue;
            }
            Entry::Edit(edit) => edit,
        };
        let fits = match edit.changes_the_run() {
            true => check_edit(&now, edit).map_err(|p| p.under(&path)),
            false => Err(Problem::new(&path, "this edit does not change the run, so it is not in the journal")),
        };
        let done = fits.and_then(|()| now.apply(edit).map_err(|m| Problem::new(path, m)));
        // What follows an edit that adds or removes something may need it.
        let settings = matches!(edit, Edit::SetNodeParam { .. } | Edit::SetLinkParam { .. });
        if found.note(done).is_none() && !settings {
            return;
        }
    }
}

/// Whether an edit may be applied to the diagram `doc` (its journal is not looked at). Paths are within the edit.
pub fn check_edit(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    fits(doc, edit)?;
    crowds::check_edit(doc, edit)
}

fn fits(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    match edit {
        Edit::AddNode { node } => {
            first(node_problems(node, &mut FxHashMap::default())).map_err(|p| p.under("node"))?;
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
            first(param_problems(&link.params, &components::link::specs(), "link")).map_err(|p| p.under("link"))?;
            links::can_link_as(doc, None, &link.from, &link.to, &link.params).map_err(|m| Problem::new("link", m))?;
            room(doc.links.len(), "links", MAX_LINKS)
        }
        Edit::RemoveLink { id } => link_of(doc, "id", id).map(|_| ()),
        Edit::Reconnect { link, from, to } => {
            link_of(doc, "link", link)?;
            node_of(doc, "from", from)?;
            node_of(doc, "to", to)?;
            links::can_reconnect(doc, link, from, to).map_err(|m| Problem::new("link", m))
        }
        Edit::SetNodeParam { id, param, value } => {
            let node = node_of(doc, "id", id)?;
            match components::kind(&node.kind) {
                Some(kind) => check_setting(param, value, &kind.params(), kind.label),
                None => Ok(()),
            }
        }
        Edit::SetLinkParam { id, param, value } => {
            let link = link_of(doc, "id", id)?;
            check_setting(param, value, &components::link::specs(), "link")?;
            links::can_set(doc, link, param, value).map_err(|m| Problem::new("value", m))
        }
        Edit::Rename { id, name } => {
            node_of(doc, "id", id)?;
            check_name(name).map_err(|m| Problem::new("name", m))
        }
        Edit::Move { id, x, y } => {
            node_of(doc, "id", id)?;
            first(position_problems(*x, *y))
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

/// Whether a fault names something that it can happen to. Paths are within the fault.
pub fn check_fault(doc: &Document, fault: &Fault) -> Result<(), Problem> {
    match fault {
        Fault::Crash { node } | Fault::Vanish { node } | Fault::Hang { node } | Fault::Restart { node } => {
            member_of(doc, "node", node).map(|_| ())
        }
        Fault::LoseDisk { node } => match components::kind(&member_of(doc, "node", node)?.kind) {
            Some(kind) if !components::has_disk(kind.id) => {
                let message = format!("\"{node}\" is a {}, which stores nothing on a disk", kind.label.to_lowercase());
                Err(Problem::new("node", message))
            }
            _ => Ok(()),
        },
        Fault::Slow { node, factor } => {
            member_of(doc, "node", node)?;
            within(*factor, 0.01, 1000.0).map_err(|m| Problem::new("factor", m))
        }
        Fault::Impair { link, id, impairment } => {
            link_of(doc, "link", link)?;
            check_id(id).map_err(|m| Problem::new("id", m))?;
            let i = impairment;
            within(i.percent, 0.0, 100.0).map_err(|m| Problem::new("percent", m))?;
            within(i.delay_ms, 0.0, 3_600_000.0).map_err(|m| Problem::new("delay_ms", m))?;
            within(i.jitter_ms, 0.0, 3_600_000.0).map_err(|m| Problem::new("jitter_ms", m))?;
            i.for_ms.map_or(Ok(()), |ms| within(ms, 0.001, 86_400_000.0).map_err(|m| Problem::new("for_ms", m)))
        }
        Fault::Lift { link, .. } | Fault::Cut { link } | Fault::Mend { link } => link_of(doc, "link", link).map(|_| ()),
        Fault::Flush { node } => match components::kind(&member_of(doc, "node", node)?.kind) {
            Some(kind) if !kind.can_flush => {
                let message = format!("\"{node}\" is a {}, only a cache can be flushed", kind.label.to_lowercase());
                Err(Problem::new("node", message))
            }
            _ => Ok(()),
        },
    }
}

fn node_of<'a>(doc: &'a Document, at: &str, id: &str) -> Result<&'a Node, Problem> {
    doc.node(id).ok_or_else(|| Problem::new(at, absent("node", id)))
}

/// The node that is named, itself or with the number of one of its instances: `orders#2`.
fn member_of<'a>(doc: &'a Document, at: &str, name: &str) -> Result<&'a Node, Problem> {
    let (id, number) = member(name);
    let node = node_of(doc, at, id)?;
    let there = instances::of(&node.kind, &node.params);
    match number {
        Some(number) if number < 1 || number > there => {
            let message = format!("is \"{}\", but \"{}\" has {there} instances, numbered from 1", clip(name), clip(id));
            Err(Problem::new(at, message))
        }
        _ => Ok(node),
    }
}

fn link_of<'a>(doc: &'a Document, at: &str, id: &str) -> Result<&'a Link, Problem> {
    doc.link(id).ok_or_else(|| Problem::new(at, absent("link", id)))
}

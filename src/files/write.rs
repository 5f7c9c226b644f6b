//! From a document to the text of a file: one line per node, link and journal entry, defaults left out.
//! Judges nothing.

use std::fmt::Write as _;

use serde_json::{json, Map, Value as Json};

use super::fields::same;
use super::unread::NeverRead;
use super::VERSION;
use crate::components;
use crate::diagram::param::{ParamSpec, Values};
use crate::diagram::{Document, Edit, Entry, Fault, Group, Link, Node, Note};
use crate::engine::SimTime;

/// The text of a file.
pub fn write(doc: &Document) -> String {
    let mut out = String::from("{\n  \"format\": \"faultline\",\n");
    let _ = writeln!(out, "  \"version\": {VERSION},");
    let _ = writeln!(out, "  \"title\": {},", Json::from(doc.title.as_str()));
    let _ = writeln!(out, "  \"seed\": {},", doc.seed);
    list(&mut out, "nodes", doc.nodes.iter().map(node_json));
    let mut never = NeverRead::of(doc);
    list(&mut out, "links", doc.links.iter().map(|link| link_with(link, stripped_link(link, &mut never))));
    if !doc.groups.is_empty() {
        list(&mut out, "groups", doc.groups.iter().map(group_json));
    }
    if !doc.notes.is_empty() {
        list(&mut out, "notes", doc.notes.iter().map(note_json));
    }
    let view = json!({ "x": number(doc.view.x), "y": number(doc.view.y), "zoom": number(doc.view.zoom) });
    let _ = writeln!(out, "  \"view\": {view},");
    let _ = writeln!(out, "  \"moment_ns\": {},", doc.moment.0);
    list(&mut out, "journal", doc.journal.iter().map(|(at, entry)| entry_json(*at, entry)));
    // The last list ends with a comma that JSON does not allow.
    out.truncate(out.trim_end_matches([',', '\n']).len());
    out.push_str("\n}\n");
    out
}

fn list(out: &mut String, name: &str, items: impl Iterator<Item = Json>) {
    let lines: Vec<_> = items.map(|item| format!("\n    {item}")).collect();
    let end = if lines.is_empty() { "" } else { "\n  " };
    let _ = writeln!(out, "  \"{name}\": [{}{end}],", lines.join(","));
}

/// The same document as [`write()`] and reading back give it: parameters that equal their defaults are left out, and those of
/// links that nobody reads.
pub fn stripped(document: &Document) -> Document {
    let mut doc = document.clone();
    let mut never = NeverRead::of(document);
    let strip_node = |node: &mut Node| node.params = stripped_params(&node_specs(&node.kind), &node.params);
    let strip_link = |link: &mut Link| link.params = stripped_params(&components::link::specs(), &link.params);
    doc.nodes.iter_mut().for_each(strip_node);
    doc.links.iter_mut().for_each(|link| link.params = stripped_link(link, &mut never));
    for (_, entry) in &mut doc.journal {
        match entry {
            Entry::Edit(Edit::AddNode { node }) => strip_node(node),
            Entry::Edit(Edit::AddLink { link }) => strip_link(link),
            _ => {}
        }
    }
    doc
}

/// The parameters that differ from their defaults.
pub(crate) fn stripped_params(specs: &[ParamSpec], params: &Values) -> Values {
    let differs = |name: &str, value: &Json| specs.iter().find(|s| s.name == name).is_none_or(|s| !same(&s.default, value));
    params.iter().filter(|(name, value)| differs(name, value)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// The parameters of a link at time zero that differ from their defaults and are read by somebody.
pub(crate) fn stripped_link(link: &Link, never: &mut NeverRead<'_>) -> Values {
    let mut params = stripped_params(&components::link::specs(), &link.params);
    let unread = never.on(link);
    params.retain(|name, _| !unread.contains(&name.as_str()));
    params
}

fn node_specs(kind: &str) -> Vec<ParamSpec> {
    components::kind(kind).map(|k| k.params()).unwrap_or_default()
}

fn node_json(node: &Node) -> Json {
    let mut map = Map::new();
    map.insert("id".into(), node.id.as_str().into());
    map.insert("kind".into(), node.kind.as_str().into());
    map.insert("name".into(), node.name.as_str().into());
    map.insert("x".into(), number(node.x));
    map.insert("y".into(), number(node.y));
    if let Some(group) = &node.group {
        map.insert("group".into(), group.as_str().into());
    }
    with_params(map, stripped_params(&node_specs(&node.kind), &node.params))
}

/// A group as it stands in a file.
pub(crate) fn group_json(group: &Group) -> Json {
    let mut map = Map::new();
    map.insert("id".into(), group.id.as_str().into());
    map.insert("kind".into(), group.kind.id().into());
    map.insert("name".into(), group.name.as_str().into());
    with_rect(&mut map, group.x, group.y, group.width, group.height);
    if let Some(parent) = &group.parent {
        map.insert("parent".into(), parent.as_str().into());
    }
    if group.collapsed {
        map.insert("collapsed".into(), true.into());
    }
    if let Some(place) = group.place {
        map.insert("place".into(), place.id().into());
    }
    Json::Object(map)
}

/// A note as it stands in a file.
pub(crate) fn note_json(note: &Note) -> Json {
    let mut map = Map::new();
    map.insert("id".into(), note.id.as_str().into());
    map.insert("text".into(), note.text.as_str().into());
    with_rect(&mut map, note.x, note.y, note.width, note.height);
    if note.colour != Default::default() {
        map.insert("colour".into(), note.colour.id().into());
    }
    Json::Object(map)
}

fn with_rect(map: &mut Map<String, Json>, x: f64, y: f64, width: f64, height: f64) {
    for (name, value) in [("x", x), ("y", y), ("width", width), ("height", height)] {
        map.insert(name.into(), number(value));
    }
}

fn link_json(link: &Link) -> Json {
    link_with(link, stripped_params(&components::link::specs(), &link.params))
}

fn link_with(link: &Link, params: Values) -> Json {
    let mut map = Map::new();
    map.insert("id".into(), link.id.as_str().into());
    map.insert("from".into(), link.from.as_str().into());
    map.insert("to".into(), link.to.as_str().into());
    with_params(map, params)
}

fn with_params(mut map: Map<String, Json>, params: Values) -> Json {
    if !params.is_empty() {
        map.insert("params".into(), Json::Object(params));
    }
    Json::Object(map)
}

fn entry_json(at: SimTime, entry: &Entry) -> Json {
    let mut map = Map::new();
    map.insert("at_ns".into(), at.0.into());
    map.extend(compact_entry(entry));
    Json::Object(map)
}

/// A journal entry's fields, without its time.
pub(crate) fn compact_entry(entry: &Entry) -> Map<String, Json> {
    let mut map = match serde_json::to_value(entry) {
        Ok(Json::Object(map)) => map,
        _ => Map::new(),
    };
    match entry {
        Entry::Edit(Edit::AddNode { node }) => map.insert("node".into(), node_json(node)),
        Entry::Edit(Edit::AddLink { link }) => map.insert("link".into(), link_json(link)),
        Entry::Edit(Edit::AddGroup { group }) => map.insert("group".into(), group_json(group)),
        Entry::Fault(Fault::Slow { factor, .. }) => map.insert("factor".into(), number(*factor)),
        _ => None,
    };
    map
}

/// A number in its shortest form: 240, not 240.0.
pub(crate) fn number(value: f64) -> Json {
    match value.trunc() == value && value.abs() < 9.0e15 {
        true => Json::from(value as i64),
        false => Json::from(value),
    }
}

//! Reading and writing documents: strict about what is accepted, kind in saying where and what is wrong.
//! Knows no running state and no screen; never builds a document that breaks a rule.

mod checks;
mod crowds;
pub mod entries;
mod entry;
mod fields;
mod frames;
mod links;
mod migrate;
mod problems;
mod rules;
pub mod schema;
mod tree;
mod unread;
mod write;

use serde_json::{Map, Value as Json};

use crate::diagram::param::Values;
use crate::diagram::{Document, Group, GroupKind, Link, Node, Note, NoteColour, Place, View};
use crate::engine::SimTime;
use fields::Fields;
use problems::Found;

pub use links::{can_link, can_link_as, can_reconnect, cycle_through, free_operations};
pub use problems::{Problem, Problems, MOST};
pub use rules::{check_edit, check_fault, validate};
pub(crate) use tree::{parse as parse_tree, Segment, MAX_VALUES};
pub(crate) use unread::NeverRead;
pub use unread::{differs, why_never_read, why_unread};
pub(crate) use write::{compact_entry, group_json, note_json, number, stripped_link, stripped_params};
pub use write::{stripped, write};

/// Current version of the file format.
pub const VERSION: u32 = 3;
/// The last version in which links had settings that nobody reads: they are kept, and had no effect.
pub(crate) const LEFT_UNREAD: u32 = 2;
/// Most bytes of text that are read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most nodes in a diagram.
pub const MAX_NODES: usize = 2_000;
/// Most links in a diagram.
pub const MAX_LINKS: usize = 8_000;
/// Most groups in a diagram.
pub const MAX_GROUPS: usize = 500;
/// Most notes in a diagram.
pub const MAX_NOTES: usize = 500;
/// Most journal entries.
pub const MAX_JOURNAL: usize = 10_000;
/// Most characters in an id.
pub const MAX_ID: usize = 40;
/// Most characters in a node's name.
pub const MAX_NAME: usize = 80;
/// Most characters in a title.
pub const MAX_TITLE: usize = 200;
/// Most characters in a note.
pub const MAX_NOTE: usize = 4_000;
/// Least and greatest width and height of a group or note.
pub const SIZES: (f64, f64) = (16.0, 100_000.0);
/// Farthest that a node may be from the origin, in either direction, in diagram pixels.
pub const MAX_COORDINATE: f64 = 1_000_000.0;

/// The parts of a file, in order.
const PARTS: &[&str] = &["format", "version", "title", "seed", "nodes", "links", "groups", "notes", "view", "moment_ns", "journal"];

/// Reads the text of a file. A document that is returned has passed [`validate`]; all that is wrong with another is told.
pub fn read(text: &str) -> Result<Document, Problems> {
    read_as(text, &["faultline"])
}

/// As [`read`], of a text that says it is in one of these formats, which differ in name only.
pub(crate) fn read_as(text: &str, formats: &[&str]) -> Result<Document, Problems> {
    let top = match tree::parse(text, tree::of_a_file)? {
        Json::Object(map) => map,
        other => return Err(Problem::new("", format!("this is {}, not a Faultline file", fields::type_of(&other))).into()),
    };
    match top.get("format").and_then(Json::as_str) {
        Some(format) if formats.contains(&format) => {}
        _ => return Err(Problem::new("format", "this is not a Faultline file: format must be \"faultline\"").into()),
    }
    let version = match top.get("version") {
        None => return Err(Problem::new("version", "is missing").into()),
        Some(v) => v
            .as_u64()
            .filter(|v| *v >= 1)
            .ok_or_else(|| Problem::new("version", format!("is {}, it must be a whole number from 1", fields::brief(v))))?,
    };
    if version > u64::from(VERSION) {
        let message = format!("made by a newer version of Faultline: file format {version}, this one reads up to {VERSION}");
        return Err(Problem::new("version", message).into());
    }
    let version = version as u32;
    read_tree(migrate::to_current(top, version)?, version)
}

/// Reads a tree in the shape of the current version, which was made in that one.
pub(crate) fn read_tree(top: Map<String, Json>, made_in: u32) -> Result<Document, Problems> {
    let found = Found::default();
    let Some(mut top) = Fields::new("", Json::Object(top), &found) else { return Ok(Document::default()) };
    top.take("format");
    top.take("version");
    let default = Document::default();
    let title = top.optional("title", Fields::text).unwrap_or(default.title);
    let seed = top.optional("seed", Fields::whole).unwrap_or(default.seed);
    let nodes = list(&mut top, "nodes", MAX_NODES, read_node);
    let links = list(&mut top, "links", MAX_LINKS, read_link);
    let groups = optional_list(&mut top, "groups", MAX_GROUPS, read_group);
    let notes = optional_list(&mut top, "notes", MAX_NOTES, read_note);
    let view = if top.has("view") { top.inner("view").map(read_view) } else { None };
    let moment = SimTime(top.optional("moment_ns", Fields::whole).unwrap_or(0));
    let journal = optional_list(&mut top, "journal", MAX_JOURNAL, |f| f.and_then(entry::read_entry));
    top.finish(PARTS);
    // Of what comes after an entry that could not be read, nobody knows whether it fits.
    let journal = journal.into_iter().map_while(|entry| entry).collect();
    let doc = Document { title, seed, nodes, links, groups, notes, journal, view: view.unwrap_or(default.view), moment };
    // Where a whole list could not be read, everything would lead nowhere.
    let judged = !["nodes", "links", "groups"].iter().any(|list| found.has(list));
    let broken = if judged { rules::all_broken(&doc) } else { Found::default() };
    if judged && made_in > LEFT_UNREAD {
        unread::check_all(&doc, &broken);
    }
    found.with_rules(broken)?;
    Ok(doc)
}

/// A list of objects. What is wrong with an entry is noted, and one stands in its place, so that the others keep their numbers.
fn list<T>(top: &mut Fields, name: &str, limit: usize, item: fn(Option<Fields>) -> T) -> Vec<T> {
    let items = top.required(name, Fields::array).unwrap_or_default();
    if items.len() > limit {
        top.found().add(Problem::new(name, tree::too_many(name, limit)));
        return Vec::new();
    }
    let read = |(i, value): (usize, Json)| item(Fields::new(&format!("{name}[{i}]"), value, top.found()));
    items.into_iter().enumerate().map(read).collect()
}

fn optional_list<T>(top: &mut Fields, name: &str, limit: usize, item: fn(Option<Fields>) -> T) -> Vec<T> {
    match top.has(name) {
        true => list(top, name, limit, item),
        false => Vec::new(),
    }
}

fn read_node(fields: Option<Fields>) -> Node {
    let mut node = Node { id: String::new(), kind: String::new(), name: String::new(), x: 0.0, y: 0.0, params: Values::new(), group: None };
    let Some(mut f) = fields else { return node };
    node.id = f.name("id");
    node.kind = f.name("kind");
    node.name = f.name("name");
    (node.x, node.y) = (f.float("x"), f.float("y"));
    node.params = f.values("params");
    node.group = f.optional("group", Fields::text);
    f.finish(&["id", "kind", "name", "x", "y", "params", "group"]);
    node
}

fn read_link(fields: Option<Fields>) -> Link {
    let mut link = Link { id: String::new(), from: String::new(), to: String::new(), params: Values::new() };
    let Some(mut f) = fields else { return link };
    link.id = f.name("id");
    link.from = f.name("from");
    link.to = f.name("to");
    link.params = f.values("params");
    f.finish(&["id", "from", "to", "params"]);
    link
}

fn read_group(fields: Option<Fields>) -> Group {
    let mut group = Group {
        id: String::new(),
        kind: GroupKind::Box,
        name: String::new(),
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
        parent: None,
        collapsed: false,
        place: None,
    };
    let Some(mut f) = fields else { return group };
    group.id = f.name("id");
    group.kind = f.required("kind", group_kind).unwrap_or(GroupKind::Box);
    group.name = f.name("name");
    (group.x, group.y, group.width, group.height) = rect(&mut f);
    group.parent = f.optional("parent", Fields::text);
    group.collapsed = f.optional("collapsed", Fields::truth).unwrap_or(false);
    group.place = f.optional("place", place);
    f.finish(&["id", "kind", "name", "x", "y", "width", "height", "parent", "collapsed", "place"]);
    group
}

fn read_note(fields: Option<Fields>) -> Note {
    let colour = NoteColour::default();
    let mut note = Note { id: String::new(), text: String::new(), x: 0.0, y: 0.0, width: 0.0, height: 0.0, colour };
    let Some(mut f) = fields else { return note };
    note.id = f.name("id");
    note.text = f.name("text");
    (note.x, note.y, note.width, note.height) = rect(&mut f);
    note.colour = f.optional("colour", note_colour).unwrap_or_default();
    f.finish(&["id", "text", "x", "y", "width", "height", "colour"]);
    note
}

fn rect(f: &mut Fields) -> (f64, f64, f64, f64) {
    (f.float("x"), f.float("y"), f.float("width"), f.float("height"))
}

fn group_kind(at: &str, value: Json) -> Result<GroupKind, Problem> {
    let names = GroupKind::ALL.map(GroupKind::id);
    fields::one_of(at, &value, &names, GroupKind::from_id)
}

fn note_colour(at: &str, value: Json) -> Result<NoteColour, Problem> {
    let names = NoteColour::ALL.map(NoteColour::id);
    fields::one_of(at, &value, &names, NoteColour::from_id)
}

fn place(at: &str, value: Json) -> Result<Place, Problem> {
    let names: Vec<_> = Place::ALL.iter().map(|p| p.id()).collect();
    fields::one_of(at, &value, &names, Place::from_id)
}

fn read_view(mut f: Fields) -> View {
    let view = View { x: f.float("x"), y: f.float("y"), zoom: f.float("zoom") };
    f.finish(&["x", "y", "zoom"]);
    view
}

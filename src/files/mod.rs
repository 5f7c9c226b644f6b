//! Reading and writing documents: strict about what is accepted, kind in saying where and what is wrong.
//! Knows no running state and no screen; never builds a document that breaks a rule.

mod entry;
mod fields;
mod frames;
mod migrate;
mod rules;
pub mod schema;
mod tree;
mod write;

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::diagram::param::Values;
use crate::diagram::{Document, Group, GroupKind, Link, Node, Note, NoteColour, Place, View};
use crate::engine::SimTime;
use fields::Fields;

pub use rules::{can_link, can_link_without, can_reconnect, check_edit, check_fault, cycle_through, validate};
pub(crate) use tree::{parse as parse_tree, Segment, MAX_VALUES};
pub(crate) use write::{compact_entry, group_json, note_json, number, stripped_params};
pub use write::{stripped, write};

/// Current version of the file format.
pub const VERSION: u32 = 2;
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

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path in the file: `nodes[3].params.workers`; empty for the file as a whole.
    pub at: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem at a path.
    pub fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { at: at.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => f.write_str(&self.message),
            at => write!(f, "{at}: {}", self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// Reads the text of a file. A document that is returned has passed [`validate`].
pub fn read(text: &str) -> Result<Document, Problem> {
    read_as(text, &["faultline"])
}

/// As [`read`], of a text that says it is in one of these formats, which differ in name only.
pub(crate) fn read_as(text: &str, formats: &[&str]) -> Result<Document, Problem> {
    let top = match tree::parse(text, tree::of_a_file)? {
        Json::Object(map) => map,
        other => return Err(Problem::new("", format!("this is {}, not a Faultline file", fields::type_of(&other)))),
    };
    match top.get("format").and_then(Json::as_str) {
        Some(format) if formats.contains(&format) => {}
        _ => return Err(Problem::new("format", "this is not a Faultline file: format must be \"faultline\"")),
    }
    let version = match top.get("version") {
        None => return Err(Problem::new("version", "is missing")),
        Some(v) => v
            .as_u64()
            .filter(|v| *v >= 1)
            .ok_or_else(|| Problem::new("version", format!("is {}, it must be a whole number from 1", fields::brief(v))))?,
    };
    if version > u64::from(VERSION) {
        return Err(Problem::new(
            "version",
            format!("made by a newer version of Faultline: file format {version}, this one reads up to {VERSION}"),
        ));
    }
    read_tree(migrate::to_current(top, version as u32)?)
}

/// Reads a tree in the shape of the current version.
pub(crate) fn read_tree(top: Map<String, Json>) -> Result<Document, Problem> {
    let mut top = Fields::new("", top);
    top.skip("format");
    top.skip("version");
    let default = Document::default();
    let title = top.optional("title", Fields::text)?.unwrap_or(default.title);
    let seed = top.optional("seed", Fields::whole)?.unwrap_or(default.seed);
    let nodes = list(&mut top, "nodes", MAX_NODES, read_node)?;
    let links = list(&mut top, "links", MAX_LINKS, read_link)?;
    let groups = optional_list(&mut top, "groups", MAX_GROUPS, read_group)?;
    let notes = optional_list(&mut top, "notes", MAX_NOTES, read_note)?;
    let view = match top.optional("view", Fields::object)? {
        None => default.view,
        Some(map) => read_view(map)?,
    };
    let moment = SimTime(top.optional("moment_ns", Fields::whole)?.unwrap_or(0));
    let journal = optional_list(&mut top, "journal", MAX_JOURNAL, entry::read_entry)?;
    top.finish(&["format", "version", "title", "seed", "nodes", "links", "groups", "notes", "view", "moment_ns", "journal"])?;
    let doc = Document { title, seed, nodes, links, groups, notes, journal, view, moment };
    validate(&doc)?;
    Ok(doc)
}

fn list<T>(top: &mut Fields, name: &str, limit: usize, item: fn(Fields) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    let items = top.required(name, Fields::array)?;
    if items.len() > limit {
        return Err(Problem::new(name, tree::too_many(name, limit)));
    }
    let read = |(i, value): (usize, Json)| match value {
        Json::Object(map) => item(Fields::new(&format!("{name}[{i}]"), map)),
        other => Err(fields::wrong_type(&format!("{name}[{i}]"), &other, "an object")),
    };
    items.into_iter().enumerate().map(read).collect()
}

fn optional_list<T>(top: &mut Fields, name: &str, limit: usize, item: fn(Fields) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    match top.has(name) {
        true => list(top, name, limit, item),
        false => Ok(Vec::new()),
    }
}

fn read_node(mut f: Fields) -> Result<Node, Problem> {
    let node = Node {
        id: f.required("id", Fields::text)?,
        kind: f.required("kind", Fields::text)?,
        name: f.required("name", Fields::text)?,
        x: f.required("x", Fields::number)?,
        y: f.required("y", Fields::number)?,
        params: params(&mut f)?,
        group: f.optional("group", Fields::text)?,
    };
    f.finish(&["id", "kind", "name", "x", "y", "params", "group"])?;
    Ok(node)
}

fn read_link(mut f: Fields) -> Result<Link, Problem> {
    let link = Link {
        id: f.required("id", Fields::text)?,
        from: f.required("from", Fields::text)?,
        to: f.required("to", Fields::text)?,
        params: params(&mut f)?,
    };
    f.finish(&["id", "from", "to", "params"])?;
    Ok(link)
}

fn read_group(mut f: Fields) -> Result<Group, Problem> {
    let group = Group {
        id: f.required("id", Fields::text)?,
        kind: f.required("kind", group_kind)?,
        name: f.required("name", Fields::text)?,
        x: f.required("x", Fields::number)?,
        y: f.required("y", Fields::number)?,
        width: f.required("width", Fields::number)?,
        height: f.required("height", Fields::number)?,
        parent: f.optional("parent", Fields::text)?,
        collapsed: f.optional("collapsed", Fields::truth)?.unwrap_or(false),
        place: f.optional("place", place)?,
    };
    f.finish(&["id", "kind", "name", "x", "y", "width", "height", "parent", "collapsed", "place"])?;
    Ok(group)
}

fn read_note(mut f: Fields) -> Result<Note, Problem> {
    let note = Note {
        id: f.required("id", Fields::text)?,
        text: f.required("text", Fields::text)?,
        x: f.required("x", Fields::number)?,
        y: f.required("y", Fields::number)?,
        width: f.required("width", Fields::number)?,
        height: f.required("height", Fields::number)?,
        colour: f.optional("colour", note_colour)?.unwrap_or_default(),
    };
    f.finish(&["id", "text", "x", "y", "width", "height", "colour"])?;
    Ok(note)
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

fn params(f: &mut Fields) -> Result<Values, Problem> {
    Ok(f.optional("params", Fields::object)?.map(Fields::into_map).unwrap_or_default())
}

fn read_view(mut f: Fields) -> Result<View, Problem> {
    let view = View { x: f.required("x", Fields::number)?, y: f.required("y", Fields::number)?, zoom: f.required("zoom", Fields::number)? };
    f.finish(&["x", "y", "zoom"])?;
    Ok(view)
}

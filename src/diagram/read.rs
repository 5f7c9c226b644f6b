//! Reading and writing documents: strict about what is accepted, kind in saying where and what is wrong.
//! Knows no running state and no screen; never builds a document that breaks a rule.

mod entry;
mod fields;
mod migrate;
mod rules;
mod tree;
mod write;

use std::fmt;

use serde_json::{Map, Value as Json};

use super::document::{Document, Link, Node, View, VERSION};
use super::param::Values;
use crate::engine::SimTime;
use fields::Fields;

pub use rules::{can_link, check_edit, check_fault, cycle_through, validate};
pub(crate) use tree::parse as parse_tree;
pub(crate) use write::{compact_entry, number, stripped_params};
pub use write::{stripped, write};

/// Most bytes of text that are read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most nodes in a diagram.
pub const MAX_NODES: usize = 2_000;
/// Most links in a diagram.
pub const MAX_LINKS: usize = 8_000;
/// Most journal entries.
pub const MAX_JOURNAL: usize = 10_000;
/// Most characters in an id.
pub const MAX_ID: usize = 40;
/// Most characters in a node's name.
pub const MAX_NAME: usize = 80;
/// Most characters in a title.
pub const MAX_TITLE: usize = 200;
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
    let top = match tree::parse(text)? {
        Json::Object(map) => map,
        other => return Err(Problem::new("", format!("this is {}, not a Faultline file", fields::type_of(&other)))),
    };
    match top.get("format").and_then(Json::as_str) {
        Some("faultline") => {}
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
    let view = match top.optional("view", Fields::object)? {
        None => default.view,
        Some(map) => read_view(map)?,
    };
    let moment = SimTime(top.optional("moment_ns", Fields::whole)?.unwrap_or(0));
    let journal = match top.has("journal") {
        true => list(&mut top, "journal", MAX_JOURNAL, entry::read_entry)?,
        false => Vec::new(),
    };
    top.finish(&["format", "version", "title", "seed", "nodes", "links", "view", "moment_ns", "journal"])?;
    let doc = Document { title, seed, nodes, links, journal, view, moment };
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

fn read_node(mut f: Fields) -> Result<Node, Problem> {
    let node = Node {
        id: f.required("id", Fields::text)?,
        kind: f.required("kind", Fields::text)?,
        name: f.required("name", Fields::text)?,
        x: f.required("x", Fields::number)?,
        y: f.required("y", Fields::number)?,
        params: params(&mut f)?,
    };
    f.finish(&["id", "kind", "name", "x", "y", "params"])?;
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

fn params(f: &mut Fields) -> Result<Values, Problem> {
    Ok(f.optional("params", Fields::object)?.map(Fields::into_map).unwrap_or_default())
}

fn read_view(mut f: Fields) -> Result<View, Problem> {
    let view = View { x: f.required("x", Fields::number)?, y: f.required("y", Fields::number)?, zoom: f.required("zoom", Fields::number)? };
    f.finish(&["x", "y", "zoom"])?;
    Ok(view)
}

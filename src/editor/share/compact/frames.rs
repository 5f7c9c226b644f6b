//! Groups and notes in a shared document: rows, with the nodes of each group as indices.
//! Judges nothing; the reader does.

use serde_json::{json, Map, Value as Json};

use super::{damaged, list, short};
use crate::diagram::Document;
use crate::files::{self, Problem};

/// The fields of a row, in order; a 0 stands for an absent last one.
const GROUP: [&str; 10] = ["id", "kind", "name", "x", "y", "width", "height", "parent", "collapsed", "place"];
const NOTE: [&str; 7] = ["id", "text", "x", "y", "width", "height", "colour"];

fn row(fields: &[&str], item: Json) -> Vec<Json> {
    fields.iter().map(|name| item.get(*name).cloned().unwrap_or(json!(0))).collect()
}

/// One row for each group.
pub fn groups_out(doc: &Document) -> Vec<Vec<Json>> {
    let members = |id: &str| -> Vec<usize> {
        let inside = |(i, n): (usize, &crate::diagram::Node)| (n.group.as_deref() == Some(id)).then_some(i);
        doc.nodes.iter().enumerate().filter_map(inside).collect()
    };
    let group = |g: &crate::diagram::Group| {
        let mut fields = row(&GROUP, files::group_json(g));
        fields.push(json!(members(&g.id)));
        fields
    };
    doc.groups.iter().map(group).collect()
}

/// One row for each note.
pub fn notes_out(doc: &Document) -> Vec<Vec<Json>> {
    doc.notes.iter().map(|n| row(&NOTE, files::note_json(n))).collect()
}

/// The lists of groups and notes; nodes learn which group they are in.
pub fn frames_in(framed: Vec<Json>, ids: &[String], nodes: &mut [Json]) -> Result<(Json, Json), Problem> {
    let [groups, notes] = <[Json; 2]>::try_from(framed).map_err(|_| damaged())?;
    let mut out = Vec::new();
    for group in list(groups)? {
        let mut fields = list(group)?;
        let members = list(fields.pop().ok_or_else(damaged)?)?;
        let group = object(&GROUP, fields)?;
        let id = short(group.get("id").and_then(Json::as_str).ok_or_else(damaged)?.into())?;
        for index in members {
            let index = index.as_u64().and_then(|i| usize::try_from(i).ok()).filter(|i| *i < ids.len()).ok_or_else(damaged)?;
            let node = nodes.get_mut(index).and_then(Json::as_object_mut).ok_or_else(damaged)?;
            if node.insert("group".into(), id.as_str().into()).is_some() {
                return Err(damaged());
            }
        }
        out.push(Json::Object(group));
    }
    let notes = list(notes)?.into_iter().map(|note| Ok(Json::Object(object(&NOTE, list(note)?)?)));
    Ok((Json::Array(out), Json::Array(notes.collect::<Result<_, Problem>>()?)))
}

fn object(names: &[&str], fields: Vec<Json>) -> Result<Map<String, Json>, Problem> {
    if fields.len() != names.len() {
        return Err(damaged());
    }
    let optional = |name: &str| matches!(name, "parent" | "collapsed" | "place" | "colour");
    let given = names.iter().zip(fields).filter(|(name, value)| !(optional(name) && *value == json!(0)));
    Ok(given.map(|(name, value)| ((*name).to_string(), value)).collect())
}

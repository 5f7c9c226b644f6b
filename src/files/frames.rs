//! The rules of groups and notes: every name leads somewhere, no group lies in itself, regions and zones nest as they do.
//! Knows nothing of links and the journal.

use rustc_hash::FxHashMap;

use super::rules::{absent, check_id, check_name, check_position, room, under, within};
use super::{Problem, MAX_GROUPS, MAX_NOTE, MAX_NOTES, SIZES};
use crate::diagram::{Document, Edit, Group, GroupKind, Note};

/// Checks all groups and notes of a document, and the groups that its nodes name.
pub fn check_all(doc: &Document) -> Result<(), Problem> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, group) in doc.groups.iter().enumerate() {
        let at = format!("groups[{i}]");
        check_group(group).map_err(|p| under(&at, p))?;
        if let Some(first) = seen.insert(&group.id, i) {
            return Err(Problem::new(format!("{at}.id"), format!("is \"{}\", which groups[{first}] already has", group.id)));
        }
    }
    let known = |at: String, id: Option<&str>| match id {
        Some(id) if !seen.contains_key(id) => Err(Problem::new(at, absent("group", id))),
        _ => Ok(()),
    };
    for (i, group) in doc.groups.iter().enumerate() {
        known(format!("groups[{i}].parent"), group.parent.as_deref())?;
    }
    for (i, group) in doc.groups.iter().enumerate() {
        nests(doc, group.kind, group.parent.as_deref(), &group.id).map_err(|m| Problem::new(format!("groups[{i}].parent"), m))?;
    }
    for (i, node) in doc.nodes.iter().enumerate() {
        known(format!("nodes[{i}].group"), node.group.as_deref())?;
    }
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, note) in doc.notes.iter().enumerate() {
        let at = format!("notes[{i}]");
        check_note(note).map_err(|p| under(&at, p))?;
        if let Some(first) = seen.insert(&note.id, i) {
            return Err(Problem::new(format!("{at}.id"), format!("is \"{}\", which notes[{first}] already has", note.id)));
        }
    }
    Ok(())
}

/// Whether an edit of a group or note may be applied. Paths are within the edit.
pub fn check_edit(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    match edit {
        Edit::AddGroup { group } => {
            check_group(group).map_err(|p| under("group", p))?;
            if doc.group(&group.id).is_some() {
                return Err(Problem::new("group.id", format!("there is already a group \"{}\"", group.id)));
            }
            exists(doc, "group.parent", group.parent.as_deref())?;
            nests(doc, group.kind, group.parent.as_deref(), &group.id).map_err(|m| Problem::new("group.parent", m))?;
            room(doc.groups.len(), "groups", MAX_GROUPS)
        }
        Edit::RemoveGroup { id } => {
            exists(doc, "id", Some(id))?;
            match doc.what_is_in(id) {
                Some(what) => Err(Problem::new("id", format!("group \"{id}\" still holds {what}"))),
                None => Ok(()),
            }
        }
        Edit::SetGroup { group, .. } => exists(doc, "group", group.as_deref()),
        Edit::PlaceGroup { id, kind, parent, .. } => {
            exists(doc, "id", Some(id))?;
            exists(doc, "parent", parent.as_deref())?;
            let inner = |g: &&Group| g.id != *id && doc.around(&g.id).any(|outer| outer.id == *id);
            if let Some(parent) = parent.as_ref().filter(|p| doc.around(p).any(|outer| outer.id == *id)) {
                return Err(Problem::new("parent", format!("is \"{parent}\", which lies in \"{id}\" itself")));
            }
            nests(doc, *kind, parent.as_deref(), id).map_err(|m| Problem::new("parent", m))?;
            // What lies in it must fit it and all that will be around it.
            let outer = parent.iter().flat_map(|p| doc.around(p)).map(|g| g.kind).chain([*kind]);
            let outer: Vec<GroupKind> = outer.collect();
            match doc.groups.iter().filter(inner).find_map(|g| outer.iter().find(|o| !o.may_hold(g.kind)).map(|o| (g, *o))) {
                Some((g, o)) => Err(Problem::new("kind", never_in(g.kind, o))),
                None => Ok(()),
            }
        }
        Edit::UpdateGroup { id, name, x, y, width, height, .. } => {
            exists(doc, "id", Some(id))?;
            check_name(name).map_err(|m| Problem::new("name", m))?;
            check_rect(*x, *y, *width, *height)
        }
        Edit::AddNote { note } => {
            check_note(note).map_err(|p| under("note", p))?;
            if doc.note(&note.id).is_some() {
                return Err(Problem::new("note.id", format!("there is already a note \"{}\"", note.id)));
            }
            room(doc.notes.len(), "notes", MAX_NOTES)
        }
        Edit::RemoveNote { id } => note_exists(doc, "id", id),
        Edit::UpdateNote { note } => {
            note_exists(doc, "note.id", &note.id)?;
            check_note(note).map_err(|p| under("note", p))
        }
        _ => Ok(()),
    }
}

/// Whether the group that is named is there.
pub fn exists(doc: &Document, at: &str, id: Option<&str>) -> Result<(), Problem> {
    match id {
        Some(id) if doc.group(id).is_none() => Err(Problem::new(at, absent("group", id))),
        _ => Ok(()),
    }
}

fn note_exists(doc: &Document, at: &str, id: &str) -> Result<(), Problem> {
    doc.note(id).map(|_| ()).ok_or_else(|| Problem::new(at, absent("note", id)))
}

/// Whether a group of this kind may lie in `parent`. A circle of parents has no outermost group.
fn nests(doc: &Document, kind: GroupKind, parent: Option<&str>, id: &str) -> Result<(), String> {
    let Some(parent) = parent else { return Ok(()) };
    let outer: Vec<&Group> = doc.around(parent).collect();
    if outer.iter().any(|g| g.id == id) || outer.last().is_some_and(|g| g.parent.is_some()) {
        let mut ring: Vec<&str> = vec![id];
        ring.extend(outer.iter().map(|g| g.id.as_str()).take_while(|g| *g != id).take(4));
        return Err(format!("groups lie in each other in a circle: {} → {id}", ring.join(" → ")));
    }
    match outer.iter().find(|g| !g.kind.may_hold(kind)) {
        Some(g) => Err(never_in(kind, g.kind)),
        None => Ok(()),
    }
}

fn never_in(inner: GroupKind, outer: GroupKind) -> String {
    format!("a {} cannot be inside a {}", inner.label().to_lowercase(), outer.label().to_lowercase())
}

fn check_group(group: &Group) -> Result<(), Problem> {
    check_id(&group.id).map_err(|m| Problem::new("id", m))?;
    check_name(&group.name).map_err(|m| Problem::new("name", m))?;
    check_rect(group.x, group.y, group.width, group.height)
}

fn check_note(note: &Note) -> Result<(), Problem> {
    check_id(&note.id).map_err(|m| Problem::new("id", m))?;
    let fine = |c: char| c == '\n' || c == '\t' || !c.is_control();
    if note.text.chars().count() > MAX_NOTE || !note.text.chars().all(fine) {
        return Err(Problem::new(
            "text",
            format!("must be at most {MAX_NOTE} characters, of which the only control characters are line breaks and tabs"),
        ));
    }
    check_rect(note.x, note.y, note.width, note.height)
}

fn check_rect(x: f64, y: f64, width: f64, height: f64) -> Result<(), Problem> {
    check_position(x, y)?;
    within(width, SIZES.0, SIZES.1).map_err(|m| Problem::new("width", m))?;
    within(height, SIZES.0, SIZES.1).map_err(|m| Problem::new("height", m))
}

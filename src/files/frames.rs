//! The rules of groups and notes: every name leads somewhere, no group lies in itself, regions and zones nest as they do.
//! Knows nothing of links and the journal.

use rustc_hash::FxHashMap;

use super::checks::{absent, check_id, check_name, first, noted, position_problems, room, within};
use super::problems::Found;
use super::{Problem, MAX_GROUPS, MAX_NOTE, MAX_NOTES, SIZES};
use crate::diagram::{Document, Edit, Group, GroupKind, Note};

/// Checks all groups and notes of a document, and the groups that its nodes name.
pub fn check_all(doc: &Document, found: &Found) {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, group) in doc.groups.iter().enumerate() {
        let at = format!("groups[{i}]");
        group_problems(group).into_iter().for_each(|p| found.add(p.under(&at)));
        if let Some(first) = seen.insert(&group.id, i) {
            found.add(Problem::new(format!("{at}.id"), format!("is \"{}\", which groups[{first}] already has", group.id)));
        }
    }
    // A group whose id could not be read may be the one that is meant.
    let nameless = seen.contains_key("");
    let is_known = |id: &str| nameless || seen.contains_key(id);
    let unknown = |id: &Option<String>| id.as_deref().filter(|id| !is_known(id)).map(|id| absent("group", id));
    for (i, group) in doc.groups.iter().enumerate() {
        let wrong = unknown(&group.parent).map_or_else(|| nests(doc, group.kind, group.parent.as_deref(), &group.id), Err);
        found.note_at(|| format!("groups[{i}].parent"), wrong);
    }
    for (i, node) in doc.nodes.iter().enumerate() {
        found.note_at(|| format!("nodes[{i}].group"), unknown(&node.group).map_or(Ok(()), Err));
    }
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, note) in doc.notes.iter().enumerate() {
        let at = format!("notes[{i}]");
        note_problems(note).into_iter().for_each(|p| found.add(p.under(&at)));
        if let Some(first) = seen.insert(&note.id, i) {
            found.add(Problem::new(format!("{at}.id"), format!("is \"{}\", which notes[{first}] already has", note.id)));
        }
    }
}

/// Whether an edit of a group or note may be applied. Paths are within the edit.
pub fn check_edit(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    match edit {
        Edit::AddGroup { group } => {
            first(group_problems(group)).map_err(|p| p.under("group"))?;
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
            first(rect_problems(*x, *y, *width, *height))
        }
        Edit::AddNote { note } => {
            first(note_problems(note)).map_err(|p| p.under("note"))?;
            if doc.note(&note.id).is_some() {
                return Err(Problem::new("note.id", format!("there is already a note \"{}\"", note.id)));
            }
            room(doc.notes.len(), "notes", MAX_NOTES)
        }
        Edit::RemoveNote { id } => note_exists(doc, "id", id),
        Edit::UpdateNote { note } => {
            note_exists(doc, "note.id", &note.id)?;
            first(note_problems(note)).map_err(|p| p.under("note"))
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

fn group_problems(group: &Group) -> Vec<Problem> {
    let mut problems = Vec::new();
    noted(&mut problems, "id", check_id(&group.id));
    noted(&mut problems, "name", check_name(&group.name));
    problems.extend(rect_problems(group.x, group.y, group.width, group.height));
    problems
}

fn note_problems(note: &Note) -> Vec<Problem> {
    let mut problems = Vec::new();
    noted(&mut problems, "id", check_id(&note.id));
    let fine = |c: char| c == '\n' || c == '\t' || !c.is_control();
    if note.text.chars().count() > MAX_NOTE || !note.text.chars().all(fine) {
        let message = format!("must be at most {MAX_NOTE} characters, of which the only control characters are line breaks and tabs");
        problems.push(Problem::new("text", message));
    }
    problems.extend(rect_problems(note.x, note.y, note.width, note.height));
    problems
}

fn rect_problems(x: f64, y: f64, width: f64, height: f64) -> Vec<Problem> {
    let mut problems = position_problems(x, y);
    noted(&mut problems, "width", within(width, SIZES.0, SIZES.1));
    noted(&mut problems, "height", within(height, SIZES.0, SIZES.1));
    problems
}

//! One journal entry, read field by field so that every message has its path.
//! Does not judge whether the entry fits the diagram: the rules do.

use super::fields::{brief, Fields};
use super::{group_kind, place, read_group, read_link, read_node, Problem};
use crate::diagram::{Edit, Entry, Fault};
use crate::engine::SimTime;

const FAULTS: &str = "crash, restart, slow, cut, mend, flush";
const EDITS: &str = "add_node, remove_node, add_link, remove_link, reconnect, set_node_param, set_link_param, add_group, \
     remove_group, set_group, place_group";

pub fn read_entry(mut f: Fields) -> Result<(SimTime, Entry), Problem> {
    let at = SimTime(f.required("at_ns", Fields::whole)?);
    let entry = match (f.has("fault"), f.has("edit")) {
        (true, false) => Entry::Fault(read_fault(f)?),
        (false, true) => Entry::Edit(read_edit(f)?),
        (true, true) => return Err(Problem::new(f.at(), "is both a fault and an edit")),
        (false, false) => return Err(Problem::new(f.at(), "must have either a field fault or a field edit")),
    };
    Ok((at, entry))
}

fn read_fault(mut f: Fields) -> Result<Fault, Problem> {
    let path = f.path("fault");
    let which = f.required("fault", Fields::text)?;
    let fault = match which.as_str() {
        "crash" => Fault::Crash { node: f.required("node", Fields::text)? },
        "restart" => Fault::Restart { node: f.required("node", Fields::text)? },
        "slow" => Fault::Slow { node: f.required("node", Fields::text)?, factor: f.required("factor", Fields::number)? },
        "cut" => Fault::Cut { link: f.required("link", Fields::text)? },
        "mend" => Fault::Mend { link: f.required("link", Fields::text)? },
        "flush" => Fault::Flush { node: f.required("node", Fields::text)? },
        other => return Err(Problem::new(path, format!("is {}, it must be one of {FAULTS}", brief(&other.into())))),
    };
    let known: &[&str] = match fault {
        Fault::Slow { .. } => &["at_ns", "fault", "node", "factor"],
        Fault::Cut { .. } | Fault::Mend { .. } => &["at_ns", "fault", "link"],
        _ => &["at_ns", "fault", "node"],
    };
    f.finish(known)?;
    Ok(fault)
}

fn read_edit(mut f: Fields) -> Result<Edit, Problem> {
    let path = f.path("edit");
    let which = f.required("edit", Fields::text)?;
    let (edit, known): (Edit, &[&str]) = match which.as_str() {
        "add_node" => (Edit::AddNode { node: read_node(f.required("node", Fields::object)?)? }, &["at_ns", "edit", "node"]),
        "add_link" => (Edit::AddLink { link: read_link(f.required("link", Fields::object)?)? }, &["at_ns", "edit", "link"]),
        "remove_node" => (Edit::RemoveNode { id: f.required("id", Fields::text)? }, &["at_ns", "edit", "id"]),
        "remove_link" => (Edit::RemoveLink { id: f.required("id", Fields::text)? }, &["at_ns", "edit", "id"]),
        "set_node_param" | "set_link_param" => {
            let id = f.required("id", Fields::text)?;
            let param = f.required("param", Fields::text)?;
            let value = f.required("value", Fields::any)?;
            let edit = match which.as_str() {
                "set_node_param" => Edit::SetNodeParam { id, param, value },
                _ => Edit::SetLinkParam { id, param, value },
            };
            (edit, &["at_ns", "edit", "id", "param", "value"])
        }
        "reconnect" => {
            let (from, to) = (f.required("from", Fields::text)?, f.required("to", Fields::text)?);
            (Edit::Reconnect { link: f.required("link", Fields::text)?, from, to }, &["at_ns", "edit", "link", "from", "to"])
        }
        "add_group" => (Edit::AddGroup { group: read_group(f.required("group", Fields::object)?)? }, &["at_ns", "edit", "group"]),
        "remove_group" => (Edit::RemoveGroup { id: f.required("id", Fields::text)? }, &["at_ns", "edit", "id"]),
        "set_group" => {
            let group = f.required("group", Fields::text_or_null)?;
            (Edit::SetGroup { node: f.required("node", Fields::text)?, group }, &["at_ns", "edit", "node", "group"])
        }
        "place_group" => {
            let edit = Edit::PlaceGroup {
                id: f.required("id", Fields::text)?,
                kind: f.required("kind", group_kind)?,
                parent: f.required("parent", Fields::text_or_null)?,
                place: f.required("place", |at, value| if value.is_null() { Ok(None) } else { place(at, value).map(Some) })?,
            };
            (edit, &["at_ns", "edit", "id", "kind", "parent", "place"])
        }
        "move" | "rename" | "update_group" | "add_note" | "remove_note" | "update_note" => {
            let message = format!("a {which} does not change the run, so it is not in the journal; known are {EDITS}");
            return Err(Problem::new(path, message));
        }
        other => return Err(Problem::new(path, format!("is {}, it must be one of {EDITS}", brief(&other.into())))),
    };
    f.finish(known)?;
    Ok(edit)
}

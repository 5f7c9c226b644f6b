//! One journal entry, read field by field so that every message has its path.
//! Does not judge whether the entry fits the diagram: the rules do.

use super::fields::{brief, Fields};
use super::{group_kind, place, read_group, read_link, read_node, Problem};
use crate::diagram::{Edit, Effect, Entry, Fault, GroupKind, Impairment};
use crate::engine::impairment::{Direction, Traffic};
use crate::engine::SimTime;

const FAULTS: &str = "crash, restart, vanish, hang, lose_disk, slow, cut, impair, lift, mend, flush";
const EDITS: &str = "add_node, remove_node, add_link, remove_link, reconnect, set_node_param, set_link_param, add_group, \
     remove_group, set_group, place_group";

/// An entry with its time; none if anything in it is wrong.
pub fn read_entry(mut f: Fields) -> Option<(SimTime, Entry)> {
    let found = f.found();
    let before = found.count();
    let at = f.required("at_ns", Fields::whole);
    let path = f.at().to_string();
    let entry = match (f.has("fault"), f.has("edit")) {
        (true, false) => read_fault(f).map(Entry::Fault),
        (false, true) => read_edit(f).map(Entry::Edit),
        (both, _) => {
            let message = if both { "is both a fault and an edit" } else { "must have either a field fault or a field edit" };
            found.add(Problem::new(path, message));
            None
        }
    };
    (found.count() == before).then_some((SimTime(at?), entry?))
}

fn read_fault(mut f: Fields) -> Option<Fault> {
    let path = f.path("fault");
    let which = f.required("fault", Fields::text)?;
    let fault = match which.as_str() {
        "crash" => Fault::Crash { node: f.name("node") },
        "restart" => Fault::Restart { node: f.name("node") },
        "vanish" => Fault::Vanish { node: f.name("node") },
        "lose_disk" => Fault::LoseDisk { node: f.name("node") },
        "hang" => Fault::Hang { node: f.name("node") },
        "slow" => Fault::Slow { node: f.name("node"), factor: f.float("factor") },
        "cut" => Fault::Cut { link: f.name("link") },
        "impair" => Fault::Impair { link: f.name("link"), id: f.name("id"), impairment: read_impairment(&mut f) },
        "lift" => Fault::Lift { link: f.name("link"), id: f.name("id") },
        "mend" => Fault::Mend { link: f.name("link") },
        "flush" => Fault::Flush { node: f.name("node") },
        other => {
            f.found().add(Problem::new(path, format!("is {}, it must be one of {FAULTS}", brief(&other.into()))));
            return None;
        }
    };
    f.finish(match fault {
        Fault::Slow { .. } => &["at_ns", "fault", "node", "factor"],
        Fault::Impair { .. } => {
            &["at_ns", "fault", "link", "id", "effect", "direction", "messages", "percent", "delay_ms", "jitter_ms", "for_ms"]
        }
        Fault::Lift { .. } => &["at_ns", "fault", "link", "id"],
        Fault::Cut { .. } | Fault::Mend { .. } => &["at_ns", "fault", "link"],
        _ => &["at_ns", "fault", "node"],
    });
    Some(fault)
}

/// What is wrong with a link: all but the effect has a default.
fn read_impairment(f: &mut Fields) -> Impairment {
    let usual = Impairment::default();
    if !f.has("effect") {
        f.required("effect", Fields::text);
    }
    Impairment {
        effect: f.choice("effect", Effect::NAMES, Effect::from_name),
        direction: f.choice("direction", Direction::NAMES, Direction::from_name),
        messages: f.choice("messages", Traffic::NAMES, Traffic::from_name),
        percent: f.optional("percent", Fields::number).unwrap_or(usual.percent),
        delay_ms: f.optional("delay_ms", Fields::number).unwrap_or(usual.delay_ms),
        jitter_ms: f.optional("jitter_ms", Fields::number).unwrap_or(usual.jitter_ms),
        for_ms: f.optional("for_ms", Fields::number_or_null).flatten(),
    }
}

fn read_edit(mut f: Fields) -> Option<Edit> {
    let path = f.path("edit");
    let which = f.required("edit", Fields::text)?;
    let (edit, known): (Edit, &[&str]) = match which.as_str() {
        "add_node" => (Edit::AddNode { node: read_node(f.inner("node")) }, &["at_ns", "edit", "node"]),
        "add_link" => (Edit::AddLink { link: read_link(f.inner("link")) }, &["at_ns", "edit", "link"]),
        "remove_node" => (Edit::RemoveNode { id: f.name("id") }, &["at_ns", "edit", "id"]),
        "remove_link" => (Edit::RemoveLink { id: f.name("id") }, &["at_ns", "edit", "id"]),
        "set_node_param" | "set_link_param" => {
            let (id, param) = (f.name("id"), f.name("param"));
            let value = f.required("value", Fields::any).unwrap_or_default();
            let edit = match which.as_str() {
                "set_node_param" => Edit::SetNodeParam { id, param, value },
                _ => Edit::SetLinkParam { id, param, value },
            };
            (edit, &["at_ns", "edit", "id", "param", "value"])
        }
        "reconnect" => {
            let (from, to) = (f.name("from"), f.name("to"));
            (Edit::Reconnect { link: f.name("link"), from, to }, &["at_ns", "edit", "link", "from", "to"])
        }
        "add_group" => (Edit::AddGroup { group: read_group(f.inner("group")) }, &["at_ns", "edit", "group"]),
        "remove_group" => (Edit::RemoveGroup { id: f.name("id") }, &["at_ns", "edit", "id"]),
        "set_group" => {
            let group = f.required("group", Fields::text_or_null).flatten();
            (Edit::SetGroup { node: f.name("node"), group }, &["at_ns", "edit", "node", "group"])
        }
        "place_group" => {
            let id = f.name("id");
            let kind = f.required("kind", group_kind).unwrap_or(GroupKind::Box);
            let parent = f.required("parent", Fields::text_or_null).flatten();
            let place = f.required("place", |at, value| if value.is_null() { Ok(None) } else { place(at, value).map(Some) });
            (Edit::PlaceGroup { id, kind, parent, place: place.flatten() }, &["at_ns", "edit", "id", "kind", "parent", "place"])
        }
        "move" | "rename" | "update_group" | "add_note" | "remove_note" | "update_note" => {
            let message = format!("a {which} does not change the run, so it is not in the journal; known are {EDITS}");
            f.found().add(Problem::new(path, message));
            return None;
        }
        other => {
            f.found().add(Problem::new(path, format!("is {}, it must be one of {EDITS}", brief(&other.into()))));
            return None;
        }
    };
    f.finish(known);
    Some(edit)
}

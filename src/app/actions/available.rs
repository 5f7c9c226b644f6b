//! When a command can be done, and why not otherwise. All of it tracks what it reads.
//! Knows no command.

use leptos::prelude::*;

use crate::app::session::Session;
use crate::editor::Selection;

/// Whether something can be done now, or why not, in English.
pub(super) type Available = Result<(), &'static str>;

pub(super) fn if_so(yes: bool, reason: &'static str) -> Available {
    match yes {
        true => Ok(()),
        false => Err(reason),
    }
}

fn selected(session: Session, test: impl FnOnce(&Selection) -> bool, reason: &'static str) -> Available {
    if_so(session.selection.with(test), reason)
}

/// How many cards, frames and notes are selected.
pub(super) fn things(session: Session) -> usize {
    session.selection.with(|s| s.nodes.len() + s.groups.len() + s.notes.len())
}

/// Anything.
pub(super) fn something(session: Session) -> Available {
    selected(session, |s| !s.is_empty(), text!("Nothing is selected"))
}

/// A card, frame or note.
pub(super) fn some_thing(session: Session) -> Available {
    if_so(things(session) > 0, text!("Select a component first"))
}

/// Exactly one of them.
pub(super) fn one_thing(session: Session) -> Available {
    if_so(things(session) == 1, text!("Select one component, group or note first"))
}

/// A node.
pub(super) fn some_node(session: Session) -> Available {
    selected(session, |s| !s.nodes.is_empty(), text!("Select a component first"))
}

/// Exactly one node, whatever else.
pub(super) fn one_node(session: Session) -> Available {
    selected(session, |s| s.nodes.len() == 1, text!("Select one component to connect from"))
}

/// A link.
pub(super) fn some_link(session: Session) -> Available {
    selected(session, |s| !s.links.is_empty(), text!("Select a link first"))
}

/// One link and nothing else.
pub(super) fn one_link(session: Session) -> Available {
    selected(session, |s| s.only_link().is_some(), text!("Select a link first"))
}

/// One node or link and nothing else.
pub(super) fn node_or_link(session: Session) -> Available {
    selected(session, |s| s.only_node().or(s.only_link()).is_some(), text!("Select one component or link first"))
}

/// A group.
pub(super) fn some_group(session: Session) -> Available {
    selected(session, |s| !s.groups.is_empty(), text!("Select a group first"))
}

/// A note.
pub(super) fn some_note(session: Session) -> Available {
    selected(session, |s| !s.notes.is_empty(), text!("Select a note first"))
}

/// The diagram has a component.
pub(super) fn some_component(session: Session) -> Available {
    if_so(session.diagram.with(|d| !d.nodes.is_empty()), text!("The diagram is empty"))
}

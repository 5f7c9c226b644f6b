//! Changing what is selected: undo, connect, rename, duplicate, delete.
//! Knows no view.

use leptos::prelude::*;

use super::available::{if_so, one_node, some_thing, something, Available};
use super::key::{ctrl, ctrl_shift, key, shift};
use super::{Action, Section};
use crate::app::session::{Finding, Session};
use crate::app::words::translate;
use crate::editor::commands;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("undo", text!("Undo"), "undo-2", Section::Edit, |s| s.undo())
        .keys(&[ctrl("z")])
        .words(text!("back"))
        .when(can_undo)
        .telling(|s| s.undo_label.get().map(|l| translate(&l).into_owned())),
    Action::new("redo", text!("Redo"), "redo-2", Section::Edit, |s| s.redo())
        .keys(&[ctrl_shift("z"), ctrl("y")])
        .words(text!("again forward"))
        .when(can_redo)
        .telling(|s| s.redo_label.get().map(|l| translate(&l).into_owned())),
    Action::new("connect", text!("Connect to…"), "spline", Section::Edit, connect)
        .keys(&[key("c")])
        .words(text!("link wire arrow edge"))
        .when(one_node),
    Action::new("connect-list", text!("Connect by name…"), "waypoints", Section::Edit, connect_by_list)
        .keys(&[shift("c")])
        .words(text!("link wire arrow edge list"))
        .when(one_node),
    Action::new("duplicate", text!("Duplicate"), "copy", Section::Edit, duplicate)
        .keys(&[key("d"), ctrl("d")])
        .words(text!("copy clone scale out"))
        .when(some_thing),
    Action::new("delete", text!("Delete"), "trash-2", Section::Edit, delete)
        .keys(&[key("Delete"), key("Backspace")])
        .words(text!("remove erase"))
        .when(something),
];

fn can_undo(session: Session) -> Available {
    if_so(session.undo_label.with(Option::is_some), text!("There is nothing to undo"))
}

fn can_redo(session: Session) -> Available {
    if_so(session.redo_label.with(Option::is_some), text!("There is nothing to do again"))
}

/// Begins a link from the selected node.
fn connect(session: Session) {
    let from = session.selection.with_untracked(|s| s.nodes.iter().next().cloned());
    let name = from.as_ref().and_then(|id| session.diagram.with_untracked(|d| d.node(id).map(|n| n.name.clone())));
    session.linking.set(from);
    if let Some(name) = name {
        session.announce(t!(
            "Connecting from %{name}: choose a component with the arrow keys and press Enter, or click it. Escape cancels",
            name = name
        ));
    }
}

/// Chooses from a list what to connect to.
fn connect_by_list(session: Session) {
    if let Some(from) = session.selection.with_untracked(|s| s.nodes.first().cloned()) {
        session.find(Finding::Target(from));
    }
}

/// Connects two nodes and selects the link; says why not.
pub fn connect_nodes(session: Session, from: &str, to: &str) -> bool {
    session.linking.set(None);
    let made = session.diagram.with_untracked(|d| commands::connect(d, from, to));
    match made {
        Ok((step, id)) => {
            let done = session.perform(step);
            if done {
                session.select_link(&id);
                session.announce(t!("Connected"));
            }
            done
        }
        Err(reason) => {
            session.refuse(reason);
            false
        }
    }
}

/// Duplicates what is selected and selects the copies.
fn duplicate(session: Session) {
    let selection = session.selection.get_untracked();
    let (step, copies) = session.diagram.with_untracked(|d| commands::duplicate(d, &selection));
    let label = step.label.clone();
    if session.perform(step) {
        session.select(copies);
        session.announce(label);
    }
}

/// Puts copies of what is selected this far from it, and selects the copies.
pub fn duplicate_at(session: Session, by: (f64, f64)) {
    let selection = session.selection.get_untracked();
    let (step, copies) = session.diagram.with_untracked(|d| commands::duplicate_by(d, &selection, Some(by)));
    if session.perform(step) {
        session.select(copies);
    }
}

/// Deletes what is selected.
fn delete(session: Session) {
    let selection = session.selection.get_untracked();
    let step = session.diagram.with_untracked(|d| commands::delete(d, &selection));
    let label = step.label.clone();
    if session.perform(step) {
        session.announce(label);
    }
}

//! Commands on what is selected and on where the canvas looks.
//! Knows no view.

use leptos::prelude::*;

use crate::app::session::Session;
use crate::editor::{commands, geometry, Selection};

/// Exactly one node is selected.
pub fn one_node(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.len() == 1 { Ok(()) } else { Err("Select one component to connect from") })
}

/// Nodes are selected.
pub fn some_nodes(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.is_empty() { Err("Select a component first") } else { Ok(()) })
}

/// Something is selected.
pub fn something(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.is_empty() && s.links.is_empty() { Err("Nothing is selected") } else { Ok(()) })
}

/// Begins a link from the selected node.
pub fn connect(session: Session) {
    let from = session.selection.with_untracked(|s| s.nodes.iter().next().cloned());
    let name = from.as_ref().and_then(|id| session.diagram.with_untracked(|d| d.node(id).map(|n| n.name.clone())));
    session.linking.set(from);
    if let Some(name) = name {
        session.announce(format!(
            "Connecting from {name}: choose a component with the arrow keys and press Enter, or click it. Escape cancels"
        ));
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
                session.announce("Connected");
            }
            done
        }
        Err(reason) => {
            session.refuse(reason);
            false
        }
    }
}

/// Duplicates the selected nodes and selects the copies.
pub fn duplicate(session: Session) {
    let selection = session.selection.get_untracked();
    let (step, copies) = session.diagram.with_untracked(|d| commands::duplicate(d, &selection));
    if session.perform(step) {
        session.select(copies);
    }
}

/// Deletes what is selected.
pub fn delete(session: Session) {
    let selection = session.selection.get_untracked();
    let step = session.diagram.with_untracked(|d| commands::delete(d, &selection));
    let label = step.label.clone();
    if session.perform(step) {
        session.announce(label);
    }
}

/// Selects all nodes and links.
pub fn select_all(session: Session) {
    session.select(session.diagram.with_untracked(|d| Selection::all(d)));
}

/// Zooms about the middle of the canvas.
pub fn zoom(session: Session, by: f64) {
    let (width, height) = session.viewport.get_untracked();
    session.view.update(|view| *view = geometry::zoom_at(*view, width / 2.0, height / 2.0, by));
}

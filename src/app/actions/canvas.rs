//! Commands on what is selected and on where the canvas looks.
//! Knows no view.

use leptos::prelude::*;

use crate::app::dom;
use crate::app::session::Session;
use crate::editor::{commands, geometry, Selection};

/// Exactly one node is selected.
pub fn one_node(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.len() == 1 { Ok(()) } else { Err(text!("Select one component to connect from")) })
}

/// Nodes are selected.
pub fn some_nodes(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.is_empty() { Err(text!("Select a component first")) } else { Ok(()) })
}

/// Something is selected.
pub fn something(session: Session) -> Result<(), &'static str> {
    session.selection.with(|s| if s.nodes.is_empty() && s.links.is_empty() { Err(text!("Nothing is selected")) } else { Ok(()) })
}

/// Begins a link from the selected node.
pub fn connect(session: Session) {
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

/// A node or a link is selected, and it has links.
pub fn has_links(session: Session) -> Result<(), &'static str> {
    match anchor(session).is_some_and(|id| !links_of(session, &id).is_empty()) {
        true => Ok(()),
        false => Err(text!("Select a component with links first")),
    }
}

/// The node whose links are gone through: the focused or selected one, or where the selected link begins.
fn anchor(session: Session) -> Option<String> {
    let focused = dom::document().and_then(|d| d.active_element()).and_then(|e| e.get_attribute("data-node"));
    let selection = session.selection.get();
    let link = selection.only_link().map(String::from);
    let start = move || link.and_then(|id| session.diagram.with(|d| d.link(&id).map(|l| l.from.clone())));
    selection.nodes.iter().next().cloned().or(focused).or_else(start)
}

fn links_of(session: Session, node: &str) -> Vec<String> {
    session.diagram.with(|d| d.links.iter().filter(|l| l.from == node || l.to == node).map(|l| l.id.clone()).collect())
}

/// Selects the next link of a node.
pub fn next_link(session: Session) {
    untrack(|| {
        let Some(node) = anchor(session) else { return };
        let links = links_of(session, &node);
        let now = session.selection.with(|s| links.iter().position(|id| s.links.contains(id)));
        let next = now.map_or(0, |i| (i + 1) % links.len().max(1));
        if let Some(id) = links.get(next) {
            session.select_link(id);
            session.announce(session.diagram.with(|d| commands::link_name(d, id)));
        }
    });
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

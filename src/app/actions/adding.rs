//! Adding components: where, and what comes with it.
//! Knows kinds only by their face.

use leptos::prelude::*;

use super::key::key;
use super::{reveal, Action, Section};
use crate::app::session::{Finding, Session};
use crate::components::Kind;
use crate::editor::commands;
use crate::editor::geometry::{clear_spot, free_spot, snap, to_diagram, CARD};
use crate::editor::Selection;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[Action::new("add", text!("Add a component…"), "plus", Section::Edit, |s| {
    // From a context menu: where it was opened.
    let spot = s.ui.spot.get_untracked();
    s.find(Finding::Kind(spot));
})
.keys(&[key("n")])
.words(text!("new insert create node box"))];

/// Adds a component with its middle at a point of the diagram, or in a free place, and selects it. Gives its id.
pub fn add_here(session: Session, kind: &Kind, middle: Option<(f64, f64)>) -> Option<String> {
    let (x, y) = middle.map_or_else(|| free_place(session), |middle| around(session, middle));
    let (step, id) = session.diagram.with_untracked(|d| commands::add_node(d, kind.id, x, y));
    if !session.perform_adding(step) {
        return None;
    }
    session.select_node(&id);
    reveal(session, &Selection::node(&id));
    session.announce(t!("Added %{what}", what = t!(kind.label)));
    Some(id)
}

/// The left top corner of a new card with its middle at a point, moved aside where it would cover another.
pub fn around(session: Session, (x, y): (f64, f64)) -> (f64, f64) {
    let corner = (snap(x - CARD.0 / 2.0), snap(y - CARD.1 / 2.0));
    session.diagram.with_untracked(|d| clear_spot(d, corner, None))
}

/// Between a component and the next, in a row and from row to row.
const APART: (f64, f64) = (72.0, 48.0);

/// A place that no card covers: to the right of the one selected component, in a new row where that is out of sight; else near the
/// middle of the view, where a first one leaves room for the next.
fn free_place(session: Session) -> (f64, f64) {
    let (width, height) = session.viewport.get_untracked();
    let view = session.view.get_untracked();
    let (left, right) = (to_diagram(view, 0.0, 0.0).0 + APART.0, to_diagram(view, width, 0.0).0);
    let (x, y) = to_diagram(view, width / 2.0, height / 2.0);
    let selection = session.selection.get_untracked();
    session.diagram.with_untracked(|d| match selection.only_node().and_then(|id| d.node(id)) {
        Some(node) if node.x + 2.0 * CARD.0 + APART.0 <= right => free_spot(d, node.x + CARD.0 + APART.0, node.y),
        Some(node) => free_spot(d, left, node.y + CARD.1 + APART.1),
        None if d.nodes.is_empty() => (snap(left), snap(y - 1.5 * CARD.1)),
        None => free_spot(d, x - CARD.0 / 2.0, y - CARD.1 / 2.0),
    })
}

//! Where the canvas looks, and what stands beside it.
//! Knows no view.

use leptos::prelude::*;

use super::key::key;
use super::{Action, Section};
use crate::app::session::{Panel, Session};
use crate::editor::geometry;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("zoom-in", text!("Zoom in"), "zoom-in", Section::Canvas, |s| zoom(s, 1.25)).keys(&[key("+"), key("=")]),
    Action::new("zoom-out", text!("Zoom out"), "zoom-out", Section::Canvas, |s| zoom(s, 0.8)).keys(&[key("-")]),
    Action::new("fit", text!("Zoom to fit"), "maximize", Section::Canvas, |s| s.fit()).keys(&[key("0")]).words(text!("whole all overview")),
    Action::new("zoom-real", text!("Zoom to 100 %"), "search", Section::Canvas, |s| {
        let now = s.view.get_untracked().zoom;
        zoom(s, 1.0 / now);
    })
    .keys(&[key("1")]),
    Action::new("zoom-selection", text!("Zoom to the selection"), "locate", Section::Canvas, zoom_selection)
        .keys(&[key("2")])
        .when(super::available::something),
    Action::new("minimap", text!("Minimap"), "map", Section::Canvas, |s| s.ui.turn_minimap())
        .keys(&[key("m")])
        .words(text!("overview navigator"))
        .switch(|s| s.ui.minimap.get()),
    Action::new("outline", text!("Outline"), "list-tree", Section::Canvas, |s| s.ui.turn_panel(Panel::Outline))
        .keys(&[key("o")])
        .words(text!("list tree text screen reader"))
        .switch(|s| s.ui.panel.get() == Panel::Outline),
];

/// Zooms about the middle of the canvas.
fn zoom(session: Session, by: f64) {
    let (width, height) = session.viewport.get_untracked();
    session.view.update(|view| *view = geometry::zoom_at(*view, width / 2.0, height / 2.0, by));
}

fn zoom_selection(session: Session) {
    let selection = session.selection.get_untracked();
    let Some(area) = session.diagram.with_untracked(|d| super::selecting::extent(d, &selection)) else { return };
    session.view.set(geometry::fit_area(area, session.viewport.get_untracked()));
}

//! Choosing what is acted on: all, the next link, an area, something found, its settings, its menu.
//! Knows of elements only where they are.

use leptos::prelude::*;

use super::available::{if_so, some_component, something, Available};
use super::key::{ctrl, key, shift};
use super::{Action, Section};
use crate::app::dom;
use crate::app::session::{Finding, Menu, Panel, Session, Subject};
use crate::diagram::Document;
use crate::editor::geometry::{bounds_of, group_rect, note_rect, pan, seen_at, to_screen, Rect};
use crate::editor::{commands, Selection};

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("find", text!("Find a component…"), "search", Section::Select, |s| s.find(Finding::Component))
        .keys(&[ctrl("f")])
        .words(text!("search go to jump canvas"))
        .when(some_component),
    Action::new("select-all", text!("Select everything"), "scan", Section::Select, select_all).keys(&[ctrl("a")]).when(some_component),
    Action::new("select-area", text!("Dragging selects an area"), "square-dashed-mouse-pointer", Section::Select, |s| {
        s.ui.selects_area.update(|on| *on = !*on);
        s.announce(if s.ui.selects_area.get_untracked() {
            t!("Dragging on the empty canvas selects an area")
        } else {
            t!("Dragging on the empty canvas moves the view")
        });
    })
    .keys(&[key("v")])
    .words(text!("marquee rubber band lasso box tool hand"))
    .switch(|s| s.ui.selects_area.get()),
    Action::new("next-link", text!("Select its next link"), "link", Section::Select, next_link).keys(&[key("l")]).when(has_links),
    Action::new("settings", text!("Go to its settings"), "sliders-horizontal", Section::Select, settings)
        .keys(&[key("i")])
        .words(text!("inspector parameters properties"))
        .when(something),
    Action::new("menu", text!("Open its menu"), "ellipsis", Section::Select, menu_by_key)
        .keys(&[key("ContextMenu"), shift("F10")])
        .words(text!("context right click")),
];

/// Selects all nodes and links.
fn select_all(session: Session) {
    session.select(session.diagram.with_untracked(|d| Selection::all(d)));
    let count = session.diagram.with_untracked(|d| d.nodes.len());
    session.announce(t!("%{count} components selected", count = count));
}

/// A node or a link is selected, and it has links.
fn has_links(session: Session) -> Available {
    let has = anchor(session).is_some_and(|id| !links_of(session, &id).is_empty());
    if_so(has, text!("Select a component with links first"))
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
fn next_link(session: Session) {
    let Some(node) = anchor(session) else { return };
    let links = links_of(session, &node);
    let now = session.selection.with(|s| links.iter().position(|id| s.links.contains(id)));
    let next = now.map_or(0, |i| (i + 1) % links.len().max(1));
    if let Some(id) = links.get(next) {
        session.select_link(id);
        session.announce(session.diagram.with(|d| commands::link_name(d, id)));
    }
}

/// Moves the focus to the inspector of what is selected.
fn settings(session: Session) {
    show_inspector(session, ":is(input, select, textarea, button)");
}

/// Shows the inspector, on a phone in place of another panel, and moves the focus to what a selector finds in it.
pub(super) fn show_inspector(session: Session, selector: &'static str) {
    session.ui.panel.update(|panel| {
        if *panel != Panel::Outline || dom::media("(max-width: 860px)") {
            *panel = Panel::Inspector;
        }
    });
    gloo_timers::callback::Timeout::new(0, move || dom::focus(&format!(".inspector-slot {selector}"))).forget();
}

/// Opens the menu of what has the focus, else of what is selected, else of the canvas.
fn menu_by_key(session: Session) {
    let focused = dom::document().and_then(|d| d.active_element());
    let id = focused.as_ref().and_then(|e| e.get_attribute("data-node"));
    if let Some(id) = id.as_ref().filter(|id| !session.selection.with_untracked(|s| s.nodes.contains(*id))) {
        session.select_node(id);
    }
    let subject = subject(session);
    let selected = session.selection.with_untracked(|s| s.nodes.first().cloned());
    let element = match (subject, id.or(selected)) {
        (Subject::Node | Subject::Several, Some(id)) => {
            dom::document().and_then(|d| d.query_selector(&format!("[data-node=\"{id}\"]")).ok().flatten())
        }
        _ => dom::document().and_then(|d| d.query_selector(".stage").ok().flatten()),
    };
    let Some(rect) = element.map(|e| e.get_bounding_client_rect()) else { return };
    let at = match subject {
        Subject::Node | Subject::Several => (rect.left() + 24.0, rect.top() + rect.height() / 2.0),
        _ => (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 3.0),
    };
    session.ui.spot.set(None);
    session.ui.menu.set(Some(Menu { at, subject, held: false }));
}

/// What a menu is about now.
pub fn subject(session: Session) -> Subject {
    session.selection.with_untracked(|s| match s.len() {
        0 => Subject::Canvas,
        1 if s.nodes.len() == 1 => Subject::Node,
        1 if s.links.len() == 1 => Subject::Link,
        1 if s.groups.len() == 1 => Subject::Group,
        1 => Subject::Note,
        _ => Subject::Several,
    })
}

/// Pans so that what is selected is on the canvas.
pub fn reveal(session: Session, selection: &Selection) {
    let Some(area) = session.diagram.with_untracked(|d| extent(d, selection)) else { return };
    let (width, height) = session.viewport.get_untracked();
    let view = session.view.get_untracked();
    let (left, top) = to_screen(view, area.x, area.y);
    let (right, bottom) = to_screen(view, area.x + area.width, area.y + area.height);
    let margin = 24.0;
    let shift = |low: f64, high: f64, size: f64| {
        if low < margin {
            margin - low
        } else if high > size - margin {
            size - margin - high
        } else {
            0.0
        }
    };
    let by = (shift(left, right, width), shift(top, bottom, height));
    if by != (0.0, 0.0) {
        session.view.set(pan(view, by.0, by.1));
    }
}

/// The rectangle around what is selected as it is seen; of links, around their ends.
pub fn extent(diagram: &Document, selection: &Selection) -> Option<Rect> {
    let end = |id: &String| diagram.links.iter().any(|l| selection.links.contains(&l.id) && (l.from == *id || l.to == *id));
    let nodes = diagram.nodes.iter().filter(|n| selection.nodes.contains(&n.id) || end(&n.id)).map(|n| seen_at(diagram, n));
    let groups = diagram.groups.iter().filter(|g| selection.groups.contains(&g.id)).map(group_rect);
    let notes = diagram.notes.iter().filter(|n| selection.notes.contains(&n.id)).map(note_rect);
    bounds_of(nodes.chain(groups).chain(notes))
}

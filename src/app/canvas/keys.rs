//! The diagram by keyboard: arrows go to the nearest card that way, shift moves cards, Enter connects or inspects, Escape cancels.
//! Knows no pointer.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::board::Board;
use crate::app::actions::connect_nodes;
use crate::app::dom;
use crate::editor::geometry::{pan, spatial_neighbour, to_screen, Direction, CARD, GRID};
use crate::editor::{commands, Selection};

fn direction(key: &str) -> Option<Direction> {
    match key {
        "ArrowLeft" => Some(Direction::Left),
        "ArrowRight" => Some(Direction::Right),
        "ArrowUp" => Some(Direction::Up),
        "ArrowDown" => Some(Direction::Down),
        _ => None,
    }
}

impl Board {
    /// A key was pressed on the stage. True if it was used.
    pub fn key(self, event: &KeyboardEvent) -> bool {
        let session = self.session;
        let key = event.key();
        if key == "Escape" {
            return self.escape();
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let focused = self.focused();
        if let Some(way) = direction(&key) {
            if event.shift_key() {
                self.nudge(way);
            } else {
                self.go(focused, way);
            }
            return true;
        }
        if key == "Enter" {
            if let Some(from) = session.linking.get_untracked() {
                let target = self.target.get_untracked().or(focused).filter(|t| *t != from);
                match target {
                    Some(to) => {
                        self.let_go();
                        connect_nodes(session, &from, &to);
                    }
                    None => session.announce(t!("Choose a component with the arrow keys first")),
                }
                return true;
            }
            if let Some(id) = focused {
                session.select_node(&id);
                return true;
            }
        }
        false
    }

    /// Gives up what is going on; true if there was something.
    pub fn escape(self) -> bool {
        let session = self.session;
        if session.linking.with_untracked(Option::is_some) {
            self.cancel();
            self.let_go();
            session.announce(t!("Cancelled"));
            return true;
        }
        let dragging = self.drag.with_untracked(|d| !d.nodes.is_empty());
        self.cancel();
        if dragging {
            session.announce(t!("Cancelled"));
            return true;
        }
        if session.request.with_untracked(Option::is_some) {
            session.request.set(None);
            return true;
        }
        let empty = session.selection.with_untracked(|s| s.nodes.is_empty() && s.links.is_empty());
        session.select(Selection::default());
        !empty
    }

    fn focused(self) -> Option<String> {
        let active = dom::document().and_then(|d| d.active_element());
        active
            .and_then(|e| e.get_attribute("data-node"))
            .or_else(|| self.session.selection.with_untracked(|s| s.nodes.iter().next().cloned()))
    }

    fn go(self, from: Option<String>, way: Direction) {
        let session = self.session;
        let diagram = session.diagram.get_untracked();
        let linking = session.linking.with_untracked(Option::is_some);
        let from = if linking { self.target.get_untracked().or(from) } else { from };
        let next = match from {
            Some(from) => spatial_neighbour(&diagram, &from, way).map(String::from),
            None => diagram.nodes.first().map(|n| n.id.clone()),
        };
        let Some(next) = next else { return };
        if linking {
            self.target.set(Some(next.clone()));
            let name = diagram.node(&next).map(|n| n.name.clone()).unwrap_or_default();
            session.announce(t!("To %{name}: press Enter to connect", name = name));
        } else {
            session.select_node(&next);
        }
        self.reveal(&next);
        self.focus_card(&next);
    }

    /// Pans so that a card is on the stage.
    pub fn reveal(self, id: &str) {
        let session = self.session;
        let Some((x, y)) = session.diagram.with_untracked(|d| d.node(id).map(|n| (n.x, n.y))) else { return };
        let (width, height) = session.viewport.get_untracked();
        let view = session.view.get_untracked();
        let (left, top) = to_screen(view, x, y);
        let (right, bottom) = to_screen(view, x + CARD.0, y + CARD.1);
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

    fn nudge(self, way: Direction) {
        let session = self.session;
        let ids: Vec<String> = session.selection.with_untracked(|s| s.nodes.iter().cloned().collect());
        if ids.is_empty() {
            session.announce(t!("Select a component first"));
            return;
        }
        let (dx, dy) = match way {
            Direction::Left => (-GRID, 0.0),
            Direction::Right => (GRID, 0.0),
            Direction::Up => (0.0, -GRID),
            Direction::Down => (0.0, GRID),
        };
        let step = session.diagram.with_untracked(|d| commands::move_nodes(d, &ids, dx, dy));
        session.perform(step);
    }
}

//! The diagram by keyboard: arrows go to the nearest card that way, shift moves cards, Enter connects or inspects, Escape cancels.
//! Knows no pointer.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::board::Board;
use crate::app::actions::{connect_nodes, extent, reveal};
use crate::app::dom;
use crate::app::panels::format;
use crate::app::words::translate;
use crate::editor::geometry::{spatial_neighbour, Direction, GRID};
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
        if let Some(towards) = direction(&key) {
            if event.shift_key() {
                self.nudge(towards);
            } else {
                self.go(focused, towards);
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
    fn escape(self) -> bool {
        let session = self.session;
        if session.linking.with_untracked(Option::is_some) || session.ui.placing.with_untracked(Option::is_some) {
            session.ui.placing.set(None);
            self.cancel();
            self.let_go();
            session.announce(t!("Cancelled"));
            return true;
        }
        let carrying = session.ui.carried.with_untracked(|c| c.as_ref().is_some_and(|c| c.moved));
        session.ui.carried.set(None);
        if self.end_shape() | self.cancel() | carrying {
            session.announce(t!("Cancelled"));
            return true;
        }
        if session.request.with_untracked(Option::is_some) {
            session.request.set(None);
            return true;
        }
        let empty = session.selection.with_untracked(Selection::is_empty);
        session.select(Selection::default());
        !empty
    }

    fn focused(self) -> Option<String> {
        let active = dom::document().and_then(|d| d.active_element());
        active
            .and_then(|e| e.get_attribute("data-node"))
            .or_else(|| self.session.selection.with_untracked(|s| s.nodes.iter().next().cloned()))
    }

    fn go(self, from: Option<String>, towards: Direction) {
        let session = self.session;
        let diagram = session.diagram.get_untracked();
        let linking = session.linking.with_untracked(Option::is_some);
        let from = if linking { self.target.get_untracked().or(from) } else { from };
        if !linking {
            self.go_to_thing(from, towards);
            return;
        }
        let next = match from {
            Some(from) => spatial_neighbour(&diagram, &from, towards).map(String::from),
            None => diagram.nodes.first().map(|n| n.id.clone()),
        };
        let Some(next) = next else { return };
        self.target.set(Some(next.clone()));
        let name = diagram.node(&next).map(|n| n.name.clone()).unwrap_or_default();
        session.announce(t!("To %{name}: press Enter to connect", name = name));
        self.reveal(&next);
        self.focus_card(&next);
    }

    /// Pans so that a card is on the stage.
    pub fn reveal(self, id: &str) {
        reveal(self.session, &Selection::node(id));
    }

    fn nudge(self, towards: Direction) {
        let session = self.session;
        let selection = session.selection.get_untracked();
        if selection.nodes.is_empty() && selection.groups.is_empty() && selection.notes.is_empty() {
            session.announce(t!("Select a component first"));
            return;
        }
        let (dx, dy) = match towards {
            Direction::Left => (-GRID, 0.0),
            Direction::Right => (GRID, 0.0),
            Direction::Up => (0.0, -GRID),
            Direction::Down => (0.0, GRID),
        };
        let step = session.diagram.with_untracked(|d| commands::drop_selection(d, &selection, dx, dy));
        let label = translate(&step.label).into_owned();
        // Many presses in a row are one step.
        if session.perform_continuing(step) {
            let at = session.diagram.with_untracked(|d| extent(d, &selection)).map(|r| (r.x, r.y)).unwrap_or_default();
            session.announce(t!("%{what}: now at %{x}, %{y}", what = label, x = format::figure(at.0), y = format::figure(at.1)));
        }
    }
}

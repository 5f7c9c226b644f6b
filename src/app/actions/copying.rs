//! Copy, cut and paste as text: a part of the diagram goes through the system's clipboard, between tabs and programs.
//! Knows no clipboard event; from a menu it asks the browser's clipboard, which may refuse.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::available::some_thing;
use super::key::browsers;
use super::{reveal, Action, Section};
use crate::app::dom;
use crate::app::session::Session;
use crate::editor::{fragment, Selection};

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("copy", text!("Copy"), "clipboard-copy", Section::Edit, |s| by_menu(s, false)).keys(&[browsers("c")]).when(some_thing),
    Action::new("cut-out", text!("Cut to the clipboard"), "scissors", Section::Edit, |s| by_menu(s, true))
        .keys(&[browsers("x")])
        .when(some_thing),
    Action::new("paste", text!("Paste"), "clipboard-paste", Section::Edit, paste_by_menu).keys(&[browsers("v")]).words(text!("insert")),
];

/// What is selected, as text.
pub fn copied(session: Session) -> Option<(String, Selection)> {
    let selection = session.selection.get_untracked();
    let text = session.diagram.with_untracked(|d| fragment::copy(d, &selection))?;
    Some((text, selection))
}

/// What was copied is on the clipboard: says so, or removes it where it was to be cut.
pub fn taken(session: Session, what: &Selection, cutting: bool) {
    if cutting {
        session.perform(session.diagram.with_untracked(|d| fragment::cut(d, what)));
    } else {
        session.announce(t!("Copied"));
    }
}

/// Adds what a text holds, where the menu was opened or else near where it was; selects it.
pub fn paste(session: Session, text: &str, at: Option<(f64, f64)>) {
    match session.diagram.with_untracked(|d| fragment::paste(d, text, at)) {
        Ok((step, pasted)) => {
            if session.perform(step) {
                session.select(pasted.clone());
                reveal(session, &pasted);
                session.announce(t!("Pasted"));
            }
        }
        Err(reason) => session.refuse(reason),
    }
}

fn by_menu(session: Session, cutting: bool) {
    let Some((text, what)) = copied(session) else { return };
    spawn_local(async move {
        match dom::copy(&text).await {
            // Meanwhile something else may have been selected.
            true => taken(session, &what, cutting),
            false => session.refuse(t!("The browser keeps its clipboard from menus: use the keys instead")),
        }
    });
}

fn paste_by_menu(session: Session) {
    let at = session.ui.spot.get_untracked();
    spawn_local(async move {
        match dom::copied().await {
            Some(text) => paste(session, &text, at),
            None => session.refuse(t!("The browser keeps its clipboard from menus: use the keys instead")),
        }
    });
}

//! Copy, cut and paste as text: a part of the diagram goes through the system's clipboard, between tabs and programs.
//! Knows no clipboard event; from a menu it asks the browser's clipboard, which may refuse.

use leptos::prelude::*;
use wasm_bindgen_futures::{spawn_local, JsFuture};

use super::key::browsers;
use super::{reveal, Action, Section};
use crate::app::dom;
use crate::app::session::Session;
use crate::editor::fragment;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("copy", text!("Copy"), "clipboard-copy", Section::Edit, |s| by_menu(s, false)).keys(&[browsers("c")]).when(something),
    Action::new("cut-out", text!("Cut to the clipboard"), "scissors", Section::Edit, |s| by_menu(s, true))
        .keys(&[browsers("x")])
        .when(something),
    Action::new("paste", text!("Paste"), "clipboard-paste", Section::Edit, paste_by_menu).keys(&[browsers("v")]).words(text!("insert")),
];

/// Something is selected that can be copied: links go with their ends.
fn something(session: Session) -> Result<(), &'static str> {
    let any = session.selection.with(|s| !s.nodes.is_empty() || !s.groups.is_empty() || !s.notes.is_empty());
    any.then_some(()).ok_or(text!("Select a component first"))
}

/// What is selected, as text, and says so.
pub fn copied(session: Session) -> Option<String> {
    let selection = session.selection.get_untracked();
    let text = session.diagram.with_untracked(|d| fragment::copy(d, &selection))?;
    session.announce(t!("Copied"));
    Some(text)
}

/// Removes what was copied.
pub fn cut(session: Session) {
    let selection = session.selection.get_untracked();
    session.perform(session.diagram.with_untracked(|d| fragment::cut(d, &selection)));
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

fn clipboard() -> Option<web_sys::Clipboard> {
    dom::window().map(|w| w.navigator().clipboard()).filter(|c| !c.is_undefined())
}

fn by_menu(session: Session, cutting: bool) {
    let Some(text) = copied(session) else { return };
    spawn_local(async move {
        let written = match clipboard() {
            Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
            None => false,
        };
        match written {
            true if cutting => cut(session),
            true => {}
            false => session.refuse(t!("The browser keeps its clipboard from menus: use the keys instead")),
        }
    });
}

fn paste_by_menu(session: Session) {
    let at = session.desk.spot.get_untracked();
    spawn_local(async move {
        let read = match clipboard() {
            Some(clipboard) => JsFuture::from(clipboard.read_text()).await.ok().and_then(|t| t.as_string()),
            None => None,
        };
        match read {
            Some(text) => paste(session, &text, at),
            None => session.refuse(t!("The browser keeps its clipboard from menus: use the keys instead")),
        }
    });
}

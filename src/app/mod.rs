//! Leptos views and canvas drawing over the editor and the lab.
//! Holds no simulation logic.

#[macro_use]
pub mod words;

pub mod actions;
mod bar;
pub mod button;
pub mod canvas;
mod clipboard;
mod clock;
mod command_palette;
mod context_menu;
pub mod dom;
pub mod files;
use crate::icon;
mod keeping;
mod menu;
mod narration;
mod offline;
mod outline;
mod palette;
pub mod panels;
pub mod session;
mod shell;
pub mod storage;
pub mod theme;
pub mod trials;

use leptos::prelude::*;

use session::Session;
use shell::Shell;
use theme::Theme;
use words::Language;

/// Mounts the application.
pub fn start() {
    dom::tell_panics();
    if let Some(waiting) = dom::document().and_then(|d| d.get_element_by_id("waiting")) {
        waiting.remove();
    }
    leptos::mount::mount_to_body(App);
}

/// The application: a session, kept and followed, and the page.
#[component]
fn App() -> impl IntoView {
    let session = Session::new(Default::default());
    provide_context(session);
    let still = dom::media("(prefers-reduced-motion: reduce)");
    session.still.set(still);
    session.theme.set(Theme::kept());
    Language::kept().speak();
    session.language.set(Language::kept());
    Effect::new(move |_| session.theme.get().show());
    let paused = keeping::open_first(session);
    keeping::keep_going(session);
    offline::watch(session);
    session.playing.set(!still && !paused);
    // Another language makes the views again; the session and its run go on.
    move || {
        session.language.track();
        view! { <Shell /> }
    }
}

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
use crate::app::live::effect;
use crate::icon;
mod keeping;
mod live;
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

/// Mounts the application, once the words of its language are here or have failed to come.
pub fn start() {
    dom::tell_panics();
    let language = Language::kept();
    if language.is_known() {
        return mount(language);
    }
    wasm_bindgen_futures::spawn_local(async move {
        language.learn().await;
        mount(language);
    });
}

/// Mounts the application in the wanted language.
fn mount(wanted: Language) {
    if let Some(waiting) = dom::document().and_then(|d| d.get_element_by_id("waiting")) {
        waiting.remove();
    }
    leptos::mount::mount_to_body(move || view! { <App wanted=wanted /> });
}

/// The application: a session, kept and followed, and the page.
#[component]
fn App(wanted: Language) -> impl IntoView {
    let session = Session::new(Default::default());
    provide_context(session);
    let still = dom::media("(prefers-reduced-motion: reduce)");
    session.still.set(still);
    session.theme.set(Theme::kept());
    let language = if wanted.is_known() { wanted } else { Language::English };
    language.speak();
    session.language.set(language);
    effect(move || session.theme.get().show());
    let paused = keeping::open_first(session);
    keeping::keep_going(session);
    offline::watch(session);
    session.playing.set(!still && !paused);
    if language != wanted {
        session.refuse(missing(wanted));
    }
    // Another language makes the views again; the session and its run go on.
    move || {
        session.language.track();
        view! { <Shell /> }
    }
}

/// Says that a language's words have not come.
fn missing(language: Language) -> String {
    t!("The words of %{language} could not be fetched: try again when there is a network", language = language.name())
}

//! The bar at the top: whose document this is, whether it is safe, time, and what one can do with the whole of it.
//! Knows actions by name.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, FileReader, HtmlInputElement, KeyboardEvent};

use super::button::ActionButton;
use super::files::FIELD;
use super::panels::Transport;
use super::session::Session;
use super::storage::Saved;
use super::words::translate;
use crate::app::live::{live, memo, piece};
use crate::icon::Icon;

/// The bar.
#[component]
pub fn Bar() -> impl IntoView {
    let session = Session::get();
    view! {
        <header class="bar">
            <div class="brand">
                <svg class="mark" viewBox="0 0 28 22" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                    <path d="M1.5 19.5 8 6l5.5 9" />
                    <path d="M15.5 9.5 19 4l7.5 15.5" />
                </svg>
                <h1 class="name">"Faultline"</h1>
                <Title />
                <SavedState />
            </div>
            <div class="transport-slot"><Transport /></div>
            <div class="actions">
                <ActionButton id="starters" text=t!("Starters") />
                <ActionButton id="recent" />
                <ActionButton id="share" text=t!("Share") />
                <ActionButton id="commands" />
                <span class="rule"></span>
                <ActionButton id="save" />
                <ActionButton id="open" />
                <ActionButton id="export" />
                <ActionButton id="theme" />
                <ActionButton id="language" />
                <ActionButton id="help" />
                <ActionButton id="more" />
                <input id=FIELD class="visually-hidden" type="file" accept=".json,application/json" tabindex="-1" aria-hidden="true" on:change=move |e| chosen(session, &e) />
            </div>
        </header>
    }
}

/// The title, to be typed over.
#[component]
fn Title() -> impl IntoView {
    let session = Session::get();
    let title = memo(move || session.diagram.with(|d| d.title.clone()));
    let leave = |e: &Event| {
        if let Some(field) = e.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
            let _ = field.blur();
        }
    };
    let take = move |e: Event| {
        let typed = event_target_value(&e).trim().to_string();
        if typed.is_empty() {
            if let Some(field) = e.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
                field.set_value(&title.get_untracked());
            }
        } else if typed != title.get_untracked() {
            session.set_title(typed);
        }
    };
    view! {
        <input
            class="title"
            aria-label=t!("Title of the document")
            maxlength="80"
            spellcheck="false"
            prop:value=live(move || title.get())
            on:change=take
            on:keydown=move |e: KeyboardEvent| {
                if e.key() == "Enter" || e.key() == "Escape" {
                    leave(&e);
                }
            }
        />
    }
}

/// Whether the work is kept.
#[component]
fn SavedState() -> impl IntoView {
    let session = Session::get();
    let state = move || match session.saved.get() {
        Saved::Kept => ("saved", t!("saved"), t!("Kept in this browser").to_string()),
        Saved::Pending => ("pending", t!("saving…"), t!("Changes are kept in a moment").to_string()),
        Saved::Failed(why) => ("failed", t!("not saved"), t!("Not kept: %{why}. Save it as a file instead", why = translate(&why))),
    };
    view! {
        <span class="saved" data-state=live(move || state().0) title=live(move || state().2)>
            {piece(move || (state().0 == "failed").then(|| view! { <Icon name="triangle-alert" />" " }))}
            {piece(move || state().1)}
        </span>
    }
}

/// A file was chosen: read and open it.
fn chosen(session: Session, event: &Event) {
    let Some(field) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else { return };
    let file = field.files().and_then(|f| f.get(0));
    let (Some(file), Ok(reader)) = (file, FileReader::new()) else { return };
    let shared = reader.clone();
    let read = wasm_bindgen::closure::Closure::once_into_js(move || match shared.result().ok().and_then(|r| r.as_string()) {
        Some(text) => session.open_text(&text),
        None => session.refuse(t!("The file could not be read")),
    });
    reader.set_onloadend(Some(read.unchecked_ref()));
    if reader.read_as_text(&file).is_err() {
        session.refuse(t!("The file could not be read"));
    }
    // The same file can be chosen again.
    field.set_value("");
}

//! A field for a text of many lines, such as a table that was pasted.
//! Knows no parameter: it is given a value and a way to set it.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::knob::Phase;
use crate::app::live::{live, piece};
use crate::app::words::translate;

/// The text under its name. Children stand beside the name. It is taken when the field is left.
#[component]
pub fn TextField(
    /// Id of the field, to which the label points.
    id: String,
    /// Name on the screen.
    label: &'static str,
    /// Tooltip.
    title: String,
    /// The text as in a file.
    #[prop(into)]
    value: Signal<Json>,
    /// Sets it, or says why not.
    set: Callback<(Json, Phase), Result<(), String>>,
    /// What stands beside the name.
    children: Children,
) -> impl IntoView {
    let error: RwSignal<Option<String>> = RwSignal::new(None);
    let text = move || value.get().as_str().unwrap_or_default().to_string();
    let change = move |event: leptos::ev::Event| {
        let done = set.try_run((Json::String(event_target_value(&event)), Phase::Once)).unwrap_or(Ok(()));
        error.set(done.err().map(|e| t!("%{what}; the previous text still holds", what = translate(&e))));
    };
    let error_id = format!("{id}-error");
    view! {
        <div class="field-head">
            <label for=id.clone() title=title>{label}</label>
            {children()}
        </div>
        <textarea id=id class="value-table" rows="6" spellcheck="false" aria-describedby=error_id.clone() prop:value=live(text) on:change=change></textarea>
        <div id=error_id role="alert">{piece(move || error.get().map(|e| view! { <p class="field-error">{e}</p> }))}</div>
    }
}

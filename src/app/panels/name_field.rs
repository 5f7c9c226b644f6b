//! The name of a node or group, edited in place; a name that is refused says why, and the previous one stays.
//! Knows no rule for names: the editor has it.

use leptos::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::app::live::{live, memo, piece};
use crate::app::session::{Session, Thing};
use crate::app::words::translate;
use crate::files::MAX_NAME;

/// A field with the name.
#[component]
pub fn NameField(
    /// What has the name.
    thing: Thing,
    /// Class of the field.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let session = Session::get();
    let thing = StoredValue::new(thing);
    let error = RwSignal::new(None::<String>);
    let name = memo(move || session.diagram.with(|d| thing.with_value(|t| t.text(d)).unwrap_or_default()));
    let change = move |event: leptos::ev::Event| {
        // A field that is taken away while it is typed in still says goodbye: it has nobody to tell.
        if let Some(done) = thing.try_with_value(|t| session.rename(t, &event_target_value(&event))) {
            error.set(done.err());
        }
    };
    // A long name goes on in the next line; Enter takes it all the same.
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            let _ = event_target::<HtmlElement>(&event).blur();
        }
    };
    view! {
        <textarea
            class=class
            rows="1"
            aria-label=t!("Name")
            maxlength=MAX_NAME
            autocomplete="off"
            spellcheck="false"
            aria-invalid=live(move || error.with(Option::is_some).then_some("true"))
            prop:value=live(move || name.get())
            title=live(move || name.get())
            on:change=change
            on:keydown=keys
        ></textarea>
        {piece(move || error.get().map(|text| view! { <p class="field-error" role="alert">{translate(&text).into_owned()}</p> }))}
    }
}

//! A button for an action of the registry: it says its key, and when disabled why.
//! Knows no action by name.

use leptos::prelude::*;

use super::actions::action;
use super::session::Session;
use crate::app::live::{live, memo, piece};
use crate::icon::Icon;

/// The button of an action.
#[component]
pub fn ActionButton(
    /// The action's name.
    id: &'static str,
    /// A label beside the icon; without one the icon stands alone and the action's label is read out.
    #[prop(optional, into)]
    text: Option<Signal<&'static str>>,
    /// Whether what it is called now stands beside the icon.
    #[prop(optional)]
    named: bool,
    /// Another icon than the action's.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let session = Session::get();
    action(id).map(|action| {
        let reason = memo(move || action.reason(session));
        let tooltip = memo(move || action.tooltip(session));
        view! {
            <button
                type="button"
                class=format!("button {class}")
                data-action=id
                title=live(move || tooltip.get())
                aria-label=(text.is_none() && !named).then(|| t!(action.label))
                aria-disabled=live(move || reason.get().map(|_| "true"))
                aria-pressed=action.on.map(|on| move || on(session).to_string())
                on:click=move |_| action.run(session)
            >
                <Icon name=icon.unwrap_or(action.icon) />
                {named.then(|| { let name = memo(move || action.name(session)); view! { <span>{piece(move || name.get())}</span> } })}
                {text.map(|text| view! { <span>{piece(move || text.get())}</span> })}
            </button>
        }
    })
}

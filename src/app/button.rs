//! A button for an action of the registry: it says its key, and when disabled why.
//! Knows no action by name but those whose effect has a name of its own.

use leptos::prelude::*;

use super::actions::action;
use super::icon::Icon;
use super::session::Session;
use super::words::translate;

/// The button of an action.
#[component]
pub fn ActionButton(
    /// The action's name.
    id: &'static str,
    /// A label beside the icon; without one the icon stands alone and the action's label is read out.
    #[prop(optional, into)]
    text: Option<Signal<&'static str>>,
    /// Another icon than the action's.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let session = Session::get();
    action(id).map(|action| {
        let reason = Memo::new(move |_| (action.available)(session).err());
        let title = move || match reason.get() {
            Some(reason) => format!("{}: {}", action.tooltip(), t!(reason)),
            None => match detail(session, id) {
                Some(detail) => format!("{}: {detail}", action.tooltip()),
                None => action.tooltip(),
            },
        };
        view! {
            <button
                type="button"
                class=format!("button {class}")
                data-action=id
                title=title
                aria-label=text.is_none().then(|| t!(action.label))
                aria-disabled=move || reason.get().map(|_| "true")
                on:click=move |_| action.run(session)
            >
                <Icon name=icon.unwrap_or(action.icon) />
                {text.map(|text| view! { <span>{move || text.get()}</span> })}
            </button>
        }
    })
}

/// What exactly it would do, where that differs from time to time.
fn detail(session: Session, id: &str) -> Option<String> {
    match id {
        "undo" => session.undo_label.get().map(|l| translate(&l).into_owned()),
        "redo" => session.redo_label.get().map(|l| translate(&l).into_owned()),
        "language" => Some(session.language.get().next().name().into()),
        _ => None,
    }
}

//! The command palette: type, choose with the arrows, Enter. One list for commands, kinds, components and starters.
//! Knows entries, not what they do.

mod entries;
mod rank;

use leptos::prelude::*;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::session::{Finding, Session};
use crate::app::live::{effect, live, piece};
use crate::icon::Icon;
use entries::{entries, Entry};

/// The sheet's content.
#[component]
pub fn CommandPalette() -> impl IntoView {
    let session = Session::get();
    let finding = session.ui.finding.get_untracked();
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let field = NodeRef::<leptos::html::Input>::new();
    let looked_for = StoredValue::new(finding.clone());
    let found: RwSignal<Vec<Entry>> = RwSignal::new(untrack(|| entries(session, &finding, "")));
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let search = move |event: leptos::ev::Event| {
        let text = event_target::<HtmlInputElement>(&event).value();
        found.set(untrack(|| looked_for.with_value(|f| entries(session, f, &text))));
        active.set(0);
        typed.set(text);
    };
    let run = move |at: usize| {
        let Some(entry) = found.with_untracked(|f| f.get(at).cloned()) else { return };
        if let Some(reason) = &entry.reason {
            session.announce(reason.clone());
            return;
        }
        let finding = looked_for.get_value();
        session.show(None);
        // After the sheet has closed and given the focus back.
        gloo_timers::callback::Timeout::new(0, move || entry.run(session, &finding)).forget();
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        let to = match event.key().as_str() {
            "ArrowDown" => (active.get_untracked() + 1) % count,
            "ArrowUp" => (active.get_untracked() + count - 1) % count,
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                return run(active.get_untracked());
            }
            _ => return,
        };
        event.prevent_default();
        active.set(to);
        gloo_timers::callback::Timeout::new(0, || {
            let shown = super::dom::document().and_then(|d| d.query_selector(".found [aria-selected=true]").ok().flatten());
            if let Some(line) = shown {
                line.scroll_into_view_with_scroll_into_view_options(&{
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                    options
                });
            }
        })
        .forget();
    };
    let label = match &finding {
        Finding::Everything => t!("Search commands, components and starters"),
        Finding::Component => t!("Go to a component"),
        Finding::Kind(_) => t!("Add a component"),
        Finding::Target(_) => t!("Connect to"),
    };
    let lines = move || {
        found.with(|found| {
            let line = |(at, entry): (usize, &Entry)| {
                let Entry { icon, text, aside, reason, .. } = entry.clone();
                let off = reason.is_some().then_some("true");
                view! {
                    <li
                        id=format!("found-{at}")
                        role="option"
                        aria-selected=live(move || (active.get() == at).to_string())
                        aria-disabled=off
                        on:pointermove=move |_| if active.get_untracked() != at { active.set(at) }
                        on:click=move |_| run(at)
                    >
                        <Icon name=icon />
                        <span class="found-text">{text}{reason.map(|why| view! { <small>{why}</small> })}</span>
                        <span class="found-aside">{aside}</span>
                    </li>
                }
            };
            found.iter().enumerate().map(line).collect_view()
        })
    };
    view! {
        <div class="finder">
            <input
                node_ref=field
                type="text"
                role="combobox"
                aria-label=label
                aria-expanded="true"
                aria-controls="found"
                aria-autocomplete="list"
                aria-activedescendant=live(move || format!("found-{}", active.get()))
                placeholder=format!("{label}…")
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="go"
                on:input=search
                on:keydown=keys
            />
            <ul id="found" class="found" role="listbox" aria-label=label>{piece(lines)}</ul>
            <p class="found-none" role="status">{piece(move || found.with(Vec::is_empty).then(|| t!("Nothing is called %{typed}", typed = typed.get())))}</p>
        </div>
    }
}

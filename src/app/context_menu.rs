//! The context menu: what can be done to what was pointed at, with the reason beside what cannot be done now.
//! Knows actions by name, not what they do.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::actions::{action, Action};
use super::session::{Menu, Session, Subject};
use super::{dom, menu};
use crate::app::live::{effect, live, piece};
use crate::icon::Icon;

/// The names in the menu about this; a dash divides.
fn listed(subject: Subject) -> &'static str {
    match subject {
        Subject::Node => {
            "connect connect-list add-next settings rename sweep truth - crash vanish hang lose-disk slow flush - copy cut-out duplicate delete - group-subsystem select-group zoom-selection"
        }
        Subject::Link => "cut lose-replies lossy delay mend - add-next lead-elsewhere settings - delete",
        Subject::Group => "rename collapse settings - copy cut-out duplicate - select-group ungroup delete - zoom-selection",
        Subject::Note => "rename note-colour settings - copy cut-out duplicate delete",
        Subject::Several => {
            "crash vanish hang slow - copy cut-out duplicate delete - group-subsystem group-zone group-region group-box - align-left align-right align-top align-bottom distribute-across distribute-down - zoom-selection"
        }
        Subject::Page => "new recent open save export share - repeat sweep truth - commands help - step-back return another-seed - theme language narrate",
        Subject::Canvas => "add note group-zone group-region group-subsystem group-box paste - select-all find layout - undo redo - fit minimap outline starters",
    }
}

fn rows(session: Session, subject: Subject) -> Vec<Option<&'static Action>> {
    let wanted = |a: &&'static Action| !matches!(a.id, "flush" | "lose-disk" | "mend") || (a.available)(session).is_ok();
    let mut rows: Vec<Option<&'static Action>> = Vec::new();
    for name in listed(subject).split(' ') {
        match action(name).filter(wanted) {
            Some(action) => rows.push(Some(action)),
            None if name == "-" => rows.push(None),
            None => {}
        }
    }
    rows
}

/// The menu, where one is open.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let session = Session::get();
    piece(move || session.ui.menu.get().map(|menu| view! { <OpenMenu menu=menu /> }))
}

#[component]
fn OpenMenu(menu: Menu) -> impl IntoView {
    let session = Session::get();
    let element = NodeRef::<leptos::html::Div>::new();
    let before = StoredValue::new_local(dom::document().and_then(|d| d.active_element()));
    let place = RwSignal::new(menu.at);
    // Once it is there: within the page, with the focus on its first line.
    effect(move || {
        let Some(element) = element.get() else { return };
        let size = (f64::from(element.offset_width()), f64::from(element.offset_height()));
        let page = dom::window().map(|w| (w.inner_width(), w.inner_height()));
        let (width, height) = match page {
            Some((Ok(w), Ok(h))) => (w.as_f64().unwrap_or(0.0), h.as_f64().unwrap_or(0.0)),
            _ => return,
        };
        place.update(|(x, y)| {
            *x = x.min(width - size.0 - 8.0).max(8.0);
            *y = y.min(height - size.1 - 8.0).max(8.0);
        });
        menu::focus_first(&element);
    });
    let close = move || {
        session.ui.menu.set(None);
        if let Some(Ok(element)) = before.get_value().map(|e| e.dyn_into::<HtmlElement>()) {
            let _ = element.focus();
        }
    };
    let lifted = StoredValue::new(!menu.held);
    let run = move |action: &'static Action| {
        if !lifted.get_value() {
            return;
        }
        if untrack(|| action.reason(session)).is_some() {
            action.run(session);
            return;
        }
        close();
        action.run(session);
        session.ui.spot.set(None);
    };
    let leave = move || {
        close();
        session.ui.spot.set(None);
    };
    let keys = move |event: KeyboardEvent| {
        event.stop_propagation();
        lifted.set_value(true);
        let Some(element) = element.get_untracked() else { return };
        match event.key().as_str() {
            "Escape" | "Tab" => leave(),
            key if menu::goes_on(&element, key) => {}
            _ => return,
        }
        event.prevent_default();
    };
    let lines = untrack(|| rows(session, menu.subject)).into_iter().map(|row| match row {
        None => view! { <div class="menu-rule" role="separator"></div> }.into_any(),
        Some(action) => {
            let reason = untrack(|| action.reason(session));
            let name = untrack(|| match action.detail(session) {
                Some(detail) => format!("{}: {detail}", action.name(session)),
                None => action.name(session).into(),
            });
            let on = action.on.map(|on| untrack(|| on(session)));
            view! {
                <button
                    type="button"
                    class="menu-line"
                    role=if on.is_some() { "menuitemcheckbox" } else { "menuitem" }
                    tabindex="-1"
                    data-action=action.id
                    aria-checked=on.map(|on| on.to_string())
                    aria-disabled=reason.map(|_| "true")
                    on:click=move |_| run(action)
                >
                    <Icon name=if on == Some(true) { "check" } else { action.icon } />
                    <span>{name}{reason.map(|why| view! { <small>{why}</small> })}</span>
                    <span class="menu-key" aria-hidden="true">{action.keys.first().map(|k| k.label())}</span>
                </button>
            }
            .into_any()
        }
    });
    // A landmark, so that nothing on the page lies outside of all of them.
    view! {
        <aside aria-label=t!("Menu")>
        <div class="menu-ground" on:pointerdown=move |_| leave() on:contextmenu=move |e| e.prevent_default()></div>
        <div
            node_ref=element
            class="menu"
            role="menu"
            aria-label=t!("What can be done")
            style=live(move || { let (x, y) = place.get(); format!("left: {x}px; top: {y}px") })
            on:keydown=keys
            on:pointerdown=move |_| lifted.set_value(true)
            on:contextmenu=move |e| e.prevent_default()
        >
            {lines.collect_view()}
        </div>
        </aside>
    }
}

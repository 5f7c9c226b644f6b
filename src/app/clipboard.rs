//! The system's clipboard: the page's copy, cut and paste events, unless a field or a marked text has them.
//! Knows what is copied only as text.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DataTransfer, Event};

use super::actions::{copied, paste, taken};
use super::dom;
use super::session::Session;

/// Listens as long as the view lives that calls.
pub fn listen(session: Session) {
    let copy = window_event_listener_untyped("copy", move |event| take(session, &event, false));
    let cut_out = window_event_listener_untyped("cut", move |event| take(session, &event, true));
    let put = window_event_listener_untyped("paste", move |event| {
        if is_others(session, &event) {
            return;
        }
        let text = transfer(&event).and_then(|t| t.get_data("text/plain").ok()).unwrap_or_default();
        event.prevent_default();
        paste(session, &text, None);
    });
    on_cleanup(move || {
        copy.remove();
        cut_out.remove();
        put.remove();
    });
}

fn take(session: Session, event: &Event, cutting: bool) {
    if is_others(session, event) || marks_text() {
        return;
    }
    let (Some(transfer), Some((text, what))) = (transfer(event), copied(session)) else { return };
    if transfer.set_data("text/plain", &text).is_ok() {
        event.prevent_default();
        taken(session, &what, cutting);
    }
}

/// Whether the event is for a field or a sheet.
fn is_others(session: Session, event: &Event) -> bool {
    event.default_prevented() || session.dialog.with_untracked(Option::is_some) || dom::takes_text(event.target())
}

fn transfer(event: &Event) -> Option<DataTransfer> {
    js_sys::Reflect::get(event, &"clipboardData".into()).ok()?.dyn_into().ok()
}

/// Whether the reader has marked a text on the page: that is what is to be copied.
fn marks_text() -> bool {
    let marked = || {
        let window: JsValue = dom::window()?.into();
        let get: js_sys::Function = js_sys::Reflect::get(&window, &"getSelection".into()).ok()?.dyn_into().ok()?;
        let selection = get.call0(&window).ok()?;
        js_sys::Reflect::get(&selection, &"isCollapsed".into()).ok()?.as_bool()
    };
    marked() == Some(false)
}

//! When the work is kept, and what is opened first and when the address changes.
//! Knows neither the format nor the store.

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;

use super::dom;
use super::session::Session;
use super::storage::{self, Opening, Saved};

/// From a change to its being kept.
const AFTER_MS: u32 = 600;
/// How often the moment of a running document is kept.
const MOMENT_MS: u32 = 3_000;

/// Opens what the page starts with.
pub fn open_first(session: Session) {
    let Opening { document, message, took_place, fit } = storage::opening();
    session.open(document);
    if fit {
        session.fit_next.set(true);
    }
    if let Some(said) = took_place {
        session.tell_with_way_back(said);
    }
    if let Some(message) = message {
        session.refuse(message);
    }
}

/// Keeps the work from now on, and follows share links put into the address.
pub fn keep_going(session: Session) {
    let waiting: StoredValue<Option<Timeout>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move |first: Option<()>| {
        session.revision.track();
        session.view.track();
        if first.is_none() {
            return;
        }
        if session.saved.with_untracked(|s| *s == Saved::Saved) {
            session.saved.set(Saved::Pending);
        }
        // Replacing the old timeout cancels it.
        waiting.set_value(Some(Timeout::new(AFTER_MS, move || session.keep())));
    });
    let moments: StoredValue<Option<Interval>, LocalStorage> = StoredValue::new_local(None);
    moments.set_value(Some(Interval::new(MOMENT_MS, move || {
        if session.playing.get_untracked() {
            session.keep();
        }
    })));
    let leaving = window_event_listener_untyped("pagehide", move |_| session.keep());
    let address = window_event_listener_untyped("hashchange", move |_| {
        match storage::from_address() {
            Some(Ok(document)) => {
                let said = t!("Opened %{name} from the link", name = document.title);
                session.open_instead(document, said);
            }
            Some(Err(problem)) => session.refuse(problem),
            None => return,
        }
        storage::forget_address();
    });
    // Two tabs keep their work under one name.
    let warned = StoredValue::new(false);
    let other_tab = window_event_listener_untyped("storage", move |event| {
        let key = js_sys::Reflect::get(&event, &"key".into()).ok().and_then(|k| k.as_string());
        if storage::is_document(key.as_deref()) && !warned.get_value() {
            warned.set_value(true);
            session.refuse(t!("Faultline is open in another tab too: this browser keeps the work of the tab that changed last"));
        }
    });
    let scheme = dom::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten());
    if let Some(scheme) = scheme {
        let repaint = wasm_bindgen::closure::Closure::wrap(Box::new(move || session.theme.notify()) as Box<dyn FnMut()>);
        scheme.set_onchange(Some(wasm_bindgen::JsCast::unchecked_ref(repaint.as_ref())));
        let kept: StoredValue<_, LocalStorage> = StoredValue::new_local((scheme, repaint));
        on_cleanup(move || {
            let _ = kept.try_with_value(|(scheme, _)| scheme.set_onchange(None));
        });
    }
    on_cleanup(move || {
        leaving.remove();
        other_tab.remove();
        address.remove();
    });
}

//! When the work is kept, and what is opened first and when the address changes.
//! Knows neither the format nor the store.

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;

use super::dom;
use super::session::{Offer, Session};
use super::storage::{self, Saved};
use crate::app::live::effect;

/// From a change to its being kept.
const AFTER_MS: u32 = 600;
/// How often the moment of a running document is kept.
const MOMENT_MS: u32 = 3_000;

/// From the end of a replay to the judgement that the document opened well.
const WELL_MS: u32 = 1_500;

/// Opens what the page starts with. Returns whether it is to stand still.
pub fn open_first(session: Session) -> bool {
    let mut opening = storage::opening();
    let (message, took_place, set_aside) = (opening.message.take(), opening.took_place.take(), opening.set_aside.take());
    let still = opening.still;
    session.fit_next.set(opening.fit);
    session.begin(opening);
    if let Some(said) = took_place {
        session.tell_with(said, Offer::Before);
    }
    if let Some(said) = set_aside {
        session.tell_with(said, Offer::Recent);
    }
    if let Some(message) = message {
        session.refuse(message);
    }
    still
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
        if session.saved.with_untracked(|s| *s == Saved::Kept) {
            session.saved.set(Saved::Pending);
        }
        // Replacing the old timeout cancels it.
        waiting.set_value(Some(Timeout::new(AFTER_MS, move || session.keep())));
    });
    let well: StoredValue<Option<Timeout>, LocalStorage> = StoredValue::new_local(None);
    effect(move || {
        let opened = session.replay.with(Option::is_none);
        well.set_value(opened.then(|| Timeout::new(WELL_MS, move || session.opened_well())));
    });
    let moments: StoredValue<Option<Interval>, LocalStorage> = StoredValue::new_local(None);
    moments.set_value(Some(Interval::new(MOMENT_MS, move || {
        if session.playing.get_untracked() {
            session.keep();
        }
    })));
    let leaving = window_event_listener_untyped("pagehide", move |_| session.leave());
    let address = window_event_listener_untyped("hashchange", move |_| match storage::from_address() {
        Some(Ok(document)) => session.open_linked(document),
        Some(Err(problem)) => {
            storage::forget_address();
            session.refuse(problem);
        }
        None => {}
    });
    let other_tab = window_event_listener_untyped("storage", move |event| {
        let text = |name: &str| js_sys::Reflect::get(&event, &name.into()).ok().and_then(|v| v.as_string());
        let (Some(name), Some(_)) = (text("key"), text("newValue")) else { return };
        if let Some(work) = storage::work_of_record(&name) {
            session.other_tab_wrote(work);
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

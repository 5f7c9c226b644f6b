//! The browser's two storages: what stays, and what belongs to this tab.
//! Knows no record.

use wasm_bindgen::JsCast;
use web_sys::{DomException, Storage};

use super::history::{History, Refusal, Store};
use crate::app::dom;

/// What stays when the page is closed.
pub struct Browser(Option<Storage>);

/// The history in this browser.
pub fn history() -> History<Browser> {
    History(Browser(dom::window().and_then(|w| w.local_storage().ok().flatten())))
}

impl Store for Browser {
    fn get(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.get_item(name).ok().flatten()
    }

    fn set(&self, name: &str, text: &str) -> Result<(), Refusal> {
        let Some(storage) = &self.0 else { return Err(Refusal::Missing) };
        storage.set_item(name, text).map_err(|error| match error.dyn_ref::<DomException>().map(|e| e.name()) {
            Some(name) if name.contains("Quota") => Refusal::Full,
            _ => Refusal::Missing,
        })
    }

    fn remove(&self, name: &str) {
        if let Some(storage) = &self.0 {
            let _ = storage.remove_item(name);
        }
    }

    fn names(&self) -> Vec<String> {
        let Some(storage) = &self.0 else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        (0..count).filter_map(|i| storage.key(i).ok().flatten()).collect()
    }
}

fn of_tab() -> Option<Storage> {
    dom::window().and_then(|w| w.session_storage().ok().flatten())
}

/// What this tab noted under a name.
pub fn noted(name: &str) -> Option<String> {
    of_tab()?.get_item(name).ok().flatten()
}

/// Notes something for this tab, or forgets it.
pub fn note(name: &str, text: Option<&str>) {
    if let Some(storage) = of_tab() {
        // Without it a reload opens the most recent work instead.
        let _ = match text {
            Some(text) => storage.set_item(name, text),
            None => storage.remove_item(name),
        };
    }
}

//! Light, dark or as the system says.
//! Knows no colour: those are in style/tokens.css.

use super::dom;

/// Name under which the choice is kept.
const KEY: &str = "faultline.theme";

/// The choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The kept choice.
    pub fn kept() -> Theme {
        let kept = dom::window().and_then(|w| w.local_storage().ok().flatten()).and_then(|s| s.get_item(KEY).ok().flatten());
        match kept.as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Shows the choice and keeps it.
    pub fn show(self) {
        let name = match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        };
        let storage = dom::window().and_then(|w| w.local_storage().ok().flatten());
        if let Some(root) = dom::document().and_then(|d| d.document_element()) {
            let _ = match name {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
        if let Some(storage) = storage {
            // A full or forbidden store costs only the memory of the choice.
            let _ = match name {
                Some(name) => storage.set_item(KEY, name),
                None => storage.remove_item(KEY),
            };
        }
    }

    /// The other look: what the switch changes to.
    pub fn other(self) -> Theme {
        let dark = match self {
            Theme::System => dom::media("(prefers-color-scheme: dark)"),
            Theme::Light => false,
            Theme::Dark => true,
        };
        if dark {
            Theme::Light
        } else {
            Theme::Dark
        }
    }
}

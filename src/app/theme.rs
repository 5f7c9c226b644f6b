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
        match dom::kept(KEY).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Shows the choice and keeps it. Shown again when the system's changes, which matters where nothing was chosen.
    pub fn show(self) {
        let name = if self.is_dark() { "dark" } else { "light" };
        if let Some(root) = dom::document().and_then(|d| d.document_element()) {
            let _ = root.set_attribute("data-theme", name);
        }
        match self {
            Theme::System => dom::forget(KEY),
            _ => dom::keep(KEY, name),
        }
    }

    /// Whether it comes out dark now.
    fn is_dark(self) -> bool {
        match self {
            Theme::System => dom::media("(prefers-color-scheme: dark)"),
            chosen => chosen == Theme::Dark,
        }
    }

    /// The other look: what the switch changes to.
    pub fn other(self) -> Theme {
        if self.is_dark() {
            Theme::Light
        } else {
            Theme::Dark
        }
    }
}

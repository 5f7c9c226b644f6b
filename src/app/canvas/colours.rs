//! The colours of the drawing, read from the style tokens so that there is one place that names them.
//! Knows no drawing.

use super::tint::{HUES, RAMP};
use crate::app::dom;

/// The tokens that the drawing uses.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    /// Ground of the canvas, for gaps.
    pub page: String,
    /// Ground of cards, for hollow shapes.
    pub surface: String,
    /// Ink of labels.
    pub ink: String,
    /// Quiet ink.
    pub quiet: String,
    /// Selection.
    pub accent: String,
    /// Reads.
    pub read: String,
    /// Writes.
    pub write: String,
    /// Messages.
    pub message: String,
    /// Control traffic.
    pub control: String,
    /// Recovery.
    pub good: String,
    /// Errors.
    pub bad: String,
    /// Text on errors.
    pub on_bad: String,
    /// Stale and replicated data.
    pub odd: String,
    /// Links.
    pub link: String,
    /// Arrow heads.
    pub link_strong: String,
    /// The page's font.
    pub font: String,
    /// Distinct colours for things without an order.
    pub hues: [String; HUES],
    /// From young to old.
    pub ramp: [String; 5],
}

impl Colours {
    /// As the page has them now.
    pub fn read() -> Option<Colours> {
        let root = dom::document()?.document_element()?;
        let style = dom::window()?.get_computed_style(&root).ok()??;
        let token = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_string();
        Some(Colours {
            page: token("--page"),
            surface: token("--raised"),
            ink: token("--ink"),
            quiet: token("--ink-2"),
            accent: token("--accent"),
            read: token("--read"),
            write: token("--write"),
            message: token("--message"),
            control: token("--control"),
            good: token("--good"),
            bad: token("--bad"),
            on_bad: token("--on-bad"),
            odd: token("--odd"),
            link: token("--link"),
            link_strong: token("--link-strong"),
            font: token("--font"),
            hues: std::array::from_fn(|i| token(&format!("--cat-{}", i + 1))),
            ramp: RAMP.map(token),
        })
    }
}

//! The colours of the drawing, read from the style tokens so that there is one place that names them.
//! Knows no drawing.

use super::ink::{HUE, RAMP, TOKENS};
use crate::app::dom;

/// The tokens that the drawing uses.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    /// Ground of the canvas, for gaps.
    pub page: String,
    /// Ink of labels.
    pub ink: String,
    /// Quiet ink.
    pub quiet: String,
    /// Selection.
    pub accent: String,
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
    palette: Vec<String>,
}

impl Colours {
    /// As the page has them now.
    pub fn read() -> Option<Colours> {
        let root = dom::document()?.document_element()?;
        let style = dom::window()?.get_computed_style(&root).ok()??;
        let token = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_string();
        Some(Colours {
            page: token("--page"),
            ink: token("--ink"),
            quiet: token("--ink-2"),
            accent: token("--accent"),
            good: token("--good"),
            bad: token("--bad"),
            on_bad: token("--on-bad"),
            odd: token("--odd"),
            link: token("--link"),
            link_strong: token("--link-strong"),
            font: token("--font"),
            palette: TOKENS.into_iter().chain(HUE).chain(RAMP).map(token).collect(),
        })
    }

    /// The ink of this number, as the style writes it.
    pub fn by_number(&self, number: usize) -> &str {
        self.palette.get(number).map_or("gray", String::as_str)
    }

    /// All inks as red, green and blue from 0 to 1, one after the other.
    pub fn rgb(&self) -> Vec<f32> {
        self.palette.iter().flat_map(|colour| rgb(colour)).collect()
    }
}

/// `#rrggbb` as three shares; grey if it is not written so.
fn rgb(colour: &str) -> [f32; 3] {
    let number = colour.strip_prefix('#').filter(|c| c.len() == 6).and_then(|c| u32::from_str_radix(c, 16).ok());
    let number = number.unwrap_or(0x80_80_80);
    [16, 8, 0].map(|shift| ((number >> shift) & 0xff) as f32 / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_that_moves_is_written_as_six_digits() {
        let tokens = include_str!("../../../style/tokens.css");
        for token in TOKENS.into_iter().chain(HUE).chain(RAMP) {
            let values = tokens.lines().filter_map(|l| l.trim().strip_prefix(&format!("{token}: "))).collect::<Vec<_>>();
            assert!(!values.is_empty(), "{token} is nowhere");
            for value in values.iter().map(|v| v.trim_end_matches(';')) {
                assert!(value.starts_with("var(--cat-") || value.len() == 7 && value.starts_with('#'), "{token}: {value}");
            }
        }
    }

    #[test]
    fn digits_are_shares() {
        assert_eq!(rgb("#ff0080"), [1.0, 0.0, 128.0 / 255.0]);
    }
}

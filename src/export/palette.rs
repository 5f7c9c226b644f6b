//! The colours of a picture, from the same list as the page's: style/tokens.css.
//! Knows no drawing.

use std::borrow::Cow;

/// The theme of a picture, whatever the page's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on a light ground.
    Light,
    /// Light ink on a dark ground.
    Dark,
    /// The colours of the page that holds the picture: its custom properties of the same names.
    Page,
}

const TOKENS: &str = include_str!("../../style/tokens.css");

impl Theme {
    /// The value of a token such as `--ink`; black if there is none of that name.
    pub fn colour(self, token: &str) -> Cow<'static, str> {
        let start = match self {
            Theme::Light => ":root {",
            Theme::Dark => ":root[data-theme=\"dark\"] {",
            Theme::Page => return Cow::Owned(format!("var({token})")),
        };
        let block = TOKENS.split_once(start).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(block, _)| block);
        let value = |line: &'static str| line.trim().strip_prefix(token)?.strip_prefix(": ")?.strip_suffix(';');
        Cow::Borrowed(block.lines().find_map(value).unwrap_or("#000000"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_have_colours_of_their_own() {
        for token in super::super::svg::TOKENS {
            let (light, dark) = (Theme::Light.colour(token), Theme::Dark.colour(token));
            for colour in [&light, &dark] {
                assert!(colour.len() == 7 && colour.starts_with('#'), "{token}: {colour}");
            }
            assert!(light != dark, "{token}");
        }
        assert_eq!(Theme::Light.colour("--page"), "#f5f7f9");
        assert_eq!(Theme::Dark.colour("--page"), "#0d1116");
        assert_eq!(Theme::Page.colour("--page"), "var(--page)");
    }
}

//! The words of the application in the chosen language. The English text is the key of a catalogue in assets/words.
//! Knows no view; texts of other rooms are looked up as they come, those with names in them by their pattern.

mod catalogue;
mod language;

use std::borrow::Cow;
use std::fmt::Display;

pub use language::{marks, Language, Marks};

/// A text in the chosen language: `t!("Undo")`, or `t!("Renamed to %{name}", name = name)`, which is a `String`.
macro_rules! t {
    ($text:expr) => {
        $crate::app::words::say($text)
    };
    ($text:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::app::words::fill($text, &[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),+])
    };
}

/// A text that is kept in English, in a constant say, and put into the chosen language where it is shown.
macro_rules! text {
    ($text:literal) => {
        $text
    };
}

/// The text in the chosen language; itself where the catalogue lacks it.
pub fn say(text: &'static str) -> &'static str {
    language::catalogue().and_then(|c| c.exact(text)).unwrap_or(text)
}

/// The text in the chosen language with its arguments in their places.
pub fn fill(text: &'static str, arguments: &[(&str, &dyn Display)]) -> String {
    catalogue::fill(say(text), |name| arguments.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string()))
}

/// A text that another room made, names and figures already in it.
pub fn translate(text: &str) -> Cow<'_, str> {
    match language::catalogue() {
        Some(catalogue) => catalogue.translate(text),
        None => Cow::Borrowed(text),
    }
}

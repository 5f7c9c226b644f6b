//! The words of the application in the chosen language. The English text is the key of a catalogue in assets/words.
//! Knows no view; texts of other rooms are looked up as they come, those with names in them by their pattern.

mod catalogue;
mod language;

use std::borrow::Cow;
use std::fmt::Display;

use crate::components::kind;
use crate::diagram::{Document, Edit, Entry};
use crate::editor::Step;
use crate::files::Problems;

pub use language::{marks, Language};

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

/// Puts what a starter calls its things into the chosen language; from then on the names are the learner's own.
pub fn name_in_language(document: &mut Document) {
    let names = document.nodes.iter_mut().map(|n| &mut n.name).chain(document.groups.iter_mut().map(|g| &mut g.name));
    let notes = document.notes.iter_mut().map(|n| &mut n.text);
    for text in names.chain(notes).chain([&mut document.title]) {
        *text = translate(text).into_owned();
    }
}

/// Gives a node or group that is being added a name in the chosen language that no other has: `Caché 2` for `Cache`.
pub fn name_added(step: &mut Step, diagram: &Document) {
    if language::catalogue().is_none() {
        return;
    }
    for entry in &mut step.entries {
        let (name, stem) = match entry {
            Entry::Edit(Edit::AddNode { node }) => (&mut node.name, kind(&node.kind).map(|k| k.label)),
            Entry::Edit(Edit::AddGroup { group }) => (&mut group.name, Some(group.place.map_or(group.kind.label(), |p| p.label()))),
            _ => continue,
        };
        let taken = |name: &str| diagram.nodes.iter().any(|n| n.name == name) || diagram.groups.iter().any(|g| g.name == name);
        let old = name.clone();
        if let Some(stem) = stem {
            rename(name, stem, taken);
        }
        step.label = step.label.replace(&old, name);
    }
}

/// Translates a name that is `stem`, with or without a number; a name of the learner's own stays.
fn rename(name: &mut String, stem: &'static str, is_taken: impl Fn(&str) -> bool) {
    if name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ') != stem {
        return;
    }
    let stem = say(stem);
    let mut names = std::iter::once(stem.to_string()).chain((2u32..).map(|n| format!("{stem} {n}")));
    if let Some(free) = names.find(|name| !is_taken(name)) {
        *name = free;
    }
}

/// All that is wrong with a file, in the chosen language: on one line if it is one thing, else each on a line of its own.
pub fn told(problems: &Problems) -> String {
    let lines: Vec<String> = problems.lines().iter().map(|line| translate(line).into_owned()).collect();
    match lines.as_slice() {
        [one] => one.clone(),
        several => several.iter().map(|line| format!("\n• {line}")).collect(),
    }
}

/// A text that another room made, names and figures already in it.
pub fn translate(text: &str) -> Cow<'_, str> {
    match language::catalogue() {
        Some(catalogue) => catalogue.translate(text),
        None => Cow::Borrowed(text),
    }
}

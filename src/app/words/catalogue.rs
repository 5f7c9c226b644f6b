//! One language's catalogue: English texts with their translations, and patterns such as `Crash %{name}`.
//! Knows not which language it is.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::order::Ordered;

/// How deep texts within texts are looked up.
const DEEPEST: u8 = 3;
/// The argument that is itself a text to translate; others are names and figures.
const TEXT: &str = "what";
/// The argument that is a parameter's label within a sentence: `timeout` is the setting here, not the failure.
const LABEL: &str = "what_label";

/// Texts and patterns.
pub(super) struct Catalogue {
    texts: FxHashMap<&'static str, &'static str>,
    /// Those that begin with a literal first, which a name cannot be taken for; of each, the most literal first.
    patterns: Vec<Pattern>,
}

/// A text with arguments: literal, then pairs of an argument and the literal after it.
struct Pattern {
    head: &'static str,
    rest: Vec<(&'static str, &'static str)>,
    translation: &'static str,
}

impl Catalogue {
    /// Reads a catalogue, which lives as long as the page; nothing, if it is none.
    pub(super) fn new(json: &str) -> Option<Catalogue> {
        let Ok(Value::Object(entries)) = serde_json::from_str(json) else { return None };
        let mut texts = FxHashMap::default();
        let mut patterns = Vec::new();
        for (english, translation) in entries {
            let Value::String(translation) = translation else { continue };
            let (english, translation): (&'static str, &'static str) = (english.leak(), translation.leak());
            texts.insert(english, translation);
            patterns.extend(Pattern::new(english, translation));
        }
        patterns.order_by_key(|p: &Pattern| std::cmp::Reverse((!p.head.is_empty(), p.weight())));
        Some(Catalogue { texts, patterns })
    }

    /// The translation of exactly this text.
    pub(super) fn exact(&self, text: &str) -> Option<&'static str> {
        self.texts.get(text).copied()
    }

    /// The translation of a text: as it is, begun with another size of letter, or by its pattern.
    pub(super) fn translate<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.look_up(text, 0).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn look_up(&self, text: &str, depth: u8) -> Option<String> {
        if let Some(found) = self.exact(text) {
            return Some(found.into());
        }
        if let Some(found) = begun(text, char::is_uppercase, lower).and_then(|t| self.exact(&t)) {
            return Some(begun(found, char::is_lowercase, upper).unwrap_or_else(|| found.into()));
        }
        if let Some(found) = begun(text, char::is_lowercase, upper).and_then(|t| self.exact(&t)) {
            return Some(begun(found, char::is_uppercase, lower).unwrap_or_else(|| found.into()));
        }
        if depth >= DEEPEST {
            return None;
        }
        let (pattern, found) = self.patterns.iter().find_map(|p| Some((p, p.arguments(text)?)))?;
        Some(fill(pattern.translation, |name| {
            let value = found.iter().find(|(n, _)| *n == name)?.1;
            let label = (name == LABEL).then(|| begun(value, char::is_lowercase, upper)).flatten().and_then(|label| self.exact(&label));
            let inner = match label.and_then(|label| begun(label, char::is_uppercase, lower)) {
                Some(label) => Some(label),
                None => (name.starts_with(TEXT)).then(|| self.look_up(value, depth + 1)).flatten(),
            };
            Some(inner.unwrap_or_else(|| value.to_string()))
        }))
    }
}

fn lower(c: char) -> String {
    c.to_lowercase().collect()
}

fn upper(c: char) -> String {
    c.to_uppercase().collect()
}

/// The text with its first letter changed, if that letter is such a one.
fn begun(text: &str, is: fn(char) -> bool, change: fn(char) -> String) -> Option<String> {
    let first = text.chars().next().filter(|c| is(*c))?;
    Some(change(first) + &text[first.len_utf8()..])
}

impl Pattern {
    fn new(english: &'static str, translation: &'static str) -> Option<Pattern> {
        let mut pieces = english.split("%{");
        let head = pieces.next()?;
        let rest: Vec<_> = pieces.map(|piece| piece.split_once('}')).collect::<Option<_>>()?;
        (!rest.is_empty()).then_some(Pattern { head, rest, translation })
    }

    /// How much of it is literal.
    fn weight(&self) -> usize {
        self.head.len() + self.rest.iter().map(|(_, literal)| literal.len()).sum::<usize>()
    }

    /// The arguments with which this pattern makes the text.
    fn arguments<'t>(&self, text: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
        let mut left = text.strip_prefix(self.head)?;
        let mut found = Vec::new();
        for (i, (name, literal)) in self.rest.iter().enumerate() {
            let value = if i + 1 == self.rest.len() {
                left.strip_suffix(literal)?
            } else {
                let (value, after) = left.split_once(literal)?;
                left = after;
                value
            };
            if value.is_empty() {
                return None;
            }
            found.push((*name, value));
        }
        Some(found)
    }
}

/// The text with `%{name}` replaced; what has no value stays.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = text.split("%{");
    let mut made = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        match piece.split_once('}').and_then(|(name, after)| Some((value(name)?, after))) {
            Some((value, after)) => {
                made.push_str(&value);
                made.push_str(after);
            }
            None => {
                made.push_str("%{");
                made.push_str(piece);
            }
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(
            r#"{"Crash %{name}": "Hacer caer %{name}", "queue full": "cola llena", "Undid: %{what}": "Deshecho: %{what}",
            "%{from} to %{to}": "de %{from} a %{to}", "%{from} cannot call %{to}": "%{from} no puede llamar a %{to}"}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_text_with_names_is_found_by_its_pattern() {
        assert_eq!(catalogue().translate("Crash Cache %{x}"), "Hacer caer Cache %{x}");
        assert_eq!(catalogue().translate("Undid: Crash A"), "Deshecho: Hacer caer A");
        assert_eq!(catalogue().translate("A cannot call B to go"), "A no puede llamar a B to go");
        assert_eq!(catalogue().translate("Nothing of the kind"), "Nothing of the kind");
        assert_eq!(catalogue().translate("Crash "), "Crash ");
    }

    #[test]
    fn what_is_no_catalogue_is_none() {
        assert!(Catalogue::new("<!doctype html>").is_none());
        assert!(Catalogue::new("[]").is_none());
    }

    #[test]
    fn the_first_letter_may_be_of_another_size() {
        assert_eq!(catalogue().translate("Queue full"), "Cola llena");
        assert_eq!(catalogue().translate("undid: Queue full"), "undid: Queue full");
    }

    #[test]
    fn labels_made_of_parts_are_spanish_throughout() {
        let spanish = Catalogue::new(include_str!("../../../assets/words/es.json")).unwrap();
        let cases = [
            ("Connect A to B for reads; C gets the writes", "Conectar A con B para lecturas; C recibe las escrituras"),
            ("Connect A to B; C gets the writes; D gets the reads", "Conectar A con B; C recibe las escrituras; D recibe las lecturas"),
            ("Set workers of 3 components", "Ajustar trabajadores de 3 componentes"),
            ("Reset timeout of A → B", "Restablecer tiempo de espera de A → B"),
            ("Move 3 things into Zone A", "Mover 3 elementos a Zone A"),
            ("Paste a note", "Pegar una nota"),
            ("nodes[2].x: is true, it must be a number", "nodes[2].x: es true, debe ser un número"),
            ("Workers is -3, it must be from 1 to 10000", "Trabajadores: -3, debe estar entre 1 y 10000"),
            ("mean_ms is -2, it must be from 0 to 86400000 ms", "mean_ms: -2, debe estar entre 0 y 86400000 ms"),
            ("is -3, it must be from 1 to 10000", "es -3, debe estar entre 1 y 10000"),
            ("Workers must be from 2 to 5", "Trabajadores debe ser de 2 a 5"),
            ("this is a list, not a Faultline file", "esto es una lista, no un archivo de Faultline"),
        ];
        for (english, expected) in cases {
            assert_eq!(spanish.translate(english), expected);
        }
    }
}

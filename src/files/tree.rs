//! From text to a JSON tree, with limits that stop a hostile or broken file early, and the path of whatever is wrong.
//! Knows which lists may be how long, and nothing else of the format.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::fields::clip;
use super::{Problem, MAX_BYTES, MAX_GROUPS, MAX_JOURNAL, MAX_LINKS, MAX_NODES, MAX_NOTES};

/// Most values of any kind in a file: far above what the largest legal diagram needs.
pub const MAX_VALUES: usize = 1_000_000;
/// Most entries of a list or fields of an object, wherever it stands: no legal file has more.
const MAX_LIST: usize = 10_000;
/// Most characters of a text, wherever it stands: a trace to be replayed is the longest.
const MAX_TEXT: usize = 200_000;

/// What a list at a path is called and how many entries it may have.
pub type Limits = fn(&[Segment]) -> Option<(&'static str, usize)>;

/// The limits of the long lists of a file.
pub fn of_a_file(path: &[Segment]) -> Option<(&'static str, usize)> {
    let [Segment::Key(name)] = path else { return None };
    match name.as_str() {
        "nodes" => Some(("nodes", MAX_NODES)),
        "links" => Some(("links", MAX_LINKS)),
        "groups" => Some(("groups", MAX_GROUPS)),
        "notes" => Some(("notes", MAX_NOTES)),
        "journal" => Some(("journal", MAX_JOURNAL)),
        _ => None,
    }
}

/// Parses a text. Duplicate fields, overlong lists and texts, numbers that are not finite and deep nesting are refused
/// where they begin to be too much, so that a text takes no more memory than a legal one.
pub fn parse(text: &str, limits: Limits) -> Result<Json, Problem> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, at most {MAX_BYTES} are read", text.len());
        return Err(Problem::new("", message));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Problem::new("", "the file is empty"));
    }
    let place = Place { limits, path: RefCell::default(), values: Cell::default() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed(&place).deserialize(&mut deserializer).map_err(|e| place.problem(&e, text))?;
    deserializer.end().map_err(|e| {
        let message = "there is more text after the end of the document";
        Problem::new(format!("line {} column {}", e.line(), e.column()), message)
    })?;
    Ok(value)
}

pub fn too_many(list: &str, limit: usize) -> String {
    let what = if list == "journal" { "journal entries" } else { list };
    format!("there are more than {limit} {what}")
}

/// A step of the path to a value.
pub enum Segment {
    /// A field of an object.
    Key(String),
    /// An entry of a list.
    Index(usize),
}

/// Where the parser is. Entries are popped on success only, so after an error it still says where that was.
struct Place {
    limits: Limits,
    path: RefCell<Vec<Segment>>,
    values: Cell<usize>,
}

impl Place {
    fn push(&self, segment: Segment) {
        self.path.borrow_mut().push(segment);
    }

    fn pop(&self) {
        self.path.borrow_mut().pop();
    }

    fn limit(&self) -> (&'static str, usize) {
        (self.limits)(&self.path.borrow()).unwrap_or(("entries in a list", MAX_LIST))
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for segment in self.path.borrow().iter().take(12) {
            let _ = match segment {
                Segment::Key(k) if out.is_empty() => write!(out, "{}", clip(k)),
                Segment::Key(k) => write!(out, ".{}", clip(k)),
                Segment::Index(i) => write!(out, "[{i}]"),
            };
        }
        if self.path.borrow().len() > 12 {
            out.push('…');
        }
        out
    }

    fn problem(&self, error: &serde_json::Error, text: &str) -> Problem {
        let path = self.text();
        let full = error.to_string();
        let message = full.split(" at line ").next().unwrap_or(&full);
        if error.is_data() {
            return Problem::new(path, message);
        }
        let line = format!("line {} column {}", error.line(), error.column());
        let at = if path.is_empty() { line } else { format!("{path} ({line})") };
        let message = if error.is_eof() {
            "the text ends here, before the document does".to_string()
        } else if message.contains("recursion limit") {
            "nested too deeply".to_string()
        } else if message.contains("number out of range") {
            "this number is too large".to_string()
        } else if let Some(word) = not_a_number(text, error) {
            format!("{word} is not a number that a file can hold")
        } else {
            format!("not valid JSON: {message}")
        };
        Problem::new(at, message)
    }
}

/// `NaN` or `Infinity` where the error is: the commonest ways in which a bad number gets written.
fn not_a_number(text: &str, error: &serde_json::Error) -> Option<&'static str> {
    let line = text.lines().nth(error.line().checked_sub(1)?)?;
    // The column counts bytes and may point at the sign before, or one into the word.
    let start = error.column().saturating_sub(2);
    let tail = line.get(start..).or_else(|| line.get(start + 1..))?;
    let near = tail.trim_start_matches([' ', '-', '+', ':']);
    [("NaN", "NaN"), ("aN", "NaN"), ("nan", "NaN"), ("Infinity", "Infinity"), ("nfinity", "Infinity"), ("inf", "Infinity")]
        .iter()
        .find(|(start, _)| near.starts_with(start))
        .map(|(_, word)| *word)
}

struct Seed<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_> {
    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        let n = self.0.values.get() + 1;
        self.0.values.set(n);
        match n > MAX_VALUES {
            true => Err(E::custom(format!("the file holds more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        self.count()?;
        Ok(Json::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, v: bool) -> Result<Json, E> {
        self.count()?;
        Ok(v.into())
    }

    fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Json, E> {
        self.count()?;
        Ok(v.into())
    }

    fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Json, E> {
        self.count()?;
        Ok(v.into())
    }

    fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Json, E> {
        self.count()?;
        match serde_json::Number::from_f64(v) {
            Some(n) => Ok(Json::Number(n)),
            None => Err(E::custom("this number is not finite")),
        }
    }

    fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Json, E> {
        self.count()?;
        if v.len() > MAX_TEXT && v.chars().nth(MAX_TEXT).is_some() {
            return Err(E::custom(format!("this text has more than {MAX_TEXT} characters")));
        }
        Ok(v.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        self.count()?;
        let (name, limit) = self.0.limit();
        let mut items = Vec::new();
        loop {
            self.0.push(Segment::Index(items.len()));
            let next = seq.next_element_seed(Seed(self.0))?;
            self.0.pop();
            match next {
                None => return Ok(Json::Array(items)),
                Some(_) if items.len() == limit => return Err(A::Error::custom(too_many(name, limit))),
                Some(item) => items.push(item),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        self.count()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            self.0.push(Segment::Key(key.clone()));
            if map.contains_key(&key) {
                return Err(A::Error::custom("is there twice"));
            }
            if map.len() == MAX_LIST {
                return Err(A::Error::custom(too_many("fields in an object", MAX_LIST)));
            }
            let value = access.next_value_seed(Seed(self.0))?;
            self.0.pop();
            map.insert(key, value);
        }
        Ok(Json::Object(map))
    }
}

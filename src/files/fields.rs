//! One JSON object being taken apart field by field, with its path for messages.
//! Knows nothing of what the fields mean.

use serde_json::{Map, Value as Json};

use super::problems::{Found, Problem};

/// An object, the path where it stands, the fields not taken yet, and what was wrong with those that were.
pub struct Fields<'a> {
    at: String,
    map: Map<String, Json>,
    found: &'a Found,
}

impl<'a> Fields<'a> {
    /// The fields of an object; of none where something else stands.
    pub fn new(at: &str, value: Json, found: &'a Found) -> Option<Self> {
        match value {
            Json::Object(map) => Some(Fields { at: at.to_string(), map, found }),
            other => {
                found.add(wrong_type(at, &other, "an object"));
                None
            }
        }
    }

    /// The path of a field of this object.
    pub fn path(&self, name: &str) -> String {
        match self.at.as_str() {
            "" => name.to_string(),
            at => format!("{at}.{name}"),
        }
    }

    pub fn at(&self) -> &str {
        &self.at
    }

    pub fn found(&self) -> &'a Found {
        self.found
    }

    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Takes a field as it is.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        self.map.shift_remove(name)
    }

    /// Takes a field that must be there; `convert` is one of the functions below. None if something is wrong, which is noted.
    pub fn required<T>(&mut self, name: &str, convert: fn(&str, Json) -> Result<T, Problem>) -> Option<T> {
        let path = self.path(name);
        let read = self.take(name).ok_or_else(|| Problem::new(path.as_str(), "is missing")).and_then(|value| convert(&path, value));
        self.found.note(read)
    }

    /// Takes a field that may be absent.
    pub fn optional<T>(&mut self, name: &str, convert: fn(&str, Json) -> Result<T, Problem>) -> Option<T> {
        self.has(name).then(|| self.required(name, convert)).flatten()
    }

    /// Takes a field that must be an object.
    pub fn inner(&mut self, name: &str) -> Option<Fields<'a>> {
        let value = self.required(name, Fields::any)?;
        Fields::new(&self.path(name), value, self.found)
    }

    /// Takes an object that may be absent, as it is.
    pub fn values(&mut self, name: &str) -> Map<String, Json> {
        let inner = if self.has(name) { self.inner(name) } else { None };
        inner.map(|fields| fields.map).unwrap_or_default()
    }

    /// Takes a text that must be there.
    pub fn name(&mut self, name: &str) -> String {
        self.required(name, Fields::text).unwrap_or_default()
    }

    /// Takes a number that must be there.
    pub fn float(&mut self, name: &str) -> f64 {
        self.required(name, Fields::number).unwrap_or_default()
    }

    /// Notes what was not taken.
    pub fn finish(self, known: &[&str]) {
        for name in self.map.keys() {
            let message = format!("is not a known field; known are {}", known.join(", "));
            self.found.add(Problem::new(self.path(&clip(name)), message));
        }
    }

    pub fn text(at: &str, value: Json) -> Result<String, Problem> {
        match value {
            Json::String(s) => Ok(s),
            other => Err(wrong_type(at, &other, "a text")),
        }
    }

    pub fn number(at: &str, value: Json) -> Result<f64, Problem> {
        // Adding zero makes a negative zero an ordinary one.
        value.as_f64().filter(|v| v.is_finite()).map(|v| v + 0.0).ok_or_else(|| wrong_type(at, &value, "a number"))
    }

    /// A whole number from 0 to 2^64 - 1, exact.
    pub fn whole(at: &str, value: Json) -> Result<u64, Problem> {
        let whole_float = |v: f64| v.trunc() == v && (0.0..9.0e15).contains(&v);
        value
            .as_u64()
            .or_else(|| value.as_f64().filter(|v| whole_float(*v)).map(|v| v as u64))
            .ok_or_else(|| wrong_type(at, &value, "a whole number from 0 to 18446744073709551615"))
    }

    pub fn array(at: &str, value: Json) -> Result<Vec<Json>, Problem> {
        match value {
            Json::Array(items) => Ok(items),
            other => Err(wrong_type(at, &other, "a list")),
        }
    }

    pub fn truth(at: &str, value: Json) -> Result<bool, Problem> {
        value.as_bool().ok_or_else(|| wrong_type(at, &value, "true or false"))
    }

    /// A text, or null for none.
    pub fn text_or_null(at: &str, value: Json) -> Result<Option<String>, Problem> {
        match value {
            Json::Null => Ok(None),
            other => Fields::text(at, other).map(Some),
        }
    }

    /// A number, or null for none.
    pub fn number_or_null(at: &str, value: Json) -> Result<Option<f64>, Problem> {
        match value {
            Json::Null => Ok(None),
            other => Fields::number(at, other).map(Some),
        }
    }

    /// One of a few names; the default if it is absent.
    pub fn choice<T: Default>(&mut self, name: &str, names: &[&str], from: fn(&str) -> Option<T>) -> T {
        let path = self.path(name);
        let Some(value) = self.take(name) else { return T::default() };
        one_of(&path, &value, names, from).unwrap_or_else(|problem| {
            self.found.add(problem);
            T::default()
        })
    }

    pub fn any(_: &str, value: Json) -> Result<Json, Problem> {
        Ok(value)
    }
}

/// One of a few names.
pub fn one_of<T>(at: &str, value: &Json, names: &[&str], from: fn(&str) -> Option<T>) -> Result<T, Problem> {
    value.as_str().and_then(from).ok_or_else(|| wrong_type(at, value, &format!("one of {}", names.join(", "))))
}

pub fn wrong_type(at: &str, found: &Json, wanted: &str) -> Problem {
    Problem::new(at, format!("is {}, it must be {wanted}", brief(found)))
}

/// A value, short enough for a message.
pub fn brief(value: &Json) -> String {
    match value {
        Json::Array(_) | Json::Object(_) => type_of(value).to_string(),
        Json::String(s) => format!("\"{}\"", clip(s)),
        other => other.to_string(),
    }
}

/// The start of a text, on one line.
pub fn clip(text: &str) -> String {
    let mut out: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}

pub fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// Equal as values: 5 and 5.0 are.
pub fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => x == y || (x.as_f64() == y.as_f64() && x.is_f64() != y.is_f64()),
        (Json::Object(x), Json::Object(y)) => x.len() == y.len() && x.iter().all(|(k, v)| y.get(k).is_some_and(|w| same(v, w))),
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(v, w)| same(v, w)),
        _ => a == b,
    }
}

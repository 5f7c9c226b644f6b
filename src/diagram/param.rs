//! Parameter declarations: from one declaration come the inspector form, validation, file format, reference and knob test.
//! Knows no component kind.

use serde_json::Value as Json;

use crate::engine::{Distribution, SimDuration};

/// What a parameter holds, with its range.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamType {
    /// Whole number.
    Int {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// Number.
    Float {
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
    },
    /// Yes or no.
    Bool,
    /// One of several: (value in the file, label on the screen).
    Choice(&'static [(&'static str, &'static str)]),
    /// A duration, in the file as milliseconds.
    Duration {
        /// Least value in milliseconds.
        min_ms: f64,
        /// Greatest value in milliseconds.
        max_ms: f64,
    },
    /// A distribution of durations: [`Distribution`].
    Law,
    /// A text of many lines, such as a table.
    Text {
        /// Most characters.
        max: usize,
        /// What else it must be.
        check: TextCheck,
    },
}

/// Judges a text; the error says what is wrong and in which line.
#[derive(Clone, Copy, Debug)]
pub struct TextCheck(pub fn(&str) -> Result<(), String>);

impl PartialEq for TextCheck {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

/// The declaration of one parameter.
#[derive(Clone, Debug)]
pub struct ParamSpec {
    /// Name in the file: `service_time`.
    pub name: &'static str,
    /// Name on the screen: `Service time`.
    pub label: &'static str,
    /// Unit on the screen: `ms`, `requests/s`; empty for pure numbers.
    pub unit: &'static str,
    /// What it is and what it changes, one or two sentences.
    pub help: &'static str,
    /// Type and range.
    pub kind: ParamType,
    /// The default, as in a file.
    pub default: Json,
    /// Shown, and read by the behaviour, only when another parameter has one of these values; `None` is always.
    pub only_when: Option<(&'static str, &'static [&'static str])>,
}

impl ParamSpec {
    /// Checks a value as it stands in a file. The error says what is expected, without the parameter's name.
    pub fn check(&self, value: &Json) -> Result<(), String> {
        match &self.kind {
            ParamType::Int { min, max } => match value.as_i64().or_else(|| whole(value)) {
                Some(v) if (*min..=*max).contains(&v) => Ok(()),
                Some(v) => Err(format!("is {v}, it must be from {min} to {max}")),
                None => Err(format!("is {}, it must be a whole number from {min} to {max}", brief(value))),
            },
            ParamType::Float { min, max } => number_within(value, *min, *max, ""),
            ParamType::Duration { min_ms, max_ms } => number_within(value, *min_ms, *max_ms, " ms"),
            ParamType::Bool => match value.is_boolean() {
                true => Ok(()),
                false => Err(format!("is {}, it must be true or false", brief(value))),
            },
            ParamType::Choice(options) => match value.as_str() {
                Some(v) if options.iter().any(|(name, _)| *name == v) => Ok(()),
                _ => {
                    let names: Vec<_> = options.iter().map(|(name, _)| *name).collect();
                    Err(format!("is {}, it must be one of {}", brief(value), names.join(", ")))
                }
            },
            ParamType::Text { max, check } => match value.as_str() {
                Some(text) if text.chars().nth(*max).is_some() => Err(format!("is too long, it may have {max} characters")),
                Some(text) => check.0(text),
                None => Err(format!("is {}, it must be a text", brief(value))),
            },
            ParamType::Law if !value.is_object() => {
                Err(format!("is {}, it must be a distribution such as {{\"law\":\"exponential\",\"mean_ms\":10}}", brief(value)))
            }
            ParamType::Law => serde_json::from_value::<Distribution>(value.clone())
                .map_err(|e| format!("is not a distribution: {}", one_line(&e.to_string())))?
                .check(),
        }
    }

    /// Whether this parameter matters, given the other values of the same node or link.
    pub fn applies(&self, values: &Values) -> bool {
        match self.only_when {
            None => true,
            Some((other, wanted)) => values.get(other).is_some_and(|v| match v {
                Json::String(s) => wanted.contains(&s.as_str()),
                Json::Bool(b) => wanted.contains(&if *b { "true" } else { "false" }),
                _ => false,
            }),
        }
    }
}

fn whole(value: &Json) -> Option<i64> {
    value.as_f64().filter(|v| v.trunc() == *v && v.abs() < 9e15).map(|v| v as i64)
}

fn number_within(value: &Json, min: f64, max: f64, unit: &str) -> Result<(), String> {
    let most = format!("{max}{unit}");
    match value.as_f64() {
        Some(v) if (min..=max).contains(&v) => Ok(()),
        Some(v) => Err(format!("is {v}, it must be from {min} to {most}")),
        None => Err(format!("is {}, it must be a number from {min} to {most}", brief(value))),
    }
}

/// A message that quotes the file: on one line, and not longer than one reads.
fn one_line(message: &str) -> String {
    const MOST: usize = 240;
    let plain = message.chars().map(|c| if c.is_control() { ' ' } else { c });
    if message.chars().count() > MOST {
        plain.take(MOST).chain(['…']).collect()
    } else {
        plain.collect()
    }
}

fn brief(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// All values of a node's or link's parameters: those set, and the defaults of the rest.
pub type Values = serde_json::Map<String, Json>;

/// The set values over the defaults.
pub fn complete(specs: &[ParamSpec], set: &Values) -> Values {
    specs.iter().map(|s| (s.name.to_string(), set.get(s.name).unwrap_or(&s.default).clone())).collect()
}

/// A Rust type that can be a parameter's field.
pub trait Field: Sized {
    /// The value in a file.
    fn to_json(&self) -> Json;
    /// From a checked value in a file; `None` if the type is wrong.
    fn from_json(value: &Json) -> Option<Self>;
}

impl Field for u32 {
    fn to_json(&self) -> Json {
        (*self).into()
    }
    fn from_json(value: &Json) -> Option<Self> {
        value.as_i64().or_else(|| whole(value)).and_then(|v| u32::try_from(v).ok())
    }
}

impl Field for f64 {
    fn to_json(&self) -> Json {
        (*self).into()
    }
    fn from_json(value: &Json) -> Option<Self> {
        value.as_f64()
    }
}

impl Field for bool {
    fn to_json(&self) -> Json {
        (*self).into()
    }
    fn from_json(value: &Json) -> Option<Self> {
        value.as_bool()
    }
}

impl Field for std::sync::Arc<str> {
    fn to_json(&self) -> Json {
        Json::String(self.to_string())
    }
    fn from_json(value: &Json) -> Option<Self> {
        value.as_str().map(Into::into)
    }
}

impl Field for SimDuration {
    fn to_json(&self) -> Json {
        self.as_millis_f64().into()
    }
    fn from_json(value: &Json) -> Option<Self> {
        value.as_f64().map(SimDuration::from_millis_f64)
    }
}

impl Field for Distribution {
    fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }
    fn from_json(value: &Json) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }
}

/// Gives an enum that is defined elsewhere its values in a file and its labels on the screen, as a parameter's field:
/// `named! { Discipline { Fifo = "fifo" "First in, first out", … } }`. Every variant must be listed.
#[macro_export]
macro_rules! named {
    ($name:ident { $($variant:ident = $value:literal $label:literal),* $(,)? }) => {
        impl $name {
            /// Value in a file and label on the screen of each choice.
            pub const OPTIONS: &'static [(&'static str, &'static str)] = &[$(($value, $label)),*];
        }
        impl $crate::diagram::param::Field for $name {
            fn to_json(&self) -> serde_json::Value {
                match self { $($name::$variant => $value.into()),* }
            }
            fn from_json(value: &serde_json::Value) -> Option<Self> {
                match value.as_str()? { $($value => Some($name::$variant),)* _ => None }
            }
        }
    };
}

/// Declares an enum of choices and names them: `choice! { /// doc \n pub enum Eviction { Lru = "lru" "LRU", … } }`.
/// The first variant is the default.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $first:ident = $fv:literal $fl:literal $(, $variant:ident = $value:literal $label:literal)* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            #[doc = $fl]
            #[default]
            $first,
            $(#[doc = $label] $variant,)*
        }
        $crate::named! { $name { $first = $fv $fl $(, $variant = $value $label)* } }
    };
}

/// Declares a plain struct of parameters and its specs.
///
/// ```ignore
/// params! {
///     /// What a service is set to.
///     pub struct Params {
///         workers: u32 = 4, Int { min: 1, max: 1000 }, "Workers", "", "Requests served at once.";
///         think: SimDuration = SimDuration::from_millis(100), Duration { min_ms: 0.0, max_ms: 60_000.0 }, "Think time", "ms", "…", when "source" in ["closed"];
///     }
/// }
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($field:ident : $ty:ty = $default:expr, $kind:expr, $label:literal, $unit:literal, $help:literal $(, when $other:literal in [$($wanted:literal),+])? ;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(#[doc = $help] pub $field: $ty,)* }

        impl Default for $name {
            fn default() -> Self { $name { $($field: $default,)* } }
        }

        impl $name {
            /// The declarations, in the order of the form.
            pub fn specs() -> Vec<$crate::diagram::param::ParamSpec> {
                #[allow(unused_imports, reason = "a struct need not use every type")]
                use $crate::diagram::param::{Field, ParamSpec, ParamType::*};
                vec![$(ParamSpec {
                    name: stringify!($field),
                    label: $label,
                    unit: $unit,
                    help: $help,
                    kind: $kind,
                    default: { let value: $ty = $default; value.to_json() },
                    only_when: { #[allow(unused_mut, unused_assignments, reason = "optional part")] let mut w: Option<(&'static str, &'static [&'static str])> = None; $(w = Some(($other, &[$($wanted),+]));)? w },
                },)*]
            }

            /// From values that passed their check; what is absent or of the wrong type takes its default.
            pub fn from_values(values: &$crate::diagram::param::Values) -> Self {
                #[allow(unused_imports, reason = "a struct need not have fields")]
                use $crate::diagram::param::Field;
                let default = Self::default();
                $name { $($field: values.get(stringify!($field)).and_then(<$ty>::from_json).unwrap_or(default.$field),)* }
            }
        }

        impl From<&$crate::diagram::param::Values> for $name {
            fn from(values: &$crate::diagram::param::Values) -> Self {
                Self::from_values(values)
            }
        }
    };
}

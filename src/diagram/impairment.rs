//! What can be wrong with a link, as it stands in a document.
//! Does not know what it does to a run.

use serde::Serialize;

use crate::engine::impairment::{Direction, Impairment as Rule, Traffic, Verdict};
use crate::engine::{SimDuration, SimTime};

/// What becomes of the messages that a fault of a link matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: what later faults of the link would do to them, they are spared.
    Pass,
    /// They are lost.
    #[default]
    Drop,
    /// They take longer.
    Delay,
    /// They arrive twice.
    Duplicate,
}

/// A name in files for each value.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal,)* }) => {
        impl $type {
            /// All names, as in files.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The value with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some($type::$variant),)*
                    _ => None,
                }
            }

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }
        }
    };
}

names! { Effect { Pass = "pass", Drop = "drop", Delay = "delay", Duplicate = "duplicate", } }
names! { Direction { Both = "both", Forward = "forward", Back = "back", } }
names! { Traffic { All = "all", Calls = "calls", Replies = "replies", Control = "control", Handshakes = "handshakes", } }

impl Serialize for Direction {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl Serialize for Traffic {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// What is wrong with a link. In a file all fields stand beside the fault's name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Impairment {
    /// What becomes of the messages.
    pub effect: Effect,
    /// Which way they travel.
    pub direction: Direction,
    /// Which they are.
    pub messages: Traffic,
    /// Share of them that it befalls, in percent, over 0 and at most 100; of those delayed all are.
    pub percent: f64,
    /// How much longer they take, in ms.
    pub delay_ms: f64,
    /// At random up to so much more, in ms.
    pub jitter_ms: f64,
    /// For how long, in ms; `None` is until it is lifted.
    pub for_ms: Option<f64>,
}

impl Default for Impairment {
    fn default() -> Self {
        let (effect, direction, messages) = (Effect::default(), Direction::default(), Traffic::default());
        Impairment { effect, direction, messages, percent: 100.0, delay_ms: 0.0, jitter_ms: 0.0, for_ms: None }
    }
}

impl Impairment {
    /// The engine's rule with this id, if it befalls a link now.
    pub fn rule(&self, id: u64, now: SimTime) -> Rule {
        let share = self.percent / 100.0;
        let verdict = match self.effect {
            Effect::Pass => Verdict::Pass,
            Effect::Drop => Verdict::Drop(share),
            Effect::Delay => Verdict::Delay(SimDuration::from_millis_f64(self.delay_ms), SimDuration::from_millis_f64(self.jitter_ms)),
            Effect::Duplicate => Verdict::Duplicate(share),
        };
        let until = self.for_ms.map(|ms| now + SimDuration::from_millis_f64(ms));
        Rule { id, direction: self.direction, traffic: self.messages, until, verdict }
    }
}

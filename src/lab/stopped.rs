//! A run that stands still: what is said of it, in the names of the diagram. Decides nothing.

use serde::Serialize;

use crate::engine::guard::Stop;
use crate::engine::{NodeIndex, SimTime};
use crate::lab::written::moment_s;

/// Most nodes that the sentence names.
const NAMED: usize = 6;

/// Why a run stands still: there was no end of the events at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// The instant.
    #[serde(rename = "at_s", serialize_with = "moment_s")]
    pub at: SimTime,
    /// Events there, up to the stop.
    pub events: u64,
    /// Ids of the nodes that go round, in the order of a round.
    pub nodes: Vec<String>,
    /// What happens at them: `message`, `service`, `timer`, …
    pub kinds: Vec<&'static str>,
    /// All of it as a sentence.
    pub why: String,
}

impl Stopped {
    /// What the engine says, with the ids of nodes and the names that the diagram has for them.
    pub(super) fn new(stop: &Stop, id: impl Fn(NodeIndex) -> String, name: impl Fn(&String) -> String) -> Stopped {
        let nodes: Vec<String> = stop.nodes.iter().map(|n| id(*n)).collect();
        let mut named: Vec<String> = nodes.iter().take(NAMED).map(name).collect();
        if nodes.len() > NAMED {
            named.push("…".into());
        }
        let (at, round, events) = (stop.at, named.join(" → "), stop.events);
        let why = format!("Endless loop at {at}: {round}, {events} events in no time; change what goes round, or restart");
        Stopped { at, events, nodes, kinds: stop.kinds.clone(), why }
    }
}

//! The one parameter that all kinds have in common of which several can do the same: how many there are.
//! Spawns none.

use super::{kind, Kind};
use crate::diagram::param::{ParamSpec, ParamType, Values};

/// Its name in the file.
pub const NAME: &str = "instances";
/// Most instances of a node.
pub const MAX: u32 = 100;

/// Its declaration.
pub fn spec() -> ParamSpec {
    ParamSpec {
        name: NAME,
        label: "Instances",
        unit: "instances",
        help: "How many of these there are, all set alike: each with workers, a line and connections of its own. Balancers, queues and \
               primaries see each; whoever calls the node by name gets one at random. Those that are taken away at once lose what they work on.",
        kind: ParamType::Int { min: 1, max: i64::from(MAX) },
        default: 1.into(),
        only_when: None,
    }
}

/// How many instances a node of this kind has, set to these values.
pub fn of(kind_id: &str, values: &Values) -> u32 {
    let set = || values.get(NAME).and_then(crate::diagram::param::Field::from_json);
    match kind(kind_id) {
        Some(kind) if kind.has_members => set().unwrap_or(1u32).clamp(1, MAX),
        _ => 1,
    }
}

impl Kind {
    /// Its parameters: its own, and with several instances how many.
    pub fn params(&self) -> Vec<ParamSpec> {
        let mut specs = (self.specs)();
        if self.has_members {
            specs.push(spec());
        }
        specs
    }
}

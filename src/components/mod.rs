//! One file per component kind: parameters, behaviour, explanation, icon, tests; and the registry that lists them.
//! A kind sees the world only through its context. Kinds do not know each other.

pub mod link;

use crate::diagram::param::ParamSpec;

/// Section of the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Sources of requests.
    Traffic,
    /// What spreads requests.
    Edge,
    /// What works.
    Compute,
    /// What holds data.
    Data,
}

impl Group {
    /// Heading in the palette.
    pub fn label(self) -> &'static str {
        match self {
            Group::Traffic => "Traffic",
            Group::Edge => "Edge",
            Group::Compute => "Compute",
            Group::Data => "Data",
        }
    }
}

/// What a kind's node may be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// It calls others.
    pub calls: bool,
    /// Others may call it.
    pub called: bool,
    /// It ships a replication log.
    pub ships_log: bool,
    /// It follows a replication log.
    pub follows_log: bool,
    /// A service reads it beside its store (cache-aside).
    pub looked_aside: bool,
}

/// The face of a kind: all that palette, inspector, reader and reference need.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Name in a file: `load_balancer`.
    pub id: &'static str,
    /// Name on the screen: `Load balancer`.
    pub label: &'static str,
    /// Name of the icon (Lucide): `scale`.
    pub icon: &'static str,
    /// Where in the palette.
    pub group: Group,
    /// One sentence for a tooltip.
    pub summary: &'static str,
    /// What it does, the trade-offs, and where the model stops. Plain paragraphs separated by blank lines.
    pub explanation: &'static str,
    /// Ports.
    pub ports: Ports,
    /// Parameter declarations.
    pub specs: fn() -> Vec<ParamSpec>,
    /// Workers and price parameters are drawn on the card: whether the kind has a station at all.
    pub has_station: bool,
}

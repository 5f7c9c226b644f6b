//! What a diagram consists of: nodes, links between them, and where the canvas looks.
//! Knows no edit and no history.

use serde::Serialize;

use super::param::Values;

/// One box. `id` is unique in the document, stable, and names the node's stream of randomness.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// Stable identity: letters, digits, `-` and `_`; at most 40 characters.
    pub id: String,
    /// Kind, as in the registry: `service`. An unknown kind is kept as a placeholder.
    pub kind: String,
    /// Name on the canvas.
    pub name: String,
    /// Left edge on the canvas, in CSS pixels at zoom 1.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Parameters that differ from their defaults.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub params: Values,
    /// Id of the innermost group that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// One directed link: `from` calls `to` (or, to a replica from its primary, ships its log).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// Stable identity, unique among links.
    pub id: String,
    /// Id of the calling node.
    pub from: String,
    /// Id of the called node.
    pub to: String,
    /// Parameters that differ from their defaults; see [`crate::components::link`].
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub params: Values,
}

/// Where the canvas looks: the diagram point at the canvas's top left corner, and the zoom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct View {
    /// Diagram x at the left edge.
    pub x: f64,
    /// Diagram y at the top edge.
    pub y: f64,
    /// Screen pixels per diagram pixel, 0.1 to 4.
    pub zoom: f64,
}

impl Default for View {
    fn default() -> Self {
        View { x: 0.0, y: 0.0, zoom: 1.0 }
    }
}

/// What a fault names: a node, or with a number one of its instances, as `orders#2`. What is no number is none that there is: 0.
pub fn member(name: &str) -> (&str, Option<u32>) {
    match name.split_once('#') {
        Some((id, number)) => (id, Some(number.parse().unwrap_or(0))),
        None => (name, None),
    }
}

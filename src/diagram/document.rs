//! The document: what is saved, shared and undone. Base diagram at time zero plus a journal of what was done to it while it ran.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::param::Values;
use crate::engine::SimTime;

/// Current version of the file format.
pub const VERSION: u32 = 1;

/// One box. `id` is unique in the document, stable, and names the node's stream of randomness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub params: Values,
}

/// One directed link: `from` calls `to` (or, to a replica from its primary, ships its log).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Stable identity, unique among links.
    pub id: String,
    /// Id of the calling node.
    pub from: String,
    /// Id of the called node.
    pub to: String,
    /// Parameters that differ from their defaults; see [`crate::components::link`].
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub params: Values,
}

/// Where the canvas looks: the diagram point at the canvas's top left corner, and the zoom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

/// Something that breaks or mends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The node stops and loses what it had in flight.
    Crash {
        /// Node id.
        node: String,
    },
    /// A crashed node starts again, with what was durable.
    Restart {
        /// Node id.
        node: String,
    },
    /// Service takes `factor` times as long; 1 is normal.
    Slow {
        /// Node id.
        node: String,
        /// 0.01 to 1000.
        factor: f64,
    },
    /// Drops silently whatever travels on the link, both ways.
    Cut {
        /// Link id.
        link: String,
    },
    /// Mends a cut link.
    Mend {
        /// Link id.
        link: String,
    },
    /// Empties a cache.
    Flush {
        /// Node id.
        node: String,
    },
}

/// A change to the diagram. Every edit has an inverse, so that it can be undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Adds a node.
    AddNode {
        /// The node, complete.
        node: Node,
    },
    /// Removes a node; its links must have been removed before.
    RemoveNode {
        /// Node id.
        id: String,
    },
    /// Adds a link.
    AddLink {
        /// The link, complete.
        link: Link,
    },
    /// Removes a link.
    RemoveLink {
        /// Link id.
        id: String,
    },
    /// Sets or (with null) resets one parameter of a node.
    SetNodeParam {
        /// Node id.
        id: String,
        /// Parameter's name.
        param: String,
        /// New value; null resets.
        value: Json,
    },
    /// Sets or (with null) resets one parameter of a link.
    SetLinkParam {
        /// Link id.
        id: String,
        /// Parameter's name.
        param: String,
        /// New value; null resets.
        value: Json,
    },
    /// Renames a node. No effect on the run, so never journalled.
    Rename {
        /// Node id.
        id: String,
        /// New name.
        name: String,
    },
    /// Moves a node. No effect on the run, so never journalled.
    Move {
        /// Node id.
        id: String,
        /// New left edge.
        x: f64,
        /// New top edge.
        y: f64,
    },
}

/// What was done, at a moment of simulated time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// A fault, by hand or by timeline.
    Fault(Fault),
    /// A live edit of the running diagram.
    Edit(Edit),
}

/// Entries with their times, in order of time; equal times in order of entry.
pub type Journal = Vec<(SimTime, Entry)>;

/// The whole document. `nodes` and `links` are the diagram at time zero; [`Document::folded`] gives it after the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Title.
    pub title: String,
    /// Seed of the run's randomness.
    pub seed: u64,
    /// The nodes at time zero.
    pub nodes: Vec<Node>,
    /// The links at time zero.
    pub links: Vec<Link>,
    /// What was done while it ran.
    pub journal: Journal,
    /// Where the canvas looks.
    pub view: View,
    /// How far the run had come when the document was saved; opening it replays to there.
    pub moment: SimTime,
}

impl Default for Document {
    fn default() -> Self {
        Document {
            title: "Untitled".into(),
            seed: 1,
            nodes: Vec::new(),
            links: Vec::new(),
            journal: Vec::new(),
            view: View::default(),
            moment: SimTime::ZERO,
        }
    }
}

impl Document {
    /// The node with this id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|n| n.id == id)
    }

    /// The link with this id.
    pub fn link(&self, id: &str) -> Option<&Link> {
        self.links.iter().find(|l| l.id == id)
    }

    /// The diagram as it stands after all journalled edits, with an empty journal and time zero: what restarting runs.
    pub fn folded(&self) -> Document {
        let mut doc = Document { journal: Vec::new(), moment: SimTime::ZERO, ..self.clone() };
        for (_, entry) in &self.journal {
            if let Entry::Edit(edit) = entry {
                // A journal that was read passed the same check, so an edit that does not fit changes nothing.
                let _ = doc.apply(edit);
            }
        }
        doc
    }

    /// Applies an edit to `nodes` and `links` and returns its inverse; an edit that does not fit changes nothing and says why.
    pub fn apply(&mut self, edit: &Edit) -> Result<Edit, String> {
        match edit {
            Edit::AddNode { node } => {
                if self.node(&node.id).is_some() {
                    return Err(format!("there is already a node {}", node.id));
                }
                self.nodes.push(node.clone());
                Ok(Edit::RemoveNode { id: node.id.clone() })
            }
            Edit::RemoveNode { id } => {
                if let Some(link) = self.links.iter().find(|l| l.from == *id || l.to == *id) {
                    return Err(format!("node {id} still has link {}", link.id));
                }
                let index = self.nodes.iter().position(|n| n.id == *id).ok_or_else(|| format!("there is no node {id}"))?;
                Ok(Edit::AddNode { node: self.nodes.remove(index) })
            }
            Edit::AddLink { link } => {
                if self.link(&link.id).is_some() {
                    return Err(format!("there is already a link {}", link.id));
                }
                for end in [&link.from, &link.to] {
                    if self.node(end).is_none() {
                        return Err(format!("link {} ends at {end}, which is not there", link.id));
                    }
                }
                self.links.push(link.clone());
                Ok(Edit::RemoveLink { id: link.id.clone() })
            }
            Edit::RemoveLink { id } => {
                let index = self.links.iter().position(|l| l.id == *id).ok_or_else(|| format!("there is no link {id}"))?;
                Ok(Edit::AddLink { link: self.links.remove(index) })
            }
            Edit::SetNodeParam { id, param, value } => {
                let node = self.nodes.iter_mut().find(|n| n.id == *id).ok_or_else(|| format!("there is no node {id}"))?;
                let old = set(&mut node.params, param, value);
                Ok(Edit::SetNodeParam { id: id.clone(), param: param.clone(), value: old })
            }
            Edit::SetLinkParam { id, param, value } => {
                let link = self.links.iter_mut().find(|l| l.id == *id).ok_or_else(|| format!("there is no link {id}"))?;
                let old = set(&mut link.params, param, value);
                Ok(Edit::SetLinkParam { id: id.clone(), param: param.clone(), value: old })
            }
            Edit::Rename { id, name } => {
                let node = self.nodes.iter_mut().find(|n| n.id == *id).ok_or_else(|| format!("there is no node {id}"))?;
                let old = std::mem::replace(&mut node.name, name.clone());
                Ok(Edit::Rename { id: id.clone(), name: old })
            }
            Edit::Move { id, x, y } => {
                let node = self.nodes.iter_mut().find(|n| n.id == *id).ok_or_else(|| format!("there is no node {id}"))?;
                let (old_x, old_y) = (std::mem::replace(&mut node.x, *x), std::mem::replace(&mut node.y, *y));
                Ok(Edit::Move { id: id.clone(), x: old_x, y: old_y })
            }
        }
    }
}

impl Edit {
    /// Whether the edit changes how the system runs (and so belongs in the journal), or only how it looks.
    pub fn changes_the_run(&self) -> bool {
        !matches!(self, Edit::Move { .. } | Edit::Rename { .. })
    }
}

fn set(params: &mut Values, name: &str, value: &Json) -> Json {
    let old = if value.is_null() { params.shift_remove(name) } else { params.insert(name.into(), value.clone()) };
    old.unwrap_or(Json::Null)
}

//! What is selected. Not part of the document, so selecting is never an undo step.
//! Knows only ids.

use std::collections::BTreeSet;

use crate::diagram::Document;

/// Selected nodes and links, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids of nodes.
    pub nodes: BTreeSet<String>,
    /// Ids of links.
    pub links: BTreeSet<String>,
}

impl Selection {
    /// One node.
    pub fn node(id: impl Into<String>) -> Self {
        Selection { nodes: [id.into()].into(), ..Selection::default() }
    }

    /// One link.
    pub fn link(id: impl Into<String>) -> Self {
        Selection { links: [id.into()].into(), ..Selection::default() }
    }

    /// Everything in a diagram.
    pub fn all(diagram: &Document) -> Self {
        Selection {
            nodes: diagram.nodes.iter().map(|n| n.id.clone()).collect(),
            links: diagram.links.iter().map(|l| l.id.clone()).collect(),
        }
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.links.is_empty()
    }

    /// The node, if exactly one node and nothing else is selected.
    pub fn only_node(&self) -> Option<&str> {
        match (self.nodes.len(), self.links.len()) {
            (1, 0) => self.nodes.first().map(String::as_str),
            _ => None,
        }
    }

    /// The link, if exactly one link and nothing else is selected.
    pub fn only_link(&self) -> Option<&str> {
        match (self.nodes.len(), self.links.len()) {
            (0, 1) => self.links.first().map(String::as_str),
            _ => None,
        }
    }

    /// Adds a node, or takes it out.
    pub fn toggle_node(&mut self, id: &str) {
        if !self.nodes.remove(id) {
            self.nodes.insert(id.into());
        }
    }

    /// Adds a link, or takes it out.
    pub fn toggle_link(&mut self, id: &str) {
        if !self.links.remove(id) {
            self.links.insert(id.into());
        }
    }

    /// Forgets what is no longer in the diagram. Whether anything was forgotten.
    pub fn prune(&mut self, diagram: &Document) -> bool {
        let before = self.nodes.len() + self.links.len();
        self.nodes.retain(|id| diagram.node(id).is_some());
        self.links.retain(|id| diagram.link(id).is_some());
        before != self.nodes.len() + self.links.len()
    }
}

//! What is selected. Not part of the document, so selecting is never an undo step.
//! Knows only ids.

use std::collections::BTreeSet;

use crate::diagram::Document;
use crate::order::Gather;

/// Selected nodes, links, groups and notes, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids of nodes.
    pub nodes: BTreeSet<String>,
    /// Ids of links.
    pub links: BTreeSet<String>,
    /// Ids of groups.
    pub groups: BTreeSet<String>,
    /// Ids of notes.
    pub notes: BTreeSet<String>,
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

    /// One group.
    pub fn group(id: impl Into<String>) -> Self {
        Selection { groups: [id.into()].into(), ..Selection::default() }
    }

    /// One note.
    pub fn note(id: impl Into<String>) -> Self {
        Selection { notes: [id.into()].into(), ..Selection::default() }
    }

    /// Everything in a diagram.
    pub fn all(diagram: &Document) -> Self {
        Selection {
            nodes: diagram.nodes.iter().map(|n| n.id.clone()).gather(),
            links: diagram.links.iter().map(|l| l.id.clone()).gather(),
            groups: diagram.groups.iter().map(|g| g.id.clone()).gather(),
            notes: diagram.notes.iter().map(|n| n.id.clone()).gather(),
        }
    }

    /// How many things are selected.
    pub fn len(&self) -> usize {
        self.nodes.len() + self.links.len() + self.groups.len() + self.notes.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node, if exactly one node and nothing else is selected.
    pub fn only_node(&self) -> Option<&str> {
        self.only(&self.nodes)
    }

    /// The link, if exactly one link and nothing else is selected.
    pub fn only_link(&self) -> Option<&str> {
        self.only(&self.links)
    }

    /// The group, if exactly one group and nothing else is selected.
    pub fn only_group(&self) -> Option<&str> {
        self.only(&self.groups)
    }

    /// The note, if exactly one note and nothing else is selected.
    pub fn only_note(&self) -> Option<&str> {
        self.only(&self.notes)
    }

    fn only<'a>(&self, set: &'a BTreeSet<String>) -> Option<&'a str> {
        set.first().filter(|_| self.len() == 1).map(String::as_str)
    }

    /// Adds a node, or takes it out.
    pub fn toggle_node(&mut self, id: &str) {
        toggle(&mut self.nodes, id);
    }

    /// Adds a link, or takes it out.
    pub fn toggle_link(&mut self, id: &str) {
        toggle(&mut self.links, id);
    }

    /// Adds a group, or takes it out.
    pub fn toggle_group(&mut self, id: &str) {
        toggle(&mut self.groups, id);
    }

    /// Adds a note, or takes it out.
    pub fn toggle_note(&mut self, id: &str) {
        toggle(&mut self.notes, id);
    }

    /// Whether all of another selection is in this one.
    pub fn includes(&self, other: &Selection) -> bool {
        other.nodes.is_subset(&self.nodes)
            && other.links.is_subset(&self.links)
            && other.groups.is_subset(&self.groups)
            && other.notes.is_subset(&self.notes)
    }

    /// Forgets what is no longer in the diagram. Whether anything was forgotten.
    pub fn prune(&mut self, diagram: &Document) -> bool {
        let before = self.len();
        self.nodes.retain(|id| diagram.node(id).is_some());
        self.links.retain(|id| diagram.link(id).is_some());
        self.groups.retain(|id| diagram.group(id).is_some());
        self.notes.retain(|id| diagram.note(id).is_some());
        before != self.len()
    }
}

fn toggle(set: &mut BTreeSet<String>, id: &str) {
    if !set.remove(id) {
        set.insert(id.into());
    }
}

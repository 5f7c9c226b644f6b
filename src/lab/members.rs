//! Which nodes and links of the world stand for which of the diagram: a node of several instances is as many nodes, its members, and a
//! link is one for each pair of members at its ends. Runs nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::random::{stream_of, Stream};
use crate::engine::{LinkIndex, NodeIndex};

/// The members of a node of the diagram, or the links of a link.
#[derive(Clone, Debug)]
struct Of<T> {
    /// Those that are there.
    now: Vec<T>,
    /// Those and the ones that were retired: what they have counted is not forgotten.
    ever: Vec<T>,
}

impl<T> Default for Of<T> {
    fn default() -> Self {
        Of { now: Vec::new(), ever: Vec::new() }
    }
}

/// The names of the world's nodes and links. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// By index of the world's node: whose member it is, and its number from 1.
    names: Arc<Vec<(String, u32)>>,
    link_names: Arc<Vec<String>>,
    nodes: Arc<BTreeMap<String, Of<NodeIndex>>>,
    links: Arc<BTreeMap<String, Of<LinkIndex>>>,
}

/// The stream of a member's draws: that of the first is the node's own.
pub fn node_stream(id: &str, number: u32) -> Stream {
    match number {
        1 => stream_of(id),
        _ => stream_of(&format!("{id}#{number}")),
    }
}

/// The stream of the draws of a link from one member to another: that of the first of both is the link's own.
pub fn link_stream(id: &str, (from, to): (u32, u32)) -> Stream {
    match (from, to) {
        (1, 1) => stream_of(&format!("link:{id}")),
        _ => stream_of(&format!("link:{id}#{from}#{to}")),
    }
}

impl Members {
    /// The members of a node that are there; none if there is no such node.
    pub fn of(&self, id: &str) -> &[NodeIndex] {
        self.nodes.get(id).map_or(&[], |of| &of.now)
    }

    /// Those and the ones that were retired.
    pub fn ever_of(&self, id: &str) -> &[NodeIndex] {
        self.nodes.get(id).map_or(&[], |of| &of.ever)
    }

    /// The links that a link stands for; none if there is no such link.
    pub fn links_of(&self, id: &str) -> &[LinkIndex] {
        self.links.get(id).map_or(&[], |of| &of.now)
    }

    /// Those and the ones that were retired.
    pub fn links_ever_of(&self, id: &str) -> &[LinkIndex] {
        self.links.get(id).map_or(&[], |of| &of.ever)
    }

    /// Ids of the links of the diagram, in order.
    pub fn link_ids(&self) -> impl Iterator<Item = &String> {
        self.links.keys()
    }

    /// The node of the diagram that a node of the world stands for.
    pub fn id(&self, node: NodeIndex) -> &str {
        self.names.get(node.at()).map_or("", |(id, _)| id)
    }

    /// Its number among the members, from 1.
    pub fn number(&self, node: NodeIndex) -> u32 {
        self.names.get(node.at()).map_or(1, |(_, number)| *number)
    }

    /// The same, unless it is the only member.
    pub fn told_number(&self, node: NodeIndex) -> Option<u32> {
        let number = self.number(node);
        (number > 1 || self.of(self.id(node)).len() > 1).then_some(number)
    }

    /// Its name: the id of the node, with its number if it is one of several.
    pub fn name(&self, node: NodeIndex) -> String {
        match self.told_number(node) {
            Some(number) => format!("{}#{number}", self.id(node)),
            None => self.id(node).to_string(),
        }
    }

    /// The link of the diagram that a link of the world belongs to.
    pub fn link_id(&self, link: LinkIndex) -> &str {
        self.link_names.get(link.at()).map_or("", |id| id)
    }

    /// Takes up the next member of a node: the world's latest.
    pub fn add(&mut self, id: &str, node: NodeIndex) {
        let of = Arc::make_mut(&mut self.nodes).entry(id.to_string()).or_default();
        of.now.push(node);
        of.ever.push(node);
        let number = of.now.len() as u32;
        Arc::make_mut(&mut self.names).push((id.to_string(), number));
    }

    /// Takes up one more of the links that a link stands for: the world's latest.
    pub fn add_link(&mut self, id: &str, link: LinkIndex) {
        let of = Arc::make_mut(&mut self.links).entry(id.to_string()).or_default();
        of.now.push(link);
        of.ever.push(link);
        Arc::make_mut(&mut self.link_names).push(id.to_string());
    }

    /// The last member of a node is retired.
    pub fn retire(&mut self, id: &str) -> Option<NodeIndex> {
        Arc::make_mut(&mut self.nodes).get_mut(id)?.now.pop()
    }

    /// Those of a link's links are retired that are not to be kept.
    pub fn retire_links(&mut self, id: &str, keep: impl Fn(LinkIndex) -> bool) {
        if let Some(of) = Arc::make_mut(&mut self.links).get_mut(id) {
            of.now.retain(|link| keep(*link));
        }
    }

    /// A node is removed from the diagram.
    pub fn forget(&mut self, id: &str) {
        Arc::make_mut(&mut self.nodes).remove(id);
    }

    /// A link is removed.
    pub fn forget_link(&mut self, id: &str) {
        Arc::make_mut(&mut self.links).remove(id);
    }
}

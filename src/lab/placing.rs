//! The diagram put into the world: nodes and links at the start, edits and faults while it runs.
//! Knows no journal.

use std::sync::Arc;

use super::members::{link_stream, node_stream};
use super::Experiment;
use crate::components::link::{link_spec, policy_values};
use crate::components::{all_values, instances, role_between, Component};
use crate::diagram::param::Values;
use crate::diagram::separation::separation;
use crate::diagram::{member, Edit, Fault, Node};
use crate::engine::core::Observation;
use crate::engine::impairment::Impairment;
use crate::engine::link::{Link as WorldLink, LinkSpec, Role};
use crate::engine::random::stream_of;
use crate::engine::{LinkIndex, NodeIndex};
use crate::policies::{CallPolicies, StationPolicies};

impl Experiment {
    /// Those that a fault names: all members of a node, or one.
    fn targets(&self, name: &str) -> Result<Vec<NodeIndex>, String> {
        let (id, number) = member(name);
        let members = self.members.of(id);
        let found = match number {
            None => members.to_vec(),
            Some(number) => members.iter().copied().filter(|n| self.members.number(*n) == number).collect(),
        };
        if found.is_empty() {
            return Err(format!("there is no node {name}"));
        }
        Ok(found)
    }

    /// The links that a link of the diagram stands for.
    fn links_of(&self, id: &str) -> Result<Vec<LinkIndex>, String> {
        let found = self.members.links_of(id).to_vec();
        if found.is_empty() {
            return Err(format!("there is no link {id}"));
        }
        Ok(found)
    }

    /// The component that a node of the diagram is; of several instances the first.
    #[cfg(test)]
    pub(crate) fn component(&self, id: &str) -> &Component {
        #[allow(clippy::unwrap_used, reason = "only tests ask")]
        let node = self.targets(id).unwrap()[0];
        &self.world.behaviours[node.at()]
    }

    pub(super) fn inflict(&mut self, fault: &Fault) -> Result<(), String> {
        match fault {
            Fault::Crash { node } => self.targets(node)?.into_iter().for_each(|n| self.world.crash(n)),
            Fault::Vanish { node } => self.targets(node)?.into_iter().for_each(|n| self.world.vanish(n)),
            Fault::Hang { node } => self.targets(node)?.into_iter().for_each(|n| self.world.hang(n)),
            Fault::LoseDisk { node } => self.targets(node)?.into_iter().for_each(|n| self.world.lose_disk(n)),
            Fault::Restart { node } => self.targets(node)?.into_iter().for_each(|n| self.world.restart(n)),
            Fault::Slow { node, factor } => self.targets(node)?.into_iter().for_each(|n| self.world.slow(n, *factor)),
            Fault::Cut { link } => self.links_of(link)?.into_iter().for_each(|l| self.world.impair(l, Impairment::cut())),
            Fault::Impair { link, id, impairment } => {
                let rule = impairment.rule(stream_of(id), self.now());
                self.links_of(link)?.into_iter().for_each(|l| self.world.impair(l, rule));
            }
            Fault::Lift { link, id } => self.links_of(link)?.into_iter().for_each(|l| self.world.lift(l, stream_of(id))),
            Fault::Mend { link } => self.links_of(link)?.into_iter().for_each(|l| self.world.mend(l)),
            Fault::Flush { node: id } => {
                for node in self.targets(id)? {
                    if !self.world.behaviours[node.at()].flush() {
                        return Err(format!("{id} is not a cache: there is nothing to flush"));
                    }
                    let (at, about) = (self.now(), None);
                    let notice = Observation::Notice { at, node, about, what: "flushed", good: false };
                    self.world.core.observations.push(notice);
                }
            }
        }
        Ok(())
    }

    pub(super) fn edit(&mut self, edit: &Edit) -> Result<(), String> {
        if edit.is_of_note() {
            // Notes are the document's alone.
            return Ok(());
        }
        Arc::make_mut(&mut self.diagram).apply(edit)?;
        match edit {
            Edit::AddNode { node } => {
                for index in self.place_node(node) {
                    self.world.start(index);
                }
            }
            Edit::RemoveNode { id } => {
                while let Some(node) = self.members.retire(id) {
                    self.world.remove_node(node);
                }
                self.members.forget(id);
            }
            Edit::AddLink { link } => self.place_link(&link.id),
            Edit::RemoveLink { id } => {
                self.links_of(id)?.into_iter().for_each(|link| self.world.remove_link(link));
                self.members.forget_link(id);
            }
            Edit::SetNodeParam { id, param, .. } => {
                let Some(node) = self.diagram.node(id).cloned() else { return Ok(()) };
                if param == instances::NAME {
                    self.scale(&node);
                } else {
                    let all = all_values(&node.kind, &node.params);
                    for index in self.targets(id)? {
                        self.world.reconfigure(index, |guards| guards.set(&all), |component, ctx| component.configure(&node.params, ctx));
                    }
                }
            }
            Edit::SetLinkParam { id, .. } => {
                for index in self.links_of(id)? {
                    let (spec, values) = self.settings(id, self.world.core.links[index.at()].spec.role);
                    self.world.set_link(index, spec, |policies| values.iter().for_each(|values| policies.set(values)));
                }
            }
            Edit::Reconnect { link: id, .. } => {
                let old = self.links_of(id)?;
                let impairments = self.world.core.links[old[0].at()].impairments.clone();
                old.into_iter().for_each(|link| self.world.remove_link(link));
                self.members.forget_link(id);
                self.place_link(id);
                for new in self.links_of(id)? {
                    self.world.core.links[new.at()].impairments = impairments.clone();
                }
            }
            Edit::SetGroup { .. } | Edit::PlaceGroup { .. } => self.measure_distances(),
            // An empty group is far from nothing, and looks and notes are no part of the run.
            Edit::AddGroup { .. } | Edit::RemoveGroup { .. } | Edit::UpdateGroup { .. } | Edit::Rename { .. } | Edit::Move { .. } => {}
            Edit::AddNote { .. } | Edit::RemoveNote { .. } | Edit::UpdateNote { .. } => {}
        }
        Ok(())
    }

    /// What a link of the diagram is set to, with the distance between its ends; and its policies, if it is called.
    fn settings(&self, id: &str, role: Role) -> (LinkSpec, Option<Values>) {
        let Some(link) = self.diagram.link(id) else { return (link_spec(&Values::new(), role, ""), None) };
        let from = self.diagram.node(&link.from).map_or("", |n| n.kind.as_str());
        let distance = separation(&self.diagram, &link.from, &link.to).one_way();
        (LinkSpec { distance, ..link_spec(&link.params, role, from) }, policy_values(&link.params, role, from))
    }

    /// Somebody moved to another zone or region: links get longer or shorter for what is sent from now on.
    fn measure_distances(&mut self) {
        for id in self.members.link_ids() {
            if let Some(link) = self.diagram.link(id) {
                let distance = separation(&self.diagram, &link.from, &link.to).one_way();
                for index in self.members.links_of(id) {
                    self.world.core.links[index.at()].spec.distance = distance;
                }
            }
        }
    }

    /// Spawns the members of a node that are not there. They are to be started.
    pub(super) fn place_node(&mut self, node: &Node) -> Vec<NodeIndex> {
        let there = self.members.of(&node.id).len() as u32;
        let mut guards = StationPolicies::default();
        guards.set(&all_values(&node.kind, &node.params));
        let spawn = |number: u32| {
            let component = Component::new(&node.kind, &node.params);
            let index = self.world.add_node(node_stream(&node.id, number), component, guards.clone());
            self.members.add(&node.id, index);
            index
        };
        (there + 1..=instances::of(&node.kind, &node.params)).map(spawn).collect()
    }

    /// Puts in the links from each member at the one end to each at the other that are not there.
    pub(super) fn place_link(&mut self, id: &str) {
        let Some(link) = self.diagram.link(id) else { return };
        let kind = |id: &str| self.diagram.node(id).map_or("", |n| n.kind.as_str());
        let role = role_between(kind(&link.from), kind(&link.to)).unwrap_or(Role::Call);
        let (spec, values) = self.settings(id, role);
        let mut policies = CallPolicies::default();
        values.iter().for_each(|values| policies.set(values));
        let (callers, callees) = (self.members.of(&link.from).to_vec(), self.members.of(&link.to).to_vec());
        let before = self.members.links_of(id).to_vec();
        let impairments = before.first().map(|first| self.world.core.links[first.at()].impairments.clone()).unwrap_or_default();
        for from in callers {
            let links = &self.world.core.links;
            let mut first = before.iter().copied().find(|l| links[l.at()].from == from);
            for to in callees.iter().copied() {
                let links = &self.world.core.links;
                if before.iter().any(|l| links[l.at()].from == from && links[l.at()].to == to) {
                    continue;
                }
                let stream = link_stream(id, (self.members.number(from), self.members.number(to)));
                let world_link =
                    WorldLink { impairments: impairments.clone(), ..WorldLink::new(stream, from, to, spec.clone(), policies.clone()) };
                // What clients of the same system call by the same key is the same thing.
                self.world.core.shared.judge.join(from, to);
                let index = match first {
                    Some(first) => self.world.add_to_bundle(world_link, first),
                    None => self.world.add_link(world_link),
                };
                first.get_or_insert(index);
                self.members.add_link(id, index);
            }
        }
    }

    /// Spawns or retires members until there are as many as the node says. The last that came goes first, and what it works on is lost:
    /// its callers see a reset.
    fn scale(&mut self, node: &Node) {
        let wanted = instances::of(&node.kind, &node.params) as usize;
        let links: Vec<String> = self.diagram.links.iter().filter(|l| l.from == node.id || l.to == node.id).map(|l| l.id.clone()).collect();
        while self.members.of(&node.id).len() > wanted {
            let Some(gone) = self.members.retire(&node.id) else { break };
            for id in &links {
                let ends = |l: &LinkIndex| [self.world.core.links[l.at()].from, self.world.core.links[l.at()].to];
                let go: Vec<LinkIndex> = self.members.links_of(id).iter().copied().filter(|l| ends(l).contains(&gone)).collect();
                // The first of a bundle goes last.
                for link in go.iter().rev() {
                    self.world.remove_link(*link);
                }
                self.members.retire_links(id, |link| !go.contains(&link));
            }
            self.world.remove_node(gone);
        }
        let spawned = self.place_node(node);
        if !spawned.is_empty() {
            links.iter().for_each(|id| self.place_link(id));
            spawned.into_iter().for_each(|index| self.world.start(index));
        }
    }
}

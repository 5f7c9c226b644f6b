//! Faults and edits of a running world: crashes, restarts, cuts, nodes and links that come and go.

use super::behaviour::Behaviour;
use super::core::Observation;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex};
use super::link::LinkSpec;
use super::request::{Failure, Reason};
use super::world::World;

impl<B: Behaviour> World<B> {
    /// Crashes a node: what it had is lost, callers see a reset. Does nothing if it is down already.
    pub fn crash(&mut self, node: NodeIndex) {
        if !self.core.nodes[node.at()].up {
            return;
        }
        self.drop_work(node, false);
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        state.up = false;
        state.epoch = state.epoch.next();
        state.down_since = now;
        let (behaviour, mut ctx) = self.at(node);
        behaviour.crash(&mut ctx);
        ctx.notice(None, "crashed", false);
    }

    /// Starts a crashed node again. Does nothing if it is up.
    pub fn restart(&mut self, node: NodeIndex) {
        let state = &mut self.core.nodes[node.at()];
        if state.up || state.removed {
            return;
        }
        state.up = true;
        state.epoch = state.epoch.next();
        let (behaviour, mut ctx) = self.at(node);
        behaviour.start(&mut ctx);
        ctx.notice(None, "restarted", true);
    }

    /// Sets the factor on a node's service times; services under way keep theirs.
    pub fn slow(&mut self, node: NodeIndex, factor: f64) {
        self.core.nodes[node.at()].slow = factor;
        let (_, mut ctx) = self.at(node);
        ctx.notice(None, if factor == 1.0 { "back to normal" } else { "slowed" }, factor == 1.0);
    }

    /// Removes a node from the diagram. Its links must have been removed.
    pub fn remove_node(&mut self, node: NodeIndex) {
        self.drop_work(node, true);
        let state = &mut self.core.nodes[node.at()];
        state.removed = true;
        state.epoch = state.epoch.next();
        if state.up {
            // What it alone had is gone with it, as in a crash.
            state.up = false;
            let (behaviour, mut ctx) = self.at(node);
            behaviour.crash(&mut ctx);
        }
    }

    fn drop_work(&mut self, node: NodeIndex, removed: bool) {
        let now = self.core.now;
        self.core.nodes[node.at()].station.account(now);
        // Nobody here takes up a connection that is given back now.
        for link in &self.core.nodes[node.at()].outgoing {
            self.core.links[link.at()].waiting.clear();
        }
        let keys: Vec<JobKey> = self.core.jobs.iter().filter(|(_, j)| j.node == node).map(|(k, _)| k).collect();
        for key in keys {
            self.abandon_calls(key);
            let root = self.core.jobs[key].origin.is_none();
            if root && !removed && self.behaviours[node.at()].keeps(&self.core.jobs[key]) {
                continue;
            }
            let Some(job) = self.core.jobs.remove(key) else { continue };
            if job.origin.is_none() {
                self.end_request(node, job.request, job.span, job.message, Err(Failure::new(Reason::Reset, node)));
                continue;
            }
            let state = &mut self.core.nodes[node.at()];
            state.station.ledger.present -= 1;
            state.station.sojourn_sum_ns += u128::from(now.since(job.arrived).0);
            if removed {
                state.station.ledger.removed += 1;
            } else {
                state.station.ledger.lost += 1;
            }
            state.failed.add(Reason::Reset);
            self.core.leave(&job, Err(Failure::new(Reason::Reset, node)));
        }
        self.core.nodes[node.at()].station.clear();
        // Calls that nobody waited for outlive their jobs, but not the process.
        let links = &self.core.links;
        let from_here = self.core.calls.iter().filter(|(_, c)| links[c.link.at()].from == node);
        let detached: Vec<CallKey> = from_here.map(|(key, _)| key).collect();
        detached.into_iter().for_each(|call| self.core.abandon_call(call));
        for link in self.core.links.iter_mut().filter(|l| l.from == node || l.to == node) {
            link.idle_connections = 0;
        }
    }

    /// Adds a link; it is used from the next call on.
    pub fn add_link(&mut self, link: super::link::Link) -> LinkIndex {
        let index = LinkIndex(self.core.links.len() as u32);
        self.core.nodes[link.from.at()].outgoing.push(index);
        self.core.nodes[link.to.at()].incoming.push(index);
        self.core.links.push(link);
        index
    }

    /// Removes a link: what travels on it is lost, open attempts end with a reset.
    pub fn remove_link(&mut self, index: LinkIndex) {
        let link = &mut self.core.links[index.at()];
        link.removed = true;
        link.spec.retransmission = None;
        link.idle_connections = 0;
        link.waiting.clear();
        let (from, to) = (link.from, link.to);
        self.core.lose_transits(index);
        self.core.transits.retain(|_, t| t.link != index);
        self.core.links[index.at()].in_transit = 0;
        self.core.nodes[from.at()].outgoing.retain(|l| *l != index);
        self.core.nodes[to.at()].incoming.retain(|l| *l != index);
        let over = self.core.calls.iter().filter(|(_, c)| c.link == index);
        let open: Vec<AttemptKey> = over.filter(|(_, c)| c.open).map(|(call, c)| AttemptKey { call, number: c.attempts }).collect();
        for attempt in open {
            self.attempt_failed(attempt, Failure::new(Reason::Reset, to));
        }
        // Calls that were backing off over this link have no attempt to end them.
        let idle: Vec<CallKey> = self.core.calls.iter().filter(|(_, c)| c.link == index && !c.open).map(|(k, _)| k).collect();
        for call in idle {
            self.answer_call(call, Err(Failure::new(Reason::Reset, to)));
        }
    }

    /// Gives a link other settings while it runs. They hold for what is sent from now on, and at once for connections: a smaller pool closes
    /// those that are not used, a larger one lets those in who wait, the first first.
    pub fn set_link(&mut self, index: LinkIndex, spec: LinkSpec) {
        let link = &mut self.core.links[index.at()];
        link.spec = spec;
        let limit = if link.counts_connections() { link.spec.connections.unwrap_or(u32::MAX) } else { 0 };
        link.idle_connections = link.idle_connections.min(limit.saturating_sub(link.used_connections));
        self.core.serve_waiting(index);
    }

    /// Cuts or mends a link. A cut link drops whatever is on it and whatever is sent, silently.
    pub fn set_cut(&mut self, index: LinkIndex, cut: bool) {
        self.core.links[index.at()].cut = cut;
        if cut {
            self.core.lose_transits(index);
        }
        let node = self.core.links[index.at()].from;
        let (to, what) = (self.core.links[index.at()].to, if cut { "link cut" } else { "link mended" });
        self.core.observations.push(Observation::Notice { at: self.core.now, node, about: Some(to), what, good: !cut });
    }
}

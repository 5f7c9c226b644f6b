//! Faults and edits of a running world: crashes, restarts, cuts, nodes and links that come and go.

use super::behaviour::Behaviour;
use super::core::Observation;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex};
use super::impairment::Impairment;
use super::link::LinkSpec;
use super::queue::EventKind;
use super::request::{Failure, Reason};
use super::station::StationSpec;
use super::station_policy::{Departure, StationPolicy};
use super::under_way::Payload;
use super::world::World;

impl<B: Behaviour> World<B> {
    /// Crashes a node: what it had is lost, callers see a reset. Does nothing if it is down already.
    pub fn crash(&mut self, node: NodeIndex) {
        self.go_down(node, false, "crashed");
    }

    /// Takes a node away with its host: what it had is lost, and nobody is told. Does nothing if it is down already.
    pub fn vanish(&mut self, node: NodeIndex) {
        self.go_down(node, true, "vanished");
    }

    /// Crashes a node and takes its disk away: it will start again with nothing stored. One that is down already loses its disk all the
    /// same; one that was removed has none.
    pub fn lose_disk(&mut self, node: NodeIndex) {
        if self.core.nodes[node.at()].removed {
            return;
        }
        self.go_down(node, false, "crashed");
        let (behaviour, mut ctx) = self.at(node);
        behaviour.lose_disk(&mut ctx);
        ctx.notice(None, "lost its disk", false);
    }

    /// Lets a node's process hang: its host goes on to accept what comes, and nothing happens. Does nothing if it is down or hangs.
    pub fn hang(&mut self, node: NodeIndex) {
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        if !state.up || state.hangs {
            return;
        }
        state.hangs = true;
        state.down_since = now;
        self.core.hanging += 1;
        let (_, mut ctx) = self.at(node);
        ctx.notice(None, "hangs", false);
    }

    /// Lays an event by that waits for a process that hangs. Returns whether it does.
    pub(super) fn stall(&mut self, kind: EventKind) -> bool {
        let core = &mut self.core;
        let caller = |call: CallKey| core.calls.get(call).map(|c| core.links[c.link.at()].from);
        let node = match kind {
            EventKind::Timer { node, .. } | EventKind::ShareEnd { node, .. } => Some(node),
            EventKind::ServiceEnd { job, .. } | EventKind::Deadline(job) | EventKind::Answer { job, .. } => {
                core.jobs.get(job).map(|j| j.node)
            }
            EventKind::AttemptTimeout(attempt) | EventKind::PoolTimeout(attempt) => caller(attempt.call),
            EventKind::Retry(call) | EventKind::Refused { call, .. } => caller(call),
            // Hosts see to handshakes, and to what was lost.
            EventKind::Deliver(key) => core.transits.get(key).filter(|t| !matches!(t.payload, Payload::Handshake { .. })).map(|t| {
                let link = &core.links[t.link.at()];
                if t.forward {
                    link.to
                } else {
                    link.from
                }
            }),
            EventKind::Retransmit(_) => None,
        };
        let Some(state) = node.map(|n| &mut core.nodes[n.at()]).filter(|state| state.hangs) else { return false };
        state.stalled.push(kind);
        true
    }

    /// A process that hangs does so no longer. Returns what waited for it.
    fn end_hang(&mut self, node: NodeIndex) -> Vec<EventKind> {
        let state = &mut self.core.nodes[node.at()];
        self.core.hanging -= u32::from(std::mem::take(&mut state.hangs));
        std::mem::take(&mut state.stalled)
    }

    fn go_down(&mut self, node: NodeIndex, vanished: bool, what: &'static str) {
        if !self.core.nodes[node.at()].up {
            return;
        }
        let stalled = self.end_hang(node);
        self.drop_work(node, false, vanished);
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        state.up = false;
        state.vanished = vanished;
        state.generation = state.generation.next();
        state.down_since = now;
        let (behaviour, mut ctx) = self.at(node);
        behaviour.crash(&mut ctx);
        ctx.notice(None, what, false);
        for kind in stalled {
            // What its host had accepted is refused now; all else was the business of the process.
            if let EventKind::Deliver(key) = kind {
                self.deliver(key);
            }
        }
    }

    /// Starts a node again that is down or hangs. Does nothing if it works.
    pub fn restart(&mut self, node: NodeIndex) {
        if self.core.nodes[node.at()].hangs {
            self.crash(node);
        }
        let state = &mut self.core.nodes[node.at()];
        if state.up || state.removed {
            return;
        }
        state.up = true;
        if std::mem::take(&mut state.vanished) {
            // It knows none of the connections that others had kept.
            for link in self.core.links.iter_mut().filter(|l| l.to == node) {
                link.idle_connections = 0;
            }
        }
        let state = &mut self.core.nodes[node.at()];
        state.generation = state.generation.next();
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
        self.end_hang(node);
        self.drop_work(node, true, false);
        let state = &mut self.core.nodes[node.at()];
        state.removed = true;
        state.vanished = false;
        state.generation = state.generation.next();
        if state.up {
            // What it alone had is gone with it, as in a crash.
            state.up = false;
            let (behaviour, mut ctx) = self.at(node);
            behaviour.crash(&mut ctx);
        }
        // It has no workers any more that could be busy.
        self.set_station(node, StationSpec::UNLIMITED);
    }

    fn drop_work(&mut self, node: NodeIndex, removed: bool, vanished: bool) {
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
            state.guards.after(&Departure { now, stayed: now.since(job.arrived), failed: Some(Reason::Reset) });
            if vanished {
                self.core.end_span(job.request, job.span, Some(Reason::Reset));
            } else {
                self.core.leave(&job, Err(Failure::new(Reason::Reset, node)));
            }
        }
        self.core.nodes[node.at()].station.clear();
        // Calls that nobody waited for outlive their jobs, but not the process.
        let links = &self.core.links;
        let from_here = self.core.calls.iter().filter(|(_, c)| links[c.link.at()].from == node);
        let detached: Vec<CallKey> = from_here.map(|(key, _)| key).collect();
        detached.into_iter().for_each(|call| self.core.abandon_call(call));
        // Whoever called a node that vanished does not know yet.
        for link in self.core.links.iter_mut().filter(|l| l.from == node || l.to == node && !vanished) {
            link.idle_connections = 0;
        }
    }

    /// Adds a link; it is used from the next call on.
    pub fn add_link(&mut self, link: super::link::Link<B::CallPolicies>) -> LinkIndex {
        let index = LinkIndex(self.core.links.len() as u32);
        self.add_to_bundle(link, index)
    }

    /// Adds a link that is called as one with others from the same node, of which `first` is the first: where calls go by rules, one of
    /// them is taken at random. The first must not be removed before the others.
    pub fn add_to_bundle(&mut self, mut link: super::link::Link<B::CallPolicies>, first: LinkIndex) -> LinkIndex {
        let index = LinkIndex(self.core.links.len() as u32);
        link.bundle = first;
        if let Some(first) = self.core.links.get_mut(first.at()) {
            first.bundled += 1;
        }
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
        let (from, to, first) = (link.from, link.to, link.bundle);
        if first != index {
            self.core.links[first.at()].bundled -= 1;
        }
        self.core.lose_transits(index, |_| true);
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

    /// Gives a link other settings while it runs. They hold for what is sent from now on, at once for what has yet to leave an interface, and
    /// for connections: a smaller pool closes
    /// those that are not used, a larger one lets those in who wait, the first first.
    pub fn set_link(&mut self, index: LinkIndex, spec: LinkSpec, set_policies: impl FnOnce(&mut B::CallPolicies)) {
        self.core.change_bandwidth(index, spec.bandwidth_bps);
        let link = &mut self.core.links[index.at()];
        link.spec = spec;
        set_policies(&mut link.policies);
        let limit = if link.counts_connections() { link.spec.connections.unwrap_or(u32::MAX) } else { 0 };
        link.idle_connections = link.idle_connections.min(limit.saturating_sub(link.used_connections));
        self.core.serve_waiting(index);
    }

    /// A fault befalls a link; one with the same id is replaced.
    pub fn impair(&mut self, index: LinkIndex, rule: Impairment) {
        self.core.impair_link(index, rule);
        let cut = self.core.links[index.at()].impairments.is_cut(self.core.now);
        self.say_of_link(index, if cut { "link cut" } else { "link impaired" }, false);
    }

    /// Lifts a fault of a link.
    pub fn lift(&mut self, index: LinkIndex, id: u64) {
        self.core.links[index.at()].impairments.lift(id);
        self.say_of_link(index, "link mended", true);
    }

    /// Lifts all faults of a link.
    pub fn mend(&mut self, index: LinkIndex) {
        self.core.links[index.at()].impairments.clear();
        self.say_of_link(index, "link mended", true);
    }

    fn say_of_link(&mut self, index: LinkIndex, what: &'static str, good: bool) {
        let link = &self.core.links[index.at()];
        self.core.observations.push(Observation::Notice { at: self.core.now, node: link.from, about: Some(link.to), what, good });
    }
}

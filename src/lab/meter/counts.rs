//! The counters of a run at one instant: they only grow, so two instants tell what happened between them. Decides nothing.

use crate::components::Component;
use crate::engine::request::ByReason;
use crate::engine::station::Areas;
use crate::engine::{NodeIndex, SimTime, World};

/// Counters of a node that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeCount {
    /// Jobs worked on to the end, well or not; at clients, requests that ended.
    pub completed: u64,
    /// Of those, jobs that were nobody's request, but the upkeep of what the node holds.
    pub upkeep: u64,
    /// Jobs turned away on arrival.
    pub refused: u64,
    /// Jobs lost in a crash.
    pub lost: u64,
    /// Failed, of all these, by reason.
    pub failed: ByReason,
    /// Requests that ended well, at clients.
    pub requests_ok: u64,
    /// Areas under workers and waiting jobs.
    pub areas: Areas,
}

impl NodeCount {
    /// Reads a node's counters.
    pub fn read(world: &World<Component>, index: NodeIndex) -> NodeCount {
        let node = &world.core.nodes[index.at()];
        let (jobs, requests) = (&node.station.ledger, &node.requests);
        let mut failed = node.failed;
        failed.merge(&requests.failed);
        NodeCount {
            completed: jobs.completed + requests.ok + requests.failed.total(),
            upkeep: world.behaviours[index.at()].upkeep(),
            refused: jobs.rejected,
            lost: jobs.lost,
            failed,
            requests_ok: requests.ok,
            areas: node.station.areas(world.core.now),
        }
    }

    /// Requests that it worked on to the end, well or not.
    pub fn handled(&self) -> u64 {
        self.completed - self.upkeep
    }

    /// All that ended here: handled, turned away, lost.
    pub fn ended(&self) -> u64 {
        self.handled() + self.refused + self.lost
    }

    /// Of those, that went well.
    pub fn ok(&self) -> u64 {
        self.ended().saturating_sub(self.failed.total())
    }

    /// Mean share of the workers that were taken, 0 to 1; 0 without a limit.
    pub fn utilisation(&self) -> f64 {
        match self.areas.capacity {
            0 => 0.0,
            capacity => self.areas.busy as f64 / capacity as f64,
        }
    }

    /// Adds what another member counted.
    pub fn add(&mut self, other: &NodeCount) {
        self.completed += other.completed;
        self.upkeep += other.upkeep;
        self.refused += other.refused;
        self.lost += other.lost;
        self.failed.merge(&other.failed);
        self.requests_ok += other.requests_ok;
        self.areas.add(&other.areas);
    }

    /// What was counted since an earlier state of the same counters.
    pub fn since(&self, before: &NodeCount) -> NodeCount {
        NodeCount {
            completed: self.completed - before.completed,
            upkeep: self.upkeep - before.upkeep,
            refused: self.refused - before.refused,
            lost: self.lost - before.lost,
            failed: self.failed.since(&before.failed),
            requests_ok: self.requests_ok - before.requests_ok,
            areas: self.areas.since(&before.areas),
        }
    }
}

/// The counters of all nodes at one instant.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// When.
    pub at: SimTime,
    /// Nodes by index.
    pub nodes: Vec<NodeCount>,
}

impl Counts {
    /// Reads a world's counters.
    pub fn read(world: &World<Component>) -> Counts {
        let node = |i: usize| NodeCount::read(world, NodeIndex(i as u32));
        Counts { at: world.core.now, nodes: (0..world.core.nodes.len()).map(node).collect() }
    }

    /// A node's counters; zero for nodes that are newer.
    pub fn node(&self, node: NodeIndex) -> NodeCount {
        self.nodes.get(node.at()).copied().unwrap_or_default()
    }
}

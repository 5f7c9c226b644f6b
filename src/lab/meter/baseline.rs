//! The books at the moment when the statistics began: all that is reported is what was added since.
//! Decides nothing.

use super::counts::Counts;
use crate::components::{Component, Gauge, Gauges, Reading, View};
use crate::data::judge::Consistency;
use crate::engine::core::RequestLedger;
use crate::engine::link::AttemptLedger;
use crate::engine::{LinkIndex, NodeIndex, World};

/// What a link counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkBooks {
    /// Attempts.
    pub attempts: AttemptLedger,
    /// Messages lost on it.
    pub dropped: u64,
    /// Messages sent again.
    pub retransmitted: u64,
    /// Connections set up.
    pub connections_opened: u64,
}

impl LinkBooks {
    /// Adds those of another link.
    pub fn add(&mut self, other: &LinkBooks) {
        let (ours, theirs) = (&mut self.attempts, &other.attempts);
        ours.started += theirs.started;
        ours.answered += theirs.answered;
        ours.failed.merge(&theirs.failed);
        ours.passed_on.merge(&theirs.passed_on);
        ours.abandoned += theirs.abandoned;
        ours.open += theirs.open;
        self.dropped += other.dropped;
        self.retransmitted += other.retransmitted;
        self.connections_opened += other.connections_opened;
    }
}

/// The books of a run at one instant.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// Counters of nodes, and when.
    pub counts: Counts,
    requests: Vec<RequestLedger>,
    links: Vec<LinkBooks>,
    gauges: Vec<Vec<(&'static str, Reading)>>,
    consistency: Consistency,
}

impl Baseline {
    /// Reads a world's books.
    pub fn read(world: &World<Component>) -> Baseline {
        let core = &world.core;
        let books = |i: usize| books(world, LinkIndex(i as u32));
        let gauges = |i: usize| {
            let view = View { core, node: NodeIndex(i as u32) };
            world.behaviours[i].gauges(&view).iter().map(|g| (g.name, g.reading)).collect()
        };
        Baseline {
            counts: Counts::read(world),
            requests: core.nodes.iter().map(|n| n.requests).collect(),
            links: (0..core.links.len()).map(books).collect(),
            gauges: (0..core.nodes.len()).map(gauges).collect(),
            consistency: core.shared.judge.counts(),
        }
    }

    /// A client's requests since then; what was under way counts as sent.
    pub fn requests(&self, world: &World<Component>, client: NodeIndex) -> RequestLedger {
        let ledger = world.core.nodes[client.at()].requests;
        let before = self.requests.get(client.at()).copied().unwrap_or_default();
        RequestLedger {
            sent: ledger.sent - before.sent + before.in_flight,
            ok: ledger.ok - before.ok,
            failed: ledger.failed.since(&before.failed),
            in_flight: ledger.in_flight,
        }
    }

    /// A link's books since then; what was under way counts as started.
    pub fn link(&self, world: &World<Component>, link: LinkIndex) -> LinkBooks {
        let now = books(world, link);
        let before = self.links.get(link.at()).copied().unwrap_or_default();
        let (ours, then) = (now.attempts, before.attempts);
        LinkBooks {
            attempts: AttemptLedger {
                started: ours.started - then.started + then.open,
                answered: ours.answered - then.answered,
                failed: ours.failed.since(&then.failed),
                passed_on: ours.passed_on.since(&then.passed_on),
                abandoned: ours.abandoned - then.abandoned,
                open: ours.open,
            },
            dropped: now.dropped - before.dropped,
            retransmitted: now.retransmitted - before.retransmitted,
            connections_opened: now.connections_opened - before.connections_opened,
        }
    }

    /// What a node's kind adds, since then.
    pub fn gauges(&self, world: &World<Component>, node: NodeIndex) -> Gauges {
        let mut gauges = world.behaviours[node.at()].gauges(&View { core: &world.core, node });
        gauges.iter_mut().for_each(|gauge| gauge.reading = self.reading(node, gauge));
        gauges
    }

    /// What a node's gauge reads, since then.
    pub fn reading(&self, node: NodeIndex, gauge: &Gauge) -> Reading {
        let before = self.gauges.get(node.at()).and_then(|list| list.iter().find(|(name, _)| *name == gauge.name));
        before.map_or(gauge.reading, |(_, then)| gauge.reading.since(*then))
    }

    /// What the judge counted since then.
    pub fn consistency(&self, world: &World<Component>) -> Consistency {
        world.core.shared.judge.counts().since(&self.consistency)
    }
}

fn books(world: &World<Component>, link: LinkIndex) -> LinkBooks {
    let link = &world.core.links[link.at()];
    LinkBooks {
        attempts: link.ledger,
        dropped: link.dropped,
        retransmitted: link.retransmitted,
        connections_opened: link.connections_opened,
    }
}

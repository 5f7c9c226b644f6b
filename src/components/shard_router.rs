//! Shard router: sends each key to the shard that owns it.
//!
//! ```text
//!                ┌──► shard 1   keys a, d, …
//!   ──► router ──┼──► shard 2   keys b, …
//!                └──► shard 3   keys c, e, …
//! ```
//! Hash modulo, or a consistent-hash ring with virtual nodes (Karger et al. 1997; Dynamo 2007).

use rustc_hash::FxHashMap;

use super::{Component, Gauge, Group, Kind, Part, Ports, View};
use crate::data::ring::{modulo_owner, Ring};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::{JobKey, LinkIndex, NodeIndex, Reason, SimDuration, Why};
use crate::{choice, params};

choice! {
    /// How keys are placed.
    pub enum Placement {
        ConsistentHash = "consistent_hash" "Consistent hash: a ring with virtual nodes",
        HashModulo = "hash_modulo" "Hash modulo the number of shards",
    }
}

params! {
    /// What a shard router is set to.
    pub struct Params {
        placement: Placement = Placement::ConsistentHash, Choice(Placement::OPTIONS), "Placement", "", "How a key's shard is found. With modulo, adding a shard moves nearly every key; on a ring only the new shard's share.";
        virtual_nodes: u32 = 100, Int { min: 1, max: 2000 }, "Virtual nodes", "", "Points on the ring per shard; more spread the keys more evenly.", when "placement" in ["consistent_hash"];
        route_time: SimDuration = SimDuration(100_000), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Routing time", "ms", "Time the router itself takes for a request.";
        price_per_hour: f64 = 0.05, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

/// A running shard router.
#[derive(Clone, Debug)]
pub struct ShardRouter {
    params: Params,
    ring: Ring,
    shards: Vec<LinkIndex>,
    sent: FxHashMap<LinkIndex, u64>,
}

impl Part for ShardRouter {
    const KIND: Kind = Kind {
        id: "shard_router",
        label: "Shard router",
        icon: "split",
        group: Group::Data,
        summary: "Sends each key to the one shard that owns it, by hash or on a ring",
        explanation: "Sharding splits the keys over several databases, so that each holds and serves only its share. The router finds the owner of a key by hashing it.\n\nHash modulo n spreads keys evenly, but with one shard more nearly every key has another owner, and is not found there until it is moved. On a consistent-hash ring only the new shard's share moves, about 1/(n+1).\n\nEven keys are not even load: with Zipf popularity one hot key can make its shard the bottleneck of all, and more shards do not help it.\n\nA shard that is down takes its keys with it: the router does not send them elsewhere. The model does not move data when shards are added; requests that span shards come later.",
        ports: Ports { calls: true, called: true, ships_log: false, follows_log: false, looked_aside: false, looks_aside: false },
        specs: Params::specs,
        has_station: false,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn new(values: &Values) -> Self {
        ShardRouter { params: Params::from_values(values), ring: Ring::default(), shards: Vec::new(), sent: FxHashMap::default() }
    }

    fn configure(&mut self, values: &Values, _: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
        self.ring = Ring::default();
        self.shards.clear();
        self.sent.clear();
    }

    fn gauges(&self, view: &View<'_>) -> Vec<Gauge> {
        let shares = self.shares(view);
        let hottest = shares.iter().map(|(_, s)| *s).fold(0.0, f64::max);
        vec![
            Gauge { name: "shards", label: "shards", value: shares.len() as f64, unit: "", of: None },
            Gauge { name: "hottest_share", label: "hottest shard", value: hottest, unit: "%", of: Some(1.0) },
        ]
    }

    fn shares(&self, view: &View<'_>) -> Vec<(NodeIndex, f64)> {
        let total: u64 = self.sent.values().sum();
        let outgoing = &view.core.nodes[view.node.at()].outgoing;
        outgoing.iter().map(|l| (view.core.links[l.at()].to, *self.sent.get(l).unwrap_or(&0) as f64 / total.max(1) as f64)).collect()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn service_time(&mut self, _: &mut Ctx<'_, Component>, _: JobKey, _: u32) -> SimDuration {
        self.params.route_time
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let key = ctx.job(job).message.key;
        let links: smallvec::SmallVec<[LinkIndex; 16]> = ctx.outgoing(Role::Call).collect();
        if links[..] != self.shards[..] {
            let names: Vec<u64> = links.iter().map(|l| ctx.link_stream(*l)).collect();
            self.ring = Ring::new(&names, self.params.virtual_nodes);
            self.shards = links.to_vec();
            // Shares are of the present set of shards.
            self.sent.clear();
        }
        let (owner, text) = match self.params.placement {
            Placement::ConsistentHash => (self.ring.owner(key, |_| true), "key {a}: shard {b}, next on the ring"),
            Placement::HashModulo => (modulo_owner(key, links.len()), "key {a}: shard {b}, hash modulo"),
        };
        let Some(owner) = owner else {
            ctx.explain(job, Why::plain("no shards"));
            return Next::Reply(Err(Reason::Unavailable));
        };
        *self.sent.entry(links[owner]).or_default() += 1;
        let message = ctx.job(job).message;
        ctx.call(job, links[owner], message, Why::with(text, key, owner as u64 + 1));
        Next::Wait
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{document, run};
    use crate::diagram::Document;
    use serde_json::{json, Value};

    fn store(shards: usize, router: Value) -> Document {
        let names: Vec<String> = (0..shards).map(|i| format!("shard{i}")).collect();
        let clients = json!({"source": "constant", "rate_per_s": 2000, "read_percent": 100, "keys": 500, "popularity": "uniform"});
        let mut nodes = vec![("c", "clients", clients), ("r", "shard_router", router)];
        nodes.extend(names.iter().map(|n| (n.as_str(), "database", json!({"workers": 50}))));
        let mut links = vec![("c", "r", json!({}))];
        links.extend(names.iter().map(|n| ("r", n.as_str(), json!({}))));
        document(&nodes, &links)
    }

    /// Owner of each key that was seen.
    fn owners(document: &Document) -> std::collections::BTreeMap<u64, String> {
        let mut experiment = crate::lab::Experiment::new(document);
        let mut owners = std::collections::BTreeMap::new();
        for step in 1..60 {
            super::super::testing::to(&mut experiment, f64::from(step) * 0.02);
            for story in experiment.recent() {
                let shard = story.spans.iter().find(|s| s.node.starts_with("shard")).unwrap().node.clone();
                assert_eq!(owners.entry(story.key).or_insert_with(|| shard.clone()), &shard, "a key has one owner");
            }
        }
        owners
    }

    #[test]
    fn a_new_shard_moves_its_share_of_keys_on_a_ring_and_nearly_all_by_modulo() {
        let moved = |placement: &str| {
            let router = json!({"placement": placement, "virtual_nodes": 200});
            let (before, after) = (owners(&store(4, router.clone())), owners(&store(5, router)));
            let both: Vec<_> = before.iter().filter_map(|(k, a)| after.get(k).map(|b| (a, b))).collect();
            assert!(both.len() > 300);
            both.iter().filter(|(a, b)| a != b).count() as f64 / both.len() as f64
        };
        let (ring, modulo) = (moved("consistent_hash"), moved("hash_modulo"));
        assert!((ring - 0.2).abs() < 0.08 && (modulo - 0.8).abs() < 0.08, "ring {ring}, modulo {modulo}");
    }

    #[test]
    fn shares_add_up() {
        let experiment = run(&store(4, json!({})), 2.0);
        let frame = experiment.frame(100);
        let router = frame.nodes.iter().find(|n| n.id == "r").unwrap();
        let total: f64 = router.shares.iter().map(|(_, s)| s).sum();
        assert!((total - 1.0).abs() < 1e-9 && router.shares.len() == 4);
    }
}

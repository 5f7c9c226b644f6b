//! Shard router: sends each key to the shard that owns it.
//!
//! ```text
//!                ┌──► shard 1   keys a, d, …
//!   ──► router ──┼──► shard 2   keys b, …
//!                └──► shard 3   keys c, e, …
//! ```
//! Hash modulo, a consistent-hash ring with virtual nodes (Karger et al. 1997; Dynamo 2007), key ranges as in Bigtable (2006),
//! or a directory that remembers where each key was put.

use smallvec::smallvec;

use super::model::Model;
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, View};
use crate::data::ring::{modulo_owner, Ring};
use crate::data::KeyMap;
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
        Range = "range" "Range: neighbouring keys together",
        Directory = "directory" "Directory: a table that says where each key is",
    }
}

params! {
    /// What a shard router is set to.
    pub struct Params {
        placement: Placement = Placement::ConsistentHash, Choice(Placement::OPTIONS), "Placement", "", "How a key's shard is found. When a shard is added, modulo moves nearly every key, a ring only the new shard's share, a directory none.";
        virtual_nodes: u32 = 100, Int { min: 1, max: 2000 }, "Virtual nodes", "", "Points on the ring per shard; more spread the keys more evenly.", when "placement" in ["consistent_hash"];
        key_space: u32 = 10_000, Int { min: 1, max: 1_000_000 }, "Key space", "keys", "Keys from 0 up to this are cut into ranges of the same length, one for each shard in the order of its links.", when "placement" in ["range"];
        lookup_time: SimDuration = SimDuration::from_millis(1), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Lookup time", "ms", "Time to ask the directory where a key is, for each request.", when "placement" in ["directory"];
        route_time: SimDuration = SimDuration(100_000), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Routing time", "ms", "Time the router itself takes for a request.";
        price_per_hour: f64 = 0.05, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

/// A running shard router.
pub type ShardRouter = Running<Directory>;

/// What a shard router has: who the shards are, and where each key is, is stored; a ring is made of that.
#[derive(Clone, Debug)]
pub struct Directory;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The ring of the shards, and whether it has been made since the process began.
    ring: Ring,
    is_made: bool,
}

/// What it has stored.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Chooses the hash function; taken up with the shards.
    hash_seed: u64,
    shards: Vec<LinkIndex>,
    /// Whether the shards were taken up under the present settings.
    is_placed: bool,
    /// Where each key that was asked for is: the directory, and for the others what tells how many keys a change moves.
    places: KeyMap<LinkIndex>,
    /// Number of those keys at each shard.
    keys: Vec<u64>,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Requests sent to each shard.
    sent: Vec<u64>,
    moved: u64,
    moved_share: f64,
}

impl State for Directory {
    type Params = Params;
    type Memory = Memory;
    type Disk = Disk;
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }
}

impl ShardRouter {
    /// The shard of a key that is new, or whose owner went.
    fn owner(&self, key: u64) -> Option<usize> {
        let n = self.disk.shards.len();
        match self.params.placement {
            Placement::ConsistentHash => self.memory.ring.owner(key, |_| true),
            Placement::HashModulo => modulo_owner(self.disk.hash_seed, key, n),
            Placement::Range => {
                let space = u64::from(self.params.key_space);
                (n > 0).then(|| (key.min(space - 1) * n as u64 / space) as usize)
            }
            // A key that is new goes where the fewest are, and stays.
            Placement::Directory => (0..n).min_by_key(|i| self.disk.keys[*i]),
        }
    }

    /// Makes the ring of the shards, where there is one.
    fn make_ring(&mut self, ctx: &Ctx<'_, Component>) {
        self.memory.is_made = true;
        self.memory.ring = match self.params.placement {
            Placement::ConsistentHash => {
                let names: Vec<u64> = self.disk.shards.iter().map(|l| ctx.hash_name(*l)).collect();
                Ring::new(&names, self.params.virtual_nodes)
            }
            _ => Ring::default(),
        };
    }

    /// Takes up the present set of shards. What was asked for before is placed anew, and what thereby moves is counted.
    fn rebuild(&mut self, ctx: &Ctx<'_, Component>, links: &[LinkIndex]) {
        self.disk.hash_seed = ctx.hash_seed();
        self.disk.shards = links.to_vec();
        self.make_ring(ctx);
        self.disk.is_placed = true;
        self.books.sent = vec![0; links.len()];
        self.disk.keys = vec![0; links.len()];
        let mut known: Vec<(u64, LinkIndex)> = std::mem::take(&mut self.disk.places).into_iter().collect();
        known.sort_unstable();
        let mut moved = 0;
        if self.params.placement == Placement::Directory {
            // Those that stay are counted before any is placed anew.
            for at in known.iter().filter_map(|(_, before)| links.iter().position(|l| l == before)) {
                self.disk.keys[at] += 1;
            }
        }
        for (key, before) in &known {
            let stays = links.iter().position(|l| l == before).filter(|_| self.params.placement == Placement::Directory);
            let Some(at) = stays.or_else(|| self.owner(*key)) else { continue };
            moved += u64::from(links[at] != *before);
            self.disk.keys[at] += u64::from(stays.is_none());
            self.disk.places.insert(*key, links[at]);
        }
        if !known.is_empty() {
            self.books.moved = moved;
            self.books.moved_share = moved as f64 / known.len() as f64;
        }
    }

    fn route(&mut self, key: u64) -> Option<usize> {
        if self.params.placement == Placement::Directory {
            if let Some(at) = self.disk.places.get(&key).and_then(|place| self.disk.shards.iter().position(|l| l == place)) {
                return Some(at);
            }
        }
        let owner = self.owner(key)?;
        if self.disk.places.insert(key, self.disk.shards[owner]).is_none() {
            self.disk.keys[owner] += 1;
        }
        Some(owner)
    }
}

impl Part for ShardRouter {
    const KIND: Kind = Kind {
        id: "shard_router",
        label: "Shard router",
        icon: "split",
        group: Group::Data,
        summary: "Sends each key to the one shard that owns it: by hash, on a ring, by range or by a directory",
        begins: &[Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::Choice(&[]),
        specs: Params::specs,
        has_members: false,
        telling: &[],
        theory: |_| Model::default(),
        has_station: false,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn configure(&mut self, values: &Values, _: &mut Ctx<'_, Component>) {
        let before = std::mem::replace(&mut self.params, Params::from_values(values));
        // The next request takes up the new placement.
        self.disk.is_placed &= (before.placement, before.virtual_nodes, before.key_space)
            == (self.params.placement, self.params.virtual_nodes, self.params.key_space);
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        let shares = self.shares(view);
        let most_keys = self.disk.keys.iter().max().map_or(0.0, |n| *n as f64);
        let hottest = shares.iter().map(|(_, s)| *s).fold(0.0, f64::max);
        smallvec![
            Gauge::level("shards", "shards", shares.len() as f64, ""),
            Gauge::level("hottest_share", "hottest shard", hottest, "%").of(1.0),
            Gauge::level("moved_share", "moved by the last change", self.books.moved_share, "%").of(1.0),
            Gauge::level("moved_keys", "", self.books.moved as f64, ""),
            Gauge::level("known_keys", "", self.disk.places.len() as f64, ""),
            Gauge::level("fullest_share", "", most_keys / self.disk.places.len().max(1) as f64, ""),
        ]
    }

    fn forget_peaks(&mut self) {
        self.books.sent.fill(0);
    }

    fn shares(&self, view: &View<'_>) -> Vec<(NodeIndex, f64)> {
        let total: u64 = self.books.sent.iter().sum();
        let outgoing = &view.core.nodes[view.node.at()].outgoing;
        let sent = |link: &LinkIndex| self.disk.shards.iter().position(|l| l == link).map_or(0, |i| self.books.sent[i]);
        outgoing.iter().map(|l| (view.core.links[l.at()].to, sent(l) as f64 / total.max(1) as f64)).collect()
    }

    fn bytes(&self) -> usize {
        self.disk.places.len() * std::mem::size_of::<(u64, LinkIndex)>() * 2
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn service_time(&mut self, _: &mut Ctx<'_, Component>, _: JobKey, _: u32) -> SimDuration {
        match self.params.placement {
            Placement::Directory => self.params.route_time + self.params.lookup_time,
            _ => self.params.route_time,
        }
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let key = ctx.job(job).message.key;
        let links: smallvec::SmallVec<[LinkIndex; 16]> = ctx.outgoing(Role::Call).collect();
        if !self.disk.is_placed || links[..] != self.disk.shards[..] {
            self.rebuild(ctx, &links);
        } else if !self.memory.is_made {
            self.make_ring(ctx);
        }
        let text = match self.params.placement {
            Placement::ConsistentHash => "key {a}: shard {b}, next on the ring",
            Placement::HashModulo => "key {a}: shard {b}, hash modulo",
            Placement::Range => "key {a}: shard {b}, by its range",
            Placement::Directory => "key {a}: shard {b}, by the directory",
        };
        let Some(owner) = self.route(key) else {
            ctx.explain(job, Why::plain("no shards"));
            return Next::Reply(ctx.fail(Reason::Unavailable));
        };
        self.books.sent[owner] += 1;
        let message = ctx.job(job).message;
        ctx.call(job, links[owner], message, Why::with(text, key, owner as u64 + 1));
        Next::Wait
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{document, exponential, run, to, Bench};
    use crate::diagram::{Document, Edit, Entry};
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
                ("s", "service", json!({"workers": 20, "service_time": exponential(5.0)})),
                ("it", "shard_router", json!({})),
                ("d1", "database", json!({"workers": 1, "queue_limit": 2})),
                ("d2", "database", json!({"workers": 1})),
                ("d3", "database", json!({"workers": 1})),
            ],
            links: vec![
                ("c", "s", json!({})),
                ("s", "it", json!({})),
                ("it", "d1", json!({})),
                ("it", "d2", json!({})),
                ("it", "d3", json!({})),
            ],
            needs: |param| match param {
                "key_space" => vec![("it", "key_space", json!(300))],
                _ => Vec::new(),
            },
            crashes: &["d1"],
        }
    }

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
    fn ranges_keep_neighbours_together() {
        let owners = owners(&store(4, json!({"placement": "range", "key_space": 400})));
        for (key, owner) in owners {
            // Keys beyond the key space are the last shard's.
            assert_eq!(owner, format!("shard{}", (key / 100).min(3)));
        }
    }

    #[test]
    fn a_directory_fills_shards_evenly_and_costs_a_lookup() {
        let with = |placement: &str| {
            let experiment = run(&store(4, json!({"placement": placement, "lookup_time": 7})), 3.0);
            let report = experiment.report();
            (report.nodes["r"].more["fullest_share"], report.totals.latency_ms.mean.unwrap())
        };
        let ((even, slow), (uneven, quick)) = (with("directory"), with("hash_modulo"));
        assert!((even - 0.25).abs() < 1e-9 && uneven > 0.25, "{even} {uneven}");
        assert!((slow - quick - 7.0).abs() < 0.2, "{slow} {quick}");
    }

    #[test]
    fn without_shards_a_request_fails_whatever_is_set_meanwhile() {
        let mut experiment = run(&store(1, json!({})), 0.1);
        experiment.apply(&Entry::Edit(Edit::RemoveLink { id: "r-shard0".into() })).unwrap();
        let space = Edit::SetNodeParam { id: "r".into(), param: "virtual_nodes".into(), value: json!(7) };
        experiment.apply(&Entry::Edit(space)).unwrap();
        to(&mut experiment, 0.2);
        let totals = experiment.report().totals;
        assert!(totals.ok > 150 && totals.sent - totals.ok > 150, "{totals:?}");
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

//! Load balancer: spreads requests over the nodes it is linked to, and takes those that fail health checks out of rotation.
//!
//! ```text
//!            ┌──► backend   ◄ health check every interval
//!   ──► LB ──┼──► backend
//!            └──► backend
//! ```
//! Power of d choices: Mitzenmacher 2001, choices without replacement. Join the idle queue: Lu et al. 2011. Weighted turns
//! are spread out, as nginx does ("smooth"): each turn every backend gains its weight, the richest is taken and pays the sum.
//! IP hash goes by the highest random weight (Thaler, Ravishankar 1998, "A name-based mapping scheme for rendezvous"): without a backend
//! only its users move, as HAProxy's and Maglev's consistent hashes have it and a hash modulo the backends has not. Health-check
//! thresholds as in HAProxy's `rise` and `fall`.

use rustc_hash::FxHashMap;
use smallvec::smallvec;

use super::model::{Choice, Model, Passing};
use super::running::{Running, State};
use super::signal::Signal;
use super::{Component, Gauge, Gauges, Group, Kind, Part, View};
use crate::data::ring::{rendezvous_owner, Ring};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::{below, Purpose};
use crate::engine::{JobKey, LinkIndex, NodeIndex, Reason, SimDuration, Why};
use crate::{choice, params};

choice! {
    /// How a backend is chosen.
    pub enum Algorithm {
        RoundRobin = "round_robin" "Round robin",
        Weighted = "weighted_round_robin" "Weighted round robin",
        Random = "random" "Random",
        LeastConnections = "least_connections" "Least connections: join the shortest queue",
        IdleFirst = "idle_first" "Join an idle queue, else random",
        Choices = "choices" "Best of d random choices",
        IpHash = "ip_hash" "IP hash",
        ConsistentHash = "consistent_hash" "Consistent hash",
    }
}

choice! {
    /// What is hashed.
    pub enum HashOn {
        Key = "key" "Key",
        User = "user" "User",
    }
}

params! {
    /// What a load balancer is set to.
    pub struct Params {
        algorithm: Algorithm = Algorithm::RoundRobin, Choice(Algorithm::OPTIONS), "Algorithm", "", "How a backend is chosen for each request.";
        choices: u32 = 2, Int { min: 1, max: 100 }, "Choices", "", "How many random backends are compared; the one with the fewest open requests is taken. Two are nearly as good as all.", when "algorithm" in ["choices"];
        hash_on: HashOn = HashOn::Key, Choice(HashOn::OPTIONS), "Hash", "", "What decides the place on the ring.", when "algorithm" in ["consistent_hash"];
        virtual_nodes: u32 = 100, Int { min: 1, max: 2000 }, "Virtual nodes", "", "Points on the ring per backend; more spread the load more evenly.", when "algorithm" in ["consistent_hash"];
        forward_time: SimDuration = SimDuration(100_000), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Forwarding time", "ms", "Time the balancer itself takes for a request.";
        health_checks: bool = true, Bool, "Health checks", "", "Asks every backend in turn whether it works, and sends nothing to those that do not answer.";
        check_interval: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 1.0, max_ms: 600_000.0 }, "Check interval", "ms", "From one check of a backend to the next; an answer must come before the next is due.", when "health_checks" in ["true"];
        unhealthy_after: u32 = 3, Int { min: 1, max: 100 }, "Unhealthy after", "failed checks", "Failed checks in a row that take a backend out of rotation.", when "health_checks" in ["true"];
        healthy_after: u32 = 2, Int { min: 1, max: 100 }, "Healthy after", "good checks", "Good checks in a row that bring it back.", when "health_checks" in ["true"];
        price_per_hour: f64 = 0.025, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.4, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        let choice = match p.algorithm {
            Algorithm::Random => Choice::Random,
            Algorithm::RoundRobin => Choice::InTurn,
            _ => Choice::Knowing,
        };
        Model { passing: Some(Passing::Spread { choice, time_ms: p.forward_time.as_millis_f64() }), ..Model::default() }
    }
}

#[derive(Clone, Debug)]
struct Check {
    healthy: bool,
    awaiting: Option<u64>,
    good: u32,
    bad: u32,
}

impl Default for Check {
    fn default() -> Self {
        // Until the first checks say otherwise a backend counts as healthy, so that a fresh diagram works at once.
        Check { healthy: true, awaiting: None, good: 0, bad: 0 }
    }
}

impl Check {
    /// It was not answered in time, or refused.
    fn fail(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, unhealthy_after: u32) {
        self.awaiting = None;
        self.good = 0;
        self.bad += 1;
        if self.healthy && self.bad >= unhealthy_after {
            self.healthy = false;
            let target = ctx.target(link);
            ctx.notice(Some(target), "out of rotation", false);
        }
    }
}

/// A running load balancer.
pub type LoadBalancer = Running<Volatile>;

/// What a load balancer has: all of it in memory. After a restart everybody counts as healthy, and the first is first.
#[derive(Clone, Debug)]
pub struct Volatile;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Round robin: the place in rotation of the backend whose turn it is.
    next: u32,
    /// What each backend has gained and not yet paid, for weighted turns.
    credit: FxHashMap<LinkIndex, i64>,
    checks: FxHashMap<LinkIndex, Check>,
    /// The links that were last checked: a list to be used again.
    checked: Vec<LinkIndex>,
    ring: Ring,
    ring_links: Vec<LinkIndex>,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Names the one timer of checks that is not void.
    series: u64,
    round: u64,
    sent: FxHashMap<LinkIndex, u64>,
}

impl State for Volatile {
    type Params = Params;
    type Memory = Memory;
    type Disk = ();
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }
}

impl LoadBalancer {
    fn healthy(&self, link: LinkIndex) -> bool {
        !self.params.health_checks || self.memory.checks.get(&link).is_none_or(|c| c.healthy)
    }

    fn choose(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Option<(LinkIndex, Why)> {
        let (message, draw_key) = (ctx.job(job).message, ctx.job(job).draw_key);
        let all: smallvec::SmallVec<[LinkIndex; 16]> = ctx.outgoing(Role::Call).filter(|l| ctx.takes(*l, &message)).collect();
        let live: smallvec::SmallVec<[LinkIndex; 16]> = all.iter().copied().filter(|l| self.healthy(*l)).collect();
        if live.is_empty() {
            return None;
        }
        let n = live.len();
        let mut rng = ctx.rng(Purpose::Choice, draw_key);
        let out = (all.len() - n) as u64;
        Some(match self.params.algorithm {
            Algorithm::RoundRobin => {
                let place = self.memory.next as usize % n;
                self.memory.next = place as u32 + 1;
                (live[place], Why::with("round robin: number {a} of {b} in rotation", place as u64 + 1, n as u64))
            }
            Algorithm::Weighted => {
                let total: u64 = live.iter().map(|l| u64::from(ctx.weight(*l))).sum();
                let mut best = live[0];
                for (i, link) in live.iter().enumerate() {
                    let credit = self.memory.credit.entry(*link).or_default();
                    *credit += i64::from(ctx.weight(*link));
                    let credit = *credit;
                    if i == 0 || credit > self.memory.credit[&best] {
                        best = *link;
                    }
                }
                *self.memory.credit.entry(best).or_default() -= total as i64;
                (best, Why::with("its turn: weight {a} of {b}", u64::from(ctx.weight(best)), total))
            }
            Algorithm::IdleFirst => {
                let idle: smallvec::SmallVec<[LinkIndex; 16]> = live.iter().copied().filter(|l| ctx.open_attempts(*l) == 0).collect();
                match idle.len() {
                    0 => (live[below(&mut rng, n)], Why::with("none idle: random, one of {a}", n as u64, 0)),
                    idlers => (idle[below(&mut rng, idlers)], Why::with("idle, one of {a}", idlers as u64, 0)),
                }
            }
            Algorithm::Random => (live[below(&mut rng, n)], Why::with("random, one of {a} in rotation", n as u64, out)),
            Algorithm::LeastConnections => {
                // Ties are broken at random, or the first backend would take all of a light load.
                let least = live.iter().map(|l| ctx.open_attempts(*l)).min().unwrap_or(0);
                let tied: smallvec::SmallVec<[LinkIndex; 16]> = live.iter().copied().filter(|l| ctx.open_attempts(*l) == least).collect();
                (tied[below(&mut rng, tied.len())], Why::with("least connections: {a} open", least, 0))
            }
            Algorithm::Choices => {
                let d = (self.params.choices as usize).min(n);
                let mut pool = live.clone();
                // A partial shuffle draws d of them without replacement.
                for i in 0..d {
                    let j = i + below(&mut rng, n - i);
                    pool.swap(i, j);
                }
                let best = pool[..d].iter().copied().min_by_key(|l| ctx.open_attempts(*l)).unwrap_or(live[0]);
                (best, Why::with("best of {a} random choices: {b} open", d as u64, ctx.open_attempts(best)))
            }
            Algorithm::IpHash => {
                let place = rendezvous_owner(message.user, live.iter().map(|l| ctx.hash_name(*l)))?;
                (live[place], Why::with("hash of user {a}", message.user, 0))
            }
            Algorithm::ConsistentHash => {
                // One ring of all backends, whatever they take: one that is passed over leaves its keys to the next, as on a ring
                // without it.
                let members: smallvec::SmallVec<[LinkIndex; 16]> = ctx.outgoing(Role::Call).collect();
                if self.memory.ring_links[..] != members[..] {
                    let names: Vec<u64> = members.iter().map(|l| ctx.hash_name(*l)).collect();
                    self.memory.ring = Ring::new(&names, self.params.virtual_nodes);
                    self.memory.ring_links = members.to_vec();
                }
                let (subject, text) = match self.params.hash_on {
                    HashOn::Key => (message.key, "ring position of key {a}"),
                    HashOn::User => (message.user, "ring position of user {a}"),
                };
                let owner = self.memory.ring.owner(subject, |m| ctx.takes(members[m], &message) && self.healthy(members[m]))?;
                (members[owner], Why::with(text, subject, 0))
            }
        })
    }

    fn check_all(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.round += 1;
        let mut links = std::mem::take(&mut self.memory.checked);
        links.clear();
        links.extend(ctx.outgoing(Role::Call));
        self.memory.checks.retain(|l, _| links.contains(l));
        for link in links.iter().copied() {
            let check = self.memory.checks.entry(link).or_default();
            if check.awaiting.is_some() {
                check.fail(ctx, link, self.params.unhealthy_after);
            }
            check.awaiting = Some(self.books.round);
            ctx.send_signal(link, Signal::HealthCheck { round: self.books.round }, 100);
        }
        self.memory.checked = links;
        // A crashed balancer keeps no timers; the interval is read afresh so that a change takes effect.
        ctx.set_timer(self.params.check_interval, self.books.series);
    }

    fn begin_checks(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.series += 1;
        ctx.set_timer(SimDuration::ZERO, self.books.series);
    }
}

impl Part for LoadBalancer {
    const KIND: Kind = Kind {
        id: "load_balancer",
        label: "Load balancer",
        icon: "scale",
        group: Group::Edge,
        summary: "Spreads requests over several servers and routes around those that fail health checks",
        begins: &[Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::Choice(&["when", "weight"]),
        specs: Params::specs,
        has_members: true,
        telling: &[],
        theory: Params::theory,
        has_station: false,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let had_checks = self.params.health_checks;
        self.params = Params::from_values(values);
        self.memory.ring_links.clear();
        if self.params.health_checks && !had_checks {
            self.begin_checks(ctx);
        }
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        let out = self.memory.checks.values().filter(|c| !c.healthy).count();
        let all = view.core.nodes[view.node.at()].outgoing.len();
        let out = if self.params.health_checks { out } else { 0 };
        smallvec![Gauge::each("in_rotation", "in rotation", (all - out.min(all)) as f64, "").of(all as f64)]
    }

    fn verdicts(&self, view: &View<'_>) -> Vec<(NodeIndex, &'static str)> {
        let outgoing = &view.core.nodes[view.node.at()].outgoing;
        outgoing.iter().filter(|l| !self.healthy(**l)).map(|l| (view.core.links[l.at()].to, "out of rotation")).collect()
    }

    fn shares(&self, view: &View<'_>) -> Vec<(NodeIndex, f64)> {
        let outgoing = &view.core.nodes[view.node.at()].outgoing;
        let total: u64 = outgoing.iter().filter_map(|l| self.books.sent.get(l)).sum();
        outgoing.iter().map(|l| (view.core.links[l.at()].to, *self.books.sent.get(l).unwrap_or(&0) as f64 / total.max(1) as f64)).collect()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        if self.params.health_checks {
            self.begin_checks(ctx);
        }
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, series: u64) {
        if self.params.health_checks && series == self.books.series {
            self.check_all(ctx);
        }
    }

    fn service_time(&mut self, _: &mut Ctx<'_, Component>, _: JobKey, _: u32) -> SimDuration {
        self.params.forward_time
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        match self.choose(ctx, job) {
            Some((link, why)) => {
                *self.books.sent.entry(link).or_default() += 1;
                let message = ctx.job(job).message;
                ctx.call(job, link, message, why);
                Next::Wait
            }
            None => {
                ctx.explain(job, Why::plain("no healthy server"));
                Next::Reply(ctx.fail(Reason::Unavailable))
            }
        }
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, 100),
            Signal::Healthy { round } => {
                let target = ctx.target(link);
                let Some(check) = self.memory.checks.get_mut(&link).filter(|c| c.awaiting == Some(round)) else { return };
                check.awaiting = None;
                check.bad = 0;
                check.good += 1;
                if !check.healthy && check.good >= self.params.healthy_after {
                    check.healthy = true;
                    ctx.notice(Some(target), "back in rotation", true);
                }
            }
            _ => {}
        }
    }

    fn refused(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        let Signal::HealthCheck { round } = signal else { return };
        if let Some(check) = self.memory.checks.get_mut(&link).filter(|c| c.awaiting == Some(round)) {
            check.fail(ctx, link, self.params.unhealthy_after);
        }
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, inflict, readers, report, run, to, Bench};
    use crate::diagram::{Document, Fault};
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
                ("it", "load_balancer", json!({"check_interval": 200, "algorithm": "weighted_round_robin"})),
                ("s1", "service", json!({"workers": 2, "service_time": exponential(14.0), "queue_limit": 3})),
                ("s2", "service", json!({"workers": 2, "service_time": exponential(14.0), "queue_limit": 3})),
                ("s3", "service", json!({"workers": 2, "service_time": exponential(14.0), "queue_limit": 3})),
            ],
            links: vec![
                ("c", "it", json!({"timeout": 60, "retries": 2, "latency": exponential(2.0)})),
                ("it", "s1", json!({"weight": 3})),
                ("it", "s2", json!({})),
                ("it", "s3", json!({})),
            ],
            needs: |_| Vec::new(),
            crashes: &["s1"],
        }
    }

    fn pool(balancer: Value) -> Document {
        let server = json!({"workers": 50, "service_time": constant(5.0)});
        let servers = ["s1", "s2", "s3", "s4"];
        let mut nodes = vec![("c", "clients", readers(400.0)), ("b", "load_balancer", balancer)];
        nodes.extend(servers.map(|s| (s, "service", server.clone())));
        let mut links = vec![("c", "b", json!({}))];
        links.extend(servers.map(|s| ("b", s, json!({}))));
        document(&nodes, &links)
    }

    #[test]
    fn round_robin_takes_turns_exactly() {
        let report = report(&pool(json!({"algorithm": "round_robin"})), 10.0);
        let handled: Vec<u64> = ["s1", "s2", "s3", "s4"].iter().map(|s| report.nodes[*s].handled).collect();
        assert!(handled.iter().max().unwrap() - handled.iter().min().unwrap() <= 1, "{handled:?}");
    }

    #[test]
    fn weighted_turns_are_exact_and_spread_out() {
        let mut doc = pool(json!({"algorithm": "weighted_round_robin"}));
        for (server, weight) in [("b-s1", 5), ("b-s2", 1), ("b-s3", 1)] {
            doc.links.iter_mut().find(|l| l.id == server).unwrap().params.insert("weight".into(), json!(weight));
        }
        let experiment = run(&doc, 10.0);
        let report = experiment.report();
        let handled = |s: &str| report.nodes[s].handled as f64 / report.totals.ok as f64;
        assert!((handled("s1") - 5.0 / 8.0).abs() < 0.001 && (handled("s4") - 1.0 / 8.0).abs() < 0.001, "{}", handled("s1"));
        // Never more than three in a row for the heavy one of 5 1 1 1: nginx gives a a b a c a d a or the like.
        let mut stories = experiment.recent();
        stories.sort_by_key(|s| s.request);
        let servers: Vec<_> = stories.iter().map(|s| s.spans.iter().find(|x| x.node.starts_with('s')).unwrap().node.clone()).collect();
        assert!(servers.windows(4).all(|w| w.iter().any(|s| s != "s1")), "{servers:?}");
    }

    #[test]
    fn an_idle_server_is_taken_before_a_busy_one() {
        // At 400/s and 5 ms two of four are busy on average: no server is ever given a second request while one is idle.
        let report = report(&pool(json!({"algorithm": "idle_first"})), 5.0);
        let open: Vec<u64> = ["s1", "s2", "s3", "s4"].iter().map(|s| report.nodes[*s].queue_max).collect();
        assert_eq!(open, [0; 4]);
        assert!((report.totals.latency_ms.max.unwrap() - 5.5).abs() < 0.2, "{}", report.totals.latency_ms.max.unwrap());
    }

    #[test]
    fn ip_hash_keeps_a_user_on_one_server() {
        let experiment = run(&pool(json!({"algorithm": "ip_hash"})), 5.0);
        let mut server_of = std::collections::HashMap::new();
        for story in experiment.recent() {
            let server = story.spans.iter().find(|s| s.node.starts_with('s')).unwrap().node.clone();
            assert_eq!(server_of.entry(story.user).or_insert_with(|| server.clone()), &server);
        }
        assert!(server_of.len() > 5);
    }

    /// Many servers: the first request goes to the first, the second to the second, whatever the platform's integers.
    #[test]
    fn round_robin_begins_with_the_first_backend() {
        let names: Vec<String> = (1..=9).map(|i| format!("s{i}")).collect();
        let mut nodes = vec![("c", "clients", readers(100.0)), ("b", "load_balancer", json!({}))];
        nodes.extend(names.iter().map(|s| (s.as_str(), "service", json!({}))));
        let mut links = vec![("c", "b", json!({}))];
        links.extend(names.iter().map(|s| ("b", s.as_str(), json!({}))));
        let mut stories = run(&document(&nodes, &links), 0.25).recent();
        stories.sort_by_key(|s| s.request);
        let servers: Vec<_> =
            stories.iter().filter_map(|s| s.spans.iter().find(|x| x.node.starts_with('s'))).map(|x| x.node.clone()).collect();
        assert!(servers.len() > 18);
        assert!(servers.iter().zip(names.iter().cycle()).all(|(a, b)| a == b), "{servers:?}");
    }

    /// A thousand users who are logged in at one of four servers each; one server dies. Only its users log in again.
    #[test]
    fn by_ip_hash_only_the_users_of_a_dead_server_move() {
        let clients = json!({"source": "constant", "rate_per_s": 2000, "read_percent": 100, "keys": 100, "users": 1000});
        let server = json!({"workers": 100, "service_time": constant(1.0), "sessions": "memory", "login_time": constant(1.0)});
        let servers = ["s1", "s2", "s3", "s4"];
        let mut nodes = vec![("c", "clients", clients), ("b", "load_balancer", json!({"algorithm": "ip_hash", "check_interval": 10}))];
        nodes.extend(servers.map(|s| (s, "service", server.clone())));
        let mut links = vec![("c", "b", json!({}))];
        links.extend(servers.map(|s| ("b", s, json!({}))));
        let mut experiment = run(&document(&nodes, &links), 8.0);
        let sum = |e: &crate::lab::Experiment, name: &str| servers.iter().map(|s| e.report().nodes[*s].more[name]).sum::<f64>();
        assert_eq!((sum(&experiment, "sessions"), sum(&experiment, "relogins")), (1000.0, 0.0));
        let users = experiment.report().nodes["s2"].more["sessions"];
        assert!((200.0..300.0).contains(&users), "{users}");
        inflict(&mut experiment, Fault::Crash { node: "s2".into() });
        to(&mut experiment, 16.0);
        assert_eq!((sum(&experiment, "sessions"), sum(&experiment, "relogins")), (1000.0, users));
    }

    /// One of the backends takes reads only: writes have fewer to choose from, and one ring serves both.
    #[test]
    fn a_backend_for_reads_only_is_no_reason_to_build_the_ring_anew() {
        let mut doc = pool(json!({"algorithm": "consistent_hash"}));
        doc.nodes[0].params.insert("read_percent".into(), json!(50));
        doc.links.iter_mut().find(|l| l.id == "b-s3").unwrap().params.insert("when".into(), json!("read"));
        let before = crate::data::ring::BUILT.get();
        let experiment = run(&doc, 10.0);
        assert_eq!(crate::data::ring::BUILT.get() - before, 1);
        for story in experiment.recent() {
            assert!(story.operation == "read" || story.spans.iter().all(|s| s.node != "s3"), "a write at the one for reads");
        }
        assert!(experiment.report().nodes["s3"].handled > 100);
    }

    /// Under several seeds the shares differ as hashing makes them differ, and between two balancers they do not.
    #[test]
    fn where_keys_go_differs_between_seeds_and_not_between_balancers() {
        let shares = |seed: u64| {
            let mut doc = pool(json!({"algorithm": "consistent_hash", "virtual_nodes": 5}));
            doc.seed = seed;
            doc.nodes[0].params.insert("keys".into(), json!(10_000));
            doc.nodes[0].params.insert("popularity".into(), json!("uniform"));
            let report = report(&doc, 5.0);
            ["s1", "s2", "s3", "s4"].map(|s| report.nodes[s].handled)
        };
        let first: Vec<u64> = (1..9).map(|seed| shares(seed)[0]).collect();
        let (least, most) = (first.iter().min().unwrap(), first.iter().max().unwrap());
        // 2000 requests; with five points a member, a share's standard deviation is some 40 % of its mean.
        assert!(most - least > 200 && *most < 1500, "{first:?}");
        let mut doc = pool(json!({"algorithm": "consistent_hash"}));
        let mut second = doc.nodes[1].clone();
        (second.id, second.name) = ("b2".into(), "b2".into());
        doc.nodes.push(second);
        for link in doc.links.clone() {
            let mut link = link.clone();
            (link.from, link.to) = (link.from.replace('b', "b2"), if link.to == "b" { "b2".into() } else { link.to });
            link.id = format!("{}-{}", link.from, link.to);
            doc.links.push(link);
        }
        let mut server_of = std::collections::HashMap::new();
        for story in run(&doc, 3.0).recent() {
            for span in story.spans.iter().filter(|s| s.node.starts_with('s')) {
                assert_eq!(server_of.entry(story.key).or_insert_with(|| span.node.clone()), &span.node);
            }
        }
        assert!(server_of.len() > 20);
    }

    #[test]
    fn health_checks_find_a_dead_server_and_its_return() {
        let checks = json!({"check_interval": 100, "unhealthy_after": 3, "healthy_after": 2});
        let mut experiment = run(&pool(checks), 1.05);
        inflict(&mut experiment, Fault::Crash { node: "s2".into() });
        to(&mut experiment, 2.0);
        let events = experiment.take_events();
        let out = events.iter().find(|e| e.what == "out of rotation").unwrap();
        // The third check in a row is refused as soon as it has been there and back.
        assert!((1.3..=1.31).contains(&out.at.as_secs_f64()), "{}", out.at);
        assert_eq!(out.node.as_deref(), Some("s2"));
        let failed = experiment.totals().failed["refused"];
        to(&mut experiment, 4.0);
        assert_eq!(experiment.totals().failed["refused"], failed, "nothing fails once it is out");
        inflict(&mut experiment, Fault::Restart { node: "s2".into() });
        to(&mut experiment, 5.0);
        assert!(experiment.take_events().iter().any(|e| e.what == "back in rotation"));
    }

    #[test]
    fn a_refused_check_is_known_at_once_and_an_unanswered_one_when_the_next_is_due() {
        // 100/s to each of three; one goes half way between two checks.
        let failed = |fault: Fault| {
            let server = json!({"workers": 50, "service_time": constant(5.0)});
            let checks = json!({"check_interval": 1000, "unhealthy_after": 1});
            let mut nodes = vec![("c", "clients", readers(300.0)), ("b", "load_balancer", checks)];
            nodes.extend(["s1", "s2", "s3"].map(|s| (s, "service", server.clone())));
            let mut links = vec![("c", "b", json!({}))];
            links.extend(["s1", "s2", "s3"].map(|s| ("b", s, json!({"timeout": 200}))));
            let mut experiment = run(&document(&nodes, &links), 5.5);
            inflict(&mut experiment, fault);
            to(&mut experiment, 10.0);
            experiment.totals().failed.values().sum::<u64>()
        };
        let refused = failed(Fault::Crash { node: "s2".into() });
        assert!((49..=51).contains(&refused), "{refused}");
        // The check at 6 s is unanswered at 7 s.
        let silent = failed(Fault::Cut { link: "b-s2".into() });
        assert!((149..=152).contains(&silent), "{silent}");
    }

    #[test]
    fn without_health_checks_a_dead_server_goes_on_failing_its_share() {
        let mut experiment = run(&pool(json!({"health_checks": false})), 1.0);
        inflict(&mut experiment, Fault::Crash { node: "s2".into() });
        to(&mut experiment, 11.0);
        let refused = experiment.totals().failed["refused"] as f64;
        assert!((refused / 4000.0 - 0.25).abs() < 0.01, "{refused}");
    }

    #[test]
    fn with_nobody_healthy_it_says_unavailable() {
        let mut experiment = run(&pool(json!({"check_interval": 50, "unhealthy_after": 1})), 0.5);
        for server in ["s1", "s2", "s3", "s4"] {
            inflict(&mut experiment, Fault::Crash { node: server.into() });
        }
        to(&mut experiment, 2.0);
        assert!(experiment.totals().failed["unavailable"] > 400);
    }
}

//! Database: holds versioned keys, answers reads and writes, ships its log to replicas.
//!
//! ```text
//!   read, write ──► connections ──► workers ──► rows: key → version ──► log ──► replicas
//!                                                 └── flush ──► durable
//! ```
//! Replication is asynchronous log shipping (as PostgreSQL's streaming replication): each commit is sent at once, the follower
//! acknowledges, and what is missing is sent again. A follower beyond the reach of the log gets a snapshot.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::signal::{LogEntry, Signal};
use super::{Component, Gauge, Group, Kind, Part, Ports, View};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::Purpose;
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, LinkIndex, Operation, Reason, SimDuration, SimTime, Versioned, Why};
use crate::{choice, params};

choice! {
    /// When a write is safe from a crash.
    pub enum Durability {
        EveryWrite = "every_write" "Every write is flushed before its answer",
        Interval = "interval" "Flushed now and then: a crash loses the latest writes",
        Memory = "memory" "Never: a crash loses everything",
    }
}

params! {
    /// What a database is set to.
    pub struct Params {
        workers: u32 = 8, Int { min: 1, max: 10_000 }, "Workers", "", "Queries worked on at once.";
        read_time: Distribution = Distribution::exponential(4.0), Law, "Read time", "ms", "Work of a read.";
        write_time: Distribution = Distribution::exponential(6.0), Law, "Write time", "ms", "Work of a write, without the flush.";
        connections: u32 = 500, Int { min: 1, max: 1_000_000 }, "Connections", "", "Queries being worked on or waiting; more are refused.";
        queue_limit: u32 = 400, Int { min: 0, max: 1_000_000 }, "Queue limit", "", "Queries that may wait for a worker; more are turned away.";
        durability: Durability = Durability::EveryWrite, Choice(Durability::OPTIONS), "Durability", "", "When a write is safe from a crash.";
        flush_time: SimDuration = SimDuration::from_millis(1), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Flush time", "ms", "Added to each write: the disk confirms it.", when "durability" in ["every_write"];
        flush_interval: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Flush interval", "ms", "From one flush to the next.", when "durability" in ["interval"];
        price_per_hour: f64 = 0.4, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.2, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million queries.";
    }
}

/// Log entries kept for followers; one further behind gets a snapshot.
const KEPT_LOG: usize = 50_000;
/// Entries in one message to a follower that catches up.
const BATCH: usize = 500;
/// How often a primary tells its position; also the pace of resending.
const HEARTBEAT: SimDuration = SimDuration::from_millis(100);
const ENTRY_BYTES: usize = 200;

const FLUSH_TIMER: u64 = 0;
const HEARTBEAT_TIMER: u64 = 1;

#[derive(Clone, Copy, Debug, Default)]
struct Follower {
    sent: u64,
    acknowledged: u64,
    resent_at: SimTime,
    known: bool,
}

/// A running database.
#[derive(Clone, Debug)]
pub struct Database {
    params: Params,
    rows: FxHashMap<u64, u64>,
    log: VecDeque<LogEntry>,
    /// Number of the newest entry; the log holds those up to it.
    lsn: u64,
    /// Changes since the last flush: the version each key had then.
    unflushed: FxHashMap<u64, u64>,
    durable_lsn: u64,
    newest: VecDeque<u64>,
    followers: FxHashMap<LinkIndex, Follower>,
}

impl Database {
    /// Writes a key. `given` is a version that a write-back cache has assigned in this store's name; an older one than that
    /// which is here changes nothing.
    fn commit(&mut self, ctx: &mut Ctx<'_, Component>, key: u64, given: Option<u64>) -> u64 {
        let node = ctx.node;
        let now = ctx.now();
        let version = match given {
            Some(version) => {
                ctx.shared().arrive(node, key, version);
                match self.rows.get(&key) {
                    Some(newer) if *newer >= version => return *newer,
                    _ => version,
                }
            }
            None => ctx.shared().assign(node, key),
        };
        let old = self.rows.insert(key, version).unwrap_or(0);
        self.lsn += 1;
        ctx.shared().commit(node, self.lsn, now);
        if self.params.durability == Durability::EveryWrite {
            self.durable_lsn = self.lsn;
        } else {
            self.unflushed.entry(key).or_insert(old);
        }
        self.log.push_back((key, version));
        if self.log.len() > KEPT_LOG {
            self.log.pop_front();
        }
        self.newest.retain(|k| *k != key);
        self.newest.push_front(key);
        self.newest.truncate(8);
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.outgoing(Role::Log).collect();
        for link in links {
            self.ship(ctx, link);
        }
        version
    }

    fn flush_to_disk(&mut self) {
        self.unflushed.clear();
        self.durable_lsn = self.lsn;
    }

    /// Sends a follower what it has not been sent.
    fn ship(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex) {
        let first_kept = self.lsn - self.log.len() as u64 + 1;
        let lsn = self.lsn;
        let follower = self.followers.entry(link).or_default();
        if !follower.known || follower.sent > lsn || follower.sent + 1 < first_kept {
            follower.known = true;
            follower.sent = lsn;
            let rows = Arc::new(self.rows.clone());
            let bytes = (rows.len() * ENTRY_BYTES).clamp(ENTRY_BYTES, u32::MAX as usize) as u32;
            ctx.send_signal(link, Signal::Snapshot { lsn, rows }, bytes);
            return;
        }
        if follower.sent == lsn {
            return;
        }
        let from = (follower.sent + 1 - first_kept) as usize;
        let to = (from + BATCH).min(self.log.len());
        let entries: Arc<[LogEntry]> = self.log.range(from..to).copied().collect();
        let first_lsn = follower.sent + 1;
        follower.sent += (to - from) as u64;
        let bytes = (entries.len() * ENTRY_BYTES) as u32;
        ctx.send_signal(link, Signal::Entries { first_lsn, entries }, bytes);
    }

    fn acknowledged(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, lsn: u64, gap: bool) {
        let now = ctx.now();
        let newest = self.lsn;
        let follower = self.followers.entry(link).or_default();
        follower.acknowledged = lsn;
        if lsn > newest {
            // The follower is ahead of a primary that lost its latest writes: it must forget them too.
            follower.known = false;
            return self.ship(ctx, link);
        }
        // What is under way when a gap is noticed makes more of the same notices; one resend is enough.
        if gap && follower.sent > lsn && now.since(follower.resent_at) >= HEARTBEAT {
            follower.sent = lsn;
            follower.resent_at = now;
        }
        let behind = follower.sent < newest;
        if behind {
            self.ship(ctx, link);
        }
    }
}

impl Part for Database {
    const KIND: Kind = Kind {
        id: "database",
        label: "Database",
        icon: "database",
        group: Group::Data,
        summary: "Holds versioned keys; every write makes a new version; ships its log to replicas",
        explanation: "A database holds the truth: each key has a version, and every write makes the next one. Reads and writes take a worker for their time; queries beyond its connections are refused.\n\nDurability decides what a crash costs. Flushing every write makes each write slower and loses nothing. Flushing now and then is quick, and a crash takes back writes that clients believe are safe. In memory, a crash takes everything.\n\nLink it to a replica and it ships its log: every commit is sent as it happens, without waiting. The replica applies entries in order, some time later; that time is the lag, and a read from the replica in between is stale.\n\nThe model has single-key operations and no locks, indexes or query plans.",
        ports: Ports { called: true, ships_log: true, ..Ports::NONE },
        specs: Params::specs,
        has_station: true,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn new(values: &Values) -> Self {
        Database {
            params: Params::from_values(values),
            rows: FxHashMap::default(),
            log: VecDeque::new(),
            lsn: 0,
            unflushed: FxHashMap::default(),
            durable_lsn: 0,
            newest: VecDeque::new(),
            followers: FxHashMap::default(),
        }
    }

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let before = self.params.durability;
        self.params = Params::from_values(values);
        match self.params.durability {
            Durability::EveryWrite => self.flush_to_disk(),
            Durability::Interval if before != Durability::Interval => ctx.set_timer(self.params.flush_interval, FLUSH_TIMER),
            _ => {}
        }
    }

    fn gauges(&self, view: &View<'_>) -> Vec<Gauge> {
        let connections = view.core.nodes[view.node.at()].station.ledger.present as f64;
        vec![
            Gauge { name: "keys", label: "written", value: self.rows.len() as f64, unit: "keys", of: None },
            Gauge { name: "connections", label: "connections", value: connections, unit: "", of: Some(f64::from(self.params.connections)) },
            Gauge { name: "unflushed", label: "not yet durable", value: (self.lsn - self.durable_lsn) as f64, unit: "writes", of: None },
            Gauge::result("writes", self.lsn as f64),
        ]
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        self.newest.iter().filter_map(|k| self.rows.get(k).map(|v| (*k, *v))).collect()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), queue_limit: Some(p.queue_limit), discipline: Discipline::Fifo }
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        if self.params.durability == Durability::Interval {
            ctx.set_timer(self.params.flush_interval, FLUSH_TIMER);
        }
        ctx.set_timer(HEARTBEAT, HEARTBEAT_TIMER);
    }

    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        let node = ctx.node;
        if self.params.durability == Durability::Memory {
            self.unflushed = self.rows.keys().map(|k| (*k, 0)).collect();
            self.durable_lsn = 0;
        }
        let mut lost: Vec<(u64, u64)> = self.unflushed.drain().collect();
        lost.sort_unstable();
        for (key, kept) in lost {
            ctx.shared().lose(node, key, kept);
            if kept == 0 {
                self.rows.remove(&key);
            } else {
                self.rows.insert(key, kept);
            }
        }
        let gone = (self.lsn - self.durable_lsn).min(self.log.len() as u64) as usize;
        self.log.truncate(self.log.len() - gone);
        self.lsn = self.durable_lsn;
        self.followers.clear();
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        if token == FLUSH_TIMER {
            if self.params.durability == Durability::Interval {
                self.flush_to_disk();
                ctx.set_timer(self.params.flush_interval, FLUSH_TIMER);
            }
            return;
        }
        let lsn = self.lsn;
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.outgoing(Role::Log).collect();
        self.followers.retain(|l, _| links.contains(l));
        for link in links {
            if !self.followers.get(&link).is_some_and(|f| f.known) && lsn > 0 {
                self.ship(ctx, link);
            } else {
                ctx.send_signal(link, Signal::Heartbeat { lsn }, 100);
            }
        }
        ctx.set_timer(HEARTBEAT, HEARTBEAT_TIMER);
    }

    fn admit(&mut self, ctx: &mut Ctx<'_, Component>, _: JobKey) -> Result<(), Reason> {
        if ctx.present() >= u64::from(self.params.connections) {
            return Err(Reason::TooManyConnections);
        }
        Ok(())
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        let p = &self.params;
        let (operation, luck) = (ctx.job(job).message.operation, ctx.job(job).luck);
        let law = if operation.writes() { &p.write_time } else { &p.read_time };
        let own = law.sample(&mut ctx.rng(Purpose::Service, luck));
        let flush = operation.writes() && p.durability == Durability::EveryWrite;
        if flush {
            own + p.flush_time
        } else {
            own
        }
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let message = ctx.job(job).message;
        let version = if message.operation == Operation::Read {
            let version = self.rows.get(&message.key).copied().unwrap_or(0);
            ctx.explain(job, Why::with("read version {a}", version, 0));
            version
        } else {
            let given = message.value.filter(|v| v.origin == ctx.node).map(|v| v.version);
            let version = self.commit(ctx, message.key, given);
            ctx.explain(job, Why::with("wrote version {a}, log entry {b}", version, self.lsn));
            version
        };
        Next::Reply(Ok(Some(Versioned { origin: ctx.node, version })))
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, 100),
            Signal::Acknowledge { lsn, gap } => self.acknowledged(ctx, link, lsn, gap),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, inflict, run, to, writers};
    use crate::diagram::Fault;
    use serde_json::{json, Value};

    /// Lost writes after a crash at 1.5 s, at 100 writes a second.
    fn lost(database: Value) -> u64 {
        let doc = document(&[("c", "clients", writers(100.0)), ("d", "database", database)], &[("c", "d", json!({}))]);
        let mut experiment = run(&doc, 1.5);
        inflict(&mut experiment, Fault::Crash { node: "d".into() });
        inflict(&mut experiment, Fault::Restart { node: "d".into() });
        to(&mut experiment, 3.0);
        assert!(experiment.totals().ok > 200, "it works again");
        experiment.report().consistency.counts.lost_writes
    }

    #[test]
    fn durability_decides_what_a_crash_costs() {
        let with = |durability: &str| json!({"durability": durability, "write_time": constant(1.0), "flush_interval": 1000});
        assert_eq!(lost(with("every_write")), 0);
        let interval = lost(with("interval"));
        assert!((45..=50).contains(&interval), "half a second of writes, not {interval}");
        let memory = lost(with("memory"));
        assert!(memory > 140, "everything, not {memory}");
    }

    #[test]
    fn queries_beyond_its_connections_are_refused_with_that_reason() {
        let database = json!({"connections": 4, "workers": 1, "write_time": constant(1000.0)});
        let doc = document(&[("c", "clients", writers(100.0)), ("d", "database", database)], &[("c", "d", json!({}))]);
        let totals = run(&doc, 0.5).totals();
        assert_eq!(totals.in_flight, 4 + u64::from(totals.sent > 4 + totals.failed["too many connections"]));
    }
}

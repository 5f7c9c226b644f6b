//! Database: holds versioned keys, answers reads and writes, ships its log to replicas.
//!
//! ```text
//!   read, write ──► connections ──► workers ──► rows: key → version ──► log ──► replicas
//!                                                 └── flush ──► durable
//! ```
//! Replication is log shipping (as PostgreSQL's streaming replication): each commit is sent at once, the follower acknowledges,
//! and what is missing is sent again. A follower beyond the reach of the log gets a snapshot. Asynchronous, semi-synchronous or
//! synchronous (PostgreSQL's `synchronous_commit` on and remote_apply; MySQL's rpl_semi_sync_source_timeout to fall back).

use std::collections::VecDeque;

use smallvec::smallvec;

use super::model::{Model, Station};
use super::running::{Running, State};
use super::signal::Signal;
use super::{Component, Gauge, Gauges, Group, Kind, Part, View};
use crate::data::log::{Has, Log, Parcel};
use crate::data::{KeyMap, BYTES_OF_ROW};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::Purpose;
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, LinkIndex, Operation, Reason, SimDuration, SimTime, Version, Why};
use crate::{choice, params};

choice! {
    /// When a write is safe from a crash.
    pub enum Durability {
        EveryWrite = "every_write" "Every write is flushed before its answer",
        Interval = "interval" "Flushed now and then: a crash loses the latest writes",
        Memory = "memory" "Never: a crash loses everything",
    }
}

choice! {
    /// Which replicas a write waits for.
    pub enum Replication {
        Asynchronous = "asynchronous" "Asynchronous: a write waits for no replica",
        SemiSynchronous = "semi_synchronous" "Semi-synchronous: a write waits for one replica",
        Synchronous = "synchronous" "Synchronous: a write waits for all replicas",
    }
}

choice! {
    /// When a replica has a write.
    pub enum Confirm {
        Applied = "applied" "When it has applied it: reads there see it",
        Received = "received" "When it has received it: reads there see it a little later",
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
        replication: Replication = Replication::Asynchronous, Choice(Replication::OPTIONS), "Replication", "", "Which replicas must have a write before it is acknowledged. The writer pays with time, and waits as long as they cannot be reached.";
        confirm: Confirm = Confirm::Applied, Choice(Confirm::OPTIONS), "A replica confirms", "", "When a replica counts as having a write.", when "replication" in ["semi_synchronous", "synchronous"];
        sync_timeout: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Falls back after", "ms", "When a write has waited this long for replicas, all go on without waiting, until the replicas are less than this behind. 0 is never: writes wait.", when "replication" in ["semi_synchronous", "synchronous"];
        price_per_hour: f64 = 0.4, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.2, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million queries.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        let waits_for_followers = p.replication != Replication::Asynchronous;
        let station = Station {
            workers: p.workers,
            room: p.queue_limit.min(p.connections.saturating_sub(p.workers)),
            discipline: Discipline::Fifo,
            reads: p.read_time,
            writes: p.write_time,
            write_more_ms: if p.durability == Durability::EveryWrite { p.flush_time.as_millis_f64() } else { 0.0 },
            // A write that waits for replicas has given its worker back.
            held_by: &[],
        };
        Model { station: Some(Ok(station)), waits_for_followers, ..Model::default() }
    }
}

/// How often a primary tells its position; also the pace of resending.
const HEARTBEAT: SimDuration = SimDuration::from_millis(100);
const ENTRY_BYTES: usize = 200;

const HEARTBEAT_TIMER: u64 = 0;
const FALLBACK_TIMER: u64 = 1;
/// Flush timers have numbers from here on.
const FLUSH_TIMER: u64 = 2;

/// While writes go on without waiting, the log's place is noted so many times within the time that they would wait.
const NOTES: u64 = 16;

/// A running database.
pub type Database = Running<Store>;

/// What a database has. What is flushed outlives a crash; in memory are the writes that are not, and who waits for what.
#[derive(Clone, Debug)]
pub struct Store;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Version of each key that was written since the last flush.
    unflushed: KeyMap<u64>,
    /// Of these, keys that the disk does not have.
    new_keys: u64,
    /// Writes that wait for replicas: log entry, job, since when. Oldest first.
    waiting: VecDeque<(u64, JobKey, SimTime)>,
    /// Where the log was, and when, since replicas took too long and writes go on without waiting; empty while they wait.
    /// Oldest first.
    unconfirmed: VecDeque<(SimTime, u64)>,
    /// When the timer fires that looks after the oldest write that waits.
    watch: Option<SimTime>,
}

/// What it has stored.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Version of each key.
    rows: KeyMap<u64>,
    /// Its end is flushed with the rows: a crash takes it back to there.
    log: Log,
    durable_lsn: u64,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Generation of the log: it grows whenever entries may have been taken back.
    generation: u64,
    newest: VecDeque<u64>,
    /// Names the one flush timer that is not void.
    flushes: u64,
    writes: u64,
    fallbacks: u64,
}

impl State for Store {
    type Params = Params;
    type Memory = Memory;
    type Disk = Disk;
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }

    fn is_durable(params: &Params) -> bool {
        params.durability != Durability::Memory
    }
}

impl Database {
    /// Writes a key: in the order in which writes come here, whatever their versions.
    fn commit(&mut self, ctx: &mut Ctx<'_, Component>, key: u64, version: Version) {
        let (node, now) = (ctx.node, ctx.now());
        if self.params.durability == Durability::EveryWrite {
            self.disk.rows.insert(key, version.0);
        } else if self.memory.unflushed.insert(key, version.0).is_none() {
            self.memory.new_keys += u64::from(!self.disk.rows.contains_key(&key));
        }
        let followed = ctx.outgoing(Role::Log).next().is_some();
        let lsn = self.disk.log.append((key, version.0), followed);
        ctx.shared().judge.hold(node, key, version);
        if followed {
            ctx.shared().commits.add(node, lsn, now);
        }
        if self.params.durability == Durability::EveryWrite {
            self.disk.durable_lsn = lsn;
        }
        self.books.newest.retain(|k| *k != key);
        self.books.newest.push_front(key);
        self.books.newest.truncate(8);
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.outgoing(Role::Log).collect();
        for link in links {
            self.ship(ctx, link);
        }
    }

    /// The version of a key.
    fn row(&self, key: u64) -> Option<u64> {
        self.memory.unflushed.get(&key).or_else(|| self.disk.rows.get(&key)).copied()
    }

    /// The version of each key.
    fn all_rows(&self) -> KeyMap<u64> {
        let mut rows = self.disk.rows.clone();
        for (key, version) in &self.memory.unflushed {
            rows.insert(*key, *version);
        }
        rows
    }

    fn flush_to_disk(&mut self) {
        self.disk.rows = self.all_rows();
        self.disk.durable_lsn = self.disk.log.lsn();
        self.memory.unflushed.clear();
        self.memory.new_keys = 0;
    }

    /// Sends a follower what it has not been sent.
    fn ship(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex) {
        let confirm = self.wants_applied();
        match self.disk.log.next_for(link) {
            Some(Parcel::Snapshot) => {
                let (generation, lsn, rows) = (self.disk.log.generation(), self.disk.log.lsn(), self.all_rows());
                let bytes = (rows.len() * ENTRY_BYTES).clamp(ENTRY_BYTES, u32::MAX as usize) as u32;
                ctx.send_signal(link, Signal::Snapshot { generation, lsn, rows }, bytes);
            }
            Some(Parcel::Entries(first_lsn, entries)) => {
                let bytes = (entries.len() * ENTRY_BYTES) as u32;
                ctx.send_signal(link, Signal::Entries { generation: self.disk.log.generation(), first_lsn, entries, confirm }, bytes);
            }
            None => {}
        }
    }

    fn wants_applied(&self) -> bool {
        self.params.replication != Replication::Asynchronous && self.params.confirm == Confirm::Applied
    }

    /// The newest log entry that as many replicas have as a write waits for; `None` if it waits for none.
    fn confirmed(&self, ctx: &Ctx<'_, Component>) -> Option<u64> {
        let has = |link: LinkIndex| {
            let follower = self.disk.log.follower(link);
            match self.params.confirm {
                Confirm::Applied => follower.applied,
                Confirm::Received => follower.received,
            }
        };
        let have = ctx.outgoing(Role::Log).map(has);
        match self.params.replication {
            Replication::Asynchronous => None,
            Replication::SemiSynchronous => have.max(),
            Replication::Synchronous => have.min(),
        }
    }

    fn fallen_back(&self) -> bool {
        !self.memory.unconfirmed.is_empty()
    }

    /// While writes go on without waiting: notes where the log is, now and then.
    fn note_place(&mut self, now: SimTime) {
        let limit = self.params.sync_timeout;
        if self.memory.unconfirmed.back().is_some_and(|(at, _)| now.since(*at).0 >= limit.0 / NOTES) {
            self.memory.unconfirmed.push_back((now, self.disk.log.lsn()));
        }
        while self.memory.unconfirmed.get(1).is_some_and(|(at, _)| now.since(*at) >= limit) {
            self.memory.unconfirmed.pop_front();
        }
    }

    /// Goes back to waiting once the replicas have what is older than the time that a write waits: then a write need not wait longer.
    fn wait_again_if_they_keep_up(&mut self, ctx: &mut Ctx<'_, Component>, confirmed: Option<u64>) {
        self.note_place(ctx.now());
        let never = self.params.sync_timeout == SimDuration::ZERO;
        let keep_up = self.memory.unconfirmed.front().is_some_and(|(_, lsn)| confirmed.is_none_or(|has| has >= *lsn));
        if self.fallen_back() && (never || keep_up) {
            self.memory.unconfirmed.clear();
            ctx.notice(None, "waits for its replicas again", true);
        }
    }

    /// Answers the writes that wait no longer.
    fn release(&mut self, ctx: &mut Ctx<'_, Component>) {
        let confirmed = self.confirmed(ctx);
        self.wait_again_if_they_keep_up(ctx, confirmed);
        let up_to = if self.fallen_back() { u64::MAX } else { confirmed.unwrap_or(u64::MAX) };
        while let Some((lsn, job, _)) = self.memory.waiting.front().copied().filter(|(lsn, ..)| *lsn <= up_to) {
            debug_assert!(lsn <= self.disk.log.lsn());
            self.memory.waiting.pop_front();
            ctx.answer(job, None);
        }
    }

    /// Sets a timer for the write that has waited longest, if it does not wait for ever and no timer is set so early.
    fn watch_oldest(&mut self, ctx: &mut Ctx<'_, Component>) {
        let Some((.., since)) = self.memory.waiting.front().filter(|_| self.params.sync_timeout > SimDuration::ZERO) else { return };
        let due = (*since + self.params.sync_timeout).max(ctx.now());
        if self.memory.watch.is_none_or(|set| set > due) {
            self.memory.watch = Some(due);
            ctx.set_timer(due.since(ctx.now()), FALLBACK_TIMER);
        }
    }

    fn fall_back_if_due(&mut self, ctx: &mut Ctx<'_, Component>) {
        let limit = self.params.sync_timeout;
        let now = ctx.now();
        if self.memory.watch != Some(now) {
            // An earlier one was set instead of this.
            return;
        }
        self.memory.watch = None;
        if limit > SimDuration::ZERO && self.memory.waiting.front().is_some_and(|(.., since)| now.since(*since) >= limit) {
            self.memory.unconfirmed.push_back((now, self.disk.log.lsn()));
            self.books.fallbacks += 1;
            ctx.notice(None, "no longer waits for its replicas", false);
            self.release(ctx);
        }
        self.watch_oldest(ctx);
    }

    fn set_flush_timer(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.flushes += 1;
        ctx.set_timer(self.params.flush_interval, FLUSH_TIMER + self.books.flushes);
    }

    fn acknowledged(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, has: Has, gap: bool) {
        if self.disk.log.acknowledge(link, has, gap, ctx.now(), HEARTBEAT) {
            self.ship(ctx, link);
        }
        self.release(ctx);
    }
}

impl Part for Database {
    const KIND: Kind = Kind {
        id: "database",
        label: "Database",
        icon: "database",
        group: Group::Data,
        summary: "Holds versioned keys; every write makes a new version; ships its log to replicas",
        begins: &[Role::Log],
        ends: &[Role::Call],
        rules: super::Rules::None,
        specs: Params::specs,
        has_members: false,
        telling: &[],
        theory: Params::theory,
        has_station: true,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let before = self.params.durability;
        self.params = Params::from_values(values);
        match self.params.durability {
            Durability::EveryWrite => self.flush_to_disk(),
            Durability::Interval if before != Durability::Interval => self.set_flush_timer(ctx),
            _ => {}
        }
        // Fewer replicas may be waited for now, or for less long.
        self.release(ctx);
        self.watch_oldest(ctx);
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        let connections = view.core.nodes[view.node.at()].station.ledger.present as f64;
        let waiting = if self.params.replication == Replication::Asynchronous { "" } else { "waiting for replicas" };
        smallvec![
            Gauge::level("keys", "written", (self.disk.rows.len() as u64 + self.memory.new_keys) as f64, "keys"),
            Gauge::level("connections", "connections", connections, "").of(f64::from(self.params.connections)),
            Gauge::level("unflushed", "not yet durable", (self.disk.log.lsn() - self.disk.durable_lsn) as f64, "writes"),
            Gauge::level("waiting_for_replicas", waiting, self.memory.waiting.len() as f64, "writes"),
            Gauge::level("lsn", "", self.disk.log.lsn() as f64, ""),
            Gauge::result("writes", self.books.writes as f64),
            Gauge::result("fallbacks", self.books.fallbacks as f64),
        ]
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        self.books.newest.iter().filter_map(|k| self.row(*k).map(|v| (*k, v))).collect()
    }

    fn bytes(&self) -> usize {
        (self.disk.rows.len() + self.memory.unflushed.len()) * BYTES_OF_ROW + self.disk.log.bytes()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), discipline: Discipline::Fifo }
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        // A disk that was lost comes back with another log.
        self.disk.log.cut_back(self.disk.durable_lsn, self.books.generation);
        if self.params.durability == Durability::Interval {
            self.set_flush_timer(ctx);
        }
        ctx.set_timer(HEARTBEAT, HEARTBEAT_TIMER);
    }

    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        let node = ctx.node;
        let mut lost: Vec<u64> = self.memory.unflushed.keys().copied().collect();
        lost.sort_unstable();
        for key in lost {
            let kept = self.disk.rows.get(&key).map_or(Version::NONE, |v| Version(*v));
            ctx.shared().judge.lose(node, key, kept);
        }
        // The log goes back to what is flushed of it. Numbers are given again, to others.
        self.books.generation += 1;
        self.disk.log.cut_back(self.disk.durable_lsn, self.books.generation);
        ctx.shared().commits.cut(node, self.disk.durable_lsn);
    }

    fn wiped(&mut self, ctx: &mut Ctx<'_, Component>) {
        let node = ctx.node;
        let mut lost: Vec<u64> = self.disk.rows.keys().copied().collect();
        lost.sort_unstable();
        for key in lost {
            ctx.shared().judge.lose(node, key, Version::NONE);
        }
        ctx.shared().commits.cut(node, 0);
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        if token >= FLUSH_TIMER {
            if self.params.durability == Durability::Interval && token == FLUSH_TIMER + self.books.flushes {
                self.flush_to_disk();
                self.set_flush_timer(ctx);
            }
            return;
        }
        if token == FALLBACK_TIMER {
            return self.fall_back_if_due(ctx);
        }
        let (lsn, confirm) = (self.disk.log.lsn(), self.wants_applied());
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.outgoing(Role::Log).collect();
        self.disk.log.keep(&links);
        for link in links {
            if !self.disk.log.knows(link) && lsn > 0 {
                self.ship(ctx, link);
            } else {
                ctx.send_signal(link, Signal::Heartbeat { generation: self.disk.log.generation(), lsn, confirm }, 100);
            }
        }
        // A replica that was taken away is waited for no longer.
        self.release(ctx);
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
        let (operation, draw_key) = (ctx.job(job).message.operation, ctx.job(job).draw_key);
        let law = if operation.writes() { &p.write_time } else { &p.read_time };
        let own = law.sample(&mut ctx.rng(Purpose::Service, draw_key));
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
            let version = self.row(message.key).unwrap_or(0);
            ctx.explain(job, Why::with("read version {a}", version, 0));
            Version(version)
        } else {
            // Whoever writes without a version of its own begins a write here.
            let (here, request) = (ctx.node, ctx.job(job).request_id);
            let version = message.value.unwrap_or_else(|| ctx.shared().judge.begin_write(here, message.key, request));
            self.commit(ctx, message.key, version);
            self.books.writes += 1;
            self.note_place(ctx.now());
            if !self.fallen_back() && self.confirmed(ctx).is_some_and(|confirmed| confirmed < self.disk.log.lsn()) {
                ctx.explain(job, Why::with("wrote version {a}, log entry {b}; waited for replicas", version.0, self.disk.log.lsn()));
                ctx.job_mut(job).value = Some(version);
                self.memory.waiting.push_back((self.disk.log.lsn(), job, ctx.now()));
                if self.memory.waiting.len() == 1 {
                    self.watch_oldest(ctx);
                }
                return Next::Hold;
            }
            ctx.explain(job, Why::with("wrote version {a}, log entry {b}", version.0, self.disk.log.lsn()));
            version
        };
        Next::Reply(Ok(Some(version)))
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, 100),
            Signal::Acknowledge { generation, lsn, applied, gap } => {
                self.acknowledged(ctx, link, Has { generation, received: lsn, applied }, gap)
            }
            _ => {}
        }
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, inflict, run, to, writers, Bench};
    use crate::diagram::Fault;
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 100, "read_percent": 70, "keys": 300})),
                ("s", "service", json!({"workers": 50, "service_time": exponential(5.0)})),
                (
                    "it",
                    "database",
                    json!({"workers": 1, "queue_limit": 2, "connections": 3, "durability": "interval", "replication": "synchronous"}),
                ),
                ("replica", "replica", json!({})),
            ],
            links: vec![("c", "s", json!({})), ("s", "it", json!({})), ("it", "replica", json!({"latency": exponential(5.0)}))],
            needs: |param| match param {
                // One limit hides the other.
                "connections" => vec![("it", "queue_limit", json!(50))],
                "queue_limit" => vec![("it", "connections", json!(50))],
                _ => Vec::new(),
            },
            crashes: &["it"],
        }
    }

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

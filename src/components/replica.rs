//! Replica: follows a primary's log and serves reads, stale ones too.
//!
//! ```text
//!   primary ──log──► received ──► apply, one entry at a time ──► rows ──► reads
//! ```
//! One applier, as in PostgreSQL's physical replication. The lag is the age of the oldest committed entry not yet applied.

use std::collections::VecDeque;

use smallvec::smallvec;

use super::model::{Follower, Model, Station};
use super::running::{Running, State};
use super::signal::{LogEntry, Signal};
use super::{Component, Gauge, Gauges, Group, Kind, Part, Range, Telling, View};
use crate::data::{KeyMap, BYTES_OF_ROW};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::{mix, Purpose};
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, LinkIndex, NodeIndex, Operation, Reason, SimDuration, SimTime, Version, Why};
use crate::params;

params! {
    /// What a replica is set to.
    pub struct Params {
        workers: u32 = 8, Int { min: 1, max: 10_000 }, "Workers", "", "Queries worked on at once.";
        read_time: Distribution = Distribution::exponential(4.0), Law, "Read time", "ms", "Work of a read.";
        apply_time: Distribution = Distribution::constant(1.0), Law, "Apply time", "ms", "Work of applying one log entry. If the primary writes faster than this allows, the lag grows without end.";
        apply_delay: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Apply delay", "ms", "Waits this long before it applies what it received: makes a replica lag on purpose.";
        queue_limit: u32 = 400, Int { min: 0, max: 1_000_000 }, "Queue limit", "", "Queries that may wait for a worker; more are turned away.";
        price_per_hour: f64 = 0.4, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.1, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million queries.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        Model {
            station: Some(Ok(Station::plain(p.workers, p.queue_limit, p.read_time.clone()))),
            follower: Some(Follower { apply_time: p.apply_time, apply_delay: p.apply_delay, read_time: p.read_time }),
            ..Model::default()
        }
    }
}

/// A running replica.
pub type Replica = Running<Following>;

/// What a replica has. What was applied is on its disk; what was only received must be sent again.
#[derive(Clone, Debug)]
pub struct Following;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Where the primary wants to know of every entry applied.
    confirm: Option<LinkIndex>,
    /// Received and not yet applied, in order, following `applied`, with the time of receipt.
    pending: VecDeque<(LogEntry, SimTime)>,
    applying: bool,
}

/// What it has stored.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Version of each key.
    rows: KeyMap<u64>,
    /// Of the log that it follows.
    generation: u64,
    applied: u64,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Whom it followed last: its lag is measured even while it is down.
    primary: Option<NodeIndex>,
    newest: VecDeque<u64>,
    stale_served: u64,
    reads: u64,
    /// Sum and maximum, over the entries applied, of their age when applied.
    lag_sum: SimDuration,
    lag_max: SimDuration,
    lag_count: u64,
}

impl State for Following {
    type Params = Params;
    type Memory = Memory;
    type Disk = Disk;
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }
}

impl Replica {
    fn received(&self) -> u64 {
        self.disk.applied + self.memory.pending.len() as u64
    }

    /// Starts applying the next entry, if there is one and the applier is idle.
    fn apply_next(&mut self, ctx: &mut Ctx<'_, Component>) {
        let Some(((key, version), received)) = self.memory.pending.front().filter(|_| !self.memory.applying) else { return };
        let due = *received + self.params.apply_delay;
        let delay = due.since(ctx.now());
        self.memory.applying = true;
        let own = self.params.apply_time.sample(&mut ctx.rng(Purpose::Apply, mix(*key, *version)));
        ctx.set_background_work(delay, own, 0);
    }

    fn acknowledge(&self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, gap: bool) {
        ctx.send_signal(
            link,
            Signal::Acknowledge { generation: self.disk.generation, lsn: self.received(), applied: self.disk.applied, gap },
            100,
        );
    }

    fn note_key(&mut self, key: u64) {
        self.books.newest.retain(|k| *k != key);
        self.books.newest.push_front(key);
        self.books.newest.truncate(8);
    }
}

impl Part for Replica {
    const KIND: Kind = Kind {
        id: "replica",
        label: "Replica",
        icon: "copy",
        group: Group::Data,
        summary: "Follows a database's log some time behind and serves reads, stale ones too",
        begins: &[],
        ends: &[Role::Log, Role::Call],
        rules: super::Rules::None,
        specs: Params::specs,
        has_members: true,
        telling: &[Telling { param: "apply_delay", range: Range::From0(1_000.0) }],
        theory: Params::theory,
        has_station: true,
        can_flush: false,
        headline: super::Headline::FirstGauge,
    };

    fn configure(&mut self, values: &Values, _: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        let lag = self.books.primary.map_or(SimDuration::ZERO, |p| view.core.shared.commits.lag(p, self.disk.applied, view.core.now));
        smallvec![
            Gauge::each("lag_ms", "lag", lag.as_millis_f64(), "ms"),
            Gauge::level("pending", "to apply", self.memory.pending.len() as f64, "entries"),
            Gauge::total("stale_served", "stale answers", self.books.stale_served as f64, ""),
            Gauge::result("reads", self.books.reads as f64),
            Gauge::each("applied", "", self.disk.applied as f64, ""),
            Gauge::ratio("lag_mean_ms", "", (self.books.lag_sum.as_millis_f64(), self.books.lag_count as f64), "ms"),
            Gauge::peak("lag_max_ms", self.books.lag_max.as_millis_f64()),
        ]
    }

    fn forget_peaks(&mut self) {
        self.books.lag_max = SimDuration::ZERO;
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        self.books.newest.iter().filter_map(|k| self.disk.rows.get(k).copied().map(|v| (*k, v))).collect()
    }

    fn bytes(&self) -> usize {
        self.disk.rows.len() * BYTES_OF_ROW
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), discipline: Discipline::Fifo }
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, _: u64) {
        self.memory.applying = false;
        if let Some(((key, version), _)) = self.memory.pending.pop_front() {
            let (now, applied) = (ctx.now(), self.disk.applied);
            let age = self.books.primary.map_or(SimDuration::ZERO, |p| ctx.shared().commits.lag(p, applied, now));
            self.books.lag_sum = self.books.lag_sum + age;
            self.books.lag_max = self.books.lag_max.max(age);
            self.books.lag_count += 1;
            self.disk.rows.insert(key, version);
            self.disk.applied += 1;
            self.note_key(key);
            if let Some(link) = self.memory.confirm {
                self.acknowledge(ctx, link, false);
            }
        }
        self.apply_next(ctx);
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        self.params.read_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key))
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let (here, message, request) = (ctx.node, ctx.job(job).message, ctx.job(job).request_id);
        if message.operation != Operation::Read {
            ctx.explain(job, Why::plain("a replica takes no writes"));
            return Next::Reply(ctx.fail(Reason::ReadOnly));
        }
        let value = Version(self.disk.rows.get(&message.key).copied().unwrap_or(0));
        self.books.reads += 1;
        let stale = ctx.shared().judge.is_stale(here, message.key, value, request);
        self.books.stale_served += u64::from(stale);
        let text = if stale { "read version {a}: stale, {b} log entries to apply" } else { "read version {a}" };
        ctx.explain(job, Why::with(text, value.0, self.memory.pending.len() as u64));
        Next::Reply(Ok(Some(value)))
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, 100),
            // What was sent before a crash of the primary took it back is of no use any more.
            Signal::Entries { generation, .. } | Signal::Heartbeat { generation, .. } if generation < self.disk.generation => {}
            Signal::Entries { generation, first_lsn, entries, confirm } => {
                self.books.primary = Some(ctx.source(link));
                self.memory.confirm = confirm.then_some(link);
                let have = self.received();
                let gap = generation > self.disk.generation || first_lsn > have + 1;
                if !gap {
                    // Some of it may have come before.
                    let known = (have + 1 - first_lsn) as usize;
                    let now = ctx.now();
                    self.memory.pending.extend(entries.iter().skip(known).map(|e| (*e, now)));
                    self.apply_next(ctx);
                }
                self.acknowledge(ctx, link, gap);
            }
            Signal::Heartbeat { generation, lsn, confirm } => {
                self.books.primary = Some(ctx.source(link));
                self.memory.confirm = confirm.then_some(link);
                let gap = generation > self.disk.generation || lsn != self.received();
                if gap || confirm {
                    self.acknowledge(ctx, link, gap);
                }
            }
            // One that was overtaken by what came after it would take this replica back.
            Signal::Snapshot { generation, lsn, .. } if (generation, lsn) < (self.disk.generation, self.received()) => {}
            Signal::Snapshot { generation, lsn, rows } => {
                self.books.primary = Some(ctx.source(link));
                self.disk.rows = rows;
                (self.disk.generation, self.disk.applied) = (generation, lsn);
                // An entry that was being applied is part of the snapshot; its timer finds nothing to do.
                self.memory.pending.clear();
                self.acknowledge(ctx, link, false);
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
    use super::super::testing::{constant, document, exponential, inflict, run, to, Bench};
    use crate::diagram::{Document, Edit, Entry, Fault, Link, Node};
    use crate::lab::Experiment;
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 80, "read_percent": 70, "keys": 300})),
                ("s", "service", json!({"workers": 20, "service_time": exponential(5.0)})),
                ("primary", "database", json!({})),
                ("it", "replica", json!({"workers": 1, "queue_limit": 1, "read_time": exponential(10.0)})),
            ],
            links: vec![
                ("c", "s", json!({})),
                ("s", "primary", json!({"when": "write"})),
                ("s", "it", json!({"when": "read"})),
                ("primary", "it", json!({"latency": exponential(20.0)})),
            ],
            needs: |_| Vec::new(),
            crashes: &[],
        }
    }

    fn pair(replica: Value) -> Document {
        let clients = json!({"rate_per_s": 200, "read_percent": 50, "keys": 50});
        document(
            &[
                ("c", "clients", clients),
                ("s", "service", json!({"workers": 100, "service_time": constant(0.5)})),
                ("d", "database", json!({"workers": 50})),
                ("r", "replica", replica),
            ],
            &[("c", "s", json!({})), ("s", "d", json!({"when": "write"})), ("s", "r", json!({"when": "read"})), ("d", "r", json!({}))],
        )
    }

    fn figure(e: &Experiment, node: &str, name: &str) -> f64 {
        e.report().nodes[node].more[name]
    }

    #[test]
    fn the_lag_grows_a_second_a_second_while_the_log_is_cut_and_it_catches_up_after() {
        let mut experiment = run(&pair(json!({"apply_time": constant(0.1)})), 2.0);
        assert!(figure(&experiment, "r", "lag_ms") < 5.0);
        inflict(&mut experiment, Fault::Cut { link: "d-r".into() });
        to(&mut experiment, 5.0);
        let lag = figure(&experiment, "r", "lag_ms");
        assert!((2_900.0..=3_000.0).contains(&lag), "{lag}");
        let stale = experiment.report().consistency.counts.stale_reads;
        assert!(stale > 50, "{stale}");
        inflict(&mut experiment, Fault::Mend { link: "d-r".into() });
        to(&mut experiment, 6.0);
        assert!(figure(&experiment, "r", "lag_ms") < 5.0);
        assert!(figure(&experiment, "d", "lsn") - figure(&experiment, "r", "applied") < 5.0);
    }

    #[test]
    fn a_restarted_replica_is_sent_what_it_missed() {
        let mut experiment = run(&pair(json!({})), 1.0);
        inflict(&mut experiment, Fault::Crash { node: "r".into() });
        to(&mut experiment, 3.0);
        inflict(&mut experiment, Fault::Restart { node: "r".into() });
        to(&mut experiment, 5.0);
        assert!(figure(&experiment, "d", "lsn") - figure(&experiment, "r", "applied") < 5.0);
    }

    #[test]
    fn a_replica_added_late_gets_a_snapshot() {
        let mut experiment = run(&pair(json!({})), 2.0);
        let node =
            Node { id: "r2".into(), kind: "replica".into(), name: "r2".into(), x: 0.0, y: 0.0, params: Default::default(), group: None };
        let link = Link { id: "d-r2".into(), from: "d".into(), to: "r2".into(), params: Default::default() };
        experiment.apply(&Entry::Edit(Edit::AddNode { node })).unwrap();
        experiment.apply(&Entry::Edit(Edit::AddLink { link })).unwrap();
        to(&mut experiment, 3.0);
        assert!(figure(&experiment, "d", "lsn") - figure(&experiment, "r2", "applied") < 5.0);
    }

    #[test]
    fn replicas_follow_a_primary_that_lost_its_latest_writes() {
        let mut doc = pair(json!({}));
        doc.apply(&Edit::SetNodeParam { id: "d".into(), param: "durability".into(), value: json!("memory") }).unwrap();
        let mut experiment = run(&doc, 2.0);
        inflict(&mut experiment, Fault::Crash { node: "d".into() });
        inflict(&mut experiment, Fault::Restart { node: "d".into() });
        to(&mut experiment, 4.0);
        let behind = figure(&experiment, "d", "lsn") - figure(&experiment, "r", "applied");
        assert!((0.0..5.0).contains(&behind), "{behind}");
    }

    #[test]
    fn writes_are_refused_as_read_only() {
        let clients = json!({"rate_per_s": 50, "read_percent": 0});
        let doc = document(&[("c", "clients", clients), ("r", "replica", json!({}))], &[("c", "r", json!({}))]);
        let totals = run(&doc, 1.0).totals();
        assert_eq!((totals.ok, totals.failed.keys().copied().collect::<Vec<_>>()), (0, vec!["read only"]));
    }
}

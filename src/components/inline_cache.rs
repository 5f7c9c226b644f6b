//! In-line cache: stands between callers and a store, and calls the store itself.
//!
//! ```text
//!   read ───► held? ── yes ──► hit
//!               └── no ──► the links from here ──► held ──► reply
//!   write ──► through: the store, then held  │  around: the store, what is held goes  │  back: held, the store later
//! ```
//! Read-through, write-through, write-around and write-back as in Oracle Coherence and the Azure pattern catalogue. A write to
//! a key that is not held goes through even under write-back: only the store can say which version comes next. What is not yet in the
//! store takes room as everything does, and cannot be evicted: a cache that is full of it writes back before the time.

use rustc_hash::FxHashMap;

use super::holding::{answer, Holding};
use super::model::{Cache, Model, HELD};
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, Range, Telling, View};
use crate::data::cache_contents::{Found, Tally};
use crate::data::eviction::Eviction;
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Ended, Next};
use crate::engine::link::Role;
use crate::engine::random::{mix, Purpose};
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, Message, Operation, Outcome, SimDuration, Version, Why};
use crate::{choice, params};

choice! {
    /// What a write does.
    pub enum OnWrite {
        Through = "through" "Write-through: the store, then the cache",
        Around = "around" "Write-around: the store; what is held of the key goes",
        Back = "back" "Write-back: the cache now, the store later",
    }
}

params! {
    /// What an in-line cache is set to.
    pub struct Params {
        on_write: OnWrite = OnWrite::Through, Choice(OnWrite::OPTIONS), "Writes", "", "Where a write goes, and when it is acknowledged. Write-back is quick and spares the store; a crash loses what was not yet written.";
        flush_interval: SimDuration = SimDuration::from_millis(500), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Write back every", "ms", "How long a write may wait before it is sent to the store. Several writes to a key in that time are one.", when "on_write" in ["back"];
        capacity: u32 = 1000, Int { min: 1, max: 10_000_000 }, "Capacity", "keys", "Number of keys held.";
        eviction: Eviction = Eviction::Lru, Choice(Eviction::OPTIONS), "Eviction", "", "Which key goes when the cache is full.";
        ttl: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 86_400_000.0 }, "TTL", "ms", "A value older than this counts as absent: bounds how long it can be stale. 0 is for ever.";
        service_time: Distribution = Distribution::constant(0.2), Law, "Service time", "ms", "Its own work on a request, without the store.";
        workers: u32 = 64, Int { min: 1, max: 10_000 }, "Workers", "", "Requests worked on at once. A worker is held while its request waits for the store.";
        queue_limit: u32 = 1000, Int { min: 0, max: 1_000_000 }, "Queue limit", "", "Requests that may wait; more are turned away.";
        price_per_hour: f64 = 0.09, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        Model {
            station: Some(Err(HELD)),
            cache: Some(Cache { capacity: p.capacity, eviction: p.eviction, ttl: p.ttl, in_line: true }),
            ..Model::default()
        }
    }
}

/// A write that was acknowledged and is not yet in the store.
#[derive(Clone, Copy, Debug)]
struct Dirty {
    /// The latest write, with its version.
    message: Message,
    value: Version,
    /// Whether a write to the store is under way.
    sent: bool,
    /// A later version that the store has told of meanwhile.
    seen: Option<Version>,
    /// Order of becoming dirty.
    since: u64,
}

/// Reads of a key that are on their way to the store and back.
#[derive(Clone, Copy, Debug, Default)]
struct Loading {
    reads: u32,
    /// A write that came by meanwhile: what the reads bring may be older.
    written: Option<Version>,
}

/// A running in-line cache.
pub type InlineCache = Running<Volatile>;

/// What an in-line cache has: all of it in memory, what the store has yet to get too.
#[derive(Clone, Debug)]
pub struct Volatile;

/// What its process knows.
#[derive(Clone, Debug)]
pub struct Memory {
    /// What the store has too. With what it has not, no more than the capacity.
    held: Holding,
    loading: FxHashMap<u64, Loading>,
    dirty: FxHashMap<u64, Dirty>,
    /// Writes to the store under way.
    sending: u32,
    timer_set: bool,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    tally: Tally,
    /// Writes acknowledged before the store had them, and writes sent to the store later.
    deferred: u64,
    written_back: u64,
}

impl State for Volatile {
    type Params = Params;
    type Memory = Memory;
    type Disk = ();
    type Books = Books;

    fn memory(params: &Params) -> Memory {
        Memory {
            held: Holding::new(params.eviction, params.capacity),
            loading: FxHashMap::default(),
            dirty: FxHashMap::default(),
            sending: 0,
            timer_set: false,
        }
    }
}

/// Keys that are shown.
const SAMPLE: usize = 8;

impl InlineCache {
    /// Room for what the store has too.
    fn room(&self) -> u32 {
        self.params.capacity.saturating_sub(self.memory.dirty.len() as u32)
    }

    fn hold(&mut self, ctx: &mut Ctx<'_, Component>, key: u64, value: Version) {
        if let Some(dirty) = self.memory.dirty.get_mut(&key) {
            dirty.seen = dirty.seen.max(Some(value).filter(|v| *v > dirty.value));
            return;
        }
        if self.room() == 0 {
            // Nothing here may go before the store has it: the oldest is written back, and this is not held.
            return self.write_back_oldest(ctx);
        }
        // Answers of the store can overtake each other: the newest stays.
        if self.memory.held.peek(key).is_none_or(|held| held <= value) {
            self.memory.held.put(ctx, key, value, &mut self.books.tally);
        }
    }

    /// A write of a key is done: a read that is under way must not bring an older value back.
    fn note_write(&mut self, key: u64, value: Version) {
        if let Some(loading) = self.memory.loading.get_mut(&key) {
            loading.written = loading.written.max(Some(value));
        }
    }

    fn read(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, key: u64) -> Next {
        // What is not yet in the store is known, even if there was no room for it or it is old.
        let dirty = self.memory.dirty.get(&key).map(|d| d.value);
        let value = match self.memory.held.look_or(ctx, key, self.params.ttl, dirty, &mut self.books.tally) {
            Found::Hit(value) => value,
            found => {
                let why = match found {
                    Found::Expired(age) => Why::with("miss: expired, {a} ms old; ask the store", age.0 / 1_000_000, 0),
                    _ => Why::plain("miss: not held; ask the store"),
                };
                ctx.explain(job, why);
                self.memory.loading.entry(key).or_default().reads += 1;
                return Next::Stages;
            }
        };
        answer(ctx, job, key, value, &mut self.books.tally);
        Next::Reply(Ok(Some(value)))
    }

    /// A write: acknowledged now if it may be written back, otherwise sent to the store.
    fn write(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, message: Message) -> Next {
        let key = message.key;
        let dirty = self.memory.dirty.get(&key).map(|d| d.value);
        // A key that waits to be written back does so to the end, whatever the setting is by now.
        let known = if self.params.on_write == OnWrite::Back { dirty.or(self.memory.held.peek(key)) } else { dirty };
        let (Some(known), Some(given)) = (known, message.value) else { return Next::Stages };
        let (here, value) = (ctx.node, known.max(given));
        ctx.shared().judge.hold(here, key, value);
        self.books.deferred += 1;
        self.memory.held.remove(key);
        let fresh = Dirty { message, value, sent: false, seen: None, since: self.books.deferred };
        let entry = self.memory.dirty.entry(key).or_insert(fresh);
        (entry.message, entry.value) = (message, value);
        let room = self.room();
        self.memory.held.resize(room, ctx, &mut self.books.tally);
        self.note_write(key, value);
        if !self.memory.timer_set {
            self.memory.timer_set = true;
            ctx.set_timer(self.params.flush_interval, 0);
        }
        ctx.explain(
            job,
            Why::with("holds version {a}; the store gets it later, with {b} other keys", value.0, self.memory.dirty.len() as u64 - 1),
        );
        Next::Reply(Ok(Some(value)))
    }

    /// Sends what waits to the store, oldest first.
    fn write_back(&mut self, ctx: &mut Ctx<'_, Component>) {
        let mut waiting: Vec<(u64, u64)> = self.memory.dirty.iter().filter(|(_, d)| !d.sent).map(|(key, d)| (d.since, *key)).collect();
        waiting.sort_unstable();
        for (_, key) in waiting {
            self.send(ctx, key);
        }
    }

    /// Sends one that waits, if none is under way.
    fn write_back_oldest(&mut self, ctx: &mut Ctx<'_, Component>) {
        if self.memory.sending == 0 {
            let oldest = self.memory.dirty.iter().filter(|(_, d)| !d.sent).map(|(key, d)| (d.since, *key)).min();
            oldest.into_iter().for_each(|(_, key)| self.send(ctx, key));
        }
    }

    fn send(&mut self, ctx: &mut Ctx<'_, Component>, key: u64) {
        let Some(dirty) = self.memory.dirty.get_mut(&key) else { return };
        dirty.sent = true;
        self.memory.sending += 1;
        self.books.written_back += 1;
        // A key is sent once at a moment, whatever else was.
        let ordinal = mix(key, ctx.now().0);
        ctx.begin_message(Message { value: Some(dirty.value), ..dirty.message }, ordinal);
    }
}

impl Part for InlineCache {
    const KIND: Kind = Kind {
        id: "inline_cache",
        label: "In-line cache",
        icon: "memory-stick",
        group: Group::Data,
        summary: "Stands between callers and a store and calls the store itself: read-through, write-through, write-back",
        begins: &[Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::Stages,
        specs: Params::specs,
        has_members: false,
        telling: &[Telling { param: "capacity", range: Range::Factors(8.0) }],
        theory: Params::theory,
        has_station: true,
        can_flush: true,
        headline: super::Headline::FirstGauge,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
        let room = self.room();
        self.memory.held.configure(self.params.eviction, room, ctx, &mut self.books.tally);
    }

    fn flush(&mut self) -> bool {
        // What the store does not have yet stays, until it has it.
        self.memory.held.clear();
        true
    }

    fn gauges(&self, _: &View<'_>) -> Gauges {
        let mut gauges = self.memory.held.gauges(self.params.capacity, self.memory.dirty.len(), &self.books.tally);
        let label = if self.params.on_write == OnWrite::Back { "not yet in the store" } else { "" };
        gauges.insert(2, Gauge::level("dirty", label, self.memory.dirty.len() as f64, "keys"));
        gauges.push(Gauge::result("deferred", self.books.deferred as f64));
        gauges.push(Gauge::result("written_back", self.books.written_back as f64));
        gauges
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        let mut newest: Vec<(u64, u64, u64)> = self.memory.dirty.iter().map(|(key, d)| (d.since, *key, d.value.0)).collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        let dirty = newest.into_iter().map(|(_, key, version)| (key, version));
        let held = self.memory.held.sample();
        let most = held.len().max(SAMPLE);
        dirty.chain(held).take(most).collect()
    }

    fn bytes(&self) -> usize {
        self.memory.held.bytes()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), discipline: Discipline::Fifo }
    }

    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        let mut lost: Vec<u64> = self.memory.dirty.keys().copied().collect();
        lost.sort_unstable();
        let here = ctx.node;
        for key in lost {
            ctx.shared().judge.lose(here, key, Version::NONE);
        }
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, _: u64) {
        self.write_back(ctx);
        self.memory.timer_set = !self.memory.dirty.is_empty();
        if self.memory.timer_set {
            ctx.set_timer(self.params.flush_interval, 0);
        }
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        self.params.service_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key))
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let message = ctx.job(job).message;
        match message.operation {
            Operation::Read => self.read(ctx, job, message.key),
            _ => self.write(ctx, job, message),
        }
    }

    fn stages_done(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, outcome: Outcome) -> Next {
        let Message { key, operation, .. } = ctx.job(job).message;
        let value = outcome.ok().flatten();
        if operation == Operation::Read {
            let mut overtaken = None;
            if let Some(loading) = self.memory.loading.get_mut(&key) {
                loading.reads -= 1;
                overtaken = loading.written;
                if loading.reads == 0 {
                    self.memory.loading.remove(&key);
                }
            }
            if let Some(value) = value.filter(|v| overtaken.is_none_or(|w| w <= *v)) {
                self.hold(ctx, key, value);
            }
        } else if let Some(value) = value {
            self.note_write(key, value);
            match self.params.on_write {
                OnWrite::Around => self.memory.held.remove(key),
                _ => self.hold(ctx, key, value),
            }
        }
        Next::Reply(outcome)
    }

    fn ended(&mut self, ctx: &mut Ctx<'_, Component>, ended: Ended) -> bool {
        let key = ended.message.key;
        self.memory.sending = self.memory.sending.saturating_sub(1);
        if let (Some(dirty), Some(sent)) = (self.memory.dirty.get_mut(&key), ended.message.value) {
            // What failed is sent again with the next round.
            dirty.sent = false;
            if ended.outcome.is_ok() && dirty.value == sent {
                let (here, value) = (ctx.node, dirty.seen.unwrap_or(sent));
                ctx.shared().judge.pass_on(here, key);
                self.memory.dirty.remove(&key);
                let room = self.room();
                self.memory.held.resize(room, ctx, &mut self.books.tally);
                self.hold(ctx, key, value);
            }
        }
        false
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, inflict, run, to, Bench};
    use crate::diagram::{Document, Fault};
    use crate::lab::Experiment;
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
                (
                    "it",
                    "inline_cache",
                    json!({"capacity": 50, "ttl": 1500, "workers": 2, "queue_limit": 1, "service_time": exponential(5.0)}),
                ),
                ("d", "database", json!({})),
            ],
            links: vec![("c", "it", json!({})), ("it", "d", json!({}))],
            needs: |_| Vec::new(),
            crashes: &[],
        }
    }

    /// Clients, an in-line cache, a database that takes 5 ms to read and 10 ms to write.
    fn line(clients: Value, cache: Value) -> Document {
        let mut all = json!({"source": "constant", "rate_per_s": 200, "keys": 20, "popularity": "uniform"});
        all.as_object_mut().unwrap().extend(clients.as_object().unwrap().clone());
        let store = json!({"workers": 50, "read_time": constant(5.0), "write_time": constant(9.0), "flush_time": 1});
        document(
            &[("c", "clients", all), ("m", "inline_cache", cache), ("d", "database", store)],
            &[("c", "m", json!({})), ("m", "d", json!({}))],
        )
    }

    fn figure(e: &Experiment, node: &str, name: &str) -> f64 {
        e.report().nodes[node].more[name]
    }

    #[test]
    fn reads_go_through_once_and_then_hit() {
        let experiment = run(&line(json!({"read_percent": 100}), json!({})), 5.0);
        let report = experiment.report();
        // Twenty keys, and for each the reads that come while its first is under way.
        assert!((20..40).contains(&report.nodes["d"].handled), "{}", report.nodes["d"].handled);
        assert_eq!(report.nodes["m"].more["misses"], report.nodes["d"].handled as f64);
        assert_eq!(report.totals.failed.len(), 0);
    }

    #[test]
    fn writes_through_are_held_and_writes_around_are_not() {
        let after = |on_write: &str| {
            let clients = json!({"read_percent": 0});
            let experiment = run(&line(clients, json!({"on_write": on_write})), 5.0);
            (figure(&experiment, "m", "held"), experiment.totals().latency_ms.mean.unwrap())
        };
        let ((through, slow), (around, _)) = (after("through"), after("around"));
        assert_eq!((through, around), (20.0, 0.0));
        // 0.1 ms each way twice, 0.2 ms of the cache, 10 ms of the store.
        assert!((slow - 10.6).abs() < 0.01, "{slow}");
    }

    #[test]
    fn write_back_is_as_quick_as_the_cache_and_spares_the_store() {
        let clients = json!({"read_percent": 50});
        let experiment = run(&line(clients, json!({"on_write": "back", "flush_interval": 500})), 20.0);
        let report = experiment.report();
        assert!(report.totals.latency_ms.p90.unwrap() < 1.0, "{}", report.totals.latency_ms.p90.unwrap());
        // 100 writes a second to 20 keys: at most 20 of them reach the store in each half second.
        let (deferred, written) = (report.nodes["m"].more["deferred"], report.nodes["m"].more["written_back"]);
        assert!(deferred > 1_900.0 && written < 41.0 * 20.0 && written > 500.0, "{deferred} {written}");
        assert_eq!(report.consistency.counts.stale_reads, 0);
        // Writes to the store are nobody's requests: they are not in the totals.
        assert_eq!(report.totals.sent, report.clients["c"].sent);
        assert!(report.nodes["d"].handled as f64 >= written - 20.0);
    }

    #[test]
    fn only_write_back_loses_acknowledged_writes_in_a_crash_of_the_cache() {
        let lost = |on_write: &str| {
            let mut experiment = run(&line(json!({"read_percent": 50}), json!({"on_write": on_write, "flush_interval": 1000})), 2.9);
            inflict(&mut experiment, Fault::Crash { node: "m".into() });
            inflict(&mut experiment, Fault::Restart { node: "m".into() });
            to(&mut experiment, 6.0);
            experiment.report().consistency.counts
        };
        assert_eq!((lost("through").lost_writes, lost("around").lost_writes), (0, 0));
        let back = lost("back");
        assert!(back.lost_writes > 20 && back.stale_reads > 0, "{back:?}");
    }

    #[test]
    fn what_was_on_its_way_to_the_store_when_the_cache_crashed_is_not_lost() {
        // One key, written at 0.4 s and at 0.8 s; written back at 1 s, over a link that takes 50 ms.
        let clients = json!({"source": "constant", "rate_per_s": 2.5, "keys": 1, "read_percent": 0});
        let mut doc = line(clients, json!({"on_write": "back", "flush_interval": 1000}));
        let slow = crate::diagram::Edit::SetLinkParam { id: "m-d".into(), param: "latency".into(), value: constant(50.0) };
        doc.apply(&slow).unwrap();
        let mut experiment = run(&doc, 0.5);
        let mut at = 0.5;
        while figure(&experiment, "m", "written_back") == 0.0 {
            at += 0.01;
            to(&mut experiment, at);
        }
        let lost = |e: &Experiment| e.report().consistency.counts.lost_writes;
        inflict(&mut experiment, Fault::Crash { node: "m".into() });
        let counted = lost(&experiment);
        to(&mut experiment, at + 0.2);
        assert!(counted > 0 && lost(&experiment) == 0, "{counted} then {}", lost(&experiment));
    }

    #[test]
    fn a_store_that_is_away_gets_its_writes_when_it_is_back() {
        let mut experiment = run(&line(json!({"read_percent": 50}), json!({"on_write": "back", "flush_interval": 200})), 2.0);
        inflict(&mut experiment, Fault::Crash { node: "d".into() });
        to(&mut experiment, 4.0);
        assert_eq!(figure(&experiment, "m", "dirty"), 20.0);
        inflict(&mut experiment, Fault::Restart { node: "d".into() });
        to(&mut experiment, 6.0);
        let counts = experiment.report().consistency.counts;
        assert_eq!((counts.lost_writes, counts.stale_reads), (0, 0));
        let dirty = figure(&experiment, "m", "dirty");
        assert!(dirty <= 20.0 && figure(&experiment, "m", "written_back") > 300.0, "{dirty}");
    }

    /// A thousand keys of which ten fit, in the store or not: one read in a hundred hits. A write to one that is held waits for its turn
    /// for an hour; only for want of room it goes before.
    #[test]
    fn what_is_not_yet_in_the_store_takes_room_like_everything_else() {
        for eviction in ["lru", "fifo", "lfu", "random"] {
            let clients = json!({"read_percent": 50, "keys": 1000, "rate_per_s": 2000});
            let cache = json!({"on_write": "back", "flush_interval": 3_600_000, "capacity": 10, "eviction": eviction});
            let mut experiment = run(&line(clients, cache), 10.0);
            for second in 11..=40 {
                to(&mut experiment, f64::from(second));
                assert!(figure(&experiment, "m", "held") <= 10.0);
            }
            let ratio = figure(&experiment, "m", "hit_ratio");
            // Of 40,000 reads: 0.01, give or take 0.0005.
            assert!((ratio - 0.01).abs() < 0.002, "{eviction}: {ratio}");
            let (dirty, written) = (figure(&experiment, "m", "dirty"), figure(&experiment, "m", "written_back"));
            assert!(dirty <= 10.0 && written > 5.0, "{eviction}: {dirty} {written}");
            let counts = experiment.report().consistency.counts;
            assert_eq!((counts.stale_reads, counts.lost_writes), (0, 0), "{eviction}");
        }
    }

    #[test]
    fn in_line_means_that_its_callers_fail_with_it() {
        let mut experiment = run(&line(json!({}), json!({})), 2.0);
        inflict(&mut experiment, Fault::Crash { node: "m".into() });
        let before = experiment.totals().ok;
        to(&mut experiment, 4.0);
        let totals = experiment.totals();
        assert!(totals.ok <= before + 5 && totals.failed.values().sum::<u64>() > 350);
    }
}

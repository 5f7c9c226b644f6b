//! Cache: keeps the versions of some keys near at hand, up to a capacity and an age.
//!
//! ```text
//!   read ──► held and fresh? ── yes ──► hit: its version
//!                 └── no ──► miss (the caller asks the store and fills)
//! ```
//! Hit ratios under Zipf follow Che's approximation (Che, Tung, Wang 2002; Fricker et al. 2012).

use super::holding::{answer, Holding};
use super::model::{self, Model, Station};
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, Range, Telling, View};
use crate::data::cache_contents::{Found, Tally};
use crate::data::eviction::Eviction;
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::Purpose;
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, Operation, SimDuration, Why};
use crate::{named, params};

named! {
    Eviction {
        Lru = "lru" "LRU: the least recently used",
        Fifo = "fifo" "FIFO: the oldest",
        Lfu = "lfu" "LFU: the least frequently used of all time",
        Random = "random" "Random: any",
    }
}

params! {
    /// What a cache is set to.
    pub struct Params {
        capacity: u32 = 1000, Int { min: 1, max: 10_000_000 }, "Capacity", "keys", "Number of keys held.";
        eviction: Eviction = Eviction::Lru, Choice(Eviction::OPTIONS), "Eviction", "", "Which key goes when the cache is full.";
        ttl: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 86_400_000.0 }, "TTL", "ms", "A value older than this counts as absent: bounds how long it can be stale. 0 is for ever.";
        service_time: Distribution = Distribution::constant(0.2), Law, "Service time", "ms", "Time to answer.";
        workers: u32 = 16, Int { min: 1, max: 10_000 }, "Workers", "", "Requests worked on at once.";
        queue_limit: u32 = 1000, Int { min: 0, max: 1_000_000 }, "Queue limit", "", "Requests that may wait; more are turned away.";
        price_per_hour: f64 = 0.07, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        Model {
            station: Some(Ok(Station::plain(p.workers, p.queue_limit, p.service_time))),
            cache: Some(model::Cache { capacity: p.capacity, eviction: p.eviction, ttl: p.ttl, in_line: false }),
            ..Model::default()
        }
    }
}

/// A running cache.
pub type Cache = Running<Volatile>;

/// What a cache has: all of it in memory.
#[derive(Clone, Debug)]
pub struct Volatile;

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    tally: Tally,
    fills: u64,
    invalidations: u64,
}

impl State for Volatile {
    type Params = Params;
    type Memory = Holding;
    type Disk = ();
    type Books = Books;

    fn memory(params: &Params) -> Holding {
        Holding::new(params.eviction, params.capacity)
    }
}

impl Part for Cache {
    const KIND: Kind = Kind {
        id: "cache",
        label: "Cache",
        icon: "zap",
        group: Group::Data,
        summary: "Keeps recently used values near at hand; a service reads it beside its store",
        begins: &[],
        ends: &[Role::Aside],
        rules: super::Rules::None,
        specs: Params::specs,
        has_members: true,
        telling: &[Telling { param: "capacity", range: Range::Factors(8.0) }],
        theory: Params::theory,
        has_station: true,
        can_flush: true,
        headline: super::Headline::FirstGauge,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
        self.memory.configure(self.params.eviction, self.params.capacity, ctx, &mut self.books.tally);
    }

    fn flush(&mut self) -> bool {
        self.memory.clear();
        true
    }

    fn gauges(&self, _: &View<'_>) -> Gauges {
        let mut gauges = self.memory.gauges(self.params.capacity, 0, &self.books.tally);
        gauges.push(Gauge::result("fills", self.books.fills as f64));
        gauges.push(Gauge::result("invalidations", self.books.invalidations as f64));
        gauges
    }

    fn upkeep(&self) -> u64 {
        self.books.fills + self.books.invalidations
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        self.memory.sample()
    }

    fn bytes(&self) -> usize {
        self.memory.bytes()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), discipline: Discipline::Fifo }
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        self.params.service_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key))
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let message = ctx.job(job).message;
        let key = message.key;
        let (found, why) = match message.operation {
            Operation::Read => match self.memory.look(ctx, key, self.params.ttl, &mut self.books.tally) {
                Found::Hit(value) => {
                    answer(ctx, job, key, value, &mut self.books.tally);
                    return Next::Reply(Ok(Some(value)));
                }
                Found::Expired(age) => (None, Why::with("miss: expired, {a} ms old", age.0 / 1_000_000, 0)),
                Found::Absent => (None, Why::plain("miss: not held")),
            },
            Operation::Fill | Operation::Write => {
                self.books.fills += u64::from(message.operation == Operation::Fill);
                if let Some(value) = message.value {
                    self.memory.put(ctx, key, value, &mut self.books.tally);
                }
                (message.value, Why::with("holds version {a}", message.value.map_or(0, |v| v.0), 0))
            }
            Operation::Invalidate => {
                self.books.invalidations += 1;
                self.memory.remove(key);
                (None, Why::plain("removed"))
            }
        };
        ctx.explain(job, why);
        Next::Reply(Ok(found))
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, inflict, run, to, Bench};
    use crate::diagram::{Edit, Entry, Fault};
    use serde_json::json;

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300})),
                ("s", "service", json!({"workers": 8, "service_time": exponential(14.0)})),
                ("it", "cache", json!({"capacity": 50, "ttl": 1500, "workers": 1, "queue_limit": 1, "service_time": exponential(5.0)})),
                ("d", "database", json!({})),
            ],
            links: vec![("c", "s", json!({})), ("s", "it", json!({})), ("s", "d", json!({}))],
            needs: |_| Vec::new(),
            crashes: &[],
        }
    }

    #[test]
    fn flushing_empties_it_and_a_new_rule_keeps_what_it_holds() {
        let clients = json!({"source": "constant", "rate_per_s": 1000, "keys": 50, "popularity": "uniform", "read_percent": 100});
        let doc = document(
            &[
                ("c", "clients", clients),
                ("s", "service", json!({"service_time": constant(0.0), "workers": 100})),
                ("m", "cache", json!({"capacity": 40})),
                ("d", "database", json!({"workers": 50})),
            ],
            &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", json!({}))],
        );
        let mut experiment = run(&doc, 2.0);
        let held = |e: &crate::lab::Experiment| e.report().nodes["m"].more["held"];
        assert_eq!(held(&experiment), 40.0);
        for rule in ["lfu", "random", "fifo", "lru"] {
            let edit = Edit::SetNodeParam { id: "m".into(), param: "eviction".into(), value: json!(rule) };
            experiment.apply(&Entry::Edit(edit)).unwrap();
            assert_eq!(held(&experiment), 40.0, "{rule}");
        }
        inflict(&mut experiment, Fault::Flush { node: "m".into() });
        assert_eq!(held(&experiment), 0.0);
        to(&mut experiment, 4.0);
        assert_eq!(held(&experiment), 40.0);
    }
}

//! Cache: keeps the versions of some keys near at hand, up to a capacity and an age.
//!
//! ```text
//!   read ──► held and fresh? ── yes ──► hit: its version
//!                 └── no ──► miss (the caller asks the store and fills)
//! ```
//! LRU and FIFO eviction; hit ratios under Zipf follow Che's approximation (Che, Tung, Wang 2002; Fricker et al. 2012).

use std::num::NonZeroUsize;

use lru::LruCache;
use rustc_hash::FxBuildHasher;

use super::{Component, Gauge, Group, Kind, Part, Ports, View};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::random::Purpose;
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, Operation, SimDuration, SimTime, Versioned, Why};
use crate::{choice, params};

choice! {
    /// Which key goes when the cache is full.
    pub enum Eviction {
        Lru = "lru" "LRU: the least recently used",
        Fifo = "fifo" "FIFO: the oldest",
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

#[derive(Clone, Copy, Debug)]
struct Entry {
    value: Versioned,
    stored: SimTime,
}

/// A running cache.
#[derive(Clone, Debug)]
pub struct Cache {
    params: Params,
    entries: LruCache<u64, Entry, FxBuildHasher>,
    hits: u64,
    misses: u64,
    expired: u64,
    evictions: u64,
    stale_hits: u64,
}

fn capacity(p: &Params) -> NonZeroUsize {
    NonZeroUsize::new(p.capacity as usize).unwrap_or(NonZeroUsize::MIN)
}

impl Cache {
    fn read(&mut self, key: u64, now: SimTime) -> (Option<Versioned>, Why) {
        let entry = match self.params.eviction {
            Eviction::Lru => self.entries.get(&key),
            Eviction::Fifo => self.entries.peek(&key),
        }
        .copied();
        match entry {
            Some(e) if self.params.ttl == SimDuration::ZERO || now.since(e.stored) < self.params.ttl => {
                self.hits += 1;
                (Some(e.value), Why::with("hit: version {a}", e.value.version, 0))
            }
            Some(e) => {
                self.misses += 1;
                self.expired += 1;
                self.entries.pop(&key);
                (None, Why::with("miss: expired, {a} ms old", now.since(e.stored).0 / 1_000_000, 0))
            }
            None => {
                self.misses += 1;
                (None, Why::plain("miss: not held"))
            }
        }
    }

    fn put(&mut self, key: u64, value: Versioned, now: SimTime) {
        let entry = Entry { value, stored: now };
        // Under FIFO an update keeps the key's place in the line.
        if self.params.eviction == Eviction::Fifo {
            if let Some(held) = self.entries.peek_mut(&key) {
                *held = entry;
                return;
            }
        }
        if self.entries.push(key, entry).is_some_and(|(old, _)| old != key) {
            self.evictions += 1;
        }
    }
}

impl Part for Cache {
    const KIND: Kind = Kind {
        id: "cache",
        label: "Cache",
        icon: "zap",
        group: Group::Data,
        summary: "Keeps recently used values near at hand; a service reads it beside its store",
        explanation: "A cache answers reads of keys it holds, so that the store is asked less and answers come sooner. What it holds is a copy: a write elsewhere makes it stale until the key is invalidated, updated, evicted or older than the TTL.\n\nBecause few keys get most of the requests, a small cache catches many of them: with Zipf popularity the hit ratio grows about with the logarithm of the capacity. When the cache is emptied or crashes, the store takes the whole load at once, which is why a cache that only saves time is harmless to lose and one that saves capacity is not.\n\nLRU keeps what was used lately; FIFO ignores use and hits less.\n\nAll keys have the same size in the model, and expired keys are dropped when they are next asked for.",
        ports: Ports { calls: false, called: true, ships_log: false, follows_log: false, looked_aside: true, looks_aside: false },
        specs: Params::specs,
        has_station: true,
        can_flush: true,
        headline: super::Headline::FirstGauge,
    };

    fn new(values: &Values) -> Self {
        let params = Params::from_values(values);
        let entries = LruCache::with_hasher(capacity(&params), FxBuildHasher);
        Cache { params, entries, hits: 0, misses: 0, expired: 0, evictions: 0, stale_hits: 0 }
    }

    fn configure(&mut self, values: &Values, _: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
        while self.entries.len() > self.params.capacity as usize {
            self.entries.pop_lru();
            self.evictions += 1;
        }
        self.entries.resize(capacity(&self.params));
    }

    fn flush(&mut self) -> bool {
        self.entries.clear();
        true
    }

    fn gauges(&self, _: &View<'_>) -> Vec<Gauge> {
        let asked = self.hits + self.misses;
        let ratio = self.hits as f64 / asked.max(1) as f64;
        let held = self.entries.len() as f64;
        vec![
            Gauge { name: "hit_ratio", label: "hit ratio", value: ratio, unit: "%", of: Some(1.0) },
            Gauge { name: "held", label: "held", value: held, unit: "keys", of: Some(f64::from(self.params.capacity)) },
            Gauge { name: "stale_hits", label: "stale answers", value: self.stale_hits as f64, unit: "", of: None },
            Gauge::result("hits", self.hits as f64),
            Gauge::result("misses", self.misses as f64),
            Gauge::result("expired", self.expired as f64),
            Gauge::result("evictions", self.evictions as f64),
        ]
    }

    fn sample(&self) -> Vec<(u64, u64)> {
        self.entries.iter().take(8).map(|(k, e)| (*k, e.value.version)).collect()
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), queue_limit: Some(p.queue_limit), discipline: Discipline::Fifo }
    }

    fn crash(&mut self, _: &mut Ctx<'_, Component>) {
        self.entries.clear();
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        self.params.service_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).luck))
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let message = ctx.job(job).message;
        let now = ctx.now();
        let began = ctx.job(job).request_start;
        let (answer, why) = match message.operation {
            Operation::Read => match self.read(message.key, now) {
                (Some(value), _) if ctx.shared().is_stale(message.key, value, began) => {
                    self.stale_hits += 1;
                    (Some(value), Why::with("hit: version {a}, stale: a newer one was acknowledged", value.version, 0))
                }
                answer => answer,
            },
            Operation::Fill | Operation::Write => {
                if let Some(value) = message.value {
                    self.put(message.key, value, now);
                }
                (message.value, Why::with("holds version {a}", message.value.map_or(0, |v| v.version), 0))
            }
            Operation::Invalidate => {
                self.entries.pop(&message.key);
                (None, Why::plain("removed"))
            }
        };
        ctx.explain(job, why);
        Next::Reply(Ok(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(params: serde_json::Value) -> Cache {
        Cache::new(params.as_object().unwrap())
    }

    fn value(version: u64) -> Versioned {
        Versioned { origin: crate::engine::NodeIndex(0), version }
    }

    #[test]
    fn lru_drops_the_least_recently_used_and_fifo_the_oldest() {
        for (eviction, survivor) in [("lru", 1), ("fifo", 2)] {
            let mut cache = cache(serde_json::json!({"capacity": 2, "eviction": eviction}));
            cache.put(1, value(1), SimTime(0));
            cache.put(2, value(1), SimTime(1));
            assert!(cache.read(1, SimTime(2)).0.is_some());
            cache.put(3, value(1), SimTime(3));
            assert!(cache.read(survivor, SimTime(4)).0.is_some(), "{eviction} keeps {survivor}");
            assert!(cache.read(3 - survivor, SimTime(4)).0.is_none(), "{eviction} drops the other");
            assert_eq!(cache.evictions, 1);
        }
    }

    #[test]
    fn a_value_counts_as_absent_at_its_ttl_and_not_before() {
        let mut cache = cache(serde_json::json!({"ttl": 10}));
        cache.put(1, value(3), SimTime(0));
        assert_eq!(cache.read(1, SimTime(9_999_999)).0, Some(value(3)));
        assert_eq!(cache.read(1, SimTime(10_000_000)).0, None);
        assert_eq!((cache.hits, cache.misses, cache.expired), (1, 1, 1));
    }

    #[test]
    fn flushing_empties_it() {
        let mut cache = cache(serde_json::json!({}));
        cache.put(1, value(1), SimTime(0));
        assert!(cache.flush() && cache.entries.is_empty());
    }
}

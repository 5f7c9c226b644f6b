//! What a cache of either kind does with what it holds: puts, finds, evicts, counts, and tells its figures.
//! Knows no operation, calls nobody, and leaves it to the kind what a miss means.

use smallvec::smallvec;

use super::{Component, Gauge, Gauges};
use crate::data::cache_contents::{CacheContents, Entry, Found, Tally};
use crate::data::eviction::Eviction;
use crate::engine::behaviour::Ctx;
use crate::engine::random::{below, mix, Purpose};
use crate::engine::{JobKey, SimDuration, Version, Why};

/// Held values.
#[derive(Clone, Debug)]
pub struct Holding {
    contents: CacheContents,
}

impl Holding {
    /// Nothing yet, for at most `capacity` keys.
    pub fn new(eviction: Eviction, capacity: u32) -> Self {
        Holding { contents: CacheContents::new(eviction, capacity) }
    }

    /// Another rule or capacity, while running.
    pub fn configure(&mut self, eviction: Eviction, capacity: u32, ctx: &Ctx<'_, Component>, tally: &mut Tally) {
        let mut rng = ctx.rng(Purpose::Choice, tally.evictions);
        self.contents.configure(eviction, capacity, |n| below(&mut rng, n), tally);
    }

    /// Room for so many keys, of a capacity that others share.
    pub fn resize(&mut self, capacity: u32, ctx: &Ctx<'_, Component>, tally: &mut Tally) {
        let mut rng = ctx.rng(Purpose::Choice, tally.evictions);
        self.contents.resize(capacity, |n| below(&mut rng, n), tally);
    }

    /// Holds a value from now on; if there is no room another key goes.
    pub fn put(&mut self, ctx: &Ctx<'_, Component>, key: u64, value: Version, tally: &mut Tally) {
        let stored = ctx.now();
        // A key is put in once at a moment, whatever else went before.
        let ordinal = mix(key, stored.0);
        self.contents.put(key, Entry { value, stored }, |n| below(&mut ctx.rng(Purpose::Choice, ordinal), n), tally);
    }

    /// Looks for a key on behalf of a request: counts as a use.
    pub fn look(&mut self, ctx: &Ctx<'_, Component>, key: u64, ttl: SimDuration, tally: &mut Tally) -> Found {
        self.contents.look(key, ctx.now(), ttl, tally)
    }

    /// The same, where the value of a key may be known in any case, held or not.
    pub fn look_or(&mut self, ctx: &Ctx<'_, Component>, key: u64, ttl: SimDuration, known: Option<Version>, tally: &mut Tally) -> Found {
        match known {
            Some(value) => {
                self.contents.use_known(key, tally);
                Found::Hit(value)
            }
            None => self.look(ctx, key, ttl, tally),
        }
    }

    /// The value of a key, without a look being counted.
    pub fn peek(&self, key: u64) -> Option<Version> {
        self.contents.peek(key).map(|entry| entry.value)
    }

    /// Drops a key.
    pub fn remove(&mut self, key: u64) {
        self.contents.remove(key);
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.contents.clear();
    }

    /// A few keys with versions, newest first.
    pub fn sample(&self) -> Vec<(u64, u64)> {
        self.contents.sample(8)
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.contents.bytes()
    }

    /// Figures: hit ratio first, then the fill of `capacity`, of which some is taken by keys kept elsewhere.
    pub fn gauges(&self, capacity: u32, elsewhere: usize, tally: &Tally) -> Gauges {
        let held = f64::from(self.contents.len()) + elsewhere as f64;
        let (hits, misses) = (tally.hits as f64, tally.misses as f64);
        smallvec![
            Gauge::ratio("hit_ratio", "hit ratio", (hits, hits + misses), "%").of(1.0),
            Gauge::level("held", "held", held, "keys").of(f64::from(capacity)),
            Gauge::total("stale_hits", "stale answers", tally.stale_hits as f64, ""),
            Gauge::result("hits", hits),
            Gauge::result("misses", misses),
            Gauge::result("expired", tally.expired as f64),
            Gauge::result("evictions", tally.evictions as f64),
        ]
    }
}

/// Answers a request with a value: the story says whether it was stale.
pub(super) fn answer(ctx: &mut Ctx<'_, Component>, job: JobKey, key: u64, value: Version, tally: &mut Tally) {
    let (here, request) = (ctx.node, ctx.job(job).request_id);
    let stale = ctx.shared().judge.is_stale(here, key, value, request);
    tally.stale_hits += u64::from(stale);
    let text = if stale { "hit: version {a}, stale: a newer one was acknowledged" } else { "hit: version {a}" };
    ctx.explain(job, Why::with(text, value.0, 0));
}

//! What a cache contains: keys with versions, up to a capacity and an age, and which key goes when it is full.
//! Knows nobody who asks and no clock but what it is told. All orders of eviction are exact.

use crate::data::eviction::{Eviction, Order, Place, Policy};
use crate::data::KeyMap;
use crate::engine::{SimDuration, SimTime, Version};

/// A value that the cache has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Version,
    /// When it was put.
    pub stored: SimTime,
}

/// What a look for a key found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// This value.
    Hit(Version),
    /// A value that has reached this age, which is too old.
    Expired(SimDuration),
    /// Nothing.
    Absent,
}

/// How often looks found something, and what had to go. Kept by whoever counts, not by the cache: a cache that is emptied, or lost,
/// has been asked as often as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Looks that found a value.
    pub hits: u64,
    /// Looks that did not, expired values included.
    pub misses: u64,
    /// Of those, expired.
    pub expired: u64,
    /// Keys that went to make room.
    pub evictions: u64,
    /// Values given out though a newer one was acknowledged.
    pub stale_hits: u64,
}

impl Tally {
    /// Hits as a share of looks, 0 to 1.
    pub fn hit_ratio(&self) -> f64 {
        self.hits as f64 / (self.hits + self.misses).max(1) as f64
    }
}

/// The contents of a cache. A clone shares with it what does not change.
#[derive(Clone, Debug)]
pub struct CacheContents {
    eviction: Eviction,
    /// Most keys; with none nothing is kept.
    capacity: u32,
    entries: KeyMap<(Entry, Place)>,
    order: Policy,
}

impl CacheContents {
    /// Empty, for at most `capacity` keys.
    pub fn new(eviction: Eviction, capacity: u32) -> Self {
        CacheContents { eviction, capacity, entries: KeyMap::default(), order: Policy::new(eviction) }
    }

    /// Changes the policy and the size. What is there stays, as far as there is room; under a new policy all count as just come in.
    pub fn configure(&mut self, eviction: Eviction, capacity: u32, mut draw: impl FnMut(usize) -> usize, tally: &mut Tally) {
        self.capacity = capacity;
        if eviction != self.eviction {
            let mut new = CacheContents::new(eviction, capacity);
            for key in self.order.keys() {
                if let Some((entry, _)) = self.entries.get(&key) {
                    new.put(key, *entry, &mut draw, tally);
                }
            }
            *self = new;
        }
        while self.len() > self.capacity {
            self.evict(&mut draw, tally);
        }
    }

    /// Changes the size alone.
    pub fn resize(&mut self, capacity: u32, draw: impl FnMut(usize) -> usize, tally: &mut Tally) {
        if capacity != self.capacity {
            self.configure(self.eviction, capacity, draw, tally);
        }
    }

    /// Number of keys, those included that are too old and were not asked for since.
    pub fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Whether there is no key, not even one that is too old.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.entries.len() * BYTES_OF_ENTRY
    }

    /// Looks for a key, which is a use of it. A value of the age `ttl` (zero is no limit) counts as absent, and goes.
    pub fn look(&mut self, key: u64, now: SimTime, ttl: SimDuration, tally: &mut Tally) -> Found {
        let Some((entry, place)) = self.entries.get(&key).copied() else {
            tally.misses += 1;
            return Found::Absent;
        };
        if ttl == SimDuration::ZERO || now.since(entry.stored) < ttl {
            self.order.touch(key, place);
            tally.hits += 1;
            return Found::Hit(entry.value);
        }
        tally.misses += 1;
        tally.expired += 1;
        self.order.touch(key, place);
        self.remove(key);
        Found::Expired(now.since(entry.stored))
    }

    /// A key was asked for whose value is known in any case: a use of it, and a hit.
    pub fn use_known(&mut self, key: u64, tally: &mut Tally) {
        tally.hits += 1;
        if let Some((_, place)) = self.entries.get(&key) {
            self.order.touch(key, *place);
        }
    }

    /// The value of a key, whatever its age; this is no use of it.
    pub fn peek(&self, key: u64) -> Option<Entry> {
        self.entries.get(&key).map(|(entry, _)| *entry)
    }

    /// Puts a value, and makes room for it if its key is new. `draw(n)` is a random number below n.
    pub fn put(&mut self, key: u64, entry: Entry, draw: impl FnMut(usize) -> usize, tally: &mut Tally) {
        if let Some((here, place)) = self.entries.get_mut(&key) {
            *here = entry;
            return self.order.touch(key, *place);
        }
        if self.capacity == 0 {
            return;
        }
        if self.len() >= self.capacity {
            self.evict(draw, tally);
        }
        let place = self.order.insert(key);
        self.entries.insert(key, (entry, place));
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: u64) {
        let Some((_, place)) = self.entries.remove(&key) else { return };
        if let Some((moved, to)) = self.order.remove(key, place) {
            if let Some((_, place)) = self.entries.get_mut(&moved) {
                *place = to;
            }
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.order = Policy::new(self.eviction);
    }

    /// A few keys with versions, those that would stay longest first where there is an order.
    pub fn sample(&self, most: usize) -> Vec<(u64, u64)> {
        let keys = self.order.last_to_go(most);
        keys.iter().filter_map(|key| self.peek(*key).map(|e| (*key, e.value.0))).collect()
    }

    fn evict(&mut self, draw: impl FnMut(usize) -> usize, tally: &mut Tally) {
        if let Some(key) = self.order.next_to_go(draw) {
            self.remove(key);
            tally.evictions += 1;
        }
    }
}

/// What an entry takes with its places in maps, about.
const BYTES_OF_ENTRY: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{below, generator, mix, Purpose};

    /// Uses, last use, key: the least goes first.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct Rank {
        uses: u64,
        last: u64,
        key: u64,
    }

    fn entry(version: u64) -> Entry {
        Entry { value: Version(version), stored: SimTime(0) }
    }

    fn last(n: usize) -> usize {
        n - 1
    }

    fn holds(contents: &CacheContents) -> Vec<u64> {
        (0..10).filter(|k| contents.peek(*k).is_some()).collect()
    }

    #[test]
    fn each_rule_has_its_victim() {
        use Eviction::*;
        // 1 is used twice, 2 once and last, 3 never.
        for (eviction, survivors) in [(Lru, [1, 2, 4]), (Fifo, [2, 3, 4]), (Lfu, [1, 2, 4]), (Random, [1, 2, 4])] {
            let mut tally = Tally::default();
            let mut contents = CacheContents::new(eviction, 3);
            (1..=3).for_each(|key| contents.put(key, entry(key), last, &mut tally));
            [1, 1, 2]
                .into_iter()
                .for_each(|key| assert!(matches!(contents.look(key, SimTime(1), SimDuration::ZERO, &mut tally), Found::Hit(_))));
            contents.put(4, entry(4), last, &mut tally);
            assert_eq!(holds(&contents), survivors, "{eviction:?}");
            assert_eq!(tally, Tally { hits: 3, misses: 0, expired: 0, evictions: 1, stale_hits: 0 });
        }
    }

    #[test]
    fn of_equally_frequent_keys_the_least_recently_used_goes() {
        let mut tally = Tally::default();
        let mut contents = CacheContents::new(Eviction::Lfu, 3);
        (1..=3).for_each(|key| contents.put(key, entry(key), last, &mut tally));
        [2, 3, 1]
            .into_iter()
            .for_each(|key| assert!(matches!(contents.look(key, SimTime(1), SimDuration::ZERO, &mut tally), Found::Hit(_))));
        contents.put(4, entry(4), last, &mut tally);
        assert_eq!(holds(&contents), [1, 3, 4]);
        // The newcomer has been used least: it goes next.
        contents.put(5, entry(5), last, &mut tally);
        assert_eq!(holds(&contents), [1, 3, 5]);
        // What is known of a key counts when it comes back: 2 has now been used three times, 5 once.
        contents.put(2, entry(2), last, &mut tally);
        contents.put(6, entry(6), last, &mut tally);
        assert_eq!(holds(&contents), [1, 2, 6]);
    }

    #[test]
    fn a_value_counts_as_absent_at_its_ttl_and_not_before() {
        for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu, Eviction::Random] {
            let mut tally = Tally::default();
            let mut contents = CacheContents::new(eviction, 3);
            contents.put(1, entry(3), last, &mut tally);
            let ttl = SimDuration(10);
            assert_eq!(contents.look(1, SimTime(9), ttl, &mut tally), Found::Hit(entry(3).value));
            assert_eq!(contents.look(1, SimTime(10), ttl, &mut tally), Found::Expired(SimDuration(10)));
            assert_eq!(contents.look(1, SimTime(11), ttl, &mut tally), Found::Absent);
            assert_eq!(tally, Tally { hits: 1, misses: 2, expired: 1, evictions: 0, stale_hits: 0 });
        }
    }

    /// Thousands of random steps against a plain model that looks at every key.
    #[test]
    fn the_order_does_what_a_search_through_all_keys_would() {
        let mut tally = Tally::default();
        let mut contents = CacheContents::new(Eviction::Lfu, 20);
        let mut model: Vec<Rank> = Vec::new();
        let mut past = std::collections::BTreeMap::new();
        for step in 1..20_000u64 {
            let mut rng = generator(1, 2, Purpose::Key, step);
            let key = below(&mut rng, 60) as u64;
            let known = model.iter().position(|r| r.key == key);
            match below(&mut rng, 10) {
                0 => {
                    contents.remove(key);
                    past.extend(known.map(|i| (key, model.remove(i).uses)));
                }
                1..=6 => {
                    assert_eq!(
                        contents.look(key, SimTime(0), SimDuration::ZERO, &mut tally) != Found::Absent,
                        known.is_some(),
                        "step {step}"
                    );
                    if let Some(i) = known {
                        model[i] = Rank { uses: model[i].uses + 1, last: step, key };
                    }
                }
                _ => {
                    contents.put(key, entry(step), last, &mut tally);
                    match known {
                        Some(i) => model[i] = Rank { uses: model[i].uses + 1, last: step, key },
                        None => {
                            if model.len() == 20 {
                                model.sort();
                                let gone = model.remove(0);
                                past.insert(gone.key, gone.uses);
                            }
                            model.push(Rank { uses: past.get(&key).unwrap_or(&0) + 1, last: step, key });
                        }
                    }
                }
            }
            assert_eq!(contents.len() as usize, model.len());
        }
        assert!(model.iter().all(|r| contents.peek(r.key).is_some()));
    }

    #[test]
    fn a_new_rule_or_size_keeps_what_there_is_room_for() {
        let mut tally = Tally::default();
        let mut contents = CacheContents::new(Eviction::Lru, 5);
        (1..=5).for_each(|key| contents.put(key, entry(key), last, &mut tally));
        for (eviction, capacity) in [(Eviction::Lfu, 5), (Eviction::Random, 4), (Eviction::Fifo, 3), (Eviction::Lru, 2)] {
            contents.configure(eviction, capacity, last, &mut tally);
            assert_eq!(contents.len(), capacity);
        }
        assert_eq!(tally.evictions, 3);
        contents.clear();
        assert!(contents.is_empty());
    }

    #[test]
    fn random_eviction_spares_nobody() {
        let mut tally = Tally::default();
        let mut contents = CacheContents::new(Eviction::Random, 100);
        for key in 0..10_000 {
            contents.put(key, entry(1), |n| (mix(3, key) % n as u64) as usize, &mut tally);
        }
        assert_eq!(contents.len(), 100);
        // A key's age when it goes is geometric with mean 100: some are old.
        assert!((0..9_700).any(|k| contents.peek(k).is_some()) && (9_900..10_000).any(|k| contents.peek(k).is_some()));
    }
}

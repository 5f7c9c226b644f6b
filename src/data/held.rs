//! What a cache holds: keys with versions, up to a capacity and an age, and which key goes when it is full.
//! Knows nobody who asks and no clock but what it is told.
//!
//! LRU and FIFO keep a linked list. LFU is the perfect one (Breslau et al. 1999): a heap by count of uses, also of those before
//! the key last went; of equals the least recently used goes. Random keeps a dense list. All orders are exact.

mod frozen;

use std::num::NonZeroUsize;

use hashlink::LinkedHashMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use self::frozen::Past;
use crate::engine::{SimDuration, SimTime, Versioned};

/// Which key goes when the cache is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eviction {
    /// The least recently used.
    #[default]
    Lru,
    /// The oldest.
    Fifo,
    /// The least frequently used.
    Lfu,
    /// Any.
    Random,
}

/// A held value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Versioned,
    /// When it was put.
    pub stored: SimTime,
}

/// What a look for a key found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// This value.
    Hit(Versioned),
    /// A value that has reached this age, which is too old.
    Expired(SimDuration),
    /// Nothing.
    Absent,
}

/// How often looks found something, and what had to go.
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
}

impl Tally {
    /// Hits as a share of looks, 0 to 1.
    pub fn hit_ratio(&self) -> f64 {
        self.hits as f64 / (self.hits + self.misses).max(1) as f64
    }
}

/// What a cache holds.
#[derive(Clone, Debug)]
pub struct Held {
    eviction: Eviction,
    capacity: NonZeroUsize,
    lines: Lines,
    /// How it went.
    pub tally: Tally,
    /// An earlier state, packed, and what befell it since; from the first frozen copy on.
    past: Option<Past>,
}

#[derive(Clone, Debug)]
enum Lines {
    /// In order of use (LRU) or of coming (FIFO), the next to go first. What goes leaves its place in memory to the next.
    Listed(LinkedHashMap<u64, Entry, FxBuildHasher>),
    /// In a heap by use (LFU) or in no order (random).
    Ranked(Ranked),
}

impl Held {
    /// Empty, for at most `capacity` keys (at least one).
    pub fn new(eviction: Eviction, capacity: u32) -> Self {
        let capacity = NonZeroUsize::new(capacity as usize).unwrap_or(NonZeroUsize::MIN);
        let lines = match eviction {
            Eviction::Lru | Eviction::Fifo => Lines::Listed(LinkedHashMap::with_hasher(FxBuildHasher)),
            Eviction::Lfu | Eviction::Random => Lines::Ranked(Ranked::default()),
        };
        Held { eviction, capacity, lines, tally: Tally::default(), past: None }
    }

    /// Changes the rule and the size. What is held stays, as far as there is room; under a new rule all count as just come in.
    pub fn configure(&mut self, eviction: Eviction, capacity: u32, mut draw: impl FnMut(usize) -> usize) {
        self.past = None;
        self.capacity = NonZeroUsize::new(capacity as usize).unwrap_or(NonZeroUsize::MIN);
        if eviction != self.eviction {
            let mut new = Held { tally: self.tally, ..Held::new(eviction, capacity) };
            for (key, entry) in self.oldest_first() {
                new.put(key, entry, &mut draw);
            }
            *self = new;
        }
        while self.len() > self.capacity.get() {
            self.evict(&mut draw);
        }
    }

    /// Number of keys held, those included that are too old and were not asked for since.
    pub fn len(&self) -> usize {
        match &self.lines {
            Lines::Listed(list) => list.len(),
            Lines::Ranked(ranked) => ranked.places.len(),
        }
    }

    /// Whether no key is held, not even one that is too old.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks for a key, which is a use of it. A value of the age `ttl` (zero is no limit) counts as absent, and goes.
    pub fn look(&mut self, key: u64, now: SimTime, ttl: SimDuration) -> Found {
        self.note_use(key);
        let entry = match (&mut self.lines, self.eviction) {
            (Lines::Listed(list), Eviction::Lru) => list.to_back(&key).copied(),
            (Lines::Listed(list), _) => list.get(&key).copied(),
            (Lines::Ranked(ranked), Eviction::Lfu) => ranked.used(key),
            (Lines::Ranked(ranked), _) => ranked.places.get(&key).map(|(entry, _)| *entry),
        };
        match entry {
            Some(e) if ttl == SimDuration::ZERO || now.since(e.stored) < ttl => {
                self.tally.hits += 1;
                Found::Hit(e.value)
            }
            Some(e) => {
                self.tally.misses += 1;
                self.tally.expired += 1;
                self.remove(key);
                Found::Expired(now.since(e.stored))
            }
            None => {
                self.tally.misses += 1;
                Found::Absent
            }
        }
    }

    /// A key was asked for whose value is known in any case: a use of it, and a hit.
    pub fn use_known(&mut self, key: u64) {
        self.tally.hits += 1;
        self.note_use(key);
        self.used(key);
    }

    fn used(&mut self, key: u64) {
        match (&mut self.lines, self.eviction) {
            (Lines::Listed(list), Eviction::Lru) => {
                list.to_back(&key);
            }
            (Lines::Ranked(ranked), Eviction::Lfu) => {
                ranked.used(key);
            }
            _ => {}
        }
    }

    /// The value held, whatever its age; this is no use of it.
    pub fn peek(&self, key: u64) -> Option<Entry> {
        match &self.lines {
            Lines::Listed(list) => list.get(&key).copied(),
            Lines::Ranked(ranked) => ranked.places.get(&key).map(|(entry, _)| *entry),
        }
    }

    /// Puts a value, and makes room for it if its key is new. `draw(n)` is a random number below n.
    pub fn put(&mut self, key: u64, entry: Entry, draw: impl FnMut(usize) -> usize) {
        self.put_away(key, entry, draw);
        self.note_put(key, entry);
    }

    fn put_away(&mut self, key: u64, entry: Entry, draw: impl FnMut(usize) -> usize) {
        let held = match (&mut self.lines, self.eviction) {
            (Lines::Listed(list), Eviction::Lru) => list.to_back(&key),
            // Under FIFO an update keeps the key's place in the line.
            (Lines::Listed(list), _) => list.get_mut(&key),
            (Lines::Ranked(ranked), Eviction::Lfu) => {
                ranked.used(key);
                ranked.places.get_mut(&key).map(|(entry, _)| entry)
            }
            (Lines::Ranked(ranked), _) => ranked.places.get_mut(&key).map(|(entry, _)| entry),
        };
        if let Some(held) = held {
            *held = entry;
            return;
        }
        if self.len() >= self.capacity.get() {
            self.evict(draw);
        }
        match &mut self.lines {
            Lines::Listed(list) => {
                list.insert(key, entry);
            }
            Lines::Ranked(ranked) => ranked.insert(key, entry),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: u64) {
        self.note_gone(key);
        self.take_out(key);
    }

    fn take_out(&mut self, key: u64) {
        match (&mut self.lines, self.eviction) {
            (Lines::Listed(list), _) => {
                list.remove(&key);
            }
            (Lines::Ranked(ranked), Eviction::Lfu) => ranked.remove(key),
            (Lines::Ranked(ranked), _) => ranked.swap_remove(key),
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.past = None;
        match &mut self.lines {
            Lines::Listed(list) => list.clear(),
            Lines::Ranked(ranked) => *ranked = Ranked::default(),
        }
    }

    /// A few keys with versions, those that would stay longest first where there is an order.
    pub fn sample(&self, most: usize) -> Vec<(u64, u64)> {
        match &self.lines {
            Lines::Listed(list) => list.iter().rev().take(most).map(|(k, e)| (*k, e.value.version)).collect(),
            Lines::Ranked(ranked) => ranked
                .ranks
                .iter()
                .rev()
                .take(most)
                .filter_map(|r| ranked.places.get(&r.key).map(|(e, _)| (r.key, e.value.version)))
                .collect(),
        }
    }

    fn oldest_first(&self) -> Vec<(u64, Entry)> {
        match &self.lines {
            Lines::Listed(list) => list.iter().map(|(k, e)| (*k, *e)).collect(),
            Lines::Ranked(ranked) => {
                let mut ranks = ranked.ranks.clone();
                ranks.sort_unstable();
                ranks.iter().filter_map(|r| ranked.places.get(&r.key).map(|(e, _)| (r.key, *e))).collect()
            }
        }
    }

    fn evict(&mut self, mut draw: impl FnMut(usize) -> usize) {
        let victim = match (&self.lines, self.eviction) {
            (Lines::Listed(list), _) => list.front().map(|(key, _)| *key),
            (Lines::Ranked(ranked), Eviction::Lfu) => ranked.ranks.first().map(|r| r.key),
            (Lines::Ranked(ranked), _) if ranked.ranks.is_empty() => None,
            (Lines::Ranked(ranked), _) => ranked.ranks.get(draw(ranked.ranks.len())).map(|r| r.key),
        };
        if let Some(key) = victim {
            if self.eviction == Eviction::Random {
                // Of the other rules it is known who goes.
                self.note_gone(key);
            }
            self.take_out(key);
            self.tally.evictions += 1;
        }
    }
}

/// A key's claim to stay: the least goes first. No two are equal, since no two uses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    uses: u64,
    last: u64,
    key: u64,
}

/// Entries with their place in a list of ranks.
#[derive(Clone, Debug, Default)]
struct Ranked {
    places: FxHashMap<u64, (Entry, u32)>,
    ranks: Vec<Rank>,
    /// Uses of keys that went.
    past: FxHashMap<u64, u64>,
    clock: u64,
}

impl Ranked {
    /// A key is used: it moves away from the top of the heap.
    fn used(&mut self, key: u64) -> Option<Entry> {
        let (entry, place) = *self.places.get(&key)?;
        self.clock += 1;
        let rank = &mut self.ranks[place as usize];
        *rank = Rank { uses: rank.uses + 1, last: self.clock, key };
        self.sink(place as usize);
        Some(entry)
    }

    /// A new key.
    fn insert(&mut self, key: u64, entry: Entry) {
        self.clock += 1;
        let place = self.ranks.len();
        let uses = self.past.remove(&key).unwrap_or(0) + 1;
        self.ranks.push(Rank { uses, last: self.clock, key });
        self.places.insert(key, (entry, place as u32));
        self.rise(place);
    }

    /// Takes a key out of the heap.
    fn remove(&mut self, key: u64) {
        let Some((_, place)) = self.places.get(&key).copied() else { return };
        self.past.insert(key, self.ranks[place as usize].uses);
        self.swap_remove(key);
        if (place as usize) < self.ranks.len() {
            self.sink(place as usize);
            self.rise(place as usize);
        }
    }

    /// Takes a key out of the list: the last takes its place.
    fn swap_remove(&mut self, key: u64) {
        let Some((_, place)) = self.places.remove(&key) else { return };
        self.ranks.swap_remove(place as usize);
        self.settle(place as usize);
    }

    fn settle(&mut self, place: usize) {
        if let Some(slot) = self.ranks.get(place).and_then(|rank| self.places.get_mut(&rank.key)) {
            slot.1 = place as u32;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.ranks.swap(a, b);
        self.settle(a);
        self.settle(b);
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.ranks[place] < self.ranks[(place - 1) / 2] {
            self.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    fn sink(&mut self, mut place: usize) {
        while let Some(child) = (2 * place + 1..(2 * place + 3).min(self.ranks.len())).min_by_key(|c| self.ranks[*c]) {
            if self.ranks[place] < self.ranks[child] {
                return;
            }
            self.swap(place, child);
            place = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{below, generator, mix, Purpose};

    fn entry(version: u64) -> Entry {
        Entry { value: Versioned { origin: crate::engine::NodeIndex(0), version }, stored: SimTime(0) }
    }

    fn last(n: usize) -> usize {
        n - 1
    }

    fn holds(held: &Held) -> Vec<u64> {
        (0..10).filter(|k| held.peek(*k).is_some()).collect()
    }

    #[test]
    fn each_rule_has_its_victim() {
        use Eviction::*;
        // 1 is used twice, 2 once and last, 3 never.
        for (eviction, survivors) in [(Lru, [1, 2, 4]), (Fifo, [2, 3, 4]), (Lfu, [1, 2, 4]), (Random, [1, 2, 4])] {
            let mut held = Held::new(eviction, 3);
            (1..=3).for_each(|key| held.put(key, entry(key), last));
            [1, 1, 2].into_iter().for_each(|key| assert!(matches!(held.look(key, SimTime(1), SimDuration::ZERO), Found::Hit(_))));
            held.put(4, entry(4), last);
            assert_eq!(holds(&held), survivors, "{eviction:?}");
            assert_eq!(held.tally, Tally { hits: 3, misses: 0, expired: 0, evictions: 1 });
        }
    }

    #[test]
    fn of_equally_frequent_keys_the_least_recently_used_goes() {
        let mut held = Held::new(Eviction::Lfu, 3);
        (1..=3).for_each(|key| held.put(key, entry(key), last));
        [2, 3, 1].into_iter().for_each(|key| assert!(matches!(held.look(key, SimTime(1), SimDuration::ZERO), Found::Hit(_))));
        held.put(4, entry(4), last);
        assert_eq!(holds(&held), [1, 3, 4]);
        // The newcomer has been used least: it goes next.
        held.put(5, entry(5), last);
        assert_eq!(holds(&held), [1, 3, 5]);
        // What is known of a key counts when it comes back: 2 has now been used three times, 5 once.
        held.put(2, entry(2), last);
        held.put(6, entry(6), last);
        assert_eq!(holds(&held), [1, 2, 6]);
    }

    #[test]
    fn a_value_counts_as_absent_at_its_ttl_and_not_before() {
        for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu, Eviction::Random] {
            let mut held = Held::new(eviction, 3);
            held.put(1, entry(3), last);
            let ttl = SimDuration(10);
            assert_eq!(held.look(1, SimTime(9), ttl), Found::Hit(entry(3).value));
            assert_eq!(held.look(1, SimTime(10), ttl), Found::Expired(SimDuration(10)));
            assert_eq!(held.look(1, SimTime(11), ttl), Found::Absent);
            assert_eq!(held.tally, Tally { hits: 1, misses: 2, expired: 1, evictions: 0 });
        }
    }

    /// Thousands of random steps against a plain model that looks at every key.
    #[test]
    fn the_heap_does_what_a_search_through_all_keys_would() {
        let mut held = Held::new(Eviction::Lfu, 20);
        let mut model: Vec<Rank> = Vec::new();
        let mut past = std::collections::BTreeMap::new();
        for step in 1..20_000u64 {
            let mut rng = generator(1, 2, Purpose::Key, step);
            let key = below(&mut rng, 60) as u64;
            let known = model.iter().position(|r| r.key == key);
            match below(&mut rng, 10) {
                0 => {
                    held.remove(key);
                    past.extend(known.map(|i| (key, model.remove(i).uses)));
                }
                1..=6 => {
                    assert_eq!(held.look(key, SimTime(0), SimDuration::ZERO) != Found::Absent, known.is_some(), "step {step}");
                    if let Some(i) = known {
                        model[i] = Rank { uses: model[i].uses + 1, last: step, key };
                    }
                }
                _ => {
                    held.put(key, entry(step), last);
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
            assert_eq!(held.len(), model.len());
        }
        assert!(model.iter().all(|r| held.peek(r.key).is_some()));
    }

    #[test]
    fn a_new_rule_or_size_keeps_what_there_is_room_for() {
        let mut held = Held::new(Eviction::Lru, 5);
        (1..=5).for_each(|key| held.put(key, entry(key), last));
        for (eviction, capacity) in [(Eviction::Lfu, 5), (Eviction::Random, 4), (Eviction::Fifo, 3), (Eviction::Lru, 2)] {
            held.configure(eviction, capacity, last);
            assert_eq!(held.len(), capacity as usize);
        }
        assert_eq!(held.tally.evictions, 3);
        held.clear();
        assert!(held.is_empty());
    }

    #[test]
    fn random_eviction_spares_nobody() {
        let mut held = Held::new(Eviction::Random, 100);
        for key in 0..10_000 {
            held.put(key, entry(1), |n| (mix(3, key) % n as u64) as usize);
        }
        assert_eq!(held.len(), 100);
        // A key's age when it goes is geometric with mean 100: some are old.
        assert!((0..9_700).any(|k| held.peek(k).is_some()) && (9_900..10_000).any(|k| held.peek(k).is_some()));
    }
}

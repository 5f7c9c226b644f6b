//! A copy of what a cache holds in few bytes: an earlier state, each key once in the order that decides who goes, and what befell it
//! since, which is done again when the copy is taken up. Decides nothing.

use std::sync::Arc;

use super::{Entry, Eviction, Held, Lines, Rank, Ranked};
use crate::engine::scale::Scale;
use crate::engine::tape::Tape;
use crate::engine::{NodeIndex, SimTime, Versioned};

/// A key of a list, the first to go first.
const LISTED: u8 = 0;
/// A key with its rank, in the order of the heap.
const RANKED: u8 = 1;
/// Uses of a key that went.
const PAST: u8 = 2;
/// The count of uses.
const CLOCK: u8 = 3;
/// A key was asked for.
const USED: u8 = 4;
/// A value was put.
const PUT: u8 = 5;
/// A key went.
const GONE: u8 = 6;
/// A tape ends when it is so many times as long as the state that it begins with.
const LONGEST: usize = 6;
/// But not below this, in bytes.
const SHORTEST: usize = 1 << 10;

/// How a cache came to hold what it does.
#[derive(Clone, Debug)]
pub(super) struct Past {
    base: Arc<Tape>,
    since: Tape,
    /// When the last value was put: the next counts from there.
    put: SimTime,
}

impl Past {
    fn is_over(&self, times: usize) -> bool {
        self.since.len() > times * LONGEST * self.base.len().max(SHORTEST)
    }
}

impl Held {
    fn note(&mut self, what: u8, words: &[u64]) {
        let Some(past) = &mut self.past else { return };
        past.since.note(what, words);
        // Nobody takes copies any more.
        if past.is_over(4) {
            self.past = None;
        }
    }

    pub(super) fn note_use(&mut self, key: u64) {
        if matches!(self.eviction, Eviction::Lru | Eviction::Lfu) {
            self.note(USED, &[key]);
        }
    }

    pub(super) fn note_put(&mut self, key: u64, Entry { value, stored }: Entry) {
        let Some(past) = &mut self.past else { return };
        let step = stored.0.wrapping_sub(past.put.0);
        past.put = stored;
        self.note(PUT, &[key, u64::from(value.origin.0), value.version, step]);
    }

    pub(super) fn note_gone(&mut self, key: u64) {
        self.note(GONE, &[key]);
    }

    fn packed(&self) -> Tape {
        let mut packed = Tape::default();
        match &self.lines {
            Lines::Listed(list) => {
                for (key, Entry { value, stored }) in list {
                    packed.note(LISTED, &[*key, u64::from(value.origin.0), value.version, stored.0]);
                }
            }
            Lines::Ranked(Ranked { places, ranks, past, clock }) => {
                for Rank { uses, last, key } in ranks {
                    if let Some((Entry { value, stored }, _)) = places.get(key) {
                        packed.note(RANKED, &[*key, *uses, *last, u64::from(value.origin.0), value.version, stored.0]);
                    }
                }
                past.iter().for_each(|(key, uses)| packed.note(PAST, &[*key, *uses]));
                packed.note(CLOCK, &[*clock]);
            }
        }
        packed.closed()
    }

    /// A copy in few bytes; it holds nothing before [`Held::thaw`].
    pub fn frozen(&mut self) -> Held {
        if self.past.as_ref().is_none_or(|past| past.is_over(1)) {
            self.past = Some(Past { base: Arc::new(self.packed()), since: Tape::default(), put: SimTime::ZERO });
        }
        self.past.iter_mut().for_each(|past| past.since.seal());
        Held { tally: self.tally, past: self.past.clone(), ..Held::new(self.eviction, self.capacity.get() as u32) }
    }

    /// Makes a frozen copy hold what it is a copy of.
    pub fn thaw(&mut self) {
        let Some(past) = self.past.take() else { return };
        let tally = self.tally;
        let entry =
            |words: &[u64]| Entry { value: Versioned { origin: NodeIndex(words[0] as u32), version: words[1] }, stored: SimTime(words[2]) };
        let lines = &mut self.lines;
        past.base.tell(|what, words| match (&mut *lines, what) {
            (Lines::Listed(list), LISTED) => drop(list.insert(words[0], entry(&words[1..]))),
            (Lines::Ranked(ranked), RANKED) => {
                let place = ranked.ranks.len() as u32;
                ranked.ranks.push(Rank { key: words[0], uses: words[1], last: words[2] });
                ranked.places.insert(words[0], (entry(&words[3..]), place));
            }
            (Lines::Ranked(ranked), PAST) => drop(ranked.past.insert(words[0], words[1])),
            (Lines::Ranked(ranked), CLOCK) => ranked.clock = words[0],
            _ => debug_assert!(false, "{what} in another kind of cache"),
        });
        let mut put = 0u64;
        past.since.tell(|what, words| match what {
            USED => self.used(words[0]),
            PUT => {
                put = put.wrapping_add(words[3]);
                let entry = entry(&[words[1], words[2], put]);
                // Where chance decided who goes, that is on the tape, and there is room.
                self.put_away(words[0], entry, |_| 0);
            }
            _ => self.take_out(words[0]),
        });
        (self.tally, self.past) = (tally, Some(past));
    }

    /// Weighs a frozen copy.
    pub fn weigh(&self, scale: &mut Scale) {
        if let Some(past) = &self.past {
            past.since.weigh(scale);
            if scale.shared(&past.base, 0) {
                past.base.weigh(scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::engine::random::{below, generator, Purpose};
    use crate::engine::{NodeIndex, Versioned};

    #[test]
    fn a_thawed_cache_goes_on_as_the_one_that_was_frozen() {
        for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu, Eviction::Random] {
            let mut held = Held::new(eviction, 30);
            let mut thawed: Option<Held> = None;
            for step in 0..20_000u64 {
                let both = [Some(&mut held), thawed.as_mut()];
                let seen: Vec<_> = both
                    .into_iter()
                    .flatten()
                    .map(|h| {
                        let mut rng = generator(4, 1, Purpose::Key, step);
                        let key = below(&mut rng, 60) as u64;
                        let entry = Entry { value: Versioned { origin: NodeIndex(3), version: step }, stored: SimTime(step) };
                        let found = match below(&mut rng, 20) {
                            0 => drop_key(h, key),
                            1..=12 => Some(h.look(key, SimTime(step), SimDuration(900))),
                            13 if step % 700 == 0 => {
                                h.clear();
                                None
                            }
                            _ => {
                                h.put(key, entry, |n| below(&mut rng, n));
                                None
                            }
                        };
                        (found, h.tally, h.len(), h.sample(5))
                    })
                    .collect();
                if let [a, b] = &seen[..] {
                    assert_eq!(a, b, "{eviction:?}, step {step}");
                }
                if step % 1_000 == 500 {
                    let mut copy = held.frozen();
                    assert!(copy.is_empty());
                    copy.thaw();
                    thawed = Some(copy);
                }
            }
            assert!(held.tally.evictions > 100 && held.tally.hits > 100);
        }
    }

    fn drop_key(held: &mut Held, key: u64) -> Option<Found> {
        held.remove(key);
        None
    }
}

//! The rows of a store: the version of each key. Snapshots share an earlier state of it and what was written since.
//! Knows not who writes.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::scale::{map, Scale};
use crate::engine::tape::Tape;

/// Version of each key.
pub type Versions = FxHashMap<u64, u64>;

/// A key has a version now.
const WRITTEN: u8 = 0;
/// A key is gone.
const GONE: u8 = 1;
/// A tape that no snapshot was taken of for so long ends, in bytes beside the size of the rows.
const LONGEST: usize = 1 << 18;

/// The rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    now: Versions,
    /// An earlier state and what changed since, from the first snapshot on.
    past: Option<(Arc<Versions>, Tape)>,
}

impl Rows {
    /// The version of a key, if it has one.
    pub fn get(&self, key: u64) -> Option<u64> {
        self.now.get(&key).copied()
    }

    /// Gives a key a version; returns the one before.
    pub fn insert(&mut self, key: u64, version: u64) -> Option<u64> {
        self.note(WRITTEN, &[key, version]);
        self.now.insert(key, version)
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: u64) {
        self.note(GONE, &[key]);
        self.now.remove(&key);
    }

    /// Puts other rows in the place of these.
    pub fn replace(&mut self, versions: Versions) {
        self.past = None;
        self.now = versions;
    }

    /// All keys and versions.
    pub fn versions(&self) -> &Versions {
        &self.now
    }

    fn note(&mut self, deed: u8, words: &[u64]) {
        if let Some((_, tape)) = &mut self.past {
            tape.note(deed, words);
            if tape.len() > LONGEST + 2 * map(&self.now) {
                self.past = None;
            }
        }
    }

    /// A copy that shares all but what is new; it is of use only after [`Rows::thaw`].
    pub fn frozen(&mut self) -> Rows {
        if self.past.as_ref().is_none_or(|(_, tape)| tape.len() > map(&self.now).max(1_024)) {
            self.past = Some((Arc::new(self.now.clone()), Tape::default()));
        }
        self.past.iter_mut().for_each(|(_, tape)| tape.seal());
        Rows { now: Versions::default(), past: self.past.clone() }
    }

    /// Makes a frozen copy the rows that it is of.
    pub fn thaw(&mut self) {
        let Some((base, tape)) = &self.past else { return };
        let mut now = (**base).clone();
        tape.tell(|deed, words| match (deed, words) {
            (WRITTEN, [key, version]) => drop(now.insert(*key, *version)),
            (_, [key]) => drop(now.remove(key)),
            _ => debug_assert!(false, "{deed} {words:?}"),
        });
        self.now = now;
    }

    /// Weighs it.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(map(&self.now));
        if let Some((base, tape)) = &self.past {
            scale.shared(base, map(base));
            tape.weigh(scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{below, generator, Purpose};

    #[test]
    fn thawed_rows_are_those_that_were_frozen_and_go_on_likewise() {
        let (mut rows, mut kept) = (Rows::default(), Vec::new());
        for step in 0..30_000u64 {
            let mut rng = generator(9, 1, Purpose::Key, step);
            let key = below(&mut rng, 500) as u64;
            match below(&mut rng, 1_000) {
                0 => rows.replace((0..key).map(|k| (k, step)).collect()),
                1..=9 => kept.push((rows.frozen(), rows.versions().clone())),
                10..=99 => rows.remove(key),
                _ => drop(rows.insert(key, step)),
            }
        }
        assert!(kept.len() > 100);
        for (mut frozen, versions) in kept {
            assert!(frozen.versions().is_empty());
            frozen.thaw();
            assert_eq!(*frozen.versions(), versions);
            frozen.insert(7, 1);
            let mut again = frozen.frozen();
            again.thaw();
            assert_eq!(again.versions(), frozen.versions());
        }
    }

    #[test]
    fn a_tape_that_nobody_freezes_ends() {
        let mut rows = Rows::default();
        rows.frozen();
        (0..1_000_000).for_each(|i| {
            let _ = rows.insert(i % 50, i);
        });
        let mut scale = Scale::default();
        rows.weigh(&mut scale);
        assert!(scale.bytes() < 2 * LONGEST, "{}", scale.bytes());
    }
}

//! The perfect LFU (Breslau et al. 1999): by count of uses, also of those before the key last went; of equals the least recently used.
//! Forgets no count.

use imbl::{GenericHashMap, OrdSet};
use rustc_hash::FxBuildHasher;

use super::{Order, Place};

/// Uses of a key and when the last was.
type Uses = GenericHashMap<u64, (u64, u64), FxBuildHasher, imbl::shared_ptr::DefaultSharedPtr>;

/// Keys by use.
#[derive(Clone, Debug, Default)]
pub struct Frequency {
    uses: Uses,
    /// Uses, last use, key: no two are equal.
    order: OrdSet<(u64, u64, u64)>,
    clock: u64,
}

impl Order for Frequency {
    fn insert(&mut self, key: u64) -> Place {
        self.clock += 1;
        let (uses, _) = self.uses.get(&key).copied().unwrap_or_default();
        self.uses.insert(key, (uses + 1, self.clock));
        self.order.insert((uses + 1, self.clock, key));
        0
    }

    fn touch(&mut self, key: u64, _: Place) {
        if let Some((uses, last)) = self.uses.get(&key).copied() {
            if self.order.remove(&(uses, last, key)).is_some() {
                self.insert(key);
            }
        }
    }

    fn remove(&mut self, key: u64, _: Place) -> Option<(u64, Place)> {
        if let Some((uses, last)) = self.uses.get(&key).copied() {
            self.order.remove(&(uses, last, key));
        }
        None
    }

    fn next_to_go(&self, _: impl FnMut(usize) -> usize) -> Option<u64> {
        self.order.get_min().map(|(_, _, key)| *key)
    }

    fn keys(&self) -> Vec<u64> {
        self.order.iter().map(|(_, _, key)| *key).collect()
    }

    fn last_to_go(&self, most: usize) -> Vec<u64> {
        self.order.iter().rev().map(|(_, _, key)| *key).take(most).collect()
    }
}

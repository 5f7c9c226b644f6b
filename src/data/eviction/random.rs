//! Any key with equal chances: a dense list in no order.
//! Remembers no use.

use imbl::Vector;

use super::{Order, Place};

/// The keys.
#[derive(Clone, Debug, Default)]
pub struct AnyOf {
    keys: Vector<u64>,
}

impl Order for AnyOf {
    fn insert(&mut self, key: u64) -> Place {
        self.keys.push_back(key);
        self.keys.len() as Place - 1
    }

    fn touch(&mut self, _: u64, _: Place) {}

    fn remove(&mut self, _: u64, place: Place) -> Option<(u64, Place)> {
        let last = self.keys.pop_back()?;
        let moved = self.keys.get_mut(place as usize)?;
        *moved = last;
        Some((last, place))
    }

    fn next_to_go(&self, mut draw: impl FnMut(usize) -> usize) -> Option<u64> {
        let n = self.keys.len();
        (n > 0).then(|| self.keys.get(draw(n)).copied()).flatten()
    }

    fn keys(&self) -> Vec<u64> {
        self.keys.iter().copied().collect()
    }

    fn last_to_go(&self, most: usize) -> Vec<u64> {
        self.keys.iter().rev().copied().take(most).collect()
    }
}

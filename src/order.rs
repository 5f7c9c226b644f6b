//! Sorting and gathering by one compiled routine, whatever is sorted: the standard library's is compiled once more for each type
//! and each key, about five kilobytes every time.
//! Knows nothing of what it sorts. Not for what an event does: it asks for memory.

use std::cmp::Ordering;

/// Stable sorts of a slice.
pub trait Ordered<T> {
    /// Sorts by a comparison; equals stay in their order.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key; equals stay in their order.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Ordered<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let sources = stable(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        arrange(sources, &mut |a, b| self.swap(a, b));
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }
}

/// The place from which each place gets its thing.
fn stable(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sources: Vec<usize> = (0..len).collect();
    sources.sort_by(|a, b| compare(*a, *b));
    sources
}

/// Brings each thing to its place, one cycle of exchanges after another.
fn arrange(mut sources: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..sources.len() {
        let mut place = start;
        loop {
            let source = std::mem::replace(&mut sources[place], place);
            if source == start || source == place {
                break;
            }
            swap(place, source);
            place = source;
        }
    }
}

/// Gathers what an iterator gives, one by one: `collect` into a tree sorts first.
pub trait Gather: Iterator + Sized {
    /// The collection of all.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}

impl<I: Iterator> Gather for I {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(mut items: Vec<(u8, u32)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|i| i.0);
            items.order_by_key(|i| i.0);
            prop_assert_eq!(&items, &expected);
            items.order_by(|a, b| b.1.cmp(&a.1));
            expected.sort_by_key(|i| std::cmp::Reverse(i.1));
            prop_assert_eq!(items, expected);
        }
    }

    #[test]
    fn of_equal_keys_the_last_is_kept_as_by_collect() {
        let map: BTreeMap<u8, char> = [(2, 'a'), (1, 'b'), (2, 'c')].into_iter().gather();
        assert_eq!(map, [(2, 'a'), (1, 'b'), (2, 'c')].into_iter().collect());
    }
}

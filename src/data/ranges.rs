//! A set of whole numbers that come mostly one after the other, kept as ranges.
//! Knows not what is numbered.

use smallvec::{smallvec, SmallVec};

/// Mostly one range: a key that was never lost has no gap.
type Spans = SmallVec<[(u64, u64); 1]>;

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    /// First and last of each range, in order, with a gap between any two.
    spans: Spans,
}

impl Ranges {
    /// All numbers from `first` to `last`, both included; none if `last` is below `first`.
    pub fn of(first: u64, last: u64) -> Self {
        Ranges { spans: if first <= last { smallvec![(first, last)] } else { Spans::new() } }
    }

    /// Whether it has no number.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Number of ranges: what it takes to keep the set.
    pub fn pieces(&self) -> usize {
        self.spans.len()
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: u64) -> bool {
        let after = self.spans.partition_point(|(first, _)| *first <= number);
        after > 0 && self.spans[after - 1].1 >= number
    }

    /// The smallest number.
    pub fn first(&self) -> Option<u64> {
        self.spans.first().map(|(first, _)| *first)
    }

    /// Adds a number. Returns whether it is new.
    pub fn insert(&mut self, number: u64) -> bool {
        let at = self.spans.partition_point(|(first, _)| *first <= number);
        let follows = at > 0 && self.spans[at - 1].1.saturating_add(1) >= number;
        if follows && self.spans[at - 1].1 >= number {
            return false;
        }
        let precedes = self.spans.get(at).is_some_and(|(first, _)| *first == number + 1);
        match (follows, precedes) {
            (true, true) => {
                self.spans[at - 1].1 = self.spans[at].1;
                self.spans.remove(at);
            }
            (true, false) => self.spans[at - 1].1 = number,
            (false, true) => self.spans[at].0 = number,
            (false, false) => self.spans.insert(at, (number, number)),
        }
        true
    }

    /// Adds all numbers from `first` to `last`, both included; none if `last` is below `first`.
    pub fn insert_all(&mut self, first: u64, last: u64) {
        if first > last {
            return;
        }
        let from = self.spans.partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = self.spans.partition_point(|(begin, _)| *begin <= last.saturating_add(1));
        let (mut low, mut high) = (first, last);
        for (begin, end) in self.spans.drain(from..to) {
            (low, high) = (low.min(begin), high.max(end));
        }
        self.spans.insert(from, (low, high));
    }

    /// Takes out all numbers up to this one, it included, and returns them.
    pub fn take_up_to(&mut self, number: u64) -> Ranges {
        let whole = self.spans.partition_point(|(_, last)| *last <= number);
        let mut taken: Spans = self.spans.drain(..whole).collect();
        if let Some(cut) = self.spans.first_mut().filter(|(first, _)| *first <= number) {
            taken.push((cut.0, number));
            cut.0 = number + 1;
        }
        Ranges { spans: taken }
    }

    /// Without the numbers that are in `other`.
    pub fn without(&self, other: &Ranges) -> Ranges {
        let mut left = Spans::new();
        for (first, last) in &self.spans {
            let mut from = *first;
            for (a, b) in other.spans.iter().filter(|(a, b)| b >= first && a <= last) {
                if *a > from {
                    left.push((from, a - 1));
                }
                from = b + 1;
            }
            if from <= *last {
                left.push((from, *last));
            }
        }
        Ranges { spans: left }
    }

    /// How many numbers are in both.
    pub fn count_common(&self, other: &Ranges) -> u64 {
        let common = |(a, b): &(u64, u64), (c, d): &(u64, u64)| (*b.min(d) + 1).saturating_sub(*a.max(c));
        self.spans.iter().map(|mine| other.spans.iter().map(|theirs| common(mine, theirs)).sum::<u64>()).sum()
    }

    /// Takes out the range of the smallest numbers.
    pub fn forget_oldest(&mut self) {
        self.spans.drain(..self.spans.len().min(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(numbers: &BTreeSet<u64>) -> Ranges {
        let mut ranges = Ranges::default();
        numbers.iter().rev().for_each(|n| assert!(ranges.insert(*n)));
        ranges
    }

    fn listed(ranges: &Ranges) -> BTreeSet<u64> {
        (0..70).filter(|n| ranges.contains(*n)).collect()
    }

    proptest! {
        #[test]
        fn it_is_a_set(a in prop::collection::btree_set(1u64..60, 0..40), b in prop::collection::btree_set(1u64..60, 0..40), cut in 0u64..60) {
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(&listed(&x), &a);
            prop_assert_eq!(listed(&x.without(&y)), a.difference(&b).copied().collect());
            prop_assert_eq!(x.count_common(&y), a.intersection(&b).count() as u64);
            let mut rest = x.clone();
            prop_assert_eq!(listed(&rest.take_up_to(cut)), a.range(..=cut).copied().collect());
            prop_assert_eq!(listed(&rest), a.range(cut + 1..).copied().collect());
            let mut more = x.clone();
            more.insert_all(cut, cut + 5);
            prop_assert_eq!(listed(&more), a.iter().copied().chain(cut..=cut + 5).collect());
            prop_assert_eq!(more.pieces(), x.without(&Ranges::of(cut, cut + 5)).pieces() + 1 - usize::from(x.contains(cut + 6)) - usize::from(cut > 0 && x.contains(cut - 1)));
            // Neighbours are one range.
            let gaps = a.iter().filter(|n| !a.contains(&(**n + 1))).count();
            prop_assert_eq!(x.pieces(), gaps);
        }
    }
}

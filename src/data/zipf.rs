//! Popularity of keys: Zipf's law over a finite set, P(rank k) proportional to 1/k^s.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

/// A table in use, with the number of keys and the bits of the exponent that it is of.
type Table = (u32, u64, Weak<[f64]>);

thread_local! {
    static TABLES: RefCell<Vec<Table>> = const { RefCell::new(Vec::new()) };
}

/// Cumulative probabilities, shared by all that are alike: many clients ask for the same keys, and a table is large.
#[derive(Clone, Debug, PartialEq)]
pub struct Zipf {
    cumulative: Arc<[f64]>,
}

impl Zipf {
    /// Over ranks 0 to `keys - 1` (at least one), with exponent `s` (0 is uniform).
    pub fn new(keys: u32, s: f64) -> Self {
        TABLES.with_borrow_mut(|tables| {
            let known = tables.iter().find(|(k, e, _)| (*k, *e) == (keys, s.to_bits()));
            let cumulative = known.and_then(|(_, _, table)| table.upgrade()).unwrap_or_else(|| {
                let new = Self::table(keys, s);
                tables.retain(|(_, _, table)| table.strong_count() > 0);
                tables.push((keys, s.to_bits(), Arc::downgrade(&new)));
                new
            });
            Zipf { cumulative }
        })
    }

    fn table(keys: u32, s: f64) -> Arc<[f64]> {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = (1..=keys.max(1))
            .map(|rank| {
                sum += libm::pow(f64::from(rank), -s);
                sum
            })
            .collect();
        cumulative.iter_mut().for_each(|c| *c /= sum);
        cumulative.into()
    }

    /// The rank at quantile `u` in [0, 1); rank 0 is the most popular.
    pub fn rank(&self, u: f64) -> u64 {
        self.cumulative.partition_point(|c| *c <= u).min(self.cumulative.len() - 1) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_one_table_and_what_is_not_is_none() {
        let one = Zipf::new(1_000, 0.5);
        assert!(Arc::ptr_eq(&one.cumulative, &Zipf::new(1_000, 0.5).cumulative));
        assert_ne!(one, Zipf::new(1_000, 0.6));
        assert_ne!(one, Zipf::new(1_001, 0.5));
    }

    #[test]
    fn the_hottest_key_has_its_share() {
        // truth.md, placement: Zipf .99 over 10,000 keys, hottest key .0978.
        let zipf = Zipf::new(10_000, 0.99);
        let hits = (0..100_000).filter(|i| zipf.rank(f64::from(*i) / 100_000.0) == 0).count();
        assert!((hits as f64 / 1e5 - 0.0978).abs() < 2e-4, "{hits}");
    }
}

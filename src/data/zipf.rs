//! Popularity of keys: Zipf's law over a finite set, P(rank k) proportional to 1/k^s.

use std::sync::Arc;

/// Cumulative probabilities, shared between clones.
#[derive(Clone, Debug, PartialEq)]
pub struct Zipf {
    cumulative: Arc<[f64]>,
}

impl Zipf {
    /// Over ranks 0 to `keys - 1` (at least one), with exponent `s` (0 is uniform).
    pub fn new(keys: u32, s: f64) -> Self {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = (1..=keys.max(1))
            .map(|rank| {
                sum += libm::pow(f64::from(rank), -s);
                sum
            })
            .collect();
        cumulative.iter_mut().for_each(|c| *c /= sum);
        Zipf { cumulative: cumulative.into() }
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
    fn the_hottest_key_has_its_share() {
        // truth.md, placement: Zipf .99 over 10,000 keys, hottest key .0978.
        let zipf = Zipf::new(10_000, 0.99);
        let hits = (0..100_000).filter(|i| zipf.rank(f64::from(*i) / 100_000.0) == 0).count();
        assert!((hits as f64 / 1e5 - 0.0978).abs() < 2e-4, "{hits}");
    }
}

//! Which key is asked for.
//! Knows nothing of who asks.

use super::settings::{Params, Popularity};
use crate::data::zipf::Zipf;

/// A choice of keys, ready to draw from.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Few hot keys.
    Zipf(Zipf),
    /// All the same.
    Uniform(u32),
    /// A hot set: its size, its share of requests, and the number of all keys.
    Hot(u32, f64, u32),
    /// One after the other.
    Sequential(u32),
}

impl Keys {
    /// As set.
    pub fn new(p: &Params) -> Self {
        match p.popularity {
            Popularity::Zipf => Keys::Zipf(Zipf::new(p.keys, p.zipf_exponent)),
            Popularity::Uniform => Keys::Uniform(p.keys),
            Popularity::HotSet if p.hot_keys < p.keys => Keys::Hot(p.hot_keys, p.hot_percent / 100.0, p.keys),
            Popularity::HotSet => Keys::Uniform(p.keys),
            Popularity::Sequential => Keys::Sequential(p.keys),
        }
    }

    /// The key at quantile `u` in [0, 1), for the `count`-th request, counted from 0.
    pub fn pick(&self, u: f64, count: u64) -> u64 {
        let even = |u: f64, keys: u32| ((u * f64::from(keys)) as u64).min(u64::from(keys) - 1);
        match self {
            Keys::Zipf(zipf) => zipf.rank(u),
            Keys::Uniform(keys) => even(u, *keys),
            Keys::Hot(hot, share, _) if u < *share => even(u / share, *hot),
            Keys::Hot(hot, share, keys) => u64::from(*hot) + even((u - share) / (1.0 - share), keys - hot),
            Keys::Sequential(keys) => count % u64::from(*keys),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hot_set_has_its_share_and_all_keys_are_asked_for() {
        let keys = Keys::new(&Params { popularity: Popularity::HotSet, keys: 50, hot_keys: 5, hot_percent: 80.0, ..Params::default() });
        let mut counts = [0; 50];
        (0..100_000).for_each(|i| counts[keys.pick(f64::from(i) / 100_000.0, 0) as usize] += 1);
        assert!(counts[..5].iter().all(|n| (15_990..=16_010).contains(n)), "{counts:?}");
        assert!(counts[5..].iter().all(|n| (440..=450).contains(n)), "{counts:?}");
    }

    #[test]
    fn a_scan_goes_round() {
        let keys = Keys::new(&Params { popularity: Popularity::Sequential, keys: 3, ..Params::default() });
        assert_eq!((0..5).map(|i| keys.pick(0.7, i)).collect::<Vec<_>>(), [0, 1, 2, 0, 1]);
    }
}

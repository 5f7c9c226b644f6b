//! A fixed sample of durations in little memory: all of them while they are few, then each second, fourth, … one.
//! Knows not of what.

use crate::engine::SimDuration;

/// Most durations kept.
const MOST: usize = 512;

/// A sample of durations, in whole microseconds.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    kept: Vec<u32>,
    /// One in `2^step` is kept.
    step: u32,
    seen: u64,
}

impl Sample {
    /// Takes note of one.
    pub fn record(&mut self, duration: SimDuration) {
        if self.seen.is_multiple_of(1 << self.step) {
            if self.kept.len() == MOST {
                let mut place = 0;
                self.kept.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
                self.step += 1;
            }
            self.kept.push(u32::try_from(duration.0 / 1_000).unwrap_or(u32::MAX));
        }
        self.seen += 1;
    }

    /// How many there were.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Forgets them, and keeps the memory.
    pub fn clear(&mut self) {
        self.kept.clear();
        (self.step, self.seen) = (0, 0);
    }

    /// Bytes that it takes beyond its own size.
    pub fn bytes(&self) -> usize {
        self.kept.capacity() * size_of::<u32>()
    }
}

/// Quantiles (0 to 1, rising) of several samples taken together, in milliseconds; `None` of none.
pub fn quantiles_ms<'a, const N: usize>(samples: impl Iterator<Item = &'a Sample>, quantiles: [f64; N]) -> [Option<f64>; N] {
    let mut all: Vec<(u32, u64)> = Vec::new();
    for sample in samples {
        all.extend(sample.kept.iter().map(|us| (*us, 1 << sample.step)));
    }
    all.sort();
    let whole: u64 = all.iter().map(|(_, weight)| weight).sum();
    let mut left = all.into_iter();
    let (mut so_far, mut at) = (0, None);
    quantiles.map(|q| {
        let place = ((q * whole as f64).ceil() as u64).max(1);
        while so_far < place {
            let (us, weight) = left.next()?;
            so_far += weight;
            at = Some(f64::from(us) / 1_000.0);
        }
        at
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_kept_all_and_many_stand_for_the_rest() {
        let mut sample = Sample::default();
        assert_eq!(quantiles_ms([&sample].into_iter(), [0.5, 0.99]), [None, None]);
        (1..=500).for_each(|ms| sample.record(SimDuration::from_millis(ms)));
        assert_eq!(quantiles_ms([&sample].into_iter(), [0.5, 0.99]), [Some(250.0), Some(495.0)]);
        let mut many = Sample::default();
        (1..=100_000).for_each(|us| many.record(SimDuration(us * 1_000)));
        assert!(many.kept.len() <= MOST && many.seen() == 100_000);
        let [p50, p99] = quantiles_ms([&many].into_iter(), [0.5, 0.99]).map(|q| q.expect("there are some"));
        assert!((p50 - 50.0).abs() < 0.5 && (p99 - 99.0).abs() < 0.5, "{p50} {p99}");
        // Those that are many weigh as much as they are.
        let [both] = quantiles_ms([&sample, &many].into_iter(), [0.5]).map(|q| q.expect("there are some"));
        assert!((both - 50.3).abs() < 0.5, "{both}");
        many.clear();
        assert_eq!((many.seen(), quantiles_ms([&many].into_iter(), [0.5])), (0, [None]));
    }
}

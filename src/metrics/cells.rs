//! A latency distribution that has ended, in few bytes: each duration that was recorded, to the precision of the distribution, and how
//! often. Records nothing.

use super::Latency;

/// The cells of a distribution.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// Durations in ns, rising, and how often each was recorded.
    pub(super) counts: Box<[(u64, u64)]>,
    pub(super) count: u64,
    pub(super) sum_ns: u128,
    pub(super) max_ns: u64,
    pub(super) digits: u8,
}

impl Cells {
    /// From cells in any order, several of which may be of one duration.
    pub(super) fn new(counts: &mut [(u64, u64)], count: u64, sum_ns: u128, max_ns: u64, digits: u8) -> Cells {
        // Quick where they are a few ordered lists.
        counts.sort();
        let same = counts.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|(_, n)| n).sum()));
        Cells { counts: same.collect(), count, sum_ns, max_ns, digits }
    }

    /// Several of the same precision as one.
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Cells>) -> Cells {
        let (mut counts, mut sum) = (Vec::new(), Cells::default());
        for part in parts {
            counts.extend_from_slice(&part.counts);
            sum.count += part.count;
            sum.sum_ns += part.sum_ns;
            sum.max_ns = sum.max_ns.max(part.max_ns);
            sum.digits = part.digits;
        }
        Cells::new(&mut counts, sum.count, sum.sum_ns, sum.max_ns, sum.digits)
    }

    /// Quantiles (0 to 1, rising) in milliseconds, as [`Latency::quantile_ms`] gives them; `None` if nothing was recorded.
    pub fn quantiles_ms<const N: usize>(&self, quantiles: [f64; N]) -> [Option<f64>; N] {
        let mut cells = self.counts.iter();
        let (mut so_far, mut at) = (0, None);
        quantiles.map(|q| {
            let place = ((q * self.count as f64).ceil() as u64).max(1);
            while so_far < place {
                let (ns, n) = cells.next()?;
                so_far += n;
                at = Some(*ns);
            }
            at.map(|ns| ns.min(self.max_ns) as f64 / 1e6)
        })
    }

    /// The distribution, to go on with.
    pub fn latency(&self) -> Latency {
        let mut latency = Latency::new(self.digits.max(1));
        latency.restore(&self.counts, self.count, self.sum_ns, self.max_ns);
        latency
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes that it takes beyond its own size.
    pub fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SimDuration;

    const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

    #[test]
    fn what_has_ended_is_what_was_recorded() {
        let (mut latency, mut all, mut so_far) = (Latency::new(2), Latency::new(2), Vec::new());
        for bucket in 0..20u64 {
            for i in 0..bucket * 10 {
                latency.record(SimDuration((i * i * 7_919 + bucket * 1_000_003) % (1 << (20 + bucket))));
            }
            let before = latency.clone();
            all.merge(&before);
            let (cells, found) = latency.take(QUANTILES);
            assert_eq!(found, QUANTILES.map(|q| before.quantile_ms(q)), "bucket {bucket}");
            assert_eq!((latency.count(), latency.quantile_ms(0.5), latency.bars()), (0, None, vec![]));
            let again = cells.latency();
            assert_eq!((again.summary(), again.bars(), again.count()), (before.summary(), before.bars(), before.count()));
            so_far.push(cells);
        }
        let sum = Cells::sum(so_far.iter());
        assert_eq!(sum.quantiles_ms(QUANTILES), QUANTILES.map(|q| all.quantile_ms(q)));
        assert_eq!((sum.latency().summary(), sum.latency().bars()), (all.summary(), all.bars()));
    }

    #[test]
    fn a_few_without_a_histogram_are_the_same() {
        for recorded in [0u64, 1, 2, 99, 1_000] {
            let few: Vec<u64> = (0..recorded).map(|i| i * i * 7_919 % 40_000_000).collect();
            let mut latency = Latency::new(2);
            few.iter().for_each(|ns| latency.record(SimDuration(*ns)));
            let expected = (QUANTILES.map(|q| latency.quantile_ms(q)), latency.bars());
            let (cells, found) = Latency::new(2).take_few(&few, QUANTILES);
            assert_eq!((found, cells.latency().bars()), expected, "of {recorded}");
        }
    }
}

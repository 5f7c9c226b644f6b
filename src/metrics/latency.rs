//! A latency distribution: exact count, sum and maximum; percentiles to three significant digits (HdrHistogram).

use std::sync::Arc;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::engine::scale::Scale;
use crate::engine::tape::Tape;
use crate::engine::SimDuration;

/// A growing distribution of durations.
#[derive(Clone, Debug)]
pub struct Latency {
    histogram: Option<Histogram<u32>>,
    count: u64,
    sum_ns: u128,
    max_ns: u64,
    digits: u8,
    /// The longest to make room for at the start.
    room_ns: u64,
    /// Of a packed one: what was recorded and how often, each as the distance from the one before.
    packed: Tape,
    /// An earlier state, packed, and what was recorded since; from the first frozen copy on.
    past: Option<(Arc<Latency>, Tape)>,
}

/// Cells of three digits or fewer are told apart by so many leading bits: two thousand steps, and no more than a thousand to a doubling.
const FINEST_BITS: u32 = 11;
/// Cells of a packed distribution.
const CELL: u8 = 0;
/// A tape of single records ends when it is so many times as long as all cells.
const LONGEST: usize = 4;
/// But not below this, in bytes.
const SHORTEST: usize = 1 << 12;

/// The figures of a distribution, in milliseconds; `None` where nothing was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LatencySummary {
    /// Mean.
    pub mean: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 99.9th percentile.
    pub p999: Option<f64>,
    /// Longest.
    pub max: Option<f64>,
}

/// One bar of a distribution. The edges form one grid for all distributions: twelve steps to a factor of ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LatencyBar {
    /// Lower edge in milliseconds, included; 0 for the first bar of the grid.
    pub from_ms: f64,
    /// Upper edge in milliseconds, excluded.
    pub to_ms: f64,
    /// How many were as long.
    pub count: u64,
}

/// One decade of edges, 10^(k/12), in billionths.
const EDGES: [u64; 12] = [
    1_000_000_000,
    1_211_527_659,
    1_467_799_268,
    1_778_279_410,
    2_154_434_690,
    2_610_157_216,
    3_162_277_660,
    3_831_186_850,
    4_641_588_834,
    5_623_413_252,
    6_812_920_691,
    8_254_041_853,
];

/// What the cells of a distribution usually take at most, packed.
const BYTES_OF_CELLS: usize = 512;

/// Edge `i` of the grid in nanoseconds: edge 0 is at zero, edge 1 at a microsecond.
fn edge_ns(i: usize) -> u64 {
    let Some(step) = i.checked_sub(1) else { return 0 };
    let scaled = u128::from(EDGES[step % 12]) * 10u128.pow((step / 12) as u32) / 1_000_000;
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Cells (a duration and how often) in order, those of one duration as one. Quick where they are a few ordered lists.
fn in_order(cells: &mut [(u64, u64)]) -> impl Iterator<Item = (u64, u64)> + '_ {
    cells.sort();
    cells.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|(_, count)| count).sum()))
}

impl Latency {
    /// Empty; percentiles to `digits` significant digits, 1 to 5.
    pub fn new(digits: u8) -> Self {
        Latency { histogram: None, count: 0, sum_ns: 0, max_ns: 0, digits, room_ns: 2, packed: Tape::default(), past: None }
    }

    /// An empty one of the same precision, for durations like those recorded here: it will not have to grow for them.
    pub fn emptied(&self) -> Self {
        Latency { room_ns: self.room_ns.max(self.max_ns), ..Latency::new(self.digits) }
    }

    /// Only count, sum and maximum.
    fn figures(&self) -> Self {
        Latency { count: self.count, sum_ns: self.sum_ns, max_ns: self.max_ns, room_ns: self.room_ns, ..Latency::new(self.digits) }
    }

    /// A copy for a snapshot, of use after [`Latency::thaw`]: it shares an earlier state with other copies, and what was recorded since.
    pub fn frozen(&mut self) -> Self {
        let ended = |(base, tape): &(Arc<Latency>, Tape)| tape.len() > (LONGEST * base.packed.len()).max(SHORTEST);
        if self.past.as_ref().is_none_or(ended) {
            self.past = Some((Arc::new(self.packed()), Tape::default()));
        }
        self.past.iter_mut().for_each(|(_, tape)| tape.seal());
        Latency { past: self.past.clone(), room_ns: self.room_ns.max(self.max_ns), ..self.figures() }
    }

    /// Makes a frozen copy as good as the one that it is of.
    pub fn thaw(&mut self) {
        let Some((base, tape)) = &self.past.clone() else { return };
        self.add_cells(&base.packed);
        tape.tell(|shift, words| {
            let _ = self.histogram().record(words[0] << shift);
        });
    }

    /// Notes what was recorded, as exactly as cells are: those of eleven bits or more are at least as fine as three digits.
    fn note(&mut self, ns: u64) {
        let Some((base, tape)) = &mut self.past else { return };
        let shift = (u64::BITS - ns.leading_zeros()).saturating_sub(FINEST_BITS);
        if shift >= 32 || self.digits > 3 || tape.len() > 2 * LONGEST * base.packed.len() + (SHORTEST << 4) {
            self.past = None;
        } else {
            tape.note(shift as u8, &[ns >> shift]);
        }
    }

    /// The same in few bytes: it can be merged into another, and read and recorded to after [`Latency::unpack`].
    pub fn packed(&self) -> Self {
        self.packed_with([], self.cells(), Tape::closed).0
    }

    /// Compresses a packed one, unless a copy shares what it holds.
    pub fn compress(&mut self) {
        self.packed.compress();
    }

    /// What was recorded, to the precision of this distribution, and how often, in order.
    fn cells(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let recorded = self.histogram.iter().flat_map(|h| h.iter_recorded());
        recorded.map(|cell| (cell.value_iterated_to(), cell.count_since_last_iteration()))
    }

    /// The same, and some quantiles on the way, in milliseconds: what [`Latency::quantile_ms`] gives.
    fn packed_with<const N: usize>(
        &self,
        quantiles: [f64; N],
        cells: impl Iterator<Item = (u64, u64)>,
        close: fn(Tape) -> Tape,
    ) -> (Self, [Option<f64>; N]) {
        let mut packed = self.packed.clone();
        packed.reserve(BYTES_OF_CELLS);
        let (mut before, mut so_far) = (0, 0);
        let mut found = [None; N];
        let places = quantiles.map(|q| ((q * self.count as f64).ceil() as u64).max(1));
        for (value, count) in cells {
            packed.note(CELL, &[value - before, count]);
            before = value;
            so_far += count;
            for (found, place) in found.iter_mut().zip(places) {
                if found.is_none() && so_far >= place {
                    *found = Some(value.min(self.max_ns) as f64 / 1e6);
                }
            }
        }
        let packed = close(packed);
        (Latency { packed, room_ns: self.room_ns.max(self.max_ns), ..self.figures() }, found)
    }

    /// Packs it, tells some quantiles of it, and leaves an empty one for durations like those recorded here, with the memory that this
    /// one had.
    pub fn take_packed<const N: usize>(&mut self, quantiles: [f64; N]) -> (Self, [Option<f64>; N]) {
        let taken = self.packed_with(quantiles, self.cells(), Tape::closed_quickly);
        self.past = None;
        let mut histogram = self.histogram.take();
        histogram.iter_mut().for_each(|h| h.reset());
        *self = Latency { histogram, ..self.emptied() };
        taken
    }

    /// Records a few durations in an empty one and does what [`Latency::take_packed`] does, without a look at each of thousands of cells.
    pub fn take_few_packed<const N: usize>(&mut self, few: &[u64], quantiles: [f64; N]) -> (Self, [Option<f64>; N]) {
        self.count = few.len() as u64;
        self.sum_ns = few.iter().map(|ns| u128::from(*ns)).sum();
        self.max_ns = few.iter().copied().max().unwrap_or(0);
        let mut cells = Vec::with_capacity(few.len());
        if !few.is_empty() {
            let histogram = self.histogram();
            cells.extend(few.iter().map(|ns| (histogram.highest_equivalent(*ns), 1)));
        }
        let taken = self.packed_with(quantiles, in_order(&mut cells), Tape::closed_quickly);
        *self = Latency { histogram: self.histogram.take(), ..self.emptied() };
        taken
    }

    /// Packed ones of the same precision as one, packed, and some quantiles of it.
    pub fn sum_of_packed<'a, const N: usize>(parts: impl Iterator<Item = &'a Latency>, quantiles: [f64; N]) -> (Self, [Option<f64>; N]) {
        let mut sum = Latency::new(0);
        let mut cells: Vec<(u64, u64)> = Vec::new();
        for part in parts {
            sum.count += part.count;
            sum.sum_ns += part.sum_ns;
            sum.max_ns = sum.max_ns.max(part.max_ns);
            sum.digits = part.digits;
            let mut value = 0;
            part.packed.tell(|_, words| {
                value += words[0];
                cells.push((value, words[1]));
            });
        }
        sum.packed_with(quantiles, in_order(&mut cells), Tape::closed_quickly)
    }

    /// Makes a packed one as good as any.
    pub fn unpack(&mut self) {
        let packed = std::mem::take(&mut self.packed);
        self.add_cells(&packed);
    }

    fn add_cells(&mut self, packed: &Tape) {
        let mut value = 0;
        packed.tell(|_, words| {
            value += words[0];
            let _ = self.histogram().record_n(value, words[1] as u32);
        });
    }

    fn histogram(&mut self) -> &mut Histogram<u32> {
        let (digits, room_ns) = (self.digits, self.room_ns);
        self.histogram.get_or_insert_with(|| match Histogram::new_with_max(room_ns, digits) {
            Ok(mut h) => {
                // Without a fixed range the histogram grows as needed and cannot refuse a value.
                h.auto(true);
                h
            }
            Err(_) => unreachable!("1 to 5 digits and 2 ns or more are always accepted"),
        })
    }

    /// Weighs it.
    pub fn weigh(&self, scale: &mut Scale) {
        self.packed.weigh(scale);
        if let Some((base, tape)) = &self.past {
            tape.weigh(scale);
            if scale.shared(base, 0) {
                base.packed.weigh(scale);
            }
        }
        scale.add(self.histogram.as_ref().map_or(0, |h| h.distinct_values() * std::mem::size_of::<u32>()));
    }

    /// Records one.
    pub fn record(&mut self, latency: SimDuration) {
        self.count += 1;
        self.sum_ns += u128::from(latency.0);
        self.max_ns = self.max_ns.max(latency.0);
        self.note(latency.0);
        let _ = self.histogram().record(latency.0);
    }

    /// Adds another distribution of the same precision.
    pub fn merge(&mut self, other: &Latency) {
        self.past = None;
        self.count += other.count;
        self.sum_ns += other.sum_ns;
        self.max_ns = self.max_ns.max(other.max_ns);
        self.add_cells(&other.packed);
        match (&mut self.histogram, &other.histogram) {
            (Some(a), Some(b)) => {
                let _ = a.add(b);
            }
            (a @ None, Some(b)) => *a = Some(b.clone()),
            (_, None) => {}
        }
    }

    /// Number recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Exact mean in milliseconds; `None` if nothing was recorded.
    pub fn mean_ms(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_ns as f64 / self.count as f64 / 1e6)
    }

    /// A quantile (0 to 1) in milliseconds; `None` if nothing was recorded.
    pub fn quantile_ms(&self, q: f64) -> Option<f64> {
        let histogram = self.histogram.as_ref().filter(|_| self.count > 0)?;
        Some(histogram.value_at_quantile(q).min(self.max_ns) as f64 / 1e6)
    }

    /// The distribution as bars on a logarithmic axis, from the first that holds anything to the last.
    pub fn bars(&self) -> Vec<LatencyBar> {
        let Some(histogram) = &self.histogram else { return Vec::new() };
        let mut bars: Vec<LatencyBar> = Vec::new();
        let mut next = 0;
        for value in histogram.iter_recorded() {
            let ns = value.value_iterated_to().min(self.max_ns);
            while bars.is_empty() || edge_ns(next) <= ns {
                let (from, to) = (edge_ns(next), edge_ns(next + 1));
                next += 1;
                if !bars.is_empty() || ns < to {
                    bars.push(LatencyBar { from_ms: from as f64 / 1e6, to_ms: to as f64 / 1e6, count: 0 });
                }
            }
            if let Some(bar) = bars.last_mut() {
                bar.count += value.count_since_last_iteration();
            }
        }
        bars
    }

    /// All figures.
    pub fn summary(&self) -> LatencySummary {
        let q = |q| self.quantile_ms(q);
        LatencySummary {
            mean: self.mean_ms(),
            p50: q(0.5),
            p90: q(0.9),
            p95: q(0.95),
            p99: q(0.99),
            p999: q(0.999),
            max: (self.count > 0).then(|| self.max_ns as f64 / 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_hold_every_value_once_between_their_edges() {
        let mut latency = Latency::new(3);
        assert!(latency.bars().is_empty());
        for ms in [0.0, 0.9, 12.2, 12.5, 700.0] {
            latency.record(SimDuration::from_millis_f64(ms));
        }
        let bars = latency.bars();
        let held: Vec<(f64, u64)> = bars.iter().filter(|b| b.count > 0).map(|b| (b.from_ms, b.count)).collect();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-3;
        let expected = [(0.0, 1), (0.8254, 1), (12.1153, 2), (681.2921, 1)];
        assert_eq!(held.len(), 4, "{held:?}");
        assert!(held.iter().zip(expected).all(|(a, b)| near(a.0, b.0) && a.1 == b.1), "{held:?}");
        assert_eq!(bars.iter().map(|b| b.count).sum::<u64>(), 5);
        assert!(bars.windows(2).all(|w| w[0].to_ms == w[1].from_ms));
    }

    #[test]
    fn a_packed_distribution_is_the_same() {
        let (mut latency, mut sum, mut so_far) = (Latency::new(2), Latency::new(2), Latency::new(2));
        for bucket in 0..20u64 {
            for i in 0..bucket * 10 {
                latency.record(SimDuration((i * i * 7_919 + bucket * 1_000_003) % (1 << (20 + bucket))));
            }
            let before = latency.clone();
            sum.merge(&before);
            let (mut packed, []) = latency.take_packed([]);
            let (two, [median]) = Latency::sum_of_packed([&packed, &so_far].into_iter(), [0.5]);
            assert_eq!(median, sum.quantile_ms(0.5));
            so_far = two;
            assert_eq!((latency.count(), latency.quantile_ms(0.5), latency.bars()), (0, None, vec![]));
            let mut into = Latency::new(2);
            into.merge(&packed);
            packed.unpack();
            for same in [packed, into] {
                assert_eq!((same.summary(), same.bars(), same.count()), (before.summary(), before.bars(), before.count()));
            }
        }
        for mut again in [sum.packed(), so_far] {
            again.unpack();
            assert_eq!((again.summary(), again.bars()), (sum.summary(), sum.bars()));
        }
    }

    #[test]
    fn a_thawed_distribution_is_the_one_that_was_frozen_and_goes_on_likewise() {
        let (mut latency, mut frozen) = (Latency::new(3), Vec::new());
        let nth = |i: u64| SimDuration((i * i * i * 7_919 + i) % (1 << (i % 40)));
        for i in 0..20_000 {
            if i % 500 == 0 {
                frozen.push((i, latency.frozen(), latency.clone()));
            }
            latency.record(nth(i));
        }
        for (begun, mut thawed, then) in frozen {
            thawed.thaw();
            assert_eq!((thawed.summary(), thawed.bars(), thawed.count()), (then.summary(), then.bars(), then.count()));
            (begun..20_000).for_each(|i| thawed.record(nth(i)));
            let mut again = thawed.frozen();
            again.thaw();
            assert!(again.histogram == latency.histogram && thawed.summary() == latency.summary(), "from {begun}");
        }
    }

    #[test]
    fn quantiles_on_the_way_are_those_asked_for_one_by_one() {
        for recorded in [0u64, 1, 2, 99, 1_000] {
            let mut latency = Latency::new(2);
            (0..recorded).for_each(|i| latency.record(SimDuration(i * i * 7_919 % 40_000_000)));
            let quantiles = [0.5, 0.95, 0.99];
            let expected = quantiles.map(|q| latency.quantile_ms(q));
            let bars = latency.bars();
            assert_eq!(latency.take_packed(quantiles).1, expected, "of {recorded}");
            assert_eq!(latency.quantile_ms(0.5), None);
            // The same ones without a histogram.
            let few: Vec<u64> = (0..recorded).map(|i| i * i * 7_919 % 40_000_000).collect();
            let (mut packed, found) = latency.take_few_packed(&few, quantiles);
            packed.unpack();
            assert_eq!((found, packed.bars(), packed.count()), (expected, bars, recorded));
        }
    }

    #[test]
    fn the_grid_has_twelve_steps_to_a_factor_of_ten() {
        assert_eq!((edge_ns(0), edge_ns(1), edge_ns(13), edge_ns(25)), (0, 1_000, 10_000, 100_000));
        assert!((1..200).all(|i| edge_ns(i) < edge_ns(i + 1) || edge_ns(i + 1) == u64::MAX));
    }
}

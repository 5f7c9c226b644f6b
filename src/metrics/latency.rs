//! A latency distribution: exact count, sum and maximum; percentiles to three significant digits (HdrHistogram).

use hdrhistogram::Histogram;
use serde::Serialize;

use super::cells::Cells;
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
}

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

/// Edge `i` of the grid in nanoseconds: edge 0 is at zero, edge 1 at a microsecond.
fn edge_ns(i: usize) -> u64 {
    let Some(step) = i.checked_sub(1) else { return 0 };
    let scaled = u128::from(EDGES[step % 12]) * 10u128.pow((step / 12) as u32) / 1_000_000;
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

impl Latency {
    /// Empty; percentiles to `digits` significant digits, 1 to 5.
    pub fn new(digits: u8) -> Self {
        Latency { histogram: None, count: 0, sum_ns: 0, max_ns: 0, digits, room_ns: 2 }
    }

    /// An empty one of the same precision, for durations like those recorded here: it will not have to grow for them.
    pub fn emptied(&self) -> Self {
        Latency { room_ns: self.room_ns.max(self.max_ns), ..Latency::new(self.digits) }
    }

    /// Ends it: gives what was recorded in few bytes with some quantiles in milliseconds, and leaves an empty distribution for durations
    /// like these, with the memory that this one had.
    pub fn take<const N: usize>(&mut self, quantiles: [f64; N]) -> (Cells, [Option<f64>; N]) {
        let cells = self.cells();
        let found = cells.quantiles_ms(quantiles);
        let mut histogram = self.histogram.take();
        histogram.iter_mut().for_each(|h| h.reset());
        *self = Latency { histogram, ..self.emptied() };
        (cells, found)
    }

    /// Records a few durations in an empty one and does what [`Latency::take`] does, without a look at each of thousands of cells.
    pub fn take_few<const N: usize>(&mut self, few: &[u64], quantiles: [f64; N]) -> (Cells, [Option<f64>; N]) {
        let histogram = self.histogram();
        let mut counts: Vec<(u64, u64)> = few.iter().map(|ns| (histogram.highest_equivalent(*ns), 1)).collect();
        let sum_ns = few.iter().map(|ns| u128::from(*ns)).sum();
        let cells = Cells::new(&mut counts, few.len() as u64, sum_ns, few.iter().copied().max().unwrap_or(0), self.digits);
        self.room_ns = self.room_ns.max(cells.max_ns);
        let found = cells.quantiles_ms(quantiles);
        (cells, found)
    }

    /// What was recorded so far, in few bytes.
    pub fn cells(&self) -> Cells {
        let recorded = self.histogram.iter().flat_map(|h| h.iter_recorded());
        let counts: Vec<(u64, u64)> = recorded.map(|cell| (cell.value_iterated_to(), cell.count_since_last_iteration())).collect();
        Cells { counts: counts.into(), count: self.count, sum_ns: self.sum_ns, max_ns: self.max_ns, digits: self.digits }
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

    /// Records one.
    pub fn record(&mut self, latency: SimDuration) {
        self.count += 1;
        self.sum_ns += u128::from(latency.0);
        self.max_ns = self.max_ns.max(latency.0);
        let _ = self.histogram().record(latency.0);
    }

    /// Adds another distribution of the same precision.
    pub fn merge(&mut self, other: &Latency) {
        self.count += other.count;
        self.sum_ns += other.sum_ns;
        self.max_ns = self.max_ns.max(other.max_ns);
        match (&mut self.histogram, &other.histogram) {
            (Some(a), Some(b)) => {
                let _ = a.add(b);
            }
            (a @ None, Some(b)) => *a = Some(b.clone()),
            (_, None) => {}
        }
    }

    /// Takes up, in an empty one, what another had recorded.
    pub(super) fn restore(&mut self, counts: &[(u64, u64)], count: u64, sum_ns: u128, max_ns: u64) {
        (self.count, self.sum_ns, self.max_ns) = (count, sum_ns, max_ns);
        for (ns, n) in counts {
            let _ = self.histogram().record_n(*ns, *n as u32);
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
    fn the_grid_has_twelve_steps_to_a_factor_of_ten() {
        assert_eq!((edge_ns(0), edge_ns(1), edge_ns(13), edge_ns(25)), (0, 1_000, 10_000, 100_000));
        assert!((1..200).all(|i| edge_ns(i) < edge_ns(i + 1) || edge_ns(i + 1) == u64::MAX));
    }
}

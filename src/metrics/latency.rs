//! A latency distribution: exact count, sum and maximum; percentiles to three significant digits (HdrHistogram).

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::engine::SimDuration;

/// A growing distribution of durations.
#[derive(Clone, Debug)]
pub struct Latency {
    histogram: Option<Histogram<u32>>,
    count: u64,
    sum_ns: u128,
    max_ns: u64,
    digits: u8,
}

/// The figures of a distribution, in milliseconds; zero where nothing was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LatencySummary {
    /// Mean.
    pub mean: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
    /// Longest.
    pub max: f64,
}

impl Latency {
    /// Empty; percentiles to `digits` significant digits, 1 to 5.
    pub fn new(digits: u8) -> Self {
        Latency { histogram: None, count: 0, sum_ns: 0, max_ns: 0, digits }
    }

    /// Records one.
    pub fn record(&mut self, latency: SimDuration) {
        self.count += 1;
        self.sum_ns += u128::from(latency.0);
        self.max_ns = self.max_ns.max(latency.0);
        let digits = self.digits;
        // Without a fixed range the histogram grows as needed and cannot refuse a value.
        let histogram = self.histogram.get_or_insert_with(|| match Histogram::new(digits) {
            Ok(h) => h,
            Err(_) => unreachable!("1 to 5 digits are always accepted"),
        });
        let _ = histogram.record(latency.0);
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
        let value = self.histogram.as_ref()?.value_at_quantile(q).min(self.max_ns);
        Some(value as f64 / 1e6)
    }

    /// All figures.
    pub fn summary(&self) -> LatencySummary {
        let q = |q| self.quantile_ms(q).unwrap_or(0.0);
        LatencySummary {
            mean: self.mean_ms().unwrap_or(0.0),
            p50: q(0.5),
            p90: q(0.9),
            p95: q(0.95),
            p99: q(0.99),
            p999: q(0.999),
            max: self.max_ns as f64 / 1e6,
        }
    }
}

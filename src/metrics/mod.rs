//! What is measured: latency distributions and series over time. Knows no component kind and no screen.

pub mod cells;
pub mod latency;
pub mod sample;
pub mod series;

pub use cells::Cells;
pub use latency::Latency;
pub use series::Clock;

/// The share of requests that went well, 0 to 1; `None` if none has ended.
pub fn availability(ok: u64, failed: u64) -> Option<f64> {
    (ok + failed > 0).then(|| ok as f64 / (ok + failed) as f64)
}

/// Whether so many requests failed that the latencies of those that went well say little alone: one in a hundred, or more.
pub fn many_fail(availability: Option<f64>) -> bool {
    availability.is_some_and(|share| share <= 0.99)
}

/// Cost per hour of something with a fixed price and one per million operations, at so many operations a second.
pub fn cost_per_hour((per_hour, per_million): (f64, f64), operations_per_s: f64) -> f64 {
    per_hour + per_million * operations_per_s * 3600.0 / 1e6
}

/// Cost of a million requests that went well, at this cost per hour and rate; `None` if none did.
pub fn cost_per_million(per_hour: f64, ok_per_s: f64) -> Option<f64> {
    (ok_per_s > 0.0).then(|| per_hour / (ok_per_s * 3600.0 / 1e6))
}

/// A whole number with separators, as people read it: `18,204`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn separators_stand_every_three_digits_from_the_right() {
        let texts: Vec<String> = [0, 999, 1_000, 12_345_678].into_iter().map(super::grouped).collect();
        assert_eq!(texts, ["0", "999", "1,000", "12,345,678"]);
    }

    #[test]
    fn a_million_requests_cost_their_share_of_the_hours() {
        // 100/s are 360,000 an hour: $0.36 fixed and $0.5 a million make $0.54 an hour, $1.5 a million.
        let hour = super::cost_per_hour((0.36, 0.5), 100.0);
        assert!((hour - 0.54).abs() < 1e-12);
        assert!((super::cost_per_million(hour, 100.0).unwrap() - 1.5).abs() < 1e-12);
        assert_eq!((super::cost_per_million(hour, 0.0), super::availability(0, 0), super::availability(3, 1)), (None, None, Some(0.75)));
    }
}

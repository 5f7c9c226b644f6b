//! What is measured: latency distributions and series over time. Knows no component kind and no screen.

pub mod latency;
pub mod series;

pub use latency::Latency;
pub use series::Clock;

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
}

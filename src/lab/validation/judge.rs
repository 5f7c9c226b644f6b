//! From samples to a verdict: mean, interval, and whether the expected value is in it.
//! Knows not what was measured.

use serde::Serialize;
use statrs::statistics::Statistics;

use super::Case;

/// Whether theory and measurement agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They do.
    Pass,
    /// They do not, or the sample is too small to tell.
    Fail,
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The case's name.
    pub id: String,
    /// What was measured.
    pub title: String,
    /// Where the expected value is from.
    pub source: String,
    /// The value that theory gives.
    pub expected: f64,
    /// How far off the mean may be, where the case says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Mean over the seeds.
    pub measured: f64,
    /// Mean less four standard errors.
    pub low: f64,
    /// Mean plus four standard errors.
    pub high: f64,
    /// Whether they agree.
    pub verdict: Verdict,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// Most that four standard errors may be, as a share of the expected value: then a 3 % error in the model fails.
const WIDEST: f64 = 0.02;

/// Compares a case's samples, one for each seed, with its expected value.
pub fn judge(case: &Case, samples: &[f64]) -> Finding {
    let measured = samples.mean();
    let four_errors = 4.0 * samples.std_dev() / libm::sqrt(samples.len() as f64);
    let (low, high) = (measured - four_errors, measured + four_errors);
    let off = (measured - case.expected).abs();
    let because = match case.tolerance {
        // A value that cannot be told (no samples, nothing measured) agrees with nothing.
        _ if !off.is_finite() || !four_errors.is_finite() => Some("nothing was measured".to_string()),
        Some(tolerance) if off > tolerance => Some(format!("off by {off:.5}, more than {tolerance}")),
        Some(_) => None,
        None if four_errors > WIDEST * case.expected.abs() => {
            Some(format!("the sample is too small: four standard errors are {four_errors:.5}"))
        }
        None if off > four_errors => Some(format!("off by {off:.5}, more than four standard errors, {four_errors:.5}")),
        None => None,
    };
    Finding {
        id: case.id.clone(),
        title: case.title.clone(),
        source: case.source.clone(),
        expected: case.expected,
        tolerance: case.tolerance,
        measured,
        low,
        high,
        verdict: if because.is_none() { Verdict::Pass } else { Verdict::Fail },
        because,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::validation::cases;

    fn case(expected: f64) -> Case {
        Case { expected, tolerance: None, ..cases().expect("the table can be read")[0].clone() }
    }

    #[test]
    fn an_error_of_three_percent_fails() {
        let samples: Vec<f64> = (0..16).map(|i| 1.0 + 0.018 * (f64::from(i) - 7.5) / 7.5).collect();
        assert_eq!(judge(&case(1.0), &samples).verdict, Verdict::Pass);
        assert_eq!(judge(&case(1.03), &samples).verdict, Verdict::Fail);
    }

    #[test]
    fn a_sample_that_is_too_small_fails() {
        let samples: Vec<f64> = (0..16).map(|i| 1.0 + 0.1 * (f64::from(i) - 7.5) / 7.5).collect();
        assert!(judge(&case(1.0), &samples).because.is_some_and(|why| why.contains("too small")));
    }

    #[test]
    fn nothing_measured_agrees_with_nothing() {
        assert_eq!(judge(&case(1.0), &[f64::NAN, 1.0]).verdict, Verdict::Fail);
        assert_eq!(judge(&case(1.0), &[]).verdict, Verdict::Fail);
    }
}

//! A mean over independent runs, with its confidence interval.
//! Knows not what was measured.

use statrs::function::beta::inv_beta_reg;

/// A mean with its 95 % confidence interval, by Student's t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean of the samples.
    pub mean: f64,
    /// Lower end of the interval; the mean itself where one sample gives none.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of samples.
    pub samples: usize,
}

/// How often intervals of this kind hold the true mean.
const CONFIDENCE: f64 = 0.95;

/// The mean of independent samples. What is not a number (there was nothing to measure) is left out; `None` if nothing is left.
pub fn estimate(samples: &[f64]) -> Option<Estimate> {
    let kept: Vec<f64> = samples.iter().copied().filter(|v| v.is_finite()).collect();
    let n = kept.len();
    if n == 0 {
        return None;
    }
    let mean = kept.iter().sum::<f64>() / n as f64;
    if n == 1 {
        return Some(Estimate { mean, low: mean, high: mean, samples: 1 });
    }
    let squares: f64 = kept.iter().map(|v| (v - mean) * (v - mean)).sum();
    let error = libm::sqrt(squares / (n - 1) as f64 / n as f64);
    let half = student_t((n - 1) as f64) * error;
    Some(Estimate { mean, low: mean - half, high: mean + half, samples: n })
}

/// How many standard errors the interval reaches to either side, with so many degrees of freedom.
fn student_t(freedom: f64) -> f64 {
    let x = inv_beta_reg(freedom / 2.0, 0.5, 1.0 - CONFIDENCE);
    libm::sqrt(freedom * (1.0 - x) / x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_printed_tables() {
        for (freedom, t) in [(1.0, 12.7062), (2.0, 4.3027), (4.0, 2.7764), (9.0, 2.2622), (30.0, 2.0423), (99.0, 1.9842)] {
            assert!((student_t(freedom) - t).abs() < 1e-4, "{freedom}: {}", student_t(freedom));
        }
    }

    #[test]
    fn an_interval_is_the_textbooks() {
        // Mean 3, standard deviation 1.5811, standard error .7071, t 2.7764.
        let found = estimate(&[1.0, 2.0, f64::NAN, 3.0, 4.0, 5.0]).expect("there are samples");
        assert_eq!((found.mean, found.samples), (3.0, 5));
        assert!((found.high - 4.96324).abs() < 1e-4 && (found.low - 1.03676).abs() < 1e-4, "{found:?}");
        assert_eq!(estimate(&[f64::NAN]), None);
        assert_eq!(estimate(&[7.0]), Some(Estimate { mean: 7.0, low: 7.0, high: 7.0, samples: 1 }));
    }
}

//! Probability distributions of times, by the names that textbooks use. Sampling uses `libm` only, so that
//! native and wasm builds agree to the bit.

use rand::Rng;
use serde::Serialize;

use super::random::{unit, unit_open};
use super::time::SimDuration;

/// A distribution of durations. All parameters named `*_ms` are milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "law", rename_all = "snake_case")]
pub enum Distribution {
    /// Always the same.
    Constant {
        /// The value.
        value_ms: f64,
    },
    /// Every value between two bounds equally likely.
    Uniform {
        /// Lower bound.
        low_ms: f64,
        /// Upper bound.
        high_ms: f64,
    },
    /// Memoryless; coefficient of variation 1.
    Exponential {
        /// Mean.
        mean_ms: f64,
    },
    /// Sum of `k` exponentials; coefficient of variation 1/sqrt(k).
    Erlang {
        /// Number of stages, 1 to 1000.
        k: u32,
        /// Mean of the sum.
        mean_ms: f64,
    },
    /// Two exponentials with balanced means; squared coefficient of variation `cv2` (at least 1).
    HyperExponential {
        /// Mean.
        mean_ms: f64,
        /// Squared coefficient of variation.
        cv2: f64,
    },
    /// Log-normal, given by its median and the standard deviation of its logarithm.
    LogNormal {
        /// Median.
        median_ms: f64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// Absolute value of a normal variable, as in the AWS jitter study.
    Normal {
        /// Mean before the absolute value.
        mean_ms: f64,
        /// Standard deviation before the absolute value.
        sd_ms: f64,
    },
    /// Pareto: `minimum / U^(1/alpha)`.
    Pareto {
        /// Scale: the least value.
        minimum_ms: f64,
        /// Tail index; the mean is infinite at 1 and below.
        alpha: f64,
    },
    /// Pareto truncated at a maximum.
    BoundedPareto {
        /// The least value.
        minimum_ms: f64,
        /// The greatest value.
        maximum_ms: f64,
        /// Tail index.
        alpha: f64,
    },
    /// One of several laws, chosen by weight.
    Mixture {
        /// Weight (above 0) and law of each part.
        parts: Vec<(f64, Distribution)>,
    },
    /// One of the listed values, equally likely.
    Empirical {
        /// The values, 1 to 10,000 of them.
        values_ms: Vec<f64>,
    },
}

impl Distribution {
    /// A constant in milliseconds.
    pub const fn constant(value_ms: f64) -> Self {
        Distribution::Constant { value_ms }
    }

    /// An exponential by its mean in milliseconds.
    pub const fn exponential(mean_ms: f64) -> Self {
        Distribution::Exponential { mean_ms }
    }

    /// Draws a duration.
    pub fn sample(&self, rng: &mut impl Rng) -> SimDuration {
        SimDuration::from_millis_f64(self.sample_ms(rng))
    }

    fn sample_ms(&self, rng: &mut impl Rng) -> f64 {
        match self {
            Distribution::Constant { value_ms } => *value_ms,
            Distribution::Uniform { low_ms, high_ms } => low_ms + (high_ms - low_ms) * unit(rng),
            Distribution::Exponential { mean_ms } => -mean_ms * libm::log(unit_open(rng)),
            Distribution::Erlang { k, mean_ms } => {
                let sum: f64 = (0..*k).map(|_| -libm::log(unit_open(rng))).sum();
                sum * mean_ms / f64::from(*k)
            }
            Distribution::HyperExponential { mean_ms, cv2 } => {
                let p = 0.5 * (1.0 + libm::sqrt((cv2 - 1.0) / (cv2 + 1.0)));
                let share = if unit(rng) < p { p } else { 1.0 - p };
                -mean_ms / (2.0 * share) * libm::log(unit_open(rng))
            }
            Distribution::LogNormal { median_ms, sigma } => median_ms * libm::exp(sigma * standard_normal(rng)),
            Distribution::Normal { mean_ms, sd_ms } => libm::fabs(mean_ms + sd_ms * standard_normal(rng)),
            Distribution::Pareto { minimum_ms, alpha } => minimum_ms / libm::pow(unit_open(rng), 1.0 / alpha),
            Distribution::BoundedPareto { minimum_ms, maximum_ms, alpha } => {
                let ratio = libm::pow(minimum_ms / maximum_ms, *alpha);
                minimum_ms / libm::pow(1.0 - unit(rng) * (1.0 - ratio), 1.0 / alpha)
            }
            Distribution::Mixture { parts } => {
                let total: f64 = parts.iter().map(|(w, _)| w).sum();
                let mut left = unit(rng) * total;
                for (weight, law) in parts {
                    left -= weight;
                    if left < 0.0 {
                        return law.sample_ms(rng);
                    }
                }
                parts.last().map_or(0.0, |(_, law)| law.sample_ms(rng))
            }
            Distribution::Empirical { values_ms } => {
                let index = (unit(rng) * values_ms.len() as f64) as usize;
                values_ms.get(index).copied().unwrap_or(0.0)
            }
        }
    }

    /// The mean in milliseconds; infinite for a Pareto with tail index at most 1.
    pub fn mean_ms(&self) -> f64 {
        match self {
            Distribution::Constant { value_ms } => *value_ms,
            Distribution::Uniform { low_ms, high_ms } => (low_ms + high_ms) / 2.0,
            Distribution::Exponential { mean_ms }
            | Distribution::Erlang { mean_ms, .. }
            | Distribution::HyperExponential { mean_ms, .. } => *mean_ms,
            Distribution::LogNormal { median_ms, sigma } => median_ms * libm::exp(sigma * sigma / 2.0),
            Distribution::Normal { mean_ms, sd_ms } if *sd_ms > 0.0 => {
                let z = mean_ms / sd_ms;
                sd_ms * libm::sqrt(2.0 / std::f64::consts::PI) * libm::exp(-z * z / 2.0) + mean_ms * libm::erf(z / std::f64::consts::SQRT_2)
            }
            Distribution::Normal { mean_ms, .. } => *mean_ms,
            Distribution::Pareto { minimum_ms, alpha } => {
                if *alpha > 1.0 {
                    minimum_ms * alpha / (alpha - 1.0)
                } else {
                    f64::INFINITY
                }
            }
            Distribution::BoundedPareto { minimum_ms: l, maximum_ms: h, alpha: a } => {
                let norm = 1.0 - libm::pow(l / h, *a);
                if libm::fabs(a - 1.0) < 1e-9 {
                    l * libm::log(h / l) / norm
                } else {
                    a * libm::pow(*l, *a) / norm * (libm::pow(*l, 1.0 - a) - libm::pow(*h, 1.0 - a)) / (a - 1.0)
                }
            }
            Distribution::Mixture { parts } => {
                let total: f64 = parts.iter().map(|(w, _)| w).sum();
                parts.iter().map(|(w, law)| w / total * law.mean_ms()).sum()
            }
            Distribution::Empirical { values_ms } => values_ms.iter().sum::<f64>() / values_ms.len().max(1) as f64,
        }
    }

    /// The same law with every value multiplied by `factor` (above 0).
    pub fn scaled(&self, factor: f64) -> Self {
        let mut law = self.clone();
        match &mut law {
            Distribution::Constant { value_ms } => *value_ms *= factor,
            Distribution::Uniform { low_ms, high_ms } => {
                *low_ms *= factor;
                *high_ms *= factor;
            }
            Distribution::Exponential { mean_ms }
            | Distribution::Erlang { mean_ms, .. }
            | Distribution::HyperExponential { mean_ms, .. } => *mean_ms *= factor,
            Distribution::LogNormal { median_ms, .. } => *median_ms *= factor,
            Distribution::Normal { mean_ms, sd_ms } => {
                *mean_ms *= factor;
                *sd_ms *= factor;
            }
            Distribution::Pareto { minimum_ms, .. } => *minimum_ms *= factor,
            Distribution::BoundedPareto { minimum_ms, maximum_ms, .. } => {
                *minimum_ms *= factor;
                *maximum_ms *= factor;
            }
            Distribution::Mixture { parts } => parts.iter_mut().for_each(|(_, p)| *p = p.scaled(factor)),
            Distribution::Empirical { values_ms } => values_ms.iter_mut().for_each(|v| *v *= factor),
        }
        law
    }

    /// Says what is wrong with the parameters, if anything: the message names the field and its range.
    pub fn check(&self) -> Result<(), String> {
        const MAX_MS: f64 = 86_400_000.0;
        let time = |name: &str, v: f64| match v {
            v if (0.0..=MAX_MS).contains(&v) => Ok(()),
            v => Err(format!("{name} is {v}, it must be from 0 to {MAX_MS} ms")),
        };
        let within = |name: &str, v: f64, low: f64, high: f64| match v {
            v if (low..=high).contains(&v) => Ok(()),
            v => Err(format!("{name} is {v}, it must be from {low} to {high}")),
        };
        match self {
            Distribution::Constant { value_ms } => time("value_ms", *value_ms),
            Distribution::Uniform { low_ms, high_ms } => {
                time("low_ms", *low_ms)?;
                time("high_ms", *high_ms)?;
                if low_ms > high_ms {
                    return Err(format!("low_ms ({low_ms}) is above high_ms ({high_ms})"));
                }
                Ok(())
            }
            Distribution::Exponential { mean_ms } => time("mean_ms", *mean_ms),
            Distribution::Erlang { k, mean_ms } => {
                within("k", f64::from(*k), 1.0, 1000.0)?;
                time("mean_ms", *mean_ms)
            }
            Distribution::HyperExponential { mean_ms, cv2 } => {
                within("cv2", *cv2, 1.0, 1000.0)?;
                time("mean_ms", *mean_ms)
            }
            Distribution::LogNormal { median_ms, sigma } => {
                within("sigma", *sigma, 0.0, 5.0)?;
                time("median_ms", *median_ms)
            }
            Distribution::Normal { mean_ms, sd_ms } => {
                time("sd_ms", *sd_ms)?;
                time("mean_ms", *mean_ms)
            }
            Distribution::Pareto { minimum_ms, alpha } => {
                within("alpha", *alpha, 0.1, 100.0)?;
                time("minimum_ms", *minimum_ms)
            }
            Distribution::BoundedPareto { minimum_ms, maximum_ms, alpha } => {
                within("alpha", *alpha, 0.1, 100.0)?;
                within("minimum_ms", *minimum_ms, 1e-6, MAX_MS)?;
                time("maximum_ms", *maximum_ms)?;
                if minimum_ms >= maximum_ms {
                    return Err(format!("minimum_ms ({minimum_ms}) is not below maximum_ms ({maximum_ms})"));
                }
                Ok(())
            }
            Distribution::Mixture { parts } => {
                within("number of parts", parts.len() as f64, 1.0, 16.0)?;
                for (weight, law) in parts {
                    within("weight", *weight, 1e-9, 1e9)?;
                    if matches!(law, Distribution::Mixture { .. }) {
                        return Err("a mixture may not hold a mixture".into());
                    }
                    law.check()?;
                }
                Ok(())
            }
            Distribution::Empirical { values_ms } => {
                within("number of values", values_ms.len() as f64, 1.0, 10_000.0)?;
                values_ms.iter().try_for_each(|v| time("value", *v))
            }
        }
    }
}

/// Box-Muller, first value only: one draw, one result, whatever came before.
fn standard_normal(rng: &mut impl Rng) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(unit_open(rng)));
    radius * libm::cos(2.0 * std::f64::consts::PI * unit(rng))
}

/// One of each law, with moments that a sample can tell.
#[cfg(test)]
pub(crate) fn one_of_each() -> Vec<Distribution> {
    vec![
        Distribution::constant(3.0),
        Distribution::Uniform { low_ms: 1.0, high_ms: 5.0 },
        Distribution::exponential(3.0),
        Distribution::Erlang { k: 4, mean_ms: 3.0 },
        Distribution::HyperExponential { mean_ms: 3.0, cv2: 4.0 },
        Distribution::LogNormal { median_ms: 2.0, sigma: 0.6 },
        Distribution::Normal { mean_ms: 1.0, sd_ms: 2.0 },
        Distribution::Pareto { minimum_ms: 2.0, alpha: 8.0 },
        Distribution::BoundedPareto { minimum_ms: 1.0, maximum_ms: 50.0, alpha: 1.5 },
        Distribution::BoundedPareto { minimum_ms: 1.0, maximum_ms: 50.0, alpha: 2.0 },
        Distribution::Mixture { parts: vec![(1.0, Distribution::constant(1.0)), (3.0, Distribution::exponential(2.0))] },
        Distribution::Empirical { values_ms: vec![1.0, 2.0, 9.0] },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::random::{generator, Purpose};
    use super::*;

    #[test]
    fn samples_have_the_stated_mean() {
        for law in one_of_each() {
            law.check().unwrap();
            let n = 200_000u64;
            let total: f64 = (0..n).map(|i| law.sample(&mut generator(1, 2, Purpose::Service, i)).as_millis_f64()).sum();
            let mean = total / n as f64;
            let error = (mean / law.mean_ms() - 1.0).abs();
            assert!(error < 0.02, "{law:?}: mean {mean}, expected {}", law.mean_ms());
            let doubled = law.scaled(2.0).mean_ms() / law.mean_ms();
            assert!((doubled - 2.0).abs() < 0.01, "{law:?} scaled by two is {doubled}");
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        let bad = Distribution::Exponential { mean_ms: f64::NAN };
        assert!(bad.check().unwrap_err().contains("mean_ms"));
        assert!(Distribution::Uniform { low_ms: 3.0, high_ms: 1.0 }.check().is_err());
        assert!(Distribution::Mixture { parts: vec![] }.check().is_err());
    }
}

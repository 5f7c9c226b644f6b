//! Moments of service times.
//! Knows no queue.

use crate::engine::Distribution;

/// The mean of the square, in ms²; infinite where the tail is too heavy.
pub fn second_moment(law: &Distribution) -> f64 {
    match law {
        Distribution::Constant { value_ms } => value_ms * value_ms,
        Distribution::Uniform { low_ms: a, high_ms: b } => (a * a + a * b + b * b) / 3.0,
        Distribution::Exponential { mean_ms } => 2.0 * mean_ms * mean_ms,
        Distribution::Erlang { k, mean_ms } => mean_ms * mean_ms * (1.0 + 1.0 / f64::from(*k)),
        Distribution::HyperExponential { mean_ms, cv2 } => mean_ms * mean_ms * (1.0 + cv2),
        Distribution::LogNormal { median_ms, sigma } => median_ms * median_ms * libm::exp(2.0 * sigma * sigma),
        Distribution::Normal { mean_ms, sd_ms } => mean_ms * mean_ms + sd_ms * sd_ms,
        Distribution::Pareto { alpha, .. } if *alpha <= 2.0 => f64::INFINITY,
        Distribution::Pareto { minimum_ms, alpha } => alpha * minimum_ms * minimum_ms / (alpha - 2.0),
        Distribution::BoundedPareto { minimum_ms: l, maximum_ms: h, alpha: a } => {
            let all = 1.0 - libm::pow(l / h, *a);
            let tail = match libm::fabs(a - 2.0) < 1e-9 {
                true => libm::log(h / l),
                false => (libm::pow(*h, 2.0 - a) - libm::pow(*l, 2.0 - a)) / (2.0 - a),
            };
            a * libm::pow(*l, *a) / all * tail
        }
        Distribution::Mixture { parts } => {
            let total: f64 = parts.iter().map(|(w, _)| w).sum();
            parts.iter().map(|(w, law)| w / total * second_moment(law)).sum()
        }
        Distribution::Empirical { values_ms } => values_ms.iter().map(|v| v * v).sum::<f64>() / values_ms.len().max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::distribution::one_of_each;
    use crate::engine::random::{generator, Purpose};

    #[test]
    fn samples_have_the_stated_second_moment() {
        for law in one_of_each() {
            let n = 200_000u64;
            let square = |i: u64| {
                let ms = law.sample(&mut generator(1, 2, Purpose::Service, i)).as_millis_f64();
                ms * ms
            };
            let measured = (0..n).map(square).sum::<f64>() / n as f64;
            let error = (measured / second_moment(&law) - 1.0).abs();
            assert!(error < 0.03, "{law:?}: {measured}, expected {}", second_moment(&law));
        }
    }
}

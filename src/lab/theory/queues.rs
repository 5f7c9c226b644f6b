//! Formulas of queues: Erlang's, Pollaczek and Khinchine's, and those of bounded lines. Rates in events a second, times in seconds.
//! Pure arithmetic; knows no diagram.

/// A station in the steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steady {
    /// Mean number waiting.
    pub waiting: f64,
    /// Share of arrivals turned away.
    pub rejected: f64,
    /// Share of the workers that are taken.
    pub utilisation: f64,
    /// Probability that an accepted arrival must wait.
    pub must_wait: f64,
    /// Mean wait of those accepted.
    pub wait: f64,
}

/// States beyond this share of all others are not counted: they change no digit that is shown.
const NEGLIGIBLE: f64 = 1e-18;

/// M/M/c/K: Poisson arrivals, exponential service, `workers` servers and `room` places to wait (`None` is without bound).
/// `None` if the line would grow without end.
pub fn markov(lambda: f64, service: f64, workers: u32, room: Option<u32>) -> Option<Steady> {
    let c = f64::from(workers);
    let offered = lambda * service;
    let load = offered / c;
    if room.is_none() && load >= 1.0 {
        return None;
    }
    // Weights of the states, relative to the largest so far: 0 to c being served, then c + 1 and so on waiting.
    let (mut weight, mut all, mut full, mut waiting) = (1.0_f64, 1.0_f64, 0.0_f64, 0.0_f64);
    for n in 1..workers {
        weight *= offered / f64::from(n);
        all += weight;
        rescale(&mut weight, &mut all, &mut full, &mut waiting);
    }
    weight *= offered / c;
    all += weight;
    full += weight;
    let mut last = weight;
    for n in 1..=room.unwrap_or(u32::MAX) {
        weight *= load;
        all += weight;
        full += weight;
        waiting += f64::from(n) * weight;
        last = weight;
        if load < 1.0 && f64::from(n) * weight < NEGLIGIBLE * all {
            last = if room.is_some() { weight } else { 0.0 };
            break;
        }
        if rescale(&mut weight, &mut all, &mut full, &mut waiting) {
            last = weight;
        }
    }
    let rejected = if room.is_some() { last / all } else { 0.0 };
    let waiting = waiting / all;
    let accepted = lambda * (1.0 - rejected);
    Some(Steady {
        waiting,
        rejected,
        utilisation: accepted * service / c,
        must_wait: (full / all - rejected).max(0.0) / (1.0 - rejected),
        wait: waiting / accepted,
    })
}

/// Keeps the weights from running out of the range of numbers.
fn rescale(weight: &mut f64, all: &mut f64, full: &mut f64, waiting: &mut f64) -> bool {
    const LARGE: f64 = 1e200;
    let large = *all > LARGE || *waiting > LARGE;
    if large {
        for value in [weight, all, full, waiting] {
            *value /= LARGE;
        }
    }
    large
}

/// M/G/1, by Pollaczek and Khinchine: the mean wait, with the second moment of the service time. `None` at a load of 1 and above.
pub fn pollaczek_khinchine(lambda: f64, service: f64, second_moment: f64) -> Option<f64> {
    let load = lambda * service;
    (load < 1.0 && second_moment.is_finite()).then(|| lambda * second_moment / (2.0 * (1.0 - load)))
}

/// M/M/c, first come first served: the quantile `q` (0 to 1) of the time in the system.
pub fn sojourn_quantile(lambda: f64, service: f64, workers: u32, q: f64) -> Option<f64> {
    let must_wait = markov(lambda, service, workers, None)?.must_wait;
    let spare = f64::from(workers) - 1.0 - lambda * service;
    let longer = |t: f64| {
        let x = t / service;
        let grown = if libm::fabs(spare) < 1e-9 { x } else { (1.0 - libm::exp(-x * spare)) / spare };
        libm::exp(-x) * (1.0 + must_wait * grown)
    };
    let mut high = service;
    while longer(high) > 1.0 - q {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if longer(middle) > 1.0 - q {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-5 * expected.abs().max(1.0), "{value}, expected {expected}");
    }

    #[test]
    fn erlang_c_gives_the_published_waits() {
        // (c, load, probability of waiting, mean wait in service times)
        for (c, load, must_wait, wait) in [
            (1, 0.8, 0.8, 4.0),
            (2, 0.8, 0.711111, 1.777778),
            (4, 0.8, 0.596432, 0.745541),
            (10, 0.8, 0.409180, 0.204590),
            (4, 0.9, 0.787753, 1.969383),
        ] {
            let found = markov(load * f64::from(c), 1.0, c, None).expect("it is stable");
            near(found.must_wait, must_wait);
            near(found.wait, wait);
            near(found.utilisation, load);
        }
        assert_eq!(markov(1.0, 1.0, 1, None), None);
    }

    #[test]
    fn bounded_lines_turn_away_what_is_published() {
        // K counts the one in service.
        for (lambda, k, rejected) in [(0.8, 5, 0.088819), (1.0, 10, 0.090909), (1.2, 10, 0.192586)] {
            near(markov(lambda, 1.0, 1, Some(k - 1)).expect("bounded").rejected, rejected);
        }
        near(markov(4.0, 1.0, 4, Some(4)).expect("bounded").rejected, 0.138528);
        // Erlang B.
        near(markov(3.2, 1.0, 4, Some(0)).expect("bounded").rejected, 0.228145);
        near(markov(8.0, 1.0, 10, Some(0)).expect("bounded").rejected, 0.121661);
        // Far beyond the range of numbers: all but the capacity is turned away.
        near(markov(2000.0, 1.0, 1000, Some(1_000_000)).expect("bounded").rejected, 0.5);
        // A long line at a moderate load is as good as unbounded.
        near(markov(0.8, 1.0, 1, Some(1_000_000)).expect("bounded").wait, 4.0);
    }

    #[test]
    fn the_wait_grows_with_the_spread_of_the_service_time() {
        // Deterministic, uniform(0, 2), exponential, hyper-exponential with a squared coefficient of variation of 4.
        for (second_moment, wait) in [(1.0, 2.0), (4.0 / 3.0, 2.666667), (2.0, 4.0), (5.0, 10.0)] {
            near(pollaczek_khinchine(0.8, 1.0, second_moment).expect("it is stable"), wait);
        }
        assert_eq!(pollaczek_khinchine(1.0, 1.0, 1.0), None);
    }

    #[test]
    fn quantiles_of_the_time_in_the_system() {
        near(sojourn_quantile(0.8, 1.0, 1, 0.99).expect("it is stable"), 23.02585);
        // Without waiting it is the service time alone.
        near(sojourn_quantile(0.001, 1.0, 10, 0.5).expect("it is stable"), std::f64::consts::LN_2);
    }
}

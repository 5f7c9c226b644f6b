//! Where a value sits on a slider, and which round numbers sit on an axis: linear or logarithmic.
//! Knows no panel; pure arithmetic.

/// Steps of a slider's track.
pub const STEPS: f64 = 1000.0;

/// A slider's range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Whole numbers only.
    pub whole: bool,
    /// Least value above zero of a logarithmic track; `None` is linear.
    floor: Option<f64>,
}

impl Scale {
    /// Logarithmic if the range spans three decades or more (a range from zero counts from `finest`).
    pub fn new(min: f64, max: f64, whole: bool, finest: f64) -> Scale {
        let low = if min > 0.0 { min } else { finest };
        let floor = (min >= 0.0 && max / low >= 1000.0).then_some(low);
        Scale { min, max, whole, floor }
    }

    /// For a whole number.
    pub fn int(min: i64, max: i64) -> Scale {
        Scale::new(min as f64, max as f64, true, 1.0)
    }

    /// For a number; a range from zero to at most 100 is linear.
    pub fn float(min: f64, max: f64) -> Scale {
        Scale::new(min, max, false, if max > 100.0 { 0.1 } else { max })
    }

    /// For milliseconds.
    pub fn millis(min: f64, max: f64) -> Scale {
        Scale::new(min, max, false, if max > 10.0 { 0.01 } else { max })
    }

    /// Position on the track, 0 to [`STEPS`].
    pub fn position(&self, value: f64) -> f64 {
        let value = value.clamp(self.min, self.max);
        let share = match self.floor {
            None => (value - self.min) / (self.max - self.min).max(f64::MIN_POSITIVE),
            Some(floor) if value < floor => 0.0,
            Some(floor) => {
                let share = libm::log(value / floor) / libm::log(self.max / floor);
                // Position 0 stands for zero itself when the range includes it.
                if self.min < floor {
                    (1.0 + share * (STEPS - 1.0)) / STEPS
                } else {
                    share
                }
            }
        };
        libm::round(share * STEPS)
    }

    /// The round value at a position.
    pub fn value(&self, position: f64) -> f64 {
        let share = (position / STEPS).clamp(0.0, 1.0);
        if share <= 0.0 {
            return self.min;
        }
        if share >= 1.0 {
            return self.max;
        }
        let raw = match self.floor {
            None => self.min + share * (self.max - self.min),
            Some(floor) if self.min < floor => floor * libm::pow(self.max / floor, (share * STEPS - 1.0).max(0.0) / (STEPS - 1.0)),
            Some(floor) => floor * libm::pow(self.max / floor, share),
        };
        let step = self.step(raw);
        tidy((libm::round(raw / step) * step).clamp(self.min, self.max), step)
    }

    /// The value some key presses up (or down, negative) from a value.
    pub fn nudge(&self, value: f64, presses: f64) -> f64 {
        let step = match self.floor {
            // From zero, up to the least value above it; from there down, back to zero.
            Some(floor) if presses > 0.0 && value < floor => return floor,
            Some(floor) if presses < 0.0 && value <= floor => return self.min,
            // Down from 10 goes to 9.9, not to 9.
            Some(_) => self.step(if presses < 0.0 { value * 0.999 } else { value }),
            None => self.step(value),
        };
        tidy(((libm::round(value / step) + presses) * step).clamp(self.min, self.max), step)
    }

    /// How finely the track is divided near a value.
    fn step(&self, near: f64) -> f64 {
        let step = match self.floor {
            Some(_) => libm::pow(10.0, libm::floor(libm::log10(near.abs().max(1e-12))) - 1.0),
            None => round_step((self.max - self.min) / 200.0),
        };
        if self.whole {
            step.max(1.0)
        } else {
            step
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least `raw`.
pub fn round_step(raw: f64) -> f64 {
    if raw <= 0.0 || !raw.is_finite() {
        return 1.0;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let step = match raw / power {
        r if r <= 1.000_001 => 1.0,
        r if r <= 2.000_001 => 2.0,
        r if r <= 5.000_001 => 5.0,
        _ => 10.0,
    };
    tidy(step * power, power)
}

/// Removes the binary dust below `step`: 0.30000000000000004 is 0.3.
fn tidy(value: f64, step: f64) -> f64 {
    let digits = (-libm::floor(libm::log10(step.max(1e-9)))).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}").parse().unwrap_or(value)
}

/// Round numbers from `low` to `high`, about `about` of them.
pub fn ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    if high.is_nan() || low.is_nan() || high <= low {
        return vec![low];
    }
    let step = round_step((high - low) / about.max(1) as f64);
    let first = libm::ceil(low / step - 1e-9);
    (0..).map(|i| tidy((first + f64::from(i)) * step, step)).take_while(|t| *t <= high + step * 1e-9).take(50).collect()
}

/// Round moments of a time axis in seconds: 1-2-5 below ten, then 10, 15, 30, 60 …
pub fn time_ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let raw = (high - low) / about.max(1) as f64;
    let step = [10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0]
        .into_iter()
        .find(|s| *s >= raw)
        .filter(|_| raw > 5.0);
    match step {
        Some(step) => {
            let first = libm::ceil(low / step - 1e-9);
            (0..).map(|i| (first + f64::from(i)) * step).take_while(|t| *t <= high).take(50).collect()
        }
        None => ticks(low, high, about),
    }
}

/// A time axis's label: `0.2 s`, `15 s`, `1:30`.
pub fn time_label(seconds: f64) -> String {
    if seconds >= 60.0 {
        let whole = libm::round(seconds) as u64;
        format!("{}:{:02}", whole / 60, whole % 60)
    } else {
        format!("{} s", super::format::figure(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_read_back_from_its_position_is_near() {
        for scale in [
            Scale::int(1, 1000),
            Scale::int(0, 1_000_000),
            Scale::float(0.0, 1.0),
            Scale::millis(0.0, 60_000.0),
            Scale::float(1.0, 100_000.0),
        ] {
            for share in 0..=10 {
                let value = scale.value(f64::from(share) * STEPS / 10.0);
                let again = scale.value(scale.position(value));
                assert!((again - value).abs() <= 0.06 * value.abs() + 1e-9, "{scale:?}: {value} came back as {again}");
            }
            assert_eq!(scale.value(0.0), scale.min);
            assert_eq!(scale.value(STEPS), scale.max);
        }
    }

    #[test]
    fn keys_move_a_value_even_where_the_track_is_dense() {
        let workers = Scale::int(1, 1000);
        assert_eq!(workers.nudge(4.0, 1.0), 5.0);
        assert_eq!(workers.nudge(1.0, -1.0), 1.0);
        assert_eq!(Scale::millis(0.0, 60_000.0).nudge(10.0, -1.0), 9.9);
        assert_eq!(Scale::millis(0.0, 60_000.0).nudge(0.0, 1.0), 0.01);
        assert_eq!(Scale::float(0.0, 1.0).nudge(0.5, 1.0), 0.505);
    }

    #[test]
    fn wide_ranges_are_logarithmic() {
        assert!(!Scale::int(1, 500).floor.is_some());
        assert!(Scale::int(1, 1000).floor.is_some());
        assert!(Scale::int(1, 100_000).floor.is_some());
        assert!(Scale::millis(0.0, 60_000.0).floor.is_some());
        assert!(!Scale::float(0.0, 1.0).floor.is_some());
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 1.0, 4), vec![0.0, 0.5, 1.0]);
        assert_eq!(ticks(0.0, 430.0, 4), vec![0.0, 200.0, 400.0]);
        assert_eq!(time_ticks(0.0, 65.0, 4), vec![0.0, 30.0, 60.0]);
        assert_eq!(time_label(90.0), "1:30");
    }
}

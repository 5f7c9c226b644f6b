//! Figures as people read them: `1,204`, `640 ms`, `3.1 %`, `1/120 speed`.
//! Knows no panel and no session.

use crate::engine::{SimDuration, SimTime};

use crate::app::words::{marks, translate};

/// A whole number with separators: `12,300`.
pub fn count(value: u64) -> String {
    crate::metrics::grouped(value).replace(',', marks().group)
}

/// The nearest whole number, with separators; what is below zero is 0.
pub fn whole(value: f64) -> String {
    count(libm::round(value.max(0.0)) as u64)
}

/// A figure on the canvas, with as many digits as can be read at a glance: `0.4`, `31`, `1,204`.
pub fn glance(value: f64) -> String {
    if value >= 9.95 || value == 0.0 {
        whole(value)
    } else {
        local(&format!("{value:.1}"))
    }
}

/// A share in percent without its sign, of which only all is 100: `71`, `99.9`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 99.0 && value < 100.0 {
        local(&format!("{:.1}", libm::floor(value * 10.0) / 10.0))
    } else {
        format!("{value:.0}")
    }
}

/// A number's text with the decimal mark of the language.
pub fn local(text: &str) -> String {
    match marks().decimal {
        '.' => text.to_string(),
        mark => text.replace('.', mark.encode_utf8(&mut [0; 4])),
    }
}

/// A moment: `1:32.500`.
pub fn moment(at: SimTime) -> String {
    local(&at.to_string())
}

/// A figure with about three significant digits: `0.04`, `3.1`, `412`, `12,300`.
pub fn figure(value: f64) -> String {
    if !value.is_finite() {
        return if value > 0.0 { "∞".into() } else { "–".into() };
    }
    let size = value.abs();
    let text = match size {
        0.0 => return "0".into(),
        s if s < 0.000_5 => return if value > 0.0 { local("<0.001") } else { local(">-0.001") },
        s if s < 0.095 => local(&short(size, 3)),
        s if s < 9.95 => local(&short(size, 2)),
        s if s < 99.5 => local(&short(size, 1)),
        s if s < 1e15 => count((s + 0.5) as u64),
        _ => local(&format!("{size:.2e}")),
    };
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// At most so many digits after the point, none of them a needless zero.
fn short(value: f64, digits: usize) -> String {
    format!("{value:.digits$}").trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Milliseconds in the unit that reads best: `85 µs`, `640 ms`, `1.24 s`, `2.5 min`.
pub fn millis(ms: f64) -> String {
    let size = ms.abs();
    if ms == 0.0 {
        "0 ms".into()
    } else if size < 0.1 {
        format!("{} µs", figure(ms * 1e3))
    } else if size < 999.5 {
        format!("{} ms", figure(ms))
    } else if size < 120_000.0 {
        format!("{} s", figure(ms / 1e3))
    } else if size < 7_200_000.0 {
        format!("{} min", figure(ms / 60e3))
    } else {
        format!("{} h", figure(ms / 3_600e3))
    }
}

/// A duration, likewise.
pub fn duration(d: SimDuration) -> String {
    millis(d.as_millis_f64())
}

/// A moment in seconds: `12.4 s`, `1:32.5`.
pub fn seconds(at: f64) -> String {
    if at < 60.0 {
        return format!("{} s", figure(at));
    }
    let tenths = libm::round(at * 10.0) as u64;
    format!("{}:{:02}{}{}", tenths / 600, tenths / 10 % 60, marks().decimal, tenths % 10)
}

/// A figure with its unit; `%` takes a share from 0 to 1, `ms` chooses its own unit.
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "" => figure(value),
        "%" => format!("{} %", figure(value * 100.0)),
        "ms" => millis(value),
        "$" if marks().decimal == '.' => format!("${}", money(value)),
        "$" => format!("{} $", money(value)),
        _ => format!("{} {}", figure(value), translate(unit)),
    }
}

/// The same; a dash for what is not known.
pub fn known(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "–".into(), |value| with_unit(value, unit))
}

/// An amount: cents where there are any and they are seen.
fn money(value: f64) -> String {
    match value {
        v if (0.01..1_000.0).contains(&v) && figure(v) != figure(libm::round(v)) => local(&format!("{v:.2}")),
        v => figure(v),
    }
}

/// A share of requests that went well, with the digits that matter: `99.95 %`. Only all of them are 100 %.
pub fn availability(share: f64) -> String {
    let digits = match share {
        s if !(0.99..1.0).contains(&s) => return with_unit(share, "%"),
        s if s < 0.999 => 2,
        s if s < 0.9999 => 3,
        _ => 4,
    };
    let scale = libm::pow(10.0, digits as f64);
    local(&format!("{:.digits$} %", libm::floor(share * 100.0 * scale) / scale))
}

/// How fast simulated time runs beside real time: `1/120 speed`, `real time`, `10× speed`.
pub fn speed(factor: f64) -> String {
    match factor {
        f if f.is_nan() || f <= 0.0 => t!("stopped").into(),
        f if (0.97..=1.03).contains(&f) => t!("real time").into(),
        f => t!("%{factor} speed", factor = speed_short(f)),
    }
}

/// The same without words: `1/120`, `10×`.
pub fn speed_short(factor: f64) -> String {
    if factor < 1.0 {
        let inverse = 1.0 / factor;
        format!("1/{}", if inverse < 10.0 { figure((inverse * 10.0 + 0.5).floor() / 10.0) } else { round_two(inverse) })
    } else {
        format!("{}×", if factor < 10.0 { figure((factor * 10.0 + 0.5).floor() / 10.0) } else { round_two(factor) })
    }
}

/// Rounded to two significant digits from a hundred on, to whole numbers below: `117` is 120, `63.4` is 63.
fn round_two(value: f64) -> String {
    let step = if value >= 1000.0 {
        100.0
    } else if value >= 100.0 {
        10.0
    } else {
        1.0
    };
    count(((value / step + 0.5).floor() * step) as u64)
}

/// How long before `now` something was: `3.1 s ago`, `just now`.
pub fn ago(then: SimTime, now: SimTime) -> String {
    let passed = now.since(then);
    if passed < SimDuration::from_millis(1) {
        t!("just now").into()
    } else {
        // One decimal: the last digits would only flicker.
        let ms = passed.as_millis_f64();
        let rounded = if ms >= 1000.0 { libm::round(ms / 100.0) * 100.0 } else { libm::round(ms) };
        t!("%{time} ago", time = millis(rounded))
    }
}

/// `1 request`, `3 requests`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A reason or stable name as words: `queue_full` is `queue full`, in the chosen language.
pub fn words(name: &str) -> String {
    translate(&name.replace('_', " ")).into_owned()
}

/// With a capital first letter.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.0421, "0.042"),
            (3.14159, "3.14"),
            (41.26, "41.3"),
            (412.4, "412"),
            (12345.0, "12,345"),
            (2.0, "2"),
            (-3.5, "-3.5"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(value), text);
        }
        assert_eq!(figure(f64::INFINITY), "∞");
    }

    #[test]
    fn milliseconds_choose_their_unit() {
        let cases = [(0.0, "0 ms"), (0.05, "50 µs"), (0.4, "0.4 ms"), (640.0, "640 ms"), (1240.0, "1.24 s"), (150_000.0, "2.5 min")];
        for (value, text) in cases {
            assert_eq!(millis(value), text);
        }
    }

    #[test]
    fn speeds_read_as_fractions_and_multiples() {
        let cases = [
            (1.0, "real time"),
            (1.0 / 119.6, "1/120 speed"),
            (0.5, "1/2 speed"),
            (0.001, "1/1,000 speed"),
            (100.0, "100× speed"),
            (2.5, "2.5× speed"),
        ];
        for (value, text) in cases {
            assert_eq!(speed(value), text);
        }
    }

    #[test]
    fn nearly_all_is_not_all() {
        let cases = [(1.0, "100 %"), (0.99954, "99.954 %"), (0.9925, "99.25 %"), (0.5, "50 %"), (0.999_999, "99.9999 %")];
        for (share, text) in cases {
            assert_eq!(availability(share), text);
        }
    }

    #[test]
    fn figures_on_the_canvas_are_short() {
        assert_eq!([0.0, 0.44, 9.96, 31.4, 1204.6].map(glance), ["0", "0.4", "10", "31", "1,205"]);
        assert_eq!([0.714, 0.9999, 1.0].map(percent), ["71", "99.9", "100"]);
    }

    #[test]
    fn counts_have_separators() {
        assert_eq!(count(999), "999");
        assert_eq!(count(18_204), "18,204");
        assert_eq!(count(1_234_567), "1,234,567");
    }
}

//! The laws of a distribution as the inspector shows them: names, fields, ranges; and another law with about the same mean.
//! Draws nothing.

use serde_json::{json, Value as Json};

use crate::app::panels::format;
use crate::app::panels::scale::Scale;
use crate::diagram::param::Field;
use crate::engine::Distribution;

/// The longest time that a distribution may have, in milliseconds.
const MAX_MS: f64 = 86_400_000.0;

/// One number of a law.
#[derive(Clone, Copy, Debug)]
pub struct LawField {
    /// Name in the file.
    pub name: &'static str,
    /// Name on the screen.
    pub label: &'static str,
    /// `ms` or nothing.
    pub unit: &'static str,
    /// What it is.
    pub help: &'static str,
    low: f64,
    high: f64,
}

impl LawField {
    /// Where it sits on a slider.
    pub fn scale(&self) -> Scale {
        match self.unit {
            "ms" => Scale::new(self.low, self.high, false, 0.01),
            _ => Scale::new(self.low, self.high, self.name == "k", self.low.max(0.01)),
        }
    }
}

/// One law.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// Name in the file.
    pub name: &'static str,
    /// Name on the screen.
    pub label: &'static str,
    /// What it models, in a sentence.
    pub help: &'static str,
    /// Its numbers; a mixture and a table have none.
    pub fields: &'static [LawField],
}

const fn time(name: &'static str, label: &'static str, help: &'static str) -> LawField {
    // Sliders reach to ten minutes; longer times can be typed.
    LawField { name, label, unit: "ms", help, low: 0.0, high: 600_000.0 }
}

const fn pure(name: &'static str, label: &'static str, help: &'static str, low: f64, high: f64) -> LawField {
    LawField { name, label, unit: "", help, low, high }
}

/// All laws, the common ones first.
pub static LAWS: &[Law] = &[
    Law {
        name: "constant",
        label: text!("Constant"),
        help: text!("Always the same"),
        fields: &[time("value_ms", text!("Value"), text!("Every draw"))],
    },
    Law {
        name: "exponential",
        label: text!("Exponential"),
        help: text!("Memoryless: many short ones, a few long ones"),
        fields: &[time("mean_ms", text!("Mean"), text!("Average of all draws"))],
    },
    Law {
        name: "uniform",
        label: text!("Uniform"),
        help: text!("Everything between two bounds equally likely"),
        fields: &[time("low_ms", text!("From"), text!("Least value")), time("high_ms", text!("To"), text!("Greatest value"))],
    },
    Law {
        name: "log_normal",
        label: text!("Log-normal"),
        help: text!("A typical value with a long tail, as measured latencies often have"),
        fields: &[
            time("median_ms", text!("Median"), text!("Half of the draws are below")),
            pure("sigma", text!("Spread (σ)"), text!("Standard deviation of the logarithm: 0.5 is a mild tail, 1.5 a heavy one"), 0.0, 5.0),
        ],
    },
    Law {
        name: "normal",
        label: text!("Normal"),
        help: text!("A bell curve; what would be below zero is mirrored"),
        fields: &[
            time("mean_ms", text!("Mean"), text!("Centre of the bell")),
            time("sd_ms", text!("Deviation"), text!("Standard deviation")),
        ],
    },
    Law {
        name: "erlang",
        label: text!("Erlang"),
        help: text!("A sum of k exponential stages: steadier than one"),
        fields: &[
            pure("k", text!("Stages (k)"), text!("1 is exponential, many are nearly constant"), 1.0, 1000.0),
            time("mean_ms", text!("Mean"), text!("Average of the sum")),
        ],
    },
    Law {
        name: "hyper_exponential",
        label: text!("Hyper-exponential"),
        help: text!("A mix of short and long ones: burstier than exponential"),
        fields: &[
            time("mean_ms", text!("Mean"), text!("Average of all draws")),
            pure("cv2", text!("Variability (CV²)"), text!("Squared coefficient of variation: 1 is exponential"), 1.0, 1000.0),
        ],
    },
    Law {
        name: "pareto",
        label: text!("Pareto"),
        help: text!("A heavy tail without end"),
        fields: &[
            time("minimum_ms", text!("Minimum"), text!("Least value")),
            pure("alpha", text!("Tail index (α)"), text!("Smaller is heavier; at most 1 has no mean"), 0.1, 100.0),
        ],
    },
    Law {
        name: "bounded_pareto",
        label: text!("Bounded Pareto"),
        help: text!("A heavy tail cut at a maximum"),
        fields: &[
            time("minimum_ms", text!("Minimum"), text!("Least value")),
            time("maximum_ms", text!("Maximum"), text!("Greatest value")),
            pure("alpha", text!("Tail index (α)"), text!("Smaller is heavier"), 0.1, 100.0),
        ],
    },
    Law { name: "mixture", label: text!("Mixture"), help: text!("One of several laws, by weight"), fields: &[] },
    Law { name: "empirical", label: text!("Table of values"), help: text!("One of the listed values, equally likely"), fields: &[] },
];

/// The law of this name in a file.
pub fn law(name: &str) -> Option<&'static Law> {
    LAWS.iter().find(|l| l.name == name)
}

/// The law's name of a distribution in a file.
pub fn name_of(value: &Json) -> &str {
    value.get("law").and_then(Json::as_str).unwrap_or("constant")
}

/// The distribution by the figures that its form has: what was written by its mean has another one there.
pub fn in_form(value: Json) -> Json {
    let fields = law(name_of(&value)).map(|l| l.fields).unwrap_or_default();
    match fields.iter().all(|f| value.get(f.name).is_some()) {
        true => value,
        false => Distribution::from_json(&value).map_or(value, |d| d.to_json()),
    }
}

/// The mean in milliseconds, if it is a distribution.
pub fn mean_ms(value: &Json) -> Option<f64> {
    Distribution::from_json(value).map(|d| d.mean_ms())
}

/// In a few words: `exponential, mean 24 ms`.
pub fn describe(value: &Json) -> String {
    let label = law(name_of(value)).map_or(t!("unknown law"), |l| t!(l.label)).to_lowercase();
    match mean_ms(value) {
        Some(mean) if name_of(value) == "constant" => t!("constant %{time}", time = format::millis(mean)),
        Some(mean) => t!("%{law}, mean %{time}", law = label, time = format::millis(mean)),
        None => label,
    }
}

/// The distribution of another law with about the same mean.
pub fn convert(value: &Json, to: &str) -> Json {
    let mean = mean_ms(value).filter(|m| m.is_finite()).unwrap_or(10.0).clamp(0.0, MAX_MS / 10.0);
    // Sensible figures only: three digits.
    let round = |v: f64| format!("{v:.2e}").parse::<f64>().unwrap_or(v);
    match to {
        "uniform" => json!({"law": to, "low_ms": round(mean * 0.5), "high_ms": round(mean * 1.5)}),
        "log_normal" => json!({"law": to, "median_ms": round(mean / libm::exp(0.125)), "sigma": 0.5}),
        "normal" => json!({"law": to, "mean_ms": round(mean), "sd_ms": round(mean * 0.2)}),
        "erlang" => json!({"law": to, "k": 4, "mean_ms": round(mean)}),
        "hyper_exponential" => json!({"law": to, "mean_ms": round(mean), "cv2": 4.0}),
        "pareto" => json!({"law": to, "minimum_ms": round(mean * 0.6), "alpha": 2.5}),
        "bounded_pareto" => {
            let least = round(mean * 0.4).max(0.001);
            json!({"law": to, "minimum_ms": least, "maximum_ms": round(least * 100.0), "alpha": 1.5})
        }
        "mixture" => {
            json!({"law": to, "parts": [[9.0, {"law": "exponential", "mean_ms": round(mean)}], [1.0, {"law": "exponential", "mean_ms": round(mean * 10.0)}]]})
        }
        "empirical" => json!({"law": to, "values_ms": [round(mean * 0.5), round(mean), round(mean * 1.5)]}),
        "exponential" => json!({"law": to, "mean_ms": round(mean)}),
        _ => json!({"law": "constant", "value_ms": round(mean)}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_law_can_become_every_other() {
        for from in LAWS {
            let value = convert(&json!({"law": "exponential", "mean_ms": 24.0}), from.name);
            for to in LAWS {
                let converted = convert(&value, to.name);
                let read = Distribution::from_json(&converted).unwrap_or_else(|| panic!("{converted} is not a distribution"));
                read.check().unwrap_or_else(|e| panic!("{converted}: {e}"));
                assert_eq!(name_of(&converted), to.name);
            }
        }
    }

    #[test]
    fn every_field_of_a_law_is_in_its_form() {
        for law in LAWS.iter().filter(|l| !l.fields.is_empty()) {
            let value = convert(&json!({"law": "constant", "value_ms": 5.0}), law.name);
            let names: Vec<_> = value.as_object().unwrap().keys().filter(|k| *k != "law").cloned().collect();
            let mut shown: Vec<_> = law.fields.iter().map(|f| f.name.to_string()).collect();
            let mut names = names;
            names.sort();
            shown.sort();
            assert_eq!(names, shown, "{}", law.name);
        }
    }
}

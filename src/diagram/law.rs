//! Distributions as a file writes them: `{"law": "exponential", "mean_ms": 10}`.
//! What has a mean and is usually given by another figure, a log-normal or a Pareto, may be given by the one or the other.
//! Written by hand, as what serde derives for a tagged enum is ten times the code.

mod forms;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::engine::Distribution;

pub use forms::{names, FieldKind, Form, FormField, FORMS, MAX_MS};

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The least tail index of a Pareto that is given by its mean: at 1 there is none.
const LEAST_ALPHA: f64 = 1.001;

fn read(value: Value) -> Result<Distribution, String> {
    let Value::Object(fields) = value else { return Err("expected an object".into()) };
    let mut fields = Fields(fields);
    let Value::String(law) = fields.take("law")? else { return Err("field `law` is not a text".into()) };
    let read = match law.as_str() {
        "constant" => Distribution::Constant { value_ms: fields.number("value_ms")? },
        "uniform" => Distribution::Uniform { low_ms: fields.number("low_ms")?, high_ms: fields.number("high_ms")? },
        "exponential" => Distribution::Exponential { mean_ms: fields.number("mean_ms")? },
        "erlang" => Distribution::Erlang { k: fields.whole("k")?, mean_ms: fields.number("mean_ms")? },
        "hyper_exponential" => Distribution::HyperExponential { mean_ms: fields.number("mean_ms")?, cv2: fields.number("cv2")? },
        "log_normal" => {
            let sigma = fields.number("sigma")?;
            let median_ms = fields.or_by_mean("median_ms", |mean| Ok(mean * libm::exp(-sigma * sigma / 2.0)))?;
            Distribution::LogNormal { median_ms, sigma }
        }
        "normal" => Distribution::Normal { mean_ms: fields.number("mean_ms")?, sd_ms: fields.number("sd_ms")? },
        "pareto" => {
            let alpha = fields.number("alpha")?;
            let minimum_ms = fields.or_by_mean("minimum_ms", |mean| match alpha >= LEAST_ALPHA {
                true => Ok(mean * (alpha - 1.0) / alpha),
                false => Err(format!("alpha is {alpha}, with a mean it must be {LEAST_ALPHA} or more")),
            })?;
            Distribution::Pareto { minimum_ms, alpha }
        }
        "bounded_pareto" => Distribution::BoundedPareto {
            minimum_ms: fields.number("minimum_ms")?,
            maximum_ms: fields.number("maximum_ms")?,
            alpha: fields.number("alpha")?,
        },
        "mixture" => Distribution::Mixture { parts: fields.list("parts", part)? },
        "empirical" => Distribution::Empirical { values_ms: fields.list("values_ms", |v| v.as_f64().ok_or_else(|| not_a("number")))? },
        other => return Err(format!("unknown law `{other}`; known are {}", names())),
    };
    match fields.0.keys().next() {
        Some(left) => Err(format!("unknown field `{left}`")),
        None => Ok(read),
    }
}

/// A weight and a law.
fn part(value: Value) -> Result<(f64, Distribution), String> {
    match value {
        Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
            Ok([weight, law]) => Ok((weight.as_f64().ok_or_else(|| not_a("number"))?, read(law)?)),
            Err(_) => Err(not_a("pair")),
        },
        _ => Err(not_a("pair")),
    }
}

fn not_a(what: &str) -> String {
    format!("one of its values is not a {what}")
}

/// The fields that are still to be read.
struct Fields(Map<String, Value>);

impl Fields {
    fn take(&mut self, name: &str) -> Result<Value, String> {
        self.0.remove(name).ok_or_else(|| format!("missing field `{name}`"))
    }

    fn number(&mut self, name: &str) -> Result<f64, String> {
        self.take(name)?.as_f64().ok_or_else(|| format!("field `{name}` is not a number"))
    }

    /// A figure, or what the mean makes of it: just one of them is given.
    fn or_by_mean(&mut self, name: &str, from_mean: impl Fn(f64) -> Result<f64, String>) -> Result<f64, String> {
        match (self.0.contains_key(name), self.0.contains_key("mean_ms")) {
            (true, true) => Err(format!("`{name}` and `mean_ms` are both given, one of them is enough")),
            (false, false) => Err(format!("missing field `{name}` or `mean_ms`")),
            (true, false) => self.number(name),
            (false, true) => match self.number("mean_ms")? {
                mean if (0.0..=MAX_MS).contains(&mean) => from_mean(mean),
                mean => Err(format!("mean_ms is {mean}, it must be from 0 to {MAX_MS} ms")),
            },
        }
    }

    fn whole(&mut self, name: &str) -> Result<u32, String> {
        let value = self.take(name)?.as_u64().and_then(|v| u32::try_from(v).ok());
        value.ok_or_else(|| format!("field `{name}` is not a whole number from 0 to {}", u32::MAX))
    }

    fn list<T>(&mut self, name: &str, read: impl Fn(Value) -> Result<T, String>) -> Result<Vec<T>, String> {
        match self.take(name)? {
            Value::Array(values) => values.into_iter().map(read).collect(),
            _ => Err(format!("field `{name}` is not a list")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_law_reads_back_as_it_was_written() {
        let laws = [
            Distribution::constant(1.5),
            Distribution::Uniform { low_ms: 1.0, high_ms: 2.0 },
            Distribution::exponential(10.0),
            Distribution::Erlang { k: 3, mean_ms: 2.0 },
            Distribution::HyperExponential { mean_ms: 2.0, cv2: 4.0 },
            Distribution::LogNormal { median_ms: 2.0, sigma: 0.5 },
            Distribution::Normal { mean_ms: 2.0, sd_ms: 1.0 },
            Distribution::Pareto { minimum_ms: 1.0, alpha: 2.5 },
            Distribution::BoundedPareto { minimum_ms: 1.0, maximum_ms: 9.0, alpha: 2.5 },
            Distribution::Empirical { values_ms: vec![1.0, 2.0] },
        ];
        let mixture = Distribution::Mixture { parts: laws.iter().map(|l| (0.5, l.clone())).collect() };
        for law in laws.into_iter().chain([mixture]) {
            let json = serde_json::to_value(&law).unwrap();
            assert_eq!(serde_json::from_value::<Distribution>(json).unwrap(), law);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            (json!([]), "expected an object"),
            (json!({}), "missing field `law`"),
            (json!({"law": 1}), "field `law` is not a text"),
            (json!({"law": "constant"}), "missing field `value_ms`"),
            (json!({"law": "constant", "value_ms": "x"}), "field `value_ms` is not a number"),
            (json!({"law": "constant", "value_ms": 1, "k": 2}), "unknown field `k`"),
            (json!({"law": "erlang", "k": 1.5, "mean_ms": 2}), "field `k` is not a whole number from 0 to 4294967295"),
            (json!({"law": "mixture", "parts": [[1]]}), "one of its values is not a pair"),
            (json!({"law": "empirical", "values_ms": [null]}), "one of its values is not a number"),
            (json!({"law": "log_normal", "sigma": 1}), "missing field `median_ms` or `mean_ms`"),
            (
                json!({"law": "log_normal", "sigma": 1, "mean_ms": 2, "median_ms": 1}),
                "`median_ms` and `mean_ms` are both given, one of them is enough",
            ),
            (json!({"law": "log_normal", "sigma": 1, "mean_ms": -2}), "mean_ms is -2, it must be from 0 to 86400000 ms"),
            (json!({"law": "pareto", "alpha": 1, "mean_ms": 2}), "alpha is 1, with a mean it must be 1.001 or more"),
            (
                json!({"law": "pareto", "alpha": 2, "mean_ms": 2, "minimum_ms": 1}),
                "`minimum_ms` and `mean_ms` are both given, one of them is enough",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(serde_json::from_value::<Distribution>(value.clone()).unwrap_err().to_string(), expected, "{value}");
        }
        let unknown = serde_json::from_value::<Distribution>(json!({"law": "sometimes"})).unwrap_err().to_string();
        assert!(unknown.starts_with("unknown law `sometimes`; known are constant, uniform, exponential, "), "{unknown}");
    }

    #[test]
    fn what_is_given_by_its_mean_is_the_law_with_that_mean() {
        let read = |value: serde_json::Value| serde_json::from_value::<Distribution>(value).unwrap();
        let Distribution::LogNormal { median_ms, sigma } = read(json!({"law": "log_normal", "mean_ms": 10, "sigma": 1})) else { panic!() };
        assert_eq!(sigma, 1.0);
        assert!((median_ms - 6.065_306_597).abs() < 1e-8, "10 exp(-1/2): {median_ms}");
        let pareto = read(json!({"law": "pareto", "mean_ms": 10, "alpha": 2.5}));
        assert_eq!(pareto, Distribution::Pareto { minimum_ms: 6.0, alpha: 2.5 });
        assert!((pareto.mean_ms() - 10.0).abs() < 1e-12);
    }
}

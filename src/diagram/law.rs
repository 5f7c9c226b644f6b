//! Distributions as a file writes them: `{"law": "exponential", "mean_ms": 10}`.
//! Knows no limits of their values; written by hand, as what serde derives for a tagged enum is ten times the code.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::engine::Distribution;

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

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
        "log_normal" => Distribution::LogNormal { median_ms: fields.number("median_ms")?, sigma: fields.number("sigma")? },
        "normal" => Distribution::Normal { mean_ms: fields.number("mean_ms")?, sd_ms: fields.number("sd_ms")? },
        "pareto" => Distribution::Pareto { minimum_ms: fields.number("minimum_ms")?, alpha: fields.number("alpha")? },
        "bounded_pareto" => Distribution::BoundedPareto {
            minimum_ms: fields.number("minimum_ms")?,
            maximum_ms: fields.number("maximum_ms")?,
            alpha: fields.number("alpha")?,
        },
        "mixture" => Distribution::Mixture { parts: fields.list("parts", part)? },
        "empirical" => Distribution::Empirical { values_ms: fields.list("values_ms", |v| v.as_f64().ok_or_else(|| not_a("number")))? },
        other => return Err(format!("unknown law `{other}`")),
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
            (json!({"law": "sometimes"}), "unknown law `sometimes`"),
        ];
        for (value, expected) in cases {
            assert_eq!(serde_json::from_value::<Distribution>(value.clone()).unwrap_err().to_string(), expected, "{value}");
        }
    }
}

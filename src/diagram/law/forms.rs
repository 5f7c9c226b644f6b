//! The distributions with their fields: what the schema, the reference and the reader's messages know of them.
//! Draws and reads nothing.

/// The longest time in a distribution: a day, in milliseconds.
pub const MAX_MS: f64 = 86_400_000.0;

/// What a field of a distribution holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldKind {
    /// A time in milliseconds, from 0 to [`MAX_MS`].
    Time,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A whole number from the first to the second.
    Whole(u32, u32),
    /// A list of so many times at most.
    Times(u32),
    /// A list of so many pairs of a weight and a distribution at most.
    Parts(u32),
}

/// A field of a distribution.
#[derive(Clone, Copy, Debug)]
pub struct FormField {
    /// Name in a file: `mean_ms`.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// What it is.
    pub about: &'static str,
}

/// One way to write a distribution; some have two, by their mean and by another figure.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Name in a file: `log_normal`.
    pub law: &'static str,
    /// What it is good for.
    pub about: &'static str,
    /// Its fields, all of which must be there.
    pub fields: &'static [FormField],
    /// Its mean, from its fields.
    pub mean: &'static str,
    /// As it stands in a file.
    pub example: &'static str,
}

const fn field(name: &'static str, kind: FieldKind, about: &'static str) -> FormField {
    FormField { name, kind, about }
}

const fn time(name: &'static str, about: &'static str) -> FormField {
    field(name, FieldKind::Time, about)
}

const MEAN: FormField = time("mean_ms", "Mean");
const SIGMA: FormField = field("sigma", FieldKind::Number(0.0, 5.0), "Standard deviation of the natural logarithm");
const ALPHA: FormField = field("alpha", FieldKind::Number(0.1, 100.0), "Tail index: the smaller, the heavier the tail");
const MINIMUM: FormField = time("minimum_ms", "Least value");

/// Every way to write a distribution.
pub const FORMS: &[Form] = &[
    Form {
        law: "constant",
        about: "Always the same",
        fields: &[time("value_ms", "The value")],
        mean: "value_ms",
        example: r#"{"law": "constant", "value_ms": 10}"#,
    },
    Form {
        law: "uniform",
        about: "Every value between two bounds is equally likely",
        fields: &[time("low_ms", "Lower bound"), time("high_ms", "Upper bound, not below the lower one")],
        mean: "(low_ms + high_ms) / 2",
        example: r#"{"law": "uniform", "low_ms": 5, "high_ms": 15}"#,
    },
    Form {
        law: "exponential",
        about: "Memoryless: how much longer it takes does not depend on how long it took so far; coefficient of variation 1",
        fields: &[MEAN],
        mean: "mean_ms",
        example: r#"{"law": "exponential", "mean_ms": 10}"#,
    },
    Form {
        law: "erlang",
        about: "Sum of k exponentials: steadier than one; coefficient of variation 1/sqrt(k)",
        fields: &[field("k", FieldKind::Whole(1, 1000), "Number of stages"), MEAN],
        mean: "mean_ms",
        example: r#"{"law": "erlang", "k": 4, "mean_ms": 10}"#,
    },
    Form {
        law: "hyper_exponential",
        about: "One of two exponentials with balanced means: more variable than one",
        fields: &[MEAN, field("cv2", FieldKind::Number(1.0, 1000.0), "Squared coefficient of variation")],
        mean: "mean_ms",
        example: r#"{"law": "hyper_exponential", "mean_ms": 10, "cv2": 4}"#,
    },
    Form {
        law: "log_normal",
        about: "Its logarithm is normal: what measured service times often look like; by its median",
        fields: &[time("median_ms", "Median"), SIGMA],
        mean: "median_ms exp(sigma^2 / 2)",
        example: r#"{"law": "log_normal", "median_ms": 10, "sigma": 0.5}"#,
    },
    Form {
        law: "log_normal",
        about: "The same, by its mean",
        fields: &[MEAN, SIGMA],
        mean: "mean_ms",
        example: r#"{"law": "log_normal", "mean_ms": 10, "sigma": 1}"#,
    },
    Form {
        law: "normal",
        about: "Absolute value of a normal variable",
        fields: &[time("mean_ms", "Mean before the absolute value"), time("sd_ms", "Standard deviation before the absolute value")],
        mean: "mean_ms, where sd_ms is small beside it; else more",
        example: r#"{"law": "normal", "mean_ms": 10, "sd_ms": 2}"#,
    },
    Form {
        law: "pareto",
        about: "Few values are very large: a power law from its least value on; by that value",
        fields: &[MINIMUM, ALPHA],
        mean: "minimum_ms alpha / (alpha - 1), where alpha is above 1; else infinite",
        example: r#"{"law": "pareto", "minimum_ms": 5, "alpha": 2.5}"#,
    },
    Form {
        law: "pareto",
        about: "The same, by its mean",
        fields: &[MEAN, field("alpha", FieldKind::Number(1.001, 100.0), "Tail index: the smaller, the heavier the tail")],
        mean: "mean_ms",
        example: r#"{"law": "pareto", "mean_ms": 10, "alpha": 2}"#,
    },
    Form {
        law: "bounded_pareto",
        about: "A Pareto that is cut off at a greatest value",
        fields: &[
            field("minimum_ms", FieldKind::Number(1e-6, MAX_MS), "Least value"),
            time("maximum_ms", "Greatest value, above the least one"),
            ALPHA,
        ],
        mean: "between its least and its greatest value",
        example: r#"{"law": "bounded_pareto", "minimum_ms": 2, "maximum_ms": 1000, "alpha": 1.5}"#,
    },
    Form {
        law: "mixture",
        about: "One of several distributions, none of which is a mixture, chosen by weight",
        fields: &[field("parts", FieldKind::Parts(16), "Pairs of a weight above 0 and a distribution")],
        mean: "the weighted mean of the parts' means",
        example: r#"{"law": "mixture", "parts": [[9, {"law": "constant", "value_ms": 5}], [1, {"law": "exponential", "mean_ms": 100}]]}"#,
    },
    Form {
        law: "empirical",
        about: "One of the listed values, each equally likely: measured times, say",
        fields: &[field("values_ms", FieldKind::Times(10_000), "The values")],
        mean: "the mean of the values",
        example: r#"{"law": "empirical", "values_ms": [8, 9, 9, 10, 40]}"#,
    },
];

/// The names of all distributions: `constant, uniform, …`.
pub fn names() -> String {
    let mut names: Vec<&str> = FORMS.iter().map(|form| form.law).collect();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value as Json};

    use super::*;
    use crate::engine::Distribution;

    fn read(value: &Json) -> Result<Distribution, String> {
        let law: Distribution = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
        law.check().map(|()| law)
    }

    #[test]
    fn every_form_is_read_and_needs_just_its_fields_within_their_ranges() {
        for form in FORMS {
            let example: Json = serde_json::from_str(form.example).unwrap();
            read(&example).unwrap_or_else(|e| panic!("{}: {e}", form.example));
            let names: Vec<&str> = example.as_object().unwrap().keys().map(String::as_str).collect();
            let declared: Vec<&str> = std::iter::once("law").chain(form.fields.iter().map(|f| f.name)).collect();
            assert_eq!(names, declared);
            for field in form.fields {
                let with = |value: Json| {
                    let mut changed = example.clone();
                    changed[field.name] = value;
                    read(&changed)
                };
                let mut without = example.clone();
                without.as_object_mut().unwrap().shift_remove(field.name);
                assert!(read(&without).is_err(), "{} without {}", form.law, field.name);
                let (low, high) = match field.kind {
                    FieldKind::Time => (0.0, MAX_MS),
                    FieldKind::Number(low, high) => (low, high),
                    FieldKind::Whole(low, high) => {
                        assert!(with(json!(low)).is_ok() && with(json!(high)).is_ok());
                        assert!(with(json!(low - 1)).is_err() && with(json!(high + 1)).is_err() && with(json!(1.5)).is_err());
                        continue;
                    }
                    FieldKind::Times(most) => {
                        assert!(with(json!(vec![1; most as usize])).is_ok() && with(json!(vec![1; most as usize + 1])).is_err());
                        continue;
                    }
                    FieldKind::Parts(most) => {
                        let part = json!([1, {"law": "constant", "value_ms": 1}]);
                        assert!(with(json!(vec![part.clone(); most as usize])).is_ok());
                        assert!(with(json!(vec![part; most as usize + 1])).is_err());
                        continue;
                    }
                };
                assert!(with(json!(low - 0.5)).is_err() && with(json!(high + 1.0)).is_err(), "{} {}", form.law, field.name);
                // Beside the other fields of the example one end of the range may not fit: a lower bound above the upper one.
                assert!(with(json!(low)).is_ok() || with(json!(high)).is_ok(), "{} {}", form.law, field.name);
            }
        }
    }

    #[test]
    fn a_law_by_its_mean_has_that_mean() {
        for form in FORMS.iter().filter(|form| form.mean == "mean_ms") {
            let example: Json = serde_json::from_str(form.example).unwrap();
            let mean = read(&example).unwrap().mean_ms();
            assert!((mean - example["mean_ms"].as_f64().unwrap()).abs() < 1e-9, "{}: {mean}", form.example);
        }
    }
}

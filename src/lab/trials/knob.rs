//! A parameter that can be varied: a number, a duration, or the mean of a distribution.
//! Knows no kind: it goes by the declarations.

use serde_json::Value as Json;

use crate::components::{self, link, Telling};
use crate::diagram::param::{complete, ParamSpec, ParamType, Values};
use crate::diagram::{Document, Edit};
use crate::engine::Distribution;
use crate::files::check_edit;

/// Whose parameter it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A node's, by its id.
    Node(String),
    /// A link's, by its id.
    Link(String),
}

impl Owner {
    /// The parameters that tell most when they are varied.
    pub fn telling(&self, document: &Document) -> &'static [Telling] {
        match self {
            Owner::Node(id) => document.node(id).and_then(|n| components::kind(&n.kind)).map_or(&[], |k| k.telling),
            Owner::Link(_) => link::TELLING,
        }
    }

    fn values(&self, document: &Document) -> Option<(Vec<ParamSpec>, Values)> {
        let (specs, set) = match self {
            Owner::Node(id) => {
                let node = document.node(id)?;
                (components::kind(&node.kind)?.params(), &node.params)
            }
            Owner::Link(id) => (link::specs(), &document.link(id)?.params),
        };
        let values = complete(&specs, set);
        Some((specs, values))
    }

    /// The parameters that can be varied, in the order of the form: those that are numbers and that matter now.
    pub fn knobs(&self, document: &Document) -> Vec<(Knob, ParamSpec)> {
        let Some((specs, values)) = self.values(document) else { return Vec::new() };
        let fits = |spec: &ParamSpec| number(spec, &values).is_some() && spec.applies(&values) && !spec.name.starts_with("price_");
        let knob = |spec: ParamSpec| (Knob { owner: self.clone(), param: spec.name.to_string() }, spec);
        specs.into_iter().filter(fits).map(knob).collect()
    }
}

/// A parameter of a node or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Whose it is.
    pub owner: Owner,
    /// Its name in a file.
    pub param: String,
}

fn number(spec: &ParamSpec, values: &Values) -> Option<f64> {
    let value = values.get(spec.name)?;
    match &spec.kind {
        ParamType::Int { .. } | ParamType::Float { .. } | ParamType::Duration { .. } => value.as_f64(),
        ParamType::Law => serde_json::from_value::<Distribution>(value.clone()).ok().map(|law| law.mean_ms()).filter(|m| m.is_finite()),
        ParamType::Bool | ParamType::Choice(_) | ParamType::Text { .. } => None,
    }
}

impl Knob {
    /// What its owner's kind says of it, if it tells much when it is varied.
    pub fn telling(&self, document: &Document) -> Option<Telling> {
        self.owner.telling(document).iter().find(|t| t.param == self.param).copied()
    }

    /// Its declaration.
    pub fn spec(&self, document: &Document) -> Option<ParamSpec> {
        self.owner.values(document)?.0.into_iter().find(|s| s.name == self.param)
    }

    /// What it is set to: a distribution by its mean in milliseconds.
    pub fn value(&self, document: &Document) -> Option<f64> {
        let (specs, values) = self.owner.values(document)?;
        number(specs.iter().find(|s| s.name == self.param)?, &values)
    }

    /// Least and greatest value.
    pub fn range(&self, document: &Document) -> Option<(f64, f64)> {
        Some(match self.spec(document)?.kind {
            ParamType::Int { min, max } => (min as f64, max as f64),
            ParamType::Float { min, max } | ParamType::Duration { min_ms: min, max_ms: max } => (min, max),
            // Time may not run out for a mean either.
            ParamType::Law => (1e-3, 86_400_000.0),
            ParamType::Bool | ParamType::Choice(_) | ParamType::Text { .. } => return None,
        })
    }

    /// Whether it takes whole numbers only.
    pub fn is_whole(&self, document: &Document) -> bool {
        self.spec(document).is_some_and(|s| matches!(s.kind, ParamType::Int { .. }))
    }

    /// The diagram with this parameter set to `value`; a distribution keeps its shape and gets this mean.
    pub fn set(&self, document: &Document, value: f64) -> Result<Document, String> {
        let missing = || format!("there is no parameter {}", self.param);
        let spec = self.spec(document).ok_or_else(missing)?;
        let wrong = |why: String| format!("{}: {why}", spec.label);
        let (_, values) = self.owner.values(document).ok_or_else(missing)?;
        let json = match &spec.kind {
            ParamType::Int { .. } => Json::from(libm::round(value) as i64),
            ParamType::Law => {
                let law: Option<Distribution> = values.get(spec.name).and_then(|v| serde_json::from_value(v.clone()).ok());
                let mean = self.value(document).filter(|m| *m > 0.0);
                match (law, mean) {
                    (Some(law), Some(mean)) if value > 0.0 => serde_json::to_value(law.scaled(value / mean)).unwrap_or_default(),
                    _ => return Err(wrong("a distribution without a mean above zero cannot be varied".into())),
                }
            }
            _ => Json::from(value),
        };
        let param = self.param.clone();
        let edit = match &self.owner {
            Owner::Node(id) => Edit::SetNodeParam { id: id.clone(), param, value: json },
            Owner::Link(id) => Edit::SetLinkParam { id: id.clone(), param, value: json },
        };
        // People know it by its label.
        check_edit(document, &edit).map_err(|p| p.message.replacen(spec.name, spec.label, 1))?;
        let mut changed = document.clone();
        changed.apply(&edit).map_err(wrong)?;
        Ok(changed)
    }
}

/// So many values between two, both included: with even steps, or each the same factor above the one before. Whole numbers
/// are rounded, and none comes twice.
pub fn spread(from: f64, to: f64, count: usize, by_factors: bool, whole: bool) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    let by_factors = by_factors && from > 0.0 && to > 0.0;
    let value = |i: usize| match i as f64 / last {
        0.0 => from,
        1.0 => to,
        share if by_factors => from * libm::pow(to / from, share),
        share => from + (to - from) * share,
    };
    // Four digits are as many as one wants to read.
    let tidy = |v: f64| format!("{v:.3e}").parse::<f64>().unwrap_or(v);
    let round = |(i, v): (usize, f64)| match whole {
        true => libm::round(v),
        false if i == 0 || i + 1 == count => v,
        false => tidy(v),
    };
    let mut values: Vec<f64> = (0..count).map(value).enumerate().map(round).collect();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read;
    use crate::lab::scenarios::scenario;

    fn single() -> Document {
        read(scenario("single-server").expect("it ships").json).expect("it can be read")
    }

    fn knob(node: &str, param: &str) -> Knob {
        Knob { owner: Owner::Node(node.into()), param: param.into() }
    }

    #[test]
    fn a_law_keeps_its_shape_and_gets_the_mean() {
        let service = knob("server", "service_time");
        let changed = service.set(&single(), 4.0).expect("it fits");
        assert_eq!(service.value(&changed), Some(4.0));
        assert_eq!(changed.nodes[1].params["service_time"]["law"], "exponential");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let refused = knob("users", "rate_per_s").set(&single(), 0.0).expect_err("0 is below the range");
        assert_eq!(refused, "Rate is 0, it must be from 0.01 to 1000000");
        assert!(knob("users", "colour").set(&single(), 1.0).is_err());
    }

    #[test]
    fn only_numbers_that_matter_are_offered() {
        let names: Vec<String> = Owner::Node("users".into()).knobs(&single()).into_iter().map(|(k, _)| k.param).collect();
        assert!(names.contains(&"rate_per_s".into()) && names.contains(&"users".into()), "{names:?}");
        assert!(!names.iter().any(|n| n == "source" || n == "think_time" || n == "burst_length"), "{names:?}");
    }

    #[test]
    fn values_are_spread_evenly_or_by_factors() {
        assert_eq!(spread(10.0, 90.0, 5, false, false), [10.0, 30.0, 50.0, 70.0, 90.0]);
        assert_eq!(spread(10.0, 1000.0, 3, true, true), [10.0, 100.0, 1000.0]);
        assert_eq!(spread(1.0, 3.0, 9, false, true), [1.0, 2.0, 3.0]);
    }
}

//! Timeouts that end before an answer can have come back.

use super::{Report, Subject};
use crate::diagram::param::Field as _;
use crate::diagram::separation::separation;
use crate::engine::link::Role;
use crate::engine::Distribution;

/// The way there and back takes at least the least that its times can be, and what lies between the ends.
pub(super) fn too_short(subject: &Subject<'_>, report: &mut Report) {
    for wire in subject.wires.iter().filter(|w| matches!(w.role, Role::Call | Role::Aside)) {
        let law = |name: &str| wire.values.get(name).and_then(Distribution::from_json).map_or(0.0, |law| least_ms(&law));
        let there = law("latency");
        let back = if wire.values.get("asymmetric").and_then(|v| v.as_bool()) == Some(true) { law("return_latency") } else { there };
        let apart = separation(subject.doc, &wire.from.id, &wire.to.id).one_way().as_millis_f64();
        let least = there + back + 2.0 * apart;
        let timeout = wire.values.get("timeout").and_then(|v| v.as_f64()).unwrap_or(0.0);
        if timeout > 0.0 && timeout < least {
            let what = format!("{timeout} ms end before an answer from {} can be back, which takes {least} ms or more", wire.to.name);
            report.link(wire, ".params.timeout", what);
        }
    }
}

/// The least that a distribution can give, in milliseconds.
fn least_ms(law: &Distribution) -> f64 {
    match law {
        Distribution::Constant { value_ms } => *value_ms,
        Distribution::Uniform { low_ms, .. } => *low_ms,
        Distribution::Pareto { minimum_ms, .. } | Distribution::BoundedPareto { minimum_ms, .. } => *minimum_ms,
        Distribution::Mixture { parts } => parts.iter().map(|(_, law)| least_ms(law)).fold(f64::INFINITY, f64::min),
        Distribution::Empirical { values_ms } => values_ms.iter().copied().fold(f64::INFINITY, f64::min),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::{json, Value as Json};

    #[test]
    fn an_answer_takes_the_way_there_and_back() {
        let with =
            |params: Json| found("timeout_too_short", json!([["users", "clients"], ["api", "service"]]), json!([["users", "api", params]]));
        let constant = |ms: f64| json!({"law": "constant", "value_ms": ms});
        let found = with(json!({"latency": constant(20.0), "timeout": 30}));
        assert_eq!(
            found[0],
            ("links[0].params.timeout".to_string(), "30 ms end before an answer from api can be back, which takes 40 ms or more".into())
        );
        assert_eq!(with(json!({"latency": constant(20.0), "timeout": 50})), []);
        assert_eq!(with(json!({"latency": constant(20.0), "timeout": 0})), [], "0 is for ever");
        assert_eq!(with(json!({"latency": constant(20.0), "timeout": 30, "asymmetric": true, "return_latency": constant(1.0)})), []);
        assert_eq!(with(json!({"latency": {"law": "exponential", "mean_ms": 100}, "timeout": 1})), [], "it may be quicker");
        assert_eq!(with(json!({"latency": {"law": "pareto", "minimum_ms": 100, "alpha": 2}, "timeout": 1})).len(), 1);
    }
}

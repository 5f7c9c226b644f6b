//! Settings of a link that change nothing.

use super::{Report, Subject};
use crate::files::{differs, why_unread};

/// What a link is set to, other than by default, should be read by somebody.
pub(super) fn unread(subject: &Subject<'_>, report: &mut Report) {
    for wire in &subject.wires {
        for name in wire.link.params.keys().filter(|name| differs(wire.link, name)) {
            if let Some(why) = why_unread(&wire.from.kind, &wire.to.kind, &wire.link.params, name) {
                report.link(wire, &format!(".params.{name}"), why);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::{json, Value as Json};

    fn with(from: &str, to: &str, params: Json) -> Vec<(String, String)> {
        found("unread_setting", json!([["a", from], ["b", to]]), json!([["a", "b", params]]))
    }

    #[test]
    fn what_depends_on_another_setting_is_found_where_that_is_set_otherwise() {
        assert_eq!(with("service", "database", json!({"weight": 3}))[0].0, "links[0].params.weight");
        assert_eq!(with("service", "database", json!({"weight": 3, "pick": "one"})), []);
        assert_eq!(with("load_balancer", "service", json!({"weight": 3})), []);
        assert_eq!(with("service", "database", json!({"need": 3}))[0].1, "is read only where wait_for is some");
        assert_eq!(with("service", "database", json!({"need": 3, "wait_for": "some", "count": 3})), []);
        assert_eq!(with("service", "database", json!({"need": 1, "weight": 1})), [], "what is so by default");
        assert_eq!(with("service", "database", json!({"when": "session", "stage": 2})).len(), 1);
    }
}

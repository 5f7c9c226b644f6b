//! Requests that have nowhere to go.

use super::{a, Report, Subject};
use crate::components::{Group, Rules};
use crate::engine::link::Role;

/// What starts requests, or only sends them on, needs a link to somebody who takes them.
pub(super) fn nowhere_to_send(subject: &Subject<'_>, report: &mut Report) {
    for (i, node, kind) in subject.nodes() {
        let sends = kind.group == Group::Traffic || matches!(kind.rules, Rules::Choice(_));
        if sends && !subject.from(node).any(|w| w.role == Role::Call) {
            report.node(i, node, "", format!("{} is linked to nobody: all its requests fail", a(kind)));
        }
    }
}

/// Sessions that are kept in a store need a link that carries them.
pub(super) fn no_session_store(subject: &Subject<'_>, report: &mut Report) {
    for (i, node, _) in subject.nodes() {
        let shared = node.params.get("sessions").and_then(|v| v.as_str()) == Some("shared");
        if shared && !subject.from(node).any(|w| w.text("when") == Some("session")) {
            report.node(
                i,
                node,
                ".params.sessions",
                "is shared, and no link from here carries sessions: set when to session on one to a store",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::json;

    #[test]
    fn clients_and_balancers_without_a_link_are_found() {
        let nodes = json!([["users", "clients"], ["lb", "load_balancer"], ["api", "service"]]);
        let places: Vec<String> = found("nowhere_to_send", nodes.clone(), json!([])).into_iter().map(|f| f.0).collect();
        assert_eq!(places, ["nodes[0]", "nodes[1]"]);
        assert_eq!(found("nowhere_to_send", nodes, json!([["users", "lb"], ["lb", "api"]])), []);
    }

    #[test]
    fn sessions_in_a_store_need_a_link_that_carries_them() {
        let nodes = json!([["api", "service", {"sessions": "shared"}], ["db", "database"]]);
        assert_eq!(found("nowhere_to_look", nodes.clone(), json!([["api", "db"]]))[0].0, "nodes[0].params.sessions");
        assert_eq!(found("nowhere_to_look", nodes.clone(), json!([["api", "db", {"when": "session"}]])), []);
        assert_eq!(found("nowhere_to_look", json!([["api", "service"]]), json!([])), []);
    }
}

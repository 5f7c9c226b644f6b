//! Messages that nobody takes, and those who wait for messages that never come.

use super::{a, Report, Subject};
use crate::engine::link::Role;

/// A queue without a worker fills up.
pub(super) fn to_nobody(subject: &Subject<'_>, report: &mut Report) {
    for (i, node, kind) in subject.nodes() {
        if kind.begins.contains(&Role::Delivery) && !subject.from(node).any(|w| w.role == Role::Delivery) {
            report.node(i, node, "", format!("{} delivers to nobody: its messages stay until it is full", a(kind)));
        }
    }
}

/// A worker without a queue has nothing to do.
pub(super) fn from_nobody(subject: &Subject<'_>, report: &mut Report) {
    for (i, node, kind) in subject.nodes() {
        if kind.ends.contains(&Role::Delivery) && !subject.to(node).any(|w| w.role == Role::Delivery) {
            report.node(i, node, "", format!("{} has no queue: nothing is ever delivered to it", a(kind)));
        }
    }
}

/// A replica without a primary holds nothing.
pub(super) fn follows_nobody(subject: &Subject<'_>, report: &mut Report) {
    for (i, node, kind) in subject.nodes() {
        if kind.ends.contains(&Role::Log) && !subject.to(node).any(|w| w.role == Role::Log) {
            report.node(i, node, "", format!("{} follows no database: it holds nothing", a(kind)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::json;

    #[test]
    fn a_queue_without_a_worker_and_a_worker_without_a_queue_are_found() {
        let nodes = json!([["q", "queue"], ["w", "worker"]]);
        assert_eq!(found("delivery_to_nobody", nodes.clone(), json!([]))[0].0, "nodes[0]");
        assert_eq!(found("nothing_to_do", nodes.clone(), json!([]))[0].0, "nodes[1]");
        assert_eq!(found("delivery_to_nobody", nodes.clone(), json!([["q", "w"]])), []);
        assert_eq!(found("nothing_to_do", nodes, json!([["q", "w"]])), []);
    }

    #[test]
    fn a_replica_without_a_primary_is_found() {
        let nodes = json!([["db", "database"], ["copy", "replica"]]);
        assert_eq!(found("follows_nobody", nodes.clone(), json!([]))[0].0, "nodes[1]");
        assert_eq!(found("follows_nobody", nodes, json!([["db", "copy"]])), []);
    }
}

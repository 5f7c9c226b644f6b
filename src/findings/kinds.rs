//! Nodes of kinds that are not known.

use super::{Report, Subject};
use crate::components;

/// A node of an unknown kind is kept, but does nothing.
pub(super) fn unknown(subject: &Subject<'_>, report: &mut Report) {
    for (i, node) in subject.doc.nodes.iter().enumerate() {
        if components::kind(&node.kind).is_none() {
            report.node(i, node, ".kind", format!("\"{}\" is not a known kind; the node is kept but does nothing", node.kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::json;

    #[test]
    fn a_kind_of_a_newer_version_is_found() {
        let found_at = found("unknown_kind", json!([["a", "service"], ["b", "crystal_ball"]]), json!([]));
        assert_eq!(found_at.len(), 1);
        assert_eq!(found_at[0].0, "nodes[1].kind");
        assert!(found_at[0].1.contains("\"crystal_ball\" is not a known kind"));
        assert_eq!(found("unknown_kind", json!([["a", "service"]]), json!([])), []);
    }
}

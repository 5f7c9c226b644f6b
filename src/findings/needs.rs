//! Stages that wait for more answers than their calls can give: each request through them fails.

use super::{Report, Subject, Wire};
use crate::engine::link::Role;

/// How many answers a stage needs is the most that one of its links says; they are counted over all its links that wait
/// for some, of which alternatives count once. Reads and writes are counted apart, as links carry the one or the other.
pub(super) fn more_than_there_are(subject: &Subject<'_>, report: &mut Report) {
    for (_, node, _) in subject.nodes() {
        let waiting = |w: &&Wire| w.role == Role::Call && w.text("wait_for") == Some("some");
        let waiting: Vec<&Wire> = subject.from(node).filter(waiting).collect();
        for link in &waiting {
            let needed = link.whole("need").unwrap_or(1);
            let stage = |w: &&&Wire| w.whole("stage") == link.whole("stage");
            let answers = |operation: &str| {
                let carries = |w: &&Wire| matches!(w.text("when"), Some(when) if when == "any" || when == operation);
                let members: Vec<&Wire> = waiting.iter().filter(stage).copied().filter(carries).collect();
                let calls = |w: &&Wire| w.whole("count").unwrap_or(1);
                let one = |w: &&Wire| w.text("pick") == Some("one");
                let always: u64 = members.iter().filter(|w| !one(w)).map(calls).sum();
                members
                    .iter()
                    .any(|w| w.index == link.index)
                    .then(|| always + members.iter().filter(|w| one(w)).map(calls).max().unwrap_or(0))
            };
            let fewest = [answers("read"), answers("write")].into_iter().flatten().min();
            if let Some(possible) = fewest.filter(|possible| needed > *possible) {
                report.link(
                    link,
                    ".params.need",
                    format!("{needed} answers are needed and its stage can give {possible}: each request fails"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use serde_json::{json, Value as Json};

    fn with(links: Json) -> Vec<(String, String)> {
        let nodes = json!([["api", "service"], ["a", "database"], ["b", "database"], ["c", "database"]]);
        found("needs_more_answers", nodes, links)
    }

    #[test]
    fn a_stage_gives_as_many_answers_as_it_calls() {
        let some = |need: u32| json!({"wait_for": "some", "need": need});
        let three = |need: u32| json!([["api", "a", some(need)], ["api", "b", some(need)], ["api", "c", some(need)]]);
        assert_eq!(with(three(3)), []);
        let found = with(three(9));
        assert_eq!(
            found[0],
            ("links[0].params.need".to_string(), "9 answers are needed and its stage can give 3: each request fails".into())
        );
        assert_eq!(with(json!([["api", "a", {"wait_for": "some", "need": 9, "count": 9}]])), []);
        assert_eq!(
            with(json!([["api", "a", {"wait_for": "some", "need": 2}], ["api", "b"]])).len(),
            1,
            "only those that wait for some count"
        );
        assert_eq!(with(json!([["api", "a", {"need": 9}]])), [], "who waits for all does not read it");
    }

    #[test]
    fn stages_operations_and_alternatives_are_counted_apart() {
        let set = |need: u32, more: Json| {
            let mut all = json!({"wait_for": "some", "need": need});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        assert_eq!(with(json!([["api", "a", set(2, json!({}))], ["api", "b", set(1, json!({"stage": 2}))]])).len(), 1);
        assert_eq!(with(json!([["api", "a", set(2, json!({"when": "read"}))], ["api", "b", set(1, json!({"when": "write"}))]])).len(), 1);
        assert_eq!(
            with(json!([["api", "a", set(2, json!({}))], ["api", "b", set(1, json!({"when": "read"}))]])).len(),
            1,
            "a write has one"
        );
        let one = |need: u32| set(need, json!({"pick": "one"}));
        assert_eq!(with(json!([["api", "a", one(2)], ["api", "b", one(2)]])).len(), 2);
        assert_eq!(with(json!([["api", "a", one(1)], ["api", "b", one(1)]])), []);
    }
}

//! Findings: what in a diagram can be read but cannot work as it is written, each with its place and the reason.
//! Runs nothing: it looks at the diagram and at what the components declare. One rule, one function, in one list.

mod deliveries;
mod kinds;
mod needs;
mod settings;
mod sources;
mod timeouts;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::components::{self, Kind};
use crate::diagram::param::{complete, Values};
use crate::diagram::{Document, Entry, Link, Node};
use crate::engine::link::Role;

/// Something that cannot work as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule: `needs_more_answers`.
    pub rule: &'static str,
    /// Path in the file: `links[2].params.need`.
    pub at: String,
    /// What cannot be, and why.
    pub what: String,
    /// Id of the node or link that it is about.
    thing: String,
}

/// One rule.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it finds, in a sentence.
    pub about: &'static str,
    find: fn(&Subject<'_>, &mut Report),
}

/// All rules, in the order in which findings of one place are told.
pub const RULES: &[Rule] = &[
    Rule { name: "unknown_kind", about: "A node is of a kind that this version does not know", find: kinds::unknown },
    Rule { name: "nowhere_to_send", about: "Something sends requests on and is linked to nobody", find: sources::nowhere_to_send },
    Rule { name: "delivery_to_nobody", about: "A queue has no worker", find: deliveries::to_nobody },
    Rule { name: "nothing_to_do", about: "A worker has no queue", find: deliveries::from_nobody },
    Rule { name: "follows_nobody", about: "A replica has no primary", find: deliveries::follows_nobody },
    Rule { name: "needs_more_answers", about: "A stage waits for more answers than its calls can give", find: needs::more_than_there_are },
    Rule { name: "timeout_too_short", about: "A timeout ends before an answer can have come back", find: timeouts::too_short },
    Rule { name: "nowhere_to_look", about: "Sessions are kept in a store that no link leads to", find: sources::no_session_store },
    Rule { name: "unread_setting", about: "A link is set to something that nobody reads", find: settings::unread },
];

/// All findings in the order of the rules and of the file: those of the diagram at time zero that no later edit mends.
pub fn findings(doc: &Document) -> Vec<Finding> {
    let mut found = of_diagram(doc);
    if doc.journal.iter().any(|(_, entry)| matches!(entry, Entry::Edit(_))) {
        let after = of_diagram(&doc.folded());
        found.retain(|f| after.iter().any(|a| (a.rule, &a.thing) == (f.rule, &f.thing)));
    }
    found
}

fn of_diagram(doc: &Document) -> Vec<Finding> {
    let subject = Subject::of(doc);
    let mut report = Report { rule: "", found: Vec::new() };
    for rule in RULES {
        report.rule = rule.name;
        (rule.find)(&subject, &mut report);
    }
    report.found
}

/// What the rules find.
struct Report {
    rule: &'static str,
    found: Vec<Finding>,
}

impl Report {
    fn node(&mut self, index: usize, node: &Node, field: &str, what: impl Into<String>) {
        self.found.push(Finding { rule: self.rule, at: format!("nodes[{index}]{field}"), what: what.into(), thing: node.id.clone() });
    }

    fn link(&mut self, wire: &Wire<'_>, field: &str, what: impl Into<String>) {
        let at = format!("links[{}]{field}", wire.index);
        self.found.push(Finding { rule: self.rule, at, what: what.into(), thing: wire.link.id.clone() });
    }
}

/// A diagram with what the components say of it.
struct Subject<'a> {
    doc: &'a Document,
    kinds: BTreeMap<&'a str, &'static Kind>,
    wires: Vec<Wire<'a>>,
}

/// A link with its place in the file and what it is for.
struct Wire<'a> {
    index: usize,
    link: &'a Link,
    from: &'a Node,
    to: &'a Node,
    role: Role,
    /// Every parameter that is read on it.
    values: Values,
}

impl Wire<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Json::as_str)
    }

    fn whole(&self, name: &str) -> Option<u64> {
        self.values.get(name).and_then(Json::as_u64)
    }
}

impl<'a> Subject<'a> {
    fn of(doc: &'a Document) -> Self {
        let kinds = doc.nodes.iter().filter_map(|n| Some((n.id.as_str(), components::kind(&n.kind)?))).collect();
        let nodes: BTreeMap<&str, &Node> = doc.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
        let wire = |(index, link): (usize, &'a Link)| {
            let (from, to) = (*nodes.get(link.from.as_str())?, *nodes.get(link.to.as_str())?);
            let role = components::role_between(&from.kind, &to.kind).ok()?;
            let values = complete(&components::link_params(&from.kind, role, &link.params), &link.params);
            Some(Wire { index, link, from, to, role, values })
        };
        let wires = doc.links.iter().enumerate().filter_map(wire).collect();
        Subject { doc, kinds, wires }
    }

    /// Nodes of a known kind, with their places in the file.
    fn nodes(&self) -> impl Iterator<Item = (usize, &'a Node, &'static Kind)> + '_ {
        self.doc.nodes.iter().enumerate().filter_map(|(i, node)| Some((i, node, *self.kinds.get(node.id.as_str())?)))
    }

    /// The links from a node.
    fn from<'s>(&'s self, node: &'s Node) -> impl Iterator<Item = &'s Wire<'a>> + 's {
        self.wires.iter().filter(|w| w.link.from == node.id)
    }

    /// The links to a node.
    fn to<'s>(&'s self, node: &'s Node) -> impl Iterator<Item = &'s Wire<'a>> + 's {
        self.wires.iter().filter(|w| w.link.to == node.id)
    }
}

/// A kind as it stands in a sentence: `a load balancer`.
fn a(kind: &Kind) -> String {
    let label = kind.label.to_lowercase();
    match label.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {label}"),
        false => format!("a {label}"),
    }
}

#[cfg(test)]
mod testing {
    use super::*;
    use serde_json::json;

    /// What a rule finds in a diagram of nodes `[id, kind, params]` and links `[from, to, params]`: places and reasons.
    pub fn found(rule: &str, nodes: Json, links: Json) -> Vec<(String, String)> {
        found_with(rule, nodes, links, json!([]))
    }

    /// The same, with a journal.
    pub fn found_with(rule: &str, nodes: Json, links: Json, journal: Json) -> Vec<(String, String)> {
        let node =
            |n: &Json| json!({"id": n[0], "kind": n[1], "name": n[0], "x": 0, "y": 0, "params": n.get(2).cloned().unwrap_or(json!({}))});
        let link = |(i, l): (usize, &Json)| json!({"id": format!("l{i}"), "from": l[0], "to": l[1], "params": l.get(2).cloned().unwrap_or(json!({}))});
        let file = json!({
            "format": "faultline", "version": crate::files::VERSION,
            "nodes": nodes.as_array().unwrap().iter().map(node).collect::<Vec<_>>(),
            "links": links.as_array().unwrap().iter().enumerate().map(link).collect::<Vec<_>>(),
            "journal": journal,
        });
        let doc = crate::files::read(&file.to_string()).unwrap();
        findings(&doc).into_iter().filter(|f| f.rule == rule).map(|f| (f.at, f.what)).collect()
    }

    #[test]
    fn rules_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = RULES.iter().map(|r| r.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn nothing_is_found_in_what_is_shipped() {
        for scenario in crate::lab::scenarios::scenarios() {
            let doc = crate::files::read(scenario.json).unwrap();
            assert_eq!(findings(&doc), [], "{}", scenario.id);
        }
    }

    #[test]
    fn what_a_later_edit_mends_is_no_finding() {
        let nodes = json!([["users", "clients"], ["api", "service"]]);
        assert_eq!(found("nowhere_to_send", nodes.clone(), json!([])).len(), 1);
        let edit = json!([{"at_ns": 1, "edit": "add_link", "link": {"id": "l", "from": "users", "to": "api"}}]);
        assert_eq!(found_with("nowhere_to_send", nodes.clone(), json!([]), edit), []);
        let other = json!([{"at_ns": 1, "edit": "set_node_param", "id": "api", "param": "workers", "value": 9}]);
        assert_eq!(found_with("nowhere_to_send", nodes, json!([]), other).len(), 1);
    }
}

//! Settings of links that nobody reads, and who would.
//! Knows kinds by their declarations only.

use serde_json::Value as Json;

use rustc_hash::{FxHashMap, FxHashSet};

use super::fields::same;
use super::problems::{Found, Problem};
use crate::components::{self, link, Rules};
use crate::diagram::param::{complete, Values};
use crate::diagram::{Document, Edit, Entry, Link};
use crate::engine::link::Role;

/// Which settings of the links of a diagram are never read, worked out once for each pair of kinds.
pub struct NeverRead<'a> {
    kinds: FxHashMap<&'a str, &'a str>,
    known: FxHashMap<(&'a str, &'a str), Vec<&'static str>>,
    /// Links that the journal leads elsewhere, where what they are set to may be read.
    led_elsewhere: FxHashSet<&'a str>,
}

impl<'a> NeverRead<'a> {
    /// For the links of this diagram.
    pub fn of(doc: &'a Document) -> Self {
        let led = doc.journal.iter().filter_map(|(_, entry)| match entry {
            Entry::Edit(Edit::Reconnect { link, .. }) => Some(link.as_str()),
            _ => None,
        });
        let kinds = doc.nodes.iter().map(|n| (n.id.as_str(), n.kind.as_str())).collect();
        NeverRead { kinds, known: FxHashMap::default(), led_elsewhere: led.collect() }
    }

    /// The parameters that nobody reads on a link, whatever it is set to.
    pub fn on(&mut self, link: &Link) -> &[&'static str] {
        if self.led_elsewhere.contains(link.id.as_str()) {
            return &[];
        }
        let end = |id: &String| self.kinds.get(id.as_str()).copied();
        let (Some(from), Some(to)) = (end(&link.from), end(&link.to)) else { return &[] };
        self.known.entry((from, to)).or_insert_with(|| {
            let names = link::specs().into_iter().map(|spec| spec.name);
            names.filter(|name| why_never_read(from, to, name).is_some()).collect()
        })
    }
}

/// Notes every setting of a link at time zero that nobody reads.
pub(super) fn check_all(doc: &Document, found: &Found) {
    let mut never = NeverRead::of(doc);
    for (i, link) in doc.links.iter().enumerate().filter(|(_, link)| !link.params.is_empty()) {
        for name in never.on(link).iter().filter(|name| differs(link, name)) {
            let ends = (doc.node(&link.from), doc.node(&link.to));
            let why = ends.0.zip(ends.1).and_then(|(from, to)| why_never_read(&from.kind, &to.kind, name));
            why.into_iter().for_each(|why| found.add(Problem::new(format!("links[{i}].params.{name}"), why)));
        }
    }
}

/// Whether a link has a value for this parameter that is not its default.
pub fn differs(link: &Link, param: &str) -> bool {
    let specs = link::specs();
    let default = specs.iter().find(|s| s.name == param).map(|s| &s.default);
    matches!((link.params.get(param), default), (Some(value), Some(default)) if !same(value, default))
}

/// Why a parameter is not read on a link between these kinds, with all that it is set to, and who would read it; `None` if it
/// is read, or if there is no such parameter or link.
pub fn why_unread(from: &str, to: &str, set: &Values, param: &str) -> Option<String> {
    why_never_read(from, to, param).or_else(|| {
        let role = components::role_between(from, to).ok()?;
        let specs = link::specs();
        let spec = specs.iter().find(|s| s.name == param)?;
        let all = complete(&specs, set);
        if all.get("when").and_then(Json::as_str) == Some("session") && role == Role::Call && !is_read(from, role, set, param) {
            return Some("is not read on a link that carries sessions: who keeps them there looks them up itself".into());
        }
        if !is_read(from, role, set, param) {
            return Some(only_where("pick", &["one"]));
        }
        let (other, wanted) = spec.only_when.filter(|_| !spec.applies(&all))?;
        Some(only_where(other, wanted))
    })
}

/// Why a parameter is not read on a link between these kinds, whatever else the link is set to.
pub fn why_never_read(from: &str, to: &str, param: &str) -> Option<String> {
    components::kind(from)?;
    components::kind(to)?;
    let role = components::role_between(from, to).ok()?;
    let known = link::specs().iter().any(|s| s.name == param);
    // Alternatives are the setting beside which the most is read.
    let most = Values::from_iter([("pick".to_string(), Json::from("one"))]);
    if !known || is_read(from, role, &most, param) {
        return None;
    }
    let why = match role {
        Role::Log => "is not read on a link that ships a log",
        Role::Delivery => "is not read on a link that delivers messages",
        Role::Aside => "is not read on a link to a cache that its caller looks into by itself",
        Role::Call => "is not read here: who calls chooses among its links by itself",
    };
    match readers(param).as_str() {
        "" => Some(why.into()),
        readers => Some(format!("{why}; it is read on links from {readers}")),
    }
}

fn only_where(other: &str, wanted: &[&str]) -> String {
    format!("is read only where {other} is {}", wanted.join(" or "))
}

fn is_read(from: &str, role: Role, set: &Values, param: &str) -> bool {
    components::link_params(from, role, set).iter().any(|s| s.name == param)
}

/// From whom links read a parameter: `clients, service and worker`; nothing where all that are called do.
fn readers(param: &str) -> String {
    let reads = |rules: Rules| match rules {
        Rules::None => false,
        rules => {
            link::specs_read(rules, true, &Values::from_iter([("pick".to_string(), Json::from("one"))])).iter().any(|s| s.name == param)
        }
    };
    let names: Vec<String> = components::kinds().iter().filter(|k| reads(k.rules)).map(|k| k.label.to_lowercase()).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => [&others.join(", "), last.as_str()].join(" and "),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_reads_a_setting_is_said() {
        let said = |from: &str, to: &str, param: &str| why_never_read(from, to, param);
        // Who goes by rules reads it: clients, service and worker among them, and no database.
        let by_rules = |text: &str, why: &str| {
            let readers = text.strip_prefix(&format!("is not {why}; it is read on links from ")).unwrap_or_else(|| panic!("{text}"));
            readers.starts_with("clients, ") && readers.contains("service, worker and ") && !readers.contains("database")
        };
        let balanced = said("load_balancer", "service", "stage").unwrap();
        assert!(by_rules(&balanced, "read here: who calls chooses among its links by itself"), "{balanced}");
        let shipped = said("database", "replica", "stage").unwrap();
        assert!(by_rules(&shipped, "read on a link that ships a log"), "{shipped}");
        assert!(said("queue", "worker", "timeout")
            .unwrap()
            .starts_with("is not read on a link that delivers messages; it is read on links from clients, "));
        assert!(said("service", "cache", "count").unwrap().starts_with("is not read on a link to a cache"));
        for (from, to, param) in [
            ("service", "database", "stage"),
            ("service", "database", "weight"),
            ("load_balancer", "service", "weight"),
            ("load_balancer", "service", "when"),
            ("database", "replica", "latency"),
            ("queue", "worker", "loss_percent"),
            ("service", "cache", "timeout"),
            ("service", "crystal_ball", "stage"),
            ("service", "database", "nothing"),
        ] {
            assert_eq!(said(from, to, param), None, "{from} to {to}: {param}");
        }
        let set = |value: Json| value.as_object().unwrap().clone();
        assert_eq!(why_unread("service", "database", &set(json!({})), "weight").unwrap(), "is read only where pick is one");
        assert_eq!(why_unread("service", "database", &set(json!({"pick": "one"})), "weight"), None);
        assert_eq!(why_unread("service", "database", &set(json!({})), "need").unwrap(), "is read only where wait_for is some");
    }
}

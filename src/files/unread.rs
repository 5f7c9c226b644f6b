//! Settings of links that nobody reads, and who would.
//! Knows kinds by their declarations only.

use serde_json::Value as Json;

use super::write::same;
use crate::components::{self, link, Rules};
use crate::diagram::param::{complete, Values};
use crate::diagram::Link;
use crate::engine::link::Role;

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
            return Some("is read only where pick is one".into());
        }
        let (other, wanted) = spec.only_when.filter(|_| !spec.applies(&all))?;
        Some(format!("is read only where {other} is {}", wanted.join(" or ")))
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
    Some(format!("{why}; it is read on links {}", readers(param)))
}

fn is_read(from: &str, role: Role, set: &Values, param: &str) -> bool {
    components::link_params(from, role, set).iter().any(|s| s.name == param)
}

/// From whom links read a parameter: `from clients, service and worker`.
fn readers(param: &str) -> String {
    let reads = |rules: Rules| match rules {
        Rules::None => false,
        rules => link::honours(rules, true, param, &Values::from_iter([("pick".to_string(), Json::from("one"))])),
    };
    let names: Vec<String> = components::kinds().iter().filter(|k| reads(k.rules)).map(|k| k.label.to_lowercase()).collect();
    match names.split_last() {
        Some((last, [])) => format!("from {last}"),
        Some((last, others)) => format!("from {} and {last}", others.join(", ")),
        None => "that are called".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_reads_a_setting_is_said() {
        let said = |from: &str, to: &str, param: &str| why_never_read(from, to, param);
        let by_rules = "it is read on links from clients, service, worker and in-line cache";
        assert_eq!(
            said("load_balancer", "service", "stage").unwrap(),
            format!("is not read here: who calls chooses among its links by itself; {by_rules}")
        );
        assert_eq!(said("database", "replica", "stage").unwrap(), format!("is not read on a link that ships a log; {by_rules}"));
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

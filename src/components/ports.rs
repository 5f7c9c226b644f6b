//! Which kinds can be linked, and what for: the roles of a link that a kind speaks at either end of it.
//! Knows no kind.

use super::{kind, Kind};
use crate::engine::link::Role;

/// What is said where one end speaks a role and the other does not.
struct Alone {
    role: Role,
    /// Only the beginning speaks it; `None` if it can do something else as well.
    begins: Option<&'static str>,
    /// Only the end speaks it.
    ends: Option<&'static str>,
}

/// In the order in which they explain best why there can be no link.
const ALONE: [Alone; 2] = [
    Alone {
        role: Role::Delivery,
        begins: Some("A {} hands its messages to workers: link it to one"),
        ends: Some("A {} takes messages from a queue: link a queue to it"),
    },
    Alone {
        role: Role::Aside,
        begins: None,
        ends: Some("A {} is read by a service, beside its store: link a service to it, or use an in-line cache"),
    },
];

/// What a link between two kinds would be for; the error says why it cannot be.
pub fn role_between(from: &str, to: &str) -> Result<Role, String> {
    let (Some(a), Some(b)) = (kind(from), kind(to)) else {
        // Unknown kinds do nothing, but links to them in a file from a newer version are kept.
        return Ok(Role::Call);
    };
    let shared = a.begins.iter().copied().find(|role| b.ends.contains(role));
    shared.ok_or_else(|| why_not(a, b))
}

fn why_not(a: &Kind, b: &Kind) -> String {
    let name = |kind: &Kind| kind.label.to_lowercase();
    let alone = |role: Role| ALONE.iter().find(|alone| alone.role == role);
    if let Some(text) = a.begins.iter().find_map(|role| alone(*role)?.begins) {
        return text.replace("{}", &name(a));
    }
    if !a.begins.contains(&Role::Call) {
        return format!("A {} calls nobody: it only answers", name(a));
    }
    match b.ends.iter().find_map(|role| alone(*role)?.ends) {
        Some(text) => text.replace("{}", &name(b)),
        None => format!("{} start requests and take none", b.label),
    }
}

/// Whether a link between two kinds makes sense; the error says why not.
pub fn can_connect(from_kind: &str, to_kind: &str) -> Result<(), String> {
    role_between(from_kind, to_kind).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_ends_speak_is_what_a_link_is_for() {
        let cases = [
            ("clients", "service", Ok(Role::Call)),
            ("service", "cache", Ok(Role::Aside)),
            ("database", "replica", Ok(Role::Log)),
            ("queue", "worker", Ok(Role::Delivery)),
            ("service", "replica", Ok(Role::Call)),
            ("service", "from a newer version", Ok(Role::Call)),
            ("queue", "service", Err("A queue hands its messages to workers: link it to one")),
            ("clients", "worker", Err("A worker takes messages from a queue: link a queue to it")),
            ("database", "service", Err("A database calls nobody: it only answers")),
            ("database", "worker", Err("A database calls nobody: it only answers")),
            ("service", "clients", Err("Clients start requests and take none")),
            (
                "load_balancer",
                "cache",
                Err("A cache is read by a service, beside its store: link a service to it, or use an in-line cache"),
            ),
        ];
        for (from, to, expected) in cases {
            assert_eq!(role_between(from, to), expected.map_err(String::from), "{from} to {to}");
        }
    }
}

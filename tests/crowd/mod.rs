//! Systems in which one node chooses among more than a handful, in each way there is.
//! Judges nothing.

use faultline::components;
use faultline::diagram::param::{ParamType, Values};
use faultline::diagram::{Document, Link, Node};
use serde_json::{json, Value};

use super::cases::Dice;

/// How many ways there are to spread requests over more nodes than a handful: see [`crowd`].
pub const CROWDS: u64 = 14;

/// Clients and, behind each way of choosing among them, seven to twelve nodes: platforms whose integers differ must choose alike.
pub fn crowd(way: u64, dice: &mut Dice) -> Document {
    let (kind, params, backend) = match way {
        0..=7 => {
            let algorithms = components::kind("load_balancer").map(|k| k.params()).unwrap_or_default();
            let choices = algorithms.iter().find_map(|s| match &s.kind {
                ParamType::Choice(options) if s.name == "algorithm" => Some(*options),
                _ => None,
            });
            let choices = choices.unwrap();
            assert_eq!(choices.len(), 8, "a new algorithm is a new case");
            ("load_balancer", json!({"algorithm": choices[way as usize].0, "check_interval": 40}), "service")
        }
        8..=11 => {
            let placement = ["consistent_hash", "hash_modulo", "range", "directory"][way as usize - 8];
            ("shard_router", json!({"placement": placement, "key_space": 500}), "database")
        }
        12 => ("queue", json!({"visibility_timeout": 60}), "worker"),
        // A service whose users' sessions and cached keys are spread over many.
        _ => ("service", json!({"service_time": {"law": "constant", "value_ms": 1}, "workers": 50}), "cache"),
    };
    let mut document = Document { seed: dice.below(1000) as u64, ..Document::default() };
    let set = |values: Value| values.as_object().cloned().unwrap_or_default();
    let clients = set(json!({"rate_per_s": 800, "users": 300, "keys": 500, "read_percent": 60}));
    let node = |id: String, kind: &str, params| Node { name: id.clone(), id, kind: kind.into(), x: 0.0, y: 0.0, params, group: None };
    document.nodes.push(node("n0".into(), "clients", clients));
    document.nodes.push(node("n1".into(), kind, set(params)));
    let crowd = 7 + dice.below(6);
    for i in 0..crowd {
        let delivery = if i % 2 == 0 { "push" } else { "pull" };
        let own = match backend {
            "worker" => set(json!({"delivery": delivery, "workers": 2, "prefetch": 3})),
            "cache" => set(json!({"capacity": 30})),
            _ => set(json!({"workers": 3})),
        };
        document.nodes.push(node(format!("n{}", i + 2), backend, own));
    }
    if backend == "cache" {
        document.nodes.push(node("n20".into(), "database", set(json!({"workers": 20}))));
    }
    let ends = std::iter::once(("n0".to_string(), "n1".to_string()));
    let ends = ends.chain(document.nodes[2..].iter().map(|n| ("n1".to_string(), n.id.clone())));
    document.links = ends.enumerate().map(|(i, (from, to))| Link { id: format!("l{i}"), from, to, params: Values::new() }).collect();
    document
}

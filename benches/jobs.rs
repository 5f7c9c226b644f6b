//! The systems whose speed is measured, as documents that a learner could draw. One list for every benchmark and for the tests.
//! Knows no clock and judges nothing.

use faultline::diagram::Document;
use faultline::files::read;
use serde_json::{json, Value};

/// A node, a link and what they are set to, before they become a document.
#[derive(Default)]
struct Drawing {
    nodes: Vec<Value>,
    links: Vec<Value>,
}

impl Drawing {
    fn node(&mut self, id: &str, kind: &str, params: Value) {
        self.nodes.push(json!({"id": id, "kind": kind, "name": id, "x": 0, "y": 0, "params": params}));
    }

    fn link(&mut self, from: &str, to: &str, params: Value) {
        self.links.push(json!({"id": format!("{from}-{to}"), "from": from, "to": to, "params": params}));
    }

    fn document(self) -> Document {
        let text = json!({"format": "faultline", "version": 1, "title": "Benchmark", "seed": 7, "nodes": self.nodes, "links": self.links});
        match read(&text.to_string()) {
            Ok(document) => document,
            Err(error) => panic!("{error}"),
        }
    }
}

fn exponential(mean_ms: f64) -> Value {
    json!({"law": "exponential", "mean_ms": mean_ms})
}

fn constant(ms: f64) -> Value {
    json!({"law": "constant", "value_ms": ms})
}

/// A link that takes no time and is waited for without end.
fn at_once() -> Value {
    json!({"latency": constant(0.0), "timeout": 0})
}

/// M/M/1 with a mean service time of 10 ms: the mean time in the system is that, divided by one minus the utilisation.
pub fn mm1(utilisation: f64) -> Document {
    let mut d = Drawing::default();
    d.node("clients", "clients", json!({"rate_per_s": 100.0 * utilisation, "read_percent": 100, "keys": 100}));
    d.node("server", "service", json!({"workers": 1, "queue_limit": 1_000_000, "service_time": exponential(10.0)}));
    d.link("clients", "server", at_once());
    d.document()
}

/// Hold: so many users, each of whom always waits for the end of an exponential service; nobody waits for anybody else.
pub fn hold(pending: u32) -> Document {
    let mut d = Drawing::default();
    let users = json!({"source": "closed", "users": pending, "think_time": constant(0.0), "read_percent": 100, "keys": 100});
    d.node("users", "clients", users);
    d.node("server", "service", json!({"workers": 10_000, "queue_limit": 1_000_000, "service_time": exponential(10.0)}));
    d.link("users", "server", at_once());
    d.document()
}

/// A balancer that takes the better of two random choices among ten servers at a utilisation of 0.8.
pub fn power_of_two() -> Document {
    let mut d = Drawing::default();
    d.node("clients", "clients", json!({"rate_per_s": 800, "read_percent": 100, "keys": 100}));
    d.node("balancer", "load_balancer", json!({"algorithm": "choices", "choices": 2}));
    d.link("clients", "balancer", json!({"latency": exponential(1.0)}));
    for i in 0..10 {
        let server = format!("server-{i}");
        d.node(&server, "service", json!({"workers": 1, "queue_limit": 10_000, "service_time": exponential(10.0)}));
        d.link("balancer", &server, json!({"latency": exponential(0.5)}));
    }
    d.document()
}

/// A service that reads an LRU cache of 1,000 keys beside its store; keys by Zipf's law over 10,000.
pub fn zipf_cache() -> Document {
    let mut d = Drawing::default();
    d.node("clients", "clients", json!({"rate_per_s": 1000, "read_percent": 95, "keys": 10_000, "zipf_exponent": 1.0}));
    d.node("service", "service", json!({"workers": 64, "service_time": exponential(2.0)}));
    d.node("cache", "cache", json!({"capacity": 1000}));
    d.node("store", "database", json!({"workers": 16}));
    d.link("clients", "service", json!({"latency": exponential(2.0)}));
    d.link("service", "cache", json!({"latency": exponential(0.3), "timeout": 50}));
    d.link("service", "store", json!({"latency": exponential(0.5)}));
    d.document()
}

/// One five-tier system: clients, balancer, services, cache, database; callers retry. `name` begins the ids of its nodes.
fn five_tiers(d: &mut Drawing, name: &str, rate_per_s: f64, services: usize) {
    let id = |part: &str| format!("{name}{part}");
    d.node(&id("clients"), "clients", json!({"rate_per_s": rate_per_s, "read_percent": 90, "keys": 5_000}));
    d.node(&id("balancer"), "load_balancer", json!({"algorithm": "least_connections"}));
    d.node(&id("cache"), "cache", json!({"capacity": 1_000, "ttl": 30_000}));
    d.node(&id("store"), "database", json!({"workers": 32}));
    d.link(&id("clients"), &id("balancer"), json!({"latency": exponential(2.0), "timeout": 1_000, "retries": 2}));
    for i in 0..services {
        let service = id(&format!("service-{i}"));
        d.node(&service, "service", json!({"workers": 16, "service_time": exponential(5.0)}));
        d.link(&id("balancer"), &service, json!({"latency": exponential(0.5), "timeout": 40, "retries": 1, "backoff": 10}));
        d.link(&service, &id("cache"), json!({"latency": exponential(0.3), "timeout": 10}));
        d.link(&service, &id("store"), json!({"latency": exponential(0.5), "timeout": 100, "retries": 1}));
    }
}

/// Five tiers with retries: some calls time out and are tried again.
pub fn five_tier() -> Document {
    let mut d = Drawing::default();
    five_tiers(&mut d, "", 1_500.0, 4);
    d.document()
}

/// Seven tiers of sixty nodes: clients, edge balancers, gateways, inner balancers, services, caches, stores.
pub fn sixty_nodes() -> Document {
    let mut d = Drawing::default();
    let retried = |timeout: u32| json!({"latency": exponential(0.5), "timeout": timeout, "retries": 1});
    for i in 0..6 {
        let (clients, edge, inner) = (format!("clients-{i}"), format!("edge-{i}"), format!("inner-{i}"));
        let (cache, store) = (format!("cache-{i}"), format!("store-{i}"));
        d.node(&clients, "clients", json!({"rate_per_s": 400, "read_percent": 90, "keys": 5_000}));
        d.node(&edge, "load_balancer", json!({"algorithm": "round_robin"}));
        d.node(&inner, "load_balancer", json!({"algorithm": "choices"}));
        d.node(&cache, "cache", json!({"capacity": 1_000}));
        d.node(&store, "database", json!({"workers": 24}));
        d.link(&clients, &edge, json!({"latency": exponential(5.0), "timeout": 2_000, "retries": 1}));
        for g in 0..2 {
            let gateway = format!("gateway-{}", 2 * i + g);
            d.node(&gateway, "service", json!({"workers": 32, "service_time": exponential(2.0)}));
            d.link(&edge, &gateway, retried(500));
            d.link(&gateway, &inner, retried(300));
        }
        for s in 0..3 {
            let service = format!("service-{}", 3 * i + s);
            d.node(&service, "service", json!({"workers": 16, "service_time": exponential(5.0)}));
            d.link(&inner, &service, retried(100));
            d.link(&service, &cache, json!({"latency": exponential(0.3), "timeout": 10}));
            d.link(&service, &store, retried(100));
        }
    }
    d.document()
}

/// So many nodes (in tens): systems of five tiers side by side. Each is read by itself, so there may be more than a file may have.
pub fn many_nodes(nodes: usize) -> Document {
    let system = |i| {
        let mut d = Drawing::default();
        five_tiers(&mut d, &format!("s{i}-"), 500.0, 6);
        d.document()
    };
    let mut all = system(0);
    for i in 1..nodes.div_ceil(10) {
        let more = system(i);
        all.nodes.extend(more.nodes);
        all.links.extend(more.links);
    }
    all
}

/// About so many requests in flight: a million a second, on links of exponential length.
pub fn in_flight(requests: u32) -> Document {
    let mut d = Drawing::default();
    d.node("clients", "clients", json!({"rate_per_s": 1_000_000, "read_percent": 100, "keys": 100}));
    d.node("server", "service", json!({"workers": 10_000, "queue_limit": 1_000_000, "service_time": constant(0.0)}));
    d.link("clients", "server", json!({"latency": exponential(f64::from(requests) / 2_000.0), "timeout": 0}));
    d.document()
}

/// Every job of a fixed size, by the name it has in the reports.
pub fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("M/M/1", mm1(0.8)),
        ("hold, 1,000 pending", hold(1_000)),
        ("power of two", power_of_two()),
        ("cache, Zipf keys", zipf_cache()),
        ("five tiers, retries", five_tier()),
        ("seven tiers, 60 nodes", sixty_nodes()),
        ("1,000 nodes", many_nodes(1_000)),
    ]
}

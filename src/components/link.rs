//! The parameters of a link: how messages travel, when it is called, with what patience. One set for all links.

use super::{Range, Rules, Telling};
use crate::diagram::param::Values;
use crate::engine::link::{Jitter, LinkSpec, Pick, Policy, Role, Rule, WaitFor, When};
use crate::engine::{Distribution, SimDuration};
use crate::{named, params};

named! {
    When {
        Any = "any" "Reads and writes",
        Reads = "read" "Reads only",
        Writes = "write" "Writes only",
        Sessions = "session" "Sessions of users only",
    }
}

named! {
    Pick {
        Every = "every" "Always",
        One = "one" "One of the links so marked",
    }
}

named! {
    WaitFor {
        All = "all" "Every answer",
        Some = "some" "The first few answers",
        None = "none" "Nothing: fire and forget",
    }
}

named! {
    Jitter {
        Full = "full" "Full: uniform from 0 to the back-off",
        Equal = "equal" "Equal: half fixed, half uniform",
        None = "none" "None",
    }
}

params! {
    /// What a link is set to.
    pub struct Params {
        latency: Distribution = Distribution::constant(0.5), Law, "Latency", "ms", "One-way travel time towards the called node.";
        asymmetric: bool = false, Bool, "Different way back", "", "Replies have a travel time of their own.";
        return_latency: Distribution = Distribution::constant(0.5), Law, "Return latency", "ms", "One-way travel time of replies.", when "asymmetric" in ["true"];
        jitter: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 60_000.0 }, "Jitter", "ms", "Extra travel time of each message, uniform from 0 to this.";
        loss_percent: f64 = 0.0, Float { min: 0.0, max: 100.0 }, "Loss", "%", "Share of messages that vanish, each way. Nobody is told: what is not sent again, only a timeout notices.";
        retransmission: bool = true, Bool, "Retransmission", "", "The transport sends lost messages again, as TCP does: loss is then seen as delay.";
        retransmission_timeout: SimDuration = SimDuration::from_millis(200), Duration { min_ms: 1.0, max_ms: 60_000.0 }, "Retransmission timeout", "ms", "How long beyond a round trip the transport waits before it sends a lost message again; it doubles each time. After 15 times it gives up.", when "retransmission" in ["true"];
        bandwidth_mbps: f64 = 0.0, Float { min: 0.0, max: 1_000_000.0 }, "Bandwidth", "Mbit/s", "Each direction sends one message after the other at this rate. 0 is unlimited.";
        timeout: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Timeout", "ms", "How long the caller waits for an answer, once it has a connection. The called node goes on working on it. 0 is for ever.";
        retries: u32 = 0, Int { min: 0, max: 20 }, "Retries", "", "Attempts after the first, when one fails.";
        backoff: SimDuration = SimDuration::from_millis(50), Duration { min_ms: 0.0, max_ms: 600_000.0 }, "Back-off", "ms", "Wait before the first retry; it doubles with each.";
        backoff_cap: SimDuration = SimDuration::from_millis(2000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Longest back-off", "ms", "The back-off grows no further than this.";
        backoff_jitter: Jitter = Jitter::Full, Choice(Jitter::OPTIONS), "Back-off jitter", "", "Randomises the back-off, so that callers that failed together do not retry together.";
        retry_budget: bool = false, Bool, "Retry budget", "", "Limits retries to a share of the calls, with a burst of ten: keeps retries from feeding an overload.";
        retry_budget_percent: f64 = 10.0, Float { min: 0.1, max: 100.0 }, "Budget", "%", "Retries allowed as a share of calls.", when "retry_budget" in ["true"];
        connections: u32 = 0, Int { min: 0, max: 100_000 }, "Connections", "", "Size of the caller's connection pool; an attempt waits when all are in use. 0 is unlimited.";
        pool_timeout: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Connection timeout", "ms", "How long an attempt waits for a connection, where they are limited or must be set up: for one of the pool, or for a new one. Then it fails: \"no connection\". 0 is for ever.";
        handshake_round_trips: u32 = 0, Int { min: 0, max: 4 }, "Handshake", "round trips", "Paid once per new connection: TCP 1, with TLS 1.3 2, with TLS 1.2 3. Connections are kept open and used again.";
        when: When = When::Any, Choice(When::OPTIONS), "Carries", "", "Which operations are sent over this link. Sessions are looked up by services that keep them in a shared store.";
        probability_percent: f64 = 100.0, Float { min: 0.0, max: 100.0 }, "Probability", "%", "Share of requests that make this call at all.";
        count: u32 = 1, Int { min: 1, max: 1000 }, "Calls", "", "Parallel calls each time.";
        stage: u32 = 1, Int { min: 1, max: 20 }, "Stage", "", "Links of one stage are called at once; the next stage follows when they have answered.";
        pick: Pick = Pick::Every, Choice(Pick::OPTIONS), "Called", "", "Always, or as one of several alternatives: each request picks one of the stage's links so marked.";
        weight: u32 = 1, Int { min: 1, max: 1000 }, "Weight", "", "Share of this link beside the others: among alternatives, and from a load balancer that goes by weight.";
        wait_for: WaitFor = WaitFor::All, Choice(WaitFor::OPTIONS), "Wait for", "", "What the caller waits for before it goes on.";
        need: u32 = 1, Int { min: 1, max: 1000 }, "Answers needed", "", "How many answers are enough, counted over all links of the stage so set.", when "wait_for" in ["some"];
    }
}

/// Parameters that tell most when they are varied.
pub const TELLING: &[Telling] = &[Telling { param: "latency", range: Range::Around }, Telling { param: "weight", range: Range::Around }];

/// The declarations, in the order of the form.
pub fn specs() -> Vec<crate::diagram::param::ParamSpec> {
    Params::specs()
}

/// Parameters of how messages travel: all links have them.
const TRAVEL: &[&str] =
    &["latency", "asymmetric", "return_latency", "jitter", "loss_percent", "retransmission", "retransmission_timeout", "bandwidth_mbps"];
/// Parameters of when and how often a link is called; the rest is the patience of a caller.
const RULES: &[&str] = &["when", "probability_percent", "count", "stage", "pick", "weight", "wait_for", "need"];

/// Whether a parameter is read, on a link that is called or not, by these rules, with all values as they are set.
pub fn honours(rules: Rules, called: bool, param: &str, set: &Values) -> bool {
    let is = |param: &str, value: &str| set.get(param).and_then(|v| v.as_str()) == Some(value);
    match (TRAVEL.contains(&param), RULES.contains(&param), rules) {
        (true, ..) => true,
        (_, false, _) => called,
        (_, _, Rules::None) => false,
        (_, _, Rules::Choice(own)) => own.contains(&param),
        // Sessions are looked up by the caller itself.
        (_, _, Rules::Stages) if is("when", "session") => param == "when",
        (_, _, Rules::Stages) => param != "weight" || is("pick", "one"),
    }
}

/// The engine's settings for a link with these values in this role, from a node of a kind.
pub fn link_spec(values: &Values, role: Role, from_kind: &str) -> LinkSpec {
    let read = super::link_params(from_kind, role, values);
    let values: Values =
        values.iter().filter(|(name, _)| read.iter().any(|s| s.name == *name)).map(|(n, v)| (n.clone(), v.clone())).collect();
    let chooses = super::kind(from_kind).is_some_and(|k| matches!(k.rules, Rules::Choice(_)));
    let p = Params::from_values(&values);
    // A delivery is not a call: when, how long and how often is for the queue and its consumers to say.
    let delivery = role == Role::Delivery;
    LinkSpec {
        role,
        return_latency: if p.asymmetric { p.return_latency } else { p.latency.clone() },
        latency: p.latency,
        distance: SimDuration::ZERO,
        jitter: p.jitter,
        bandwidth_bps: (p.bandwidth_mbps > 0.0).then_some(p.bandwidth_mbps * 1e6),
        loss: p.loss_percent / 100.0,
        retransmission: p.retransmission.then_some(p.retransmission_timeout),
        rule: Rule {
            when: p.when,
            probability: p.probability_percent / 100.0,
            count: p.count,
            stage: p.stage,
            pick: if chooses { Pick::One } else { p.pick },
            weight: p.weight,
            wait_for: p.wait_for,
            need: p.need,
        },
        policy: Policy {
            timeout: (p.timeout > SimDuration::ZERO && !delivery).then_some(p.timeout),
            retries: if delivery { 0 } else { p.retries },
            backoff: p.backoff,
            backoff_cap: p.backoff_cap,
            jitter: p.backoff_jitter,
            budget: p.retry_budget.then_some(p.retry_budget_percent / 100.0),
        },
        connections: (p.connections > 0 && !delivery).then_some(p.connections),
        pool_timeout: (p.pool_timeout > SimDuration::ZERO).then_some(p.pool_timeout),
        handshake_round_trips: if delivery { 0 } else { p.handshake_round_trips },
    }
}

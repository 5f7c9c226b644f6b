//! The parameters of a link: how messages travel, when it is called, and what surrounds calls. One set for all links.
//! Knows of a calling policy only that there are some: their parameters stand with them, in `src/policies/`.

use super::{Range, Rules, Telling};
use crate::diagram::param::{ParamSpec, Values};
use crate::engine::link::{LinkSpec, Pick, Role, Rule, WaitFor, When};
use crate::engine::{Distribution, SimDuration};
use crate::policies::{pool, CallPolicies};
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

params! {
    /// How messages travel.
    pub struct Travel {
        latency: Distribution = Distribution::constant(0.5), Law, "Latency", "ms", "One-way travel time towards the called node.";
        asymmetric: bool = false, Bool, "Different way back", "", "Replies have a travel time of their own.";
        return_latency: Distribution = Distribution::constant(0.5), Law, "Return latency", "ms", "One-way travel time of replies.", when "asymmetric" in ["true"];
        jitter: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 60_000.0 }, "Jitter", "ms", "Extra travel time of each message, uniform from 0 to this.";
        loss_percent: f64 = 0.0, Float { min: 0.0, max: 100.0 }, "Loss", "%", "Share of messages that vanish, each way. Nobody is told: what is not sent again, only a timeout notices.";
        retransmission: bool = true, Bool, "Retransmission", "", "The transport sends lost messages again, as TCP does: loss is then seen as delay.";
        retransmission_timeout: SimDuration = SimDuration::from_millis(200), Duration { min_ms: 1.0, max_ms: 60_000.0 }, "Retransmission timeout", "ms", "How long beyond a round trip the transport waits before it sends a lost message again; it doubles each time. After 15 times it gives up.", when "retransmission" in ["true"];
        bandwidth_mbps: f64 = 0.0, Float { min: 0.0, max: 1_000_000.0 }, "Bandwidth", "Mbit/s", "Each direction sends one message after the other at this rate. 0 is unlimited.";
    }
}

params! {
    /// When it is called.
    pub struct Calling {
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

/// The declarations, in the order of the form: how messages travel, what surrounds calls, when it is called.
pub fn specs() -> Vec<ParamSpec> {
    [Travel::specs(), CallPolicies::specs(), Calling::specs()].concat()
}

/// The declarations of those parameters that are read, on a link that is called or not, by these rules, with these values.
pub fn specs_read(rules: Rules, called: bool, values: &Values) -> Vec<ParamSpec> {
    let set = Calling::from_values(values);
    let goes_by = |spec: &ParamSpec| match rules {
        Rules::None => false,
        Rules::Choice(own) => own.contains(&spec.name),
        // Sessions are looked up by the caller itself.
        Rules::Stages if set.when == When::Sessions => spec.name == "when",
        Rules::Stages => spec.name != "weight" || set.pick == Pick::One,
    };
    let policies = if called { CallPolicies::specs() } else { Vec::new() };
    Travel::specs().into_iter().chain(policies).chain(Calling::specs().into_iter().filter(goes_by)).collect()
}

/// Those of these values that are read, on a link in this role from a node of a kind.
fn read(values: &Values, role: Role, from_kind: &str) -> Values {
    let read = super::link_params(from_kind, role, values);
    values.iter().filter(|(name, _)| read.iter().any(|s| s.name == *name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// Whether links in this role are called. A delivery is no call: when, how long and how often is for the queue and its consumers to say.
pub fn is_called(role: Role) -> bool {
    matches!(role, Role::Call | Role::Aside)
}

/// What the policies around the calls over a link with these values are set to, in this role, from a node of a kind; `None` if it is not
/// called.
pub fn policy_values(values: &Values, role: Role, from_kind: &str) -> Option<Values> {
    is_called(role).then(|| read(values, role, from_kind))
}

/// The engine's settings for a link with these values in this role, from a node of a kind.
pub fn link_spec(values: &Values, role: Role, from_kind: &str) -> LinkSpec {
    let values = read(values, role, from_kind);
    let chooses = super::kind(from_kind).is_some_and(|k| matches!(k.rules, Rules::Choice(_)));
    let (travel, calling, pool) = (Travel::from_values(&values), Calling::from_values(&values), pool::Params::from_values(&values));
    LinkSpec {
        role,
        return_latency: if travel.asymmetric { travel.return_latency } else { travel.latency.clone() },
        latency: travel.latency,
        distance: SimDuration::ZERO,
        jitter: travel.jitter,
        bandwidth_bps: (travel.bandwidth_mbps > 0.0).then_some(travel.bandwidth_mbps * 1e6),
        loss: travel.loss_percent / 100.0,
        retransmission: travel.retransmission.then_some(travel.retransmission_timeout),
        rule: Rule {
            when: calling.when,
            probability: calling.probability_percent / 100.0,
            count: calling.count,
            stage: calling.stage,
            pick: if chooses { Pick::One } else { calling.pick },
            weight: calling.weight,
            wait_for: calling.wait_for,
            need: calling.need,
        },
        connections: (pool.connections > 0).then_some(pool.connections),
        handshake_round_trips: pool.handshake_round_trips,
    }
}

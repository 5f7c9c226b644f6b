//! What arrives at a node, followed back to the clients through whatever sends on at random.
//! Decides whether it is a Poisson process; knows no formula.

use crate::components::model::{Choice, Model, Passing, Source};
use crate::components::{kind, link, role_between};
use crate::diagram::param::complete;
use crate::diagram::separation::separation;
use crate::diagram::{Document, Link, Node};
use crate::engine::call_policy::{Awaited, CallPolicy};
use crate::engine::link::{LinkSpec, Pick, Role, When};
use crate::engine::Distribution;
use crate::policies::CallPolicies;

/// What arrives at a node.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Reads a second.
    pub reads: f64,
    /// Writes a second.
    pub writes: f64,
    /// Why it is no Poisson process; `None` if it is one.
    pub irregular: Option<String>,
    /// Mean time from the client to here, in ms, services on the way included, without their lines.
    pub there_ms: f64,
    /// The same for the way of the answer.
    pub back_ms: f64,
    /// Whether these are the same for every request.
    pub constant: bool,
    /// Whether clients call the node themselves, and nobody else calls it.
    pub direct: bool,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// The least timeout on the last link, in ms; infinite if there is none.
    pub timeout_ms: f64,
}

impl Flow {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.reads + self.writes
    }

    fn spoil(&mut self, why: String) {
        self.irregular.get_or_insert(why);
    }

    /// Adds another stream.
    fn join(&mut self, other: Flow) {
        let weighted = |a: f64, b: f64, at: f64, bt: f64| if at + bt > 0.0 { (a * at + b * bt) / (at + bt) } else { a };
        let (mine, theirs) = (self.rate(), other.rate());
        self.there_ms = weighted(self.there_ms, other.there_ms, mine, theirs);
        self.back_ms = weighted(self.back_ms, other.back_ms, mine, theirs);
        self.constant &= other.constant;
        self.direct &= other.direct;
        self.reads += other.reads;
        self.writes += other.writes;
        self.timeout_ms = self.timeout_ms.min(other.timeout_ms);
        for source in other.sources {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
        if let Some(why) = other.irregular {
            self.spoil(why);
        }
    }
}

/// What a node's kind tells theory of it.
pub fn model(node: &Node) -> Model {
    kind(&node.kind).map(|k| (k.theory)(&complete(&k.params(), &node.params))).unwrap_or_default()
}

/// How many instances a node stands for.
pub fn instances(node: &Node) -> u32 {
    crate::components::instances::of(&node.kind, &node.params)
}

/// What a kind says of a node, with its name in its place.
pub fn named(text: &str, node: &Node) -> String {
    text.replace("{name}", &node.name)
}

/// The kind of the caller, and what the link is for.
fn caller<'a>(document: &'a Document, l: &Link) -> (&'a str, Role) {
    let of = |id: &str| document.node(id).map_or("", |n| n.kind.as_str());
    let from = of(&l.from);
    (from, role_between(from, of(&l.to)).unwrap_or(Role::Call))
}

/// What surrounds the calls over a link, as it is set.
fn policies(document: &Document, l: &Link) -> CallPolicies {
    let (from, role) = caller(document, l);
    let mut policies = CallPolicies::default();
    link::policy_values(&l.params, role, from).iter().for_each(|values| policies.set(values));
    policies
}

/// What a link does, as it is set, and at what distance its ends are.
pub fn spec(document: &Document, l: &Link) -> LinkSpec {
    let (from, role) = caller(document, l);
    let distance = separation(document, &l.from, &l.to).one_way();
    LinkSpec { distance, ..link::link_spec(&complete(&link::specs(), &l.params), role, from) }
}

/// Mean travel time there and back in ms, and whether it is always the same.
pub fn travel(spec: &LinkSpec) -> (f64, f64, bool) {
    let more = spec.distance.as_millis_f64() + spec.jitter.as_millis_f64() / 2.0;
    let constant = |law: &Distribution| matches!(law, Distribution::Constant { .. });
    let same = constant(&spec.latency)
        && constant(&spec.return_latency)
        && spec.jitter.0 == 0
        && spec.bandwidth_bps.is_none()
        && spec.handshake_round_trips == 0;
    (spec.latency.mean_ms() + more, spec.return_latency.mean_ms() + more, same)
}

/// Nodes deeper than this are not followed: a circle has no source.
const DEEPEST: usize = 12;

/// What arrives at a node over the links of calls (or those of looks beside the store).
pub fn arriving(document: &Document, node: &str) -> Result<Flow, String> {
    follow(document, node, 0)
}

fn follow(document: &Document, node: &str, depth: usize) -> Result<Flow, String> {
    if depth > DEEPEST {
        return Err("its callers call each other in a circle".into());
    }
    let mut all: Option<Flow> = None;
    for l in document.links.iter().filter(|l| l.to == node) {
        let spec = spec(document, l);
        if !matches!(spec.role, Role::Call | Role::Aside) {
            continue;
        }
        let flow = over(document, l, &spec, depth)?;
        match &mut all {
            None => all = Some(flow),
            Some(all) => all.join(flow),
        }
    }
    all.filter(|f| f.rate() > 0.0).ok_or_else(|| "nothing arrives here".into())
}

/// What a link carries.
fn over(document: &Document, l: &Link, spec: &LinkSpec, depth: usize) -> Result<Flow, String> {
    let Some(from) = document.node(&l.from) else { return Err("nothing arrives here".into()) };
    let model = model(from);
    let mut flow = match (&model.source, model.passing) {
        (Some(found), _) => begun(from, found.as_ref().map_err(|why| named(why, from))?),
        (_, Some(passing)) => passed(document, from, l, passing, depth)?,
        _ => return Err(format!("{} calls it in the course of its own work", from.name)),
    };
    match spec.rule.when {
        When::Any => {}
        When::Reads => flow.writes = 0.0,
        When::Writes => flow.reads = 0.0,
        When::Sessions => return Err(format!("{} looks up sessions in it", from.name)),
    }
    let mut share = spec.rule.probability * (1.0 - spec.loss);
    if spec.rule.pick == Pick::One && !matches!(model.passing, Some(Passing::Spread { .. })) {
        let alternatives = document.links.iter().filter(|o| o.from == l.from).map(|o| self::spec(document, o).rule);
        let like = |r: &crate::engine::link::Rule| r.pick == Pick::One && r.stage == spec.rule.stage && r.when == spec.rule.when;
        let weights: f64 = alternatives.filter(like).map(|r| f64::from(r.weight)).sum();
        share *= f64::from(spec.rule.weight) / weights.max(1.0);
    }
    flow.reads *= share;
    flow.writes *= share;
    let stages = document.links.iter().filter(|o| o.from == l.from).map(|o| self::spec(document, o).rule.stage);
    if spec.rule.count > 1 {
        flow.reads *= f64::from(spec.rule.count);
        flow.writes *= f64::from(spec.rule.count);
        flow.spoil(format!("{} calls it several times at once", from.name));
    }
    if stages.min().is_some_and(|first| first < spec.rule.stage) {
        flow.spoil(format!("{} calls it after others have answered", from.name));
    }
    let policies = policies(document, l);
    if policies.retry.retries() > 0 {
        flow.spoil(format!("{} tries again after a failure, and then more comes than was sent", from.name));
    }
    if spec.connections.is_some() {
        flow.spoil(format!("{} has a limited number of connections to it", from.name));
    }
    if spec.bandwidth_bps.is_some() {
        flow.spoil(format!("the link from {} has a limited bandwidth", from.name));
    }
    let (there, back, constant) = travel(spec);
    flow.there_ms += there;
    flow.back_ms += back;
    flow.constant &= constant;
    flow.direct = model.source.is_some();
    flow.timeout_ms = policies.limit(Awaited::Answer).map_or(f64::INFINITY, |t| t.as_millis_f64());
    Ok(flow)
}

fn begun(node: &Node, source: &Source) -> Flow {
    let reads = source.rate_per_s * source.reads;
    let mut flow = Flow {
        reads,
        writes: source.rate_per_s - reads,
        constant: true,
        sources: vec![node.id.clone()],
        timeout_ms: f64::INFINITY,
        ..Flow::default()
    };
    if !source.is_poisson {
        flow.spoil(format!("{} send at even intervals, not at random", node.name));
    }
    flow
}

fn passed(document: &Document, node: &Node, over: &Link, passing: Passing, depth: usize) -> Result<Flow, String> {
    let mut flow = follow(document, &node.id, depth + 1)?;
    match passing {
        Passing::Spread { choice, time_ms } => {
            let of = |l: &Link| document.node(&l.to).map_or(1, instances);
            let backends = document.links.iter().filter(|l| l.from == node.id).map(of).sum::<u32>().max(1);
            let share = f64::from(of(over)) / f64::from(backends);
            flow.reads *= share;
            flow.writes *= share;
            flow.there_ms += time_ms;
            match choice {
                _ if backends == 1 => {}
                Choice::Random => {}
                Choice::InTurn => flow.spoil(format!("{} sends in turn, so arrivals are more even than at random", node.name)),
                Choice::Knowing => flow.spoil(format!("{} chooses by what it knows of its backends, not at random", node.name)),
            }
        }
        Passing::Work { time_ms } => {
            flow.there_ms += time_ms;
            flow.constant = false;
            // What leaves it while its workers are held is no Poisson process, and what a cache answers goes no further.
            flow.spoil(format!("{} calls it in the course of its own work", node.name));
        }
    }
    Ok(flow)
}

//! What theory says of caches and replicas: hit ratios and shares of stale answers, decided from the document.
//! The formulas of caches are elsewhere.

use super::caches::{hit_ratio, shares, Forgets, Shares, Writes};
use super::flow::{arriving, model, spec, travel, Flow};
use super::{Input, Theory};
use crate::components::model::{Cache, Follower, OnWrite};
use crate::data::eviction::Eviction;
use crate::diagram::{Document, Node};
use crate::engine::link::Role;
use crate::engine::Distribution;
use crate::lab::trials::Metric;

const CHE: &str = "Che, Tung, Wang (2002); Fricker, Robert, Roberts (2012)";
const GELENBE: &str = "Gelenbe (1973)";
const POISSON: &str = "Poisson writes: 1 - e^(-rate × lag), over all keys";

/// The popularity of what these sources ask for, if it is the same for all of them.
fn popularity(document: &Document, sources: &[String]) -> Result<Shares, String> {
    let keys = |id: &String| document.node(id).and_then(|n| model(n).source).and_then(Result::ok).map(|source| source.keys);
    let mut all = sources.iter().filter_map(keys);
    let first = all.next().ok_or("nothing arrives here")?;
    if !all.all(|keys| keys == first) {
        return Err("its clients differ in which keys they ask for".into());
    }
    let keys = first.ok_or("keys that come one after the other are no independent choices")?;
    Ok(shares(&keys))
}

/// The theory of a cache's hit ratio.
pub(super) fn cache(document: &Document, node: &Node, cache: &Cache) -> Result<Theory, String> {
    let Cache { capacity, eviction, ttl, .. } = *cache;
    let flow = looks(document, node)?;
    let shares = popularity(document, &flow.sources)?;
    let keys: f64 = shares.iter().map(|(_, n)| n).sum();
    let writes = writes(document, node, cache, &flow)?;
    let (forgets, source) = match eviction {
        Eviction::Lru => (Forgets::Lru, CHE),
        Eviction::Fifo | Eviction::Random => (Forgets::Fifo, GELENBE),
        Eviction::Lfu => (Forgets::Lfu, "the most popular keys stay"),
    };
    let ttl_s = if ttl.0 > 0 { ttl.as_secs_f64() } else { f64::INFINITY };
    let forgets = match (ttl_s.is_finite(), f64::from(capacity) >= keys, writes) {
        (true, _, Writes::Put(_)) => return Err("writes renew the age of what it holds".into()),
        // It never forgets, whatever its rule.
        (true, true, _) => Forgets::Lru,
        (true, false, _) if forgets != Forgets::Lru => return Err("with a TTL and too little room only LRU is solved".into()),
        _ => forgets,
    };
    let ratio = hit_ratio(&shares, f64::from(capacity), forgets, writes, ttl_s * flow.reads);
    let inputs = vec![
        Input { label: "looks", value: flow.reads, unit: "/s" },
        Input { label: "capacity", value: f64::from(capacity), unit: "keys" },
        Input { label: "keys asked for", value: keys, unit: "keys" },
        Input { label: "requests for the most popular key", value: shares.first().map_or(0.0, |(p, _)| *p), unit: "%" },
    ];
    let name = match forgets {
        Forgets::Lru if ttl_s.is_finite() => "Che's approximation with a TTL".to_string(),
        Forgets::Lru => "Che's approximation of LRU".to_string(),
        Forgets::Fifo => "FIFO and random eviction".to_string(),
        Forgets::Lfu => "Best static cache".to_string(),
    };
    Ok(Theory { name, source, exact: false, figures: vec![(Metric::HitRatio, ratio)], inputs, saturates_at: None })
}

/// What is looked up, if its keys are drawn independently.
fn looks(document: &Document, node: &Node) -> Result<Flow, String> {
    let callers = document.links.iter().filter(|l| l.to == node.id).filter_map(|l| document.node(&l.from));
    for caller in callers {
        let caches = document.links.iter().filter(|l| l.from == caller.id && spec(document, l).role == Role::Aside).count();
        if caches > 1 {
            return Err(format!("{} spreads the keys over several caches", caller.name));
        }
    }
    arriving(document, &node.id)
}

/// What writes do to what it holds.
fn writes(document: &Document, node: &Node, cache: &Cache, flow: &Flow) -> Result<Writes, String> {
    if flow.writes == 0.0 || flow.reads == 0.0 {
        return Ok(Writes::Pass);
    }
    if cache.in_line {
        return Err("writes pass through it, and what they leave there is not solved".into());
    }
    let per_read = flow.writes / flow.reads;
    let callers = document.links.iter().filter(|l| l.to == node.id).filter_map(|l| document.node(&l.from));
    let mut rules = callers.map(|n| model(n).on_write);
    let first = rules.next().ok_or("nothing arrives here")?;
    if rules.any(|rule| rule != first) {
        return Err("the services that use it differ in what a write does to it".into());
    }
    Ok(match first {
        OnWrite::Goes => Writes::Remove(per_read),
        OnWrite::IsPut => Writes::Put(per_read),
        OnWrite::Stays => Writes::Pass,
    })
}

/// The theory of a follower's stale answers.
pub(super) fn follower(document: &Document, node: &Node, p: &Follower) -> Result<Theory, String> {
    let log = document.links.iter().find(|l| l.to == node.id && spec(document, l).role == Role::Log);
    let log = log.ok_or("it follows no database")?;
    let primary = document.node(&log.from).ok_or("it follows no database")?;
    if model(primary).waits_for_followers {
        return Err(format!("{} waits for its replicas, so nothing is stale", primary.name));
    }
    let reads = arriving(document, &node.id)?;
    let writes = arriving(document, &primary.id)?;
    let sources: Vec<String> = reads.sources.iter().chain(&writes.sources).cloned().collect();
    let shares = popularity(document, &sources)?;
    let spread = |law: &Distribution| !matches!(law, Distribution::Constant { .. });
    let apply = p.apply_time.mean_ms();
    let busy = writes.writes * apply / 1e3;
    if busy >= 1.0 {
        return Err("it applies more slowly than the primary writes, so its lag grows without end".into());
    }
    let (ship, _, _) = travel(&spec(document, log));
    // Entries are applied one at a time: those before it make an entry wait.
    let queue = writes.writes * super::laws::second_moment(&p.apply_time) / 1e6 / (2.0 * (1.0 - busy)) * 1e3;
    let lag = ship + p.apply_delay.as_millis_f64() + apply + queue;
    // A write counts from when its client knows of it; a read sees what is here when it has been served.
    let window = (lag - writes.back_ms - reads.there_ms - p.read_time.mean_ms()).max(0.0) / 1e3;
    let stale: f64 = shares.iter().map(|(share, n)| n * share * -libm::expm1(-writes.writes * share * window)).sum();
    let exact = writes.irregular.is_none() && reads.constant && writes.constant && !spread(&p.apply_time) && !spread(&p.read_time);
    let mut figures = vec![(Metric::StaleAnswers, stale)];
    let all_reads = everything_read(document);
    if libm::fabs(all_reads - reads.reads) < 1e-9 * all_reads {
        figures.push((Metric::StaleReads, stale));
    }
    let inputs = vec![
        Input { label: "writes", value: writes.writes, unit: "/s" },
        Input { label: "mean lag", value: lag, unit: "ms" },
        Input { label: "time in which a write makes a read stale", value: window * 1e3, unit: "ms" },
    ];
    Ok(Theory { name: "Stale reads at a lag".into(), source: POISSON, exact: exact && busy < 0.05, figures, inputs, saturates_at: None })
}

fn everything_read(document: &Document) -> f64 {
    let sources = document.nodes.iter().filter_map(|n| model(n).source?.ok());
    sources.map(|source| source.rate_per_s * source.reads).sum()
}

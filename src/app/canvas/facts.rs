//! What a card says of a node, in words and figures.
//! Knows frames, and no element.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::members;
use crate::app::panels::format;
use crate::components::{self, Headline};
use crate::diagram::Document;
use crate::engine::SimTime;
use crate::lab::frame::{Frame, Gauge, Health, NodeFrame, Outage};
use crate::order::Gather;

/// The state of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// For the style: `up`, `slow`, `down`, `out`, `cut`, `unknown`.
    pub name: &'static str,
    /// On the card; empty when all is well (a dot says it).
    pub chip: String,
    /// In words, for a screen reader and a tooltip.
    pub words: String,
}

/// What one picture of the run says of each node, found once for all of them.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    frame: Arc<Frame>,
    of: BTreeMap<String, Standing>,
}

#[derive(Clone, Debug)]
struct Standing {
    /// Index into the frame's nodes.
    at: usize,
    state: State,
    /// Of a router's requests.
    share: Option<f64>,
}

impl Standings {
    /// Those of this picture. Costs as much as there are nodes and links.
    pub fn new(frame: Arc<Frame>, diagram: &Document) -> Standings {
        let mut verdicts: BTreeMap<&str, &'static str> = BTreeMap::new();
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        for node in &frame.nodes {
            for (of, what) in &node.verdicts {
                verdicts.entry(of).or_insert(what);
            }
            for (of, share) in &node.shares {
                shares.entry(of).or_insert(*share);
            }
        }
        let cut = cut_off(&frame, diagram);
        let standing = |(at, node): (usize, &NodeFrame)| {
            let id = node.id.as_str();
            let state = state(node, verdicts.get(id).copied(), cut.contains(id));
            (node.id.clone(), Standing { at, state, share: shares.get(id).copied() })
        };
        let of = frame.nodes.iter().enumerate().map(standing).gather();
        Standings { frame, of }
    }

    /// The run's moment.
    pub fn now(&self) -> SimTime {
        self.frame.now
    }

    /// The node in the picture.
    pub fn node(&self, id: &str) -> Option<&NodeFrame> {
        self.of.get(id).and_then(|s| self.frame.nodes.get(s.at))
    }

    /// Its state: its own health, what others think of it, and whether its links are all cut.
    pub fn state(&self, id: &str) -> State {
        let unknown = || State { name: "up", words: t!("up").into(), ..State::default() };
        self.of.get(id).map_or_else(unknown, |s| s.state.clone())
    }

    /// What its kind adds to the headline: its share of a router's requests, a gauge, a held key with its version.
    pub fn extra(&self, id: &str, kind: &str) -> String {
        match (self.node(id), self.of.get(id)) {
            (Some(node), Some(standing)) => extra(node, kind, standing.share),
            _ => String::new(),
        }
    }
}

/// The nodes that have links, all of them cut.
fn cut_off<'d>(frame: &Frame, diagram: &'d Document) -> BTreeSet<&'d str> {
    let cut: BTreeSet<&str> = frame.links.iter().filter(|l| l.cut).map(|l| l.id.as_str()).gather();
    if cut.is_empty() {
        return BTreeSet::new();
    }
    let ends = |is_cut: bool| -> BTreeSet<&'d str> {
        let links = diagram.links.iter().filter(|l| cut.contains(l.id.as_str()) == is_cut);
        links.flat_map(|l| [l.from.as_str(), l.to.as_str()]).gather()
    };
    &ends(true) - &ends(false)
}

fn state(node: &NodeFrame, verdict: Option<&'static str>, cut_off: bool) -> State {
    match node.health {
        Health::Down(outage, since) => State {
            name: "down",
            chip: match outage {
                Outage::Crashed => t!("down").into(),
                Outage::Vanished => t!("gone").into(),
                Outage::Hangs => t!("hung").into(),
            },
            words: match verdict {
                Some(what) => {
                    t!("%{state} at %{moment}, %{what}", state = t!(outage.word()), moment = format::moment(since), what = t!(what))
                }
                None => t!("%{state} at %{moment}", state = t!(outage.word()), moment = format::moment(since)),
            },
        },
        Health::Placeholder => {
            State { name: "unknown", chip: t!("unknown").into(), words: t!("of a kind this version does not know").into() }
        }
        _ if cut_off => State { name: "cut", chip: t!("cut off").into(), words: t!("all its links are cut").into() },
        Health::Slow(factor) if verdict.is_some() => State {
            name: "out",
            chip: t!("out, slow ×%{factor}", factor = format::figure(factor)),
            words: t!(
                "%{what}, %{factor} times as slow as normal",
                what = t!(verdict.unwrap_or_default()),
                factor = format::figure(factor)
            ),
        },
        _ if verdict.is_some() => State { name: "out", chip: t!("out").into(), words: t!(verdict.unwrap_or_default()).into() },
        Health::Slow(factor) => State {
            name: "slow",
            chip: t!("slow ×%{factor}", factor = format::figure(factor)),
            words: t!("%{factor} times as slow as normal", factor = format::figure(factor)),
        },
        Health::Up if node.members.iter().any(|m| members::state(m).0 != "up") => {
            let up = members::up(&node.members);
            State { name: "part", chip: up.clone(), words: up }
        }
        Health::Up => State { name: "up", chip: String::new(), words: t!("up").into() },
    }
}

/// The headline figure: `312 req/s`, `412 req/s · 96 % ok`, `hit ratio 71 %`, `crashed 3.1 s ago`.
pub fn headline(node: &NodeFrame, kind: &str, now: SimTime) -> String {
    if let Health::Down(outage, since) = node.health {
        return t!("%{state} %{ago}", state = t!(outage.word()), ago = format::ago(since, now));
    }
    let rate = t!("%{rate} req/s", rate = format::glance(node.rate_per_s));
    match (headline_of(kind), node.gauges.first()) {
        (Headline::FirstGauge, Some(first)) => gauge(first),
        (Headline::RateAndSuccess, _) if node.rate_per_s > 0.0 => {
            t!("%{rate} · %{share} % ok", rate = rate, share = format::percent(node.ok_share))
        }
        _ => rate,
    }
}

fn headline_of(kind: &str) -> Headline {
    components::kind(kind).map_or(Headline::Rate, |k| k.headline)
}

fn extra(node: &NodeFrame, kind: &str, share: Option<f64>) -> String {
    if matches!(node.health, Health::Down(..)) {
        return String::new();
    }
    if let Some(share) = share.filter(|_| node.rate_per_s > 0.0) {
        return t!("%{share} % of the requests", share = format::percent(share));
    }
    let held = node.sample.first().map(|(key, version)| t!("key %{key} = v%{version}", key = key, version = version));
    // The headline has said the first gauge already; a fill level says more than a single key.
    let next = node.gauges.get(usize::from(headline_of(kind) == Headline::FirstGauge));
    match next {
        Some(level) if level.of.is_some() && headline_of(kind) == Headline::FirstGauge => gauge(level),
        _ => held.or_else(|| next.map(gauge)).unwrap_or_default(),
    }
}

/// A gauge in words: `hit ratio 71 %`, `812 of 1,000 keys`.
pub fn gauge(gauge: &Gauge) -> String {
    let (label, unit) = (t!(gauge.label), t!(gauge.unit));
    let Some(value) = gauge.value() else { return format!("{label} –") };
    let of = |of: f64| t!("%{part} of %{whole}", part = format::whole(value), whole = format::whole(of));
    match (gauge.unit, gauge.of) {
        ("%", _) => format!("{label} {} %", format::percent(value)),
        ("", Some(full)) => format!("{} {label}", of(full)),
        ("", None) if value.fract() == 0.0 => format!("{} {label}", format::whole(value)),
        ("", None) => format!("{label} {}", format::glance(value)),
        (_, Some(full)) if full > 0.0 => format!("{} {unit}", of(full)),
        ("/s", _) => format!("{label} {}/s", format::glance(value)),
        ("ms" | "s", _) => format!("{label} {} {unit}", format::glance(value)),
        // Things that are counted: `14 requests in flight`.
        _ => format!("{} {unit} {label}", format::whole(value)),
    }
}

/// How loaded, for the colour of the bar.
pub fn load(utilisation_percent: u32) -> &'static str {
    match utilisation_percent {
        0..=69 => "low",
        70..=89 => "high",
        _ => "full",
    }
}

//! What a card says of a node, in words and figures.
//! Knows frames, and no element.

use crate::components::{self, Headline};
use crate::diagram::Document;
use crate::engine::SimTime;
use crate::lab::frame::{Frame, Gauge, Health, NodeFrame};

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

/// The state of a node: its own health, what others think of it, and whether its links are all cut.
pub fn state(frame: &Frame, diagram: &Document, id: &str) -> State {
    let Some(node) = frame.nodes.iter().find(|n| n.id == id) else { return State { name: "up", words: "up".into(), ..State::default() } };
    let verdict = frame.nodes.iter().flat_map(|n| &n.verdicts).find(|(of, _)| of == id).map(|(_, what)| *what);
    match node.health {
        Health::Down(since) => State {
            name: "down",
            chip: "down".into(),
            words: match verdict {
                Some(what) => format!("crashed at {since}, {what}"),
                None => format!("crashed at {since}"),
            },
        },
        Health::Placeholder => State { name: "unknown", chip: "unknown".into(), words: "of a kind this version does not know".into() },
        _ if is_cut_off(frame, diagram, id) => State { name: "cut", chip: "cut off".into(), words: "all its links are cut".into() },
        Health::Slow(factor) if verdict.is_some() => State {
            name: "out",
            chip: format!("out, slow ×{factor}"),
            words: format!("{}, {factor} times as slow as normal", verdict.unwrap_or_default()),
        },
        _ if verdict.is_some() => State { name: "out", chip: "out".into(), words: verdict.unwrap_or_default().into() },
        Health::Slow(factor) => {
            State { name: "slow", chip: format!("slow ×{factor}"), words: format!("{factor} times as slow as normal") }
        }
        Health::Up => State { name: "up", chip: String::new(), words: "up".into() },
    }
}

fn is_cut_off(frame: &Frame, diagram: &Document, id: &str) -> bool {
    let mut any = false;
    for link in diagram.links.iter().filter(|l| l.to == id || l.from == id) {
        any = true;
        if !frame.links.iter().any(|l| l.id == link.id && l.cut) {
            return false;
        }
    }
    any
}

/// The headline figure: `312 req/s`, `412 req/s · 96 % ok`, `hit ratio 71 %`, `crashed 3.1 s ago`.
pub fn headline(node: &NodeFrame, kind: &str, now: SimTime) -> String {
    if let Health::Down(since) = node.health {
        return format!("crashed {} ago", now.since(since));
    }
    let rate = format!("{} req/s", figure(node.rate_per_s));
    match (headline_of(kind), node.gauges.first()) {
        (Headline::FirstGauge, Some(first)) => gauge(first),
        (Headline::RateAndSuccess, _) if node.rate_per_s > 0.0 => format!("{rate} · {} % ok", percent(node.ok_share)),
        _ => rate,
    }
}

fn headline_of(kind: &str) -> Headline {
    components::kind(kind).map_or(Headline::Rate, |k| k.headline)
}

/// What the kind adds: its share of a router's requests, a gauge, a held key with its version.
pub fn extra(frame: &Frame, node: &NodeFrame, kind: &str) -> String {
    if matches!(node.health, Health::Down(_)) {
        return String::new();
    }
    let share = frame.nodes.iter().flat_map(|n| &n.shares).find(|(of, _)| *of == node.id);
    if let Some((_, share)) = share.filter(|_| node.rate_per_s > 0.0) {
        return format!("{} % of the requests", percent(*share));
    }
    let held = node.sample.first().map(|(key, version)| format!("key {key} = v{version}"));
    // The headline has said the first gauge already; a fill level says more than a single key.
    let next = node.gauges.get(usize::from(headline_of(kind) == Headline::FirstGauge));
    match next {
        Some(level) if level.of.is_some() && headline_of(kind) == Headline::FirstGauge => gauge(level),
        _ => held.or_else(|| next.map(gauge)).unwrap_or_default(),
    }
}

/// A gauge in words: `hit ratio 71 %`, `812 of 1,000 keys`.
pub fn gauge(gauge: &Gauge) -> String {
    match (gauge.unit, gauge.of) {
        ("%", _) => format!("{} {} %", gauge.label, percent(gauge.value)),
        ("", Some(of)) => format!("{} of {} {}", whole(gauge.value), whole(of), gauge.label),
        ("", None) if gauge.value.fract() == 0.0 => format!("{} {}", whole(gauge.value), gauge.label),
        ("", None) => format!("{} {}", gauge.label, figure(gauge.value)),
        (unit, Some(of)) if of > 0.0 => format!("{} of {} {unit}", whole(gauge.value), whole(of)),
        ("/s", _) => format!("{} {}/s", gauge.label, figure(gauge.value)),
        ("ms" | "s", _) => format!("{} {} {}", gauge.label, figure(gauge.value), gauge.unit),
        // Things that are counted: `14 requests in flight`.
        (unit, _) => format!("{} {unit} {}", whole(gauge.value), gauge.label),
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

fn percent(share: f64) -> String {
    let value = share * 100.0;
    // 99.96 % is not all of it.
    if value > 99.0 && value < 100.0 {
        format!("{:.1}", (value * 10.0).floor() / 10.0)
    } else {
        format!("{value:.0}")
    }
}

fn whole(value: f64) -> String {
    crate::metrics::grouped(value.max(0.0).round() as u64)
}

/// A figure with as many digits as can be read at a glance.
pub fn figure(value: f64) -> String {
    if value >= 100.0 || value == 0.0 {
        whole(value)
    } else if value >= 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

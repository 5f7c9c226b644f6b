//! What a card says of a node, in words and figures.
//! Knows frames, and no element.

use crate::app::panels::format;
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
    let Some(node) = frame.nodes.iter().find(|n| n.id == id) else {
        return State { name: "up", words: t!("up").into(), ..State::default() };
    };
    let verdict = frame.nodes.iter().flat_map(|n| &n.verdicts).find(|(of, _)| of == id).map(|(_, what)| *what);
    match node.health {
        Health::Down(since) => State {
            name: "down",
            chip: t!("down").into(),
            words: match verdict {
                Some(what) => t!("crashed at %{moment}, %{what}", moment = format::moment(since), what = t!(what)),
                None => t!("crashed at %{moment}", moment = format::moment(since)),
            },
        },
        Health::Placeholder => {
            State { name: "unknown", chip: t!("unknown").into(), words: t!("of a kind this version does not know").into() }
        }
        _ if is_cut_off(frame, diagram, id) => State { name: "cut", chip: t!("cut off").into(), words: t!("all its links are cut").into() },
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
        Health::Up => State { name: "up", chip: String::new(), words: t!("up").into() },
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
        return t!("crashed %{ago}", ago = format::ago(since, now));
    }
    let rate = t!("%{rate} req/s", rate = figure(node.rate_per_s));
    match (headline_of(kind), node.gauges.first()) {
        (Headline::FirstGauge, Some(first)) => gauge(first),
        (Headline::RateAndSuccess, _) if node.rate_per_s > 0.0 => {
            t!("%{rate} · %{share} % ok", rate = rate, share = percent(node.ok_share))
        }
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
        return t!("%{share} % of the requests", share = percent(*share));
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
    let of = |of: f64| t!("%{part} of %{whole}", part = whole(gauge.value), whole = whole(of));
    match (gauge.unit, gauge.of) {
        ("%", _) => format!("{label} {} %", percent(gauge.value)),
        ("", Some(full)) => format!("{} {label}", of(full)),
        ("", None) if gauge.value.fract() == 0.0 => format!("{} {label}", whole(gauge.value)),
        ("", None) => format!("{label} {}", figure(gauge.value)),
        (_, Some(full)) if full > 0.0 => format!("{} {unit}", of(full)),
        ("/s", _) => format!("{label} {}/s", figure(gauge.value)),
        ("ms" | "s", _) => format!("{label} {} {unit}", figure(gauge.value)),
        // Things that are counted: `14 requests in flight`.
        _ => format!("{} {unit} {label}", whole(gauge.value)),
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

/// A share in percent, of which only all is 100.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    // 99.96 % is not all of it.
    if value > 99.0 && value < 100.0 {
        format::local(&format!("{:.1}", (value * 10.0).floor() / 10.0))
    } else {
        format!("{value:.0}")
    }
}

fn whole(value: f64) -> String {
    format::count(value.max(0.0).round() as u64)
}

/// A figure with as many digits as can be read at a glance.
pub fn figure(value: f64) -> String {
    if value >= 100.0 || value == 0.0 {
        whole(value)
    } else if value >= 10.0 {
        format!("{value:.0}")
    } else {
        format::local(&format!("{value:.1}"))
    }
}

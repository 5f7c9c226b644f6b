//! `--fault "t=10s crash db for 5s"`: faults on the timeline, with their end.
//! Whether the diagram has what they name is judged by the document's rules.

use std::time::Duration;

use faultline::diagram::{member, Document, Effect, Entry, Fault, Impairment, Link};
use faultline::engine::impairment::{Direction, Traffic};
use faultline::engine::SimTime;

use crate::args::time;
use crate::settings::known;

const SHAPE: &str = "expected \"t=10s crash NODE\", vanish NODE, hang NODE, lose-disk NODE, restart NODE, slow NODE x4, cut LINK (or FROM->TO) [forward|back], impair LINK drop 5% replies, mend LINK or flush NODE, and \"for 5s\" where it ends; NODE#2 is one of its instances";

/// What can follow the link that is impaired.
const IMPAIRED: &str = "expected drop 5%, delay 200ms (jitter 50ms), duplicate 10% or pass, then forward or back, then calls, replies, control or handshakes, then for 5s";

/// Adds one fault, and its end if it has one, to the document's journal. Returns when it begins.
pub fn add(doc: &mut Document, text: &str) -> Result<SimTime, String> {
    let entries = parse(doc, text).map_err(|message| format!("--fault \"{text}\": {message}"))?;
    let begins = entries.iter().map(|(at, _)| *at).min().unwrap_or_default();
    for (at, fault) in entries {
        let place = doc.journal.partition_point(|(t, _)| *t <= at);
        doc.journal.insert(place, (at, Entry::Fault(fault)));
    }
    Ok(begins)
}

fn parse(doc: &Document, text: &str) -> Result<Vec<(SimTime, Fault)>, String> {
    let mut words = text.split_whitespace();
    let mut next = || words.next().ok_or(SHAPE);
    let at = time(next()?.strip_prefix("t=").ok_or(SHAPE)?)?;
    let verb = next()?;
    let target = next()?;
    let mut rest: Vec<&str> = words.collect();
    if verb == "impair" || verb == "cut" && rest.first().is_some_and(|word| Direction::from_name(word).is_some()) {
        let text: Vec<&str> = if verb == "cut" { ["drop"].into_iter().chain(rest).collect() } else { rest };
        let links = links(doc, &doc.folded(), target)?;
        return impaired(&text, links).map(|faults| faults.into_iter().map(|fault| (moment(at), fault)).collect());
    }
    let factor = match (verb, rest.as_slice()) {
        ("slow", ["by", number, ..]) => {
            let number = factor(number)?;
            rest.drain(..2);
            number
        }
        ("slow", [number, ..]) => {
            let number = factor(number)?;
            rest.drain(..1);
            number
        }
        ("slow", []) => return Err("slow needs a factor, as in \"slow db x4\"".into()),
        _ => 1.0,
    };
    let length = match rest.as_slice() {
        [] => None,
        ["for", length] => Some(time(length)?),
        _ => return Err(SHAPE.into()),
    };
    // What is added or removed while the document runs can break as well; the rules know when it is there.
    let later = doc.folded();
    let (id, _) = member(target);
    let node = || match doc.node(id).or_else(|| later.node(id)) {
        Some(_) => Ok(target.to_string()),
        None => Err(known(target, "node", doc.nodes.iter().map(|n| &n.id))),
    };
    let links = || links(doc, &later, target);
    let faults: Vec<(Fault, Option<Fault>)> = match verb {
        "crash" => vec![(Fault::Crash { node: node()? }, Some(Fault::Restart { node: node()? }))],
        "vanish" => vec![(Fault::Vanish { node: node()? }, Some(Fault::Restart { node: node()? }))],
        "hang" => vec![(Fault::Hang { node: node()? }, Some(Fault::Restart { node: node()? }))],
        "lose-disk" => vec![(Fault::LoseDisk { node: node()? }, Some(Fault::Restart { node: node()? }))],
        "restart" => vec![(Fault::Restart { node: node()? }, None)],
        "slow" => vec![(Fault::Slow { node: node()?, factor }, Some(Fault::Slow { node: node()?, factor: 1.0 }))],
        "cut" => links()?.into_iter().map(|link| (Fault::Cut { link: link.clone() }, Some(Fault::Mend { link }))).collect(),
        "mend" => links()?.into_iter().map(|link| (Fault::Mend { link }, None)).collect(),
        "flush" => vec![(Fault::Flush { node: node()? }, None)],
        _ => return Err(SHAPE.into()),
    };
    let mut entries = Vec::new();
    for (fault, end) in faults {
        entries.push((moment(at), fault));
        match (length, end) {
            (None, _) => {}
            (Some(length), Some(end)) => entries.push((moment(at.saturating_add(length)), end)),
            (Some(_), None) => return Err(format!("{verb} has no end, so it takes no \"for\"")),
        }
    }
    Ok(entries)
}

fn moment(d: Duration) -> SimTime {
    SimTime(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX))
}

/// `drop 5% replies for 5s`, `delay 200ms jitter 50ms back`, `duplicate 10% calls`: what is wrong with these links.
fn impaired(words: &[&str], links: Vec<String>) -> Result<Vec<Fault>, String> {
    let (effect, mut rest) = words.split_first().ok_or(IMPAIRED)?;
    let effect = Effect::from_name(effect).ok_or(IMPAIRED)?;
    let mut what = Impairment { effect, ..Impairment::default() };
    let mut is_said = false;
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        let ms = |text: &str| time(text).map(|d| d.as_secs_f64() * 1e3);
        let mut next = || {
            let (first, after) = rest.split_first().ok_or_else(|| format!("\"{word}\" needs a time, as in \"{word} 200ms\""))?;
            rest = after;
            ms(first)
        };
        match (*word, word.strip_suffix('%')) {
            (_, Some(share)) if matches!(effect, Effect::Drop | Effect::Duplicate) => {
                what.percent = share.parse().map_err(|_| format!("\"{word}\" is not a share such as 5%"))?;
            }
            ("jitter", _) if effect == Effect::Delay => what.jitter_ms = next()?,
            ("for", _) => what.for_ms = Some(next()?),
            (name, _) if Direction::from_name(name).is_some() => what.direction = Direction::from_name(name).unwrap_or_default(),
            (name, _) if Traffic::from_name(name).is_some() => what.messages = Traffic::from_name(name).unwrap_or_default(),
            _ if effect == Effect::Delay && !is_said => {
                what.delay_ms = ms(word)?;
                is_said = true;
            }
            _ => return Err(format!("\"{word}\" is not understood; {IMPAIRED}")),
        }
    }
    if effect == Effect::Delay && !is_said {
        return Err("a delay needs a time, as in \"delay 200ms\"".into());
    }
    let id = format!("{}-{}-{}", what.effect.name(), what.messages.name(), what.direction.name());
    Ok(links.into_iter().map(|link| Fault::Impair { link, id: id.clone(), impairment: what }).collect())
}

fn factor(text: &str) -> Result<f64, String> {
    let number = text.trim_start_matches(['x', '×']).parse::<f64>();
    number.map_err(|_| format!("\"{text}\" is not a factor such as x4"))
}

/// A link by its id, or all links between two nodes: `api->db`.
fn links(doc: &Document, later: &Document, text: &str) -> Result<Vec<String>, String> {
    let by_ends = text.split_once("->").or_else(|| text.split_once('→'));
    let is_meant = |l: &&Link| by_ends.map_or(l.id == text, |(from, to)| l.from == from && l.to == to);
    let mut found: Vec<String> = doc.links.iter().chain(&later.links).filter(is_meant).map(|l| l.id.clone()).collect();
    found.sort();
    found.dedup();
    match found.is_empty() {
        true => Err(known(text, "link", doc.links.iter().map(|l| &l.id))),
        false => Ok(found),
    }
}

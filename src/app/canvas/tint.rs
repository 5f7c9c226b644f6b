//! What colours the packets: their kind, or what the reader wants to follow. Shape still says the kind.
//! Knows no pen.

use std::collections::BTreeMap;

use crate::components::{kind, Group};
use crate::diagram::Document;
use crate::engine::SimTime;
use crate::lab::frame::{Frame, Packet, PacketFate, PacketKind};
use crate::order::Gather;

use super::ink::{Ink, HUE, HUES, RAMP};

/// Ages up to which each step of the ramp reaches, in milliseconds; the last has no end.
const AGES_MS: [f64; 4] = [10.0, 50.0, 250.0, 1000.0];

/// What colour stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourBy {
    /// Read, write, control.
    #[default]
    Kind,
    /// How it is going.
    Outcome,
    /// On whose behalf.
    User,
    /// Which key.
    Key,
    /// Which store keeps the value.
    Shard,
    /// Version of the value that it brings.
    Version,
    /// First attempt or retry.
    Attempt,
    /// Time since the request began.
    Age,
}

/// An entry of the legend: token of the colour, what it stands for.
pub type Meaning = (&'static str, String);

impl ColourBy {
    /// All of them, in the order of the menu.
    pub const ALL: [ColourBy; 8] = [
        ColourBy::Kind,
        ColourBy::Outcome,
        ColourBy::User,
        ColourBy::Key,
        ColourBy::Shard,
        ColourBy::Version,
        ColourBy::Attempt,
        ColourBy::Age,
    ];

    /// Name in the menu, in English.
    pub fn label(self) -> &'static str {
        match self {
            ColourBy::Kind => text!("Kind"),
            ColourBy::Outcome => text!("Outcome"),
            ColourBy::User => text!("User"),
            ColourBy::Key => text!("Key"),
            ColourBy::Shard => text!("Store of the key"),
            ColourBy::Version => text!("Version"),
            ColourBy::Attempt => text!("Attempt"),
            ColourBy::Age => text!("Age"),
        }
    }

    /// What the colours stand for now.
    pub fn meanings(self, diagram: &Document) -> Vec<Meaning> {
        let hues = |texts: &[&'static str]| HUE.into_iter().zip(texts.iter().map(|t| t!(t).to_string())).collect::<Vec<_>>();
        match self {
            // The shapes say it.
            ColourBy::Kind => Vec::new(),
            ColourBy::Outcome => vec![
                ("--control", t!("under way").into()),
                ("--good", t!("ok").into()),
                ("--odd", t!("stale").into()),
                ("--bad", t!("error").into()),
            ],
            ColourBy::User => numbered(|n| t!("user %{n}", n = n), t!("users in turn")),
            ColourBy::Key => numbered(|n| t!("key %{n}", n = n), t!("keys in turn")),
            ColourBy::Version => {
                let mut list = numbered(|n| t!("version %{n}", n = n), t!("versions in turn"));
                list.push(("--control", t!("brings no value").into()));
                list
            }
            ColourBy::Shard => {
                let names = keepers(diagram).into_iter().filter_map(|id| diagram.node(&id).map(|n| n.name.clone()));
                let mut list: Vec<Meaning> = HUE.into_iter().cycle().zip(names).take(2 * HUES).collect();
                list.push(("--control", t!("not at a store yet").into()));
                list
            }
            ColourBy::Attempt => hues(&[text!("first attempt"), text!("second"), text!("third"), text!("later")]),
            ColourBy::Age => {
                let bounds = AGES_MS.iter().map(|ms| t!("under %{time}", time = crate::app::panels::format::millis(*ms)));
                RAMP.into_iter().zip(bounds.chain([t!("older").to_string()])).collect()
            }
        }
    }

    /// The colour of a packet. `orders` are those of [`orders`].
    pub fn of(self, packet: &Packet, now: SimTime, orders: &[Option<u64>]) -> Ink {
        if packet.kind == PacketKind::Control {
            return Ink::CONTROL;
        }
        let known = match self {
            ColourBy::Kind => Some(by_kind(packet)),
            ColourBy::Outcome => Some(match packet.fate {
                PacketFate::Outbound => Ink::CONTROL,
                PacketFate::Reply => Ink::GOOD,
                PacketFate::StaleReply => Ink::ODD,
                PacketFate::Error => Ink::BAD,
            }),
            ColourBy::User => packet.user.map(Ink::hue),
            ColourBy::Key => packet.key.map(Ink::hue),
            ColourBy::Version => packet.version.map(Ink::hue),
            ColourBy::Shard => packet.keeper.and_then(|at| orders.get(at).copied().flatten()).map(Ink::hue),
            ColourBy::Attempt => Some(Ink::hue(u64::from(packet.attempt.clamp(1, 4)) - 1)),
            ColourBy::Age => packet.born.map(|born| Ink::ramp(step(born, now))),
        };
        known.unwrap_or(Ink::CONTROL)
    }
}

/// Of each of the frame's nodes, which of those that keep data it is, in the order of the diagram.
pub fn orders(frame: &Frame, diagram: &Document) -> Vec<Option<u64>> {
    let keepers = keepers(diagram);
    let order: BTreeMap<&str, u64> = keepers.iter().zip(0..).map(|(id, i)| (id.as_str(), i)).gather();
    frame.nodes.iter().map(|n| order.get(n.id.as_str()).copied()).collect()
}

/// The first few, and that the colours come round again.
fn numbered(name: impl Fn(usize) -> String, again: &'static str) -> Vec<Meaning> {
    let mut list: Vec<Meaning> = HUE.into_iter().enumerate().map(|(i, token)| (token, name(i))).collect();
    list.truncate(3);
    list.extend(HUE[3..].iter().map(|token| (*token, String::new())));
    if let Some(last) = list.last_mut() {
        last.1 = format!("… {again}");
    }
    list
}

fn by_kind(packet: &Packet) -> Ink {
    match (packet.fate, packet.kind) {
        (PacketFate::Error, _) => Ink::BAD,
        (PacketFate::StaleReply, _) => Ink::ODD,
        (_, PacketKind::Read) => Ink::READ,
        (_, PacketKind::Write) => Ink::WRITE,
        (_, PacketKind::Message) => Ink::MESSAGE,
        (_, PacketKind::Control) => Ink::CONTROL,
    }
}

/// Which step of the ramp an age is on.
fn step(born: SimTime, now: SimTime) -> usize {
    let age_ms = now.since(born).as_millis_f64();
    AGES_MS.iter().position(|limit| age_ms < *limit).unwrap_or(AGES_MS.len())
}

/// The nodes that keep data, in the order of the diagram.
pub fn keepers(diagram: &Document) -> Vec<String> {
    let keeps = |id: &str| kind(id).is_some_and(|k| k.group == Group::Data);
    diagram.nodes.iter().filter(|n| keeps(&n.kind)).map(|n| n.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_climb_the_ramp() {
        let at = |ms: u64| step(SimTime(0), SimTime(ms * 1_000_000));
        assert_eq!([at(0), at(9), at(10), at(249), at(999), at(5_000)], [0, 0, 1, 2, 3, 4]);
    }
}

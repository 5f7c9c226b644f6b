//! Breaking and mending what is selected.
//! Knows no view.

use leptos::prelude::*;

use super::available::{if_so, some_link, some_node, Available};
use super::key::key;
use super::{Action, Section};
use crate::app::session::Session;
use crate::components::{has_disk, kind};
use crate::diagram::{Effect, Fault, Impairment};
use crate::editor::commands;
use crate::engine::impairment::{Direction, Traffic};
use crate::lab::frame::Health;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("crash", text!("Crash or restart"), "zap-off", Section::Break, crash)
        .keys(&[key("k")])
        .words(text!("kill fail down stop outage"))
        .when(some_node)
        .called(|s| if all(s, |h| matches!(h, Health::Down(..))) { text!("Restart") } else { text!("Crash") }),
    Action::new("vanish", text!("Vanish: the host is gone"), "unplug", Section::Break, |s| {
        take_down(s, "Take away", |node| Fault::Vanish { node })
    })
    .words(text!("black hole power network host silent"))
    .when(some_working_node)
    .called(|_| text!("Vanish")),
    Action::new("hang", text!("Hang: accepts, and answers nobody"), "pause", Section::Break, |s| {
        take_down(s, "Hang", |node| Fault::Hang { node })
    })
    .words(text!("freeze stuck deadlock jam pause"))
    .when(some_working_node)
    .called(|_| text!("Hang")),
    Action::new("lose-disk", text!("Lose the disk"), "database-backup", Section::Break, lose_disk)
        .words(text!("wipe data loss storage"))
        .when(some_store)
        .called(|_| text!("Lose the disk")),
    Action::new("slow", text!("Slow or normal"), "turtle", Section::Break, slow)
        .keys(&[key("s")])
        .words(text!("latency degrade"))
        .when(some_node)
        .called(|s| if all(s, |h| matches!(h, Health::Slow(_))) { text!("Normal") } else { text!("Slow") }),
    Action::new("cut", text!("Cut or mend a link"), "unplug", Section::Break, cut)
        .keys(&[key("x")])
        .words(text!("partition disconnect network"))
        .when(some_link)
        .called(|s| if all_cut(s) { text!("Mend") } else { text!("Cut") }),
    Action::new("lose-replies", text!("Lose the replies of a link"), "x", Section::Break, |s| impair(s, "replies", LOSE_REPLIES))
        .words(text!("one way asymmetric drop answers"))
        .when(some_link)
        .called(|_| text!("Lose replies")),
    Action::new("lossy", text!("Lose some messages of a link"), "spline", Section::Break, |s| impair(s, "loss", LOSE_SOME))
        .words(text!("packet loss drop flaky"))
        .when(some_link)
        .called(|_| text!("Lose 5 %")),
    Action::new("delay", text!("Delay a link"), "clock", Section::Break, |s| impair(s, "delay", DELAY))
        .words(text!("latency slow network congestion"))
        .when(some_link)
        .called(|_| text!("Delay by 100 ms")),
    Action::new("mend", text!("Mend a link"), "link", Section::Break, mend)
        .words(text!("repair heal lift"))
        .when(some_impaired_link)
        .called(|_| text!("Mend")),
    Action::new("flush", text!("Flush a cache"), "eraser", Section::Break, flush)
        .keys(&[key("f")])
        .words(text!("empty clear evict"))
        .when(some_cache)
        .called(|_| text!("Flush")),
];

/// Whether all selected nodes are so.
fn all(session: Session, test: fn(&Health) -> bool) -> bool {
    session.selection.with(|s| {
        !s.nodes.is_empty() && session.frame.with(|f| f.nodes.iter().filter(|n| s.nodes.contains(&n.id)).all(|n| test(&n.health)))
    })
}

fn all_cut(session: Session) -> bool {
    session
        .selection
        .with(|s| !s.links.is_empty() && session.frame.with(|f| f.links.iter().filter(|l| s.links.contains(&l.id)).all(|l| l.cut)))
}

/// How many times as long a slowed node takes.
const SLOWNESS: f64 = 5.0;

/// A node that works.
fn some_working_node(session: Session) -> Available {
    some_node(session)?;
    if_so(!all(session, |h| matches!(h, Health::Down(..))), text!("It does not work already"))
}

/// A node with something on a disk.
fn some_store(session: Session) -> Available {
    if_so(!stores(session).is_empty(), text!("Select a component that stores something first"))
}

fn stores(session: Session) -> Vec<String> {
    let selection = session.selection.get();
    session
        .diagram
        .with(|d| d.nodes.iter().filter(|n| has_disk(&n.kind) && selection.nodes.contains(&n.id)).map(|n| n.id.clone()).collect())
}

/// A link that something is wrong with.
fn some_impaired_link(session: Session) -> Available {
    let impaired =
        session.selection.with(|s| session.frame.with(|f| f.links.iter().any(|l| !l.impairments.is_empty() && s.links.contains(&l.id))));
    if_so(impaired, text!("Nothing is wrong with it"))
}

/// What can be done to a link in one step; the command line and files know all of it.
const LOSE_REPLIES: Impairment = Impairment { messages: Traffic::Replies, ..IMPAIRED };
const LOSE_SOME: Impairment = Impairment { percent: 5.0, ..IMPAIRED };
const DELAY: Impairment = Impairment { effect: Effect::Delay, delay_ms: 100.0, ..IMPAIRED };
const IMPAIRED: Impairment = Impairment {
    effect: Effect::Drop,
    direction: Direction::Both,
    messages: Traffic::All,
    percent: 100.0,
    delay_ms: 0.0,
    jitter_ms: 0.0,
    for_ms: None,
};

/// A cache.
fn some_cache(session: Session) -> Available {
    if_so(!caches(session).is_empty(), text!("Select a cache first"))
}

fn caches(session: Session) -> Vec<String> {
    let selection = session.selection.get();
    session.diagram.with(|d| {
        d.nodes
            .iter()
            .filter(|n| kind(&n.kind).is_some_and(|k| k.can_flush) && selection.nodes.contains(&n.id))
            .map(|n| n.id.clone())
            .collect()
    })
}

fn nodes(session: Session) -> Vec<String> {
    session.selection.with_untracked(|s| s.nodes.iter().cloned().collect())
}

fn health(session: Session, id: &str) -> Health {
    session.frame.with_untracked(|f| f.nodes.iter().find(|n| n.id == id).map_or(Health::Up, |n| n.health))
}

/// The names of nodes, for a sentence.
fn named(session: Session, ids: &[String]) -> String {
    session.diagram.with_untracked(|d| {
        let names: Vec<_> = ids.iter().filter_map(|id| d.node(id)).map(|n| n.name.as_str()).collect();
        names.join(", ")
    })
}

/// Restarts the selected nodes if all are down, else crashes those that run.
fn crash(session: Session) {
    let ids = nodes(session);
    let (down, up): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| matches!(health(session, id), Health::Down(..)));
    if up.is_empty() {
        let label = format!("Restart {}", named(session, &down));
        session.break_or_mend(label, down.into_iter().map(|node| Fault::Restart { node }).collect());
    } else {
        let label = format!("Crash {}", named(session, &up));
        session.break_or_mend(label, up.into_iter().map(|node| Fault::Crash { node }).collect());
    }
}

/// Takes down those of the selected nodes that work.
fn take_down(session: Session, verb: &str, fault: fn(String) -> Fault) {
    let mut ids = nodes(session);
    ids.retain(|id| !matches!(health(session, id), Health::Down(..)));
    let label = format!("{verb} {}", named(session, &ids));
    session.break_or_mend(label, ids.into_iter().map(fault).collect());
}

/// Takes the disks of the selected nodes that have one.
fn lose_disk(session: Session) {
    let ids = untrack(|| stores(session));
    let label = format!("Take the disk of {}", named(session, &ids));
    session.break_or_mend(label, ids.into_iter().map(|node| Fault::LoseDisk { node }).collect());
}

/// The selected links, and how to call them in a sentence.
fn links(session: Session) -> (Vec<String>, String) {
    let ids: Vec<String> = session.selection.with_untracked(|s| s.links.iter().cloned().collect());
    let name = match ids.as_slice() {
        [id] => session.diagram.with_untracked(|d| commands::link_name(d, id)),
        _ => format!("{} links", ids.len()),
    };
    (ids, name)
}

/// Something is wrong with the selected links from now on.
fn impair(session: Session, id: &str, impairment: Impairment) {
    let (ids, name) = links(session);
    let fault = |link| Fault::Impair { link, id: id.into(), impairment };
    session.break_or_mend(format!("Impair {name}"), ids.into_iter().map(fault).collect());
}

/// Lifts all that is wrong with the selected links.
fn mend(session: Session) {
    let (ids, name) = links(session);
    session.break_or_mend(format!("Mend {name}"), ids.into_iter().map(|link| Fault::Mend { link }).collect());
}

/// Makes the selected nodes normal if all are slow, else slow.
fn slow(session: Session) {
    let ids = nodes(session);
    let (slow, normal): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| matches!(health(session, id), Health::Slow(_)));
    let (ids, factor) = if normal.is_empty() { (slow, 1.0) } else { (normal, SLOWNESS) };
    let label = if factor == 1.0 {
        format!("Bring {} back to normal speed", named(session, &ids))
    } else {
        format!("Slow {}", named(session, &ids))
    };
    session.break_or_mend(label, ids.into_iter().map(|node| Fault::Slow { node, factor }).collect());
}

/// Mends the selected links if all are cut, else cuts them.
fn cut(session: Session) {
    let ids: Vec<String> = session.selection.with_untracked(|s| s.links.iter().cloned().collect());
    let is_cut = |id: &String| session.frame.with_untracked(|f| f.links.iter().any(|l| l.id == *id && l.cut));
    let (cut, whole): (Vec<_>, Vec<_>) = ids.into_iter().partition(is_cut);
    let what = |ids: &[String]| match ids {
        [id] => session.diagram.with_untracked(|d| commands::link_name(d, id)),
        _ => format!("{} links", ids.len()),
    };
    if whole.is_empty() {
        session.break_or_mend(format!("Mend {}", what(&cut)), cut.into_iter().map(|link| Fault::Mend { link }).collect());
    } else {
        session.break_or_mend(format!("Cut {}", what(&whole)), whole.into_iter().map(|link| Fault::Cut { link }).collect());
    }
}

/// Empties the selected caches.
fn flush(session: Session) {
    let ids = untrack(|| caches(session));
    let label = format!("Flush {}", named(session, &ids));
    session.break_or_mend(label, ids.into_iter().map(|node| Fault::Flush { node }).collect());
}

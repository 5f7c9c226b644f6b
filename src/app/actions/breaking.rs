//! Breaking and mending what is selected.
//! Knows no view.

use leptos::prelude::*;

use super::available::{if_so, some_link, some_node, Available};
use super::key::key;
use super::{Action, Section};
use crate::app::session::Session;
use crate::components::kind;
use crate::diagram::Fault;
use crate::editor::commands;
use crate::lab::frame::Health;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("crash", text!("Crash or restart"), "zap-off", Section::Break, crash)
        .keys(&[key("k")])
        .words(text!("kill fail down stop outage"))
        .when(some_node)
        .called(|s| if all(s, |h| matches!(h, Health::Down(_))) { text!("Restart") } else { text!("Crash") }),
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
    let (down, up): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| matches!(health(session, id), Health::Down(_)));
    if up.is_empty() {
        let label = format!("Restart {}", named(session, &down));
        session.break_or_mend(label, down.into_iter().map(|node| Fault::Restart { node }).collect());
    } else {
        let label = format!("Crash {}", named(session, &up));
        session.break_or_mend(label, up.into_iter().map(|node| Fault::Crash { node }).collect());
    }
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

//! Shaping what is on the canvas: groups, notes, layout, names in place, links led elsewhere.
//! Knows no pointer.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::available::{if_so, node_or_link, one_link, one_thing, some_component, some_group, some_note, things, Available};
use super::key::{ctrl, ctrl_shift, key, shift};
use super::selecting::show_inspector;
use super::{Action, Section};
use crate::app::dom;
use crate::app::session::{Goal, Opening, Session, Thing};
use crate::app::words::{name_added, translate};
use crate::diagram::{GroupKind, NoteColour};
use crate::editor::commands::{self, End};
use crate::editor::geometry::{card, free_room, free_spot, group_rect, to_diagram, CARD};
use crate::editor::layout::layout;
use crate::editor::{Selection, Step};
use crate::order::Gather;

/// How long things glide to where a layout puts them.
const GLIDE_MS: f64 = 320.0;
/// More things than this are put there at once.
const MOST_GLIDING: usize = 250;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("rename", text!("Rename"), "pencil", Section::Edit, rename)
        .keys(&[key("F2")])
        .words(text!("name title write edit text note"))
        .when(one_thing),
    Action::new("add-next", text!("Add a component and connect it…"), "git-branch-plus", Section::Edit, add_next)
        .keys(&[shift("n")])
        .words(text!("new next append insert splice into link"))
        .when(node_or_link),
    Action::new("lead-elsewhere", text!("Lead the link elsewhere…"), "waypoints", Section::Edit, |s| {
        show_inspector(s, ".link-ends select")
    })
    .keys(&[key("e")])
    .words(text!("reconnect reroute end"))
    .when(one_link),
    Action::new("group-region", text!("Region"), "earth", Section::Edit, |s| group(s, GroupKind::Region))
        .words(text!("frame place continent cloud group latency distance"))
        .called(|s| if nothing(s) { text!("Region") } else { text!("Put in a region") }),
    Action::new("group-zone", text!("Zone"), "map-pin", Section::Edit, |s| group(s, GroupKind::Zone))
        .words(text!("frame availability datacentre group"))
        .called(|s| if nothing(s) { text!("Zone") } else { text!("Put in a zone") }),
    Action::new("group-subsystem", text!("Subsystem"), "package", Section::Edit, |s| group(s, GroupKind::Subsystem))
        .keys(&[ctrl("g")])
        .words(text!("frame container together group"))
        .called(|s| if nothing(s) { text!("Subsystem") } else { text!("Put in a subsystem") }),
    Action::new("group-box", text!("Box"), "square-dashed", Section::Edit, |s| group(s, GroupKind::Box))
        .words(text!("frame rectangle group"))
        .called(|s| if nothing(s) { text!("Box") } else { text!("Put in a box") }),
    Action::new("ungroup", text!("Ungroup"), "ungroup", Section::Edit, ungroup)
        .keys(&[ctrl_shift("g")])
        .words(text!("dissolve remove frame"))
        .when(some_group),
    Action::new("collapse", text!("Collapse or expand the subsystem"), "fold-vertical", Section::Edit, collapse)
        .keys(&[shift("e")])
        .words(text!("fold open close one card"))
        .called(|s| match closed(s) {
            Some(true) => text!("Expand the subsystem"),
            Some(false) => text!("Collapse the subsystem"),
            None => text!("Collapse or expand the subsystem"),
        })
        .when(some_subsystem),
    Action::new("select-group", text!("Select the group around it"), "group", Section::Select, select_group)
        .keys(&[key("g")])
        .words(text!("frame parent zone region"))
        .when(in_group),
    Action::new("note", text!("Note"), "sticky-note", Section::Edit, add_note)
        .keys(&[shift("t")])
        .words(text!("text comment sticky write label")),
    Action::new("note-colour", text!("Next colour of the note"), "palette", Section::Edit, next_colour)
        .words(text!("yellow blue green red grey"))
        .when(some_note),
    Action::new("layout", text!("Lay out the diagram"), "workflow", Section::Canvas, lay_out)
        .keys(&[shift("l")])
        .words(text!("automatic arrange tidy auto-layout"))
        .when(some_component),
];

fn nothing(session: Session) -> bool {
    things(session) == 0
}

/// The one subsystem that is selected, or the one around the selected node.
fn subsystem(session: Session) -> Option<String> {
    let selection = session.selection.get();
    session.diagram.with(|d| {
        let node = selection.only_node().and_then(|id| d.node(id)).and_then(|n| n.group.as_deref());
        let start = selection.groups.first().map(String::as_str).or(node)?;
        d.around(start).find(|g| g.kind == GroupKind::Subsystem).map(|g| g.id.clone())
    })
}

fn closed(session: Session) -> Option<bool> {
    let id = subsystem(session)?;
    session.diagram.with(|d| d.group(&id).map(|g| g.collapsed))
}

fn some_subsystem(session: Session) -> Available {
    if_so(subsystem(session).is_some(), text!("Select a subsystem first"))
}

/// The group around what is selected.
fn around(session: Session) -> Option<String> {
    let selection = session.selection.get();
    session.diagram.with(|d| {
        let of_node = selection.nodes.first().and_then(|id| d.node(id)).and_then(|n| n.group.clone());
        of_node.or_else(|| selection.groups.first().and_then(|id| d.group(id)).and_then(|g| g.parent.clone()))
    })
}

fn in_group(session: Session) -> Available {
    if_so(around(session).is_some(), text!("It is in no group"))
}

/// Performs a step and says it.
fn perform(session: Session, step: Step) -> bool {
    let label = translate(&step.label).into_owned();
    let done = session.perform(step);
    if done {
        session.announce(label);
    }
    done
}

fn rename(session: Session) {
    let thing = session.selection.with_untracked(|s| {
        let node = s.nodes.first().cloned().map(Thing::Node);
        node.or_else(|| s.groups.first().cloned().map(Thing::Group)).or_else(|| s.notes.first().cloned().map(Thing::Note))
    });
    session.shaping.typing.set(thing);
}

fn group(session: Session, kind: GroupKind) {
    let selection = session.selection.get_untracked();
    let (width, height) = session.viewport.get_untracked();
    let view = session.view.get_untracked();
    let spot = session.ui.spot.get_untracked().unwrap_or_else(|| to_diagram(view, width / 2.0 - 160.0, height / 2.0 - 100.0));
    let (mut step, id) = session.diagram.with_untracked(|d| commands::add_group(d, kind, &selection, spot));
    session.diagram.with_untracked(|d| name_added(&mut step, d));
    if perform(session, step) {
        session.select(Selection::group(id));
    }
}

fn ungroup(session: Session) {
    let groups = session.selection.with_untracked(|s| s.groups.clone());
    let inside = session.diagram.with_untracked(|d| {
        let nodes = d.nodes.iter().filter(|n| n.group.as_ref().is_some_and(|g| groups.contains(g)));
        nodes.map(|n| n.id.clone()).gather()
    });
    let step = session.diagram.with_untracked(|d| commands::ungroup(d, &groups));
    if perform(session, step) {
        session.select(Selection { nodes: inside, ..Selection::default() });
    }
}

fn collapse(session: Session) {
    let (Some(id), Some(is_closed)) = (subsystem(session), closed(session)) else { return };
    let step = session.diagram.with_untracked(|d| commands::collapse(d, &id, !is_closed));
    if perform(session, step) {
        session.select(Selection::group(id));
    }
}

fn select_group(session: Session) {
    let Some(id) = around(session) else { return };
    session.announce(session.diagram.with_untracked(|d| commands::group_name(d, &id)));
    session.select(Selection::group(id));
}

fn add_note(session: Session) {
    let (width, height) = session.viewport.get_untracked();
    let view = session.view.get_untracked();
    let (w, h) = commands::NOTE;
    let spot = session.ui.spot.get_untracked();
    let (x, y) = spot.unwrap_or_else(|| {
        let (x, y) = to_diagram(view, width / 2.0, height / 2.0);
        session.diagram.with_untracked(|d| free_room(d, (x - w / 2.0, y - h / 2.0), (w, h)))
    });
    let (step, id) = session.diagram.with_untracked(|d| commands::add_note(d, "", x, y));
    if perform(session, step) {
        session.select(Selection::note(&id));
        session.shaping.typing.set(Some(Thing::Note(id)));
    }
}

fn next_colour(session: Session) {
    let notes = session.selection.with_untracked(|s| s.notes.clone());
    let now = session.diagram.with_untracked(|d| notes.first().and_then(|id| d.note(id)).map(|n| n.colour)).unwrap_or_default();
    let at = NoteColour::ALL.iter().position(|c| *c == now).unwrap_or(0);
    let next = NoteColour::ALL[(at + 1) % NoteColour::ALL.len()];
    let step = session.diagram.with_untracked(|d| commands::colour_notes(d, &notes, next));
    perform(session, step);
}

/// Offers the kinds that fit after the selected node, or in the selected link.
fn add_next(session: Session) {
    let selection = session.selection.get_untracked();
    let offer = session.diagram.with_untracked(|d| {
        if let Some(node) = selection.only_node().and_then(|id| d.node(id)) {
            let (x, y) = free_spot(d, node.x + CARD.0 + 72.0, node.y);
            let at = (x + CARD.0 / 2.0, y + CARD.1 / 2.0);
            return Some(Opening { goal: Goal::Linked(node.id.clone(), End::To), at });
        }
        let link = selection.only_link().and_then(|id| d.link(id))?;
        let (a, b) = (card(d.node(&link.from)?).centre(), card(d.node(&link.to)?).centre());
        let (x, y) = free_spot(d, (a.0 + b.0 - CARD.0) / 2.0, (a.1 + b.1 - CARD.1) / 2.0);
        Some(Opening { goal: Goal::Into(link.id.clone()), at: (x + CARD.0 / 2.0, y + CARD.1 / 2.0) })
    });
    session.shaping.offer.set(offer);
}

/// Lays the diagram out; cards glide to their places unless less motion is asked for.
fn lay_out(session: Session) {
    let before = places(session);
    let step = session.diagram.with_untracked(|d| layout(d));
    if !perform(session, step) {
        return;
    }
    session.fit();
    let after = places(session);
    let away = |(thing, to): (Thing, (f64, f64))| {
        let from = before.get(&thing)?;
        Some((thing, (from.0 - to.0, from.1 - to.1))).filter(|(_, by)| *by != (0.0, 0.0))
    };
    let away: BTreeMap<Thing, (f64, f64)> = after.into_iter().filter_map(away).gather();
    if !session.still.get_untracked() && away.len() <= MOST_GLIDING {
        glide(session, away, dom::now_ms());
    }
}

fn places(session: Session) -> BTreeMap<Thing, (f64, f64)> {
    session.diagram.with_untracked(|d| {
        let nodes = d.nodes.iter().map(|n| (Thing::Node(n.id.clone()), (n.x, n.y)));
        let groups = d.groups.iter().map(|g| (Thing::Group(g.id.clone()), (group_rect(g).x, group_rect(g).y)));
        nodes.chain(groups).gather()
    })
}

fn glide(session: Session, away: BTreeMap<Thing, (f64, f64)>, began: f64) {
    let left = 1.0 - ((dom::now_ms() - began) / GLIDE_MS).clamp(0.0, 1.0);
    // Slower towards the end.
    let share = left * left * left;
    if share <= 0.0 {
        session.shaping.gliding.set(BTreeMap::new());
        return;
    }
    session.shaping.gliding.set(away.iter().map(|(t, by)| (t.clone(), (by.0 * share, by.1 * share))).gather());
    request_animation_frame(move || glide(session, away, began));
}

//! Fragments: a part of a diagram as text, for the clipboard; between tabs, files and chat messages.
//! Knows no clipboard. What it reads goes through the same strict reader as a file.

use super::commands;
use super::geometry::{bounds, snap};
use super::{Selection, Step};
use crate::diagram::{Document, Group, Link, Node, View};
use crate::engine::SimTime;
use crate::files;

/// What the text says it is.
const FORMAT: &str = "faultline-fragment";

/// The part of a diagram that is selected: nodes, groups with what is in them and on them, notes, and the links among the nodes.
pub fn cut_out(diagram: &Document, selection: &Selection) -> Document {
    let all = commands::all_of(diagram, selection);
    let in_group = |group: &Option<String>| group.clone().filter(|g| all.groups.contains(g));
    let nodes = diagram.nodes.iter().filter(|n| all.nodes.contains(&n.id));
    let groups = diagram.groups.iter().filter(|g| all.groups.contains(&g.id));
    let both_ends = |l: &&Link| all.nodes.contains(&l.from) && all.nodes.contains(&l.to);
    Document {
        nodes: nodes.map(|n| Node { group: in_group(&n.group), ..n.clone() }).collect(),
        links: diagram.links.iter().filter(both_ends).cloned().collect(),
        groups: groups.map(|g| Group { parent: in_group(&g.parent), ..g.clone() }).collect(),
        notes: diagram.notes.iter().filter(|n| all.notes.contains(&n.id)).cloned().collect(),
        journal: Vec::new(),
        view: View::default(),
        moment: SimTime::ZERO,
        ..diagram.clone()
    }
}

/// What is selected, as the text of a fragment; `None` if that is nothing, or links only.
pub fn copy(diagram: &Document, selection: &Selection) -> Option<String> {
    let part = cut_out(diagram, selection);
    if part.nodes.is_empty() && part.groups.is_empty() && part.notes.is_empty() {
        return None;
    }
    Some(files::write(&part).replacen("\"faultline\"", &format!("\"{FORMAT}\""), 1))
}

/// Whether a text looks like a fragment or a file of ours, at a glance.
pub fn is_one(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(60).collect();
    start.starts_with('{') && start.contains("\"faultline")
}

/// Reads a fragment, or a whole file, as it stands now.
fn parse(text: &str) -> Result<Document, String> {
    let none = || String::from("What was copied is no part of a diagram");
    if !is_one(text) {
        return Err(none());
    }
    let read = files::read_as(text, &["faultline", FORMAT]).map_err(|p| format!("What was copied cannot be pasted: {p}"))?;
    match read.nodes.is_empty() && read.groups.is_empty() && read.notes.is_empty() {
        true => Err(none()),
        false => Ok(read.folded()),
    }
}

/// Adds what a text holds, with ids of its own: with its middle at a point, or a little aside of where it was. Returns
/// the step and what was added, or why the text is no fragment.
pub fn paste(diagram: &Document, text: &str, at: Option<(f64, f64)>) -> Result<(Step, Selection), String> {
    let part = parse(text)?;
    let by = match (at, bounds(&part)) {
        (Some((x, y)), Some(area)) => (snap(x - area.centre().0), snap(y - area.centre().1)),
        _ => (0.0, 0.0),
    };
    Ok(commands::insert(diagram, &part, by))
}

/// Removes what was copied, once its text is safe on the clipboard: a group goes with what is in it, as its text does.
pub fn cut(diagram: &Document, selection: &Selection) -> Step {
    let step = commands::delete(diagram, &commands::all_of(diagram, selection));
    Step { label: format!("Cut {}", commands::named(diagram, &commands::outermost(diagram, selection))), ..step }
}

//! The editor as a learner uses it: steps at the start and while running, undo, redo, restart.

use serde_json::json;

use super::commands::*;
use super::*;
use crate::diagram::{Edit, Fault, GroupKind};
use crate::files::validate;

const START: SimTime = SimTime::ZERO;

mod groups;
mod shaping;
mod steps;

fn later(seconds: u64) -> SimTime {
    SimTime(seconds * 1_000_000_000)
}

/// Adds a node at the start and returns its id.
fn add(editor: &mut Editor, kind: &str, now: SimTime) -> String {
    let (step, id) = add_node(editor.diagram(), kind, 3.0, 5.0);
    editor.perform(step, now).unwrap();
    id
}

fn wire(editor: &mut Editor, from: &str, to: &str, now: SimTime) -> String {
    let (step, id) = connect(editor.diagram(), from, to).unwrap();
    editor.perform(step, now).unwrap();
    id
}

/// Clients, service, database with a replica.
fn small() -> Editor {
    let mut editor = Editor::new(Document::default());
    for kind in ["clients", "service", "database", "replica"] {
        add(&mut editor, kind, START);
    }
    wire(&mut editor, "clients", "service", START);
    wire(&mut editor, "service", "database", START);
    wire(&mut editor, "database", "replica", START);
    editor
}

fn as_sets(doc: &Document) -> (Vec<String>, Vec<String>) {
    let mut nodes: Vec<_> = doc.nodes.iter().map(|n| format!("{n:?}")).collect();
    let mut links: Vec<_> = doc.links.iter().map(|l| format!("{l:?}")).collect();
    nodes.sort();
    links.sort();
    (nodes, links)
}

/// Performs a step and checks that undoing it gives back the very same document.
fn there_and_back(editor: &mut Editor, step: Step) -> Document {
    let before = editor.document().clone();
    editor.perform(step, START).unwrap();
    let after = editor.diagram().clone();
    validate(editor.document()).unwrap();
    editor.undo(START).unwrap();
    assert_eq!(*editor.document(), before);
    editor.redo(START).unwrap();
    after
}

fn place(d: &Document, id: &str) -> (f64, f64) {
    d.node(id).map(|n| (n.x, n.y)).unwrap()
}

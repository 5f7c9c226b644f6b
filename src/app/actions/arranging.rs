//! Aligning and distributing what is selected.
//! Knows no geometry: the editor's commands do.

use leptos::prelude::*;

use super::available::{if_so, things, Available};
use super::key::ctrl_shift;
use super::{Action, Section};
use crate::app::session::Session;
use crate::editor::commands::{align, distribute, Alignment, Axis};

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("align-left", text!("Align left"), "align-start-vertical", Section::Edit, |s| by(s, Alignment::Left))
        .keys(&[ctrl_shift("ArrowLeft")])
        .when(two),
    Action::new("align-right", text!("Align right"), "align-end-vertical", Section::Edit, |s| by(s, Alignment::Right))
        .keys(&[ctrl_shift("ArrowRight")])
        .when(two),
    Action::new("align-top", text!("Align top"), "align-start-horizontal", Section::Edit, |s| by(s, Alignment::Top))
        .keys(&[ctrl_shift("ArrowUp")])
        .when(two),
    Action::new("align-bottom", text!("Align bottom"), "align-end-horizontal", Section::Edit, |s| by(s, Alignment::Bottom))
        .keys(&[ctrl_shift("ArrowDown")])
        .when(two),
    Action::new("align-centre", text!("Align centres"), "align-center-vertical", Section::Edit, |s| by(s, Alignment::Centre)).when(two),
    Action::new("align-middle", text!("Align middles"), "align-center-horizontal", Section::Edit, |s| by(s, Alignment::Middle)).when(two),
    Action::new("distribute-across", text!("Distribute from left to right"), "align-horizontal-distribute-center", Section::Edit, |s| {
        along(s, Axis::Horizontal)
    })
    .words(text!("space evenly gaps"))
    .when(three),
    Action::new("distribute-down", text!("Distribute from top to bottom"), "align-vertical-distribute-center", Section::Edit, |s| {
        along(s, Axis::Vertical)
    })
    .words(text!("space evenly gaps"))
    .when(three),
];

fn two(session: Session) -> Available {
    if_so(things(session) > 1, text!("Select at least two things to align"))
}

fn three(session: Session) -> Available {
    if_so(things(session) > 2, text!("Select at least three things to distribute"))
}

fn by(session: Session, how: Alignment) {
    let selection = session.selection.get_untracked();
    session.perform_or_say(session.diagram.with_untracked(|d| align(d, &selection, how)));
}

fn along(session: Session, axis: Axis) {
    let selection = session.selection.get_untracked();
    session.perform_or_say(session.diagram.with_untracked(|d| distribute(d, &selection, axis)));
}

//! The panel at the right: the chosen request's story, and what is selected: a node, a link, several, or nothing.
//! Generated from declarations; knows no component kind.

mod distribution;
mod figures;
mod form;
mod group;
mod knob;
mod laws;
mod link;
mod many;
mod members;
mod node;
mod note;
mod number;
mod overview;
mod place;
mod requests;
mod text;

use leptos::prelude::*;

use super::waterfall::RequestPanel;
use crate::app::live::{memo, piece};
use crate::app::session::Session;
use crate::editor::Selection;
use group::GroupInspector;
use link::LinkInspector;
use many::ManyInspector;
use node::NodeInspector;
use note::NoteInspector;
use overview::Overview;

/// What is inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Nothing,
    Node(String),
    Link(String),
    Group(String),
    Note(String),
    Many,
}

impl Subject {
    fn of(selection: &Selection) -> Subject {
        let one = selection.only_node().map(|id| Subject::Node(id.into()));
        let one = one.or_else(|| selection.only_link().map(|id| Subject::Link(id.into())));
        let one = one.or_else(|| selection.only_group().map(|id| Subject::Group(id.into())));
        let one = one.or_else(|| selection.only_note().map(|id| Subject::Note(id.into())));
        one.unwrap_or(if selection.is_empty() { Subject::Nothing } else { Subject::Many })
    }
}

/// The panel.
#[component]
pub fn Inspector() -> impl IntoView {
    let session = Session::get();
    let subject = memo(move || session.selection.with(Subject::of));
    view! {
        <div class="inspector">
            <RequestPanel/>
            {piece(move || match subject.get() {
                Subject::Nothing => view! { <Overview/> }.into_any(),
                Subject::Node(id) => view! { <NodeInspector id=id/> }.into_any(),
                Subject::Link(id) => view! { <LinkInspector id=id/> }.into_any(),
                Subject::Group(id) => view! { <GroupInspector id=id/> }.into_any(),
                Subject::Note(id) => view! { <NoteInspector id=id/> }.into_any(),
                Subject::Many => view! { <ManyInspector/> }.into_any(),
            })}
        </div>
    }
}

/// Counts up about twice a second while time runs, and at once when it stands: for what is costly to read.
fn slowly(session: Session) -> Memo<u32> {
    let last = StoredValue::new(0.0_f64);
    Memo::new(move |count: Option<&u32>| {
        session.frame.track();
        let playing = session.playing.get();
        let now = crate::app::dom::now_ms();
        let count = count.copied().unwrap_or(0);
        if playing && now - last.get_value() < 450.0 {
            return count;
        }
        last.set_value(now);
        count.wrapping_add(1)
    })
}

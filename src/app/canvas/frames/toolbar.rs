//! The toolbar beneath what is selected where that is groups and notes only.
//! Knows actions by name, not what they do.

use leptos::prelude::*;

use super::rect_now;
use crate::app::button::ActionButton;
use crate::app::canvas::board::Board;
use crate::app::canvas::toolbar::within;
use crate::app::live::{live, memo, Show};
use crate::app::session::Thing;
use crate::diagram::GroupKind;
use crate::editor::geometry::{bounds_of, group_rect, note_rect, to_screen};

/// The toolbar.
#[component]
pub fn FrameToolbar() -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let shaping = session.shaping;
    let chosen = memo(move || session.selection.get());
    let anchor = memo(move || {
        let selection = chosen.get();
        if !selection.nodes.is_empty() || !selection.links.is_empty() || selection.is_empty() {
            return None;
        }
        let diagram = session.diagram.get();
        let groups = selection.groups.iter().filter_map(|id| Some((Thing::Group(id.clone()), group_rect(diagram.group(id)?))));
        let notes = selection.notes.iter().filter_map(|id| Some((Thing::Note(id.clone()), note_rect(diagram.note(id)?))));
        let area = bounds_of(groups.chain(notes).map(|(thing, lies)| rect_now(board, &thing, Some(lies))))?;
        let view = session.view.get();
        let (x, y) = to_screen(view, area.x + area.width / 2.0, area.y + area.height);
        Some(within(session, (x, y + 12.0)))
    });
    let shown = memo(move || {
        anchor.with(Option::is_some)
            && board.drag.with(|d| d.is_empty())
            && shaping.resized.with(Option::is_none)
            && shaping.typing.with(Option::is_none)
    });
    let some_group = memo(move || chosen.with(|s| !s.groups.is_empty()));
    let some_note = memo(move || chosen.with(|s| !s.notes.is_empty()));
    let subsystem = memo(move || {
        chosen.with(|s| session.diagram.with(|d| s.only_group().and_then(|id| d.group(id)).is_some_and(|g| g.kind == GroupKind::Subsystem)))
    });
    let place = move || anchor.get().unwrap_or_default();
    view! {
        <Show when=move || shown.get()>
            <div class="break" data-overlay="" role="toolbar" aria-label=t!("Shape it") style:transform=live(place)>
                <Show when=move || subsystem.get()><ActionButton id="collapse" /></Show>
                <Show when=move || chosen.with(|s| s.len() == 1)><ActionButton id="rename" /></Show>
                <Show when=move || some_note.get()><ActionButton id="note-colour" /></Show>
                <Show when=move || some_group.get()><ActionButton id="ungroup" /></Show>
                <span class="rule"></span>
                <ActionButton id="duplicate" />
                <ActionButton id="delete" />
            </div>
        </Show>
    }
}

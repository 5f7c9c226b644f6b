//! Notes: texts on the canvas, in one of a few colours.
//! Knows no run.

use leptos::prelude::*;

use super::{placed, rect_now, Grips};
use crate::app::canvas::board::Board;
use crate::app::live::{live, memo, piece, Each, Show};
use crate::app::session::Thing;
use crate::diagram::{Note, NoteColour};
use crate::editor::geometry::note_rect;

/// The notes.
#[component]
pub fn Notes() -> impl IntoView {
    let board = Board::get();
    let ids = memo(move || board.session.diagram.with(|d| d.notes.iter().map(|n| n.id.clone()).collect::<Vec<_>>()));
    view! {
        <Each each=move || ids.get() key=|id| id.clone() let:id>
            <NoteCard id=id />
        </Each>
    }
}

#[component]
fn NoteCard(
    /// Note id.
    id: String,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let thing = StoredValue::new(Thing::Note(id.clone()));
    let id = StoredValue::new(id);
    let note: Memo<Option<Note>> = memo(move || id.with_value(|id| session.diagram.with(|d| d.note(id).cloned())));
    let selected = memo(move || id.with_value(|id| session.selection.with(|s| s.notes.contains(id))));
    let typed = memo(move || thing.with_value(|t| session.shaping.typing.with(|now| now.as_ref() == Some(t))));
    let rect = memo(move || thing.with_value(|t| rect_now(board, t, note.with(|n| n.as_ref().map(note_rect)))));
    let colour = move || note.with(|n| n.as_ref().map_or(NoteColour::Yellow, |n| n.colour)).id();
    let text = memo(move || note.with(|n| n.as_ref().map(|n| n.text.clone()).unwrap_or_default()));
    let label = move || match text.get().as_str() {
        "" => t!("Empty note").to_string(),
        text => t!("Note: %{text}", text = text),
    };
    view! {
        <div
            class="note-card"
            role="button"
            tabindex="-1"
            data-note=id.get_value()
            data-colour=live(colour)
            data-selected=live(move || selected.get().to_string())
            aria-label=live(label)
            aria-pressed=live(move || selected.get().to_string())
            style=live(move || placed(rect.get()))
        >
            <div class="note-text" hidden=live(move || typed.get())>
                {piece(move || if text.with(String::is_empty) { t!("Double-click to write").to_string() } else { text.get() })}
            </div>
            <Show when=move || selected.get()><Grips /></Show>
        </div>
    }
}

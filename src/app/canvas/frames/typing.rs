//! Renaming and writing in place: a field where the name or text stands.
//! Knows no gesture.

use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::app::canvas::board::Board;
use crate::app::live::{effect, live, piece};
use crate::app::session::{Session, Thing};
use crate::editor::geometry::{card, group_rect, note_rect, to_screen, Rect};

/// The field, where something is being typed in place.
#[component]
pub fn Typing() -> impl IntoView {
    let session = Session::get();
    piece(move || session.shaping.typing.get().map(|thing| view! { <Field thing=thing /> }))
}

fn rect_of(session: Session, thing: &Thing) -> Option<Rect> {
    session.diagram.with(|d| match thing {
        Thing::Node(id) => d.node(id).map(card),
        Thing::Group(id) => d.group(id).map(|g| match group_rect(g) {
            rect if g.is_closed() => rect,
            rect => Rect { width: rect.width.min(240.0), height: 30.0, ..rect },
        }),
        Thing::Note(id) => d.note(id).map(note_rect),
    })
}

#[component]
fn Field(
    /// What is named or written.
    thing: Thing,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let is_note = matches!(thing, Thing::Note(_));
    let old = StoredValue::new(session.diagram.with_untracked(|d| thing.text(d)).unwrap_or_default());
    let thing = StoredValue::new(thing);
    let place = move || {
        let view = session.view.get();
        let Some(rect) = thing.with_value(|t| rect_of(session, t)) else { return "display: none".to_string() };
        let (x, y) = to_screen(view, rect.x, rect.y);
        let (w, h) = ((rect.width * view.zoom).max(120.0), (rect.height * view.zoom).max(28.0));
        let h = if is_note { h.max(72.0) } else { 30.0 };
        let size = (13.0 * view.zoom).clamp(12.0, 22.0);
        format!("left: {x}px; top: {y}px; width: {w}px; height: {h}px; font-size: {size}px")
    };
    // What is typed is taken over once, by whatever ends the typing first.
    let done = StoredValue::new(false);
    // Only a key gives the focus back: who went on to something else by pointer has it there.
    let end = move |typed: Option<String>, by_key: bool| {
        if done.try_get_value().unwrap_or(true) {
            return;
        }
        done.set_value(true);
        let what = thing.get_value();
        if let Some(typed) = typed {
            if let Err(why) = session.rename(&what, &typed) {
                session.refuse(why);
            }
        }
        session.shaping.typing.set(None);
        if by_key {
            board.focus_thing(&what);
        }
    };
    let keys = move |event: KeyboardEvent, typed: String| {
        event.stop_propagation();
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            // A note keeps what was written: Escape only ends it.
            "Escape" => end(is_note.then_some(typed), true),
            "Enter" if !is_note || event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                end(Some(typed), true);
            }
            _ => {}
        }
    };
    if is_note {
        let field = NodeRef::<html::Textarea>::new();
        effect(move || {
            if let Some(field) = field.get() {
                // Before anything is selected it must be there.
                field.set_value(&old.get_value());
                let _ = field.focus();
                field.select();
            }
        });
        view! {
            <textarea
                node_ref=field
                class="in-place note-field"
                data-overlay=""
                maxlength="4000"
                aria-label=t!("Text of the note")
                style=live(place)
                on:keydown=move |e| { let typed = event_target_value(&e); keys(e, typed) }
                on:blur=move |e| end(Some(event_target_value(&e)), false)
            ></textarea>
        }
        .into_any()
    } else {
        let field = NodeRef::<html::Input>::new();
        effect(move || {
            if let Some(field) = field.get() {
                // Before anything is selected it must be there.
                field.set_value(&old.get_value());
                let _ = field.focus();
                field.select();
            }
        });
        view! {
            <input
                node_ref=field
                class="in-place"
                data-overlay=""
                type="text"
                maxlength="80"
                autocomplete="off"
                spellcheck="false"
                aria-label=t!("Name")
                style=live(place)
                on:keydown=move |e| { let typed = event_target_value(&e); keys(e, typed) }
                on:blur=move |e| end(Some(event_target_value(&e)), false)
            />
        }
        .into_any()
    }
}

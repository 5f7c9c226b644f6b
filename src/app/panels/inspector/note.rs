//! The inspector of notes: text and colour.
//! Knows no canvas.

use leptos::prelude::*;

use super::place::SizeFields;
use crate::app::button::ActionButton;
use crate::app::live::{live, memo};
use crate::app::panels::Icon;
use crate::app::session::{Session, Thing};
use crate::diagram::{Note, NoteColour};
use crate::editor::commands;

/// The inspector of this note.
#[component]
pub fn NoteInspector(id: String) -> impl IntoView {
    let session = Session::get();
    let id = StoredValue::new(id);
    let note: Memo<Option<Note>> = memo(move || id.with_value(|id| session.diagram.with(|d| d.note(id).cloned())));
    let text = memo(move || note.with(|n| n.as_ref().map(|n| n.text.clone()).unwrap_or_default()));
    let colour = memo(move || note.with(|n| n.as_ref().map(|n| n.colour).unwrap_or_default()));
    let write = move |typed: String| {
        // A field that is taken away while it is typed in has nobody to tell.
        if text.try_get_untracked().is_some_and(|now| now != typed) {
            session.perform(id.with_value(|id| session.diagram.with_untracked(|d| commands::write_note(d, id, &typed))));
        }
    };
    let paint = move |colour: NoteColour| {
        let ids = [id.get_value()].into();
        session.perform(session.diagram.with_untracked(|d| commands::colour_notes(d, &ids, colour)));
    };
    view! {
        <section class="subject" aria-label=t!("Selected note")>
            <header class="subject-head">
                <p class="subject-kind"><Icon name="sticky-note"/> {t!("Note")}</p>
                <div class="verbs" role="group" aria-label=t!("Edit the note")>
                    <ActionButton id="duplicate" named=true class="outlined small"/>
                    <ActionButton id="delete" named=true class="outlined small"/>
                </div>
            </header>
            <section class="group" aria-label=t!("Settings")>
                <div class="field">
                    <div class="field-head"><label for="note-text">{t!("Text")}</label></div>
                    <textarea
                        id="note-text"
                        class="note-text-field"
                        rows="6"
                        maxlength="4000"
                        prop:value=live(move || text.get())
                        on:change=move |e| write(event_target_value(&e))
                    ></textarea>
                </div>
                <div class="swatches" role="radiogroup" aria-label=t!("Colour")>
                    {NoteColour::ALL.map(|c| view! {
                        <button
                            type="button"
                            role="radio"
                            class="swatch"
                            data-colour=c.id()
                            aria-checked=live(move || (colour.get() == c).to_string())
                            aria-label=t!(c.label())
                            title=t!(c.label())
                            on:click=move |_| paint(c)
                        ></button>
                    })}
                </div>
                <SizeFields thing=id.with_value(|id| Thing::Note(id.clone()))/>
            </section>
        </section>
    }
}

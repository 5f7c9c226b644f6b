//! What colours the packets, and what shapes and colours mean; how many requests are drawn.
//! Knows nothing of the run but that figure.

use leptos::prelude::*;

use super::board::Board;
use super::tint::ColourBy;
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::format;

/// Shown where a queue delivers.
const MESSAGE: &str = text!("message");

/// Shapes: drawing (inside a box of 12 by 12) and meaning.
const SHAPES: &[(&str, &str)] = &[
    (r#"<circle cx="6" cy="6" r="4" class="read hollow"/>"#, text!("read")),
    (r#"<circle cx="6" cy="6" r="4" class="read"/>"#, text!("reply")),
    (r#"<rect x="2" y="2" width="8" height="8" class="write hollow"/>"#, text!("write")),
    (r#"<path d="M6 1.5l4.8 8.4h-9.6z" class="queued hollow"/>"#, MESSAGE),
    (r#"<path d="M2.5 2.5l7 7m0-7l-7 7" class="bad"/>"#, text!("error")),
    (r#"<circle cx="6" cy="6" r="4" class="odd hollow"/><path d="M3.5 8.5l5-5" class="odd"/>"#, text!("stale")),
    (r#"<path d="M6 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5z" class="control hollow"/>"#, text!("health check, replication")),
];

/// The line at the bottom of the stage.
#[component]
pub fn Legend() -> impl IntoView {
    let board = Board::get();
    let has_messages = memo(move || board.session.frame.with(|f| f.links.iter().any(|l| l.delivery)));
    let sample = move || t!("1 of %{n} requests shown; dotted streams are the flow of all of them", n = format::count(board.one_in.get()));
    let meanings = memo(move || board.session.diagram.with(|d| board.colour_by.get().meanings(d)));
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        board.colour_by.set(ColourBy::ALL.into_iter().find(|b| b.label() == chosen).unwrap_or_default());
    };
    let options = ColourBy::ALL.map(|by| {
        view! { <option value=by.label() selected=live(move || board.colour_by.get() == by)>{t!(by.label())}</option> }
    });
    let shapes = SHAPES.iter().map(|(drawing, meaning)| {
        let shown = move || *meaning != MESSAGE || has_messages.get();
        view! { <span hidden=live(move || !shown())><svg viewBox="0 0 12 12" aria-hidden="true" inner_html=*drawing></svg>{t!(*meaning)}</span> }
    });
    view! {
        <div class="stage-legend" data-overlay="" data-colours=live(move || (board.colour_by.get() != ColourBy::Kind).to_string())>
            <Show when=move || board.one_in.get() != 1><b class="sample">{piece(sample)}</b></Show>
            <label class="colour-by">
                <span>{t!("Colour by")}</span>
                <select class="select" on:change=choose>{options.into_iter().collect_view()}</select>
            </label>
            {shapes.collect_view()}
            <ul class="meanings" aria-label=t!("Colours")>
                {piece(move || meanings.get().into_iter().map(|(token, text)| {
                    view! { <li><i style=format!("background: var({token})") aria-hidden="true"></i>{text}</li> }
                }).collect_view())}
            </ul>
        </div>
    }
}

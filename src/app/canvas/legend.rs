//! What the shapes mean, and how many requests are drawn.
//! Knows nothing of the run but that figure.

use leptos::prelude::*;

use super::board::Board;
use crate::app::panels::format;

/// The line at the bottom of the stage.
#[component]
pub fn Legend() -> impl IntoView {
    let board = Board::get();
    let has_messages = Memo::new(move |_| board.session.frame.with(|f| f.links.iter().any(|l| l.delivery)));
    let sample = move || match board.one_in.get() {
        1 => String::new(),
        n => t!("1 of %{n} requests shown", n = format::count(n)),
    };
    view! {
        <div class="stage-legend" data-overlay="">
            <Show when=move || board.one_in.get() != 1><b>{sample}</b></Show>
            <span><svg viewBox="0 0 12 12"><circle cx="6" cy="6" r="4" class="read hollow" /></svg>{t!("read")}</span>
            <span><svg viewBox="0 0 12 12"><circle cx="6" cy="6" r="4" class="read" /></svg>{t!("reply")}</span>
            <span><svg viewBox="0 0 12 12"><rect x="2" y="2" width="8" height="8" class="write hollow" /></svg>{t!("write")}</span>
            <Show when=move || has_messages.get()>
                <span><svg viewBox="0 0 12 12"><path d="M6 1.5l4.8 8.4h-9.6z" class="message hollow" /></svg>{t!("message")}</span>
            </Show>
            <span><svg viewBox="0 0 12 12"><path d="M2.5 2.5l7 7m0-7l-7 7" class="bad" /></svg>{t!("error")}</span>
            <span><svg viewBox="0 0 12 12"><circle cx="6" cy="6" r="4" class="odd hollow" /><path d="M3.5 8.5l5-5" class="odd" /></svg>{t!("stale")}</span>
            <span><svg viewBox="0 0 12 12"><path d="M6 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5z" class="control hollow" /></svg>{t!("health check, replication")}</span>
        </div>
    }
}

//! The list of recently ended requests, those that failed or read an old version first; a click opens the story.
//! Keeps none itself.

use leptos::prelude::*;

use crate::app::live::{live, piece, Each, Show};
use crate::app::panels::format;
use crate::app::session::Session;
use crate::lab::frame::{RequestId, Waterfall};
use crate::order::Ordered;

/// Rows shown.
const ROWS: usize = 14;
/// Of these, kept for requests that went well.
const ORDINARY: usize = 4;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    id: RequestId,
    what: String,
    outcome: String,
    took: String,
}

impl Row {
    fn of(story: &Waterfall) -> Row {
        let took = story.end.map(|end| format::duration(end.since(story.start))).unwrap_or_default();
        Row {
            id: story.request,
            what: t!("%{what} key %{key}", what = t!(story.operation), key = story.key),
            outcome: story.outcome.clone(),
            took,
        }
    }

    /// Failures first, then stale reads, then the rest.
    fn rank(&self) -> u8 {
        match self.outcome.as_str() {
            "ok" | "in flight" => 2,
            "stale" => 1,
            _ => 0,
        }
    }
}

/// The list; it waits while the pointer is on it, so that a row does not slip away under a click.
#[component]
pub fn RecentRequests(
    /// When to look again.
    beat: Memo<u32>,
) -> impl IntoView {
    let session = Session::get();
    let held = RwSignal::new(false);
    let rows = Memo::new(move |last: Option<&Vec<Row>>| {
        beat.get();
        match last {
            Some(last) if held.get() && !last.is_empty() => last.clone(),
            _ => read(session),
        }
    });
    view! {
        <section
            class="group"
            aria-label=t!("Recent requests")
            on:pointerenter=move |_| held.set(true)
            on:pointerleave=move |_| held.set(false)
            on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)
        >
            <h3>{t!("Recent requests")} " " <small>{piece(move || held.get().then(|| t!("held while you are here")))}</small></h3>
            <Show when=move || !rows.with(Vec::is_empty) fallback=|| view! { <p class="quiet">{t!("None has ended yet")}</p> }>
                <ul class="rows requests">
                    <Each each=move || rows.get() key=|row| row.clone() let:row>
                        {
                            let Row { id, what, outcome, took } = row;
                            let tone = crate::app::panels::waterfall::tone(&outcome);
                            view! {
                                <li>
                                    <button
                                        type="button"
                                        class="row-button"
                                        aria-pressed=live(move || (session.request.get() == Some(id)).to_string())
                                        on:click=move |_| session.request.set(Some(id))
                                    >
                                        <span class="row-id">{format!("#{id}")}</span>
                                        <span>{what}</span>
                                        <span class="outcome" data-outcome=tone>{format::words(&outcome)}</span>
                                        <span class="row-end">{took}</span>
                                    </button>
                                </li>
                            }
                        }
                    </Each>
                </ul>
            </Show>
        </section>
    }
}

fn read(session: Session) -> Vec<Row> {
    let mut rows: Vec<Row> = session.with_experiment(|e| e.recent().iter().map(Row::of).collect());
    // The sort is stable: newest first within each rank.
    rows.order_by_key(Row::rank);
    // A few ordinary ones stay in sight, to compare.
    let ordinary = rows.iter().filter(|r| r.rank() == 2).count().min(ORDINARY);
    let notable = rows.iter().filter(|r| r.rank() != 2).count();
    rows.drain(notable.min(ROWS - ordinary)..notable);
    rows.truncate(ROWS);
    rows
}

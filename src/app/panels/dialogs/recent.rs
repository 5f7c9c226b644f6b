//! Recent diagrams, and earlier states of the open one: what the browser keeps, to go on with or to go back to.
//! Keeps nothing itself.

use leptos::prelude::*;

use crate::app::button::ActionButton;
use crate::app::icon::Icon;
use crate::app::live::piece;
use crate::app::panels::format;
use crate::app::session::Session;
use crate::app::storage::{Kept, MOST_PAST};

/// The sheet's content, made when it opens.
#[component]
pub fn Recent() -> impl IntoView {
    let session = Session::get();
    // What is on the screen now is the latest of all states.
    session.keep();
    let again = RwSignal::new(());
    let works = move || {
        again.track();
        rows(session, session.recent_works(), again, false)
    };
    let states = rows(session, session.earlier_states(), again, true);
    view! {
        <h3>{t!("Diagrams")}</h3>
        {piece(works)}
        <h3>{t!("Earlier states of this diagram")}</h3>
        {states}
        <p class="quiet">
            {t!("About once a minute a changed diagram is kept as an earlier state, the last %{count} of each. All of this is in this browser only: save a file to be safe from cleared browser data", count = MOST_PAST)}
        </p>
        <footer class="sheet-foot">
            <ActionButton id="new" text=t!("New, empty") class="outlined"/>
            <ActionButton id="save" text=t!("Save as a file") class="outlined"/>
        </footer>
    }
}

fn rows(session: Session, list: Vec<Kept>, again: RwSignal<()>, past: bool) -> AnyView {
    if list.is_empty() {
        let text = if past {
            t!("None yet: change something, and wait a minute")
        } else {
            t!("None yet: what you build is listed here once you open something else")
        };
        return view! { <p class="quiet">{text}</p> }.into_any();
    }
    let rows = list.into_iter().map(|kept| row(session, kept, again, past)).collect_view();
    view! { <ul class="kept">{rows}</ul> }.into_any()
}

fn row(session: Session, kept: Kept, again: RwSignal<()>, past: bool) -> impl IntoView {
    let readable = !kept.label.essence.is_empty();
    let title = if readable { kept.label.title.clone() } else { t!("Damaged record").to_string() };
    let parts = if kept.label.nodes == 1 { t!("1 component").to_string() } else { t!("%{count} components", count = kept.label.nodes) };
    let size = format::local(&format!("{:.1} kB", kept.bytes as f64 / 1e3));
    let detail = if readable { format!("{} · {parts} · {size}", when(kept.label.at)) } else { size };
    let kept = StoredValue::new(kept);
    let take = move |_| {
        session.show(None);
        let kept = kept.get_value();
        match (past, readable) {
            (true, _) => session.restore(kept),
            (false, true) => session.open_kept(kept),
            (false, false) => session.save_kept(&kept),
        }
    };
    let verb = match (past, readable) {
        (true, _) => t!("Restore"),
        (false, true) => t!("Open"),
        (false, false) => t!("Save as a file"),
    };
    let forget = move |_| {
        session.forget_kept(&kept.get_value());
        again.set(());
    };
    let label = format!("{verb} {title}, {detail}");
    view! {
        <li>
            <span class="kept-title">{title.clone()}</span>
            <span class="quiet">{detail}</span>
            <button type="button" class="button outlined" aria-label=label on:click=take>{verb}</button>
            {(!past).then(|| view! {
                <button type="button" class="button" aria-label=t!("Remove %{name} from this browser", name = title) title=t!("Remove from this browser") on:click=forget>
                    <Icon name="trash-2"/>
                </button>
            })}
        </li>
    }
}

/// A moment: `14:03:20` today, `2025-11-21 14:03:20` before.
fn when(at_ms: f64) -> String {
    let at = js_sys::Date::new(&at_ms.into());
    let today = js_sys::Date::new_0();
    let time = format!("{:02}:{:02}:{:02}", at.get_hours(), at.get_minutes(), at.get_seconds());
    if at.to_date_string() == today.to_date_string() {
        time
    } else {
        format!("{:04}-{:02}-{:02} {time}", at.get_full_year(), at.get_month() + 1, at.get_date())
    }
}

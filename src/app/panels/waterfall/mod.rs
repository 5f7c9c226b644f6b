//! One request's story: its spans on a time axis, each with the reason for the step.
//! Reads the experiment; computes nothing of the run.

mod layout;
mod pattern;

use leptos::html::Section;
use leptos::prelude::*;

use super::format;
use super::Icon;
use crate::app::dom;
use crate::app::live::{effect, live, memo, piece, Show};
use crate::app::session::Session;
use crate::app::words::translate;
use crate::diagram::Document;
use crate::lab::frame::{Span, Waterfall};
use layout::{Axis, Row};
use pattern::{kind_name, Legend};

pub use pattern::tone;

/// What happens within this time comes from one click.
const SAME_CLICK_MS: f64 = 250.0;

/// The panel of the chosen request; nothing while none is chosen.
#[component]
pub fn RequestPanel() -> impl IntoView {
    let session = Session::get();
    let pinned = RwSignal::new(false);
    close_when_something_is_selected(session, pinned);
    let story = Memo::new(move |last: Option<&Option<Waterfall>>| {
        let request = session.request.get()?;
        session.frame.track();
        let read = session.with_experiment(|e| e.waterfall(request));
        // A story that the run has forgotten stays as it was last seen.
        read.or_else(|| last.cloned().flatten().filter(|w| w.request == request))
    });
    let shown = memo(move || session.request.with(Option::is_some));
    view! {
        <Show when=move || shown.get()>
            <Story story=story pinned=pinned/>
        </Show>
    }
}

/// Unless pinned, the story gives way to the node or link that is selected next.
fn close_when_something_is_selected(session: Session, pinned: RwSignal<bool>) {
    let chosen_at = StoredValue::new(0.0_f64);
    effect(move || {
        session.request.track();
        chosen_at.set_value(dom::now_ms());
    });
    effect(move || {
        let selected = session.selection.with(|s| !s.nodes.is_empty() || !s.links.is_empty());
        // A request that was chosen by the same click as the selection stays.
        let settled = dom::now_ms() - chosen_at.get_value() > SAME_CLICK_MS;
        if selected && settled && !pinned.get_untracked() && session.request.with_untracked(Option::is_some) {
            session.request.set(None);
        }
    });
}

#[component]
fn Story(story: Memo<Option<Waterfall>>, pinned: RwSignal<bool>) -> impl IntoView {
    let session = Session::get();
    let section = NodeRef::<Section>::new();
    let title = memo(move || session.request.get().map(|id| t!("Request %{id}", id = format::count(id))).unwrap_or_default());
    effect(move || {
        let title = title.get();
        story.with_untracked(|story| {
            if let Some(story) = story {
                let steps = format::plural(story.spans.len() as u64, t!("step"), t!("steps"));
                session.announce(format!("{title}: {}, {steps}", format::words(&story.outcome)));
            }
        });
        if let Some(section) = section.get() {
            bring_into_view(&section);
        }
    });
    let close = move |_| session.request.set(None);
    view! {
        <section class="story" aria-label=live(move || title.get()) node_ref=section>
            <header class="story-head">
                <h2>{piece(move || title.get())}</h2>
                <span class="story-tools">
                    <Neighbour later=false/>
                    <Neighbour later=true/>
                    <button
                        type="button"
                        class="button small"
                        aria-label=t!("Keep this request in view")
                        title=t!("Keep it in view while other things are selected")
                        aria-pressed=live(move || pinned.get().to_string())
                        on:click=move |_| pinned.update(|p| *p = !*p)
                    >
                        <Icon name="pin"/>
                    </button>
                    <button type="button" class="button small" aria-label=t!("Close the request") title=t!("Close") on:click=close>
                        <Icon name="x"/>
                    </button>
                </span>
            </header>
            {piece(move || match story.get() {
                Some(story) => view! { <Body story=story/> }.into_any(),
                None => view! { <p class="quiet">{t!("This request is no longer remembered")}</p> }.into_any(),
            })}
        </section>
    }
}

/// Shows the story's head, which may be above what is scrolled to.
fn bring_into_view(section: &web_sys::HtmlElement) {
    let top = section.get_bounding_client_rect().top();
    let height = dom::window().and_then(|w| w.inner_height().ok()).and_then(|h| h.as_f64()).unwrap_or(0.0);
    if top < 0.0
        || top > height * 0.8
        || section.parent_element().and_then(|p| p.parent_element()).is_some_and(|slot| slot.scroll_top() > 0)
    {
        section.scroll_into_view();
    }
}

/// To the earlier or later request among those that are remembered.
#[component]
fn Neighbour(later: bool) -> impl IntoView {
    let session = Session::get();
    let go = move |_| {
        let Some(here) = session.request.get_untracked() else { return };
        let ids = session.with_experiment(|e| e.recent().into_iter().map(|w| w.request).collect::<Vec<_>>());
        let next = if later { ids.into_iter().filter(|id| *id > here).min() } else { ids.into_iter().filter(|id| *id < here).max() };
        match next {
            Some(id) => session.request.set(Some(id)),
            None => session.announce(if later { t!("No later request has ended yet") } else { t!("No earlier request is remembered") }),
        }
    };
    let (label, icon) = if later { (t!("Later request"), "chevron-right") } else { (t!("Earlier request"), "chevron-left") };
    view! {
        <button type="button" class="button small" aria-label=label title=label on:click=go>
            <Icon name=icon/>
        </button>
    }
}

#[component]
fn Body(story: Waterfall) -> impl IntoView {
    let session = Session::get();
    let now = session.frame.with_untracked(|f| f.now);
    let axis = Axis::of(&story, now);
    let diagram = session.diagram.get_untracked();
    let took = story.end.unwrap_or(now).since(story.start);
    let took = match story.end {
        Some(_) => format::duration(took),
        None => t!("%{time} so far", time = format::duration(took)),
    };
    let ticks = axis.ticks();
    let grid = ticks.iter().map(|(share, _)| view! { <i style=format!("left: {:.2}%", share * 100.0)></i> }).collect_view();
    let labels =
        ticks.iter().map(|(share, text)| view! { <span style=format!("left: {:.2}%", share * 100.0)>{text.clone()}</span> }).collect_view();
    let rows = layout::rows(&story.spans, &axis).into_iter().map(|row| step(&diagram, row, &axis)).collect_view();
    view! {
        <p class="story-sum">
            <span>{t!("%{what} of key %{key}, user %{user}", what = format::sentence(t!(story.operation)), key = story.key, user = story.user)}</span>
            <span class="outcome" data-outcome=pattern::tone(&story.outcome)>{format::words(&story.outcome)}</span>
            <b>{took}</b>
            <span class="quiet">{t!("from %{moment}", moment = format::moment(story.start))}</span>
        </p>
        <div class="waterfall">
            <div class="waterfall-axis" aria-hidden="true">{labels}</div>
            <div class="waterfall-grid" aria-hidden="true">{grid}</div>
            <ol class="waterfall-steps" aria-label=t!("Steps, in order of start")>{rows}</ol>
        </div>
        <Legend/>
    }
}

/// One step: what and how long, its bar, and why.
fn step(diagram: &Document, row: Row, axis: &Axis) -> impl IntoView {
    let Row { span, left, width, indent, back } = row;
    let place = name(diagram, &span);
    let attempt = (span.attempt > 1).then(|| t!("try %{n}", n = span.attempt));
    let took = match span.end {
        Some(end) => format::duration(end.since(span.start)),
        None => t!("%{time} so far", time = format::duration(axis.end.since(span.start))),
    };
    let begins = t!("after %{time}", time = format::duration(span.start.since(axis.start)));
    let failed = span.failed.map(format::words);
    let has_failed = failed.is_some().to_string();
    view! {
        <li class="step" data-kind=pattern::class(span.kind) data-failed=has_failed data-open=span.end.is_none().to_string()>
            <p class="step-text" style=format!("padding-left: {}px", indent * 8)>
                <b>{place}</b>
                " "
                <span class="step-kind">{if back { t!("reply") } else { t!(kind_name(span.kind)) }}</span>
                {attempt.map(|a| view! { " " <span class="step-attempt">{a}</span> })}
                {failed.map(|f| view! { " " <span class="step-failed">{f}</span> })}
                <span class="step-time" title=begins.clone()>{took}</span>
                <span class="visually-hidden">", " {begins}</span>
            </p>
            <div class="step-track" aria-hidden="true">
                <i class="step-bar" style=format!("left: {:.3}%; width: {:.3}%", left * 100.0, width * 100.0)></i>
            </div>
            {(!span.why.is_empty()).then(|| view! { <p class="step-why" style=format!("padding-left: {}px", indent * 8)>{translate(&span.why).into_owned()}</p> })}
        </li>
    }
}

fn name(diagram: &Document, span: &Span) -> String {
    let name = diagram.node(&span.node).map_or(&span.node, |n| &n.name);
    span.member.map_or_else(|| name.clone(), |number| format!("{name} #{number}"))
}

//! The kinds that may be at the loose end of a new link, or in a link: chosen, added and linked as one step.
//! Judges nothing: the editor says which kinds fit.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::app::actions::around;
use crate::app::canvas::board::Board;
use crate::app::icon::Icon;
use crate::app::live::{effect, live, piece};
use crate::app::menu;
use crate::app::session::{Goal, Opening, Session};
use crate::components::{kinds, Kind};
use crate::editor::commands::{add_and_connect, insert_into_link, kinds_for};
use crate::editor::geometry::to_screen;

/// The menu, where kinds are offered.
#[component]
pub fn Offers() -> impl IntoView {
    let session = Session::get();
    piece(move || session.shaping.offer.get().map(|offer| view! { <Menu offer=offer /> }))
}

/// The kinds that fit.
fn fitting(session: Session, goal: &Goal) -> Vec<&'static Kind> {
    session.diagram.with_untracked(|d| match goal {
        Goal::Linked(node, end) => kinds_for(d, node, *end),
        Goal::Into(link) => kinds().iter().filter(|k| insert_into_link(d, link, k.id, 0.0, 0.0).is_ok()).collect(),
    })
}

/// Adds the chosen kind and selects it.
fn choose(board: Board, offer: &Opening, kind: &Kind) {
    let session = board.session;
    let (x, y) = around(session, offer.at);
    let made = session.diagram.with_untracked(|d| match &offer.goal {
        Goal::Linked(node, end) => add_and_connect(d, node, *end, kind.id, x, y),
        Goal::Into(link) => insert_into_link(d, link, kind.id, x, y),
    });
    match made {
        Ok((step, id)) => {
            if session.perform_adding(step) {
                session.select_node(&id);
                session.announce(t!("Added %{what} and connected it", what = t!(kind.label)));
                gloo_timers::callback::Timeout::new(0, move || board.focus_card(&id)).forget();
            }
        }
        Err(reason) => session.refuse(reason),
    }
}

#[component]
fn Menu(
    /// What is offered where.
    offer: Opening,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let list = NodeRef::<leptos::html::Div>::new();
    let fit = fitting(session, &offer.goal);
    let offer = StoredValue::new(offer);
    let leave = move || {
        if session.shaping.offer.try_get_untracked().flatten().is_some() {
            session.shaping.offer.set(None);
        }
    };
    effect(move || {
        if let Some(list) = list.get() {
            menu::focus_first(&list);
        }
    });
    let keys = move |event: KeyboardEvent| {
        event.stop_propagation();
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "Escape" | "Tab" => {
                leave();
                session.announce(t!("Cancelled"));
                if let Goal::Linked(node, _) = offer.get_value().goal {
                    board.focus_card(&node);
                }
            }
            key if menu::goes_on(&list, key) => {}
            _ => return,
        }
        event.prevent_default();
    };
    let place = move || {
        let at = offer.with_value(|o| o.at);
        let (x, y) = to_screen(session.view.get(), at.0, at.1);
        let (width, height) = session.viewport.get();
        let (x, y) = (x.clamp(8.0, (width - 208.0).max(8.0)), y.clamp(8.0, (height - 300.0).max(8.0)));
        format!("left: {x}px; top: {y}px; max-height: {}px", (height - y - 12.0).max(120.0))
    };
    let lines = fit.into_iter().map(|kind| {
        let pick = move |_| {
            let offer = offer.get_value();
            leave();
            choose(board, &offer, kind);
        };
        view! {
            <button type="button" class="menu-line" role="menuitem" tabindex="-1" data-offer=kind.id on:click=pick>
                <Icon name=kind.icon />
                <span>{t!(kind.label)}</span>
            </button>
        }
    });
    let lines: Vec<_> = lines.collect();
    let none = lines.is_empty().then(|| view! { <p class="menu-none">{t!("No kind of component fits here")}</p> });
    view! {
        <div class="menu-ground" data-overlay="" on:pointerdown=move |_| leave()></div>
        <div class="menu offer" data-overlay="" role="menu" tabindex="-1" aria-label=t!("Add and connect") node_ref=list style=live(place) on:keydown=keys>
            {lines.into_iter().collect_view()}
            {none}
        </div>
    }
}

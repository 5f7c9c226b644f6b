//! The palette: drag a kind onto the canvas, or click it to add one at a free place.
//! Knows kinds only by their face.

use leptos::prelude::*;
use web_sys::{MouseEvent, PointerEvent};

use super::actions::add_here;
use super::button::ActionButton;
use super::canvas::board::Board;
use super::session::Carried;
use crate::app::live::{live, piece};
use crate::components::{kinds, Group, Kind};
use crate::editor::geometry::to_diagram;
use crate::icon::Icon;

const GROUPS: [Group; 4] = [Group::Traffic, Group::Edge, Group::Compute, Group::Data];
/// A pointer that moved less than this clicked.
const CLICK: f64 = 5.0;

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let carried = session.ui.carried;
    let groups = GROUPS.map(|group| {
        let items: Vec<_> = kinds().iter().filter(|k| k.group == group).map(|kind| item(board, kind)).collect();
        (!items.is_empty()).then(|| view! { <h2>{t!(group.label())}</h2> {items} })
    });
    let ghost = move || {
        let c = carried.get().filter(|c| c.moved)?;
        let place = format!("translate({}px, {}px) translate(-50%, -50%)", c.at.0, c.at.1);
        Some(view! { <div class="ghost" style:transform=place><Icon name=c.kind.icon />{t!(c.kind.label)}</div> })
    };
    view! {
        <nav class="palette" aria-label=t!("Components")>
            {groups.into_iter().collect_view()}
            <h2>{t!("Frames and notes")}</h2>
            <div class="frame-verbs">
                {["group-region", "group-zone", "group-subsystem", "group-box", "note"].map(|id| view! { <ActionButton id=id named=true class="kind" /> })}
            </div>
            <p class="note">{t!("Drag onto the canvas, or click to add")}</p>
        </nav>
        {piece(ghost)}
    }
}

fn item(board: Board, kind: &'static Kind) -> impl IntoView {
    let session = board.session;
    let carried = session.ui.carried;
    let point = |e: &PointerEvent| (f64::from(e.client_x()), f64::from(e.client_y()));
    // A click follows a drag's release on the same element: it must not add a second one.
    let dragged = StoredValue::new(false);
    let touched = StoredValue::new(false);
    let placing = move || session.ui.placing.with(|p| p.is_some_and(|p| p.id == kind.id));
    let press = move |e: PointerEvent| {
        if e.button() != 0 {
            return;
        }
        dragged.set_value(false);
        touched.set_value(e.pointer_type() == "touch");
        if let Some(target) = e.current_target() {
            use wasm_bindgen::JsCast;
            if let Ok(element) = target.dyn_into::<web_sys::Element>() {
                let _ = element.set_pointer_capture(e.pointer_id());
            }
        }
        carried.set(Some(Carried { kind, from: point(&e), at: point(&e), moved: false }));
    };
    let drag = move |e: PointerEvent| {
        let at = point(&e);
        if carried.with_untracked(Option::is_some) {
            carried.update(|c| {
                if let Some(c) = c {
                    c.at = at;
                    c.moved |= libm::hypot(at.0 - c.from.0, at.1 - c.from.1) > CLICK;
                    // Also where Escape lets go of it: then the click that follows the release is none.
                    dragged.set_value(c.moved);
                }
            });
        }
    };
    let drop = move |e: PointerEvent| {
        let Some(c) = carried.get_untracked() else { return };
        carried.set(None);
        if !c.moved {
            return;
        }
        let at = point(&e);
        if !board.is_over(at.0, at.1) {
            session.announce(t!("Nothing was added: it was dropped beside the canvas"));
            return;
        }
        let local = board.local(at.0, at.1);
        let (x, y) = to_diagram(session.view.get_untracked(), local.0, local.1);
        add_here(session, kind, Some((x, y)));
    };
    let click = move |e: MouseEvent| {
        if dragged.get_value() {
            dragged.set_value(false);
            return;
        }
        // A finger says where by a second tap.
        if touched.get_value() {
            touched.set_value(false);
            let again = session.ui.placing.with_untracked(|p| p.is_some_and(|p| p.id == kind.id));
            session.ui.placing.set((!again).then_some(kind));
            if !again {
                session.announce(t!("Tap the place where it goes"));
            }
            return;
        }
        if let Some(id) = add_here(session, kind, None) {
            // By keyboard, one goes on with what was added.
            if e.detail() == 0 {
                gloo_timers::callback::Timeout::new(0, move || board.focus_card(&id)).forget();
            }
        }
    };
    view! {
        <button
            type="button"
            class="kind"
            data-palette=kind.id
            data-placing=live(move || placing().to_string())
            title=t!(kind.summary)
            on:pointerdown=press
            on:pointermove=drag
            on:pointerup=drop
            on:pointercancel=move |_| carried.set(None)
            on:click=click
        >
            <Icon name=kind.icon />
            <span>{t!(kind.label)}</span>
        </button>
    }
}

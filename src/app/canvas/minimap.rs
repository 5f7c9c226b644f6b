//! The minimap: the whole diagram, small, and the part of it that is seen; drag in it to look elsewhere.
//! Knows cards and frames only as rectangles.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::board::Board;
use crate::app::live::{live, memo, piece};
use crate::editor::geometry::{bounds, bounds_of, card, closed_around, group_rect, is_seen, Rect};

/// Size on the page.
const SIZE: (f64, f64) = (184.0, 116.0);

/// The minimap.
#[component]
pub fn Minimap() -> impl IntoView {
    let session = Board::get().session;
    let seen = memo(move || {
        let (view, (width, height)) = (session.view.get(), session.viewport.get());
        Rect { x: view.x, y: view.y, width: width / view.zoom, height: height / view.zoom }
    });
    // The diagram and what is seen, in the proportions of the map. It stands still while one drags in it.
    let dragging = RwSignal::new(false);
    let area = Memo::new(move |before: Option<&Rect>| {
        if let (true, Some(before)) = (dragging.get(), before) {
            return *before;
        }
        let all = bounds_of(session.diagram.with(|d| bounds(d)).into_iter().chain([seen.get()])).unwrap_or_else(|| seen.get());
        let all = all.grown(24.0);
        let scale = (all.width / SIZE.0).max(all.height / SIZE.1).max(1e-6);
        let (x, y) = all.centre();
        let (width, height) = (SIZE.0 * scale, SIZE.1 * scale);
        Rect { x: x - width / 2.0, y: y - height / 2.0, width, height }
    });
    let shape = |r: Rect, class: &'static str| view! { <rect class=class x=r.x y=r.y width=r.width height=r.height rx="12"></rect> };
    let cards = move || {
        session.diagram.with(|d| {
            let seen = d.groups.iter().filter(|g| closed_around(d, g.parent.as_deref()).is_none());
            let groups = seen.map(|g| shape(group_rect(g), if g.is_closed() { "node" } else { "frame" }));
            let nodes = d.nodes.iter().filter(|n| is_seen(d, n));
            groups.chain(nodes.map(|n| shape(card(n), "node"))).collect_view()
        })
    };
    let look = move |e: &PointerEvent| {
        let Some(map) = e.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        let (box_, area) = (map.get_bounding_client_rect(), area.get_untracked());
        let at = |client: i32, start: f64, size: f64, from: f64, whole: f64| from + (f64::from(client) - start) / size.max(1.0) * whole;
        let x = at(e.client_x(), box_.left(), box_.width(), area.x, area.width);
        let y = at(e.client_y(), box_.top(), box_.height(), area.y, area.height);
        let seen = seen.get_untracked();
        session.view.update(|view| (view.x, view.y) = (x - seen.width / 2.0, y - seen.height / 2.0));
    };
    let press = move |e: PointerEvent| {
        if let Some(map) = e.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
            let _ = map.set_pointer_capture(e.pointer_id());
        }
        dragging.set(true);
        look(&e);
    };
    view! {
        <svg
            class="minimap"
            data-overlay=""
            role="img"
            aria-label=t!("Minimap: drag to look elsewhere")
            viewBox=live(move || { let r = area.get(); format!("{} {} {} {}", r.x, r.y, r.width, r.height) })
            on:pointerdown=press
            on:pointermove=move |e| if dragging.get_untracked() { look(&e) }
            on:pointerup=move |_| dragging.set(false)
            on:pointercancel=move |_| dragging.set(false)
        >
            {piece(cards)}
            {move || shape(seen.get(), "seen")}
        </svg>
    }
}

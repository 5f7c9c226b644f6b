//! The ends of a selected link, to be taken and led elsewhere.
//! Judges nothing: the editor says what may be an end.

use leptos::prelude::*;

use crate::app::canvas::board::Board;
use crate::app::canvas::curve::{Curve, Point};
use crate::app::dom;
use crate::app::live::{live, memo, Show};
use crate::editor::commands::End;

/// An end in a file of attributes.
fn name(end: End) -> &'static str {
    match end {
        End::From => "from",
        End::To => "to",
    }
}

/// Where the handles are: a little along the route, clear of the cards' own handles, from which the next link is drawn.
fn places(curve: &Curve) -> (Point, Point) {
    let clear = if dom::media("(pointer: coarse)") { 46.0 } else { 28.0 };
    let share = (clear / curve.length().max(1.0)).min(0.3);
    (curve.point_along(share), curve.point_along(1.0 - share))
}

/// Handles at the ends of the one selected link.
#[component]
pub fn LinkEnds() -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let link = memo(move || session.selection.with(|s| s.only_link().map(String::from)));
    let places = memo(move || {
        let id = link.get()?;
        session.diagram.track();
        board.drag.track();
        session.shaping.gliding.track();
        board.lay_out();
        board.scene.with_value(|s| s.curve(&id).map(self::places))
    });
    let handle = move |end: End| {
        let at = move || {
            let (from, to) = places.get().unwrap_or_default();
            let (x, y) = if end == End::From { from } else { to };
            format!("translate({x}px, {y}px)")
        };
        view! { <i class="link-end" data-end=name(end) style:transform=live(at)></i> }
    };
    view! { <Show when=move || places.with(Option::is_some)>{handle(End::From)} {handle(End::To)}</Show> }
}

//! What a drag shows over the cards: alignment guides, the link that a card would go into, an end being led elsewhere.
//! Knows no pointer.

use leptos::prelude::*;

use crate::app::canvas::board::Board;
use crate::app::canvas::curve::to_point;
use crate::app::live::{live, memo, piece};
use crate::editor::commands::End;
use crate::editor::geometry::Guide;

/// Half the length of the strokes at the ends of a gap, in diagram pixels.
const TICK: f64 = 4.0;

fn path(guide: &Guide) -> String {
    match guide {
        Guide::Line(a, b) => format!("M{},{} L{},{}", a.0, a.1, b.0, b.1),
        Guide::Gap(a, b) => {
            let (dx, dy) = if a.1 == b.1 { (0.0, TICK) } else { (TICK, 0.0) };
            let tick = |p: &(f64, f64)| format!("M{},{} L{},{}", p.0 - dx, p.1 - dy, p.0 + dx, p.1 + dy);
            format!("M{},{} L{},{} {} {}", a.0, a.1, b.0, b.1, tick(a), tick(b))
        }
    }
}

/// The overlay, in diagram pixels.
#[component]
pub fn Guides() -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let shaping = session.shaping;
    let guides = move || shaping.guides.with(|g| g.iter().map(path).collect::<Vec<_>>().join(" "));
    let route = move |id: &str| board.scene.with_value(|s| s.curve(id).map(|c| c.svg()));
    let aimed = move || shaping.aimed.get().and_then(|id| route(&id)).unwrap_or_default();
    let leading = memo(move || {
        let leading = shaping.leading.get()?;
        let diagram = session.diagram.get();
        let link = diagram.link(&leading.link)?;
        let fixed = if leading.end == End::To { &link.from } else { &link.to };
        let start = board.scene.with_value(|s| s.places.get(fixed).copied())?;
        Some((to_point(start, leading.at).svg(), leading.at, leading.over.and_then(|(_, why)| why)))
    });
    view! {
        <svg class="guides" aria-hidden="true">
            <path class="guide" d=live(guides)></path>
            <path class="guide-link" d=live(aimed)></path>
            <path class="guide-lead" d=live(move || leading.with(|l| l.as_ref().map(|(d, ..)| d.clone()).unwrap_or_default()))></path>
        </svg>
        {piece(move || leading.get().and_then(|(_, at, why)| why.map(|why| view! {
            <p class="refusal" style:transform=format!("translate({}px, {}px)", at.0 + 14.0, at.1 + 14.0)>{crate::app::words::translate(&why).into_owned()}</p>
        })))}
    }
}

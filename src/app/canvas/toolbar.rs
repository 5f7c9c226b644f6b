//! The toolbar beneath what is selected: break and mend, connect, duplicate, delete.
//! Knows actions by name, not what they do.

use leptos::prelude::*;

use super::board::Board;
use super::curve::between;
use crate::app::actions::action;
use crate::app::button::ActionButton;
use crate::app::live::{live, memo, Show};
use crate::app::session::{Session, NARROW};
use crate::diagram::Node;
use crate::editor::geometry::{lanes, seen_at, to_screen};
use crate::lab::frame::Health;
use crate::order::Ordered;

/// Half the width of a link's toolbar, its height, and how far a handle stands out of its card.
const LINK_HALF: f64 = 64.0;
const BAR: f64 = 36.0;
const HANDLE: f64 = 14.0;
/// How far above the stage's lower edge a docked toolbar begins: above the zoom buttons.
const DOCKED: f64 = 116.0;

/// The toolbar.
#[component]
pub fn BreakToolbar() -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let nodes = memo(move || session.selection.with(|s| s.nodes.iter().cloned().collect::<Vec<_>>()));
    let links = memo(move || session.selection.with(|s| s.links.iter().cloned().collect::<Vec<_>>()));
    let down = memo(move || {
        nodes.with(|ids| {
            !ids.is_empty()
                && session.frame.with(|f| f.nodes.iter().filter(|n| ids.contains(&n.id)).all(|n| matches!(n.health, Health::Down(..))))
        })
    });
    let cut = memo(move || {
        links.with(|ids| !ids.is_empty() && session.frame.with(|f| f.links.iter().filter(|l| ids.contains(&l.id)).all(|l| l.cut)))
    });
    let cache = memo(move || action("flush").is_some_and(|flush| (flush.available)(session).is_ok()));
    let anchor = memo(move || anchor(board, &nodes.get(), &links.get()));
    let shown = memo(move || {
        // While a place or the other end is chosen, the next tap is for the canvas.
        anchor.with(Option::is_some)
            && board.drag.with(|d| d.nodes.is_empty())
            && session.linking.with(Option::is_none)
            && session.ui.placing.with(Option::is_none)
    });
    let place = move || anchor.get().unwrap_or_default();
    view! {
        <Show when=move || shown.get()>
            <div class="break" data-overlay="" role="toolbar" aria-label=t!("Break and mend") style:transform=live(place)>
                <Show when=move || nodes.with(|n| !n.is_empty())>
                    <span class="tint" data-good=live(move || down.get().to_string())><ActionButton id="crash" named=true /></span>
                    <Show when=move || !down.get()><ActionButton id="slow" named=true /></Show>
                    <Show when=move || cache.get() && !down.get()><ActionButton id="flush" named=true /></Show>
                </Show>
                <Show when=move || links.with(|l| !l.is_empty())>
                    <span class="tint" data-good=live(move || cut.get().to_string())><ActionButton id="cut" named=true /></span>
                </Show>
                <span class="rule"></span>
                <Show when=move || nodes.with(|n| n.len() == 1)><ActionButton id="connect" /></Show>
                <Show when=move || nodes.with(|n| !n.is_empty())><ActionButton id="duplicate" /></Show>
                <ActionButton id="delete" />
                <ActionButton id="menu" />
            </div>
        </Show>
    }
}

/// Beneath the selected cards; beneath the middle of a selected link.
fn anchor(board: Board, nodes: &[String], links: &[String]) -> Option<String> {
    let session = board.session;
    let view = session.view.get();
    let drag = board.drag.get();
    let rects: Vec<_> = nodes.iter().filter_map(|id| board.card_rect(id, view, &drag)).collect();
    let (x, y) = if rects.is_empty() {
        let diagram = session.diagram.get();
        let link = links.first().and_then(|id| diagram.link(id))?;
        let (from, to) = (diagram.node(&link.from)?, diagram.node(&link.to)?);
        let seen = |n: &Node| (seen_at(&diagram, n).x, seen_at(&diagram, n).y);
        let cards: Vec<_> = diagram.nodes.iter().map(seen).collect();
        let aside = lanes(&diagram).get(link.id.as_str()).copied().unwrap_or(0.0);
        let middle = between(seen(from), seen(to), cards.iter(), aside).point_at(0.5);
        let (x, y) = to_screen(view, middle.0, middle.1);
        // Not over the ends: there are the handles for the next link.
        let mut ends: Vec<_> = [&link.from, &link.to].into_iter().filter_map(|id| board.card_rect(id, view, &drag)).collect();
        ends.order_by(|a, b| a.1.total_cmp(&b.1));
        let y = ends.iter().fold(y + 20.0, |y, (left, top, wide, high)| {
            let beside = x + LINK_HALF < *left || x - LINK_HALF > left + wide + HANDLE;
            let clear = beside || y + BAR < *top || y > top + high;
            if clear {
                y
            } else {
                top + high + 10.0
            }
        });
        (x, y)
    } else {
        let left = rects.iter().map(|r| r.0).fold(f64::INFINITY, f64::min);
        let right = rects.iter().map(|r| r.0 + r.2).fold(f64::NEG_INFINITY, f64::max);
        let bottom = rects.iter().map(|r| r.1 + r.3).fold(f64::NEG_INFINITY, f64::max);
        ((left + right) / 2.0, bottom + 10.0)
    };
    Some(within(session, (x, y)))
}

/// Where a toolbar stands whose middle would be at a point: within the stage, so that its buttons can always be reached;
/// on a phone, where it would cover the neighbours, along the lower edge.
/// As a transform, in which a percentage is of the toolbar's own width.
pub(super) fn within(session: Session, (x, y): (f64, f64)) -> String {
    let (width, height) = session.viewport.get();
    let (x, y) = match width <= NARROW {
        true => (width / 2.0, (height - DOCKED).max(8.0)),
        false => (x, y.clamp(8.0, (height - 52.0).max(8.0))),
    };
    format!("translate(clamp(8px, {x}px - 50%, {width}px - 100% - 8px), {y}px)")
}

//! One card: icon, name, headline figure, workers, what its kind adds, state and utilisation.
//! Knows the node only by its frame.

use leptos::prelude::*;

use super::board::Board;
use super::facts;
use super::members::Members;
use crate::app::icon::Icon;
use crate::app::live::{live, memo, piece};
use crate::app::session::Thing;
use crate::components::kind;
use crate::diagram::Node;
use crate::lab::frame::{Health, NodeFrame};

/// Most workers drawn as slots; more are a figure.
const SLOTS: usize = 8;

/// The card of the node with this id.
#[component]
pub fn Card(
    /// Node id.
    id: String,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let id = StoredValue::new(id);
    let node: Memo<Option<Node>> = memo(move || id.with_value(|id| board.node(id)));
    let now: Memo<Option<NodeFrame>> = memo(move || id.with_value(|id| board.standings.with(|s| s.node(id).cloned())));
    let kind_id = memo(move || node.with(|n| n.as_ref().map(|n| n.kind.clone()).unwrap_or_default()));
    let name = memo(move || node.with(|n| n.as_ref().map(|n| n.name.clone()).unwrap_or_default()));
    let selected = memo(move || id.with_value(|id| session.selection.with(|s| s.nodes.contains(id))));
    let aimed = memo(move || id.with_value(|id| board.target.with(|t| t.as_ref() == Some(id))));
    let holds = memo(move || id.with_value(|id| board.holder.with(|h| h.as_ref() == Some(id))));
    let linking = memo(move || id.with_value(|id| session.linking.with(|l| l.as_ref() == Some(id))));
    let state = memo(move || id.with_value(|id| board.standings.with(|s| s.state(id))));
    let place = move || {
        let (x, y) = node.with(|n| n.as_ref().map_or((0.0, 0.0), |n| (n.x, n.y)));
        let thing = id.with_value(|id| Thing::Node(id.clone()));
        let (by, glide) = (board.shift_of(&thing), session.shaping.glide(&thing));
        let by = (by.0 + glide.0, by.1 + glide.1);
        format!("translate({}px, {}px)", x + by.0, y + by.1)
    };
    let tab_stop = memo(move || id.with_value(|id| board.tab_stop.with(|t| matches!(t, Some(Thing::Node(stop)) if stop == id))));
    let label = move || {
        let kind = kind(&kind_id.get()).map_or(t!("Unknown kind"), |k| t!(k.label));
        format!("{}, {}, {}", name.get(), kind, state.with(|s| s.words.clone()))
    };
    let headline = memo(move || {
        now.with(|n| n.as_ref().map(|n| facts::headline(n, &kind_id.get(), board.standings.with(|s| s.now()))).unwrap_or_default())
    });
    let extra = memo(move || id.with_value(|id| board.standings.with(|s| s.extra(id, &kind_id.get()))));
    let utilisation = memo(move || now.with(|n| n.as_ref().map_or(0, |n| (n.utilisation.clamp(0.0, 1.0) * 100.0) as u32)));
    let has_workers = memo(move || now.with(|n| n.as_ref().is_some_and(|n| n.workers.is_some())));
    let has_members = memo(move || now.with(|n| n.as_ref().is_some_and(|n| !n.members.is_empty())));
    let load = memo(move || facts::load(utilisation.get()));
    view! {
        <div
            class="card"
            role="button"
            data-node=id.get_value()
            data-kind=live(move || kind_id.get())
            data-state=live(move || state.with(|s| s.name))
            data-load=live(move || load.get())
            data-selected=live(move || selected.get().to_string())
            data-holds=live(move || holds.get().to_string())
            data-aimed=live(move || aimed.get().to_string())
            data-linking=live(move || linking.get().to_string())
            aria-pressed=live(move || selected.get().to_string())
            aria-label=live(label)
            tabindex=live(move || if tab_stop.get() { "0" } else { "-1" })
            style:transform=live(place)
            on:focus=move |_| id.with_value(|id| board.focused_by_key(id))
        >
            <div class="card-head">
                {piece(move || view! { <Icon name=kind(&kind_id.get()).map_or("file-question-mark", |k| k.icon) /> })}
                <span class="card-name">{piece(move || name.get())}</span>
                <span class="card-state" title=live(move || state.with(|s| s.words.clone()))>{piece(move || state.with(|s| s.chip.clone()))}</span>
            </div>
            <div class="card-line">
                <span class="headline">{piece(move || headline.get())}</span>
                {piece(move || if has_members.get() { view! { <Members now=now/> }.into_any() } else { view! { <Workers now=now/> }.into_any() })}
            </div>
            <div class="card-extra">{piece(move || extra.get())}</div>
            <div class="load" hidden=live(move || !has_workers.get())><div style:width=live(move || format!("{}%", utilisation.get()))></div></div>
            <div class="handle" data-handle="" title=t!("Drag to another component to connect them")></div>
        </div>
    }
}

/// Workers as slots that fill.
#[component]
fn Workers(now: Memo<Option<NodeFrame>>) -> impl IntoView {
    let workers = memo(move || now.with(|n| n.as_ref().filter(|n| !matches!(n.health, Health::Down(..))).and_then(|n| n.workers)));
    let busy = memo(move || now.with(|n| n.as_ref().map_or(0, |n| n.busy)));
    move || match workers.get() {
        Some(count) if count <= SLOTS => {
            let slots = (0..count).map(|i| view! { <i data-busy=live(move || (i < busy.get()).to_string())></i> }).collect_view();
            view! { <span class="slots" data-many=(count > 6).to_string() title=live(move || t!("%{busy} of %{count} workers busy", busy = busy.get(), count = count))>{slots}</span> }.into_any()
        }
        Some(count) => {
            view! { <span class="slots-figure" title=t!("Workers busy")>{piece(move || format!("{}/{count}", busy.get()))}</span> }
                .into_any()
        }
        None => ().into_any(),
    }
}

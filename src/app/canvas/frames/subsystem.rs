//! Subsystems that are shown as one card: their figures add up what is in them.
//! Knows nodes and links only by their frames.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::{icon, Shown};
use crate::app::canvas::board::Board;
use crate::app::canvas::facts;
use crate::app::icon::Icon;
use crate::app::live::{live, memo, piece, Each};
use crate::app::panels::format;
use crate::app::session::Thing;
use crate::diagram::{Document, Group, GroupKind};
use crate::editor::commands::nodes_of_group;
use crate::editor::geometry::closed_around;
use crate::lab::frame::{Frame, Health};

/// The cards of closed groups.
#[component]
pub fn Subsystems() -> impl IntoView {
    let board = Board::get();
    let ids = memo(move || {
        board.session.diagram.with(|d| {
            let seen = |g: &&Group| closed_around(d, Some(&g.id)).is_some_and(|outermost| outermost.id == g.id);
            d.groups.iter().filter(seen).map(|g| g.id.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <Each each=move || ids.get() key=|id| id.clone() let:id>
            <Subsystem id=id />
        </Each>
    }
}

/// What the card says, added up.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sum {
    nodes: usize,
    down: usize,
    slow: usize,
    /// Requests per second that come in; of clients inside, those that they send.
    rate: f64,
    /// Failures, of those.
    failed: f64,
    /// Of the busiest.
    utilisation: f64,
}

fn sum(diagram: &Document, frame: &Frame, within: &BTreeSet<String>) -> Sum {
    let mut sum = Sum { nodes: within.len(), ..Sum::default() };
    for node in frame.nodes.iter().filter(|n| within.contains(&n.id)) {
        match node.health {
            Health::Down(..) => sum.down += 1,
            Health::Slow(_) => sum.slow += 1,
            _ => {}
        }
        sum.utilisation = sum.utilisation.max(node.utilisation);
    }
    let called = |id: &str| diagram.links.iter().any(|l| l.to == id);
    let entering = diagram.links.iter().filter(|l| within.contains(&l.to) && !within.contains(&l.from));
    for link in entering.filter_map(|l| frame.links.iter().find(|f| f.id == l.id)).filter(|l| !l.replication) {
        sum.rate += link.rate_per_s;
        sum.failed += link.rate_per_s * link.failed_share;
    }
    // Who is called by nobody brings requests of its own.
    for node in frame.nodes.iter().filter(|n| within.contains(&n.id) && !called(&n.id)) {
        sum.rate += node.rate_per_s;
        sum.failed += node.rate_per_s * (1.0 - node.ok_share);
    }
    sum
}

#[component]
fn Subsystem(
    /// Group id.
    id: String,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let Shown { id, selected, rect, name, .. } = Shown::of(board, id);
    let within = memo(move || id.with_value(|id| session.diagram.with(|d| nodes_of_group(d, id))));
    let figures = memo(move || session.frame.with(|f| session.diagram.with(|d| within.with(|w| sum(d, f, w)))));
    let tab_stop = memo(move || id.with_value(|id| board.tab_stop.with(|t| matches!(t, Some(Thing::Group(stop)) if stop == id))));
    // Something in it is selected, in the outline or by name.
    let holds = memo(move || session.selection.with(|s| within.with(|w| !w.is_disjoint(&s.nodes))));
    let state = move || {
        figures.with(|s| {
            if s.down > 0 {
                "down"
            } else if s.slow > 0 {
                "slow"
            } else {
                "up"
            }
        })
    };
    let chip = move || {
        figures.with(|s| match (s.down, s.slow) {
            (0, 0) => String::new(),
            (0, slow) => t!("%{count} slow", count = slow),
            (down, _) => t!("%{count} down", count = down),
        })
    };
    let headline = move || {
        figures.with(|s| {
            let rate = t!("%{rate} req/s", rate = format::glance(s.rate));
            match s.rate > 0.0 && s.failed > 0.0 {
                true => t!("%{rate} · %{share} % ok", rate = rate, share = format::percent(1.0 - s.failed / s.rate)),
                false => rate,
            }
        })
    };
    let load = move || (figures.with(|s| s.utilisation.clamp(0.0, 1.0)) * 100.0) as u32;
    let count = move || t!("components: %{count}", count = figures.with(|s| s.nodes));
    view! {
        <div
            class="card subsystem"
            role="button"
            tabindex=live(move || if tab_stop.get() { "0" } else { "-1" })
            data-group=id.get_value()
            data-hold=""
            data-state=live(state)
            data-within=live(move || holds.get().to_string())
            data-load=live(move || facts::load(load()))
            data-selected=live(move || selected.get().to_string())
            aria-pressed=live(move || selected.get().to_string())
            aria-label=live(move || format!("{}, {}, {}, {}", name.get(), t!(GroupKind::Subsystem.label()), headline(), chip()))
            style:transform=live(move || { let r = rect.get(); format!("translate({}px, {}px)", r.x, r.y) })
        >
            <div class="card-head">
                <Icon name=icon(GroupKind::Subsystem) />
                <span class="card-name">{piece(move || name.get())}</span>
                <span class="card-state">{piece(chip)}</span>
            </div>
            <div class="card-line"><span class="headline">{piece(headline)}</span></div>
            <div class="card-extra">{piece(count)}</div>
            <div class="load"><div style:width=live(move || format!("{}%", load()))></div></div>
        </div>
    }
}

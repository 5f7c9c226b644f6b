//! The gallery of starters: title, summary, a small drawing of the diagram.
//! Knows no starter by name.

use leptos::prelude::*;

use crate::app::button::ActionButton;
use crate::app::session::Session;
use crate::components::{self, Group};
use crate::diagram::Document;
use crate::files;
use crate::lab::scenarios::scenarios;

/// Size of a card in the drawing, in diagram pixels.
const CARD: (f64, f64) = (152.0, 76.0);

/// The sheet's content.
#[component]
pub fn Starters() -> impl IntoView {
    let session = Session::get();
    let cards = scenarios()
        .iter()
        .filter_map(|starter| files::read(starter.json).ok().map(|document| (starter, document)))
        .map(|(starter, document)| {
            let drawing = preview(&document);
            let open = move |_| {
                session.show(None);
                session.open_starter(starter.id);
                session.playing.set(true);
            };
            view! {
                <li>
                    <button type="button" class="starter" data-starter=starter.id on:click=open>
                        {drawing}
                        <span class="starter-title">{t!(starter.title)}</span>
                        <span class="starter-text">{t!(starter.summary)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    let empty = move |_| {
        session.show(None);
        session.open_empty();
    };
    view! {
        <ul class="starters">
            <li>
                <button type="button" class="starter" data-starter="" on:click=empty>
                    <svg class="preview" viewBox="0 0 700 320" aria-hidden="true"><path d="M350 110v100M300 160h100"/></svg>
                    <span class="starter-title">{t!("Empty")}</span>
                    <span class="starter-text">{t!("An empty canvas for a system of your own.")}</span>
                </button>
            </li>
            {cards}
        </ul>
        <footer class="sheet-foot">
            <p class="quiet">{t!("A starter takes the place of what is open")}</p>
            <ActionButton id="save" text=Signal::stored(t!("Save what is open")) class="outlined"/>
        </footer>
    }
}

/// Boxes and links, small.
fn preview(document: &Document) -> impl IntoView {
    let left = document.nodes.iter().map(|n| n.x).fold(f64::INFINITY, f64::min);
    let top = document.nodes.iter().map(|n| n.y).fold(f64::INFINITY, f64::min);
    let right = document.nodes.iter().map(|n| n.x + CARD.0).fold(f64::NEG_INFINITY, f64::max);
    let bottom = document.nodes.iter().map(|n| n.y + CARD.1).fold(f64::NEG_INFINITY, f64::max);
    // A small diagram must not be blown up to fill the picture.
    let (width, height) = ((right - left).max(700.0), (bottom - top).max(320.0));
    let (x, y) = (left - (width - (right - left)) / 2.0, top - (height - (bottom - top)) / 2.0);
    let view_box = format!("{:.0} {:.0} {:.0} {:.0}", x - 16.0, y - 16.0, width + 32.0, height + 32.0);
    let links = document
        .links
        .iter()
        .filter_map(|link| Some((document.node(&link.from)?, document.node(&link.to)?)))
        .map(|(from, to)| {
            let (x1, y1) = (from.x + CARD.0, from.y + CARD.1 / 2.0);
            let (x2, y2) = (to.x, to.y + CARD.1 / 2.0);
            let bend = ((x2 - x1).abs() / 2.0).max(40.0);
            view! { <path d=format!("M{x1:.0} {y1:.0}C{:.0} {y1:.0} {:.0} {y2:.0} {x2:.0} {y2:.0}", x1 + bend, x2 - bend)/> }
        })
        .collect_view();
    let nodes = document
        .nodes
        .iter()
        .map(|node| {
            let group = match components::kind(&node.kind).map(|k| k.group) {
                Some(Group::Traffic) => "traffic",
                Some(Group::Edge) => "edge",
                Some(Group::Compute) => "compute",
                Some(Group::Data) => "data",
                None => "unknown",
            };
            view! { <rect data-group=group x=format!("{:.0}", node.x) y=format!("{:.0}", node.y) width=CARD.0.to_string() height=CARD.1.to_string() rx="16"/> }
        })
        .collect_view();
    view! {
        <svg class="preview" viewBox=view_box preserveAspectRatio="xMidYMid meet" aria-hidden="true">
            {links}
            {nodes}
        </svg>
    }
}

//! Several selected things: how many, and what can be done to all of them.
//! Edits nothing itself.

use leptos::prelude::*;

use crate::app::button::ActionButton;
use crate::app::panels::format;
use crate::app::session::Session;

/// The panel of a selection of several.
#[component]
pub fn ManyInspector() -> impl IntoView {
    let session = Session::get();
    let title = move || {
        let (nodes, links) = session.selection.with(|s| (s.nodes.len() as u64, s.links.len() as u64));
        let mut parts = Vec::new();
        if nodes > 0 {
            parts.push(format::plural(nodes, t!("component"), t!("components")));
        }
        if links > 0 {
            parts.push(format::plural(links, t!("link"), t!("links")));
        }
        parts.join(", ")
    };
    let names = Memo::new(move |_| {
        let diagram = session.diagram.get();
        session.selection.with(|s| {
            let named = s.nodes.iter().filter_map(|id| diagram.node(id)).map(|n| (n.id.clone(), n.name.clone()));
            named.collect::<Vec<_>>()
        })
    });
    view! {
        <section class="subject" aria-label=t!("Selection")>
            <header class="subject-head">
                <h2>{title}</h2>
                <div class="verbs" role="group" aria-label=t!("Edit them all")>
                    <ActionButton id="duplicate" text=Signal::stored(t!("Duplicate")) class="outlined small"/>
                    <ActionButton id="delete" text=Signal::stored(t!("Delete")) class="outlined small"/>
                </div>
            </header>
            <ul class="rows">
                <For each=move || names.get() key=|row| row.clone() let:row>
                    {
                        let (id, name) = row;
                        view! {
                            <li><button type="button" class="row-button" on:click=move |_| session.select_node(&id)><span>{name}</span></button></li>
                        }
                    }
                </For>
            </ul>
        </section>
    }
}

//! Several selected things: how many, what can be done to all of them, and the settings that they have in common.
//! Knows no component kind.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::form::ParamForm;
use super::knob::Target;
use crate::app::button::ActionButton;
use crate::app::live::{memo, piece, Each};
use crate::app::panels::format;
use crate::app::session::Session;
use crate::components;
use crate::diagram::param::ParamSpec;
use crate::order::Gather;

/// The parameters that nodes of all these kinds have, of the same type and name.
fn common(kinds: &BTreeSet<String>) -> Vec<ParamSpec> {
    let specs = |id: &String| components::kind(id).map(|k| k.params()).unwrap_or_default();
    let mut all = kinds.iter().map(specs);
    let first = all.next().unwrap_or_default();
    let same = |a: &ParamSpec, b: &ParamSpec| a.name == b.name && a.kind == b.kind && a.unit == b.unit;
    all.fold(first, |kept, next| kept.into_iter().filter(|a| next.iter().any(|b| same(a, b))).collect())
}

/// The panel of a selection of several.
#[component]
pub fn ManyInspector() -> impl IntoView {
    let session = Session::get();
    let title = move || {
        let (nodes, links) = session.selection.with(|s| (s.nodes.len() as u64, s.links.len() as u64));
        let (groups, notes) = session.selection.with(|s| (s.groups.len() as u64, s.notes.len() as u64));
        let mut parts = Vec::new();
        if nodes > 0 {
            parts.push(format::plural(nodes, t!("component"), t!("components")));
        }
        if links > 0 {
            parts.push(format::plural(links, t!("link"), t!("links")));
        }
        if groups > 0 {
            parts.push(format::plural(groups, t!("group"), t!("groups")));
        }
        if notes > 0 {
            parts.push(format::plural(notes, t!("note"), t!("notes")));
        }
        parts.join(", ")
    };
    let nodes = memo(move || session.selection.with(|s| s.nodes.iter().cloned().collect::<Vec<_>>()));
    let kinds = memo(move || {
        session.diagram.with(|d| nodes.with(|ids| ids.iter().filter_map(|id| d.node(id)).map(|n| n.kind.clone()).gather::<BTreeSet<_>>()))
    });
    let settings = move || {
        let ids = nodes.get();
        let specs = common(&kinds.get());
        (ids.len() > 1 && !specs.is_empty()).then(|| {
            let all = StoredValue::new(specs.clone());
            view! {
                <section class="group" aria-label=t!("Settings in common")>
                    <h3>{t!("Settings in common")}</h3>
                    <ParamForm target=Target::Nodes(ids) specs=specs all=all/>
                </section>
            }
        })
    };
    let names = memo(move || {
        let diagram = session.diagram.get();
        session.selection.with(|s| {
            let named = s.nodes.iter().filter_map(|id| diagram.node(id)).map(|n| (n.id.clone(), n.name.clone()));
            named.collect::<Vec<_>>()
        })
    });
    view! {
        <section class="subject" aria-label=t!("Selection")>
            <header class="subject-head">
                <h2>{piece(title)}</h2>
                <div class="verbs" role="group" aria-label=t!("Edit them all")>
                    <ActionButton id="duplicate" text=Signal::stored(t!("Duplicate")) class="outlined small"/>
                    <ActionButton id="delete" text=Signal::stored(t!("Delete")) class="outlined small"/>
                </div>
            </header>
            {piece(settings)}
            <ul class="rows">
                <Each each=move || names.get() key=|row| row.clone() let:row>
                    {
                        let (id, name) = row;
                        view! {
                            <li><button type="button" class="row-button" on:click=move |_| session.select_node(&id)><span>{name}</span></button></li>
                        }
                    }
                </Each>
            </ul>
        </section>
    }
}

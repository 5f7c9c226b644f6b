//! The outline: groups, components and their links as a list that edits the same diagram; the phone's and the screen
//! reader's second editor. Knows the canvas only by what is selected.

use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::MouseEvent;

use super::actions::{reveal, subject};
use super::button::ActionButton;
use super::canvas::board::Board;
use super::canvas::facts;
use super::panels::NameField;
use super::session::{Menu, Session, Thing};
use crate::components;
use crate::diagram::Document;
use crate::editor::Selection;
use crate::icon::Icon;

/// One line: a group or a node, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    id: String,
    is_group: bool,
    depth: usize,
    name: String,
    kind: &'static str,
    icon: &'static str,
    /// Links that leave it: id, name of the other end.
    links: Vec<(String, String)>,
}

impl Row {
    fn selection(&self) -> Selection {
        match self.is_group {
            true => Selection::group(&self.id),
            false => Selection::node(&self.id),
        }
    }
}

/// Links by the node that they leave: id, name of the other end.
type Leaving<'d> = BTreeMap<&'d str, Vec<(String, String)>>;

fn leaving(diagram: &Document) -> Leaving<'_> {
    let names: BTreeMap<&str, &str> = diagram.nodes.iter().map(|n| (n.id.as_str(), n.name.as_str())).collect();
    let mut leaving = Leaving::new();
    for link in &diagram.links {
        let to = names.get(link.to.as_str()).copied().unwrap_or_default();
        leaving.entry(&link.from).or_default().push((link.id.clone(), to.to_string()));
    }
    leaving
}

/// The lines: each group before what is in it, the rest after.
fn rows(diagram: &Document, leaving: &Leaving, inside: Option<&str>, depth: usize, out: &mut Vec<Row>) {
    for group in diagram.groups.iter().filter(|g| g.parent.as_deref() == inside) {
        let (id, name, kind) = (group.id.clone(), group.name.clone(), group.kind.label());
        out.push(Row { id, is_group: true, depth, name, kind, icon: "layers", links: Vec::new() });
        rows(diagram, leaving, Some(&group.id), depth + 1, out);
    }
    for node in diagram.nodes.iter().filter(|n| n.group.as_deref() == inside) {
        let kind = components::kind(&node.kind);
        let leaving = leaving.get(node.id.as_str()).into_iter().flatten();
        out.push(Row {
            id: node.id.clone(),
            is_group: false,
            depth,
            name: node.name.clone(),
            kind: kind.map_or(text!("Unknown kind"), |k| k.label),
            icon: kind.map_or("file-question-mark", |k| k.icon),
            links: leaving.cloned().collect(),
        });
    }
}

/// The panel.
#[component]
pub fn Outline() -> impl IntoView {
    let session = Session::get();
    let list = Memo::new(move |_| {
        let mut out = Vec::new();
        session.diagram.with(|d| rows(d, &leaving(d), None, 0, &mut out));
        out
    });
    // Each line finds its own without looking through all of them.
    let places = Memo::new(move |_| list.with(|l| l.iter().enumerate().map(|(i, r)| ((r.id.clone(), r.is_group), i)).collect()));
    // A line stays the same element while its name and links change, so that the focus stays on it.
    view! {
        <section class="outline" aria-label=t!("Outline")>
            <header class="outline-head">
                <h2 class="visually-hidden">{t!("Outline")}</h2>
                <ActionButton id="add" named=true class="outlined small" />
            </header>
            <ul class="outline-rows">
                <For each=move || list.get() key=|row| (row.id.clone(), row.is_group, row.depth) let:row>
                    <Line first=row list=list places=places />
                </For>
            </ul>
            <Show when=move || list.with(Vec::is_empty)>
                <p class="hint">{t!("The diagram is empty")}</p>
            </Show>
        </section>
    }
}

/// A line, with what can be done to it while it is selected.
#[component]
fn Line(
    /// The row as it was when the line was made.
    first: Row,
    /// All rows as they are.
    list: Memo<Vec<Row>>,
    /// Where each is among them, by id and whether it is a group.
    places: Memo<BTreeMap<(String, bool), usize>>,
) -> impl IntoView {
    let session = Session::get();
    let board = Board::get();
    let Row { id, is_group, depth, kind, icon, .. } = first.clone();
    let whole = StoredValue::new(first.selection());
    let row = {
        let id = id.clone();
        Memo::new(move |_| {
            let at = places.with(|p| p.get(&(id.clone(), is_group)).copied());
            at.and_then(|at| list.with(|l| l.get(at).cloned())).unwrap_or_else(|| first.clone())
        })
    };
    let name = Memo::new(move |_| row.with(|r| r.name.clone()));
    let selected =
        Memo::new(move |_| session.selection.with(|s| whole.with_value(|w| w.nodes.is_subset(&s.nodes) && w.groups.is_subset(&s.groups))));
    let alone = Memo::new(move |_| session.selection.with(|s| whole.with_value(|w| s == w)));
    let state = {
        let id = id.clone();
        Memo::new(move |_| match is_group {
            true => facts::State::default(),
            false => board.standings.with(|s| s.state(&id)),
        })
    };
    let pick = move |e: MouseEvent| {
        if e.shift_key() || e.ctrl_key() || e.meta_key() {
            session.selection.update(|s| {
                whole.with_value(|w| {
                    w.nodes.iter().for_each(|id| s.toggle_node(id));
                    w.groups.iter().for_each(|id| s.toggle_group(id));
                });
            });
        } else {
            session.select(whole.get_value());
        }
        reveal(session, &whole.get_value());
    };
    let ask = move |e: MouseEvent| {
        e.prevent_default();
        if !selected.get_untracked() {
            session.select(whole.get_value());
        }
        // Pressed by key, a button has no place of its own under a pointer.
        let place = e.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).map(|t| t.get_bounding_client_rect());
        let at = match place {
            Some(rect) if e.detail() == 0 => (rect.left(), rect.bottom()),
            _ => (f64::from(e.client_x()), f64::from(e.client_y())),
        };
        session.desk.spot.set(None);
        session.desk.menu.set(Some(Menu { at, subject: subject(session), held: false }));
    };
    let label = move || match state.with(|s| s.words.clone()) {
        words if words.is_empty() => format!("{}, {}", name.get(), t!(kind)),
        words => format!("{}, {}, {words}", name.get(), t!(kind)),
    };
    let thing = if is_group { Thing::Group(id.clone()) } else { Thing::Node(id.clone()) };
    let thing = StoredValue::new(thing);
    let edit = move || {
        alone.get().then(|| {
            let verbs: &[&str] = if is_group { &["delete"] } else { &["connect-list", "crash", "duplicate", "delete"] };
            view! {
                <div class="outline-edit">
                    <NameField thing=thing.get_value() />
                    <Verbs ids=verbs />
                </div>
            }
        })
    };
    view! {
        <li class="outline-row" data-outline=id style=format!("--depth: {depth}") data-state=move || state.with(|s| s.name)>
            <div class="outline-line" on:contextmenu=ask>
                <button type="button" class="row-button" aria-label=label aria-pressed=move || selected.get().to_string() on:click=pick>
                    <Icon name=icon />
                    <span>{move || name.get()}</span>
                    <span class="row-end">{move || state.with(|s| s.chip.clone())}</span>
                </button>
                <button type="button" class="button small" aria-label=move || t!("Menu of %{name}", name = name.get()) aria-haspopup="menu" on:click=ask>
                    <Icon name="ellipsis" />
                </button>
            </div>
            {edit}
            <ul class="outline-links">
                <For each=move || row.with(|r| r.links.clone()) key=|link| link.clone() let:link>
                    <LinkLine id=link.0 to=link.1 />
                </For>
            </ul>
        </li>
    }
}

/// A link beneath the component that it leaves.
#[component]
fn LinkLine(id: String, to: String) -> impl IntoView {
    let session = Session::get();
    let chosen = {
        let id = id.clone();
        Memo::new(move |_| session.selection.with(|s| s.links.contains(&id)))
    };
    let label = t!("Link to %{name}", name = to);
    view! {
        <li>
            <button
                type="button"
                class="row-button"
                aria-label=label
                aria-pressed=move || chosen.get().to_string()
                on:click=move |_| session.select_link(&id)
            >
                <Icon name="arrow-right" />
                <span>{to}</span>
            </button>
            {move || chosen.get().then(|| view! { <Verbs ids=&["cut", "delete"] /> })}
        </li>
    }
}

/// What can be done to what is selected.
#[component]
fn Verbs(ids: &'static [&'static str]) -> impl IntoView {
    let buttons = ids.iter().map(|id| view! { <ActionButton id=id named=true class="outlined small" /> });
    view! { <div class="verbs">{buttons.collect_view()}</div> }
}

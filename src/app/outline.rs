//! The outline: groups, components and their links, and notes as a list that edits the same diagram; the phone's and the screen
//! reader's second editor. Knows the canvas only by what is selected.

use std::collections::BTreeMap;

use leptos::prelude::*;
use rustc_hash::FxHashMap;
use wasm_bindgen::JsCast;
use web_sys::MouseEvent;

use super::actions::{reveal, subject};
use super::button::ActionButton;
use super::canvas::board::Board;
use super::canvas::{facts, group_icon};
use super::panels::NameField;
use super::session::{Menu, Session, Thing};
use crate::app::live::{live, memo, piece, Each, Show};
use crate::components;
use crate::diagram::{Document, Note};
use crate::editor::Selection;
use crate::icon::Icon;
use crate::order::Gather;

/// One line: a group, a node or a note, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    thing: Thing,
    depth: usize,
    name: String,
    kind: &'static str,
    icon: &'static str,
    /// Links that leave it: id, name of the other end.
    links: Vec<(String, String)>,
}

impl Row {
    fn selection(&self) -> Selection {
        match &self.thing {
            Thing::Group(id) => Selection::group(id),
            Thing::Node(id) => Selection::node(id),
            Thing::Note(id) => Selection::note(id),
        }
    }
}

/// The lines: groups and components, then notes.
fn all_rows(diagram: &Document) -> Vec<Row> {
    let mut out = Vec::new();
    rows(diagram, &leaving(diagram), None, 0, &mut out);
    let note = |n: &Note| Row {
        thing: Thing::Note(n.id.clone()),
        depth: 0,
        name: n.text.lines().find(|l| !l.trim().is_empty()).map_or_else(|| t!("Empty note").to_string(), String::from),
        kind: text!("Note"),
        icon: "sticky-note",
        links: Vec::new(),
    };
    out.extend(diagram.notes.iter().map(note));
    out
}

/// Links by the node that they leave: id, name of the other end.
type Leaving<'d> = BTreeMap<&'d str, Vec<(String, String)>>;

fn leaving(diagram: &Document) -> Leaving<'_> {
    let names: BTreeMap<&str, &str> = diagram.nodes.iter().map(|n| (n.id.as_str(), n.name.as_str())).gather();
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
        let (thing, name, kind) = (Thing::Group(group.id.clone()), group.name.clone(), group.kind.label());
        out.push(Row { thing, depth, name, kind, icon: group_icon(group.kind), links: Vec::new() });
        rows(diagram, leaving, Some(&group.id), depth + 1, out);
    }
    for node in diagram.nodes.iter().filter(|n| n.group.as_deref() == inside) {
        let kind = components::kind(&node.kind);
        let leaving = leaving.get(node.id.as_str()).into_iter().flatten();
        out.push(Row {
            thing: Thing::Node(node.id.clone()),
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
    let list = memo(move || session.diagram.with(|d| all_rows(d)));
    // Each line finds its own without looking through all of them.
    let places = memo(move || list.with(|l| l.iter().enumerate().map(|(i, r)| (r.thing.clone(), i)).gather()));
    // A line stays the same element while its name and links change, so that the focus stays on it.
    view! {
        <section class="outline" aria-label=t!("Outline")>
            <header class="outline-head">
                <h2 class="visually-hidden">{t!("Outline")}</h2>
                <ActionButton id="add" named=true class="outlined small" />
            </header>
            <ul class="outline-rows">
                <Each each=move || list.get() key=|row| (row.thing.clone(), row.depth) let:row>
                    <Line first=row list=list places=places />
                </Each>
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
    /// Where each is among them.
    places: Memo<FxHashMap<Thing, usize>>,
) -> impl IntoView {
    let session = Session::get();
    let board = Board::get();
    let Row { thing, depth, kind, icon, .. } = first.clone();
    let id = thing.id().to_string();
    let whole = StoredValue::new(first.selection());
    let row = {
        let thing = thing.clone();
        memo(move || {
            let at = places.with(|p| p.get(&thing).copied());
            at.and_then(|at| list.with(|l| l.get(at).cloned())).unwrap_or_else(|| first.clone())
        })
    };
    let name = memo(move || row.with(|r| r.name.clone()));
    let selected = memo(move || session.selection.with(|s| whole.with_value(|w| s.includes(w))));
    let alone = memo(move || session.selection.with(|s| whole.with_value(|w| s == w)));
    let state = {
        let thing = thing.clone();
        memo(move || match &thing {
            Thing::Node(id) => board.standings.with(|s| s.state(id)),
            Thing::Group(_) | Thing::Note(_) => facts::State::default(),
        })
    };
    let pick = move |e: MouseEvent| {
        if e.shift_key() || e.ctrl_key() || e.meta_key() {
            session.selection.update(|s| {
                whole.with_value(|w| {
                    w.nodes.iter().for_each(|id| s.toggle_node(id));
                    w.groups.iter().for_each(|id| s.toggle_group(id));
                    w.notes.iter().for_each(|id| s.toggle_note(id));
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
        session.ui.spot.set(None);
        session.ui.menu.set(Some(Menu { at, subject: subject(session), held: false }));
    };
    let label = move || match state.with(|s| s.words.clone()) {
        words if words.is_empty() => format!("{}, {}", name.get(), t!(kind)),
        words => format!("{}, {}, {words}", name.get(), t!(kind)),
    };
    let thing = StoredValue::new(thing);
    let edit = move || {
        alone.get().then(|| {
            let thing = thing.get_value();
            let verbs: &[&str] = match thing {
                Thing::Group(_) => &["delete"],
                Thing::Node(_) => &["connect-list", "crash", "duplicate", "delete"],
                Thing::Note(_) => &["rename", "note-colour", "delete"],
            };
            // What is written on a note is more than a line.
            let name = (!matches!(thing, Thing::Note(_))).then(|| view! { <NameField thing=thing /> });
            view! {
                <div class="outline-edit">
                    {name}
                    <Verbs ids=verbs />
                </div>
            }
        })
    };
    view! {
        <li class="outline-row" data-outline=id style=format!("--depth: {depth}") data-state=live(move || state.with(|s| s.name))>
            <div class="outline-line" on:contextmenu=ask>
                <button type="button" class="row-button" aria-label=live(label) aria-pressed=live(move || selected.get().to_string()) on:click=pick>
                    <Icon name=icon />
                    <span>{piece(move || name.get())}</span>
                    <span class="row-end">{piece(move || state.with(|s| s.chip.clone()))}</span>
                </button>
                <button type="button" class="button small" aria-label=live(move || t!("Menu of %{name}", name = name.get())) aria-haspopup="menu" on:click=ask>
                    <Icon name="ellipsis" />
                </button>
            </div>
            {piece(edit)}
            <ul class="outline-links">
                <Each each=move || row.with(|r| r.links.clone()) key=|link| link.clone() let:link>
                    <LinkLine id=link.0 to=link.1 />
                </Each>
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
        memo(move || session.selection.with(|s| s.links.contains(&id)))
    };
    let label = t!("Link to %{name}", name = to);
    view! {
        <li>
            <button
                type="button"
                class="row-button"
                aria-label=label
                aria-pressed=live(move || chosen.get().to_string())
                on:click=move |_| session.select_link(&id)
            >
                <Icon name="arrow-right" />
                <span>{to}</span>
            </button>
            {piece(move || chosen.get().then(|| view! { <Verbs ids=&["cut", "delete"] /> }))}
        </li>
    }
}

/// What can be done to what is selected.
#[component]
fn Verbs(ids: &'static [&'static str]) -> impl IntoView {
    let buttons = ids.iter().map(|id| view! { <ActionButton id=id named=true class="outlined small" /> });
    view! { <div class="verbs">{buttons.collect_view()}</div> }
}

//! What the command palette offers: commands, kinds to add, components to go to or connect to, starters.
//! Knows no element.

use leptos::prelude::*;

use super::rank::{distance, plain};
use crate::app::actions::{actions, add_here, connect_nodes, reveal, Action};
use crate::app::dom;
use crate::app::session::{Finding, Session};
use crate::app::words::translate;
use crate::components::{self, kinds, Kind};
use crate::editor::commands::can_connect;
use crate::editor::find::find;
use crate::editor::Selection;
use crate::lab::scenarios::scenarios;
use crate::order::Ordered;

/// Most entries shown.
const MOST: usize = 60;

/// What an entry does.
#[derive(Clone, Copy)]
enum Does {
    Act(&'static Action),
    Add(&'static Kind),
    Go,
    Connect,
    Open(&'static str),
}

/// One entry.
#[derive(Clone)]
pub struct Entry {
    does: Does,
    /// What it is about.
    selection: Selection,
    /// Icon.
    pub icon: &'static str,
    /// What it is called.
    pub text: String,
    /// At the end of the line: the key, the kind.
    pub aside: String,
    /// Why it cannot be done now.
    pub reason: Option<String>,
    words: String,
}

impl Entry {
    fn new(does: Does, icon: &'static str, text: impl Into<String>) -> Entry {
        Entry { does, selection: Selection::default(), icon, text: text.into(), aside: String::new(), reason: None, words: String::new() }
    }
}

/// The entries for what is looked for and typed, best first.
pub fn entries(session: Session, finding: &Finding, typed: &str) -> Vec<Entry> {
    let all = match finding {
        Finding::Everything => {
            let mut all = commands(session);
            all.extend(to_add(t!("Add %{what}")));
            all.extend(places(session, "", t!("Go to %{name}")));
            all.extend(scenarios().iter().map(|s| {
                let mut entry = Entry::new(Does::Open(s.id), "layout-grid", t!("Open the starter %{title}", title = t!(s.title)));
                entry.words = plain(t!(s.summary));
                entry
            }));
            all
        }
        // The search on the canvas ranks by itself, and finds links and the text of notes too.
        Finding::Component => return places(session, typed, "%{name}"),
        Finding::Kind(_) => to_add("%{what}"),
        Finding::Target(from) => targets(session, from),
    };
    let typed = plain(typed);
    let mut ranked: Vec<(u32, Entry)> = all.into_iter().filter_map(|e| Some((distance(&typed, &plain(&e.text), &e.words)?, e))).collect();
    // What cannot be done comes after what can; the sort keeps the order otherwise.
    ranked.order_by_key(|(far, entry)| (*far, entry.reason.is_some()));
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

fn commands(session: Session) -> Vec<Entry> {
    let listed = actions().filter(|a| !matches!(a.id, "commands" | "menu" | "more"));
    listed
        .map(|action| {
            let mut text = action.name(session).to_string();
            if let Some(detail) = action.detail(session) {
                text = format!("{text}: {detail}");
            }
            let mut entry = Entry::new(Does::Act(action), action.icon, text);
            entry.aside = action.keys.first().map(|k| k.label()).unwrap_or_default();
            entry.reason = action.reason(session).map(String::from);
            entry.words = plain(&format!("{} {} {} {}", t!(action.label), action.label, t!(action.words), action.words));
            entry
        })
        .collect()
}

fn to_add(pattern: &'static str) -> Vec<Entry> {
    kinds()
        .iter()
        .map(|kind| {
            let mut entry = Entry::new(Does::Add(kind), kind.icon, pattern.replace("%{what}", t!(kind.label)));
            entry.aside = t!(kind.group.label()).into();
            entry.words = plain(&format!("{} {} {}", kind.id, t!(kind.group.label()), t!(kind.summary)));
            entry
        })
        .collect()
}

/// What can be gone to.
fn places(session: Session, typed: &str, pattern: &'static str) -> Vec<Entry> {
    let found = session.diagram.with_untracked(|d| find(d, typed, 200));
    found
        .into_iter()
        .map(|found| {
            let mut entry = Entry::new(Does::Go, found.icon, pattern.replace("%{name}", &found.name));
            entry.aside = t!(found.kind).into();
            entry.words = plain(&entry.aside);
            entry.selection = found.selection;
            entry
        })
        .collect()
}

/// What one component may be connected to, and why not to the others.
fn targets(session: Session, from: &str) -> Vec<Entry> {
    session.diagram.with_untracked(|d| {
        let others = d.nodes.iter().filter(|n| n.id != from);
        others
            .map(|node| {
                let kind = components::kind(&node.kind);
                let mut entry = Entry::new(Does::Connect, kind.map_or("file-question-mark", |k| k.icon), node.name.clone());
                entry.aside = kind.map_or_else(|| node.kind.clone(), |k| t!(k.label).into());
                entry.words = plain(&entry.aside);
                entry.reason = can_connect(d, from, &node.id).err().map(|why| translate(&why).into());
                entry.selection = Selection::node(&node.id);
                entry
            })
            .collect()
    })
}

impl Entry {
    /// Does it; the palette is closed already. The focus goes to the component that it is about.
    pub fn run(&self, session: Session, finding: &Finding) {
        match self.does {
            Does::Act(action) => action.run(session),
            Does::Add(kind) => {
                let spot = match finding {
                    Finding::Kind(spot) => *spot,
                    _ => None,
                };
                if let Some(id) = add_here(session, kind, spot) {
                    focus_card(id);
                }
            }
            Does::Go => {
                session.select(self.selection.clone());
                reveal(session, &self.selection);
                if let Some(id) = self.selection.only_node() {
                    focus_card(id.into());
                }
            }
            Does::Connect => {
                if let (Finding::Target(from), Some(to)) = (finding, self.selection.only_node()) {
                    connect_nodes(session, from, to);
                    focus_card(from.clone());
                }
            }
            Does::Open(id) => {
                session.open_starter(id);
                session.playing.set(true);
            }
        }
    }
}

/// Moves the focus to a card, after the page has drawn it and the sheet has given the focus back.
fn focus_card(id: String) {
    gloo_timers::callback::Timeout::new(0, move || dom::focus(&format!(".card[data-node=\"{id}\"]"))).forget();
}

//! Finding things on the canvas by name, kind, id, or the text of a note.
//! Knows no key and no list.

use crate::components;
use crate::diagram::Document;
use crate::editor::commands::link_name;
use crate::editor::Selection;
use crate::order::Ordered;

/// Something found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What to select.
    pub selection: Selection,
    /// Its name, or the first line of a note.
    pub name: String,
    /// What it is: `Service`, `Zone`, `Link`, `Note`.
    pub kind: &'static str,
    /// Icon, as in assets/icons.
    pub icon: &'static str,
}

/// Things that a query matches, best first: names that begin with it, words that do, names that hold it, then kinds and
/// ids. Every word of the query must be found. Nothing asked for is everything but links.
pub fn find(diagram: &Document, query: &str, most: usize) -> Vec<Found> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<(u32, Found)> = Vec::new();
    let mut offer = |id: &str, found_: Found| {
        if let Some(rank) = rank(&query, &found_.name, found_.kind, id) {
            found.push((rank, found_));
        }
    };
    for n in &diagram.nodes {
        let kind = components::kind(&n.kind);
        let (label, icon) = kind.map_or(("Unknown kind", "file-question-mark"), |k| (k.label, k.icon));
        offer(&n.id, Found { selection: Selection::node(&n.id), name: n.name.clone(), kind: label, icon });
    }
    for g in &diagram.groups {
        offer(&g.id, Found { selection: Selection::group(&g.id), name: g.name.clone(), kind: g.kind.label(), icon: "group" });
    }
    for n in &diagram.notes {
        // All of the text is looked through; its first line is its name.
        let first = n.text.lines().next().unwrap_or_default().to_string();
        if let Some(rank) = rank(&query, &n.text, "Note", &n.id) {
            found.push((rank, Found { selection: Selection::note(&n.id), name: first, kind: "Note", icon: "sticky-note" }));
        }
    }
    if !query.is_empty() {
        for l in &diagram.links {
            let name = link_name(diagram, &l.id);
            if let Some(rank) = rank(&query, &name, "Link", &l.id) {
                // A link bears the names of its ends, which come first.
                found.push((rank + 10, Found { selection: Selection::link(&l.id), name, kind: "Link", icon: "link" }));
            }
        }
    }
    found.order_by_key(|(rank, _)| *rank);
    found.into_iter().take(most).map(|(_, f)| f).collect()
}

/// Smaller is better; `None` is no match.
fn rank(query: &str, name: &str, kind: &str, id: &str) -> Option<u32> {
    let (name, kind, id) = (name.to_lowercase(), kind.to_lowercase(), id.to_lowercase());
    let word = |w: &str| {
        let starts_word = || name.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(w));
        match () {
            () if name.starts_with(w) => Some(0),
            () if starts_word() => Some(1),
            () if name.contains(w) => Some(2),
            () if kind.contains(w) => Some(3),
            () if id.contains(w) => Some(4),
            () => None,
        }
    };
    if name.starts_with(query) {
        return Some(0);
    }
    query.split_whitespace().map(word).try_fold(0, |worst, r| r.map(|r| worst.max(r)))
}

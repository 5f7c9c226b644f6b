//! What is being shaped on the canvas: a name typed in place, a frame resized, a link's end led elsewhere, an offer of kinds.
//! Not part of the document: nothing here is saved with it or undone.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::diagram::Document;
use crate::editor::commands::End;
use crate::editor::geometry::{Guide, Rect};

type Point = (f64, f64);

/// Something with a name or text of its own on the canvas.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A node, by id.
    Node(String),
    /// A group, by id.
    Group(String),
    /// A note, by id.
    Note(String),
}

impl Thing {
    /// Its id, among those of its sort.
    pub fn id(&self) -> &str {
        match self {
            Thing::Node(id) | Thing::Group(id) | Thing::Note(id) => id,
        }
    }

    /// Its name, or what is written on it; nothing if it is not there.
    pub fn text(&self, diagram: &Document) -> Option<String> {
        match self {
            Thing::Node(id) => diagram.node(id).map(|n| n.name.clone()),
            Thing::Group(id) => diagram.group(id).map(|g| g.name.clone()),
            Thing::Note(id) => diagram.note(id).map(|n| n.text.clone()),
        }
    }
}

/// A link's end that is being led elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Leading {
    /// The link.
    pub link: String,
    /// Which end.
    pub end: End,
    /// Where it is now, in diagram pixels.
    pub at: Point,
    /// The card under it, and why that may not be the end, if it may not.
    pub over: Option<(String, Option<String>)>,
}

/// Where a new component would go.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// At the loose end of a link from (or to) this node.
    Linked(String, End),
    /// Into this link.
    Into(String),
}

/// The kinds that are offered at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// What the new component would be linked with.
    pub goal: Goal,
    /// Its middle, in diagram pixels.
    pub at: Point,
}

/// The handle, part of the session.
#[derive(Clone, Copy)]
pub struct Shaping {
    /// Whose name or text is being typed in place.
    pub typing: RwSignal<Option<Thing>>,
    /// Kinds that are offered for the loose end of a link.
    pub offer: RwSignal<Option<Opening>>,
    /// Lines that say to what a dragged card was drawn.
    pub guides: RwSignal<Vec<Guide>>,
    /// The group into which a drag would drop what is dragged.
    pub home: RwSignal<Option<String>>,
    /// The link into which the dragged card would go.
    pub aimed: RwSignal<Option<String>>,
    /// A link's end being led elsewhere.
    pub leading: RwSignal<Option<Leading>>,
    /// A group or note being resized, and its frame.
    pub resized: RwSignal<Option<(Thing, Rect)>>,
    /// How far things still are from where they glide to.
    pub gliding: RwSignal<BTreeMap<Thing, Point>>,
}

impl Shaping {
    pub(super) fn new() -> Shaping {
        Shaping {
            typing: RwSignal::new(None),
            offer: RwSignal::new(None),
            guides: RwSignal::default(),
            home: RwSignal::new(None),
            aimed: RwSignal::new(None),
            leading: RwSignal::new(None),
            resized: RwSignal::new(None),
            gliding: RwSignal::default(),
        }
    }

    /// How far a thing is from where it glides to. Tracked.
    pub fn glide(self, thing: &Thing) -> Point {
        self.gliding.with(|g| g.get(thing).copied().unwrap_or_default())
    }

    /// Closes what is open: a field, an offer.
    pub fn close(self) {
        self.let_go();
        self.typing.set(None);
        self.offer.set(None);
    }

    /// Forgets all that a drag shows. Whether there was anything.
    pub fn let_go(self) -> bool {
        let any = self.leading.with_untracked(Option::is_some) || self.resized.with_untracked(Option::is_some);
        if self.guides.with_untracked(|g| !g.is_empty()) {
            self.guides.set(Vec::new());
        }
        for signal in [self.home, self.aimed] {
            if signal.with_untracked(Option::is_some) {
                signal.set(None);
            }
        }
        if any {
            self.leading.set(None);
            self.resized.set(None);
        }
        any
    }
}

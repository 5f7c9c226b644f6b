//! Whose record the open document is kept in: a piece of work belongs to one tab at a time.
//! Knows the history, and no view.

use std::sync::Arc;

use super::browser::{history, note};
use super::history::Label;
use super::Saved;
use crate::app::dom;
use crate::diagram::Document;

/// This tab's note of its piece of work; the crash screen reads it too.
pub const OWN: &str = "faultline.work";
/// This tab's note of what it is opening, taken back when that went well.
pub const OPENING: &str = "faultline.opening";

/// What was open before.
#[derive(Clone)]
pub struct Before {
    /// Its text.
    pub text: String,
    /// Its piece of work.
    pub work: String,
    /// Whether something was built in it, beyond opening a starter.
    pub built: bool,
    /// Whether its record has it.
    pub safe: bool,
}

/// The open piece of work.
#[derive(Clone, Default)]
pub struct Work {
    /// Its name.
    pub id: String,
    /// Whether the record is this tab's to write: asked of the other tabs.
    pub ours: bool,
    /// Whether something was built in it, beyond opening a starter.
    pub built: bool,
    /// The document as it was opened.
    pub opened: Arc<Document>,
    /// What was open before it.
    pub before: Option<Before>,
    /// Whether the address holds it, until it is kept.
    pub linked: bool,
    /// Whether it was kept since it was opened.
    pub kept: bool,
    /// Which of its states was last seen among the earlier ones, by its essence.
    pub past: String,
    /// Counts what was asked to be opened: an answer that comes after the next question is not followed.
    pub asked: u64,
    /// Whether it was said that it cannot be kept.
    pub told: bool,
    /// Whether it was said that there is another tab.
    pub told_of_others: bool,
}

fn fresh_id() -> String {
    let digits = (0..10).map(|_| b"0123456789abcdefghijklmnopqrstuvwxyz"[(js_sys::Math::random() * 36.0) as usize % 36] as char);
    digits.collect()
}

/// What a record says of this document.
pub fn label(document: &Document, text: &str, built: bool) -> Label {
    let nodes = document.folded().nodes.len();
    Label { title: document.title.clone(), at: js_sys::Date::now(), nodes, built, essence: super::history::essence(text) }
}

/// Whether another diagram was made of it: faults alone, or where one looks, do not count.
fn differs(a: &Document, b: &Document) -> bool {
    let (a, b) = (a.folded(), b.folded());
    Document { view: b.view, ..a } != b
}

impl Work {
    /// Begins a piece of work, or goes on with one.
    pub fn begin(&mut self, document: &Document, work: Option<String>, built: bool) {
        if work.as_ref() != Some(&self.id) {
            dom::page("release", &[&self.id]);
            self.ours = work.is_none();
            self.id = work.unwrap_or_else(fresh_id);
            if self.ours {
                dom::page("claim", &[&self.id]);
            }
            note(OWN, Some(&self.id));
        }
        self.built = built;
        self.linked = false;
        self.kept = false;
        self.past.clear();
        self.asked += 1;
        self.opened = Arc::new(document.clone());
        note(OPENING, Some(&self.id));
    }

    /// Leaves the record to whoever has it and goes on in another.
    pub fn part(&mut self) {
        dom::page("release", &[&self.id]);
        self.id = fresh_id();
        self.kept = false;
        self.past.clear();
        self.ours = true;
        dom::page("claim", &[&self.id]);
        note(OWN, Some(&self.id));
        note(OPENING, Some(&self.id));
    }

    /// Keeps the document, with earlier states of it. Whether it is kept now.
    pub fn keep(&mut self, document: &Document, text: &str) -> Saved {
        self.built = self.built || differs(document, &self.opened);
        let label = label(document, text, self.built);
        let history = history();
        let before = history.entry(&self.id);
        if let Some(before) = &before {
            history.keep_what_stood(&self.id, before, &label);
        }
        // The first time it is written all the same: it is the most recent now.
        if !(self.kept && before.is_some_and(|(there, old)| there.agrees(&label) && old == text)) {
            if let Err(refusal) = history.keep(&self.id, &label, text) {
                return Saved::Failed(t!(refusal.words()).into());
            }
        }
        self.kept = true;
        if std::mem::take(&mut self.linked) {
            super::forget_address();
        }
        if self.built && self.past != label.essence && history.keep_past(&self.id, &label, text, true) {
            self.past = label.essence;
        }
        Saved::Kept
    }
}

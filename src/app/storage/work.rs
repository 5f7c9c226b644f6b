//! Whose record the open document is kept in: a piece of work belongs to one tab at a time.
//! Knows the shelf, and no view.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::browser::{note, shelf};
use super::shelf::Label;
use super::{Opening, Saved};
use crate::app::dom;
use crate::app::session::{Offer, Session};
use crate::app::words::translate;
use crate::diagram::{read, Document};

/// This tab's note of its piece of work; the crash screen reads it too.
pub const OWN: &str = "faultline.work";
/// This tab's note of what it is opening, taken back when that went well.
pub const OPENING: &str = "faultline.opening";

/// What was open before.
#[derive(Clone)]
struct Before {
    text: String,
    work: String,
    built: bool,
}

/// The open piece of work.
#[derive(Clone, Default)]
pub struct Work {
    id: String,
    /// Whether the record is this tab's to write: asked of the other tabs.
    ours: bool,
    /// Whether something was built in it, beyond opening a starter.
    built: bool,
    /// The document as it was opened.
    opened: Arc<Document>,
    before: Option<Before>,
    /// Whether it was said that it cannot be kept.
    told: bool,
}

fn fresh_id() -> String {
    let digits = (0..10).map(|_| b"0123456789abcdefghijklmnopqrstuvwxyz"[(js_sys::Math::random() * 36.0) as usize % 36] as char);
    digits.collect()
}

fn label(document: &Document, text: &str, built: bool) -> Label {
    let nodes = document.folded().nodes.len();
    Label { title: document.title.clone(), at: js_sys::Date::now(), nodes, built, essence: super::shelf::essence(text) }
}

/// Whether another diagram was made of it: faults alone, or where one looks, do not count.
fn differs(a: &Document, b: &Document) -> bool {
    let (a, b) = (a.folded(), b.folded());
    Document { view: b.view, ..a } != b
}

impl Work {
    /// Begins a piece of work, or goes on with one.
    fn begin(&mut self, document: &Document, work: Option<String>, built: bool) {
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
        self.opened = Arc::new(document.clone());
        note(OPENING, Some(&self.id));
    }

    /// Leaves the record to whoever has it and goes on in another.
    fn part(&mut self) {
        self.id = fresh_id();
        self.ours = true;
        dom::page("claim", &[&self.id]);
        note(OWN, Some(&self.id));
        note(OPENING, Some(&self.id));
    }

    fn keep(&mut self, document: &Document, text: &str) -> Saved {
        self.built = self.built || differs(document, &self.opened);
        let label = label(document, text, self.built);
        let shelf = shelf();
        if self.built {
            shelf.keep_past(&self.id, &label, text, true);
        }
        match shelf.keep(&self.id, &label, text) {
            Ok(()) => Saved::Saved,
            Err(refusal) => Saved::Failed(t!(refusal.words()).into()),
        }
    }
}

/// Asks whether a piece of work can be this tab's.
async fn claim(work: &str) -> bool {
    let Some(promise) = dom::page("claim", &[work]) else { return true };
    let answer = wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&promise)).await;
    // A browser that cannot tell says nothing; then a write by another tab is noticed when it comes.
    answer.ok().and_then(|a| a.as_bool()).unwrap_or(true)
}

impl Session {
    /// Opens what the page starts with.
    pub fn begin(self, opening: Opening) {
        let Opening { mut document, work, built, still, .. } = opening;
        if let Some(id) = work.as_ref().filter(|_| still) {
            // All that was built, without what was done to it while it ran: that stays among the earlier states.
            let text = read::write(&document);
            shelf().keep_past(id, &label(&document, &text, built), &text, false);
            document = document.folded();
        }
        self.work.update_value(|w| w.begin(&document, work.clone(), built));
        self.open(document.clone());
        if let Some(id) = work {
            spawn_local(async move {
                if claim(&id).await {
                    self.work.update_value(|w| w.ours = true);
                } else {
                    self.work.update_value(|w| w.part());
                    let text = t!("%{name} is open in another tab too: this is a copy, kept apart from it", name = document.title);
                    self.tell_with(text, Offer::Recent);
                }
                // What waited for the answer is kept now.
                self.revision.update(|r| *r += 1);
            });
        }
        if let Some((text, work, built)) = opening.before {
            self.work.update_value(|w| w.before = Some(Before { text, work, built }));
        }
        self.work.with_value(|w| shelf().tidy(&[&w.id, w.before.as_ref().map_or("", |b| &b.work)]));
    }

    /// Keeps the document now.
    pub fn keep(self) {
        // While a replay goes on the moment is not yet what it was: what is kept already is better.
        if self.replay.with_untracked(Option::is_some) || dom::is_dead() {
            return;
        }
        let document = self.document();
        let text = read::write(&document);
        // In reach of the crash screen, wherever else it can be kept.
        dom::set_page("work", &text.as_str().into());
        if !self.work.with_value(|w| w.ours) {
            return;
        }
        let saved = self.work.try_update_value(|w| w.keep(&document, &text)).unwrap_or(Saved::Pending);
        dom::set_page("safe", &(saved == Saved::Saved).into());
        if let Saved::Failed(why) = &saved {
            let told = self.work.try_update_value(|w| std::mem::replace(&mut w.told, true));
            if told == Some(false) {
                self.refuse(t!("Your work could not be kept: %{what}. Save it as a file", what = why));
            }
        } else {
            self.work.update_value(|w| w.told = false);
        }
        self.saved.set(saved);
    }

    /// The page is left: keeps the document, even if no other tab has answered yet.
    pub fn leave(self) {
        note(OPENING, None);
        if !self.work.with_value(|w| w.ours) && self.saved.with_untracked(|s| *s == Saved::Pending) {
            self.work.update_value(|w| w.part());
            note(OPENING, None);
        }
        self.keep();
    }

    /// What was opened runs: at the next start there is no need for caution.
    pub fn opened_well(self) {
        note(OPENING, None);
    }

    /// Opens a document in place of the present one, as a piece of work of its own: the message offers the way back.
    pub fn open_instead(self, document: Document, said: String, built: bool) {
        self.open_as(document, said, None, built);
    }

    fn open_as(self, document: Document, said: String, work: Option<String>, built: bool) {
        self.keep();
        let replaying = self.replay.with_untracked(Option::is_some);
        self.work.update_value(|w| {
            // During a replay the record is further than the run.
            let kept = replaying.then(|| shelf().work(&w.id).and_then(|k| shelf().text(&k.name))).flatten();
            let text = kept.unwrap_or_else(|| read::write(&self.document()));
            w.before = Some(Before { text, work: w.id.clone(), built: w.built });
            w.begin(&document, work, built);
            w.ours = true;
            shelf().tidy(&[&w.id, w.before.as_ref().map_or("", |b| &b.work)]);
        });
        self.open(document);
        self.fit_next.set(true);
        self.fit_if_asked();
        self.tell_with(said, Offer::Before);
    }

    /// Opens the document that was open before.
    pub fn open_before(self) {
        match self.work.with_value(|w| w.before.clone()) {
            Some(Before { text, work, built }) => self.open_record(text, work, built, text!("Back to %{name}")),
            None => self.refuse(t!("What was open before is not kept any more")),
        }
    }

    /// Opens a piece of work from the shelf and goes on with it; with a copy if another tab has it.
    pub fn open_kept(self, kept: super::Kept) {
        match shelf().text(&kept.name) {
            Some(text) => self.open_record(text, kept.work, kept.label.built, text!("Opened %{name}")),
            None => self.refuse(t!("This is not kept any more")),
        }
    }

    fn open_record(self, text: String, work: String, built: bool, said: &'static str) {
        match read::read(&text) {
            Ok(document) => spawn_local(async move {
                let own = self.work.with_value(|w| w.id == work);
                let ours = own || claim(&work).await;
                let said = if ours { said } else { text!("%{name} is open in another tab too: this is a copy, kept apart from it") };
                let said = t!(said, name = document.title);
                self.open_as(document, said, ours.then_some(work), built);
            }),
            Err(problem) => self.refuse(t!("This could not be read: %{what}", what = translate(&problem.to_string()))),
        }
    }

    /// Goes back to an earlier state of the open piece of work; the present state becomes one of them.
    pub fn restore(self, state: super::Kept) {
        let Some(text) = shelf().text(&state.name) else { return self.refuse(t!("This is not kept any more")) };
        match read::read(&text) {
            Ok(document) => {
                let present = read::write(&self.document());
                let id = self.work.with_value(|w| w.id.clone());
                shelf().keep_past(&id, &label(&self.document(), &present, true), &present, false);
                self.open_as(document, t!("Restored an earlier state").into(), Some(id), true);
            }
            Err(problem) => self.refuse(t!("This could not be read: %{what}", what = translate(&problem.to_string()))),
        }
    }

    /// Another tab wrote a record: its own, one hopes. Returns whether it was this tab's.
    pub fn other_tab_wrote(self, work: &str) -> bool {
        let clash = self.work.with_value(|w| w.id == work);
        if clash {
            self.work.update_value(|w| w.part());
            self.tell_with(t!("Another tab keeps the same diagram: this tab goes on with a copy of its own"), Offer::Recent);
            self.revision.update(|r| *r += 1);
        }
        clash
    }

    /// The records of other pieces of work, the most recent first.
    pub fn recent_works(self) -> Vec<super::Kept> {
        let own = self.work.with_value(|w| w.id.clone());
        shelf().works().into_iter().filter(|k| k.work != own).collect()
    }

    /// The earlier states of the open piece of work, the most recent first.
    pub fn earlier_states(self) -> Vec<super::Kept> {
        let own = self.work.with_value(|w| w.id.clone());
        shelf().states(Some(&own))
    }
}

//! Whose record the open document is kept in: opening, keeping and leaving a piece of work, which belongs to one tab at a time.
//! Knows no view.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Offer, Session};
use crate::app::dom;
use crate::app::storage::{history, label, note, Before, Kept, Opening, Saved, OPENING};
use crate::app::words::told;
use crate::diagram::Document;
use crate::files;

/// How a document is opened.
#[derive(Default)]
struct Start {
    /// The piece of work that it goes on with: this tab's already.
    work: Option<String>,
    /// Whether something was built in it, beyond opening a starter.
    built: bool,
    /// Whether the address holds it, until it is kept.
    linked: bool,
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
        let Opening { mut document, work, built, linked, still, .. } = opening;
        if still {
            // All that was built, without what was done to it while it ran: that stays among the earlier states.
            if let Some(id) = &work {
                let text = files::write(&document);
                history().keep_past(id, &label(&document, &text, built), &text, false);
            }
            document = document.folded();
        }
        self.work.update_value(|w| {
            w.begin(&document, work.clone(), built);
            w.linked = linked;
        });
        self.write_down(&document);
        self.open(document.clone());
        if let Some(id) = work {
            spawn_local(async move {
                let ours = claim(&id).await;
                if self.work.with_value(|w| w.id != id) {
                    // Something else is open by now.
                    return;
                }
                if ours {
                    self.work.update_value(|w| w.ours = true);
                    if built {
                        // What was found stays in reach, whatever becomes of it now.
                        let text = files::write(&document);
                        history().keep_past(&id, &label(&document, &text, built), &text, false);
                    }
                } else {
                    self.work.update_value(|w| {
                        w.part();
                        w.told_of_others = true;
                    });
                    let text = t!("%{name} is open in another tab too: this is a copy, kept apart from it", name = document.title);
                    self.tell_with(text, Offer::Recent);
                }
                // What waited for the answer is kept now.
                self.revision.update(|r| *r += 1);
            });
        }
        if let Some((text, work, built)) = opening.before {
            self.work.update_value(|w| w.before = Some(Before { text, work, built, safe: true }));
        }
        self.work.with_value(|w| history().tidy(&[&w.id, w.before.as_ref().map_or("", |b| &b.work)]));
    }

    /// Keeps the document now.
    pub fn keep(self) {
        if !dom::is_dead() {
            self.write_down(&self.whole());
        }
    }

    /// The document to keep, save or share. While a replay goes on, that is what was opened: the run has not come to its moment.
    pub fn whole(self) -> Document {
        match self.replay.with_untracked(Option::is_some) {
            true => Document { view: self.view.get_untracked(), ..self.work.with_value(|w| (*w.opened).clone()) },
            false => self.document(),
        }
    }

    fn write_down(self, document: &Document) {
        let text = files::write(document);
        // In reach of the crash screen, wherever else it can be kept.
        dom::set_page("work", &text.as_str().into());
        if !self.work.with_value(|w| w.ours) {
            return;
        }
        let saved = self.work.try_update_value(|w| w.keep(document, &text)).unwrap_or(Saved::Pending);
        dom::set_page("safe", &(saved == Saved::Kept).into());
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

    /// The document is left: keeps it, even if no other tab has answered yet whose record that is.
    fn keep_at_last(self) {
        let replaying = self.replay.with_untracked(Option::is_some);
        if !replaying && !self.work.with_value(|w| w.ours) && self.saved.with_untracked(|s| *s == Saved::Pending) {
            self.work.update_value(|w| w.part());
        }
        self.keep();
    }

    /// The page is left.
    pub fn leave(self) {
        self.keep_at_last();
        note(OPENING, None);
    }

    /// What was opened runs: at the next start there is no need for caution.
    pub fn opened_well(self) {
        note(OPENING, None);
    }

    /// Opens a document in place of the present one, as a piece of work of its own: the message offers the way back.
    pub fn open_instead(self, document: Document, said: String, built: bool) {
        self.open_as(document, said, Start { built, ..Start::default() });
    }

    /// The same with the document that the address holds; the address is forgotten once it is kept.
    pub fn open_linked(self, document: Document) {
        let said = t!("Opened %{name} from the link", name = document.title);
        self.open_as(document, said, Start { built: true, linked: true, ..Start::default() });
    }

    fn open_as(self, document: Document, said: String, start: Start) {
        self.keep_at_last();
        let text = files::write(&self.whole());
        let safe = self.saved.with_untracked(|s| *s == Saved::Kept);
        self.work.update_value(|w| {
            w.before = Some(Before { text, work: w.id.clone(), built: w.built, safe });
            w.begin(&document, start.work, start.built);
            w.ours = true;
            w.linked = start.linked;
            history().tidy(&[&w.id, w.before.as_ref().map_or("", |b| &b.work)]);
        });
        // Before it runs: whatever comes of that, it is kept, and a reload finds it.
        self.write_down(&document);
        self.open(document);
        self.fit_next.set(true);
        self.fit_if_asked();
        self.tell_with(said, Offer::Before);
    }

    /// Opens the document that was open before.
    pub fn open_before(self) {
        match self.work.with_value(|w| w.before.clone()) {
            Some(before) => {
                let text = before.text.clone();
                // Of the open piece of work the record says what is open, not what was.
                let own = self.work.with_value(|w| w.id == before.work);
                self.open_record(before.work, before.built, text!("Back to %{name}"), move |kept| {
                    kept.filter(|_| before.safe && !own).or(Some(text))
                });
            }
            None => self.refuse(t!("What was open before is not kept any more")),
        }
    }

    /// Opens a piece of work from the history and goes on with it; with a copy if another tab has it.
    pub fn open_kept(self, kept: Kept) {
        self.open_record(kept.work, kept.label.built, text!("Opened %{name}"), |kept| kept);
    }

    /// Goes on with a piece of work once it is known whether it can be this tab's; `choose` says what to open, given what
    /// its record says by then: another tab may have written it until that moment.
    fn open_record(self, work: String, built: bool, said: &'static str, choose: impl FnOnce(Option<String>) -> Option<String> + 'static) {
        let asked = self.work.try_update_value(|w| {
            w.asked += 1;
            w.asked
        });
        spawn_local(async move {
            let own = self.work.with_value(|w| w.id == work);
            let ours = own || claim(&work).await;
            // Only the last that was asked for is opened.
            let wanted = self.work.try_with_value(|w| w.asked) == asked;
            let text = wanted.then(|| choose(history().work(&work).and_then(|k| history().text(&k.name)))).flatten();
            match text.as_deref().map(files::read) {
                Some(Ok(document)) => {
                    let said = if ours { said } else { text!("%{name} is open in another tab too: this is a copy, kept apart from it") };
                    let said = t!(said, name = document.title);
                    return self.open_as(document, said, Start { work: ours.then_some(work), built, linked: false });
                }
                Some(Err(problem)) => self.refuse(t!("This could not be read: %{what}", what = told(&problem))),
                None if wanted => self.refuse(t!("This is not kept any more")),
                None => {}
            }
            if self.work.try_with_value(|w| w.id != work) == Some(true) {
                dom::page("release", &[&work]);
            }
        });
    }

    /// Goes back to an earlier state of the open piece of work; the present state becomes one of them.
    pub fn restore(self, state: Kept) {
        let Some(text) = history().text(&state.name) else { return self.refuse(t!("This is not kept any more")) };
        match files::read(&text) {
            Ok(document) => {
                let present = self.whole();
                let text = files::write(&present);
                let id = self.work.with_value(|w| w.id.clone());
                history().keep_past(&id, &label(&present, &text, true), &text, false);
                self.open_as(document, t!("Restored an earlier state").into(), Start { work: Some(id), built: true, linked: false });
            }
            Err(problem) => self.refuse(t!("This could not be read: %{what}", what = told(&problem))),
        }
    }

    /// Another tab wrote a record: its own, one hopes. Says once that it is there.
    pub fn other_tab_wrote(self, work: &str) {
        let clash = self.work.with_value(|w| w.id == work);
        let told = self.work.try_update_value(|w| std::mem::replace(&mut w.told_of_others, true));
        if clash {
            self.work.update_value(|w| w.part());
            self.tell_with(t!("Another tab keeps the same diagram: this tab goes on with a copy of its own"), Offer::Recent);
            self.revision.update(|r| *r += 1);
        } else if told == Some(false) {
            self.tell_with(t!("Faultline is open in another tab too: each tab keeps its own work"), Offer::Recent);
        }
    }

    /// The records of other pieces of work, the most recent first.
    pub fn recent_works(self) -> Vec<Kept> {
        let own = self.work.with_value(|w| w.id.clone());
        history().works().into_iter().filter(|k| k.work != own).collect()
    }

    /// The earlier states of the open piece of work, the most recent first.
    pub fn earlier_states(self) -> Vec<Kept> {
        let own = self.work.with_value(|w| w.id.clone());
        history().states(Some(&own))
    }
}

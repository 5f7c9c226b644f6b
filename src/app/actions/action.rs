//! One command: its names, icon, keys, whether it can be done now, and what it does.
//! Knows no command in particular.

use leptos::prelude::*;

use super::{Key, Section};
use crate::app::session::Session;

/// One command.
pub struct Action {
    /// Stable name: `undo`.
    pub id: &'static str,
    /// On buttons and in the sheet, in English.
    pub label: &'static str,
    /// Icon, as in assets/icons.
    pub icon: &'static str,
    /// Where in the sheet of keys.
    pub section: Section,
    /// Keys, the first is the one shown.
    pub keys: &'static [Key],
    /// Further words under which it is found, in English.
    pub words: &'static str,
    /// Whether it can be done now, or why not, in English. Tracks what it reads.
    pub available: fn(Session) -> Result<(), &'static str>,
    /// What it is called now, in English, where that changes: `Restart` on a crashed server.
    now: Option<fn(Session) -> &'static str>,
    /// What exactly it would do, where that differs from time to time: the step that undo takes back.
    detail: Option<fn(Session) -> Option<String>>,
    /// For what is on or off: whether it is on.
    pub on: Option<fn(Session) -> bool>,
    perform: fn(Session),
}

impl Action {
    /// A command that can always be done and has no key.
    pub(super) const fn new(id: &'static str, label: &'static str, icon: &'static str, section: Section, perform: fn(Session)) -> Action {
        Action { id, label, icon, section, keys: &[], words: "", available: |_| Ok(()), now: None, detail: None, on: None, perform }
    }

    /// With these keys.
    pub(super) const fn keys(self, keys: &'static [Key]) -> Action {
        Action { keys, ..self }
    }

    /// Found under these words too.
    pub(super) const fn words(self, words: &'static str) -> Action {
        Action { words, ..self }
    }

    /// Only when this allows it.
    pub(super) const fn when(self, available: fn(Session) -> Result<(), &'static str>) -> Action {
        Action { available, ..self }
    }

    /// Called differently from time to time.
    pub(super) const fn called(self, now: fn(Session) -> &'static str) -> Action {
        Action { now: Some(now), ..self }
    }

    /// Saying what exactly it would do.
    pub(super) const fn telling(self, detail: fn(Session) -> Option<String>) -> Action {
        Action { detail: Some(detail), ..self }
    }

    /// On or off.
    pub(super) const fn switch(self, on: fn(Session) -> bool) -> Action {
        Action { on: Some(on), ..self }
    }

    /// What it is called now, in the chosen language. Tracks what it reads.
    pub fn name(&self, session: Session) -> &'static str {
        t!(self.now.map_or(self.label, |now| now(session)))
    }

    /// What exactly it would do, in the chosen language. Tracks what it reads.
    pub fn detail(&self, session: Session) -> Option<String> {
        self.detail.and_then(|detail| detail(session))
    }

    /// Why it cannot be done now, in the chosen language. Tracks what it reads.
    pub fn reason(&self, session: Session) -> Option<&'static str> {
        (self.available)(session).err().map(|reason| t!(reason))
    }

    /// Name with the key, and why not or what exactly: `Undo (Ctrl Z): Add Cache`.
    pub fn tooltip(&self, session: Session) -> String {
        let name = match self.keys.first() {
            Some(key) => format!("{} ({})", self.name(session), key.label()),
            None => self.name(session).into(),
        };
        match self.reason(session).map(String::from).or_else(|| self.detail(session)) {
            Some(more) => format!("{name}: {more}"),
            None => name,
        }
    }

    /// Does it, or says why not.
    pub fn run(&self, session: Session) {
        match untrack(|| (self.available)(session)) {
            Ok(()) => untrack(|| (self.perform)(session)),
            Err(reason) => session.refuse(reason),
        }
    }
}

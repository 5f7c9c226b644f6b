//! Steps that happen again: what was done by hand after the moment that the run went back to stays in the journal, and when the run
//! comes there each step is one that can be undone, as it was when it was done.
//! Knows no document.

use std::collections::VecDeque;

use super::state::Change;
use super::{Step, Travel};
use crate::diagram::Entry;
use crate::engine::SimTime;

/// A step that was journalled.
#[derive(Clone, Debug)]
struct Done {
    step: Step,
    at: SimTime,
    /// Whether it continued the step before it: one value of a drag.
    joined: bool,
}

/// What was done at a moment of the run, and what of it is to come again.
#[derive(Clone, Debug, Default)]
pub struct Recurring {
    done: Vec<Done>,
    coming: VecDeque<Done>,
    /// What takes back the entries of the first coming step that have happened again so far, in order of the entries.
    back: Vec<Vec<Change>>,
}

/// A step that has happened again.
pub struct Again {
    /// As it goes into the history.
    pub travel: Travel,
    /// Whether it continues the step before it.
    pub joined: bool,
}

impl Recurring {
    /// A step was journalled.
    pub fn note(&mut self, label: String, entries: Vec<Entry>, at: SimTime, joined: bool) {
        self.done.push(Done { step: Step { label, entries }, at, joined });
    }

    /// The last step takes the place of the one before it in the journal.
    pub fn replaced(&mut self) {
        if let Some(before) = self.done.len().checked_sub(2) {
            self.done.remove(before);
        }
    }

    /// The run goes back: what was done after that moment is to come.
    pub fn go_back(&mut self, to: SimTime) {
        let later = self.done.partition_point(|done| done.at <= to);
        for done in self.done.drain(later..).rev() {
            self.coming.push_front(done);
        }
        let passed = self.coming.partition_point(|done| done.at <= to);
        self.done.extend(self.coming.drain(..passed));
        self.back.clear();
    }

    /// Nothing of it is left: the run starts again.
    pub fn clear(&mut self) {
        *self = Recurring::default();
    }

    /// How many steps are to come.
    pub fn coming(&self) -> usize {
        self.coming.len()
    }

    /// A journal entry has happened, and `back` would take it back. Steps that are over by then.
    pub fn happened(&mut self, at: SimTime, entry: &Entry, back: Vec<Change>) -> Vec<Again> {
        let mut over = self.over(|step| step.at < at);
        let same = |done: &Done| done.at == at && done.step.entries.contains(entry);
        // An entry that is of none of them came with the document.
        let Some(place) = self.coming.iter().position(same) else { return over };
        for _ in 0..place {
            over.extend(self.finish());
        }
        self.back.push(back);
        let happened = self.back.len();
        if self.coming.front().is_some_and(|first| first.step.entries.len() <= happened) {
            over.extend(self.finish());
        }
        over
    }

    /// The steps that are over at a moment, be it that some of their entries no longer fit.
    pub fn until(&mut self, now: SimTime) -> Vec<Again> {
        self.over(|step| step.at <= now)
    }

    fn over(&mut self, is_over: impl Fn(&Done) -> bool) -> Vec<Again> {
        let mut over = Vec::new();
        while self.coming.front().is_some_and(&is_over) {
            over.extend(self.finish());
        }
        over
    }

    fn finish(&mut self) -> Option<Again> {
        let done = self.coming.pop_front()?;
        let changes: Vec<Change> = self.back.drain(..).rev().flatten().collect();
        if changes.is_empty() {
            return None;
        }
        let again = Again { travel: Travel { label: done.step.label.clone(), changes, at: done.at }, joined: done.joined };
        self.done.push(done);
        Some(again)
    }

    /// What was set by hand in the past stands: entries to come that would set the same again are left out, and returned.
    pub fn supersede(&mut self, told: &[Entry]) -> Vec<(SimTime, Entry)> {
        let told: Vec<Change> = told.iter().cloned().map(Change::from).collect();
        let mut left_out = Vec::new();
        for Done { step, at, .. } in &mut self.coming {
            step.entries.retain(|entry| {
                let again = Change::from(entry.clone());
                let stands = told.iter().any(|t| t.same_target(&again));
                if stands {
                    left_out.push((*at, entry.clone()));
                }
                !stands
            });
        }
        self.coming.retain(|done| !done.step.entries.is_empty());
        left_out
    }
}

//! The document being edited and the experiment that runs it, kept in step.
//! Knows no signal and no view.

use std::collections::VecDeque;

use crate::diagram::{Document, Entry};
use crate::editor::{Editor, Step};
use crate::engine::SimTime;
use crate::lab::frame::{Event, Tone};
use crate::lab::Experiment;

use super::time::Dial;

/// Most events kept for the time lines.
const KEPT_EVENTS: usize = 200;
/// Most marks on the canvas at once.
const KEPT_MARKS: usize = 60;

/// An event that was drawn on the canvas, fading since `born_ms` of the wall clock.
#[derive(Clone, Debug)]
pub struct Mark {
    /// What happened.
    pub event: Event,
    /// Wall time at which it appeared.
    pub born_ms: f64,
}

/// Editor, experiment and what follows them.
pub struct Run {
    /// The document and its history.
    pub editor: Editor,
    /// The run of it.
    pub experiment: Experiment,
    /// The run as it stood before the last continuing step, if time has stood still since.
    before: Option<Box<Experiment>>,
    /// The automatic dial's state.
    pub dial: Dial,
    /// Marks on the canvas, oldest first.
    pub marks: VecDeque<Mark>,
    /// Notable events that are not one request's, oldest first.
    pub events: VecDeque<Event>,
}

impl Run {
    /// The run of a document, at its start.
    pub fn new(document: Document) -> Run {
        let experiment = Experiment::new(&document);
        Run {
            editor: Editor::new(document),
            experiment,
            before: None,
            dial: Dial::default(),
            marks: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Performs one undo step on the document and the run.
    pub fn perform(&mut self, step: Step) -> Result<(), String> {
        let now = self.settled();
        let entries = self.editor.perform(step, now)?;
        self.follow(&entries)
    }

    /// As [`Run::perform`], joining the step before it if that did the same. While time stands still the run goes back to
    /// where it stood before that step, as if it had never been: so that one journal entry replays it.
    pub fn perform_continuing(&mut self, step: Step, standing: bool) -> Result<(), String> {
        let now = self.settled();
        let can_go_back = standing && self.before.is_some();
        let done = self.editor.perform_continuing(step, now, can_go_back)?;
        if now > SimTime::ZERO && !done.told.is_empty() {
            match self.before.as_deref().filter(|_| done.instead) {
                Some(before) => self.experiment = before.clone(),
                None => self.before = standing.then(|| Box::new(self.experiment.clone())),
            }
        }
        self.follow(&done.told)
    }

    /// Ends a drag: the next continuing step is a step of its own.
    pub fn settle(&mut self) {
        self.editor.settle();
        self.before = None;
    }

    /// Undoes (or does again) one step and gives its label.
    pub fn travel(&mut self, forward: bool) -> Result<Option<String>, String> {
        let now = self.settled();
        let seed = self.editor.document().seed;
        let done = if forward { self.editor.redo(now) } else { self.editor.undo(now) };
        match done {
            None => Ok(None),
            Some((label, _)) if self.editor.document().seed != seed => {
                // Another seed is another run.
                self.editor.restart();
                self.rewind();
                Ok(Some(label))
            }
            Some((label, entries)) => self.follow(&entries).map(|()| Some(label)),
        }
    }

    /// Starts the run again from the document's base.
    pub fn rewind(&mut self) {
        self.experiment = Experiment::new(self.editor.document());
        self.before = None;
        self.dial = Dial::default();
        self.marks.clear();
        self.events.clear();
    }

    /// Takes the experiment's new events: marks for the canvas, lines for the charts, and the dial's reasons to slow down.
    pub fn take_events(&mut self, wall_ms: f64) {
        for event in self.experiment.take_events() {
            self.dial.notice(&event, wall_ms);
            if event.request.is_none() {
                self.events.push_back(event.clone());
            }
            self.marks.push_back(Mark { event, born_ms: wall_ms });
        }
        while self.events.len() > KEPT_EVENTS {
            self.events.pop_front();
        }
        while self.marks.len() > KEPT_MARKS {
            self.marks.pop_front();
        }
    }

    /// Finishes what happens at this very instant, so that a replay meets the edit in the same place.
    fn settled(&mut self) -> SimTime {
        let now = self.experiment.now();
        if now > SimTime::ZERO {
            self.experiment.advance(now, u64::MAX);
        }
        now
    }

    fn follow(&mut self, entries: &[Entry]) -> Result<(), String> {
        let touches_run = |e: &Entry| match e {
            Entry::Fault(_) => true,
            Entry::Edit(edit) => edit.changes_the_run(),
        };
        if self.experiment.now() == SimTime::ZERO {
            // Before anything has run, an edit is part of the base: compile it anew, as opening the saved document would.
            if entries.iter().any(touches_run) {
                self.experiment = Experiment::new(self.editor.document());
                // So that a fault at the very start is seen before time runs.
                self.experiment.advance(SimTime::ZERO, u64::MAX);
            }
            return Ok(());
        }
        for entry in entries {
            self.experiment.apply(entry)?;
        }
        Ok(())
    }
}

/// Whether an event is one the automatic dial waits for after a fault: a detection, a failover, a recovery.
pub fn is_notable(event: &Event) -> bool {
    event.request.is_none() && event.tone != Tone::Bad
}

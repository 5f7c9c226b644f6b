//! The document being edited and the experiment that runs it, kept in step.
//! Knows no signal and no view.

use std::collections::VecDeque;

use crate::diagram::{Document, Entry};
use crate::editor::{Editor, Step};
use crate::engine::SimTime;
use crate::lab::frame::Event;
use crate::lab::timeline::{Timeline, BUDGET};
use crate::lab::Experiment;

use super::dial::Dial;

/// Most events at the very start that are handled as a document is compiled; the others follow when time runs.
const AT_THE_START: u64 = 20_000;
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
    /// Its past.
    timeline: Timeline,
    /// How far the run had come before it went back.
    left: SimTime,
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
        let mut experiment = Experiment::new(&document);
        let timeline = Timeline::new(&mut experiment, BUDGET);
        Run {
            editor: Editor::new(document),
            experiment,
            timeline,
            left: SimTime::ZERO,
            before: None,
            dial: Dial::default(),
            marks: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Performs one undo step on the document and the run, which must be at rest.
    pub fn perform(&mut self, step: Step) -> Result<(), String> {
        let now = self.experiment.now();
        let entries = self.editor.perform(step, now)?;
        self.follow(&entries)
    }

    /// As [`Run::perform`], joining the step before it if that did the same. While time stands still the run goes back to
    /// where it stood before that step, as if it had never been: so that one journal entry replays it.
    pub fn perform_continuing(&mut self, step: Step, standing: bool) -> Result<(), String> {
        let now = self.experiment.now();
        let can_go_back = standing && self.before.is_some();
        let done = self.editor.perform_continuing(step, now, can_go_back)?;
        if now > SimTime::ZERO && !done.told.is_empty() {
            match self.before.as_deref().filter(|_| done.instead) {
                Some(before) => self.experiment = before.fork(),
                None => self.before = standing.then(|| Box::new(self.experiment.fork())),
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
        let now = self.experiment.now();
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
        self.compile();
        self.left = SimTime::ZERO;
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

    /// Handles about so much of what happens at this very instant: what is done by hand comes after all of it, so that a replay meets it
    /// in the same place. Returns whether that is all.
    pub fn come_to_rest(&mut self, max_events: u64) -> bool {
        let now = self.experiment.now();
        if now > SimTime::ZERO {
            self.experiment.advance(now, max_events);
        }
        now == SimTime::ZERO || self.experiment.is_settled()
    }

    fn follow(&mut self, entries: &[Entry]) -> Result<(), String> {
        let touches_run = |e: &Entry| match e {
            Entry::Fault(_) => true,
            Entry::Edit(edit) => edit.changes_the_run(),
        };
        if self.experiment.now() == SimTime::ZERO {
            // Before anything has run, an edit is part of the base: compile it anew, as opening the saved document would.
            if entries.iter().any(touches_run) {
                self.compile();
                // So that a fault at the very start is seen before time runs.
                self.experiment.advance(SimTime::ZERO, AT_THE_START);
            }
            return Ok(());
        }
        if !entries.is_empty() {
            self.timeline.forget_after(self.experiment.now(), self.experiment.carried());
        }
        for entry in entries {
            self.experiment.apply(entry)?;
        }
        if !entries.is_empty() {
            self.experiment.reschedule(&self.editor.document().journal);
        }
        Ok(())
    }

    /// Makes the experiment of the document, at its start.
    fn compile(&mut self) {
        self.experiment = Experiment::new(self.editor.document());
        self.timeline = Timeline::new(&mut self.experiment, BUDGET);
    }

    /// Lets time run, as [`Experiment::advance`] does, and keeps its past.
    pub fn advance(&mut self, to: SimTime, max_events: u64) -> u64 {
        self.timeline.advance(&mut self.experiment, to, max_events)
    }

    /// How far the run had come before it went back, if it is not there again.
    pub fn left(&self) -> Option<SimTime> {
        Some(self.left).filter(|left| *left > self.experiment.now())
    }

    /// Goes back to a moment, or a little before it: let time run on to the moment. What was done after it by hand is done again when
    /// the run comes there. Whether there is anything of that.
    pub fn go_back(&mut self, to: SimTime) -> bool {
        self.left = self.left.max(self.experiment.now());
        let more = self.editor.go_back(to);
        let document = self.editor.document();
        match self.timeline.resume(to, &document.journal) {
            Some(experiment) => self.experiment = experiment,
            None => self.experiment = Experiment::new(document),
        }
        // Those up to here were taken.
        self.experiment.take_events();
        let now = self.experiment.now();
        self.events.retain(|e| e.at <= now);
        self.marks.clear();
        self.before = None;
        self.dial = Dial::default();
        more
    }
}

//! Pure editing: what a learner does to a document, undone and done again, with selection, geometry and share links.
//! Knows no screen, and of the engine nothing but its time.

pub mod commands;
pub mod find;
pub mod fragment;
pub mod geometry;
pub mod layout;
pub mod selection;
pub mod share;

mod breakage;
mod recurring;
mod state;

use std::mem;

use crate::diagram::{Document, Entry, View};
use crate::engine::SimTime;
use recurring::Recurring;
use state::{Change, State};

pub use selection::Selection;

/// Steps that can be undone; older ones are forgotten.
const DEPTH: usize = 1_000;
/// Most characters in a title.
const TITLE: usize = crate::files::MAX_TITLE;

/// One undo step: what a learner would call one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Says what is done, for the undo menu: `Crash Orders 2`.
    pub label: String,
    /// What is done, in order.
    pub entries: Vec<Entry>,
}

/// A step in the past or the future: the changes that would take it back or do it again.
#[derive(Clone, Debug)]
struct Travel {
    label: String,
    changes: Vec<Change>,
    /// When it was done, or taken back.
    at: SimTime,
}

/// A document being edited while its run goes on, with its history.
///
/// Time matters: at the start of the run an edit changes the base diagram, later it is journalled with its time. Whatever
/// is done, the document can be written, read back and replayed.
#[derive(Clone, Debug)]
pub struct Editor {
    state: State,
    past: Vec<Travel>,
    future: Vec<Travel>,
    /// Whether the next continuing step may still join the last one.
    open: bool,
    /// The journal entries of the last continuing step, while nothing came after them.
    tail: Option<Tail>,
    recurring: Recurring,
}

/// Journal entries that end where the run stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tail {
    at: SimTime,
    from: usize,
    to: usize,
}

/// What the experiment must be told after a continuing step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Continued {
    /// What was done.
    pub told: Vec<Entry>,
    /// Whether it takes the place of what was told after the continuing step before it, at the same instant: the run must
    /// go back to where it stood before that, or what that did in between would not be in a replay.
    pub instead: bool,
}

impl Editor {
    /// Opens a document that was read or made by an editor. Journal entries after its moment are still to come.
    pub fn new(doc: Document) -> Editor {
        Editor { state: State::new(doc), past: Vec::new(), future: Vec::new(), open: false, tail: None, recurring: Recurring::default() }
    }

    /// Base diagram and journal: what is saved and shared.
    pub fn document(&self) -> &Document {
        &self.state.doc
    }

    /// The diagram as it stands now, edits folded in: what is drawn.
    pub fn diagram(&self) -> &Document {
        &self.state.diagram
    }

    /// Performs a step at simulated time `now` and returns what the experiment must be told. All of it is done, or none.
    ///
    /// An edit that sets what is set already is no step; a fault that changes nothing is refused with the reason.
    pub fn perform(&mut self, step: Step, now: SimTime) -> Result<Vec<Entry>, String> {
        self.tail = None;
        self.do_step(step, now, false)
    }

    fn do_step(&mut self, step: Step, now: SimTime, joining: bool) -> Result<Vec<Entry>, String> {
        self.pass(now);
        let (steps, passed) = (self.past.len(), self.state.passed());
        let changes = step.entries.into_iter().map(Change::from).collect();
        let done = self.state.run_whole(changes, now, false)?;
        let label = step.label.clone();
        // A flush cannot be taken back, so it is no step of the history.
        if !done.back.is_empty() {
            self.remember(Travel { label: step.label, changes: done.back, at: now }, joining);
        } else if let (Some(why), true) = (done.idle, done.told.is_empty()) {
            return Err(why);
        }
        self.note(label, &done.told, passed, joining && self.past.len() == steps);
        Ok(done.told)
    }

    /// As [`Editor::perform`], but joins the step before it if that did the same to the same thing: so the many
    /// values that a dragged slider passes through are one undo step. [`Editor::settle`] ends the joining.
    ///
    /// Values of one drag that are set at the same instant, as on a run that stands still, can be one journal entry, the
    /// last, if the run can go back to before the one it replaces: each value has its effect at once (a shrunken cache
    /// has evicted, a wider service has begun work), which a replay of the last alone would not repeat. Values set at
    /// different instants had their effects in between, so each keeps its entry.
    pub fn perform_continuing(&mut self, step: Step, now: SimTime, can_go_back: bool) -> Result<Continued, String> {
        let (steps, was_open, tail) = (self.past.len(), self.open, self.tail);
        let from = self.state.passed();
        let told = self.do_step(step, now, true)?;
        let to = self.state.passed();
        if told.is_empty() {
            // What is set already leaves the last entries the last.
            return Ok(Continued { told, instead: false });
        }
        let joined = can_go_back && was_open && self.past.len() == steps;
        let old = tail.filter(|old| joined && old.at == now && old.to == from && self.state.same_targets(old.from, from, to));
        if let Some(old) = old {
            self.state.forget_entries(old.from, old.to);
            self.recurring.replaced();
        }
        let from = old.map_or(from, |old| old.from);
        self.tail = (to > from).then(|| Tail { at: now, from, to: self.state.passed() });
        Ok(Continued { told, instead: old.is_some() })
    }

    /// Ends a drag: the next continuing step is a step of its own.
    pub fn settle(&mut self) {
        self.open = false;
        self.tail = None;
    }

    /// Takes the last step back at simulated time `now`: its label, and what the experiment must be told.
    ///
    /// After a change of seed is undone or done again, the document's seed differs from the experiment's: start again.
    pub fn undo(&mut self, now: SimTime) -> Option<(String, Vec<Entry>)> {
        self.pass(now);
        let step = self.past.pop()?;
        let (there, told) = self.travel(&step, now)?;
        self.future.push(there);
        Some((step.label, told))
    }

    /// Does the last undone step again.
    pub fn redo(&mut self, now: SimTime) -> Option<(String, Vec<Entry>)> {
        self.pass(now);
        let step = self.future.pop()?;
        let (there, told) = self.travel(&step, now)?;
        self.past.push(there);
        Some((step.label, told))
    }

    fn travel(&mut self, step: &Travel, now: SimTime) -> Option<(Travel, Vec<Entry>)> {
        self.settle();
        let passed = self.state.passed();
        // If something on the timeline got in between, the step no longer fits and is forgotten.
        let done = self.state.run_whole(step.changes.clone(), now, true).ok()?;
        self.note(step.label.clone(), &done.told, passed, false);
        Some((Travel { label: step.label.clone(), changes: done.back, at: now }, done.told))
    }

    fn remember(&mut self, step: Travel, joining: bool) {
        let joins = |last: &Travel| {
            last.changes.len() == step.changes.len() && last.changes.iter().zip(&step.changes).all(|(a, b)| a.same_target(b))
        };
        let same = self.past.last_mut().filter(|last| joining && self.open && joins(last));
        self.future.clear();
        if let Some(last) = same {
            // The step before already knows the value from before the drag.
            last.at = step.at;
            return;
        }
        self.open = joining;
        self.past.push(step);
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }

    /// The label of the step that undo would take back.
    pub fn can_undo(&self) -> Option<&str> {
        self.past.last().map(|s| s.label.as_str())
    }

    /// The label of the step that redo would do again.
    pub fn can_redo(&self) -> Option<&str> {
        self.future.last().map(|s| s.label.as_str())
    }

    /// Remembers what a step told the run, if that is in the journal from `passed` on.
    fn note(&mut self, label: String, told: &[Entry], passed: usize, joined: bool) {
        if self.state.passed() > passed {
            let at = self.state.last_passed();
            self.recurring.note(label, told.to_vec(), at, joined);
        }
        for (at, entry) in self.recurring.supersede(told) {
            self.state.forget_coming(at, &entry);
        }
    }

    /// Passes the journal entries up to `now`. Those that were done by hand before the run went back are steps that can be undone.
    /// Whether the diagram changed.
    fn pass(&mut self, now: SimTime) -> bool {
        let mut again = Vec::new();
        let recurring = &mut self.recurring;
        let changed = self.state.catch_up(now, |at, entry, back| again.extend(recurring.happened(at, entry, back)));
        again.extend(self.recurring.until(now));
        for step in again {
            self.open = step.joined;
            self.remember(step.travel, step.joined);
            self.settle();
        }
        changed
    }

    /// Back to time zero: edits are folded into the base, those to come with them, faults are mended and leave the history; edits
    /// stay undoable.
    pub fn restart(&mut self) {
        self.settle();
        self.pass(SimTime(u64::MAX));
        self.recurring.clear();
        self.state.restart();
        for stack in [&mut self.past, &mut self.future] {
            for step in stack.iter_mut() {
                step.changes.retain(|c| !c.is_fault());
                step.at = SimTime::ZERO;
            }
            stack.retain(|step| !step.changes.is_empty());
        }
    }

    /// Goes back in time with the run. What was done after that moment stays in the journal, to be done again when the run comes to
    /// it; until then there is nothing of it to undo, so those steps leave the history and come back to it then. A value that is set
    /// meanwhile stands: it is not set again. Whether there are entries to come.
    pub fn go_back(&mut self, to: SimTime) -> bool {
        self.settle();
        self.recurring.go_back(to);
        let mut doc = mem::take(&mut self.state.doc);
        doc.moment = to;
        self.state = State::new(doc);
        for stack in [&mut self.past, &mut self.future] {
            stack.retain(|step| step.at <= to || !step.changes.iter().any(Change::is_of_the_run));
        }
        self.state.passed() < self.state.doc.journal.len()
    }

    /// Follows the run to `now`: journal entries that were still to come are folded in. Whether the diagram changed.
    pub fn follow(&mut self, now: SimTime) -> bool {
        self.pass(now)
    }

    /// How many steps that were done by hand are still to come, since the run went back.
    pub fn steps_to_come(&self) -> usize {
        self.recurring.coming()
    }

    /// Where the canvas looks; saved, but nothing to undo.
    pub fn set_view(&mut self, view: View) {
        let sane = |v: f64, otherwise: f64| if v.is_finite() { v } else { otherwise };
        let limit = crate::files::MAX_COORDINATE;
        // Rounded below what one can see, so that files and links stay short.
        let rounded = |v: f64, parts: f64| (v * parts).round() / parts;
        let view = View {
            x: rounded(sane(view.x, 0.0).clamp(-limit, limit), 8.0),
            y: rounded(sane(view.y, 0.0).clamp(-limit, limit), 8.0),
            zoom: rounded(sane(view.zoom, 1.0).clamp(geometry::MIN_ZOOM, geometry::MAX_ZOOM), 1000.0),
        };
        self.state.doc.view = view;
        self.state.diagram.view = view;
    }

    /// How far the run has come; saved, but nothing to undo.
    pub fn set_moment(&mut self, moment: SimTime) {
        let moment = moment.min(SimTime(crate::engine::time::MAX_DURATION.0));
        self.pass(moment);
        self.state.doc.moment = moment;
    }

    /// Gives the document a title, as one undo step. An empty title is `Untitled`.
    pub fn set_title(&mut self, title: impl Into<String>) {
        let title: String = title.into().chars().map(|c| if c.is_control() { ' ' } else { c }).take(TITLE).collect();
        let title = match title.trim() {
            "" => "Untitled".to_string(),
            trimmed => trimmed.to_string(),
        };
        if title != self.state.doc.title {
            let label = format!("Rename the diagram to {title}");
            let back = self.state.set_title(title);
            self.remember(Travel { label, changes: vec![back], at: SimTime::ZERO }, false);
        }
    }

    /// Gives the run another seed, as one undo step. Another seed is another run, so start again after it.
    pub fn set_seed(&mut self, seed: u64) {
        if seed != self.state.doc.seed {
            let back = self.state.set_seed(seed);
            let label = format!("Change the seed to {seed}");
            self.remember(Travel { label, changes: vec![back], at: SimTime::ZERO }, false);
        }
    }
}

#[cfg(test)]
mod tests;

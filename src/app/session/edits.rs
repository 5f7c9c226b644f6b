//! Edits: every change of the document goes through here, to the editor and on to the running experiment.
//! Knows no view.

use std::sync::Arc;

use leptos::prelude::*;

use crate::diagram::{Entry, Fault};
use crate::editor::{commands, Selection, Step};

use super::{Dialog, Session, Thing};
use crate::app::words::{name_added, translate};

impl Session {
    /// Performs one undo step; says why if it is refused.
    pub fn perform(self, step: Step) -> bool {
        if self.is_replaying() {
            return false;
        }
        let again = step.clone();
        if !self.at_rest(move || {
            self.perform(again);
        }) {
            return false;
        }
        // What a flush does is seen at once: nothing to run ahead to.
        let fault = step.entries.iter().any(|e| matches!(e, Entry::Fault(fault) if !matches!(fault, Fault::Flush { .. })));
        let done = self.with_run(|run| run.perform(step)).unwrap_or(Ok(()));
        if fault {
            self.with_run(|run| run.dial.fault(super::super::dom::now_ms()));
        }
        self.changed();
        match done {
            Ok(()) => true,
            Err(reason) => {
                self.refuse(reason);
                false
            }
        }
    }

    /// Performs a step that adds something of its kind's name, which is said in the chosen language.
    pub fn perform_adding(self, mut step: Step) -> bool {
        self.diagram.with_untracked(|d| name_added(&mut step, d));
        self.perform(step)
    }

    /// Names a node or group, or writes a note; the error says why the previous text is kept.
    pub fn rename(self, thing: &Thing, typed: &str) -> Result<(), String> {
        let step = self.diagram.with_untracked(|d| match thing {
            _ if thing.text(d).as_deref() == Some(typed.trim()) => Ok(None),
            Thing::Node(id) => commands::rename(d, id, typed).map(Some),
            Thing::Group(id) => commands::rename_group(d, id, typed).map(Some),
            Thing::Note(id) => Ok(Some(commands::write_note(d, id, typed))),
        })?;
        step.map(|step| self.perform(step));
        Ok(())
    }

    /// Performs a step and says its label, or why there is none.
    pub fn perform_or_say(self, step: Result<Step, &'static str>) {
        match step {
            Ok(step) => {
                let label = step.label.clone();
                if self.perform(step) {
                    self.announce(label);
                }
            }
            Err(reason) => self.refuse(reason),
        }
    }

    /// As [`Session::perform`], joining the step before it if that did the same: one undo step for a dragged slider.
    pub fn perform_continuing(self, step: Step) -> bool {
        if self.is_replaying() {
            return false;
        }
        let again = step.clone();
        if !self.at_rest(move || {
            self.perform_continuing(again);
        }) {
            return false;
        }
        let standing = !self.playing.get_untracked();
        let done = self.with_run(|run| run.perform_continuing(step, standing)).unwrap_or(Ok(()));
        self.changed();
        done.map_err(|reason| self.refuse(reason)).is_ok()
    }

    /// Ends a drag: the next continuing step is a step of its own.
    pub fn settle(self) {
        self.with_run(|run| run.settle());
    }

    /// Breaks or mends something, as one undo step, and says it.
    pub fn break_or_mend(self, label: impl Into<String>, faults: Vec<Fault>) {
        let label = label.into();
        let step = Step { label: label.clone(), entries: faults.into_iter().map(Entry::Fault).collect() };
        if self.perform(step) {
            self.announce(label);
        }
    }

    /// Undoes the last step.
    pub fn undo(self) {
        self.travel(false);
    }

    /// Does the last undone step again.
    pub fn redo(self) {
        self.travel(true);
    }

    fn travel(self, forward: bool) {
        if self.is_replaying() {
            return;
        }
        if !self.at_rest(move || self.travel(forward)) {
            return;
        }
        let done = self.with_run(|run| run.travel(forward)).unwrap_or(Ok(None));
        self.changed();
        let (verb, nothing) =
            if forward { (t!("Did again"), t!("There is nothing to do again")) } else { (t!("Undid"), t!("There is nothing to undo")) };
        match done {
            Ok(Some(label)) => self.announce(format!("{verb}: {}", translate(&label))),
            Ok(None) => self.announce(nothing),
            Err(reason) => self.refuse(reason),
        }
    }

    /// Renames the document.
    pub fn set_title(self, title: String) {
        self.with_run(|run| run.editor.set_title(title));
        self.changed();
    }

    /// Takes another seed and starts again.
    pub fn set_seed(self, seed: u64) {
        self.replay.set(None);
        self.with_run(|run| {
            run.editor.set_seed(seed);
            run.editor.restart();
            run.rewind();
        });
        self.request.set(None);
        self.changed();
        self.announce(t!("Started again with seed %{seed}", seed = seed));
    }

    /// Starts the run again, with the edits kept and the faults cleared.
    pub fn restart(self) {
        self.replay.set(None);
        self.with_run(|run| {
            run.editor.restart();
            run.rewind();
        });
        self.request.set(None);
        self.changed();
        self.announce(t!("Started again, everything is mended"));
    }

    /// Selects; nothing selected is the empty selection.
    pub fn select(self, selection: Selection) {
        if self.selection.with_untracked(|old| *old != selection) {
            self.selection.set(selection);
        }
    }

    /// Selects one node.
    pub fn select_node(self, id: &str) {
        self.select(Selection::node(id));
    }

    /// Selects one link.
    pub fn select_link(self, id: &str) {
        self.select(Selection::link(id));
    }

    /// Opens a sheet, or closes with `None`.
    pub fn show(self, dialog: Option<Dialog>) {
        self.dialog.set(dialog);
    }

    /// Publishes the document after a change.
    pub(in crate::app) fn changed(self) {
        let Some(diagram) = self.with_run(|run| run.editor.diagram().clone()) else { return };
        let mut kept = self.selection.get_untracked();
        kept.prune(&diagram);
        self.diagram.set(Arc::new(diagram));
        self.select(kept);
        self.publish_history();
        self.revision.update(|r| *r += 1);
        self.publish();
    }

    /// Publishes what undo and redo would do.
    pub(super) fn publish_history(self) {
        let labels = self.with_run(|run| (run.editor.can_undo().map(String::from), run.editor.can_redo().map(String::from)));
        let Some((undo, redo)) = labels else { return };
        self.undo_label.set(undo);
        self.redo_label.set(redo);
    }
}

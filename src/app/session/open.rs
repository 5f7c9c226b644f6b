//! Opening a document: replays its journal to the moment at which it was saved, in slices that leave the page alive.
//! Knows no view and no file.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::app::dom;
use crate::diagram::Document;
use crate::editor::Selection;
use crate::engine::SimTime;
use crate::lab::Experiment;

use super::{Replay, Run, Session};

/// Events handled before the wall clock is looked at again.
const SLICE_EVENTS: u64 = 2_000;
/// Work between two breaths of the page.
const SLICE_MS: f64 = 24.0;
/// Between two publications to the views.
const PUBLISH_MS: f64 = 250.0;
/// A replay longer than this is shown.
const SHOWN_AFTER_MS: f64 = 500.0;

impl Session {
    /// Opens a document in place of the present one and replays it to its moment.
    pub fn open(self, document: Document) {
        let moment = document.moment;
        let view = document.view;
        self.run.set_value(Run::new(document));
        self.selection.set(Selection::default());
        self.request.set(None);
        self.linking.set(None);
        self.shaping.close();
        self.events.set(Arc::default());
        self.view.set(view);
        self.changed();
        self.catch_up(moment, false, || {});
    }

    /// Does something after all that happens at this very instant: at once, or after a while in which the page stays alive. Returns
    /// whether it may be done at once; otherwise `then` is called when it may.
    pub(super) fn at_rest(self, then: impl FnOnce() + 'static) -> bool {
        let until = dom::now_ms() + SLICE_MS;
        loop {
            match self.with_run(|run| run.come_to_rest(SLICE_EVENTS)) {
                Some(false) if dom::now_ms() < until => {}
                Some(false) => {
                    self.catch_up(self.now(), true, then);
                    return false;
                }
                _ => return true,
            }
        }
    }

    /// Replays the run to a moment, in slices, and then does the rest. `through` is to the end of that moment: after all that happens
    /// at it. A run that stands still before comes no further.
    pub(super) fn catch_up(self, moment: SimTime, through: bool, then: impl FnOnce() + 'static) {
        let opening = self.openings.try_update_value(|n| {
            *n += 1;
            *n
        });
        let started = dom::now_ms();
        if self.replayed_to(moment, through).1 {
            self.caught_up();
            return then();
        }
        self.replay.set(Some(Replay { done: 0.0, shown: false }));
        spawn_local(async move {
            let mut published = started;
            loop {
                dom::breathe().await;
                // Another document was opened, or the replay was cancelled.
                if self.replay.get_untracked().is_none() || self.openings.try_get_value() != opening {
                    return;
                }
                let (now, there) = self.replayed_to(moment, through);
                if there {
                    break;
                }
                let done = now.as_secs_f64() / moment.as_secs_f64().max(1e-9);
                self.replay.set(Some(Replay { done, shown: dom::now_ms() - started > SHOWN_AFTER_MS }));
                if dom::now_ms() - published > PUBLISH_MS {
                    published = dom::now_ms();
                    self.publish();
                }
            }
            self.caught_up();
            // Nothing is kept during a replay: what was done meanwhile is kept now.
            self.revision.update(|r| *r += 1);
            then();
        });
    }

    /// One slice of a replay: how far it has come, and whether that is all.
    fn replayed_to(self, moment: SimTime, through: bool) -> (SimTime, bool) {
        let come = self.with_run(|run| {
            let wall_ms = dom::now_ms();
            let is_there = |run: &Run| {
                let (come, settled) = (run.experiment.now() >= moment, run.experiment.is_settled());
                if come && !through {
                    true
                } else {
                    settled && (come || run.experiment.stopped().is_some())
                }
            };
            while !is_there(run) && dom::now_ms() < wall_ms + SLICE_MS {
                run.advance(moment, SLICE_EVENTS);
            }
            run.take_events(0.0);
            run.marks.clear();
            (run.experiment.now(), is_there(run))
        });
        come.unwrap_or((moment, true))
    }

    fn caught_up(self) {
        self.with_run(|run| run.dial = Default::default());
        self.replay.set(None);
        self.publish();
        self.say_if_stopped();
    }

    /// Whether a replay stands in the way of an edit; says so.
    pub(super) fn is_replaying(self) -> bool {
        let replaying = self.replay.with_untracked(Option::is_some);
        if replaying {
            self.refuse(t!("The run is still catching up: wait a moment, or start from the beginning"));
        }
        replaying
    }

    /// Gives up a replay: the document stays, its run starts again from the beginning.
    pub fn cancel_replay(self) {
        if self.replay.get_untracked().is_some() {
            self.replay.set(None);
            self.restart();
        }
    }

    /// The hash of this document's run from its start to exactly `at`, from a fresh run beside the one on the screen.
    /// `None` if the session ended meanwhile.
    pub async fn trace_hash_at(self, at: SimTime) -> Option<u64> {
        let document = self.run.try_with_value(|run| run.editor.document().clone())?;
        let mut experiment = Experiment::new(&document);
        loop {
            let until = dom::now_ms() + SLICE_MS;
            while dom::now_ms() < until {
                // Fewer than it might have: it is there, or comes no further.
                if experiment.advance(at, SLICE_EVENTS) < SLICE_EVENTS {
                    return Some(experiment.trace_hash());
                }
            }
            dom::breathe().await;
        }
    }
}

//! Repeats and sweeps that are under way: in workers where the browser gives them, in slices on the page where not.
//! Knows no form and no figure.

mod pool;
mod worker;

use std::sync::Arc;

use leptos::prelude::*;

pub use worker::serve;

use crate::app::session::{Dialog, Session};
use crate::diagram::Document;
use crate::lab::trials::{Plan, Results};
use pool::Pool;

/// What the sheet is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The same diagram under several seeds.
    Repeat,
    /// One parameter over a range.
    Sweep,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Share of all the work, 0 to 1.
    pub share: f64,
    /// Runs that are done.
    pub done: usize,
    /// Runs in all.
    pub of: usize,
    /// Workers that take part; 0 while it runs on the page itself.
    pub workers: usize,
}

/// The handle, part of the session. Written by this module; views read.
#[derive(Clone, Copy)]
pub struct Trials {
    /// What the sheet shows.
    pub mode: RwSignal<Mode>,
    /// What has been measured, so far or the last time.
    pub results: RwSignal<Option<Arc<Results>>>,
    /// How far it has come, while it is under way.
    pub progress: RwSignal<Option<Progress>>,
    /// Why it ended early, in the chosen language.
    pub problem: RwSignal<Option<String>>,
    /// Counts beginnings.
    pub started: RwSignal<u32>,
    pool: StoredValue<Option<Pool>, LocalStorage>,
}

impl Trials {
    /// None under way.
    pub fn new() -> Trials {
        Trials {
            mode: RwSignal::new(Mode::Repeat),
            results: RwSignal::new(None),
            progress: RwSignal::new(None),
            problem: RwSignal::new(None),
            started: RwSignal::new(0),
            pool: StoredValue::new_local(None),
        }
    }

    /// Opens the sheet. What was measured on another diagram is put away.
    pub fn open(self, session: Session, mode: Mode) {
        self.mode.set(mode);
        let now = present(session);
        let same = |r: &Arc<Results>| r.plan.document.nodes == now.nodes && r.plan.document.links == now.links;
        if self.progress.with_untracked(Option::is_none) && self.results.with_untracked(|r| r.as_ref().is_some_and(|r| !same(r))) {
            self.results.set(None);
            self.problem.set(None);
        }
        session.show(Some(Dialog::Trials));
    }

    /// Begins; what was under way ends. The plan has been checked.
    pub fn start(self, plan: Plan) {
        self.cancel();
        self.problem.set(None);
        self.results.set(Some(Arc::new(Results::new(plan.clone()))));
        self.started.update(|n| *n += 1);
        let of = plan.jobs();
        self.progress.set(Some(Progress { share: 0.0, done: 0, of, workers: 0 }));
        self.pool.set_value(Some(Pool::start(self, plan)));
    }

    /// Ends what is under way. What has been measured stays.
    pub fn cancel(self) {
        self.pool.set_value(None);
        self.progress.set(None);
    }

    /// A run is done.
    fn put(self, job: usize, sample: Vec<f64>) {
        self.results.update(|results| {
            if let Some(results) = results {
                Arc::make_mut(results).put(job, sample);
            }
        });
    }

    /// The work is at this share.
    fn report(self, share: f64, workers: usize) {
        let (done, of) = self.results.with_untracked(|r| r.as_ref().map_or((0, 0), |r| (r.done(), r.plan.jobs())));
        if done == of {
            self.cancel();
        } else {
            self.progress.set(Some(Progress { share, done, of, workers }));
        }
    }

    fn fail(self, why: String) {
        self.cancel();
        self.problem.set(Some(why));
    }
}

impl Default for Trials {
    fn default() -> Self {
        Trials::new()
    }
}

/// The diagram as it stands, to be run afresh: without the faults of the present run.
pub fn present(session: Session) -> Document {
    session.document().folded()
}

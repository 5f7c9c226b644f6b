//! One run of a plan: forward in slices, so that whoever runs it can breathe between them.
//! Knows no clock but the run's own; how it is sliced changes no result.

use super::metric::{Metric, Place};
use crate::diagram::Document;
use crate::engine::SimTime;
use crate::lab::report::Report;
use crate::lab::Experiment;

/// A run under way.
#[derive(Debug)]
pub struct Trial {
    experiment: Experiment,
    place: Option<Place>,
    warmup: SimTime,
    end: SimTime,
    /// The report at the end of the warm-up, once it is over.
    before: Option<Report>,
}

impl Trial {
    /// At its start.
    pub fn new(document: &Document, focus: Option<&str>, warmup_s: f64, run_s: f64) -> Trial {
        Trial {
            experiment: Experiment::new(document).without_stories(),
            place: focus.and_then(|id| Place::of(document, id)),
            warmup: SimTime::from_secs_f64(warmup_s),
            end: SimTime::from_secs_f64(warmup_s + run_s),
            before: None,
        }
    }

    /// Goes on for about so many events. Returns whether it is done.
    pub fn advance(&mut self, events: u64) -> bool {
        let mut left = events.max(1);
        if self.before.is_none() {
            let handled = self.experiment.advance(self.warmup, left);
            if handled >= left {
                return false;
            }
            left -= handled;
            self.experiment.reset_statistics();
            self.before = Some(self.experiment.report());
        }
        self.experiment.advance(self.end, left) < left
    }

    /// Share done, 0 to 1.
    pub fn share(&self) -> f64 {
        self.experiment.now().as_secs_f64() / self.end.as_secs_f64().max(1e-9)
    }

    /// What was measured, in the order of [`Metric::ALL`]; the error says which books do not balance.
    pub fn sample(&self) -> Result<Vec<f64>, String> {
        self.experiment.check_books()?;
        let after = self.experiment.report();
        let before = self.before.as_ref().ok_or("the run is not over")?;
        Ok(Metric::ALL.iter().map(|m| m.read(before, &after, self.place.as_ref())).collect())
    }
}

/// About how many events a simulated second of this diagram takes, from a short run at its start.
pub fn events_per_second(document: &Document) -> f64 {
    const MOST: u64 = 20_000;
    let mut experiment = Experiment::new(document).without_stories();
    let handled = experiment.advance(SimTime::from_secs_f64(5.0), MOST);
    handled as f64 / experiment.now().as_secs_f64().max(1e-3)
}

//! One run of a plan: forward in slices, so that whoever runs it can breathe between them.
//! Knows no clock but the run's own; how it is sliced changes no result.

use super::Metric;
use crate::diagram::Document;
use crate::engine::SimTime;
use crate::lab::Experiment;

/// A run under way.
#[derive(Debug)]
pub struct Trial {
    experiment: Experiment,
    /// The node that is measured.
    focus: Option<String>,
    warmup: SimTime,
    end: SimTime,
    /// Whether the warm-up is over.
    warm: bool,
}

impl Trial {
    /// At its start.
    pub fn new(document: &Document, focus: Option<&str>, warmup_s: f64, run_s: f64) -> Trial {
        Trial {
            experiment: Experiment::new(document).without_stories(),
            focus: focus.map(str::to_string),
            warmup: SimTime::from_secs_f64(warmup_s),
            end: SimTime::from_secs_f64(warmup_s + run_s),
            warm: false,
        }
    }

    /// Goes on for about so many events. Returns whether it is done.
    pub fn advance(&mut self, events: u64) -> bool {
        let mut left = events.max(1);
        if !self.warm {
            let handled = self.experiment.advance(self.warmup, left);
            if handled >= left {
                return false;
            }
            left -= handled;
            self.experiment.reset_statistics();
            self.warm = true;
        }
        self.experiment.advance(self.end, left) < left
    }

    /// Share done, 0 to 1.
    pub fn share(&self) -> f64 {
        self.experiment.now().as_secs_f64() / self.end.as_secs_f64().max(1e-9)
    }

    /// What was measured, in the order of [`Metric::ALL`]; the error says which books do not balance.
    pub fn sample(&self) -> Result<Vec<f64>, String> {
        if let Some(stopped) = self.experiment.stopped() {
            return Err(stopped.why);
        }
        self.experiment.check_books()?;
        let report = self.experiment.report();
        Ok(Metric::ALL.iter().map(|m| m.read(&report, self.focus.as_deref())).collect())
    }
}

/// About how many events a simulated second of this diagram takes, from a short run at its start.
pub fn events_per_second(document: &Document) -> f64 {
    const MOST: u64 = 20_000;
    let mut experiment = Experiment::new(document).without_stories();
    let handled = experiment.advance(SimTime::from_secs_f64(5.0), MOST);
    handled as f64 / experiment.now().as_secs_f64().max(1e-3)
}

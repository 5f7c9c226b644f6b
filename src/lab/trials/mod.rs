//! Many runs of one diagram: under several seeds, and with one parameter varied. Makes jobs of a plan, and means of results.
//! Knows not where the jobs are run.

mod estimate;
mod knob;
mod metric;
mod results;
pub mod suggest;
mod trial;

pub use estimate::{estimate, Estimate};
pub use knob::{spread, Knob, Owner};
pub use metric::{telling, Metric};
pub use results::Results;
pub use trial::{events_per_second, Trial};

use crate::diagram::Document;

/// Most seeds of a plan.
pub const MAX_SEEDS: u32 = 100;
/// Most values of the varied parameter.
pub const MAX_POINTS: usize = 50;
/// Longest run in simulated seconds.
pub const MAX_SECONDS: f64 = 100_000.0;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The diagram, which starts afresh in each run.
    pub document: Document,
    /// The node that is measured beside the system as a whole.
    pub focus: Option<String>,
    /// The parameter that is varied, with its values.
    pub vary: Option<(Knob, Vec<f64>)>,
    /// Runs at each value: the document's seed and those that follow it.
    pub seeds: u32,
    /// Simulated seconds before the measurement.
    pub warmup_s: f64,
    /// Simulated seconds measured.
    pub run_s: f64,
}

impl Plan {
    /// Values of the varied parameter; one if none is varied.
    pub fn points(&self) -> usize {
        self.vary.as_ref().map_or(1, |(_, values)| values.len())
    }

    /// Number of runs.
    pub fn jobs(&self) -> usize {
        self.points() * self.seeds as usize
    }

    /// Which point a job belongs to. The first jobs go once through all points, so that a curve shows early.
    pub fn point_of(&self, job: usize) -> usize {
        job % self.points().max(1)
    }

    /// The diagram at a point, under the document's own seed.
    pub fn document_at(&self, point: usize) -> Result<Document, String> {
        match &self.vary {
            None => Ok(self.document.clone()),
            Some((knob, values)) => {
                let value = values.get(point).ok_or_else(|| format!("there is no point {point}"))?;
                knob.set(&self.document, *value)
            }
        }
    }

    /// What a job runs. The same seeds serve at every point, so that points differ by the parameter and not by luck.
    pub fn document_of(&self, job: usize) -> Result<Document, String> {
        let mut document = self.document_at(self.point_of(job))?;
        document.seed = document.seed.wrapping_add((job / self.points().max(1)) as u64);
        Ok(document)
    }

    /// Whether it can be run; the error says what is wrong and what would be right.
    pub fn check(&self) -> Result<(), String> {
        let within = |what: &str, value: f64, low: f64, high: f64| match value {
            v if (low..=high).contains(&v) => Ok(()),
            _ => Err(format!("{what} must be from {low} to {high}")),
        };
        within("the number of seeds", f64::from(self.seeds), 1.0, f64::from(MAX_SEEDS))?;
        within("the seconds of a run", self.run_s, 0.1, MAX_SECONDS)?;
        within("the seconds before it", self.warmup_s, 0.0, MAX_SECONDS)?;
        within("the number of values", self.points() as f64, 1.0, MAX_POINTS as f64)?;
        if self.document.nodes.is_empty() {
            return Err("the diagram is empty".into());
        }
        (0..self.points()).try_for_each(|point| self.document_at(point).map(|_| ()))
    }
}

//! What queueing theory and its neighbours say of a node, where a formula fits; and why none does where not.
//! Decides from the document alone; measures nothing.

mod caches;
mod flow;
mod laws;
mod queues;
mod station;
mod stores;

use crate::components::Range;
use crate::diagram::Document;
use crate::lab::trials::{Knob, Metric, Owner};

/// One of the figures that a formula starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    /// Name, in English.
    pub label: &'static str,
    /// Value in `unit`.
    pub value: f64,
    /// `/s`, `ms`, `%` (a share from 0 to 1), `keys`; empty for pure numbers.
    pub unit: &'static str,
}

/// What theory says of a node in the steady state.
#[derive(Clone, Debug, PartialEq)]
pub struct Theory {
    /// The form, in Kendall's notation where it is a queue: `M/M/4`.
    pub name: String,
    /// Where the formula is from.
    pub source: &'static str,
    /// Whether the formula is exact for the model; otherwise a published approximation.
    pub exact: bool,
    /// What it gives.
    pub figures: Vec<(Metric, f64)>,
    /// What it starts from.
    pub inputs: Vec<Input>,
    /// By which factor the load can grow until the node is saturated, for a queue.
    pub saturates_at: Option<f64>,
}

impl Theory {
    /// A figure, if the formula gives it.
    pub fn figure(&self, metric: Metric) -> Option<f64> {
        self.figures.iter().find(|(m, _)| *m == metric).map(|(_, value)| *value).filter(|v| v.is_finite())
    }
}

/// What theory says of a node; the error says why no formula fits, as the end of a sentence. A cache has its hit ratio and a
/// replica its stale answers, beside what their lines may have.
pub fn of(document: &Document, node: &str) -> Result<Theory, String> {
    let node = document.node(node).ok_or("it is not there")?;
    let model = flow::model(node);
    if flow::instances(node) > 1 && (model.cache.is_some() || model.follower.is_some()) {
        return Err("it stands for several instances, each with data of its own".into());
    }
    match (model.cache, model.follower) {
        (Some(cache), _) => stores::cache(document, node, &cache),
        (_, Some(follower)) => match (stores::follower(document, node, &follower), station::theory(document, node)) {
            (Ok(mut stale), Ok(line)) => {
                stale.figures.extend(line.figures.into_iter().filter(|(m, _)| m.is_of_node()));
                Ok(stale)
            }
            (stale, _) => stale,
        },
        _ => station::theory(document, node),
    }
}

/// One figure of a node or, where it is the whole system, of that.
pub fn figure(document: &Document, node: Option<&str>, metric: Metric) -> Option<f64> {
    of(document, node?).ok()?.figure(metric)
}

/// The curve of a metric over a parameter: theory's value at each of `values`, `None` where no formula fits.
pub fn curve(document: &Document, knob: &Knob, values: &[f64], node: &str, metric: Metric) -> Vec<Option<f64>> {
    values.iter().map(|v| figure(&knob.set(document, *v).ok()?, Some(node), metric)).collect()
}

/// The knob that turns the load of a node, that of its first source, and the value at which the node is saturated where theory knows
/// and nobody else loads it.
pub fn load(document: &Document, node: Option<&str>) -> Option<(Knob, Option<f64>)> {
    let sources = node.and_then(|id| flow::arriving(document, id).ok()).map(|f| f.sources).unwrap_or_default();
    let any = document.nodes.iter().filter(|n| flow::model(n).source.is_some()).map(|n| n.id.clone());
    let knob = sources.iter().cloned().chain(any).find_map(|id| {
        let turns = |knob: &Knob| knob.telling(document).is_some_and(|t| t.range == Range::Load);
        Owner::Node(id).knobs(document).into_iter().map(|(knob, _)| knob).find(turns)
    })?;
    let now = knob.value(document)?;
    let theory = node.filter(|_| sources.len() == 1).and_then(|id| of(document, id).ok());
    Some((knob, theory.and_then(|t| t.saturates_at).map(|factor| now * factor)))
}

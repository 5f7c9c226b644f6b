//! What a component kind is: its face (for palette, inspector, reference) and its behaviour, with plain defaults.

use super::model::Model;
use super::signal::Signal;
use super::{Component, Core};
use crate::diagram::param::{ParamSpec, Values};
use crate::engine::behaviour::{Ctx, Ended, Next};
use crate::engine::link::Role;
use crate::engine::station::StationSpec;
use crate::engine::under_way::Job;
use crate::engine::{JobKey, LinkIndex, NodeIndex, Outcome, Reason, SimDuration};

/// Section of the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Sources of requests: their results are those of clients.
    Traffic,
    /// What spreads requests.
    Edge,
    /// What works.
    Compute,
    /// What holds data.
    Data,
}

impl Group {
    /// Heading in the palette.
    pub fn label(self) -> &'static str {
        match self {
            Group::Traffic => "Traffic",
            Group::Edge => "Edge",
            Group::Compute => "Compute",
            Group::Data => "Data",
        }
    }
}

/// Which of the calling rules on the links from a node (when, how often, in what order) its behaviour goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// All: it calls its links stage by stage.
    Stages,
    /// Only these: it takes one of its links itself for each request.
    Choice(&'static [&'static str]),
    /// None: it calls nobody.
    None,
}

/// The figure under the name on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headline {
    /// Requests finished per second.
    Rate,
    /// The same, with the share that went well.
    RateAndSuccess,
    /// The kind's first gauge.
    FirstGauge,
}

/// A parameter that tells much when it is varied, and over what range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telling {
    /// Its name.
    pub param: &'static str,
    /// The range.
    pub range: Range,
}

/// Over what range to vary a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// It turns the load: up to just before the node that it loads is saturated, where theory knows when that is.
    Load,
    /// From so many times less to so many times more, by factors.
    Factors(f64),
    /// From nothing to twice what it is, and at least to this.
    From0(f64),
    /// Around what it is.
    Around,
}

/// The face of a kind: all that palette, inspector, reader and reference need. What it does and what its model takes for granted is
/// told in `assets/kinds/<id>.md`.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Name in a file: `load_balancer`.
    pub id: &'static str,
    /// Name on the screen: `Load balancer`.
    pub label: &'static str,
    /// Name of the icon (Lucide): `scale`.
    pub icon: &'static str,
    /// Where in the palette.
    pub group: Group,
    /// One sentence for a tooltip.
    pub summary: &'static str,
    /// Roles of the links that begin here; where both ends speak several, the first of these is meant.
    pub begins: &'static [Role],
    /// Roles of the links that end here.
    pub ends: &'static [Role],
    /// Rules that links from here are called by.
    pub rules: Rules,
    /// Declarations of the parameters that it alone has: see [`Kind::params`].
    pub(super) specs: fn() -> Vec<ParamSpec>,
    /// Whether one node may stand for several instances that know nothing of each other.
    pub has_members: bool,
    /// Parameters that tell most when they are varied, the most telling first.
    pub telling: &'static [Telling],
    /// What theory is told of it, at these (checked) values.
    pub theory: fn(&Values) -> Model,
    /// Whether workers and a waiting line are drawn on the card.
    pub has_station: bool,
    /// Whether it can be emptied.
    pub can_flush: bool,
    /// The figure under its name.
    pub headline: Headline,
}

/// What a gauge reads: what kind of number it is says what becomes of it over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// How things stand. Of a stretch of time its mean is told, of several members their sum.
    Level(f64),
    /// How things stand where the levels of several members do not add up, as lags do not: their mean is told.
    Each(f64),
    /// A count, or a sum, since the run began. Statistics that begin later tell what was added since.
    Total(f64),
    /// One such sum by another, as a share of looks or a mean over messages is: what was added to the one by what was added to the other.
    Ratio(f64, f64),
    /// The most there was since the statistics began: see [`Part::forget_peaks`].
    Peak(f64),
}

impl Reading {
    /// As a number; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        match self {
            Reading::Level(value) | Reading::Each(value) | Reading::Total(value) | Reading::Peak(value) => Some(value),
            Reading::Ratio(part, whole) => (whole > 0.0).then(|| part / whole),
        }
    }

    /// Of the time since an earlier reading of the same gauge.
    pub fn since(self, before: Reading) -> Reading {
        match (self, before) {
            (Reading::Total(now), Reading::Total(then)) => Reading::Total(now - then),
            (Reading::Ratio(part, whole), Reading::Ratio(part_then, whole_then)) => Reading::Ratio(part - part_then, whole - whole_then),
            _ => self,
        }
    }
}

/// One named figure of a node: `hit ratio 71 %`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauge {
    /// Stable name, as in the results file: `hit_ratio`.
    pub name: &'static str,
    /// Name on the screen: `hit ratio`; empty if it is for the results file only.
    pub label: &'static str,
    /// What it reads, in `unit`.
    pub reading: Reading,
    /// `%` (value from 0 to 1), `ms`, `keys`, `/s`, …
    pub unit: &'static str,
    /// Full scale, where there is one: a bar can be drawn.
    pub of: Option<f64>,
}

impl Gauge {
    /// How things stand.
    pub fn level(name: &'static str, label: &'static str, value: f64, unit: &'static str) -> Gauge {
        Gauge { name, label, reading: Reading::Level(value), unit, of: None }
    }

    /// How things stand, where levels do not add up.
    pub fn each(name: &'static str, label: &'static str, value: f64, unit: &'static str) -> Gauge {
        Gauge { name, label, reading: Reading::Each(value), unit, of: None }
    }

    /// A count or a sum since the run began.
    pub fn total(name: &'static str, label: &'static str, value: f64, unit: &'static str) -> Gauge {
        Gauge { name, label, reading: Reading::Total(value), unit, of: None }
    }

    /// A sum by another since the run began.
    pub fn ratio(name: &'static str, label: &'static str, (part, whole): (f64, f64), unit: &'static str) -> Gauge {
        Gauge { name, label, reading: Reading::Ratio(part, whole), unit, of: None }
    }

    /// The most there was since the statistics began, for the results file.
    pub fn peak(name: &'static str, value: f64) -> Gauge {
        Gauge { name, label: "", reading: Reading::Peak(value), unit: "", of: None }
    }

    /// A count or a sum that is only for the results file.
    pub fn result(name: &'static str, value: f64) -> Gauge {
        Gauge::total(name, "", value, "")
    }

    /// With a full scale.
    pub fn of(self, full: f64) -> Gauge {
        Gauge { of: Some(full), ..self }
    }

    /// Its value in `unit`; `None` if there is nothing to tell it of.
    pub fn value(&self) -> Option<f64> {
        self.reading.value()
    }
}

/// A node's gauges, without memory of their own as long as they are no more than the kinds have.
pub type Gauges = smallvec::SmallVec<[Gauge; 10]>;

/// What a gauge may look at.
pub struct View<'a> {
    /// The world.
    pub core: &'a Core,
    /// The node.
    pub node: NodeIndex,
}

/// A component kind.
pub trait Part: Clone + std::fmt::Debug {
    /// Its face.
    const KIND: Kind;

    /// For the knob test: a small diagram in which each of its parameters matters.
    #[cfg(test)]
    fn bench() -> super::testing::Bench;

    /// Takes new values while running.
    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>);

    /// Empties it, if it is a cache. Returns whether it is.
    fn flush(&mut self) -> bool {
        false
    }
    /// Figures, most important first. Counts are since the run began: whoever tells them of a later time subtracts.
    fn gauges(&self, view: &View<'_>) -> Gauges {
        let _ = view;
        Gauges::new()
    }
    /// Jobs that it has completed and that were none of its callers' requests, but the upkeep of what it holds.
    fn upkeep(&self) -> u64 {
        0
    }
    /// Statistics begin anew: forgets the greatest so far, and how requests were spread. Counts go on.
    fn forget_peaks(&mut self) {}
    /// What it says of others.
    fn verdicts(&self, view: &View<'_>) -> Vec<(NodeIndex, &'static str)> {
        let _ = view;
        Vec::new()
    }
    /// How it spreads requests over others, as shares of 1.
    fn shares(&self, view: &View<'_>) -> Vec<(NodeIndex, f64)> {
        let _ = view;
        Vec::new()
    }
    /// A few held keys with versions, newest first.
    fn sample(&self) -> Vec<(u64, u64)> {
        Vec::new()
    }
    /// Cost per hour and per million operations.
    fn prices(&self) -> (f64, f64);

    /// Bytes that it takes beyond its own size, about, where that can be much.
    fn bytes(&self) -> usize {
        0
    }

    /// Workers and line.
    fn station(&self) -> StationSpec {
        StationSpec::UNLIMITED
    }
    /// The run begins, or the node was added, or it restarts.
    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        let _ = ctx;
    }
    /// Its process ends, and its memory is about to go: tells what is lost with it.
    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        let _ = ctx;
    }
    /// What is on its disk is about to go: tells what is lost with it.
    fn wiped(&mut self, ctx: &mut Ctx<'_, Component>) {
        let _ = ctx;
    }
    /// A timer fires.
    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        let _ = (ctx, token);
    }
    /// May the job come in?
    fn admit(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Result<(), Reason> {
        let _ = (ctx, job);
        Ok(())
    }
    /// How long a worker takes.
    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, concurrency: u32) -> SimDuration {
        let _ = (ctx, job, concurrency);
        SimDuration::ZERO
    }
    /// A request that it began takes its first step.
    fn begun(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let _ = (ctx, job);
        Next::Stages
    }
    /// Whether a request that it began outlives its crash.
    fn keeps(&self, job: &Job) -> bool {
        let _ = job;
        false
    }
    /// The worker is done with its own part.
    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let _ = (ctx, job);
        Next::Stages
    }
    /// A call it made has its answer.
    fn answered(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, link: LinkIndex, outcome: Outcome) -> Next {
        let _ = (ctx, job, link);
        Next::Reply(outcome)
    }
    /// An attempt that it has given up is answered after all: over which link, for which request, and which attempt it was.
    fn answered_late(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, request: u64, attempt: u32) {
        let _ = (ctx, link, request, attempt);
    }
    /// All stages are done, or one failed.
    fn stages_done(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, outcome: Outcome) -> Next {
        let _ = (ctx, job);
        Next::Reply(outcome)
    }
    /// Control traffic arrives. Every node that works answers a health check.
    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        if let Signal::HealthCheck { round } = signal {
            ctx.send_signal(link, Signal::Healthy { round }, 100);
        }
    }
    /// Control traffic that it sent comes back: the node at the other end is down.
    fn refused(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        let _ = (ctx, link, signal);
    }
    /// A request it began has ended. Returns whether it read an old value.
    fn ended(&mut self, ctx: &mut Ctx<'_, Component>, ended: Ended) -> bool {
        let _ = (ctx, ended);
        false
    }
}

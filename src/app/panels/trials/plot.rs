//! From results to a picture: what stands on the axes, how far they reach, which lines there are.
//! Runs and draws nothing itself.

use std::sync::Arc;

use crate::app::panels::{format, scale};
use crate::diagram::Document;
use crate::export::curve::{Curve, Tick, NARROW, SIZE};
use crate::lab::theory::{self, Theory};
use crate::lab::trials::{spread, Estimate, Metric, Plan, Results};

/// Values at which theory's line is drawn.
const FINE: usize = 61;

/// What theory says of the measured node, all along a plan.
pub struct Expected {
    /// At each point of the plan, or why it says nothing.
    pub points: Vec<Result<Theory, String>>,
    /// Between them, for the line.
    fine: Vec<(f64, Option<Theory>)>,
}

impl Expected {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Expected {
        let at = |document: Result<Document, String>| match &plan.focus {
            Some(node) => theory::of(&document?, node),
            None => Err(t!("no component is measured").to_string()),
        };
        let points = (0..plan.points()).map(|point| at(plan.document_at(point))).collect();
        let fine = plan.vary.as_ref().map_or(Vec::new(), |(knob, values)| {
            let (Some(first), Some(last)) = (values.first(), values.last()) else { return Vec::new() };
            let between = spread(*first, *last, FINE, is_log(plan), knob.is_whole(&plan.document));
            between.into_iter().map(|v| (v, at(knob.set(&plan.document, v)).ok())).collect()
        });
        Expected { points, fine }
    }

    /// A figure at a point of the plan.
    pub fn at(&self, point: usize, metric: Metric) -> Option<f64> {
        self.points.get(point)?.as_ref().ok()?.figure(metric)
    }

    fn line(&self, metric: Metric) -> Vec<Vec<(f64, f64)>> {
        let figures: Vec<Option<(f64, f64)>> = self.fine.iter().map(|(v, t)| Some((*v, t.as_ref()?.figure(metric)?))).collect();
        figures.split(Option::is_none).map(|piece| piece.iter().flatten().copied().collect()).filter(|p: &Vec<_>| !p.is_empty()).collect()
    }
}

/// Whether the values grow by factors rather than by steps: those between lie at the geometric mean of the ends.
pub fn is_log(plan: &Plan) -> bool {
    let Some((_, values)) = &plan.vary else { return false };
    let (Some(first), Some(last)) = (values.first().copied(), values.last().copied()) else { return false };
    let middle = values[values.len() / 2];
    let even = (first + last) / 2.0;
    first > 0.0 && last / first >= 4.0 && middle < (even + libm::sqrt(first * last)) / 2.0
}

/// What is varied: `Rate of Shoppers (requests/s)`.
pub fn varied(plan: &Plan) -> String {
    let Some((knob, _)) = &plan.vary else { return String::new() };
    let Some(spec) = knob.spec(&plan.document) else { return knob.param.clone() };
    let name = |id: &str| plan.document.node(id).map_or_else(|| id.to_string(), |n| n.name.clone());
    let owner = match &knob.owner {
        crate::lab::trials::Owner::Node(id) => name(id),
        crate::lab::trials::Owner::Link(id) => {
            plan.document.link(id).map_or_else(|| id.clone(), |l| format!("{} → {}", name(&l.from), name(&l.to)))
        }
    };
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" ({})", t!(spec.unit)) };
    t!("%{what} of %{name}", what = t!(spec.label), name = owner) + &unit
}

/// A metric with the node that it is of: `Utilisation here` becomes `Utilisation at Server`.
pub fn named(plan: &Plan, metric: Metric) -> String {
    let node = plan.focus.as_ref().and_then(|id| plan.document.node(id)).filter(|_| metric.is_of_node());
    match node {
        Some(node) => format!("{}: {}", node.name, t!(metric.label())),
        None => t!(metric.label()).to_string(),
    }
}

/// A picture without content, of a size that suits the page.
pub fn blank() -> Curve {
    let narrow = crate::app::dom::media("(max-width: 560px)");
    Curve { size: if narrow { NARROW } else { SIZE }, ..Curve::default() }
}

/// The picture of a metric.
pub fn curve(results: &Arc<Results>, expected: &Expected, metric: Metric) -> Curve {
    let plan = &results.plan;
    let points = plan.points();
    let text = |v: f64| format::with_unit(v, metric.unit());
    let mut curve = Curve {
        title: named(plan, metric),
        legend: [t!("Mean, 95 % interval").into(), String::new(), String::new(), String::new()],
        ..blank()
    };
    if plan.vary.is_some() {
        let estimates: Vec<(f64, Estimate)> =
            (0..points).filter_map(|p| Some((results.value_at(p), results.estimate(p, metric)?))).collect();
        curve.band = estimates.iter().map(|(at, e)| (*at, e.low.max(0.0), e.high)).collect();
        curve.line = estimates.iter().map(|(at, e)| (*at, e.mean)).collect();
        curve.theory = expected.line(metric);
        curve.range = (results.value_at(0), results.value_at(points.saturating_sub(1)));
        curve.log = is_log(plan);
        curve.across = varied(plan);
        curve.now =
            plan.vary.as_ref().and_then(|(knob, _)| knob.value(&plan.document)).filter(|v| (curve.range.0..=curve.range.1).contains(v));
        if curve.now.is_some() {
            curve.legend[3] = t!("As set now").into();
        }
        curve.across_ticks = across(curve.range, curve.log);
    } else {
        let samples = results.samples(0, metric);
        let last = f64::from(plan.seeds).max(2.0);
        curve.range = (0.5, last + 0.5);
        curve.dots = samples.iter().enumerate().filter(|(_, (_, v))| v.is_finite()).map(|(i, (_, v))| ((i + 1) as f64, *v)).collect();
        if let Some(e) = results.estimate(0, metric) {
            curve.band = vec![(curve.range.0, e.low.max(0.0), e.high), (curve.range.1, e.low.max(0.0), e.high)];
            curve.line = vec![(curve.range.0, e.mean), (curve.range.1, e.mean)];
        }
        if let Some(value) = expected.at(0, metric) {
            curve.theory = vec![vec![(curve.range.0, value), (curve.range.1, value)]];
        }
        curve.legend[1] = t!("One run").into();
        curve.across = t!("Run").into();
        let step = scale::round_step(last / 10.0).max(1.0);
        curve.across_ticks = (1..).map(|i| f64::from(i) * step).take_while(|v| *v <= last).map(|v| (v, format::figure(v))).collect();
    }
    if !curve.theory.is_empty() {
        curve.legend[2] = t!("Theory").into();
    }
    curve.top = top_of(&curve, metric);
    curve.up_ticks = scale::ticks(0.0, curve.top, 5).into_iter().map(|v| (v, text(v))).collect();
    curve
}

/// How far up: all that was measured, and of theory what is not far above it.
pub fn top_of(curve: &Curve, metric: Metric) -> f64 {
    let highest = |values: &mut dyn Iterator<Item = f64>| values.filter(|v| v.is_finite()).fold(0.0, f64::max);
    let measured = highest(&mut curve.band.iter().map(|(_, _, high)| *high).chain(curve.dots.iter().map(|(_, v)| *v)));
    let expected = highest(&mut curve.theory.iter().flatten().map(|(_, v)| *v));
    // Beside a mere dot, theory's line may reach further than beside a measured curve.
    let reach = if curve.band.is_empty() { 4.0 } else { 1.5 };
    let highest = if measured > 0.0 { measured.max(expected.min(measured * reach)) } else { expected };
    let top = highest * 1.05;
    match metric.unit() {
        "%" => top.clamp(0.01, 1.0),
        _ if top > 0.0 => top,
        _ => 1.0,
    }
}

/// Round values of the horizontal axis.
pub fn across((from, to): (f64, f64), log: bool) -> Vec<Tick> {
    let values = if log {
        let decades = libm::floor(libm::log10(from)) as i32..=libm::ceil(libm::log10(to)) as i32;
        let in_decade = decades.flat_map(|d| [1.0, 2.0, 5.0].map(|m| m * libm::pow(10.0, f64::from(d))));
        in_decade.filter(|v| (from * 0.999..=to * 1.001).contains(v)).collect()
    } else {
        scale::ticks(from, to, 6)
    };
    values.into_iter().map(|v| (v, format::figure(v))).collect()
}

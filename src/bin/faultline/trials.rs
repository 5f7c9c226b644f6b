//! `repeat` and `sweep`: a diagram under several seeds, and at several values of a parameter, as a table in CSV.
//! Means, intervals and theory's values are the laboratory's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::time::Duration;

use faultline::diagram::Document;
use faultline::lab::theory;
use faultline::lab::trials::{spread, suggest, Knob, Metric, Owner, Plan, Results, Trial};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{time, TrialOptions};
use crate::settings::known;
use crate::{input, settings, Outcome};

/// Simulated seconds of a run where none are named.
const USUAL_LENGTH: f64 = 60.0;
/// Values of a range where no number is named.
const USUAL_COUNT: usize = 9;

/// Runs a plan: with `vary`, a sweep.
pub fn trials(options: &TrialOptions, vary: Option<&str>) -> Result<Outcome, String> {
    let mut document = input::open(&options.subject.input)?.folded();
    settings::apply(&mut document, &options.subject)?;
    if let Some(node) = options.at.as_ref().filter(|id| document.node(id).is_none()) {
        return Err(format!("--at: {}", known(node, "node", document.nodes.iter().map(|n| &n.id))));
    }
    let vary = vary.map(|text| range(&document, text).map_err(|why| format!("--vary {text}: {why}"))).transpose()?;
    let varied = vary.as_ref().and_then(|(knob, _)| match &knob.owner {
        Owner::Node(id) => Some(id.as_str()),
        Owner::Link(_) => None,
    });
    let seconds = |d: Option<Duration>, usual: f64| d.map_or(usual, |d| d.as_secs_f64());
    let run_s = seconds(options.length, USUAL_LENGTH);
    let plan = Plan {
        focus: options.at.clone().or_else(|| suggest::focus(&document, varied)),
        document,
        vary,
        seeds: options.seeds,
        warmup_s: seconds(options.warmup, run_s / 5.0),
        run_s,
    };
    plan.check()?;
    let fitting = Metric::fitting(&plan.document, plan.focus.as_deref());
    let metrics = match options.measures.as_slice() {
        [] => fitting,
        names => names.iter().map(|name| measure(name.trim(), &fitting)).collect::<Result<_, _>>()?,
    };
    let mut results = run(&plan)?;
    results.metrics = metrics;
    let expected = |point, metric| theory::figure(&plan.document_at(point).ok()?, plan.focus.as_deref(), metric);
    Ok(Outcome::done(match options.json {
        true => serde_json::to_string_pretty(&results.table(expected)).map_err(|e| e.to_string())? + "\n",
        false => results.csv(expected),
    }))
}

/// The measure of this name, if it can be measured here.
fn measure(name: &str, fitting: &[Metric]) -> Result<Metric, String> {
    let names: Vec<&str> = fitting.iter().map(|m| m.id()).collect();
    fitting.iter().copied().find(|m| m.id() == name).ok_or_else(|| {
        let why = match Metric::ALL.iter().any(|m| m.id() == name) {
            true => "cannot be measured here",
            false => "is not a measure",
        };
        format!("--measure: {name} {why}; what can be is {}", names.join(", "))
    })
}

/// `node.param=10..95` or `link:ID.param=0ms..2s`, with `/7` for the number of values and `log` for steps by factors.
fn range(document: &Document, text: &str) -> Result<(Knob, Vec<f64>), String> {
    const SHAPE: &str = "expected NODE.PARAM=FROM..TO, with /COUNT and then log if wanted, as in users.rate_per_s=10..90/9";
    let (target, values) = text.split_once('=').ok_or(SHAPE)?;
    let (owner, param) = target.trim().split_once('.').ok_or(SHAPE)?;
    let owner = match owner.strip_prefix("link:") {
        Some(id) if document.link(id).is_none() => return Err(known(id, "link", document.links.iter().map(|l| &l.id))),
        Some(id) => Owner::Link(id.into()),
        None if document.node(owner).is_none() => return Err(known(owner, "node", document.nodes.iter().map(|n| &n.id))),
        None => Owner::Node(owner.into()),
    };
    let knobs = owner.knobs(document);
    let Some((knob, spec)) = knobs.iter().find(|(k, _)| k.param == param) else {
        let names: Vec<&str> = knobs.iter().map(|(k, _)| k.param.as_str()).collect();
        return Err(format!("{param} cannot be varied; what can is {}", names.join(", ")));
    };
    let (ends, steps) = values.split_once('/').unwrap_or((values, ""));
    let steps = steps.trim();
    let (count, log) = steps.strip_suffix("log").map_or((steps, false), |count| (count.trim(), true));
    let count = if count.is_empty() { USUAL_COUNT } else { count.parse().map_err(|_| SHAPE)? };
    let number = |text: &str| {
        let plain = text.trim().parse::<f64>().ok();
        // Times may have their unit; without one they are milliseconds, as in a file.
        plain.or_else(|| time(text).ok().filter(|_| spec.unit == "ms").map(|d| d.as_secs_f64() * 1e3)).ok_or(SHAPE)
    };
    let (from, to) = ends.split_once("..").ok_or(SHAPE)?;
    let (from, to) = (number(from)?, number(to)?);
    if !(from < to && (2..=faultline::lab::trials::MAX_POINTS).contains(&count)) {
        return Err("the first value must be below the last, and there must be from 2 to 50".into());
    }
    Ok((knob.clone(), spread(from, to, count, log, knob.is_whole(document))))
}

/// All jobs, on as many threads as there are processors; the results do not depend on their number.
fn run(plan: &Plan) -> Result<Results, String> {
    let bar = ProgressBar::new(plan.jobs() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} runs, {eta} left") {
        bar.set_style(style);
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new((Results::new(plan.clone()), None::<String>));
    let work = || loop {
        let job = next.fetch_add(1, Ordering::Relaxed);
        if job >= plan.jobs() {
            return;
        }
        let sample = plan.document_of(job).and_then(|document| {
            let mut trial = Trial::new(&document, plan.focus.as_deref(), plan.warmup_s, plan.run_s);
            while !trial.advance(u64::MAX) {}
            trial.sample()
        });
        if let Ok(mut results) = results.lock() {
            match sample {
                Ok(sample) => results.0.put(job, sample),
                Err(why) => results.1 = Some(why),
            }
        }
        bar.inc(1);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(plan.jobs());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    bar.finish_and_clear();
    let (results, problem) = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    problem.map_or(Ok(results), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_with_units_and_steps() {
        let document = input::open("read-replicas").expect("it ships");
        let values = |text: &str| range(&document, text).map(|(knob, values)| (knob.param, values));
        assert_eq!(values("users.rate_per_s=10..30/3"), Ok(("rate_per_s".into(), vec![10.0, 20.0, 30.0])));
        assert_eq!(values("replica-b.apply_delay=0..2s/3"), Ok(("apply_delay".into(), vec![0.0, 1000.0, 2000.0])));
        assert_eq!(values("users.keys=10..1000/3log"), Ok(("keys".into(), vec![10.0, 100.0, 1000.0])));
        assert!(values("users.colour=1..2").is_err_and(|why| why.contains("rate_per_s")));
        assert!(values("nobody.rate_per_s=1..2").is_err_and(|why| why.contains("users")));
        assert!(values("users.rate_per_s=5..2").is_err() && values("users.rate_per_s").is_err());
    }
}

//! What was measured: one metric as a picture, all of it as a table, theory's word on it, and files to take away.
//! Starts nothing.

use std::sync::Arc;

use leptos::prelude::*;

use super::plot::{curve, named, varied, Expected};
use super::table::table;
use crate::app::live::{live, memo, piece};
use crate::app::panels::dialogs::export::raster;
use crate::app::panels::format;
use crate::app::session::Session;
use crate::app::storage::file_name;
use crate::app::trials::present;
use crate::app::words::translate;
use crate::export::curve::{Curve, SIZE};
use crate::export::Theme;
use crate::lab::trials::{telling, Metric, Plan, Results};
use crate::metrics::many_fail;

/// How much larger than on the page the picture is saved.
const FINER: f64 = 2.0;

/// The results of what runs or ran last.
#[component]
pub fn Outcome() -> impl IntoView {
    let session = Session::get();
    let trials = session.trials;
    // A plan that begins changes what theory says; a run that ends does not.
    let expected = Memo::new_with_compare(
        move |_| {
            trials.started.track();
            trials.results.with_untracked(|r| r.as_ref().map(|r| Arc::new(Expected::of(&r.plan))))
        },
        |a: Option<&Option<Arc<Expected>>>, b: Option<&Option<Arc<Expected>>>| match (a, b) {
            (Some(Some(a)), Some(Some(b))) => !Arc::ptr_eq(a, b),
            _ => true,
        },
    );
    let chosen = RwSignal::new(None::<Metric>);
    let metrics = memo(move || {
        trials.started.track();
        trials.results.with_untracked(|r| r.as_ref().map(|r| r.metrics.clone()).unwrap_or_default())
    });
    let metric = memo(move || {
        trials.started.track();
        let param = trials.results.with_untracked(|r| r.as_ref().and_then(|r| r.plan.vary.as_ref().map(|(k, _)| k.param.clone())));
        metrics.with(|m| chosen.get().filter(|c| m.contains(c)).unwrap_or_else(|| telling(param.as_deref(), m)))
    });
    let both = move || Some((trials.results.get()?, expected.get()?));
    // The form may say something else by now, and the diagram may be another.
    let about = memo(move || {
        trials.started.track();
        let plan = trials.results.with_untracked(|r| r.as_ref().map(|r| r.plan.clone()));
        plan.map(|plan| {
            let now = present(session);
            let same = plan.document.nodes == now.nodes && plan.document.links == now.links;
            let said = what_ran(&plan);
            if same {
                said
            } else {
                format!("{said}. {}", t!("The diagram has changed since"))
            }
        })
    });
    let options = move || {
        let plan = trials.results.with_untracked(|r| r.as_ref().map(|r| r.plan.clone()));
        let options = metrics.get().into_iter().map(|m| {
            let name = plan.as_ref().map_or_else(|| t!(m.label()).to_string(), |plan| named(plan, m));
            view! { <option value=m.id() selected=live(move || metric.get() == m)>{name}</option> }
        });
        options.collect_view()
    };
    let choose = move |e| {
        let id = event_target_value(&e);
        chosen.set(Metric::ALL.into_iter().find(|m| m.id() == id));
    };
    let picture = move || both().map(|(results, expected)| curve(&results, &expected, metric.get()).svg(|token| format!("var({token})")));
    let summary = move || both().map(|(results, expected)| summary(&results, &expected, metric.get()));
    let save_csv = move |_| {
        if let Some((results, expected)) = untrack(both) {
            let name = file_name(&results.plan.document, if results.plan.vary.is_some() { "sweep.csv" } else { "repeat.csv" });
            session.offer_file(&name, "text/csv", &results.csv(|point, metric| expected.at(point, metric)));
        }
    };
    let save_png = move |_| {
        if let Some((results, expected)) = untrack(both) {
            let name = file_name(&results.plan.document, if results.plan.vary.is_some() { "sweep.png" } else { "repeat.png" });
            let whole = Curve { size: SIZE, ..curve(&results, &expected, metric.get_untracked()) };
            let svg = whole.svg(|token| Theme::Light.colour(token).into());
            raster(session, &svg, FINER, name);
        }
    };
    view! {
        <section class="trial-outcome" aria-label=t!("Results")>
            <div class="trial-head">
                <label>
                    <span>{t!("Show")}</span>
                    <select on:change=choose>{piece(options)}</select>
                </label>
                <span class="trial-takings">
                    <button type="button" class="button outlined" on:click=save_csv>{t!("Save as CSV")}</button>
                    <button type="button" class="button outlined" on:click=save_png>{t!("Save as PNG")}</button>
                </span>
            </div>
            <p class="quiet">{piece(move || about.get())}</p>
            {piece(move || both().and_then(|(results, _)| failures(&results, metric.get())).map(|said| view! { <p class="quiet">{said}</p> }))}
            <div class="trial-picture" role="img" aria-label=live(summary) inner_html=live(picture)></div>
            <p class="trial-word">{piece(move || expected.get().map(|e| word(&e, metric.get())))}</p>
            {piece(move || both().map(|(results, expected)| table(&results, &expected, metric.get())))}
        </section>
    }
}

/// What to know of the latencies of those that went well, where many did not.
fn failures(results: &Results, metric: Metric) -> Option<String> {
    let least = results.least_availability().filter(|share| metric.is_of_successes() && many_fail(Some(*share)))?;
    let share = format::with_unit(1.0 - least, "%");
    Some(t!(
        "Up to %{share} of the requests failed, and are not in this: see availability, and latency with failures included",
        share = share
    ))
}

/// What was run.
fn what_ran(plan: &Plan) -> String {
    let (seeds, time) = (format::count(u64::from(plan.seeds)), format::millis(plan.run_s * 1e3));
    match &plan.vary {
        Some(_) => {
            let count = format::count(plan.points() as u64);
            t!("%{what} at %{count} values, %{seeds} runs of %{time} each", what = varied(plan), count = count, seeds = seeds, time = time)
        }
        None => t!("%{seeds} runs of %{time}", seeds = seeds, time = time),
    }
}

/// The picture in a sentence.
fn summary(results: &Results, expected: &Expected, metric: Metric) -> String {
    let plan = &results.plan;
    let text = |v: f64| format::with_unit(v, metric.unit());
    let measured = |p: usize| results.estimate(p, metric).map(|e| e.mean);
    let name = named(plan, metric);
    let last = plan.points().saturating_sub(1);
    let said = match (plan.vary.is_some(), measured(0), measured(last)) {
        (true, Some(first), Some(end)) => t!(
            "%{name}: from %{first} to %{last} as %{what} goes from %{from} to %{to}",
            name = name,
            first = text(first),
            last = text(end),
            what = varied(plan),
            from = format::figure(results.value_at(0)),
            to = format::figure(results.value_at(last))
        ),
        (false, Some(mean), _) => t!("%{name}: %{value} on average", name = name, value = text(mean)),
        _ => name,
    };
    match expected.at(last, metric) {
        Some(value) => format!("{said}. {}", t!("Theory at the end: %{value}", value = text(value))),
        None => said,
    }
}

/// Whose line the dashed one is, or why there is none.
fn word(expected: &Expected, metric: Metric) -> String {
    let mut solved = expected.points.iter().filter_map(|p| p.as_ref().ok());
    let fitting = solved.rfind(|t| t.figure(metric).is_some());
    if let Some(theory) = fitting {
        let name = translate(&theory.name).into_owned();
        let source = translate(theory.source).into_owned();
        return match theory.exact {
            true => t!("Theory: %{name}, exact. %{source}", name = name, source = source),
            false => t!("Theory: %{name}, an approximation. %{source}", name = name, source = source),
        };
    }
    match expected.points.iter().find_map(|p| p.as_ref().err()) {
        Some(why) => t!("No theory here: %{why}", why = translate(why)),
        None => t!("Theory says nothing of this figure here").to_string(),
    }
}

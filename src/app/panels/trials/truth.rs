//! How true is this: what the model of a component assumes, what real systems do beyond it, theory beside what was measured,
//! and what the engine has been checked against. Measures nothing itself.

use std::sync::Arc;

use leptos::prelude::*;

use super::plot::top_of;
use crate::app::live::{live, piece};
use crate::app::panels::told::told;
use crate::app::panels::{format, scale};
use crate::app::session::Session;
use crate::app::trials::{present, Mode};
use crate::app::words::translate;
use crate::components::{self, Explanation};
use crate::diagram::Document;
use crate::export::curve::Curve;
use crate::lab::theory::{self, Theory};
use crate::lab::trials::{spread, suggest, Metric};

/// How the engine is checked.
const SOURCES: &[&str] = &[
    text!("Conservation of requests, attempts and jobs, and Little's law, hold exactly in integer time in every test run; repeats and sweeps check them after each run."),
    text!("Means and shares are compared with queueing theory and published tables, several seeds each: they must agree within four standard errors, and these may be 2 % of the value at most."),
    text!("The command faultline validate runs all of it and writes the report, with every case, its source, what was expected and what was measured."),
];

/// The sheet's content.
#[component]
pub fn Truth() -> impl IntoView {
    let session = Session::get();
    session.publish();
    let document = Arc::new(present(session));
    let selected = session.selection.with_untracked(|s| s.only_node().map(String::from));
    let link_selected = session.selection.with_untracked(|s| s.only_link().is_some());
    let first = selected.clone().or_else(|| suggest::focus(&document, None).filter(|_| !link_selected));
    let chosen = RwSignal::new(first.unwrap_or_default());
    let names: Vec<(String, String)> = document.nodes.iter().map(|n| (n.id.clone(), n.name.clone())).collect();
    let options = names.into_iter().map(|(id, name)| {
        let value = id.clone();
        view! { <option value=value selected=live(move || chosen.with(|c| *c == id))>{name}</option> }
    });
    let content = move || {
        let id = chosen.get();
        let Some(node) = document.node(&id) else { return told("link", of_model) };
        view! {
            <Compared document=document.clone() node=id.clone()/>
            {components::kind(&node.kind).map(|kind| told(kind.id, of_model))}
        }
        .into_any()
    };
    view! {
        <div class="truth">
            <label class="truth-choice">
                <span>{t!("About")}</span>
                <select on:change=move |e| chosen.set(event_target_value(&e))>
                    {options.collect_view()}
                    <option value="" selected=live(move || chosen.with(String::is_empty))>{t!("Links")}</option>
                </select>
            </label>
            {piece(content)}
            <h3>{t!("What the engine has been checked against")}</h3>
            <ul>{SOURCES.iter().map(|text| view! { <li>{t!(*text)}</li> }).collect_view()}</ul>
            // Beside the site, not in the single file.
            <p class="beside-site"><a href="./validation.html" target="_blank">{t!("Every case: where it is from, what was expected, what was measured (in English)")}</a></p>
        </div>
    }
}

/// What the model of a kind, or of links, assumes and leaves out.
fn of_model(id: &str, model: &Explanation) -> AnyView {
    let name = t!(components::kind(id).map_or("Link", |kind| kind.label));
    let list = |texts: &[String]| texts.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    view! {
        <div class="truth-two">
            <section>
                <h3>{t!("What the model assumes: %{what}", what = name)}</h3>
                <ul>{list(&model.assumes)}</ul>
            </section>
            <section>
                <h3>{t!("What real systems do beyond it")}</h3>
                <ul>{list(&model.beyond)}</ul>
            </section>
        </div>
    }
    .into_any()
}

/// Theory beside what this run has measured at a node.
#[component]
fn Compared(document: Arc<Document>, node: String) -> impl IntoView {
    let session = Session::get();
    let theory = match theory::of(&document, &node) {
        Ok(theory) => theory,
        Err(why) => {
            return view! {
                <h3>{t!("Theory and this run")}</h3>
                <p>{t!("No theory here: %{why}", why = translate(&why))}</p>
            }
            .into_any();
        }
    };
    let report = session.with_experiment(|e| e.report());
    let measured = |metric: Metric| Some(metric.read(&report, Some(&node))).filter(|v| v.is_finite());
    let rows = theory.figures.iter().map(|(metric, value)| {
        let text = |v: f64| format::with_unit(v, metric.unit());
        view! {
            <tr>
                <th scope="row">{t!(metric.label())}</th>
                <td>{text(*value)}</td>
                <td>{measured(*metric).map_or_else(|| "–".into(), text)}</td>
            </tr>
        }
    });
    let inputs = theory.inputs.iter().map(|input| {
        view! { <span>{t!(input.label)}" "<b>{format::with_unit(input.value, input.unit)}</b></span> }
    });
    let kind = match theory.exact {
        true => t!("%{name}, exact for this model. %{source}", name = translate(&theory.name), source = translate(theory.source)),
        false => t!("%{name}, an approximation. %{source}", name = translate(&theory.name), source = translate(theory.source)),
    };
    let picture = picture(&document, &node, &theory, &measured).map(|curve| {
        let summary = format!("{}: {}", curve.title, curve.across);
        let svg = curve.svg(|token| format!("var({token})"));
        view! { <div class="trial-picture" role="img" aria-label=summary inner_html=svg></div> }
    });
    let passed = format::seconds(report.measured_s);
    view! {
        <h3>{t!("Theory and this run")}</h3>
        <p>{kind}</p>
        <p class="truth-inputs">{inputs.collect_view()}</p>
        {picture}
        <div class="trial-table" tabindex="0" role="region" aria-label=t!("Theory and this run")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("Figure")}</th>
                        <th scope="col">{t!("Theory, in the long run")}</th>
                        <th scope="col">{t!("Measured in %{time}", time = passed)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="quiet">{t!("A short run, a change or a fault on the way takes figures away from the long run. Repeats tell chance from error")}</p>
        <div class="trial-go">
            <button type="button" class="button outlined" on:click=move |_| session.trials.open(session, Mode::Repeat)>{t!("Repeat over seeds")}</button>
            <button type="button" class="button outlined" on:click=move |_| session.trials.open(session, Mode::Sweep)>{t!("Sweep a parameter")}</button>
        </div>
    }
    .into_any()
}

/// The figure that a theory is about.
fn telling(theory: &Theory) -> Option<Metric> {
    [Metric::HitRatio, Metric::StaleAnswers, Metric::Stay].into_iter().find(|m| theory.figure(*m).is_some())
}

/// Theory's curve, over the load or what is telling of a store, with what was measured as a dot.
fn picture(document: &Document, node: &str, theory: &Theory, measured: &impl Fn(Metric) -> Option<f64>) -> Option<Curve> {
    let metric = telling(theory)?;
    let owner = crate::lab::trials::Owner::Node(node.to_string());
    let found = match metric {
        Metric::Stay => suggest::around(document, theory::load(document, Some(node))?.0, Some(node)),
        _ => suggest::suggest(document, Some(&owner), Some(node))?,
    };
    let (from, to) = found.range;
    let values = spread(from, to, 61, found.by_factors, found.knob.is_whole(document));
    let figures = theory::curve(document, &found.knob, &values, node, metric);
    let line: Vec<(f64, f64)> = values.iter().zip(figures).filter_map(|(v, f)| Some((*v, f?))).collect();
    let now = found.knob.value(document)?;
    let inside = (from..=to).contains(&now);
    let spec = found.knob.spec(document)?;
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" ({})", t!(spec.unit)) };
    let owner = match &found.knob.owner {
        crate::lab::trials::Owner::Node(id) | crate::lab::trials::Owner::Link(id) => {
            document.node(id).map_or(id.as_str(), |n| n.name.as_str())
        }
    };
    let dots: Vec<(f64, f64)> = measured(metric).filter(|_| inside).map(|v| (now, v)).into_iter().collect();
    let mut curve = Curve {
        title: t!(metric.label()).into(),
        across: t!("%{what} of %{name}", what = t!(spec.label), name = owner) + &unit,
        log: found.by_factors,
        legend: [String::new(), if dots.is_empty() { String::new() } else { t!("This run").into() }, t!("Theory").into(), String::new()],
        theory: vec![line],
        dots,
        range: (from, to),
        ..super::plot::blank()
    };
    curve.across_ticks = super::plot::across(curve.range, curve.log);
    curve.top = top_of(&curve, metric);
    curve.up_ticks = scale::ticks(0.0, curve.top, 5).into_iter().map(|v| (v, format::with_unit(v, metric.unit()))).collect();
    Some(curve)
}

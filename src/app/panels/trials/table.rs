//! Results as a table: for those who read figures rather than lines, and beside the picture of a repeat.
//! Computes no figure of its own.

use std::sync::Arc;

use leptos::prelude::*;

use super::plot::{named, varied, Expected};
use crate::app::panels::format;
use crate::lab::trials::{Estimate, Metric, Results};

/// The rows of a repeat are metrics; those of a sweep are the values of its parameter.
pub fn table(results: &Arc<Results>, expected: &Expected, metric: Metric) -> impl IntoView {
    let plan = &results.plan;
    let sweep = plan.vary.is_some();
    let rows: Vec<(String, Option<Estimate>, Option<f64>, Metric)> = if sweep {
        let row = |p: usize| (format::figure(results.value_at(p)), results.estimate(p, metric), expected.at(p, metric), metric);
        (0..plan.points()).map(row).collect()
    } else {
        let row = |m: &Metric| (named(plan, *m), results.estimate(0, *m), expected.at(0, *m), *m);
        results.metrics.iter().map(row).collect()
    };
    let has_theory = rows.iter().any(|(_, _, theory, _)| theory.is_some());
    let rows = rows.into_iter().map(|(head, found, theory, metric)| {
        let text = |v: f64| format::with_unit(v, metric.unit());
        let mean = found.map_or_else(|| "–".into(), |e| text(e.mean));
        let interval =
            found.filter(|e| e.samples > 1).map_or_else(|| "–".into(), |e| t!("%{low} to %{high}", low = text(e.low), high = text(e.high)));
        // What theory gives and the interval does not hold is worth a look.
        let apart = found.zip(theory).is_some_and(|(e, t)| e.samples > 1 && !(e.low..=e.high).contains(&t));
        view! {
            <tr>
                <th scope="row">{head}</th>
                <td>{mean}</td>
                <td>{interval}</td>
                {has_theory.then(|| view! {
                    <td class:apart=apart title=apart.then(|| t!("Outside of the interval"))>{theory.map_or_else(|| "–".into(), text)}</td>
                })}
            </tr>
        }
    });
    view! {
        <div class="trial-table" tabindex="0" role="region" aria-label=t!("Results as a table")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{if sweep { varied(plan) } else { t!("Figure").to_string() }}</th>
                        <th scope="col">{if sweep { named(plan, metric) } else { t!("Mean").to_string() }}</th>
                        <th scope="col">{t!("95 % interval")}</th>
                        {has_theory.then(|| view! { <th scope="col">{t!("Theory")}</th> })}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

//! The charts' twin for those who read figures rather than lines: the latest buckets as a table.
//! Computes no figure of its own.

use leptos::prelude::*;

use super::Shared;
use crate::app::live::piece;
use crate::app::panels::format;

/// Rows shown, newest first.
const ROWS: usize = 40;

/// The table of all charts in the set.
#[component]
pub(super) fn ChartTable(shared: Shared) -> impl IntoView {
    view! {
        <div class="chart-table" tabindex="0" role="region" aria-label=t!("Figures over time, newest first")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("Time")}</th>
                        {piece(move || shared.set.with(|set| {
                            set.charts
                                .iter()
                                .flat_map(|c| c.lines.iter().rev().map(|l| if c.lines.len() == 1 { c.title.clone() } else { format!("{} {}", c.title, l.label) }))
                                .map(|label| view! { <th scope="col">{label}</th> })
                                .collect_view()
                        }))}
                    </tr>
                </thead>
                <tbody>
                    {piece(move || shared.set.with(|set| {
                        let rows = set.spans.iter().enumerate().rev().take(ROWS);
                        rows.map(|(i, (start, _))| {
                            let cells = set
                                .charts
                                .iter()
                                .flat_map(|c| c.lines.iter().rev().map(move |l| c.value_text(l, i)))
                                .map(|text| view! { <td>{text}</td> })
                                .collect_view();
                            view! { <tr><th scope="row">{format::seconds(*start)}</th>{cells}</tr> }
                        })
                        .collect_view()
                    }))}
                </tbody>
            </table>
        </div>
    }
}

//! Nothing selected: what to do, the run's totals, and the requests worth a look.
//! Computes no figure of the run.

use leptos::prelude::*;

use super::figures::{availability, costs, Figure, Figures};
use super::requests::RecentRequests;
use super::slowly;
use crate::app::dom;
use crate::app::live::{memo, piece};
use crate::app::panels::format;
use crate::app::session::Session;
use crate::lab::report::Report;
use crate::metrics::many_fail;
use crate::order::Ordered;

/// The panel when nothing is selected.
#[component]
pub fn Overview() -> impl IntoView {
    let session = Session::get();
    let beat = slowly(session);
    let figures = Signal::derive(move || {
        beat.get();
        session.with_experiment(|e| figures(&e.report()))
    });
    let empty = memo(move || session.diagram.with(|d| d.nodes.is_empty()));
    let by_finger = dom::media("(pointer: coarse)");
    view! {
        <section class="subject" aria-label=t!("Overview")>
            <header class="subject-head">
                <h2>{t!("The whole system")}</h2>
                <p class="hint">
                    {piece(move || if empty.get() {
                        view! { {t!("Drag a component from the left onto the canvas, or open a starter")} }.into_any()
                    } else if by_finger {
                        view! { {t!("Tap a server, then Crash; tap a moving request to read its story")} }.into_any()
                    } else {
                        view! { {t!("Select a server and press K to crash it; click a moving request to read its story")} }.into_any()
                    })}
                </p>
            </header>
            <section class="group" aria-label=t!("Totals")>
                <h3>{t!("Requests since the start")}</h3>
                <Figures list=figures/>
            </section>
            <RecentRequests beat=beat/>
        </section>
    }
}

fn figures(report: &Report) -> Vec<Figure> {
    let totals = &report.totals;
    let ended: u64 = totals.ok + totals.failed.values().sum::<u64>();
    let share = |n: u64| (ended > 0).then(|| n as f64 / ended as f64);
    let row =
        |label: &str, n: u64, share: Option<f64>, tone: &'static str| Figure { label: label.into(), value: format::count(n), share, tone };
    let mut list = vec![
        row(t!("Sent"), totals.sent, None, "accent"),
        row(t!("In flight"), totals.in_flight, None, "accent"),
        row(t!("Ok"), totals.ok, share(totals.ok), "good"),
    ];
    let mut failed: Vec<_> = totals.failed.iter().filter(|(_, n)| **n > 0).collect();
    failed.order_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (reason, n) in failed {
        list.push(row(&t!("Failed: %{what}", what = format::words(reason)), *n, share(*n), "bad"));
    }
    let counts = &report.consistency.counts;
    if counts.stale_reads > 0 {
        list.push(row(t!("Stale reads"), counts.stale_reads, Some(counts.stale_reads as f64 / counts.reads.max(1) as f64), "odd"));
    }
    let latency = &totals.latency_ms;
    let time = |label: &str, ms: Option<f64>, tone: &'static str| Figure {
        label: label.into(),
        value: format::known(ms, "ms"),
        share: None,
        tone,
    };
    if ended > 0 {
        list.push(time(t!("Median latency"), latency.p50, "accent"));
        list.push(time(t!("99th percentile"), latency.p99, "accent"));
    }
    if many_fail(totals.availability) {
        list.push(time(t!("99th percentile, failed"), totals.latency_failed_ms.p99, "bad"));
        list.push(time(t!("99th percentile, all"), totals.latency_all_ms.p99, "bad"));
    }
    list.extend(totals.availability.map(availability));
    list.extend(costs(report.cost_per_hour, report.cost_per_million));
    list
}

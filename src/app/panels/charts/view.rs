//! One chart: title, current value, legend that reads the values under the crosshair, and its canvas.
//! Computes no figure of its own.

use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;
use web_sys::ResizeObserver;

use super::data::Chart;
use super::plot::{draw, Area};
use super::Shared;
use crate::app::live::{effect, live, memo, piece};
use crate::app::panels::format;
use crate::app::session::Session;

/// The chart of this name in the shared set.
#[component]
pub(super) fn ChartView(name: String, shared: Shared) -> impl IntoView {
    let session = Session::get();
    let canvas = NodeRef::<Canvas>::new();
    let area = StoredValue::new(Area::default());
    let size = sized(canvas);
    let id = StoredValue::new(name);
    let chart = memo(move || id.with_value(|id| shared.set.with(|s| s.charts.iter().find(|c| c.name == *id).cloned())));
    effect(move || {
        session.theme.track();
        let (Some(canvas), Some(chart)) = (canvas.get(), chart.get()) else { return };
        let size = size.get();
        let drawn = shared.set.with(|set| shared.marks.with(|marks| draw(&canvas, size, set, &chart, marks, shared.cross.get())));
        if let Some(drawn) = drawn {
            area.set_value(drawn);
        }
    });
    let read = move |pick: fn(&Chart) -> String| move || chart.with(|c| c.as_ref().map(pick).unwrap_or_default());
    let point = move |event: ev::PointerEvent| {
        let moment = area.with_value(|a| a.moment(f64::from(event.offset_x())));
        shared.cross.set(moment);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let set = shared.set.get_untracked();
        let last = set.spans.len().saturating_sub(1);
        let here = shared.cross.get_untracked().and_then(|m| set.at(m)).unwrap_or(last);
        let there = match event.key().as_str() {
            "ArrowLeft" => here.saturating_sub(1),
            "ArrowRight" => (here + 1).min(last),
            "PageUp" => here.saturating_sub(10),
            "PageDown" => (here + 10).min(last),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                shared.cross.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        shared.cross.set(set.spans.get(there).map(|(start, end)| (start + end) / 2.0));
    };
    // What a screen reader says while the arrow keys move along the chart.
    let spoken = move || {
        let set = shared.set.get();
        let bucket = shared.cross.get().and_then(|m| set.at(m)).or(set.spans.len().checked_sub(1));
        let (Some(bucket), Some(chart)) = (bucket, chart.get()) else { return String::new() };
        let at = set.spans.get(bucket).map_or(0.0, |(start, end)| (start + end) / 2.0);
        let values: Vec<_> = chart.lines.iter().rev().map(|l| format!("{} {}", l.label, chart.value_text(l, bucket))).collect();
        format!("{}: {}", format::seconds(at), values.join(", "))
    };
    let percent = move || {
        let end = shared.set.with(|s| s.end());
        shared.cross.get().map_or(100.0, |m| libm::round(m / end.max(1e-9) * 100.0)).to_string()
    };
    view! {
        <figure class="chart" data-chart=live(move || id.get_value())>
            <figcaption>
                <span class="chart-title">{read(|c| c.title.clone())}</span>
                <strong class="chart-now" title=t!("Now, over the last second. The points of a curve stand for more time the longer the run is")>{read(|c| c.headline.clone())}</strong>
            </figcaption>
            <div
                class="chart-plot"
                role="slider"
                tabindex="0"
                aria-label=live(move || t!("%{what} over time", what = read(|c| c.title.clone())()))
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=live(percent)
                aria-valuetext=live(spoken)
                on:pointermove=point
                on:pointerdown=point
                on:keydown=on_key
                on:blur=move |_| shared.cross.set(None)
            >
                <canvas node_ref=canvas aria-hidden="true"></canvas>
            </div>
            <Legend chart=chart shared=shared/>
            <p class="visually-hidden">{read(|c| c.summary.clone())}</p>
        </figure>
    }
}

/// The lines' names, with their values under the crosshair.
#[component]
fn Legend(chart: Memo<Option<Chart>>, shared: Shared) -> impl IntoView {
    let bucket = move || shared.cross.get().and_then(|m| shared.set.with(|s| s.at(m)));
    let entries = move || {
        let bucket = bucket();
        chart.with(|chart| {
            let Some(chart) = chart else { return Vec::new() };
            let single = chart.lines.len() == 1;
            let lines = chart.lines.iter().rev();
            lines.map(|l| (l.label.clone(), l.ink, bucket.map(|b| chart.value_text(l, b)), single)).collect()
        })
    };
    view! {
        <ul class="legend">
            {piece(move || entries().into_iter().map(|(label, ink, value, single)| {
                let dashes = ink.dash.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
                view! {
                    <li class:single=single>
                        <svg class="stroke" width="12" height="8" aria-hidden="true" style=format!("color: var({})", ink.token)>
                            <line x1="0" y1="4" x2="12" y2="4" stroke="currentColor" stroke-width="2" stroke-dasharray=dashes/>
                        </svg>
                        <span>{label}</span>
                        <b>{value}</b>
                    </li>
                }
            }).collect_view())}
        </ul>
    }
}

/// The canvas's size in CSS pixels, followed as long as the view lives. Asked only when it changes: it costs the page a layout.
fn sized(canvas: NodeRef<Canvas>) -> RwSignal<(f64, f64)> {
    let size = RwSignal::new((0.0, 0.0));
    let kept = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    effect(move || {
        let Some(canvas) = canvas.get() else { return };
        // The observer of a canvas that was there before must not outlive what it calls.
        kept.update_value(|kept| {
            if let Some((observer, _)) = kept.take() {
                observer.disconnect();
            }
        });
        let measured = canvas.clone();
        let told = Closure::<dyn FnMut()>::new(move || {
            let _ = size.try_set((f64::from(measured.client_width()), f64::from(measured.client_height())));
        });
        if let Ok(observer) = ResizeObserver::new(told.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            kept.set_value(Some((observer, told)));
        }
    });
    on_cleanup(move || {
        kept.try_update_value(|kept| {
            if let Some((observer, _)) = kept.take() {
                observer.disconnect();
            }
        });
    });
    size
}

//! How the latencies of requests are spread: bars on a logarithmic axis, with marks at the percentiles, and their table.
//! Counts nothing itself.

use leptos::ev;
use leptos::prelude::*;

use super::format;
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::scale::round_step;
use crate::app::session::Session;
use crate::lab::frame::LatencySpread;
use crate::metrics::latency::{LatencyBar, LatencySummary};
use crate::metrics::many_fail;

/// How many requests the bars are of.
fn count(spread: &LatencySpread) -> u64 {
    spread.bars.iter().map(|b| b.count).sum()
}

/// Where the axis begins and ends, in milliseconds: 1, 2 or 5 times a power of ten, around the bars.
fn axis(bars: &[LatencyBar]) -> (f64, f64) {
    let low = bars.first().map_or(1.0, |b| round_below(b.from_ms.max(b.to_ms / 2.0)));
    let high = bars.last().map_or(10.0, |b| round_step(b.to_ms));
    (low, high.max(low * 5.0))
}

/// The greatest 1, 2 or 5 times a power of ten that is not above.
fn round_below(ms: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(ms.max(1e-6))));
    [5.0, 2.0].into_iter().map(|step| step * power).find(|step| *step <= ms * 1.000_001).unwrap_or(power)
}

/// Round values on the axis, both ends among them.
fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let dense = high / low < 30.0;
    let mut list = vec![low];
    while let Some(next) = list.last().map(|last| round_step(last * 1.5)).filter(|next| *next < high * 1.000_001) {
        list.push(next);
    }
    let is_power = |ms: f64| (libm::log10(ms) - libm::round(libm::log10(ms))).abs() < 1e-6;
    list.retain(|ms| dense || is_power(*ms) || *ms == low || *ms > high * 0.999);
    list
}

/// Position on the axis, 0 to 1.
fn place((low, high): (f64, f64), ms: f64) -> f64 {
    (libm::log(ms.max(low) / low) / libm::log(high / low)).clamp(0.0, 1.0)
}

/// The outline of all bars, or of one, in a box of 1000 by 100.
fn outline(bars: &[LatencyBar], axis: (f64, f64), only: Option<usize>) -> String {
    let most = bars.iter().map(|b| b.count).max().unwrap_or(1).max(1) as f64;
    let bar = |b: &LatencyBar| {
        let (left, right) = (place(axis, b.from_ms) * 1000.0, place(axis, b.to_ms) * 1000.0);
        // A single request in a million is seen too.
        let height = (b.count as f64 / most * 100.0).max(1.5);
        format!("M{:.1} 100V{:.2}H{:.1}V100Z", left + 0.6, 100.0 - height, (right - 0.6).max(left + 0.6))
    };
    bars.iter().enumerate().filter(|(i, b)| b.count > 0 && only.is_none_or(|o| o == *i)).map(|(_, b)| bar(b)).collect()
}

/// A bar in words: `12.1 ms to 14.7 ms: 320 requests, 5.2 %; 83 % took at most this long`.
fn words(bars: &[LatencyBar], index: usize) -> String {
    let all = bars.iter().map(|b| b.count).sum::<u64>().max(1) as f64;
    let Some(bar) = bars.get(index) else { return String::new() };
    let until = bars[..=index].iter().map(|b| b.count).sum::<u64>() as f64;
    t!(
        "%{from} to %{to}: %{count} requests, %{share}; %{until} took at most this long",
        from = format::millis(bar.from_ms),
        to = format::millis(bar.to_ms),
        count = format::count(bar.count),
        share = format::with_unit(bar.count as f64 / all, "%"),
        until = format::availability(until / all)
    )
}

/// The percentiles that are marked: name, value, token of the colour.
fn marks(figures: &LatencySummary) -> Vec<(&'static str, f64, &'static str)> {
    let all =
        [("p50", figures.p50, "--good"), ("p95", figures.p95, "--warn"), ("p99", figures.p99, "--bad"), ("p99.9", figures.p999, "--odd")];
    all.into_iter().filter_map(|(name, ms, token)| Some((name, ms?, token))).collect()
}

/// The histogram, or its table.
#[component]
pub(super) fn Histogram(
    /// The clients whose requests are meant; all of them if none.
    client: Memo<Option<String>>,
    /// What it is called.
    #[prop(into)]
    title: Signal<String>,
    /// Whether the table is shown in its place.
    tabled: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::get();
    let spread: Memo<LatencySpread> = memo(move || {
        session.frame.track();
        session.with_experiment(|e| e.distribution(client.get().as_deref()))
    });
    let chosen = RwSignal::new(None::<f64>);
    let bounds = memo(move || spread.with(|s| axis(&s.bars)));
    // The bar under a moment of the axis, so that it stays while bars come and go.
    let at = move |bars: &[LatencyBar]| chosen.get().and_then(|ms| bars.iter().position(|b| ms < b.to_ms));
    let spoken = move || {
        spread.with(|s| match at(&s.bars) {
            Some(index) => words(&s.bars, index),
            None => summed(s),
        })
    };
    let box_ref = NodeRef::<leptos::html::Div>::new();
    let point = move |event: ev::PointerEvent| {
        let Some(rect) = box_ref.get_untracked().map(|b| b.get_bounding_client_rect()) else { return };
        let share = ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        let (low, high) = bounds.get_untracked();
        chosen.set(Some(low * libm::pow(high / low, share)));
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        let next = spread.with_untracked(|LatencySpread { bars, .. }| {
            let last = bars.len().saturating_sub(1);
            let here = chosen.get_untracked().and_then(|ms| bars.iter().position(|b| ms < b.to_ms));
            let index = match (key.as_str(), here) {
                ("ArrowLeft", here) => here.unwrap_or(last).saturating_sub(1),
                ("ArrowRight", here) => here.map_or(0, |i| (i + 1).min(last)),
                ("Home", _) => 0,
                ("End", _) => last,
                ("Escape", Some(_)) => return Some(None),
                _ => return None,
            };
            Some(bars.get(index).map(|b| (b.from_ms + b.to_ms) / 2.0))
        });
        let Some(next) = next else { return };
        event.prevent_default();
        event.stop_propagation();
        chosen.set(next);
    };
    let percent = move || {
        let bounds = bounds.get();
        chosen.get().map_or(0.0, |ms| libm::round(place(bounds, ms) * 100.0)).to_string()
    };
    let highest = move || {
        spread.with(|s| {
            let most = s.bars.iter().map(|b| b.count).max().unwrap_or(0);
            format::with_unit(most as f64 / count(s).max(1) as f64, "%")
        })
    };
    let labels = move || {
        let bounds = bounds.get();
        let label = |ms: f64| view! { <span style=format!("left: {:.2}%", place(bounds, ms) * 100.0)>{format::millis(ms)}</span> };
        ticks(bounds).into_iter().map(label).collect_view()
    };
    let lines = move || {
        let bounds = bounds.get();
        let (figures, few) = spread.with(|s| (marks(&s.ok), count(s) < 2));
        figures
            .into_iter()
            .filter(|_| !few)
            .map(|(name, ms, token)| {
                view! { <i style=format!("left: {:.2}%; color: var({token})", place(bounds, ms) * 100.0)><b>{name}</b></i> }
            })
            .collect_view()
    };
    let legend = move || {
        spread
            .with(|s| marks(&s.ok))
            .into_iter()
            .map(|(name, ms, token)| {
                view! { <li><span class="mark" style=format!("color: var({token})") aria-hidden="true"></span>{name} " " <b>{format::millis(ms)}</b></li> }
            })
            .collect_view()
    };
    let chart = move || {
        view! {
            <figure class="chart histogram" data-chart="histogram">
                <figcaption>
                    <span class="chart-title">{piece(move || title.get())}</span>
                    <strong class="chart-now">{piece(move || spread.with(|s| t!("%{count} requests", count = format::count(count(s)))))}</strong>
                </figcaption>
                <div
                    class="chart-plot"
                    role="slider"
                    tabindex="0"
                    aria-label=live(move || title.get())
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=live(percent)
                    aria-valuetext=live(spoken)
                    node_ref=box_ref
                    on:pointermove=point
                    on:pointerdown=point
                    on:pointerleave=move |_| chosen.set(None)
                    on:keydown=on_key
                    on:blur=move |_| chosen.set(None)
                >
                    <span class="histogram-top" aria-hidden="true">{piece(highest)}</span>
                    <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
                        <path class="bars" d=live(move || spread.with(|s| outline(&s.bars, bounds.get(), None)))></path>
                        <path class="bars chosen" d=live(move || spread.with(|s| {
                            at(&s.bars).map_or(String::new(), |i| outline(&s.bars, bounds.get(), Some(i)))
                        }))></path>
                    </svg>
                    <div class="histogram-marks" aria-hidden="true">{piece(lines)}</div>
                </div>
                <div class="histogram-axis" aria-hidden="true">{piece(labels)}</div>
                <ul class="legend">{piece(legend)}<li>{piece(move || spread.with(failures))}</li><li class="histogram-said">{piece(move || chosen.get().map(|_| spoken()))}</li></ul>
                <p class="visually-hidden">{piece(move || spread.with(summed))}</p>
            </figure>
        }
    };
    view! {
        <Show when=move || !tabled.get() fallback=move || view! { <Table spread=spread/> }>
            {chart()}
        </Show>
    }
}

/// The whole picture in a sentence.
fn summed(spread: &LatencySpread) -> String {
    let figures = &spread.ok;
    let of_ok = match count(spread) {
        0 => t!("No request has succeeded yet").into(),
        count => t!(
            "Of %{count} requests, half took at most %{p50}, 95 % at most %{p95}, 99 % at most %{p99}; the longest took %{max}",
            count = format::count(count),
            p50 = format::known(figures.p50, "ms"),
            p95 = format::known(figures.p95, "ms"),
            p99 = format::known(figures.p99, "ms"),
            max = format::known(figures.max, "ms")
        ),
    };
    match failures(spread) {
        Some(said) => format!("{of_ok}. {said}"),
        None => of_ok,
    }
}

/// How long the others took, where there are many: those that went well may be quick because the rest was given up.
fn failures(spread: &LatencySpread) -> Option<String> {
    let ok = spread.availability.filter(|_| many_fail(spread.availability))?;
    Some(t!(
        "%{share} failed, half of these within %{p50}; with them, 99 % took at most %{p99}",
        share = format::with_unit(1.0 - ok, "%"),
        p50 = format::known(spread.failed.p50, "ms"),
        p99 = format::known(spread.all.p99, "ms")
    ))
}

/// The same as figures.
#[component]
fn Table(spread: Memo<LatencySpread>) -> impl IntoView {
    let rows = move || {
        spread.with(|s| {
            let all = count(s).max(1) as f64;
            let mut until = 0;
            let rows = s.bars.iter().map(|bar| {
                until += bar.count;
                (bar.count > 0).then(|| {
                    view! {
                        <tr>
                            <th scope="row">{format::millis(bar.from_ms)}</th>
                            <td>{format::millis(bar.to_ms)}</td>
                            <td>{format::count(bar.count)}</td>
                            <td>{format::with_unit(bar.count as f64 / all, "%")}</td>
                            <td>{format::availability(until as f64 / all)}</td>
                        </tr>
                    }
                })
            });
            rows.collect_view()
        })
    };
    view! {
        <div class="chart-table" tabindex="0" role="region" aria-label=t!("Latencies of requests")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("From")}</th>
                        <th scope="col">{t!("To")}</th>
                        <th scope="col">{t!("Requests")}</th>
                        <th scope="col">{t!("Of all")}</th>
                        <th scope="col">{t!("At most this long")}</th>
                    </tr>
                </thead>
                <tbody>{piece(rows)}</tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(from_ms: f64, to_ms: f64, count: u64) -> LatencyBar {
        LatencyBar { from_ms, to_ms, count }
    }

    #[test]
    fn the_axis_is_round_numbers_around_the_bars() {
        let bars = [bar(12.1, 14.7, 3), bar(14.7, 17.8, 5), bar(681.0, 825.0, 1)];
        let (low, high) = axis(&bars);
        assert_eq!((low, high), (10.0, 1000.0));
        assert!((place((low, high), 100.0) - 0.5).abs() < 1e-9);
        assert_eq!(place((low, high), 0.0), 0.0);
        assert_eq!(ticks((10.0, 1000.0)), [10.0, 100.0, 1000.0]);
        assert_eq!(ticks((10.0, 200.0)), [10.0, 20.0, 50.0, 100.0, 200.0]);
    }

    #[test]
    fn a_bar_is_told_with_its_share_and_what_is_below() {
        let bars = [bar(10.0, 12.1, 3), bar(12.1, 14.7, 1)];
        assert_eq!(words(&bars, 0), "10 ms to 12.1 ms: 3 requests, 75 %; 75 % took at most this long");
    }
}

//! Live figures as a list: name, value, and a bar where there is a full scale.
//! Computes no figure of the run.

use leptos::prelude::*;

use crate::app::live::piece;
use crate::app::panels::format;
use crate::lab::frame::{Gauge, LinkFrame, NodeFrame};

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name.
    pub label: String,
    /// Value with its unit.
    pub value: String,
    /// Length of its bar, 0 to 1.
    pub share: Option<f64>,
    /// Tone of the bar: `good`, `warn`, `bad`, `accent`.
    pub tone: &'static str,
}

fn plain(label: &str, value: String) -> Figure {
    Figure { label: label.into(), value, share: None, tone: "accent" }
}

/// Busy is good until it is nearly full.
fn load_tone(share: f64) -> &'static str {
    match share {
        s if s >= 0.95 => "bad",
        s if s >= 0.8 => "warn",
        _ => "good",
    }
}

/// What share went well since the statistics began.
pub fn availability(share: f64) -> Figure {
    let tone = match share {
        s if s >= 0.999 => "good",
        s if s >= 0.99 => "warn",
        _ => "bad",
    };
    Figure { label: t!("Availability").into(), value: format::availability(share), share: Some(share), tone }
}

/// What something costs at the measured rate: an hour, and a million requests that went well.
pub fn costs(per_hour: f64, per_million: Option<f64>) -> Vec<Figure> {
    if per_hour <= 0.0 {
        return Vec::new();
    }
    let money = |value: f64| format::with_unit(value, "$");
    let million = per_million.map(|cost| plain(t!("Cost per million"), money(cost)));
    std::iter::once(plain(t!("Cost per hour"), money(per_hour))).chain(million).collect()
}

/// What a node shows, its kind's own figures first.
pub fn of_node(frame: &NodeFrame, has_station: bool) -> Vec<Figure> {
    let mut list: Vec<Figure> = frame.gauges.iter().map(of_gauge).collect();
    list.push(plain(t!("Finished"), format::with_unit(frame.rate_per_s, "/s")));
    if frame.refused_per_s > 0.0 {
        list.push(plain(t!("Turned away"), format::with_unit(frame.refused_per_s, "/s")));
    }
    let ok = Some(frame.ok_share).filter(|_| frame.rate_per_s + frame.refused_per_s > 0.0);
    let tone = if frame.ok_share < 0.99 { "bad" } else { "good" };
    list.push(Figure { label: t!("Of these ok").into(), value: format::known(ok, "%"), share: ok, tone });
    list.extend(frame.availability.map(availability));
    list.extend(costs(frame.cost_per_hour, None));
    if !has_station {
        return list;
    }
    let share = |part: usize, whole: Option<usize>| whole.map(|w| part as f64 / w.max(1) as f64);
    let of = |part: usize, whole: Option<usize>| match whole {
        Some(whole) => t!("%{part} of %{whole}", part = format::count(part as u64), whole = format::count(whole as u64)),
        None => format::count(part as u64),
    };
    let busy = share(frame.busy, frame.workers);
    list.push(Figure {
        label: t!("Busy workers").into(),
        value: of(frame.busy, frame.workers),
        share: busy,
        tone: busy.map_or("accent", load_tone),
    });
    let queue = share(frame.queue, frame.queue_limit);
    list.push(Figure {
        label: t!("Waiting").into(),
        value: of(frame.queue, frame.queue_limit),
        share: queue,
        tone: queue.map_or("warn", load_tone),
    });
    if frame.workers.is_some() {
        list.push(Figure {
            label: t!("Utilisation").into(),
            value: format::with_unit(frame.utilisation, "%"),
            share: Some(frame.utilisation),
            tone: load_tone(frame.utilisation),
        });
    }
    list
}

fn of_gauge(gauge: &Gauge) -> Figure {
    let known = gauge.value();
    let value = match (known, gauge.of) {
        (Some(value), Some(of)) if gauge.unit != "%" => {
            t!("%{part} of %{whole}", part = format::figure(value), whole = format::with_unit(of, gauge.unit))
        }
        (value, _) => format::known(value, gauge.unit),
    };
    let share = match (gauge.of, gauge.unit) {
        (Some(of), _) if of > 0.0 => known.map(|value| value / of),
        (None, "%") => known,
        _ => None,
    };
    Figure { label: format::sentence(t!(gauge.label)), value, share, tone: "accent" }
}

/// What a link shows.
pub fn of_link(frame: &LinkFrame) -> Vec<Figure> {
    if frame.replication {
        return vec![plain(t!("Log messages on the way"), format::count(frame.in_transit as u64))];
    }
    let tone = if frame.failed_share > 0.0 { "bad" } else { "good" };
    let mut figures = vec![
        plain(if frame.delivery { t!("Deliveries") } else { t!("Calls") }, format::with_unit(frame.rate_per_s, "/s")),
        Figure { label: t!("Failed").into(), value: format::with_unit(frame.failed_share, "%"), share: Some(frame.failed_share), tone },
        plain(if frame.delivery { t!("Unacknowledged") } else { t!("Open calls") }, format::count(frame.open as u64)),
        plain(t!("Messages on the way"), format::count(frame.in_transit as u64)),
    ];
    // What seldom happens is told where it has.
    let since = [
        (t!("Errors from further down, in all"), frame.passed_on),
        (t!("Lost on the way, in all"), frame.lost),
        (t!("Sent again, in all"), frame.retransmitted),
    ];
    figures.extend(since.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| plain(label, format::count(count))));
    figures
}

/// The list.
#[component]
pub fn Figures(
    /// The figures; their number seldom changes.
    #[prop(into)]
    list: Signal<Vec<Figure>>,
) -> impl IntoView {
    view! {
        <dl class="figures">
            {piece(move || list.get().into_iter().map(|figure| {
                let Figure { label, value, share, tone } = figure;
                view! {
                    <div class="figure" data-tone=tone>
                        <dt>{label}</dt>
                        <dd>{value}</dd>
                        {share.map(|s| view! {
                            <div class="figure-bar" aria-hidden="true"><i style=format!("width: {:.1}%", s.clamp(0.0, 1.0) * 100.0)></i></div>
                        })}
                    </div>
                }
            }).collect_view())}
        </dl>
    }
}

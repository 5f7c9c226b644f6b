//! The look of each kind of span: name, pattern's class, legend. Colour never stands alone.
//! Knows no request.

use leptos::prelude::*;

use crate::lab::frame::SpanKind;

/// Kinds in the order of the legend.
const KINDS: [SpanKind; 6] = [SpanKind::Call, SpanKind::Connect, SpanKind::Network, SpanKind::Queue, SpanKind::Service, SpanKind::Backoff];

/// Name on the screen, in English.
pub fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Call => text!("call"),
        SpanKind::Connect => text!("connect"),
        SpanKind::Network => text!("network"),
        SpanKind::Queue => text!("queue"),
        SpanKind::Service => text!("service"),
        SpanKind::Backoff => text!("back-off"),
    }
}

/// Name of the pattern in style/panels.css.
pub fn class(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Backoff => "backoff",
        other => kind_name(other),
    }
}

/// Tone of an outcome's chip.
pub fn tone(outcome: &str) -> &'static str {
    match outcome {
        "ok" => "good",
        "stale" => "odd",
        "in flight" => "open",
        _ => "bad",
    }
}

/// What the patterns mean.
#[component]
pub fn Legend() -> impl IntoView {
    view! {
        <ul class="waterfall-legend" aria-hidden="true">
            {KINDS.map(|kind| view! {
                <li data-kind=class(kind)><i class="step-bar"></i>{t!(kind_name(kind))}</li>
            }).collect_view()}
        </ul>
    }
}

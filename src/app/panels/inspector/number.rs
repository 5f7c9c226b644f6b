//! A number as a slider and a field with its unit: typed values are checked, a wrong one leaves the previous and says why.
//! Knows no parameter: it is given a value and a way to set it.

use leptos::ev;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::knob::Phase;
use crate::app::live::{live, piece};
use crate::app::panels::format;
use crate::app::panels::scale::{Scale, STEPS};
use crate::app::words::{marks, translate};

/// How a number is read, shown and set.
#[derive(Clone, Copy)]
pub struct Number {
    /// Where it sits on the track.
    pub scale: Scale,
    /// Unit beside the field.
    pub unit: &'static str,
    /// The present value.
    pub value: Signal<f64>,
    /// Sets it, or says why not.
    pub set: Callback<(f64, Phase), Result<(), String>>,
    /// A pointer took (true) or left (false) the slider, or the keyboard left it (false).
    pub hold: Callback<bool>,
}

/// Field and slider under one name. `id` must be unique on the page; children stand between label and field.
#[component]
pub fn NumberField(
    /// Id of the field, to which the label points.
    #[prop(into)]
    id: String,
    /// Name on the screen.
    #[prop(into)]
    label: String,
    /// Shorter name to show, where the place says the rest.
    #[prop(optional)]
    short: Option<&'static str>,
    /// Tooltip.
    #[prop(into)]
    title: String,
    /// The number.
    number: Number,
    /// What stands between label and field, such as a button for help.
    children: Children,
) -> impl IntoView {
    let Number { scale, unit, value, set, hold } = number;
    let typed = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<String>);
    // Whatever else changes the value (a slider, an undo) makes the typed text old.
    Effect::new(move |before: Option<f64>| {
        let now = value.get();
        if before.is_some_and(|b| b != now) {
            typed.set(None);
            error.set(None);
        }
        now
    });
    let commit = move || {
        // A field that is taken away while it is typed in still says goodbye: it has nobody to tell.
        let Some(text) = typed.try_get_untracked().flatten() else { return };
        match parse(&text, unit, scale.whole).and_then(|v| set.try_run((v, Phase::Once)).unwrap_or(Ok(()))) {
            Ok(()) => {
                typed.set(None);
                error.set(None);
            }
            Err(message) => error.set(Some(t!("%{what}; still %{value}", what = message, value = with_unit(value.get_untracked(), unit)))),
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => commit(),
        "Escape" if typed.with_untracked(Option::is_some) => {
            event.stop_propagation();
            typed.set(None);
            error.set(None);
        }
        _ => {}
    };
    let slide = move |event: ev::Event| {
        let position = event_target::<HtmlInputElement>(&event).value_as_number();
        if let Err(message) = set.try_run((scale.value(position), Phase::Moving)).unwrap_or(Ok(())) {
            error.set(Some(message));
        }
    };
    let on_slider_key = move |event: ev::KeyboardEvent| {
        let presses = match event.key().as_str() {
            "ArrowUp" | "ArrowRight" => 1.0,
            "ArrowDown" | "ArrowLeft" => -1.0,
            "PageUp" => 10.0,
            "PageDown" => -10.0,
            _ => return,
        };
        event.prevent_default();
        if let Err(message) = set.try_run((scale.nudge(value.get_untracked(), presses), Phase::Moving)).unwrap_or(Ok(())) {
            error.set(Some(message));
        }
    };
    let long = move || plain(value.get()).len() > 6;
    let error_id = format!("{id}-error");
    let described_by = {
        let error_id = error_id.clone();
        move || error.with(Option::is_some).then(|| error_id.clone())
    };
    view! {
        <div class="field-head">
            <label for=id.clone() title=title>{short.map_or(label.clone(), String::from)}</label>
            {children()}
            <span class="field-value">
                <input
                    id=id
                    class="field-number"
                    class:long=live(long)
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=short.map(|_| label.clone())
                    prop:value=live(move || typed.get().unwrap_or_else(|| plain(value.get())))
                    aria-invalid=live(move || error.with(Option::is_some).then_some("true"))
                    aria-describedby=described_by
                    on:input=move |e| typed.set(Some(event_target_value(&e)))
                    on:change=move |_| commit()
                    on:keydown=on_key
                    on:focus=select_all
                />
                {(!unit.is_empty()).then(|| view! { <span class="field-unit">{translate(unit).into_owned()}</span> })}
            </span>
        </div>
        <input
            class="slider"
            type="range"
            min="0"
            max=STEPS.to_string()
            step="any"
            aria-label=label
            aria-valuetext=live(move || with_unit(value.get(), unit))
            style=live(move || format!("--fill: {}%", scale.position(value.get()) / STEPS * 100.0))
            prop:value=live(move || scale.position(value.get()).to_string())
            on:input=slide
            on:keydown=on_slider_key
            on:pointerdown=move |_| tell(hold, true)
            on:pointerup=move |_| tell(hold, false)
            on:pointercancel=move |_| tell(hold, false)
            on:blur=move |_| tell(hold, false)
        />
        {piece(move || error.get().map(|text| view! { <p class="field-error" id=error_id.clone() role="alert">{text}</p> }))}
    }
}

/// Says who holds the slider, if there is still somebody to tell: a slider that is taken away loses the focus last.
fn tell(hold: Callback<bool>, held: bool) {
    let _ = hold.try_run(held);
}

/// Selects a field's text, so that typing replaces it.
fn select_all(event: ev::FocusEvent) {
    event_target::<HtmlInputElement>(&event).select();
}

/// A number as it is typed: no separators, at most six significant digits.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "∞".into();
    }
    let size = value.abs();
    let digits = match size {
        s if s >= 1e5 || s == 0.0 => 0,
        s => (5.0 - libm::floor(libm::log10(s))).clamp(0.0, 9.0) as usize,
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => format::local(text.trim_end_matches('0').trim_end_matches('.')),
        false => text,
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {}", plain(value), translate(unit)).trim_end().to_string()
}

/// Without separators of thousands, and with a point before the fraction.
fn ungrouped(text: &str) -> String {
    let text = text.replace(['\u{2009}', '\u{202f}', '\u{a0}'], "");
    match marks().decimal {
        // Where the comma divides, a point does too, unless there is also a comma.
        ',' if text.contains(',') => text.replace('.', "").replace(',', "."),
        ',' => text,
        _ => text.replace(',', ""),
    }
}

/// Reads a typed number. Milliseconds may be typed with another unit of time: `1.5 s`, `200 µs`, `2 min`.
fn parse(text: &str, unit: &str, whole: bool) -> Result<f64, String> {
    let cleaned = ungrouped(text.trim()).to_lowercase();
    let digits = cleaned.trim_end_matches(|c: char| c.is_alphabetic() || c == '%' || c == '/' || c == 'µ').trim_end();
    let suffix = cleaned[digits.len()..].trim();
    let factor = match (suffix, unit) {
        ("", _) => 1.0,
        (s, u) if s == u.to_lowercase() => 1.0,
        ("us" | "µs", "ms") => 1e-3,
        ("s", "ms") => 1e3,
        ("min" | "m", "ms") => 60e3,
        ("h", "ms") => 3_600e3,
        ("ms", "s") => 1e-3,
        ("k", "") => 1e3,
        _ => {
            return Err(match unit {
                "" => t!("“%{typed}” is not a number", typed = text.trim()),
                _ => t!("“%{typed}” is not a number of %{unit}", typed = text.trim(), unit = translate(unit)),
            })
        }
    };
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => {
            let value = value * factor;
            if whole && libm::trunc(value) != value {
                return Err(t!("“%{typed}” is not a whole number", typed = text.trim()));
            }
            Ok(value)
        }
        _ if digits.is_empty() => Err(t!("A number is needed").into()),
        _ => Err(t!("“%{typed}” is not a number", typed = text.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_times_may_have_another_unit() {
        assert_eq!(parse("1.5 s", "ms", false), Ok(1500.0));
        assert_eq!(parse("200µs", "ms", false), Ok(0.2));
        assert_eq!(parse("1,000", "ms", false), Ok(1000.0));
        assert_eq!(parse("24 ms", "ms", false), Ok(24.0));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        assert!(parse("fast", "ms", false).unwrap_err().contains("not a number"));
        assert!(parse("", "ms", false).is_err());
        assert!(parse("2.5", "", true).unwrap_err().contains("whole"));
        assert!(parse("NaN", "", false).is_err());
    }

    #[test]
    fn numbers_are_shown_as_they_are_typed() {
        let cases = [(0.0, "0"), (4.0, "4"), (0.25, "0.25"), (1234.5, "1234.5"), (1_000_000.0, "1000000"), (0.00012, "0.00012")];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }
}

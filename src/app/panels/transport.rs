//! The transport bar: play, single event, speed dial, simulated clock, restart, seed.
//! Knows time only through the session.

use leptos::ev;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::format;
use super::Icon;
use crate::app::button::ActionButton;
use crate::app::live::{effect, live, memo, piece};
use crate::app::session::{Session, Speed, SPEED_RANGE};

/// Steps of the dial's track.
const STEPS: f64 = 500.0;

/// A speed's position on the logarithmic dial.
fn position(factor: f64) -> f64 {
    let (slow, fast) = SPEED_RANGE;
    libm::round(libm::log(factor.clamp(slow, fast) / slow) / libm::log(fast / slow) * STEPS)
}

/// The speed at a position; real time is sticky.
fn factor(position: f64) -> f64 {
    let (slow, fast) = SPEED_RANGE;
    let factor = slow * libm::pow(fast / slow, (position / STEPS).clamp(0.0, 1.0));
    if (0.95..1.06).contains(&factor) {
        1.0
    } else {
        factor
    }
}

/// The bar.
#[component]
pub fn Transport() -> impl IntoView {
    let session = Session::get();
    let clock = memo(move || session.frame.with(|f| f.now));
    view! {
        <div class="transport" role="group" aria-label=t!("Time")>
            <ActionButton id="step-back"/>
            <PlayButton/>
            <ActionButton id="step"/>
            <Dial/>
            <span class="clock" role="timer" aria-label=t!("Simulated time") title=t!("Simulated time, minutes and seconds")>
                {piece(move || format::moment(clock.get()))}
            </span>
            <ActionButton id="restart"/>
            <Seed/>
        </div>
    }
}

#[component]
fn PlayButton() -> impl IntoView {
    let session = Session::get();
    let name = move || if session.playing.get() { t!("Pause") } else { t!("Play") };
    view! {
        <button type="button" class="button play" aria-label=live(name) title=live(move || format!("{} ({})", name(), t!("Space"))) on:click=move |_| session.toggle()>
            {piece(move || if session.playing.get() { view! { <Icon name="pause"/> } } else { view! { <Icon name="play"/> } })}
        </button>
    }
}

/// How fast time runs, how fast it should, and the automatic setting.
#[component]
fn Dial() -> impl IntoView {
    let session = Session::get();
    let auto = memo(move || session.speed.get() == Speed::Auto);
    // What the dial shows: the wanted speed, or what the automatic setting makes of it.
    let shown = Memo::new(move |before: Option<&f64>| match session.speed.get() {
        Speed::Factor(factor) => factor,
        Speed::Auto => match session.achieved.get() {
            achieved if achieved > 0.0 => achieved,
            // Paused: the dial stays where it was.
            _ => before.copied().unwrap_or(SPEED_RANGE.0),
        },
    });
    let lags = memo(move || match session.speed.get() {
        Speed::Factor(wanted) if session.playing.get() => {
            let achieved = session.achieved.get();
            (achieved > 0.0 && achieved < wanted * 0.7).then_some(achieved)
        }
        _ => None,
    });
    let text = move || {
        if auto.get() && !session.playing.get() {
            return t!("paused").to_string();
        }
        format::speed(shown.get())
    };
    let stopped = memo(move || session.frame.with(|f| f.stopped.is_some()));
    let note = move || match lags.get() {
        _ if stopped.get() => t!("endless loop").to_string(),
        Some(achieved) => t!("reaches %{factor}", factor = format::speed_short(achieved)),
        None if auto.get() => t!(session.pace.get()).to_string(),
        None => String::new(),
    };
    let turn = move |event: ev::Event| {
        let at = event_target::<HtmlInputElement>(&event).value_as_number();
        session.set_speed(Speed::Factor(factor(at)));
    };
    let toggle = move |_| {
        let next = match session.speed.get_untracked() {
            Speed::Factor(_) => Speed::Auto,
            Speed::Auto => Speed::Factor(shown.get_untracked()),
        };
        session.set_speed(next);
    };
    view! {
        <div class="dial" class:lags=live(move || lags.get().is_some())>
            <span class="dial-text" title=t!("Simulated time beside real time")>
                <span class="dial-speed">{piece(text)}</span>
                <span class="dial-note">{piece(note)}</span>
            </span>
            <input
                class="slider dial-slider"
                type="range"
                min="0"
                max=STEPS.to_string()
                step="5"
                aria-label=t!("Speed")
                aria-valuetext=live(move || format::speed(shown.get()))
                style=live(move || format!("--fill: {}%", position(shown.get()) / STEPS * 100.0))
                prop:value=live(move || position(shown.get()).to_string())
                on:input=turn
            />
            <button
                type="button"
                class="button dial-auto"
                aria-pressed=live(move || auto.get().to_string())
                title=t!("Slow enough to watch when something happens, fast through the waiting (A)")
                on:click=toggle
            >
                {t!("Auto")}
            </button>
        </div>
    }
}

/// The seed: a whole number; another one starts the run again.
#[component]
fn Seed() -> impl IntoView {
    let session = Session::get();
    let seed = memo(move || session.diagram.with(|d| d.seed));
    let typed = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<String>);
    effect(move || {
        seed.get();
        typed.set(None);
        error.set(None);
    });
    let commit = move || {
        let Some(text) = typed.get_untracked() else { return };
        match whole(&text) {
            Some(value) if value <= MAX_SEED => {
                error.set(None);
                typed.set(None);
                if value != seed.get_untracked() {
                    session.set_seed(value);
                }
            }
            _ => error.set(Some(t!(
                "The seed is a whole number from 0 to %{most}; it is still %{seed}",
                most = format::count(MAX_SEED),
                seed = seed.get_untracked()
            ))),
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => commit(),
        "Escape" => {
            typed.set(None);
            error.set(None);
        }
        _ => {}
    };
    view! {
        <div class="seed">
            <label for="seed" title=t!("The same seed gives the same run")>{t!("Seed")}</label>
            <input
                id="seed"
                aria-label=t!("Seed")
                type="text"
                inputmode="numeric"
                autocomplete="off"
                aria-invalid=live(move || error.with(Option::is_some).then_some("true"))
                aria-describedby=live(move || error.with(Option::is_some).then_some("seed-error"))
                prop:value=live(move || typed.get().unwrap_or_else(|| seed.get().to_string()))
                on:input=move |e| typed.set(Some(event_target_value(&e)))
                on:change=move |_| commit()
                on:keydown=on_key
                on:focus=move |e| { event_target::<HtmlInputElement>(&e).select() }
            />
            {piece(move || error.get().map(|text| view! { <p id="seed-error" class="field-error seed-error" role="alert">{text}</p> }))}
        </div>
    }
}

/// A whole number, be it with marks between its thousands.
fn whole(text: &str) -> Option<u64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut groups = text.split([',', '.']);
    let first = groups.next()?;
    let groups: Vec<&str> = groups.collect();
    let grouped = groups.is_empty() || (first.len() <= 3 && groups.iter().all(|g| g.len() == 3));
    let digits: String = std::iter::once(first).chain(groups).collect();
    digits.parse().ok().filter(|_| grouped)
}

/// Seeds that a browser's number can hold exactly.
const MAX_SEED: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_whole_number() {
        assert_eq!([" 1,500 ", "1.500.000", "42"].map(whole), [Some(1_500), Some(1_500_000), Some(42)]);
        assert!(["1.5", "1.5000", "1234.567", "-1", "", "."].iter().all(|text| whole(text).is_none()));
    }

    #[test]
    fn the_dial_goes_from_a_thousandth_to_a_hundredfold() {
        assert!((factor(0.0) - 1e-3).abs() < 1e-9);
        assert!((factor(STEPS) - 100.0).abs() < 1e-6);
        assert_eq!(factor(position(1.0)), 1.0);
    }
}

//! The animation loop: one persistent closure that advances the run, draws, and publishes to the views a few times a second.
//! Knows neither the engine nor the drawing.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;

use super::dom;
use super::session::Session;

/// Between two publications to the views.
const PUBLISH_MS: f64 = 125.0;
/// Over which the achieved speed is measured.
const MEASURE_MS: f64 = 500.0;

struct Loop {
    closure: Option<Closure<dyn FnMut(f64)>>,
    handle: i32,
}

/// Calls `draw` with the wall clock in every animation frame, after the run advanced.
pub fn each_frame(session: Session, mut draw: impl FnMut(f64) + 'static) {
    let kept: StoredValue<Loop, LocalStorage> = StoredValue::new_local(Loop { closure: None, handle: 0 });
    let ask = move || {
        kept.update_value(|l| {
            if let (Some(window), Some(closure)) = (dom::window(), &l.closure) {
                l.handle = window.request_animation_frame(closure.as_ref().unchecked_ref()).unwrap_or(0);
            }
        });
    };
    let mut before: Option<f64> = None;
    let mut published = 0.0;
    let (mut measured_since, mut measured) = (0.0, 0.0);
    let frame = move |wall_ms: f64| {
        let dt = before.map_or(0.0, |b| (wall_ms - b).max(0.0));
        before = Some(wall_ms);
        measured += dom::timed("engine", || session.tick(wall_ms, dt));
        draw(wall_ms);
        if session.playing.get_untracked() && session.replay.with_untracked(Option::is_none) {
            if wall_ms - published >= PUBLISH_MS {
                published = wall_ms;
                dom::timed("views", || session.publish());
            }
            let passed = wall_ms - measured_since;
            if passed >= MEASURE_MS {
                let achieved = if passed < 2.0 * MEASURE_MS { measured / (passed / 1e3) } else { 0.0 };
                if achieved > 0.0 {
                    session.achieved.set(achieved);
                }
                let pace = session.pace_now();
                if session.pace.get_untracked() != pace {
                    session.pace.set(pace);
                }
                (measured_since, measured) = (wall_ms, 0.0);
            }
        }
        ask();
    };
    kept.update_value(|l| l.closure = Some(Closure::wrap(Box::new(frame) as Box<dyn FnMut(f64)>)));
    ask();
    on_cleanup(move || {
        let _ = kept.try_update_value(|l| {
            if let Some(window) = dom::window() {
                let _ = window.cancel_animation_frame(l.handle);
            }
            l.closure = None;
        });
    });
}

//! What a worker does: it takes diagrams and gives back what was measured. The same module as the page's, without a page.
//! Knows no plan.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::files::read;
use crate::lab::trials::Trial;

/// What a worker says when it can take its first job.
pub const READY: &str = "ready";
/// Events between two words of how far it has come.
const SLICE: u64 = 100_000;

/// Serves as a worker, if this is one. Returns whether it is.
pub fn serve() -> bool {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return false };
    console_error_panic_hook::set_once();
    let shared = scope.clone();
    let take = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let job = js_sys::Array::from(&event.data());
        let answer = match run(&shared, &job) {
            Ok(sample) => js_sys::Float64Array::from(sample.as_slice()).into(),
            Err(why) => JsValue::from_str(&why),
        };
        let _ = shared.post_message(&js_sys::Array::of2(&job.get(0), &answer));
    });
    scope.set_onmessage(Some(take.as_ref().unchecked_ref()));
    take.forget();
    let _ = scope.post_message(&READY.into());
    true
}

/// A job as it is sent: number, diagram, node that is measured, seconds of warm-up and of the run.
pub fn job(number: usize, diagram: &str, focus: Option<&str>, warmup_s: f64, run_s: f64) -> JsValue {
    let focus = focus.map_or(JsValue::NULL, JsValue::from_str);
    js_sys::Array::of5(&(number as f64).into(), &diagram.into(), &focus, &warmup_s.into(), &run_s.into()).into()
}

fn run(scope: &DedicatedWorkerGlobalScope, job: &js_sys::Array) -> Result<Vec<f64>, String> {
    let document = read(&job.get(1).as_string().unwrap_or_default()).map_err(|p| p.to_string())?;
    let seconds = |at: u32| job.get(at).as_f64().unwrap_or(0.0);
    let mut trial = Trial::new(&document, job.get(2).as_string().as_deref(), seconds(3), seconds(4));
    while !trial.advance(SLICE) {
        let _ = scope.post_message(&js_sys::Array::of2(&job.get(0), &trial.share().into()));
    }
    trial.sample()
}

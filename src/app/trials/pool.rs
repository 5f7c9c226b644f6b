//! Who does the jobs of a plan: workers, which get the page's own compiled module, or else the page in slices.
//! Knows not what a job measures.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::worker::{job, READY};
use super::Trials;
use crate::app::dom;
use crate::files::write;
use crate::lab::trials::{Plan, Trial};

#[wasm_bindgen]
extern "C" {
    /// Where the page's own script is.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: String;
}

/// A worker that has not said a word after this long will not.
const PATIENCE_MS: u32 = 15_000;
/// How long a slice on the page may take, and its events before the clock is read.
const SLICE_MS: f64 = 10.0;
const SLICE_EVENTS: u64 = 1_000;

/// One worker.
struct PoolWorker {
    worker: Worker,
    ready: bool,
    /// The job that it is at, and how far.
    job: Option<(usize, f64)>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

impl Drop for PoolWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// All that works on a plan; dropped, it stops.
pub struct Pool {
    /// Tells this pool from one before it.
    number: u32,
    plan: Plan,
    next: usize,
    workers: Vec<PoolWorker>,
    /// Whether the page itself works.
    on_page: bool,
}

thread_local! {
    static POOLS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// How many workers: one for each core but the page's own, four at most.
fn wanted(jobs: usize) -> usize {
    let cores = dom::window().map_or(2.0, |w| w.navigator().hardware_concurrency()) as usize;
    cores.saturating_sub(1).clamp(1, 4).min(jobs)
}

impl Pool {
    /// Begins with a plan.
    pub fn start(trials: Trials, plan: Plan) -> Pool {
        let number = POOLS.get() + 1;
        POOLS.set(number);
        let jobs = plan.jobs();
        let workers: Vec<PoolWorker> = (0..wanted(jobs)).filter_map(|at| hire(trials, number, at).ok()).collect();
        if workers.is_empty() {
            begin_on_page(trials, number);
        } else {
            gloo_timers::callback::Timeout::new(PATIENCE_MS, move || {
                if !with(trials, number, |pool| pool.workers.iter().any(|h| h.ready)).unwrap_or(true) {
                    begin_on_page(trials, number);
                }
            })
            .forget();
        }
        Pool { number, plan, next: 0, workers, on_page: false }
    }

    /// Gives a worker its next job; the error is what is wrong with the plan.
    fn employ(&mut self, at: usize) -> Result<(), String> {
        let Some(worker) = self.workers.get_mut(at) else { return Ok(()) };
        worker.job = None;
        if self.next >= self.plan.jobs() {
            return Ok(());
        }
        let text = write(&self.plan.document_of(self.next)?);
        let message = job(self.next, &text, self.plan.focus.as_deref(), self.plan.warmup_s, self.plan.run_s);
        worker.worker.post_message(&message).map_err(|e| format!("{e:?}"))?;
        worker.job = Some((self.next, 0.0));
        self.next += 1;
        Ok(())
    }

    /// Share of all the work that is done.
    fn share(&self) -> f64 {
        let under_way = self.workers.iter().filter_map(|h| h.job);
        let open: f64 = under_way.map(|(_, share)| share - 1.0).sum();
        (self.next as f64 + open) / self.plan.jobs().max(1) as f64
    }
}

/// The pool with this number, if it is still at work.
fn with<T>(trials: Trials, number: u32, change: impl FnOnce(&mut Pool) -> T) -> Option<T> {
    trials.pool.try_update_value(|pool| pool.as_mut().filter(|c| c.number == number).map(change)).flatten()
}

/// A worker with the page's script and module: nothing is compiled twice. Whoever made the blob may read it, even where
/// the page came from a file.
fn hire(trials: Trials, number: u32, at: usize) -> Result<PoolWorker, JsValue> {
    let address = SCRIPT.with(Clone::clone);
    let script =
        format!("import begin from {address:?};\nonmessage = (event) => {{ onmessage = null; begin({{ module_or_path: event.data }}); }};");
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&script.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let settings = WorkerOptions::new();
    settings.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&url, &settings)?;
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(trials, number, at, &event.data()));
    let failed = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let text = js_sys::Reflect::get(&event, &"message".into()).ok().and_then(|m| m.as_string());
        fall(trials, number, at, text);
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    worker.post_message(&wasm_bindgen::module())?;
    gloo_timers::callback::Timeout::new(PATIENCE_MS, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(PoolWorker { worker, ready: false, job: None, _heard: heard, _failed: failed })
}

/// A worker said something.
fn hear(trials: Trials, number: u32, at: usize, said: &JsValue) {
    let mut answer = None;
    let after = with(trials, number, |pool| {
        if pool.on_page {
            return Ok(None);
        }
        let Some(worker) = pool.workers.get_mut(at) else { return Ok(None) };
        if said.as_string().as_deref() == Some(READY) {
            worker.ready = true;
            pool.employ(at)?;
        } else {
            let said = js_sys::Array::from(said);
            let word = said.get(1);
            let job = said.get(0).as_f64().unwrap_or(0.0) as usize;
            if let Some(share) = word.as_f64() {
                worker.job = Some((job, share));
            } else if let Ok(sample) = word.dyn_into::<js_sys::Float64Array>() {
                answer = Some((job, sample.to_vec()));
                pool.employ(at)?;
            } else {
                return Err(said.get(1).as_string().unwrap_or_default());
            }
        }
        Ok(Some((pool.share(), pool.workers.iter().filter(|h| h.ready).count())))
    });
    match after {
        Some(Ok(Some((share, workers)))) => {
            if let Some((job, sample)) = answer {
                trials.put(job, sample);
            }
            trials.report(share, workers);
        }
        Some(Err(why)) => trials.fail(why),
        _ => {}
    }
}

/// A worker ended. Before its first word that means that this page can have none; later, that a run went wrong.
fn fall(trials: Trials, number: u32, at: usize, why: Option<String>) {
    let was_ready = with(trials, number, |pool| pool.workers.get(at).is_some_and(|h| h.ready));
    match was_ready {
        Some(true) => trials.fail(t!("A run went wrong: %{why}", why = why.unwrap_or_default())),
        Some(false) => {
            let others = with(trials, number, |pool| pool.workers.iter().any(|h| h.ready)).unwrap_or(false);
            if !others {
                begin_on_page(trials, number);
            }
        }
        None => {}
    }
}

/// The page does the work itself, if nobody has begun.
fn begin_on_page(trials: Trials, number: u32) {
    wasm_bindgen_futures::spawn_local(async move {
        // The pool is put in its place first.
        dom::breathe().await;
        let plan = with(trials, number, |pool| {
            let first = !std::mem::replace(&mut pool.on_page, true);
            pool.workers.clear();
            first.then(|| pool.plan.clone())
        });
        let Some(Some(plan)) = plan else { return };
        for job in 0..plan.jobs() {
            let document = match plan.document_of(job) {
                Ok(document) => document,
                Err(why) => return trials.fail(why),
            };
            let mut trial = Trial::new(&document, plan.focus.as_deref(), plan.warmup_s, plan.run_s);
            loop {
                let begun = dom::now_ms();
                let mut done = false;
                while !done && dom::now_ms() - begun < SLICE_MS {
                    done = trial.advance(SLICE_EVENTS);
                }
                if with(trials, number, |_| ()).is_none() {
                    return;
                }
                if done {
                    break;
                }
                trials.report((job as f64 + trial.share()) / plan.jobs() as f64, 0);
                dom::breathe().await;
            }
            match trial.sample() {
                Ok(sample) => trials.put(job, sample),
                Err(why) => return trials.fail(why),
            }
            trials.report((job + 1) as f64 / plan.jobs() as f64, 0);
            dom::breathe().await;
        }
    });
}

//! The engine's speed on each of the jobs, measured alike natively and in wasm: whoever calls holds the clock.
//! Exports plain functions, so that no glue is in between.

#[path = "../../jobs.rs"]
pub mod jobs;

use std::cell::RefCell;

use faultline::engine::SimTime;
use faultline::lab::Experiment;

thread_local! {
    static RUNNING: RefCell<Option<Experiment>> = const { RefCell::new(None) };
}

/// Compiles a job and runs it until it is warm.
#[no_mangle]
pub extern "C" fn prepare(job: u32, warm_up_events: u32) {
    let mut all = jobs::all();
    let mut experiment = Experiment::new(&all.swap_remove(job as usize).1);
    experiment.advance(SimTime(u64::MAX), u64::from(warm_up_events));
    RUNNING.with(|r| *r.borrow_mut() = Some(experiment));
}

/// Runs the prepared job for so many events that run code, and gives the hash of the run so far (its lower half).
#[no_mangle]
pub extern "C" fn run(events: u32) -> u32 {
    RUNNING.with(|r| {
        let mut running = r.borrow_mut();
        let Some(experiment) = running.as_mut() else { return 0 };
        experiment.advance(SimTime(u64::MAX), u64::from(events));
        experiment.trace_hash() as u32
    })
}

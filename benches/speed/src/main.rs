//! The native half of scripts/bench-wasm.mjs: prints for each job its name, the best speed of three rounds, and the hash of the run.
//! `faultline-speed names` only names the jobs; `faultline-speed <events> <name>` runs one.

use std::time::Instant;

fn main() {
    let (first, only) = (std::env::args().nth(1), std::env::args().nth(2));
    let events: u32 = first.as_ref().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for (job, (name, _)) in faultline_speed::jobs::all().iter().enumerate() {
        if first.as_deref() == Some("names") {
            println!("{name}");
            continue;
        }
        if only.as_ref().is_some_and(|o| o != name) {
            continue;
        }
        faultline_speed::prepare(job as u32, events / 4);
        let mut best = f64::INFINITY;
        let mut hash = 0;
        for _ in 0..3 {
            let began = Instant::now();
            hash = faultline_speed::run(events);
            best = best.min(began.elapsed().as_secs_f64());
        }
        println!("{name}\t{:.3}\t{hash:08x}", f64::from(events) / best / 1e6);
    }
}

//! The native half of scripts/bench-wasm.mjs: prints for each job its hash and the best speed of a few rounds.

use std::time::Instant;

fn main() {
    let events: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let only = std::env::args().nth(2);
    for (job, (name, _)) in faultline_speed::jobs::all().iter().enumerate() {
        if only.as_ref().is_some_and(|o| !name.contains(o.as_str())) {
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

//! Runs the same jobs on Faultline, simcore and nexosim by turns, several rounds, and prints the best of each as lines for `peers.sh`:
//! job, engine, millions of events a second, millions of jobs a second.
//!
//! An event is one that runs code of the model. Every round checks the outcome against theory within 3 %.
//! Faultline keeps all its records (stories of requests, distributions, series, ledgers, the hash of the run); the others keep the sum of
//! the times in the system, and no more.

mod lab;
mod on_nexosim;
mod on_simcore;

/// What a round did.
pub struct Done {
    /// Events that ran code.
    pub events: u64,
    /// Jobs, or turns of the hold loop.
    pub jobs: u64,
    /// Wall time, of the run alone.
    pub seconds: f64,
    /// What theory knows, as measured: the mean time in the system, in units of the mean service.
    pub mean: f64,
}

/// Utilisation of the M/M/1: the mean time in the system is twice the service.
pub const UTILISATION: f64 = 0.5;
/// Events that are always pending in the hold.
pub const PENDING: u32 = 1_000;

/// A small generator for the others, as quick as any (Marsaglia's xorshift, 64 bits): -ln(u), mean 1.
pub fn exponential(state: &mut u64) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    -(((*state >> 11) + 1) as f64 / (1u64 << 53) as f64).ln()
}

type Runner = fn(u64) -> Done;

fn main() {
    let jobs: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let runners: [(&str, f64, [(&str, Runner); 3]); 2] = [
        ("M/M/1", 1.0 / (1.0 - UTILISATION), [("Faultline", lab::mm1), ("simcore", on_simcore::mm1), ("nexosim", on_nexosim::mm1)]),
        ("hold", 1.0, [("Faultline", lab::hold), ("simcore", on_simcore::hold), ("nexosim", on_nexosim::hold)]),
    ];
    for (job, expected, engines) in runners {
        let mut best = [(0.0f64, 0.0f64); 3];
        for _ in 0..5 {
            for (place, (engine, run)) in engines.iter().enumerate() {
                let done = run(jobs);
                let off = (done.mean / expected - 1.0).abs();
                assert!(off < 0.03, "{job} on {engine}: mean {}, {expected} expected", done.mean);
                let million = |n: u64| n as f64 / done.seconds / 1e6;
                best[place] = (best[place].0.max(million(done.events)), best[place].1.max(million(done.jobs)));
            }
        }
        for ((engine, _), (events, jobs)) in engines.iter().zip(best) {
            println!("{job}\t{engine}\t{events:.4}\t{jobs:.4}");
        }
    }
}

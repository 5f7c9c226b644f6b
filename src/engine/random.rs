//! Randomness as a function: a draw depends on (seed, stream, purpose, ordinal) and on nothing that happened before.
//! So adding a node, or sending a request elsewhere, changes nobody else's luck.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The identity of a source of randomness: the hash of a node's or link's name in the document.
pub type Stream = u64;

/// What a draw is for, so that two draws about the same thing differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Time between arrivals.
    Arrival = 1,
    /// Which key.
    Key,
    /// Read or write.
    Operation,
    /// Length of service.
    Service,
    /// Which server.
    Choice,
    /// Travel time of a message.
    Latency,
    /// Whether a message is lost.
    Loss,
    /// Random part of the back-off before a retry.
    Backoff,
    /// Thinking time of a user.
    Think,
    /// Whether an optional call is made.
    Rule,
    /// Which user.
    User,
    /// When periodic work starts.
    Phase,
    /// Time to apply one log entry.
    Apply,
    /// Which class of priority.
    Priority,
}

/// The stream of a name in the document.
pub fn stream_of(name: &str) -> Stream {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}

/// A well-mixed hash of two words, stable across platforms and versions (XXH3).
pub fn mix(a: u64, b: u64) -> u64 {
    xxh3_64_with_seed(&b.to_le_bytes(), a)
}

/// A generator for one draw (or a few that belong together). Xoshiro256++ is documented as portable.
pub fn generator(seed: u64, stream: Stream, purpose: Purpose, ordinal: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed ^ stream, purpose as u64), ordinal))
}

/// Uniform in (0, 1]: never zero, so its logarithm is finite.
pub fn unit_open(rng: &mut impl Rng) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

/// Uniform in [0, 1).
pub fn unit(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// In 0..n, each in proportion to its weight. `n` must not be 0. Equal weights give what [`below`] gives.
pub fn weighted(rng: &mut impl Rng, n: usize, weight: impl Fn(usize) -> u32) -> usize {
    let total: usize = (0..n).map(|i| weight(i) as usize).sum();
    let mut left = below(rng, total.max(1));
    let pick = (0..n).find(|i| {
        let w = weight(*i) as usize;
        let here = left < w;
        left = left.saturating_sub(w);
        here
    });
    pick.unwrap_or(0)
}

/// Uniform in 0..n. `n` must not be 0.
pub fn below(rng: &mut impl Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

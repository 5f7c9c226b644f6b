//! Randomness as a function: a draw depends on (seed, stream, purpose, ordinal) and on nothing that happened before.
//! So adding a node, or sending a request elsewhere, changes nobody else's luck.

use std::convert::Infallible;

use rand::{Rng, TryRng};

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
    /// What a calling policy leaves to chance, such as a part of the back-off before a retry.
    Policy,
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
    /// What a fault of a link does to a message.
    Impairment,
}

/// The stream of a name in the document.
pub fn stream_of(name: &str) -> Stream {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}

/// Where a name and a number belong on a ring or in a list of members: a hash apart from all draws (XXH3).
pub fn place_of(name: u64, number: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(&number.to_le_bytes(), name)
}

/// The step of SplitMix64: the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A well-mixed hash of two words: what the generator SplitMix64 gives as its `b`-th number from the seed `a` (Steele, Lea, Flood 2014,
/// with Stafford's thirteenth mixer). One-to-one in each word while the other stays. Integer arithmetic only: the same everywhere.
pub fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_add(b.wrapping_mul(GOLDEN));
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// A generator for one draw (or a few that belong together): SplitMix64. It takes nothing to set up, and few draw from it twice.
#[derive(Clone, Debug)]
pub struct Draws(u64);

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let drawn = mix(self.0, 1);
        self.0 = self.0.wrapping_add(GOLDEN);
        Ok(drawn)
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|n| (n >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for part in to.chunks_mut(8) {
            part.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

/// The generator for a draw.
pub fn generator(seed: u64, stream: Stream, purpose: Purpose, ordinal: u64) -> Draws {
    Draws(mix(mix(seed ^ stream, purpose as u64), ordinal))
}

/// Uniform in (0, 1]: never zero, so its logarithm is finite.
pub fn unit_open(rng: &mut impl Rng) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

/// Uniform in [0, 1).
pub fn unit(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// The place of one of these, each in proportion to its weight; there must be one. Equal weights give what [`below`] gives.
pub fn weighted(rng: &mut impl Rng, weights: impl Iterator<Item = u32> + Clone) -> usize {
    let total: usize = weights.clone().map(|w| w as usize).sum();
    let mut left = below(rng, total.max(1));
    let pick = weights.enumerate().find(|(_, weight)| {
        let here = left < *weight as usize;
        left = left.saturating_sub(*weight as usize);
        here
    });
    pick.map_or(0, |(place, _)| place)
}

/// Uniform in 0..n. `n` must not be 0.
pub fn below(rng: &mut impl Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of SplitMix64 from the seed 1234567, as published with it.
    #[test]
    fn draws_are_those_of_splitmix64() {
        let published = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431];
        let mut draws = Draws(1_234_567);
        for (i, number) in published.into_iter().enumerate() {
            assert_eq!((draws.next_u64(), mix(1_234_567, i as u64 + 1)), (number, number));
        }
    }

    /// One bit of either word changes half of the bits, whichever it is, also where words are small numbers.
    #[test]
    fn every_bit_of_both_words_matters() {
        for bit in 0..64 {
            let mean = |flip: &dyn Fn(u64) -> u32| (0..400).map(|i| f64::from(flip(i))).sum::<f64>() / 400.0;
            let by_first = mean(&|i| (mix(i, 3 * i) ^ mix(i ^ 1 << bit, 3 * i)).count_ones());
            let by_second = mean(&|i| (mix(i, 3 * i) ^ mix(i, (3 * i) ^ 1 << bit)).count_ones());
            assert!((by_first - 32.0).abs() < 1.0 && (by_second - 32.0).abs() < 1.0, "bit {bit}: {by_first}, {by_second}");
        }
    }
}

//! Hit ratios under independent references: Che's approximation and its relatives.
//! Pure arithmetic; knows no diagram.

use crate::components::model::{Keys, Popularity};
use crate::order::Ordered;

/// How popular keys are: (probability of each, how many such keys), the most popular first.
pub type Shares = Vec<(f64, f64)>;

/// Keys up to this rank stand alone; beyond, those within a hundredth are taken together.
const ALONE: u32 = 2_000;

/// How popular each of these keys is.
pub fn shares(keys: &Keys) -> Shares {
    let count = f64::from(keys.count);
    let mut shares = match keys.popularity {
        Popularity::Zipf { exponent } => {
            let mut groups = Vec::new();
            let mut first = 1;
            while first <= keys.count {
                let width = if first < ALONE { 1 } else { first / 100 }.min(keys.count - first + 1);
                let middle = f64::from(first) + f64::from(width - 1) / 2.0;
                groups.push((libm::pow(middle, -exponent), f64::from(width)));
                first += width;
            }
            groups
        }
        Popularity::HotSet { keys: hot, share } => {
            let hot = f64::from(hot);
            let mut groups = vec![(share / hot, hot), ((1.0 - share) / (count - hot), count - hot)];
            groups.order_by(|a, b| b.0.total_cmp(&a.0));
            groups
        }
        Popularity::Uniform => vec![(1.0, count)],
    };
    let all: f64 = shares.iter().map(|(p, n)| p * n).sum();
    shares.iter_mut().for_each(|(p, _)| *p /= all);
    shares
}

/// What a cache forgets first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgets {
    /// The least recently used.
    Lru,
    /// The oldest, or any.
    Fifo,
    /// The least frequently used of all time: it comes to hold the most popular.
    Lfu,
}

/// What writes do to the cache.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Writes {
    /// Nothing that matters for hits, or there are none.
    Pass,
    /// They remove their key; this many writes for each read.
    Remove(f64),
    /// They put their key; this many writes for each read.
    Put(f64),
}

/// The share of reads that find their key, and not too old. Reads come one a unit of time, and `ttl` is in that unit; without
/// one it is infinite.
pub fn hit_ratio(shares: &Shares, capacity: f64, forgets: Forgets, writes: Writes, ttl: f64) -> f64 {
    // Of a key: reads, writes that remove it, and what refreshes it, a unit of time.
    let rates = |p: f64| match writes {
        Writes::Pass => (p, 0.0, p),
        Writes::Remove(per_read) => (p, p * per_read, p),
        Writes::Put(per_read) => (p, 0.0, p * (1.0 + per_read)),
    };
    if forgets == Forgets::Lfu {
        let mut left = capacity;
        let mut held = |n: f64| {
            let held = n.min(left);
            left -= held;
            held
        };
        return shares.iter().map(|(p, n)| held(*n) * p * p / (p + rates(*p).1)).sum();
    }
    // How long a key stays from when it is put until it is removed, or forgotten after the characteristic time `t`.
    let stay = |w: f64, t: f64| if w > 0.0 { -libm::expm1(-w * t) / w } else { t };
    let held = |p: f64, t: f64| {
        let (_, removing, putting) = rates(p);
        match forgets {
            // Held iff the last event within t was one that puts it.
            Forgets::Lru => putting / (putting + removing) * -libm::expm1(-(putting + removing) * t),
            _ => putting * stay(removing, t) / (1.0 + putting * stay(removing, t)),
        }
    };
    let all_held = |t: f64| shares.iter().map(|(p, n)| n * held(*p, t)).sum::<f64>();
    let (mut low, mut high) = (1e-6, 1e15);
    if all_held(high) > capacity {
        for _ in 0..120 {
            let middle = libm::sqrt(low * high);
            if all_held(middle) < capacity {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    let hit = |p: f64| {
        if ttl.is_infinite() {
            return held(p, high);
        }
        let hits = p * time_held(p, rates(p).1, high, ttl);
        hits / (1.0 + hits)
    };
    shares.iter().map(|(p, n)| n * p * hit(*p)).sum()
}

/// How long a key that is put into an LRU cache of characteristic time `t` stays: until a gap of `t` between its reads (at rate `p`),
/// a write (at rate `w`) or the age `ttl`. The chance `s(x)` that it is still there after `x`, writes apart, is 1 up to `t`, where the
/// keys that nobody has read again go, and from there on falls at the rate of the reads that were the last for `t`:
/// `s'(x) = -p e^(-pt) s(x - t)`. Solved for `x` up to `2t`; from there on it is taken to fall geometrically.
fn time_held(p: f64, w: f64, t: f64, ttl: f64) -> f64 {
    // The integral of (level - slope x) e^(-rate x) from 0 to x.
    let area = |level: f64, slope: f64, rate: f64, x: f64| {
        if rate * x < 1e-9 {
            return level * x - slope * x * x / 2.0;
        }
        let gone = -libm::expm1(-rate * x);
        level * gone / rate - slope * (gone - rate * x * libm::exp(-rate * x)) / (rate * rate)
    };
    let alone = libm::exp(-p * t);
    let mut held = area(1.0, 0.0, w, ttl.min(t));
    if ttl > t {
        held += libm::exp(-w * t) * area(1.0 - alone, p * alone, w, (ttl - t).min(t));
    }
    // What is there after 2t, and how long it stays on the mean: of all it is known to be (e^(pt) - 1) / p.
    let left = 1.0 - alone - p * t * alone;
    let stays = libm::expm1(p * t) / p - t - area(1.0 - alone, p * alone, 0.0, t);
    if ttl > 2.0 * t && left > 1e-9 && stays > 0.0 {
        let gone = left / stays;
        held += libm::exp(-2.0 * w * t) * area(left, 0.0, w + gone, ttl - 2.0 * t);
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zipf(exponent: f64) -> Shares {
        shares(&Keys { count: 10_000, popularity: Popularity::Zipf { exponent } })
    }

    #[test]
    fn hit_ratios_are_the_published_ones() {
        let cases = [(0.8, 1000.0, 0.4367, 0.3942, 0.5706), (1.0, 100.0, 0.3905, 0.3423, 0.5300), (1.0, 1000.0, 0.6756, 0.6309, 0.7648)];
        for (exponent, capacity, lru, fifo, lfu) in cases {
            for (forgets, expected) in [(Forgets::Lru, lru), (Forgets::Fifo, fifo), (Forgets::Lfu, lfu)] {
                let found = hit_ratio(&zipf(exponent), capacity, forgets, Writes::Pass, f64::INFINITY);
                assert!((found - expected).abs() < 2e-4, "{exponent} {capacity} {forgets:?}: {found}, expected {expected}");
            }
        }
    }

    #[test]
    fn all_keys_fit_and_writes_take_their_share() {
        assert!((hit_ratio(&zipf(1.0), 10_000.0, Forgets::Lru, Writes::Pass, f64::INFINITY) - 1.0).abs() < 1e-6);
        // One write for four reads: the last event of a key was a read four times out of five.
        assert!((hit_ratio(&zipf(1.0), 10_000.0, Forgets::Lru, Writes::Remove(0.25), f64::INFINITY) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn a_ttl_is_a_renewal_process() {
        let one = vec![(1.0, 1.0)];
        assert!((hit_ratio(&one, 1.0, Forgets::Lru, Writes::Pass, 2.0) - 2.0 / 3.0).abs() < 1e-9);
        // So long a TTL that it never matters.
        let lru = hit_ratio(&zipf(1.0), 1000.0, Forgets::Lru, Writes::Pass, 1e12);
        assert!((lru - 0.6756).abs() < 2e-4, "{lru}");
    }

    /// Against a simulation of 400,000 stays each, apart from this program: reads, writes, characteristic time and TTL, then the mean stay.
    #[test]
    fn a_key_stays_until_a_gap_a_write_or_its_age_ends_it() {
        let cases = [
            (1.0, 0.0, 1.0, 1.5, 1.2695),
            (1.0, 0.0, 1.0, 2.0, 1.4493),
            (1.0, 0.0, 1.0, 4.0, 1.6799),
            (2.0, 0.3, 1.0, 3.0, 1.5676),
            (3.0, 0.3, 1.0, 5.0, 2.1261),
            (0.3, 0.1, 1.0, 1.7, 1.0629),
        ];
        for (reads, writes, t, ttl, simulated) in cases {
            let held = time_held(reads, writes, t, ttl);
            assert!((held / simulated - 1.0).abs() < 0.005, "{reads} {writes} {t} {ttl}: {held}, simulated {simulated}");
        }
    }
}

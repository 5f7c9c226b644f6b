//! A consistent-hash ring with virtual nodes (Karger et al. 1997): adding or removing a member moves only its share of keys.

use std::sync::Arc;

use crate::engine::random::place_of;

/// A ring over members that have stable names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ring {
    points: Arc<[(u64, u32)]>,
}

impl Ring {
    /// Builds a ring; `names[i]` is the stable name of member `i`, each with `virtual_nodes` points.
    pub fn new(names: &[u64], virtual_nodes: u32) -> Self {
        #[cfg(test)]
        BUILT.set(BUILT.get() + 1);
        let mut points: Vec<(u64, u32)> = names
            .iter()
            .enumerate()
            .flat_map(|(member, name)| (0..virtual_nodes).map(move |v| (place_of(*name, u64::from(v)), member as u32)))
            .collect();
        points.sort_unstable();
        Ring { points: points.into() }
    }

    /// The member that owns a key: the first point at or after the key's hash that `accepts` takes.
    pub fn owner(&self, key: u64, accepts: impl Fn(usize) -> bool) -> Option<usize> {
        let hash = place_of(0x7269_6e67, key);
        let from = self.points.partition_point(|(point, _)| *point < hash);
        let after = self.points[from..].iter().chain(&self.points[..from]);
        after.map(|(_, member)| *member as usize).find(|m| accepts(*m))
    }
}

/// The member that owns a key under plain modulo placement, by the hash function that `seed` chooses.
pub fn modulo_owner(seed: u64, key: u64, members: usize) -> Option<usize> {
    (members > 0).then(|| (place_of(seed, key) % members as u64) as usize)
}

/// The member that owns a key by the highest random weight ("rendezvous": Thaler, Ravishankar 1998): each member's weight for the key is
/// a hash of both, and the largest wins. Without a member its keys go to their second choice each, and no others move.
pub fn rendezvous_owner(key: u64, names: impl Iterator<Item = u64>) -> Option<usize> {
    names.enumerate().max_by_key(|(place, name)| (place_of(*name, key), std::cmp::Reverse(*place))).map(|(place, _)| place)
}

#[cfg(test)]
thread_local! {
    /// How many rings this thread has built.
    pub static BUILT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_member_moves_its_share_and_only_to_it() {
        let names: Vec<u64> = (0..11).map(|i| place_of(99, i)).collect();
        let (ten, eleven) = (Ring::new(&names[..10], 200), Ring::new(&names, 200));
        let keys = 100_000u64;
        let mut moved = 0;
        for key in 0..keys {
            let (before, after) = (ten.owner(key, |_| true), eleven.owner(key, |_| true));
            if before != after {
                moved += 1;
                assert_eq!(after, Some(10), "a key may move only to the new member");
            }
        }
        let share = f64::from(moved) / keys as f64;
        assert!((share - 1.0 / 11.0).abs() < 0.02, "moved {share}, expected about 1/11");
    }

    #[test]
    fn modulo_moves_nearly_everything() {
        let moved = (0..100_000).filter(|k| modulo_owner(7, *k, 10) != modulo_owner(7, *k, 11)).count();
        assert!((moved as f64 / 1e5 - 10.0 / 11.0).abs() < 0.01, "moved {moved}");
    }

    #[test]
    fn by_the_highest_weight_only_the_keys_of_a_lost_member_move() {
        let names: Vec<u64> = (0..8).map(|i| place_of(99, i)).collect();
        let rest: Vec<u64> = names[..7].to_vec();
        let mut of = [0u32; 8];
        for key in 0..80_000 {
            let before = rendezvous_owner(key, names.iter().copied()).unwrap();
            of[before] += 1;
            let after = rendezvous_owner(key, rest.iter().copied()).unwrap();
            assert!(before == after || before == 7, "key {key} was with {before} and is with {after}");
        }
        assert!(of.iter().all(|n| (9_500..10_500).contains(n)), "{of:?}");
        assert_eq!(rendezvous_owner(1, std::iter::empty()), None);
    }

    #[test]
    fn an_unhealthy_owner_hands_over_to_the_next_on_the_ring() {
        let ring = Ring::new(&[1, 2, 3], 50);
        let owner = ring.owner(42, |_| true).unwrap();
        let next = ring.owner(42, |m| m != owner).unwrap();
        assert_ne!(owner, next);
        assert_eq!(ring.owner(42, |_| false), None);
    }
}

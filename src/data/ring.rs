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

/// The member that owns a key under plain modulo placement.
pub fn modulo_owner(key: u64, members: usize) -> Option<usize> {
    (members > 0).then(|| (place_of(0x6d6f_6475, key) % members as u64) as usize)
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
        let moved = (0..100_000).filter(|k| modulo_owner(*k, 10) != modulo_owner(*k, 11)).count();
        assert!((moved as f64 / 1e5 - 10.0 / 11.0).abs() < 0.01, "moved {moved}");
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

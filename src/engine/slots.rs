//! What is under way, in few bytes. Its places, how often each was used and which is free next are restored exactly, since keys and the
//! order of what befalls many at once follow from them. Knows not what is in the places.

use std::mem::size_of;
use std::sync::Arc;

use slotmap::{Key, SlotMap};

use super::pack::{parts, Pack, Packer, Unpacker};
use super::scale::{list, Scale};

/// So often places may have been used since the skeleton was taken: restoring repeats each use.
const MOST_USES: u64 = 500_000;

/// An earlier state of the places, which later ones are told from.
#[derive(Debug)]
struct Skeleton<K: Key, V> {
    map: SlotMap<K, V>,
    places: Places,
    /// Fills places.
    blank: V,
}

/// How places stand.
#[derive(Debug)]
struct Places {
    /// By number, from 1: how often it was taken or left. Odd where something is.
    versions: Vec<u32>,
    /// Free places, the next to be used first.
    free: Vec<u32>,
}

/// A frozen map, beside what the packer has.
#[derive(Clone, Debug)]
pub struct FrozenSlots<K: Key, V> {
    /// Or the map itself, as long as it was empty whenever it was frozen.
    skeleton: Result<Arc<Skeleton<K, V>>, SlotMap<K, V>>,
}

impl Places {
    fn of<K: Key, V: Clone>(map: &SlotMap<K, V>, blank: &V) -> Places {
        // A map does not tell which places are free: a copy shows it as it fills up. A place that is new has version 1.
        let mut full = map.clone();
        let next_free = || Some(parts(full.insert(blank.clone()).data())).filter(|(_, version)| *version > 1);
        let free: Vec<(u32, u32)> = std::iter::from_fn(next_free).collect();
        let mut versions = vec![0; map.len() + free.len()];
        let live = map.keys().map(|k| parts(k.data()));
        for (place, version) in live.chain(free.iter().map(|(place, version)| (*place, version - 1))) {
            versions[place as usize - 1] = version;
        }
        Places { versions, free: free.into_iter().map(|(place, _)| place).collect() }
    }

    fn version(&self, place: u32) -> Option<u32> {
        self.versions.get(place as usize - 1).copied()
    }

    /// Free places at the end of the line that have not been touched since `base`.
    fn untouched(&self, base: &Places) -> usize {
        let same = |(a, b): &(&u32, &u32)| a == b && self.version(**a) == base.version(**a);
        self.free.iter().rev().zip(base.free.iter().rev()).take_while(same).count()
    }

    /// By number of the place, whether it is one of so many at the end of the line.
    fn resting(&self, untouched: usize) -> Vec<bool> {
        let mut resting = vec![false; self.versions.len()];
        self.free[self.free.len() - untouched..].iter().for_each(|place| resting[*place as usize - 1] = true);
        resting
    }

    /// For each place that was touched since `base`: how often it was used, and whether something is there now. `None` if this does not
    /// follow from `base`.
    fn uses(&self, base: &Places) -> Option<Vec<(u64, bool)>> {
        let untouched = self.untouched(base);
        if self.versions.len() < base.versions.len() || (self.versions.len() > base.versions.len() && untouched > 0) {
            return None;
        }
        let resting = self.resting(untouched);
        let touched = (1..).zip(&self.versions).filter(|(place, _)| !resting[*place as usize - 1]);
        let uses = |(place, version): (u32, &u32)| {
            let live = version % 2 == 1;
            let last = if live { *version } else { version.checked_sub(1)? };
            let first = base.version(place).map_or(1, |v| v | 1);
            Some((u64::from(last.checked_sub(first)? / 2), live))
        };
        touched.map(uses).collect()
    }
}

impl<K: Key, V: Clone> FrozenSlots<K, V> {
    /// Packs a map's places; `before` is an earlier state of the same.
    pub fn new(map: &SlotMap<K, V>, before: Option<&Self>, to: &mut Packer) -> Self {
        let base = before.and_then(|b| b.skeleton.as_ref().ok());
        let Some(blank) = base.map(|b| &b.blank).or_else(|| map.values().next()) else {
            return FrozenSlots { skeleton: Err(map.clone()) };
        };
        let places = Places::of(map, blank);
        let follows = |base: &&Arc<Skeleton<K, V>>| {
            let uses = places.uses(&base.places)?;
            (uses.iter().map(|(n, _)| n).sum::<u64>() <= MOST_USES).then(|| (Arc::clone(base), uses))
        };
        let known = base.as_ref().and_then(follows);
        let (skeleton, uses) = known.unwrap_or_else(|| {
            let again = Places { versions: places.versions.clone(), free: places.free.clone() };
            let uses = places.uses(&again).unwrap_or_default();
            (Arc::new(Skeleton { map: map.clone(), places: again, blank: blank.clone() }), uses)
        });
        let untouched = places.untouched(&skeleton.places);
        places.versions.len().pack(to);
        untouched.pack(to);
        uses.iter().for_each(|(n, live)| to.number(n << 1 | u64::from(*live)));
        let mut before = 0;
        for place in &places.free[..places.free.len() - untouched] {
            to.step(i64::from(*place) - before);
            before = i64::from(*place);
        }
        FrozenSlots { skeleton: Ok(skeleton) }
    }

    /// The map with something in each place that was not free, to be replaced; in the order of `values_mut`.
    pub fn unpack(&self, from: &mut Unpacker<'_>) -> SlotMap<K, V> {
        let skeleton = match &self.skeleton {
            Ok(skeleton) => skeleton,
            Err(map) => return map.clone(),
        };
        let (count, untouched) = (usize::unpack(from), usize::unpack(from));
        let mut map = skeleton.map.clone();
        let free = &skeleton.places.free;
        let resting = skeleton.places.resting(untouched);
        let taken = free.len() - untouched + count - skeleton.places.versions.len();
        for _ in 0..taken {
            map.insert(skeleton.blank.clone());
        }
        let mut keys = vec![K::null(); count];
        map.keys().for_each(|k| keys[parts(k.data()).0 as usize - 1] = k);
        let mut left = 0;
        for (place, at) in (1u32..).zip(&mut keys) {
            if resting.get(place as usize - 1).is_some_and(|rests| *rests) {
                continue;
            }
            let word = from.number();
            for _ in 0..word >> 1 {
                if let Some(value) = map.remove(*at) {
                    *at = map.insert(value);
                }
            }
            left += usize::from(word & 1 == 0);
        }
        let mut at = 0;
        let order: Vec<u32> = (0..left)
            .map(|_| {
                at += from.step();
                at as u32
            })
            .collect();
        for place in order.iter().rev() {
            map.remove(keys[*place as usize - 1]);
        }
        map
    }

    /// Weighs it; what is in the places must hold no memory of its own.
    pub fn weigh(&self, scale: &mut Scale) {
        match &self.skeleton {
            Ok(s) => drop(scale.shared(s, slots(&s.map) + list(&s.places.versions) + list(&s.places.free))),
            Err(map) => scale.add(slots(map)),
        }
    }
}

/// Bytes of a slot map's memory: values and the number of their use.
fn slots<K: Key, V>(slots: &SlotMap<K, V>) -> usize {
    (slots.capacity() + 1) * (size_of::<V>().max(size_of::<u32>()) + size_of::<u64>())
}

#[cfg(test)]
mod tests {
    use super::super::ids::JobKey;
    use super::super::random::{below, generator, Purpose};
    use super::*;

    /// Frozen now and then, a map that is restored is the same now and takes the same keys ever after.
    #[test]
    fn a_restored_map_goes_on_as_the_one_that_was_frozen() {
        let mut map = SlotMap::<JobKey, u64>::with_key();
        let mut last: Option<FrozenSlots<JobKey, u64>> = None;
        let step = |map: &mut SlotMap<JobKey, u64>, step: u64| {
            let mut rng = generator(5, 1, Purpose::Key, step);
            let full = 20 + (step / 700 % 5) as usize * 10;
            if map.is_empty() || (map.len() < full && below(&mut rng, 2) == 0) {
                return Some(map.insert(step));
            }
            let gone = map.keys().nth(below(&mut rng, map.len()));
            gone.inspect(|k| {
                map.remove(*k);
            })
        };
        for begun in (0..20_000).step_by(50) {
            let mut packer = Packer::default();
            let frozen = FrozenSlots::new(&map, last.as_ref().filter(|_| begun % 3_000 != 0), &mut packer);
            let (bytes, texts) = packer.close();
            let mut restored = frozen.unpack(&mut Unpacker::new(&bytes, &texts));
            restored.values_mut().zip(map.values()).for_each(|(a, b)| *a = *b);
            assert!(restored.iter().eq(&map), "step {begun}");
            for later in begun..begun + 50 {
                assert_eq!(step(&mut restored, later), step(&mut map, later), "step {begun}, then {later}");
            }
            assert!(restored.iter().eq(&map));
            last = Some(frozen);
        }
    }
}

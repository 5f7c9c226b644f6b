//! A scale for snapshots: bytes held, those that several hold counted once.
//! Knows not what is weighed.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use rustc_hash::FxHashSet;

/// The strong and the weak count of what is shared.
const COUNTS: usize = 2 * size_of::<usize>();

/// A scale.
#[derive(Clone, Debug, Default)]
pub struct Scale {
    bytes: usize,
    seen: FxHashSet<usize>,
}

impl Scale {
    /// Bytes weighed so far.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds bytes that one alone holds.
    pub fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Adds something shared, with `inside` bytes beyond its own size, if it was not weighed before. Whether it was added.
    pub fn shared<T: ?Sized>(&mut self, what: &Arc<T>, inside: usize) -> bool {
        let new = self.seen.insert(Arc::as_ptr(what).cast::<u8>() as usize);
        if new {
            self.bytes += COUNTS + size_of_val(&**what) + inside;
        }
        new
    }
}

/// Bytes of a list's memory.
pub fn list<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

/// Bytes of a line's memory.
pub fn line<T>(line: &VecDeque<T>) -> usize {
    line.capacity() * size_of::<T>()
}

/// Bytes of a map's memory: room for a power of two, of which an eighth stays free, and a byte of control each.
pub fn map<K, V, S: BuildHasher>(map: &std::collections::HashMap<K, V, S>) -> usize {
    match map.capacity() {
        0 => 0,
        room => (room * 8).div_ceil(7).next_power_of_two() * (size_of::<(K, V)>() + 1) + 16,
    }
}

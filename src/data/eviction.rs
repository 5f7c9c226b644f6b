//! Which key a full cache gives up: one small file for each policy, all behind [`Order`]. Snapshots share what has not changed.
//! Knows no values, no ages and no clock.

mod frequency;
mod random;
mod recency;

pub use frequency::Frequency;
pub use random::AnyOf;
pub use recency::Recency;

/// Which key goes when the cache is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eviction {
    /// The least recently used.
    #[default]
    Lru,
    /// The oldest.
    Fifo,
    /// The least frequently used.
    Lfu,
    /// Any.
    Random,
}

/// Where a key stands in the order: what the cache keeps beside its value, so that no second look-up is needed.
pub type Place = u32;

/// An order of keys by which the next to go is found.
pub trait Order {
    /// A key that was not here comes.
    fn insert(&mut self, key: u64) -> Place;
    /// A key is asked for, or written again.
    fn touch(&mut self, key: u64, place: Place);
    /// A key goes. Returns another that has moved to another place thereby, if any.
    fn remove(&mut self, key: u64, place: Place) -> Option<(u64, Place)>;
    /// The key that goes next; `draw(n)` is a random number below n.
    fn next_to_go(&self, draw: impl FnMut(usize) -> usize) -> Option<u64>;
    /// All keys, the next to go first where there is an order.
    fn keys(&self) -> Vec<u64>;
    /// A few keys, that first which stays longest where there is an order.
    fn last_to_go(&self, most: usize) -> Vec<u64>;
}

/// The order of one of the policies.
#[derive(Clone, Debug)]
pub enum Policy {
    /// LRU and FIFO.
    Recency(Recency),
    /// LFU.
    Frequency(Frequency),
    /// Random.
    Random(AnyOf),
}

macro_rules! each {
    ($policy:expr, $order:ident => $body:expr) => {
        match $policy {
            Policy::Recency($order) => $body,
            Policy::Frequency($order) => $body,
            Policy::Random($order) => $body,
        }
    };
}

impl Policy {
    /// An empty order of this policy.
    pub fn new(eviction: Eviction) -> Self {
        match eviction {
            Eviction::Lru => Policy::Recency(Recency::new(true)),
            Eviction::Fifo => Policy::Recency(Recency::new(false)),
            Eviction::Lfu => Policy::Frequency(Frequency::default()),
            Eviction::Random => Policy::Random(AnyOf::default()),
        }
    }
}

impl Order for Policy {
    fn insert(&mut self, key: u64) -> Place {
        each!(self, order => order.insert(key))
    }
    fn touch(&mut self, key: u64, place: Place) {
        each!(self, order => order.touch(key, place));
    }
    fn remove(&mut self, key: u64, place: Place) -> Option<(u64, Place)> {
        each!(self, order => order.remove(key, place))
    }
    fn next_to_go(&self, draw: impl FnMut(usize) -> usize) -> Option<u64> {
        each!(self, order => order.next_to_go(draw))
    }
    fn keys(&self) -> Vec<u64> {
        each!(self, order => order.keys())
    }
    fn last_to_go(&self, most: usize) -> Vec<u64> {
        each!(self, order => order.last_to_go(most))
    }
}

//! What a copy of a world weighs beside what its behaviours share.
//! Changes nothing.

use std::mem::size_of;

use slotmap::{Key, SlotMap};

use super::behaviour::Behaviour;
use super::scale::{line, list, Scale};
use super::World;

/// Bytes of a slot map's memory: values and the number of their use.
fn slots<K: Key, V>(slots: &SlotMap<K, V>) -> usize {
    (slots.capacity() + 1) * (size_of::<V>().max(size_of::<u32>()) + size_of::<u64>())
}

impl<B: Behaviour> World<B> {
    /// Weighs nodes, links, and all that is under way.
    pub fn weigh(&self, scale: &mut Scale) {
        let core = &self.core;
        scale.add(list(&core.nodes) + list(&core.links) + list(&self.behaviours) + list(&core.observations));
        for node in &core.nodes {
            scale.add(node.station.bytes() + list(&node.outgoing) + list(&node.incoming));
        }
        scale.add(core.links.iter().map(|l| line(&l.waiting)).sum());
        scale.add(slots(&core.requests) + slots(&core.jobs) + slots(&core.calls) + slots(&core.transits));
        for trace in core.requests.values().filter_map(|r| r.trace.as_deref()) {
            scale.add(size_of::<super::trace::Trace>() + trace.bytes());
        }
        scale.add(core.queue.bytes());
    }
}

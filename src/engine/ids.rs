//! Identities inside a world. Indices are never reused; keys of short-lived things go stale when the thing ends.

use slotmap::new_key_type;

/// A node of the world: its place in the world's list. Removed nodes keep their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeIndex(pub u32);

/// A link of the world, likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkIndex(pub u32);

impl NodeIndex {
    /// As an index into a list of nodes.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

impl LinkIndex {
    /// As an index into a list of links.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// One attempt of a call: stale once it has been closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptKey {
    /// Of which call.
    pub call: CallKey,
    /// Which of its attempts, counted from 1.
    pub number: u32,
}

new_key_type! {
    /// A request, from the client's start to its end.
    pub struct RequestKey;
    /// One message being worked on at one node: a frame of the call stack.
    pub struct JobKey;
    /// One call of a job over a link, with all its attempts.
    pub struct CallKey;
    /// One message on a link.
    pub struct TransitKey;
}

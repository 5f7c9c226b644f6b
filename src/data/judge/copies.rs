//! Who has which version of a key, and so which acknowledged writes are lost: those that a crash took and nobody else had.
//! Knows not how they came there.

use smallvec::SmallVec;

use super::history::History;
use crate::data::ranges::Ranges;
use crate::engine::NodeIndex;

/// Who has a version of a key, each the newest that it has; mostly one.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    holders: SmallVec<[(NodeIndex, u64); 2]>,
    /// The newest that anybody ever had.
    newest: u64,
    /// Versions that a crash took and that did not arrive after all. A later write is no excuse.
    gone: Ranges,
    /// Of these, acknowledged.
    lost: u64,
}

impl Copies {
    /// A node has this version now, and none before it.
    pub fn hold(&mut self, node: NodeIndex, version: u64) {
        match self.holders.iter_mut().find(|(who, _)| *who == node) {
            Some((_, has)) => *has = version,
            None => self.holders.push((node, version)),
        }
        self.newest = self.newest.max(version);
        if self.gone.contains(version) {
            // It arrives after all; what it replaces would have been replaced in any case.
            self.gone.take_up_to(version);
        }
    }

    /// A node is no longer the one who has to keep a version: others have it.
    pub fn pass_on(&mut self, node: NodeIndex) {
        self.holders.retain(|(who, _)| *who != node);
    }

    /// A crash takes a node back to a version; 0 is none.
    pub fn lose(&mut self, node: NodeIndex, kept: u64) {
        self.pass_on(node);
        if kept > 0 {
            self.holders.push((node, kept));
        }
        let left = self.holders.iter().map(|(_, version)| *version).max().unwrap_or(0);
        self.gone.insert_all(left + 1, self.newest);
    }

    /// Counts the lost writes anew. Returns how many there are, and how many there were.
    pub fn count(&mut self, history: &History) -> (u64, u64) {
        let before = self.lost;
        if before > 0 || !self.gone.is_empty() {
            self.lost = self.gone.count_common(&history.told);
        }
        (self.lost, before)
    }
}

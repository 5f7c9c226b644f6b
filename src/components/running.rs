//! What a running node of any kind has: settings, memory, a disk, and the books that the laboratory keeps of it.
//! A crash leaves what is on the disk; the rest goes here, for all kinds, so that no kind can forget to forget.

use std::fmt::Debug;

use super::{Component, Part};
use crate::diagram::param::Values;
use crate::engine::behaviour::Ctx;

/// What the nodes of a kind have. What is not declared durable is gone when the process ends.
pub trait State: Clone + Debug {
    /// What it is set to; outlives everything.
    type Params: Clone + Debug + for<'v> From<&'v Values>;
    /// What its process knows, gone with it.
    type Memory: Clone + Debug;
    /// What it has stored, gone only with its disk.
    type Disk: Clone + Debug + Default;
    /// What the laboratory counts of it and draws for it: no part of the node, so nothing that happens to the node touches it.
    type Books: Clone + Debug + Default;

    /// What a process knows that has just begun.
    fn memory(params: &Self::Params) -> Self::Memory;

    /// Whether it stores on its disk at all, set as it is.
    fn is_durable(params: &Self::Params) -> bool {
        let _ = params;
        true
    }
}

/// A running node.
#[derive(Clone, Debug)]
pub struct Running<S: State> {
    /// What it is set to.
    pub params: S::Params,
    /// What its process knows.
    pub memory: S::Memory,
    /// What it has stored.
    pub disk: S::Disk,
    /// What is counted of it.
    pub books: S::Books,
}

impl<S: State> Running<S>
where
    Running<S>: Part,
{
    /// Whether there is anything that its disk could hold.
    pub const HAS_DISK: bool = std::mem::size_of::<S::Disk>() > 0;

    /// A fresh one, set to these (checked) values.
    pub fn new(values: &Values) -> Self {
        let params = S::Params::from(values);
        Running { memory: S::memory(&params), disk: S::Disk::default(), books: S::Books::default(), params }
    }

    /// Its process ends: its memory goes, and what it had not stored.
    pub fn end_process(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.crash(ctx);
        self.memory = S::memory(&self.params);
        if !S::is_durable(&self.params) {
            self.lose_disk(ctx);
        }
    }

    /// What its process knows and what it has stored, as text: for the law that the one goes with a crash and the other stays.
    #[cfg(test)]
    pub fn contents(&self) -> (String, String) {
        (format!("{:?}", self.memory), format!("{:?}", self.disk))
    }

    /// The same of one that is as new, set as it is.
    #[cfg(test)]
    pub fn fresh(&self) -> (String, String) {
        (format!("{:?}", S::memory(&self.params)), format!("{:?}", S::Disk::default()))
    }

    /// Its disk is lost: it has stored nothing.
    pub fn lose_disk(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.wiped(ctx);
        self.disk = S::Disk::default();
    }
}

//! What is broken now, as far as the journal tells: it decides what a fault's inverse is.
//! Does not know what breaking does to a run.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::Fault;

/// Nodes that are down with what took them down, slowed nodes with their factors, cut links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breakage {
    down: BTreeMap<String, Fault>,
    slow: BTreeMap<String, f64>,
    cut: BTreeSet<String>,
}

/// What applying a fault came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It changed something, and this takes it back.
    Undoable(Fault),
    /// It changed something for good.
    Final,
    /// Nothing changed, and why.
    Idle(&'static str),
}

impl Breakage {
    /// Applies a fault.
    pub fn apply(&mut self, fault: &Fault) -> Outcome {
        use Outcome::{Final, Idle, Undoable};
        match fault {
            Fault::Crash { node } | Fault::Vanish { node } | Fault::Hang { node } => {
                if self.down.contains_key(node) {
                    return Idle("is already down");
                }
                self.down.insert(node.clone(), fault.clone());
                Undoable(Fault::Restart { node: node.clone() })
            }
            Fault::Restart { node } => self.down.remove(node).map_or(Idle("is not down"), Undoable),
            Fault::Slow { node, factor } => {
                let old = self.slow.get(node).copied().unwrap_or(1.0);
                if old == *factor {
                    return Idle("already has this speed");
                }
                match *factor == 1.0 {
                    true => self.slow.remove(node),
                    false => self.slow.insert(node.clone(), *factor),
                };
                Undoable(Fault::Slow { node: node.clone(), factor: old })
            }
            Fault::Cut { link } => match self.cut.insert(link.clone()) {
                true => Undoable(Fault::Mend { link: link.clone() }),
                false => Idle("is already cut"),
            },
            Fault::Mend { link } => match self.cut.remove(link) {
                true => Undoable(Fault::Cut { link: link.clone() }),
                false => Idle("is not cut"),
            },
            Fault::Flush { .. } => Final,
        }
    }

    /// Forgets a removed node; returns the faults that would break it again as it was.
    pub fn forget_node(&mut self, id: &str) -> Vec<Fault> {
        let slow = self.slow.remove(id).map(|factor| Fault::Slow { node: id.into(), factor });
        let down = self.down.remove(id);
        slow.into_iter().chain(down).collect()
    }

    /// Forgets a removed link; returns the fault that would cut it again.
    pub fn forget_link(&mut self, id: &str) -> Option<Fault> {
        self.cut.remove(id).then(|| Fault::Cut { link: id.into() })
    }
}

/// The id that a fault is about.
pub fn subject(fault: &Fault) -> &str {
    match fault {
        Fault::Crash { node } | Fault::Vanish { node } | Fault::Hang { node } | Fault::Restart { node } => node,
        Fault::Slow { node, .. } | Fault::Flush { node } => node,
        Fault::Cut { link } | Fault::Mend { link } => link,
    }
}

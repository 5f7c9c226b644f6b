//! What is broken now, as far as the journal tells: it decides what a fault's inverse is.
//! Does not know what breaking does to a run.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{member, Fault};

/// Nodes that are down with what took them down, slowed nodes with their factors, links with what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breakage {
    down: BTreeMap<String, Fault>,
    /// Instances of nodes that are down which work again.
    restarted: BTreeSet<String>,
    slow: BTreeMap<String, f64>,
    /// The faults of each link, by their ids; a cut has the empty id.
    links: BTreeMap<String, BTreeMap<String, Fault>>,
}

/// What applying a fault came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It changed something, and these take it back.
    Undoable(Vec<Fault>),
    /// It changed something for good.
    Final,
    /// Nothing changed, and why.
    Idle(&'static str),
}

/// The id of a cut, among the faults of a link.
const CUT: &str = "";

impl Breakage {
    /// Applies a fault.
    pub fn apply(&mut self, fault: &Fault) -> Outcome {
        use Outcome::{Final, Idle, Undoable};
        match fault {
            Fault::Crash { node } | Fault::Vanish { node } | Fault::Hang { node } => {
                if self.is_down(node) {
                    return Idle("is already down");
                }
                self.restarted.retain(|name| name != node && member(name).0 != node);
                if !self.down_with_all(node) {
                    self.down.insert(node.clone(), fault.clone());
                }
                Undoable(vec![Fault::Restart { node: node.clone() }])
            }
            // What was stored is gone for good; whether it is down as well can be undone.
            Fault::LoseDisk { node } => match self.apply(&Fault::Crash { node: node.clone() }) {
                Idle(_) => Final,
                outcome => outcome,
            },
            Fault::Restart { node } => self.restart(node).map_or(Idle("is not down"), |fault| Undoable(vec![fault])),
            Fault::Slow { node, factor } => {
                let old = self.slow.get(node).copied().unwrap_or(1.0);
                if old == *factor {
                    return Idle("already has this speed");
                }
                match *factor == 1.0 {
                    true => self.slow.remove(node),
                    false => self.slow.insert(node.clone(), *factor),
                };
                Undoable(vec![Fault::Slow { node: node.clone(), factor: old }])
            }
            Fault::Cut { link } => match self.wrong_with(link).contains_key(CUT) {
                true => Idle("is already cut"),
                false => self.put(link, CUT, fault),
            },
            Fault::Impair { link, id, .. } => match self.wrong_with(link).get(id) == Some(fault) {
                true => Idle("has this fault already"),
                false => self.put(link, id, fault),
            },
            Fault::Lift { link, id } => match self.wrong_with(link).remove(id) {
                Some(fault) => Undoable(vec![fault]),
                None => Idle("has no such fault"),
            },
            Fault::Mend { link } => match self.links.remove(link) {
                Some(faults) if !faults.is_empty() => Undoable(faults.into_values().collect()),
                _ => Idle("is not cut"),
            },
            Fault::Flush { .. } => Final,
        }
    }

    fn wrong_with(&mut self, link: &str) -> &mut BTreeMap<String, Fault> {
        self.links.entry(link.into()).or_default()
    }

    /// A fault befalls a link, perhaps in place of another.
    fn put(&mut self, link: &str, id: &str, fault: &Fault) -> Outcome {
        match self.wrong_with(link).insert(id.into(), fault.clone()) {
            Some(before) => Outcome::Undoable(vec![before]),
            // A cut is the only one if it can be mended; beside others it is lifted alone.
            None if id == CUT && self.wrong_with(link).len() == 1 => Outcome::Undoable(vec![Fault::Mend { link: link.into() }]),
            None => Outcome::Undoable(vec![Fault::Lift { link: link.into(), id: id.into() }]),
        }
    }

    /// Whether a node is down, or one of its instances; of several all.
    fn is_down(&self, name: &str) -> bool {
        match member(name) {
            (_, Some(_)) => self.down.contains_key(name) || self.down_with_all(name) && !self.restarted.contains(name),
            _ => self.down.contains_key(name) && !self.restarted.iter().any(|one| member(one).0 == name),
        }
    }

    /// Whether it is an instance of a node that went down with all of them.
    fn down_with_all(&self, name: &str) -> bool {
        matches!(member(name), (id, Some(_)) if self.down.contains_key(id))
    }

    /// A node or an instance works again; returns what would take it down.
    fn restart(&mut self, name: &str) -> Option<Fault> {
        if let Some(fault) = self.down.remove(name) {
            self.forget_instances(name);
            return Some(fault);
        }
        if member(name).1.is_none() {
            // Those of its instances that were down.
            return self.forget_instances(name).then(|| Fault::Crash { node: name.into() });
        }
        if !self.is_down(name) {
            return None;
        }
        self.restarted.insert(name.into());
        Some(Fault::Crash { node: name.into() })
    }

    /// Forgets what is known of a node's instances; returns whether any was down.
    fn forget_instances(&mut self, id: &str) -> bool {
        let is_one = |name: &String| matches!(member(name), (of, Some(_)) if of == id);
        let before = self.down.len();
        self.down.retain(|name, _| !is_one(name));
        self.restarted.retain(|name| !is_one(name));
        self.down.len() < before
    }

    /// Forgets a removed node; returns the faults that would break it again as it was.
    pub fn forget_node(&mut self, id: &str) -> Vec<Fault> {
        let slow = self.slow.remove(id).map(|factor| Fault::Slow { node: id.into(), factor });
        let down = self.down.remove(id);
        self.forget_instances(id);
        self.slow.retain(|name, _| member(name).0 != id);
        slow.into_iter().chain(down).collect()
    }

    /// Forgets those of a node's instances that were retired when so many were left; returns the faults that would break them again.
    pub fn forget_beyond(&mut self, id: &str, left: u32) -> Vec<Fault> {
        let is_gone = |name: &String| matches!(member(name), (of, Some(number)) if of == id && number > left);
        self.restarted.retain(|name| !is_gone(name));
        let down: Vec<Fault> = self.down.iter().filter(|(name, _)| is_gone(name)).map(|(_, fault)| fault.clone()).collect();
        let slow = self.slow.iter().filter(|(name, _)| is_gone(name));
        let slow: Vec<Fault> = slow.map(|(node, factor)| Fault::Slow { node: node.clone(), factor: *factor }).collect();
        self.down.retain(|name, _| !is_gone(name));
        self.slow.retain(|name, _| !is_gone(name));
        slow.into_iter().chain(down).collect()
    }

    /// Forgets a removed link; returns the faults that would break it again as it was.
    pub fn forget_link(&mut self, id: &str) -> Vec<Fault> {
        self.links.remove(id).unwrap_or_default().into_values().collect()
    }
}

/// The id that a fault is about.
pub fn subject(fault: &Fault) -> &str {
    match fault {
        Fault::Crash { node } | Fault::Vanish { node } | Fault::Hang { node } | Fault::LoseDisk { node } | Fault::Restart { node } => node,
        Fault::Slow { node, .. } | Fault::Flush { node } => node,
        Fault::Cut { link } | Fault::Impair { link, .. } | Fault::Lift { link, .. } | Fault::Mend { link } => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of these faults, done in turn, changes something.
    fn told(faults: &[(&str, &str)]) -> Vec<bool> {
        let mut broken = Breakage::default();
        let done = |(what, node): &(&str, &str)| {
            let node = (*node).to_string();
            let fault = if *what == "crash" { Fault::Crash { node } } else { Fault::Restart { node } };
            !matches!(broken.apply(&fault), Outcome::Idle(_))
        };
        faults.iter().map(done).collect()
    }

    #[test]
    fn an_instance_is_down_by_itself_or_with_all_of_them() {
        let (crash, restart) = ("crash", "restart");
        assert_eq!(told(&[(crash, "s#2"), (crash, "s#2"), (crash, "s"), (restart, "s#2")]), [true, false, true, true]);
        assert_eq!(
            told(&[(crash, "s"), (crash, "s#1"), (restart, "s#1"), (restart, "s#1"), (crash, "s")]),
            [true, false, true, false, true]
        );
        assert_eq!(told(&[(crash, "s"), (restart, "s#1"), (crash, "s#1"), (crash, "s#1")]), [true, true, true, false]);
        assert_eq!(told(&[(crash, "s#2"), (restart, "s"), (restart, "s#2"), (restart, "s")]), [true, true, false, false]);
        assert_eq!(told(&[(restart, "s"), (restart, "s#2")]), [false, false]);
    }

    #[test]
    fn what_is_retired_is_forgotten() {
        let mut broken = Breakage::default();
        for node in ["s#2", "s#5"] {
            broken.apply(&Fault::Crash { node: node.into() });
        }
        broken.apply(&Fault::Slow { node: "s#4".into(), factor: 2.0 });
        let again = broken.forget_beyond("s", 3);
        assert_eq!(again, [Fault::Slow { node: "s#4".into(), factor: 2.0 }, Fault::Crash { node: "s#5".into() }]);
        assert_eq!(broken.apply(&Fault::Crash { node: "s#2".into() }), Outcome::Idle("is already down"));
        assert!(matches!(broken.apply(&Fault::Crash { node: "s#5".into() }), Outcome::Undoable(_)));
    }
}

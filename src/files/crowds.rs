//! How many nodes and links a diagram comes to once every instance is counted: a few numbers in a file must not ask for all memory.
//! Spawns none.

use rustc_hash::FxHashMap;

use super::Problem;
use crate::components::instances;
use crate::diagram::{Document, Edit, Link, Node};

/// Most nodes of a run, each instance counted.
pub const MAX_INSTANCES: usize = 5_000;
/// Most links of a run: one from each instance of the caller to each of the called.
pub const MAX_INSTANCE_LINKS: usize = 40_000;

fn of(node: &Node) -> usize {
    instances::of(&node.kind, &node.params) as usize
}

fn count<'a>(nodes: impl Iterator<Item = &'a Node>, links: impl Iterator<Item = &'a Link>) -> Result<(), String> {
    let number: FxHashMap<&str, usize> = nodes.map(|n| (n.id.as_str(), of(n))).collect();
    let all: usize = number.values().sum();
    if all > MAX_INSTANCES {
        return Err(format!("all nodes together have {all} instances, {MAX_INSTANCES} are allowed"));
    }
    let ends = |l: &Link| [&l.from, &l.to].map(|end| number.get(end.as_str()).copied().unwrap_or(1));
    let pairs: usize = links.map(|l| ends(l).iter().product::<usize>()).sum();
    match pairs > MAX_INSTANCE_LINKS {
        true => Err(format!("the links join {pairs} pairs of instances, {MAX_INSTANCE_LINKS} are allowed")),
        false => Ok(()),
    }
}

/// Whether a whole diagram has room for its instances.
pub(super) fn check(doc: &Document) -> Result<(), Problem> {
    count(doc.nodes.iter(), doc.links.iter()).map_err(|m| Problem::new("nodes", m))
}

/// Whether a diagram has room for them after an edit.
pub(super) fn check_edit(doc: &Document, edit: &Edit) -> Result<(), Problem> {
    let has_several = |id: &str| doc.node(id).is_some_and(|n| of(n) > 1);
    match edit {
        Edit::AddNode { node } if of(node) > 1 => {
            count(doc.nodes.iter().chain([node]), doc.links.iter()).map_err(|m| Problem::new("node", m))
        }
        Edit::AddLink { link } if has_several(&link.from) || has_several(&link.to) => {
            count(doc.nodes.iter(), doc.links.iter().chain([link])).map_err(|m| Problem::new("link", m))
        }
        Edit::Reconnect { link: id, from, to } if has_several(from) || has_several(to) => {
            let moved = doc.link(id).map(|l| Link { from: from.clone(), to: to.clone(), ..l.clone() });
            let links = doc.links.iter().filter(|l| l.id != *id).chain(&moved);
            count(doc.nodes.iter(), links).map_err(|m| Problem::new("link", m))
        }
        Edit::SetNodeParam { id, param, value } if param == instances::NAME => {
            let Some(mut scaled) = doc.node(id).cloned() else { return Ok(()) };
            let before = of(&scaled);
            scaled.params.insert(param.clone(), value.clone());
            if of(&scaled) <= before {
                return Ok(());
            }
            let nodes = doc.nodes.iter().filter(|n| n.id != *id).chain([&scaled]);
            count(nodes, doc.links.iter()).map_err(|m| Problem::new("value", m))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::files::{check_edit, validate};

    fn service(i: usize, instances: u32) -> Node {
        let params = [(instances::NAME.to_string(), instances.into())].into_iter().collect();
        Node { id: format!("s{i}"), kind: "service".into(), name: "s".into(), x: 0.0, y: 0.0, params, group: None }
    }

    /// Services, of which the first calls some others.
    fn drawn(nodes: Vec<Node>, links: usize) -> Document {
        let link = |i| Link { id: format!("l{i}"), from: "s0".into(), to: format!("s{i}"), params: Default::default() };
        Document { nodes, links: (1..=links).map(link).collect(), ..Document::default() }
    }

    #[test]
    fn a_few_numbers_ask_for_no_more_than_there_is_room_for() {
        let judged = |doc: &Document| validate(doc).map_err(|problems| problems.to_string());
        let crowd = |n: usize, links| drawn((0..n).map(|i| service(i, 100)).collect(), links);
        assert_eq!(judged(&crowd(50, 4)), Ok(()));
        assert!(judged(&crowd(51, 0)).unwrap_err().contains("5100 instances"));
        assert!(judged(&crowd(6, 5)).unwrap_err().contains("50000 pairs"));
        let mut doc = drawn((0..6).map(|i| service(i, if i == 0 { 80 } else { 100 })).collect(), 5);
        assert_eq!(judged(&doc), Ok(()));
        let set = |n: u32| Edit::SetNodeParam { id: "s0".into(), param: "instances".into(), value: n.into() };
        assert!(check_edit(&doc, &set(81)).unwrap_err().message.contains("40500 pairs"));
        assert!(check_edit(&doc, &set(2)).is_ok());
        doc.apply(&set(2)).unwrap();
        assert!(check_edit(&doc, &set(81)).is_err());
    }
}

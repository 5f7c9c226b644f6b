//! Random systems and what may happen to them, as choices of a list of numbers, so that a failing case shrinks.
//! Judges nothing.

use faultline::components::{self, role_between};
use faultline::diagram::param::{ParamSpec, ParamType, Values};
use faultline::diagram::{Document, Edit, Effect, Entry, Fault, Group, GroupKind, Impairment, Link, Node, Place};
use faultline::engine::impairment::{Direction, Traffic};
use faultline::files::{can_link_as, check_edit, free_operations};
use serde_json::{json, Value};

/// A source of choices: the numbers of the case, used one after the other.
pub struct Dice {
    /// The numbers.
    pub numbers: Vec<u32>,
    /// How many have been used.
    pub next: usize,
}

impl Dice {
    /// One of the choices.
    pub fn below(&mut self, n: usize) -> usize {
        let number =
            self.numbers[self.next % self.numbers.len()].wrapping_add(((self.next / self.numbers.len()) as u32).wrapping_mul(0x9e37_79b9));
        self.next += 1;
        number as usize % n.max(1)
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 20) as f64 / f64::from(1 << 20)
    }

    fn value(&mut self, spec: &ParamSpec) -> Value {
        match &spec.kind {
            ParamType::Int { min, max } => json!(min + self.below(((*max - *min) as usize + 1).min(6)) as i64),
            ParamType::Float { min, max } => json!(min + self.unit() * (max - min).min(400.0)),
            ParamType::Bool => json!(self.below(2) == 1),
            ParamType::Choice(options) => json!(options[self.below(options.len())].0),
            ParamType::Duration { min_ms, max_ms } => json!(min_ms + self.unit() * (max_ms - min_ms).min(300.0)),
            ParamType::Text { .. } => json!(format!("0.01,{}\n0.2,1,write", self.below(9))),
            ParamType::Law => {
                let ms = self.unit() * 40.0;
                match self.below(4) {
                    0 => json!({"law": "constant", "value_ms": ms.trunc()}),
                    1 => json!({"law": "exponential", "mean_ms": ms}),
                    2 => json!({"law": "uniform", "low_ms": 0, "high_ms": ms}),
                    _ => json!({"law": "constant", "value_ms": 0}),
                }
            }
        }
    }

    fn params(&mut self, specs: &[ParamSpec]) -> Values {
        let count = self.below(5);
        (0..count)
            .map(|_| {
                let spec = &specs[self.below(specs.len())];
                (spec.name.to_string(), self.value(spec))
            })
            .collect()
    }

    fn node(&mut self, number: usize) -> Node {
        let kinds = components::kinds();
        let kind = &kinds[if number == 0 { 0 } else { self.below(kinds.len()) }];
        self.node_of(number, kind.id)
    }

    fn node_of(&mut self, number: usize, kind: &str) -> Node {
        let kind = components::kind(kind).unwrap();
        let (id, mut params) = (format!("n{number}"), self.params(&kind.params()));
        if kind.has_members && self.below(3) == 0 {
            params.insert("instances".into(), json!(2 + self.below(3)));
        }
        Node { name: id.clone(), id, kind: kind.id.into(), x: 0.0, y: 0.0, params, group: None }
    }

    /// A link from an earlier node to a later one, so that calls make no cycle; `None` if the kinds do not fit.
    fn link(&mut self, document: &Document, number: usize) -> Option<Link> {
        let order = |n: &Node| n.id[1..].parse::<usize>().unwrap_or(0);
        let n = document.nodes.len();
        let (a, b) = (&document.nodes[self.below(n)], &document.nodes[self.below(n)]);
        let (from, to) = if order(a) < order(b) { (a, b) } else { (b, a) };
        let taken = document.links.iter().any(|l| l.from == from.id && l.to == to.id);
        let follows = document.links.iter().any(|l| l.to == to.id && document.node(&l.from).is_some_and(|n| n.kind == "database"));
        if from.id == to.id || role_between(&from.kind, &to.kind).is_err() || (from.kind == "database" && follows) {
            return None;
        }
        let (id, mut params) = (format!("l{number}"), self.params(&components::link::specs()));
        if taken {
            // A second link carries what the first does not, if that leaves something.
            params.insert("when".into(), free_operations(document, None, &from.id, &to.id).ok()?.into());
        }
        can_link_as(document, None, &from.id, &to.id, &params).ok()?;
        Some(Link { id, from: from.id.clone(), to: to.id.clone(), params })
    }

    /// A group that is there, or none.
    fn group(&mut self, now: &Document) -> Option<String> {
        now.groups.get(self.below(now.groups.len() + 1)).map(|g| g.id.clone())
    }

    fn place(&mut self) -> Option<Place> {
        Place::ALL.get(self.below(Place::ALL.len() + 1)).copied()
    }

    /// Something that may be wrong with a link.
    fn impairment(&mut self) -> Impairment {
        let mut one = |names: &[&'static str]| names[self.below(names.len())];
        let (effect, direction, messages) = (one(Effect::NAMES), one(Direction::NAMES), one(Traffic::NAMES));
        Impairment {
            effect: Effect::from_name(effect).unwrap(),
            direction: Direction::from_name(direction).unwrap(),
            messages: Traffic::from_name(messages).unwrap(),
            percent: [1.0, 30.0, 100.0][self.below(3)],
            delay_ms: [0.0, 1.5, 80.0][self.below(3)],
            jitter_ms: [0.0, 20.0][self.below(2)],
            for_ms: [None, Some(50.0)][self.below(2)],
        }
    }

    /// Something that may happen to this diagram.
    pub fn entry(&mut self, now: &Document, number: usize) -> Option<Entry> {
        let node = now.nodes[self.below(now.nodes.len())].clone();
        // Of several instances all, or one.
        let there = components::instances::of(&node.kind, &node.params) as usize;
        let target = match self.below(2) {
            1 if there > 1 => format!("{}#{}", node.id, 1 + self.below(there)),
            _ => node.id.clone(),
        };
        let link = if now.links.is_empty() { None } else { Some(now.links[self.below(now.links.len())].clone()) };
        Some(match self.below(19) {
            0 if components::has_disk(&node.kind) && self.below(3) > 0 => Entry::Fault(Fault::LoseDisk { node: target }),
            0 => Entry::Fault(Fault::Crash { node: target }),
            1 if self.below(2) == 0 => Entry::Fault(Fault::Vanish { node: target }),
            1 => Entry::Fault(Fault::Hang { node: target }),
            2 => Entry::Fault(Fault::Restart { node: target }),
            3 => Entry::Fault(Fault::Slow { node: target, factor: [0.5, 1.0, 10.0][self.below(3)] }),
            4 if self.below(3) > 0 => {
                let impairment = self.impairment();
                let id = ["a", "b", "c"][self.below(3)].into();
                Entry::Fault(match self.below(4) {
                    0 => Fault::Lift { link: link?.id, id },
                    _ => Fault::Impair { link: link?.id, id, impairment },
                })
            }
            4 => Entry::Fault(Fault::Cut { link: link?.id }),
            5 => Entry::Fault(Fault::Mend { link: link?.id }),
            6 if matches!(node.kind.as_str(), "cache" | "inline_cache") => Entry::Fault(Fault::Flush { node: target }),
            6 | 7 => {
                let specs = components::kind(&node.kind)?.params();
                let spec = &specs[self.below(specs.len())];
                Entry::Edit(Edit::SetNodeParam { id: node.id, param: spec.name.into(), value: self.value(spec) })
            }
            8 => {
                let specs = components::link::specs();
                let spec = &specs[self.below(specs.len())];
                let edit = Edit::SetLinkParam { id: link?.id, param: spec.name.into(), value: self.value(spec) };
                // Beside another link between the same two it may not carry the same.
                Entry::Edit(allowed(now, edit)?)
            }
            9 => Entry::Edit(Edit::RemoveLink { id: link?.id }),
            10 => Entry::Edit(allowed(now, Edit::AddLink { link: self.link(now, number)? })?),
            11 => {
                // One end goes elsewhere, which the rules may refuse.
                let (link, other) = (link?, node.id);
                let (from, to) = if self.below(2) == 0 { (other, link.to) } else { (link.from, other) };
                Entry::Edit(allowed(now, Edit::Reconnect { link: link.id, from, to })?)
            }
            12 => {
                let (kind, parent) = (GroupKind::ALL[self.below(4)], self.group(now));
                let (x, y, width, height) = (0.0, 0.0, 400.0, 300.0);
                let id = format!("g{number}");
                let place = self.place();
                let group = Group { name: id.clone(), id, kind, parent, place, x, y, width, height, collapsed: false };
                Entry::Edit(allowed(now, Edit::AddGroup { group })?)
            }
            13 | 14 => Entry::Edit(allowed(now, Edit::SetGroup { node: node.id, group: self.group(now) })?),
            15 => {
                let (id, kind, parent) = (self.group(now)?, GroupKind::ALL[self.below(4)], self.group(now));
                Entry::Edit(allowed(now, Edit::PlaceGroup { id, kind, parent, place: self.place() })?)
            }
            _ if now.links.iter().all(|l| l.from != node.id && l.to != node.id) && now.nodes.len() > 2 => {
                Entry::Edit(Edit::RemoveNode { id: node.id })
            }
            _ => Entry::Edit(Edit::AddNode { node: self.node(number) }),
        })
    }
}

/// The edit, if the rules for files and for the app allow it.
fn allowed(now: &Document, edit: Edit) -> Option<Edit> {
    check_edit(now, &edit).is_ok().then_some(edit)
}

/// A random system: nodes set at random, linked without a cycle.
pub fn document(dice: &mut Dice) -> Document {
    let mut document = Document { seed: dice.below(1000) as u64, ..Document::default() };
    let nodes = 2 + dice.below(8);
    document.nodes = (0..nodes).map(|i| dice.node(i)).collect();
    for i in 0..dice.below(16) {
        if let Some(link) = dice.link(&document, i) {
            document.links.push(link);
        }
    }
    document
}

/// Producers, a queue and two workers with a store, all set at random: the kinds that hold messages are sure to meet.
pub fn messaging_document(dice: &mut Dice) -> Document {
    let mut document = Document { seed: dice.below(1000) as u64, ..Document::default() };
    let kinds = ["clients", "queue", "worker", "worker", "database"];
    document.nodes = (0..kinds.len()).map(|i| dice.node_of(i, kinds[i])).collect();
    for (i, (from, to)) in [(0, 1), (1, 2), (1, 3), (2, 4)].into_iter().enumerate() {
        let params = if i == 0 { Values::new() } else { dice.params(&components::link::specs()) };
        document.links.push(Link { id: format!("l{i}"), from: format!("n{from}"), to: format!("n{to}"), params });
    }
    document
}

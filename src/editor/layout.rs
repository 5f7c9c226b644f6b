//! Automatic layout: callers left of those they call, few crossings, every group around what is in it.
//! Layers by longest path, order within a layer by the barycentre of neighbours (Sugiyama, Tagawa and Toda 1981). Knows no
//! screen and no kind.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{step, PADDING, TITLE};
use super::geometry::{snap, CARD};
use super::Step;
use crate::diagram::{Document, Edit, Group};
use crate::files::{MAX_COORDINATE, SIZES};
use crate::order::{Gather, Ordered};

/// Gaps between layers, and between neighbours in a layer.
const BETWEEN_LAYERS: f64 = 88.0;
const BETWEEN_ROWS: f64 = 32.0;
/// Sweeps over all layers to reduce crossings.
const SWEEPS: usize = 12;

/// Something that is placed as one: a card, or a group with all that is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Node(usize),
    Group(usize),
}

/// Where everything goes, within its group.
struct Layout<'a> {
    diagram: &'a Document,
    /// Size of each group once it is laid out.
    sizes: BTreeMap<usize, (f64, f64)>,
    /// Place of each item within the group that it is in.
    places: BTreeMap<Item, (f64, f64)>,
}

/// Lays out the whole diagram, its top left corner where it was. Notes stay where they are.
pub fn layout(diagram: &Document) -> Step {
    let mut all = Layout { diagram, sizes: BTreeMap::new(), places: BTreeMap::new() };
    all.lay_out(None, 0);
    let old = super::geometry::bounds(&Document { notes: Vec::new(), ..diagram.clone() });
    let (left, top) = old.map_or((0.0, 0.0), |r| (snap(r.x), snap(r.y)));
    let mut edits = Vec::new();
    all.collect(None, (left, top), 0, &mut edits);
    step("Lay out the diagram", edits)
}

impl Layout<'_> {
    fn group_index(&self, id: &str) -> Option<usize> {
        self.diagram.groups.iter().position(|g| g.id == id)
    }

    fn items(&self, within: Option<&str>) -> Vec<Item> {
        let nodes = self.diagram.nodes.iter().enumerate().filter(|(_, n)| n.group.as_deref() == within);
        let groups = self.diagram.groups.iter().enumerate().filter(|(_, g)| g.parent.as_deref() == within);
        let nodes = nodes.map(|(i, _)| Item::Node(i));
        nodes.chain(groups.map(|(i, _)| Item::Group(i))).collect()
    }

    fn size(&self, item: Item) -> (f64, f64) {
        match item {
            Item::Node(_) => CARD,
            Item::Group(i) if self.diagram.groups[i].is_closed() => CARD,
            Item::Group(i) => self.sizes.get(&i).copied().unwrap_or(CARD),
        }
    }

    /// Lays out what is in a group, inner groups first; returns the size of it all.
    fn lay_out(&mut self, within: Option<&str>, depth: usize) -> (f64, f64) {
        let items = self.items(within);
        if depth <= self.diagram.groups.len() {
            for item in &items {
                if let Item::Group(i) = item {
                    let group = self.diagram.groups[*i].id.clone();
                    let (w, h) = self.lay_out(Some(&group), depth + 1);
                    let size = match self.items(Some(&group)).is_empty() {
                        true => (self.diagram.groups[*i].width, self.diagram.groups[*i].height),
                        false => (w + 2.0 * PADDING, h + TITLE + PADDING),
                    };
                    self.sizes.insert(*i, size);
                }
            }
        }
        let calls = self.calls(&items, within);
        let layers = order(layers(&items, &calls), &calls);
        self.place(&layers)
    }

    /// Who calls whom among items of one group; a link into a group is one to the group.
    fn calls(&self, items: &[Item], within: Option<&str>) -> BTreeSet<(usize, usize)> {
        let index: BTreeMap<Item, usize> = items.iter().enumerate().map(|(i, item)| (*item, i)).gather();
        let lifted = |id: &str| -> Option<usize> {
            let node = self.diagram.nodes.iter().position(|n| n.id == id)?;
            let mut item = Item::Node(node);
            let mut group = self.diagram.nodes[node].group.as_deref();
            for _ in 0..=self.diagram.groups.len() {
                if group == within {
                    return index.get(&item).copied();
                }
                let outer = self.group_index(group?)?;
                item = Item::Group(outer);
                group = self.diagram.groups[outer].parent.as_deref();
            }
            None
        };
        let pair = |l: &crate::diagram::Link| Some((lifted(&l.from)?, lifted(&l.to)?)).filter(|(a, b)| a != b);
        self.diagram.links.iter().filter_map(pair).gather()
    }

    /// Gives every item its place: layers side by side, each in the middle of the highest.
    fn place(&mut self, layers: &[Vec<Item>]) -> (f64, f64) {
        let height = |layer: &Vec<Item>| {
            let total: f64 = layer.iter().map(|i| self.size(*i).1).sum();
            total + BETWEEN_ROWS * layer.len().saturating_sub(1) as f64
        };
        let highest = layers.iter().map(height).fold(0.0, f64::max);
        let mut placed = Vec::new();
        let mut x = 0.0;
        for layer in layers {
            let width = layer.iter().map(|i| self.size(*i).0).fold(0.0, f64::max);
            let mut y = (highest - height(layer)) / 2.0;
            for item in layer {
                let (w, h) = self.size(*item);
                placed.push((*item, (x + (width - w) / 2.0, y)));
                y += h + BETWEEN_ROWS;
            }
            x += width + BETWEEN_LAYERS;
        }
        self.places.extend(placed);
        ((x - BETWEEN_LAYERS).max(0.0), highest)
    }

    /// Turns places within groups into edits.
    fn collect(&self, within: Option<&str>, (left, top): (f64, f64), depth: usize, edits: &mut Vec<Edit>) {
        let fine = |v: f64| snap(v).clamp(-MAX_COORDINATE, MAX_COORDINATE);
        for item in self.items(within) {
            let (x, y) = self.places.get(&item).copied().unwrap_or_default();
            let (x, y) = (left + x, top + y);
            match item {
                Item::Node(i) => edits.push(Edit::Move { id: self.diagram.nodes[i].id.clone(), x: fine(x), y: fine(y) }),
                Item::Group(i) => {
                    let group = &self.diagram.groups[i];
                    let (w, h) = self.sizes.get(&i).copied().unwrap_or((group.width, group.height));
                    let (w, h) = (snap(w).clamp(SIZES.0, SIZES.1), snap(h).clamp(SIZES.0, SIZES.1));
                    // A closed group's card lies in the middle of its frame.
                    let closed = group.is_closed();
                    let (x, y) = if closed { (x + (CARD.0 - w) / 2.0, y + (CARD.1 - h) / 2.0) } else { (x, y) };
                    edits.push(Edit::looks(&Group { x: fine(x), y: fine(y), width: w, height: h, ..group.clone() }));
                    if depth <= self.diagram.groups.len() {
                        self.collect(Some(&group.id), (fine(x) + PADDING, fine(y) + TITLE), depth + 1, edits);
                    }
                }
            }
        }
    }
}

/// Items by layer: one more than the highest layer of those that call it. Groups can call each other in a circle; the call
/// that closes it counts for nothing.
fn layers(items: &[Item], calls: &BTreeSet<(usize, usize)>) -> Vec<Vec<Item>> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut called = vec![false; items.len()];
    for (from, to) in calls {
        out[*from].push(*to);
        called[*to] = true;
    }
    // Depth first from those that nobody calls, then from what is left: an order in which calls lead onwards.
    let mut state = vec![0u8; items.len()];
    let mut finished = Vec::new();
    let starts = (0..items.len()).filter(|i| !called[*i]).chain(0..items.len());
    for start in starts {
        let mut stack = vec![(start, 0)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((at, next)) = stack.pop() {
            match out[at].get(next) {
                Some(to) => {
                    stack.push((at, next + 1));
                    if state[*to] == 0 {
                        state[*to] = 1;
                        stack.push((*to, 0));
                    }
                }
                None => {
                    state[at] = 2;
                    finished.push(at);
                }
            }
        }
    }
    finished.reverse();
    let mut position = vec![0; items.len()];
    finished.iter().enumerate().for_each(|(place, item)| position[*item] = place);
    let mut layer = vec![0usize; items.len()];
    for from in &finished {
        for to in &out[*from] {
            if position[*to] > position[*from] {
                layer[*to] = layer[*to].max(layer[*from] + 1);
            }
        }
    }
    let linked = |i: usize| called[i] || !out[i].is_empty();
    let count = (0..items.len()).map(|i| layer[i] + 1).max().unwrap_or(0);
    let mut layers = vec![Vec::new(); count];
    for (i, item) in items.iter().enumerate().filter(|(i, _)| linked(*i)) {
        layers[layer[i]].push(*item);
    }
    // What has no links stands together at the end.
    let alone: Vec<Item> = items.iter().enumerate().filter(|(i, _)| !linked(*i)).map(|(_, item)| *item).collect();
    layers.retain(|l| !l.is_empty());
    if !alone.is_empty() {
        layers.push(alone);
    }
    layers
}

/// Orders each layer by where its neighbours stand, to and fro; keeps the order with the fewest crossings.
fn order(mut layers: Vec<Vec<Item>>, calls: &BTreeSet<(usize, usize)>) -> Vec<Vec<Item>> {
    let items: BTreeSet<Item> = layers.iter().flatten().copied().gather();
    // Indices of calls are into the sorted items, as they were listed.
    let listed: Vec<Item> = items.into_iter().collect();
    let mut near: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
    for (from, to) in calls {
        if let (Some(from), Some(to)) = (listed.get(*from), listed.get(*to)) {
            near.entry(*from).or_default().push(*to);
            near.entry(*to).or_default().push(*from);
        }
    }
    let mut best = (crossings(&layers, &near), layers.clone());
    for sweep in 0..SWEEPS {
        let count = layers.len();
        let range: Vec<usize> = if sweep % 2 == 0 { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for i in range {
            let fixed = if sweep % 2 == 0 { &layers[i - 1] } else { &layers[i + 1] };
            let place: BTreeMap<Item, usize> = fixed.iter().enumerate().map(|(p, item)| (*item, p)).gather();
            let mut keyed: Vec<(f64, usize, Item)> = Vec::new();
            for (own, item) in layers[i].iter().enumerate() {
                let places: Vec<usize> = near.get(item).into_iter().flatten().filter_map(|n| place.get(n)).copied().collect();
                // Without neighbours there it keeps its share of the way.
                let key = match places.len() {
                    0 => own as f64 / layers[i].len() as f64 * fixed.len() as f64,
                    n => places.iter().sum::<usize>() as f64 / n as f64,
                };
                keyed.push((key, own, *item));
            }
            keyed.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            layers[i] = keyed.into_iter().map(|(_, _, item)| item).collect();
        }
        let now = crossings(&layers, &near);
        if now < best.0 {
            best = (now, layers.clone());
        }
    }
    best.1
}

fn crossings(layers: &[Vec<Item>], near: &BTreeMap<Item, Vec<Item>>) -> usize {
    let mut total = 0;
    for pair in layers.windows(2) {
        let place: BTreeMap<Item, usize> = pair[1].iter().enumerate().map(|(p, item)| (*item, p)).gather();
        let mut seen: Vec<usize> = Vec::new();
        for item in &pair[0] {
            let mut ends: Vec<usize> = near.get(item).into_iter().flatten().filter_map(|n| place.get(n)).copied().collect();
            ends.order_by(Ord::cmp);
            total += ends.iter().map(|end| seen.iter().filter(|s| *s > end).count()).sum::<usize>();
            seen.extend(ends);
        }
    }
    total
}

//! Links between the same two nodes side by side.
//! Knows no curve.

use std::collections::BTreeMap;

use crate::diagram::Document;

/// Distance between two links with the same ends: two streams of packets fit between them, and a finger's width nearly.
const APART: f64 = 26.0;

/// How far aside of the middle each link lies that is not alone between its ends, by id.
pub fn lanes(diagram: &Document) -> BTreeMap<&str, f64> {
    let mut between: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for link in &diagram.links {
        between.entry((&link.from, &link.to)).or_default().push(&link.id);
    }
    let mut lanes = BTreeMap::new();
    for ids in between.values().filter(|ids| ids.len() > 1) {
        let middle = (ids.len() - 1) as f64 / 2.0;
        lanes.extend(ids.iter().enumerate().map(|(i, id)| (*id, (i as f64 - middle) * APART)));
    }
    lanes
}

//! How long a message travels between two nodes because of where they are.
//! Knows no engine but its time.

use super::document::Document;
use super::group::{Group, GroupKind};
use crate::engine::SimDuration;

/// Light in fibre, one way: about two thirds of its speed in a vacuum.
pub const KM_PER_MS: f64 = 200.0;
/// Cables are longer than the great circle: a usual ratio between large cloud regions (1.2 to 1.6 measured).
pub const PATH_STRETCH: f64 = 1.4;
/// One way between two zones of a region: some tens of kilometres and the switches on the way.
pub const BETWEEN_ZONES: SimDuration = SimDuration(400_000);

/// How two nodes lie to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Separation {
    /// Nothing is known to lie between them.
    None,
    /// In two zones of a region (or of none).
    Zones,
    /// In two regions, this far apart.
    Regions(f64),
    /// In two regions, one of which has no place.
    Unplaced,
}

impl Separation {
    /// The time that a message takes longer because of it, one way.
    pub fn one_way(self) -> SimDuration {
        match self {
            Separation::None | Separation::Unplaced => SimDuration::ZERO,
            Separation::Zones => BETWEEN_ZONES,
            Separation::Regions(km) => SimDuration::from_millis_f64(km * PATH_STRETCH / KM_PER_MS).max(BETWEEN_ZONES),
        }
    }
}

/// How two nodes of a diagram lie to each other, by the innermost zone and region of each.
pub fn separation(diagram: &Document, from: &str, to: &str) -> Separation {
    if diagram.groups.is_empty() {
        return Separation::None;
    }
    let around = |id: &str, kind: GroupKind| -> Option<&Group> {
        let group = diagram.node(id)?.group.as_deref()?;
        diagram.around(group).find(|g| g.kind == kind)
    };
    match (around(from, GroupKind::Region), around(to, GroupKind::Region)) {
        (Some(a), Some(b)) if a.id != b.id => match (a.place, b.place) {
            (Some(a), Some(b)) => Separation::Regions(a.distance_km(b)),
            _ => Separation::Unplaced,
        },
        (None, Some(_)) | (Some(_), None) => Separation::None,
        _ => match (around(from, GroupKind::Zone), around(to, GroupKind::Zone)) {
            (Some(a), Some(b)) if a.id != b.id => Separation::Zones,
            _ => Separation::None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    #[test]
    fn the_way_across_the_atlantic_takes_about_as_long_as_it_does() {
        // Measured round trips between Virginia and Frankfurt are 88 to 95 ms.
        let one_way = Separation::Regions(Place::Virginia.distance_km(Place::Frankfurt)).one_way().as_millis_f64();
        assert!((43.0..48.0).contains(&one_way), "{one_way}");
    }
}

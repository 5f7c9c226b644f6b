//! What to run when nothing was said: the parameter that tells most of what is selected, a range that shows its bend, and a
//! length that is over in a few seconds. Runs nothing but a short beginning, to see how much there is to do.

use super::{events_per_second, Knob, Owner};
use crate::components::{kind, Group, Range};
use crate::diagram::Document;
use crate::lab::theory;

/// A suggestion, to be changed as one likes.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The parameter.
    pub knob: Knob,
    /// First and last value.
    pub range: (f64, f64),
    /// Number of values.
    pub count: usize,
    /// Whether each value is the same factor above the one before.
    pub by_factors: bool,
}

/// Events of all runs together: a few seconds' work in a browser.
const EVENTS: f64 = 3e6;

/// The node to be measured: the selected one, or what the selected clients call, or else the first with a line of its own.
pub fn focus(document: &Document, selected: Option<&str>) -> Option<String> {
    let is_source = |id: &str| document.node(id).and_then(|n| kind(&n.kind)).is_none_or(|k| k.group == Group::Traffic);
    let called = |from: &str| document.links.iter().find(|l| l.from == from && !is_source(&l.to)).map(|l| l.to.clone());
    let chosen = selected.and_then(|id| if is_source(id) { called(id) } else { Some(id.to_string()) });
    let has_line = |id: &&str| document.node(id).and_then(|n| kind(&n.kind)).is_some_and(|k| k.has_station && k.group != Group::Traffic);
    chosen.or_else(|| document.nodes.iter().map(|n| n.id.as_str()).find(has_line).map(String::from))
}

/// What to vary, by what is selected; `None` if there is nothing that can be.
pub fn suggest(document: &Document, selected: Option<&Owner>, focus: Option<&str>) -> Option<Suggestion> {
    let telling = |owner: &Owner| {
        let knobs = owner.knobs(document);
        owner.telling(document).iter().find_map(|t| knobs.iter().find(|(k, _)| k.param == t.param)).map(|(k, _)| k.clone())
    };
    let nodes = || document.nodes.iter().map(|n| Owner::Node(n.id.clone()));
    let load = || theory::load(document, focus).map(|(knob, _)| knob);
    let users = || nodes().filter(|owner| is_source(document, owner)).find_map(|owner| telling(&owner));
    let any = || nodes().find_map(|owner| owner.knobs(document).into_iter().next().map(|(k, _)| k));
    let knob = selected.and_then(telling).or_else(load).or_else(users).or_else(any)?;
    Some(around(document, knob, focus))
}

fn is_source(document: &Document, owner: &Owner) -> bool {
    let Owner::Node(id) = owner else { return false };
    document.node(id).and_then(|n| kind(&n.kind)).is_some_and(|k| k.group == Group::Traffic)
}

/// A range of a parameter around what it is set to.
pub fn around(document: &Document, knob: Knob, focus: Option<&str>) -> Suggestion {
    let now = knob.value(document).unwrap_or(1.0);
    let (least, most) = knob.range(document).unwrap_or((0.0, 1.0));
    let mut by_factors = false;
    let saturated = || theory::load(document, focus).filter(|(load, _)| *load == knob).and_then(|(_, at)| at);
    let (from, to) = match knob.telling(document).map_or(Range::Around, |t| t.range) {
        Range::Load => match saturated() {
            Some(at) => (at * 0.1, at * 0.95),
            None => (now * 0.25, now * 1.75),
        },
        Range::Factors(factor) => {
            by_factors = true;
            (now / factor, now * factor)
        }
        Range::From0(least) => (0.0, (now * 2.0).max(least)),
        _ if now <= 0.0 && most <= 100.0 => (least, most),
        _ if now <= 0.0 => (least, least + 10.0),
        _ => (now * 0.25, now * 2.0),
    };
    let range = (tidy(from).clamp(least, most), tidy(to).clamp(least, most));
    let range = if knob.is_whole(document) { (libm::round(range.0).max(least), libm::round(range.1)) } else { range };
    Suggestion { knob, range, count: if by_factors { 7 } else { 9 }, by_factors }
}

/// Simulated seconds of each run, so that all of so many are soon over.
pub fn seconds(document: &Document, jobs: usize) -> f64 {
    let raw = (EVENTS / jobs.max(1) as f64 / events_per_second(document).max(1.0)).clamp(2.0, 600.0);
    let steps = [600.0, 300.0, 200.0, 120.0, 60.0, 30.0, 20.0, 10.0, 5.0];
    steps.into_iter().find(|s| *s <= raw).unwrap_or(2.0)
}

/// To two significant digits.
fn tidy(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read;
    use crate::lab::scenarios::scenario;

    fn starter(id: &str) -> Document {
        read(scenario(id).expect("it ships").json).expect("it can be read")
    }

    fn suggested(id: &str, node: &str) -> (String, (f64, f64)) {
        let document = starter(id);
        let focus = focus(&document, Some(node));
        let found = suggest(&document, Some(&Owner::Node(node.into())), focus.as_deref()).expect("there is something to vary");
        (found.knob.param, found.range)
    }

    #[test]
    fn the_selected_node_says_what_is_telling() {
        // A hundred requests a second saturate the single server.
        assert_eq!(suggested("single-server", "server"), ("rate_per_s".into(), (10.0, 95.0)));
        assert_eq!(suggested("single-server", "users"), ("rate_per_s".into(), (10.0, 95.0)));
        assert_eq!(suggested("cache-aside", "cache"), ("capacity".into(), (25.0, 1600.0)));
        assert_eq!(suggested("read-replicas", "replica-b"), ("apply_delay".into(), (0.0, 1000.0)));
    }

    #[test]
    fn every_starter_has_something_to_vary_and_somewhere_to_measure() {
        for starter in crate::lab::scenarios::scenarios() {
            let document = read(starter.json).expect("it can be read");
            let focus = focus(&document, None);
            assert!(focus.is_some(), "{}", starter.id);
            let found = suggest(&document, None, focus.as_deref()).unwrap_or_else(|| panic!("{}", starter.id));
            assert!(found.range.0 < found.range.1, "{}: {found:?}", starter.id);
            assert!(found.knob.set(&document, found.range.0).is_ok() && found.knob.set(&document, found.range.1).is_ok(), "{}", starter.id);
        }
    }

    #[test]
    fn a_busier_system_gets_shorter_runs() {
        let (single, shop) = (seconds(&starter("single-server"), 45), seconds(&starter("shop"), 45));
        assert!(single > shop && shop >= 2.0, "{single} {shop}");
        assert_eq!(seconds(&Document::default(), 1), 600.0);
    }
}

//! The run in sentences: what has changed enough to be told, at most one sentence every few seconds.
//! Knows figures and names; reads neither the engine nor a screen.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::dom;
use super::panels::format;
use super::session::Session;
use crate::app::live::effect;
use crate::lab::frame::Health;
use crate::order::Gather;

/// Between two sentences.
const APART_MS: f64 = 4_000.0;
/// How often the run is looked at.
const LOOK_MS: f64 = 1_000.0;
/// A latency is told when it has grown or shrunk by this factor.
const LATENCY_FACTOR: f64 = 1.5;
/// A share of errors is told when it has moved by so much, and when errors begin or end.
const ERRORS_STEP: f64 = 0.05;
/// Fewer errors than this are none.
const FEW: f64 = 0.005;

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// 99th percentile of the latency in ms, if any request ended.
    p99_ms: Option<f64>,
    /// Share of the requests that failed, 0 to 1.
    failed: f64,
    /// Names of the nodes and what is wrong with them; nothing for those that are well.
    ill: BTreeMap<String, &'static str>,
    /// All names.
    names: Vec<String>,
}

/// Remembers what was told.
#[derive(Debug, Default)]
pub struct Narrator {
    told: Look,
    told_ms: Option<f64>,
}

impl Narrator {
    /// A sentence about what changed since the last one, if it is time for one and anything did.
    pub fn tell(&mut self, look: &Look, wall_ms: f64) -> Option<String> {
        if self.told_ms.is_some_and(|at| wall_ms - at < APART_MS) {
            return None;
        }
        let mut parts = Vec::new();
        let told = &mut self.told;
        match (told.p99_ms, look.p99_ms) {
            (Some(old), Some(new)) if new > old * LATENCY_FACTOR => {
                parts.push(t!("p99 rose to %{time}", time = format::millis(new)));
                told.p99_ms = Some(new);
            }
            (Some(old), Some(new)) if new < old / LATENCY_FACTOR => {
                parts.push(t!("p99 fell to %{time}", time = format::millis(new)));
                told.p99_ms = Some(new);
            }
            (None, Some(new)) => {
                parts.push(t!("p99 is %{time}", time = format::millis(new)));
                told.p99_ms = Some(new);
            }
            _ => {}
        }
        if look.failed < FEW && told.failed >= FEW {
            parts.push(t!("no more errors").into());
            told.failed = 0.0;
        } else if look.failed >= FEW && (told.failed < FEW || (look.failed - told.failed).abs() > ERRORS_STEP) {
            let percent = (look.failed * 100.0).round().max(1.0);
            parts.push(t!("%{percent} % errors", percent = percent));
            told.failed = look.failed;
        }
        for (name, what) in &look.ill {
            if told.ill.get(name) != Some(what) {
                parts.push(format!("{name} {}", t!(*what)));
            }
        }
        for name in told.ill.keys().filter(|n| !look.ill.contains_key(*n) && look.names.contains(n)) {
            parts.push(t!("%{name} is well again", name = name));
        }
        told.ill = look.ill.clone();
        if parts.is_empty() {
            return None;
        }
        self.told_ms = Some(wall_ms);
        Some(parts.join("; "))
    }
}

/// Looks at the run now.
fn look(session: Session) -> Look {
    let diagram = session.diagram.get_untracked();
    let name = |id: &str| diagram.node(id).map(|n| n.name.clone());
    let ill = |health: &Health| match health {
        Health::Down(outage, _) => Some(outage.word()),
        Health::Slow(_) => Some(text!("is slow")),
        Health::Up | Health::Placeholder => None,
    };
    session.frame.with_untracked(|f| Look {
        p99_ms: f.lately.p99_ms,
        failed: 1.0 - f.lately.availability.unwrap_or(1.0),
        ill: f.nodes.iter().filter_map(|n| Some((name(&n.id)?, ill(&n.health)?))).gather(),
        names: f.nodes.iter().filter_map(|n| name(&n.id)).gather(),
    })
}

/// Narrates the run as long as the view lives that calls.
pub fn narrate(session: Session) {
    let narrator = StoredValue::new(Narrator::default());
    let looked = StoredValue::new(0.0);
    effect(move || {
        session.frame.track();
        let now = dom::now_ms();
        if !session.ui.narrating.get() || session.replay.with(Option::is_some) || now - looked.get_value() < LOOK_MS {
            return;
        }
        looked.set_value(now);
        let look = look(session);
        if let Some(sentence) = narrator.try_update_value(|n| n.tell(&look, now)).flatten() {
            session.story.set(sentence);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(p99_ms: f64, failed: f64) -> Look {
        Look { p99_ms: Some(p99_ms), failed, names: vec!["Orders 2".into()], ..Look::default() }
    }

    #[test]
    fn only_what_changes_is_told_and_not_too_often() {
        let mut narrator = Narrator::default();
        assert_eq!(narrator.tell(&look(80.0, 0.0), 0.0).as_deref(), Some("p99 is 80 ms"));
        assert_eq!(narrator.tell(&look(840.0, 0.0), 1_000.0), None, "too soon");
        assert_eq!(narrator.tell(&look(90.0, 0.001), 9_000.0), None, "nothing worth a sentence");
        assert_eq!(narrator.tell(&look(840.0, 0.03), 10_000.0).as_deref(), Some("p99 rose to 840 ms; 3 % errors"));
        assert_eq!(narrator.tell(&look(840.0, 0.04), 20_000.0), None);
        assert_eq!(narrator.tell(&look(100.0, 0.0), 30_000.0).as_deref(), Some("p99 fell to 100 ms; no more errors"));
    }

    #[test]
    fn a_crash_and_its_end_are_told_with_the_name() {
        let mut narrator = Narrator::default();
        narrator.tell(&look(80.0, 0.0), 0.0);
        let mut ill = look(80.0, 0.0);
        ill.ill.insert("Orders 2".into(), "crashed");
        assert_eq!(narrator.tell(&ill, 10_000.0).as_deref(), Some("Orders 2 crashed"));
        assert_eq!(narrator.tell(&ill, 20_000.0), None);
        assert_eq!(narrator.tell(&look(80.0, 0.0), 30_000.0).as_deref(), Some("Orders 2 is well again"));
    }

    #[test]
    fn what_was_removed_is_not_well_again() {
        let mut narrator = Narrator::default();
        let mut ill = look(80.0, 0.0);
        ill.ill.insert("Orders 2".into(), "crashed");
        narrator.tell(&ill, 0.0);
        let gone = Look { names: Vec::new(), ..look(80.0, 0.0) };
        assert_eq!(narrator.tell(&gone, 10_000.0), None);
    }
}

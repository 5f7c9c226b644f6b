//! One parameter of one node or link, as the inspector turns it: reads, checks, sets, resets, and makes a drag one undo step.
//! Draws nothing.

use std::collections::BTreeSet;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use serde_json::Value as Json;

use crate::app::dom;
use crate::app::session::Session;
use crate::app::words::translate;
use crate::diagram::param::{ParamSpec, Values};
use crate::diagram::Document;
use crate::editor::commands::{self, same_value};
use crate::editor::Step;
use crate::order::Gather;

/// While a slider moves, the run follows this often.
const FOLLOW_MS: u32 = 200;
/// Key presses on a slider less than this apart are one undo step.
const KEYS_MS: f64 = 900.0;

/// What is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A node, by id.
    Node(String),
    /// A link, by id.
    Link(String),
    /// Several nodes that all have the parameter, by id.
    Nodes(Vec<String>),
}

impl Target {
    /// Its values that differ from their defaults.
    pub fn values<'d>(&self, diagram: &'d Document) -> Option<&'d Values> {
        match self {
            Target::Node(id) => diagram.node(id).map(|n| &n.params),
            Target::Link(id) => diagram.link(id).map(|l| &l.params),
            Target::Nodes(ids) => ids.iter().find_map(|id| diagram.node(id)).map(|n| &n.params),
        }
    }

    /// The different sets of values of all that is edited.
    pub fn sets<'d>(&self, diagram: &'d Document) -> Vec<&'d Values> {
        let Target::Nodes(ids) = self else { return self.values(diagram).into_iter().collect() };
        let ids: BTreeSet<&str> = ids.iter().map(String::as_str).gather();
        let mut sets: Vec<&Values> = Vec::new();
        for node in diagram.nodes.iter().filter(|n| ids.contains(n.id.as_str())) {
            if !sets.contains(&&node.params) {
                sets.push(&node.params);
            }
        }
        sets
    }

    /// The step that sets a parameter.
    fn step(&self, diagram: &Document, param: &str, value: Json) -> Step {
        match self {
            Target::Node(id) => commands::set_node_param(diagram, id, param, value),
            Target::Link(id) => commands::set_link_param(diagram, id, param, value),
            Target::Nodes(ids) => commands::set_param_of_many(diagram, &ids.iter().cloned().gather(), param, &value),
        }
    }

    /// The different values that a parameter has, where it is several nodes' and they differ.
    fn mixed(&self, diagram: &Document, spec: &ParamSpec) -> Vec<Json> {
        let Target::Nodes(ids) = self else { return Vec::new() };
        let mut values: Vec<Json> = Vec::new();
        let ids: BTreeSet<&str> = ids.iter().map(String::as_str).gather();
        for node in diagram.nodes.iter().filter(|n| ids.contains(n.id.as_str())) {
            let value = node.params.get(spec.name).unwrap_or(&spec.default);
            if !values.iter().any(|v| same_value(v, value)) {
                values.push(value.clone());
            }
        }
        if values.len() < 2 {
            Vec::new()
        } else {
            values
        }
    }
}

/// Whether a change is complete or part of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// One undo step of its own.
    Once,
    /// Part of a drag: joins the step of the movement so far.
    Moving,
}

/// The step of a movement so far.
#[derive(Default)]
struct Gesture {
    /// Value that waits to be applied.
    waiting: Option<Json>,
    /// Document revision after the movement's last application: if it is still current, that step is the latest.
    revision: Option<u64>,
    /// Wall time of that.
    at_ms: f64,
    /// A pointer holds the slider.
    held: bool,
    timer: Option<Timeout>,
}

/// A parameter of a target.
#[derive(Clone, Copy)]
pub struct Knob {
    session: Session,
    target: StoredValue<Target>,
    spec: StoredValue<ParamSpec>,
    draft: RwSignal<Option<Json>>,
    gesture: StoredValue<Gesture, LocalStorage>,
}

impl Knob {
    /// The knob; must be made in a view, which owns it.
    pub fn new(session: Session, target: Target, spec: ParamSpec) -> Knob {
        Knob {
            session,
            target: StoredValue::new(target),
            spec: StoredValue::new(spec),
            draft: RwSignal::new(None),
            gesture: StoredValue::new_local(Gesture::default()),
        }
    }

    /// Its declaration.
    pub fn spec(self) -> ParamSpec {
        self.spec.get_value()
    }

    /// The present value, or the one that a movement has come to. Tracked.
    pub fn value(self) -> Json {
        if let Some(draft) = self.draft.get() {
            return draft;
        }
        let diagram = self.session.diagram.get();
        self.spec.with_value(|spec| {
            self.target.with_value(|t| t.values(&diagram).and_then(|v| v.get(spec.name)).unwrap_or(&spec.default).clone())
        })
    }

    /// The values that it has, where it is several nodes' and they differ. Tracked.
    pub fn mixed(self) -> Vec<Json> {
        let diagram = self.session.diagram.get();
        self.spec.with_value(|spec| self.target.with_value(|t| t.mixed(&diagram, spec)))
    }

    /// Whether it differs from the default. Tracked.
    pub fn is_changed(self) -> bool {
        let value = self.value();
        self.spec.with_value(|spec| !same_value(&value, &spec.default))
    }

    /// What is wrong with a value, as a sentence about the field.
    pub fn check(self, value: &Json) -> Result<(), String> {
        self.spec.with_value(|spec| spec.check(value).map_err(|e| format!("{} {}", t!(spec.label), translate(&e))))
    }

    /// Sets the value, if it is a right one.
    pub fn set(self, value: Json, phase: Phase) -> Result<(), String> {
        if self.is_gone() {
            return Ok(());
        }
        self.check(&value)?;
        match phase {
            Phase::Once => {
                self.finish();
                self.gesture.update_value(|g| *g = Gesture::default());
                if !same_value(&value, &self.value_untracked()) || untrack(move || !self.mixed().is_empty()) {
                    self.apply(value, false);
                }
            }
            Phase::Moving => {
                self.draft.set(Some(value.clone()));
                self.gesture.update_value(|g| g.waiting = Some(value));
                if self.gesture.with_value(|g| g.timer.is_none()) {
                    self.follow();
                }
            }
        }
        Ok(())
    }

    /// A pointer takes the slider: what follows is one undo step, however long it takes.
    pub fn begin_drag(self) {
        let _ = self.gesture.try_update_value(|g| *g = Gesture { held: true, ..Gesture::default() });
    }

    /// Ends a movement by pointer: the next one is another undo step.
    pub fn end_drag(self) {
        self.finish();
        let _ = self.gesture.try_update_value(|g| *g = Gesture::default());
    }

    /// Applies what a movement has come to; a movement by keys may go on.
    pub fn finish(self) {
        if self.is_gone() {
            return;
        }
        let waiting = self.gesture.try_update_value(|g| {
            g.timer = None;
            g.waiting.take()
        });
        if let Some(Some(value)) = waiting {
            self.apply(value, true);
        }
        if self.draft.with_untracked(Option::is_some) {
            self.draft.set(None);
        }
    }

    /// Back to the default.
    pub fn reset(self) {
        let default = self.spec.with_value(|s| s.default.clone());
        // The default passes its own check.
        let _ = self.set(default, Phase::Once);
    }

    /// Whether the view that owns the knob was taken away: its elements may still have events to tell.
    fn is_gone(self) -> bool {
        self.gesture.is_disposed() || self.draft.is_disposed() || self.spec.is_disposed() || self.target.is_disposed()
    }

    fn value_untracked(self) -> Json {
        untrack(move || self.value())
    }

    /// Applies the waiting value now, and looks again a little later.
    fn follow(self) {
        let waiting = self.gesture.try_update_value(|g| {
            g.timer = None;
            g.waiting.take()
        });
        let Some(Some(value)) = waiting else { return };
        self.apply(value, true);
        let timer = Timeout::new(FOLLOW_MS, move || self.follow());
        self.gesture.update_value(|g| g.timer = Some(timer));
    }

    fn apply(self, value: Json, moving: bool) {
        let diagram = self.session.diagram.get_untracked();
        let step = self.spec.with_value(|spec| self.target.with_value(|t| t.step(&diagram, spec.name, value)));
        if !moving {
            self.session.perform(step);
            return;
        }
        let now_ms = dom::now_ms();
        let joins = self
            .gesture
            .with_value(|g| g.revision == Some(self.session.revision.get_untracked()) && (g.held || now_ms - g.at_ms < KEYS_MS));
        if !joins {
            self.session.settle();
        }
        if self.session.perform_continuing(step) {
            let revision = self.session.revision.get_untracked();
            self.gesture.update_value(|g| {
                g.revision = Some(revision);
                g.at_ms = now_ms;
            });
        }
    }
}

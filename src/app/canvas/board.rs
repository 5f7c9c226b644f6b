//! What the parts of the canvas share: the gesture going on, what is dragged, and the scene.
//! Knows no element but the stage.

use std::collections::BTreeMap;

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::curve::{between, to_point, Curve, Point};
use super::facts::Standings;
use super::gesture::Gesture;
use super::paint::Kept;
use super::scene::{Drag, Scene};
use super::tint::ColourBy;
use crate::app::dom;
use crate::app::live::memo;
use crate::app::session::{Session, Thing};
use crate::diagram::{Group, Node, View};
use crate::editor::geometry::{closed_around, is_seen, seen_at, to_screen, CARD};
use crate::lab::frame::SpanKind;
use crate::order::Gather;

/// The shared handle.
#[derive(Clone, Copy)]
pub struct Board {
    /// The session.
    pub session: Session,
    /// What the latest picture says of each node.
    pub standings: Memo<Standings>,
    /// Where each node stands in the diagram's list.
    places: Memo<BTreeMap<String, usize>>,
    /// What is being dragged, and how far; set by `Board::carry`.
    pub drag: RwSignal<Drag>,
    /// What is being dragged, `by` left out: what is not dragged need not hear of each movement.
    carried: RwSignal<Drag>,
    /// Whether copies are being dragged.
    pub copying: Memo<bool>,
    /// Where the loose end of a link being drawn is, in diagram pixels.
    pub loose_end: RwSignal<Option<Point>>,
    /// The card under the loose end, or chosen by key: what Enter connects to.
    pub target: RwSignal<Option<String>>,
    /// The rubber band, from corner to corner on the stage.
    pub band: RwSignal<Option<(Point, Point)>>,
    /// The card that holds the request whose story is shown, while it waits or is served.
    pub holder: Memo<Option<String>>,
    /// The one thing of the diagram that Tab leads to.
    pub tab_stop: Memo<Option<Thing>>,
    /// One request in this many is drawn.
    pub one_in: RwSignal<u64>,
    /// What colours the packets.
    pub colour_by: RwSignal<ColourBy>,
    /// Whether the space bar is held to pan.
    pub grabbing: RwSignal<bool>,
    /// Whether it was dragged with since.
    pub panned: StoredValue<bool>,
    pub(super) gesture: StoredValue<Gesture, LocalStorage>,
    /// A resting finger's timer.
    pub(super) held: StoredValue<Option<gloo_timers::callback::Timeout>, LocalStorage>,
    pub(super) scene: StoredValue<Scene, LocalStorage>,
    /// What the painting keeps from frame to frame.
    pub(super) painting: StoredValue<Kept, LocalStorage>,
    pub(super) stage: NodeRef<leptos::html::Section>,
}

/// The one thing of the diagram that Tab leads to: what is selected, else the first card, if it is seen.
fn tab_stop(session: Session) -> Option<Thing> {
    let selection = session.selection.get();
    session.diagram.with(|d| {
        let card = |id: &String| d.node(id).filter(|n| is_seen(d, n)).map(|n| Thing::Node(n.id.clone()));
        let group = |g: &&Group| g.is_closed() && closed_around(d, g.parent.as_deref()).is_none();
        let closed = |id: &String| d.group(id).filter(group).map(|g| Thing::Group(g.id.clone()));
        let chosen = selection.nodes.iter().find_map(card).or_else(|| selection.groups.iter().find_map(closed));
        let first = || d.nodes.iter().find(|n| is_seen(d, n)).map(|n| Thing::Node(n.id.clone()));
        chosen.or_else(first).or_else(|| d.groups.iter().find(group).map(|g| Thing::Group(g.id.clone())))
    })
}

/// Where the shown request waits or is served now.
fn holder(session: Session) -> Option<String> {
    let request = session.request.get()?;
    session.frame.track();
    let story = session.with_experiment(|e| e.waterfall(request)).filter(|w| w.end.is_none())?;
    let held = story.spans.into_iter().filter(|s| s.end.is_none() && matches!(s.kind, SpanKind::Queue | SpanKind::Service));
    held.max_by_key(|s| s.depth).map(|s| s.node)
}

impl Board {
    /// A board for this session.
    pub fn new(session: Session) -> Board {
        let carried = RwSignal::new(Drag::default());
        Board {
            session,
            standings: Memo::new_with_compare(move |_| session.diagram.with(|d| Standings::new(session.frame.get(), d)), |_, _| true),
            places: memo(move || session.diagram.with(|d| d.nodes.iter().enumerate().map(|(i, n)| (n.id.clone(), i)).gather())),
            drag: RwSignal::default(),
            carried,
            copying: memo(move || carried.with(|c| c.copies)),
            loose_end: RwSignal::new(None),
            target: RwSignal::new(None),
            band: RwSignal::new(None),
            holder: memo(move || holder(session)),
            tab_stop: memo(move || tab_stop(session)),
            one_in: RwSignal::new(1),
            colour_by: RwSignal::default(),
            grabbing: RwSignal::new(false),
            panned: StoredValue::new(false),
            gesture: StoredValue::new_local(Gesture::default()),
            held: StoredValue::new_local(None),
            scene: StoredValue::new_local(Scene::default()),
            painting: StoredValue::new_local(Kept::default()),
            stage: NodeRef::new(),
        }
    }

    /// The board of the view that calls.
    pub fn get() -> Board {
        expect_context::<Board>()
    }

    /// A node of the diagram. Tracked.
    pub fn node(self, id: &str) -> Option<Node> {
        let at = self.places.with(|p| p.get(id).copied())?;
        // The index may be older than the diagram by one notification.
        self.session.diagram.with(|d| d.nodes.get(at).filter(|n| n.id == id).or_else(|| d.node(id)).cloned())
    }

    /// Drags this.
    pub(super) fn carry(self, drag: Drag) {
        let still = Drag { by: (0.0, 0.0), ..drag.clone() };
        if self.carried.with_untracked(|c| *c != still) {
            self.carried.set(still);
        }
        self.drag.set(drag);
    }

    /// How far a thing is dragged. Tracked, and only what is dragged hears of each movement.
    pub(super) fn shift_of(self, thing: &Thing) -> Point {
        match self.carried.with(|c| c.holds(thing)) {
            true => self.drag.with(|d| d.shift_of(thing)),
            false => (0.0, 0.0),
        }
    }

    /// A point of the window as a point of the stage.
    pub fn local(self, client_x: f64, client_y: f64) -> Point {
        let rect = self.stage.get_untracked().map(|s| s.get_bounding_client_rect());
        rect.map_or((client_x, client_y), |r| (client_x - r.left(), client_y - r.top()))
    }

    /// Whether a point of the window is over the stage.
    pub fn is_over(self, client_x: f64, client_y: f64) -> bool {
        let rect = self.stage.get_untracked().map(|s| s.get_bounding_client_rect());
        rect.is_some_and(|r| client_x >= r.left() && client_x <= r.right() && client_y >= r.top() && client_y <= r.bottom())
    }

    /// The diagram as laid out now, dragged cards included.
    pub(super) fn lay_out(self) {
        let diagram = self.session.diagram.get_untracked();
        let drag = self.drag.get_untracked();
        let glide = self.session.shaping.gliding.get_untracked();
        self.scene.update_value(|scene| scene.lay_out(&diagram, &drag, &glide));
    }

    /// The link being drawn, if any, and whether its end is on a card that takes it.
    pub(super) fn draft(self) -> Option<(Curve, bool)> {
        let from = self.session.linking.get_untracked()?;
        let target = self.target.get_untracked();
        self.scene.with_value(|scene| {
            let start = *scene.places.get(&from)?;
            if let Some(end) = target.as_ref().filter(|t| **t != from).and_then(|t| scene.cards.get(t)) {
                return Some((between(start, *end, scene.cards.values(), 0.0), true));
            }
            self.loose_end.get_untracked().map(|end| (to_point(start, end), false))
        })
    }

    /// Where a card is seen on the stage, or that of the closed subsystem around it: left, top, width, height.
    pub fn card_rect(self, id: &str, view: View, drag: &Drag) -> Option<(f64, f64, f64, f64)> {
        let place = self.node(id).map(|n| self.session.diagram.with(|d| seen_at(d, &n)))?;
        let by = drag.shift(id);
        let (x, y) = to_screen(view, place.x + by.0, place.y + by.1);
        Some((x, y, CARD.0 * view.zoom, CARD.1 * view.zoom))
    }

    /// Moves the keyboard's focus to a card.
    pub fn focus_card(self, id: &str) {
        use wasm_bindgen::JsCast;
        let Some(stage) = self.stage.get_untracked() else { return };
        let card = stage.query_selector(&format!("[data-node=\"{id}\"]")).ok().flatten();
        if let Some(card) = card.and_then(|c| c.dyn_into::<HtmlElement>().ok()) {
            let _ = card.focus();
        }
    }

    /// A card got the keyboard's focus: what has it is what keys act on.
    pub fn focused_by_key(self, id: &str) {
        let by_key = dom::document().and_then(|d| d.active_element()).is_some_and(|e| e.matches(":focus-visible").unwrap_or(false));
        let linking = self.session.linking.with_untracked(Option::is_some);
        if by_key && !linking && !self.session.selection.with_untracked(|s| s.nodes.contains(id)) {
            self.session.select_node(id);
        }
    }

    /// Ends a link being drawn without making it.
    pub fn let_go(self) {
        self.session.linking.set(None);
        self.loose_end.set(None);
        self.target.set(None);
    }
}

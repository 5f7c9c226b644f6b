//! Pointer gestures on the stage: pan, pinch, move cards, draw a link, click. A gesture ends in at most one edit.
//! Knows no drawing.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent, WheelEvent};

use super::board::Board;
use super::curve::Point;
use super::frames::thing_of;
use super::gesture::Doing;
use super::scene::Drag;
use crate::app::actions::{add_here, connect_nodes, duplicate_at, subject};
use crate::app::session::{Menu, Thing};
use crate::editor::geometry::{pan, things_in, to_diagram, zoom_at, Rect};
use crate::editor::Selection;

/// A pointer that moved less than this clicked; a finger is less steady.
const CLICK: f64 = 4.0;
const TAP: f64 = 9.0;
/// A finger that rests this long asks for the menu.
const HOLD_MS: u32 = 500;

fn closest(event: &PointerEvent, selector: &str) -> Option<Element> {
    closest_to(event.target(), selector)
}

fn closest_to(target: Option<web_sys::EventTarget>, selector: &str) -> Option<Element> {
    target?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Whether the press adds to the selection.
fn adds(event: &PointerEvent) -> bool {
    event.shift_key() || event.ctrl_key() || event.meta_key()
}

impl Board {
    /// A pointer was pressed on the stage.
    pub fn pressed(self, event: PointerEvent) {
        if event.button() > 1 || closest(&event, "[data-overlay]").is_some() {
            return;
        }
        let point = self.local(f64::from(event.client_x()), f64::from(event.client_y()));
        if let Some(stage) = self.stage.get_untracked() {
            let _ = stage.set_pointer_capture(event.pointer_id());
        }
        let session = self.session;
        let view = session.view.get_untracked();
        let touch = event.pointer_type() == "touch";
        self.let_go_of_hold();
        let fingers = self.gesture.try_update_value(|g| {
            g.touch = touch;
            // The first finger of all: of those before it nothing is known any more.
            if event.is_primary() {
                g.pointers.clear();
            }
            g.pointers.insert(event.pointer_id(), point);
            g.pointers.values().copied().collect::<Vec<_>>()
        });
        if let Some([a, b]) = fingers.as_deref() {
            self.cancel();
            let (distance, middle) = apart(*a, *b);
            self.begin(Doing::Pinch { view, distance, middle }, point);
            return;
        }
        if event.button() == 1 || self.grabbing.get_untracked() {
            event.prevent_default();
            self.panned.set_value(true);
            self.begin(Doing::Pan { view, on_empty: false }, point);
            return;
        }
        let card = closest(&event, "[data-node]").and_then(|c| c.get_attribute("data-node"));
        // A kind was chosen by a tap: this one says where.
        if let Some(kind) = session.ui.placing.get_untracked() {
            session.ui.placing.set(None);
            add_here(session, kind, Some(to_diagram(view, point.0, point.1)));
            self.begin(Doing::Nothing, point);
            return;
        }
        // A link was begun by key or tap: a click on a card ends it. Elsewhere one may pan to the other end first.
        if let Some(from) = session.linking.get_untracked() {
            match card.filter(|to| *to != from) {
                Some(to) => {
                    self.let_go();
                    connect_nodes(session, &from, &to);
                    self.begin(Doing::Nothing, point);
                }
                None => self.begin(Doing::Pan { view, on_empty: true }, point),
            }
            return;
        }
        if let Some(shape) = self.press_shape(&event) {
            self.begin(Doing::Shape(shape), point);
            return;
        }
        if touch {
            self.hold(event.clone());
        }
        if let Some(from) = closest(&event, "[data-handle]").and(card.clone()) {
            session.linking.set(Some(from.clone()));
            self.loose_end.set(Some(to_diagram(view, point.0, point.1)));
            self.begin(Doing::Link { from }, point);
            return;
        }
        let adds = adds(&event);
        let begin_move = |one: Selection| {
            let anchor = to_diagram(view, point.0, point.1);
            self.begin(Doing::Move { anchor, copies: event.alt_key(), one: (!adds).then_some(one) }, point);
        };
        if let Some(one) = self.pick_thing(&event, adds) {
            return begin_move(one);
        }
        // Packets are drawn above the cards' edges: what is seen is what is hit. A finger on a card means the card.
        let packet = self.scene.with_value(|s| s.packet_at(view, point)).filter(|_| !touch || card.is_none());
        if let Some(request) = packet {
            session.request.set(Some(request));
            session.announce(t!("Request %{id}", id = request));
            self.begin(Doing::Nothing, point);
            return;
        }
        if let Some(id) = card {
            self.pick_node(&id, adds);
            return begin_move(Selection::node(id));
        }
        if let Some(id) = self.scene.with_value(|s| s.link_at(view, point, touch)) {
            self.pick_link(&id, adds);
            self.begin(Doing::Nothing, point);
            return;
        }
        let doing = match event.shift_key() != session.ui.selects_area.get_untracked() {
            true => Doing::Band { before: session.selection.get_untracked() },
            false => Doing::Pan { view, on_empty: true },
        };
        self.begin(doing, point);
    }

    /// A pointer moved.
    pub fn moved(self, event: PointerEvent) {
        if self.is_foreign(&event) {
            return;
        }
        let point = self.local(f64::from(event.client_x()), f64::from(event.client_y()));
        let session = self.session;
        let state = self.gesture.try_update_value(|g| {
            if let Some(p) = g.pointers.get_mut(&event.pointer_id()) {
                *p = point;
            }
            g.last = point;
            g.moved |= libm::hypot(point.0 - g.start.0, point.1 - g.start.1) > if g.touch { TAP } else { CLICK };
            g.clone()
        });
        let Some(gesture) = state else { return };
        if gesture.moved {
            self.let_go_of_hold();
        }
        if gesture.pointers.is_empty() {
            // A link begun by key follows the pointer.
            if session.linking.with_untracked(Option::is_some) {
                self.aim(point);
            }
            return;
        }
        match &gesture.doing {
            Doing::Nothing => {}
            Doing::Pan { view, .. } if gesture.moved => session.view.set(pan(*view, point.0 - gesture.start.0, point.1 - gesture.start.1)),
            Doing::Pan { .. } => {}
            Doing::Move { anchor, copies, .. } if gesture.moved => {
                let now = to_diagram(session.view.get_untracked(), point.0, point.1);
                self.drag_to((now.0 - anchor.0, now.1 - anchor.1), *copies, event.ctrl_key() || event.meta_key());
            }
            Doing::Move { .. } => {}
            Doing::Shape(shape) if gesture.moved => self.move_shape(shape, gesture.start, point),
            Doing::Shape(_) => {}
            Doing::Band { before } => self.stretch(before, gesture.start, point),
            Doing::Link { .. } => self.aim(point),
            Doing::Pinch { view, distance, middle } => {
                let fingers: Vec<_> = gesture.pointers.values().copied().collect();
                if let [a, b] = fingers[..] {
                    let (now_apart, now_middle) = apart(a, b);
                    let moved = pan(*view, now_middle.0 - middle.0, now_middle.1 - middle.1);
                    session.view.set(zoom_at(moved, now_middle.0, now_middle.1, now_apart / distance.max(1.0)));
                }
            }
        }
    }

    /// Whether a gesture goes on with other pointers than this: one that was pressed on a button over the stage, say.
    fn is_foreign(self, event: &PointerEvent) -> bool {
        self.gesture.with_value(|g| !g.pointers.is_empty() && !g.pointers.contains_key(&event.pointer_id()))
    }

    /// A pointer was released.
    pub fn released(self, event: PointerEvent) {
        let session = self.session;
        if self.is_foreign(&event) {
            return;
        }
        self.let_go_of_hold();
        let ended = self.gesture.try_update_value(|g| {
            g.pointers.remove(&event.pointer_id());
            let ended = g.clone();
            g.doing = Doing::Nothing;
            ended
        });
        let Some(gesture) = ended else { return };
        self.band.set(None);
        match gesture.doing {
            Doing::Pan { on_empty: true, .. } if !gesture.moved => {
                if session.linking.with_untracked(Option::is_some) {
                    self.let_go();
                    session.announce(t!("Cancelled"));
                } else {
                    session.select(Selection::default());
                }
            }
            Doing::Band { .. } if !gesture.moved => session.select(Selection::default()),
            // A click in the midst of the selection means the one card.
            Doing::Move { one: Some(one), .. } if !gesture.moved => session.select(one),
            Doing::Move { .. } => {
                let drag = self.drag.get_untracked();
                self.carry(Drag::default());
                if drag.copies {
                    session.shaping.let_go();
                    duplicate_at(session, drag.by);
                } else if drag.by != (0.0, 0.0) {
                    self.drop_drag(drag.by);
                } else {
                    session.shaping.let_go();
                }
            }
            Doing::Shape(shape) => match gesture.moved {
                true => self.drop_shape(shape),
                false => drop(self.end_shape()),
            },
            Doing::Link { from } => {
                let target = self.target.get_untracked();
                if !gesture.moved {
                    // A click on the handle begins the same as the key: the next click ends it.
                    session.announce(t!("Click the component to connect to, Escape cancels"));
                    return;
                }
                self.let_go();
                match target {
                    Some(to) => drop(connect_nodes(session, &from, &to)),
                    None => self.offer_at(&from, gesture.last),
                }
            }
            _ => {}
        }
    }

    /// The gesture is given up: nothing changes. Whether there was one that had moved something.
    pub fn cancel(self) -> bool {
        let before = self.gesture.try_update_value(|g| (std::mem::take(&mut g.doing), std::mem::take(&mut g.moved)));
        let (doing, moved) = before.unwrap_or_default();
        let moved = moved && doing != Doing::Nothing;
        match doing {
            Doing::Pan { view, .. } | Doing::Pinch { view, .. } => self.session.view.set(view),
            Doing::Link { .. } => self.let_go(),
            Doing::Band { before } => self.session.select(before),
            Doing::Shape(_) => drop(self.end_shape()),
            _ => {}
        }
        self.session.shaping.let_go();
        self.carry(Drag::default());
        self.band.set(None);
        moved
    }

    /// A right click or the menu key.
    pub fn asked(self, event: web_sys::MouseEvent) {
        event.prevent_default();
        // A resting finger has its own timer, on every browser.
        if self.gesture.with_value(|g| g.touch && !g.pointers.is_empty()) {
            return;
        }
        self.open_menu((f64::from(event.client_x()), f64::from(event.client_y())), event.target(), false);
    }

    /// A finger may rest to ask for the menu.
    fn hold(self, event: PointerEvent) {
        let held = gloo_timers::callback::Timeout::new(HOLD_MS, move || {
            self.cancel();
            self.begin(Doing::Nothing, (0.0, 0.0));
            self.open_menu((f64::from(event.client_x()), f64::from(event.client_y())), event.target(), true);
        });
        self.held.set_value(Some(held));
    }

    /// The finger moved on or was lifted. Dropping the timer cancels it.
    fn let_go_of_hold(self) {
        self.held.set_value(None);
    }

    /// Right click, long press, or the menu key: selects what is there and opens its menu.
    fn open_menu(self, at: Point, target: Option<web_sys::EventTarget>, held: bool) {
        if closest_to(target.clone(), "[data-overlay]").is_some() {
            return;
        }
        let session = self.session;
        self.cancel();
        self.let_go();
        let view = session.view.get_untracked();
        let point = self.local(at.0, at.1);
        let element = target.and_then(|t| t.dyn_into::<Element>().ok());
        let card = element.as_ref().and_then(|e| e.closest("[data-node]").ok().flatten()).and_then(|c| c.get_attribute("data-node"));
        let thing = card.map(Thing::Node).or_else(|| element.as_ref().and_then(thing_of));
        let one = match thing {
            Some(Thing::Node(id)) => Selection::node(id),
            Some(Thing::Group(id)) => Selection::group(id),
            Some(Thing::Note(id)) => Selection::note(id),
            None => self.scene.with_value(|s| s.link_at(view, point, true)).map(Selection::link).unwrap_or_default(),
        };
        // What is part of a selection of several stands for all of it.
        if one.is_empty() || !session.selection.with_untracked(|s| s.includes(&one)) {
            session.select(one);
        }
        session.ui.spot.set(Some(to_diagram(view, point.0, point.1)));
        session.ui.menu.set(Some(Menu { at, subject: subject(session), held }));
    }

    /// A pointer was lost.
    pub fn lost(self, event: PointerEvent) {
        if self.is_foreign(&event) {
            return;
        }
        self.let_go_of_hold();
        self.gesture.update_value(|g| {
            g.pointers.remove(&event.pointer_id());
        });
        self.cancel();
    }

    /// The wheel pans; with control (or pinched on a track pad) it zooms at the pointer.
    pub fn wheeled(self, event: WheelEvent) {
        // A list or a text over the stage is rolled itself.
        let zooms = event.ctrl_key() || event.meta_key();
        if !zooms && closest_to(event.target(), ".menu, .messages, textarea, select").is_some() {
            return;
        }
        event.prevent_default();
        let point = self.local(f64::from(event.client_x()), f64::from(event.client_y()));
        let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { 16.0 } else { 1.0 };
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        self.session.view.update(|view| {
            *view = if zooms {
                zoom_at(*view, point.0, point.1, libm::exp(-dy.clamp(-120.0, 120.0) / 240.0))
            } else if event.shift_key() && dx == 0.0 {
                pan(*view, -dy, 0.0)
            } else {
                pan(*view, -dx, -dy)
            };
        });
    }

    fn begin(self, doing: Doing, start: Point) {
        self.gesture.update_value(|g| {
            g.doing = doing;
            g.start = start;
            g.moved = false;
        });
    }

    /// Aims the loose end of a link.
    fn aim(self, point: Point) {
        let view = self.session.view.get_untracked();
        let from = self.session.linking.get_untracked();
        let target = self.scene.with_value(|s| s.card_at(view, point)).filter(|id| Some(id) != from.as_ref());
        self.loose_end.set(Some(to_diagram(view, point.0, point.1)));
        if self.target.with_untracked(|old| *old != target) {
            self.target.set(target);
        }
    }

    /// Selects what the rubber band touches, with what was selected before.
    fn stretch(self, before: &Selection, from: Point, to: Point) {
        let session = self.session;
        let view = session.view.get_untracked();
        let area = Rect::between(to_diagram(view, from.0, from.1), to_diagram(view, to.0, to.1));
        let mut selection = before.clone();
        let touched = session.diagram.with_untracked(|d| things_in(d, &area));
        selection.nodes.extend(touched.nodes);
        selection.groups.extend(touched.groups);
        selection.notes.extend(touched.notes);
        self.band.set(Some((from, to)));
        session.select(selection);
    }

    fn pick_node(self, id: &str, add: bool) {
        let mut selection = self.session.selection.get_untracked();
        if add {
            selection.toggle_node(id);
        } else if !selection.nodes.contains(id) {
            selection = Selection::node(id);
        } else {
            selection.links.clear();
        }
        self.session.select(selection);
    }

    fn pick_link(self, id: &str, add: bool) {
        let mut selection = if add { self.session.selection.get_untracked() } else { Selection::default() };
        selection.toggle_link(id);
        self.session.select(selection);
    }
}

fn apart(a: Point, b: Point) -> (f64, Point) {
    (libm::hypot(a.0 - b.0, a.1 - b.1), ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0))
}

//! Gestures of shaping: dragging with guides, dropping into frames and links, resizing, leading a link's end elsewhere.
//! A gesture ends in at most one edit, and Escape leaves nothing of it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent, PointerEvent};

use crate::app::actions::reveal;
use crate::app::canvas::board::Board;
use crate::app::canvas::curve::Point;
use crate::app::canvas::gesture::Shape;
use crate::app::canvas::scene::Drag;
use crate::app::dom;
use crate::app::session::{Goal, Leading, Opening, Thing};
use crate::diagram::{Document, Edit, Entry};
use crate::editor::commands::{self, End};
use crate::editor::geometry::{
    bounds_of, card, closed_around, foothold, group_rect, note_rect, snap, snap_to, spatial_thing, to_diagram, Direction, Rect, CARD, GRID,
};
use crate::editor::Selection;

/// How near an edge draws what is dragged, in screen pixels.
const REACH: f64 = 6.0;
/// How near a link must be to the middle of a dragged card to take it in, in diagram pixels.
const LINK_REACH: f64 = 30.0;
/// Least width and height of a frame or note that is resized.
const LEAST: f64 = 48.0;
/// Beyond so many cards, guides look only at those that are seen.
const MANY: usize = 400;

fn target(event: &PointerEvent) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()
}

/// The group or note that an element belongs to, where it can be taken hold of.
pub fn thing_of(element: &Element) -> Option<Thing> {
    let near = |selector: &str| element.closest(selector).ok().flatten();
    if let Some(note) = near("[data-note]") {
        return note.get_attribute("data-note").map(Thing::Note);
    }
    let group = near("[data-hold]").and_then(|h| h.closest("[data-group]").ok().flatten())?;
    group.get_attribute("data-group").map(Thing::Group)
}

impl Board {
    /// A press that begins a gesture of shaping: on a grip, or on the end of a link.
    pub(in crate::app::canvas) fn press_shape(self, event: &PointerEvent) -> Option<Shape> {
        let element = target(event)?;
        if let Some(end) = element.get_attribute("data-end") {
            let link = self.session.selection.with_untracked(|s| s.only_link().map(String::from))?;
            return Some(Shape::Lead { link, end: if end == "from" { End::From } else { End::To } });
        }
        let grip = element.get_attribute("data-grip")?;
        let owner = element.closest("[data-group], [data-note]").ok().flatten()?;
        let group = owner.get_attribute("data-group").map(Thing::Group);
        let thing = group.or_else(|| owner.get_attribute("data-note").map(Thing::Note))?;
        let frame = self.session.diagram.with_untracked(|d| match &thing {
            Thing::Group(id) => d.group(id).map(group_rect),
            Thing::Note(id) => d.note(id).map(note_rect),
            Thing::Node(_) => None,
        })?;
        Some(Shape::Resize { thing, corner: (grip.ends_with('w'), grip.starts_with('n')), frame })
    }

    /// A press on a group or note selects it; that one, if it was one.
    pub(in crate::app::canvas) fn pick_thing(self, event: &PointerEvent, add: bool) -> Option<Selection> {
        self.pick(&target(event).as_ref().and_then(thing_of)?, add)
    }

    fn pick(self, thing: &Thing, add: bool) -> Option<Selection> {
        let mut selection = self.session.selection.get_untracked();
        let (held, one) = match thing {
            Thing::Group(id) => (selection.groups.contains(id), Selection::group(id)),
            Thing::Note(id) => (selection.notes.contains(id), Selection::note(id)),
            Thing::Node(_) => return None,
        };
        match thing {
            Thing::Group(id) if add => selection.toggle_group(id),
            Thing::Note(id) if add => selection.toggle_note(id),
            _ if held => selection.links.clear(),
            _ => selection = one.clone(),
        }
        self.session.select(selection);
        Some(one)
    }

    /// The pointer moves on with a gesture of shaping.
    pub(in crate::app::canvas) fn move_shape(self, shape: &Shape, start: Point, point: Point) {
        let view = self.session.view.get_untracked();
        let shaping = self.session.shaping;
        let at = to_diagram(view, point.0, point.1);
        match shape {
            Shape::Resize { thing, corner, frame } => {
                let from = to_diagram(view, start.0, start.1);
                let rect = resized(frame, *corner, (at.0 - from.0, at.1 - from.1));
                shaping.resized.set(Some((thing.clone(), rect)));
            }
            Shape::Lead { link, end } => {
                let over = self.scene.with_value(|s| s.card_at(view, point));
                let over = over.map(|node| {
                    let why = self.session.diagram.with_untracked(|d| commands::reconnect(d, link, *end, &node).err());
                    (node, why)
                });
                let good = over.as_ref().filter(|(_, why)| why.is_none()).map(|(node, _)| node.clone());
                if self.target.with_untracked(|t| *t != good) {
                    self.target.set(good);
                }
                shaping.leading.set(Some(Leading { link: link.clone(), end: *end, at, over }));
            }
        }
    }

    /// The pointer lets go: the gesture becomes an edit.
    pub(in crate::app::canvas) fn drop_shape(self, shape: Shape) {
        let session = self.session;
        let (leading, resized) = (session.shaping.leading.get_untracked(), session.shaping.resized.get_untracked());
        self.end_shape();
        let diagram = session.diagram.get_untracked();
        match shape {
            Shape::Resize { thing, .. } => {
                let Some((_, rect)) = resized else { return };
                let step = match &thing {
                    Thing::Group(id) => commands::fit_group(&diagram, id, rect),
                    Thing::Note(id) => commands::resize_note(&diagram, id, rect),
                    Thing::Node(_) => return,
                };
                session.perform(step);
            }
            Shape::Lead { link, end } => match leading.and_then(|l| l.over) {
                Some((node, None)) => match commands::reconnect(&diagram, &link, end, &node) {
                    Ok(step) => {
                        let label = crate::app::words::translate(&step.label).into_owned();
                        if session.perform(step) {
                            session.announce(label);
                        }
                    }
                    Err(reason) => session.refuse(reason),
                },
                Some((_, Some(reason))) => session.refuse(reason),
                None => session.announce(t!("The link stays as it was: its end was dropped on no component")),
            },
        }
    }

    /// What a drag shows is taken away. Whether there was a gesture of shaping.
    pub(in crate::app::canvas) fn end_shape(self) -> bool {
        self.target.set(None);
        self.session.shaping.let_go()
    }

    /// The selection is dragged by a distance: shows where it would be drawn to and dropped. `free` leaves the guides out.
    pub(in crate::app::canvas) fn drag_to(self, by: Point, copies: bool, free: bool) {
        let session = self.session;
        let diagram = session.diagram.get_untracked();
        let selection = session.selection.get_untracked();
        let moving = commands::all_of(&diagram, &selection);
        let view = session.view.get_untracked();
        let seen = {
            let (width, height) = session.viewport.get_untracked();
            let corner = to_diagram(view, width, height);
            Rect::between((view.x, view.y), corner).grown(CARD.0)
        };
        let Some(area) = bounds_of(rects(&diagram, |kind, id| moves(&moving, kind, id)).into_iter()) else { return };
        let few = diagram.nodes.len() <= MANY;
        let mut others = rects(&diagram, |kind, id| !moves(&moving, kind, id));
        others.retain(|r| few || seen.touches(r));
        let snapped = match free {
            true => {
                crate::editor::geometry::Snapped { by: (snap(area.x + by.0) - area.x, snap(area.y + by.1) - area.y), guides: Vec::new() }
            }
            false => snap_to(&area, by, &others, REACH / view.zoom),
        };
        let shaping = session.shaping;
        let (home, aimed) = if copies {
            (None, None)
        } else {
            (commands::home_of(&diagram, &selection, snapped.by.0, snapped.by.1), self.link_under(&diagram, &selection, snapped.by))
        };
        if shaping.guides.with_untracked(|g| *g != snapped.guides) {
            shaping.guides.set(snapped.guides);
        }
        if shaping.home.with_untracked(|h| *h != home) {
            shaping.home.set(home);
        }
        if shaping.aimed.with_untracked(|a| *a != aimed) {
            shaping.aimed.set(aimed);
        }
        self.carry(Drag { nodes: moving.nodes, groups: moving.groups, notes: moving.notes, by: snapped.by, copies });
    }

    /// The link that would take in the one card that is dragged.
    fn link_under(self, diagram: &Document, selection: &Selection, by: Point) -> Option<String> {
        let node = diagram.node(selection.only_node()?)?;
        let middle = card(node).moved(by).centre();
        let near = self.scene.with_value(|s| s.link_near(middle, LINK_REACH))?;
        commands::can_splice(diagram, &node.id, &near).is_ok().then_some(near)
    }

    /// What was dragged is dropped: one step.
    pub(in crate::app::canvas) fn drop_drag(self, by: Point) {
        let session = self.session;
        let aimed = session.shaping.aimed.get_untracked();
        session.shaping.let_go();
        let selection = session.selection.get_untracked();
        let diagram = session.diagram.get_untracked();
        // A card that would cover another goes beside it.
        let by = selection.only_node().map_or(by, |node| commands::beside(&diagram, node, by));
        let spliced = match (aimed, selection.only_node()) {
            (Some(link), Some(node)) => commands::drop_on_link(&diagram, node, &link, by.0, by.1).ok(),
            _ => None,
        };
        let says = spliced.is_some();
        let step = spliced.unwrap_or_else(|| commands::drop_selection(&diagram, &selection, by.0, by.1));
        let moves_in = |entry: &Entry| matches!(entry, Entry::Edit(Edit::SetGroup { .. } | Edit::PlaceGroup { .. }));
        let says = says || step.entries.iter().any(moves_in);
        let label = crate::app::words::translate(&step.label).into_owned();
        if session.perform(step) && says {
            session.announce(label);
        }
    }

    /// A new link was dropped on the empty canvas: offers what may be there.
    pub(in crate::app::canvas) fn offer_at(self, from: &str, point: Point) {
        let at = to_diagram(self.session.view.get_untracked(), point.0, point.1);
        self.session.shaping.offer.set(Some(Opening { goal: Goal::Linked(from.into(), End::To), at }));
    }

    /// A double click: on a name renames it, on a note writes, on a closed subsystem opens it.
    pub(in crate::app) fn double_clicked(self, event: MouseEvent) {
        let at = dom::document().and_then(|d| d.element_from_point(event.client_x() as f32, event.client_y() as f32));
        let Some(element) = at.filter(|e| e.closest("[data-overlay]").ok().flatten().is_none()) else { return };
        let session = self.session;
        let node = element.closest("[data-node]").ok().flatten().and_then(|c| c.get_attribute("data-node"));
        match node.map(Thing::Node).or_else(|| thing_of(&element)) {
            Some(Thing::Group(id)) if session.diagram.with_untracked(|d| d.group(&id).is_some_and(|g| g.is_closed())) => {
                let step = session.diagram.with_untracked(|d| commands::collapse(d, &id, false));
                session.perform(step);
            }
            Some(thing) => session.shaping.typing.set(Some(thing)),
            None => {}
        }
    }

    /// Goes on to the card, note, frame or closed subsystem that lies in a direction of what is selected.
    pub(in crate::app::canvas) fn go_to_thing(self, from: Option<String>, towards: Direction) {
        let session = self.session;
        let diagram = session.diagram.get_untracked();
        let mut selection = session.selection.get_untracked();
        if let Some(node) = from.filter(|_| selection.is_empty()) {
            selection.nodes.insert(node);
        }
        let frame = selection.only_group().and_then(|id| diagram.group(id)).map(foothold);
        let start = bounds_of(rects(&diagram, |sort, id| moves(&selection, sort, id)).into_iter()).map(|r| r.centre());
        let next = match frame.or(start) {
            Some(from) => spatial_thing(&diagram, from, &selection, towards),
            None => diagram.nodes.iter().find(|n| closed_around(&diagram, n.group.as_deref()).is_none()).map(|n| Selection::node(&n.id)),
        };
        let Some(next) = next else { return };
        let thing = match (next.nodes.first(), next.groups.first(), next.notes.first()) {
            (Some(id), ..) => Thing::Node(id.to_string()),
            (_, Some(id), _) => Thing::Group(id.clone()),
            (.., Some(id)) => Thing::Note(id.clone()),
            _ => return,
        };
        reveal(session, &next);
        session.select(next);
        self.focus_thing(&thing);
    }

    /// Moves the keyboard's focus to a card, frame or note.
    pub fn focus_thing(self, thing: &Thing) {
        let selector = match thing {
            Thing::Node(id) => return self.focus_card(id),
            Thing::Group(id) => format!("[data-group=\"{id}\"] .frame-title, .subsystem[data-group=\"{id}\"]"),
            Thing::Note(id) => format!("[data-note=\"{id}\"]"),
        };
        let found = self.stage.get_untracked().and_then(|s| s.query_selector(&selector).ok().flatten());
        if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Node,
    Group,
    Note,
}

fn moves(moving: &Selection, sort: Sort, id: &str) -> bool {
    match sort {
        Sort::Node => moving.nodes.contains(id),
        Sort::Group => moving.groups.contains(id),
        Sort::Note => moving.notes.contains(id),
    }
}

/// Rectangles of what is seen and wanted.
fn rects(diagram: &Document, wanted: impl Fn(Sort, &str) -> bool) -> Vec<Rect> {
    let seen = |group: &Option<String>| closed_around(diagram, group.as_deref()).is_none();
    let nodes = diagram.nodes.iter().filter(|n| wanted(Sort::Node, &n.id) && seen(&n.group)).map(card);
    let groups = diagram.groups.iter().filter(|g| wanted(Sort::Group, &g.id) && seen(&g.parent)).map(group_rect);
    let notes = diagram.notes.iter().filter(|n| wanted(Sort::Note, &n.id)).map(note_rect);
    nodes.chain(groups).chain(notes).collect()
}

/// A frame with one corner moved, on the grid, never too small.
fn resized(frame: &Rect, (left, top): (bool, bool), (dx, dy): Point) -> Rect {
    let side = |at: f64, size: f64, low: bool, by: f64| match low {
        true => {
            let moved = snap(at + by).min(at + size - LEAST);
            (moved, at + size - moved)
        }
        false => (at, (snap(at + size + by) - at).max(LEAST.max(GRID))),
    };
    let ((x, width), (y, height)) = (side(frame.x, frame.width, left, dx), side(frame.y, frame.height, top, dy));
    Rect { x, y, width, height }
}

//! What the canvas remembers between two frames: the routes of links, where packets were drawn, the sizes.
//! Knows no gesture and draws nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::session::Thing;
use crate::diagram::{Document, Link, View};
use crate::editor::geometry::{closed_around, group_rect, lanes, to_diagram, CARD};
use crate::editor::Selection;
use crate::engine::SimTime;
use crate::lab::frame::RequestId;

use super::colours::Colours;
use super::curve::{between, Curve, Point};
use super::route::Route;
use super::tint::ColourBy;

/// How near the pointer must be to a packet, in screen pixels.
const PACKET_REACH: f64 = 12.0;
/// How near to a link.
const LINK_REACH: f64 = 9.0;
/// How near a finger.
const FINGER_REACH: f64 = 20.0;

/// How far things still are from where they glide to.
pub type Glide = BTreeMap<Thing, Point>;

/// What is being dragged, and how far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drag {
    /// Their ids.
    pub nodes: BTreeSet<String>,
    /// Ids of groups dragged with them.
    pub groups: BTreeSet<String>,
    /// Ids of notes dragged with them.
    pub notes: BTreeSet<String>,
    /// By how much in diagram pixels.
    pub by: Point,
    /// Whether copies are dragged, and they stay where they are.
    pub copies: bool,
}

impl Drag {
    /// Whether anything is dragged.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.groups.is_empty() && self.notes.is_empty()
    }

    /// Whether the drag moves this.
    pub fn holds(&self, thing: &Thing) -> bool {
        let dragged = match thing {
            Thing::Node(id) => self.nodes.contains(id),
            Thing::Group(id) => self.groups.contains(id),
            Thing::Note(id) => self.notes.contains(id),
        };
        !self.copies && dragged
    }

    /// How far the drag has moved this.
    pub fn shift_of(&self, thing: &Thing) -> Point {
        if self.holds(thing) {
            self.by
        } else {
            (0.0, 0.0)
        }
    }

    /// How far the drag has moved this node.
    pub fn shift(&self, id: &str) -> Point {
        if !self.copies && self.nodes.contains(id) {
            self.by
        } else {
            (0.0, 0.0)
        }
    }
}

/// All that changes the drawing while time stands still.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    /// What colours the packets.
    pub colour_by: ColourBy,
    /// The run's moment.
    pub now: SimTime,
    /// Which diagram.
    pub diagram: usize,
    /// Which published frame: a fault changes it without time passing.
    pub frame: usize,
    /// Cards being dragged.
    pub drag: Drag,
    /// Whether things glide.
    pub gliding: Glide,
    /// What is selected.
    pub selection: Selection,
    /// Where the canvas looks.
    pub view: View,
    /// Size of the canvas.
    pub size: (f64, f64),
    /// Device pixels per CSS pixel.
    pub ratio: f64,
    /// A link being drawn.
    pub draft: Option<(Curve, bool)>,
    /// The ringed request.
    pub request: Option<RequestId>,
}

/// The memory of the drawing.
#[derive(Default)]
pub struct Scene {
    /// Colours, until the theme changes.
    pub colours: Option<Colours>,
    /// Route of each link that is seen, by id.
    pub routes: BTreeMap<String, Route>,
    /// Top left corner of each card that is seen, by id.
    pub cards: BTreeMap<String, Point>,
    /// Where each node is shown, by id: its card, or that of the closed subsystem around it.
    pub places: BTreeMap<String, Point>,
    /// Where packets of requests were drawn last, in diagram pixels.
    pub packets: Vec<(Point, RequestId)>,
    /// Counts layouts.
    pub layouts: u64,
    laid_out: Option<(Arc<Document>, Drag, Glide)>,
    drawn: Option<Looks>,
}

impl Scene {
    /// Whether this was drawn last, in these colours; remembers it as drawn.
    pub fn looks_the_same(&mut self, looks: Looks) -> bool {
        if self.colours.is_some() && self.drawn.as_ref() == Some(&looks) {
            return true;
        }
        self.drawn = Some(looks);
        false
    }

    /// Lays the links out again if the diagram changed, or cards are being dragged or glide.
    pub fn lay_out(&mut self, diagram: &Arc<Document>, drag: &Drag, glide: &Glide) {
        if self.laid_out.as_ref().is_some_and(|(d, old, was)| Arc::ptr_eq(d, diagram) && old == drag && was == glide) {
            return;
        }
        let moved = |thing: Thing, x: f64, y: f64| {
            let (by, glide) = (drag.shift_of(&thing), glide.get(&thing).copied().unwrap_or_default());
            (x + by.0 + glide.0, y + by.1 + glide.1)
        };
        self.cards.clear();
        self.places.clear();
        // Of a closed subsystem one sees its own card; a link within it is not seen.
        let mut within: BTreeMap<&str, &str> = BTreeMap::new();
        for node in &diagram.nodes {
            let place = match closed_around(diagram, node.group.as_deref()) {
                Some(group) => {
                    within.insert(&node.id, &group.id);
                    let rect = group_rect(group);
                    moved(Thing::Group(group.id.clone()), rect.x, rect.y)
                }
                None => {
                    let place = moved(Thing::Node(node.id.clone()), node.x, node.y);
                    self.cards.insert(node.id.clone(), place);
                    place
                }
            };
            self.places.insert(node.id.clone(), place);
        }
        let seen = |l: &&Link| within.get(l.from.as_str()).is_none_or(|g| within.get(l.to.as_str()) != Some(g));
        let others: Vec<Point> = self.places.values().copied().collect();
        let lanes = lanes(diagram);
        let mut before = std::mem::take(&mut self.routes);
        for link in diagram.links.iter().filter(seen) {
            let (Some(from), Some(to)) = (self.places.get(&link.from), self.places.get(&link.to)) else { continue };
            let curve = between(*from, *to, others.iter(), lanes.get(link.id.as_str()).copied().unwrap_or(0.0));
            // What did not move is not measured again.
            let route = match before.remove(&link.id) {
                Some(route) if route.curve == curve && route.to == link.to => route,
                _ => Route::new(curve, &link.to),
            };
            self.routes.insert(link.id.clone(), route);
        }
        self.layouts += 1;
        self.laid_out = Some((diagram.clone(), drag.clone(), glide.clone()));
    }

    /// The curve of a link that is seen.
    pub fn curve(&self, id: &str) -> Option<&Curve> {
        self.routes.get(id).map(|w| &w.curve)
    }

    /// The request whose packet is at a point of the canvas.
    pub fn packet_at(&self, view: View, (x, y): Point) -> Option<RequestId> {
        let (x, y) = to_diagram(view, x, y);
        let near = self.packets.iter().map(|(p, id)| (libm::hypot(p.0 - x, p.1 - y) * view.zoom, *id));
        near.filter(|(d, _)| *d <= PACKET_REACH).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
    }

    /// The link at a point of the canvas.
    pub fn link_at(&self, view: View, (x, y): Point, finger: bool) -> Option<String> {
        let reach = if finger { FINGER_REACH } else { LINK_REACH };
        self.link_near(to_diagram(view, x, y), reach / view.zoom)
    }

    /// The link nearest to a point of the diagram, if it is not farther than `reach`.
    pub fn link_near(&self, point: Point, reach: f64) -> Option<String> {
        let near = self.routes.iter().filter_map(|(id, route)| Some((route.within(point, reach)?, id)));
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id.clone())
    }

    /// The card at a point of the canvas.
    pub fn card_at(&self, view: View, (x, y): Point) -> Option<String> {
        let (x, y) = to_diagram(view, x, y);
        let inside = |p: &Point| x >= p.0 && x <= p.0 + CARD.0 && y >= p.1 && y <= p.1 + CARD.1;
        self.cards.iter().find(|(_, p)| inside(p)).map(|(id, _)| id.clone())
    }
}

//! What the canvas remembers between two frames: the ways of links, where packets were drawn, the sizes.
//! Knows no gesture and draws nothing itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagram::{Document, View};
use crate::editor::geometry::{to_diagram, CARD};
use crate::editor::Selection;
use crate::engine::SimTime;
use crate::lab::frame::RequestId;

use super::colours::Colours;
use super::curve::{between, Curve, Point};

/// How near the pointer must be to a packet, in screen pixels.
const PACKET_REACH: f64 = 12.0;
/// How near to a link.
const LINK_REACH: f64 = 9.0;
/// How near a finger.
const FINGER_REACH: f64 = 20.0;

/// Nodes being dragged, and how far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drag {
    /// Their ids.
    pub nodes: std::collections::BTreeSet<String>,
    /// By how much in diagram pixels.
    pub by: Point,
    /// Whether copies are dragged, and they stay where they are.
    pub copies: bool,
}

impl Drag {
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
    /// The run's moment.
    pub now: SimTime,
    /// Which diagram.
    pub diagram: usize,
    /// Which published frame: a fault changes it without time passing.
    pub frame: usize,
    /// Cards being dragged.
    pub drag: Drag,
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
    /// Way of each link, by id.
    pub curves: BTreeMap<String, Curve>,
    /// Top left corner of each card, by id.
    pub cards: BTreeMap<String, Point>,
    /// Where packets of requests were drawn last, on the screen.
    pub packets: Vec<(Point, RequestId)>,
    laid_out: Option<(Arc<Document>, Drag)>,
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

    /// Lays the links out again if the diagram changed or cards are being dragged.
    pub fn lay_out(&mut self, diagram: &Arc<Document>, drag: &Drag) {
        if self.laid_out.as_ref().is_some_and(|(d, old)| Arc::ptr_eq(d, diagram) && old == drag) {
            return;
        }
        self.cards = diagram
            .nodes
            .iter()
            .map(|n| {
                let by = drag.shift(&n.id);
                (n.id.clone(), (n.x + by.0, n.y + by.1))
            })
            .collect();
        self.curves = diagram
            .links
            .iter()
            .filter_map(|l| Some((l.id.clone(), between(*self.cards.get(&l.from)?, *self.cards.get(&l.to)?, self.cards.values()))))
            .collect();
        self.laid_out = Some((diagram.clone(), drag.clone()));
    }

    /// The request whose packet is at a point of the canvas.
    pub fn packet_at(&self, (x, y): Point) -> Option<RequestId> {
        let near = self.packets.iter().map(|(p, id)| (libm::hypot(p.0 - x, p.1 - y), *id));
        near.filter(|(d, _)| *d <= PACKET_REACH).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
    }

    /// The link at a point of the canvas.
    pub fn link_at(&self, view: View, (x, y): Point, finger: bool) -> Option<String> {
        let reach = if finger { FINGER_REACH } else { LINK_REACH };
        let point = to_diagram(view, x, y);
        let near = self.curves.iter().map(|(id, c)| (c.distance(point) * view.zoom, id));
        near.filter(|(d, _)| *d <= reach).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id.clone())
    }

    /// The card at a point of the canvas.
    pub fn card_at(&self, view: View, (x, y): Point) -> Option<String> {
        let (x, y) = to_diagram(view, x, y);
        let inside = |p: &Point| x >= p.0 && x <= p.0 + CARD.0 && y >= p.1 && y <= p.1 + CARD.1;
        self.cards.iter().find(|(_, p)| inside(p)).map(|(id, _)| id.clone())
    }
}

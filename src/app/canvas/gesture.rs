//! The gesture going on, as data.
//! Knows no event and no board.

use std::collections::BTreeMap;

use super::curve::Point;
use crate::app::session::Thing;
use crate::diagram::View;
use crate::editor::commands::End;
use crate::editor::geometry::Rect;
use crate::editor::Selection;

/// What a gesture does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Doing {
    #[default]
    Nothing,
    /// Pressed on empty canvas (or with the space bar): pans once it moves.
    Pan { view: View, on_empty: bool },
    /// Pressed on a card, frame or note: moves the selection once it moves, or copies of it. A mere click selects `one` alone.
    Move { anchor: Point, copies: bool, one: Option<Selection> },
    /// Pressed on empty canvas with shift: a rubber band.
    Band { before: Selection },
    /// Drawing a link.
    Link { from: String },
    /// Shaping a frame, a note or a link.
    Shape(Shape),
    /// Two fingers.
    Pinch { view: View, distance: f64, middle: Point },
}

/// The gesture going on.
#[derive(Clone, Debug, Default)]
pub struct Gesture {
    pub doing: Doing,
    pub start: Point,
    pub last: Point,
    pub moved: bool,
    pub touch: bool,
    pub pointers: BTreeMap<i32, Point>,
}

/// A gesture of shaping.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A corner of a group or note is being dragged.
    Resize {
        /// What.
        thing: Thing,
        /// Which corner: left, top.
        corner: (bool, bool),
        /// As it was.
        frame: Rect,
    },
    /// An end of a link is being led elsewhere.
    Lead {
        /// Which link.
        link: String,
        /// Which end.
        end: End,
    },
}

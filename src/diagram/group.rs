//! What lies on the canvas beside nodes and links: groups (regions, zones, subsystems, plain boxes) and notes.
//! Knows no drawing, and of a place only its name.

use serde::Serialize;

use super::place::Place;

/// What a group means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A cloud region: lies at a place, and the way to another region takes time.
    Region,
    /// A zone of a region: the way to another zone takes a little time.
    Zone,
    /// A part of the system that can be shown as one card.
    Subsystem,
    /// A frame that only looks so.
    Box,
}

impl GroupKind {
    /// All of them, from the outermost to the least.
    pub const ALL: [GroupKind; 4] = [GroupKind::Region, GroupKind::Zone, GroupKind::Subsystem, GroupKind::Box];

    /// In a file.
    pub fn id(self) -> &'static str {
        match self {
            GroupKind::Region => "region",
            GroupKind::Zone => "zone",
            GroupKind::Subsystem => "subsystem",
            GroupKind::Box => "box",
        }
    }

    /// On the screen.
    pub fn label(self) -> &'static str {
        match self {
            GroupKind::Region => "Region",
            GroupKind::Zone => "Zone",
            GroupKind::Subsystem => "Subsystem",
            GroupKind::Box => "Box",
        }
    }

    /// From its name in a file.
    pub fn from_id(id: &str) -> Option<GroupKind> {
        GroupKind::ALL.into_iter().find(|k| k.id() == id)
    }

    /// Whether a group of the kind `inner` may lie, however deep, in one of this kind: no region lies in another or in
    /// a zone, no zone in another.
    pub fn may_hold(self, inner: GroupKind) -> bool {
        !matches!((self, inner), (GroupKind::Region | GroupKind::Zone, GroupKind::Region) | (GroupKind::Zone, GroupKind::Zone))
    }
}

/// A frame around nodes. `id` is unique among groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// Stable identity, spelled as a node's.
    pub id: String,
    /// What it means.
    pub kind: GroupKind,
    /// Name on the frame.
    pub name: String,
    /// Left edge on the canvas.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Id of the group that it lies in.
    pub parent: Option<String>,
    /// Shown as one card; matters for a subsystem only.
    pub collapsed: bool,
    /// Where it lies; matters for a region only.
    pub place: Option<Place>,
}

impl Group {
    /// Whether it is shown as one card.
    pub fn is_closed(&self) -> bool {
        self.collapsed && self.kind == GroupKind::Subsystem
    }
}

/// The colour of a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteColour {
    /// Yellow.
    #[default]
    Yellow,
    /// Blue.
    Blue,
    /// Green.
    Green,
    /// Red.
    Red,
    /// Grey.
    Grey,
}

impl NoteColour {
    /// All of them, in the order of the menu.
    pub const ALL: [NoteColour; 5] = [NoteColour::Yellow, NoteColour::Blue, NoteColour::Green, NoteColour::Red, NoteColour::Grey];

    /// In a file.
    pub fn id(self) -> &'static str {
        match self {
            NoteColour::Yellow => "yellow",
            NoteColour::Blue => "blue",
            NoteColour::Green => "green",
            NoteColour::Red => "red",
            NoteColour::Grey => "grey",
        }
    }

    /// On the screen.
    pub fn label(self) -> &'static str {
        match self {
            NoteColour::Yellow => "Yellow",
            NoteColour::Blue => "Blue",
            NoteColour::Green => "Green",
            NoteColour::Red => "Red",
            NoteColour::Grey => "Grey",
        }
    }

    /// From its name in a file.
    pub fn from_id(id: &str) -> Option<NoteColour> {
        NoteColour::ALL.into_iter().find(|c| c.id() == id)
    }
}

/// A text on the canvas. `id` is unique among notes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// Stable identity, spelled as a node's.
    pub id: String,
    /// The text; lines end with `\n`.
    pub text: String,
    /// Left edge on the canvas.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Colour.
    pub colour: NoteColour,
}

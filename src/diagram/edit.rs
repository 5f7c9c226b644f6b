//! A change to the diagram and its inverse: what is journalled, undone and told to the run.
//! Applies and judges nothing.

use serde::Serialize;
use serde_json::Value as Json;

use super::group::{Group, GroupKind, Note};
use super::node::{Link, Node};
use super::place::Place;

/// A change to the diagram. Every edit has an inverse, so that it can be undone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Adds a node.
    AddNode {
        /// The node, complete.
        node: Node,
    },
    /// Removes a node; its links must have been removed before.
    RemoveNode {
        /// Node id.
        id: String,
    },
    /// Adds a link.
    AddLink {
        /// The link, complete.
        link: Link,
    },
    /// Removes a link.
    RemoveLink {
        /// Link id.
        id: String,
    },
    /// Gives a link other ends; what travels on it is lost, its settings stay.
    Reconnect {
        /// Link id.
        link: String,
        /// Id of the calling node.
        from: String,
        /// Id of the called node.
        to: String,
    },
    /// Sets or (with null) resets one parameter of a node.
    SetNodeParam {
        /// Node id.
        id: String,
        /// Parameter's name.
        param: String,
        /// New value; null resets.
        value: Json,
    },
    /// Sets or (with null) resets one parameter of a link.
    SetLinkParam {
        /// Link id.
        id: String,
        /// Parameter's name.
        param: String,
        /// New value; null resets.
        value: Json,
    },
    /// Adds a group, with nothing in it.
    AddGroup {
        /// The group, complete.
        group: Group,
    },
    /// Removes a group; what was in it must have been taken out before.
    RemoveGroup {
        /// Group id.
        id: String,
    },
    /// Puts a node into a group, or (with null) into none.
    SetGroup {
        /// Node id.
        node: String,
        /// Group id.
        group: Option<String>,
    },
    /// Changes what a group means: kind, the group that it lies in, place.
    PlaceGroup {
        /// Group id.
        id: String,
        /// New kind.
        kind: GroupKind,
        /// New group around it.
        parent: Option<String>,
        /// New place.
        place: Option<Place>,
    },
    /// Renames a node. No effect on the run, so never journalled.
    Rename {
        /// Node id.
        id: String,
        /// New name.
        name: String,
    },
    /// Moves a node. No effect on the run, so never journalled.
    Move {
        /// Node id.
        id: String,
        /// New left edge.
        x: f64,
        /// New top edge.
        y: f64,
    },
    /// Changes how a group looks. No effect on the run, so never journalled.
    UpdateGroup {
        /// Group id.
        id: String,
        /// New name.
        name: String,
        /// New left edge.
        x: f64,
        /// New top edge.
        y: f64,
        /// New width.
        width: f64,
        /// New height.
        height: f64,
        /// Shown as one card.
        collapsed: bool,
    },
    /// Adds a note. No effect on the run, so never journalled.
    AddNote {
        /// The note, complete.
        note: Note,
    },
    /// Removes a note. No effect on the run, so never journalled.
    RemoveNote {
        /// Note id.
        id: String,
    },
    /// Changes a note. No effect on the run, so never journalled.
    UpdateNote {
        /// The note as it shall be, found by its id.
        note: Note,
    },
}

impl Edit {
    /// Whether the edit changes how the system runs (and so belongs in the journal), or only how it looks.
    pub fn changes_the_run(&self) -> bool {
        !matches!(self, Edit::Move { .. } | Edit::Rename { .. } | Edit::UpdateGroup { .. }) && !self.is_of_note()
    }

    /// Whether the edit is of a note: notes have no history of their own and stand in the base diagram only.
    pub fn is_of_note(&self) -> bool {
        matches!(self, Edit::AddNote { .. } | Edit::RemoveNote { .. } | Edit::UpdateNote { .. })
    }

    /// The looks of a group, as an edit that gives it these.
    pub fn looks(group: &Group) -> Edit {
        Edit::UpdateGroup {
            id: group.id.clone(),
            name: group.name.clone(),
            x: group.x,
            y: group.y,
            width: group.width,
            height: group.height,
            collapsed: group.collapsed,
        }
    }

    /// The meaning of a group, as an edit that gives it this.
    pub fn meaning(group: &Group) -> Edit {
        Edit::PlaceGroup { id: group.id.clone(), kind: group.kind, parent: group.parent.clone(), place: group.place }
    }
}

/// Gives a group the looks that an edit says.
pub(crate) fn redraw(group: &mut Group, edit: &Edit) {
    if let Edit::UpdateGroup { name, x, y, width, height, collapsed, .. } = edit {
        group.name.clone_from(name);
        (group.x, group.y, group.width, group.height, group.collapsed) = (*x, *y, *width, *height, *collapsed);
    }
}

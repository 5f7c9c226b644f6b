//! A change to the diagram and its inverse: what is journalled, undone and told to the run.
//! Judges only what would leave a name that leads nowhere; the rules judge the rest.

use serde::Serialize;
use serde_json::Value as Json;

use super::document::{Document, Link, Node};
use super::group::{Group, GroupKind, Note};
use super::param::Values;
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

impl Document {
    /// Applies an edit to the diagram and returns its inverse; an edit that does not fit changes nothing and says why.
    pub fn apply(&mut self, edit: &Edit) -> Result<Edit, String> {
        match edit {
            Edit::AddNode { node } => {
                if self.node(&node.id).is_some() {
                    return Err(format!("there is already a node {}", node.id));
                }
                self.has_group(node.group.as_deref())?;
                self.nodes.push(node.clone());
                Ok(Edit::RemoveNode { id: node.id.clone() })
            }
            Edit::RemoveNode { id } => {
                if let Some(link) = self.links.iter().find(|l| l.from == *id || l.to == *id) {
                    return Err(format!("node {id} still has link {}", link.id));
                }
                Ok(Edit::AddNode { node: take(&mut self.nodes, "node", |n| n.id == *id, id)? })
            }
            Edit::AddLink { link } => {
                if self.link(&link.id).is_some() {
                    return Err(format!("there is already a link {}", link.id));
                }
                self.has_ends(&link.id, &link.from, &link.to)?;
                self.links.push(link.clone());
                Ok(Edit::RemoveLink { id: link.id.clone() })
            }
            Edit::RemoveLink { id } => Ok(Edit::AddLink { link: take(&mut self.links, "link", |l| l.id == *id, id)? }),
            Edit::Reconnect { link: id, from, to } => {
                self.has_ends(id, from, to)?;
                let link = self.link_mut(id)?;
                let old = (std::mem::replace(&mut link.from, from.clone()), std::mem::replace(&mut link.to, to.clone()));
                Ok(Edit::Reconnect { link: id.clone(), from: old.0, to: old.1 })
            }
            Edit::SetNodeParam { id, param, value } => {
                let old = set(&mut self.node_mut(id)?.params, param, value);
                Ok(Edit::SetNodeParam { id: id.clone(), param: param.clone(), value: old })
            }
            Edit::SetLinkParam { id, param, value } => {
                let old = set(&mut self.link_mut(id)?.params, param, value);
                Ok(Edit::SetLinkParam { id: id.clone(), param: param.clone(), value: old })
            }
            Edit::AddGroup { group } => {
                if self.group(&group.id).is_some() {
                    return Err(format!("there is already a group {}", group.id));
                }
                self.has_group(group.parent.as_deref())?;
                self.groups.push(group.clone());
                Ok(Edit::RemoveGroup { id: group.id.clone() })
            }
            Edit::RemoveGroup { id } => {
                if let Some(what) = self.what_is_in(id) {
                    return Err(format!("group {id} still holds {what}"));
                }
                Ok(Edit::AddGroup { group: take(&mut self.groups, "group", |g| g.id == *id, id)? })
            }
            Edit::SetGroup { node: id, group } => {
                self.has_group(group.as_deref())?;
                let old = std::mem::replace(&mut self.node_mut(id)?.group, group.clone());
                Ok(Edit::SetGroup { node: id.clone(), group: old })
            }
            Edit::PlaceGroup { id, kind, parent, place } => {
                self.has_group(parent.as_deref())?;
                if parent.as_ref().is_some_and(|parent| self.around(parent).any(|g| g.id == *id)) {
                    return Err(format!("group {id} would lie in itself"));
                }
                let group = self.group_mut(id)?;
                let old = Edit::meaning(group);
                (group.kind, group.parent, group.place) = (*kind, parent.clone(), *place);
                Ok(old)
            }
            Edit::Rename { id, name } => {
                let old = std::mem::replace(&mut self.node_mut(id)?.name, name.clone());
                Ok(Edit::Rename { id: id.clone(), name: old })
            }
            Edit::Move { id, x, y } => {
                let node = self.node_mut(id)?;
                let (old_x, old_y) = (std::mem::replace(&mut node.x, *x), std::mem::replace(&mut node.y, *y));
                Ok(Edit::Move { id: id.clone(), x: old_x, y: old_y })
            }
            Edit::UpdateGroup { id, .. } => {
                let group = self.group_mut(id)?;
                let old = Edit::looks(group);
                redraw(group, edit);
                Ok(old)
            }
            Edit::AddNote { note } => {
                if self.note(&note.id).is_some() {
                    return Err(format!("there is already a note {}", note.id));
                }
                self.notes.push(note.clone());
                Ok(Edit::RemoveNote { id: note.id.clone() })
            }
            Edit::RemoveNote { id } => Ok(Edit::AddNote { note: take(&mut self.notes, "note", |n| n.id == *id, id)? }),
            Edit::UpdateNote { note } => {
                let old = self.notes.iter_mut().find(|n| n.id == note.id).ok_or_else(|| format!("there is no note {}", note.id))?;
                Ok(Edit::UpdateNote { note: std::mem::replace(old, note.clone()) })
            }
        }
    }

    /// A node or group that lies directly in a group: `node orders`.
    pub fn what_is_in(&self, group: &str) -> Option<String> {
        let node = self.nodes.iter().find(|n| n.group.as_deref() == Some(group)).map(|n| format!("node {}", n.id));
        node.or_else(|| self.groups.iter().find(|g| g.parent.as_deref() == Some(group)).map(|g| format!("group {}", g.id)))
    }

    fn node_mut(&mut self, id: &str) -> Result<&mut Node, String> {
        self.nodes.iter_mut().find(|n| n.id == id).ok_or_else(|| format!("there is no node {id}"))
    }

    fn link_mut(&mut self, id: &str) -> Result<&mut Link, String> {
        self.links.iter_mut().find(|l| l.id == id).ok_or_else(|| format!("there is no link {id}"))
    }

    fn group_mut(&mut self, id: &str) -> Result<&mut Group, String> {
        self.groups.iter_mut().find(|g| g.id == id).ok_or_else(|| format!("there is no group {id}"))
    }

    fn has_group(&self, id: Option<&str>) -> Result<(), String> {
        match id {
            Some(id) if self.group(id).is_none() => Err(format!("there is no group {id}")),
            _ => Ok(()),
        }
    }

    fn has_ends(&self, link: &str, from: &str, to: &str) -> Result<(), String> {
        match [from, to].into_iter().find(|end| self.node(end).is_none()) {
            Some(end) => Err(format!("link {link} ends at {end}, which is not there")),
            None => Ok(()),
        }
    }
}

/// Gives a group the looks that an edit says.
pub(crate) fn redraw(group: &mut Group, edit: &Edit) {
    if let Edit::UpdateGroup { name, x, y, width, height, collapsed, .. } = edit {
        group.name.clone_from(name);
        (group.x, group.y, group.width, group.height, group.collapsed) = (*x, *y, *width, *height, *collapsed);
    }
}

fn take<T>(items: &mut Vec<T>, what: &str, is: impl Fn(&T) -> bool, id: &str) -> Result<T, String> {
    let index = items.iter().position(is).ok_or_else(|| format!("there is no {what} {id}"))?;
    Ok(items.remove(index))
}

fn set(params: &mut Values, name: &str, value: &Json) -> Json {
    let old = if value.is_null() { params.shift_remove(name) } else { params.insert(name.into(), value.clone()) };
    old.unwrap_or(Json::Null)
}

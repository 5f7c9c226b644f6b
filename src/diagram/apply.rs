//! Applying an edit to a diagram, which gives the edit that undoes it.
//! Judges only what would leave a name that leads nowhere; the rules of files judge the rest.

use serde_json::Value as Json;

use super::document::{Document, Entry};
use super::edit::{redraw, Edit};
use super::group::Group;
use super::node::{Link, Node};
use super::param::Values;
use crate::engine::SimTime;

impl Document {
    /// The diagram as it stands after all journalled edits, with an empty journal and time zero: what restarting runs.
    pub fn folded(&self) -> Document {
        let mut doc = Document { journal: Vec::new(), moment: SimTime::ZERO, ..self.clone() };
        for (_, entry) in &self.journal {
            if let Entry::Edit(edit) = entry {
                // A journal that was read passed the same check, so an edit that does not fit changes nothing.
                let _ = doc.apply(edit);
            }
        }
        doc
    }

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

fn take<T>(items: &mut Vec<T>, what: &str, is: impl Fn(&T) -> bool, id: &str) -> Result<T, String> {
    let index = items.iter().position(is).ok_or_else(|| format!("there is no {what} {id}"))?;
    Ok(items.remove(index))
}

fn set(params: &mut Values, name: &str, value: &Json) -> Json {
    let old = if value.is_null() { params.shift_remove(name) } else { params.insert(name.into(), value.clone()) };
    old.unwrap_or(Json::Null)
}

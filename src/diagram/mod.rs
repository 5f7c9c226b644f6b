//! The document a learner edits: nodes, links, groups, notes, parameters, layout, seed and journal.
//! Plain data: knows no component, no file and no screen, and holds no running state.

mod apply;
pub mod document;
pub mod edit;
pub mod group;
pub mod impairment;
pub mod law;
pub mod node;
pub mod param;
pub mod place;
pub mod separation;

pub use document::{Document, Entry, Fault, Journal};
pub use edit::Edit;
pub use group::{Group, GroupKind, Note, NoteColour};
pub use impairment::{Effect, Impairment};
pub use node::{member, Link, Node, View};
pub use place::Place;

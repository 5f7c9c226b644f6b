//! The document a learner edits: nodes, links, groups, notes, parameters, layout, seed and journal; its file format and validation.
//! Holds no running state and no screen.

pub mod document;
pub mod edit;
pub mod group;
mod law;
pub mod param;
pub mod place;
pub mod read;
pub mod schema;

pub use document::{Document, Entry, Fault, Journal, Link, Node, View};
pub use edit::Edit;
pub use group::{Group, GroupKind, Note, NoteColour};
pub use place::Place;

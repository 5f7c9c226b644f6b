//! The document a learner edits: nodes, links, parameters, layout, seed and journal; its file format and validation.
//! Holds no running state and no screen.

pub mod document;
pub mod param;
pub mod read;

pub use document::{Document, Edit, Entry, Fault, Journal, Link, Node, View};

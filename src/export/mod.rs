//! What can be taken away from a diagram and its run as a file of another kind: a picture, tables.
//! Text out, nothing in; knows no screen and starts no run.

pub mod csv;
pub mod curve;
mod palette;
pub mod svg;

pub use palette::Theme;

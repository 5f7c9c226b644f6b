//! What can be taken away from a diagram and its run as a file of another kind: a picture, tables, a report.
//! Text out, nothing in; knows no screen and starts no run.

pub mod csv;
pub mod curve;
#[cfg(feature = "cli")]
pub mod findings;
mod palette;
pub mod svg;

pub use palette::Theme;

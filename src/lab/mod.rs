//! An experiment: compiles a diagram to a world, runs it, and reads results off it. Draws nothing.

pub mod experiment;
pub mod frame;
pub mod meter;
mod picture;
pub mod report;
pub mod scenarios;
pub mod snapshots;
mod stopped;
mod stories;
pub mod theory;
pub mod timeline;
pub mod trials;
#[cfg(feature = "cli")]
pub mod validation;
mod written;

pub use experiment::Experiment;
pub use frame::Frame;
pub use stopped::Stopped;

//! An experiment: compiles a diagram to a world, runs it, and reads results off it. Draws nothing.

pub mod experiment;
pub mod frame;
pub mod members;
pub mod meter;
mod picture;
mod placing;
pub mod report;
pub mod scenarios;
pub mod snapshots;
mod stopped;
mod stories;
mod sums;
pub mod theory;
pub mod timeline;
pub mod trials;
#[cfg(feature = "cli")]
pub mod validation;
mod written;

pub use experiment::Experiment;
pub use frame::Frame;
pub use stopped::Stopped;

//! An experiment: compiles a diagram to a world, runs it, and reads results off it. Draws nothing.

pub mod frame;

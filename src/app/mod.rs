//! Leptos views and canvas drawing over the editor and the lab.
//! Holds no simulation logic.

pub mod actions;
pub mod canvas;
pub mod dom;
pub mod files;
pub mod session;
pub mod storage;
pub mod theme;

/// Mounts the application.
pub fn start() {}

//! The browser's entry: mounts the application, or does a worker's work.
//! Knows nothing else.

#[path = "mod.rs"]
mod app;
mod icon;

use faultline::{components, diagram, editor, engine, export, files, lab, metrics, order};

fn main() {
    // The same module serves in the page and in its workers.
    if !app::trials::serve() {
        app::start();
    }
}

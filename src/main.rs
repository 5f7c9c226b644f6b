//! The browser's entry: mounts the application.
//! Knows nothing else.

fn main() {
    faultline::app::start();
}

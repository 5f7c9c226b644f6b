//! The browser's entry: mounts the application, or does a worker's work.
//! Knows nothing else.

fn main() {
    // The same module serves in the page and in its workers.
    if !faultline::app::trials::serve() {
        faultline::app::start();
    }
}

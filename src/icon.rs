//! Icons: Lucide's drawings, by name, as they are in assets/icons (see build.rs).
//! Knows no use of them.

/// The drawing with this name; a plain box if there is none.
pub fn svg(name: &str) -> &'static str {
    include!(concat!(env!("OUT_DIR"), "/icons.rs"))
}

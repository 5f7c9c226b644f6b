//! Keys, versions, logs, placement, and the judge of what was read. Knows no component kind and no screen.

pub mod held;
pub mod judge;
pub mod log;
pub mod ranges;
pub mod ring;
pub mod rows;
pub mod sessions;
pub mod zipf;

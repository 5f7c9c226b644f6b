//! What is measured: latency distributions and series over time. Knows no component kind and no screen.

pub mod latency;
pub mod series;

pub use latency::Latency;
pub use series::Clock;

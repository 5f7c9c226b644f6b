//! The discrete-event core: clock, events, randomness, requests, links, stations.
//! Knows no component kind, no document and no screen.

pub mod distribution;
pub mod random;
pub mod time;

pub use distribution::Distribution;
pub use time::{SimDuration, SimTime};

//! The discrete-event core: clock, events, randomness, requests, links, stations.
//! Knows no component kind, no document and no screen.

pub mod behaviour;
mod calls;
pub mod core;
pub mod distribution;
mod faults;
pub mod frozen;
pub mod ids;
pub mod link;
pub mod pack;
pub mod queue;
pub mod random;
pub mod request;
pub mod scale;
mod serving;
pub mod sharing;
pub mod slots;
mod stages;
pub mod station;
pub mod tape;
pub mod time;
pub mod trace;
pub mod under_way;
pub mod world;

pub use behaviour::{Behaviour, Ctx, Ended, Next};
pub use distribution::Distribution;
pub use ids::{JobKey, LinkIndex, NodeIndex};
pub use request::{Message, Operation, Outcome, Reason, Versioned, Why};
pub use time::{SimDuration, SimTime};
pub use world::World;

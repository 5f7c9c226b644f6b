//! The discrete-event core: clock, events, randomness, requests, links, stations.
//! Knows no component kind, no document and no screen.

pub mod behaviour;
pub mod call_policy;
mod calls;
pub mod core;
pub mod distribution;
mod faults;
pub mod guard;
pub mod ids;
pub mod impairment;
pub mod link;
pub mod queue;
pub mod random;
pub mod request;
mod serving;
pub mod sharing;
mod stages;
pub mod station;
pub mod station_policy;
pub mod time;
pub mod trace;
mod transport;
pub mod under_way;
pub mod world;

pub use behaviour::{Behaviour, Ctx, Ended, Next};
pub use distribution::Distribution;
pub use ids::{JobKey, LinkIndex, NodeIndex};
pub use request::{Failure, Message, Operation, Outcome, Reason, Version, Why};
pub use time::{SimDuration, SimTime};
pub use world::World;

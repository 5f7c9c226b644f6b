//! What guards a station: the engine asks before a job comes in and when its turn comes, and tells after it has left.
//! Knows no policy.

use std::fmt::Debug;

use super::request::Reason;
use super::station::Station;
use super::time::{SimDuration, SimTime};

/// A job that comes to a station.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Now.
    pub now: SimTime,
    /// Its class of priority.
    pub priority: u8,
    /// Whether it need not wait: a worker is free, or made free for it.
    pub at_once: bool,
    /// Where it comes to: how many wait, and how many are there.
    pub station: &'a Station,
}

/// How a job leaves that is turned away on arrival.
pub fn turned_away(now: SimTime, reason: Reason) -> Departure {
    Departure { now, stayed: SimDuration::ZERO, failed: Some(reason) }
}

/// A job that has waited, and whose turn it is.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Now.
    pub now: SimTime,
    /// How long it has waited.
    pub waited: SimDuration,
    /// Jobs that still wait.
    pub waiting: u64,
}

/// A job that leaves.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// Now.
    pub now: SimTime,
    /// How long it was there.
    pub stayed: SimDuration,
    /// Why it failed, if it did.
    pub failed: Option<Reason>,
}

/// What guards a station: one policy, or several of which each surrounds those inside it. It outlives changes of settings.
pub trait StationPolicy: Clone + Debug + Default {
    /// A job wants to come in. One that may leaves with [`StationPolicy::after`], exactly once; one that this very policy turns away does
    /// not.
    fn before(&mut self, arrival: &Arrival<'_>) -> Result<(), Reason> {
        let _ = arrival;
        Ok(())
    }

    /// Whether the next is the one who came last, whatever the station's discipline says.
    fn newest_first(&mut self, now: SimTime, waiting: u64) -> bool {
        let _ = (now, waiting);
        false
    }

    /// It is the turn of a job that waited for its first service: it is served, or leaves.
    fn turn(&mut self, turn: &Turn) -> Result<(), Reason> {
        let _ = turn;
        Ok(())
    }

    /// A job has left.
    fn after(&mut self, departure: &Departure) {
        let _ = departure;
    }
}

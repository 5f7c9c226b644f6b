//! What a kind tells theory of a node at its settings: what it sends, what becomes of what arrives, which station and which store it is.
//! Holds no formula. What a kind does not tell is not solved; why, it says as the end of a sentence, with `{name}` for the node's name.

use crate::data::eviction::Eviction;
use crate::engine::link::Role;
use crate::engine::station::Discipline;
use crate::engine::{Distribution, SimDuration};

/// Why a station is not solved whose workers wait for the answers of others.
pub const HELD: &str = "a worker of {name} is held while it waits for others, so its time is not its own";

/// What theory is told. The default tells nothing.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The requests that begin here.
    pub source: Option<Result<Source, &'static str>>,
    /// What becomes of a request that arrives here and is not answered here.
    pub passing: Option<Passing>,
    /// Its workers and line.
    pub station: Option<Result<Station, &'static str>>,
    /// What it holds of others' data.
    pub cache: Option<Cache>,
    /// What a write through here does to a cache beside the store.
    pub on_write: OnWrite,
    /// How it follows a log.
    pub follower: Option<Follower>,
    /// Whether a write waits until its followers have it.
    pub waits_for_followers: bool,
}

/// Where requests begin, at a constant mean rate.
#[derive(Clone, Debug)]
pub struct Source {
    /// Requests a second.
    pub rate_per_s: f64,
    /// Share of reads, from 0 to 1.
    pub reads: f64,
    /// Whether they come as a Poisson process; otherwise they come at even intervals.
    pub is_poisson: bool,
    /// Which keys they ask for; `None` where one choice depends on another.
    pub keys: Option<Keys>,
}

/// Keys drawn independently of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keys {
    /// How many there are.
    pub count: u32,
    /// How popular they are.
    pub popularity: Popularity,
}

/// How popular keys are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Popularity {
    /// All the same.
    Uniform,
    /// The n-th in rank by the power -`exponent` of n.
    Zipf {
        /// 0 is uniform.
        exponent: f64,
    },
    /// A few keys, all alike, get this share of all requests; the rest is alike too.
    HotSet {
        /// How many.
        keys: u32,
        /// Their share together, from 0 to 1.
        share: f64,
    },
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
pub enum Passing {
    /// It goes to one of the nodes that are called, equally many to each.
    Spread {
        /// How one is chosen.
        choice: Choice,
        /// Mean time until it goes on, in ms.
        time_ms: f64,
    },
    /// It is worked on, and others are called in the course of that.
    Work {
        /// Mean time until the first of them is called, in ms.
        time_ms: f64,
    },
}

/// How one of several is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Independently of everything: a Poisson process stays one.
    Random,
    /// One after the other.
    InTurn,
    /// By what is known of them, or of the request.
    Knowing,
}

/// Workers and a line, in a formula's terms.
#[derive(Clone, Debug)]
pub struct Station {
    /// Workers.
    pub workers: u32,
    /// Places to wait, those in service not counted.
    pub room: u32,
    /// Who is served next.
    pub discipline: Discipline,
    /// Service time of reads.
    pub reads: Distribution,
    /// Service time of writes.
    pub writes: Distribution,
    /// Added to each write, in ms.
    pub write_more_ms: f64,
    /// Links from here in these roles hold a worker until they are answered.
    pub held_by: &'static [Role],
}

impl Station {
    /// First come first served, with one service time for all, waiting for nobody.
    pub fn plain(workers: u32, room: u32, service: Distribution) -> Station {
        let (reads, writes) = (service.clone(), service);
        Station { workers, room, discipline: Discipline::Fifo, reads, writes, write_more_ms: 0.0, held_by: &[] }
    }
}

/// What holds copies of others' data.
#[derive(Clone, Copy, Debug)]
pub struct Cache {
    /// Number of keys held.
    pub capacity: u32,
    /// Which goes when it is full.
    pub eviction: Eviction,
    /// Older counts as absent; zero is for ever.
    pub ttl: SimDuration,
    /// Whether writes pass through it and leave what no formula tells.
    pub in_line: bool,
}

/// What a write does to the key in a cache beside the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnWrite {
    /// It stays as it is.
    #[default]
    Stays,
    /// It goes.
    Goes,
    /// It gets the new value.
    IsPut,
}

/// What follows a log.
#[derive(Clone, Debug)]
pub struct Follower {
    /// Time to apply an entry; they are applied one at a time.
    pub apply_time: Distribution,
    /// What an entry waits before it is applied.
    pub apply_delay: SimDuration,
    /// Service time of reads.
    pub read_time: Distribution,
}

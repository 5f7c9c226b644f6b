//! What surrounds a call: the engine asks before each attempt and tells after it, and carries out what is said.
//! Knows no policy.

use std::fmt::Debug;

use super::ids::NodeIndex;
use super::random::{generator, mix, Draws, Purpose, Stream};
use super::request::{Failure, Reason, Why};
use super::time::{SimDuration, SimTime};

/// An attempt of a call, as policies are told of it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Now.
    pub now: SimTime,
    /// Which of its call, counted from 1.
    pub number: u32,
    /// Who calls.
    pub from: NodeIndex,
    /// Whether another may follow it: somebody waits for the call, and the link is there.
    pub wanted: bool,
    pub(super) seed: u64,
    pub(super) stream: Stream,
    pub(super) draw_key: u64,
}

impl Attempt {
    /// How it ends if a policy refuses it: it fails at its caller.
    pub fn refused(&self, reason: Reason) -> Ending {
        Ending::Failed(Failure::new(reason, self.from))
    }

    /// A generator for this attempt's draws. Each policy that draws has a salt of its own, so that it changes no draw of another.
    pub fn rng(&self, salt: u64) -> Draws {
        generator(self.seed, self.stream, Purpose::Policy, mix(self.draw_key, u64::from(self.number)) ^ salt)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a good answer.
    Answered,
    /// It failed.
    Failed(Failure),
    /// Nobody wants its answer any more.
    Abandoned,
}

/// What becomes of a call after one of its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It ends as the attempt did.
    End,
    /// Another attempt is made.
    Again {
        /// After so long.
        wait: SimDuration,
        /// Why, for the trace of the request.
        why: Why,
    },
}

/// An attempt that a policy does not allow. It is one that failed at once, at its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What becomes of the call: what the policies around the one that refused made of it.
    pub then: After,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Refusal {
        Refusal { reason, then: After::End }
    }
}

/// What an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A connection, where they are counted.
    Connection,
    /// Its answer, since it was sent.
    Answer,
}

/// What surrounds the calls over one link: one policy, or several of which each surrounds those inside it. Its state is that of the caller
/// for this link; it stays when settings change.
pub trait CallPolicy: Clone + Debug + Default {
    /// An attempt is about to be made: it goes on its way after so long, or not at all. An attempt that may go, or is under way, ends with
    /// [`CallPolicy::after`], exactly once; one that this very policy refuses does not.
    fn before(&mut self, attempt: &Attempt) -> Result<SimDuration, Refusal> {
        let _ = attempt;
        Ok(SimDuration::ZERO)
    }

    /// An attempt has ended, and the policies inside have said what becomes of its call. Counts only after a failure.
    fn after(&mut self, attempt: &Attempt, ending: &Ending, then: After) -> After {
        let _ = (attempt, ending);
        then
    }

    /// How long an attempt waits at most for something, before it fails; `None` is for ever.
    fn limit(&self, awaited: Awaited) -> Option<SimDuration> {
        let _ = awaited;
        None
    }
}

//! What travels: messages, replies, the reasons of failures. Knows nothing of who sends or serves them.

use super::ids::NodeIndex;

/// What a message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Read a key.
    Read,
    /// Write a key.
    Write,
    /// Put a value that was read elsewhere into a cache.
    Fill,
    /// Remove a key from a cache.
    Invalidate,
}

impl Operation {
    /// Whether it changes what is stored.
    pub fn writes(self) -> bool {
        self != Operation::Read
    }
}

/// A version of a key: the number of the write that made it among the writes of that key, given once, when it is begun. Every store
/// that the write reaches has the same; in what order they come there is the store's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u64);

impl Version {
    /// Never written.
    pub const NONE: Version = Version(0);
}

/// A request as it travels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message {
    /// What is asked.
    pub operation: Operation,
    /// Which key.
    pub key: u64,
    /// Clients that began it.
    pub client: NodeIndex,
    /// On whose behalf, of these clients; also stands for the user's address.
    pub user: u64,
    /// Class of priority; higher goes first where that matters.
    pub priority: u8,
    /// Size of the request on the wire.
    pub request_bytes: u32,
    /// Size of the reply on the wire.
    pub reply_bytes: u32,
    /// The version that a write makes, or that is put into a cache.
    pub value: Option<Version>,
}

/// Why something failed. Every failure has one, and it is counted and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No answer in time.
    Timeout,
    /// The node is down: connection refused.
    Refused,
    /// The node went down while working on it: connection reset.
    Reset,
    /// No connection in time: none of the pool's was free, or none could be set up.
    NoConnection,
    /// The waiting line was full.
    QueueFull,
    /// All of the store's connections were taken.
    TooManyConnections,
    /// Nothing healthy to send it to.
    Unavailable,
    /// The client's own deadline passed.
    Deadline,
    /// A write was sent to a read-only copy.
    ReadOnly,
    /// A message was delivered as often as allowed, and never acknowledged.
    DeadLetter,
    /// There were too many requests: 429 (RFC 6585).
    Limited,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 11] = [
        Reason::Timeout,
        Reason::Refused,
        Reason::Reset,
        Reason::NoConnection,
        Reason::QueueFull,
        Reason::TooManyConnections,
        Reason::Unavailable,
        Reason::Deadline,
        Reason::ReadOnly,
        Reason::DeadLetter,
        Reason::Limited,
    ];

    /// Name in results and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Timeout => "timeout",
            Reason::Refused => "refused",
            Reason::Reset => "reset",
            Reason::NoConnection => "no connection",
            Reason::QueueFull => "queue full",
            Reason::TooManyConnections => "too many connections",
            Reason::Unavailable => "unavailable",
            Reason::Deadline => "deadline",
            Reason::ReadOnly => "read only",
            Reason::DeadLetter => "dead letter",
            Reason::Limited => "limited",
        }
    }

    /// Whether another attempt may end better, so that a caller that retries makes one.
    pub fn may_retry(self) -> bool {
        match self {
            // Nobody knows whether it was done, or it was not even begun: once more.
            Reason::Timeout | Reason::Refused | Reason::Reset | Reason::NoConnection => true,
            // There may be room, or somebody, in a moment.
            Reason::QueueFull | Reason::TooManyConnections | Reason::Unavailable | Reason::Limited => true,
            // Its time is over, whoever is asked.
            Reason::Deadline => false,
            // The same question has the same answer.
            Reason::ReadOnly => false,
            // It was given up for good.
            Reason::DeadLetter => false,
        }
    }
}

/// A failure: why, where it arose, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// Whether the called node answered with it. Otherwise nothing came from there: silence, or a refusal or reset by its host.
    pub answered: bool,
    /// Callers that retry wait at least so long, in seconds; 0 says nothing.
    pub retry_after_s: u16,
    /// The node that failed, that did not answer, or that would not wait any longer for a connection of its own.
    pub at: NodeIndex,
}

impl Failure {
    /// One that arises at a node, or on the way there.
    pub fn new(reason: Reason, at: NodeIndex) -> Failure {
        Failure { reason, answered: false, retry_after_s: 0, at }
    }

    /// The same with the time after which to try again, in seconds (RFC 9110, Retry-After).
    pub fn retry_after(self, seconds: u16) -> Failure {
        Failure { retry_after_s: seconds, ..self }
    }

    /// The same as its caller is told: the answer is that it failed.
    pub fn as_answer(self) -> Failure {
        Failure { answered: true, ..self }
    }

    /// Whether the called node answered with a failure that arose further down.
    pub fn is_passed_on(self, by: NodeIndex) -> bool {
        self.answered && self.at != by
    }
}

/// What comes back: the value read or written (where there is one), or the failure.
pub type Outcome = Result<Option<Version>, Failure>;

/// Why something failed, if it did.
pub fn reason_of(outcome: Outcome) -> Option<Reason> {
    outcome.err().map(|failure| failure.reason)
}

/// Counts by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByReason([u64; Reason::ALL.len()]);

impl ByReason {
    /// Counts one more.
    pub fn add(&mut self, reason: Reason) {
        self.0[reason as usize] += 1;
    }

    /// Sum over all reasons.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Those above zero.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        Reason::ALL.into_iter().map(|r| (r, self.0[r as usize])).filter(|(_, n)| *n > 0)
    }

    /// What was counted since an earlier state of the same counter.
    pub fn since(&self, earlier: &ByReason) -> ByReason {
        ByReason(std::array::from_fn(|i| self.0[i] - earlier.0[i]))
    }

    /// Adds another counter to this one.
    pub fn merge(&mut self, other: &ByReason) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += b);
    }
}

/// Why a step was taken: a sentence with up to two numbers, written only when somebody reads it.
/// `{a}` and `{b}` in the text stand for the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// The sentence.
    pub text: &'static str,
    /// First number.
    pub a: u64,
    /// Second number.
    pub b: u64,
}

impl Why {
    /// Nothing to say.
    pub const NONE: Why = Why::plain("");

    /// A sentence without numbers.
    pub const fn plain(text: &'static str) -> Why {
        Why { text, a: 0, b: 0 }
    }

    /// A sentence with two numbers.
    pub const fn with(text: &'static str, a: u64, b: u64) -> Why {
        Why { text, a, b }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text.replace("{a}", &self.a.to_string()).replace("{b}", &self.b.to_string()))
    }
}

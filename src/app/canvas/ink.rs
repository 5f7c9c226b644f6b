//! Inks: the colours of what moves, as numbers that every way of drawing understands, and the tokens that they stand for.
//! Knows neither what an ink means nor what a token looks like.

/// Distinct colours for things without an order.
pub const HUES: usize = 8;
/// Tokens of the distinct colours.
pub const HUE: [&str; HUES] = ["--cat-1", "--cat-2", "--cat-3", "--cat-4", "--cat-5", "--cat-6", "--cat-7", "--cat-8"];
/// Tokens of the ramp, young to old.
pub const RAMP: [&str; 5] = ["--ramp-1", "--ramp-2", "--ramp-3", "--ramp-4", "--ramp-5"];

/// A colour of what moves: a number that both ways of drawing understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink(u8);

/// How many inks there are.
pub const INKS: usize = 9 + HUES + RAMP.len();
/// The tokens of the first inks.
pub const TOKENS: [&str; 9] = ["--raised", "--accent", "--read", "--write", "--message", "--control", "--good", "--bad", "--odd"];

impl Ink {
    /// Selection.
    pub const ACCENT: Ink = Ink(1);
    /// Reads.
    pub const READ: Ink = Ink(2);
    /// Writes.
    pub const WRITE: Ink = Ink(3);
    /// Messages.
    pub const MESSAGE: Ink = Ink(4);
    /// Control traffic.
    pub const CONTROL: Ink = Ink(5);
    /// Recovery.
    pub const GOOD: Ink = Ink(6);
    /// Errors.
    pub const BAD: Ink = Ink(7);
    /// Stale and replicated data.
    pub const ODD: Ink = Ink(8);

    /// One of the distinct colours, which come round again.
    pub const fn hue(n: u64) -> Ink {
        Ink((TOKENS.len() as u64 + n % HUES as u64) as u8)
    }

    /// A step from young to old.
    pub const fn ramp(step: usize) -> Ink {
        Ink((TOKENS.len() + HUES + if step < RAMP.len() { step } else { RAMP.len() - 1 }) as u8)
    }

    /// Its place in the palette.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

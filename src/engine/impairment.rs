//! What is wrong with a link: an ordered list of rules, of which the first that matches a message decides what becomes of it.
//! Knows nothing of what a message carries but its kind. The verdicts are those of Linux' netem and of service meshes.

use super::time::{SimDuration, SimTime};

/// Which way messages travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Either.
    #[default]
    Both,
    /// From the caller to the callee.
    Forward,
    /// Back to the caller.
    Back,
}

/// Which messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traffic {
    /// All.
    #[default]
    All,
    /// Calls.
    Calls,
    /// Their answers.
    Replies,
    /// Control traffic: health checks, replication, subscriptions.
    Control,
    /// What sets up connections.
    Handshakes,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing: later rules are not asked.
    Pass,
    /// It is lost, with this probability from 0 to 1; a transport that sends lost messages again does so.
    Drop(f64),
    /// It travels so much longer, and at random up to so much more.
    Delay(SimDuration, SimDuration),
    /// It arrives twice, with this probability from 0 to 1: as when somebody in between sends again what was not lost. What sets up a
    /// connection is told apart by its number, and never arrives twice.
    Duplicate(f64),
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impairment {
    /// Names it among those of its link; its draws come from it.
    pub id: u64,
    /// Which way.
    pub direction: Direction,
    /// Which messages.
    pub traffic: Traffic,
    /// In force before this moment; `None` is until it is lifted.
    pub until: Option<SimTime>,
    /// What becomes of them.
    pub verdict: Verdict,
}

/// The id of the rule that a cut is.
pub const CUT: u64 = 0;

impl Impairment {
    /// A link that is cut: whatever is sent is lost.
    pub fn cut() -> Impairment {
        Impairment { id: CUT, direction: Direction::Both, traffic: Traffic::All, until: None, verdict: Verdict::Drop(1.0) }
    }

    /// Whether it says what becomes of such a message, sent now.
    pub fn matches(&self, forward: bool, traffic: Traffic, now: SimTime) -> bool {
        let way = match self.direction {
            Direction::Both => true,
            Direction::Forward => forward,
            Direction::Back => !forward,
        };
        way && matches!(self.traffic, all if all == Traffic::All || all == traffic) && self.until.is_none_or(|until| now < until)
    }
}

/// The rules of a link, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub struct Impairments(Vec<Impairment>);

impl Impairments {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a rule after the others, but a cut before them; one with the same id is replaced where it stands. Those that are over go.
    pub fn put(&mut self, rule: Impairment, now: SimTime) {
        self.0.retain(|r| r.until.is_none_or(|until| now < until));
        match self.0.iter_mut().find(|r| r.id == rule.id) {
            Some(there) => *there = rule,
            None if rule.id == CUT => self.0.insert(0, rule),
            None => self.0.push(rule),
        }
    }

    /// Lifts a rule.
    pub fn lift(&mut self, id: u64) {
        self.0.retain(|r| r.id != id);
    }

    /// Lifts all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rule that decides about a message sent now.
    pub fn decides(&self, forward: bool, traffic: Traffic, now: SimTime) -> Option<Impairment> {
        self.0.iter().find(|r| r.matches(forward, traffic, now)).copied()
    }

    /// Whether nothing gets through, either way.
    pub fn is_cut(&self, now: SimTime) -> bool {
        let lost = |forward| self.decides(forward, Traffic::All, now).is_some_and(|r| r.verdict == Verdict::Drop(1.0));
        !self.0.is_empty() && lost(true) && lost(false)
    }

    /// Those in force.
    pub fn in_force(&self, now: SimTime) -> impl Iterator<Item = &Impairment> {
        self.0.iter().filter(move |r| r.until.is_none_or(|until| now < until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: u64, direction: Direction, traffic: Traffic, verdict: Verdict) -> Impairment {
        Impairment { id, direction, traffic, until: None, verdict }
    }

    #[test]
    fn the_first_that_matches_decides() {
        let mut rules = Impairments::default();
        let now = SimTime(5);
        rules.put(rule(7, Direction::Forward, Traffic::Control, Verdict::Pass), now);
        rules.put(rule(8, Direction::Both, Traffic::All, Verdict::Drop(1.0)), now);
        let says = |rules: &Impairments, forward, traffic, at| rules.decides(forward, traffic, SimTime(at)).map(|r| r.id);
        assert_eq!(says(&rules, true, Traffic::Control, 5), Some(7));
        assert_eq!((says(&rules, false, Traffic::Control, 5), says(&rules, true, Traffic::Calls, 5)), (Some(8), Some(8)));
        rules.put(Impairment { until: Some(SimTime(9)), ..rule(7, Direction::Back, Traffic::Replies, Verdict::Pass) }, now);
        assert_eq!((says(&rules, false, Traffic::Replies, 8), says(&rules, false, Traffic::Replies, 9)), (Some(7), Some(8)));
        rules.put(Impairment::cut(), now);
        assert!(rules.is_cut(now) && says(&rules, false, Traffic::Replies, 8) == Some(CUT));
        rules.lift(CUT);
        rules.lift(8);
        assert!(!rules.is_cut(now) && says(&rules, true, Traffic::Calls, 5).is_none());
        assert_eq!((rules.in_force(SimTime(8)).count(), rules.in_force(SimTime(9)).count()), (1, 0));
    }
}

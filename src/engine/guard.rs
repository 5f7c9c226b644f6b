//! Notices that a run gets no further: so many events at one instant that there is no end of them to be seen.
//! Knows no behaviour; counts events, and looks at whom the last of them were about.

use super::ids::NodeIndex;
use super::queue::EventKind;
use super::time::SimTime;

/// Events at one instant that are no reason to stop, whatever is under way.
const USUAL: u64 = 200_000;
/// So many more for each request that is under way when the instant begins, or that a user begins during it: a crowd is no loop.
const FOR_EACH: u64 = 1_000;
/// After each stop at an instant a quarter as many are allowed until the next there, but not fewer than this.
const FEWEST: u64 = 20_000;
/// What comes to an end gets less: as long as one job in so many events leaves, on balance, there is no loop.
const FOR_ONE_LESS: u64 = 8;
/// So many of the last events say who goes round.
const LOOKED_AT: u64 = 4_000;

/// A run that stands still: there was no end of the events at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The instant.
    pub at: SimTime,
    /// Events there, up to the stop.
    pub events: u64,
    /// The nodes that the last of them were about, in the order of a round; the one drawn first comes first.
    pub nodes: Vec<NodeIndex>,
    /// What happened at them, see [`EventKind::name`], in the order in which it came.
    pub kinds: Vec<&'static str>,
}

/// What is counted.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    at: SimTime,
    /// Events of the run before those that are counted here.
    before: u64,
    /// Jobs that there were then.
    jobs: u64,
    /// At so many events of the run there is something to do.
    look_at: u64,
    /// Requests under way when the instant began, less all that users had begun by then.
    crowd: u64,
    /// How often the run has stood still at this instant and gone on.
    stops: u32,
    /// Of the last events: about which node, and what.
    last: Vec<(NodeIndex, &'static str)>,
    stop: Option<Box<Stop>>,
}

impl Guard {
    /// Why the run stands still, if it does.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_deref()
    }

    /// Whether the run stands still.
    #[inline]
    pub fn holds(&self) -> bool {
        self.stop.is_some()
    }

    /// An event is due, after so many of the run. So many requests and jobs are under way, and users have begun `asked` requests so far.
    #[inline]
    pub fn begin(&mut self, at: SimTime, events: u64, requests: u64, jobs: u64, asked: u64) {
        if at != self.at || events == 0 {
            self.at = at;
            self.before = events;
            self.jobs = jobs;
            self.look_at = events + USUAL - LOOKED_AT;
            self.crowd = requests.wrapping_sub(asked);
            self.stops = 0;
            self.last.clear();
        }
    }

    /// So many events of the run have been handled; the last was about this node (counted from 1; 0 is none). Returns whether the
    /// run is to stand still from here.
    #[inline]
    pub fn end(&mut self, events: u64, node: u64, kind: &EventKind, jobs: u64, asked: u64) -> bool {
        events >= self.look_at && self.look(events, node, kind, jobs, asked)
    }

    #[cold]
    fn look(&mut self, events: u64, node: u64, kind: &EventKind, jobs: u64, asked: u64) -> bool {
        let here = events - self.before;
        let allowed = USUAL.saturating_add(self.crowd.wrapping_add(asked).saturating_mul(FOR_EACH));
        let allowed = (allowed >> (2 * self.stops).min(62)).max(FEWEST);
        if here + LOOKED_AT < allowed {
            self.last.clear();
            self.look_at = self.before + allowed - LOOKED_AT;
            return false;
        }
        self.look_at = events + 1;
        if let Some(node) = node.checked_sub(1) {
            self.last.push((NodeIndex(node as u32), kind.name()));
        }
        if here < allowed {
            return false;
        }
        if self.jobs.saturating_sub(jobs) >= here / FOR_ONE_LESS {
            (self.before, self.jobs) = (events, jobs);
            self.look_at = events + FEWEST - LOOKED_AT;
            return false;
        }
        let last = std::mem::take(&mut self.last);
        let first = last.iter().map(|(node, _)| *node).min();
        let round = last.iter().skip_while(|(node, _)| Some(*node) != first);
        let (mut nodes, mut kinds) = (Vec::new(), Vec::new());
        for (node, kind) in round {
            if !nodes.contains(node) {
                nodes.push(*node);
            }
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        self.stop = Some(Box::new(Stop { at: self.at, events: here, nodes, kinds }));
        true
    }

    /// Lets the run go on, after so many events and with so many jobs: something was changed that may have ended the loop.
    pub fn release(&mut self, events: u64, jobs: u64) {
        if self.stop.take().is_some() {
            self.stops += 1;
            (self.before, self.jobs) = (events, jobs);
            self.look_at = events + FEWEST - LOOKED_AT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::Generation;
    use super::*;

    /// Events at one instant until it stands still: about node 2, then 1, then 3, and so on.
    fn until_it_stops(guard: &mut Guard, events: &mut u64, under_way: u64) -> u64 {
        let began = *events;
        for step in 0.. {
            let node = [2, 1, 3][step % 3];
            let kind = EventKind::Timer { node: NodeIndex(node as u32 - 1), generation: Generation::default(), token: 0 };
            guard.begin(SimTime(7), *events, under_way, 9, 5);
            *events += 1;
            if guard.end(*events, node, &kind, 9, 5) {
                break;
            }
        }
        *events - began
    }

    #[test]
    fn a_loop_is_stopped_and_named_and_sooner_each_time_it_goes_on() {
        let (mut guard, mut events) = (Guard::default(), 30);
        assert_eq!(until_it_stops(&mut guard, &mut events, 0), 200_000);
        let stop = guard.stop().unwrap().clone();
        assert_eq!((stop.at, stop.events, stop.kinds), (SimTime(7), 200_000, vec!["timer"]));
        assert_eq!(stop.nodes, [NodeIndex(0), NodeIndex(2), NodeIndex(1)]);
        let mut again = || {
            guard.release(events, 9);
            assert!(!guard.holds());
            until_it_stops(&mut guard, &mut events, 0)
        };
        assert_eq!([again(), again(), again(), again()], [50_000, 20_000, 20_000, 20_000]);
    }

    #[test]
    fn a_crowd_may_do_more_at_once_and_another_instant_begins_anew() {
        let (mut guard, mut events) = (Guard::default(), 0);
        assert_eq!(until_it_stops(&mut guard, &mut events, 400), 600_000);
        let mut guard = Guard::default();
        let kind = EventKind::Timer { node: NodeIndex(0), generation: Generation::default(), token: 0 };
        for events in 0..3_000_000u64 {
            guard.begin(SimTime(events / 190_000), events, 0, 0, 0);
            assert!(!guard.end(events + 1, 1, &kind, 0, 0), "{events}");
        }
    }

    /// A million calls that all come back at one instant are an end of it, however many events it takes.
    #[test]
    fn what_gets_less_is_no_loop() {
        let mut guard = Guard::default();
        let kind = EventKind::Timer { node: NodeIndex(0), generation: Generation::default(), token: 0 };
        let jobs = |events: u64| 1_000_000 - events / 3;
        for events in 0..3_000_000 {
            guard.begin(SimTime(7), events, 1, jobs(events), 0);
            assert!(!guard.end(events + 1, 1, &kind, jobs(events + 1), 0), "{events}");
        }
        let more = (3_000_000..4_000_000).find(|events| guard.end(events + 1, 1, &kind, 0, 0));
        assert!(more.is_some_and(|events| events < 3_300_000), "{more:?}");
    }
}

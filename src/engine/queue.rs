//! The event queue, ordered by (time, sequence), so that equal times run in the order they were scheduled.
//! Knows nothing of what the events do.

use std::cmp::Ordering;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};

use super::ids::{AttemptKey, CallKey, JobKey, NodeIndex, TransitKey};
use super::request::Reason;
use super::time::{SimDuration, SimTime};

/// How often a node has crashed, restarted or gone: what was set before is void after. Three bytes, so that an event fits in four
/// words; it comes round after sixteen million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation([u8; 3]);

impl Generation {
    /// The generation after this one.
    pub fn next(self) -> Generation {
        let [a, b, c] = self.0;
        let [a, b, c, _] = u32::from_le_bytes([a, b, c, 0]).wrapping_add(1).to_le_bytes();
        Generation([a, b, c])
    }
}

/// What may happen. Keys that have gone stale by then make the event void.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// A node's own timer.
    Timer {
        /// Whose.
        node: NodeIndex,
        /// Void if the node has crashed or restarted since.
        generation: Generation,
        /// Given back to the node.
        token: u64,
    },
    /// A message reaches the end of its link.
    Deliver(TransitKey),
    /// A worker is done.
    ServiceEnd {
        /// With which job.
        job: JobKey,
        /// Void if the job was interrupted since.
        generation: u32,
    },
    /// The first of the jobs that share workers is done.
    ShareEnd {
        /// Where.
        node: NodeIndex,
        /// Void if jobs came or went since.
        generation: u32,
    },
    /// The caller waits no longer for an answer.
    AttemptTimeout(AttemptKey),
    /// The caller waits no longer for a connection.
    PoolTimeout(AttemptKey),
    /// The wait before an attempt is over, such as the back-off before a retry.
    Retry(CallKey),
    /// A calling policy has refused an attempt, and the call ends with it.
    Refused {
        /// Which.
        call: CallKey,
        /// Why.
        reason: Reason,
    },
    /// A message was lost, and is sent again.
    Retransmit(TransitKey),
    /// A request's deadline.
    Deadline(JobKey),
    /// A job that was held is answered.
    Answer {
        /// Which.
        job: JobKey,
        /// Why it failed; `None` if it went well.
        failed: Option<Reason>,
    },
}

impl EventKind {
    /// A number that names the variant, for the trace hash.
    pub fn code(&self) -> u64 {
        match self {
            EventKind::Timer { .. } => 1,
            EventKind::Deliver(_) => 2,
            EventKind::ServiceEnd { .. } => 3,
            EventKind::AttemptTimeout(_) => 4,
            EventKind::PoolTimeout(_) => 5,
            EventKind::Retry(_) => 6,
            EventKind::Deadline(_) => 7,
            EventKind::ShareEnd { .. } => 8,
            EventKind::Answer { .. } => 9,
            EventKind::Retransmit(_) => 10,
            EventKind::Refused { .. } => 11,
        }
    }
}

impl EventKind {
    /// What happens, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::Timer { .. } => "timer",
            EventKind::Deliver(_) => "message",
            EventKind::ServiceEnd { .. } | EventKind::ShareEnd { .. } => "service",
            EventKind::AttemptTimeout(_) => "timeout",
            EventKind::PoolTimeout(_) => "connection timeout",
            EventKind::Retransmit(_) => "retransmission",
            EventKind::Retry(_) => "retry",
            EventKind::Deadline(_) => "deadline",
            EventKind::Answer { .. } => "answer",
            EventKind::Refused { .. } => "refusal",
        }
    }
}

/// A scheduled event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled {
    /// When.
    pub at: SimTime,
    /// Order among equal times.
    pub sequence: u64,
    /// What.
    pub kind: EventKind,
}

/// An event in the heap: the earliest of its lane, or one that is in no lane.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Head {
    at: SimTime,
    /// The sequence, and below it the number of the lane: sequences differ, so the lane never decides.
    order: u64,
    kind: EventKind,
}

/// Bits of [`Head::order`] that hold the lane.
const LANE_BITS: u32 = 4;
/// Stands for no lane.
const NO_LANE: usize = (1 << LANE_BITS) - 1;

impl Head {
    fn new(at: SimTime, sequence: u64, lane: usize, kind: EventKind) -> Head {
        Head { at, order: sequence << LANE_BITS | lane as u64, kind }
    }

    fn lane(&self) -> usize {
        (self.order & NO_LANE as u64) as usize
    }

    fn scheduled(&self) -> Scheduled {
        Scheduled { at: self.at, sequence: self.order >> LANE_BITS, kind: self.kind }
    }
}

impl Eq for Head {}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Events that all come the same time after they were scheduled, so in the order they were scheduled: a line, not a heap.
#[derive(Clone, Debug, Default)]
struct Lane {
    delay: SimDuration,
    /// Whether its earliest event is in the heap; the others wait here.
    headed: bool,
    line: VecDeque<Scheduled>,
}

/// The pending events. What comes at once, and what comes a fixed time later (timeouts), waits in lines;
/// the heap holds the rest and the first of each line, so it stays small. The order is the same as of one heap of all.
#[derive(Clone, Debug, Default)]
pub struct EventQueue {
    heap: BinaryHeap<Head>,
    lanes: Vec<Lane>,
    /// Events at the time of the last one taken, scheduled since.
    immediate: VecDeque<(u64, EventKind)>,
    last: SimTime,
    waiting: u64,
    next_sequence: u64,
}

impl EventQueue {
    /// Schedules an event.
    pub fn push(&mut self, at: SimTime, kind: EventKind) {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        if at == self.last {
            self.immediate.push_back((sequence, kind));
        } else {
            self.heap.push(Head::new(at, sequence, NO_LANE, kind));
        }
    }

    /// Schedules an event at `now + delay`, where many have the same delay.
    pub fn push_after(&mut self, now: SimTime, delay: SimDuration, kind: EventKind) {
        let at = now + delay;
        let known = self.lanes.iter().position(|l| l.delay == delay);
        let free = || self.lanes.iter().position(|l| !l.headed);
        let lane = match known.or_else(free) {
            _ if at == self.last => return self.push(at, kind),
            Some(lane) => lane,
            None if self.lanes.len() < NO_LANE => {
                self.lanes.push(Lane::default());
                self.lanes.len() - 1
            }
            None => return self.push(at, kind),
        };
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let place = &mut self.lanes[lane];
        place.delay = delay;
        if place.headed {
            place.line.push_back(Scheduled { at, sequence, kind });
            self.waiting += 1;
        } else {
            place.headed = true;
            self.heap.push(Head::new(at, sequence, lane, kind));
        }
    }

    /// The time of the next event.
    pub fn next_time(&self) -> Option<SimTime> {
        let heap = self.heap.peek().map(|e| e.at);
        match self.immediate.is_empty() {
            true => heap,
            false => Some(heap.map_or(self.last, |at| at.min(self.last))),
        }
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Scheduled> {
        self.pop_until(SimTime(u64::MAX), |_| false)
    }

    /// Takes the next event, if it is not after `until`. Those in the lines of which it is known that nothing will come of them, now or
    /// ever, are left out: most timeouts are of calls that were answered long before.
    pub fn pop_until(&mut self, until: SimTime, is_void: impl Fn(&EventKind) -> bool) -> Option<Scheduled> {
        if let Some(&(sequence, kind)) = self.immediate.front() {
            let first = self.heap.peek().is_none_or(|h| (self.last, sequence) < (h.at, h.order >> LANE_BITS));
            if first {
                if self.last > until {
                    return None;
                }
                self.immediate.pop_front();
                return Some(Scheduled { at: self.last, sequence, kind });
            }
        }
        let mut head = self.heap.peek_mut()?;
        if head.at > until {
            return None;
        }
        let event = head.scheduled();
        let lane = head.lane();
        let waiting = &mut self.waiting;
        let next = self.lanes.get_mut(lane).and_then(|lane| loop {
            let next = lane.line.pop_front()?;
            *waiting -= 1;
            if !is_void(&next.kind) {
                break Some(next);
            }
        });
        match next {
            Some(next) => {
                *head = Head::new(next.at, next.sequence, lane, next.kind);
            }
            None => {
                PeekMut::pop(head);
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.headed = false;
                }
            }
        }
        // Only with nothing left of the old time: what was scheduled for it comes first.
        if self.immediate.is_empty() {
            self.last = event.at;
        }
        Some(event)
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.len() as usize * std::mem::size_of::<Head>()
    }

    /// Number of pending events.
    pub fn len(&self) -> u64 {
        self.heap.len() as u64 + self.immediate.len() as u64 + self.waiting
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{below, generator, Purpose};
    use super::*;

    /// Against a plain list, sorted: whatever was scheduled how, the order is (time, sequence).
    #[test]
    fn lines_and_heap_together_give_the_order_of_one_list() {
        let mut queue = EventQueue::default();
        let mut model: Vec<(u64, u64)> = Vec::new();
        let (mut now, mut sequence, mut longest) = (0, 0, 0);
        for step in 0..60_000u64 {
            let mut rng = generator(3, 1, Purpose::Key, step);
            let kind = EventKind::Timer { node: NodeIndex(0), generation: Generation::default(), token: step };
            // Twenty delays are more than there are lanes.
            let (way, far) = (below(&mut rng, 10), below(&mut rng, 300) as u64);
            let delay = below(&mut rng, if step % 2_000 < 1_000 { 20 } else { 3 }) as u64 * 50;
            let at = match way {
                0..=1 => now,
                2 => now + far,
                _ => now + delay,
            };
            match way {
                0..=2 => queue.push(SimTime(at), kind),
                3..=4 => queue.push_after(SimTime(now), SimDuration(delay), kind),
                5 => {
                    // Time goes on without an event, as it does between two looks at a run.
                    now = model.iter().map(|(at, _)| *at).min().unwrap_or(now).max(now);
                    continue;
                }
                _ => {
                    model.sort_unstable_by(|a, b| b.cmp(a));
                    let until = now + 40;
                    let expected = model.last().copied().filter(|(at, _)| *at <= until);
                    assert_eq!(queue.next_time().map(|t| t.0), model.last().map(|(at, _)| *at));
                    let popped = queue.pop_until(SimTime(until), |_| false).map(|e| (e.at.0, e.sequence));
                    assert_eq!(popped, expected, "step {step}");
                    match popped {
                        Some((at, _)) => {
                            model.pop();
                            now = at;
                        }
                        None => now = until.min(model.last().map_or(until, |(at, _)| *at)),
                    }
                    continue;
                }
            }
            model.push((at, sequence));
            sequence += 1;
            longest = longest.max(model.len());
            assert_eq!(queue.len(), model.len() as u64);
        }
        assert!(longest > 50, "{longest}");
    }

    /// Of a hundred timeouts all are void but those with a token that ends in 7; the first is in the heap before anybody asks.
    #[test]
    fn void_events_in_a_line_are_left_out_and_no_others() {
        let mut queue = EventQueue::default();
        for token in 0..100 {
            let kind = EventKind::Timer { node: NodeIndex(0), generation: Generation::default(), token };
            queue.push_after(SimTime(token), SimDuration(1_000), kind);
        }
        let is_void = |kind: &EventKind| matches!(kind, EventKind::Timer { token, .. } if token % 10 != 7);
        let mut taken = Vec::new();
        while let Some(event) = queue.pop_until(SimTime(u64::MAX), is_void) {
            taken.push((event.at.0, event.sequence));
        }
        let rest = (0..10).map(|i| (1_007 + 10 * i, 7 + 10 * i));
        assert_eq!(taken, std::iter::once((1_000, 0)).chain(rest).collect::<Vec<_>>());
        assert!(queue.is_empty());
    }

    #[test]
    fn an_event_is_four_words() {
        use std::mem::size_of;
        assert_eq!((size_of::<EventKind>(), size_of::<Head>()), (16, 32));
    }

    #[test]
    fn epochs_differ_and_come_round() {
        let mut generation = Generation::default();
        for _ in 0..1 << 24 {
            let next = generation.next();
            assert_ne!(generation, next);
            generation = next;
        }
        assert_eq!(generation, Generation::default());
    }
}

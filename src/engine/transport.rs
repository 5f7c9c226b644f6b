//! How a message travels over a link: latency, jitter, bandwidth, loss, and sending again what was lost. Handshakes travel so too.
//! Knows nothing of what it carries, but whether anybody still wants it.

use super::behaviour::Behaviour;
use super::core::Core;
use super::distribution::Distribution;
use super::ids::{AttemptKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::impairment::{Impairment, Traffic, Verdict};
use super::queue::EventKind;
use super::random::{generator, mix, unit, Purpose};
use super::request::{Failure, Outcome, Reason, Why};
use super::time::{SimDuration, SimTime};
use super::trace::{SpanIndex, NO_SPAN};
use super::under_way::{Payload, Transit};
use super::world::{Concerned, World, VOID};
use crate::order::Ordered;

/// Bytes of an error answer on the wire.
pub(super) const ERROR_BYTES: u32 = 200;
/// Bytes of one message of a handshake.
const HANDSHAKE_BYTES: u32 = 100;
/// How often a message is sent at most, the first time included: Linux gives up after 15 retransmissions (`tcp_retries2`).
const MOST_TRANSMISSIONS: u8 = 16;
/// The wait before a retransmission grows no further than this: Linux's `TCP_RTO_MAX`.
const LONGEST_WAIT: SimDuration = SimDuration::from_millis(120_000);
/// Tells the draws of a retransmission from all others of the same message.
const RETRANSMISSION: u64 = 1 << 40;
/// Tells the draws of a handshake from all others of the same attempt.
const HANDSHAKE: u64 = 1 << 41;

impl<B: Behaviour> Core<B> {
    /// Puts a message on a link. What is lost is sent again, unless the link is set not to.
    pub fn send(&mut self, transit: Transit<B::Signal>, bytes: u32, draw_key: u64) {
        let arrival = self.arrival(transit.link, transit.forward, bytes, draw_key);
        self.put_on_the_way(transit, arrival, draw_key);
    }

    pub(super) fn put_on_the_way(&mut self, transit: Transit<B::Signal>, arrival: Option<SimTime>, draw_key: u64) {
        let Some(end) = arrival else { return self.lose(transit) };
        if !self.links[transit.link.at()].impairments.is_empty() {
            return self.impair(transit, end, draw_key);
        }
        self.deliver_at(end, transit);
    }

    fn deliver_at(&mut self, end: SimTime, transit: Transit<B::Signal>) {
        let link = &self.links[transit.link.at()];
        let left = if link.spec.bandwidth_bps.is_some() { link.free_at[usize::from(!transit.forward)] } else { self.now };
        let key = self.transits.insert(Transit { end, left, ..transit });
        self.queue.push(end, EventKind::Deliver(key));
    }

    /// What the faults of its link make of a message that would arrive at `end`.
    #[cold]
    fn impair(&mut self, transit: Transit<B::Signal>, end: SimTime, draw_key: u64) {
        let link = &mut self.links[transit.link.at()];
        let decides = link.impairments.decides(transit.forward, transit.payload.traffic(), self.now);
        let Some(rule) = decides else { return self.deliver_at(end, transit) };
        let identity = mix(mix(draw_key, u64::from(!transit.forward)), rule.id);
        let mut rng = generator(self.seed, link.stream, Purpose::Impairment, identity);
        match rule.verdict {
            Verdict::Drop(share) if unit(&mut rng) < share => {
                link.in_transit -= 1;
                link.dropped += 1;
                self.lose(transit);
            }
            Verdict::Delay(by, jitter) => self.deliver_at(end + by + jitter.scale(unit(&mut rng)), transit),
            Verdict::Duplicate(share) if unit(&mut rng) < share && transit.payload.traffic() != Traffic::Handshakes => {
                link.in_transit += 1;
                link.duplicated += 1;
                self.deliver_at(end, transit.clone());
                self.deliver_at(end, transit.as_duplicate());
            }
            Verdict::Pass | Verdict::Drop(_) | Verdict::Duplicate(_) => self.deliver_at(end, transit),
        }
    }

    /// A fault befalls a link, now. If it loses all messages of some sort, those that are on the link are lost too.
    pub(super) fn impair_link(&mut self, index: LinkIndex, rule: Impairment) {
        let now = self.now;
        self.links[index.at()].impairments.put(rule, now);
        if rule.verdict == Verdict::Drop(1.0) {
            self.lose_transits(index, |t| rule.matches(t.forward, t.payload.traffic(), now));
        }
    }

    /// When a message that is put on a link now gets to its end; `None` if it never does, which is counted.
    pub(super) fn arrival(&mut self, link: LinkIndex, forward: bool, bytes: u32, draw_key: u64) -> Option<SimTime> {
        let link = &mut self.links[link.at()];
        let direction = usize::from(!forward);
        let spec = &link.spec;
        let law = if forward { &spec.latency } else { &spec.return_latency };
        let (travel, lost) = match law {
            // Nothing is left to chance, so nothing is drawn.
            Distribution::Constant { value_ms } if spec.jitter == SimDuration::ZERO && spec.loss <= 0.0 => {
                (SimDuration::from_millis_f64(*value_ms), false)
            }
            law => {
                let mut rng = generator(self.seed, link.stream, Purpose::Latency, mix(draw_key, direction as u64));
                let mut travel = law.sample(&mut rng);
                if spec.jitter > SimDuration::ZERO {
                    travel = travel + spec.jitter.scale(unit(&mut rng));
                }
                (travel, spec.loss > 0.0 && unit(&mut rng) < spec.loss)
            }
        };
        let mut travel = travel + spec.distance;
        if let Some(bps) = spec.bandwidth_bps {
            // The interface sends one message after the other: serialisation, then propagation.
            let begin = link.free_at[direction].max(self.now);
            let serialised = begin + SimDuration::from_secs_f64(f64::from(bytes) * 8.0 / bps);
            link.free_at[direction] = serialised;
            travel = serialised.since(self.now) + travel;
        }
        if link.removed || lost {
            link.dropped += 1;
            return None;
        }
        link.in_transit += 1;
        Some(self.now + travel)
    }

    /// The bandwidth of a link changes now: what its interfaces have yet to send, bit by bit, is sent at the new rate.
    pub(super) fn change_bandwidth(&mut self, index: LinkIndex, new: Option<f64>) {
        let now = self.now;
        let link = &mut self.links[index.at()];
        // Without a limit nothing waits at an interface.
        let Some(old) = link.spec.bandwidth_bps.filter(|old| Some(*old) != new) else { return };
        let sooner = |at: SimTime| now + at.since(now).scale(new.map_or(0.0, |new| old / new));
        for free in link.free_at.iter_mut().filter(|free| **free > now) {
            *free = sooner(*free);
        }
        let waiting = self.transits.iter().filter(|(_, t)| t.link == index && !t.lost && t.left > now);
        let mut keys: Vec<(SimTime, TransitKey)> = waiting.map(|(key, t)| (t.left, key)).collect();
        keys.order_by_key(|(left, _)| *left);
        for (_, key) in keys {
            // Under another key, so that its arrival as it was is void.
            let Some(transit) = self.transits.remove(key) else { continue };
            let left = sooner(transit.left);
            let end = left + transit.end.since(transit.left);
            let key = self.transits.insert(Transit { left, end, ..transit });
            self.queue.push(end, EventKind::Deliver(key));
        }
    }

    /// A message that is put on the link now does not arrive.
    #[cold]
    fn lose(&mut self, transit: Transit<B::Signal>) {
        let link = &mut self.links[transit.link.at()];
        if link.removed {
            return;
        }
        let Some(wait) = link.retransmission_after(transit.transmissions) else { return };
        link.in_transit += 1;
        // It has left when the interface has sent it.
        let left = if link.spec.bandwidth_bps.is_some() { link.free_at[usize::from(!transit.forward)].max(self.now) } else { self.now };
        let end = left + wait.min(LONGEST_WAIT);
        let key = self.transits.insert(Transit { start: self.now, end, lost: true, ..transit });
        self.queue.push(end, EventKind::Retransmit(key));
    }

    /// Nobody is there where a message arrives, and nobody says so: as good as lost.
    #[cold]
    pub(super) fn swallow(&mut self, key: TransitKey) {
        if let Some(transit) = self.transits.remove(key) {
            self.links[transit.link.at()].dropped += 1;
            self.lose(transit);
        }
    }

    /// Loses those messages on a link that are meant. Where lost messages are sent again, their senders notice when their time for each is over.
    pub(super) fn lose_transits(&mut self, index: LinkIndex, is_meant: impl Fn(&Transit<B::Signal>) -> bool) {
        let on_it = self.transits.iter().filter(|(_, t)| t.link == index && !t.lost && is_meant(t));
        let keys: Vec<TransitKey> = on_it.map(|(key, _)| key).collect();
        for key in keys {
            // Under another key, so that its arrival is void.
            let Some(transit) = self.transits.remove(key) else { continue };
            let link = &mut self.links[index.at()];
            link.dropped += 1;
            link.in_transit -= 1;
            let Some(wait) = link.retransmission_after(transit.transmissions) else { continue };
            link.in_transit += 1;
            let end = (transit.start + wait.min(LONGEST_WAIT)).max(self.now);
            let key = self.transits.insert(Transit { end, lost: true, ..transit });
            self.queue.push(end, EventKind::Retransmit(key));
        }
    }

    /// Size of a message, and what its draws come from; `None` if nobody wants it any more.
    fn parcel(&self, transit: &Transit<B::Signal>) -> Option<(u32, u64)> {
        match &transit.payload {
            Payload::Call { attempt, message, draw_key, .. } => self.attempted(*attempt).map(|_| (message.request_bytes, *draw_key)),
            Payload::Reply { attempt, outcome, .. } => self.attempted(*attempt).map(|call| {
                let bytes = if outcome.is_ok() { call.message.reply_bytes } else { ERROR_BYTES };
                (bytes, reply_draw_key(mix(call.draw_key, u64::from(attempt.number))))
            }),
            Payload::Handshake { attempt, round } => {
                self.attempted(*attempt).map(|call| (HANDSHAKE_BYTES, handshake_draw_key(call.draw_key, attempt.number, *round)))
            }
            Payload::Signal { bytes, ordinal, refused, .. } => {
                // A later one says all that it does, and more.
                let link = &self.links[transit.link.at()];
                let sender = &self.nodes[if transit.forward { link.from } else { link.to }.at()];
                let newest = link.control_sent[usize::from(!transit.forward)] == *ordinal;
                (newest && (sender.up || *refused)).then(|| (*bytes, signal_draw_key(*ordinal)))
            }
        }
    }

    /// Sends control traffic over a link, towards the callee or back; perhaps back to whoever sent it.
    pub(super) fn send_signal(&mut self, link: LinkIndex, forward: bool, signal: B::Signal, bytes: u32, refused: bool) {
        let sent = &mut self.links[link.at()].control_sent[usize::from(!forward)];
        *sent += 1;
        let ordinal = *sent;
        let payload = Payload::Signal { signal, bytes, ordinal, refused };
        self.send(Transit::new(link, forward, self.now, 0, payload), bytes, signal_draw_key(ordinal));
    }

    /// Begins to set up a connection for an attempt, or goes on with it: the caller's message of a round trip.
    pub(super) fn shake_hands(&mut self, attempt: AttemptKey, round: u32) {
        let Some(call) = self.attempted(attempt) else { return };
        let (link, request_id, draw_key) = (call.link, call.request_id, handshake_draw_key(call.draw_key, attempt.number, round));
        let payload = Payload::Handshake { attempt, round };
        let transit = Transit { attempt: attempt.number, ..Transit::new(link, true, self.now, request_id, payload) };
        self.send(transit, HANDSHAKE_BYTES, draw_key);
    }

    /// The called node answers a message of a handshake: it goes on, or the connection is refused.
    fn answer_handshake(&mut self, attempt: AttemptKey, round: u32) {
        let Some(call) = self.attempted(attempt) else { return };
        let (link, request, request_id, message) = (call.link, call.request, call.request_id, call.message);
        let draw_key = handshake_draw_key(call.draw_key, attempt.number, round);
        let to = self.links[link.at()].to;
        let state = &self.nodes[to.at()];
        let payload = if state.up && !state.removed {
            Payload::Handshake { attempt, round }
        } else {
            let outcome: Outcome = Err(Failure::new(Reason::Refused, to));
            Payload::Reply { attempt, outcome, operation: message.operation, key: message.key, request, network_span: NO_SPAN }
        };
        let transit = Transit { attempt: attempt.number, ..Transit::new(link, false, self.now, request_id, payload) };
        self.send(transit, HANDSHAKE_BYTES, draw_key);
    }

    /// A message of a handshake arrives, at the called node or back at the caller.
    pub(super) fn handshake_arrived(&mut self, forward: bool, attempt: AttemptKey, round: u32) {
        if forward {
            return self.answer_handshake(attempt, round);
        }
        let Some(call) = self.attempted(attempt) else { return };
        if round < self.links[call.link.at()].spec.handshake_round_trips {
            self.shake_hands(attempt, round + 1);
        } else {
            self.connected(attempt);
        }
    }
}

/// What a reply's draws come from, of the identity of the job that replies.
pub(super) fn reply_draw_key(draw_key: u64) -> u64 {
    mix(draw_key, 7)
}

/// What the draws of a control message come from.
fn signal_draw_key(ordinal: u64) -> u64 {
    mix(0x5163_6e61, ordinal)
}

fn handshake_draw_key(draw_key: u64, attempt: u32, round: u32) -> u64 {
    mix(mix(draw_key, u64::from(attempt)), HANDSHAKE | u64::from(round))
}

impl<G> Payload<G> {
    /// The attempt that a message is part of.
    fn attempt(&self) -> Option<AttemptKey> {
        match self {
            Payload::Call { attempt, .. } | Payload::Reply { attempt, .. } | Payload::Handshake { attempt, .. } => Some(*attempt),
            Payload::Signal { .. } => None,
        }
    }

    /// Which messages it is one of, to the faults of a link.
    fn traffic(&self) -> Traffic {
        match self {
            Payload::Call { .. } => Traffic::Calls,
            Payload::Reply { .. } => Traffic::Replies,
            Payload::Handshake { .. } => Traffic::Handshakes,
            Payload::Signal { .. } => Traffic::Control,
        }
    }

    /// The span of the way, where recorded.
    fn span(&self) -> Option<(RequestKey, SpanIndex)> {
        match self {
            Payload::Call { request, network_span, .. } | Payload::Reply { request, network_span, .. } => Some((*request, *network_span)),
            Payload::Handshake { .. } | Payload::Signal { .. } => None,
        }
    }
}

impl<B: Behaviour> World<B> {
    /// The time for a lost message is over: it is sent again, if anybody still wants it and it has not been sent too often.
    pub(super) fn retransmit(&mut self, key: TransitKey) -> Concerned {
        let Some(transit) = self.core.transits.get(key) else { return VOID };
        let (index, forward, sent, request_id) = (transit.link, transit.forward, transit.transmissions, transit.request_id);
        let (parcel, attempt, span) = (self.core.parcel(transit), transit.payload.attempt(), transit.payload.span());
        let link = &mut self.core.links[index.at()];
        let (from, to): (NodeIndex, NodeIndex) = (if forward { link.from } else { link.to }, link.to);
        let concerned = (u64::from(from.0) + 1, request_id);
        link.in_transit -= 1;
        let again = parcel.filter(|_| sent < MOST_TRANSMISSIONS);
        let Some((bytes, draw_key)) = again else {
            self.core.transits.remove(key);
            if let (Some(attempt), true) = (attempt, parcel.is_some()) {
                // The transport gives up, and the connection with it.
                self.attempt_failed(attempt, Failure::new(Reason::Timeout, to));
            }
            return concerned;
        };
        link.retransmitted += 1;
        if let Some((request, span)) = span {
            if let Some(trace) = self.core.trace(request) {
                trace.explain(span, Why::with("lost on the way, and sent again: {a} times by now", u64::from(sent), 0));
            }
        }
        let draw_key = mix(draw_key, RETRANSMISSION | u64::from(sent));
        let arrival = self.core.arrival(index, forward, bytes, draw_key);
        if let Some(transit) = self.core.transits.remove(key) {
            let transit = Transit { start: self.core.now, transmissions: sent + 1, lost: false, ..transit };
            self.core.put_on_the_way(transit, arrival, draw_key);
        }
        concerned
    }
}

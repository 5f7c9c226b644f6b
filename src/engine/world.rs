//! The running world: takes the next event, asks the behaviour it concerns, carries out the answer. Knows no kind.

use slotmap::{Key, SlotMap};

use super::behaviour::{Behaviour, Ctx, Ended, Next};
use super::core::{Core, NodeState, Observation, RequestLedger};
use super::guard::{Guard, Stop};
use super::ids::{CallKey, JobKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::queue::{EventKind, EventQueue, Generation};
use super::random::{mix, Stream};
use super::request::{reason_of, ByReason, Failure, Message, Outcome, Reason};
use super::station::Station;
use super::station_policy::{Departure, StationPolicy};
use super::time::SimTime;
use super::trace::SpanIndex;
use super::under_way::{Call, Job, Payload, Service, Transit};

/// Node (counted from 1) and number of the request that an event was about; 0 where there is none.
pub(super) type Concerned = (u64, u64);
/// Of an event that had gone stale.
pub(super) const VOID: Concerned = (0, 0);

/// A world: nodes with behaviours, links, and everything under way. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct World<B: Behaviour> {
    /// Everything but the behaviours.
    pub core: Core<B>,
    /// One behaviour per node.
    pub behaviours: Vec<B>,
    events: u64,
    void: u64,
    hash: u64,
    guard: Guard,
}

impl<B: Behaviour> World<B> {
    /// An empty world at time zero.
    pub fn new(seed: u64) -> Self {
        World {
            core: Core {
                now: SimTime::ZERO,
                seed: mix(seed, 0xfa17),
                nodes: Vec::new(),
                links: Vec::new(),
                requests: SlotMap::with_key(),
                jobs: SlotMap::with_key(),
                calls: SlotMap::with_key(),
                transits: SlotMap::with_key(),
                shared: B::Shared::default(),
                observations: Vec::new(),
                spare: Default::default(),
                record_traces: false,
                requests_begun: 0,
                requests_asked: 0,
                hanging: 0,
                queue: EventQueue::default(),
            },
            behaviours: Vec::new(),
            events: 0,
            void: 0,
            hash: seed,
            guard: Guard::default(),
        }
    }

    /// Adds a node, with what guards its station. It starts when [`World::start`] is called for it.
    pub fn add_node(&mut self, stream: Stream, behaviour: B, guards: B::StationPolicies) -> NodeIndex {
        let now = self.core.now;
        self.core.nodes.push(NodeState {
            stream,
            generation: Generation::default(),
            up: true,
            down_since: now,
            vanished: false,
            hangs: false,
            stalled: Vec::new(),
            slow: 1.0,
            removed: false,
            station: Station::new(behaviour.station(), now),
            guards,
            failed: ByReason::default(),
            outgoing: Vec::new(),
            incoming: Vec::new(),
            requests: RequestLedger::default(),
            messages: RequestLedger::default(),
        });
        self.behaviours.push(behaviour);
        NodeIndex(self.core.nodes.len() as u32 - 1)
    }

    /// Lets a node's behaviour begin.
    pub fn start(&mut self, node: NodeIndex) {
        let (behaviour, mut ctx) = self.at(node);
        behaviour.start(&mut ctx);
    }

    /// Replaces a node's settings while it runs, and those of what guards its station.
    pub fn reconfigure(
        &mut self,
        node: NodeIndex,
        set_guards: impl FnOnce(&mut B::StationPolicies),
        change: impl FnOnce(&mut B, &mut Ctx<'_, B>),
    ) {
        set_guards(&mut self.core.nodes[node.at()].guards);
        let (behaviour, mut ctx) = self.at(node);
        change(behaviour, &mut ctx);
        let spec = behaviour.station();
        self.set_station(node, spec);
    }

    pub(super) fn at(&mut self, node: NodeIndex) -> (&mut B, Ctx<'_, B>) {
        (&mut self.behaviours[node.at()], Ctx { core: &mut self.core, node })
    }

    /// Hash over (time, sequence, node, event kind, request) of every event so far.
    pub fn trace_hash(&self) -> u64 {
        self.hash
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Of these, events that had gone stale, such as the timeout of a call that was answered: no code ran for them. Most such are left
    /// out before their time and not counted at all.
    pub fn void_events(&self) -> u64 {
        self.void
    }

    /// Why the run stands still, if it does: there was no end of the events at this instant.
    pub fn stopped(&self) -> Option<&Stop> {
        self.guard.stop()
    }

    /// Lets a run that stands still go on: something was changed.
    pub fn release(&mut self) {
        self.guard.release(self.events, self.core.jobs.len() as u64);
    }

    /// Handles the next event, if it is not after `until`. Returns whether there was one; there is none in a run that stands still.
    pub fn step(&mut self, until: SimTime) -> bool {
        if self.guard.holds() {
            return false;
        }
        let core = &mut self.core;
        let (calls, jobs) = (&core.calls, &core.jobs);
        let is_void = |kind: &EventKind| match kind {
            EventKind::AttemptTimeout(attempt) => !calls.get(attempt.call).is_some_and(|c| c.is_open(*attempt)),
            EventKind::PoolTimeout(attempt) => !calls.get(attempt.call).is_some_and(|c| c.is_open(*attempt) && c.lacks_connection()),
            EventKind::Deadline(job) => !jobs.contains_key(*job),
            _ => false,
        };
        let Some(event) = core.queue.pop_until(until, is_void) else { return false };
        let (requests, jobs) = (self.core.requests.len() as u64, self.core.jobs.len() as u64);
        self.guard.begin(event.at, self.events, requests, jobs, self.core.requests_asked);
        self.core.now = event.at;
        let (node, request) = self.handle(event.kind);
        for word in [event.at.0, event.sequence, node << 8 | event.kind.code(), request] {
            // One-to-one in the hash so far and in the word: what differs in one word once never looks the same again by itself.
            let mixed = (self.hash ^ word).wrapping_mul(0x9fb2_1c65_1e98_df25);
            self.hash = mixed ^ mixed >> 32;
        }
        self.events += 1;
        self.void += u64::from(node == 0);
        if self.guard.end(self.events, node, &event.kind, self.core.jobs.len() as u64, self.core.requests_asked) {
            self.say_stopped();
        }
        true
    }

    fn say_stopped(&mut self) {
        if let Some(node) = self.guard.stop().and_then(|stop| stop.nodes.first().copied()) {
            let (_, mut ctx) = self.at(node);
            ctx.notice(None, "endless loop", false);
        }
    }

    /// Lets an event happen. Returns what it was about; of an event that has gone stale, [`VOID`].
    fn handle(&mut self, kind: EventKind) -> Concerned {
        if self.core.hanging > 0 && self.stall(kind) {
            return VOID;
        }
        match kind {
            EventKind::Timer { node, generation, token } => {
                let state = &self.core.nodes[node.at()];
                if !state.up || state.removed || state.generation != generation {
                    return VOID;
                }
                let (behaviour, mut ctx) = self.at(node);
                behaviour.timer(&mut ctx, token);
                (u64::from(node.0) + 1, 0)
            }
            EventKind::Deliver(key) => self.deliver(key),
            EventKind::ServiceEnd { job, generation } => self.service_ended(job, generation),
            EventKind::ShareEnd { node, generation } => self.share_ended(node, generation),
            EventKind::AttemptTimeout(attempt) => {
                let Some(call) = self.core.attempted(attempt) else { return VOID };
                let (concerned, to) = (self.of_call(call), self.core.links[call.link.at()].to);
                self.attempt_failed(attempt, Failure::new(Reason::Timeout, to));
                concerned
            }
            EventKind::PoolTimeout(attempt) => {
                let Some(call) = self.core.attempted(attempt).filter(|c| c.lacks_connection()) else { return VOID };
                let (concerned, from) = (self.of_call(call), self.core.links[call.link.at()].from);
                self.attempt_failed(attempt, Failure::new(Reason::NoConnection, from));
                concerned
            }
            EventKind::Retransmit(key) => self.retransmit(key),
            EventKind::Retry(key) => {
                let Some(call) = self.core.calls.get(key) else { return VOID };
                let concerned = self.of_call(call);
                self.core.start_attempt(key);
                concerned
            }
            EventKind::Refused { call: key, reason } => {
                let Some(call) = self.core.calls.get(key) else { return VOID };
                let (concerned, from) = (self.of_call(call), self.core.links[call.link.at()].from);
                self.answer_call(key, Err(Failure::new(reason, from)));
                concerned
            }
            EventKind::Answer { job: key, failed } => {
                let Some(job) = self.core.jobs.get(key) else { return VOID };
                let (concerned, value, node) = ((u64::from(job.node.0) + 1, job.request_id), job.value, job.node);
                self.finish_job(key, failed.map_or(Ok(value), |reason| Err(Failure::new(reason, node))));
                concerned
            }
            EventKind::Deadline(key) => {
                let Some(job) = self.core.jobs.get(key) else { return VOID };
                let (concerned, node) = ((u64::from(job.node.0) + 1, job.request_id), job.node);
                self.finish_job(key, Err(Failure::new(Reason::Deadline, node)));
                concerned
            }
        }
    }

    fn of_call(&self, call: &Call) -> Concerned {
        (u64::from(self.core.links[call.link.at()].from.0) + 1, call.request_id)
    }

    pub(super) fn deliver(&mut self, key: TransitKey) -> Concerned {
        let Some(transit) = self.core.transits.get(key) else { return VOID };
        let (index, request_id) = (transit.link, transit.request_id);
        let link = &mut self.core.links[index.at()];
        link.in_transit -= 1;
        let node = if transit.forward { link.to } else { link.from };
        if self.core.nodes[node.at()].vanished {
            self.core.swallow(key);
            return (u64::from(node.0) + 1, request_id);
        }
        match transit.payload {
            Payload::Handshake { attempt, round } => {
                let forward = transit.forward;
                self.core.transits.remove(key);
                self.core.handshake_arrived(forward, attempt, round);
            }
            Payload::Signal { .. } => {
                let state = &self.core.nodes[node.at()];
                let works = state.up && !state.removed;
                let taken = self.core.transits.remove(key);
                if let Some(Transit { forward, payload: Payload::Signal { signal, bytes, refused, .. }, .. }) = taken {
                    if works {
                        let (behaviour, mut ctx) = self.at(node);
                        match refused {
                            true => behaviour.refused(&mut ctx, index, signal),
                            false => behaviour.signal(&mut ctx, index, signal),
                        }
                    } else if !refused {
                        // Its host says so, as it does to a call.
                        self.core.send_signal(index, !forward, signal, bytes, true);
                    }
                }
            }
            Payload::Reply { attempt, outcome, request, network_span, .. } => {
                self.core.transits.remove(key);
                if self.core.attempted(attempt).is_none() {
                    self.told_late(node, index, request_id, attempt.number);
                }
                match outcome {
                    Ok(_) => self.attempt_answered(attempt, request, network_span, outcome),
                    Err(failure) => {
                        self.core.end_span(request, network_span, Some(failure.reason));
                        self.attempt_failed(attempt, failure);
                    }
                }
            }
            Payload::Call { attempt, message, draw_key, request, request_start, call_span, network_span } => {
                let job = self.core.jobs.insert(Job {
                    node,
                    message,
                    request,
                    request_id,
                    request_start,
                    draw_key,
                    origin: Some((attempt, index)),
                    attempt: transit.attempt,
                    arrived: self.core.now,
                    holds_worker: false,
                    service: Service::None,
                    generation: 0,
                    replied: false,
                    last_call: CallKey::null(),
                    stages: Default::default(),
                    value: None,
                    step: 0,
                    parent_span: call_span,
                    // What comes next ends it: waiting, service or the refusal.
                    span: network_span,
                });
                self.core.transits.remove(key);
                self.arrive(job, node, message.priority);
            }
        }
        (u64::from(node.0) + 1, request_id)
    }

    /// An answer comes to somebody who no longer waits for it.
    fn told_late(&mut self, node: NodeIndex, link: LinkIndex, request: u64, attempt: u32) {
        let state = &self.core.nodes[node.at()];
        if state.up && !state.removed {
            let (behaviour, mut ctx) = self.at(node);
            behaviour.answered_late(&mut ctx, link, request, attempt);
        }
    }

    pub(super) fn follow(&mut self, job: JobKey, next: Next) {
        match next {
            Next::Reply(outcome) => self.finish_job(job, outcome),
            Next::Stages => self.next_stage(job),
            Next::Hold => self.free_worker(job),
            Next::Serve(time) => self.serve_again(job, time),
            Next::Wait => {
                // Waiting for nothing would be for ever.
                if let Some(node) = self.core.jobs.get(job).filter(|j| j.last_call.is_null()).map(|j| j.node) {
                    self.finish_job(job, Err(Failure::new(Reason::Unavailable, node)));
                }
            }
        }
    }

    /// Gives up all that a job still waits for.
    pub(super) fn abandon_calls(&mut self, key: JobKey) {
        if self.core.jobs.get(key).is_some_and(|j| !j.last_call.is_null()) {
            self.abandon_open_calls(key);
        }
    }

    fn abandon_open_calls(&mut self, key: JobKey) {
        while let Some(job) = self.core.jobs.get_mut(key) {
            let Some(call) = self.core.calls.get(job.last_call) else { return job.last_call = CallKey::null() };
            let last = std::mem::replace(&mut job.last_call, call.before);
            self.core.abandon_call(last);
        }
    }

    /// Ends a job: its worker is free, its open calls are abandoned, its caller gets the reply.
    pub(super) fn finish_job(&mut self, key: JobKey, outcome: Outcome) {
        let Some(job) = self.core.jobs.get(key) else { return };
        if !job.last_call.is_null() {
            self.abandon_open_calls(key);
        }
        let job = &self.core.jobs[key];
        let (node, request, span, arrived, held, is_root) =
            (job.node, job.request, job.span, job.arrived, job.holds_worker, job.origin.is_none());
        if is_root {
            let message = job.message;
            self.core.jobs.remove(key);
            return self.end_request(node, request, span, message, outcome);
        }
        let back = job.answer();
        self.core.jobs.remove(key);
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        let station = &mut state.station;
        station.account(now);
        station.ledger.present -= 1;
        station.ledger.completed += 1;
        station.sojourn_sum_ns += u128::from(now.since(arrived).0);
        if held {
            station.busy -= 1;
        }
        if let Err(failure) = outcome {
            state.failed.add(failure.reason);
        }
        state.guards.after(&Departure { now, stayed: now.since(arrived), failed: reason_of(outcome) });
        match back {
            Some(back) => self.core.send_reply(back, outcome.map_err(Failure::as_answer)),
            None => self.core.end_span(request, span, reason_of(outcome)),
        }
        self.fill_workers(node);
    }

    /// Ends a request, and the last span of its first job.
    pub(super) fn end_request(&mut self, client: NodeIndex, request: RequestKey, span: SpanIndex, message: Message, outcome: Outcome) {
        let at = self.core.now;
        let Some(mut state) = self.core.requests.remove(request) else { return };
        let node = &mut self.core.nodes[client.at()];
        let ledger = if state.internal { &mut node.messages } else { &mut node.requests };
        ledger.in_flight -= 1;
        match outcome {
            Ok(_) => ledger.ok += 1,
            Err(failure) => ledger.failed.add(failure.reason),
        }
        let (behaviour, mut ctx) = self.at(client);
        let ended = Ended { message, request: state.id, start: state.start, outcome, note: state.note };
        let stale = behaviour.ended(&mut ctx, ended);
        if let Some(trace) = &mut state.trace {
            trace.finish(span, at, reason_of(outcome));
            trace.finish(0, at, reason_of(outcome));
            trace.end = Some((at, outcome));
            trace.stale = stale;
        }
        self.core.observations.push(Observation::Ended {
            at,
            client,
            request: state.id,
            start: state.start,
            outcome,
            stale,
            internal: state.internal,
            trace: state.trace,
        });
    }
}

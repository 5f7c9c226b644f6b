//! The running world: takes the next event, asks the behaviour it concerns, carries out the answer. Knows no kind.

use slotmap::SlotMap;

use super::behaviour::{Behaviour, Ctx, Ended, Next};
use super::core::{Core, Job, NodeState, Observation, Payload, RequestLedger, Transit};
use super::ids::{CallKey, JobKey, NodeIndex, RequestKey};
use super::queue::{EventKind, EventQueue};
use super::random::{mix, Stream};
use super::request::{ByReason, Outcome, Reason};
use super::station::Station;
use super::time::SimTime;
use super::trace::NO_SPAN;

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
                attempts: SlotMap::with_key(),
                transits: SlotMap::with_key(),
                shared: B::Shared::default(),
                observations: Vec::new(),
                spare: Default::default(),
                record_traces: false,
                requests_begun: 0,
                queue: EventQueue::default(),
            },
            behaviours: Vec::new(),
            events: 0,
            void: 0,
            hash: seed,
        }
    }

    /// Adds a node. It starts when [`World::start`] is called for it.
    pub fn add_node(&mut self, stream: Stream, behaviour: B) -> NodeIndex {
        let now = self.core.now;
        self.core.nodes.push(NodeState {
            stream,
            epoch: 0,
            up: true,
            down_since: now,
            slow: 1.0,
            removed: false,
            station: Station::new(behaviour.station(), now),
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

    /// Replaces a node's settings while it runs.
    pub fn reconfigure(&mut self, node: NodeIndex, change: impl FnOnce(&mut B, &mut Ctx<'_, B>)) {
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

    /// Of these, events that had gone stale, such as the timeouts of calls that were answered: no code ran for them.
    pub fn void_events(&self) -> u64 {
        self.void
    }

    /// Handles the next event, if it is not after `until`. Returns whether there was one.
    pub fn step(&mut self, until: SimTime) -> bool {
        let Some(event) = self.core.queue.pop_until(until) else { return false };
        self.core.now = event.at;
        let (node, request) = self.concerns(event.kind);
        let mut words = [0u8; 40];
        for (i, word) in [event.at.0, event.sequence, node, event.kind.code(), request].into_iter().enumerate() {
            words[i * 8..i * 8 + 8].copy_from_slice(&word.to_le_bytes());
        }
        self.hash = xxhash_rust::xxh3::xxh3_64_with_seed(&words, self.hash);
        self.events += 1;
        self.void += u64::from(node == 0);
        self.handle(event.kind);
        true
    }

    /// Node (counted from 1) and number of the request that an event is about; 0 where there is none.
    fn concerns(&self, kind: EventKind) -> (u64, u64) {
        let core = &self.core;
        let of_call = |c: CallKey| core.calls.get(c).map_or((0, 0), |c| (u64::from(core.links[c.link.at()].from.0) + 1, c.request_id));
        match kind {
            EventKind::Timer { node, .. } => (u64::from(node.0) + 1, 0),
            EventKind::Deliver(t) => core.transits.get(t).map_or((0, 0), |t| {
                let link = &core.links[t.link.at()];
                let end = if t.forward { link.to } else { link.from };
                (u64::from(end.0) + 1, t.request_id.unwrap_or(0))
            }),
            EventKind::ServiceEnd { job: j, .. } | EventKind::Deadline(j) => {
                core.jobs.get(j).map_or((0, 0), |j| (u64::from(j.node.0) + 1, j.request_id))
            }
            EventKind::ShareEnd { node, .. } => (u64::from(node.0) + 1, 0),
            EventKind::AttemptTimeout(a) | EventKind::Connected(a) => core.attempts.get(a).map_or((0, 0), |a| of_call(a.call)),
            EventKind::Retry(c) => of_call(c),
            EventKind::Answer { job, .. } => core.jobs.get(job).map_or((0, 0), |j| (u64::from(j.node.0) + 1, j.request_id)),
        }
    }

    fn handle(&mut self, kind: EventKind) {
        match kind {
            EventKind::Timer { node, epoch, token } => {
                let state = &self.core.nodes[node.at()];
                if state.up && !state.removed && state.epoch == epoch {
                    let (behaviour, mut ctx) = self.at(node);
                    behaviour.timer(&mut ctx, token);
                }
            }
            EventKind::Deliver(key) => {
                if let Some(transit) = self.core.transits.remove(key) {
                    self.core.links[transit.link.at()].in_transit -= 1;
                    self.deliver(transit);
                }
            }
            EventKind::ServiceEnd { job, turn } => self.service_ended(job, turn),
            EventKind::ShareEnd { node, turn } => self.share_ended(node, turn),
            EventKind::AttemptTimeout(attempt) => self.attempt_failed(attempt, Reason::Timeout),
            EventKind::Connected(attempt) => self.core.transmit(attempt),
            EventKind::Retry(call) => self.core.start_attempt(call),
            EventKind::Answer { job, failed } => {
                if let Some(value) = self.core.jobs.get(job).map(|j| j.value) {
                    self.finish_job(job, failed.map_or(Ok(value), Err));
                }
            }
            EventKind::Deadline(job) => {
                if self.core.jobs.contains_key(job) {
                    self.finish_job(job, Err(Reason::Deadline));
                }
            }
        }
    }

    fn deliver(&mut self, transit: Transit<B::Signal>) {
        let link = &self.core.links[transit.link.at()];
        let node = if transit.forward { link.to } else { link.from };
        let state = &self.core.nodes[node.at()];
        let works = state.up && !state.removed;
        match transit.payload {
            Payload::Signal(signal) => {
                if works {
                    let (behaviour, mut ctx) = self.at(node);
                    behaviour.signal(&mut ctx, transit.link, signal);
                }
            }
            Payload::Reply { attempt, outcome, request, network_span } => {
                self.core.end_span(request, network_span, outcome.err());
                match outcome {
                    Ok(_) => {
                        if let Some(call) = self.core.close_attempt(attempt, Some(Ok(()))) {
                            self.answer_call(call, outcome);
                        }
                    }
                    Err(reason) => self.attempt_failed(attempt, reason),
                }
            }
            Payload::Call { attempt, message, luck, request, request_start, call_span, network_span } => {
                self.core.end_span(request, network_span, None);
                let job = Job {
                    node,
                    message,
                    request,
                    request_id: transit.request_id.unwrap_or(0),
                    request_start,
                    luck,
                    origin: Some((attempt, transit.link)),
                    attempt: transit.attempt,
                    arrived: self.core.now,
                    holds_worker: false,
                    ends: None,
                    left: None,
                    turn: 0,
                    replied: false,
                    calls: Default::default(),
                    calls_made: 0,
                    stages: Default::default(),
                    value: None,
                    step: 0,
                    parent_span: call_span,
                    span: NO_SPAN,
                };
                self.arrive(job, works);
            }
        }
    }

    pub(super) fn follow(&mut self, job: JobKey, next: Next) {
        match next {
            Next::Reply(outcome) => self.finish_job(job, outcome),
            Next::Stages => self.next_stage(job),
            Next::Hold => {}
            Next::Serve(time) => self.serve_again(job, time),
            Next::Wait => {
                // Waiting for nothing would be for ever.
                if self.core.jobs.get(job).is_some_and(|j| j.calls.is_empty()) {
                    self.finish_job(job, Err(Reason::Unavailable));
                }
            }
        }
    }

    pub(super) fn abandon_calls(&mut self, key: JobKey) {
        let calls = self.core.jobs.get_mut(key).map(|j| std::mem::take(&mut j.calls)).unwrap_or_default();
        for call in calls {
            self.core.abandon_call(call);
        }
    }

    /// Ends a job: its worker is free, its open calls are abandoned, its caller gets the reply.
    pub(super) fn finish_job(&mut self, key: JobKey, outcome: Outcome) {
        self.abandon_calls(key);
        let Some(job) = self.core.jobs.remove(key) else { return };
        self.core.end_span(job.request, job.span, outcome.err());
        if job.origin.is_none() {
            return self.end_request(job.node, job.request, job.message, outcome);
        }
        let now = self.core.now;
        let state = &mut self.core.nodes[job.node.at()];
        let station = &mut state.station;
        station.account(now);
        station.ledger.present -= 1;
        station.ledger.completed += 1;
        station.sojourn_sum_ns += u128::from(now.since(job.arrived).0);
        if job.holds_worker {
            station.busy -= 1;
        }
        if let Err(reason) = outcome {
            state.failed.add(reason);
        }
        self.core.send_reply(&job, outcome);
        self.fill_workers(job.node);
    }

    pub(super) fn end_request(&mut self, client: NodeIndex, request: RequestKey, message: super::request::Message, outcome: Outcome) {
        self.core.end_span(request, 0, outcome.err());
        let Some(state) = self.core.requests.remove(request) else { return };
        let node = &mut self.core.nodes[client.at()];
        let ledger = if state.internal { &mut node.messages } else { &mut node.requests };
        ledger.in_flight -= 1;
        match outcome {
            Ok(_) => ledger.ok += 1,
            Err(reason) => ledger.failed.add(reason),
        }
        let (behaviour, mut ctx) = self.at(client);
        let stale = behaviour.ended(&mut ctx, Ended { message, start: state.start, outcome });
        let at = self.core.now;
        let trace = state.trace.map(|mut t| {
            t.end = Some((at, outcome));
            t.stale = stale;
            t
        });
        let ended = Observation::Ended {
            at,
            client,
            request: state.id,
            start: state.start,
            message,
            outcome,
            stale,
            internal: state.internal,
            trace,
        };
        self.core.observations.push(ended);
    }
}

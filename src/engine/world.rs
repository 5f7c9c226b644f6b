//! The running world: takes the next event, asks the behaviour it concerns, carries out the answer. Knows no kind.

use slotmap::SlotMap;

use super::behaviour::{Behaviour, Ctx, Ended, Next};
use super::core::{Core, Job, NodeState, Observation, Payload, RequestLedger, Transit};
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey};
use super::link::{Jitter, Role};
use super::queue::{EventKind, EventQueue};
use super::random::{generator, mix, unit, Purpose, Stream};
use super::request::{ByReason, Outcome, Reason, Why};
use super::station::Station;
use super::time::{SimDuration, SimTime};
use super::trace::{SpanKind, NO_SPAN};

/// A world: nodes with behaviours, links, and everything under way. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct World<B: Behaviour> {
    /// Everything but the behaviours.
    pub core: Core<B>,
    /// One behaviour per node.
    pub behaviours: Vec<B>,
    events: u64,
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
                record_traces: false,
                requests_begun: 0,
                queue: EventQueue::default(),
            },
            behaviours: Vec::new(),
            events: 0,
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
            requests: RequestLedger::default(),
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
        let station = &mut self.core.nodes[node.at()].station;
        station.account(self.core.now);
        station.spec = spec;
        self.fill_workers(node);
    }

    fn at(&mut self, node: NodeIndex) -> (&mut B, Ctx<'_, B>) {
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

    /// Handles the next event, if it is not after `until`. Returns whether there was one.
    pub fn step(&mut self, until: SimTime) -> bool {
        if self.core.queue.next_time().is_none_or(|t| t > until) {
            return false;
        }
        let Some(event) = self.core.queue.pop() else { return false };
        self.core.now = event.at;
        let (node, request) = self.concerns(event.kind);
        let mut words = [0u8; 40];
        for (i, word) in [event.at.0, event.sequence, node, event.kind.code(), request].into_iter().enumerate() {
            words[i * 8..i * 8 + 8].copy_from_slice(&word.to_le_bytes());
        }
        self.hash = xxhash_rust::xxh3::xxh3_64_with_seed(&words, self.hash);
        self.events += 1;
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
            EventKind::ServiceEnd(j) | EventKind::Deadline(j) => {
                core.jobs.get(j).map_or((0, 0), |j| (u64::from(j.node.0) + 1, j.request_id))
            }
            EventKind::AttemptTimeout(a) | EventKind::Connected(a) => core.attempts.get(a).map_or((0, 0), |a| of_call(a.call)),
            EventKind::Retry(c) => of_call(c),
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
            EventKind::ServiceEnd(job) => {
                if let Some(node) = self.core.jobs.get(job).map(|j| j.node) {
                    let (behaviour, mut ctx) = self.at(node);
                    let is_root = ctx.job(job).origin.is_none();
                    let next = if is_root { Next::Stages } else { behaviour.served(&mut ctx, job) };
                    self.follow(job, next);
                }
            }
            EventKind::AttemptTimeout(attempt) => self.attempt_failed(attempt, Reason::Timeout),
            EventKind::Connected(attempt) => self.core.transmit(attempt),
            EventKind::Retry(call) => self.core.start_attempt(call),
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

    fn arrive(&mut self, job: Job, works: bool) {
        let node = job.node;
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        state.station.account(now);
        state.station.ledger.arrived += 1;
        if !works {
            state.station.ledger.rejected += 1;
            state.failed.add(Reason::Refused);
            self.core.send_reply(&job, Err(Reason::Refused));
            return;
        }
        let key = self.core.jobs.insert(job);
        let (behaviour, mut ctx) = self.at(node);
        let admitted = behaviour.admit(&mut ctx, key);
        let station = &mut self.core.nodes[node.at()].station;
        let free = station.has_free_worker();
        let verdict = admitted.and(if free || station.has_room() { Ok(()) } else { Err(Reason::QueueFull) });
        if let Err(reason) = verdict {
            station.ledger.rejected += 1;
            self.core.nodes[node.at()].failed.add(reason);
            if let Some(job) = self.core.jobs.remove(key) {
                self.core.send_reply(&job, Err(reason));
            }
            return;
        }
        station.ledger.present += 1;
        if free {
            self.begin_service(key);
        } else {
            station.enqueue(key);
            let job = &self.core.jobs[key];
            let (request, parent, attempt) = (job.request, job.parent_span, job.attempt);
            let ahead = self.core.nodes[node.at()].station.waiting.len() as u64 - 1;
            let why = Why::with("all workers busy, {a} ahead in line", ahead, 0);
            let span = self.core.begin_span(request, SpanKind::Queue, parent, node, attempt, why);
            self.core.jobs[key].span = span;
        }
    }

    fn begin_service(&mut self, key: JobKey) {
        let job = &self.core.jobs[key];
        let (node, request, parent, attempt, queue_span) = (job.node, job.request, job.parent_span, job.attempt, job.span);
        self.core.end_span(request, queue_span, None);
        let station = &mut self.core.nodes[node.at()].station;
        station.busy += 1;
        let concurrency = station.busy;
        let span = self.core.begin_span(request, SpanKind::Service, parent, node, attempt, Why::NONE);
        let job = &mut self.core.jobs[key];
        job.holds_worker = true;
        job.span = span;
        let (behaviour, mut ctx) = self.at(node);
        let mut time = behaviour.service_time(&mut ctx, key, concurrency);
        let slow = self.core.nodes[node.at()].slow;
        if slow != 1.0 {
            time = time.scale(slow);
        }
        let at = self.core.now + time;
        self.core.queue.push(at, EventKind::ServiceEnd(key));
    }

    /// Gives free workers to those who wait.
    fn fill_workers(&mut self, node: NodeIndex) {
        loop {
            let now = self.core.now;
            let state = &mut self.core.nodes[node.at()];
            if !state.up || !state.station.has_free_worker() {
                return;
            }
            state.station.account(now);
            match state.station.take_next() {
                Some(job) => self.begin_service(job),
                None => return,
            }
        }
    }

    fn follow(&mut self, job: JobKey, next: Next) {
        match next {
            Next::Reply(outcome) => self.finish_job(job, outcome),
            Next::Stages => self.next_stage(job),
            Next::Wait => {
                // Waiting for nothing would be for ever.
                if self.core.jobs.get(job).is_some_and(|j| j.calls.is_empty()) {
                    self.finish_job(job, Err(Reason::Unavailable));
                }
            }
        }
    }

    fn next_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, message, luck) = (job.node, job.message, job.luck);
        let last = job.stages.current;
        let links = &self.core.links;
        let matching = |l: &LinkIndex| {
            let spec = &links[l.at()].spec;
            spec.role == Role::Call && spec.rule.when.takes(message.operation)
        };
        let outgoing: smallvec::SmallVec<[LinkIndex; 8]> = self.core.nodes[node.at()].outgoing.iter().copied().filter(matching).collect();
        let stage_of = |l: &LinkIndex| links[l.at()].spec.rule.stage;
        let Some(stage) = outgoing.iter().map(stage_of).filter(|s| last.is_none_or(|l| *s > l)).min() else {
            let is_root = job.origin.is_none();
            let outcome = if is_root && outgoing.is_empty() { Err(Reason::Unavailable) } else { Ok(job.value) };
            return self.end_stages(key, outcome);
        };
        let alternatives: smallvec::SmallVec<[LinkIndex; 8]> =
            outgoing.iter().copied().filter(|l| stage_of(l) == stage && links[l.at()].spec.rule.pick == super::link::Pick::One).collect();
        let chosen = match alternatives.len() {
            0 => None,
            n => {
                let mut rng = generator(self.core.seed, self.core.nodes[node.at()].stream, Purpose::Choice, mix(luck, u64::from(stage)));
                Some(alternatives[super::random::below(&mut rng, n)])
            }
        };
        let choices = alternatives.len() as u64;
        self.core.jobs[key].stages = super::core::Stages { current: Some(stage), ..Default::default() };
        for link in outgoing {
            let (rule, stream) = (self.core.links[link.at()].spec.rule, self.core.links[link.at()].stream);
            if rule.stage != stage || (rule.pick == super::link::Pick::One && chosen != Some(link)) {
                continue;
            }
            if rule.probability < 1.0 && unit(&mut generator(self.core.seed, stream, Purpose::Rule, luck)) >= rule.probability {
                continue;
            }
            let why = if choices > 1 && chosen == Some(link) { Why::with("picked at random, one of {a}", choices, 0) } else { Why::NONE };
            for _ in 0..rule.count {
                let Some(job) = self.core.jobs.get_mut(key) else { return };
                match rule.wait_for {
                    super::link::WaitFor::All => job.stages.all_open += 1,
                    super::link::WaitFor::Some => {
                        job.stages.some_open += 1;
                        job.stages.need = job.stages.need.max(rule.need);
                    }
                    super::link::WaitFor::None => {}
                }
                self.core.call(key, link, message, Some(rule.wait_for), why);
            }
        }
        self.check_stage(key);
    }

    /// Goes on once a stage has all that it waits for.
    fn check_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let stages = job.stages;
        let need = stages.need.min(stages.got + stages.some_open);
        if stages.all_open == 0 && stages.got >= need {
            self.abandon_calls(key);
            self.next_stage(key);
        }
    }

    fn end_stages(&mut self, key: JobKey, outcome: Outcome) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, is_root) = (job.node, job.origin.is_none());
        if is_root {
            return self.finish_job(key, outcome);
        }
        let (behaviour, mut ctx) = self.at(node);
        let next = behaviour.stages_done(&mut ctx, key, outcome);
        self.follow(key, next);
    }

    fn abandon_calls(&mut self, key: JobKey) {
        let calls = self.core.jobs.get_mut(key).map(|j| std::mem::take(&mut j.calls)).unwrap_or_default();
        for call in calls {
            self.core.abandon_call(call);
        }
    }

    fn attempt_failed(&mut self, attempt: AttemptKey, reason: Reason) {
        let Some(call_key) = self.core.close_attempt(attempt, Some(Err(reason))) else { return };
        let call = &self.core.calls[call_key];
        let detached = call.staged == Some(super::link::WaitFor::None);
        let wanted = detached || self.core.jobs.contains_key(call.job);
        let (attempts, luck, request, span, link_index) = (call.attempts, call.luck, call.request, call.span, call.link);
        let link = &mut self.core.links[link_index.at()];
        let policy = link.spec.policy;
        let mut may_retry = wanted && attempts <= policy.retries && !link.removed;
        if may_retry && policy.budget.is_some() {
            may_retry = link.retry_tokens_milli >= 1000;
            if may_retry {
                link.retry_tokens_milli -= 1000;
            }
        }
        if !may_retry {
            return self.answer_call(call_key, Err(reason));
        }
        let doubled = policy.backoff.0.saturating_mul(1u64 << (attempts - 1).min(30));
        let full = SimDuration(doubled.min(policy.backoff_cap.0));
        let mut rng = generator(self.core.seed, link.stream, Purpose::Backoff, mix(luck, u64::from(attempts)));
        let wait = match policy.jitter {
            Jitter::None => full,
            Jitter::Full => full.scale(unit(&mut rng)),
            Jitter::Equal => SimDuration(full.0 / 2) + SimDuration(full.0 / 2).scale(unit(&mut rng)),
        };
        let to = link.to;
        let why = Why::with("retry {a} of {b}", u64::from(attempts), u64::from(policy.retries));
        let backoff = self.core.begin_span(request, SpanKind::Backoff, span, to, attempts, why);
        self.core.calls[call_key].backoff_span = backoff;
        let at = self.core.now + wait;
        self.core.queue.push(at, EventKind::Retry(call_key));
    }

    fn answer_call(&mut self, call_key: CallKey, outcome: Outcome) {
        let Some(call) = self.core.calls.remove(call_key) else { return };
        self.core.end_span(call.request, call.span, outcome.err());
        if call.staged == Some(super::link::WaitFor::None) {
            return;
        }
        let Some(job) = self.core.jobs.get_mut(call.job) else { return };
        job.calls.retain(|c| *c != call_key);
        if let (Ok(Some(new)), true) = (outcome, call.staged.is_some()) {
            if job.value.is_none_or(|old| old.origin != new.origin || old.version < new.version) {
                job.value = Some(new);
            }
        }
        match call.staged {
            None => {
                let node = job.node;
                let (behaviour, mut ctx) = self.at(node);
                let next = behaviour.answered(&mut ctx, call.job, call.link, outcome);
                self.follow(call.job, next);
            }
            Some(super::link::WaitFor::Some) => {
                job.stages.some_open -= 1;
                match outcome {
                    Ok(_) => job.stages.got += 1,
                    Err(reason) if job.stages.got + job.stages.some_open < job.stages.need => {
                        self.abandon_calls(call.job);
                        return self.end_stages(call.job, Err(reason));
                    }
                    Err(_) => {}
                }
                self.check_stage(call.job);
            }
            Some(_) => {
                job.stages.all_open -= 1;
                if let Err(reason) = outcome {
                    self.abandon_calls(call.job);
                    return self.end_stages(call.job, Err(reason));
                }
                self.check_stage(call.job);
            }
        }
    }

    /// Ends a job: its worker is free, its open calls are abandoned, its caller gets the reply.
    fn finish_job(&mut self, key: JobKey, outcome: Outcome) {
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

    fn end_request(&mut self, client: NodeIndex, request: RequestKey, message: super::request::Message, outcome: Outcome) {
        self.core.end_span(request, 0, outcome.err());
        let Some(state) = self.core.requests.remove(request) else { return };
        let ledger = &mut self.core.nodes[client.at()].requests;
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
        let ended = Observation::Ended { at, client, request: state.id, start: state.start, message, outcome, stale, trace };
        self.core.observations.push(ended);
    }

    /// Crashes a node: what it had is lost, callers see a reset. Does nothing if it is down already.
    pub fn crash(&mut self, node: NodeIndex) {
        if !self.core.nodes[node.at()].up {
            return;
        }
        self.drop_work(node, false);
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        state.up = false;
        state.epoch += 1;
        state.down_since = now;
        let (behaviour, mut ctx) = self.at(node);
        behaviour.crash(&mut ctx);
        ctx.notice(None, "crashed", false);
    }

    /// Starts a crashed node again. Does nothing if it is up.
    pub fn restart(&mut self, node: NodeIndex) {
        let state = &mut self.core.nodes[node.at()];
        if state.up || state.removed {
            return;
        }
        state.up = true;
        state.epoch += 1;
        let (behaviour, mut ctx) = self.at(node);
        behaviour.start(&mut ctx);
        ctx.notice(None, "restarted", true);
    }

    /// Sets the factor on a node's service times; services under way keep theirs.
    pub fn slow(&mut self, node: NodeIndex, factor: f64) {
        self.core.nodes[node.at()].slow = factor;
        let (_, mut ctx) = self.at(node);
        ctx.notice(None, if factor == 1.0 { "back to normal" } else { "slowed" }, factor == 1.0);
    }

    /// Removes a node from the diagram. Its links must have been removed.
    pub fn remove_node(&mut self, node: NodeIndex) {
        self.drop_work(node, true);
        let state = &mut self.core.nodes[node.at()];
        state.removed = true;
        state.epoch += 1;
    }

    fn drop_work(&mut self, node: NodeIndex, removed: bool) {
        let now = self.core.now;
        self.core.nodes[node.at()].station.account(now);
        let keys: Vec<JobKey> = self.core.jobs.iter().filter(|(_, j)| j.node == node).map(|(k, _)| k).collect();
        for key in keys {
            self.abandon_calls(key);
            let Some(job) = self.core.jobs.remove(key) else { continue };
            self.core.end_span(job.request, job.span, Some(Reason::Reset));
            if job.origin.is_none() {
                self.end_request(node, job.request, job.message, Err(Reason::Reset));
                continue;
            }
            let state = &mut self.core.nodes[node.at()];
            state.station.ledger.present -= 1;
            state.station.sojourn_sum_ns += u128::from(now.since(job.arrived).0);
            if removed {
                state.station.ledger.removed += 1;
            } else {
                state.station.ledger.lost += 1;
            }
            state.failed.add(Reason::Reset);
            self.core.send_reply(&job, Err(Reason::Reset));
        }
        let station = &mut self.core.nodes[node.at()].station;
        station.busy = 0;
        station.waiting.clear();
        for link in self.core.links.iter_mut().filter(|l| l.from == node || l.to == node) {
            link.idle_connections = 0;
        }
    }

    /// Adds a link; it is used from the next call on.
    pub fn add_link(&mut self, link: super::link::Link) -> LinkIndex {
        let index = LinkIndex(self.core.links.len() as u32);
        self.core.nodes[link.from.at()].outgoing.push(index);
        self.core.links.push(link);
        index
    }

    /// Removes a link: what travels on it is lost, open attempts end with a reset.
    pub fn remove_link(&mut self, index: LinkIndex) {
        self.lose_transits(index);
        let from = self.core.links[index.at()].from;
        self.core.links[index.at()].removed = true;
        self.core.nodes[from.at()].outgoing.retain(|l| *l != index);
        let open: Vec<AttemptKey> = self.core.attempts.iter().filter(|(_, a)| a.link == index).map(|(k, _)| k).collect();
        for attempt in open {
            self.attempt_failed(attempt, Reason::Reset);
        }
        // Calls that were backing off over this link have no attempt to end them.
        let idle: Vec<CallKey> = self.core.calls.iter().filter(|(_, c)| c.link == index && c.attempt.is_none()).map(|(k, _)| k).collect();
        for call in idle {
            self.answer_call(call, Err(Reason::Reset));
        }
    }

    /// Cuts or mends a link. A cut link drops whatever is on it and whatever is sent, silently.
    pub fn set_cut(&mut self, index: LinkIndex, cut: bool) {
        if cut {
            self.lose_transits(index);
        }
        self.core.links[index.at()].cut = cut;
        let node = self.core.links[index.at()].from;
        let (to, what) = (self.core.links[index.at()].to, if cut { "link cut" } else { "link mended" });
        self.core.observations.push(Observation::Notice { at: self.core.now, node, about: Some(to), what, good: !cut });
    }

    fn lose_transits(&mut self, index: LinkIndex) {
        let before = self.core.transits.len();
        self.core.transits.retain(|_, t| t.link != index);
        let link = &mut self.core.links[index.at()];
        link.dropped += (before - self.core.transits.len()) as u64;
        link.in_transit = 0;
        link.idle_connections = 0;
    }
}

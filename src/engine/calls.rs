//! Calls and messages: attempts, pooled connections, travel, replies. The part of the core that fills links.

use super::behaviour::Behaviour;
use super::core::{Core, Observation};
use super::distribution::Distribution;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex};
use super::link::WaitFor;
use super::queue::EventKind;
use super::random::{generator, mix, unit, Purpose};
use super::request::{Message, Outcome, Reason, Why};
use super::time::{SimDuration, SimTime};
use super::trace::{SpanKind, NO_SPAN};
use super::under_way::{Call, Job, Payload, Return, Transit};

impl<B: Behaviour> Core<B> {
    /// Puts a message on a link. Lost and cut-off messages vanish without a trace but a count.
    pub fn send(&mut self, transit: Transit<B::Signal>, bytes: u32, luck: u64) {
        if let Some(end) = self.arrival(transit.link, transit.forward, bytes, luck) {
            self.put_on_the_way(Transit { end, ..transit });
        }
    }

    fn put_on_the_way(&mut self, transit: Transit<B::Signal>) {
        let end = transit.end;
        let key = self.transits.insert(transit);
        self.queue.push(end, EventKind::Deliver(key));
    }

    /// When a message that is put on a link now gets to its end; `None` if it never does, which is counted.
    fn arrival(&mut self, link: LinkIndex, forward: bool, bytes: u32, luck: u64) -> Option<SimTime> {
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
                let mut rng = generator(self.seed, link.stream, Purpose::Latency, mix(luck, direction as u64));
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
        if link.cut || link.removed || lost {
            link.dropped += 1;
            return None;
        }
        link.in_transit += 1;
        Some(self.now + travel)
    }

    /// Starts a call of a job over a link: the first attempt leaves now. `ordinal` tells it from the job's other calls over the same link.
    /// Perhaps with a patience of its own instead of the link's, and after so many attempts.
    #[allow(clippy::too_many_arguments, reason = "those of a call, and which it is")]
    pub fn call(
        &mut self,
        job_key: JobKey,
        index: LinkIndex,
        message: &Message,
        ordinal: u64,
        staged: Option<WaitFor>,
        again: Option<(SimDuration, u32)>,
        why: Why,
    ) {
        let Some(job) = self.jobs.get_mut(job_key) else { return };
        let (request, request_id, request_start) = (job.request, job.request_id, job.request_start);
        let parent = if job.origin.is_some() { job.span } else { job.parent_span };
        let link = &mut self.links[index.at()];
        // A function of this job, this link and nothing else: other calls change no draw of this one.
        let luck = mix(mix(job.luck, link.stream), ordinal);
        if let Some(share) = link.spec.policy.budget {
            link.retry_tokens_milli = (link.retry_tokens_milli + (share * 1000.0) as u64).min(super::link::RETRY_BURST_MILLI);
        }
        let number = again.map_or(0, |(_, attempts)| attempts) + 1;
        // Where connections are counted it may have to wait for one.
        let at_once = !link.counts_connections();
        let story = self.requests.get_mut(request).and_then(|r| r.trace.as_deref_mut());
        let (span, network_span) = story.map_or((NO_SPAN, NO_SPAN), |story| {
            let span = story.begin(SpanKind::Call, parent, self.now, link.to, job.attempt, why);
            let step = if at_once { story.begin(SpanKind::Network, span, self.now, link.to, number, Why::NONE) } else { NO_SPAN };
            (span, step)
        });
        let patience = again.map(|(patience, _)| patience);
        let call = self.calls.insert(Call {
            job: job_key,
            link: index,
            message: *message,
            staged,
            patience,
            attempts: if at_once { number } else { number - 1 },
            luck,
            open: at_once,
            connected: false,
            before: job.last_call,
            request,
            request_id,
            request_start,
            span,
            step_span: network_span,
        });
        if staged != Some(WaitFor::None) {
            job.last_call = call;
        }
        if !at_once {
            return self.start_attempt(call);
        }
        link.ledger.started += 1;
        link.ledger.open += 1;
        let attempt = AttemptKey { call, number };
        if let Some(timeout) = patience.or(link.spec.policy.timeout) {
            self.queue.push_after(self.now, timeout, EventKind::AttemptTimeout(attempt));
        }
        let luck = mix(luck, u64::from(number));
        let Some(end) = self.arrival(index, true, message.request_bytes, luck) else { return };
        self.put_on_the_way(Transit {
            link: index,
            forward: true,
            start: self.now,
            end,
            request_id,
            attempt: number,
            payload: Payload::Call { attempt, message: *message, luck, request, request_start, call_span: span, network_span },
        });
    }

    /// Starts the next attempt of a call.
    pub fn start_attempt(&mut self, call_key: CallKey) {
        let Some(call) = self.calls.get_mut(call_key) else { return };
        call.attempts += 1;
        call.open = true;
        call.connected = false;
        let attempt = AttemptKey { call: call_key, number: call.attempts };
        let link = &mut self.links[call.link.at()];
        link.ledger.started += 1;
        link.ledger.open += 1;
        if let Some(timeout) = call.patience.or(link.spec.policy.timeout) {
            self.queue.push_after(self.now, timeout, EventKind::AttemptTimeout(attempt));
        }
        if !link.counts_connections() {
            return self.transmit(attempt);
        }
        if link.idle_connections > 0 {
            link.idle_connections -= 1;
            link.used_connections += 1;
            call.connected = true;
            return self.transmit(attempt);
        }
        let (request, old, span, to) = (call.request, call.step_span, call.span, link.to);
        let why = if link.spec.connections.is_none_or(|max| link.used_connections < max) {
            self.open_connection(attempt);
            Why::plain("new connection")
        } else {
            link.waiting.push_back(attempt);
            Why::plain("all connections in use")
        };
        let step = self.next_span(request, old, SpanKind::Connect, span, to, attempt.number, why);
        self.calls[call_key].step_span = step;
    }

    /// Sets up a connection for an attempt: handshake round trips at the link's latencies.
    pub fn open_connection(&mut self, attempt_key: AttemptKey) {
        let Some(call) = self.calls.get_mut(attempt_key.call).filter(|c| c.is_open(attempt_key)) else { return };
        call.connected = true;
        let link = &mut self.links[call.link.at()];
        link.used_connections += 1;
        link.connections_opened += 1;
        let mut rng = generator(self.seed, link.stream, Purpose::Latency, mix(call.luck, 1000 + u64::from(call.attempts)));
        let mut total = SimDuration::ZERO;
        for _ in 0..link.spec.handshake_round_trips {
            let there_and_back = link.spec.latency.sample(&mut rng) + link.spec.return_latency.sample(&mut rng);
            total = total + there_and_back + link.spec.distance + link.spec.distance;
        }
        // A handshake over a cut link never completes: the caller's timeout ends it.
        if !link.cut {
            let at = self.now + total;
            self.queue.push(at, EventKind::Connected(attempt_key));
        }
    }

    /// Sends an attempt's message.
    pub fn transmit(&mut self, attempt_key: AttemptKey) {
        let Some(call) = self.attempted(attempt_key) else { return };
        let (link, message, request, call_span, old) = (call.link, call.message, call.request, call.span, call.step_span);
        let (request_id, request_start, luck) = (call.request_id, call.request_start, mix(call.luck, u64::from(call.attempts)));
        let to = self.links[link.at()].to;
        let network_span = self.next_span(request, old, SpanKind::Network, call_span, to, attempt_key.number, Why::NONE);
        self.calls[attempt_key.call].step_span = network_span;
        let Some(end) = self.arrival(link, true, message.request_bytes, luck) else { return };
        self.put_on_the_way(Transit {
            link,
            forward: true,
            start: self.now,
            end,
            request_id,
            attempt: attempt_key.number,
            payload: Payload::Call { attempt: attempt_key, message, luck, request, request_start, call_span, network_span },
        });
    }

    /// Sends a reply over the link a call came by, and ends the job's last span.
    pub fn send_reply(&mut self, job: Return, outcome: Outcome) {
        let now = self.now;
        let network_span = self.trace(job.request).map_or(NO_SPAN, |trace| {
            trace.finish(job.span, now, outcome.err());
            trace.begin(SpanKind::Network, job.call_span, now, job.node, job.attempt, Why::NONE)
        });
        let (operation, key, request) = (job.operation, job.key, job.request);
        let bytes = if outcome.is_ok() { job.bytes } else { 200 };
        let Some(end) = self.arrival(job.link, false, bytes, mix(job.luck, 7)) else { return };
        self.put_on_the_way(Transit {
            link: job.link,
            forward: false,
            start: now,
            end,
            request_id: job.request_id,
            attempt: job.attempt,
            payload: Payload::Reply { attempt: job.to, outcome, operation, key, request, network_span },
        });
    }

    /// A job leaves: whoever waits for it is answered.
    pub fn leave(&mut self, job: &Job, outcome: Outcome) {
        match job.answer() {
            Some(back) => self.send_reply(back, outcome),
            None => self.end_span(job.request, job.span, outcome.err()),
        }
    }

    /// Closes an attempt that failed: gives its connection back (or breaks it) and books it.
    /// `failed` is `None` if nobody wants the answer any more.
    pub fn close_attempt(&mut self, attempt: AttemptKey, failed: Option<Reason>) -> Option<CallKey> {
        let call = self.calls.get_mut(attempt.call).filter(|c| c.is_open(attempt))?;
        call.open = false;
        let (index, request, span, connected) = (call.link, call.request, call.step_span, call.connected);
        let link = &mut self.links[index.at()];
        link.ledger.open -= 1;
        match failed {
            Some(reason) => {
                link.ledger.failed.add(reason);
                self.observations.push(Observation::AttemptFailed { at: self.now, link: index, request: call.request_id, reason });
            }
            None => link.ledger.abandoned += 1,
        }
        self.end_span(request, span, failed);
        if connected {
            // After an answer the connection is kept; one that is still owed an answer, or was reset, is closed.
            let broken = !matches!(failed, Some(Reason::QueueFull | Reason::TooManyConnections | Reason::Unavailable));
            self.release_connection(index, broken);
        }
        Some(attempt.call)
    }

    /// A connection is free again, or broken: whoever waits for one is next.
    pub(super) fn release_connection(&mut self, link_index: LinkIndex, broken: bool) {
        let link = &mut self.links[link_index.at()];
        link.used_connections = link.used_connections.saturating_sub(1);
        let limit = link.spec.connections.unwrap_or(u32::MAX);
        let keep = !broken && link.used_connections + link.idle_connections < limit;
        let next = loop {
            match link.waiting.pop_front() {
                Some(waiting) if self.calls.get(waiting.call).is_some_and(|c| c.is_open(waiting)) => break Some(waiting),
                Some(_) => {}
                None => break None,
            }
        };
        match next {
            Some(waiting) if keep => {
                link.used_connections += 1;
                self.calls[waiting.call].connected = true;
                self.transmit(waiting);
            }
            Some(waiting) if link.used_connections < limit => self.open_connection(waiting),
            Some(waiting) => link.waiting.push_front(waiting),
            None if keep => link.idle_connections += 1,
            None => {}
        }
    }

    /// Gives up a call that nobody waits for.
    pub fn abandon_call(&mut self, call_key: CallKey) {
        let Some(call) = self.calls.get(call_key) else { return };
        if call.open {
            self.close_attempt(AttemptKey { call: call_key, number: call.attempts }, None);
        }
        if let Some(call) = self.calls.get(call_key) {
            let (request, step, span) = (call.request, call.step_span, call.span);
            self.calls.remove(call_key);
            let now = self.now;
            if let Some(trace) = self.trace(request) {
                trace.finish(step, now, None);
                trace.finish(span, now, None);
            }
        }
    }
}

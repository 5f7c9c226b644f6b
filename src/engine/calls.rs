//! Calls and messages: attempts, pooled connections, travel, replies. The part of the core that fills links.

use super::behaviour::Behaviour;
use super::core::{Attempt, Call, Core, Job, Observation, Payload, Transit};
use super::distribution::Distribution;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex};
use super::link::WaitFor;
use super::queue::EventKind;
use super::random::{generator, mix, unit, Purpose};
use super::request::{Message, Operation, Outcome, Reason, Why};
use super::time::SimDuration;
use super::trace::{SpanKind, NO_SPAN};

impl<B: Behaviour> Core<B> {
    /// Puts a message on a link. Lost and cut-off messages vanish without a trace but a count.
    pub fn send(&mut self, mut transit: Transit<B::Signal>, bytes: u32, luck: u64) {
        let link = &mut self.links[transit.link.at()];
        let direction = usize::from(!transit.forward);
        let spec = &link.spec;
        let law = if transit.forward { &spec.latency } else { &spec.return_latency };
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
            return;
        }
        link.in_transit += 1;
        transit.start = self.now;
        transit.end = self.now + travel;
        let end = transit.end;
        let key = self.transits.insert(transit);
        self.queue.push(end, EventKind::Deliver(key));
    }

    /// Starts a call of a job over a link: the first attempt leaves now.
    pub fn call(&mut self, job_key: JobKey, link: LinkIndex, message: Message, staged: Option<WaitFor>, why: Why) {
        self.call_with(job_key, link, message, staged, None, why);
    }

    /// The same, perhaps with a patience of its own instead of the link's, and after so many attempts.
    pub fn call_with(
        &mut self,
        job_key: JobKey,
        link: LinkIndex,
        message: Message,
        staged: Option<WaitFor>,
        again: Option<(SimDuration, u32)>,
        why: Why,
    ) {
        let Some(job) = self.jobs.get_mut(job_key) else { return };
        let ordinal = job.calls_made;
        job.calls_made += 1;
        let (request, request_id, request_start, attempt) = (job.request, job.request_id, job.request_start, job.attempt);
        let luck = mix(mix(job.luck, self.links[link.at()].stream), u64::from(ordinal));
        let parent = if job.origin.is_some() { job.span } else { job.parent_span };
        let to = self.links[link.at()].to;
        let span = self.begin_span(request, SpanKind::Call, parent, to, attempt, why);
        let call = self.calls.insert(Call {
            job: job_key,
            link,
            message,
            staged,
            patience: again.map(|(patience, _)| patience),
            attempts: again.map_or(0, |(_, attempts)| attempts),
            luck,
            attempt: None,
            request,
            request_id,
            request_start,
            span,
            backoff_span: NO_SPAN,
        });
        if staged != Some(WaitFor::None) {
            self.jobs[job_key].calls.push(call);
        }
        let state = &mut self.links[link.at()];
        if let Some(share) = state.spec.policy.budget {
            state.retry_tokens_milli = (state.retry_tokens_milli + (share * 1000.0) as u64).min(super::link::RETRY_BURST_MILLI);
        }
        self.start_attempt(call);
    }

    /// Starts the next attempt of a call.
    pub fn start_attempt(&mut self, call_key: CallKey) {
        let Some(call) = self.calls.get_mut(call_key) else { return };
        call.attempts += 1;
        let (link_index, request, number, span, backoff) = (call.link, call.request, call.attempts, call.span, call.backoff_span);
        let patience = call.patience;
        call.backoff_span = NO_SPAN;
        let attempt = self.attempts.insert(Attempt { call: call_key, link: link_index, connected: false, span: NO_SPAN });
        self.calls[call_key].attempt = Some(attempt);
        self.end_span(request, backoff, None);
        let link = &mut self.links[link_index.at()];
        link.ledger.started += 1;
        link.ledger.open += 1;
        if let Some(timeout) = patience.or(link.spec.policy.timeout) {
            self.queue.push_after(self.now, timeout, EventKind::AttemptTimeout(attempt));
        }
        if !link.counts_connections() {
            self.transmit(attempt);
            return;
        }
        let to = link.to;
        let why = if link.idle_connections > 0 {
            link.idle_connections -= 1;
            link.used_connections += 1;
            self.attempts[attempt].connected = true;
            self.transmit(attempt);
            return;
        } else if link.spec.connections.is_none_or(|max| link.used_connections < max) {
            self.open_connection(attempt);
            Why::plain("new connection")
        } else {
            link.waiting.push_back(attempt);
            Why::plain("all connections in use")
        };
        let step = self.begin_span(request, SpanKind::Connect, span, to, number, why);
        self.attempts[attempt].span = step;
    }

    /// Sets up a connection for an attempt: handshake round trips at the link's latencies.
    pub fn open_connection(&mut self, attempt_key: AttemptKey) {
        let Some(attempt) = self.attempts.get_mut(attempt_key) else { return };
        attempt.connected = true;
        let call = &self.calls[attempt.call];
        let link = &mut self.links[attempt.link.at()];
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
        let Some(attempt) = self.attempts.get(attempt_key) else { return };
        let (link, call_key, old_span) = (attempt.link, attempt.call, attempt.span);
        let call = &self.calls[call_key];
        let (message, number, request, span) = (call.message, call.attempts, call.request, call.span);
        let (request_id, request_start) = (call.request_id, call.request_start);
        let luck = mix(call.luck, u64::from(number));
        self.end_span(request, old_span, None);
        let to = self.links[link.at()].to;
        let network_span = self.begin_span(request, SpanKind::Network, span, to, number, Why::NONE);
        self.attempts[attempt_key].span = network_span;
        let payload = Payload::Call { attempt: attempt_key, message, luck, request, request_start, call_span: span, network_span };
        let transit = Transit {
            link,
            forward: true,
            start: self.now,
            end: self.now,
            about: Some((message.operation, message.key)),
            request_id: Some(request_id),
            attempt: number,
            stale: false,
            payload,
        };
        self.send(transit, message.request_bytes, luck);
    }

    /// Sends a reply over the link a call came by.
    pub fn send_reply(&mut self, job: &Job, outcome: Outcome) {
        let Some((attempt, link)) = job.origin.filter(|_| !job.replied) else { return };
        let stale = matches!(outcome, Ok(Some(value)) if job.message.operation == Operation::Read
            && B::is_stale(&self.shared, job.message.key, value, job.request_start));
        let why = if stale { Why::plain("carries an old version") } else { Why::NONE };
        let node = job.node;
        let network_span = self.begin_span(job.request, SpanKind::Network, job.parent_span, node, job.attempt, why);
        let transit = Transit {
            link,
            forward: false,
            start: self.now,
            end: self.now,
            about: Some((job.message.operation, job.message.key)),
            request_id: Some(job.request_id),
            attempt: job.attempt,
            stale,
            payload: Payload::Reply { attempt, outcome, request: job.request, network_span },
        };
        let bytes = if outcome.is_ok() { job.message.reply_bytes } else { 200 };
        self.send(transit, bytes, mix(job.luck, 7));
    }

    /// Closes an attempt: gives its connection back (or breaks it) and books it.
    /// `outcome` is `None` if nobody wants the answer any more.
    pub fn close_attempt(&mut self, attempt_key: AttemptKey, outcome: Option<Result<(), Reason>>) -> Option<CallKey> {
        let attempt = self.attempts.remove(attempt_key)?;
        let call = &mut self.calls[attempt.call];
        call.attempt = None;
        let (request, request_id) = (call.request, call.request_id);
        let link = &mut self.links[attempt.link.at()];
        link.ledger.open -= 1;
        match outcome {
            Some(Ok(())) => link.ledger.answered += 1,
            Some(Err(reason)) => {
                link.ledger.failed.add(reason);
                self.observations.push(Observation::AttemptFailed { at: self.now, link: attempt.link, request: request_id, reason });
            }
            None => link.ledger.abandoned += 1,
        }
        self.end_span(request, attempt.span, outcome.and_then(Result::err));
        if attempt.connected {
            // After an answer the connection is kept; one that is still owed an answer, or was reset, is closed.
            let broken = !matches!(outcome, Some(Ok(()) | Err(Reason::QueueFull | Reason::TooManyConnections | Reason::Unavailable)));
            self.release_connection(attempt.link, broken);
        }
        Some(attempt.call)
    }

    fn release_connection(&mut self, link_index: LinkIndex, broken: bool) {
        let link = &mut self.links[link_index.at()];
        link.used_connections = link.used_connections.saturating_sub(1);
        let limit = link.spec.connections.unwrap_or(u32::MAX);
        let keep = !broken && link.used_connections + link.idle_connections < limit;
        let next = loop {
            match link.waiting.pop_front() {
                Some(waiting) if self.attempts.contains_key(waiting) => break Some(waiting),
                Some(_) => {}
                None => break None,
            }
        };
        match next {
            Some(waiting) if keep => {
                link.used_connections += 1;
                self.attempts[waiting].connected = true;
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
        if let Some(attempt) = self.calls.get(call_key).and_then(|c| c.attempt) {
            self.close_attempt(attempt, None);
        }
        if let Some(call) = self.calls.remove(call_key) {
            self.end_span(call.request, call.backoff_span, None);
            self.end_span(call.request, call.span, None);
        }
    }
}

//! Calls: attempts, pooled connections, replies. The part of the core that fills links; how messages travel is `transport`'s business.

use super::behaviour::Behaviour;
use super::call_policy::{After, Awaited, CallPolicy, Ending, Refusal};
use super::core::{Core, Observation};
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex};
use super::link::WaitFor;
use super::queue::EventKind;
use super::random::mix;
use super::request::{reason_of, Failure, Message, Outcome, Why};
use super::time::SimDuration;
use super::trace::{SpanKind, NO_SPAN};
use super::transport::{reply_draw_key, ERROR_BYTES};
use super::under_way::{Call, Connection, Job, Payload, Return, Transit};

impl<B: Behaviour> Core<B> {
    /// Starts a call of a job over a link: the first attempt leaves now. Whether it is part of the stages, and an ordinal that tells it
    /// from the job's other calls over the same link, say which it is. Perhaps with a timeout of its own instead of the link's, and
    /// after so many attempts.
    pub fn call(
        &mut self,
        job_key: JobKey,
        index: LinkIndex,
        message: &Message,
        (staged, ordinal): (Option<WaitFor>, u64),
        again: Option<(SimDuration, u32)>,
        why: Why,
    ) {
        let Some(job) = self.jobs.get_mut(job_key) else { return };
        let (request, request_id, request_start) = (job.request, job.request_id, job.request_start);
        let parent = if job.origin.is_some() { job.span } else { job.parent_span };
        let link = &mut self.links[index.at()];
        // A function of this job, this link and nothing else: other calls change no draw of this one.
        let draw_key = mix(mix(job.draw_key, link.stream), ordinal);
        let number = again.map_or(0, |(_, attempts)| attempts) + 1;
        let before = link.policies.before(&link.attempt(self.now, self.seed, draw_key, number, true));
        // Policies may hold it up, and where connections are counted it may have to wait for one.
        let at_once = matches!(before, Ok(SimDuration::ZERO)) && !link.counts_connections();
        let story = self.requests.get_mut(request).and_then(|r| r.trace.as_deref_mut());
        let (span, network_span) = story.map_or((NO_SPAN, NO_SPAN), |story| {
            let span = story.begin(SpanKind::Call, parent, self.now, link.to, job.attempt, why);
            let step = if at_once { story.begin(SpanKind::Network, span, self.now, link.to, number, Why::NONE) } else { NO_SPAN };
            (span, step)
        });
        let timeout = again.map(|(timeout, _)| timeout);
        let call = self.calls.insert(Call {
            job: job_key,
            link: index,
            message: *message,
            staged,
            timeout,
            attempts: if at_once { number } else { number - 1 },
            draw_key,
            open: at_once,
            connection: Connection::None,
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
            return self.begin_attempt(call, before);
        }
        link.ledger.started += 1;
        link.ledger.open += 1;
        let attempt = AttemptKey { call, number };
        if let Some(timeout) = timeout.or_else(|| link.policies.limit(Awaited::Answer)) {
            self.queue.push_after(self.now, timeout, EventKind::AttemptTimeout(attempt));
        }
        let draw_key = mix(draw_key, u64::from(number));
        let payload = Payload::Call { attempt, message: *message, draw_key, request, request_start, call_span: span, network_span };
        let arrival = self.arrival(index, true, message.request_bytes, draw_key);
        self.put_on_the_way(Transit { attempt: number, ..Transit::new(index, true, self.now, request_id, payload) }, arrival, draw_key);
    }

    /// Starts the next attempt of a call, or goes on with one that was held up.
    pub fn start_attempt(&mut self, call_key: CallKey) {
        let Some(call) = self.calls.get(call_key) else { return };
        if call.open {
            return self.take_connection(AttemptKey { call: call_key, number: call.attempts });
        }
        let (draw_key, number, wanted) = (call.draw_key, call.attempts + 1, self.is_wanted(call));
        let link = &mut self.links[call.link.at()];
        let before = link.policies.before(&link.attempt(self.now, self.seed, draw_key, number, wanted));
        self.begin_attempt(call_key, before);
    }

    /// Begins an attempt that the policies have been asked about: it goes on its way, at once or after a while, or fails.
    fn begin_attempt(&mut self, call_key: CallKey, before: Result<SimDuration, Refusal>) {
        let Some(call) = self.calls.get_mut(call_key) else { return };
        call.attempts += 1;
        call.open = true;
        call.connection = Connection::None;
        let attempt = AttemptKey { call: call_key, number: call.attempts };
        let (index, request, old, span) = (call.link, call.request, call.step_span, call.span);
        let link = &mut self.links[index.at()];
        link.ledger.started += 1;
        link.ledger.open += 1;
        let (from, to) = (link.from, link.to);
        match before {
            Ok(SimDuration::ZERO) => self.take_connection(attempt),
            Ok(wait) => {
                let why = Why::plain("held up before it is sent");
                self.calls[call_key].step_span = self.next_span(request, old, SpanKind::Backoff, span, to, attempt.number, why);
                self.queue.push(self.now + wait, EventKind::Retry(call_key));
            }
            Err(Refusal { reason, then }) => {
                self.close_attempt(attempt, Some(Failure::new(reason, from)));
                match then {
                    After::Again { wait, why } => self.try_again(call_key, wait, why),
                    // An event of its own: who calls is not answered in the midst of that.
                    After::End => self.queue.push(self.now, EventKind::Refused { call: call_key, reason }),
                }
            }
        }
    }

    /// A call is made again after a while.
    pub(super) fn try_again(&mut self, call_key: CallKey, wait: SimDuration, why: Why) {
        let Some(call) = self.calls.get(call_key) else { return };
        let (request, span, attempts, to) = (call.request, call.span, call.attempts, self.links[call.link.at()].to);
        self.calls[call_key].step_span = self.begin_span(request, SpanKind::Backoff, span, to, attempts, why);
        self.queue.push(self.now + wait, EventKind::Retry(call_key));
    }

    /// Whether anybody waits for a call, or nobody was ever to.
    fn is_wanted(&self, call: &Call) -> bool {
        call.staged == Some(WaitFor::None) || self.jobs.contains_key(call.job)
    }

    /// Tells the policies that the last attempt of a call has ended, and asks them what becomes of the call.
    pub(super) fn after_attempt(&mut self, call_key: CallKey, ending: &Ending) -> After {
        let Some(call) = self.calls.get(call_key) else { return After::End };
        let (draw_key, number, wanted) = (call.draw_key, call.attempts, self.is_wanted(call));
        let link = &mut self.links[call.link.at()];
        link.policies.after(&link.attempt(self.now, self.seed, draw_key, number, wanted), ending, After::End)
    }

    /// An attempt takes a connection where they are counted, waits for one, or opens one.
    fn take_connection(&mut self, attempt: AttemptKey) {
        let Some(call) = self.attempted(attempt) else { return };
        let (call_key, index, request, old, span) = (attempt.call, call.link, call.request, call.step_span, call.span);
        let link = &mut self.links[index.at()];
        if !link.counts_connections() {
            return self.transmit(attempt);
        }
        let is_waiting = |first: &AttemptKey| self.calls.get(first.call).is_some_and(|c| c.is_open(*first));
        while link.waiting.front().is_some_and(|first| !is_waiting(first)) {
            link.waiting.pop_front();
        }
        // Those who wait already are first.
        let turn = link.waiting.is_empty();
        if turn && link.idle_connections > 0 {
            link.idle_connections -= 1;
            link.used_connections += 1;
            self.calls[call_key].connection = Connection::Held;
            return self.transmit(attempt);
        }
        let to = link.to;
        let opens = turn && link.spec.connections.is_none_or(|max| link.used_connections < max);
        if let Some(timeout) = link.policies.limit(Awaited::Connection) {
            self.queue.push_after(self.now, timeout, EventKind::PoolTimeout(attempt));
        }
        let why = Why::plain(if opens { "new connection" } else { "all connections in use" });
        let step = self.next_span(request, old, SpanKind::Connect, span, to, attempt.number, why);
        self.calls[call_key].step_span = step;
        if opens {
            self.open_connection(attempt);
        } else {
            self.calls[call_key].connection = Connection::Waiting;
            self.links[index.at()].waiting.push_back(attempt);
        }
    }

    /// Sets up a connection for an attempt: a handshake of some round trips.
    fn open_connection(&mut self, attempt: AttemptKey) {
        let Some(call) = self.attempted_mut(attempt) else { return };
        call.connection = Connection::Opening;
        let index = call.link;
        let link = &mut self.links[index.at()];
        link.used_connections += 1;
        if link.spec.handshake_round_trips == 0 {
            self.connected(attempt);
        } else {
            self.shake_hands(attempt, 1);
        }
    }

    /// An attempt has its new connection.
    pub(super) fn connected(&mut self, attempt: AttemptKey) {
        let Some(call) = self.attempted_mut(attempt) else { return };
        call.connection = Connection::Held;
        let index = call.link;
        self.links[index.at()].connections_opened += 1;
        self.transmit(attempt);
    }

    /// Sends an attempt's message. From now on its time runs.
    pub fn transmit(&mut self, attempt_key: AttemptKey) {
        let Some(call) = self.attempted(attempt_key) else { return };
        let (link, message, request, call_span, old) = (call.link, call.message, call.request, call.span, call.step_span);
        let (request_id, request_start, draw_key) = (call.request_id, call.request_start, mix(call.draw_key, u64::from(call.attempts)));
        let (to, timeout) = (self.links[link.at()].to, call.timeout.or_else(|| self.links[link.at()].policies.limit(Awaited::Answer)));
        if let Some(timeout) = timeout {
            self.queue.push_after(self.now, timeout, EventKind::AttemptTimeout(attempt_key));
        }
        let network_span = self.next_span(request, old, SpanKind::Network, call_span, to, attempt_key.number, Why::NONE);
        self.calls[attempt_key.call].step_span = network_span;
        let payload = Payload::Call { attempt: attempt_key, message, draw_key, request, request_start, call_span, network_span };
        let transit = Transit { attempt: attempt_key.number, ..Transit::new(link, true, self.now, request_id, payload) };
        self.send(transit, message.request_bytes, draw_key);
    }

    /// Sends a reply over the link a call came by, and ends the job's last span.
    pub fn send_reply(&mut self, job: Return, outcome: Outcome) {
        let now = self.now;
        let network_span = self.trace(job.request).map_or(NO_SPAN, |trace| {
            trace.finish(job.span, now, reason_of(outcome));
            trace.begin(SpanKind::Network, job.call_span, now, job.node, job.attempt, Why::NONE)
        });
        let (operation, key, request) = (job.operation, job.key, job.request);
        let bytes = if outcome.is_ok() { job.bytes } else { ERROR_BYTES };
        let payload = Payload::Reply { attempt: job.to, outcome, operation, key, request, network_span };
        let transit = Transit { attempt: job.attempt, ..Transit::new(job.link, false, now, job.request_id, payload) };
        self.send(transit, bytes, reply_draw_key(job.draw_key));
    }

    /// A job leaves: whoever waits for it is answered.
    pub fn leave(&mut self, job: &Job, outcome: Outcome) {
        match job.answer() {
            Some(back) => self.send_reply(back, outcome),
            None => self.end_span(job.request, job.span, reason_of(outcome)),
        }
    }

    /// Closes an attempt that failed: gives its connection back (or breaks it) and books it.
    /// `failed` is `None` if nobody wants the answer any more.
    pub fn close_attempt(&mut self, attempt: AttemptKey, failed: Option<Failure>) -> Option<CallKey> {
        let call = self.calls.get_mut(attempt.call).filter(|c| c.is_open(attempt))?;
        call.open = false;
        let (index, request, span, connection) = (call.link, call.request, call.step_span, call.connection);
        let link = &mut self.links[index.at()];
        link.ledger.open -= 1;
        match failed {
            Some(failure) if failure.is_passed_on(link.to) => link.ledger.passed_on.add(failure.reason),
            Some(Failure { reason, .. }) => {
                link.ledger.failed.add(reason);
                self.observations.push(Observation::AttemptFailed { at: self.now, link: index, request: call.request_id, reason });
            }
            None => link.ledger.abandoned += 1,
        }
        self.end_span(request, span, failed.map(|f| f.reason));
        match connection {
            // After an answer, good or bad, the connection is kept; one that is still owed an answer, or was reset, is closed.
            Connection::Held => self.release_connection(index, !failed.is_some_and(|f| f.answered)),
            Connection::Opening => self.release_connection(index, true),
            Connection::Waiting | Connection::None => {}
        }
        Some(attempt.call)
    }

    /// A connection is free again, or broken: whoever waits for one is next.
    pub(super) fn release_connection(&mut self, index: LinkIndex, broken: bool) {
        let link = &mut self.links[index.at()];
        link.used_connections = link.used_connections.saturating_sub(1);
        let limit = link.spec.connections.unwrap_or(u32::MAX);
        if !broken && link.used_connections + link.idle_connections < limit {
            link.idle_connections += 1;
        }
        if !link.waiting.is_empty() {
            self.serve_waiting(index);
        }
    }

    /// Gives connections to those who wait, the first first, as long as there are any.
    pub(super) fn serve_waiting(&mut self, index: LinkIndex) {
        loop {
            let link = &mut self.links[index.at()];
            let Some(first) = link.waiting.front().copied() else { return };
            let Some(call) = self.calls.get_mut(first.call).filter(|c| c.is_open(first)) else {
                link.waiting.pop_front();
                continue;
            };
            if link.idle_connections > 0 {
                link.waiting.pop_front();
                link.idle_connections -= 1;
                link.used_connections += 1;
                call.connection = Connection::Held;
                self.transmit(first);
            } else if link.spec.connections.is_none_or(|max| link.used_connections < max) {
                link.waiting.pop_front();
                self.open_connection(first);
            } else {
                return;
            }
        }
    }

    /// Gives up a call that nobody waits for.
    pub fn abandon_call(&mut self, call_key: CallKey) {
        let Some(call) = self.calls.get(call_key) else { return };
        if call.open {
            self.close_attempt(AttemptKey { call: call_key, number: call.attempts }, None);
            self.after_attempt(call_key, &Ending::Abandoned);
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

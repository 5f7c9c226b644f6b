//! The stages of a job: which links are called, what is waited for, retries, and what an answer means for the caller.

use super::behaviour::Behaviour;
use super::core::Stages;
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex};
use super::link::{Jitter, Pick, Role, WaitFor};
use super::queue::EventKind;
use super::random::{generator, mix, unit, weighted, Purpose};
use super::request::{Outcome, Reason, Why};
use super::time::SimDuration;
use super::trace::SpanKind;
use super::world::World;

impl<B: Behaviour> World<B> {
    pub(super) fn next_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, message, luck) = (job.node, job.message, job.luck);
        let last = job.stages.current;
        let links = &self.core.links;
        let matching = |l: &LinkIndex| {
            let spec = &links[l.at()].spec;
            spec.role == Role::Call && spec.rule.when.takes(message.operation)
        };
        let outgoing = || self.core.nodes[node.at()].outgoing.iter().copied().filter(matching);
        let stage_of = |l: &LinkIndex| links[l.at()].spec.rule.stage;
        let Some(stage) = outgoing().map(|l| stage_of(&l)).filter(|s| last.is_none_or(|l| *s > l)).min() else {
            let is_root = job.origin.is_none();
            let outcome = if is_root && outgoing().next().is_none() { Err(Reason::Unavailable) } else { Ok(job.value) };
            return self.end_stages(key, outcome);
        };
        let members: smallvec::SmallVec<[LinkIndex; 8]> = outgoing().filter(|l| stage_of(l) == stage).collect();
        let alternatives: smallvec::SmallVec<[LinkIndex; 8]> =
            members.iter().copied().filter(|l| links[l.at()].spec.rule.pick == Pick::One).collect();
        let chosen = match alternatives.len() {
            0 => None,
            n => {
                let mut rng = generator(self.core.seed, self.core.nodes[node.at()].stream, Purpose::Choice, mix(luck, u64::from(stage)));
                Some(alternatives[weighted(&mut rng, n, |i| links[alternatives[i].at()].spec.rule.weight)])
            }
        };
        let choices = alternatives.len() as u64;
        self.core.jobs[key].stages = Stages { current: Some(stage), ..Default::default() };
        for link in members {
            let (rule, stream) = (self.core.links[link.at()].spec.rule, self.core.links[link.at()].stream);
            if rule.pick == Pick::One && chosen != Some(link) {
                continue;
            }
            if rule.probability < 1.0 && unit(&mut generator(self.core.seed, stream, Purpose::Rule, luck)) >= rule.probability {
                continue;
            }
            let why = if choices > 1 && chosen == Some(link) { Why::with("picked at random, one of {a}", choices, 0) } else { Why::NONE };
            for _ in 0..rule.count {
                let Some(job) = self.core.jobs.get_mut(key) else { return };
                match rule.wait_for {
                    WaitFor::All => job.stages.all_open += 1,
                    WaitFor::Some => {
                        job.stages.some_open += 1;
                        job.stages.need = job.stages.need.max(rule.need);
                    }
                    WaitFor::None => {}
                }
                self.core.call(key, link, message, Some(rule.wait_for), why);
            }
        }
        self.check_stage(key);
    }

    /// Goes on once a stage has all that it waits for.
    pub(super) fn check_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let stages = job.stages;
        let need = stages.need.min(stages.got + stages.some_open);
        if stages.all_open == 0 && stages.got >= need {
            self.abandon_calls(key);
            self.next_stage(key);
        }
    }

    pub(super) fn end_stages(&mut self, key: JobKey, outcome: Outcome) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, is_root) = (job.node, job.origin.is_none());
        if is_root {
            return self.finish_job(key, outcome);
        }
        let (behaviour, mut ctx) = self.at(node);
        let next = behaviour.stages_done(&mut ctx, key, outcome);
        self.follow(key, next);
    }

    pub(super) fn attempt_failed(&mut self, attempt: AttemptKey, reason: Reason) {
        let Some(call_key) = self.core.close_attempt(attempt, Some(Err(reason))) else { return };
        let call = &self.core.calls[call_key];
        let detached = call.staged == Some(WaitFor::None);
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

    pub(super) fn answer_call(&mut self, call_key: CallKey, outcome: Outcome) {
        let Some(call) = self.core.calls.remove(call_key) else { return };
        self.core.end_span(call.request, call.span, outcome.err());
        if call.staged == Some(WaitFor::None) {
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
            Some(WaitFor::Some) => {
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
}

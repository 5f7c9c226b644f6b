//! The stages of a job: which links are called, what is waited for, retries, and what an answer means for the caller.

use smallvec::SmallVec;

use super::behaviour::Behaviour;
use super::call_policy::{After, CallPolicy, Ending};
use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey};
use super::link::{LinkSpec, Pick, Role, WaitFor};
use super::random::{below, generator, mix, unit, weighted, Purpose};
use super::request::{reason_of, Failure, Operation, Outcome, Reason, Why};
use super::trace::SpanIndex;
use super::under_way::{Connection, Stages};
use super::world::World;

/// Whether a link is called in a stage, for such an operation.
fn is_member(spec: &LinkSpec, operation: Operation, stage: u32) -> bool {
    spec.rule.stage == stage && spec.role == Role::Call && spec.rule.when.takes(operation)
}

impl<B: Behaviour> World<B> {
    pub(super) fn next_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, operation, last) = (job.node, job.message.operation, job.stages.current);
        let links = &self.core.links;
        let outgoing = &self.core.nodes[node.at()].outgoing;
        // The first stage that is still to come, of the links that take such a message.
        let (mut any, mut next, mut alternatives) = (false, None, false);
        for link in outgoing {
            let spec = &links[link.at()].spec;
            if spec.role != Role::Call || !spec.rule.when.takes(operation) {
                continue;
            }
            any = true;
            let stage = spec.rule.stage;
            if last.is_none_or(|l| stage > l) && next.is_none_or(|n| stage <= n) {
                next = Some(stage);
                alternatives |= spec.rule.pick == Pick::One;
            }
        }
        let Some(stage) = next else {
            let outcome = if !any && job.origin.is_none() { Err(Failure::new(Reason::Unavailable, node)) } else { Ok(job.value) };
            return self.end_stages(key, outcome);
        };
        self.begin_stage(key, stage, alternatives);
    }

    /// Calls the links of a stage; some may be alternatives.
    #[inline(never)]
    fn begin_stage(&mut self, key: JobKey, stage: u32, alternatives: bool) {
        let job = &mut self.core.jobs[key];
        job.stages = Stages { current: Some(stage), ..Default::default() };
        let (node, draw_key, message) = (job.node, job.draw_key, job.message);
        let operation = message.operation;
        let (choices, chosen) = if alternatives { self.choose(node, operation, stage, draw_key) } else { (0, None) };
        let mut called: SmallVec<[LinkIndex; 8]> = SmallVec::new();
        let stages = &mut self.core.jobs[key].stages;
        for link in self.core.nodes[node.at()].outgoing.iter().copied() {
            let (spec, stream) = (&self.core.links[link.at()].spec, self.core.links[link.at()].stream);
            if !is_member(spec, operation, stage)
                || self.core.links[link.at()].bundle != link
                || (spec.rule.pick == Pick::One && chosen != Some(link))
            {
                continue;
            }
            let (count, wait_for, need, probability) = (spec.rule.count, spec.rule.wait_for, spec.rule.need, spec.rule.probability);
            if probability < 1.0 && unit(&mut generator(self.core.seed, stream, Purpose::Rule, draw_key)) >= probability {
                continue;
            }
            match wait_for {
                WaitFor::All => stages.all_open += count,
                WaitFor::Some => {
                    stages.some_open += count;
                    stages.need = stages.need.max(need);
                }
                WaitFor::None => {}
            }
            called.push(link);
        }
        if stages.need > stages.some_open {
            // So many answers cannot come: nobody is asked.
            return self.end_stages(key, Err(Failure::new(Reason::Unavailable, node)));
        }
        for link in called {
            let (rule, bundled) = (&self.core.links[link.at()].spec.rule, self.core.links[link.at()].bundled);
            let (count, wait_for) = (rule.count, rule.wait_for);
            let why = if choices > 1 && chosen == Some(link) { Why::with("picked at random, one of {a}", choices, 0) } else { Why::NONE };
            for ordinal in 0..count {
                let (link, why) = if bundled == 1 { (link, why) } else { self.one_of(link, mix(draw_key, u64::from(ordinal))) };
                self.core.call(key, link, &message, (Some(wait_for), u64::from(ordinal)), None, why);
            }
        }
        self.check_stage(key);
    }

    /// One of the links that are called as one, at random, as by a name that stands for several addresses (DNS round robin): nobody
    /// looks whether it works. A call stays with it however often it is tried again.
    #[inline(never)]
    fn one_of(&self, first: LinkIndex, ordinal: u64) -> (LinkIndex, Why) {
        let links = &self.core.links;
        let link = &links[first.at()];
        let mut rng = generator(self.core.seed, link.stream, Purpose::Choice, ordinal);
        let place = below(&mut rng, link.bundled as usize);
        let mut bundle = self.core.nodes[link.from.at()].outgoing.iter().copied().filter(|l| links[l.at()].bundle == first);
        (bundle.nth(place).unwrap_or(first), Why::with("one of {a} instances, at random", u64::from(link.bundled), 0))
    }

    /// How many links of a stage are alternatives, and which of them is taken this time.
    fn choose(&self, node: NodeIndex, operation: Operation, stage: u32, draw_key: u64) -> (u64, Option<LinkIndex>) {
        let core = &self.core;
        let spec = |l: &LinkIndex| &core.links[l.at()].spec;
        let alternative =
            |l: &LinkIndex| spec(l).rule.pick == Pick::One && core.links[l.at()].bundle == *l && is_member(spec(l), operation, stage);
        let alternatives = core.nodes[node.at()].outgoing.iter().copied().filter(alternative);
        let choices = alternatives.clone().count();
        if choices == 0 {
            return (0, None);
        }
        let mut rng = generator(core.seed, core.nodes[node.at()].stream, Purpose::Choice, mix(draw_key, u64::from(stage)));
        let place = weighted(&mut rng, alternatives.clone().map(|l| spec(&l).rule.weight));
        (choices as u64, alternatives.clone().nth(place))
    }

    /// Goes on once a stage has all that it waits for.
    pub(super) fn check_stage(&mut self, key: JobKey) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let stages = job.stages;
        if stages.all_open == 0 && stages.got >= stages.need {
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

    pub(super) fn attempt_failed(&mut self, attempt: AttemptKey, failure: Failure) {
        let Some(call) = self.core.close_attempt(attempt, Some(failure)) else { return };
        match self.core.after_attempt(call, &Ending::Failed(failure)) {
            After::End => self.answer_call(call, Err(failure)),
            After::Again { wait, why } => self.core.try_again(call, wait, why),
        }
    }

    /// An attempt is answered well: its call is over.
    pub(super) fn attempt_answered(&mut self, attempt: AttemptKey, request: RequestKey, way: SpanIndex, outcome: Outcome) {
        let now = self.core.now;
        let Some(call) = self.core.attempted_mut(attempt) else { return self.core.end_span(request, way, None) };
        call.open = false;
        let (index, connection, draw_key, step, span) = (call.link, call.connection, call.draw_key, call.step_span, call.span);
        if let Some(story) = self.core.trace(request) {
            story.finish(way, now, None);
            story.finish(step, now, None);
            story.finish(span, now, None);
        }
        let link = &mut self.core.links[index.at()];
        link.ledger.open -= 1;
        link.ledger.answered += 1;
        link.policies.after(&link.attempt(now, self.core.seed, draw_key, attempt.number, false), &Ending::Answered, After::End);
        if connection == Connection::Held {
            self.core.release_connection(index, false);
        }
        self.end_call(attempt.call, outcome);
    }

    pub(super) fn answer_call(&mut self, call_key: CallKey, outcome: Outcome) {
        let Some(call) = self.core.calls.get(call_key) else { return };
        let (request, span) = (call.request, call.span);
        self.core.end_span(request, span, reason_of(outcome));
        self.end_call(call_key, outcome);
    }

    fn end_call(&mut self, call_key: CallKey, outcome: Outcome) {
        let Some(call) = self.core.calls.get(call_key) else { return };
        let (job_key, link, staged, before) = (call.job, call.link, call.staged, call.before);
        self.core.calls.remove(call_key);
        if staged == Some(WaitFor::None) {
            return;
        }
        self.core.unlist(job_key, call_key, before);
        let Some(job) = self.core.jobs.get_mut(job_key) else { return };
        if let (Ok(Some(new)), true) = (outcome, staged.is_some()) {
            // Of several answers the newest counts, by when clients began to write: last write wins.
            job.value = job.value.max(Some(new));
        }
        match staged {
            None => {
                let node = job.node;
                let (behaviour, mut ctx) = self.at(node);
                let next = behaviour.answered(&mut ctx, job_key, link, outcome);
                self.follow(job_key, next);
            }
            Some(WaitFor::Some) => {
                job.stages.some_open -= 1;
                match outcome {
                    Ok(_) => job.stages.got += 1,
                    Err(failure) if job.stages.got + job.stages.some_open < job.stages.need => {
                        self.abandon_calls(job_key);
                        return self.end_stages(job_key, Err(failure));
                    }
                    Err(_) => {}
                }
                self.check_stage(job_key);
            }
            Some(_) => {
                job.stages.all_open -= 1;
                if let Err(failure) = outcome {
                    self.abandon_calls(job_key);
                    return self.end_stages(job_key, Err(failure));
                }
                self.check_stage(job_key);
            }
        }
    }
}

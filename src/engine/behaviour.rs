//! What a component kind is to the engine: a set of answers to what happens at its node, given through a narrow context.

use slotmap::Key;

use super::call_policy::CallPolicy;
use super::core::{Core, Observation};
use super::ids::{CallKey, JobKey, LinkIndex, NodeIndex, RequestKey};
use super::queue::EventKind;
use super::random::{generator, mix, Draws, Purpose};
use super::request::{Failure, Message, Outcome, Reason, Why};
use super::station::StationSpec;
use super::station_policy::StationPolicy;
use super::time::{SimDuration, SimTime};
use super::trace::{SpanKind, NO_SPAN};
use super::under_way::{Job, RequestState, Return, Service};

/// What a job does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Wait for the calls it made.
    Wait,
    /// Call the links by their rules, stage by stage; then [`Behaviour::stages_done`].
    Stages,
    /// Be served for so long, in line with the others if it has no worker; then [`Behaviour::served`] again.
    Serve(SimDuration),
    /// Answer and leave.
    Reply(Outcome),
    /// Stay until the behaviour itself takes it up again. Meanwhile its worker is free.
    Hold,
}

/// Whom a caller wants, when it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// This node.
    Node(NodeIndex),
    /// Any of those that this caller chooses from in this stage.
    AnyOf(NodeIndex, u32),
}

/// How a request ended, told to the client that began it.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// What was asked.
    pub message: Message,
    /// Its number in the run: requests are numbered in the order in which they begin.
    pub request: u64,
    /// When it began.
    pub start: SimTime,
    /// How it ended.
    pub outcome: Outcome,
    /// What the client noted when it began.
    pub note: u32,
}

/// The running state of one node of some kind. Every method has what the node of a plain, silent kind would do.
pub trait Behaviour: Clone + std::fmt::Debug {
    /// What all nodes share: the truth about data, for judging.
    type Shared: Clone + Default + std::fmt::Debug;
    /// Control traffic.
    type Signal: Clone + std::fmt::Debug;
    /// What surrounds the calls over each link.
    type CallPolicies: CallPolicy;
    /// What guards each station.
    type StationPolicies: StationPolicy;

    /// Workers and line.
    fn station(&self) -> StationSpec;
    /// The run begins, the node was added, or it restarts after a crash.
    fn start(&mut self, ctx: &mut Ctx<'_, Self>);
    /// The node's process ends: forget what is not durable.
    fn crash(&mut self, ctx: &mut Ctx<'_, Self>);
    /// The node's disk is lost, while its process is down: forget what is durable.
    fn lose_disk(&mut self, ctx: &mut Ctx<'_, Self>);
    /// A timer set earlier fires.
    fn timer(&mut self, ctx: &mut Ctx<'_, Self>, token: u64);
    /// May the job come in?
    fn admit(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Result<(), Reason>;
    /// How long a worker takes; `concurrency` counts the jobs in service, this one included.
    fn service_time(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, concurrency: u32) -> SimDuration;
    /// A request that this node began takes its first step.
    fn begun(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Next;
    /// Whether a request that this node began outlives its crash.
    fn keeps(&self, job: &Job) -> bool;
    /// The worker is done with its own part.
    fn served(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Next;
    /// A call the behaviour itself made has its answer.
    fn answered(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, link: LinkIndex, outcome: Outcome) -> Next;
    /// An attempt that this node has given up is answered after all: over which link, for which request, and which attempt it was.
    fn answered_late(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, request: u64, attempt: u32);
    /// All stages are done, or one failed.
    fn stages_done(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey, outcome: Outcome) -> Next;
    /// Control traffic arrives over a link, from the other end.
    fn signal(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, signal: Self::Signal);
    /// Control traffic that it sent over a link comes back: the node at the other end is down, and its host says so.
    fn refused(&mut self, ctx: &mut Ctx<'_, Self>, link: LinkIndex, signal: Self::Signal);
    /// A request this node began has ended. Returns whether it read an old value.
    fn ended(&mut self, ctx: &mut Ctx<'_, Self>, ended: Ended) -> bool;
}

/// The ordinal of a call that a behaviour makes itself, apart from those of the stages, which count from 0.
fn own_call(message: &Message) -> u64 {
    1 << 32 | message.operation as u64
}

/// All that a behaviour may see and do.
pub struct Ctx<'a, B: Behaviour> {
    /// The world apart from the behaviours. Private to the engine and to this window.
    pub(super) core: &'a mut Core<B>,
    /// The node.
    pub node: NodeIndex,
}

impl<B: Behaviour> Ctx<'_, B> {
    /// Now.
    pub fn now(&self) -> SimTime {
        self.core.now
    }

    /// The job; it exists whenever the engine hands out its key.
    pub fn job(&self, job: JobKey) -> &Job {
        &self.core.jobs[job]
    }

    /// Whether a job is still here: for keys that the behaviour has kept.
    pub fn has_job(&self, job: JobKey) -> bool {
        self.core.jobs.contains_key(job)
    }

    /// The job, to note a step.
    pub fn job_mut(&mut self, job: JobKey) -> &mut Job {
        &mut self.core.jobs[job]
    }

    /// How many requests have begun so far.
    pub fn requests_begun(&self) -> u64 {
        self.core.requests_begun
    }

    /// What all nodes share.
    pub fn shared(&mut self) -> &mut B::Shared {
        &mut self.core.shared
    }

    /// Links from here that are in the diagram, with the given role.
    pub fn outgoing(&self, role: super::link::Role) -> impl Iterator<Item = LinkIndex> + '_ {
        let links = &self.core.links;
        self.core.nodes[self.node.at()].outgoing.iter().copied().filter(move |l| links[l.at()].spec.role == role)
    }

    /// Links to here that are in the diagram, with the given role.
    pub fn incoming(&self, role: super::link::Role) -> impl Iterator<Item = LinkIndex> + '_ {
        let links = &self.core.links;
        self.core.nodes[self.node.at()].incoming.iter().copied().filter(move |l| links[l.at()].spec.role == role)
    }

    /// The node at the far end.
    pub fn target(&self, link: LinkIndex) -> NodeIndex {
        self.core.links[link.at()].to
    }

    /// The node at the near end.
    pub fn source(&self, link: LinkIndex) -> NodeIndex {
        self.core.links[link.at()].from
    }

    /// Whether a link is still in the diagram.
    pub fn is_there(&self, link: LinkIndex) -> bool {
        !self.core.links[link.at()].removed
    }

    /// Whether this node works: one that has crashed can still be set.
    pub fn is_up(&self) -> bool {
        self.core.nodes[self.node.at()].up
    }

    /// Whom the caller of a job wanted.
    pub fn site(&self, job: JobKey) -> Site {
        let link = self.core.jobs[job].origin.map(|(_, link)| &self.core.links[link.at()]);
        match link {
            Some(l) if l.spec.rule.pick == super::link::Pick::One => Site::AnyOf(l.from, l.spec.rule.stage),
            _ => Site::Node(self.node),
        }
    }

    /// Attempts open on a link.
    pub fn open_attempts(&self, link: LinkIndex) -> u64 {
        self.core.links[link.at()].ledger.open
    }

    /// A link's weight beside others.
    pub fn weight(&self, link: LinkIndex) -> u32 {
        self.core.links[link.at()].spec.rule.weight
    }

    /// Whether a link takes an operation, by its rule.
    pub fn takes(&self, link: LinkIndex, message: &Message) -> bool {
        self.core.links[link.at()].spec.rule.when.takes(message.operation)
    }

    /// Which operations a link carries.
    pub fn carries(&self, link: LinkIndex) -> super::link::When {
        self.core.links[link.at()].spec.rule.when
    }

    /// The name that the node at a link's far end has where members are placed by hashes. Everybody who is linked to it knows it by this
    /// name, throughout the run; under another seed it is another, so that runs under several seeds show how placements vary.
    pub fn hash_name(&self, link: LinkIndex) -> u64 {
        mix(self.core.seed, self.core.nodes[self.target(link).at()].stream)
    }

    /// What chooses the run's hash function where keys are hashed: the same at all nodes, another under another seed.
    pub fn hash_seed(&self) -> u64 {
        mix(self.core.seed, 0x6d6f_6475)
    }

    /// Jobs present at this node.
    pub fn present(&self) -> u64 {
        self.core.nodes[self.node.at()].station.ledger.present
    }

    /// A generator for one draw of this node.
    pub fn rng(&self, purpose: Purpose, ordinal: u64) -> Draws {
        generator(self.core.seed, self.core.nodes[self.node.at()].stream, purpose, ordinal)
    }

    /// Calls over a link, for a job; the answer comes to [`Behaviour::answered`]. Calls of one job over one link differ in their
    /// operation, by which they have draws of their own.
    pub fn call(&mut self, job: JobKey, link: LinkIndex, message: Message, why: Why) {
        self.core.call(job, link, &message, (None, own_call(&message)), None, why);
    }

    /// Calls over a link and forgets about it.
    pub fn call_and_forget(&mut self, job: JobKey, link: LinkIndex, message: Message, why: Why) {
        self.core.call(job, link, &message, (Some(super::link::WaitFor::None), own_call(&message)), None, why);
    }

    /// Calls over a link, after so many attempts made before, and gives up after `timeout`, whatever the link says. The answer
    /// comes to [`Behaviour::answered`].
    pub fn call_again(&mut self, job: JobKey, link: LinkIndex, message: Message, timeout: SimDuration, attempts: u32, why: Why) {
        self.core.call(job, link, &message, (None, own_call(&message)), Some((timeout, attempts)), why);
    }

    /// A failure that arises here.
    pub fn fail(&self, reason: Reason) -> Outcome {
        Err(Failure::new(reason, self.node))
    }

    /// Answers before the work is done. Its end is then nobody's business but this node's.
    pub fn reply_now(&mut self, job: JobKey, outcome: Outcome) {
        let Some(back) = self.core.jobs[job].answer() else { return };
        // The work goes on, and so does its span.
        self.core.send_reply(Return { span: NO_SPAN, ..back }, outcome.map_err(Failure::as_answer));
        self.core.jobs[job].replied = true;
    }

    /// Shows in the story that a request which this node began waits here. Ends with its next call.
    pub fn lay_by(&mut self, job: JobKey, why: Why) {
        let (request, old, node) = (self.core.jobs[job].request, self.core.jobs[job].span, self.node);
        self.core.jobs[job].span = self.core.next_span(request, old, SpanKind::Queue, 0, node, 1, why);
    }

    /// Ends the wait that [`Ctx::lay_by`] began.
    pub fn take_up(&mut self, job: JobKey) {
        let (request, span) = (self.core.jobs[job].request, self.core.jobs[job].span);
        self.core.end_span(request, span, None);
        self.core.jobs[job].span = NO_SPAN;
    }

    /// Says why the current step of a job is as it is.
    pub fn explain(&mut self, job: JobKey, why: Why) {
        let (request, span) = (self.core.jobs[job].request, self.core.jobs[job].span);
        if let Some(story) = self.core.trace(request) {
            story.explain(span, why);
        }
    }

    /// Answers a job that is held, with the value it carries or with a failure. It leaves as an event of its own.
    pub fn answer(&mut self, job: JobKey, failed: Option<Reason>) {
        let now = self.core.now;
        self.core.queue.push(now, EventKind::Answer { job, failed });
    }

    /// Fires [`Behaviour::timer`] after a delay, unless the node crashes before.
    pub fn set_timer(&mut self, delay: SimDuration, token: u64) {
        let at = self.core.now + delay;
        let generation = self.core.nodes[self.node.at()].generation;
        self.core.queue.push(at, EventKind::Timer { node: self.node, generation, token });
    }

    /// Background work of the node itself, by a process of its own: after a wait it takes so long, longer on a slow host, and then
    /// [`Behaviour::timer`] is told, unless the node crashes before.
    pub fn set_background_work(&mut self, wait: SimDuration, work: SimDuration, token: u64) {
        let slow = self.core.nodes[self.node.at()].slow;
        self.set_timer(wait + if slow == 1.0 { work } else { work.scale(slow) }, token);
    }

    /// Sends control traffic over a link of this node, to the other end. Whether the link goes or comes is found out. A node
    /// that is down says nothing.
    pub fn send_signal(&mut self, link: LinkIndex, signal: B::Signal, bytes: u32) {
        if self.is_up() {
            let forward = self.core.links[link.at()].from == self.node;
            self.core.send_signal(link, forward, signal, bytes, false);
        }
    }

    /// Begins a request at this node. It calls this node's links by their rules. Its draws come from `ordinal`, which no other request of
    /// this node has. `note` is the client's own, and comes back in [`Ended`].
    pub fn begin_request(&mut self, message: Message, ordinal: u64, deadline: Option<SimDuration>, note: u32) {
        self.begin(message, ordinal, deadline, false, note);
    }

    /// Begins a request that no user waits for: a message handed on. `ordinal` is what its draws come from: a function of what is handed
    /// on, and not of how much else is. Returns its number in the run.
    pub fn begin_message(&mut self, message: Message, ordinal: u64) -> u64 {
        self.begin(message, ordinal, None, true, 0);
        self.core.requests_begun
    }

    fn begin(&mut self, message: Message, ordinal: u64, deadline: Option<SimDuration>, internal: bool, note: u32) {
        let now = self.core.now;
        let node = &mut self.core.nodes[self.node.at()];
        let draw_key = mix(node.stream, ordinal);
        let ledger = if internal { &mut node.messages } else { &mut node.requests };
        ledger.sent += 1;
        ledger.in_flight += 1;
        self.core.requests_begun += 1;
        self.core.requests_asked += u64::from(!internal);
        let id = self.core.requests_begun;
        let trace = self.core.record_traces.then(|| {
            let mut trace = self.core.spare.take(id, message, self.node, now);
            trace.begin(SpanKind::Call, NO_SPAN, now, self.node, 1, Why::NONE);
            trace
        });
        let parent_span = if trace.is_some() { 0 } else { NO_SPAN };
        let request: RequestKey = self.core.requests.insert(RequestState { id, start: now, internal, note, trace });
        let job = self.core.jobs.insert(Job {
            node: self.node,
            message,
            request,
            request_id: id,
            request_start: now,
            draw_key,
            origin: None,
            attempt: 1,
            arrived: now,
            holds_worker: false,
            service: Service::None,
            generation: 0,
            replied: false,
            last_call: CallKey::null(),
            stages: Default::default(),
            value: None,
            step: 0,
            parent_span,
            span: NO_SPAN,
        });
        // Its first step is an event of its own: a request begins before anything it causes.
        self.core.queue.push(now, EventKind::ServiceEnd { job, generation: 0 });
        if let Some(deadline) = deadline {
            self.core.queue.push_after(now, deadline, EventKind::Deadline(job));
        }
    }

    /// Something worth a mark on the canvas.
    pub fn notice(&mut self, about: Option<NodeIndex>, what: &'static str, good: bool) {
        let notice = Observation::Notice { at: self.core.now, node: self.node, about, what, good };
        self.core.observations.push(notice);
    }
}

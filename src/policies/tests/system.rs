//! A client and a server of no kind, to put policies between them and before them.

use std::marker::PhantomData;

use crate::engine::behaviour::{Behaviour, Ctx, Ended, Next};
use crate::engine::call_policy::CallPolicy;
use crate::engine::link::{AttemptLedger, Link, LinkSpec, Pick, Role, Rule, WaitFor, When};
use crate::engine::station::{Discipline, JobLedger, StationSpec};
use crate::engine::station_policy::StationPolicy;
use crate::engine::under_way::Job;
use crate::engine::{Distribution, JobKey, LinkIndex, Message, NodeIndex, Operation, Outcome, Reason, SimDuration, SimTime, World};

/// Begins requests, or serves them.
#[derive(Clone, Debug)]
pub struct Plain<C, S> {
    /// Requests to begin, one after each interval.
    begins: u32,
    every: SimDuration,
    deadline: Option<SimDuration>,
    /// Requests served at once; `None` is all.
    workers: Option<u32>,
    time: SimDuration,
    /// Jobs that were asked about last of all.
    pub admitted: u32,
    /// Whether it lets none in.
    pub closed: bool,
    /// What it served, in order: the ordinals of requests.
    pub served: Vec<u64>,
    policies: PhantomData<(C, S)>,
}

impl<C: CallPolicy, S: StationPolicy> Behaviour for Plain<C, S> {
    type Shared = ();
    type Signal = ();
    type CallPolicies = C;
    type StationPolicies = S;

    fn station(&self) -> StationSpec {
        StationSpec { workers: self.workers, discipline: Discipline::Fifo }
    }
    fn start(&mut self, ctx: &mut Ctx<'_, Self>) {
        if self.begins > 0 {
            ctx.set_timer(SimDuration::ZERO, 0);
        }
    }
    fn crash(&mut self, _: &mut Ctx<'_, Self>) {}
    fn lose_disk(&mut self, _: &mut Ctx<'_, Self>) {}
    fn timer(&mut self, ctx: &mut Ctx<'_, Self>, ordinal: u64) {
        let message = Message {
            operation: Operation::Read,
            key: ordinal,
            client: ctx.node,
            user: 0,
            priority: 0,
            request_bytes: 100,
            reply_bytes: 100,
            value: None,
        };
        ctx.begin_request(message, ordinal, self.deadline, 0);
        if ordinal + 1 < u64::from(self.begins) {
            ctx.set_timer(self.every, ordinal + 1);
        }
    }
    fn admit(&mut self, _: &mut Ctx<'_, Self>, _: JobKey) -> Result<(), Reason> {
        self.admitted += 1;
        match self.closed {
            true => Err(Reason::Unavailable),
            false => Ok(()),
        }
    }
    fn service_time(&mut self, _: &mut Ctx<'_, Self>, _: JobKey, _: u32) -> SimDuration {
        self.time
    }
    fn begun(&mut self, _: &mut Ctx<'_, Self>, _: JobKey) -> Next {
        Next::Stages
    }
    fn keeps(&self, _: &Job) -> bool {
        false
    }
    fn served(&mut self, ctx: &mut Ctx<'_, Self>, job: JobKey) -> Next {
        self.served.push(ctx.job(job).message.key);
        Next::Reply(Ok(None))
    }
    fn answered(&mut self, _: &mut Ctx<'_, Self>, _: JobKey, _: LinkIndex, outcome: Outcome) -> Next {
        Next::Reply(outcome)
    }
    fn answered_late(&mut self, _: &mut Ctx<'_, Self>, _: LinkIndex, _: u64, _: u32) {}
    fn stages_done(&mut self, _: &mut Ctx<'_, Self>, _: JobKey, outcome: Outcome) -> Next {
        Next::Reply(outcome)
    }
    fn signal(&mut self, _: &mut Ctx<'_, Self>, _: LinkIndex, (): ()) {}
    fn refused(&mut self, _: &mut Ctx<'_, Self>, _: LinkIndex, (): ()) {}
    fn ended(&mut self, _: &mut Ctx<'_, Self>, _: Ended) -> bool {
        false
    }
}

/// A client that begins so many requests, one every so many ms, and a server with so many workers, which takes so many ms for each.
pub struct System<C: CallPolicy, S: StationPolicy> {
    /// The world: the client is node 0, the server node 1, between them is link 0.
    pub world: World<Plain<C, S>>,
}

/// What a system is made of.
pub struct Setup<C, S> {
    /// Requests to begin.
    pub begins: u32,
    /// In ms.
    pub every: u64,
    /// In ms.
    pub deadline: Option<u64>,
    /// Of the server.
    pub workers: Option<u32>,
    /// Of a service, in ms.
    pub time: u64,
    /// What surrounds calls.
    pub calls: C,
    /// What guards the server.
    pub guards: S,
}

impl<C: CallPolicy, S: StationPolicy> Default for Setup<C, S> {
    fn default() -> Self {
        Setup { begins: 5, every: 0, deadline: None, workers: None, time: 1000, calls: C::default(), guards: S::default() }
    }
}

impl<C: CallPolicy, S: StationPolicy> Setup<C, S> {
    /// Builds and starts it.
    pub fn start(self) -> System<C, S> {
        let mut world = World::new(1);
        let plain = Plain {
            begins: 0,
            every: SimDuration::from_millis(self.every),
            deadline: self.deadline.map(SimDuration::from_millis),
            workers: self.workers,
            time: SimDuration::from_millis(self.time),
            admitted: 0,
            closed: false,
            served: Vec::new(),
            policies: PhantomData,
        };
        let client = world.add_node(1, Plain { begins: self.begins, ..plain.clone() }, S::default());
        let server = world.add_node(2, plain, self.guards);
        world.add_link(Link::new(7, client, server, at_once(), self.calls));
        world.start(client);
        System { world }
    }
}

/// A link that takes no time.
fn at_once() -> LinkSpec {
    let rule =
        Rule { when: When::Any, probability: 1.0, count: 1, stage: 1, pick: Pick::Every, weight: 1, wait_for: WaitFor::All, need: 1 };
    LinkSpec {
        role: Role::Call,
        latency: Distribution::constant(0.0),
        return_latency: Distribution::constant(0.0),
        distance: SimDuration::ZERO,
        jitter: SimDuration::ZERO,
        bandwidth_bps: None,
        loss: 0.0,
        retransmission: None,
        rule,
        connections: None,
        handshake_round_trips: 0,
    }
}

impl<C: CallPolicy, S: StationPolicy> System<C, S> {
    /// Runs up to this moment, in ms.
    pub fn run(&mut self, until: u64) {
        let until = SimTime(until * 1_000_000);
        while self.world.step(until) {}
        let client = &self.world.core.nodes[0];
        assert!(self.attempts().balanced() && self.jobs().balanced() && client.requests.balanced());
    }

    /// Requests that ended well, and those that failed, by reason.
    pub fn ended(&self) -> (u64, Vec<(Reason, u64)>) {
        let requests = &self.world.core.nodes[0].requests;
        (requests.ok, requests.failed.iter().collect())
    }

    /// The books of the link.
    pub fn attempts(&self) -> AttemptLedger {
        self.world.core.links[0].ledger
    }

    /// The books of the server.
    pub fn jobs(&self) -> JobLedger {
        self.world.core.nodes[1].station.ledger
    }

    /// What surrounds the calls.
    pub fn calls(&mut self) -> &mut C {
        &mut self.world.core.links[0].policies
    }

    /// What guards the server.
    pub fn guards(&mut self) -> &mut S {
        &mut self.world.core.nodes[SERVER.at()].guards
    }

    /// The server.
    pub fn server(&mut self) -> &mut Plain<C, S> {
        &mut self.world.behaviours[SERVER.at()]
    }
}

/// The client.
pub const CLIENT: NodeIndex = NodeIndex(0);
/// The server.
pub const SERVER: NodeIndex = NodeIndex(1);

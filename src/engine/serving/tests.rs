//! Stations apart from any kind: a behaviour of its own, with one worker and no line.

use super::super::behaviour::{Behaviour, Ctx, Ended, Next};
use super::super::distribution::Distribution;
use super::super::ids::{JobKey, LinkIndex, NodeIndex};
use super::super::link::{Link, LinkSpec, Pick, Role, Rule, WaitFor, When};
use super::super::request::{Message, Operation, Outcome, Reason};
use super::super::station::{Discipline, StationSpec};
use super::super::time::{SimDuration, SimTime};
use super::super::under_way::Job;
use super::super::world::World;
use crate::policies::Policies;

/// Begins some requests at once, or spends a token on each that comes in.
#[derive(Clone, Debug)]
struct Plain {
    begins: u64,
    spent: u64,
}

impl Behaviour for Plain {
    type Shared = ();
    type Signal = ();
    type Policies = Policies;

    fn station(&self) -> StationSpec {
        StationSpec { workers: Some(1), queue_limit: Some(0), discipline: Discipline::Fifo }
    }
    fn start(&mut self, ctx: &mut Ctx<'_, Self>) {
        for ordinal in 0..self.begins {
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
            ctx.begin_request(message, ordinal, None, 0);
        }
    }
    fn crash(&mut self, _: &mut Ctx<'_, Self>) {}
    fn lose_disk(&mut self, _: &mut Ctx<'_, Self>) {}
    fn timer(&mut self, _: &mut Ctx<'_, Self>, _: u64) {}
    fn admit(&mut self, _: &mut Ctx<'_, Self>, _: JobKey) -> Result<(), Reason> {
        self.spent += 1;
        Ok(())
    }
    fn service_time(&mut self, _: &mut Ctx<'_, Self>, _: JobKey, _: u32) -> SimDuration {
        SimDuration::from_millis(1000)
    }
    fn begun(&mut self, _: &mut Ctx<'_, Self>, _: JobKey) -> Next {
        Next::Stages
    }
    fn keeps(&self, _: &Job) -> bool {
        false
    }
    fn served(&mut self, _: &mut Ctx<'_, Self>, _: JobKey) -> Next {
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

/// A link that takes no time.
fn link(from: NodeIndex, to: NodeIndex) -> Link<Policies> {
    let rule =
        Rule { when: When::Any, probability: 1.0, count: 1, stage: 1, pick: Pick::Every, weight: 1, wait_for: WaitFor::All, need: 1 };
    let zero = SimDuration::ZERO;
    let spec = LinkSpec {
        role: Role::Call,
        latency: Distribution::constant(0.0),
        return_latency: Distribution::constant(0.0),
        distance: zero,
        jitter: zero,
        bandwidth_bps: None,
        loss: 0.0,
        retransmission: None,
        rule,
        connections: None,
        handshake_round_trips: 0,
    };
    Link::new(7, from, to, spec, Policies::default())
}

#[test]
fn nothing_is_spent_on_a_job_that_the_station_turns_away() {
    let mut world: World<Plain> = World::new(1);
    let client = world.add_node(1, Plain { begins: 5, spent: 0 });
    let server = world.add_node(2, Plain { begins: 0, spent: 0 });
    world.add_link(link(client, server));
    world.start(client);
    while world.step(SimTime::from_secs_f64(3.0)) {}
    let ledger = world.core.nodes[server.at()].station.ledger;
    assert_eq!((ledger.arrived, ledger.rejected, ledger.completed), (5, 4, 1));
    assert_eq!(world.behaviours[server.at()].spent, 1);
    assert_eq!(world.core.nodes[client.at()].requests.failed.iter().collect::<Vec<_>>(), [(Reason::QueueFull, 4)]);
}

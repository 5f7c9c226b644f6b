//! Worker: takes messages from a queue, does the work, and acknowledges.
//!
//! ```text
//!   queue ──► [m][m] ──► (w)(w)(w) ──► links, stage by stage ──► acknowledge
//!     ▲                                                              │
//!     └──────────────────────────────────────────────────────────────┘
//! ```
//! Messages are pushed up to a prefetch limit, as AMQP's `basic.qos` has it, or asked for one by one at an interval, as in SQS's
//! short polling. Knows nothing of how the queue keeps them.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;
use smallvec::smallvec;

use super::model::Model;
use super::running::{Running, State};
use super::signal::{Delivery, Signal};
use super::{Component, Gauge, Gauges, Group, Headline, Kind, Part, View};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::Purpose;
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, LinkIndex, Outcome, Reason, SimDuration, SimTime};
use crate::{choice, params};

choice! {
    /// How messages come.
    pub enum How {
        Push = "push" "Push: the queue sends what there is",
        Pull = "pull" "Pull: ask for one message after the other",
    }
}

choice! {
    /// When a message is acknowledged.
    pub enum Acknowledge {
        After = "after" "After the work: at least once",
        Receipt = "receipt" "On receipt: at most once",
    }
}

params! {
    /// What a worker is set to.
    pub struct Params {
        workers: u32 = 4, Int { min: 1, max: 1000 }, "Workers", "", "Messages worked on at once. A worker is held while its message waits for a dependency.";
        service_time: Distribution = Distribution::exponential(20.0), Law, "Service time", "ms", "The worker's own work on a message, without its dependencies.";
        delivery: How = How::Push, Choice(How::OPTIONS), "Delivery", "", "Pushed messages come without delay. Asking puts the worker in charge, and makes it wait up to an interval when the queue was empty.";
        prefetch: u32 = 4, Int { min: 1, max: 10_000 }, "Prefetch", "messages", "Messages that may be here at once. Fewer than the workers leaves some idle; more makes messages wait here, out of reach of other workers, while their visibility timeout runs. A message whose timeout ran out counts until it is dealt with.", when "delivery" in ["push"];
        poll_interval: SimDuration = SimDuration::from_millis(200), Duration { min_ms: 1.0, max_ms: 600_000.0 }, "Poll interval", "ms", "How long a free worker waits after the queue was empty before it asks again.", when "delivery" in ["pull"];
        acknowledge: Acknowledge = Acknowledge::After, Choice(Acknowledge::OPTIONS), "Acknowledge", "", "After the work, a crash means that the message is worked on again. On receipt, a crash or failure loses it.";
        price_per_hour: f64 = 0.1, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million messages.";
    }
}

/// Subscriptions are renewed, and lost questions forgotten, this often.
const RENEW: SimDuration = SimDuration::from_millis(1000);
/// Size of a subscription or a question on the wire.
const SIGNAL_BYTES: u32 = 100;

const RENEW_TIMER: u64 = 0;
const WAKE_TIMER: u64 = 1;
const DONE_TIMER: u64 = 2;

/// A running worker.
pub type Worker = Running<Volatile>;

/// What a worker has: all of it in memory.
#[derive(Clone, Debug)]
pub struct Volatile;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Questions without an answer: over which link, since when.
    asked: VecDeque<(LinkIndex, SimTime)>,
    /// Workers that wait before they ask again.
    sleeping: u32,
    /// What came over each link and is not dealt with.
    holding: FxHashSet<(LinkIndex, Delivery)>,
    /// Which of its queues is asked next, by its place among them.
    turn: u32,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    done: u64,
    failed: u64,
}

impl State for Volatile {
    type Params = Params;
    type Memory = Memory;
    type Disk = ();
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }
}

/// A message at this worker: over which link it came, and which delivery it is.
fn held(ctx: &Ctx<'_, Component>, job: JobKey) -> Option<(LinkIndex, Delivery)> {
    let job = ctx.job(job);
    job.origin.map(|(_, link)| (link, (job.request_id, job.attempt)))
}

impl Worker {
    fn subscribe(&self, ctx: &mut Ctx<'_, Component>, prefetch: u32) {
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.incoming(Role::Delivery).collect();
        for link in links {
            let mut holding: Vec<Delivery> = self.memory.holding.iter().filter(|(over, _)| *over == link).map(|(_, d)| *d).collect();
            holding.sort_unstable();
            ctx.send_signal(link, Signal::Subscribe { prefetch, holding: holding.into() }, SIGNAL_BYTES);
        }
    }

    /// Lets every free worker ask for a message.
    fn ask(&mut self, ctx: &mut Ctx<'_, Component>) {
        if self.params.delivery != How::Pull {
            return;
        }
        let links: smallvec::SmallVec<[LinkIndex; 4]> = ctx.incoming(Role::Delivery).collect();
        if links.is_empty() {
            return;
        }
        let now = ctx.now();
        while ctx.present() + self.memory.asked.len() as u64 + u64::from(self.memory.sleeping) < u64::from(self.params.workers) {
            let place = self.memory.turn as usize % links.len();
            self.memory.turn = place as u32 + 1;
            let link = links[place];
            self.memory.asked.push_back((link, now));
            ctx.send_signal(link, Signal::Poll, SIGNAL_BYTES);
        }
    }

    fn answered_over(&mut self, link: LinkIndex) -> bool {
        let place = self.memory.asked.iter().position(|(l, _)| *l == link);
        place.and_then(|p| self.memory.asked.remove(p)).is_some()
    }

    /// The message is dealt with; its worker is free as soon as this event is over.
    fn finish(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, outcome: Outcome) -> Next {
        if let Some(held) = held(ctx, job) {
            self.memory.holding.remove(&held);
        }
        match outcome {
            Ok(_) => self.books.done += 1,
            Err(_) => self.books.failed += 1,
        }
        if self.params.delivery == How::Pull {
            // Work that fails in no time is no reason to ask again in no time, and so on for ever.
            let at_once = outcome.is_err() && ctx.now() == ctx.job(job).arrived;
            self.memory.sleeping += u32::from(at_once);
            match at_once {
                true => ctx.set_timer(self.params.poll_interval, WAKE_TIMER),
                false => ctx.set_timer(SimDuration::ZERO, DONE_TIMER),
            }
        }
        Next::Reply(outcome)
    }
}

impl Part for Worker {
    const KIND: Kind = Kind {
        id: "worker",
        label: "Worker",
        icon: "wrench",
        group: Group::Compute,
        summary: "Takes messages from a queue, does the work they ask for, and acknowledges them",
        begins: &[Role::Call],
        ends: &[Role::Delivery],
        rules: super::Rules::Stages,
        specs: Params::specs,
        has_members: true,
        telling: &[],
        theory: |_| Model::default(),
        has_station: true,
        can_flush: false,
        headline: Headline::Rate,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        self.params = Params::from_values(values);
        if !ctx.is_up() {
            return;
        }
        let prefetch = if self.params.delivery == How::Push { self.params.prefetch } else { 0 };
        self.subscribe(ctx, prefetch);
        self.ask(ctx);
    }

    fn gauges(&self, _: &View<'_>) -> Gauges {
        smallvec![
            Gauge::total("done", "done", self.books.done as f64, "messages"),
            Gauge::total("failed_work", "failed", self.books.failed as f64, "messages"),
        ]
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        StationSpec { workers: Some(self.params.workers), discipline: Discipline::Fifo }
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.timer(ctx, RENEW_TIMER);
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        match token {
            RENEW_TIMER => {
                let now = ctx.now();
                // A question or its answer may be lost; a new link is found here too.
                self.memory.asked.retain(|(_, since)| now.since(*since) < RENEW);
                if self.params.delivery == How::Push {
                    self.subscribe(ctx, self.params.prefetch);
                }
                ctx.set_timer(RENEW, RENEW_TIMER);
            }
            WAKE_TIMER => self.memory.sleeping = self.memory.sleeping.saturating_sub(1),
            _ => {}
        }
        self.ask(ctx);
    }

    fn admit(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Result<(), Reason> {
        if let Some((_, link)) = ctx.job(job).origin {
            self.answered_over(link);
        }
        if self.params.acknowledge == Acknowledge::Receipt {
            ctx.reply_now(job, Ok(None));
        } else {
            self.memory.holding.extend(held(ctx, job));
        }
        Ok(())
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        self.params.service_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key))
    }

    fn stages_done(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, outcome: Outcome) -> Next {
        self.finish(ctx, job, outcome)
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, SIGNAL_BYTES),
            Signal::Empty if self.answered_over(link) => {
                self.memory.sleeping += 1;
                ctx.set_timer(self.params.poll_interval, WAKE_TIMER);
            }
            _ => {}
        }
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, inflict, run, to, Bench};
    use crate::diagram::Fault;
    use serde_json::{json, Value};
    use std::collections::BTreeMap;

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("p", "clients", json!({"rate_per_s": 60, "read_percent": 0, "high_priority_percent": 30})),
                ("q", "queue", json!({"visibility_timeout": 1000, "redelivery_delay": 100})),
                ("it", "worker", json!({"workers": 2, "service_time": exponential(40.0)})),
                ("d", "database", json!({"workers": 1, "connections": 1, "write_time": exponential(30.0)})),
            ],
            links: vec![("p", "q", json!({})), ("q", "it", json!({})), ("it", "d", json!({}))],
            needs: |_| Vec::new(),
            crashes: &["it"],
        }
    }

    /// What the queue says after so many producers a second, a crash of the worker at 2 s, and its return.
    fn after(per_s: f64, worker: Value) -> (BTreeMap<&'static str, f64>, BTreeMap<&'static str, f64>) {
        let producers = json!({"rate_per_s": per_s, "read_percent": 0, "keys": 100});
        let nodes = [("p", "clients", producers), ("q", "queue", json!({})), ("w", "worker", worker)];
        let mut experiment = run(&document(&nodes, &[("p", "q", json!({})), ("q", "w", json!({}))]), 2.0);
        inflict(&mut experiment, Fault::Crash { node: "w".into() });
        inflict(&mut experiment, Fault::Restart { node: "w".into() });
        to(&mut experiment, 60.0);
        inflict(&mut experiment, Fault::Cut { link: "p-q".into() });
        to(&mut experiment, 62.0);
        let report = experiment.report();
        (report.nodes["q"].more.clone(), report.nodes["w"].more.clone())
    }

    #[test]
    fn asking_waits_half_an_interval_on_average() {
        let (q, _) = after(5.0, json!({"delivery": "pull", "workers": 1, "poll_interval": 100, "service_time": constant(0.0)}));
        // From one question to the next: the interval, and there and back. Then there and back once more for message and acknowledgement.
        let expected = (100.0 + 0.2) / 2.0 + 0.2;
        assert!((q["mean_age_ms"] - expected).abs() < 7.0, "{} instead of {expected}", q["mean_age_ms"]);
        assert_eq!(q["acknowledged"], q["stored"]);
    }

    #[test]
    fn pulling_keeps_all_workers_busy_when_there_is_enough_to_do() {
        let (q, w) = after(150.0, json!({"delivery": "pull", "workers": 4, "service_time": constant(20.0)}));
        assert_eq!((q["acknowledged"], q["stored"]), (w["done"], q["stored"]));
        assert!(q["mean_age_ms"] < 150.0, "{q:?}");
    }

    #[test]
    fn acknowledging_on_receipt_loses_what_a_crash_interrupts() {
        let worker = |when: &str| json!({"acknowledge": when, "service_time": constant(100.0), "workers": 10, "prefetch": 10});
        let (late, early) = (after(60.0, worker("after")), after(60.0, worker("receipt")));
        assert_eq!((late.0["acknowledged"], late.0["stored"]), (late.1["done"], late.1["done"]));
        let lost = early.0["acknowledged"] - early.1["done"];
        assert!(early.0["redeliveries"] == 0.0 && (1.0..=20.0).contains(&lost), "{lost}");
    }
}

//! Queue: a message broker. It stores a message, tells the producer, and hands it to a consumer until one acknowledges it.
//!
//! ```text
//!   producer ──► store ──► [m][m][m] ──► consumer        each message to one of them
//!       ◄── stored           ▲     └───► consumer
//!                            └── not acknowledged in time, refused, failed: again
//! ```
//! Delivery at least once, as in Amazon SQS (visibility timeout, receive count, dead letters) and AMQP 0-9-1 (prefetch, competing
//! consumers). Each message is a request of its own: stored = acknowledged + dead + lost + held.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use smallvec::smallvec;

use super::model::Model;
use super::running::{Running, State};
use super::signal::{Delivery, Signal};
use super::{Component, Gauge, Gauges, Group, Headline, Kind, Part, View};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::random::Purpose;
use crate::engine::under_way::Job;
use crate::engine::{Distribution, Failure, JobKey, LinkIndex, Message, Outcome, Reason, SimDuration, SimTime, Why};
use crate::{choice, params};

choice! {
    /// Which message is next.
    pub enum Order {
        Fifo = "fifo" "First in, first out",
        Priority = "priority" "High priority first",
    }
}

params! {
    /// What a queue is set to.
    pub struct Params {
        capacity: u32 = 1000, Int { min: 1, max: 1_000_000 }, "Capacity", "messages", "Messages that it holds at most, those being worked on included. A full queue refuses more: \"queue full\".";
        order: Order = Order::Fifo, Choice(Order::OPTIONS), "Order", "", "Which message is delivered next. Clients say which requests have high priority.";
        store_time: Distribution = Distribution::constant(1.0), Law, "Store time", "ms", "Until a message is stored and its producer is told. The producer does not wait for the work.";
        durable: bool = true, Bool, "Durable", "", "Messages outlive a crash of the queue. Storing one then takes the flush time more.";
        flush_time: SimDuration = SimDuration::from_millis(2), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Flush time", "ms", "Time to make a message durable.", when "durable" in ["true"];
        visibility_timeout: SimDuration = SimDuration::from_millis(5000), Duration { min_ms: 1.0, max_ms: 86_400_000.0 }, "Visibility timeout", "ms", "How long a consumer may take to acknowledge a message, its way there included. After that it is delivered again, even if the first consumer is still at it.";
        redelivery_delay: SimDuration = SimDuration::from_millis(1000), Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Redelivery delay", "ms", "Wait before a message that a consumer failed to process is delivered again.";
        max_deliveries: u32 = 5, Int { min: 1, max: 1000 }, "Deliveries", "", "How often a message is delivered at most. Then it is a dead letter, and set aside.";
        price_per_hour: f64 = 0.02, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.4, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million messages.";
    }
}

/// A consumer not heard from for so long gets nothing; they renew their subscription every second.
const LEASE: SimDuration = SimDuration::from_millis(3500);

/// A delivery that is overdue for so long, and that its consumer does not list, never came there, or was answered unheard.
const UNHEARD: SimDuration = SimDuration::from_millis(1000);

/// What an acknowledgement has, on the wire.
const ACKNOWLEDGEMENT_BYTES: u32 = 100;

/// Which line a message waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Usual,
    High,
}

/// A message that is held.
#[derive(Clone, Copy, Debug)]
struct Held {
    job: JobKey,
    stored: SimTime,
    deliveries: u32,
    class: Class,
}

/// Who takes messages over a link.
#[derive(Clone, Debug)]
struct Consumer {
    link: LinkIndex,
    /// Most messages that it takes without being asked before it has dealt with any.
    prefetch: u32,
    /// Deliveries that it has not dealt with, and since when its time for one is over. As in AMQP room comes back by its answer, and not by
    /// the clock of the queue: a message that it still has is in its way, whoever else has been given it meanwhile.
    out: FxHashMap<Delivery, Option<SimTime>>,
    heard: SimTime,
}

impl Consumer {
    fn has_room(&self) -> bool {
        (self.out.len() as u64) < u64::from(self.prefetch)
    }
}

/// A running queue.
pub type Queue = Running<Broker>;

/// What a queue has. Messages are on its disk, if it is durable; who takes them, and in what order, it finds out anew.
#[derive(Clone, Debug)]
pub struct Broker;

/// What its process knows.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Numbers of those to be delivered, by class.
    ready: [VecDeque<u64>; 2],
    consumers: Vec<Consumer>,
    /// Whose turn it is.
    turn: u32,
}

/// What it has stored.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Held messages by number, from `first` on; those that have gone leave a gap until they are the first.
    messages: VecDeque<Option<Held>>,
    held: u64,
}

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Number of the first message that may be held: no number is given twice.
    first: u64,
    stored: u64,
    acknowledged: u64,
    /// Time from storing to acknowledgement, summed over those acknowledged, in ns.
    age_sum: u128,
    redeliveries: u64,
    dead: u64,
}

impl State for Broker {
    type Params = Params;
    type Memory = Memory;
    type Disk = Disk;
    type Books = Books;

    fn memory(_: &Params) -> Memory {
        Memory::default()
    }

    fn is_durable(params: &Params) -> bool {
        params.durable
    }
}

/// Whether a failed delivery means that the consumer itself is down: its host says so, and not the consumer.
fn is_down(failure: Failure) -> bool {
    !failure.answered && matches!(failure.reason, Reason::Refused | Reason::Reset)
}

impl Queue {
    fn backlog(&self) -> usize {
        self.memory.ready.iter().map(VecDeque::len).sum()
    }

    fn get(&mut self, id: u64) -> Option<&mut Held> {
        self.disk.messages.get_mut(id.checked_sub(self.books.first)? as usize)?.as_mut()
    }

    /// The number of a job's message, which the job notes in part.
    fn number(&self, job: &Job) -> u64 {
        self.books.first + u64::from(job.step.wrapping_sub(self.books.first as u32))
    }

    fn class_of(&self, message: &Message) -> Class {
        match self.params.order == Order::Priority && message.priority > 0 {
            true => Class::High,
            false => Class::Usual,
        }
    }

    /// Puts a message up for delivery, before those that came after it: one that comes back has its old place.
    fn offer(&mut self, ctx: &mut Ctx<'_, Component>, id: u64, why: Why) {
        let Some(held) = self.get(id).copied() else { return };
        let line = &mut self.memory.ready[held.class as usize];
        let place = line.partition_point(|other| *other < id);
        line.insert(place, id);
        ctx.lay_by(held.job, why);
    }

    /// Puts those that are held into the lines of the order that is set now.
    fn sort_anew(&mut self, ctx: &Ctx<'_, Component>) {
        let mut waiting: Vec<u64> = self.memory.ready.iter_mut().flat_map(|line| line.drain(..)).collect();
        waiting.sort_unstable();
        for place in 0..self.disk.messages.len() {
            let Some(job) = self.disk.messages[place].map(|m| m.job).filter(|job| ctx.has_job(*job)) else { continue };
            let class = self.class_of(&ctx.job(job).message);
            if let Some(held) = &mut self.disk.messages[place] {
                held.class = class;
            }
        }
        for id in waiting {
            let class = self.get(id).map_or(Class::Usual, |held| held.class);
            self.memory.ready[class as usize].push_back(id);
        }
    }

    fn next_ready(&mut self) -> Option<u64> {
        self.memory.ready.iter_mut().rev().find_map(VecDeque::pop_front)
    }

    /// Sends messages to the consumers that take them, in turn.
    fn dispatch(&mut self, ctx: &mut Ctx<'_, Component>) {
        let now = ctx.now();
        while self.backlog() > 0 {
            let n = self.memory.consumers.len();
            let takes = |c: &Consumer| c.has_room() && now.since(c.heard) <= LEASE && ctx.is_there(c.link);
            let Some(place) = (0..n).map(|i| (self.memory.turn as usize + i) % n).find(|i| takes(&self.memory.consumers[*i])) else {
                return;
            };
            self.memory.turn = ((place + 1) % n) as u32;
            let (link, Some(id)) = (self.memory.consumers[place].link, self.next_ready()) else { return };
            self.deliver(ctx, id, link);
        }
    }

    fn deliver(&mut self, ctx: &mut Ctx<'_, Component>, id: u64, link: LinkIndex) {
        let timeout = self.params.visibility_timeout;
        let Some(held) = self.get(id) else { return };
        held.deliveries += 1;
        let (job, deliveries) = (held.job, held.deliveries);
        if deliveries > 1 {
            self.books.redeliveries += 1;
        }
        let delivery = (ctx.job(job).request_id, deliveries);
        if let Some(consumer) = self.consumer(link) {
            consumer.out.insert(delivery, None);
        }
        ctx.take_up(job);
        let message = Message { reply_bytes: ACKNOWLEDGEMENT_BYTES, ..ctx.job(job).message };
        let why = Why::with("delivery {a} of at most {b}", u64::from(deliveries), u64::from(self.params.max_deliveries));
        ctx.call_again(job, link, message, timeout, deliveries - 1, why);
    }

    /// A message is no longer held.
    fn forget(&mut self, id: u64) {
        let Some(place) = id.checked_sub(self.books.first) else { return };
        if let Some(slot) = self.disk.messages.get_mut(place as usize) {
            self.disk.held -= u64::from(slot.take().is_some());
        }
        while self.disk.messages.front().is_some_and(Option::is_none) {
            self.disk.messages.pop_front();
            self.books.first += 1;
        }
    }

    fn consumer(&mut self, link: LinkIndex) -> Option<&mut Consumer> {
        self.memory.consumers.iter_mut().find(|c| c.link == link)
    }

    /// A consumer subscribes, or does so again.
    fn heard(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, prefetch: u32, holding: &[Delivery]) {
        let now = ctx.now();
        match self.consumer(link) {
            Some(known) => {
                (known.prefetch, known.heard) = (prefetch, now);
                // What is long overdue and not with the consumer was lost on its way there, or its answer on the way back.
                let lost = |out: &Delivery, since: SimTime| now.since(since) > UNHEARD && holding.binary_search(out).is_err();
                known.out.retain(|out, over| over.is_none_or(|since| !lost(out, since)));
            }
            None => {
                // What it was given before a crash of the queue is in its way all the same.
                let out = holding.iter().map(|delivery| (*delivery, Some(now))).collect();
                self.memory.consumers.push(Consumer { link, prefetch, out, heard: now });
            }
        }
        let there: smallvec::SmallVec<[LinkIndex; 16]> = ctx.outgoing(Role::Delivery).collect();
        self.memory.consumers.retain(|c| there.contains(&c.link));
    }
}

impl Part for Queue {
    const KIND: Kind = Kind {
        id: "queue",
        label: "Queue",
        icon: "inbox",
        group: Group::Compute,
        summary: "Stores messages, answers at once, and hands each to one of its workers until it is acknowledged",
        begins: &[Role::Delivery],
        ends: &[Role::Call],
        rules: super::Rules::None,
        specs: Params::specs,
        has_members: false,
        telling: &[],
        theory: |_| Model::default(),
        has_station: false,
        can_flush: false,
        headline: Headline::FirstGauge,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let order = self.params.order;
        self.params = Params::from_values(values);
        if self.params.order != order {
            self.sort_anew(ctx);
        }
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        // While it is down nobody has been given any.
        let backlog = if view.core.nodes[view.node.at()].up { self.backlog() as u64 } else { self.disk.held };
        let oldest = self.disk.messages.iter().flatten().next().map_or(0, |m| view.core.now.since(m.stored).0 / 1_000_000);
        let (age_sum, acknowledged) = (self.books.age_sum as f64 / 1e6, self.books.acknowledged as f64);
        smallvec![
            Gauge::level("backlog", "in backlog", backlog as f64, ""),
            Gauge::level("unacknowledged", "unacknowledged", (self.disk.held - backlog.min(self.disk.held)) as f64, ""),
            Gauge::level("oldest_ms", "oldest message", oldest as f64, "ms"),
            Gauge::ratio("mean_age_ms", "stored to acknowledged", (age_sum, acknowledged), "ms"),
            Gauge::total("redeliveries", "redelivered", self.books.redeliveries as f64, ""),
            Gauge::total("dead_letters", "dead letters", self.books.dead as f64, ""),
            Gauge::result("stored", self.books.stored as f64),
            Gauge::result("acknowledged", acknowledged),
            Gauge::result("age_sum_ms", age_sum),
        ]
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        for place in 0..self.disk.messages.len() {
            if let Some(held) = self.disk.messages[place].filter(|held| ctx.has_job(held.job)) {
                self.memory.ready[held.class as usize].push_back(self.books.first + place as u64);
            }
        }
    }

    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        // In a queue that is not durable, or taken out of the diagram, they are gone by now.
        for held in self.disk.messages.iter().flatten() {
            if ctx.has_job(held.job) {
                ctx.lay_by(held.job, Why::plain("kept through the crash of the queue"));
            }
        }
    }

    fn wiped(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.first += self.disk.messages.len() as u64;
        for held in self.disk.messages.iter().flatten() {
            if ctx.has_job(held.job) {
                ctx.answer(held.job, Some(Reason::Reset));
            }
        }
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, id: u64) {
        self.offer(ctx, id, Why::plain("waits to be delivered again"));
        self.dispatch(ctx);
    }

    fn admit(&mut self, ctx: &mut Ctx<'_, Component>, _: JobKey) -> Result<(), Reason> {
        // Those that are being stored have a place already.
        match self.disk.held + ctx.present() < u64::from(self.params.capacity) {
            true => Ok(()),
            false => Err(Reason::QueueFull),
        }
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, _: u32) -> SimDuration {
        let own = self.params.store_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key));
        if self.params.durable {
            own + self.params.flush_time
        } else {
            own
        }
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        self.books.stored += 1;
        self.disk.held += 1;
        let message = ctx.job(job).message;
        let number = ctx.begin_message(message, ctx.job(job).draw_key);
        ctx.explain(job, Why::with("stored; goes on as request {a}, {b} held", number, self.disk.held));
        Next::Reply(Ok(None))
    }

    fn begun(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let id = self.books.first + self.disk.messages.len() as u64;
        ctx.job_mut(job).step = id as u32;
        let class = self.class_of(&ctx.job(job).message);
        self.disk.messages.push_back(Some(Held { job, stored: ctx.now(), deliveries: 0, class }));
        let ahead = self.backlog() as u64;
        self.offer(ctx, id, Why::with("in the queue, {a} ahead", ahead, 0));
        self.dispatch(ctx);
        Next::Hold
    }

    fn keeps(&self, _: &Job) -> bool {
        self.params.durable
    }

    fn answered(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, link: LinkIndex, outcome: Outcome) -> Next {
        let id = self.number(ctx.job(job));
        let delivery = (ctx.job(job).request_id, self.get(id).map_or(0, |m| m.deliveries));
        let now = ctx.now();
        if let Some(consumer) = self.consumer(link) {
            match outcome {
                Err(Failure { reason: Reason::Timeout, answered: false, .. }) => consumer.out.insert(delivery, Some(now)),
                _ => consumer.out.remove(&delivery),
            };
            if outcome.is_err_and(is_down) {
                // It is down: nothing more until it subscribes again.
                consumer.prefetch = 0;
            }
        }
        let Err(failure) = outcome else {
            self.books.acknowledged += 1;
            self.books.age_sum += self.get(id).map_or(0, |m| u128::from(now.since(m.stored).0));
            self.forget(id);
            self.dispatch(ctx);
            return Next::Reply(Ok(None));
        };
        let limit = self.params.max_deliveries;
        let Some(held) = self.get(id) else { return Next::Reply(Err(failure)) };
        if is_down(failure) && failure.reason == Reason::Refused {
            // It was not delivered at all.
            held.deliveries = held.deliveries.saturating_sub(1);
        }
        if held.deliveries >= limit {
            self.books.dead += 1;
            self.forget(id);
            self.dispatch(ctx);
            return Next::Reply(ctx.fail(Reason::DeadLetter));
        }
        match failure.reason {
            // It has said so itself: what it calls failed, or it did.
            _ if failure.answered => {
                ctx.lay_by(job, Why::plain("the consumer failed; waits for its redelivery"));
                ctx.set_timer(self.params.redelivery_delay, id);
            }
            Reason::Refused => self.offer(ctx, id, Why::plain("the consumer was down")),
            Reason::Reset => self.offer(ctx, id, Why::plain("the consumer crashed")),
            Reason::Timeout => self.offer(ctx, id, Why::plain("not acknowledged within the visibility timeout")),
            _ => self.offer(ctx, id, Why::plain("not delivered")),
        }
        self.dispatch(ctx);
        Next::Hold
    }

    fn answered_late(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, request: u64, attempt: u32) {
        if let Some(consumer) = self.consumer(link) {
            consumer.out.remove(&(request, attempt));
            self.dispatch(ctx);
        }
    }

    fn signal(&mut self, ctx: &mut Ctx<'_, Component>, link: LinkIndex, signal: Signal) {
        match signal {
            Signal::HealthCheck { round } => ctx.send_signal(link, Signal::Healthy { round }, 100),
            Signal::Subscribe { prefetch, holding } => {
                self.heard(ctx, link, prefetch, &holding);
                self.dispatch(ctx);
            }
            Signal::Poll => match self.next_ready() {
                Some(id) => self.deliver(ctx, id, link),
                None => ctx.send_signal(link, Signal::Empty, ACKNOWLEDGEMENT_BYTES),
            },
            _ => {}
        }
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests;

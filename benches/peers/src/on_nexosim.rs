//! The jobs on nexosim 1.0, on one thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use nexosim::model::{schedulable, Context, Model};
use nexosim::ports::EventSource;
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::{exponential, Done, PENDING, UTILISATION};

/// What the models counted, for a model cannot be looked into from outside: jobs done, and their time in nanoseconds.
static DONE: AtomicU64 = AtomicU64::new(0);
static TIME_HERE: AtomicU64 = AtomicU64::new(0);

/// A unit of time is a millisecond: times are whole nanoseconds.
fn after(state: &mut u64, mean: f64) -> Duration {
    Duration::from_nanos((exponential(state) * mean * 1e6) as u64 + 1)
}

#[derive(Serialize, Deserialize)]
pub struct Station {
    draw_key: u64,
    here: VecDeque<MonotonicTime>,
    to_come: u64,
    done: u64,
    time_here: u64,
}

#[Model]
impl Station {
    fn start(&mut self, _: (), cx: &Context<Self>) {
        cx.schedule_event(after(&mut self.draw_key, 1.0 / UTILISATION), schedulable!(Self::arrive), ()).expect("it is in the future");
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.here.push_back(cx.time());
        if self.here.len() == 1 {
            cx.schedule_event(after(&mut self.draw_key, 1.0), schedulable!(Self::depart), ()).expect("it is in the future");
        }
        self.to_come -= 1;
        if self.to_come > 0 {
            self.start((), cx);
        }
    }

    #[nexosim(schedulable)]
    fn depart(&mut self, _: (), cx: &Context<Self>) {
        if let Some(came) = self.here.pop_front() {
            self.time_here += cx.time().duration_since(came).as_nanos() as u64;
        }
        self.done += 1;
        if !self.here.is_empty() {
            cx.schedule_event(after(&mut self.draw_key, 1.0), schedulable!(Self::depart), ()).expect("it is in the future");
        } else if self.to_come == 0 {
            DONE.store(self.done, Relaxed);
            TIME_HERE.store(self.time_here, Relaxed);
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Holder {
    draw_key: u64,
    done: u64,
}

#[Model]
impl Holder {
    fn start(&mut self, _: (), cx: &Context<Self>) {
        (0..PENDING).for_each(|_| self.again(cx));
    }

    fn again(&mut self, cx: &Context<Self>) {
        cx.schedule_event(after(&mut self.draw_key, 1.0), schedulable!(Self::turn), ()).expect("it is in the future");
    }

    #[nexosim(schedulable)]
    fn turn(&mut self, _: (), cx: &Context<Self>) {
        self.again(cx);
        self.done += 1;
        DONE.store(self.done, Relaxed);
    }
}

fn timed(simulation: &mut Simulation, run: impl FnOnce(&mut Simulation)) -> f64 {
    let began = Instant::now();
    run(simulation);
    began.elapsed().as_secs_f64()
}

pub fn mm1(jobs: u64) -> Done {
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Station::start, &mailbox).register(&mut bench);
    let station = Station { draw_key: 88_172_645_463_325_252, here: VecDeque::new(), to_come: jobs, done: 0, time_here: 0 };
    let mut simulation = bench.add_model(station, mailbox, "station").init(MonotonicTime::EPOCH).expect("it starts");
    simulation.process_event(&start, ()).expect("it takes the event");
    let seconds = timed(&mut simulation, |s| s.run().expect("it runs"));
    Done { events: 2 * jobs, jobs, seconds, mean: TIME_HERE.load(Relaxed) as f64 / 1e6 / DONE.load(Relaxed) as f64 }
}

pub fn hold(jobs: u64) -> Done {
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Holder::start, &mailbox).register(&mut bench);
    let holder = Holder { draw_key: 88_172_645_463_325_252, done: 0 };
    let mut simulation = bench.add_model(holder, mailbox, "holder").init(MonotonicTime::EPOCH).expect("it starts");
    simulation.process_event(&start, ()).expect("it takes the event");
    let length = jobs as f64 / f64::from(PENDING);
    let seconds = timed(&mut simulation, |s| s.step_until(Duration::from_secs_f64(length / 1e3)).expect("it runs"));
    let done = DONE.load(Relaxed);
    Done { events: done, jobs: done, seconds, mean: length * f64::from(PENDING) / done as f64 }
}

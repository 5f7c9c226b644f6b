//! The jobs on simcore 0.1, with callbacks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use serde::Serialize;
use simcore::{cast, Event, EventHandler, Simulation, SimulationContext};

use crate::{exponential, Done, PENDING, UTILISATION};

#[derive(Clone, Serialize)]
struct Arrival {}

#[derive(Clone, Serialize)]
struct Departure {}

struct Station {
    ctx: SimulationContext,
    draw_key: u64,
    here: VecDeque<f64>,
    to_come: u64,
    done: u64,
    time_here: f64,
}

impl EventHandler for Station {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.here.push_back(self.ctx.time());
                if self.here.len() == 1 {
                    self.ctx.emit_self(Departure {}, exponential(&mut self.draw_key));
                }
                self.to_come -= 1;
                if self.to_come > 0 {
                    self.ctx.emit_self(Arrival {}, exponential(&mut self.draw_key) / UTILISATION);
                }
            }
            Departure {} => {
                self.time_here += self.ctx.time() - self.here.pop_front().unwrap_or_default();
                self.done += 1;
                if !self.here.is_empty() {
                    self.ctx.emit_self(Departure {}, exponential(&mut self.draw_key));
                }
            }
        })
    }
}

pub fn mm1(jobs: u64) -> Done {
    let mut simulation = Simulation::new(1);
    let ctx = simulation.create_context("station");
    ctx.emit_self(Arrival {}, 1.0);
    let station = Station { ctx, draw_key: 88_172_645_463_325_252, here: VecDeque::new(), to_come: jobs, done: 0, time_here: 0.0 };
    let station = Rc::new(RefCell::new(station));
    simulation.add_handler("station", station.clone());
    let began = Instant::now();
    simulation.step_until_no_events();
    let seconds = began.elapsed().as_secs_f64();
    let station = station.borrow();
    Done { events: 2 * jobs, jobs, seconds, mean: station.time_here / station.done as f64 }
}

struct Holder {
    ctx: SimulationContext,
    draw_key: u64,
}

impl EventHandler for Holder {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.ctx.emit_self(Arrival {}, exponential(&mut self.draw_key));
            }
        })
    }
}

pub fn hold(jobs: u64) -> Done {
    let mut simulation = Simulation::new(1);
    let ctx = simulation.create_context("holder");
    let mut draw_key = 88_172_645_463_325_252;
    (0..PENDING).for_each(|_| {
        ctx.emit_self(Arrival {}, exponential(&mut draw_key));
    });
    simulation.add_handler("holder", Rc::new(RefCell::new(Holder { ctx, draw_key })));
    let began = Instant::now();
    simulation.steps(jobs);
    let seconds = began.elapsed().as_secs_f64();
    Done { events: jobs, jobs, seconds, mean: simulation.time() * f64::from(PENDING) / jobs as f64 }
}

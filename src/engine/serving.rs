//! A job at a station: it comes in, waits, is served, perhaps interrupted, and leaves its worker to the next. Knows no kind.

use super::behaviour::{Behaviour, Next};
use super::ids::{JobKey, NodeIndex};
use super::queue::EventKind;
use super::request::{Failure, Reason, Why};
use super::station::{Discipline, StationSpec};
use super::station_policy::{turned_away, Arrival, Departure, StationPolicy, Turn};
use super::time::SimDuration;
use super::trace::SpanKind;
use super::under_way::Service;
use super::world::{Concerned, World, VOID};

use crate::order::Ordered;

impl<B: Behaviour> World<B> {
    pub(super) fn arrive(&mut self, key: JobKey, node: NodeIndex, class: u8) {
        let now = self.core.now;
        let state = &mut self.core.nodes[node.at()];
        state.station.account(now);
        state.station.ledger.arrived += 1;
        if !state.up || state.removed {
            // Its host says so.
            return self.turn_away(key, node, Failure::new(Reason::Refused, node));
        }
        // Who can interrupt another need not wait.
        let at_once = state.station.has_idle_worker() || self.whom_to_interrupt(node, class).is_some();
        let state = &mut self.core.nodes[node.at()];
        let arrival = Arrival { now, priority: class, at_once, station: &state.station };
        if let Err(reason) = state.guards.before(&arrival) {
            return self.turn_away(key, node, Failure::new(reason, node).as_answer());
        }
        // Asked last: what the kind spends on a job is not spent on one that is turned away.
        let (behaviour, mut ctx) = self.at(node);
        if let Err(reason) = behaviour.admit(&mut ctx, key) {
            self.core.nodes[node.at()].guards.after(&turned_away(now, reason));
            return self.turn_away(key, node, Failure::new(reason, node).as_answer());
        }
        self.core.nodes[node.at()].station.ledger.present += 1;
        self.serve_or_line_up(key, node, class);
    }

    fn turn_away(&mut self, key: JobKey, node: NodeIndex, failure: Failure) {
        let state = &mut self.core.nodes[node.at()];
        state.station.ledger.rejected += 1;
        state.failed.add(failure.reason);
        if let Some(job) = self.core.jobs.remove(key) {
            // Its way here was not what failed.
            self.core.end_span(job.request, job.span, None);
            self.core.leave(&job, Err(failure));
        }
    }

    fn serve_or_line_up(&mut self, key: JobKey, node: NodeIndex, class: u8) {
        if station_of(self, node).has_free_worker() || self.interrupt(node, class) {
            self.begin_service(key);
        } else {
            let ahead = station_of(self, node).enqueue(key, class);
            self.show_waiting(key, Why::with("all workers busy, {a} ahead in line", ahead, 0));
        }
    }

    /// Serves a job for so long once more. One that has kept its worker goes on with it; another is served in its turn.
    pub(super) fn serve_again(&mut self, key: JobKey, time: SimDuration) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (node, now, is_root) = (job.node, self.core.now, job.origin.is_none());
        let (request, parent, attempt, old, generation) = (job.request, job.parent_span, job.attempt, job.span, job.generation);
        let state = &mut self.core.nodes[node.at()];
        state.station.account(now);
        let time = if state.slow != 1.0 { time.scale(state.slow) } else { time };
        if is_root {
            // At its own client nobody else is in its way.
            return self.core.queue.push(now + time, EventKind::ServiceEnd { job: key, generation });
        }
        if self.core.jobs[key].holds_worker {
            let span = self.core.next_span(request, old, SpanKind::Service, parent, node, attempt, Why::NONE);
            self.core.jobs[key].span = span;
            self.give_time(key, node, time);
        } else {
            let job = &mut self.core.jobs[key];
            job.service = Service::Left(time);
            let class = job.message.priority;
            self.serve_or_line_up(key, node, class);
        }
    }

    fn show_waiting(&mut self, key: JobKey, why: Why) {
        let job = &self.core.jobs[key];
        let (node, request, parent, attempt, old) = (job.node, job.request, job.parent_span, job.attempt, job.span);
        let span = self.core.next_span(request, old, SpanKind::Queue, parent, node, attempt, why);
        self.core.jobs[key].span = span;
    }

    /// The place of the youngest service of a lower class, where the discipline says that it may be interrupted.
    fn whom_to_interrupt(&self, node: NodeIndex, class: u8) -> Option<usize> {
        let station = &self.core.nodes[node.at()].station;
        let lower = |j: &JobKey| self.core.jobs[*j].message.priority < class;
        (station.spec.discipline == Discipline::Preemptive).then(|| station.working.iter().rposition(lower)).flatten()
    }

    /// Interrupts the youngest service of a lower class. Returns whether a worker is free now.
    fn interrupt(&mut self, node: NodeIndex, class: u8) -> bool {
        let Some(place) = self.whom_to_interrupt(node, class) else { return false };
        let jobs = &mut self.core.jobs;
        let station = &mut self.core.nodes[node.at()].station;
        let victim = station.working.remove(place);
        let job = &mut jobs[victim];
        if let Service::Until(end) = job.service {
            job.service = Service::Left(end - self.core.now);
        }
        job.generation += 1;
        job.holds_worker = false;
        station.busy -= 1;
        station.put_back(victim, job.message.priority);
        self.show_waiting(victim, Why::plain("interrupted by a request of higher priority"));
        true
    }

    fn begin_service(&mut self, key: JobKey) {
        let job = &self.core.jobs[key];
        let (node, request, parent, attempt, queue_span) = (job.node, job.request, job.parent_span, job.attempt, job.span);
        let station = &mut self.core.nodes[node.at()].station;
        station.busy += 1;
        let (concurrency, discipline, workers) = (station.busy, station.spec.discipline, station.spec.workers);
        let why = match workers {
            Some(w) if discipline == Discipline::Sharing && concurrency > w => {
                Why::with("{a} requests share {b} workers", u64::from(concurrency), u64::from(w))
            }
            _ => Why::NONE,
        };
        let span = self.core.next_span(request, queue_span, SpanKind::Service, parent, node, attempt, why);
        let job = &mut self.core.jobs[key];
        job.holds_worker = true;
        job.span = span;
        let time = match std::mem::take(&mut job.service) {
            Service::Left(left) => left,
            _ => {
                let (behaviour, mut ctx) = self.at(node);
                let time = behaviour.service_time(&mut ctx, key, concurrency);
                let slow = self.core.nodes[node.at()].slow;
                if slow != 1.0 {
                    time.scale(slow)
                } else {
                    time
                }
            }
        };
        self.give_time(key, node, time);
    }

    /// The job has its worker, or its share, until it has been served for `time`.
    fn give_time(&mut self, key: JobKey, node: NodeIndex, time: SimDuration) {
        let now = self.core.now;
        let station = &mut self.core.nodes[node.at()].station;
        if station.spec.discipline == Discipline::Sharing {
            station.sharing.advance(now, station.spec.workers);
            station.sharing.join(key, time);
            station.note_length();
            return self.schedule_share(node);
        }
        if station.spec.discipline == Discipline::Preemptive {
            station.working.push(key);
        }
        let job = &mut self.core.jobs[key];
        job.service = Service::Until(now + time);
        self.core.queue.push(now + time, EventKind::ServiceEnd { job: key, generation: job.generation });
    }

    fn schedule_share(&mut self, node: NodeIndex) {
        let station = &mut self.core.nodes[node.at()].station;
        station.sharing.generation = station.sharing.generation.wrapping_add(1);
        let generation = station.sharing.generation;
        if let Some(wait) = station.sharing.next_end(station.spec.workers) {
            let at = self.core.now + wait;
            self.core.queue.push(at, EventKind::ShareEnd { node, generation });
        }
    }

    pub(super) fn share_ended(&mut self, node: NodeIndex, generation: u32) -> Concerned {
        let now = self.core.now;
        let station = &mut self.core.nodes[node.at()].station;
        if station.sharing.generation != generation {
            return VOID;
        }
        station.account(now);
        station.sharing.advance(now, station.spec.workers);
        let done = station.sharing.take_done();
        if let Some(key) = done {
            station.busy -= 1;
            self.core.jobs[key].holds_worker = false;
        }
        self.schedule_share(node);
        if let Some(key) = done {
            self.step_on(key, node, false);
        }
        (u64::from(node.0) + 1, 0)
    }

    pub(super) fn service_ended(&mut self, key: JobKey, generation: u32) -> Concerned {
        let Some(job) = self.core.jobs.get_mut(key).filter(|j| j.generation == generation) else { return VOID };
        let (node, is_root, concerned) = (job.node, job.origin.is_none(), (u64::from(job.node.0) + 1, job.request_id));
        job.service = Service::None;
        if !is_root {
            let working = &mut self.core.nodes[node.at()].station.working;
            if let Some(place) = working.iter().position(|j| *j == key) {
                working.remove(place);
            }
        }
        self.step_on(key, node, is_root);
        concerned
    }

    fn step_on(&mut self, key: JobKey, node: NodeIndex, is_root: bool) {
        let (behaviour, mut ctx) = self.at(node);
        let next: Next = if is_root { behaviour.begun(&mut ctx, key) } else { behaviour.served(&mut ctx, key) };
        self.follow(key, next);
    }

    /// A job goes on without its worker.
    pub(super) fn free_worker(&mut self, key: JobKey) {
        let now = self.core.now;
        let Some(job) = self.core.jobs.get_mut(key).filter(|j| j.holds_worker) else { return };
        job.holds_worker = false;
        let node = job.node;
        let station = station_of(self, node);
        station.account(now);
        station.busy -= 1;
        self.fill_workers(node);
    }

    /// Gives free workers to those who wait.
    pub(super) fn fill_workers(&mut self, node: NodeIndex) {
        loop {
            let now = self.core.now;
            let state = &mut self.core.nodes[node.at()];
            if !state.up || !state.station.has_free_worker() {
                return;
            }
            state.station.account(now);
            let newest_first = state.guards.newest_first(now, state.station.queue_len());
            let Some(job) = state.station.take_next(newest_first) else { return };
            match self.take_turn(job, node) {
                Ok(()) => self.begin_service(job),
                Err(reason) => self.send_off(job, node, reason),
            }
        }
    }

    /// Whether a job whose turn it is may be served. Only one that has not been served before can still be turned away.
    #[inline]
    fn take_turn(&mut self, key: JobKey, node: NodeIndex) -> Result<(), Reason> {
        let Some(job) = self.core.jobs.get(key).filter(|j| matches!(j.service, Service::None)) else { return Ok(()) };
        let (now, state) = (self.core.now, &mut self.core.nodes[node.at()]);
        state.guards.turn(&Turn { now, waited: now.since(job.arrived), waiting: state.station.queue_len() })
    }

    /// A job leaves the line unserved.
    #[cold]
    fn send_off(&mut self, key: JobKey, node: NodeIndex, reason: Reason) {
        let Some(job) = self.core.jobs.get(key) else { return };
        let (now, stayed) = (self.core.now, self.core.now.since(job.arrived));
        let state = &mut self.core.nodes[node.at()];
        state.station.ledger.present -= 1;
        state.station.sojourn_sum_ns += u128::from(stayed.0);
        state.guards.after(&Departure { now, stayed, failed: Some(reason) });
        self.turn_away(key, node, Failure::new(reason, node).as_answer());
    }

    /// Changes a station while it runs: with another discipline, what is under way goes on under it.
    pub(super) fn set_station(&mut self, node: NodeIndex, spec: StationSpec) {
        let now = self.core.now;
        let station = &mut self.core.nodes[node.at()].station;
        station.account(now);
        let old = std::mem::replace(&mut station.spec, spec);
        if old.discipline != spec.discipline {
            self.change_discipline(node, old);
        } else if spec.discipline == Discipline::Sharing {
            station.sharing.advance(now, old.workers);
            self.schedule_share(node);
        }
        self.fill_workers(node);
    }

    fn change_discipline(&mut self, node: NodeIndex, old: StationSpec) {
        let now = self.core.now;
        let new = self.core.nodes[node.at()].station.spec.discipline;
        let station = &mut self.core.nodes[node.at()].station;
        station.working.clear();
        let mut line = station.take_all();
        if old.discipline == Discipline::Sharing {
            // A share is no worker: all go back into the line, with what they have still to get.
            station.sharing.advance(now, old.workers);
            for (key, left) in station.sharing.take_all() {
                station.busy -= 1;
                self.core.jobs[key].holds_worker = false;
                self.core.jobs[key].service = Service::Left(left);
                line.push(key);
            }
        }
        let jobs = &self.core.jobs;
        line.order_by_key(|j| (jobs[*j].arrived, jobs[*j].request_id));
        for key in line {
            let class = self.core.jobs[key].message.priority;
            station_of(self, node).enqueue(key, class);
            if old.discipline == Discipline::Sharing {
                self.show_waiting(key, Why::plain("all workers busy"));
            }
        }
        let mut served: Vec<JobKey> = self.core.jobs.iter().filter(|(_, j)| j.node == node && j.holds_worker).map(|(k, _)| k).collect();
        served.order_by_key(|k| (self.core.jobs[*k].arrived, self.core.jobs[*k].request_id));
        for key in served {
            let job = &mut self.core.jobs[key];
            let (service, station) = (job.service, &mut self.core.nodes[node.at()].station);
            match (new, service) {
                (Discipline::Sharing, Service::Until(end)) => {
                    job.service = Service::None;
                    job.generation += 1;
                    self.give_time(key, node, end - now);
                }
                (Discipline::Sharing, _) => {
                    // It waits for others, and needs no share for that.
                    job.holds_worker = false;
                    station.busy -= 1;
                }
                (Discipline::Preemptive, Service::Until(_)) => station.working.push(key),
                _ => {}
            }
        }
    }
}

fn station_of<B: Behaviour>(world: &mut World<B>, node: NodeIndex) -> &mut super::station::Station {
    &mut world.core.nodes[node.at()].station
}

//! A station: workers, a waiting line and its discipline, with exact integer accounts. Knows no behaviour.

use std::collections::VecDeque;

use super::ids::JobKey;
use super::time::SimTime;

/// Which waiting request is served next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
}

/// What a station is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationSpec {
    /// Requests served at once; `None` is unlimited.
    pub workers: Option<u32>,
    /// Requests that may wait, not counting those in service; `None` is unlimited.
    pub queue_limit: Option<u32>,
    /// Who is next.
    pub discipline: Discipline,
}

impl StationSpec {
    /// No limit on anything.
    pub const UNLIMITED: StationSpec = StationSpec { workers: None, queue_limit: None, discipline: Discipline::Fifo };
}

/// Jobs at a station, each counted once: `arrived = completed + rejected + lost + removed + present`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobLedger {
    /// All that came.
    pub arrived: u64,
    /// Worked on to the end, well or not.
    pub completed: u64,
    /// Turned away on arrival.
    pub rejected: u64,
    /// Lost in a crash.
    pub lost: u64,
    /// Taken out because the node was deleted.
    pub removed: u64,
    /// Here now.
    pub present: u64,
}

impl JobLedger {
    /// Whether the books balance.
    pub fn balanced(&self) -> bool {
        self.arrived == self.completed + self.rejected + self.lost + self.removed + self.present
    }
}

/// The running state.
#[derive(Clone, Debug)]
pub struct Station {
    /// Settings.
    pub spec: StationSpec,
    /// Workers taken, including those held while their request waits for others.
    pub busy: u32,
    /// Waiting jobs in order of arrival.
    pub waiting: VecDeque<JobKey>,
    /// The books.
    pub ledger: JobLedger,
    /// Longest line so far.
    pub queue_max: usize,
    last: SimTime,
    busy_area: u128,
    queue_area: u128,
    present_area: u128,
    /// Sum over departed jobs of (departure - arrival), in ns: with Little's law equal to the area under `present`.
    pub sojourn_sum_ns: u128,
}

impl Station {
    /// An empty station.
    pub fn new(spec: StationSpec, now: SimTime) -> Self {
        Station {
            spec,
            busy: 0,
            waiting: VecDeque::new(),
            ledger: JobLedger::default(),
            queue_max: 0,
            last: now,
            busy_area: 0,
            queue_area: 0,
            present_area: 0,
            sojourn_sum_ns: 0,
        }
    }

    /// Brings the areas up to `now`; call before any change.
    pub fn account(&mut self, now: SimTime) {
        let dt = u128::from(now.since(self.last).0);
        self.busy_area += dt * u128::from(self.busy);
        self.queue_area += dt * self.waiting.len() as u128;
        self.present_area += dt * u128::from(self.ledger.present);
        self.last = now;
    }

    /// Area under (busy workers, waiting jobs, present jobs) from the start to `now`, in ns.
    pub fn areas(&self, now: SimTime) -> (u128, u128, u128) {
        let dt = u128::from(now.since(self.last).0);
        (
            self.busy_area + dt * u128::from(self.busy),
            self.queue_area + dt * self.waiting.len() as u128,
            self.present_area + dt * u128::from(self.ledger.present),
        )
    }

    /// Whether a worker is free.
    pub fn has_free_worker(&self) -> bool {
        self.spec.workers.is_none_or(|w| self.busy < w)
    }

    /// Whether one more may wait.
    pub fn has_room(&self) -> bool {
        self.spec.queue_limit.is_none_or(|limit| self.waiting.len() < limit as usize)
    }

    /// Puts a job at the end of the line.
    pub fn enqueue(&mut self, job: JobKey) {
        self.waiting.push_back(job);
        self.queue_max = self.queue_max.max(self.waiting.len());
    }

    /// Takes the job that is next by the discipline.
    pub fn take_next(&mut self) -> Option<JobKey> {
        match self.spec.discipline {
            Discipline::Fifo => self.waiting.pop_front(),
            Discipline::Lifo => self.waiting.pop_back(),
        }
    }
}

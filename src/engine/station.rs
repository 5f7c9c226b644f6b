//! A station: workers, a waiting line and its discipline, with exact integer accounts. Knows no behaviour, and who may come in as little.

use std::collections::VecDeque;

use super::ids::JobKey;
use super::sharing::Sharing;
use super::time::SimTime;

/// Which waiting request is served next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
    /// The highest class first; what is being served is finished.
    Priority,
    /// The highest class first; what is being served is interrupted for it and resumed later.
    Preemptive,
    /// Nobody waits: all are served at once and share the workers' speed.
    Sharing,
}

impl Discipline {
    /// Whether the class of a request matters.
    pub fn ranks(self) -> bool {
        matches!(self, Discipline::Priority | Discipline::Preemptive)
    }
}

/// Classes of priority that have a line of their own; higher classes go with the highest.
const CLASSES: usize = 2;

/// What a station is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationSpec {
    /// Requests served at once; `None` is unlimited.
    pub workers: Option<u32>,
    /// Who is next.
    pub discipline: Discipline,
}

impl StationSpec {
    /// No limit on anything.
    pub const UNLIMITED: StationSpec = StationSpec { workers: None, discipline: Discipline::Fifo };
}

/// Jobs at a station, each counted once: `arrived = completed + rejected + lost + removed + present`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobLedger {
    /// All that came.
    pub arrived: u64,
    /// Worked on to the end, well or not.
    pub completed: u64,
    /// Turned away, on arrival or when their turn came.
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

/// Areas under numbers of workers and jobs over time, in ns: by the time that passed, they are means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Workers that were taken, while their number was limited.
    pub busy: u128,
    /// Workers that there were, while their number was limited.
    pub capacity: u128,
    /// Waiting jobs.
    pub queue: u128,
    /// Jobs that were there.
    pub present: u128,
}

impl Areas {
    /// Adds those of another station.
    pub fn add(&mut self, other: &Areas) {
        self.busy += other.busy;
        self.capacity += other.capacity;
        self.queue += other.queue;
        self.present += other.present;
    }

    /// What was added since an earlier moment.
    pub fn since(&self, before: &Areas) -> Areas {
        Areas {
            busy: self.busy - before.busy,
            capacity: self.capacity - before.capacity,
            queue: self.queue - before.queue,
            present: self.present - before.present,
        }
    }
}

/// The running state.
#[derive(Clone, Debug)]
pub struct Station {
    /// Settings.
    pub spec: StationSpec,
    /// Jobs that hold a worker, or a share of them; a worker is held while its request waits for others, a share is not.
    pub busy: u32,
    /// Waiting jobs by class, each in order of arrival. One line for all unless the discipline ranks them.
    lines: [VecDeque<JobKey>; CLASSES],
    /// Jobs that may be interrupted, in the order they began; kept only where that can happen.
    pub working: Vec<JobKey>,
    /// Jobs that share the workers.
    pub sharing: Sharing,
    /// The books.
    pub ledger: JobLedger,
    /// Longest line since the statistics began.
    pub queue_max: u64,
    last: SimTime,
    areas: Areas,
    /// Sum over departed jobs of (departure - arrival), in ns: with Little's law equal to the area under `present`.
    pub sojourn_sum_ns: u128,
}

impl Station {
    /// An empty station.
    pub fn new(spec: StationSpec, now: SimTime) -> Self {
        Station {
            spec,
            busy: 0,
            lines: Default::default(),
            working: Vec::new(),
            sharing: Sharing::default(),
            ledger: JobLedger::default(),
            queue_max: 0,
            last: now,
            areas: Areas::default(),
            sojourn_sum_ns: 0,
        }
    }

    /// Workers taken.
    pub fn occupied(&self) -> u32 {
        match (self.spec.discipline, self.spec.workers) {
            (Discipline::Sharing, Some(workers)) => self.busy.min(workers),
            _ => self.busy,
        }
    }

    /// Waiting jobs; where all share, those beyond one for each worker.
    pub fn queue_len(&self) -> u64 {
        self.lines.iter().map(|line| line.len() as u64).sum::<u64>() + u64::from(self.busy - self.occupied())
    }

    /// Brings the areas up to `now`; call before any change.
    pub fn account(&mut self, now: SimTime) {
        if now != self.last {
            self.areas = self.areas(now);
            self.last = now;
        }
    }

    /// Areas from the start to `now`.
    pub fn areas(&self, now: SimTime) -> Areas {
        let dt = u128::from(now.since(self.last).0);
        // Those that are dismissed at work go when it is done; where there is no limit nobody can be said to be idle.
        let workers = self.spec.workers.map_or(0, |w| w.max(self.occupied()));
        Areas {
            busy: self.areas.busy + dt * u128::from(self.occupied().min(workers)),
            capacity: self.areas.capacity + dt * u128::from(workers),
            queue: self.areas.queue + dt * u128::from(self.queue_len()),
            present: self.areas.present + dt * u128::from(self.ledger.present),
        }
    }

    /// Whether one more may begin at once.
    pub fn has_free_worker(&self) -> bool {
        self.spec.discipline == Discipline::Sharing || self.has_idle_worker()
    }

    /// Whether one more would be served at once, and at full speed.
    pub fn has_idle_worker(&self) -> bool {
        self.spec.workers.is_none_or(|w| self.busy < w)
    }

    fn line_of(&mut self, class: u8) -> &mut VecDeque<JobKey> {
        let line = if self.spec.discipline.ranks() { usize::from(class).min(CLASSES - 1) } else { 0 };
        &mut self.lines[line]
    }

    /// Puts a job at the end of its line. Returns how many are served before it, if no one else comes.
    pub fn enqueue(&mut self, job: JobKey, class: u8) -> u64 {
        self.line_of(class).push_back(job);
        let length = self.note_length();
        match self.spec.discipline {
            Discipline::Lifo => 0,
            d if d.ranks() => self.lines.iter().skip(usize::from(class).min(CLASSES - 1)).map(|line| line.len() as u64).sum::<u64>() - 1,
            _ => length - 1,
        }
    }

    /// Puts an interrupted job at the head of its line.
    pub fn put_back(&mut self, job: JobKey, class: u8) {
        self.line_of(class).push_front(job);
        self.note_length();
    }

    /// Remembers the longest line; call when it has become longer. Returns its length.
    pub fn note_length(&mut self) -> u64 {
        let length = self.queue_len();
        self.queue_max = self.queue_max.max(length);
        length
    }

    /// Statistics begin anew: forgets the longest line so far.
    pub fn forget_peaks(&mut self) {
        self.queue_max = self.queue_len();
    }

    /// Takes the job that is next by the discipline; or, of those that it would take first, the one that came last.
    pub fn take_next(&mut self, newest_first: bool) -> Option<JobKey> {
        match self.spec.discipline {
            _ if newest_first => self.lines.iter_mut().rev().find_map(VecDeque::pop_back),
            Discipline::Lifo => self.lines.iter_mut().rev().find_map(VecDeque::pop_back),
            _ => self.lines.iter_mut().rev().find_map(VecDeque::pop_front),
        }
    }

    /// Empties the lines.
    pub fn take_all(&mut self) -> Vec<JobKey> {
        self.lines.iter_mut().rev().flat_map(|l| l.drain(..)).collect()
    }

    /// Forgets all work under way: the jobs are gone.
    pub fn clear(&mut self) {
        self.busy = 0;
        self.lines.iter_mut().for_each(VecDeque::clear);
        self.working.clear();
        self.sharing.clear();
    }
}

//! Processor sharing: all jobs are served at once and share the workers' speed, in exact integer time. Knows no behaviour.
//!
//! Each job has had the same amount of service since it came as any other: so one clock of service runs for all, slower
//! the more they are, and a job is done when that clock has gone on by its service time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ids::JobKey;
use super::time::{SimDuration, SimTime};

/// Service is counted in parts of a nanosecond, so that thousands of jobs can share one.
const FRACTION: u32 = 20;

/// The jobs that share a station's workers.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Service that a job would have had, had it been here from the start.
    served: u128,
    at: SimTime,
    /// By the reading of the clock at which they are done, then in order of arrival.
    jobs: BinaryHeap<Reverse<(u128, u64, JobKey)>>,
    joined: u64,
    /// Names the one event that is not void.
    pub generation: u32,
}

impl Sharing {
    /// The clock of service when `now` comes, with `workers` that may be unlimited.
    fn reading(&self, now: SimTime, workers: Option<u32>) -> u128 {
        let passed = u128::from(now.since(self.at).0) << FRACTION;
        let jobs = self.jobs.len() as u128;
        match workers.map(|w| u128::from(w.max(1))) {
            Some(workers) if workers < jobs => self.served + passed * workers / jobs,
            _ => self.served + passed,
        }
    }

    /// Brings the clock up to `now`; call before jobs come or go, or the workers change.
    pub fn advance(&mut self, now: SimTime, workers: Option<u32>) {
        self.served = self.reading(now, workers);
        self.at = now;
    }

    /// A job joins, with this much service to come.
    pub fn join(&mut self, job: JobKey, time: SimDuration) {
        self.joined += 1;
        self.jobs.push(Reverse((self.served + (u128::from(time.0) << FRACTION), self.joined, job)));
    }

    /// How long until the first is done, if nobody comes or goes.
    pub fn next_end(&self, workers: Option<u32>) -> Option<SimDuration> {
        let Reverse((end, ..)) = self.jobs.peek()?;
        let (left, jobs) = (end.saturating_sub(self.served), self.jobs.len() as u128);
        let time = match workers.map(|w| u128::from(w.max(1))) {
            Some(workers) if workers < jobs => (left * jobs).div_ceil(workers << FRACTION),
            _ => left.div_ceil(1 << FRACTION),
        };
        Some(SimDuration(u64::try_from(time).unwrap_or(u64::MAX)))
    }

    /// Takes the first job, if it is done by the clock.
    pub fn take_done(&mut self) -> Option<JobKey> {
        let Reverse((end, ..)) = self.jobs.peek()?;
        if *end > self.served {
            return None;
        }
        self.jobs.pop().map(|Reverse((.., job))| job)
    }

    /// Takes all jobs, with the service that each has still to get, the first to be done first.
    pub fn take_all(&mut self) -> Vec<(JobKey, SimDuration)> {
        let mut all = Vec::with_capacity(self.jobs.len());
        while let Some(Reverse((end, _, job))) = self.jobs.pop() {
            let left = end.saturating_sub(self.served).div_ceil(1 << FRACTION);
            all.push((job, SimDuration(u64::try_from(left).unwrap_or(u64::MAX))));
        }
        self.generation = self.generation.wrapping_add(1);
        all
    }

    /// Forgets all jobs.
    pub fn clear(&mut self) {
        self.jobs.clear();
        self.generation = self.generation.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_jobs_on_one_worker_take_turns() {
        let (one, mut sharing) = (Some(1), Sharing::default());
        let mut keys = slotmap::SlotMap::<JobKey, ()>::with_key();
        let (a, b) = (keys.insert(()), keys.insert(()));
        sharing.join(a, SimDuration(1000));
        assert_eq!(sharing.next_end(one), Some(SimDuration(1000)));
        // After 400 alone, a has 600 left, at half speed.
        sharing.advance(SimTime(400), one);
        sharing.join(b, SimDuration(5000));
        assert_eq!(sharing.next_end(one), Some(SimDuration(1200)));
        sharing.advance(SimTime(1600), one);
        assert_eq!(sharing.take_done(), Some(a));
        // b had 600 of its 5000 in that time, and is alone again.
        assert_eq!(sharing.next_end(one), Some(SimDuration(4400)));
        assert_eq!(sharing.take_all(), [(b, SimDuration(4400))]);
    }
}

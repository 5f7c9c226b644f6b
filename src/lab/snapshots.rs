//! Snapshots of an experiment: what changes is copied, packed where it is large; what does not change is shared with the run.
//! Knows no document and no budget.

use std::mem;

use super::Experiment;
use crate::diagram::Entry;
use crate::engine::scale::Scale;
use crate::engine::SimTime;

/// An experiment at one moment of its run. It shares with the run, and with other snapshots of it, what they have in common.
#[derive(Clone, Debug)]
pub struct Snapshot(Experiment);

impl Experiment {
    /// Takes a snapshot. `before` is the one taken before it, if any: where much has happened since, the stories of ordinary
    /// requests are left to be told by the run again, see [`Snapshot::suffices`].
    pub fn snapshot(&mut self, before: Option<&Snapshot>) -> Snapshot {
        // A copy is made of what is left.
        let mut judge = mem::take(&mut self.world.core.shared);
        let mut behaviours = mem::take(&mut self.world.behaviours);
        let meter = mem::take(&mut self.meter);
        let mut stories = mem::take(&mut self.stories);
        let journal = mem::take(&mut self.journal);
        let queue = mem::take(&mut self.world.core.queue);
        let mut copy = self.clone();
        copy.world.core.shared = judge.frozen();
        copy.world.behaviours = behaviours.iter_mut().map(|b| b.frozen()).collect();
        copy.meter = meter.frozen();
        copy.stories = stories.frozen(before.map_or(0, |b| b.0.stories.ended()));
        copy.world.core.queue = queue.frozen(|attempt| self.world.core.attempted(attempt).is_some());
        self.world.core.queue = queue;
        (self.world.core.shared, self.world.behaviours, self.meter, self.stories, self.journal) =
            (judge, behaviours, meter, stories, journal);
        Snapshot(copy)
    }
}

impl Snapshot {
    /// When it was taken.
    pub fn at(&self) -> SimTime {
        self.0.now()
    }

    /// How many entries of its document's journal had been carried out.
    pub fn carried(&self) -> usize {
        self.0.carried
    }

    /// The run as it stood, with this journal: entries that had been carried out are not carried out again.
    pub fn resume(&self, journal: &[(SimTime, Entry)]) -> Experiment {
        let mut experiment = self.0.clone();
        experiment.world.core.shared.thaw();
        experiment.world.core.queue.thaw();
        experiment.world.behaviours.iter_mut().for_each(|b| b.thaw());
        experiment.meter.thaw();
        experiment.reschedule(journal);
        experiment
    }

    /// Whether a run that goes on from here to the moment of a later snapshot has there, or after, all the stories that a run without
    /// a stop has.
    pub fn suffices(&self, later: &Snapshot) -> bool {
        self.0.stories.suffices(later.0.stories.ended())
    }

    /// Weighs what was not weighed with another snapshot.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(mem::size_of::<Snapshot>());
        self.0.weigh(scale);
    }
}

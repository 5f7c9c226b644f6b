//! Snapshots of an experiment: clones, which share with the run what is large and does not change.
//! Knows no document and no budget.

use std::mem::{size_of, take};

use super::Experiment;
use crate::diagram::Entry;
use crate::engine::SimTime;
use crate::lab::meter::ByClient;
use crate::metrics::Cells;

/// An experiment at one moment of its run.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Without its journal, which whoever goes back brings, and without the latencies by client.
    experiment: Experiment,
    by_client: ByClient,
    weight: Weight,
}

/// Bytes that a snapshot holds and the one before it does not, about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// What it alone holds.
    pub own: usize,
    /// Of what is shared until it is written to: written since.
    pub changed: usize,
    /// And all of that: no more can have been written.
    pub shared: usize,
}

impl Experiment {
    /// Takes a snapshot. `before` is the one taken before it, if any: where much has happened since, the stories of ordinary
    /// requests are left to be told by the run again, see [`Snapshot::suffices`].
    pub fn snapshot(&mut self, before: Option<&Snapshot>) -> Snapshot {
        let (journal, mut stories) = (take(&mut self.journal), take(&mut self.stories));
        let (meter, by_client) = self.meter.snapshot();
        let live = std::mem::replace(&mut self.meter, meter);
        let mut copy = self.clone();
        copy.stories = stories.snapshot(before.map_or(0, |b| b.experiment.stories.ended()));
        (self.journal, self.stories, self.meter) = (journal, stories, live);
        let mut weight = copy.weight_beside(before.map(|b| &b.experiment));
        weight.own += by_client.iter().flatten().map(Cells::bytes).sum::<usize>();
        Snapshot { experiment: copy, by_client, weight }
    }
}

impl Snapshot {
    /// When it was taken.
    pub fn at(&self) -> SimTime {
        self.experiment.now()
    }

    /// Events that had happened.
    pub fn events(&self) -> u64 {
        self.experiment.world.events()
    }

    /// How many entries of its document's journal had been carried out.
    pub fn carried(&self) -> usize {
        self.experiment.carried
    }

    /// The run as it stood, with this journal: entries that had been carried out are not carried out again.
    pub fn resume(&self, journal: &[(SimTime, Entry)]) -> Experiment {
        let mut experiment = self.experiment.clone();
        experiment.meter.restore(&self.by_client);
        experiment.reschedule(journal);
        experiment
    }

    /// Whether a run that went on from here would have all the stories by now that this one, which did, has.
    pub fn suffices(&self, run: &Experiment) -> bool {
        self.experiment.stories.suffices(run.stories.ended())
    }

    /// Bytes that it holds and the snapshot before it does not, about.
    pub fn bytes(&self) -> usize {
        size_of::<Snapshot>() + self.weight.own + self.weight.changed
    }

    /// The snapshot before it has gone: what only that one and this one hold is this one's now.
    pub fn follow(&mut self, gone: &Snapshot) {
        self.weight.changed = (self.weight.changed + gone.weight.changed).min(self.weight.shared);
    }
}

//! Snapshots of an experiment: what changes is packed; what does not change is shared with the run.
//! Knows no document and no budget.

use std::mem;
use std::sync::Arc;

use super::Experiment;
use crate::components::{self, Component};
use crate::diagram::Entry;
use crate::engine::frozen::Frozen;
use crate::engine::scale::{list, Scale};
use crate::engine::SimTime;

/// An experiment at one moment of its run. It shares with the run, and with other snapshots of it, what they have in common.
#[derive(Clone, Debug)]
pub struct Snapshot {
    rest: Experiment,
    core: Frozen<Component>,
    components: Vec<Arc<dyn components::Frozen>>,
}

impl Experiment {
    /// Takes a snapshot. `before` is the one taken before it, if any: where much has happened since, the stories of ordinary
    /// requests are left to be told by the run again, see [`Snapshot::suffices`].
    pub fn snapshot(&mut self, before: Option<&Snapshot>) -> Snapshot {
        let husk = self.world.husk();
        // A copy is made of what is left.
        let mut world = mem::replace(&mut self.world, husk);
        let mut meter = mem::take(&mut self.meter);
        let mut stories = mem::take(&mut self.stories);
        let journal = mem::take(&mut self.journal);
        let mut rest = self.clone();
        let core = world.core.frozen(before.map(|b| &b.core), |to| meter.pack(to));
        rest.world.core.shared = world.core.shared.frozen();
        let components = world.behaviours.iter_mut().map(|c| c.frozen()).collect();
        rest.meter = meter.frozen();
        rest.stories = stories.frozen(before.map_or(0, |b| b.rest.stories.ended()));
        (self.world, self.meter, self.stories, self.journal) = (world, meter, stories, journal);
        Snapshot { rest, core, components }
    }
}

impl Snapshot {
    /// When it was taken.
    pub fn at(&self) -> SimTime {
        self.rest.now()
    }

    /// How many entries of its document's journal had been carried out.
    pub fn carried(&self) -> usize {
        self.rest.carried
    }

    /// The run as it stood, with this journal: entries that had been carried out are not carried out again.
    pub fn resume(&self, journal: &[(SimTime, Entry)]) -> Experiment {
        let mut experiment = self.rest.clone();
        let meter = &mut experiment.meter;
        self.core.thaw(&mut experiment.world.core, |from| meter.unpack(from));
        experiment.world.core.shared.thaw();
        experiment.world.behaviours = self.components.iter().map(|c| c.thawed()).collect();
        experiment.meter.thaw();
        experiment.reschedule(journal);
        experiment
    }

    /// Whether a run that went on from here would have all the stories by now that this one, which did, has.
    pub fn suffices(&self, run: &Experiment) -> bool {
        self.rest.stories.suffices(run.stories.ended())
    }

    /// Weighs what was not weighed with another snapshot.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(mem::size_of::<Snapshot>());
        self.rest.weigh(scale);
        self.core.weigh(scale);
        scale.add(list(&self.components));
        for component in &self.components {
            if scale.shared(component, 0) {
                component.weigh(scale);
            }
        }
    }
}

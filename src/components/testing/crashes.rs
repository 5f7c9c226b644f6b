//! What a crash leaves: of every kind nothing of what its process knew, and with its disk nothing at all.

use super::super::benches;
use super::{document, inflict, to};
use crate::diagram::Fault;
use crate::lab::Experiment;

const IT: &str = "it";

#[test]
fn of_every_kind_a_crash_leaves_the_disk_and_nothing_of_memory() {
    let mut remembered = 0;
    for (kind, bench) in benches() {
        let mut experiment = Experiment::new(&document(&bench.nodes, &bench.links));
        to(&mut experiment, 3.0);
        let [(memory, _), (fresh, _)] = experiment.component(IT).contents();
        remembered += u32::from(memory != fresh);
        inflict(&mut experiment, Fault::Crash { node: IT.into() });
        let [(memory, stored), (fresh, _)] = experiment.component(IT).contents();
        assert_eq!(memory, fresh, "{}", kind.id);
        to(&mut experiment, 4.0);
        assert_eq!(experiment.component(IT).contents()[0].1, stored, "the disk of {} while it is down", kind.id);
        inflict(&mut experiment, Fault::LoseDisk { node: IT.into() });
        let [now, fresh] = experiment.component(IT).contents();
        assert_eq!(now, fresh, "{} without its disk", kind.id);
        inflict(&mut experiment, Fault::Restart { node: IT.into() });
        to(&mut experiment, 6.0);
    }
    assert!(remembered > 6, "only {remembered} kinds had anything to forget");
}

/// Which kinds have something that outlives a crash: what a learner is told of them.
#[test]
fn stores_queues_and_directories_outlive_a_crash() {
    let mut durable = Vec::new();
    for (kind, bench) in benches() {
        let mut experiment = Experiment::new(&document(&bench.nodes, &bench.links));
        to(&mut experiment, 3.0);
        inflict(&mut experiment, Fault::Crash { node: IT.into() });
        let [(_, stored), (_, fresh)] = experiment.component(IT).contents();
        durable.extend((stored != fresh).then_some(kind.id));
    }
    assert_eq!(durable, ["queue", "database", "replica", "shard_router"]);
}

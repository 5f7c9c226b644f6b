//! Figures of several members as those of the node that they stand for: counts add up, and so do levels unless their kind says otherwise.
//! Measures nothing.

use crate::components::{Gauge, Gauges, Reading};
use crate::lab::frame::NodeBucket;
use crate::lab::meter::{LinkLately, NodeCount, NodeLately};

/// What a node and all its members count.
pub fn counts(of: impl Iterator<Item = NodeCount>) -> NodeCount {
    of.reduce(|mut sum, next| {
        sum.add(&next);
        sum
    })
    .unwrap_or_default()
}

/// A node over the last second.
pub fn nodes_lately(of: &[NodeLately]) -> NodeLately {
    if let [one] = of {
        return *one;
    }
    let sum = |f: fn(&NodeLately) -> f64| of.iter().map(f).sum::<f64>();
    let ended = sum(|m| m.handled_per_s + m.refused_per_s);
    let well = sum(|m| (m.handled_per_s + m.refused_per_s) * m.ok_share.unwrap_or(0.0));
    NodeLately {
        completed_per_s: sum(|m| m.completed_per_s),
        handled_per_s: sum(|m| m.handled_per_s),
        refused_per_s: sum(|m| m.refused_per_s),
        ok_share: (ended > 0.0).then(|| well / ended),
        utilisation: sum(|m| m.utilisation) / of.len().max(1) as f64,
    }
}

/// A link over the last second.
pub fn links_lately(of: impl Iterator<Item = LinkLately>) -> LinkLately {
    let (mut started_per_s, mut failed, mut greatest, mut number) = (0.0, 0.0, 0.0_f64, 0);
    for link in of {
        started_per_s += link.started_per_s;
        failed += link.started_per_s * link.failed_share;
        greatest = greatest.max(link.failed_share);
        number += 1;
    }
    let failed_share = if number == 1 || started_per_s == 0.0 { greatest } else { (failed / started_per_s).min(1.0) };
    LinkLately { started_per_s, failed_share }
}

/// One reading and another of the same gauge; how many members the first is of.
fn add(sum: Reading, next: Reading, members: f64) -> Reading {
    match (sum, next) {
        (Reading::Level(a), Reading::Level(b)) => Reading::Level(a + b),
        (Reading::Each(a), Reading::Each(b)) => Reading::Each((a * members + b) / (members + 1.0)),
        (Reading::Total(a), Reading::Total(b)) => Reading::Total(a + b),
        (Reading::Ratio(part, whole), Reading::Ratio(more, of)) => Reading::Ratio(part + more, whole + of),
        (Reading::Peak(a), Reading::Peak(b)) => Reading::Peak(a.max(b)),
        (sum, _) => sum,
    }
}

/// Whether a member that was retired still has a part in it.
fn outlasts(reading: Reading) -> bool {
    !matches!(reading, Reading::Level(_) | Reading::Each(_))
}

/// What members that are there tell, and what those have left that were retired.
pub fn gauges(of: impl Iterator<Item = (bool, Gauges)>) -> Gauges {
    let mut sum: Vec<(Gauge, f64)> = Vec::new();
    for (there, gauges) in of {
        for gauge in gauges.into_iter().filter(|gauge| there || outlasts(gauge.reading)) {
            let Some((before, members)) = sum.iter_mut().find(|(before, _)| before.name == gauge.name) else {
                sum.push((gauge, 1.0));
                continue;
            };
            before.reading = add(before.reading, gauge.reading, *members);
            if matches!(gauge.reading, Reading::Level(_)) {
                before.of = before.of.zip(gauge.of).map(|(a, b)| a + b);
            }
            *members += 1.0;
        }
    }
    sum.into_iter().map(|(gauge, _)| gauge).collect()
}

/// The series of a node from those of its members. They end their buckets together; who came later has fewer.
pub fn series(mut of: Vec<Vec<NodeBucket>>) -> Vec<NodeBucket> {
    if of.len() == 1 {
        return of.remove(0);
    }
    let mut sum: Vec<NodeBucket> = Vec::new();
    for member in of {
        for bucket in member {
            let end = bucket.start + bucket.length;
            match sum.binary_search_by_key(&end, |b| b.start + b.length) {
                Ok(place) => add_bucket(&mut sum[place], &bucket),
                Err(place) => sum.insert(place, bucket),
            }
        }
    }
    sum
}

fn add_bucket(sum: &mut NodeBucket, next: &NodeBucket) {
    let members = sum.instances + next.instances;
    if members > 0.0 {
        sum.utilisation = (sum.utilisation * sum.instances + next.utilisation * next.instances) / members;
    }
    for (name, reading) in next.gauges.iter().filter(|(_, reading)| next.instances > 0.0 || outlasts(*reading)) {
        match sum.gauges.iter_mut().find(|(n, _)| n == name) {
            Some((_, before)) => *before = add(*before, *reading, sum.instances.max(1.0)),
            None => sum.gauges.push((*name, *reading)),
        }
    }
    sum.start = sum.start.min(next.start);
    sum.length = sum.length.max(next.length);
    sum.instances = members;
    sum.queue += next.queue;
    sum.handled += next.handled;
    sum.ended += next.ended;
    sum.failed += next.failed;
    sum.cost_per_hour += next.cost_per_hour;
}

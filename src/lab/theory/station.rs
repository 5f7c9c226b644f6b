//! Which queue a node with workers is: decided from the document, with the reason where it is none that has been solved.
//! The formulas are elsewhere.

use super::flow::{arriving, instances, model, named, spec, travel, Flow};
use super::laws::second_moment;
use super::queues::{markov, pollaczek_khinchine, sojourn_quantile, Steady};
use super::{Input, Theory};
use crate::components::kind;
use crate::components::model::{Station, HELD};
use crate::diagram::{Document, Link, Node};
use crate::engine::link::Role;
use crate::engine::station::Discipline;
use crate::engine::Distribution;
use crate::lab::trials::Metric;

fn station(document: &Document, node: &Node) -> Result<Station, String> {
    kind(&node.kind).ok_or("its kind is unknown here")?;
    let found = model(node).station.ok_or("it has no line of its own that theory speaks of")?;
    let role_of = |l: &Link| spec(document, l).role;
    let is_held = |by: &[Role]| document.links.iter().any(|l| l.from == node.id && by.contains(&role_of(l)));
    match found {
        Ok(station) if is_held(station.held_by) => Err(named(HELD, node)),
        found => found.map_err(|why| named(why, node)),
    }
}

/// Mean and second moment of the service time in ms, and whether it is exponential.
fn moments(station: &Station, flow: &Flow) -> (f64, f64, bool) {
    let share = flow.reads / flow.rate();
    let (read, write) = (&station.reads, &station.writes);
    let (r, w, more) = (read.mean_ms(), write.mean_ms(), station.write_more_ms);
    let mean = share * r + (1.0 - share) * (w + more);
    let square = share * second_moment(read) + (1.0 - share) * (second_moment(write) + 2.0 * more * w + more * more);
    let is = |law: &Distribution| matches!(law, Distribution::Exponential { .. } | Distribution::Erlang { k: 1, .. });
    let exponential = match share {
        1.0 => is(read),
        0.0 => is(write) && more == 0.0,
        _ => is(read) && is(write) && r == w && more == 0.0,
    };
    (mean, square, exponential)
}

const ERLANG: &str = "Erlang (1917), C formula";
const ERLANG_B: &str = "Erlang (1917), B formula";
const BIRTH_DEATH: &str = "Kleinrock, Queueing Systems vol. 1 (1975), birth and death";
const POLLACZEK: &str = "Pollaczek (1930), Khinchine (1932)";
const KELLY: &str = "Kelly, Reversibility and Stochastic Networks (1979), symmetric queues";
const LEE_LONGTON: &str = "Lee, Longton (1959)";

/// At most this share may be turned away where a formula knows no bound.
const FEW: f64 = 1e-4;

/// The theory of a node with workers.
pub(super) fn theory(document: &Document, node: &Node) -> Result<Theory, String> {
    let station = station(document, node)?;
    let flow = arriving(document, &node.id)?;
    if let Some(why) = flow.irregular {
        return Err(why);
    }
    let (service_ms, square, exponential) = moments(&station, &flow);
    if service_ms <= 0.0 || !service_ms.is_finite() {
        return Err("its service time has no mean above zero".into());
    }
    // What is called by name goes to one of its instances at random, so each is sent a Poisson process of its own.
    let number = f64::from(instances(node));
    let (lambda, service, c) = (flow.rate() / number, service_ms / 1e3, station.workers);
    let load = lambda * service / f64::from(c);
    let bounded = markov(lambda, service, c, Some(station.room)).ok_or("the load is too high for a steady state")?;
    let roomy = bounded.rejected < 1e-9;
    let cv2 = square / (service_ms * service_ms) - 1.0;
    let sharing = station.discipline == Discipline::Sharing;
    let k = u64::from(c) + u64::from(station.room);
    let name = |inner: &str| match (roomy, station.room) {
        (true, _) => format!("M/{inner}/{c}"),
        (false, 0) => format!("M/{inner}/{c}/{c}"),
        (false, _) => format!("M/{inner}/{c}/{k}"),
    };
    let service_letter = match &station.reads {
        Distribution::Constant { .. } if cv2.abs() < 1e-9 => "D",
        _ => "G",
    };
    let (name, source, exact, steady) = if sharing {
        (format!("{}, processor sharing", name("G")), KELLY, true, bounded)
    } else if exponential {
        let source = match (c, roomy, station.room) {
            (_, false, 0) => ERLANG_B,
            (1, ..) | (_, false, _) => BIRTH_DEATH,
            _ => ERLANG,
        };
        (name("M"), source, true, bounded)
    } else if station.room == 0 {
        (name(service_letter), ERLANG_B, true, bounded)
    } else if station.discipline == Discipline::Preemptive {
        return Err("with interruptions only exponential service times are solved".into());
    } else if load >= 1.0 || bounded.rejected > FEW {
        return Err("a bounded line that is often full is solved for exponential service times only".into());
    } else if c == 1 {
        let wait = pollaczek_khinchine(lambda, service, square / 1e6).ok_or("the spread of its service time is without bound")?;
        (format!("M/{service_letter}/1"), POLLACZEK, true, unbounded(lambda, load, wait))
    } else if square.is_finite() {
        let wait = bounded.wait * (1.0 + cv2) / 2.0;
        (format!("M/{service_letter}/{c}"), LEE_LONGTON, false, unbounded(lambda, load, wait))
    } else {
        return Err("the spread of its service time is without bound".into());
    };
    let mut figures = vec![
        (Metric::Utilisation, steady.utilisation),
        (Metric::Waiting, steady.waiting * number),
        (Metric::Wait, steady.wait * 1e3),
        (Metric::Stay, steady.wait * 1e3 + service_ms),
        (Metric::Rejected, steady.rejected),
    ];
    if flow.direct && is_whole_system(document, node) {
        let way = flow.there_ms + flow.back_ms;
        let fifo = exponential && roomy && station.discipline == Discipline::Fifo;
        let quantile = |q: f64| sojourn_quantile(lambda, service, c, q).map(|s| s * 1e3 + way).filter(|_| fifo && flow.constant);
        let in_time = flow.timeout_ms.is_infinite() || quantile(0.9999).is_some_and(|ms| ms < flow.timeout_ms);
        if in_time {
            figures.push((Metric::Throughput, lambda * number * (1.0 - steady.rejected)));
            figures.push((Metric::Availability, 1.0 - steady.rejected));
            figures.push((Metric::LatencyMean, steady.wait * 1e3 + service_ms + way));
            let percentiles = [(Metric::LatencyP50, 0.5), (Metric::LatencyP95, 0.95), (Metric::LatencyP99, 0.99)];
            figures.extend(percentiles.into_iter().filter_map(|(metric, q)| Some((metric, quantile(q)?))));
        }
    }
    let name = if number > 1.0 { format!("{number} × {name}") } else { name };
    let inputs = vec![
        Input { label: "arrivals", value: lambda, unit: "/s" },
        Input { label: "mean service time", value: service_ms, unit: "ms" },
        Input { label: "workers", value: f64::from(c), unit: "" },
        Input { label: "load", value: load, unit: "%" },
        Input { label: "squared coefficient of variation", value: cv2, unit: "" },
    ];
    Ok(Theory { name, source, exact, figures, inputs, saturates_at: Some(1.0 / load) })
}

fn unbounded(lambda: f64, load: f64, wait: f64) -> Steady {
    Steady { waiting: lambda * wait, rejected: 0.0, utilisation: load, must_wait: load, wait }
}

/// Whether all that clients send goes to this node and nowhere else.
fn is_whole_system(document: &Document, node: &Node) -> bool {
    let begins = |node: &Node| model(node).source.is_some();
    let from_clients = |from: &str| document.node(from).is_some_and(begins);
    let sent = document.links.iter().filter(|l| from_clients(&l.from));
    let mut seen = Vec::new();
    let fits = sent.clone().all(|l| {
        let spec = spec(document, l);
        let once = !seen.contains(&&l.from);
        seen.push(&l.from);
        let whole = spec.rule.when == crate::engine::link::When::Any && spec.rule.probability == 1.0 && spec.rule.count == 1;
        once && l.to == node.id && whole && spec.loss == 0.0 && travel(&spec).0.is_finite()
    });
    fits && sent.count() == document.nodes.iter().filter(|n| begins(n)).count()
}

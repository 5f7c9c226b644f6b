//! Which queue a node with workers is: decided from the document, with the reason where it is none that has been solved.
//! The formulas are elsewhere.

use super::flow::{arriving, spec, travel, values, Flow};
use super::laws::second_moment;
use super::queues::{markov, pollaczek_khinchine, sojourn_quantile, Steady};
use super::{Input, Theory};
use crate::components::{cache, database, kind, replica, service};
use crate::diagram::{Document, Node};
use crate::engine::link::Role;
use crate::engine::station::Discipline;
use crate::engine::Distribution;
use crate::lab::trials::Metric;

/// A node with workers, in a formula's terms.
struct Station {
    workers: u32,
    room: u32,
    discipline: Discipline,
    /// The time of reads, and of writes, in ms.
    laws: [Distribution; 2],
    /// Added to each write, in ms.
    write_more: f64,
}

fn station(document: &Document, node: &Node) -> Result<Station, String> {
    let v = values(node);
    let name = &node.name;
    let calls = document.links.iter().filter(|l| l.from == node.id).any(|l| matches!(spec(document, l).role, Role::Call | Role::Aside));
    match node.kind.as_str() {
        "service" => {
            let p = service::Params::from_values(&v);
            if calls {
                return Err(format!("a worker of {name} is held while it waits for others, so its time is not its own"));
            }
            if p.slowdown_per_request.0 > 0 {
                return Err(format!("{name} gets slower with the load"));
            }
            if p.sessions != service::Keeping::Nowhere {
                return Err(format!("{name} keeps sessions, so its time depends on who asked before"));
            }
            let law = p.service_time.scaled(1.0 / p.size.speed());
            Ok(Station { workers: p.workers, room: p.queue_limit, discipline: p.discipline, laws: [law.clone(), law], write_more: 0.0 })
        }
        "database" => {
            let p = database::Params::from_values(&v);
            let ships = document.links.iter().filter(|l| l.from == node.id).any(|l| spec(document, l).role == Role::Log);
            if ships && p.replication != database::Replication::Asynchronous {
                return Err(format!("a worker of {name} is held while it waits for others, so its time is not its own"));
            }
            let flush = if p.durability == database::Durability::EveryWrite { p.flush_time.as_millis_f64() } else { 0.0 };
            let room = p.queue_limit.min(p.connections.saturating_sub(p.workers));
            Ok(Station { workers: p.workers, room, discipline: Discipline::Fifo, laws: [p.read_time, p.write_time], write_more: flush })
        }
        "replica" => {
            let p = replica::Params::from_values(&v);
            let law = p.read_time;
            Ok(Station { workers: p.workers, room: p.queue_limit, discipline: Discipline::Fifo, laws: [law.clone(), law], write_more: 0.0 })
        }
        "cache" => {
            let p = cache::Params::from_values(&v);
            let law = p.service_time;
            Ok(Station { workers: p.workers, room: p.queue_limit, discipline: Discipline::Fifo, laws: [law.clone(), law], write_more: 0.0 })
        }
        "inline_cache" => Err(format!("a worker of {name} is held while it waits for others, so its time is not its own")),
        other => match kind(other) {
            Some(_) => Err("it has no line of its own that theory speaks of".into()),
            None => Err("its kind is unknown here".into()),
        },
    }
}

/// Mean and second moment of the service time in ms, and whether it is exponential.
fn moments(station: &Station, flow: &Flow) -> (f64, f64, bool) {
    let share = flow.reads / flow.rate();
    let [read, write] = &station.laws;
    let (r, w, more) = (read.mean_ms(), write.mean_ms(), station.write_more);
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
    let (lambda, service, c) = (flow.rate(), service_ms / 1e3, station.workers);
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
    let service_letter = match &station.laws[0] {
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
        (Metric::Waiting, steady.waiting),
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
            figures.push((Metric::Throughput, lambda * (1.0 - steady.rejected)));
            figures.push((Metric::Availability, 1.0 - steady.rejected));
            figures.push((Metric::LatencyMean, steady.wait * 1e3 + service_ms + way));
            let percentiles = [(Metric::LatencyP50, 0.5), (Metric::LatencyP95, 0.95), (Metric::LatencyP99, 0.99)];
            figures.extend(percentiles.into_iter().filter_map(|(metric, q)| Some((metric, quantile(q)?))));
        }
    }
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
    let from_clients = |from: &str| document.node(from).is_some_and(|n| n.kind == "clients");
    let sent = document.links.iter().filter(|l| from_clients(&l.from));
    let mut seen = Vec::new();
    let fits = sent.clone().all(|l| {
        let spec = spec(document, l);
        let once = !seen.contains(&&l.from);
        seen.push(&l.from);
        let whole = spec.rule.when == crate::engine::link::When::Any && spec.rule.probability == 1.0 && spec.rule.count == 1;
        once && l.to == node.id && whole && spec.loss == 0.0 && travel(&spec).0.is_finite()
    });
    fits && sent.count() == document.nodes.iter().filter(|n| n.kind == "clients").count()
}

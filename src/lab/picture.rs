//! Reads a frame, stories and series off an experiment. Changes nothing.

use crate::components::View;
use crate::engine::link::Role;
use crate::engine::random::mix;
use crate::engine::trace::{SpanIndex, Trace, NO_SPAN};
use crate::engine::under_way::{Payload, Transit};
use crate::engine::{LinkIndex, NodeIndex, Operation, SimTime};
use crate::lab::experiment::Experiment;
use crate::lab::frame::*;
use crate::metrics::{availability, cost_per_hour};
use crate::order::Ordered;
use crate::policies::Policies;

impl Experiment {
    /// The picture now, with at most about `max_packets` packets: when there are more, those of a fixed sample of requests.
    pub fn frame(&self, max_packets: usize) -> Frame {
        let core = &self.world.core;
        let mut link_places = vec![usize::MAX; core.links.len()];
        let mut links = Vec::with_capacity(core.links.len());
        for (i, link) in core.links.iter().enumerate().filter(|(_, l)| !l.removed) {
            link_places[i] = links.len();
            links.push(self.link_frame(LinkIndex(i as u32), link));
        }
        let indices = 0..core.nodes.len();
        let nodes: Vec<NodeFrame> = indices.filter(|i| !core.nodes[*i].removed).map(|i| self.node_frame(NodeIndex(i as u32))).collect();
        // Powers of two, so that the sample stays the same while the number of packets wavers.
        let one_in = (core.transits.len() / max_packets.max(1)).checked_next_power_of_two().unwrap_or(1).max(1) as u64;
        let one_in = if core.transits.len() <= max_packets { 1 } else { one_in.max(2) };
        let drawn = |t: &Transit<_>| one_in == 1 || t.request_id > 0 && mix(0x6472_6177, t.request_id).is_multiple_of(one_in);
        self.measure_flows(&mut links, &link_places);
        let mut node_places = vec![usize::MAX; core.nodes.len()];
        for (place, i) in (0..core.nodes.len()).filter(|i| !core.nodes[*i].removed).enumerate() {
            node_places[i] = place;
        }
        let drawn = core.transits.values().filter(|t| max_packets > 0 && !t.lost && drawn(t));
        let mut packets = Vec::with_capacity(core.transits.len().min(max_packets));
        packets.extend(drawn.map(|t| self.packet(t, link_places[t.link.at()], &node_places)));
        let cost_per_hour = nodes.iter().map(|n| n.cost_per_hour).sum();
        let lately = self.meter.requests_lately(core.now, cost_per_hour);
        Frame {
            now: core.now,
            stopped: self.stopped(),
            nodes,
            links,
            packets,
            one_in,
            in_flight: core.nodes.iter().map(|n| n.requests.in_flight as usize).sum(),
            availability: self.availability(),
            cost_per_hour,
            cost_per_million: lately.cost_per_million,
            lately,
        }
    }

    fn link_frame(&self, index: LinkIndex, link: &crate::engine::link::Link<Policies>) -> LinkFrame {
        let lately = self.meter.link_lately(&self.world, index);
        LinkFrame {
            id: self.link_ids[index.at()].clone(),
            cut: link.cut,
            replication: link.spec.role == Role::Log,
            delivery: link.spec.role == Role::Delivery,
            rate_per_s: lately.started_per_s,
            failed_share: lately.failed_share,
            open: link.ledger.open as usize,
            in_transit: link.in_transit as usize,
            there: Flow::default(),
            back: Flow::default(),
        }
    }

    /// Measures the flows on the links: all messages, drawn or not.
    fn measure_flows(&self, links: &mut [LinkFrame], places: &[usize]) {
        for transit in self.world.core.transits.values() {
            let Some(link) = links.get_mut(places[transit.link.at()]) else { continue };
            if transit.lost || matches!(transit.payload, Payload::Signal { .. } | Payload::Handshake { .. }) && !link.replication {
                continue;
            }
            let flow = if transit.forward { &mut link.there } else { &mut link.back };
            flow.messages += 1;
            flow.travel_s += transit.end.since(transit.start).as_secs_f64();
        }
        for flow in links.iter_mut().flat_map(|l| [&mut l.there, &mut l.back]) {
            flow.travel_s /= flow.messages.max(1) as f64;
        }
    }

    fn packet<G>(&self, transit: &Transit<G>, link: usize, node_places: &[usize]) -> Packet {
        let core = &self.world.core;
        let place = |node: NodeIndex| node_places.get(node.at()).copied().filter(|p| *p != usize::MAX);
        let (user, born, version, keeper) = match &transit.payload {
            Payload::Signal { .. } | Payload::Handshake { .. } => (None, None, None, None),
            Payload::Call { message, request_start, .. } => {
                let callee = core.links[transit.link.at()].to;
                let keeps = self.world.behaviours[callee.at()].keeps_data();
                (Some(message.user), Some(*request_start), None, place(callee).filter(|_| keeps))
            }
            Payload::Reply { attempt, outcome, .. } => {
                let call = core.attempted(*attempt);
                let value = outcome.ok().flatten();
                let answers = place(core.links[transit.link.at()].to);
                (call.map(|c| c.message.user), call.map(|c| c.request_start), value.map(|v| v.0), value.and(answers))
            }
        };
        let packet = Packet { user, born, version, keeper, ..packet(transit, link, core.links[transit.link.at()].spec.role, core.now) };
        let stale = match &transit.payload {
            Payload::Reply { outcome: Ok(Some(value)), operation: Operation::Read, key, .. } => {
                core.shared.judge.is_stale(core.links[transit.link.at()].to, *key, *value, transit.request_id)
            }
            _ => false,
        };
        Packet { fate: if stale { PacketFate::StaleReply } else { packet.fate }, ..packet }
    }

    fn node_frame(&self, index: NodeIndex) -> NodeFrame {
        let core = &self.world.core;
        let node = &core.nodes[index.at()];
        let component = &self.world.behaviours[index.at()];
        let view = View { core, node: index };
        let lately = self.meter.node_lately(&self.world, index);
        let workers = node.station.spec.workers;
        let id = |n: NodeIndex| self.node_ids[n.at()].clone();
        NodeFrame {
            id: id(index),
            health: match () {
                () if matches!(component, crate::components::Component::Placeholder(_)) => Health::Placeholder,
                () if !node.up || node.hangs => Health::Down(node.down_since),
                () if node.slow != 1.0 => Health::Slow(node.slow),
                () => Health::Up,
            },
            rate_per_s: lately.handled_per_s,
            refused_per_s: lately.refused_per_s,
            availability: self.node_availability(index),
            cost_per_hour: cost_per_hour(component.prices(), lately.completed_per_s),
            ok_share: lately.ok_share.unwrap_or(1.0),
            busy: node.station.occupied() as usize,
            workers: workers.map(|w| w as usize),
            queue: node.station.queue_len() as usize,
            queue_limit: node.station.spec.queue_limit.map(|l| l as usize),
            utilisation: lately.utilisation,
            gauges: self.meter.gauges_lately(&self.world, index).into_vec(),
            verdicts: component.verdicts(&view).into_iter().map(|(n, what)| (id(n), what)).collect(),
            shares: component.shares(&view).into_iter().map(|(n, share)| (id(n), share)).collect(),
            sample: component.sample(),
        }
    }

    /// The story of a request, in flight or recently ended.
    pub fn waterfall(&self, request: RequestId) -> Option<Waterfall> {
        let flying = self.world.core.requests.values().filter_map(|r| r.trace.as_deref());
        let ended = self.stories.notable.iter().rev().chain(self.stories.ordinary.iter().rev()).map(|t| &**t);
        flying.chain(ended).find(|t| t.id == request).map(|t| self.render(t))
    }

    /// Recently ended requests, newest first, at most 50: failures and stale reads before the rest.
    pub fn recent(&self) -> Vec<Waterfall> {
        let notable = self.stories.notable.iter().rev().take(8);
        let ordinary = self.stories.ordinary.iter().rev().take(50 - notable.len());
        notable.chain(ordinary).map(|t| self.render(t)).collect()
    }

    fn render(&self, trace: &Trace) -> Waterfall {
        let id = |n: NodeIndex| self.node_ids[n.at()].clone();
        let mut depths: Vec<usize> = Vec::with_capacity(trace.spans.len());
        for span in &trace.spans {
            let depth = if span.parent == NO_SPAN { 0 } else { depths.get(span.parent as usize).map_or(0, |d| d + 1) };
            depths.push(depth);
        }
        let span = |i: usize, s: &crate::engine::trace::Span| Span {
            kind: s.kind,
            depth: depths[i],
            start: s.start,
            end: s.end(),
            node: id(s.node),
            attempt: s.attempt,
            why: trace.why(i as SpanIndex).to_string(),
            failed: s.failed.map(|r| r.as_str()),
        };
        let outcome = match trace.end {
            None => "in flight",
            Some((_, Err(failure))) => failure.reason.as_str(),
            Some((_, Ok(_))) if trace.stale => "stale",
            Some((_, Ok(_))) => "ok",
        };
        Waterfall {
            request: trace.id,
            operation: if trace.message.operation == Operation::Read { "read" } else { "write" },
            key: trace.message.key,
            user: trace.message.user,
            start: trace.start,
            end: trace.end.map(|(at, _)| at),
            outcome: outcome.to_string(),
            spans: in_tree_order(trace).into_iter().map(|i| span(i, &trace.spans[i])).collect(),
        }
    }

    /// The series over the run so far: buckets get longer as the run does.
    pub fn series(&self) -> impl DoubleEndedIterator<Item = &Bucket> + ExactSizeIterator + '_ {
        self.meter.series()
    }

    /// The series with neighbours merged until at most `most` buckets are left: for charts that are to be read rather than measured.
    pub fn series_of_at_most(&self, most: usize) -> Vec<Bucket> {
        self.meter.series_of_at_most(most)
    }

    /// A node's series; empty if there is no such node.
    pub fn node_series(&self, id: &str) -> Vec<NodeBucket> {
        self.node_index(id).map(|n| self.meter.node_series(n).collect()).unwrap_or_default()
    }

    /// The same with neighbours merged until at most `most` buckets are left.
    pub fn node_series_of_at_most(&self, id: &str, most: usize) -> Vec<NodeBucket> {
        self.node_index(id).map(|n| self.meter.node_series_of_at_most(n, most)).unwrap_or_default()
    }

    /// The nodes with workers that were the busiest over the run so far, at most this many: their ids, the busiest first.
    pub fn busiest(&self, most: usize) -> Vec<&str> {
        let core = &self.world.core;
        let limited = (0..core.nodes.len()).filter(|i| !core.nodes[*i].removed && core.nodes[*i].station.spec.workers.is_some());
        let load = |i: usize| -> f64 { self.meter.node_series(NodeIndex(i as u32)).map(|b| b.utilisation * b.length.as_secs_f64()).sum() };
        let mut loads: Vec<(f64, usize)> = limited.map(|i| (load(i), i)).collect();
        loads.order_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        loads.into_iter().take(most).map(|(_, i)| self.node_ids[i].as_str()).collect()
    }

    /// How long requests took that ended since the statistics began, of one client node or of all together. Empty if there is no such
    /// client.
    pub fn distribution(&self, client: Option<&str>) -> LatencySpread {
        let client = match client.map(|id| self.node_index(id)) {
            Some(None) => return LatencySpread::default(),
            Some(found) => found,
            None => None,
        };
        let [ok, failed] = self.meter.latency(client);
        let mut all = ok.clone();
        all.merge(&failed);
        LatencySpread {
            bars: ok.bars(),
            ok: ok.summary(),
            failed: failed.summary(),
            all: all.summary(),
            availability: availability(ok.count(), failed.count()),
        }
    }
}

/// Spans with each parent right before its children, siblings in order of start.
fn in_tree_order(trace: &Trace) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); trace.spans.len()];
    let mut stack: Vec<usize> = Vec::new();
    for (i, span) in trace.spans.iter().enumerate() {
        match children.get_mut(span.parent as usize) {
            Some(siblings) if span.parent != NO_SPAN => siblings.push(i),
            _ => stack.push(i),
        }
    }
    stack.reverse();
    let mut order = Vec::with_capacity(trace.spans.len());
    while let Some(i) = stack.pop() {
        order.push(i);
        stack.extend(children[i].iter().rev());
    }
    order
}

fn packet<G>(transit: &Transit<G>, link: usize, role: Role, now: SimTime) -> Packet {
    let span = transit.end.since(transit.start).0.max(1) as f64;
    let (kind, fate) = match &transit.payload {
        Payload::Signal { .. } | Payload::Handshake { .. } => (PacketKind::Control, PacketFate::Outbound),
        Payload::Call { .. } => (kind_of(transit), PacketFate::Outbound),
        Payload::Reply { outcome: Err(_), .. } => (kind_of(transit), PacketFate::Error),
        Payload::Reply { .. } => (kind_of(transit), PacketFate::Reply),
    };
    let kind = if role == Role::Delivery && kind != PacketKind::Control { PacketKind::Message } else { kind };
    Packet {
        link,
        progress: (now.since(transit.start).0 as f64 / span).min(1.0),
        forward: transit.forward,
        kind,
        fate,
        attempt: transit.attempt,
        request: (transit.request_id > 0).then_some(transit.request_id),
        key: transit.about().map(|(_, key)| key),
        user: None,
        version: None,
        keeper: None,
        born: None,
    }
}

fn kind_of<G>(transit: &Transit<G>) -> PacketKind {
    match transit.about() {
        Some((operation, _)) if operation.writes() => PacketKind::Write,
        _ => PacketKind::Read,
    }
}

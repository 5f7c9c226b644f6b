//! Reads a frame, stories and series off an experiment. Changes nothing.

use crate::components::View;
use crate::engine::link::Role;
use crate::engine::random::mix;
use crate::engine::trace::{SpanIndex, Trace, NO_SPAN};
use crate::engine::under_way::{Payload, Transit};
use crate::engine::{LinkIndex, NodeIndex, Operation, SimTime};
use crate::lab::experiment::Experiment;
use crate::lab::frame::*;
use crate::lab::meter::NodeLately;
use crate::lab::sums;
use crate::metrics::{availability, cost_per_hour};
use crate::order::Ordered;

impl Experiment {
    /// The picture now, with at most about `max_packets` packets: when there are more, those of a fixed sample of requests.
    pub fn frame(&self, max_packets: usize) -> Frame {
        let core = &self.world.core;
        let mut link_places = vec![usize::MAX; core.links.len()];
        let mut links = Vec::with_capacity(core.links.len());
        for (i, link) in core.links.iter().enumerate() {
            if link.removed || link_places[i] != usize::MAX {
                continue;
            }
            let id = self.members.link_id(LinkIndex(i as u32));
            let all = self.members.links_of(id);
            all.iter().for_each(|link| link_places[link.at()] = links.len());
            links.push(self.link_frame(id, all));
        }
        let mut node_places = vec![usize::MAX; core.nodes.len()];
        let mut nodes = Vec::with_capacity(core.nodes.len());
        for i in (0..core.nodes.len()).filter(|i| !core.nodes[*i].removed && self.members.number(NodeIndex(*i as u32)) == 1) {
            let id = self.members.id(NodeIndex(i as u32));
            let members = self.members.of(id);
            members.iter().for_each(|member| node_places[member.at()] = nodes.len());
            nodes.push(self.node_frame(id, members));
        }
        self.pass_verdicts(&mut nodes, &node_places);
        // Powers of two, so that the sample stays the same while the number of packets wavers.
        let one_in = (core.transits.len() / max_packets.max(1)).checked_next_power_of_two().unwrap_or(1).max(1) as u64;
        let one_in = if core.transits.len() <= max_packets { 1 } else { one_in.max(2) };
        let drawn = |t: &Transit<_>| one_in == 1 || t.request_id > 0 && mix(0x6472_6177, t.request_id).is_multiple_of(one_in);
        self.measure_flows(&mut links, &link_places);
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

    fn link_frame(&self, id: &str, all: &[LinkIndex]) -> LinkFrame {
        let links = || all.iter().map(|l| &self.world.core.links[l.at()]);
        let lately = sums::links_lately(all.iter().map(|l| self.meter.link_lately(&self.world, *l)));
        let role = links().next().map(|l| l.spec.role);
        LinkFrame {
            id: id.to_string(),
            cut: links().any(|l| l.impairments.is_cut(self.now())),
            passed_on: links().map(|l| l.ledger.passed_on.total()).sum(),
            lost: links().map(|l| l.dropped).sum(),
            retransmitted: links().map(|l| l.retransmitted).sum(),
            impairments: links().next().map(|l| l.impairments.in_force(self.now()).copied().collect()).unwrap_or_default(),
            replication: role == Some(Role::Log),
            delivery: role == Some(Role::Delivery),
            rate_per_s: lately.started_per_s,
            failed_share: lately.failed_share,
            open: links().map(|l| l.ledger.open as usize).sum(),
            in_transit: links().map(|l| l.in_transit as usize).sum(),
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

    fn health(&self, index: NodeIndex) -> Health {
        let node = &self.world.core.nodes[index.at()];
        match () {
            () if matches!(self.world.behaviours[index.at()], crate::components::Component::Placeholder(_)) => Health::Placeholder,
            () if node.vanished => Health::Down(Outage::Vanished, node.down_since),
            () if !node.up => Health::Down(Outage::Crashed, node.down_since),
            () if node.hangs => Health::Down(Outage::Hangs, node.down_since),
            () if node.slow != 1.0 => Health::Slow(node.slow),
            () => Health::Up,
        }
    }

    fn member_frame(&self, index: NodeIndex, lately: &NodeLately) -> MemberFrame {
        let station = &self.world.core.nodes[index.at()].station;
        MemberFrame {
            number: self.members.number(index),
            health: self.health(index),
            verdict: None,
            rate_per_s: lately.handled_per_s,
            busy: station.occupied() as usize,
            workers: station.spec.workers.map(|w| w as usize),
            queue: station.queue_len() as usize,
            utilisation: lately.utilisation,
        }
    }

    /// What is told of a node with these members.
    fn node_frame(&self, id: &str, indices: &[NodeIndex]) -> NodeFrame {
        let core = &self.world.core;
        let lately: Vec<NodeLately> = indices.iter().map(|i| self.meter.node_lately(&self.world, *i)).collect();
        let members: Vec<MemberFrame> = indices.iter().zip(&lately).map(|(i, lately)| self.member_frame(*i, lately)).collect();
        let cost = |(i, lately): (&NodeIndex, &NodeLately)| cost_per_hour(self.world.behaviours[i.at()].prices(), lately.completed_per_s);
        let cost_per_hour = indices.iter().zip(&lately).map(cost).sum();
        let lately = sums::nodes_lately(&lately);
        let component = &self.world.behaviours[indices[0].at()];
        let mut shares: Vec<(String, f64)> = Vec::new();
        for index in indices {
            let view = View { core, node: *index };
            for (to, share) in self.world.behaviours[index.at()].shares(&view) {
                let (to, share) = (self.members.id(to), share / indices.len() as f64);
                match shares.iter_mut().find(|(id, _)| id == to) {
                    Some((_, sum)) => *sum += share,
                    None => shares.push((to.to_string(), share)),
                }
            }
        }
        let gauges = sums::gauges(indices.iter().map(|i| (true, self.meter.gauges_lately(&self.world, *i))));
        NodeFrame {
            id: id.to_string(),
            health: health_of(&members),
            rate_per_s: lately.handled_per_s,
            refused_per_s: lately.refused_per_s,
            availability: self.node_availability(id),
            cost_per_hour,
            ok_share: lately.ok_share.unwrap_or(1.0),
            busy: members.iter().map(|m| m.busy).sum(),
            workers: members.iter().map(|m| m.workers).sum(),
            queue: members.iter().map(|m| m.queue).sum(),
            queue_limit: indices.iter().map(|i| core.nodes[i.at()].guards.queue_limit.limit().map(|l| l as usize)).sum(),
            utilisation: lately.utilisation,
            gauges: gauges.into_vec(),
            verdicts: Vec::new(),
            shares,
            sample: component.sample(),
            members: if indices.len() > 1 { members } else { Vec::new() },
        }
    }

    /// What nodes say of each other: of a node with several members, those who say it of all of them; of each member, what anybody says.
    fn pass_verdicts(&self, nodes: &mut [NodeFrame], places: &[usize]) {
        let core = &self.world.core;
        for i in (0..core.nodes.len()).filter(|i| !core.nodes[*i].removed) {
            let verdicts = self.world.behaviours[i].verdicts(&View { core, node: NodeIndex(i as u32) });
            for (about, what) in &verdicts {
                let Some(node) = places.get(about.at()).and_then(|place| nodes.get_mut(*place)) else { continue };
                let id = node.id.clone();
                let of_all = self.members.of(&id).iter().all(|member| verdicts.contains(&(*member, what)));
                if let Some(member) = node.members.iter_mut().find(|m| m.number == self.members.number(*about)) {
                    member.verdict = Some(what);
                }
                if let Some(judge) = places.get(i).and_then(|place| nodes.get_mut(*place)) {
                    if of_all && !judge.verdicts.iter().any(|(of, said)| *of == id && said == what) {
                        judge.verdicts.push((id, what));
                    }
                }
            }
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
            node: self.members.id(s.node).to_string(),
            member: self.members.told_number(s.node),
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
        sums::series(self.members.ever_of(id).iter().map(|n| self.meter.node_series(*n).collect()).collect())
    }

    /// The same with neighbours merged until at most `most` buckets are left.
    pub fn node_series_of_at_most(&self, id: &str, most: usize) -> Vec<NodeBucket> {
        NodeBucket::at_most(&self.node_series(id), most)
    }

    /// The nodes with workers that were the busiest over the run so far, at most this many: their ids, the busiest first.
    pub fn busiest(&self, most: usize) -> Vec<&str> {
        let core = &self.world.core;
        let is_first = |i: &usize| !core.nodes[*i].removed && self.members.number(NodeIndex(*i as u32)) == 1;
        let limited = (0..core.nodes.len()).filter(|i| is_first(i) && core.nodes[*i].station.spec.workers.is_some());
        let id = |i: usize| self.members.id(NodeIndex(i as u32));
        let load = |i: usize| -> f64 { self.node_series(id(i)).iter().map(|b| b.utilisation * b.length.as_secs_f64()).sum() };
        let mut loads: Vec<(f64, usize)> = limited.map(|i| (load(i), i)).collect();
        loads.order_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        loads.into_iter().take(most).map(|(_, i)| id(i)).collect()
    }

    /// How long requests took that ended since the statistics began, of one client node or of all together. Empty if there is no such
    /// client.
    pub fn distribution(&self, client: Option<&str>) -> LatencySpread {
        let client = match client.map(|id| self.members.of(id).first().copied()) {
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

/// Of several, as many as work count: it is down if none does, and slow if those are that work.
fn health_of(members: &[MemberFrame]) -> Health {
    let works = |m: &&MemberFrame| !matches!(m.health, Health::Down(..));
    let is_slow = |m: &MemberFrame| matches!(m.health, Health::Slow(_));
    let first = members.iter().find(works).or(members.first());
    match first.map_or(Health::Up, |m| m.health) {
        Health::Slow(_) if !members.iter().filter(works).all(is_slow) => Health::Up,
        health => health,
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

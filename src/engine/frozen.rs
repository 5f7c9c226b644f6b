//! A world apart from its behaviours in few bytes: nodes, links, what is under way, what is to come.
//! What changes only when the diagram does is shared by all copies. Knows no behaviour.

use std::sync::Arc;

use super::behaviour::Behaviour;
use super::core::{Core, NodeState, RequestLedger};
use super::ids::{CallKey, JobKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::link::{AttemptLedger, Link, LinkSpec, WaitFor};
use super::pack::{expand, packed, Pack, Packer, Texts, Unpacker};
use super::queue::{EventKind, EventQueue};
use super::random::Stream;
use super::scale::{list, Scale};
use super::slots::FrozenSlots;
use super::under_way::{Call, Job, Payload, RequestState, Service, Stages, Transit};

/// What only an edit changes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Layout {
    nodes: Vec<NodeLayout>,
    links: Vec<LinkLayout>,
}

/// Source of randomness, links from it and links to it.
type NodeLayout = (Stream, Vec<LinkIndex>, Vec<LinkIndex>);
/// Source of randomness, ends, settings.
type LinkLayout = (Stream, [NodeIndex; 2], LinkSpec);

/// A frozen core.
#[derive(Clone, Debug)]
pub struct Frozen<B: Behaviour> {
    bytes: Box<[u8]>,
    texts: Texts,
    layout: Arc<Layout>,
    signals: Vec<B::Signal>,
    requests: FrozenSlots<RequestKey, RequestState>,
    jobs: FrozenSlots<JobKey, Job>,
    calls: FrozenSlots<CallKey, Call>,
    transits: FrozenSlots<TransitKey, Transit<B::Signal>>,
}

packed!(
    enum WaitFor {
        All,
        Some,
        None,
    }
);
packed!(struct Stages { current, all_open, need, got, some_open });
packed!(struct Job {
    node, message, request, request_id, request_start, luck, origin, attempt, arrived, holds_worker, service, turn, replied, last_call,
    calls_made, stages, value, step, parent_span, span,
});
packed!(struct Call {
    job, link, message, patience, staged, attempts, luck, open, connected, before, request, request_id, request_start, span, step_span,
});
packed!(struct RequestState { id, start, internal, trace });
packed!(struct RequestLedger { sent, ok, failed, in_flight });
packed!(struct AttemptLedger { started, answered, failed, abandoned, open });

impl<B: Behaviour> Core<B> {
    /// A frozen copy, with what `more` adds to it. It shares with `before`, an earlier copy, what it can.
    pub fn frozen(&mut self, before: Option<&Frozen<B>>, more: impl FnOnce(&mut Packer)) -> Frozen<B> {
        let layout = self.layout();
        let layout = before.map(|b| &b.layout).filter(|l| ***l == layout).cloned().unwrap_or_else(|| Arc::new(layout));
        let mut to = Packer::new(before.map(|b| b.texts.clone()).unwrap_or_default());
        self.nodes.iter().for_each(|node| pack_node(node, &mut to));
        self.links.iter().for_each(|link| pack_link(link, &mut to));
        // The places of requests without their stories, which are much larger.
        let traces: Vec<_> = self.requests.values_mut().map(|request| request.trace.take()).collect();
        let requests = FrozenSlots::new(&self.requests, before.map(|b| &b.requests), &mut to);
        self.requests.values_mut().zip(traces).for_each(|(request, trace)| request.trace = trace);
        let jobs = FrozenSlots::new(&self.jobs, before.map(|b| &b.jobs), &mut to);
        let calls = FrozenSlots::new(&self.calls, before.map(|b| &b.calls), &mut to);
        let transits = FrozenSlots::new(&self.transits, before.map(|b| &b.transits), &mut to);
        self.requests.values().for_each(|request| request.pack(&mut to));
        self.jobs.values().for_each(|job| job.pack(&mut to));
        self.calls.values().for_each(|call| call.pack(&mut to));
        let mut signals = Vec::new();
        self.transits.values().for_each(|transit| pack_transit(transit, &mut signals, &mut to));
        signals.shrink_to_fit();
        let is_void = |kind: &EventKind| matches!(kind, EventKind::AttemptTimeout(attempt) if self.attempted(*attempt).is_none());
        self.queue.pack(is_void, &mut to);
        more(&mut to);
        let (bytes, texts) = to.compress();
        Frozen { bytes, texts, layout, signals, requests, jobs, calls, transits }
    }

    fn layout(&self) -> Layout {
        let node = |n: &NodeState| (n.stream, n.outgoing.clone(), n.incoming.clone());
        let link = |l: &Link| (l.stream, [l.from, l.to], l.spec.clone());
        Layout { nodes: self.nodes.iter().map(node).collect(), links: self.links.iter().map(link).collect() }
    }
}

impl<B: Behaviour> Frozen<B> {
    /// Makes a core what it was, and gives `more` the rest.
    pub fn thaw(&self, core: &mut Core<B>, more: impl FnOnce(&mut Unpacker<'_>)) {
        let bytes = expand(&self.bytes);
        let mut from = Unpacker::new(&bytes, &self.texts);
        let from = &mut from;
        core.nodes = self.layout.nodes.iter().map(|layout| unpack_node(layout, from)).collect();
        core.links = self.layout.links.iter().map(|layout| unpack_link(layout, from)).collect();
        core.requests = self.requests.unpack(from);
        core.jobs = self.jobs.unpack(from);
        core.calls = self.calls.unpack(from);
        core.transits = self.transits.unpack(from);
        core.requests.values_mut().for_each(|request| *request = Pack::unpack(from));
        core.jobs.values_mut().for_each(|job| *job = Pack::unpack(from));
        core.calls.values_mut().for_each(|call| *call = Pack::unpack(from));
        let mut signals = self.signals.iter();
        core.transits.values_mut().for_each(|transit| unpack_transit(transit, &mut signals, from));
        core.queue = EventQueue::unpack(from);
        more(from);
    }

    /// Weighs it.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(self.bytes.len() + list(&self.signals));
        scale.shared(&self.texts, list(&self.texts));
        let links = |n: &NodeLayout| list(&n.1) + list(&n.2);
        let Layout { nodes, links: ways } = &*self.layout;
        scale.shared(&self.layout, list(nodes) + list(ways) + nodes.iter().map(links).sum::<usize>());
        self.requests.weigh(scale);
        self.jobs.weigh(scale);
        self.calls.weigh(scale);
        self.transits.weigh(scale);
    }
}

impl Pack for Service {
    fn pack(&self, to: &mut Packer) {
        match self {
            Service::None => 0u8.pack(to),
            Service::Until(at) => (1u8, *at).pack(to),
            Service::Left(left) => (2u8, *left).pack(to),
        }
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        match u8::unpack(from) {
            1 => Service::Until(Pack::unpack(from)),
            2 => Service::Left(Pack::unpack(from)),
            _ => Service::None,
        }
    }
}

impl Pack for Box<super::trace::Trace> {
    fn pack(&self, to: &mut Packer) {
        (**self).pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        Box::new(Pack::unpack(from))
    }
}

fn pack_node(node: &NodeState, to: &mut Packer) {
    let NodeState { stream: _, epoch, up, down_since, slow, removed, station, failed, outgoing: _, incoming: _, requests, messages } = node;
    (*epoch, *up, *down_since).pack(to);
    (*slow, *removed).pack(to);
    station.pack(to);
    (*failed, *requests, *messages).pack(to);
}

fn unpack_node((stream, outgoing, incoming): &NodeLayout, from: &mut Unpacker<'_>) -> NodeState {
    let (epoch, up, down_since) = Pack::unpack(from);
    let (slow, removed) = Pack::unpack(from);
    let station = Pack::unpack(from);
    let (failed, requests, messages) = Pack::unpack(from);
    let (stream, outgoing, incoming) = (*stream, outgoing.clone(), incoming.clone());
    NodeState { stream, epoch, up, down_since, slow, removed, station, failed, outgoing, incoming, requests, messages }
}

fn pack_link(link: &Link, to: &mut Packer) {
    let Link { stream: _, from: _, to: _, spec: _, cut, removed, ledger, idle_connections, used_connections, connections_opened, .. } =
        link;
    let Link { waiting, free_at, retry_tokens_milli, dropped, control_sent, in_transit, .. } = link;
    (*cut, *removed, *ledger).pack(to);
    (*idle_connections, *used_connections, *connections_opened).pack(to);
    waiting.pack(to);
    free_at.pack(to);
    (*retry_tokens_milli, *dropped, (*control_sent, *in_transit)).pack(to);
}

fn unpack_link((stream, [source, target], spec): &LinkLayout, from: &mut Unpacker<'_>) -> Link {
    let mut link = Link::new(*stream, *source, *target, spec.clone());
    (link.cut, link.removed, link.ledger) = Pack::unpack(from);
    (link.idle_connections, link.used_connections, link.connections_opened) = Pack::unpack(from);
    link.waiting = Pack::unpack(from);
    link.free_at = Pack::unpack(from);
    (link.retry_tokens_milli, link.dropped, (link.control_sent, link.in_transit)) = Pack::unpack(from);
    link
}

fn pack_transit<G: Clone>(transit: &Transit<G>, signals: &mut Vec<G>, to: &mut Packer) {
    let Transit { link, forward, start, end, request_id, attempt: number, stale, payload } = transit;
    (*link, *forward, (*start, *end)).pack(to);
    (*request_id, *number, *stale).pack(to);
    match payload {
        Payload::Call { attempt, message, luck, request, request_start, call_span, network_span } => {
            0u8.pack(to);
            (*attempt, *message, *luck).pack(to);
            (*request, *request_start, (*call_span, *network_span)).pack(to);
        }
        Payload::Reply { attempt, outcome, operation, key, request, network_span } => {
            1u8.pack(to);
            (*attempt, *outcome, *operation).pack(to);
            (*key, *request, *network_span).pack(to);
        }
        Payload::Signal(signal) => {
            2u8.pack(to);
            signals.push(signal.clone());
        }
    }
}

fn unpack_transit<'a, G: Clone + 'a>(transit: &mut Transit<G>, signals: &mut impl Iterator<Item = &'a G>, from: &mut Unpacker<'_>) {
    (transit.link, transit.forward, (transit.start, transit.end)) = Pack::unpack(from);
    (transit.request_id, transit.attempt, transit.stale) = Pack::unpack(from);
    let payload = match u8::unpack(from) {
        0 => {
            let (attempt, message, luck) = Pack::unpack(from);
            let (request, request_start, (call_span, network_span)) = Pack::unpack(from);
            Payload::Call { attempt, message, luck, request, request_start, call_span, network_span }
        }
        1 => {
            let (attempt, outcome, operation) = Pack::unpack(from);
            let (key, request, network_span) = Pack::unpack(from);
            Payload::Reply { attempt, outcome, operation, key, request, network_span }
        }
        _ => match signals.next() {
            Some(signal) => Payload::Signal(signal.clone()),
            None => return,
        },
    };
    transit.payload = payload;
}

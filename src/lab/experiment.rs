//! An experiment: a diagram compiled to a running world, with its journal replayed at the right moments.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::components::Component;
use crate::diagram::{Document, Edit, Entry};
use crate::engine::core::Observation;
use crate::engine::under_way::Connection;
use crate::engine::{LinkIndex, NodeIndex, SimTime, World};
use crate::lab::frame::{Event, Tone};
use crate::lab::members::Members;
use crate::lab::meter::Meter;
use crate::lab::snapshots::Weight;
use crate::lab::stopped::Stopped;
use crate::lab::stories::Stories;

/// A node or link of the diagram with its name, place and settings, about.
const BYTES_OF_A_PART: usize = 1_152;
/// What a change of a shared map takes anew, about.
const BYTES_OF_A_CHANGE: usize = 300;
/// Events at one instant that are handled at a time, before something is done at it.
const SETTLING: u64 = 100_000;
/// Events kept until they are taken.
const KEPT_EVENTS: usize = 1_000;

/// An event before anybody has asked for it: without names, so that noting it takes no memory of its own.
#[derive(Clone, Copy, Debug)]
struct Noted {
    at: SimTime,
    what: &'static str,
    node: NodeIndex,
    link: Option<LinkIndex>,
    request: Option<u64>,
    tone: Tone,
}

/// A running experiment.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub(super) world: World<Component>,
    pub(super) diagram: Arc<Document>,
    pub(super) members: Members,
    pub(super) journal: VecDeque<(SimTime, Entry)>,
    /// Entries of the journal that were carried out.
    pub(super) carried: usize,
    pub(super) meter: Meter,
    events: Vec<Noted>,
    pub(super) stories: Stories,
    pub(super) wall_s: f64,
}

impl Experiment {
    /// Compiles a document: its diagram at time zero, its journal to be replayed. The document must be valid; what does
    /// not fit is left out.
    pub fn new(document: &Document) -> Experiment {
        let mut experiment = Experiment {
            world: World::new(document.seed),
            diagram: Arc::new(Document {
                seed: document.seed,
                title: document.title.clone(),
                groups: document.groups.clone(),
                ..Document::default()
            }),
            members: Members::default(),
            journal: document.journal.iter().cloned().collect(),
            carried: 0,
            meter: Meter::default(),
            events: Vec::new(),
            stories: Stories::default(),
            wall_s: 0.0,
        };
        experiment.world.core.record_traces = true;
        // Everything is in place before anything starts, so that the order of drawing does not matter to a start.
        let mut started = Vec::new();
        for node in &document.nodes {
            if Arc::make_mut(&mut experiment.diagram).apply(&Edit::AddNode { node: node.clone() }).is_ok() {
                started.extend(experiment.place_node(node));
            }
        }
        for link in &document.links {
            if Arc::make_mut(&mut experiment.diagram).apply(&Edit::AddLink { link: link.clone() }).is_ok() {
                experiment.place_link(&link.id);
            }
        }
        for node in started {
            experiment.world.start(node);
        }
        experiment.meter.begin(&experiment.world);
        experiment
    }

    /// A copy that goes on by itself. Copying is compiled here once, for speed, however many rooms ask.
    #[inline(never)]
    pub fn fork(&self) -> Experiment {
        self.clone()
    }

    /// Without recording stories: for long runs where nobody looks at single requests.
    pub fn without_stories(mut self) -> Self {
        self.world.core.record_traces = false;
        self
    }

    /// Simulated time.
    pub fn now(&self) -> SimTime {
        self.world.core.now
    }

    /// How many entries of the journal were carried out, those that were done by hand included.
    pub fn carried(&self) -> usize {
        self.carried
    }

    /// Time of the next event, journal included.
    pub fn next_event(&self) -> Option<SimTime> {
        let journal = self.journal.front().map(|(at, _)| *at);
        let world = self.world.core.queue.next_time();
        match (journal, world) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Hash of the run so far; of the run to exactly `now`.
    pub fn trace_hash(&self) -> u64 {
        self.world.trace_hash()
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.world.events()
    }

    /// Events so far that ran code: not those that had gone stale, such as the timeouts of calls that were answered.
    pub fn effective_events(&self) -> u64 {
        self.world.events() - self.world.void_events()
    }

    /// Runs until `to`, or until `max_events` events are handled, or until it stands still: see [`Experiment::stopped`]. Returns how
    /// many were.
    pub fn advance(&mut self, to: SimTime, max_events: u64) -> u64 {
        let mut handled = 0;
        loop {
            let stop = to.min(self.meter.due()).min(self.journal.front().map_or(to, |(at, _)| *at));
            while handled < max_events && self.world.step(stop) {
                handled += 1;
                if !self.world.core.observations.is_empty() {
                    self.take_observations();
                }
            }
            if self.world.stopped().is_some() {
                // Only what is done at this very instant can end the loop.
                if self.is_settled() {
                    return handled;
                }
                if let Some((_, entry)) = self.journal.pop_front() {
                    let _ = self.carry_out(&entry);
                }
                continue;
            }
            if self.world.core.queue.next_time().is_some_and(|t| t <= stop) {
                return handled;
            }
            self.world.core.now = self.world.core.now.max(stop);
            if self.journal.front().is_some_and(|(at, _)| *at <= stop) {
                if let Some((_, entry)) = self.journal.pop_front() {
                    // Reading has checked the journal; an entry that does not fit all the same changes nothing.
                    let _ = self.carry_out(&entry);
                }
            } else if self.meter.due() <= stop {
                self.meter.look(&self.world);
            } else {
                return handled;
            }
        }
    }

    /// Why the run stands still, if it does. It stays so until something is changed.
    pub fn stopped(&self) -> Option<Stopped> {
        let name = |id: &String| self.diagram.node(id).map_or_else(|| id.clone(), |n| n.name.clone());
        self.world.stopped().map(|stop| Stopped::new(stop, |n| self.members.id(n).to_string(), name))
    }

    /// Whether all is done that happens by now, as far as it ever will be.
    pub fn is_settled(&self) -> bool {
        let now = self.now();
        match self.world.stopped() {
            Some(_) => self.journal.front().is_none_or(|(at, _)| *at > now),
            None => self.next_event().is_none_or(|at| at > now),
        }
    }

    /// Handles a single event. Returns whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.next_event().filter(|_| !self.is_settled() || self.world.stopped().is_none()) else { return false };
        // Closing buckets and replaying the journal on the way are no events of the world.
        let before = self.world.events();
        self.advance(at, 1);
        self.world.events() > before || self.now() == at
    }

    /// Does a fault or an edit now. An entry that does not fit changes nothing and says why.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), String> {
        // A replay applies an entry after all events of its moment, so it must be so the first time.
        while !self.is_settled() {
            self.advance(self.now(), SETTLING);
        }
        self.carry_out(entry)
    }

    /// Takes up the journal of a document as it is now, beyond what was carried out: an edit can make entries void that were to come.
    pub fn reschedule(&mut self, journal: &[(SimTime, Entry)]) {
        self.journal.clear();
        self.journal.extend(journal.iter().skip(self.carried).cloned());
    }

    fn carry_out(&mut self, entry: &Entry) -> Result<(), String> {
        self.carried += 1;
        self.world.release();
        match entry {
            Entry::Fault(fault) => self.inflict(fault),
            Entry::Edit(edit) => self.edit(edit),
        }?;
        self.take_observations();
        Ok(())
    }

    fn take_observations(&mut self) {
        let mut observations = std::mem::take(&mut self.world.core.observations);
        for observation in &mut observations {
            self.meter.observe(observation);
            self.note_event(observation);
            let Observation::Ended { trace, .. } = observation else { continue };
            if let Some(trace) = trace.take() {
                self.stories.keep(trace, &mut self.world.core.spare);
            }
        }
        observations.clear();
        // The buffer is used again: no allocation per event.
        self.world.core.observations = observations;
    }

    fn note_event(&mut self, observation: &Observation) {
        if matches!(observation, Observation::Ended { outcome: Ok(_), stale: false, .. }) {
            return;
        }
        if self.events.len() >= KEPT_EVENTS && !matches!(observation, Observation::Notice { .. }) {
            return;
        }
        let event = match observation {
            Observation::AttemptFailed { at, link, request, reason } => Noted {
                at: *at,
                what: reason.as_str(),
                node: self.world.core.links[link.at()].to,
                link: Some(*link),
                request: Some(*request),
                tone: Tone::Bad,
            },
            Observation::Ended { at, client, request, outcome, .. } => {
                let (what, tone) = match outcome {
                    Err(failure) => (failure.reason.as_str(), Tone::Bad),
                    // Only what is odd comes here.
                    Ok(_) => ("stale read", Tone::Odd),
                };
                Noted { at: *at, what, node: *client, link: None, request: Some(*request), tone }
            }
            Observation::Notice { at, node, about, what, good } => Noted {
                at: *at,
                what,
                node: about.unwrap_or(*node),
                link: None,
                request: None,
                tone: match (good, about) {
                    (true, _) => Tone::Good,
                    (false, Some(_)) => Tone::Odd,
                    (false, None) => Tone::Bad,
                },
            },
        };
        self.events.push(event);
    }

    /// Bytes that a copy for a snapshot holds and an earlier one does not, about.
    pub(super) fn weight_beside(&self, before: Option<&Experiment>) -> Weight {
        let same_diagram = before.is_some_and(|b| Arc::ptr_eq(&b.diagram, &self.diagram));
        let parts = self.diagram.nodes.len() + self.diagram.links.len() + self.diagram.groups.len();
        let own = self.world.core.bytes()
            + self.events.len() * std::mem::size_of::<Noted>()
            + if same_diagram { 0 } else { parts * BYTES_OF_A_PART };
        let told = self.stories.bytes_beside(before.map(|b| &b.stories));
        let measured = self.meter.bytes_beside(before.map(|b| &b.meter));
        let shared = self.stories.bytes_beside(None) + self.meter.bytes_beside(None);
        let mut weight = Weight { own, changed: told + measured, shared };
        let mut add = |bytes: usize, jobs: u64| {
            weight.shared += bytes;
            weight.changed += bytes.min(jobs as usize * BYTES_OF_A_CHANGE);
        };
        let jobs = |e: &Experiment, i: usize| e.world.core.nodes.get(i).map_or(0, |n| n.station.ledger.arrived);
        for (i, component) in self.world.behaviours.iter().enumerate() {
            add(component.bytes(), jobs(self, i) - before.map_or(0, |b| jobs(b, i)));
        }
        let requests = |e: &Experiment| e.world.core.requests_begun;
        add(self.world.core.shared.bytes(), requests(self) - before.map_or(0, requests));
        weight
    }

    /// The diagram as it stands now.
    pub fn diagram(&self) -> &Document {
        &self.diagram
    }

    /// Notable events since the last call, oldest first.
    pub fn take_events(&mut self) -> Vec<Event> {
        let told = |noted: &Noted| Event {
            at: noted.at,
            what: noted.what.to_string(),
            node: Some(self.members.id(noted.node).to_string()),
            member: self.members.told_number(noted.node),
            link: noted.link.map(|l| self.members.link_id(l).to_string()),
            request: noted.request,
            tone: noted.tone,
        };
        let events = self.events.iter().map(told).collect();
        self.events.clear();
        events
    }

    /// The statistics begin now, after a warm-up, as if nothing had been counted before; the run goes on, and so do its series.
    pub fn reset_statistics(&mut self) {
        self.world.core.nodes.iter_mut().for_each(|node| node.station.forget_peaks());
        self.world.behaviours.iter_mut().for_each(Component::forget_peaks);
        self.meter.reset(&self.world);
    }

    /// Whether the three ledgers balance at every node and link, and Little's law holds as an identity in integer time.
    /// The error names the place.
    pub fn check_books(&self) -> Result<(), String> {
        let core = &self.world.core;
        for (i, node) in core.nodes.iter().enumerate() {
            let id = self.members.name(NodeIndex(i as u32));
            if !node.station.ledger.balanced() {
                return Err(format!("jobs at {id}: {:?}", node.station.ledger));
            }
            for (what, ledger) in [("requests of", &node.requests), ("messages of", &node.messages)] {
                if !ledger.balanced() {
                    return Err(format!("{what} {id}: {ledger:?}"));
                }
            }
            let here = core.jobs.values().filter(|j| j.node.at() == i);
            let (roots, jobs): (Vec<_>, Vec<_>) = here.partition(|j| j.origin.is_none());
            if jobs.len() as u64 != node.station.ledger.present || roots.len() as u64 != node.requests.in_flight + node.messages.in_flight {
                return Err(format!("{id}: {} jobs and {} requests are here, the books say otherwise", jobs.len(), roots.len()));
            }
            let unfinished: u128 = jobs.iter().map(|j| u128::from(core.now.since(j.arrived).0)).sum();
            let area = node.station.areas(core.now).present;
            if area != node.station.sojourn_sum_ns + unfinished {
                return Err(format!("Little's law at {id}: area {area}, sojourns {}", node.station.sojourn_sum_ns + unfinished));
            }
            let held = jobs.iter().filter(|j| j.holds_worker).count();
            if held != node.station.busy as usize {
                return Err(format!("{id}: {held} workers are held, {} are busy", node.station.busy));
            }
        }
        for (i, link) in core.links.iter().enumerate() {
            let id = self.members.link_id(LinkIndex(i as u32));
            let open = core.calls.values().filter(|c| c.open && c.link.at() == i).count() as u64;
            let over = core.calls.values().filter(|c| c.open && c.link.at() == i);
            let connected = over.filter(|c| matches!(c.connection, Connection::Held | Connection::Opening)).count();
            if connected != link.used_connections as usize {
                return Err(format!("connections of {}: {connected} are in use, the books say {}", id, link.used_connections));
            }
            let transits = core.transits.values().filter(|t| t.link.at() == i).count();
            if !link.ledger.balanced() || open != link.ledger.open || transits != link.in_transit as usize {
                return Err(format!("attempts over {}: {:?}, {open} open, {transits} on the link", id, link.ledger));
            }
        }
        Ok(())
    }
}

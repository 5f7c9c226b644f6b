//! Time: play, pause, single events, the speed dial and its automatic setting.
//! Knows no view; measures wall time only to turn it into simulated time.

use leptos::prelude::*;

use crate::app::dom;
use crate::app::panels::format;
use crate::engine::{SimDuration, SimTime};
use crate::lab::frame::{Event, Frame};

use super::run::is_notable;
use super::{Offer, Session};

/// The dial's ends, in simulated seconds per second.
pub const SPEED_RANGE: (f64, f64) = (1e-3, 100.0);
/// Engine work in one animation frame.
const BUDGET_MS: f64 = 8.0;
/// Events handled before the wall clock is looked at again.
const SLICE_EVENTS: u64 = 500;
/// The longest wall time that one animation frame stands for: a hidden page stands still.
const LONGEST_FRAME_MS: f64 = 100.0;
/// How long a typical hop should take to watch.
const HOP_WALL_S: f64 = 0.5;
/// A hop that takes at least this long can be followed well.
const LEGIBLE_S: f64 = 0.1;
/// However fast, packets are drawn this strongly.
const FAINTEST: f64 = 0.4;
/// How much of the mean hop is kept from one animation frame to the next.
const MEMORY: f64 = 0.98;
/// The speed before anything has moved.
const START: f64 = 1e-2;
/// How far a step back goes.
const STEP_BACK: SimDuration = SimDuration::from_millis(1_000);
/// After a fault: look at it this long, then run ahead at most that long, then look again.
const LOOK_MS: f64 = 700.0;
const AHEAD_MS: f64 = 6_000.0;
const SETTLE_MS: f64 = 3_500.0;

/// How fast time runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// Slow enough to watch when there is something to watch, fast through the waiting.
    Auto,
    /// Simulated seconds per second.
    Factor(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Watch,
    /// A fault was made at this wall time: look at what it does.
    Look(f64),
    /// Running ahead to the next notable event, since this wall time.
    Ahead(f64),
    /// The event came at this wall time: look at it.
    Settle(f64),
}

/// The automatic setting.
#[derive(Clone, Debug)]
pub struct Dial {
    phase: Phase,
    factor: f64,
    in_transit: usize,
    rate_per_s: f64,
    /// Mean time of a message on a link, in seconds; zero before any was seen.
    hop_s: f64,
}

impl Default for Dial {
    fn default() -> Self {
        Dial { phase: Phase::Watch, factor: 1e-2, in_transit: 0, rate_per_s: 0.0, hop_s: 0.0 }
    }
}

impl Dial {
    /// A fault was made.
    pub fn fault(&mut self, wall_ms: f64) {
        self.phase = Phase::Look(wall_ms);
    }

    /// An event happened.
    pub fn notice(&mut self, event: &Event, wall_ms: f64) {
        if matches!(self.phase, Phase::Ahead(_)) && is_notable(event) {
            self.phase = Phase::Settle(wall_ms);
            self.factor = self.watch();
        }
    }

    /// What the canvas saw.
    pub fn observe(&mut self, frame: &Frame) {
        let calls = || frame.links.iter().filter(|l| !l.replication);
        self.in_transit = frame.links.iter().map(|l| l.in_transit).sum();
        self.rate_per_s = calls().map(|l| l.rate_per_s).sum();
        let on_calls: usize = calls().map(|l| l.in_transit).sum();
        if self.rate_per_s > 0.0 {
            // Little's law: an attempt is two messages, and as many are under way as arrive while one travels.
            let hop_s = on_calls as f64 / (2.0 * self.rate_per_s);
            let memory = if self.hop_s == 0.0 { 0.0 } else { MEMORY };
            self.hop_s = self.hop_s * memory + hop_s * (1.0 - memory);
        }
    }

    /// A speed at which hops can be followed.
    fn watch(&self) -> f64 {
        let hop = if self.hop_s > 0.0 { self.hop_s / HOP_WALL_S } else { START };
        // Busy systems: a handful of messages should set out each second, or it looks dead.
        let lively = if self.rate_per_s > 0.0 { 3.0 / self.rate_per_s } else { 0.0 };
        hop.max(lively).clamp(SPEED_RANGE.0, 0.5)
    }

    /// The speed for the next frame.
    fn next(&mut self, wall_ms: f64, dt_ms: f64) -> f64 {
        let watch = self.watch();
        let (wanted, haste_ms) = match self.phase {
            Phase::Watch if self.in_transit == 0 => (watch * 12.0, 150.0),
            Phase::Watch => (watch, 80.0),
            Phase::Look(since) => {
                if wall_ms - since > LOOK_MS {
                    self.phase = Phase::Ahead(wall_ms);
                }
                (watch, 80.0)
            }
            Phase::Ahead(since) => {
                let passed = wall_ms - since;
                if passed > AHEAD_MS {
                    self.phase = Phase::Watch;
                }
                (if passed < 3_000.0 { 1.5 } else { 6.0 }, 150.0)
            }
            Phase::Settle(since) => {
                if wall_ms - since > SETTLE_MS {
                    self.phase = Phase::Watch;
                }
                (watch, 40.0)
            }
        };
        let share = (dt_ms / haste_ms).min(1.0);
        self.factor = libm::exp(libm::log(self.factor) * (1.0 - share) + libm::log(wanted) * share);
        self.factor = self.factor.clamp(SPEED_RANGE.0, SPEED_RANGE.1);
        self.factor
    }

    /// How well a hop can be followed at this speed: 1 as far as it takes a dozen frames, less below.
    pub fn legibility(&self, speed: Speed) -> f64 {
        let factor = match speed {
            Speed::Auto => self.factor,
            Speed::Factor(factor) => factor,
        };
        if self.hop_s > 0.0 {
            (self.hop_s / factor / LEGIBLE_S).clamp(FAINTEST, 1.0)
        } else {
            1.0
        }
    }

    /// Whether nothing moves now, so that the next event may be jumped to.
    fn is_waiting(&self) -> bool {
        self.phase == Phase::Watch && self.in_transit == 0
    }

    fn pace(&self) -> &'static str {
        match self.phase {
            Phase::Ahead(_) => text!("running ahead"),
            Phase::Settle(_) => text!("slowed to watch"),
            _ => "",
        }
    }
}

impl Session {
    /// Lets time run.
    pub fn play(self) {
        self.playing.set(true);
        self.announce(t!("Playing"));
    }

    /// Stops time.
    pub fn pause(self) {
        self.playing.set(false);
        self.achieved.set(0.0);
        self.pace.set("");
        self.publish();
        self.announce(t!("Paused at %{moment}", moment = format::moment(self.now())));
    }

    /// Plays or pauses.
    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.pause();
        } else {
            self.play();
        }
    }

    /// The simulated time.
    pub fn now(self) -> SimTime {
        self.with_experiment(|e| e.now())
    }

    /// Handles a single event, paused.
    pub fn step_event(self) {
        if self.is_replaying() {
            return;
        }
        self.playing.set(false);
        self.achieved.set(0.0);
        let moved = self.with_run(|run| {
            let moved = run.experiment.step();
            run.take_events(dom::now_ms());
            moved
        });
        self.publish();
        if moved == Some(true) {
            self.announce(t!("One event, at %{moment}", moment = format::moment(self.now())));
        } else {
            self.tell(t!("Nothing is waiting to happen"));
        }
    }

    /// Goes back a second, paused. What was done by hand after that happens again when time comes to it.
    pub fn step_back(self) {
        if self.is_replaying() {
            return;
        }
        self.playing.set(false);
        self.achieved.set(0.0);
        self.pace.set("");
        let to = SimTime(self.now().0.saturating_sub(STEP_BACK.0));
        let more = self.with_run(|run| run.go_back(to)).unwrap_or_default();
        self.changed();
        self.catch_up(to, move || {
            let gone = |request| self.with_experiment(|e| e.waterfall(request).is_none());
            if self.request.get_untracked().is_some_and(gone) {
                self.request.set(None);
            }
            let moment = format::moment(self.now());
            let said = match more {
                true => t!("Back at %{moment}: what you did after that happens again", moment = moment),
                false => t!("Back at %{moment}", moment = moment),
            };
            self.tell_with(said, Offer::Return);
        });
    }

    /// How far the run had come before it went back, if it is not there again.
    pub fn left(self) -> Option<SimTime> {
        self.run.with_value(|run| run.left())
    }

    /// Lets the run come again to where it was before it went back, paused.
    pub fn return_to_left(self) {
        let Some(left) = self.left() else { return };
        if self.is_replaying() {
            return;
        }
        self.playing.set(false);
        self.catch_up(left, move || {
            self.changed();
            self.announce(t!("Again at %{moment}", moment = format::moment(self.now())));
        });
    }

    /// Sets the dial.
    pub fn set_speed(self, speed: Speed) {
        self.speed.set(match speed {
            Speed::Factor(f) => Speed::Factor(f.clamp(SPEED_RANGE.0, SPEED_RANGE.1)),
            Speed::Auto => Speed::Auto,
        });
    }

    /// One animation frame: advances the run by what `dt_ms` of wall time is worth, within the budget.
    /// Returns simulated seconds passed. Sets no signal.
    pub(in crate::app) fn tick(self, wall_ms: f64, dt_ms: f64) -> f64 {
        if !self.playing.get_untracked() || self.replay.with_untracked(Option::is_some) {
            return 0.0;
        }
        let speed = self.speed.get_untracked();
        let dt_ms = dt_ms.min(LONGEST_FRAME_MS);
        let passed = self.with_run(|run| {
            let before = run.experiment.now();
            let (factor, waiting) = match speed {
                Speed::Factor(factor) => (factor, false),
                Speed::Auto => (run.dial.next(wall_ms, dt_ms), run.dial.is_waiting()),
            };
            let mut target = SimTime::from_secs_f64(before.as_secs_f64() + dt_ms / 1e3 * factor);
            if waiting {
                // Stop at what ends the waiting instead of running past it.
                target = run.experiment.next_event().map_or(target, |next| next.min(target).max(before));
            }
            let until = dom::now_ms() + BUDGET_MS;
            while run.advance(target, SLICE_EVENTS, wall_ms) >= SLICE_EVENTS && dom::now_ms() < until {}
            run.take_events(wall_ms);
            run.experiment.now().since(before).as_secs_f64()
        });
        passed.unwrap_or(0.0)
    }

    /// What the automatic dial is doing.
    pub(in crate::app) fn pace_now(self) -> &'static str {
        match self.speed.get_untracked() {
            Speed::Auto => self.run.with_value(|run| run.dial.pace()),
            Speed::Factor(_) => "",
        }
    }
}

//! Time: play, pause, single events, back and again.
//! Knows no view; measures wall time only to turn it into simulated time.

use leptos::prelude::*;

use crate::app::dom;
use crate::app::panels::format;
use crate::engine::{SimDuration, SimTime};

use super::{Offer, Session, Speed, SPEED_RANGE};

/// Engine work in one animation frame.
const BUDGET_MS: f64 = 8.0;
/// Events handled before the wall clock is looked at again.
const SLICE_EVENTS: u64 = 500;
/// The longest wall time that one animation frame stands for: a hidden page stands still.
const LONGEST_FRAME_MS: f64 = 100.0;
/// How far a step back goes.
const STEP_BACK: SimDuration = SimDuration::from_millis(1_000);

impl Session {
    /// Lets time run.
    pub fn play(self) {
        if self.say_if_stopped() {
            return;
        }
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

    /// Says why the run stands still, if it does; time then stops. Returns whether it does.
    pub(super) fn say_if_stopped(self) -> bool {
        let Some(stopped) = self.with_experiment(|e| e.stopped()) else { return false };
        self.playing.set(false);
        self.achieved.set(0.0);
        self.pace.set("");
        self.refuse(stopped.why);
        true
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
        if self.say_if_stopped() {
            return;
        }
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
        self.catch_up(to, false, move || {
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
        self.catch_up(left, false, move || {
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
            while run.advance(target, SLICE_EVENTS) >= SLICE_EVENTS && dom::now_ms() < until {}
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

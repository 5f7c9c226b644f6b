//! Time: play, single events, speed, starting again.
//! Knows no view.

use leptos::prelude::*;

use super::available::{if_so, Available};
use super::key::{key, shift};
use super::{Action, Section};
use crate::app::session::{Session, Speed, SPEED_RANGE};
use crate::engine::SimTime;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("play", text!("Play or pause"), "play", Section::Time, |s| s.toggle())
        .keys(&[key(" ")])
        .words(text!("run start stop time"))
        .called(|s| if s.playing.get() { text!("Pause") } else { text!("Play") }),
    Action::new("step", text!("A single event"), "step-forward", Section::Time, |s| s.step_event())
        .keys(&[key(".")])
        .words(text!("next one frame")),
    Action::new("step-back", text!("Back one second"), "step-back", Section::Time, |s| s.step_back())
        .keys(&[key(",")])
        .words(text!("previous past rewind earlier again"))
        .when(begun),
    Action::new("return", text!("Return to where you were"), "step-forward", Section::Time, |s| s.return_to_left())
        .words(text!("forward present later again"))
        .when(gone_back),
    Action::new("slower", text!("Slower"), "minus", Section::Time, |s| turn_dial(s, 0.5)).keys(&[key("[")]).words(text!("speed")),
    Action::new("faster", text!("Faster"), "plus", Section::Time, |s| turn_dial(s, 2.0)).keys(&[key("]")]).words(text!("speed")),
    Action::new("auto", text!("Automatic speed"), "gauge", Section::Time, |s| s.set_speed(Speed::Auto)).keys(&[key("a")]),
    Action::new("restart", text!("Start over"), "rotate-ccw", Section::Time, |s| s.restart())
        .keys(&[shift("r")])
        .words(text!("reset rewind beginning")),
    Action::new("another-seed", text!("Another seed"), "dices", Section::Time, |s| {
        let seed = s.diagram.with_untracked(|d| d.seed);
        s.set_seed(seed.wrapping_add(1) % (1 << 53));
    })
    .words(text!("random luck chance run")),
];

fn begun(session: Session) -> Available {
    if_so(session.frame.with(|f| f.now > SimTime::ZERO), text!("The run is at its start"))
}

fn gone_back(session: Session) -> Available {
    session.frame.track();
    if_so(session.left().is_some(), text!("The run has not gone back"))
}

fn turn_dial(session: Session, by: f64) {
    let now = match session.speed.get_untracked() {
        Speed::Factor(f) => f,
        Speed::Auto => session.achieved.get_untracked().max(SPEED_RANGE.0),
    };
    session.set_speed(Speed::Factor(now * by));
}

//! The one state handle of the application: the open document, its run, and the signals that views read.
//! Knows no view and draws nothing.

mod dial;
mod edits;
mod files;
mod open;
mod run;
mod shaping;
mod time;
mod ui;
mod voice;
mod work;

use std::sync::Arc;

use leptos::prelude::*;

pub use dial::{Speed, SPEED_RANGE};
pub use run::{Mark, Run};
pub use shaping::{Goal, Leading, Opening, Shaping, Thing};
pub use ui::{Carried, Finding, Menu, Panel, Subject, UiState};

use crate::diagram::{Document, View};
use crate::editor::{geometry, Selection};
use crate::lab::frame::{Event, Frame, RequestId};
use crate::lab::Experiment;

use super::dom;
use super::storage::{Saved, Work};
use super::theme::Theme;
use super::trials::Trials;
use super::words::{translate, Language};

/// Height of what lies along the upper and the lower edge of the canvas: a hint; the zoom buttons and the legend.
const EDGES: (f64, f64) = (0.0, 40.0);
/// The same on a phone, where the hint may have two lines and the legend stands above the buttons.
const NARROW_EDGES: (f64, f64) = (16.0, 72.0);
/// Below this width the canvas is a phone's.
pub const NARROW: f64 = 520.0;

/// A sheet over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The starters, to open one.
    Starters,
    /// The share link.
    Share,
    /// Keys and the visual language.
    Help,
    /// The command palette; the UI state says what it looks for.
    Commands,
    /// Recent diagrams, and earlier states of this one.
    Recent,
    /// Pictures and tables to take away.
    Export,
    /// Repeats over seeds, and sweeps.
    Trials,
    /// What the model assumes, and theory beside what was measured.
    Truth,
}

/// How a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageTone {
    /// Something was done.
    Info,
    /// Something was refused or failed.
    Problem,
}

/// What a message offers to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// To go back to the document that was open before.
    Before,
    /// To see the recent diagrams.
    Recent,
    /// To load the page again, since there is a newer version of it.
    Reload,
    /// To let the run come again to where it was before it went back.
    Return,
}

impl Offer {
    /// On its button, in English.
    pub fn label(self) -> &'static str {
        match self {
            Offer::Before => text!("Go back to what was open"),
            Offer::Recent => text!("Recent diagrams…"),
            Offer::Reload => text!("Reload"),
            Offer::Return => text!("Return to where you were"),
        }
    }
}

/// A short message over the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Identity, for the list.
    pub id: u64,
    /// The sentence.
    pub text: String,
    /// How it is shown.
    pub tone: MessageTone,
    /// What it offers, as a button.
    pub offer: Option<Offer>,
}

/// How far a replay has come, while one goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay {
    /// Share done, 0 to 1.
    pub done: f64,
    /// Whether it has gone on long enough to be shown.
    pub shown: bool,
}

/// The handle. Copy it freely; get it in a view with [`Session::get`].
///
/// Signals are written by this module (and by the views named at each); views read them.
#[derive(Clone, Copy)]
pub struct Session {
    /// What the hands are doing: menus, modes, panels.
    pub ui: UiState,
    /// What is being shaped on the canvas.
    pub shaping: Shaping,
    run: StoredValue<Run, LocalStorage>,
    voice: StoredValue<voice::Voice, LocalStorage>,
    /// Counts opened documents, so that a replay notices that another was opened.
    openings: StoredValue<u64>,
    /// The record in which the document is kept; see [`super::storage`].
    pub(super) work: StoredValue<Work>,
    /// The diagram as it stands now, edits folded in.
    pub diagram: RwSignal<Arc<Document>>,
    /// What is selected; written by the canvas and the actions.
    pub selection: RwSignal<Selection>,
    /// The latest picture without packets, about eight times a second: track it to read the experiment again.
    pub frame: RwSignal<Arc<Frame>>,
    /// The latest notable events that are not one request's, oldest first, at most 200; for marks on time lines.
    pub events: RwSignal<Arc<Vec<Event>>>,
    /// Whether time runs.
    pub playing: RwSignal<bool>,
    /// How fast it should.
    pub speed: RwSignal<Speed>,
    /// How fast it does: simulated seconds per second.
    pub achieved: RwSignal<f64>,
    /// What the automatic dial is doing, in a few English words: `running ahead`.
    pub pace: RwSignal<&'static str>,
    /// The request whose story is shown; written by the canvas and the list of requests.
    pub request: RwSignal<Option<RequestId>>,
    /// Where the canvas looks.
    pub view: RwSignal<View>,
    /// Size of the canvas in CSS pixels; written by the canvas.
    pub viewport: RwSignal<(f64, f64)>,
    /// The node from which a link is being made, by key or by pointer; written by the canvas and the actions.
    pub linking: RwSignal<Option<String>>,
    /// What undo would undo.
    pub undo_label: RwSignal<Option<String>>,
    /// What redo would do again.
    pub redo_label: RwSignal<Option<String>>,
    /// How many steps that were done by hand are still to come again, since the run went back.
    pub to_come: RwSignal<usize>,
    /// Messages over the page, oldest first.
    pub messages: RwSignal<Vec<Message>>,
    /// What a screen reader says next of what was done.
    pub live: RwSignal<String>,
    /// What it says next of the run; written by the narration.
    pub story: RwSignal<String>,
    /// Repeats and sweeps.
    pub trials: Trials,
    /// The open sheet.
    pub dialog: RwSignal<Option<Dialog>>,
    /// A replay that is going on.
    pub replay: RwSignal<Option<Replay>>,
    /// Colours.
    pub theme: RwSignal<Theme>,
    /// The language of the views; [`Session::speak`] changes it.
    pub language: RwSignal<Language>,
    /// Whether the work is safe.
    pub saved: RwSignal<Saved>,
    /// Counts changes of the document; autosave watches it.
    pub revision: RwSignal<u64>,
    /// Whether the system asks for less motion.
    pub still: RwSignal<bool>,
    /// Whether the canvas is to show the whole diagram once it knows its size.
    pub fit_next: RwSignal<bool>,
}

impl Session {
    /// A session of this document, standing at its start.
    pub fn new(document: Document) -> Session {
        let run = Run::new(document);
        let diagram = Arc::new(run.editor.diagram().clone());
        let frame = Arc::new(run.experiment.frame(0));
        Session {
            ui: UiState::new(),
            shaping: Shaping::new(),
            diagram: RwSignal::new(diagram.clone()),
            selection: RwSignal::default(),
            frame: RwSignal::new(frame),
            events: RwSignal::default(),
            playing: RwSignal::new(false),
            speed: RwSignal::new(Speed::Auto),
            achieved: RwSignal::new(0.0),
            pace: RwSignal::new(""),
            request: RwSignal::new(None),
            view: RwSignal::new(diagram.view),
            viewport: RwSignal::new((0.0, 0.0)),
            linking: RwSignal::new(None),
            undo_label: RwSignal::new(None),
            redo_label: RwSignal::new(None),
            to_come: RwSignal::new(0),
            messages: RwSignal::default(),
            live: RwSignal::default(),
            story: RwSignal::default(),
            trials: Trials::new(),
            dialog: RwSignal::new(None),
            replay: RwSignal::new(None),
            theme: RwSignal::new(Theme::System),
            language: RwSignal::new(Language::English),
            saved: RwSignal::new(Saved::Kept),
            revision: RwSignal::new(0),
            still: RwSignal::new(false),
            fit_next: RwSignal::new(false),
            run: StoredValue::new_local(run),
            openings: StoredValue::new(0),
            voice: StoredValue::new_local(voice::Voice::default()),
            work: StoredValue::new(Work::default()),
        }
    }

    /// The session of the view that calls.
    pub fn get() -> Session {
        expect_context::<Session>()
    }

    /// Reads the experiment: waterfalls, node series, totals. Not tracked; read `frame` too to be called again.
    pub fn with_experiment<T>(self, read: impl FnOnce(&Experiment) -> T) -> T {
        self.run.with_value(|run| read(&run.experiment))
    }

    /// Reads and changes the run; for the animation loop and the canvas. Set no signal inside.
    pub(super) fn with_run<T>(self, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.run.try_update_value(change)
    }

    /// The document as it is to be saved or shared, with the present moment and view.
    pub fn document(self) -> Document {
        let view = self.view.get_untracked();
        self.run
            .try_update_value(|run| {
                run.editor.set_view(view);
                run.editor.set_moment(run.experiment.now());
                run.editor.document().clone()
            })
            .unwrap_or_default()
    }

    /// Changes the language and keeps the choice, once its words are here.
    pub fn speak(self, language: Language) {
        if language.is_known() {
            return self.speak_known(language);
        }
        wasm_bindgen_futures::spawn_local(async move {
            if language.learn().await {
                self.speak_known(language);
            } else {
                self.refuse(super::missing(language));
            }
        });
    }

    /// The views are made again, so the focus goes back to the button of this.
    fn speak_known(self, language: Language) {
        language.keep();
        language.speak();
        self.language.set(language);
        self.announce(language.name());
        gloo_timers::callback::Timeout::new(0, || dom::focus("[data-action=language]")).forget();
    }

    /// Shows and says that something was done.
    pub fn tell(self, text: impl Into<String>) {
        self.message(text.into(), MessageTone::Info, None);
    }

    /// Shows and says something, and offers what can be done about it.
    pub fn tell_with(self, text: impl Into<String>, offer: Offer) {
        self.message(text.into(), MessageTone::Info, Some(offer));
    }

    /// Shows and says why something was not done.
    pub fn refuse(self, reason: impl Into<String>) {
        self.message(reason.into(), MessageTone::Problem, None);
    }

    /// Shows the whole diagram if that was asked for and the canvas knows its size.
    pub fn fit_if_asked(self) {
        let viewport = self.viewport.get_untracked();
        if self.fit_next.get_untracked() && viewport.0 > 1.0 {
            self.fit_next.set(false);
            self.fit();
        }
    }

    /// Shows the whole diagram, between what lies along the edges of the canvas.
    pub fn fit(self) {
        let (width, height) = self.viewport.get_untracked();
        let (upper, lower) = if width <= NARROW { NARROW_EDGES } else { EDGES };
        let view = self.diagram.with_untracked(|d| geometry::fit(d, (width, height - upper - lower)));
        self.view.set(geometry::pan(view, 0.0, upper));
    }

    /// Does what a message offered.
    pub fn accept(self, offer: Offer) {
        match offer {
            Offer::Before => self.open_before(),
            Offer::Recent => self.show(Some(Dialog::Recent)),
            Offer::Reload => self.reload_newer(),
            Offer::Return => self.return_to_left(),
        }
    }

    /// Removes a message.
    pub fn dismiss(self, id: u64) {
        self.messages.update(|list| list.retain(|m| m.id != id));
    }

    fn message(self, text: String, tone: MessageTone, offer: Option<Offer>) {
        let text = translate(&text).into_owned();
        self.announce(text.clone());
        let lines = text.lines().count();
        let id = self.messages.with_untracked(|list| list.last().map_or(1, |m| m.id + 1));
        self.messages.update(|list| {
            // There is one way back.
            list.retain(|m| m.text != text && !(offer.is_some() && m.offer == offer));
            list.push(Message { id, text, tone, offer });
            let excess = list.len().saturating_sub(3);
            list.drain(..excess);
        });
        let shown_for = match offer {
            // It waits for an answer.
            Some(Offer::Reload) => return,
            Some(Offer::Recent) => 15_000,
            Some(Offer::Before | Offer::Return) => 8_000,
            // A list takes its time to be read.
            None if lines > 1 => return,
            None if tone == MessageTone::Problem => 8_000,
            None => 4_000,
        };
        gloo_timers::callback::Timeout::new(shown_for, move || self.dismiss(id)).forget();
    }

    /// Publishes the picture and the events to the views.
    pub fn publish(self) {
        let picture = self.with_run(|run| {
            // What was on the document's time line has been done by now.
            let followed = run.editor.follow(run.experiment.now()).then(|| run.editor.diagram().clone());
            (run.experiment.frame(0), run.events.iter().cloned().collect::<Vec<_>>(), followed, run.editor.steps_to_come())
        });
        let Some((frame, events, followed, to_come)) = picture else { return };
        if let Some(diagram) = followed {
            self.diagram.set(Arc::new(diagram));
        }
        if self.to_come.with_untracked(|old| *old != to_come) {
            self.to_come.set(to_come);
            self.publish_history();
        }
        let stops = frame.stopped.is_some() && self.playing.get_untracked();
        self.frame.set(Arc::new(frame));
        if stops {
            self.say_if_stopped();
        }
        if self.events.with_untracked(|old| old.len() != events.len() || old.last() != events.last()) {
            self.events.set(Arc::new(events));
        }
    }
}

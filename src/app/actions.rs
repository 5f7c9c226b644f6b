//! Every command of the application, once: behind keys, buttons and the sheet of keys.
//! Knows what each does to the session, and no view.

mod breaking;
mod canvas;
mod key;

pub use canvas::connect_nodes;
pub use key::Key;
use key::{ctrl, ctrl_shift, key, shift};

use leptos::prelude::*;

use super::session::{Dialog, Session, Speed, SPEED_RANGE};
use super::theme::Theme;

/// A heading of the sheet of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Time.
    Time,
    /// Breaking and mending.
    Break,
    /// Editing.
    Edit,
    /// The canvas.
    Canvas,
    /// Files and the page.
    Page,
}

impl Section {
    /// All of them, in order.
    pub const ALL: [Section; 5] = [Section::Break, Section::Time, Section::Edit, Section::Canvas, Section::Page];

    /// The heading, in English.
    pub fn label(self) -> &'static str {
        match self {
            Section::Time => text!("Time"),
            Section::Break => text!("Break and mend"),
            Section::Edit => text!("Edit"),
            Section::Canvas => text!("Canvas"),
            Section::Page => text!("Page"),
        }
    }
}

/// One command.
pub struct Action {
    /// Stable name: `undo`.
    pub id: &'static str,
    /// On buttons and in the sheet, in English.
    pub label: &'static str,
    /// Icon, as in assets/icons.
    pub icon: &'static str,
    /// Where in the sheet of keys.
    pub section: Section,
    /// Keys, the first is the one shown.
    pub keys: &'static [Key],
    /// Whether it can be done now, or why not, in English. Tracks what it reads.
    pub available: fn(Session) -> Result<(), &'static str>,
    /// Does it.
    pub perform: fn(Session),
}

impl Action {
    /// Label with the key, for a tooltip: `Undo (Ctrl Z)`.
    pub fn tooltip(&self) -> String {
        match self.keys.first() {
            Some(key) => format!("{} ({})", t!(self.label), key.label()),
            None => t!(self.label).into(),
        }
    }

    /// Does it, or says why not.
    pub fn run(&self, session: Session) {
        match untrack(|| (self.available)(session)) {
            Ok(()) => (self.perform)(session),
            Err(reason) => session.refuse(reason),
        }
    }
}

fn always(_: Session) -> Result<(), &'static str> {
    Ok(())
}

/// The commands, in the order of the sheet.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "crash",
        label: text!("Crash or restart"),
        icon: "zap-off",
        section: Section::Break,
        keys: &[key("k")],
        available: breaking::some_node,
        perform: breaking::crash,
    },
    Action {
        id: "slow",
        label: text!("Slow or normal"),
        icon: "turtle",
        section: Section::Break,
        keys: &[key("s")],
        available: breaking::some_node,
        perform: breaking::slow,
    },
    Action {
        id: "cut",
        label: text!("Cut or mend a link"),
        icon: "unplug",
        section: Section::Break,
        keys: &[key("x")],
        available: breaking::some_link,
        perform: breaking::cut,
    },
    Action {
        id: "flush",
        label: text!("Flush a cache"),
        icon: "eraser",
        section: Section::Break,
        keys: &[key("f")],
        available: breaking::some_cache,
        perform: breaking::flush,
    },
    Action {
        id: "play",
        label: text!("Play or pause"),
        icon: "play",
        section: Section::Time,
        keys: &[key(" ")],
        available: always,
        perform: |s| s.toggle(),
    },
    Action {
        id: "step",
        label: text!("A single event"),
        icon: "step-forward",
        section: Section::Time,
        keys: &[key(".")],
        available: always,
        perform: |s| s.step_event(),
    },
    Action {
        id: "slower",
        label: text!("Slower"),
        icon: "minus",
        section: Section::Time,
        keys: &[key("[")],
        available: always,
        perform: |s| turn_dial(s, 0.5),
    },
    Action {
        id: "faster",
        label: text!("Faster"),
        icon: "plus",
        section: Section::Time,
        keys: &[key("]")],
        available: always,
        perform: |s| turn_dial(s, 2.0),
    },
    Action {
        id: "auto",
        label: text!("Automatic speed"),
        icon: "gauge",
        section: Section::Time,
        keys: &[key("a")],
        available: always,
        perform: |s| s.set_speed(Speed::Auto),
    },
    Action {
        id: "restart",
        label: text!("Start again, mended"),
        icon: "rotate-ccw",
        section: Section::Time,
        keys: &[shift("r")],
        available: always,
        perform: |s| s.restart(),
    },
    Action {
        id: "undo",
        label: text!("Undo"),
        icon: "undo-2",
        section: Section::Edit,
        keys: &[ctrl("z")],
        available: can_undo,
        perform: |s| s.undo(),
    },
    Action {
        id: "redo",
        label: text!("Redo"),
        icon: "redo-2",
        section: Section::Edit,
        keys: &[ctrl_shift("z"), ctrl("y")],
        available: can_redo,
        perform: |s| s.redo(),
    },
    Action {
        id: "connect",
        label: text!("Connect to…"),
        icon: "spline",
        section: Section::Edit,
        keys: &[key("c")],
        available: canvas::one_node,
        perform: canvas::connect,
    },
    Action {
        id: "next-link",
        label: text!("Select its next link"),
        icon: "link",
        section: Section::Edit,
        keys: &[key("l")],
        available: canvas::has_links,
        perform: canvas::next_link,
    },
    Action {
        id: "duplicate",
        label: text!("Duplicate"),
        icon: "copy",
        section: Section::Edit,
        keys: &[key("d"), ctrl("d")],
        available: canvas::some_nodes,
        perform: canvas::duplicate,
    },
    Action {
        id: "delete",
        label: text!("Delete"),
        icon: "trash-2",
        section: Section::Edit,
        keys: &[key("Delete"), key("Backspace")],
        available: canvas::something,
        perform: canvas::delete,
    },
    Action {
        id: "select-all",
        label: text!("Select everything"),
        icon: "square-dashed-mouse-pointer",
        section: Section::Edit,
        keys: &[ctrl("a")],
        available: always,
        perform: canvas::select_all,
    },
    Action {
        id: "zoom-in",
        label: text!("Zoom in"),
        icon: "zoom-in",
        section: Section::Canvas,
        keys: &[key("+"), key("=")],
        available: always,
        perform: |s| canvas::zoom(s, 1.25),
    },
    Action {
        id: "zoom-out",
        label: text!("Zoom out"),
        icon: "zoom-out",
        section: Section::Canvas,
        keys: &[key("-")],
        available: always,
        perform: |s| canvas::zoom(s, 0.8),
    },
    Action {
        id: "fit",
        label: text!("Zoom to fit"),
        icon: "maximize",
        section: Section::Canvas,
        keys: &[key("0")],
        available: always,
        perform: |s| s.fit(),
    },
    Action {
        id: "starters",
        label: text!("Starters"),
        icon: "layout-grid",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| s.show(Some(Dialog::Starters)),
    },
    Action {
        id: "new",
        label: text!("New, empty"),
        icon: "file-plus-2",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| {
            s.show(None);
            s.open_empty();
        },
    },
    Action {
        id: "recent",
        label: text!("Recent diagrams"),
        icon: "history",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| s.show(Some(Dialog::Recent)),
    },
    Action {
        id: "export",
        label: text!("Export pictures and tables"),
        icon: "image-down",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| s.show(Some(Dialog::Export)),
    },
    Action {
        id: "share",
        label: text!("Share"),
        icon: "share-2",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| s.show(Some(Dialog::Share)),
    },
    Action {
        id: "save",
        label: text!("Save"),
        icon: "download",
        section: Section::Page,
        keys: &[ctrl("s")],
        available: always,
        perform: |s| s.save_file(),
    },
    Action {
        id: "open",
        label: text!("Open"),
        icon: "folder-open",
        section: Section::Page,
        keys: &[ctrl("o")],
        available: always,
        perform: |_| super::files::choose(),
    },
    Action {
        id: "theme",
        label: text!("Light or dark"),
        icon: "sun-moon",
        section: Section::Page,
        keys: &[key("t")],
        available: always,
        perform: change_theme,
    },
    Action {
        id: "language",
        label: text!("Change the language"),
        icon: "languages",
        section: Section::Page,
        keys: &[],
        available: always,
        perform: |s| s.speak(s.language.get_untracked().next()),
    },
    Action {
        id: "help",
        label: text!("Help and keys"),
        icon: "circle-question-mark",
        section: Section::Page,
        keys: &[key("?")],
        available: always,
        perform: |s| s.show(Some(Dialog::Help)),
    },
];

/// The command with this name.
pub fn action(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|a| a.id == id)
}

/// The command behind a key.
pub fn for_key(event: &web_sys::KeyboardEvent) -> Option<&'static Action> {
    ACTIONS.iter().find(|a| a.keys.iter().any(|k| k.is(event)))
}

fn can_undo(session: Session) -> Result<(), &'static str> {
    session.undo_label.with(|l| l.as_ref().map(|_| ()).ok_or(text!("There is nothing to undo")))
}

fn can_redo(session: Session) -> Result<(), &'static str> {
    session.redo_label.with(|l| l.as_ref().map(|_| ()).ok_or(text!("There is nothing to do again")))
}

fn turn_dial(session: Session, by: f64) {
    let now = match session.speed.get_untracked() {
        Speed::Factor(f) => f,
        Speed::Auto => session.achieved.get_untracked().max(SPEED_RANGE.0),
    };
    session.set_speed(Speed::Factor(now * by));
}

fn change_theme(session: Session) {
    let theme: Theme = session.theme.get_untracked().other();
    session.theme.set(theme);
    session.announce(if theme == Theme::Dark { t!("Dark") } else { t!("Light") });
}

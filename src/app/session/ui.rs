//! The state of the page itself: open menu, search, panel, the kind being placed, modes of the canvas.
//! Not part of the document: nothing here is saved with it or undone.

use leptos::prelude::*;

use super::{Dialog, Session};
use crate::app::dom;
use crate::components::Kind;

/// Names under which choices are kept.
const MINIMAP: &str = "faultline.minimap";
const NARRATION: &str = "faultline.narration";

/// A point.
pub type Point = (f64, f64);

/// What the command palette looks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Finding {
    /// Commands, kinds, components, starters.
    #[default]
    Everything,
    /// A component of the diagram, to go to.
    Component,
    /// A kind to add, at a point of the diagram if one was pointed at.
    Kind(Option<Point>),
    /// A component to connect this one to.
    Target(String),
}

/// What a context menu is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One node.
    Node,
    /// One link.
    Link,
    /// One group.
    Group,
    /// One note.
    Note,
    /// Several things.
    Several,
    /// The empty canvas.
    Canvas,
    /// The whole page and its document.
    Page,
}

/// A kind being dragged from the palette.
#[derive(Clone, Copy)]
pub struct Carried {
    /// Which.
    pub kind: &'static Kind,
    /// Where it was pressed, on the page.
    pub from: Point,
    /// Where it is.
    pub at: Point,
    /// Whether it was moved, or only pressed so far.
    pub moved: bool,
}

/// An open context menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// Where on the page.
    pub at: Point,
    /// About what.
    pub subject: Subject,
    /// Whether a resting finger opened it: when that is lifted, it must not choose the line that came beneath it.
    pub held: bool,
}

/// The panel that a narrow page shows beneath the canvas, or a wide one in its left column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// None on a narrow page, the kinds on a wide one.
    #[default]
    None,
    /// The kinds.
    Add,
    /// The inspector.
    Inspector,
    /// The charts.
    Charts,
    /// The outline.
    Outline,
}

impl Panel {
    /// For the style.
    pub fn name(self) -> &'static str {
        match self {
            Panel::None => "none",
            Panel::Add => "add",
            Panel::Inspector => "inspector",
            Panel::Charts => "charts",
            Panel::Outline => "outline",
        }
    }
}

/// The handle, part of the session.
#[derive(Clone, Copy)]
pub struct UiState {
    /// The open context menu.
    pub menu: RwSignal<Option<Menu>>,
    /// What the command palette looks for while it is open.
    pub finding: RwSignal<Finding>,
    /// The kind that the next tap on the canvas places.
    pub placing: RwSignal<Option<&'static Kind>>,
    /// The kind being dragged from the palette.
    pub carried: RwSignal<Option<Carried>>,
    /// Where the context menu was asked for, in diagram pixels: where things are pasted and added.
    pub spot: RwSignal<Option<Point>>,
    /// Whether dragging on empty canvas selects an area rather than moving the view.
    pub selects_area: RwSignal<bool>,
    /// Whether the minimap is shown.
    pub minimap: RwSignal<bool>,
    /// The chosen panel.
    pub panel: RwSignal<Panel>,
    /// Whether the run is narrated.
    pub narrating: RwSignal<bool>,
}

impl UiState {
    pub(super) fn new() -> UiState {
        UiState {
            menu: RwSignal::new(None),
            finding: RwSignal::default(),
            placing: RwSignal::new(None),
            carried: RwSignal::new(None),
            spot: RwSignal::new(None),
            selects_area: RwSignal::new(false),
            minimap: RwSignal::new(dom::kept(MINIMAP).as_deref() == Some("on")),
            panel: RwSignal::default(),
            narrating: RwSignal::new(dom::kept(NARRATION).as_deref() != Some("off")),
        }
    }

    /// Shows or hides a panel.
    pub fn turn_panel(self, panel: Panel) {
        self.panel.update(|now| *now = if *now == panel { Panel::None } else { panel });
    }

    /// Shows or hides the minimap, and keeps the choice.
    pub fn turn_minimap(self) {
        self.minimap.update(|on| *on = !*on);
        dom::keep(MINIMAP, if self.minimap.get_untracked() { "on" } else { "off" });
    }

    /// Narrates the run or not, and keeps the choice.
    pub fn turn_narration(self, session: Session) {
        self.narrating.update(|on| *on = !*on);
        let on = self.narrating.get_untracked();
        dom::keep(NARRATION, if on { "on" } else { "off" });
        session.tell(if on { t!("The run is narrated") } else { t!("The run is no longer narrated") });
    }
}

impl Session {
    /// Opens the command palette.
    pub fn find(self, finding: Finding) {
        self.ui.menu.set(None);
        self.ui.finding.set(finding);
        self.show(Some(Dialog::Commands));
    }
}

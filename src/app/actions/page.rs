//! The page: files, sheets, the command palette, colours, language.
//! Draws no sheet: the session says which is open.

use leptos::prelude::*;

use super::key::{ctrl, key};
use super::{Action, Section};
use crate::app::dom;
use crate::app::session::{Dialog, Finding, Menu, Session, Subject};
use crate::app::theme::Theme;
use crate::app::trials::Mode;

/// The commands.
pub(super) static ACTIONS: &[Action] = &[
    Action::new("commands", text!("Commands"), "search", Section::Page, |s| s.find(Finding::Everything))
        .keys(&[ctrl("k"), key("/")])
        .words(text!("palette search everything")),
    Action::new("starters", text!("Starters"), "layout-grid", Section::Page, |s| s.show(Some(Dialog::Starters)))
        .words(text!("examples scenarios gallery")),
    Action::new("new", text!("New, empty"), "file-plus-2", Section::Page, |s| {
        s.show(None);
        s.open_empty();
    })
    .words(text!("blank clear start")),
    Action::new("recent", text!("Recent diagrams"), "history", Section::Page, |s| s.show(Some(Dialog::Recent)))
        .words(text!("history autosave earlier restore")),
    Action::new("share", text!("Share"), "share-2", Section::Page, |s| s.show(Some(Dialog::Share))).words(text!("link url")),
    Action::new("save", text!("Save"), "download", Section::Page, |s| s.save_file())
        .keys(&[ctrl("s")])
        .words(text!("file export download")),
    Action::new("open", text!("Open"), "folder-open", Section::Page, |_| crate::app::files::choose())
        .keys(&[ctrl("o")])
        .words(text!("file import load")),
    Action::new("export", text!("Export pictures and tables"), "image-down", Section::Page, |s| s.show(Some(Dialog::Export)))
        .words(text!("png svg csv image")),
    Action::new("repeat", text!("Repeat over seeds"), "layers", Section::Page, |s| s.trials.open(s, Mode::Repeat))
        .keys(&[key("r")])
        .words(text!("confidence interval runs statistics trials"))
        .when(drawn),
    Action::new("sweep", text!("Sweep a parameter"), "chart-line", Section::Page, |s| s.trials.open(s, Mode::Sweep))
        .keys(&[key("w")])
        .words(text!("vary range curve experiment trials"))
        .when(drawn),
    Action::new("truth", text!("How true is this?"), "scale", Section::Page, |s| s.show(Some(Dialog::Truth)))
        .keys(&[key("h")])
        .words(text!("assumptions theory validation model")),
    Action::new("theme", text!("Light or dark"), "sun-moon", Section::Page, change_theme).keys(&[key("t")]).words(text!("theme colours")),
    Action::new("language", text!("Change the language"), "languages", Section::Page, |s| s.speak(s.language.get_untracked().next()))
        .words("english español idioma")
        .telling(|s| Some(s.language.get().next().name().into())),
    Action::new("narrate", text!("Narrate the run to screen readers"), "audio-lines", Section::Page, |s| s.ui.turn_narration(s))
        .words(text!("speech voice live region announce"))
        .switch(|s| s.ui.narrating.get()),
    Action::new("more", text!("More"), "ellipsis", Section::Page, |s| {
        let button = dom::document().and_then(|d| d.query_selector(".bar [data-action=more]").ok().flatten());
        if let Some(rect) = button.map(|b| b.get_bounding_client_rect()) {
            s.ui.menu.set(Some(Menu { at: (rect.left(), rect.bottom() + 4.0), subject: Subject::Page, held: false }));
        }
    }),
    Action::new("help", text!("Help and keys"), "circle-question-mark", Section::Page, |s| s.show(Some(Dialog::Help)))
        .keys(&[key("?")])
        .words(text!("shortcuts keyboard")),
];

fn drawn(session: Session) -> Result<(), &'static str> {
    match session.diagram.with(|d| d.nodes.is_empty()) {
        true => Err(text!("There is nothing to run yet: add a component first")),
        false => Ok(()),
    }
}

fn change_theme(session: Session) {
    let theme: Theme = session.theme.get_untracked().other();
    session.theme.set(theme);
    session.announce(if theme == Theme::Dark { t!("Dark") } else { t!("Light") });
}

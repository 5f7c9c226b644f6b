//! Where the work is kept: records in the browser, files, the share link in the address.
//! Knows the document only as text to write and read.

mod browser;
mod history;
mod work;

use super::dom;
use super::words::{self, told};
use crate::diagram::Document;
use crate::editor::share;
use crate::engine::SimTime;
use crate::files;
use crate::lab::scenarios::scenarios;

use browser::noted;
pub use browser::{history, note};
pub use history::{Kept, MOST_PAST};
pub use work::{label, Before, Work, OPENING};

/// Start of the fragment that holds a shared document.
const FRAGMENT: &str = "#d=";
/// What the crash screen asked the next start for: `still` or `anew`.
const START: &str = "faultline.start";

/// How far a starter has run when it is first seen.
const RUN_IN: SimTime = SimTime(4_000_000_000);

/// Whether the work is safe.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// All of it is kept in this browser.
    Kept,
    /// Changes will be kept in a moment.
    Pending,
    /// It could not be kept, and why.
    Failed(String),
}

/// What the page starts with, and what there is to say about it.
#[derive(Default)]
pub struct Opening {
    /// The document.
    pub document: Document,
    /// The piece of work that it goes on with.
    pub work: Option<String>,
    /// Whether something was built in it, beyond opening a starter.
    pub built: bool,
    /// Whether the address holds it, until it is kept.
    pub linked: bool,
    /// What a link took the place of: text, piece of work, whether built.
    pub before: Option<(String, String, bool)>,
    /// A message, if something was not as hoped.
    pub message: Option<String>,
    /// What is said, with a way back, when a link took the place of kept work.
    pub took_place: Option<String>,
    /// What is said, with the way to the recent diagrams.
    pub set_aside: Option<String>,
    /// Whether to show the whole diagram, rather than look where the document says.
    pub fit: bool,
    /// Whether to stand still at the start of the run: opening it any further may have stopped the application.
    pub still: bool,
}

/// The starter that a first visit sees.
fn first_starter() -> Document {
    let shop = scenarios().iter().find(|s| s.id == "shop").or_else(|| scenarios().first());
    shop.and_then(|s| starter(s.id)).unwrap_or_default()
}

/// A starter, run in a little so that it is alive when it is seen.
pub fn starter(id: &str) -> Option<Document> {
    let scenario = scenarios().iter().find(|s| s.id == id)?;
    let mut document = files::read(scenario.json).ok()?;
    document.moment = document.moment.max(RUN_IN);
    words::name_in_language(&mut document);
    Some(document)
}

/// The shared document in the address; `None` if the address holds none.
pub fn from_address() -> Option<Result<Document, String>> {
    let hash = dom::window()?.location().hash().ok()?;
    let code = hash.strip_prefix(FRAGMENT)?;
    Some(share::decode(code).map_err(|problem| t!("The share link could not be read: %{what}", what = told(&problem))))
}

/// The link to this document.
pub fn share_link(document: &Document) -> String {
    let location = dom::window().map(|w| w.location());
    let href = location.and_then(|l| l.href().ok()).unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}{FRAGMENT}{}", share::encode(document))
}

/// What to open first: the address, else what this tab was at, else the most recent work, else the shop.
pub fn opening() -> Opening {
    let start = noted(START);
    let unfinished = noted(work::OPENING);
    note(START, None);
    let own = noted(work::OWN).and_then(|id| history().work(&id));
    let kept = own.or_else(|| history().works().into_iter().next());
    let mut opening = Opening { fit: true, ..Opening::default() };
    if start.as_deref() == Some("anew") {
        // It may have been what stopped the application.
        forget_address();
    }
    match from_address() {
        Some(Ok(document)) => {
            opening.before = kept.and_then(|k| Some((history().text(&k.name)?, k.work, k.label.built)));
            opening.took_place = opening.before.is_some().then(|| t!("Opened %{name} from the link", name = document.title));
            let still = start.as_deref() == Some("still");
            return Opening { document, built: true, linked: true, still, ..opening };
        }
        Some(Err(problem)) => {
            forget_address();
            opening.message = Some(problem);
        }
        None => {}
    }
    let Some(kept) = kept else { return Opening { document: first_starter(), ..opening } };
    if start.as_deref() == Some("anew") {
        let set_aside = Some(t!("The diagram that was open is set aside, among the recent diagrams").into());
        return Opening { document: first_starter(), set_aside, ..opening };
    }
    match files::read(&history().text(&kept.name).unwrap_or_default()) {
        Ok(document) => {
            let hung = start.is_none() && unfinished.as_ref() == Some(&kept.work);
            if hung && opening.message.is_none() {
                opening.message = Some(t!("The last time this diagram did not open to its end: it stands at its start now").into());
            }
            let still = hung || start.as_deref() == Some("still");
            Opening { document, work: Some(kept.work), built: kept.label.built, fit: false, still, ..opening }
        }
        Err(problem) => {
            let set_aside = Some(t!(
                "What was kept here could not be read (%{what}); it is set aside, among the recent diagrams",
                what = told(&problem)
            ));
            Opening { document: first_starter(), set_aside, ..opening }
        }
    }
}

/// The fragment is read once: later edits are not in it, so it must not come back at a reload.
pub fn forget_address() {
    if let Some(window) = dom::window() {
        let location = window.location();
        let page = location.href().unwrap_or_default();
        let page = page.split('#').next().unwrap_or_default().to_string();
        let _ = window.history().map(|h| h.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&page)));
    }
}

/// The piece of work whose record has this name.
pub fn work_of_record(name: &str) -> Option<&str> {
    name.strip_prefix(history::WORK)
}

/// A name for a file made of this document.
pub fn file_name(document: &Document, ending: &str) -> String {
    let plain = document.title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("{}.{ending}", plain.collect::<String>())
}

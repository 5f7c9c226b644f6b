//! Where the work is kept: autosave in the browser, files, the share link in the address.
//! Knows the document only as text to write and read.

use leptos::prelude::*;
use web_sys::Storage;

use super::dom;
use super::session::Session;
use super::words::translate;
use crate::diagram::{read, Document};
use crate::editor::share;
use crate::engine::SimTime;
use crate::lab::scenarios::scenarios;

/// Name of the autosaved document; the crash screen in index.html reads it too.
const KEY: &str = "faultline.document";
/// Where a store that could not be read is moved.
const ASIDE: &str = "faultline.document.unreadable";
/// The document that was open before the present one.
const BEFORE: &str = "faultline.document.before";
/// Start of the fragment that holds a shared document.
const FRAGMENT: &str = "#d=";

/// How far a starter has run when it is first seen.
const RUN_IN: SimTime = SimTime(4_000_000_000);

/// Whether the work is safe.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// All of it is kept in this browser.
    Saved,
    /// Changes will be kept in a moment.
    Pending,
    /// It could not be kept, and why.
    Failed(String),
}

/// What the page starts with, and what there is to say about it.
pub struct Opening {
    /// The document.
    pub document: Document,
    /// A message, if something was not as hoped.
    pub message: Option<String>,
    /// What is said, with a way back, when a link took the place of kept work.
    pub took_place: Option<String>,
    /// Whether to show the whole diagram, rather than look where the document says.
    pub fit: bool,
}

fn store() -> Option<Storage> {
    dom::window().and_then(|w| w.local_storage().ok().flatten())
}

/// The starter that a first visit sees.
fn first_starter() -> Document {
    let shop = scenarios().iter().find(|s| s.id == "shop").or_else(|| scenarios().first());
    shop.and_then(|s| starter(s.id)).unwrap_or_default()
}

/// A starter, run in a little so that it is alive when it is seen.
pub fn starter(id: &str) -> Option<Document> {
    let scenario = scenarios().iter().find(|s| s.id == id)?;
    let mut document = read::read(scenario.json).ok()?;
    document.moment = document.moment.max(RUN_IN);
    Some(document)
}

/// Whether this is the name under which the document is kept.
pub fn is_document(key: Option<&str>) -> bool {
    key == Some(KEY)
}

/// The shared document in the address; `None` if the address holds none.
pub fn from_address() -> Option<Result<Document, String>> {
    let hash = dom::window()?.location().hash().ok()?;
    let code = hash.strip_prefix(FRAGMENT)?;
    Some(share::decode(code).map_err(|problem| t!("The share link could not be read: %{what}", what = translate(&problem.to_string()))))
}

/// The link to this document.
pub fn share_link(document: &Document) -> String {
    let location = dom::window().map(|w| w.location());
    let href = location.and_then(|l| l.href().ok()).unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}{FRAGMENT}{}", share::encode(document))
}

/// What to open first: the address, else what was autosaved, else the shop.
pub fn opening() -> Opening {
    let mut message = None;
    match from_address() {
        Some(Ok(document)) => {
            forget_address();
            let kept = store().and_then(|s| s.get_item(KEY).ok().flatten());
            let aside = kept.is_some_and(|text| store().is_some_and(|s| s.set_item(BEFORE, &text).is_ok()));
            let took_place = aside.then(|| format!("Opened {} from the link", document.title));
            return Opening { document, message: None, took_place, fit: true };
        }
        Some(Err(problem)) => {
            forget_address();
            message = Some(problem);
        }
        None => {}
    }
    let kept = store().and_then(|s| s.get_item(KEY).ok().flatten());
    match kept.map(|text| (read::read(&text), text)) {
        None => Opening { document: first_starter(), message, took_place: None, fit: true },
        Some((Ok(document), _)) => Opening { document, message, took_place: None, fit: false },
        Some((Err(problem), text)) => {
            let moved = store().is_some_and(|s| s.set_item(ASIDE, &text).is_ok());
            let fate = if moved {
                format!("it was moved aside, under {ASIDE} in this browser's storage")
            } else {
                "it could not be moved aside".into()
            };
            let message = format!("What was saved here could not be read ({problem}); {fate}");
            Opening { document: first_starter(), message: Some(message), took_place: None, fit: true }
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

/// Writes the document and reads it back.
pub fn keep(document: &Document) -> Saved {
    let Some(store) = store() else { return Saved::Failed(text!("this browser gives the page no storage").into()) };
    let text = read::write(document);
    if store.set_item(KEY, &text).is_err() {
        return Saved::Failed(text!("this browser's storage is full").into());
    }
    match store.get_item(KEY) {
        Ok(Some(back)) if back == text => Saved::Saved,
        _ => Saved::Failed(text!("this browser's storage did not give back what was written").into()),
    }
}

impl Session {
    /// Keeps the document now.
    pub fn keep(self) {
        // While a replay goes on the moment is not yet what it was: what is kept already is better.
        if self.replay.with_untracked(Option::is_some) {
            return;
        }
        self.saved.set(keep(&self.document()));
    }

    /// Offers the document as a file.
    pub fn save_file(self) {
        let document = self.document();
        let plain = document.title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        let name: String = plain.collect();
        match dom::download(&format!("{name}.faultline.json"), &read::write(&document)) {
            Some(()) => self.tell(t!("Saved as a file")),
            None => self.refuse(t!("This browser did not take the file")),
        }
    }

    /// Opens a document in place of the present one, which is kept aside: the message offers the way back.
    pub fn open_instead(self, document: Document, said: String) {
        let before = read::write(&self.document());
        let kept = store().is_some_and(|s| s.set_item(BEFORE, &before).is_ok());
        self.open(document);
        self.fit_next.set(true);
        self.fit_if_asked();
        if kept {
            self.tell_with_way_back(said);
        } else {
            self.tell(said);
        }
    }

    /// Opens the document that was open before.
    pub fn open_before(self) {
        let kept = store().and_then(|s| s.get_item(BEFORE).ok().flatten());
        match kept.map(|text| read::read(&text)) {
            Some(Ok(document)) => {
                let said = t!("Back to %{name}", name = document.title);
                self.open_instead(document, said);
            }
            Some(Err(problem)) => {
                self.refuse(t!("What was open before could not be read: %{what}", what = translate(&problem.to_string())))
            }
            None => self.refuse(t!("What was open before is not kept any more")),
        }
    }

    /// Opens a starter.
    pub fn open_starter(self, id: &str) {
        match starter(id) {
            Some(document) => {
                let said = t!("Opened %{name}", name = document.title);
                self.open_instead(document, said);
            }
            None => self.refuse(t!("This starter could not be read")),
        }
    }

    /// Opens a document's text; what is open stays if it cannot be read.
    pub fn open_text(self, text: &str) {
        match read::read(text) {
            Ok(document) => {
                let said = t!("Opened %{name}", name = document.title);
                self.open_instead(document, said);
            }
            Err(problem) => self.refuse(t!("The file could not be opened: %{what}", what = translate(&problem.to_string()))),
        }
    }
}

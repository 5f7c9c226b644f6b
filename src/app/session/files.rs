//! Documents as files and records: saved, opened in place of the present one, forgotten.
//! Knows no view.

use super::Session;
use crate::app::dom;
use crate::app::storage::{file_name, history, starter, Kept};
use crate::app::words::told;
use crate::diagram::Document;
use crate::files;

impl Session {
    /// Offers the document as a file.
    pub fn save_file(self) {
        let document = self.whole();
        self.offer_file(&file_name(&document, "faultline.json"), "application/json", &files::write(&document));
    }

    /// Offers a text as a file, and says so.
    pub fn offer_file(self, name: &str, kind: &str, text: &str) {
        match dom::download(name, kind, text) {
            Some(()) => self.tell(t!("Saved as a file")),
            None => self.refuse(t!("This browser did not take the file")),
        }
    }

    /// Offers the text of a record as a file: also of one that cannot be read.
    pub fn save_kept(self, kept: &Kept) {
        match history().text(&kept.name) {
            Some(text) => self.offer_file("recovered.faultline.json", "application/json", &text),
            None => self.refuse(t!("This is not kept any more")),
        }
    }

    /// Forgets a record for good.
    pub fn forget_kept(self, kept: &Kept) {
        history().forget(kept);
    }

    /// Starts an empty diagram; what was open stays kept.
    pub fn open_empty(self) {
        let document = Document { title: t!("Untitled").into(), ..Document::default() };
        self.open_instead(document, t!("Started an empty diagram").into(), false);
    }

    /// Opens a starter.
    pub fn open_starter(self, id: &str) {
        match starter(id) {
            Some(document) => {
                let said = t!("Opened %{name}", name = document.title);
                self.open_instead(document, said, false);
            }
            None => self.refuse(t!("This starter could not be read")),
        }
    }

    /// Opens a document's text; what is open stays if it cannot be read.
    pub fn open_text(self, text: &str) {
        match files::read(text) {
            Ok(document) => {
                let said = t!("Opened %{name}", name = document.title);
                self.open_instead(document, said, true);
            }
            Err(problem) => self.refuse(t!("The file could not be opened: %{what}", what = told(&problem))),
        }
    }
}

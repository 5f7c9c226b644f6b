//! Which language is chosen: by the reader, else by the browser's own; and how it writes numbers.
//! Knows no text.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::OnceLock;

use super::catalogue::Catalogue;
use crate::app::dom;

/// Name under which the choice is kept.
const KEY: &str = "faultline.language";

/// A language with a complete catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, in which the texts are written.
    English,
    /// Spanish.
    Spanish,
}

/// How numbers are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Between whole and fraction.
    pub decimal: char,
    /// Between thousands.
    pub group: &'static str,
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);
static DECIMAL_COMMA: AtomicU8 = AtomicU8::new(0);

static SPANISH: OnceLock<Catalogue> = OnceLock::new();

/// The catalogue of the chosen language; English needs none.
pub(super) fn catalogue() -> Option<&'static Catalogue> {
    match CHOSEN.load(Ordering::Relaxed) {
        1 => SPANISH.get(),
        _ => None,
    }
}

/// How numbers are written now. Where the comma divides, thousands stand apart by a thin space: a point could be taken for either.
pub fn marks() -> Marks {
    match DECIMAL_COMMA.load(Ordering::Relaxed) {
        0 => Marks { decimal: '.', group: "," },
        _ => Marks { decimal: ',', group: "\u{202f}" },
    }
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::Spanish];

    /// Its tag: `es`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
        }
    }

    /// Its own name for itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Spanish => "Español",
        }
    }

    /// The language of a tag such as `es-MX`.
    fn of_tag(tag: &str) -> Option<Language> {
        let primary = tag.split('-').next().unwrap_or_default();
        Language::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(primary))
    }

    /// The kept choice, else the browser's own language.
    pub fn kept() -> Language {
        dom::kept(KEY).as_deref().and_then(Language::of_tag).or_else(|| Language::of_tag(&browsers())).unwrap_or(Language::English)
    }

    /// Keeps the choice.
    pub fn keep(self) {
        dom::keep(KEY, self.tag());
    }

    /// The one that texts are in now.
    pub fn spoken() -> Language {
        Language::ALL[usize::from(CHOSEN.load(Ordering::Relaxed))]
    }

    /// Where the text beside the page is that explains a kind.
    pub fn path_of_explanation(self, kind: &str) -> String {
        match self {
            Language::English => format!("kinds/{kind}.md"),
            other => format!("kinds/{kind}.{}.md", other.tag()),
        }
    }

    /// Whether its words are here.
    pub fn is_known(self) -> bool {
        self == Language::English || SPANISH.get().is_some()
    }

    /// Fetches its words, if they are not here; whether they are now. The page's own script knows from where.
    pub async fn learn(self) -> bool {
        if !self.is_known() {
            if let Some(catalogue) = dom::text_beside(&format!("words/{}.json", self.tag())).await.and_then(|json| Catalogue::new(&json)) {
                // Somebody else may have been faster.
                let _ = SPANISH.set(catalogue);
            }
        }
        self.is_known()
    }

    /// From now on texts are in this language, whose words are here; the page says so to the browser. Views must be made again.
    pub fn speak(self) {
        CHOSEN.store(self as u8, Ordering::Relaxed);
        // Mexico and Spain write numbers differently: the reader's own region, where it is of this language.
        let browsers = browsers();
        let region = if Language::of_tag(&browsers) == Some(self) { browsers.as_str() } else { self.tag() };
        let sample = js_sys::Number::from(1.5).to_locale_string(region).as_string().unwrap_or_default();
        DECIMAL_COMMA.store(u8::from(sample.contains(',')), Ordering::Relaxed);
        if let Some(root) = dom::document().and_then(|d| d.document_element()) {
            let _ = root.set_attribute("lang", self.tag());
        }
    }

    /// The next of them.
    pub fn next(self) -> Language {
        let at = Language::ALL.iter().position(|l| *l == self).unwrap_or(0);
        Language::ALL[(at + 1) % Language::ALL.len()]
    }
}

/// The browser's own language.
fn browsers() -> String {
    dom::window().and_then(|w| w.navigator().language()).unwrap_or_default()
}

//! The history in the browser's storage: one record for each piece of work, and earlier states of it.
//! Knows documents only as text, and nothing of tabs.

use std::hash::Hasher;

use serde_json::{json, Value as Json};

use crate::order::Ordered;

/// Start of the name of a piece of work; the crash screen outside the application reads it too.
pub const WORK: &str = "faultline.work.";
/// Start of the name of an earlier state.
const PAST: &str = "faultline.past.";
/// Pieces of work kept, the most recent ones.
const MOST_WORKS: usize = 30;
/// Of those, the ones in which nothing was built: starters that were only watched or broken.
const MOST_UNBUILT: usize = 2;
/// Earlier states kept of each piece of work.
pub const MOST_PAST: usize = 10;
/// Earlier states kept of all.
const MOST_PAST_OF_ALL: usize = 40;
/// From one earlier state to the next.
const BETWEEN_MS: f64 = 60_000.0;

/// Why the storage did not take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is none: the browser gives the page no storage.
    Missing,
    /// There is no room.
    Full,
    /// It did not give back what was written.
    Unfaithful,
}

impl Refusal {
    /// The reason, for a sentence, in English.
    pub fn words(self) -> &'static str {
        match self {
            Refusal::Missing => text!("this browser gives the page no storage"),
            Refusal::Full => text!("this browser's storage is full"),
            Refusal::Unfaithful => text!("this browser's storage did not give back what was written"),
        }
    }
}

/// A place for named texts.
pub trait Store {
    /// The text under a name.
    fn get(&self, name: &str) -> Option<String>;
    /// Puts a text under a name.
    fn set(&self, name: &str, text: &str) -> Result<(), Refusal>;
    /// Forgets a name.
    fn remove(&self, name: &str);
    /// All names.
    fn names(&self) -> Vec<String>;
}

/// What is said of a record, in its first line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    /// Title of the document.
    pub title: String,
    /// When it was written, in milliseconds since 1970.
    pub at: f64,
    /// Number of components.
    pub nodes: usize,
    /// Whether something was built in it, beyond opening a starter.
    pub built: bool,
    /// Which document it is, whatever the moment of its run and wherever one looks.
    pub essence: String,
}

/// A record of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The piece of work.
    pub work: String,
    /// The record's name in the storage.
    pub name: String,
    /// What it says of itself; the default if that cannot be read.
    pub label: Label,
    /// Length of the document's text in bytes.
    pub bytes: usize,
}

/// The history.
pub struct History<S>(pub S);

impl Label {
    /// Whether it says the same, whenever it was written.
    pub fn agrees(&self, other: &Label) -> bool {
        Label { at: other.at, ..self.clone() } == *other
    }

    fn line(&self) -> String {
        json!({ "title": self.title, "at": self.at, "nodes": self.nodes, "built": self.built, "essence": self.essence }).to_string()
    }

    fn from_line(line: &str) -> Option<Label> {
        let json: Json = serde_json::from_str(line).ok()?;
        Some(Label {
            title: json["title"].as_str()?.into(),
            at: json["at"].as_f64()?,
            nodes: json["nodes"].as_u64()? as usize,
            built: json["built"].as_bool()?,
            essence: json["essence"].as_str()?.into(),
        })
    }
}

fn split(record: &str) -> (Label, &str) {
    let (first, rest) = record.split_once('\n').unwrap_or((record, ""));
    match Label::from_line(first) {
        Some(label) => (label, rest),
        // Written before records had labels, or damaged: all of it is the document.
        None => (Label::default(), record),
    }
}

/// A name for a document that does not change with the moment of its run and where one looks.
pub fn essence(text: &str) -> String {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for line in text.lines().filter(|l| !l.starts_with("  \"view\":") && !l.starts_with("  \"moment_ns\":")) {
        hasher.write(line.as_bytes());
    }
    format!("{:016x}", hasher.finish())
}

/// An earlier state, by its name alone: telling which is the oldest must not cost reading them all.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    work: String,
    at: f64,
}

impl Named {
    fn from_name(name: String) -> Option<Named> {
        let (work, at) = name.strip_prefix(PAST)?.split_once('.')?;
        let (work, at) = (work.to_string(), at.parse().unwrap_or(0.0));
        Some(Named { name, work, at })
    }
}

impl<S: Store> History<S> {
    /// Writes a piece of work, reads it back and compares. Where there is no room, earlier states make way, oldest first.
    pub fn keep(&self, work: &str, label: &Label, text: &str) -> Result<(), Refusal> {
        self.put(&format!("{WORK}{work}"), label, text, |_| true)
    }

    /// What the record of a piece of work says: its label and the document's text.
    pub fn entry(&self, work: &str) -> Option<(Label, String)> {
        let record = self.0.get(&format!("{WORK}{work}"))?;
        let (label, text) = split(&record);
        Some((label, text.to_string()))
    }

    /// Before a changed text takes the place of this one: keeps it as an earlier state if it stood a while, or if the last
    /// earlier state is a while ago.
    pub fn keep_what_stood(&self, work: &str, before: &(Label, String), now: &Label) {
        let (label, text) = before;
        if label.built && label.essence != now.essence {
            self.keep_past(work, label, text, now.at - label.at < BETWEEN_MS);
        }
    }

    /// Writes a record; for it, those earlier states may go that `may_go`.
    fn put(&self, name: &str, label: &Label, text: &str, may_go: impl Fn(&Named) -> bool) -> Result<(), Refusal> {
        let record = format!("{}\n{text}", label.line());
        let mut gone = Vec::new();
        let mut written = self.0.set(name, &record);
        if written == Err(Refusal::Full) {
            let mut others = self.names_of_states(None);
            others.retain(|s| s.name != name && may_go(s));
            while let (Err(Refusal::Full), Some(oldest)) = (written, others.pop()) {
                gone.extend(self.0.get(&oldest.name).map(|text| (oldest.name.clone(), text)));
                self.0.remove(&oldest.name);
                written = self.0.set(name, &record);
            }
        }
        // Of those that went, as many as there is room for beside it: all, if it was in vain.
        for (name, text) in gone.iter().rev() {
            let _ = self.0.set(name, text);
        }
        written?;
        match self.0.get(name) {
            Some(back) if back == record => Ok(()),
            _ => Err(Refusal::Unfaithful),
        }
    }

    /// Keeps a text as an earlier state of a piece of work, unless there is one already that says the same, or `spaced`
    /// and one that is hardly older. Where there is no room, older ones make way. Returns whether that settles it: false asks to
    /// come back when a minute has passed.
    pub fn keep_past(&self, work: &str, label: &Label, text: &str, spaced: bool) -> bool {
        let states = self.names_of_states(Some(work));
        if spaced && states.iter().any(|s| label.at - s.at < BETWEEN_MS && label.at >= s.at) {
            return false;
        }
        let same = |s: &Named| self.record(&s.name, s.work.clone()).is_some_and(|kept| kept.label.essence == label.essence);
        if states.iter().any(same) {
            return true;
        }
        // What finds no room, older ones gone, finds none in a moment either.
        let _ = self.put(&format!("{PAST}{work}.{:.0}", label.at), label, text, |s| s.at < label.at);
        for old in self.names_of_states(Some(work)).iter().skip(MOST_PAST) {
            self.0.remove(&old.name);
        }
        for old in self.names_of_states(None).iter().skip(MOST_PAST_OF_ALL) {
            self.0.remove(&old.name);
        }
        true
    }

    /// The pieces of work, the most recent first.
    pub fn works(&self) -> Vec<Kept> {
        let named = self.0.names().into_iter().filter_map(|n| Some((n.clone(), n.strip_prefix(WORK)?.to_string())));
        self.records(named)
    }

    /// The earlier states of one piece of work, or of all; the most recent first.
    pub fn states(&self, work: Option<&str>) -> Vec<Kept> {
        self.records(self.names_of_states(work).into_iter().map(|s| (s.name, s.work)))
    }

    fn names_of_states(&self, work: Option<&str>) -> Vec<Named> {
        let mut found: Vec<Named> = self.0.names().into_iter().filter_map(Named::from_name).collect();
        found.retain(|s| work.is_none_or(|w| s.work == w));
        found.order_by(|a, b| b.at.total_cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
        found
    }

    fn records(&self, named: impl Iterator<Item = (String, String)>) -> Vec<Kept> {
        let mut found: Vec<Kept> = named.filter_map(|(name, work)| self.record(&name, work)).collect();
        found.order_by(|a, b| b.label.at.total_cmp(&a.label.at).then_with(|| a.name.cmp(&b.name)));
        found
    }

    fn record(&self, name: &str, work: String) -> Option<Kept> {
        let record = self.0.get(name)?;
        let (label, text) = split(&record);
        Some(Kept { work, name: name.to_string(), bytes: text.len(), label })
    }

    /// The document's text in a record.
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|record| split(&record).1.to_string())
    }

    /// The record of a piece of work.
    pub fn work(&self, work: &str) -> Option<Kept> {
        self.record(&format!("{WORK}{work}"), work.to_string())
    }

    /// Forgets a record, and with a piece of work its earlier states.
    pub fn forget(&self, kept: &Kept) {
        self.0.remove(&kept.name);
        if !kept.name.starts_with(PAST) {
            self.names_of_states(Some(&kept.work)).iter().for_each(|s| self.0.remove(&s.name));
        }
    }

    /// Forgets what is too much, but none of `spared`.
    pub fn tidy(&self, spared: &[&str]) {
        let mut unbuilt = 0;
        for (i, kept) in self.works().iter().enumerate() {
            let readable = !kept.label.essence.is_empty();
            unbuilt += usize::from(!kept.label.built && readable);
            let too_much = i >= MOST_WORKS || (!kept.label.built && readable && unbuilt > MOST_UNBUILT);
            if too_much && !spared.contains(&kept.work.as_str()) {
                self.forget(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests;

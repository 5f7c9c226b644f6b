//! The shelf in the browser's storage: one record for each piece of work, and earlier states of it.
//! Knows documents only as text, and nothing of tabs.

use std::hash::Hasher;

use serde_json::{json, Value as Json};

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

/// A record on the shelf.
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

/// The shelf.
pub struct Shelf<S>(pub S);

impl Label {
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

impl<S: Store> Shelf<S> {
    /// Writes a piece of work, reads it back and compares. Where there is no room, earlier states make way, oldest first.
    pub fn keep(&self, work: &str, label: &Label, text: &str) -> Result<(), Refusal> {
        self.put(&format!("{WORK}{work}"), label, text)
    }

    fn put(&self, name: &str, label: &Label, text: &str) -> Result<(), Refusal> {
        let record = format!("{}\n{text}", label.line());
        loop {
            match self.0.set(name, &record) {
                Ok(()) => break,
                Err(Refusal::Full) => match self.states(None).pop() {
                    Some(oldest) if oldest.name != name => self.0.remove(&oldest.name),
                    _ => return Err(Refusal::Full),
                },
                Err(refusal) => return Err(refusal),
            }
        }
        match self.0.get(name) {
            Some(back) if back == record => Ok(()),
            _ => Err(Refusal::Unfaithful),
        }
    }

    /// Keeps a text as an earlier state of a piece of work, unless there is one already that says the same, or `spaced`
    /// and one that is hardly older.
    pub fn keep_past(&self, work: &str, label: &Label, text: &str, spaced: bool) {
        let states = self.states(Some(work));
        let recent = |s: &Kept| spaced && label.at - s.label.at < BETWEEN_MS && label.at >= s.label.at;
        if states.iter().any(|s| s.label.essence == label.essence || recent(s)) {
            return;
        }
        // What finds no room is not worth the loss of what is there.
        let _ = self.put(&format!("{PAST}{work}.{:.0}", label.at), label, text);
        for old in self.states(Some(work)).iter().skip(MOST_PAST) {
            self.0.remove(&old.name);
        }
        for old in self.states(None).iter().skip(MOST_PAST_OF_ALL) {
            self.0.remove(&old.name);
        }
    }

    /// The pieces of work, the most recent first.
    pub fn works(&self) -> Vec<Kept> {
        self.records(WORK, |rest| rest.to_string())
    }

    /// The earlier states of one piece of work, or of all; the most recent first.
    pub fn states(&self, work: Option<&str>) -> Vec<Kept> {
        let mut states = self.records(PAST, |rest| rest.split('.').next().unwrap_or_default().to_string());
        states.retain(|s| work.is_none_or(|w| s.work == w));
        states
    }

    fn records(&self, start: &str, work: impl Fn(&str) -> String) -> Vec<Kept> {
        let names = self.0.names();
        let mut found: Vec<Kept> =
            names.iter().filter_map(|n| Some((n, n.strip_prefix(start)?))).filter_map(|(n, rest)| self.record(n, work(rest))).collect();
        found.sort_by(|a, b| b.label.at.total_cmp(&a.label.at).then_with(|| a.name.cmp(&b.name)));
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
        self.works().into_iter().find(|k| k.work == work)
    }

    /// Forgets a record, and with a piece of work its earlier states.
    pub fn forget(&self, kept: &Kept) {
        self.0.remove(&kept.name);
        if !kept.name.starts_with(PAST) {
            self.states(Some(&kept.work)).iter().for_each(|s| self.0.remove(&s.name));
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
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;

    /// A storage with room for so many bytes.
    struct Memory(RefCell<BTreeMap<String, String>>, usize);

    impl Store for Memory {
        fn get(&self, name: &str) -> Option<String> {
            self.0.borrow().get(name).cloned()
        }
        fn set(&self, name: &str, text: &str) -> Result<(), Refusal> {
            let mut map = self.0.borrow_mut();
            let others: usize = map.iter().filter(|(n, _)| *n != name).map(|(_, t)| t.len()).sum();
            if others + text.len() > self.1 {
                return Err(Refusal::Full);
            }
            map.insert(name.into(), text.into());
            Ok(())
        }
        fn remove(&self, name: &str) {
            self.0.borrow_mut().remove(name);
        }
        fn names(&self) -> Vec<String> {
            self.0.borrow().keys().cloned().collect()
        }
    }

    fn shelf(room: usize) -> Shelf<Memory> {
        Shelf(Memory(RefCell::default(), room))
    }

    fn label(title: &str, at: f64, text: &str) -> Label {
        Label { title: title.into(), at, nodes: 1, built: true, essence: essence(text) }
    }

    #[test]
    fn what_is_kept_comes_back_with_its_label_newest_first() {
        let shelf = shelf(10_000);
        shelf.keep("a", &label("A", 1.0, "{1}"), "{1}").unwrap();
        shelf.keep("b", &label("B", 2.0, "{\n2\n}"), "{\n2\n}").unwrap();
        let works = shelf.works();
        assert_eq!(works.iter().map(|w| w.label.title.as_str()).collect::<Vec<_>>(), ["B", "A"]);
        assert_eq!(shelf.text(&works[0].name).unwrap(), "{\n2\n}");
        assert_eq!(works[0].bytes, 5);
    }

    #[test]
    fn earlier_states_are_spaced_different_and_ten() {
        let shelf = shelf(1_000_000);
        for i in 0..40 {
            let text = format!("state {i}");
            shelf.keep_past("a", &label("A", f64::from(i) * 30_000.0, &text), &text, true);
        }
        let states = shelf.states(Some("a"));
        assert_eq!(states.len(), MOST_PAST);
        assert_eq!(shelf.text(&states[0].name).unwrap(), "state 38");
        assert_eq!(shelf.text(&states[9].name).unwrap(), "state 20");
        shelf.keep_past("a", &label("A", 9e9, "state 20"), "state 20", false);
        assert_eq!(shelf.states(None).len(), MOST_PAST, "the same again is no state of its own");
    }

    #[test]
    fn earlier_states_make_way_for_the_work_and_no_other_work_does() {
        let shelf = shelf(1_600);
        shelf.keep("other", &label("Other", 1.0, "o"), &"o".repeat(300)).unwrap();
        shelf.keep_past("a", &label("A", 2.0, "x"), &"x".repeat(300), false);
        shelf.keep_past("a", &label("A", 3.0, "y"), &"y".repeat(300), false);
        shelf.keep("a", &label("A", 4.0, "z"), &"z".repeat(600)).unwrap();
        assert_eq!(shelf.states(None).len(), 1, "the oldest made way");
        assert_eq!(shelf.keep("a", &label("A", 5.0, "z"), &"z".repeat(1_500)), Err(Refusal::Full));
        assert!(shelf.work("other").is_some());
        assert_eq!(shelf.work("a").unwrap().label.at, 4.0, "what was kept before is still there");
    }

    #[test]
    fn watched_starters_do_not_push_out_what_was_built() {
        let shelf = shelf(1_000_000);
        shelf.keep("mine", &label("Mine", 1.0, "m"), "m").unwrap();
        for i in 0..50 {
            let text = format!("starter {i}");
            let label = Label { built: false, ..label("Starter", 10.0 + f64::from(i), &text) };
            shelf.keep(&format!("s{i}"), &label, &text).unwrap();
            shelf.tidy(&["s0"]);
        }
        let works: Vec<String> = shelf.works().into_iter().map(|w| w.work).collect();
        assert_eq!(works, ["s49", "s48", "s0", "mine"]);
    }

    #[test]
    fn a_record_without_a_label_is_all_document() {
        let shelf = shelf(10_000);
        shelf.0.set("faultline.work.x", "{\"format\":\n\"faultline\"}").unwrap();
        assert_eq!(shelf.text("faultline.work.x").unwrap(), "{\"format\":\n\"faultline\"}");
        shelf.tidy(&[]);
        assert_eq!(shelf.works().len(), 1, "what cannot be read is not thrown away");
    }

    #[test]
    fn the_moment_and_the_view_are_not_of_the_essence() {
        let a = "{\n  \"title\": 1,\n  \"view\": {1},\n  \"moment_ns\": 1,\n}";
        let b = "{\n  \"title\": 1,\n  \"view\": {2},\n  \"moment_ns\": 2,\n}";
        assert_eq!(essence(a), essence(b));
        assert_ne!(essence(a), essence("{\n  \"title\": 2,\n}"));
    }
}

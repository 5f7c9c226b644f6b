//! The history over a storage with little room.
//! Knows no browser.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::*;

/// A storage with room for so many bytes, that counts how often it was read.
struct Memory(RefCell<BTreeMap<String, String>>, usize, Cell<usize>);

impl Store for Memory {
    fn get(&self, name: &str) -> Option<String> {
        self.2.set(self.2.get() + 1);
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

fn history(room: usize) -> History<Memory> {
    History(Memory(RefCell::default(), room, Cell::default()))
}

fn label(title: &str, at: f64, text: &str) -> Label {
    Label { title: title.into(), at, nodes: 1, built: true, essence: essence(text) }
}

#[test]
fn what_is_kept_comes_back_with_its_label_newest_first() {
    let history = history(10_000);
    history.keep("a", &label("A", 1.0, "{1}"), "{1}").unwrap();
    history.keep("b", &label("B", 2.0, "{\n2\n}"), "{\n2\n}").unwrap();
    let works = history.works();
    assert_eq!(works.iter().map(|w| w.label.title.as_str()).collect::<Vec<_>>(), ["B", "A"]);
    assert_eq!(history.text(&works[0].name).unwrap(), "{\n2\n}");
    assert_eq!(works[0].bytes, 5);
}

#[test]
fn earlier_states_are_spaced_different_and_ten() {
    let history = history(1_000_000);
    for i in 0..40 {
        let text = format!("state {i}");
        history.keep_past("a", &label("A", f64::from(i) * 30_000.0, &text), &text, true);
    }
    let states = history.states(Some("a"));
    assert_eq!(states.len(), MOST_PAST);
    assert_eq!(history.text(&states[0].name).unwrap(), "state 38");
    assert_eq!(history.text(&states[9].name).unwrap(), "state 20");
    history.keep_past("a", &label("A", 9e9, "state 20"), "state 20", false);
    assert_eq!(history.states(None).len(), MOST_PAST, "the same again is no state of its own");
}

#[test]
fn earlier_states_make_way_for_the_work_and_no_other_work_does() {
    let history = history(1_600);
    history.keep("other", &label("Other", 1.0, "o"), &"o".repeat(300)).unwrap();
    history.keep_past("a", &label("A", 2.0, "x"), &"x".repeat(300), false);
    history.keep_past("a", &label("A", 3.0, "y"), &"y".repeat(300), false);
    history.keep("a", &label("A", 4.0, "z"), &"z".repeat(600)).unwrap();
    let states = history.states(None);
    assert_eq!(states.iter().map(|s| s.label.at).collect::<Vec<_>>(), [3.0], "the oldest made way");
    assert!(history.work("other").is_some());
    assert_eq!(history.work("a").unwrap().label.at, 4.0);
}

#[test]
fn what_finds_no_room_costs_no_earlier_state() {
    let history = history(1_800);
    history.keep("a", &label("A", 1.0, "z"), &"z".repeat(200)).unwrap();
    for (at, letter) in [(2.0, "v"), (3.0, "x"), (4.0, "y")] {
        history.keep_past("a", &label("A", at, letter), &letter.repeat(200), false);
    }
    assert_eq!(history.keep("a", &label("A", 5.0, "z"), &"z".repeat(1_750)), Err(Refusal::Full));
    history.keep_past("a", &label("A", 5.0, "w"), &"w".repeat(1_500), false);
    assert_eq!(history.states(None).iter().map(|s| s.label.at).collect::<Vec<_>>(), [4.0, 3.0, 2.0]);
    assert_eq!(history.work("a").unwrap().label.at, 1.0, "what was kept before is still there");
}

#[test]
fn a_full_store_keeps_as_many_states_as_fit_the_newest_first() {
    let history = history(2_000);
    history.keep("a", &label("A", 1.0, "z"), &"z".repeat(300)).unwrap();
    for i in 0..20 {
        let text = format!("{i}").repeat(120);
        history.keep_past("a", &label("A", 10.0 + f64::from(i), &text), &text, false);
    }
    let kept: Vec<f64> = history.states(None).iter().map(|s| s.label.at).collect();
    assert_eq!(kept, [29.0, 28.0, 27.0, 26.0, 25.0], "a record takes some 310 bytes of the 1,600 that are left");
    assert!(history.work("a").is_some());
    // A small old one stays where a large one had to go.
    let history = self::history(1_500);
    history.keep_past("a", &label("A", 1.0, "s"), "s", false);
    history.keep_past("a", &label("A", 2.0, "l"), &"l".repeat(800), false);
    history.keep("a", &label("A", 3.0, "w"), &"w".repeat(600)).unwrap();
    assert_eq!(history.states(None).iter().map(|s| s.label.at).collect::<Vec<_>>(), [1.0]);
}

#[test]
fn an_older_state_takes_no_room_from_a_newer_one() {
    let history = history(600);
    history.keep_past("b", &label("B", 9.0, "b"), &"b".repeat(400), false);
    history.keep_past("a", &label("A", 5.0, "a"), &"a".repeat(400), false);
    assert_eq!(history.states(None).iter().map(|s| s.label.at).collect::<Vec<_>>(), [9.0]);
}

#[test]
fn keeping_a_state_reads_no_text_of_another_work_and_none_within_the_minute() {
    let history = history(1_000_000);
    for i in 0..10 {
        let text = format!("state {i}");
        history.keep_past("a", &label("A", f64::from(i) * 60_000.0, &text), &text, true);
        history.keep_past("b", &label("B", f64::from(i) * 60_000.0, &text), &text, true);
    }
    history.0 .2.set(0);
    assert!(!history.keep_past("a", &label("A", 9.0 * 60_000.0 + 3_000.0, "more"), "more", true));
    assert_eq!(history.0 .2.get(), 0, "three seconds later");
    assert!(history.keep_past("a", &label("A", 10.0 * 60_000.0, "more"), "more", true));
    assert_eq!(history.0 .2.get(), 11, "ten states of its own, and what was written");
}

#[test]
fn what_stood_a_while_is_an_earlier_state_when_it_changes() {
    let minute = 60_000.0;
    let history = history(1_000_000);
    let write = |at: f64, text: &str| {
        let now = label("A", at, text);
        if let Some(before) = history.entry("a") {
            history.keep_what_stood("a", &before, &now);
        }
        history.keep("a", &now, text).unwrap();
    };
    let kept = || history.states(Some("a")).iter().map(|s| history.text(&s.name).unwrap()).collect::<Vec<_>>();
    write(0.0, "begun");
    write(1_000.0, "built");
    assert_eq!(kept(), ["begun"], "the first of all");
    write(2_000.0, "built more");
    assert_eq!(kept(), ["begun"], "it stood for a second");
    write(5.0 * minute, "half of it deleted");
    assert_eq!(kept(), ["built more", "begun"], "it stood for minutes, though it was made within one");
    write(5.0 * minute + 1_000.0, "half of it deleted");
    assert_eq!(kept().len(), 2, "nothing changed");
}

#[test]
fn what_a_record_says_is_compared_but_for_its_time() {
    let history = history(10_000);
    history.keep("a", &label("A", 1.0, "{1}"), "{1}").unwrap();
    let (there, text) = history.entry("a").unwrap();
    assert_eq!(text, "{1}");
    assert!(there.agrees(&label("A", 2.0, "{1}")));
    assert!(!there.agrees(&Label { built: false, ..label("A", 2.0, "{1}") }));
    assert!(!there.agrees(&label("A", 2.0, "{2}")));
    assert!(history.entry("b").is_none());
}

#[test]
fn watched_starters_do_not_push_out_what_was_built() {
    let history = history(1_000_000);
    history.keep("mine", &label("Mine", 1.0, "m"), "m").unwrap();
    for i in 0..50 {
        let text = format!("starter {i}");
        let label = Label { built: false, ..label("Starter", 10.0 + f64::from(i), &text) };
        history.keep(&format!("s{i}"), &label, &text).unwrap();
        history.tidy(&["s0"]);
    }
    let works: Vec<String> = history.works().into_iter().map(|w| w.work).collect();
    assert_eq!(works, ["s49", "s48", "s0", "mine"]);
}

#[test]
fn a_record_without_a_label_is_all_document() {
    let history = history(10_000);
    history.0.set("faultline.work.x", "{\"format\":\n\"faultline\"}").unwrap();
    assert_eq!(history.text("faultline.work.x").unwrap(), "{\"format\":\n\"faultline\"}");
    history.tidy(&[]);
    assert_eq!(history.works().len(), 1, "what cannot be read is not thrown away");
}

#[test]
fn the_moment_and_the_view_are_not_of_the_essence() {
    let a = "{\n  \"title\": 1,\n  \"view\": {1},\n  \"moment_ns\": 1,\n}";
    let b = "{\n  \"title\": 1,\n  \"view\": {2},\n  \"moment_ns\": 2,\n}";
    assert_eq!(essence(a), essence(b));
    assert_ne!(essence(a), essence("{\n  \"title\": 2,\n}"));
}

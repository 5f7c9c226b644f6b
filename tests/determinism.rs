//! The same document and seed give the same run: cut up however it is run, after a snapshot, with or without stories. A hundred
//! random systems with faults and edits, and each way to choose among more than six nodes; they are left in the build's folder for the browser test, which runs them in wasm.
//! `FAULTLINE_HASHES` names such a list of another build (a debug one beside an optimised one), which must be the same.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use faultline::diagram::{Document, Entry};
use faultline::engine::random::mix;
use faultline::engine::SimTime;
use faultline::files::{read, write};
use faultline::lab::Experiment;
use serde_json::json;

mod cases;
mod crowd;

use cases::{document, messaging_document, Dice};
use crowd::{crowd, CROWDS};

/// How many of the cases are systems at random.
const RANDOM: u64 = 100;
/// Most events of a case, so that none takes long in a browser.
const MOST_EVENTS: u64 = 60_000;

/// A random system, and what befalls it up to its moment.
fn case(number: u64) -> Document {
    let mut dice = Dice { numbers: (0..64).map(|i| mix(number, i) as u32).collect(), next: 0 };
    let mut document = match number {
        RANDOM.. => crowd(number - RANDOM, &mut dice),
        _ if number % 4 == 3 => messaging_document(&mut dice),
        _ => document(&mut dice),
    };
    document.title = format!("Case {number}");
    let mut experiment = Experiment::new(&document);
    let mut diagram = document.clone();
    for added in 100..106 {
        let until = SimTime(experiment.now().0 + dice.below(200_000_000) as u64);
        let handled = experiment.advance(until, MOST_EVENTS / 8);
        if handled >= MOST_EVENTS / 8 {
            break;
        }
        let Some(entry) = dice.entry(&diagram, added) else { continue };
        if let Entry::Edit(edit) = &entry {
            diagram.apply(edit).unwrap();
        }
        experiment.apply(&entry).unwrap();
        document.journal.push((experiment.now(), entry));
    }
    document.moment = experiment.now();
    document
}

#[test]
fn a_hundred_random_systems_run_the_same_however_they_are_run() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases");
    fs::create_dir_all(&folder).unwrap();
    let (mut list, mut lively) = (Vec::new(), 0);
    for number in 0..RANDOM + CROWDS {
        let text = write(&case(number));
        let document = read(&text).unwrap();
        let end = document.moment;
        let mut whole = Experiment::new(&document);
        let events = whole.advance(end, u64::MAX);
        lively += usize::from(events > 200);
        let hash = whole.trace_hash();

        let mut slices = Experiment::new(&document).without_stories();
        while slices.advance(end, 7) == 7 {}
        assert_eq!(slices.trace_hash(), hash, "case {number} in slices of seven events");

        // A snapshot in the middle, from which the run goes on twice; the one on which a fork has run is no different.
        let mut first = Experiment::new(&document);
        first.advance(SimTime(end.0 / 2), u64::MAX);
        let mut second = first.clone();
        second.advance(end, u64::MAX);
        assert_eq!(second.trace_hash(), hash, "case {number} from a snapshot");
        first.advance(end, u64::MAX);
        assert_eq!(first.trace_hash(), hash, "case {number} after a snapshot");
        assert_eq!(first.totals(), second.totals(), "case {number}");

        let file = format!("{number}.json");
        fs::write(folder.join(&file), &text).unwrap();
        list.push(json!({"file": file, "title": document.title, "hash": format!("{hash:016x}"), "events": events}));
    }
    assert!(lively > 60 + CROWDS as usize, "only {lively} of the systems do much");
    let list = json!(list);
    if let Some(other) = std::env::var_os("FAULTLINE_HASHES") {
        let other: serde_json::Value = serde_json::from_str(&fs::read_to_string(other).unwrap()).unwrap();
        assert_eq!(list, other, "the runs of this build and of the other");
    }
    fs::write(folder.join("list.json"), list.to_string()).unwrap();
}

/// `usize` is four bytes in the browser and eight elsewhere: what is kept in one can come to differ.
#[test]
fn no_platform_sized_integer_is_kept_in_what_runs() {
    let mut found = Vec::new();
    for room in ["src/engine", "src/components", "src/data", "src/metrics"] {
        for path in files_in(Path::new(env!("CARGO_MANIFEST_DIR")).join(room)) {
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            found.extend(platform_sized(&text).into_iter().map(|(line, text)| format!("{name}:{line}: {text}")));
        }
    }
    assert!(found.is_empty(), "kept in integers that differ between platforms:\n{}", found.join("\n"));
    // Of what it would find it is known that it finds it.
    let bad = "struct A {\n    a: u64,\n    b: Vec<Option<usize>>,\n}\nstruct B(isize);\nenum C {\n    D { e: NonZeroUsize },\n}\ntype F = (u8, usize);\n               fn g(h: usize) -> usize {\n    let i: usize = h; // and a struct\n    i\n}\n#[cfg(test)]\nmod tests {\n    struct J(usize);\n}\n";
    assert_eq!(platform_sized(bad).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5, 7, 9]);
}

fn files_in(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_in(path)),
            false if path.extension().is_some_and(|e| e == "rs") => files.push(path),
            false => {}
        }
    }
    files
}

/// Lines of a source, counted from 1, that declare such an integer in a field of a struct or enum, or give it another name.
/// Sources are formatted: a declaration ends with the line that closes it at the depth at which it began.
fn platform_sized(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut closes: Option<String> = None;
    for (i, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if code.starts_with("mod tests {") {
            break;
        }
        let depth: String = code.chars().take_while(|c| *c == ' ').collect();
        let mut words = code.split_whitespace().skip_while(|w| w.starts_with("pub"));
        let first = words.next().unwrap_or_default();
        let declares = matches!(first, "struct" | "enum" | "union" | "type");
        let sized = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|w| matches!(w, "usize" | "isize" | "NonZeroUsize" | "NonZeroIsize" | "AtomicUsize" | "AtomicIsize"));
        if sized && (declares || closes.is_some()) {
            found.push((i + 1, code.trim().to_string()));
        }
        match &closes {
            Some(end) if code.starts_with(end.as_str()) => closes = None,
            None if declares && code.trim_end().ends_with('{') => closes = Some(format!("{depth}}}")),
            None if declares && code.trim_end().ends_with('(') => closes = Some(format!("{depth})")),
            _ => {}
        }
    }
    found
}

//! A hundred thousand corrupted files and links, and random trees in their place: each is read as a document that keeps
//! every rule, or refused with the place and the reason; none stops the program. The seeds of the hundred thousand are
//! fixed, so that a failure comes again.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod documents;

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use documents::{a_document, config, Choices};
use faultline::diagram::Document;
use faultline::editor::{share, Editor};
use faultline::engine::SimTime;
use faultline::files::{read, stripped, validate, write, Problems};
use faultline::lab::scenarios::scenarios;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{json, Value as Json};

/// Files, of each kind of source together.
const FILES: usize = 60_000;
const LINKS: usize = 40_000;

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Numbers and words that have broken readers before.
const TOKENS: &[&str] = &[
    "1e999",
    "-1e999",
    "1e-999",
    "-0",
    "-0.0",
    "0.1e1",
    "NaN",
    "Infinity",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "9007199254740993",
    "-9223372036854775808",
    "1e308",
    "4294967296",
    "null",
    "true",
    "[]",
    "{}",
    "[[]]",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\u{202e}\"",
    "\"__proto__\"",
    "\"a\\nb\"",
    "00",
    "+1",
    ".5",
    "1.",
    "0x10",
    "'x'",
    "/**/",
    ",",
    ":",
    "}",
    "]",
    "\u{feff}",
];

fn corrupt(text: &str, others: &[String], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let n = bytes.len();
        let (a, b) = (dice.below(n), dice.below(n));
        let (from, to) = (a.min(b), a.max(b));
        match dice.below(11) {
            0 => bytes[a] ^= 1 << dice.below(8),
            1 => bytes.truncate(a),
            2 => {
                bytes.drain(from..to.min(from + 200));
            }
            // A piece of another file, or of the same one twice.
            3 => {
                let other = others[dice.below(others.len())].as_bytes();
                let (c, d) = (dice.below(other.len()), dice.below(400));
                bytes.splice(from..to.min(from + 100), other[c..(c + d).min(other.len())].iter().copied());
            }
            4 => {
                let piece = bytes[from..to.min(from + 300)].to_vec();
                bytes.splice(a..a, piece);
            }
            // A value becomes another one.
            5 | 6 => {
                let starts: Vec<usize> = (0..n).filter(|i| matches!(bytes[*i], b':' | b',' | b'[')).collect();
                if let Some(at) = starts.get(dice.below(starts.len())) {
                    let end = (*at + 1..n).find(|i| matches!(bytes[*i], b',' | b'}' | b']' | b'\n')).unwrap_or(n);
                    bytes.splice(at + 1..end, dice.pick(TOKENS).bytes());
                }
            }
            // Deep nesting.
            7 => {
                let depth = 1 << dice.below(12);
                let (open, close) = if dice.below(2) == 0 { ("[", "]") } else { ("{\"a\":", "}") };
                let deep = format!("{}1{}", open.repeat(depth), if dice.below(2) == 0 { close.repeat(depth) } else { String::new() });
                bytes.splice(a..a, deep.bytes());
            }
            8 => {
                bytes.splice(a..a, dice.pick(TOKENS).bytes());
            }
            // Two lines change places.
            9 => {
                let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
                let (c, d) = (dice.below(lines.len()), dice.below(lines.len()));
                lines.swap(c, d);
                bytes = lines.join(&b'\n');
            }
            _ => bytes[a] = dice.next() as u8,
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// What must hold of whatever came out.
fn judge(outcome: Result<Document, Problems>) -> Result<bool, String> {
    match outcome {
        Ok(document) => {
            validate(&document).map_err(|p| format!("was read but breaks a rule: {p}"))?;
            let again = read(&write(&document)).map_err(|p| format!("does not read back: {p}"))?;
            if again != stripped(&document) {
                return Err("reads back as something else".into());
            }
            let shared = share::decode(&share::encode(&document)).map_err(|p| format!("cannot be shared: {p}"))?;
            if shared != stripped(&document) {
                return Err("is shared as something else".into());
            }
            let mut editor = Editor::new(document);
            editor.follow(SimTime(u64::MAX));
            editor.restart();
            validate(editor.document()).map_err(|p| format!("breaks a rule once its run is over: {p}"))?;
            Ok(true)
        }
        Err(problems) => {
            let said = problems.lines();
            if said.len() > 51 || said.iter().any(|line| line.trim().is_empty() || line.contains('\n') || line.len() > 2_000) {
                return Err(format!("is refused with a poor message: {said:?}"));
            }
            Ok(false)
        }
    }
}

/// Runs cases on all cores; returns how many were read after all.
fn all(cases: usize, case: impl Fn(usize) -> (Vec<u8>, Result<bool, String>) + Sync + std::panic::RefUnwindSafe) -> usize {
    let (next, read) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= cases {
                    break;
                }
                match catch_unwind(|| case(i)) {
                    Ok((_, Ok(was_read))) => {
                        read.fetch_add(usize::from(was_read), Ordering::Relaxed);
                    }
                    Ok((input, Err(what))) => panic!("case {i} {what}\n{}", String::from_utf8_lossy(&input)),
                    Err(_) => panic!("case {i} panicked"),
                }
            });
        }
    });
    read.into_inner()
}

/// The shipped files, one that exercises the rest of the format, and some that random editing made.
fn sources() -> Vec<String> {
    let mut sources: Vec<String> = scenarios().iter().map(|s| s.json.to_string()).collect();
    sources.extend(scenarios().iter().map(|s| write(&read(s.json).unwrap())));
    sources.push(include_str!("files/everything.json").to_string());
    let mut runner = TestRunner::deterministic();
    sources.extend((0..40).map(|_| write(&a_document().new_tree(&mut runner).unwrap().current())));
    sources
}

#[test]
fn corrupted_files_are_refused_with_a_reason_or_read_whole() {
    let sources = sources();
    let read = all(FILES, |i| {
        let mut dice = Dice(i as u64);
        let bytes = corrupt(&sources[i % sources.len()], &sources, &mut dice);
        // What is no text never reaches the reader.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let outcome = judge(read(&text));
        (bytes, outcome)
    });
    // Some are read, else the reader was not exercised beyond its first line; most are refused.
    assert!(read > FILES / 100 && read < FILES / 2, "{read} of {FILES} were read");
}

#[test]
fn corrupted_links_are_refused_with_a_reason_or_read_whole() {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine as _;
    let documents: Vec<Document> = sources().iter().map(|s| faultline::files::read(s).unwrap()).collect();
    let codes: Vec<String> = documents.iter().map(share::encode).collect();
    let inner = |code: &String| {
        let bytes = URL_SAFE_NO_PAD.decode(code).unwrap();
        String::from_utf8(miniz_oxide::inflate::decompress_to_vec(&bytes).unwrap()).unwrap()
    };
    let trees: Vec<String> = codes.iter().map(inner).collect();
    let read = all(LINKS, |i| {
        let mut dice = Dice(0x11_0000 + i as u64);
        let which = i % codes.len();
        let code = match i / codes.len() % 3 {
            // What is in the link, packed again: past the checks of the packing.
            0 | 1 => URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(&corrupt(&trees[which], &trees, &mut dice), 1)),
            _ => String::from_utf8_lossy(&corrupt(&codes[which], &codes, &mut dice)).into_owned(),
        };
        let outcome = judge(share::decode(&code));
        (code.into_bytes(), outcome)
    });
    assert!(read > LINKS / 200 && read < LINKS / 2, "{read} of {LINKS} were read");
}

/// A tree with one value exchanged for another of a wrong kind.
fn mutate(tree: &mut Json, c: &mut Choices) {
    let wrong = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("db"),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!(true),
        json!(0.5),
        json!({"law": "constant", "value_ms": 1}),
        json!("service"),
        json!(i64::MIN),
    ];
    let stop = c.below(6) == 0;
    match tree {
        Json::Array(items) if !stop && !items.is_empty() => {
            let i = c.below(items.len());
            match c.below(12) {
                0 => drop(items.remove(i)),
                1 => items.push(items[i].clone()),
                _ => mutate(&mut items[i], c),
            }
        }
        Json::Object(map) if !stop && !map.is_empty() => {
            let name = map.keys().nth(c.below(map.len())).cloned().unwrap_or_default();
            match c.below(12) {
                0 => drop(map.shift_remove(&name)),
                1 => drop(map.insert(format!("{name}x"), json!(1))),
                _ => mutate(&mut map[&name], c),
            }
        }
        other => *other = wrong[c.below(wrong.len())].clone(),
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn a_file_with_wrong_values_never_panics(doc in a_document(), choices in prop::collection::vec(any::<u32>(), 1..60)) {
        let mut tree: Json = serde_json::from_str(&write(&doc)).unwrap();
        let mut c = Choices(choices.iter());
        while c.0.len() > 0 {
            mutate(&mut tree, &mut c);
        }
        if let Json::Object(map) = &mut tree {
            map.insert("format".into(), json!("faultline"));
            map.insert("version".into(), json!(faultline::files::VERSION));
        }
        judge(read(&tree.to_string())).unwrap();
    }

    #[test]
    fn a_link_that_holds_something_else_never_panics(
        doc in a_document(),
        choices in prop::collection::vec(any::<u32>(), 1..60),
    ) {
        use base64::Engine as _;
        let alphabet = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let bytes = alphabet.decode(share::encode(&doc)).unwrap();
        let text = miniz_oxide::inflate::decompress_to_vec(&bytes).unwrap();
        let mut tree: Json = serde_json::from_slice(&text).unwrap();
        let mut c = Choices(choices.iter());
        while c.0.len() > 0 {
            mutate(&mut tree, &mut c);
        }
        let packed = miniz_oxide::deflate::compress_to_vec(tree.to_string().as_bytes(), 6);
        judge(share::decode(&alphabet.encode(packed))).unwrap();
    }

    #[test]
    fn any_text_at_all_never_panics(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        judge(read(&text)).unwrap();
        judge(read(&String::from_utf8_lossy(&bytes))).unwrap();
        judge(share::decode(&text)).unwrap();
        use base64::Engine as _;
        judge(share::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))).unwrap();
    }
}

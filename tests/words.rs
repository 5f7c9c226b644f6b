//! The catalogues of assets/words: complete, without leftovers, and with the same arguments as the English texts.
//! Knows no text: it reads them from the sources and from the registries.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use faultline::components::{kinds, link};
use faultline::diagram::param::{ParamSpec, ParamType};
use faultline::engine::Reason;
use faultline::files::read;
use faultline::lab::scenarios::scenarios;

/// Rooms whose prose is shown as they make it: all of it must have a translation.
const SHOWN: &[&str] = &[
    "src/components",
    "src/editor/commands.rs",
    "src/editor/commands",
    "src/editor/breakage.rs",
    "src/editor/fragment.rs",
    "src/editor/layout.rs",
    "src/editor/state.rs",
    "src/editor/share.rs",
    "src/editor/share",
    "src/editor/mod.rs",
    "src/diagram/param.rs",
    "src/files/mod.rs",
    "src/files/entry.rs",
    "src/files/fields.rs",
    "src/files/frames.rs",
    "src/files/links.rs",
    "src/files/migrate.rs",
    "src/files/problems.rs",
    "src/files/checks.rs",
    "src/files/rules.rs",
    "src/files/tree.rs",
    "src/files/unread.rs",
    "src/lab/stopped.rs",
    "src/lab/theory",
    "src/lab/trials",
    "src/engine/calls.rs",
    "src/engine/distribution.rs",
    "src/engine/faults.rs",
    "src/engine/guard.rs",
    "src/engine/stages.rs",
    "src/engine/world.rs",
];

/// Prose in those that nobody is shown: what serde_json says, lists of names in a file, reasons for the compiler.
const HIDDEN: &[&str] = &[
    "A running `",
    "{} {}",
    "{} → {}",
    "M{},{} C{},{} {},{} {},{}",
    " at line ",
    "a JSON value",
    "journal entries",
    "recursion limit",
    "number out of range",
    "every version below the current one needs its migration",
    "a struct need not use every type",
    "a struct need not have fields",
    "optional part",
    "add_node, remove_node, add_link, remove_link, reconnect, set_node_param, set_link_param, add_group, remove_group, set_group, place_group",
    "crash, restart, vanish, hang, lose_disk, slow, cut, impair, lift, mend, flush",
];

fn sources(root: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    if path.is_file() {
        return vec![path];
    }
    let mut found = Vec::new();
    let mut folders = vec![path];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What only tests say is shown to nobody.
                folders.extend(Some(path).filter(|p| !p.ends_with("testing")));
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") && !path.ends_with("testing.rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The string literals of a source, comments and tests left out, each with whether `t!(` or `text!(` stands before it.
fn literals(source: &str) -> Vec<(bool, String)> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut code = String::new();
    let mut i = 0;
    while i < chars.len() {
        let next = chars.get(i + 1).copied();
        match chars[i] {
            '/' if next == Some('/') => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            // A character, not a lifetime.
            '\'' if next == Some('\\') || chars.get(i + 2) == Some(&'\'') => {
                i += if next == Some('\\') { 3 } else { 2 };
            }
            'r' if next == Some('#') && chars.get(i + 2) == Some(&'"') => {
                i += 3;
                let mut text = String::new();
                while !(chars[i] == '"' && chars.get(i + 1) == Some(&'#')) {
                    text.push(chars[i]);
                    i += 1;
                }
                i += 1;
                found.push((false, text));
                code.push('"');
            }
            '"' => {
                i += 1;
                let mut text = String::new();
                while chars[i] != '"' {
                    if chars[i] == '\\' {
                        i += 1;
                        match chars[i] {
                            'n' => text.push('\n'),
                            '\n' => {
                                while chars[i + 1].is_whitespace() {
                                    i += 1;
                                }
                            }
                            'u' => {
                                let digits: String = chars[i + 2..].iter().take_while(|c| **c != '}').collect();
                                text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                                i += digits.len() + 2;
                            }
                            other => text.push(other),
                        }
                    } else {
                        text.push(chars[i]);
                    }
                    i += 1;
                }
                found.push((is_marked(code.trim_end()), text));
                code.push('"');
            }
            c => code.push(c),
        }
        i += 1;
    }
    found
}

/// Whether `t!(` or `text!(` stands there, and not another macro that ends so.
fn is_marked(before: &str) -> bool {
    let Some(before) = before.strip_suffix("t!(") else { return false };
    let name = before.strip_suffix("tex").unwrap_or(before);
    !name.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The text with every argument as `{}`: `Crash %{name}` and `Crash {}` are both `Crash {}`.
fn skeleton(text: &str) -> String {
    let mut made = String::new();
    let mut left = text;
    while let Some(at) = left.find('{') {
        made.push_str(left[..at].strip_suffix('%').unwrap_or(&left[..at]));
        made.push_str("{}");
        left = left[at..].split_once('}').map_or("", |(_, after)| after);
    }
    made + left
}

/// The skeleton of a literal of the source: braces that stand for themselves are doubled there.
fn written(literal: &str) -> String {
    skeleton(&literal.replace("{{", "{").replace("}}", "}"))
}

fn arguments(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).map(|piece| piece.split_once('}').unwrap().0).collect()
}

/// Texts that stand in the application's own sources.
fn texts_of_the_application() -> BTreeSet<String> {
    let read = |path: &PathBuf| literals(&fs::read_to_string(path).unwrap());
    let sources = sources("src/app");
    assert!(sources.len() > 40, "the application's sources are not where they were");
    sources.iter().flat_map(read).filter(|(marked, text)| *marked && !text.is_empty()).map(|(_, text)| text).collect()
}

/// Texts of the registries: kinds, parameters, choices, reasons, starters.
fn texts_of_the_registries() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut add = |text: &str| {
        if text.chars().any(char::is_alphabetic) {
            texts.insert(text.to_string());
        }
    };
    let mut specs = link::specs();
    for kind in kinds() {
        add(kind.label);
        add(kind.summary);
        add(kind.group.label());
        specs.extend(kind.params());
    }
    for ParamSpec { label, unit, help, kind, .. } in &specs {
        add(label);
        add(unit);
        add(help);
        // What the form says where the value is zero.
        if let Some((_, meaning)) = help.split_once("0 is ") {
            add(meaning.split(['.', ',', ';', ':']).next().unwrap());
        }
        if let ParamType::Choice(options) = kind {
            options.iter().for_each(|(_, label)| add(label));
        }
    }
    Reason::ALL.iter().for_each(|r| add(r.as_str()));
    for starter in scenarios() {
        add(starter.title);
        add(starter.summary);
        let document = read(starter.json).unwrap();
        document.nodes.iter().for_each(|n| add(&n.name));
        document.groups.iter().for_each(|g| add(&g.name));
        document.notes.iter().for_each(|n| add(&n.text));
    }
    texts
}

/// Prose with names and figures in it, as its room writes it, arguments as `{}`.
fn prose_of_the_rooms() -> BTreeSet<String> {
    let shown = SHOWN.iter().flat_map(|room| sources(room));
    let texts = shown.flat_map(|path| literals(&fs::read_to_string(path).unwrap()));
    let prose = |text: &String| {
        let words = skeleton(text).replace("{}", "");
        text.trim().contains(' ') && !text.contains("\n\n") && words.chars().any(char::is_alphabetic)
    };
    texts.map(|(_, text)| text).filter(prose).map(|t| written(&t)).filter(|t| !HIDDEN.contains(&t.as_str())).collect()
}

/// What is labelled on the screen by a gauge.
fn gauges() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for path in sources("src/components") {
        let source = fs::read_to_string(path).unwrap();
        for gauge in source.split("Gauge::").skip(1).filter(|g| ["level(", "total(", "ratio("].iter().any(|kind| g.starts_with(kind))) {
            // The first is its name in files; label and unit are shown.
            let told = gauge.lines().next().unwrap().split('"').skip(1).step_by(2).skip(1);
            texts.extend(told.filter(|text| text.chars().any(char::is_alphabetic)).map(String::from));
        }
    }
    texts
}

fn catalogue(language: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/words/{language}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_text_has_its_translation_and_none_is_left_over() {
    let exact: BTreeSet<String> = texts_of_the_application().into_iter().chain(texts_of_the_registries()).chain(gauges()).collect();
    let prose = prose_of_the_rooms();
    // Whatever is a literal somewhere may be translated: names of gauges, words of events.
    let everywhere: BTreeSet<String> =
        sources("src").iter().flat_map(|p| literals(&fs::read_to_string(p).unwrap())).map(|(_, t)| written(&t)).collect();
    let language = "es";
    let catalogue = catalogue(language);
    let known: BTreeSet<String> = catalogue.keys().map(|k| skeleton(k)).collect();
    let mut missing: Vec<&String> = exact.iter().filter(|t| !catalogue.contains_key(*t)).collect();
    missing.extend(prose.iter().filter(|t| !known.contains(*t) && !exact.iter().any(|e| skeleton(e) == **t)));
    assert!(missing.is_empty(), "{language} lacks {} texts:\n{}", missing.len(), serde_json::to_string_pretty(&missing).unwrap());
    let left_over: Vec<_> = catalogue.keys().filter(|k| !exact.contains(*k) && !everywhere.contains(&skeleton(k))).collect();
    assert!(left_over.is_empty(), "{language} has texts that nobody uses: {left_over:#?}");
}

#[test]
fn arguments_are_the_same_in_every_language() {
    for (english, translation) in catalogue("es") {
        assert_eq!(arguments(&english), arguments(&translation), "{english}");
        assert!(!translation.trim().is_empty(), "{english}");
        let ends = |text: &str| text.ends_with(['.', '…', ':']);
        assert_eq!(ends(&english), ends(&translation), "{english}: ends otherwise than {translation}");
    }
}

//! A kind is one file, one text in each language, one line in the registry and nothing else: what stands outside of its file must be there.
//! Knows no kind.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use faultline::components::{self, Explanation};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// All names in a folder, without what follows the first point.
fn stems(path: &str) -> BTreeSet<String> {
    let names = fs::read_dir(folder(path)).unwrap().map(|f| f.unwrap().file_name().to_string_lossy().into_owned());
    names.map(|name| name.split('.').next().unwrap().to_string()).collect()
}

fn ids() -> BTreeSet<String> {
    components::kinds().iter().map(|k| k.id.to_string()).collect()
}

/// The text as a Markdown reader has it; what may not be in it stops the test.
fn as_markdown(text: &str) -> (Vec<String>, Explanation) {
    let (mut headings, mut found, mut words) = (Vec::new(), Explanation::default(), String::new());
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::List(None) | Tag::Item) => words.clear(),
            Event::Text(text) => words.push_str(&text),
            Event::End(TagEnd::Heading(level)) => headings.push(format!("{level} {words}")),
            Event::End(TagEnd::Paragraph) => found.paragraphs.push(words.clone()),
            Event::End(TagEnd::Item) if headings.len() == 2 => found.assumes.push(words.clone()),
            Event::End(TagEnd::Item) if headings.len() == 3 => found.beyond.push(words.clone()),
            Event::End(TagEnd::List(false)) => {}
            other => panic!("plain paragraphs, headings and lists only: {other:?}"),
        }
    }
    (headings, found)
}

#[test]
fn the_texts_are_plain_markdown_and_the_same_in_every_language() {
    let with_links: BTreeSet<String> = ids().into_iter().chain(["link".to_string()]).collect();
    assert_eq!(stems("assets/kinds"), with_links);
    for id in with_links {
        let mut shapes = BTreeSet::new();
        for language in ["", ".es"] {
            let name = format!("assets/kinds/{id}{language}.md");
            let text = fs::read_to_string(folder(&name)).unwrap();
            let (headings, told) = as_markdown(&text);
            assert_eq!(Explanation::read(&text), told, "{name}");
            assert_eq!(headings.iter().map(|h| &h[..2]).collect::<Vec<_>>(), ["h1", "h2", "h2"], "{name}");
            assert!(!told.assumes.is_empty() && !told.beyond.is_empty() && (id == "link" || told.paragraphs.len() >= 3), "{name}");
            shapes.insert((told.paragraphs.len(), told.assumes.len(), told.beyond.len()));
        }
        assert_eq!(shapes.len(), 1, "{id}: a translation has as many paragraphs and sentences as the English text");
        let english = fs::read_to_string(folder(&format!("assets/kinds/{id}.md"))).unwrap();
        assert_eq!(components::explanation(&id), Some(english.as_str()));
        let label = components::kind(&id).map_or("Link", |k| k.label);
        assert!(english.starts_with(&format!("# {label}\n")), "{id}");
    }
}

#[test]
fn a_kind_has_a_file_of_its_name_and_an_icon() {
    let (files, icons) = (stems("src/components"), stems("assets/icons"));
    for kind in components::kinds() {
        assert!(files.contains(kind.id), "{}", kind.id);
        assert!(icons.contains(kind.icon), "{}: {}", kind.id, kind.icon);
        assert!(!kind.summary.is_empty(), "{}", kind.id);
    }
}

#[test]
fn the_registry_lists_every_file_of_a_kind() {
    let files = fs::read_dir(folder("src/components")).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_file());
    let of_kinds = files.filter(|path| fs::read_to_string(path).unwrap().contains("const KIND: Kind = Kind {"));
    let mut names: BTreeSet<String> = of_kinds.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names.remove("placeholder"), "what stands for unknown kinds is of none");
    assert_eq!(names, ids());
}

//! The published schema: current, true of every file that is written, and false of files with mistakes in them.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;

use boon::{Compiler, SchemaIndex, Schemas};
use faultline::components;
use faultline::diagram::{Document, Edit, Entry, Fault, Group, GroupKind, Note, NoteColour, Place};
use faultline::engine::SimTime;
use faultline::files::schema::schema;
use faultline::files::{read, write};
use faultline::lab::scenarios::scenarios;
use serde_json::{json, Value as Json};

struct Judge(Schemas, SchemaIndex);

impl Judge {
    fn new() -> Judge {
        let mut compiler = Compiler::new();
        compiler.add_resource("faultline.schema.json", schema()).unwrap();
        let mut schemas = Schemas::new();
        let index = compiler.compile("faultline.schema.json", &mut schemas).unwrap();
        Judge(schemas, index)
    }

    fn accepts(&self, file: &Json) -> bool {
        self.0.validate(file, self.1).is_ok()
    }

    #[track_caller]
    fn accept(&self, file: &Json, what: &str) {
        if let Err(error) = self.0.validate(file, self.1) {
            panic!("{what}: {error:#}");
        }
    }
}

fn starter() -> Json {
    serde_json::from_str(scenarios()[0].json).unwrap()
}

#[test]
fn the_published_schema_is_the_current_one() {
    let published = include_str!("../assets/faultline.schema.json");
    let current = format!("{:#}\n", schema());
    assert!(published == current, "it is of older declarations; run: cargo run -- schema > assets/faultline.schema.json");
}

#[test]
fn every_starter_is_valid_as_shipped_or_as_saved() {
    let judge = Judge::new();
    for scenario in scenarios() {
        let document = read(scenario.json).unwrap();
        judge.accept(&serde_json::from_str(&write(&document)).unwrap(), scenario.id);
        // A starter may be of an older format, which is migrated when it is read; the schema is of the current one.
        let mut shipped: Json = serde_json::from_str(scenario.json).unwrap();
        shipped["version"] = json!(faultline::files::VERSION);
        judge.accept(&shipped, scenario.id);
    }
}

#[test]
fn every_parameter_may_have_its_default() {
    let judge = Judge::new();
    for kind in components::kinds() {
        let params: serde_json::Map<String, Json> = kind.params().into_iter().map(|s| (s.name.to_string(), s.default)).collect();
        let node = json!({ "id": "a", "kind": kind.id, "name": "A", "x": 0, "y": 0, "params": params });
        judge.accept(&json!({ "format": "faultline", "version": faultline::files::VERSION, "nodes": [node], "links": [] }), kind.id);
    }
}

fn group() -> Group {
    Group {
        id: "g".into(),
        kind: GroupKind::Region,
        name: "G".into(),
        x: -8.0,
        y: 8.0,
        width: 16.0,
        height: 100_000.0,
        parent: None,
        collapsed: false,
        place: Some(Place::Ireland),
    }
}

fn note() -> Note {
    Note { id: "n".into(), text: "é".repeat(4_000), x: 0.0, y: 0.0, width: 160.0, height: 16.0, colour: NoteColour::Blue }
}

/// How many kinds of edits a journal may hold.
const EDITS_IN_A_JOURNAL: usize = 11;

/// The number of an edit among those that a journal may hold; none for what is never journalled. Whoever adds an edit adds it
/// here, and then to the test below.
fn in_a_journal(edit: &Edit) -> Option<usize> {
    let number = match edit {
        Edit::AddNode { .. } => 0,
        Edit::RemoveNode { .. } => 1,
        Edit::AddLink { .. } => 2,
        Edit::RemoveLink { .. } => 3,
        Edit::Reconnect { .. } => 4,
        Edit::SetNodeParam { .. } => 5,
        Edit::SetLinkParam { .. } => 6,
        Edit::AddGroup { .. } => 7,
        Edit::RemoveGroup { .. } => 8,
        Edit::SetGroup { .. } => 9,
        Edit::PlaceGroup { .. } => 10,
        Edit::Rename { .. }
        | Edit::Move { .. }
        | Edit::UpdateGroup { .. }
        | Edit::AddNote { .. }
        | Edit::RemoveNote { .. }
        | Edit::UpdateNote { .. } => {
            assert!(!edit.changes_the_run());
            return None;
        }
    };
    Some(number)
}

#[test]
fn faults_and_edits_are_valid_as_saved() {
    let judge = Judge::new();
    let base = read(scenarios()[0].json).unwrap();
    let (node, link) = (base.nodes[0].clone(), base.links[0].clone());
    let id = || node.id.clone();
    let faults = [
        Fault::Crash { node: id() },
        Fault::Restart { node: id() },
        Fault::Slow { node: id(), factor: 2.5 },
        Fault::Cut { link: link.id.clone() },
        Fault::Mend { link: link.id.clone() },
        Fault::Flush { node: id() },
    ];
    let (group, note) = (group(), note());
    let edits = [
        Edit::AddNode { node: node.clone() },
        Edit::RemoveNode { id: id() },
        Edit::AddLink { link: link.clone() },
        Edit::RemoveLink { id: link.id.clone() },
        Edit::Reconnect { link: link.id.clone(), from: link.from.clone(), to: id() },
        Edit::SetNodeParam { id: id(), param: "workers".into(), value: json!(3) },
        Edit::SetLinkParam { id: link.id.clone(), param: "retries".into(), value: Json::Null },
        Edit::AddGroup { group: group.clone() },
        Edit::AddGroup {
            group: Group { kind: GroupKind::Subsystem, collapsed: true, parent: Some("g".into()), place: None, ..group.clone() },
        },
        Edit::RemoveGroup { id: group.id.clone() },
        Edit::SetGroup { node: id(), group: Some(group.id.clone()) },
        Edit::SetGroup { node: id(), group: None },
        Edit::PlaceGroup { id: group.id.clone(), kind: GroupKind::Zone, parent: Some("h".into()), place: Some(Place::Tokyo) },
        Edit::PlaceGroup { id: group.id.clone(), kind: GroupKind::Box, parent: None, place: None },
    ];
    let listed: BTreeSet<usize> = edits.iter().filter_map(in_a_journal).collect();
    assert_eq!(listed, (0..EDITS_IN_A_JOURNAL).collect(), "an edit is not listed");
    let entries = faults.into_iter().map(Entry::Fault).chain(edits.into_iter().map(Entry::Edit));
    for (i, entry) in entries.enumerate() {
        let journal = vec![(SimTime(i as u64), entry.clone())];
        let document = Document { journal, groups: vec![group.clone()], notes: vec![note.clone()], ..base.clone() };
        judge.accept(&serde_json::from_str(&write(&document)).unwrap(), &format!("{entry:?}"));
    }
}

#[test]
fn distributions_are_valid_as_the_engine_takes_them() {
    let judge = Judge::new();
    let with = |law: Json| {
        let mut file = starter();
        file["links"][0]["params"] = json!({ "latency": law });
        file["version"] = json!(faultline::files::VERSION);
        file
    };
    for law in [
        json!({"law": "constant", "value_ms": 1}),
        json!({"law": "uniform", "low_ms": 1, "high_ms": 2}),
        json!({"law": "exponential", "mean_ms": 1}),
        json!({"law": "erlang", "k": 3, "mean_ms": 1}),
        json!({"law": "hyper_exponential", "mean_ms": 1, "cv2": 4}),
        json!({"law": "log_normal", "median_ms": 1, "sigma": 0.5}),
        json!({"law": "log_normal", "mean_ms": 1, "sigma": 0.5}),
        json!({"law": "pareto", "mean_ms": 1, "alpha": 1.5}),
        json!({"law": "normal", "mean_ms": 1, "sd_ms": 0.5}),
        json!({"law": "pareto", "minimum_ms": 1, "alpha": 1.5}),
        json!({"law": "bounded_pareto", "minimum_ms": 1, "maximum_ms": 9, "alpha": 1.5}),
        json!({"law": "mixture", "parts": [[1, {"law": "constant", "value_ms": 1}], [2, {"law": "exponential", "mean_ms": 1}]]}),
        json!({"law": "empirical", "values_ms": [1, 2, 3]}),
    ] {
        judge.accept(&with(law.clone()), &law.to_string());
        assert!(read(&with(law.clone()).to_string()).is_ok(), "{law}");
    }
    for law in [
        json!({"law": "zeta"}),
        json!({"law": "constant"}),
        json!({"law": "log_normal", "mean_ms": 1, "median_ms": 1, "sigma": 0.5}),
        json!({"law": "log_normal", "sigma": 0.5}),
        json!({"law": "pareto", "mean_ms": 1, "alpha": 1}),
        json!({"law": "exponential", "mean_ms": -1}),
        json!(3),
        json!({"law": "empirical", "values_ms": []}),
    ] {
        assert!(!judge.accepts(&with(law.clone())), "{law}");
        assert!(read(&with(law.clone()).to_string()).is_err(), "{law}");
    }
}

#[test]
fn mistakes_are_found() {
    let judge = Judge::new();
    let mut good = starter();
    good["version"] = json!(faultline::files::VERSION);
    judge.accept(&good, "unchanged");
    for (pointer, value) in [
        ("/format", json!("excalidraw")),
        ("/version", json!(99)),
        ("/seed", json!(-1)),
        ("/colour", json!("red")),
        ("/nodes/0/id", json!("a b")),
        ("/nodes/0/name", json!("")),
        ("/nodes/0/x", json!("left")),
        ("/nodes/0/params", json!({ "wokers": 3 })),
        ("/links/0/params", json!({ "retries": 99999 })),
        ("/view/zoom", json!(0)),
        ("/moment_ns", json!(-5)),
        ("/journal", json!([{ "at_ns": 1, "fault": "melt", "node": "a" }])),
        ("/journal", json!([{ "at_ns": 1, "edit": "move", "id": "a", "x": 1, "y": 1 }])),
        ("/groups", json!([{ "id": "g", "kind": "planet", "name": "G", "x": 0, "y": 0, "width": 100, "height": 100 }])),
        ("/groups", json!([{ "id": "g", "kind": "box", "name": "G", "x": 0, "y": 0, "width": 15.9, "height": 100 }])),
        ("/groups", json!([{ "id": "g", "kind": "box", "name": "G", "x": 0, "y": 0, "width": 100, "height": 100_001 }])),
        ("/notes", json!([{ "id": "n", "text": "N", "x": 0, "y": 0, "width": 100, "height": 0 }])),
        ("/notes", json!([{ "id": "n", "text": "N".repeat(4_001), "x": 0, "y": 0, "width": 100, "height": 100 }])),
    ] {
        let mut file = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        file.pointer_mut(parent).unwrap()[name] = value;
        assert!(!judge.accepts(&file), "{pointer}");
        assert!(read(&file.to_string()).is_err(), "{pointer}");
    }
}

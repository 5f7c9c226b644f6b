//! Laws of editing, over random diagrams, commands and corruption: undo is the inverse of doing, what is written or
//! shared comes back, and nothing that a file or link can hold makes the reader panic.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use faultline::components;
use faultline::diagram::param::ParamType;
use faultline::diagram::read::{read, stripped, validate, write};
use faultline::diagram::{Document, Edit, Entry, GroupKind, NoteColour, Place, View};
use faultline::editor::{commands, geometry, share, Editor, Selection, Step};
use faultline::engine::SimTime;
use faultline::lab::Experiment;
use proptest::prelude::*;
use serde_json::{json, Value as Json};

/// A small deterministic source of choices, so that a failing case shrinks as a list of numbers.
struct Choices<'a>(std::slice::Iter<'a, u32>);

impl Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |v| *v as usize % n.max(1))
    }

    fn pick<'b, T>(&mut self, from: &'b [T]) -> Option<&'b T> {
        from.get(self.below(from.len()))
    }
}

fn a_value(kind: &ParamType, c: &mut Choices) -> Json {
    match kind {
        ParamType::Int { min, max } => json!(min + (c.below(1000) as i64).min(max - min)),
        ParamType::Float { min, max } => json!(min + (max - min).min(50.0) * c.below(1001) as f64 / 1000.0),
        ParamType::Duration { min_ms, max_ms } => json!((min_ms + c.below(5000) as f64 / 7.0).min(*max_ms)),
        ParamType::Bool => json!(c.below(2) == 0),
        ParamType::Choice(options) => json!(options[c.below(options.len())].0),
        ParamType::Text { .. } => json!(format!("1,{}", c.below(9))),
        ParamType::Law => json!({"law": "exponential", "mean_ms": c.below(1000) as f64 / 3.0}),
    }
}

/// A random step on the diagram as it stands; `None` where there is nothing to do it to.
fn a_step(d: &Document, c: &mut Choices) -> Option<Step> {
    let node = |c: &mut Choices| c.pick(&d.nodes).map(|n| n.id.clone());
    let link = |c: &mut Choices| c.pick(&d.links).map(|l| l.id.clone());
    let some = |c: &mut Choices| {
        let mut s = Selection::default();
        for _ in 0..=c.below(3) {
            s.nodes.extend(node(c));
        }
        if c.below(3) == 0 {
            s.links.extend(link(c));
        }
        if c.below(3) == 0 {
            s.groups.extend(c.pick(&d.groups).map(|g| g.id.clone()));
            s.notes.extend(c.pick(&d.notes).map(|n| n.id.clone()));
        }
        s
    };
    let step = match c.below(24) {
        0..=3 => {
            let kinds = components::kinds();
            let kind = if c.below(20) == 0 { "crystal_ball" } else { c.pick(kinds)?.id };
            commands::add_node(d, kind, c.below(2000) as f64, c.below(900) as f64).0
        }
        4..=7 => {
            let mut attempts = (0..8).map(|_| commands::connect(d, &node(c)?, &node(c)?).ok());
            attempts.find_map(|made| made)?.0
        }
        8 => commands::delete(d, &some(c)),
        9 => commands::duplicate(d, &some(c)).0,
        10 => commands::move_nodes(d, &[node(c)?, node(c)?], c.below(500) as f64 - 250.0, 16.0),
        11 => {
            let id = node(c)?;
            let kind = components::kind(&d.node(&id)?.kind)?;
            let specs = (kind.specs)();
            let spec = c.pick(&specs)?;
            let value = if c.below(4) == 0 { Json::Null } else { a_value(&spec.kind, c) };
            commands::set_node_param(d, &id, spec.name, value)
        }
        12 => {
            let specs = components::link::specs();
            let spec = c.pick(&specs)?;
            let value = if c.below(4) == 0 { Json::Null } else { a_value(&spec.kind, c) };
            commands::set_link_param(d, &link(c)?, spec.name, value)
        }
        13 => commands::rename(d, &node(c)?, ["Orders", "Warenkorb ö", "x"][c.below(3)]),
        14 => match c.below(3) {
            0 => commands::crash(d, &node(c)?),
            1 => commands::restart(d, &node(c)?),
            _ => commands::slow(d, &node(c)?, [0.5, 1.0, 2.5, 10.0][c.below(4)]),
        },
        15 => match c.below(2) {
            0 => commands::cut(d, &link(c)?),
            _ => commands::mend(d, &link(c)?),
        },
        16 => commands::flush(d, &node(c)?),
        17 | 18 => match c.below(4) {
            0 => {
                let empty = Selection::default();
                commands::add_group(d, GroupKind::ALL[c.below(4)], &empty, (c.below(900) as f64, c.below(900) as f64)).0
            }
            _ => commands::add_group(d, GroupKind::ALL[c.below(4)], &some(c), (0.0, 0.0)).0,
        },
        19 => {
            let group = if c.below(4) == 0 { None } else { Some(c.pick(&d.groups)?.id.clone()) };
            commands::set_group(d, &[node(c)?, node(c)?], group.as_deref())
        }
        20 => {
            let id = c.pick(&d.groups)?.id.clone();
            let frame = geometry::Rect { x: c.below(500) as f64, y: -8.5, width: 40.0 + c.below(900) as f64, height: 200.0 };
            match c.below(6) {
                0 => commands::rename_group(d, &id, ["Europe", "Zone ä", "x"][c.below(3)]),
                1 => commands::resize_group(d, &id, frame),
                2 => commands::collapse(d, &id, c.below(2) == 0),
                3 => commands::place_group(d, &id, GroupKind::ALL[c.below(4)], None),
                4 => commands::place_group(d, &id, d.group(&id)?.kind, c.pick(Place::ALL).copied()),
                _ => commands::ungroup(d, &[id].into()),
            }
        }
        // Groups into each other, whatever the rules say of it.
        21 => {
            let group = c.pick(&d.groups)?;
            let parent = if c.below(4) == 0 { None } else { c.pick(&d.groups).map(|g| g.id.clone()) };
            let edit = Edit::PlaceGroup { id: group.id.clone(), kind: group.kind, parent, place: group.place };
            Step { label: "Nest".into(), entries: vec![Entry::Edit(edit)] }
        }
        22 => match c.pick(&d.notes).filter(|_| c.below(3) > 0) {
            None => commands::add_note(d, "Remember\r\nthe queue", c.below(900) as f64, 8.0).0,
            Some(note) => match c.below(3) {
                0 => commands::write_note(d, &note.id, ["", "ä\tb", "two\nlines"][c.below(3)]),
                1 => commands::colour_notes(d, &[note.id.clone()].into(), NoteColour::ALL[c.below(5)]),
                _ => commands::resize_note(d, &note.id, geometry::Rect { x: 8.0, y: 0.0, width: c.below(400) as f64, height: 90.0 }),
            },
        },
        _ => {
            let edit = Edit::Reconnect { link: link(c)?, from: node(c)?, to: node(c)? };
            Step { label: "Reconnect".into(), entries: vec![Entry::Edit(edit)] }
        }
    };
    Some(step)
}

/// Nodes, links, groups and notes without their order, which a deletion taken back while running does not keep.
fn content(d: &Document) -> [Vec<String>; 4] {
    let sorted = |mut items: Vec<String>| {
        items.sort();
        items
    };
    let node =
        |n: &faultline::diagram::Node| format!("{} {} {} {} {} {:?} {:?}", n.id, n.kind, n.name, n.x, n.y, n.group, by_name(&n.params));
    let link = |l: &faultline::diagram::Link| format!("{} {} {} {:?}", l.id, l.from, l.to, by_name(&l.params));
    [
        sorted(d.nodes.iter().map(node).collect()),
        sorted(d.links.iter().map(link).collect()),
        sorted(d.groups.iter().map(|g| format!("{g:?}")).collect()),
        sorted(d.notes.iter().map(|n| format!("{n:?}")).collect()),
    ]
}

fn by_name(params: &faultline::diagram::param::Values) -> std::collections::BTreeMap<&String, &Json> {
    params.iter().collect()
}

/// Performs random steps; `pace` 0 stays at the start of the run.
fn edited(editor: &mut Editor, choices: &[u32], pace: u64) -> SimTime {
    let mut c = Choices(choices.iter());
    let mut now = SimTime::ZERO;
    while c.0.len() > 0 {
        if let Some(step) = a_step(editor.diagram(), &mut c) {
            let before = editor.document().clone();
            let label = step.label.clone();
            match editor.perform(step, now) {
                Ok(_) => assert!(!label.is_empty()),
                Err(reason) => {
                    assert!(!reason.is_empty());
                    assert_eq!(*editor.document(), before, "refused, yet changed: {label}");
                }
            }
        }
        now = SimTime(now.0 + pace * c.below(3) as u64 * 1_000_000);
    }
    now
}

/// A document that random editing made, with a journal, a view and a moment.
fn a_document() -> impl Strategy<Value = Document> {
    let numbers = prop::collection::vec(any::<u32>(), 0..400);
    let view = (-5000.0..5000.0, -5000.0..5000.0, 0.05..6.0);
    (numbers, 0u64..2, any::<u64>(), "\\PC{0,30}", view).prop_map(|(choices, pace, seed, title, (x, y, zoom))| {
        let mut editor = Editor::new(Document::default());
        let half = choices.len() / 2;
        edited(&mut editor, &choices[..half], 0);
        editor.restart();
        let now = edited(&mut editor, &choices[half..], pace);
        editor.set_seed(seed);
        editor.set_title(title);
        editor.set_moment(now);
        editor.set_view(View { x, y, zoom });
        editor.document().clone()
    })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn undoing_everything_gives_the_starting_document_and_redoing_everything_the_last(
        start in prop::collection::vec(any::<u32>(), 0..150),
        choices in prop::collection::vec(any::<u32>(), 0..250),
        pace in 0u64..2,
    ) {
        let mut editor = Editor::new(Document::default());
        edited(&mut editor, &start, 0);
        let mut editor = { editor.restart(); Editor::new(editor.document().clone()) };
        let before = editor.document().clone();
        let now = edited(&mut editor, &choices, pace);
        let after = content(editor.diagram());
        validate(editor.document()).unwrap();
        prop_assert_eq!(content(&editor.document().folded()), content(editor.diagram()));
        while editor.undo(now).is_some() {}
        prop_assert!(editor.can_undo().is_none());
        prop_assert_eq!(content(editor.diagram()), content(&before));
        if editor.document().journal.is_empty() {
            prop_assert_eq!(editor.document(), &before);
        }
        validate(editor.document()).unwrap();
        prop_assert_eq!(content(&editor.document().folded()), content(editor.diagram()));
        while editor.redo(now).is_some() {}
        prop_assert_eq!(content(editor.diagram()), after);
        validate(editor.document()).unwrap();
    }

    #[test]
    fn a_walk_through_history_with_restarts_keeps_a_document_that_can_be_read(
        choices in prop::collection::vec(any::<u32>(), 0..300),
    ) {
        let mut editor = Editor::new(Document::default());
        let mut now = SimTime::ZERO;
        for part in choices.chunks(12) {
            match part[0] % 4 {
                0 => { editor.undo(now); }
                1 => { editor.redo(now); }
                2 if part[0] % 5 == 0 => { editor.restart(); now = SimTime::ZERO; }
                _ => {
                    let mut c = Choices(part[1..].iter());
                    if let Some(step) = a_step(editor.diagram(), &mut c) {
                        let _ = editor.perform(step, now);
                    }
                    now = SimTime(now.0 + u64::from(part[0] % 1000));
                }
            }
            validate(editor.document()).unwrap();
            prop_assert_eq!(content(&editor.document().folded()), content(editor.diagram()));
        }
        // Opening what was saved shows the same diagram.
        editor.set_moment(now);
        let opened = Editor::new(read(&write(editor.document())).unwrap());
        prop_assert_eq!(content(&stripped(opened.diagram())), content(&stripped(editor.diagram())));
    }

    #[test]
    fn what_is_written_is_read_again(doc in a_document()) {
        let text = write(&doc);
        prop_assert_eq!(&read(&text).unwrap(), &stripped(&doc));
        prop_assert_eq!(write(&read(&text).unwrap()), text);
    }

    #[test]
    fn what_is_shared_is_opened_again(doc in a_document()) {
        let link = share::encode(&doc);
        prop_assert!(link.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        prop_assert_eq!(&share::decode(&link).unwrap(), &stripped(&doc));
    }

    #[test]
    fn an_arrow_key_leads_in_its_direction(doc in a_document()) {
        use geometry::Direction::{Down, Left, Right, Up};
        let d = doc.folded();
        for node in &d.nodes {
            for direction in [Left, Right, Up, Down] {
                if let Some(id) = geometry::spatial_neighbour(&d, &node.id, direction) {
                    let other = d.node(id).unwrap();
                    let (dx, dy) = (other.x - node.x, other.y - node.y);
                    let fine = match direction { Left => dx < 0.0, Right => dx > 0.0, Up => dy < 0.0, Down => dy > 0.0 };
                    prop_assert!(fine);
                }
            }
        }
    }
}

/// Drags a slider while time stands still: the run goes back to before each value that another one replaces.
fn drag_a_slider(editor: &mut Editor, experiment: &mut Experiment, c: &mut Choices) {
    let now = experiment.now();
    experiment.advance(now, u64::MAX);
    let Some(id) = c.pick(&editor.diagram().nodes).map(|n| (n.id.clone(), n.kind.clone())) else { return };
    let specs = components::kind(&id.1).map(|k| (k.specs)()).unwrap_or_default();
    let Some(spec) = c.pick(&specs) else { return };
    let mut before = None;
    for _ in 0..4 {
        let step = commands::set_node_param(editor.diagram(), &id.0, spec.name, a_value(&spec.kind, c));
        let Ok(done) = editor.perform_continuing(step, now, before.is_some()) else { continue };
        if done.told.is_empty() {
            continue;
        }
        match before.as_ref().filter(|_| done.instead) {
            Some(before) => *experiment = Clone::clone(before),
            None => before = Some(experiment.clone()),
        }
        done.told.iter().for_each(|entry| experiment.apply(entry).unwrap());
    }
    editor.settle();
}

/// Moves the clock while an experiment runs along; every step that is performed is told to it.
fn played(start: Document, choices: &[u32]) -> (Editor, Experiment) {
    let mut editor = Editor::new(start);
    let mut experiment = Experiment::new(editor.document());
    for part in choices.chunks(10) {
        let mut c = Choices(part.iter());
        let now = experiment.now();
        let told = match c.below(8) {
            0 => editor.undo(now).map(|(_, told)| told).unwrap_or_default(),
            1 => editor.redo(now).map(|(_, told)| told).unwrap_or_default(),
            2 if now > SimTime::ZERO => {
                drag_a_slider(&mut editor, &mut experiment, &mut c);
                Vec::new()
            }
            _ => match a_step(editor.diagram(), &mut c) {
                Some(step) => editor.perform(step, now).unwrap_or_default(),
                None => Vec::new(),
            },
        };
        if now == SimTime::ZERO {
            // Before anything has run an edit is part of the base.
            experiment = Experiment::new(editor.document());
        } else {
            told.iter().for_each(|entry| experiment.apply(entry).unwrap());
        }
        // Sometimes the clock stands still, sometimes it is stopped between two events, sometimes on one.
        match c.below(4) {
            0 => {}
            1 => {
                experiment.step();
            }
            _ => {
                experiment.advance(SimTime(now.0 + c.below(40) as u64 * 1_000_003), 3_000);
            }
        }
    }
    // A run to a moment includes all that happens at that moment.
    experiment.advance(experiment.now(), u64::MAX);
    editor.set_moment(experiment.now());
    (editor, experiment)
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn opening_what_was_saved_replays_the_very_same_run(
        scenario in 0usize..100,
        choices in prop::collection::vec(any::<u32>(), 0..300),
    ) {
        let all = faultline::lab::scenarios::scenarios();
        let start = read(all[scenario % all.len()].json).unwrap();
        let (editor, live) = played(start, &choices);
        live.check_books().unwrap();
        let doc = share::decode(&share::encode(editor.document())).unwrap();
        let mut again = Experiment::new(&doc);
        again.advance(doc.moment, u64::MAX);
        prop_assert_eq!(again.trace_hash(), live.trace_hash(), "{}", write(&doc));
        prop_assert_eq!(again.now(), live.now());
    }
}

/// Mean latency of what ended well between two moments, in ms.
fn mean_latency(experiment: &Experiment, request: u64) -> f64 {
    let story = experiment.waterfall(request).unwrap();
    story.end.unwrap().since(story.start).as_millis_f64()
}

#[test]
fn the_distance_of_regions_is_added_both_ways_while_they_are_apart() {
    let file = json!({
        "format": "faultline", "version": 2,
        "nodes": [
            {"id": "users", "kind": "clients", "name": "Users", "x": 0, "y": 0, "group": "europe",
             "params": {"source": "constant", "rate_per_s": 10}},
            {"id": "api", "kind": "service", "name": "API", "x": 240, "y": 0, "group": "america",
             "params": {"service_time": {"law": "constant", "value_ms": 1}}}
        ],
        "links": [{"id": "l", "from": "users", "to": "api", "params": {"latency": {"law": "constant", "value_ms": 2}}}],
        "groups": [
            {"id": "europe", "kind": "region", "name": "Europe", "x": 0, "y": 0, "width": 200, "height": 200, "place": "frankfurt"},
            {"id": "america", "kind": "region", "name": "America", "x": 0, "y": 0, "width": 200, "height": 200, "place": "virginia"}
        ]
    });
    let doc = read(&file.to_string()).unwrap();
    let far = faultline::diagram::place::separation(&doc, "users", "api").one_way().as_millis_f64();
    let mut experiment = Experiment::new(&doc);
    experiment.advance(SimTime(1_000_000_000), u64::MAX);
    let first = experiment.recent().last().unwrap().request;
    assert!((mean_latency(&experiment, first) - (5.0 + 2.0 * far)).abs() < 1e-5, "{} against {far}", mean_latency(&experiment, first));
    let mut editor = Editor::new(doc);
    let step = commands::set_group(editor.diagram(), &["api"], Some("europe"));
    let told = editor.perform(step, experiment.now()).unwrap();
    assert_eq!(told.len(), 1);
    told.iter().for_each(|entry| experiment.apply(entry).unwrap());
    experiment.advance(SimTime(2_000_000_000), u64::MAX);
    let last = experiment.recent().first().unwrap().request;
    assert!((mean_latency(&experiment, last) - 5.0).abs() < 1e-5, "{}", mean_latency(&experiment, last));
    let mut again = Experiment::new(editor.document());
    again.advance(SimTime(2_000_000_000), u64::MAX);
    assert_eq!(again.trace_hash(), experiment.trace_hash());
}

#[test]
fn a_cut_link_that_is_reconnected_stays_cut_and_leads_elsewhere_once_mended() {
    let mut editor =
        Editor::new(read(faultline::lab::scenarios::scenarios().iter().find(|s| s.id == "balanced-services").unwrap().json).unwrap());
    let mut experiment = Experiment::new(editor.document());
    experiment.advance(SimTime(1_000_000_000), u64::MAX);
    let link = editor.diagram().links[0].clone();
    let other = editor.diagram().nodes.iter().map(|n| n.id.clone());
    let other = other
        .into_iter()
        .find(|n| faultline::diagram::read::can_reconnect(editor.diagram(), &link.id, &link.from, n).is_ok() && *n != link.to);
    let Some(other) = other else { panic!("nothing else to lead to") };
    for step in [
        commands::cut(editor.diagram(), &link.id),
        Step {
            label: "Reconnect".into(),
            entries: vec![Entry::Edit(Edit::Reconnect { link: link.id.clone(), from: link.from.clone(), to: other.clone() })],
        },
    ] {
        let told = editor.perform(step, experiment.now()).unwrap();
        told.iter().for_each(|entry| experiment.apply(entry).unwrap());
    }
    let shown = |e: &Experiment| e.frame(0).links.into_iter().find(|l| l.id == link.id).unwrap();
    assert!(shown(&experiment).cut);
    let told = editor.perform(commands::mend(editor.diagram(), &link.id), experiment.now()).unwrap();
    told.iter().for_each(|entry| experiment.apply(entry).unwrap());
    assert!(!shown(&experiment).cut);
    experiment.advance(SimTime(3_000_000_000), u64::MAX);
    assert!(shown(&experiment).rate_per_s > 0.0);
    experiment.check_books().unwrap();
}

/// Text damaged in a few places: bytes changed, left out, doubled, or cut off at the end.
fn damaged(text: &str, wounds: &[(u8, u32, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (how, at, byte) in wounds {
        if bytes.is_empty() {
            break;
        }
        let at = *at as usize % bytes.len();
        match how % 5 {
            0 => bytes[at] = *byte,
            1 => bytes[at] = b"{}[],:\"0-9eE.ntf"[*byte as usize % 16],
            2 => {
                bytes.remove(at);
            }
            3 => {
                let end = (at + *byte as usize).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
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

/// Whatever was accepted is a document like any other.
fn if_read_then_sound(doc: Result<Document, faultline::diagram::read::Problem>) {
    match doc {
        Ok(doc) => {
            validate(&doc).unwrap();
            assert_eq!(read(&write(&doc)).unwrap(), stripped(&doc));
            assert_eq!(share::decode(&share::encode(&doc)).unwrap(), stripped(&doc));
            let mut editor = Editor::new(doc);
            editor.follow(SimTime(u64::MAX));
            editor.restart();
            validate(editor.document()).unwrap();
        }
        Err(problem) => {
            let line = problem.to_string();
            assert!(!line.is_empty() && !line.contains('\n') && line.len() < 3000, "{line}");
        }
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn a_damaged_file_never_panics(
        doc in a_document(),
        wounds in prop::collection::vec((any::<u8>(), any::<u32>(), any::<u8>()), 1..4),
    ) {
        if_read_then_sound(read(&damaged(&write(&doc), &wounds)));
    }

    #[test]
    fn a_file_with_wrong_values_never_panics(doc in a_document(), choices in prop::collection::vec(any::<u32>(), 1..60)) {
        let mut tree: Json = serde_json::from_str(&write(&doc)).unwrap();
        let mut c = Choices(choices.iter());
        while c.0.len() > 0 {
            mutate(&mut tree, &mut c);
        }
        if let Json::Object(map) = &mut tree {
            map.insert("format".into(), json!("faultline"));
            map.insert("version".into(), json!(2));
        }
        if_read_then_sound(read(&tree.to_string()));
    }

    #[test]
    fn a_damaged_link_never_panics(
        doc in a_document(),
        wounds in prop::collection::vec((any::<u8>(), any::<u32>(), any::<u8>()), 1..4),
    ) {
        if_read_then_sound(share::decode(&damaged(&share::encode(&doc), &wounds)));
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
        if_read_then_sound(share::decode(&alphabet.encode(packed)));
    }

    #[test]
    fn any_text_at_all_never_panics(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if_read_then_sound(read(&text));
        if_read_then_sound(read(&String::from_utf8_lossy(&bytes)));
        if_read_then_sound(share::decode(&text));
        use base64::Engine as _;
        if_read_then_sound(share::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)));
    }
}

/// Forty nodes as a learner would have them: a shop with many services, on the grid, some settings changed.
fn forty_nodes() -> Document {
    let mut editor = Editor::new(Document { title: "Marketplace".into(), seed: 7, ..Document::default() });
    let names = ["Orders", "Payments", "Catalogue", "Search", "Basket", "Accounts", "Shipping", "Reviews"];
    let add = |editor: &mut Editor, kind: &str, name: &str, x: f64, y: f64| {
        let (step, id) = commands::add_node(editor.diagram(), kind, x, y);
        editor.perform(step, SimTime::ZERO).unwrap();
        editor.perform(commands::rename(editor.diagram(), &id, name), SimTime::ZERO).unwrap();
        id
    };
    let users = add(&mut editor, "clients", "Shoppers", 0.0, 480.0);
    let balancer = add(&mut editor, "load_balancer", "Balancer", 240.0, 480.0);
    let connect = |editor: &mut Editor, from: &str, to: &str| {
        let (step, id) = commands::connect(editor.diagram(), from, to).unwrap();
        editor.perform(step, SimTime::ZERO).unwrap();
        id
    };
    connect(&mut editor, &users, &balancer);
    for (row, name) in names.iter().enumerate() {
        let y = row as f64 * 232.0;
        let api = add(&mut editor, "service", name, 480.0, y);
        let worker = add(&mut editor, "service", &format!("{name} worker"), 720.0, y + 104.0);
        let cache = add(&mut editor, "cache", &format!("{name} cache"), 720.0, y);
        let store = add(&mut editor, "database", &format!("{name} store"), 960.0, y);
        connect(&mut editor, &balancer, &api);
        connect(&mut editor, &api, &worker);
        let aside = connect(&mut editor, &worker, &cache);
        let link = connect(&mut editor, &worker, &store);
        editor.perform(commands::set_node_param(editor.diagram(), &api, "workers", json!(6 + row)), SimTime::ZERO).unwrap();
        editor.perform(commands::set_link_param(editor.diagram(), &link, "retries", json!(2)), SimTime::ZERO).unwrap();
        editor.perform(commands::set_link_param(editor.diagram(), &aside, "timeout", json!(40.0)), SimTime::ZERO).unwrap();
        if row < 6 {
            let replica = add(&mut editor, "replica", &format!("{name} replica"), 1200.0, y);
            connect(&mut editor, &store, &replica);
            connect(&mut editor, &worker, &replica);
        }
    }
    assert_eq!(editor.diagram().nodes.len(), 40);
    editor.document().clone()
}

#[test]
fn forty_nodes_fit_a_link_that_chat_programs_do_not_cut() {
    let doc = forty_nodes();
    let link = share::encode(&doc);
    println!("40 nodes: {} characters", link.len());
    assert!(link.len() < 1300, "{} characters", link.len());
    assert_eq!(share::decode(&link).unwrap(), stripped(&doc));
}

#[test]
fn a_link_that_would_inflate_without_end_is_refused() {
    use base64::Engine as _;
    let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b'['; 64 << 20], 6);
    let problem = share::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bomb)).unwrap_err();
    assert!(problem.message.contains("more than a diagram"), "{problem}");
}

#[test]
fn a_cut_off_link_is_said_to_be_cut_off() {
    let link = share::encode(&forty_nodes());
    let problem = share::decode(&link[..link.len() / 2]).unwrap_err();
    assert!(problem.message.contains("cut off") || problem.message.contains("damaged"), "{problem}");
    assert!(share::decode("").unwrap_err().message.contains("holds no diagram"));
    assert!(share::decode("hello world").unwrap_err().message.contains("damaged"));
}

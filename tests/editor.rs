//! Laws of editing, over random diagrams and commands: undo is the inverse of doing, what is written or shared comes back,
//! and what was saved replays the very same run.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod documents;

use documents::{a_document, a_step, a_value, config, edited, Choices};
use faultline::components;
use faultline::diagram::{Document, Edit, Entry};
use faultline::editor::{commands, geometry, share, Editor, Step};
use faultline::engine::SimTime;
use faultline::files::{read, stripped, validate, write};
use faultline::lab::timeline::{Timeline, BUDGET};
use faultline::lab::Experiment;
use proptest::prelude::*;
use serde_json::{json, Value as Json};

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
fn drag_a_slider(editor: &mut Editor, experiment: &mut Experiment, timeline: &mut Timeline, c: &mut Choices) {
    let now = experiment.now();
    experiment.advance(now, u64::MAX);
    let Some(id) = c.pick(&editor.diagram().nodes).map(|n| (n.id.clone(), n.kind.clone())) else { return };
    let specs = components::kind(&id.1).map(|k| k.params()).unwrap_or_default();
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
        timeline.forget_after(now, experiment.carried());
        done.told.iter().for_each(|entry| experiment.apply(entry).unwrap());
        experiment.reschedule(&editor.document().journal);
    }
    editor.settle();
}

/// Moves the clock while an experiment runs along, and now and then back; every step that is performed is told to it.
fn played(start: Document, choices: &[u32]) -> (Editor, Experiment) {
    let mut editor = Editor::new(start);
    let mut experiment = Experiment::new(editor.document());
    let mut timeline = Timeline::new(&mut experiment, BUDGET);
    for part in choices.chunks(10) {
        let mut c = Choices(part.iter());
        if c.below(6) == 0 {
            let to = SimTime(experiment.now().0 / 8 * c.below(9) as u64);
            editor.go_back(to);
            experiment = timeline.resume(to, &editor.document().journal).unwrap();
            experiment.advance(to, u64::MAX);
        }
        let now = experiment.now();
        let told = match c.below(8) {
            0 => editor.undo(now).map(|(_, told)| told).unwrap_or_default(),
            1 => editor.redo(now).map(|(_, told)| told).unwrap_or_default(),
            2 if now > SimTime::ZERO => {
                drag_a_slider(&mut editor, &mut experiment, &mut timeline, &mut c);
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
            timeline = Timeline::new(&mut experiment, BUDGET);
        } else {
            timeline.forget_after(now, experiment.carried());
            told.iter().for_each(|entry| experiment.apply(entry).unwrap());
            experiment.reschedule(&editor.document().journal);
        }
        // Sometimes the clock stands still, sometimes it is stopped between two events, sometimes on one.
        match c.below(4) {
            0 => {}
            1 => {
                experiment.step();
            }
            _ => {
                experiment.advance(SimTime(now.0 + c.below(40) as u64 * 1_000_003), 3_000);
                if c.below(2) == 0 {
                    // A snapshot is of a moment that is over.
                    experiment.advance(experiment.now(), u64::MAX);
                    timeline.keep(&mut experiment);
                }
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

/// How long a request took, in ms.
fn latency_of(experiment: &Experiment, request: u64) -> f64 {
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
    let far = faultline::diagram::separation::separation(&doc, "users", "api").one_way().as_millis_f64();
    let mut experiment = Experiment::new(&doc);
    experiment.advance(SimTime(1_000_000_000), u64::MAX);
    let first = experiment.recent().last().unwrap().request;
    assert!((latency_of(&experiment, first) - (5.0 + 2.0 * far)).abs() < 1e-5, "{} against {far}", latency_of(&experiment, first));
    let mut editor = Editor::new(doc);
    let step = commands::set_group(editor.diagram(), &["api"], Some("europe"));
    let told = editor.perform(step, experiment.now()).unwrap();
    assert_eq!(told.len(), 1);
    told.iter().for_each(|entry| experiment.apply(entry).unwrap());
    experiment.advance(SimTime(2_000_000_000), u64::MAX);
    let last = experiment.recent().first().unwrap().request;
    assert!((latency_of(&experiment, last) - 5.0).abs() < 1e-5, "{}", latency_of(&experiment, last));
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
    let other =
        other.into_iter().find(|n| faultline::files::can_reconnect(editor.diagram(), &link.id, &link.from, n).is_ok() && *n != link.to);
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

//! The editor as a learner uses it: steps at the start and while running, undo, redo, restart.

use serde_json::json;

use super::commands::*;
use super::*;
use crate::diagram::read::validate;
use crate::diagram::{Edit, Fault, GroupKind};

const START: SimTime = SimTime::ZERO;

fn later(seconds: u64) -> SimTime {
    SimTime(seconds * 1_000_000_000)
}

/// Adds a node at the start and returns its id.
fn add(editor: &mut Editor, kind: &str, now: SimTime) -> String {
    let (step, id) = add_node(editor.diagram(), kind, 3.0, 5.0);
    editor.perform(step, now).unwrap();
    id
}

fn wire(editor: &mut Editor, from: &str, to: &str, now: SimTime) -> String {
    let (step, id) = connect(editor.diagram(), from, to).unwrap();
    editor.perform(step, now).unwrap();
    id
}

/// Clients, service, database with a replica.
fn small() -> Editor {
    let mut editor = Editor::new(Document::default());
    for kind in ["clients", "service", "database", "replica"] {
        add(&mut editor, kind, START);
    }
    wire(&mut editor, "clients", "service", START);
    wire(&mut editor, "service", "database", START);
    wire(&mut editor, "database", "replica", START);
    editor
}

fn as_sets(doc: &Document) -> (Vec<String>, Vec<String>) {
    let mut nodes: Vec<_> = doc.nodes.iter().map(|n| format!("{n:?}")).collect();
    let mut links: Vec<_> = doc.links.iter().map(|l| format!("{l:?}")).collect();
    nodes.sort();
    links.sort();
    (nodes, links)
}

#[test]
fn new_nodes_land_on_the_grid_with_ids_and_names_of_their_own() {
    let mut editor = Editor::new(Document::default());
    assert_eq!(add(&mut editor, "load_balancer", START), "load-balancer");
    assert_eq!(add(&mut editor, "load_balancer", START), "load-balancer-2");
    let second = &editor.diagram().nodes[1];
    assert_eq!((second.name.as_str(), second.x, second.y), ("Load balancer 2", 0.0, 8.0));
}

#[test]
fn at_the_start_edits_change_the_base_and_undo_gives_exactly_the_same_document() {
    let mut editor = small();
    let before = editor.document().clone();
    editor.perform(delete(editor.diagram(), &Selection::node("service")), START).unwrap();
    assert_eq!((editor.document().nodes.len(), editor.document().links.len()), (3, 1));
    assert!(editor.document().journal.is_empty());
    let (label, told) = editor.undo(START).unwrap();
    assert_eq!((label.as_str(), told.len()), ("Delete Service", 3));
    assert_eq!(*editor.document(), before);
    assert_eq!(editor.can_redo(), Some("Delete Service"));
    while editor.undo(START).is_some() {}
    assert_eq!(*editor.document(), Document::default());
    while editor.redo(START).is_some() {}
    assert_eq!((editor.document().nodes.len(), editor.document().links.len()), (3, 1));
}

#[test]
fn while_running_edits_are_journalled_and_undo_journals_their_inverse() {
    let mut editor = small();
    let before = editor.document().clone();
    let told = editor.perform(set_node_param(editor.diagram(), "service", "workers", json!(9)), later(1)).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(editor.document().nodes, before.nodes);
    assert_eq!(editor.diagram().node("service").unwrap().params["workers"], json!(9));
    editor.undo(later(2)).unwrap();
    assert_eq!(editor.document().journal.len(), 2);
    assert_eq!(editor.document().journal[1].0, later(2));
    assert_eq!(as_sets(editor.diagram()), as_sets(&before));
    validate(editor.document()).unwrap();
}

#[test]
fn a_move_is_never_journalled_and_follows_a_node_that_was_added_while_running() {
    let mut editor = small();
    let id = add(&mut editor, "cache", later(1));
    let told = editor.perform(move_nodes(editor.diagram(), &[&id], 100.0, 0.0), later(2)).unwrap();
    assert!(told.is_empty());
    assert_eq!(editor.document().journal.len(), 1);
    assert_eq!(editor.document().folded().node(&id).unwrap().x, 104.0);
    editor.undo(later(3)).unwrap();
    assert_eq!(editor.document().folded().node(&id).unwrap().x, 0.0);
}

#[test]
fn faults_are_undone_by_their_opposites() {
    let mut editor = small();
    let pairs = [
        (crash(editor.diagram(), "service"), Fault::Restart { node: "service".into() }),
        (slow(editor.diagram(), "database", 4.0), Fault::Slow { node: "database".into(), factor: 1.0 }),
        (cut(editor.diagram(), "service-database"), Fault::Mend { link: "service-database".into() }),
    ];
    for (step, opposite) in pairs {
        editor.perform(step.clone(), later(1)).unwrap();
        assert_eq!(editor.undo(later(2)).unwrap(), (step.label, vec![Entry::Fault(opposite)]));
    }
}

#[test]
fn a_fault_that_changes_nothing_is_refused_with_the_reason() {
    let mut editor = small();
    editor.perform(crash(editor.diagram(), "service"), later(1)).unwrap();
    let refused = editor.perform(crash(editor.diagram(), "service"), later(1)).unwrap_err();
    assert_eq!(refused, "Service is already down");
    assert_eq!(editor.document().journal.len(), 1);
}

#[test]
fn a_flush_is_no_step() {
    let mut editor = small();
    let cache = add(&mut editor, "cache", START);
    let told = editor.perform(flush(editor.diagram(), &cache), later(1)).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(editor.can_undo(), Some("Add Cache"));
    assert!(editor.perform(flush(editor.diagram(), "service"), later(1)).unwrap_err().contains("only a cache"));
}

#[test]
fn deleting_a_crashed_node_and_undoing_it_brings_it_back_crashed() {
    let mut editor = small();
    editor.perform(crash(editor.diagram(), "service"), later(1)).unwrap();
    editor.perform(cut(editor.diagram(), "clients-service"), later(1)).unwrap();
    editor.perform(delete(editor.diagram(), &Selection::node("service")), later(2)).unwrap();
    let (_, told) = editor.undo(later(3)).unwrap();
    assert!(told.contains(&Entry::Fault(Fault::Crash { node: "service".into() })));
    assert!(told.contains(&Entry::Fault(Fault::Cut { link: "clients-service".into() })));
    validate(editor.document()).unwrap();
}

#[test]
fn a_step_is_done_wholly_or_not_at_all() {
    let mut editor = small();
    let before = editor.document().clone();
    let entries = vec![
        Entry::Edit(Edit::SetNodeParam { id: "service".into(), param: "workers".into(), value: json!(7) }),
        Entry::Edit(Edit::SetNodeParam { id: "service".into(), param: "workers".into(), value: json!(0) }),
    ];
    let refused = editor.perform(Step { label: "Two".into(), entries }, START).unwrap_err();
    assert!(refused.contains("workers is 0, it must be from 1"), "{refused}");
    assert_eq!(*editor.document(), before);
}

#[test]
fn connecting_says_why_not() {
    let mut editor = small();
    let why = |editor: &Editor, from: &str, to: &str| can_connect(editor.diagram(), from, to).unwrap_err();
    assert_eq!(why(&editor, "clients", "service"), "Clients is already linked to Service");
    assert_eq!(why(&editor, "service", "service"), "Service cannot be linked to itself");
    assert!(!why(&editor, "service", "clients").is_empty());
    add(&mut editor, "service", START);
    wire(&mut editor, "service", "service-2", START);
    assert_eq!(why(&editor, "service-2", "service"), "calls would go round in a circle: Service 2 → Service → Service 2");
    add(&mut editor, "database", START);
    assert_eq!(why(&editor, "database-2", "replica"), "Replica already follows Database");
}

#[test]
fn a_replica_takes_the_reads_and_the_primary_keeps_the_writes_in_one_step() {
    let mut editor = small();
    let id = wire(&mut editor, "service", "replica", START);
    let param = |editor: &Editor, link: &str, name: &str| editor.diagram().link(link).unwrap().params.get(name).cloned();
    assert_eq!(param(&editor, "service-database", "when"), Some(json!("write")));
    assert_eq!(param(&editor, &id, "when"), Some(json!("read")));
    assert_eq!(param(&editor, &id, "pick"), Some(json!("one")));
    assert_eq!(editor.can_undo(), Some("Connect Service to Replica for reads; Database gets the writes"));
    // A second replica joins the first.
    add(&mut editor, "replica", START);
    wire(&mut editor, "database", "replica-2", START);
    let second = wire(&mut editor, "service", "replica-2", START);
    assert_eq!(param(&editor, &second, "pick"), Some(json!("one")));
    for _ in 0..4 {
        editor.undo(START);
    }
    assert_eq!(param(&editor, "service-database", "when"), None);
}

#[test]
fn whichever_link_comes_last_divides_reads_from_writes() {
    let links = [("service", "database"), ("database", "replica"), ("service", "replica")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut editor = Editor::new(Document::default());
        for kind in ["service", "database", "replica"] {
            add(&mut editor, kind, START);
        }
        for i in order {
            wire(&mut editor, links[i].0, links[i].1, START);
        }
        let params = |id: &str| serde_json::Value::Object(editor.diagram().link(id).unwrap().params.clone());
        assert_eq!(params("service-database"), json!({"when": "write"}), "{order:?}");
        assert_eq!(params("service-replica"), json!({"when": "read", "pick": "one"}), "{order:?}");
        assert_eq!(params("database-replica"), json!({}), "{order:?}");
        editor.undo(START);
        assert!(editor.diagram().links.iter().all(|l| l.params.is_empty()));
    }
    // What somebody set otherwise stays.
    let mut editor = small();
    editor.perform(set_link_param(editor.diagram(), "service-database", "when", json!("read")), START).unwrap();
    let id = wire(&mut editor, "service", "replica", START);
    assert!(editor.diagram().link(&id).unwrap().params.is_empty());
}

#[test]
fn a_duplicate_keeps_the_links_of_its_original() {
    let mut editor = small();
    let (step, copies) = duplicate(editor.diagram(), &Selection::node("service"));
    editor.perform(step, later(1)).unwrap();
    assert_eq!(copies, Selection::node("service-2"));
    for link in ["clients-service-2", "service-2-database"] {
        assert!(editor.diagram().link(link).is_some(), "{link} is missing");
    }
    let (step, _) = duplicate(editor.diagram(), &Selection::all(editor.diagram()));
    editor.perform(step, later(2)).unwrap();
    validate(editor.document()).unwrap();
}

#[test]
fn a_dragged_slider_is_one_step() {
    let mut editor = small();
    let steps = editor.past.len();
    for workers in [11, 12, 13, 14] {
        let step = set_node_param(editor.diagram(), "service", "workers", json!(workers));
        editor.perform_continuing(step, later(1), true).unwrap();
    }
    editor.settle();
    let step = set_node_param(editor.diagram(), "service", "workers", json!(20));
    editor.perform_continuing(step, later(2), true).unwrap();
    assert_eq!(editor.past.len(), steps + 2);
    // The four values of one instant are one entry.
    assert_eq!(editor.document().journal.len(), 2);
    editor.undo(later(3));
    assert_eq!(editor.diagram().node("service").unwrap().params["workers"], json!(14));
    editor.undo(later(3));
    assert!(editor.diagram().node("service").unwrap().params.is_empty());
}

#[test]
fn restarting_folds_edits_clears_faults_and_keeps_edits_undoable() {
    let mut editor = small();
    editor.perform(set_node_param(editor.diagram(), "service", "workers", json!(9)), later(1)).unwrap();
    editor.perform(crash(editor.diagram(), "service"), later(2)).unwrap();
    editor.set_moment(later(3));
    editor.restart();
    assert!(editor.document().journal.is_empty());
    assert_eq!(editor.document().moment, START);
    assert_eq!(editor.can_undo(), Some("Set workers of Service"));
    editor.undo(START).unwrap();
    assert_eq!(*editor.document(), Document { nodes: small().document().nodes.clone(), ..editor.document().clone() });
    // It is not down any more, so it can be crashed again.
    editor.perform(crash(editor.diagram(), "service"), later(1)).unwrap();
}

#[test]
fn title_and_seed_can_be_undone() {
    let mut editor = small();
    editor.set_title("  My\nshop ");
    editor.set_seed(u64::MAX);
    assert_eq!((editor.document().title.as_str(), editor.document().seed), ("My shop", u64::MAX));
    assert_eq!(editor.undo(START).unwrap().0, "Change the seed to 18446744073709551615");
    editor.undo(START).unwrap();
    assert_eq!((editor.diagram().title.as_str(), editor.document().seed), ("Untitled", 1));
}

#[test]
fn what_is_still_to_come_is_folded_in_when_its_time_comes_and_dropped_when_it_no_longer_fits() {
    let mut doc = small().document().clone();
    let set = |n: u32| Entry::Edit(Edit::SetNodeParam { id: "service".into(), param: "workers".into(), value: json!(n) });
    doc.journal = vec![
        (later(5), set(9)),
        (later(10), Entry::Fault(Fault::Crash { node: "replica".into() })),
        (later(10), Entry::Fault(Fault::Crash { node: "service".into() })),
    ];
    let mut editor = Editor::new(doc);
    assert!(editor.diagram().node("service").unwrap().params.is_empty());
    assert!(!editor.follow(later(4)));
    assert!(editor.follow(later(5)));
    assert_eq!(editor.diagram().node("service").unwrap().params["workers"], json!(9));
    editor.perform(delete(editor.diagram(), &Selection::node("replica")), later(6)).unwrap();
    assert_eq!(editor.document().journal.len(), 4);
    validate(editor.document()).unwrap();
}

#[test]
fn the_journal_never_outgrows_what_can_be_read() {
    let mut editor = small();
    let full = (0..).find_map(|i: u64| {
        let step = set_node_param(editor.diagram(), "service", "workers", json!(i % 2 + 7));
        editor.perform(step, SimTime(i + 1)).err()
    });
    assert!(full.unwrap().contains("restart"));
    while editor.undo(later(1)).is_some() {}
    validate(editor.document()).unwrap();
    editor.restart();
    let step = set_node_param(editor.diagram(), "service", "workers", json!(3));
    editor.perform(step, later(1)).unwrap();
}

#[test]
fn a_node_just_left_of_the_middle_snaps_to_an_ordinary_zero() {
    let (step, id) = add_node(&Document::default(), "service", -3.0, -1.0);
    let mut editor = Editor::new(Document::default());
    editor.perform(step, START).unwrap();
    let node = editor.diagram().node(&id).unwrap();
    assert_eq!((node.x.to_bits(), node.y.to_bits()), (0, 0));
}

#[test]
fn a_region_makes_links_longer_and_taking_it_back_shorter() {
    use crate::diagram::place::{separation, Separation};
    let mut editor = small();
    let (step, europe) = add_group(editor.diagram(), GroupKind::Region, &Selection::node("service"), (0.0, 0.0));
    assert_eq!(step.label, "Group as Frankfurt");
    editor.perform(step, START).unwrap();
    let (step, _) = add_group(editor.diagram(), GroupKind::Region, &Selection::node("database"), (0.0, 0.0));
    editor.perform(step, later(1)).unwrap();
    let found = separation(editor.diagram(), "service", "database");
    assert!(matches!(found, Separation::Regions(km) if (km - 6540.0).abs() < 60.0), "{found:?}");
    assert_eq!(separation(editor.diagram(), "clients", "service"), Separation::None);
    editor.perform(ungroup(editor.diagram(), &[europe].into()), later(2)).unwrap();
    assert_eq!(separation(editor.diagram(), "service", "database"), Separation::None);
    assert_eq!(editor.diagram().node("service").unwrap().group, None);
    validate(editor.document()).unwrap();
    editor.undo(later(3));
    assert_eq!(separation(editor.diagram(), "service", "database"), found);
}

#[test]
fn what_is_in_a_group_survives_it_unless_it_is_shown_as_one_card() {
    let mut editor = small();
    let inside = Selection { nodes: ["service".to_string(), "database".to_string()].into(), ..Selection::default() };
    let (step, id) = add_group(editor.diagram(), GroupKind::Subsystem, &inside, (0.0, 0.0));
    editor.perform(step, START).unwrap();
    let before = editor.document().clone();
    let step = delete(editor.diagram(), &Selection::group(id.as_str()));
    assert_eq!(step.label, "Delete the group Subsystem");
    editor.perform(step, START).unwrap();
    assert_eq!(editor.diagram().nodes.len(), 4);
    editor.undo(START);
    assert_eq!(*editor.document(), before);
    editor.perform(collapse(editor.diagram(), &id, true), START).unwrap();
    editor.perform(delete(editor.diagram(), &Selection::group(id.as_str())), START).unwrap();
    assert_eq!((editor.diagram().nodes.len(), editor.diagram().groups.len()), (2, 0));
    editor.undo(START);
    editor.undo(START);
    assert_eq!(*editor.document(), before);
}

#[test]
fn a_copied_group_brings_what_is_in_it() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, START).unwrap();
    let (step, copies) = duplicate(editor.diagram(), &Selection::group(zone));
    editor.perform(step, later(1)).unwrap();
    assert_eq!((copies.groups.len(), copies.nodes.len()), (1, 1));
    assert_eq!(editor.diagram().node("service-2").unwrap().group.as_ref(), copies.groups.first());
    validate(editor.document()).unwrap();
}

#[test]
fn notes_and_looks_leave_no_trace_in_the_journal() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, later(1)).unwrap();
    let journal = editor.document().journal.len();
    let (step, note) = add_note(editor.diagram(), "slow on Mondays", 0.0, 0.0);
    assert!(editor.perform(step, later(2)).unwrap().is_empty());
    editor.perform(write_note(editor.diagram(), &note, "and on Fridays"), later(3)).unwrap();
    editor.perform(rename_group(editor.diagram(), &zone, "Zone A"), later(4)).unwrap();
    assert_eq!(editor.document().journal.len(), journal);
    assert_eq!(editor.document().notes[0].text, "and on Fridays");
    assert_eq!(editor.document().folded().group(&zone).unwrap().name, "Zone A");
    while editor.undo(later(5)).is_some() {}
    assert!(editor.document().notes.is_empty() && editor.diagram().groups.is_empty());
    validate(editor.document()).unwrap();
}

#[test]
fn values_of_a_drag_keep_their_entries_where_the_run_could_not_go_back() {
    let mut editor = small();
    let set = |editor: &Editor, workers: u32| set_node_param(editor.diagram(), "service", "workers", json!(workers));
    let one = editor.perform_continuing(set(&editor, 5), later(1), false).unwrap();
    assert!(!one.instead);
    // Another instant; no way back; something in between.
    assert!(!editor.perform_continuing(set(&editor, 6), later(2), true).unwrap().instead);
    assert!(!editor.perform_continuing(set(&editor, 7), later(2), false).unwrap().instead);
    assert!(editor.perform_continuing(set(&editor, 8), later(2), true).unwrap().instead);
    editor.perform(crash(editor.diagram(), "database"), later(2)).unwrap();
    assert!(!editor.perform_continuing(set(&editor, 9), later(2), true).unwrap().instead);
    assert_eq!(editor.document().journal.len(), 5);
    validate(editor.document()).unwrap();
}

/// Performs a step and checks that undoing it gives back the very same document.
fn there_and_back(editor: &mut Editor, step: Step) -> Document {
    let before = editor.document().clone();
    editor.perform(step, START).unwrap();
    let after = editor.diagram().clone();
    validate(editor.document()).unwrap();
    editor.undo(START).unwrap();
    assert_eq!(*editor.document(), before);
    editor.redo(START).unwrap();
    after
}

fn place(d: &Document, id: &str) -> (f64, f64) {
    d.node(id).map(|n| (n.x, n.y)).unwrap()
}

#[test]
fn what_is_copied_is_pasted_with_names_of_its_own() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, START).unwrap();
    let both = Selection { nodes: ["database".into()].into(), groups: [zone].into(), ..Selection::default() };
    let text = fragment::copy(editor.diagram(), &both).unwrap();
    assert!(fragment::is_one(&text));
    let (step, pasted) = fragment::paste(editor.diagram(), &text, Some((1000.0, 400.0))).unwrap();
    assert_eq!((pasted.nodes.len(), pasted.groups.len()), (2, 1));
    let after = there_and_back(&mut editor, step);
    assert!(after.link("service-2-database-2").is_some());
    assert_eq!(after.node("service-2").unwrap().group.as_deref(), pasted.groups.first().map(String::as_str));
    assert_eq!(after.links.len(), 4);
    // Again and again: never on top of each other.
    let text = fragment::copy(editor.diagram(), &Selection::node("database")).unwrap();
    for n in 0..3 {
        let (step, _) = fragment::paste(editor.diagram(), &text, None).unwrap();
        assert_eq!(step.label, format!("Paste Database"));
        editor.perform(step, later(n)).unwrap();
    }
    let mut places: Vec<_> =
        editor.diagram().nodes.iter().map(|n| (n.x as i64, n.y as i64, n.kind.as_str())).filter(|p| p.2 == "database").collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 5);
    // A whole file is pasted too, in another diagram.
    let mut other = Editor::new(Document::default());
    let (step, all) = fragment::paste(other.diagram(), &crate::diagram::read::write(editor.document()), None).unwrap();
    there_and_back(&mut other, step);
    assert_eq!(all.nodes.len(), editor.diagram().nodes.len());
}

#[test]
fn what_is_no_part_of_a_diagram_is_not_pasted() {
    let d = small().diagram().clone();
    let why = |text: &str| fragment::paste(&d, text, None).unwrap_err();
    for text in ["", "hello", "{}", "[1]", "{\"format\": \"faultline-fragment\"", "{\"format\":\"excalidraw\"}"] {
        assert_eq!(why(text), "What was copied is no part of a diagram", "{text}");
    }
    let text = fragment::copy(&d, &Selection::node("service")).unwrap();
    assert!(why(&text.replace("\"service\",\"name\"", "7,\"name\"")).contains("nodes[0].kind: is 7, it must be a text"));
    assert!(why(&text.replace("\"version\": 2", "\"version\": 9")).contains("newer version"));
    assert_eq!(fragment::copy(&d, &Selection::link("clients-service")), None);
}

#[test]
fn cutting_a_group_takes_what_is_in_it() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, START).unwrap();
    let step = fragment::cut(editor.diagram(), &Selection::group(zone));
    assert_eq!(step.label, "Cut Zone");
    let after = there_and_back(&mut editor, step);
    assert_eq!((after.nodes.len(), after.groups.len()), (3, 0));
}

#[test]
fn aligning_and_distributing() {
    let mut editor = small();
    for (i, id) in ["clients", "service", "database", "replica"].iter().enumerate() {
        let to = Edit::Move { id: (*id).into(), x: [0.0, 200.0, 520.0, 900.0][i], y: 16.0 * i as f64 };
        editor.perform(Step { label: "Place".into(), entries: vec![Entry::Edit(to)] }, START).unwrap();
    }
    let all = Selection::all(editor.diagram());
    let after = {
        let step = align(editor.diagram(), &all, Alignment::Bottom).unwrap();
        there_and_back(&mut editor, step)
    };
    assert!(after.nodes.iter().all(|n| n.y == 48.0));
    let step = distribute(editor.diagram(), &all, Axis::Horizontal).unwrap();
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.nodes.iter().map(|n| n.x).collect::<Vec<_>>(), [0.0, 300.0, 600.0, 900.0]);
    assert!(align(editor.diagram(), &Selection::node("service"), Alignment::Left).unwrap_err().contains("two"));
    assert!(distribute(editor.diagram(), &Selection::node("service"), Axis::Vertical).unwrap_err().contains("three"));
    for (how, x) in [(Alignment::Left, 0.0), (Alignment::Right, 900.0), (Alignment::Centre, 450.0)] {
        let step = align(editor.diagram(), &all, how).unwrap();
        let after = there_and_back(&mut editor, step);
        assert!(after.nodes.iter().all(|n| n.x == x), "{how:?}");
        editor.undo(START);
    }
}

#[test]
fn a_moved_group_takes_along_its_nodes_and_the_notes_on_it() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, START).unwrap();
    editor
        .perform(resize_group(editor.diagram(), &zone, geometry::Rect { x: -50.0, y: -50.0, width: 600.0, height: 600.0 }), START)
        .unwrap();
    let (step, note) = add_note(editor.diagram(), "", 200.0, 200.0);
    editor.perform(step, START).unwrap();
    let before = (place(editor.diagram(), "service"), place(editor.diagram(), "database"));
    let step = move_selection(editor.diagram(), &Selection::group(zone.as_str()), 13.0, -7.0);
    assert_eq!(step.label, "Move Zone");
    let after = there_and_back(&mut editor, step);
    assert_eq!(place(&after, "service"), (before.0 .0 + 13.0, before.0 .1 - 7.0));
    assert_eq!(place(&after, "database"), before.1);
    assert_eq!(after.note(&note).map(|n| (n.x, n.y)), Some((213.0, 193.0)));
}

#[test]
fn a_node_is_put_into_a_link_and_the_link_keeps_its_settings() {
    let mut editor = small();
    editor.perform(set_link_param(editor.diagram(), "clients-service", "retries", json!(3)), START).unwrap();
    let balancer = add(&mut editor, "load_balancer", START);
    assert!(can_splice(editor.diagram(), "database", "clients-service").unwrap_err().contains("has links already"));
    assert!(can_splice(editor.diagram(), &balancer, "database-replica").is_err());
    let step = splice(editor.diagram(), &balancer, "clients-service").unwrap();
    assert_eq!(step.label, "Put Load balancer into Clients → Service");
    let after = there_and_back(&mut editor, step);
    let link = after.link("clients-service").unwrap();
    assert_eq!((link.from.as_str(), link.to.as_str(), &link.params["retries"]), ("clients", balancer.as_str(), &json!(3)));
    assert!(after.link("load-balancer-service").is_some());
}

#[test]
fn a_links_end_is_led_elsewhere_or_refused() {
    let mut editor = small();
    let other = add(&mut editor, "service", START);
    let step = reconnect(editor.diagram(), "clients-service", End::To, &other).unwrap();
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.link("clients-service").unwrap().to, other);
    let why = |link: &str, end, node: &str| reconnect(editor.diagram(), link, end, node).unwrap_err();
    assert!(!why("service-database", End::To, "clients").is_empty());
    assert_eq!(why("service-database", End::From, "database"), "Database cannot be linked to itself");
    wire(&mut editor, &other, "database", START);
    let why = reconnect(editor.diagram(), "service-database", End::From, &other).unwrap_err();
    assert_eq!(why, "Service 2 is already linked to Database");
}

#[test]
fn an_open_end_offers_what_may_be_there_and_makes_it_in_one_step() {
    let mut editor = small();
    let ids = |end| kinds_for(editor.diagram(), "service", end).iter().map(|k| k.id).collect::<Vec<_>>();
    assert!(ids(End::To).contains(&"cache") && !ids(End::To).contains(&"clients"));
    assert!(ids(End::From).contains(&"clients") && !ids(End::From).contains(&"cache"));
    let (step, id) = add_and_connect(editor.diagram(), "service", End::To, "cache", 400.0, 0.0).unwrap();
    assert_eq!(step.label, "Add Cache and connect it");
    let after = there_and_back(&mut editor, step);
    assert!(after.links.iter().any(|l| l.from == "service" && l.to == id));
}

#[test]
fn one_parameter_of_many_nodes_is_one_step() {
    let mut editor = small();
    add(&mut editor, "service", START);
    let all = Selection::all(editor.diagram()).nodes;
    let step = set_param_of_many(editor.diagram(), &all, "service_time", &json!({"law": "constant", "value_ms": 3.0}));
    assert!(step.label.starts_with("Set service time of "), "{}", step.label);
    let after = there_and_back(&mut editor, step);
    assert!(after.nodes.iter().filter(|n| n.kind == "service").all(|n| n.params.contains_key("service_time")));
}

#[test]
fn a_dragged_card_is_drawn_to_edges_middles_and_equal_gaps() {
    use geometry::{snap_to, Guide, Rect};
    let at = |x: f64, y: f64| Rect { x, y, width: 152.0, height: 80.0 };
    let others = [at(0.0, 0.0), at(200.0, 0.0)];
    // Near the top edge of the others, and 48 px after them as they are from each other.
    let found = snap_to(&at(600.0, 300.0), (-197.0, -297.0), &others, 6.0);
    assert_eq!(found.by, (-200.0, -300.0));
    assert!(found.guides.contains(&Guide::Gap((352.0, 40.0), (400.0, 40.0))), "{:?}", found.guides);
    assert!(found.guides.contains(&Guide::Gap((152.0, 40.0), (200.0, 40.0))));
    assert!(found.guides.contains(&Guide::Line((0.0, 0.0), (552.0, 0.0))));
    // Nothing near: the grid.
    let free = snap_to(&at(600.0, 300.0), (3.0, 41.0), &others, 1.0);
    assert_eq!((free.by, free.guides.len()), ((0.0, 44.0), 0));
}

#[test]
fn the_layout_leads_from_left_to_right_without_overlaps_and_frames_hold_what_is_theirs() {
    for scenario in crate::lab::scenarios::scenarios() {
        let mut editor = Editor::new(Document { journal: Vec::new(), ..crate::diagram::read::read(scenario.json).unwrap() });
        let some: std::collections::BTreeSet<String> = editor.diagram().nodes.iter().skip(1).step_by(2).map(|n| n.id.clone()).collect();
        let (step, zone) =
            add_group(editor.diagram(), GroupKind::Zone, &Selection { nodes: some.clone(), ..Selection::default() }, (0.0, 0.0));
        let plain = {
            let step = layout::layout(editor.diagram());
            there_and_back(&mut editor, step)
        };
        for link in &plain.links {
            let (from, to) = (plain.node(&link.from).unwrap(), plain.node(&link.to).unwrap());
            assert!(from.x + 152.0 < to.x, "{}: {} is not left of {}", scenario.id, from.id, to.id);
        }
        editor.perform(step, START).unwrap();
        let framed = {
            let step = layout::layout(editor.diagram());
            there_and_back(&mut editor, step)
        };
        for d in [&plain, &framed] {
            for (i, a) in d.nodes.iter().enumerate() {
                assert!(d.nodes[..i].iter().all(|b| !geometry::card(a).touches(&geometry::card(b))), "{}: {} overlaps", scenario.id, a.id);
            }
        }
        let frame = framed.group(&zone).map(geometry::group_rect).unwrap();
        for node in &framed.nodes {
            assert_eq!(frame.touches(&geometry::card(node)), some.contains(&node.id), "{}: {}", scenario.id, node.id);
        }
    }
}

#[test]
fn things_are_found_by_name_kind_id_and_text() {
    let mut editor = small();
    editor.perform(rename(editor.diagram(), "service", "Orders service"), START).unwrap();
    let (step, _) = add_note(editor.diagram(), "First\nslow orders", 0.0, 0.0);
    editor.perform(step, START).unwrap();
    let names = |query: &str| find::find(editor.diagram(), query, 9).into_iter().map(|f| f.name).collect::<Vec<_>>();
    assert_eq!(names("ord"), ["Orders service", "First", "Orders service → Database", "Clients → Orders service"]);
    assert_eq!(names("database")[0], "Database");
    assert_eq!(names("serv ord")[0], "Orders service");
    assert_eq!(names("nonsense"), Vec::<String>::new());
    assert_eq!(names("").len(), 5);
}

#[test]
fn a_card_dropped_on_a_frame_is_in_its_group_and_one_dragged_off_is_not() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::default(), (1000.0, 0.0));
    editor.perform(step, START).unwrap();
    let one = Selection::node("service");
    assert_eq!(home_of(editor.diagram(), &one, 1100.0, 0.0), Some(zone.clone()));
    let step = drop_selection(editor.diagram(), &one, 1100.0, 0.0);
    assert_eq!(step.label, "Move Service into Zone");
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.node("service").unwrap().group, Some(zone.clone()));
    let step = drop_selection(editor.diagram(), &one, -1100.0, 0.0);
    assert_eq!(step.label, "Move Service out of its group");
    assert_eq!(there_and_back(&mut editor, step).node("service").unwrap().group, None);
    editor.undo(START);
    // A frame takes in what it is drawn over, and lets go of what it leaves.
    let wide = geometry::Rect { x: -100.0, y: -100.0, width: 2000.0, height: 900.0 };
    let step = fit_group(editor.diagram(), &zone, wide);
    assert!(there_and_back(&mut editor, step).nodes.iter().all(|n| n.group.is_some()));
    let step = fit_group(editor.diagram(), &zone, geometry::Rect { x: 5000.0, ..wide });
    assert!(there_and_back(&mut editor, step).nodes.iter().all(|n| n.group.is_none()));
}

#[test]
fn a_region_dropped_on_a_region_stays_outside() {
    let mut editor = small();
    for x in [0.0, 2000.0] {
        let (step, _) = add_group(editor.diagram(), GroupKind::Region, &Selection::default(), (x, 2000.0));
        editor.perform(step, START).unwrap();
    }
    let step = drop_selection(editor.diagram(), &Selection::group("region-2"), -1990.0, 0.0);
    assert_eq!(there_and_back(&mut editor, step).group("region-2").unwrap().parent, None);
}

#[test]
fn a_card_dropped_on_a_link_and_a_new_one_go_into_it() {
    let mut editor = small();
    let balancer = add(&mut editor, "load_balancer", START);
    let step = drop_on_link(editor.diagram(), &balancer, "clients-service", 80.0, 40.0).unwrap();
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.link("clients-service").unwrap().to, balancer);
    let (step, id) = insert_into_link(editor.diagram(), "clients-service", "service", 0.0, 0.0).unwrap();
    assert_eq!(there_and_back(&mut editor, step).link("clients-service").unwrap().to, id);
}

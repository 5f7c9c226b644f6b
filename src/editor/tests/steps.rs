//! Steps, undo, the journal and time.

use super::*;

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
    let told = editor.perform(move_selection(editor.diagram(), &Selection::node(&id), 100.0, 0.0), later(2)).unwrap();
    assert!(told.is_empty());
    assert_eq!(editor.document().journal.len(), 1);
    assert_eq!(editor.document().folded().node(&id).unwrap().x, 100.0);
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
fn a_second_link_carries_what_the_first_does_not() {
    let mut editor = small();
    let why = can_connect(editor.diagram(), "service", "database").unwrap_err();
    assert!(why.contains("already linked"), "{why}");
    let reads = set_link_param(editor.diagram(), "service-database", "when", json!("read"));
    editor.perform(reads, START).unwrap();
    let (step, id) = connect(editor.diagram(), "service", "database").unwrap();
    assert_eq!(step.label, "Connect Service to Database for writes");
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.link(&id).unwrap().params["when"], "write");
    let shared = crate::editor::share::decode(&crate::editor::share::encode(&after)).unwrap();
    assert_eq!((shared.links.len(), &shared.links), (after.links.len(), &after.links));
    // Now everything is carried.
    assert!(can_connect(editor.diagram(), "service", "database").is_err());
    let all = set_link_param(editor.diagram(), &id, "when", json!("any"));
    assert!(editor.perform(all, START).is_err());
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
fn going_back_leaves_what_was_done_since_to_come_and_takes_it_out_of_the_history() {
    let mut editor = small();
    let crash = |node: &str| Step { label: format!("Crash {node}"), entries: vec![Entry::Fault(Fault::Crash { node: node.into() })] };
    editor.perform(crash("service"), later(2)).unwrap();
    let (step, added) = add_node(editor.diagram(), "cache", 9.0, 9.0);
    editor.perform(step, later(4)).unwrap();
    editor.perform(rename(editor.diagram(), "service", "Orders").unwrap(), later(5)).unwrap();
    editor.set_moment(later(6));

    assert!(editor.go_back(later(3)), "the cache is to come");
    assert_eq!((editor.document().moment, editor.document().journal.len()), (later(3), 2));
    assert!(editor.diagram().node(&added).is_none());
    // A name has no time: it is kept, and can be taken back.
    assert_eq!(editor.diagram().node("service").unwrap().name, "Orders");
    assert_eq!(editor.undo(later(3)).unwrap().0, "Rename Service to Orders");
    // Then comes the crash, not the cache.
    assert_eq!(editor.can_undo(), Some("Crash service"));
    assert_eq!(editor.perform(crash("service"), later(3)).unwrap_err(), "Service is already down");
    assert!(editor.follow(later(4)) && editor.diagram().node(&added).is_some(), "it comes at its time");

    assert!(editor.go_back(START));
    assert_eq!(editor.can_undo().map(|l| l.starts_with("Connect")), Some(true), "all that is left was done at the start");
    editor.go_back(later(6));
    assert!(editor.diagram().node(&added).is_some());
}

fn workers(editor: &Editor) -> u64 {
    editor.diagram().node("service").unwrap().params.get("workers").and_then(serde_json::Value::as_u64).unwrap_or(8)
}

fn set_workers(editor: &mut Editor, count: u64, now: SimTime) {
    editor.perform(set_node_param(editor.diagram(), "service", "workers", json!(count)), now).unwrap();
}

#[test]
fn starting_again_from_the_past_keeps_what_was_done_after_it() {
    let mut editor = small();
    let (step, cache) = add_node(editor.diagram(), "cache", 9.0, 9.0);
    editor.perform(step, later(2)).unwrap();
    set_workers(&mut editor, 2, later(3));
    editor.go_back(later(1));
    assert!(editor.diagram().node(&cache).is_none() && workers(&editor) == 8 && editor.steps_to_come() == 2);
    editor.restart();
    assert!(editor.diagram().node(&cache).is_some() && editor.document().node(&cache).is_some());
    assert_eq!((workers(&editor), editor.steps_to_come(), editor.document().journal.len()), (2, 0, 0));
    // And it can be undone.
    editor.undo(START).unwrap();
    assert_eq!(workers(&editor), 8);
    editor.undo(START).unwrap();
    assert!(editor.diagram().node(&cache).is_none());
}

#[test]
fn what_happens_again_can_be_undone_again() {
    let mut editor = small();
    let fault = Step { label: "Crash Service".into(), entries: vec![Entry::Fault(Fault::Crash { node: "service".into() })] };
    editor.perform(fault, later(2)).unwrap();
    set_workers(&mut editor, 2, later(3));
    let labels = (editor.can_undo().map(String::from), later(4));
    editor.go_back(later(1));
    assert!(editor.can_undo() != labels.0.as_deref());
    editor.follow(labels.1);
    assert_eq!((editor.can_undo(), editor.steps_to_come(), workers(&editor)), (labels.0.as_deref(), 0, 2));
    editor.undo(later(5)).unwrap();
    assert_eq!(workers(&editor), 8);
    assert_eq!(editor.undo(later(5)).unwrap().1, [Entry::Fault(Fault::Restart { node: "service".into() })]);
    // The undone ones are in the journal too, and happen again.
    editor.go_back(later(1));
    assert_eq!(editor.steps_to_come(), 4);
    editor.follow(later(6));
    assert_eq!((workers(&editor), editor.document().journal.len()), (8, 4));
}

#[test]
fn a_value_that_is_set_in_the_past_stands() {
    let mut editor = small();
    set_workers(&mut editor, 2, later(4));
    let crash = Step { label: "Crash Service".into(), entries: vec![Entry::Fault(Fault::Crash { node: "service".into() })] };
    editor.perform(crash, later(5)).unwrap();
    editor.go_back(later(3));
    set_workers(&mut editor, 16, later(3));
    assert_eq!(editor.steps_to_come(), 1, "the crash comes again, the old value does not");
    editor.follow(later(6));
    assert_eq!((workers(&editor), editor.can_undo()), (16, Some("Crash Service")));
    editor.undo(later(6)).unwrap();
    editor.undo(later(6)).unwrap();
    assert_eq!(workers(&editor), 8);
    editor.redo(later(6)).unwrap();
    assert_eq!(workers(&editor), 16);
    validate(editor.document()).unwrap();
}

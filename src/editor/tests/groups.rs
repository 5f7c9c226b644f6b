//! Groups, notes and what is in them.

use super::*;

#[test]
fn a_region_makes_links_longer_and_taking_it_back_shorter() {
    use crate::diagram::separation::{separation, Separation};
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
    editor.perform(rename_group(editor.diagram(), &zone, "Zone A").unwrap(), later(4)).unwrap();
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
fn a_node_put_into_a_group_stands_on_its_frame_and_one_taken_out_beside_it() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::default(), (1000.0, 0.0));
    editor.perform(step, START).unwrap();
    for id in ["service", "clients", "database", "replica"] {
        let step = put_into(editor.diagram(), id, Some(&zone));
        let after = there_and_back(&mut editor, step);
        let frame = geometry::group_rect(after.group(&zone).unwrap());
        let node = after.node(id).unwrap();
        assert_eq!(node.group.as_ref(), Some(&zone));
        assert!(frame.holds(&geometry::card(node)), "{id}: {frame:?}");
        let covers = |n: &&crate::diagram::Node| (n.x - node.x).abs() < 152.0 && (n.y - node.y).abs() < 80.0;
        assert_eq!(after.nodes.iter().filter(covers).count(), 1, "{id} covers another");
    }
    let step = put_into(editor.diagram(), "service", None);
    assert_eq!(step.label, "Take Service out of its group");
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.node("service").unwrap().group, None);
    assert!(!geometry::group_rect(after.group(&zone).unwrap()).touches(&geometry::card(after.node("service").unwrap())));
    assert!(put_into(editor.diagram(), "service", None).entries.is_empty());
}

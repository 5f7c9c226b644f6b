//! Copying, arranging, links led elsewhere, layout, finding.

use super::*;

use crate::order::Gather;

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
    let (step, all) = fragment::paste(other.diagram(), &crate::files::write(editor.document()), None).unwrap();
    there_and_back(&mut other, step);
    assert_eq!(all.nodes.len(), editor.diagram().nodes.len());
}

#[test]
fn what_is_no_part_of_a_diagram_is_not_pasted() {
    let d = small().diagram().clone();
    let why = |text: &str| fragment::paste(&d, text, None).unwrap_err();
    for text in ["", "hello", "{}", "[1]", "{\"format\":\"excalidraw\"}"] {
        assert_eq!(why(text), "What was copied is no part of a diagram", "{text}");
    }
    assert!(why("{\"format\": \"faultline-fragment\"").contains("the text ends here"));
    let text = fragment::copy(&d, &Selection::node("service")).unwrap();
    assert!(why(&text.replace("\"service\",\"name\"", "7,\"name\"")).contains("nodes[0].kind: is 7, it must be a text"));
    assert!(why(&text.replace(&format!("\"version\": {}", crate::files::VERSION), "\"version\": 9")).contains("newer version"));
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
        let mut editor = Editor::new(Document { journal: Vec::new(), ..crate::files::read(scenario.json).unwrap() });
        let some: std::collections::BTreeSet<String> = editor.diagram().nodes.iter().skip(1).step_by(2).map(|n| n.id.clone()).gather();
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
    editor.perform(rename(editor.diagram(), "service", "Orders service").unwrap(), START).unwrap();
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
fn a_card_dropped_on_a_link_and_a_new_one_go_into_it() {
    let mut editor = small();
    let balancer = add(&mut editor, "load_balancer", START);
    let step = drop_on_link(editor.diagram(), &balancer, "clients-service", 80.0, 40.0).unwrap();
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.link("clients-service").unwrap().to, balancer);
    let (step, id) = insert_into_link(editor.diagram(), "clients-service", "service", 0.0, 0.0).unwrap();
    assert_eq!(there_and_back(&mut editor, step).link("clients-service").unwrap().to, id);
}

#[test]
fn what_is_copied_of_a_group_takes_along_the_notes_on_its_frame() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::node("service"), (0.0, 0.0));
    editor.perform(step, START).unwrap();
    let frame = geometry::Rect { x: -48.0, y: -48.0, width: 640.0, height: 640.0 };
    editor.perform(resize_group(editor.diagram(), &zone, frame), START).unwrap();
    let (step, _) = add_note(editor.diagram(), "slow on Mondays", 200.0, 200.0);
    editor.perform(step, START).unwrap();
    let group = Selection::group(zone.as_str());
    let (step, made) = duplicate(editor.diagram(), &group);
    assert_eq!(step.label, "Duplicate Zone");
    assert_eq!((made.nodes.len(), made.groups.len(), made.notes.len()), (1, 1, 1));
    assert_eq!(there_and_back(&mut editor, step).notes.len(), 2);
    editor.undo(START);
    let text = fragment::copy(editor.diagram(), &group).unwrap();
    let (step, made) = fragment::paste(editor.diagram(), &text, None).unwrap();
    assert_eq!((step.label.as_str(), made.notes.len()), ("Paste Zone", 1));
    let cut = fragment::cut(editor.diagram(), &group);
    assert_eq!(cut.label, "Cut Zone");
    let after = there_and_back(&mut editor, cut);
    assert_eq!((after.notes.len(), after.groups.len(), after.nodes.len()), (0, 0, 3));
}

#[test]
fn what_is_pasted_again_and_again_never_lies_on_what_is_there() {
    let mut editor = small();
    editor.perform(move_selection(editor.diagram(), &Selection::node("service"), 3.0, 5.0), START).unwrap();
    let text = fragment::copy(editor.diagram(), &Selection::node("service")).unwrap();
    for at in [None, None, Some((500.0, 500.0)), Some((500.0, 500.0)), Some((500.0, 500.0))] {
        let (step, pasted) = fragment::paste(editor.diagram(), &text, at).unwrap();
        editor.perform(step, START).unwrap();
        let new = place(editor.diagram(), pasted.only_node().unwrap());
        let near = |n: &&crate::diagram::Node| (n.x - new.0).abs() < 24.0 && (n.y - new.1).abs() < 24.0;
        assert_eq!(editor.diagram().nodes.iter().filter(near).count(), 1, "{new:?}");
    }
    // Copies of several step aside too when the same originals are copied again.
    editor.perform(move_selection(editor.diagram(), &Selection::node("clients"), -400.0, 0.0), START).unwrap();
    let two = Selection { nodes: ["clients".to_string(), "database".to_string()].into(), ..Selection::default() };
    let mut places = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let (step, copies) = duplicate(editor.diagram(), &two);
        editor.perform(step, START).unwrap();
        places.extend(copies.nodes.iter().map(|id| place(editor.diagram(), id)).map(|(x, y)| (x as i64, y as i64)));
    }
    assert_eq!(places.len(), 6);
}

#[test]
fn a_copy_dragged_onto_a_frame_is_in_its_group() {
    let mut editor = small();
    let (step, zone) = add_group(editor.diagram(), GroupKind::Zone, &Selection::default(), (1000.0, 0.0));
    editor.perform(step, START).unwrap();
    let (step, copy) = duplicate_by(editor.diagram(), &Selection::node("service"), Some((1100.0, 40.0)));
    let after = there_and_back(&mut editor, step);
    assert_eq!(after.node(copy.only_node().unwrap()).unwrap().group, Some(zone));
    // No region comes to lie in a zone, wherever it is pasted.
    let (step, region) = add_group(editor.diagram(), GroupKind::Region, &Selection::default(), (1000.0, 2000.0));
    editor.perform(step, START).unwrap();
    let text = fragment::copy(editor.diagram(), &Selection::group(region.as_str())).unwrap();
    let (step, pasted) = fragment::paste(editor.diagram(), &text, Some((1160.0, 100.0))).unwrap();
    assert_eq!(there_and_back(&mut editor, step).group(pasted.only_group().unwrap()).unwrap().parent, None);
}

/// Services in rows, the first as it is named, the others with a number.
fn rows_of_services(count: usize) -> Document {
    let mut document = Document::default();
    for i in 0..count {
        let id = if i == 0 { "service".to_string() } else { format!("service-{}", i + 1) };
        let (x, y) = (f64::from(i as u32 % 50) * 200.0, f64::from(i as u32 / 50) * 120.0);
        let (kind, params) = ("service".into(), Default::default());
        document.nodes.push(crate::diagram::Node { name: id.clone(), id, kind, x, y, params, group: None });
    }
    document
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it compares two times of one run")]
fn ten_times_as_many_copies_take_about_ten_times_as_long() {
    let quickest = |count: usize, last: &str| {
        let part = rows_of_services(count);
        let all = Selection::all(&part);
        let once = || {
            let began = std::time::Instant::now();
            let (step, made) = duplicate(&part, &all);
            let took = began.elapsed();
            assert_eq!((step.entries.len(), made.nodes.len()), (count, count));
            assert!(made.nodes.contains(last));
            took
        };
        (0..5).map(|_| once()).min().unwrap().as_secs_f64()
    };
    let ratio = quickest(2_000, "service-4000") / quickest(200, "service-400");
    assert!(ratio < 50.0, "{ratio}: each name is sought among all");
}

#[test]
fn parameters_that_are_set_say_of_what_and_defaults_reset() {
    let editor = small();
    let step = set_param_of_many(editor.diagram(), &["service".to_string()].into(), "workers", &json!(9));
    assert_eq!(step.label, "Set workers of Service");
    let all = Selection::all(editor.diagram()).nodes;
    let default = set_param_of_many(editor.diagram(), &all, "workers", &json!(8.0));
    assert!(default.label.ends_with("components"), "{}", default.label);
    let of_service = set_node_param(editor.diagram(), "service", "workers", json!(8.0));
    assert!(matches!(&of_service.entries[..], [Entry::Edit(Edit::SetNodeParam { value, .. })] if value.is_null()), "{of_service:?}");
}

#[test]
fn whole_numbers_equal_their_fractions() {
    assert!(same_value(&json!(4), &json!(4.0)));
    assert!(same_value(&json!({"law": "constant", "value_ms": 1}), &json!({"value_ms": 1.0, "law": "constant"})));
    assert!(!same_value(&json!("a"), &json!("b")));
    assert!(!same_value(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
}

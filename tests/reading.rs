//! Reading files: everything that can be wrong is refused with the place and the reason, what is right comes back.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use faultline::diagram::{Document, Edit, Entry, Fault};
use faultline::engine::SimTime;
use faultline::files::{stripped, validate, write, Problem, Problems};
use serde_json::{json, Value as Json};

/// A legal file with a bit of everything.
fn good() -> Json {
    json!({
        "format": "faultline", "version": 3, "title": "Small shop", "seed": 18446744073709551615u64,
        "nodes": [
            {"id": "users", "kind": "clients", "name": "Users", "x": 0, "y": 0},
            {"id": "api", "kind": "service", "name": "API", "x": 240, "y": 0.5, "group": "zone-a", "params": {"workers": 7}},
            {"id": "db", "kind": "database", "name": "Primary", "x": 480, "y": 0, "group": "europe"},
            {"id": "copy", "kind": "replica", "name": "Copy", "x": 480, "y": 160},
            {"id": "oracle", "kind": "crystal_ball", "name": "Oracle", "x": 720, "y": 0, "params": {"clarity": [1, {"deep": null}]}}
        ],
        "links": [
            {"id": "users-api", "from": "users", "to": "api"},
            {"id": "api-db", "from": "api", "to": "db", "params": {"retries": 2}},
            {"id": "db-copy", "from": "db", "to": "copy"},
            {"id": "api-oracle", "from": "api", "to": "oracle"}
        ],
        "groups": [
            {"id": "zone-a", "kind": "zone", "name": "Zone A", "x": 220, "y": -40, "width": 200, "height": 180, "parent": "europe"},
            {"id": "europe", "kind": "region", "name": "Europe", "x": 200, "y": -80, "width": 480, "height": 400.5, "place": "frankfurt"},
            {"id": "stores", "kind": "subsystem", "name": "Stores", "x": 0, "y": 400, "width": 100, "height": 100, "collapsed": true}
        ],
        "notes": [
            {"id": "note", "text": "Two\nlines", "x": 0, "y": -200, "width": 200, "height": 104, "colour": "blue"}
        ],
        "view": {"x": -20, "y": -40.25, "zoom": 0.8},
        "moment_ns": 9007199254740993u64,
        "journal": [
            {"at_ns": 1000000000, "fault": "crash", "node": "db"},
            {"at_ns": 1000000000, "fault": "slow", "node": "api", "factor": 2.5},
            {"at_ns": 1500000000, "fault": "cut", "link": "users-api"},
            {"at_ns": 2000000000, "edit": "set_node_param", "id": "api", "param": "workers", "value": null},
            {"at_ns": 2000000001, "edit": "add_node", "node": {"id": "api2", "kind": "service", "name": "API 2", "x": 240, "y": 160}},
            {"at_ns": 2000000001, "edit": "add_link", "link": {"id": "api2-db", "from": "api2", "to": "db"}},
            {"at_ns": 3000000000u64, "edit": "set_link_param", "id": "api2-db", "param": "retries", "value": 1},
            {"at_ns": 3000000001u64, "edit": "remove_link", "id": "api2-db"},
            {"at_ns": 3000000001u64, "edit": "remove_node", "id": "api2"},
            {"at_ns": 3000000002u64, "edit": "add_group", "group": {"id": "b", "kind": "zone", "name": "B", "x": 0, "y": 0, "width": 99, "height": 99}},
            {"at_ns": 3000000002u64, "edit": "place_group", "id": "b", "kind": "zone", "parent": "europe", "place": null},
            {"at_ns": 3000000002u64, "edit": "set_group", "node": "db", "group": "b"},
            {"at_ns": 3000000002u64, "edit": "set_group", "node": "db", "group": null},
            {"at_ns": 3000000002u64, "edit": "remove_group", "id": "b"},
            {"at_ns": 3000000002u64, "edit": "reconnect", "link": "api-db", "from": "oracle", "to": "db"}
        ]
    })
}

/// Reads a text, or says what is wrong first.
fn read(text: &str) -> Result<Document, Problem> {
    faultline::files::read(text).map_err(|problems| problems.first().clone())
}

fn read_json(file: &Json) -> Result<Document, Problem> {
    read(&file.to_string())
}

/// The good file with the value at a JSON pointer replaced, or removed if it is `None`.
fn with(pointer: &str, value: Option<Json>) -> Json {
    let mut file = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (file.pointer_mut(parent).unwrap(), value) {
        (Json::Object(map), Some(v)) => {
            map.insert(name.into(), v);
        }
        (Json::Object(map), None) => {
            map.shift_remove(name).unwrap();
        }
        (Json::Array(list), Some(v)) => match name.parse::<usize>() {
            Ok(i) => list[i] = v,
            Err(_) => list.push(v),
        },
        (parent, value) => panic!("{parent} {value:?}"),
    }
    file
}

#[track_caller]
fn refused(file: &Json, at: &str, message: &str) {
    let problem = read_json(file).expect_err("was read");
    assert_eq!(problem.at, at, "{problem}");
    assert!(problem.message.contains(message), "{problem}");
    assert!(!problem.to_string().contains('\n'), "{problem}");
}

#[track_caller]
fn refused_with(pointer: &str, value: Json, at: &str, message: &str) {
    refused(&with(pointer, Some(value)), at, message);
}

#[track_caller]
fn refused_without(pointer: &str) {
    let path = pointer[1..].split('/').fold(String::new(), |path, part| match part.parse::<usize>() {
        Ok(i) => format!("{path}[{i}]"),
        Err(_) if path.is_empty() => part.into(),
        Err(_) => format!("{path}.{part}"),
    });
    refused(&with(pointer, None), &path, "is missing");
}

#[test]
fn a_good_file_is_read_exactly_and_written_so_that_it_reads_the_same() {
    let doc = read_json(&good()).unwrap();
    assert_eq!(doc.seed, u64::MAX);
    assert_eq!(doc.moment, SimTime(9007199254740993));
    assert_eq!((doc.nodes.len(), doc.links.len(), doc.journal.len()), (5, 4, 15));
    assert_eq!(doc.journal[1].1, Entry::Fault(Fault::Slow { node: "api".into(), factor: 2.5 }));
    let text = write(&doc);
    assert_eq!(read(&text).unwrap(), doc);
    assert_eq!(write(&read(&text).unwrap()), text);
    let mut expected = good();
    expected["nodes"][1]["y"] = json!(0.5);
    assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), expected);
}

#[test]
fn an_empty_diagram_is_a_document() {
    let file = json!({"format": "faultline", "version": 1, "nodes": [], "links": []});
    assert_eq!(read_json(&file).unwrap(), Document::default());
    assert_eq!(read(&write(&Document::default())).unwrap(), Document::default());
}

#[test]
fn an_unknown_kind_is_kept_untouched() {
    let doc = read_json(&good()).unwrap();
    let oracle = doc.node("oracle").unwrap();
    assert_eq!(oracle.kind, "crystal_ball");
    assert_eq!(Json::Object(oracle.params.clone()), json!({"clarity": [1, {"deep": null}]}));
}

#[test]
fn defaults_are_left_out() {
    let kind = faultline::components::kind("service").unwrap();
    let spec = &kind.params()[0];
    let file = with("/nodes/1/params", Some(json!({spec.name: spec.default})));
    let doc = read_json(&file).unwrap();
    assert_eq!(doc.nodes[1].params.len(), 1);
    assert!(!write(&doc).contains(&format!("\"{}\":", spec.name)));
    assert_eq!(read(&write(&doc)).unwrap(), stripped(&doc));
}

#[test]
fn what_is_not_a_file_of_ours_is_said_to_be_so() {
    for (text, message) in [
        ("", "the file is empty"),
        ("  \n ", "the file is empty"),
        ("[1]", "this is a list, not a Faultline file"),
        ("3", "this is a number"),
        ("{}", "not a Faultline file"),
        (r#"{"format": "excalidraw"}"#, "format must be \"faultline\""),
        ("hello", "not valid JSON"),
    ] {
        let problem = read(text).unwrap_err();
        assert!(problem.to_string().contains(message), "{text}: {problem}");
    }
    assert!(read(&format!("\u{feff}{}", good())).is_ok());
    assert!(read(&format!("{} x", good())).unwrap_err().message.contains("more text after the end"));
}

#[test]
fn versions() {
    refused_without("/version");
    refused_with("/version", json!(0), "version", "must be a whole number from 1");
    refused_with("/version", json!("1"), "version", "must be a whole number from 1");
    refused_with("/version", json!(4), "version", "made by a newer version of Faultline: file format 4");
    // Version 1 had no groups.
    refused_with("/version", json!(1), "groups", "not a known field of file format 1");
    refused_with("/version", json!(u64::MAX), "version", "made by a newer version");
}

#[test]
fn missing_fields() {
    for pointer in [
        "/nodes",
        "/links",
        "/nodes/0/id",
        "/nodes/0/kind",
        "/nodes/0/name",
        "/nodes/0/x",
        "/nodes/0/y",
        "/links/1/id",
        "/links/1/from",
        "/links/1/to",
        "/view/x",
        "/view/zoom",
        "/journal/0/at_ns",
        "/journal/0/node",
        "/journal/1/factor",
        "/journal/2/link",
        "/journal/3/id",
        "/journal/3/param",
        "/journal/3/value",
        "/journal/4/node",
        "/journal/4/node/kind",
        "/groups/0/id",
        "/groups/0/kind",
        "/groups/0/width",
        "/notes/0/text",
        "/notes/0/height",
        "/journal/9/group",
        "/journal/10/place",
        "/journal/11/group",
        "/journal/14/to",
    ] {
        refused_without(pointer);
    }
}

#[test]
fn wrong_types() {
    for (pointer, value, at) in [
        ("/title", json!(3), "title"),
        ("/seed", json!("1"), "seed"),
        ("/seed", json!(-1), "seed"),
        ("/seed", json!(1.5), "seed"),
        ("/nodes", json!({}), "nodes"),
        ("/nodes/0", json!([]), "nodes[0]"),
        ("/nodes/0/id", json!(7), "nodes[0].id"),
        ("/nodes/0/x", json!("left"), "nodes[0].x"),
        ("/nodes/0/x", json!(null), "nodes[0].x"),
        ("/nodes/0/params", json!([]), "nodes[0].params"),
        ("/nodes/1/params/workers", json!("many"), "nodes[1].params.workers"),
        ("/nodes/1/params/workers", json!(2.5), "nodes[1].params.workers"),
        ("/links/0/from", json!(null), "links[0].from"),
        ("/links/1/params", json!("none"), "links[1].params"),
        ("/links/1/params/retries", json!(true), "links[1].params.retries"),
        ("/view", json!(1), "view"),
        ("/moment_ns", json!(-5), "moment_ns"),
        ("/journal", json!(null), "journal"),
        ("/journal/0", json!("crash"), "journal[0]"),
        ("/journal/0/at_ns", json!("1s"), "journal[0].at_ns"),
        ("/journal/0/fault", json!(1), "journal[0].fault"),
        ("/journal/4/node", json!("api"), "journal[4].node"),
        ("/groups", json!({}), "groups"),
        ("/groups/0/kind", json!("continent"), "groups[0].kind"),
        ("/groups/1/place", json!("atlantis"), "groups[1].place"),
        ("/groups/0/parent", json!(7), "groups[0].parent"),
        ("/groups/2/collapsed", json!(1), "groups[2].collapsed"),
        ("/notes/0/colour", json!("mauve"), "notes[0].colour"),
        ("/nodes/1/group", json!(["zone-a"]), "nodes[1].group"),
        ("/journal/10/parent", json!(3), "journal[10].parent"),
    ] {
        refused_with(pointer, value, at, "must be");
    }
}

#[test]
fn out_of_range() {
    for (pointer, value, at) in [
        ("/nodes/1/params/workers", json!(0), "nodes[1].params.workers"),
        ("/nodes/1/params/workers", json!(-3), "nodes[1].params.workers"),
        ("/links/1/params/retries", json!(100000), "links[1].params.retries"),
        ("/nodes/0/x", json!(1e7), "nodes[0].x"),
        ("/view/zoom", json!(0), "view.zoom"),
        ("/view/zoom", json!(5), "view.zoom"),
        ("/journal/1/factor", json!(0), "journal[1].factor"),
        ("/journal/1/factor", json!(1e9), "journal[1].factor"),
        ("/moment_ns", json!(u64::MAX), "moment_ns"),
        ("/journal/8/at_ns", json!(u64::MAX), "journal[8].at_ns"),
        ("/journal/6/value", json!(-1), "journal[6].value"),
        ("/groups/0/width", json!(3), "groups[0].width"),
        ("/groups/0/x", json!(1e9), "groups[0].x"),
        ("/notes/0/height", json!(1e9), "notes[0].height"),
        ("/journal/9/group/height", json!(-1), "journal[9].group.height"),
    ] {
        refused_with(pointer, value, at, "it must be");
    }
}

#[test]
fn distributions_are_checked_inside() {
    refused_with("/links/1/params/latency", json!({"law": "exponential", "mean_ms": -1}), "links[1].params.latency", "mean_ms");
    refused_with("/links/1/params/latency", json!({"law": "zeta"}), "links[1].params.latency", "zeta");
    refused_with("/links/1/params/latency", json!(3), "links[1].params.latency", "distribution");
}

#[test]
fn unknown_fields_and_parameters_are_named_with_the_known_ones() {
    refused_with("/colour", json!(1), "colour", "known are format, version, title");
    refused_with("/nodes/0/colour", json!(1), "nodes[0].colour", "known are id, kind, name");
    refused_with("/links/0/style", json!(1), "links[0].style", "known are id, from, to");
    refused_with("/view/rotation", json!(1), "view.rotation", "known are x, y, zoom");
    refused_with("/journal/0/why", json!(1), "journal[0].why", "known are at_ns, fault, node");
    refused_with("/nodes/1/params/wokers", json!(1), "nodes[1].params.wokers", "workers");
    refused_with("/links/1/params/retrys", json!(1), "links[1].params.retrys", "retries");
    refused_with("/journal/3/param", json!("wokers"), "journal[3].param", "known are");
}

#[test]
fn ids_and_names() {
    for bad in ["", "a b", "ä", "a/b", &"x".repeat(41)] {
        refused_with("/nodes/0/id", json!(bad), "nodes[0].id", "letters, digits");
        refused_with("/links/0/id", json!(bad), "links[0].id", "letters, digits");
    }
    refused_with("/nodes/0/name", json!(""), "nodes[0].name", "one line");
    refused_with("/nodes/0/name", json!("a\nb"), "nodes[0].name", "one line");
    refused_with("/nodes/0/name", json!("n".repeat(81)), "nodes[0].name", "one line");
    refused_with("/title", json!("t".repeat(201)), "title", "one line");
    refused_with("/nodes/2/id", json!("api"), "nodes[2].id", "which nodes[1] already has");
    refused_with("/links/2/id", json!("api-db"), "links[2].id", "which links[1] already has");
}

#[test]
fn links_must_make_sense() {
    refused_with("/links/1/to", json!("dbb"), "links[1].to", "there is no node \"dbb\"");
    refused_with("/links/1/from", json!("apii"), "links[1].from", "there is no node \"apii\"");
    refused_with("/links/1/to", json!("api"), "links[1]", "cannot be linked to itself");
    refused_with("/links/1/to", json!("users"), "links[1]", "");
    refused_with("/links/-", json!({"id": "again", "from": "api", "to": "db"}), "links[4]", "as links[1] already does");
}

#[test]
fn groups_must_make_sense() {
    refused_with("/nodes/1/group", json!("zone-c"), "nodes[1].group", "there is no group \"zone-c\"");
    refused_with("/groups/0/parent", json!("asia"), "groups[0].parent", "there is no group \"asia\"");
    refused_with("/groups/2/id", json!("europe"), "groups[2].id", "which groups[1] already has");
    refused_with("/groups/0/name", json!("a\nb"), "groups[0].name", "one line");
    refused_with("/groups/1/parent", json!("zone-a"), "groups[0].parent", "in a circle");
    refused_with("/groups/2/parent", json!("stores"), "groups[2].parent", "in a circle: stores → stores");
    let mut file = with("/groups/2/parent", Some(json!("europe")));
    file["groups"][2]["kind"] = json!("region");
    refused(&file, "groups[2].parent", "a region cannot be inside a region");
    refused_with("/notes/0/text", json!("a\u{7}"), "notes[0].text", "control characters");
    refused_with("/notes/0/text", json!("n".repeat(4001)), "notes[0].text", "at most 4000 characters");
    refused_with("/journal/10/parent", json!("b"), "journal[10].parent", "lies in \"b\" itself");
    refused_with("/journal/10/kind", json!("region"), "journal[10].parent", "a region cannot be inside a region");
    refused_with("/journal/9/group/parent", json!("zone-a"), "journal[9].group.parent", "a zone cannot be inside a zone");
    refused_with("/journal/12/group", json!("b"), "journal[13].id", "group \"b\" still holds node db");
    refused_with("/journal/14/to", json!("users"), "journal[14].link", "");
    refused_with("/journal/9/edit", json!("update_group"), "journal[9].edit", "not in the journal");
}

#[test]
fn a_file_of_the_first_version_is_read() {
    let mut file = good();
    let top = file.as_object_mut().unwrap();
    top.insert("version".into(), json!(1));
    top.shift_remove("groups");
    top.shift_remove("notes");
    for node in top["nodes"].as_array_mut().unwrap() {
        node.as_object_mut().unwrap().shift_remove("group");
    }
    top["journal"].as_array_mut().unwrap().truncate(9);
    let doc = read_json(&file).unwrap();
    assert!(doc.groups.is_empty() && doc.notes.is_empty());
    assert!(write(&doc).contains("\"version\": 3"));
    assert_eq!(read(&write(&doc)).unwrap(), doc);
}

/// What is said of a file, a line for each problem.
fn said(file: &Json) -> Vec<String> {
    faultline::files::read(&file.to_string()).map_err(|p: Problems| p.lines()).expect_err("was read")
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_in_order() {
    let mut file = good();
    file["colour"] = json!(1);
    file["style"] = json!(1);
    file["title"] = json!(7);
    file["nodes"][0] = json!({"id": "users", "kind": "clients", "x": "left", "y": 0, "hat": 1});
    file["nodes"][1]["params"] = json!({"workers": 0, "wokers": 3, "queue_limit": -1});
    file["nodes"][1]["group"] = json!("nowhere");
    file["links"][1]["to"] = json!("dbb");
    file["links"][1]["params"]["retries"] = json!(99);
    file["groups"][0]["kind"] = json!("continent");
    file["notes"][0]["width"] = json!(-1);
    file["view"] = json!({"x": 0, "y": 0, "zoom": 99});
    file["journal"][0]["node"] = json!("nobody");
    file["journal"][1]["factor"] = json!(0);
    let said = said(&file);
    let at: Vec<&str> = said.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        at,
        [
            "title",
            "nodes[0].name",
            "nodes[0].x",
            "nodes[0].hat",
            "nodes[1].params.workers",
            "nodes[1].params.wokers",
            "nodes[1].params.queue_limit",
            "nodes[1].group",
            "links[1].to",
            "links[1].params.retries",
            "groups[0].kind",
            "notes[0].width",
            "view.zoom",
            "journal[0].node",
            "journal[1].factor",
            "colour",
            "style",
        ],
        "{said:#?}"
    );
    assert!(said.iter().all(|line| !line.contains('\n')));
}

#[test]
fn what_only_follows_from_another_problem_is_not_said() {
    // A node without a readable id: links to it and entries about it are not wrong for that.
    assert_eq!(said(&with("/nodes/1/id", Some(json!(3)))), ["nodes[1].id: is 3, it must be a text"]);
    assert_eq!(said(&with("/nodes", None)), ["nodes: is missing"]);
    assert_eq!(said(&with("/groups", Some(json!(1)))), ["groups: is 1, it must be a list"]);
    assert_eq!(said(&with("/groups/0/id", None)), ["groups[0].id: is missing"]);
    assert_eq!(said(&with("/links/1/to", json!("api").into())), ["links[1]: API cannot be linked to itself"]);
    // A node that is none at all leaves the numbers of the others as they are.
    let mut file = with("/nodes/0", Some(json!("users")));
    file["nodes"][1]["x"] = json!("left");
    assert_eq!(said(&file), ["nodes[0]: is \"users\", it must be an object", "nodes[1].x: is \"left\", it must be a number"]);
    // An edit that cannot be: what comes after it may need it.
    let file = with("/journal/4/node/id", Some(json!("api")));
    assert_eq!(said(&file), ["journal[4].node.id: there is already a node \"api\""]);
    let file = with("/journal/4", Some(json!({"at_ns": 1, "edit": "paint"})));
    assert_eq!(said(&file).len(), 1, "{:?}", said(&file));
}

#[test]
fn no_more_than_fifty_problems_are_said() {
    let node = |i: usize| json!({"id": format!("n{i}"), "kind": "service", "name": "", "x": 0, "y": "a"});
    let file = json!({"format": "faultline", "version": 2, "nodes": (0..60).map(node).collect::<Vec<_>>(), "links": []});
    let said = said(&file);
    assert_eq!(said.len(), 51);
    assert_eq!(said[0], "nodes[0].y: is \"a\", it must be a number");
    assert_eq!(said[1], "nodes[0].name: is \"\", it must be one line of 1 to 80 characters");
    assert_eq!(said[50], "and 70 more problems");
}

#[test]
fn two_links_between_the_same_nodes_carry_different_operations() {
    let second = |first: &str, params: Json| {
        let mut file = with("/links/1/params", Some(json!({"when": first})));
        let links = file["links"].as_array_mut().unwrap();
        links.push(json!({"id": "second", "from": "api", "to": "db", "params": params}));
        file["journal"].as_array_mut().unwrap().pop();
        file
    };
    for (a, b) in [("read", "write"), ("write", "read"), ("session", "any"), ("session", "read")] {
        let file = second(a, json!({"when": b, "retries": 3, "timeout": 50}));
        let doc = read_json(&file).unwrap_or_else(|p| panic!("{a} beside {b}: {p}"));
        assert_eq!(read(&write(&doc)).unwrap(), stripped(&doc));
    }
    for (a, b) in [("any", "read"), ("read", "any"), ("read", "read"), ("write", "any"), ("session", "session")] {
        refused(&second(a, json!({"when": b})), "links[4]", "goes from api to db, as links[1] already does");
    }
    // While it runs, neither may come to carry what the other does.
    let file = second("read", json!({"when": "write"}));
    let set = |param: &str, value: Json| {
        let mut file = file.clone();
        let entry = json!({"at_ns": 5000000000u64, "edit": "set_link_param", "id": "second", "param": param, "value": value});
        file["journal"].as_array_mut().unwrap().push(entry);
        file
    };
    assert!(read_json(&set("retries", json!(1))).is_ok());
    assert!(read_json(&set("when", json!("session"))).is_ok());
    refused(&set("when", json!("any")), "journal[14].value", "API is already linked to Primary");
    refused(&set("when", json!(null)), "journal[14].value", "API is already linked to Primary");
    // A log is one link, whatever it is said to carry; so is a link from one that does not go by operations.
    let mut log = good();
    log["links"].as_array_mut().unwrap().push(json!({"id": "log", "from": "db", "to": "copy", "params": {"when": "read"}}));
    log["links"][2]["params"] = json!({"when": "write"});
    // Of the version in which such a setting was let stand.
    log["version"] = json!(2);
    refused(&log, "links[4]", "goes from db to copy, as links[2] already does");
}

#[test]
fn settings_that_nobody_reads_are_refused_and_older_files_with_them_are_read() {
    let log = with("/links/2/params", Some(json!({"stage": 2, "jitter": 3, "timeout": 9})));
    refused(&log, "links[2].params.timeout", "is not read on a link that ships a log; it is read on links from clients, ");
    let said = said(&log);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].starts_with("links[2].params.stage: is not read on a link that ships a log"), "{said:?}");
    // What is so by default is no setting; what another setting makes read is for the findings.
    assert!(read_json(&with("/links/2/params", Some(json!({"stage": 1, "timeout": 1000})))).is_ok());
    assert!(read_json(&with("/links/1/params", Some(json!({"weight": 9, "need": 3})))).is_ok());
    // Where the journal leads the link elsewhere, they may be read there.
    let mut led = with("/links/3/params", Some(json!({"retries": 2})));
    led["nodes"].as_array_mut().unwrap().extend([
        json!({"id": "lb", "kind": "load_balancer", "name": "LB", "x": 0, "y": 0}),
        json!({"id": "s", "kind": "service", "name": "S", "x": 0, "y": 0}),
    ]);
    led["links"].as_array_mut().unwrap().push(json!({"id": "lb-s", "from": "lb", "to": "s", "params": {"stage": 2}}));
    refused(&led, "links[4].params.stage", "is not read here");
    let entry = json!({"at_ns": 4000000000u64, "edit": "reconnect", "link": "lb-s", "from": "api", "to": "s"});
    led["journal"].as_array_mut().unwrap().push(entry);
    let doc = read_json(&led).unwrap();
    assert_eq!(read(&write(&doc)).unwrap().links[4].params["stage"], 2);
    // A file of an earlier version is read, keeps them, and is written without them; so is a share link.
    let mut older = log.clone();
    older["version"] = json!(2);
    let doc = read_json(&older).unwrap();
    assert_eq!(doc.links[2].params.len(), 3);
    let written = read(&write(&doc)).unwrap();
    assert_eq!(Json::Object(written.links[2].params.clone()), json!({"jitter": 3}));
    assert_eq!(written, stripped(&doc));
    use faultline::editor::share;
    assert_eq!(share::decode(&share::encode(&doc)).unwrap(), stripped(&doc));
}

#[test]
fn calls_may_not_go_round_in_a_circle() {
    let mut file = good();
    let nodes = file["nodes"].as_array_mut().unwrap();
    for id in ["b", "c"] {
        nodes.push(json!({"id": id, "kind": "service", "name": id, "x": 0, "y": 0}));
    }
    let links = file["links"].as_array_mut().unwrap();
    for (from, to) in [("api", "b"), ("b", "c"), ("c", "api")] {
        links.push(json!({"id": format!("{from}-{to}"), "from": from, "to": to}));
    }
    let problem = read_json(&file).unwrap_err();
    assert_eq!(problem.at, "links");
    assert!(["api → b → c → api", "b → c → api → b", "c → api → b → c"].iter().any(|ring| problem.message.contains(ring)), "{problem}");
}

#[test]
fn the_journal_must_fit_the_diagram() {
    refused_with("/journal/0/at_ns", json!(1000000001), "journal[1].at_ns", "before the entry above it");
    refused_with("/journal/0/node", json!("nobody"), "journal[0].node", "there is no node \"nobody\"");
    refused_with("/journal/2/link", json!("nolink"), "journal[2].link", "there is no link \"nolink\"");
    refused_with("/journal/0/fault", json!("melt"), "journal[0].fault", "must be one of crash, restart");
    refused_with("/journal/3/edit", json!("paint"), "journal[3].edit", "must be one of add_node");
    refused_with("/journal/0", json!({"at_ns": 1}), "journal[0]", "either a field fault or a field edit");
    refused_with("/journal/0", json!({"at_ns": 1, "fault": "crash", "edit": "move"}), "journal[0]", "both");
    refused_with("/journal/0", json!({"at_ns": 1, "edit": "move", "id": "db", "x": 1, "y": 1}), "journal[0].edit", "not in the journal");
    refused_with("/journal/0", json!({"at_ns": 1, "edit": "remove_node", "id": "db"}), "journal[0].id", "still has link");
    refused_with("/journal/4/node/id", json!("api"), "journal[4].node.id", "already a node");
    refused_with("/journal/4/node/params", json!({"x": 1}), "journal[4].node.params.x", "known are");
    refused_with("/journal/5/link/to", json!("x"), "journal[5].link.to", "there is no node");
    refused_with("/journal/5/link", json!({"id": "n", "from": "api", "to": "db"}), "journal[5].link", "already linked");
    refused_with("/journal/-", json!({"at_ns": 3000000002u64, "fault": "crash", "node": "api2"}), "journal[15].node", "no node");
    refused_with("/journal/-", json!({"at_ns": 4000000000u64, "fault": "flush", "node": "db"}), "journal[15].node", "only a cache");
    let doc = Document { journal: vec![(SimTime(1), Entry::Edit(Edit::Move { id: "a".into(), x: 0.0, y: 0.0 }))], ..Document::default() };
    assert!(read(&write(&doc)).is_err());
}

#[test]
fn numbers_that_are_none() {
    let text = good().to_string();
    for (word, message) in
        [("NaN", "NaN is not a number"), ("Infinity", "Infinity is not"), ("-Infinity", "Infinity is not"), ("1e999", "too large")]
    {
        let problem = read(&text.replacen("\"x\":240", &format!("\"x\":{word}"), 1)).unwrap_err();
        assert!(problem.at.starts_with("nodes[1].x (line 1 column"), "{problem}");
        assert!(problem.message.contains(message), "{word}: {problem}");
    }
    for v in [f64::NAN, f64::INFINITY] {
        let mut doc = read(&text).unwrap();
        doc.nodes[0].x = v;
        assert_eq!(validate(&doc).unwrap_err().first().at, "nodes[0].x");
        doc.nodes[0].x = 0.0;
        doc.view.zoom = v;
        assert_eq!(validate(&doc).unwrap_err().first().at, "view.zoom");
    }
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let text = good().to_string().replacen("\"x\":240", "\"x\":1,\"x\":240", 1);
    let problem = read(&text).unwrap_err();
    assert_eq!((problem.at.as_str(), problem.message.as_str()), ("nodes[1].x", "is there twice"));
}

#[test]
fn truncated_text_is_refused_at_every_length() {
    let text = write(&read_json(&good()).unwrap());
    let end = text.trim_end().len();
    for cut in (0..end).filter(|i| text.is_char_boundary(*i)) {
        let problem = read(&text[..cut]).unwrap_err();
        assert!(problem.message.contains("ends here") || problem.message.contains("empty"), "{cut}: {problem}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let text = good().to_string().replacen("\"clarity\":[1", &format!("\"clarity\":[{deep}"), 1);
        let problem = read(&text).unwrap_err();
        assert!(problem.message.contains("nested too deeply"), "{problem}");
        assert!(problem.to_string().len() < 300, "{problem}");
    }
}

#[test]
fn a_million_nodes_are_refused_at_once() {
    let node = "{},";
    let text = format!(r#"{{"format":"faultline","version":1,"nodes":[{}{{}}],"links":[]}}"#, node.repeat(1_000_000));
    let problem = read(&text).unwrap_err();
    assert_eq!(problem.to_string(), "nodes: there are more than 2000 nodes");
    let text = text.replacen("nodes", "anything", 1);
    assert_eq!(read(&text).unwrap_err().to_string(), "anything: there are more than 10000 entries in a list");
    let lists = format!(r#"{{"format":"faultline","version":1,"anything":[{}[]]}}"#, format!("[{}0],", "0,".repeat(9_000)).repeat(120));
    assert!(read(&lists).unwrap_err().message.contains("more than 1000000 values"));
    let long = format!("{{\"format\":\"{}\"}}", "x".repeat(9 << 20));
    assert!(read(&long).unwrap_err().message.contains("at most 8388608 are read"));
    for (list, limit) in [("links", 8_000), ("journal", 10_000), ("groups", 500), ("notes", 500)] {
        let text = format!(r#"{{"format":"faultline","version":1,"{list}":[{}{{}}]}}"#, node.repeat(limit));
        assert!(read(&text).unwrap_err().message.contains(&format!("more than {limit}")));
    }
}

#[test]
fn the_largest_legal_diagram_is_read() {
    let node = |i: usize| json!({"id": format!("n{i}"), "kind": "service", "name": format!("N {i}"), "x": i % 50 * 200, "y": i / 50 * 120});
    let ends = (0..2000usize).flat_map(|i| (1..=4).map(move |d| (i, i + d))).filter(|(_, to)| *to < 2000);
    let link = |(a, b): (usize, usize)| json!({"id": format!("{a}-{b}"), "from": format!("n{a}"), "to": format!("n{b}")});
    let file = json!({
        "format": "faultline", "version": 1,
        "nodes": (0..2000).map(node).collect::<Vec<_>>(),
        "links": ends.map(link).collect::<Vec<_>>(),
        "journal": (0..10_000).map(|i| json!({"at_ns": i, "fault": "crash", "node": format!("n{}", i % 2000)})).collect::<Vec<_>>(),
    });
    let doc = read_json(&file).unwrap();
    assert_eq!(doc.nodes.len(), 2000);
    let mut more = file.clone();
    more["journal"].as_array_mut().unwrap()[9_999] = json!({"at_ns": 20_000, "edit": "add_node", "node": node(2000)});
    assert!(read_json(&more).unwrap_err().message.contains("at most 2000 nodes"));
}

#[test]
fn every_starter_is_read_and_written_without_a_change() {
    for scenario in faultline::lab::scenarios::scenarios() {
        let doc = read(scenario.json).unwrap_or_else(|problem| panic!("{}: {problem}", scenario.id));
        assert_eq!(read(&write(&doc)).unwrap(), stripped(&doc), "{}", scenario.id);
    }
}

//! Texts that would unfold to far more than they are: what is too much is refused before it takes memory, with a reason.
//! Memory is counted at the allocator, which all threads share: each test waits for the one before it, from its first line.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine as _;
use faultline::diagram::Document;
use faultline::editor::{fragment, share};
use faultline::files::read;
use serde_json::{json, Value as Json};
use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;
/// All that is allocated while the largest text is read that is not too long, whether it is given back or not.
const MOST: usize = 400 * MIB;

/// What a test holds from its first line: what it makes to be read is counted in nobody else's work.
fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The outcome of a piece of work, and all the memory that it asked for in MiB.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let region = Region::new(ALLOCATOR);
    let out = work();
    let asked = region.change();
    (out, asked.bytes_allocated / MIB)
}

fn packed(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9))
}

/// A compact tree with these nodes, links and table.
fn tree(nodes: &str, links: &str, table: &str) -> String {
    format!(r#"[1,"Bomb",1,[0,0,1],0,{nodes},{links},[],{table}]"#)
}

/// Columns of so many nodes of a kind with the first parameters of the table.
fn nodes(count: usize, kind: &str) -> String {
    let column = |item: &str| format!("[{}]", vec![item; count].join(","));
    let ids: Vec<String> = (0..count).map(|i| format!("\"n{i}\"")).collect();
    let names = column("\"N\"");
    format!(r#"[["{kind}"],{},{names},[{}],1,{},{},{}]"#, column("0"), ids.join(","), column("0"), column("0"), column("1"))
}

#[track_caller]
fn refused(link: &str, most: usize, message: &str) {
    let (outcome, asked) = counted(|| share::decode(link));
    println!("a link of {} characters: {asked} MiB", link.len());
    let problem = outcome.expect_err("was read");
    assert!(problem.to_string().contains(message), "{problem}");
    assert!(asked <= most, "a link of {} characters asked for {asked} MiB", link.len());
}

#[test]
fn parameters_that_stand_once_are_not_repeated_for_thousands_of_nodes() {
    let _alone = alone();
    // Each of 2,000 nodes of an unknown kind, whose parameters are anything at all, with 100,000 values.
    let list = format!("[{}]", vec!["0"; 10_000].join(","));
    let table = format!(r#"[{{"a":[{}]}}]"#, [list.as_str(); 10].join(","));
    let link = packed(&tree(&nodes(2_000, "oracle"), "[[],[],[],[]]", &table));
    assert!(link.len() < 20_000, "{}", link.len());
    refused(&link, 30, "more than a diagram can be");
    // And of a text of 200,000 letters: 400 MB of text.
    let table = format!(r#"[{{"a":"{}"}}]"#, "x".repeat(200_000));
    refused(&packed(&tree(&nodes(2_000, "oracle"), "[[],[],[],[]]", &table)), 10, "more than a diagram can be");
}

#[test]
fn nor_for_thousands_of_links() {
    let _alone = alone();
    let columns = |item: &str| format!("[{}]", vec![item; 8_000].join(","));
    let list = format!("[{}]", vec!["0"; 10_000].join(","));
    let table = format!(r#"[{{"latency":{{"law":"empirical","values_ms":{list}}}}}]"#);
    let links = format!("[{},{},{},{}]", columns("0"), columns("0"), columns("0"), columns("1"));
    refused(&packed(&tree(&nodes(1, "service"), &links, &table)), 15, "more than a diagram can be");
}

#[test]
fn columns_are_as_long_as_there_may_be_rows() {
    let _alone = alone();
    for (count, most) in [(2_001, 10), (100_000, 10)] {
        let link = packed(&tree(&nodes(count, "service"), "[[],[],[],[]]", "[]"));
        refused(&link, most, "there are more than 2000 nodes");
    }
    let columns = |item: &str| format!("[{}]", vec![item; 8_001].join(","));
    let links = format!("[{},{},{},{}]", columns("0"), columns("0"), columns("0"), columns("0"));
    refused(&packed(&tree(&nodes(1, "service"), &links, "[]")), 10, "there are more than 8000 links");
    let settings = format!("[{}]", vec!["{}"; 10_001].join(","));
    refused(&packed(&tree(&nodes(1, "service"), "[[],[],[],[]]", &settings)), 10, "there are more than 10000 settings");
    let journal = format!(r#"[1,"B",1,[0,0,1],0,{},[[],[],[],[]],[{}],[]]"#, nodes(1, "service"), vec!["0"; 10_001].join(","));
    refused(&packed(&journal), 10, "there are more than 10000 journal entries");
    let framed =
        |groups: &str, notes: &str| packed(&format!(r#"[2,"B",1,[0,0,1],0,{},[[],[],[],[]],[],[],{groups},{notes}]"#, nodes(1, "service")));
    let many = format!("[{}]", vec!["[]"; 501].join(","));
    refused(&framed(&many, "[]"), 10, "there are more than 500 groups");
    refused(&framed("[]", &many), 10, "there are more than 500 notes");
    let members = format!(r#"[["g","box","G",0,0,99,99,0,0,0,[{}]]]"#, vec!["0"; 2_001].join(","));
    refused(&framed(&members, "[]"), 10, "there are more than 2000 nodes");
}

#[test]
fn ids_and_kinds_are_short_before_they_are_repeated() {
    let _alone = alone();
    let long = "k".repeat(199_000);
    refused(&packed(&tree(&nodes(2_000, &long), "[[],[],[],[]]", "[{}]")), 10, "the link is damaged");
    let columns = |item: &str| format!("[{}]", vec![item; 8_000].join(","));
    let links = format!("[{},{},{},{}]", columns("0"), columns("0"), columns("0"), columns("0"));
    let node = format!(r#"[["service"],[0],["N"],["{long}"],1,[0],[0],[0]]"#);
    refused(&packed(&tree(&node, &links, "[]")), 10, "the link is damaged");
    // A group's id, which is in each node that lies in it.
    let members: Vec<String> = (0..2_000).map(|i| i.to_string()).collect();
    let group = format!(r#"[["{long}","box","G",0,0,99,99,0,0,0,[{}]]]"#, members.join(","));
    let link = packed(&format!(r#"[2,"B",1,[0,0,1],0,{},[[],[],[],[]],[],[{{}}],{group},[]]"#, nodes(2_000, "service")));
    refused(&link, 10, "the link is damaged");
}

#[test]
fn the_smallest_and_the_largest_links_that_hold_too_much() {
    let _alone = alone();
    // Deflate packs a thousandfold: eight mebibytes and one byte.
    let text = " ".repeat(8 * MIB + 1);
    let link = packed(&text);
    assert!(link.len() < 12_000, "{}", link.len());
    refused(&link, 40, "more than a diagram can be");
    refused(&packed(&" ".repeat(64 * MIB)), 40, "more than a diagram can be");
    refused(&"A".repeat(8 * MIB + 1), 1, "too long");
    // As many values as fit in eight mebibytes of text, in lists that are not too long.
    let list = format!("[{}]", vec!["0"; 9_999].join(","));
    let many = |list: &str, count: usize| packed(&format!(r#"[1,[{}]]"#, vec![list; count].join(",")));
    refused(&many(&list, 410), MOST / MIB, "more than 1000000 values");
    let objects = format!("[{}]", vec!["{}"; 9_999].join(","));
    refused(&many(&objects, 270), MOST / MIB, "more than 1000000 values");
    for open in ["[", "{\"a\":"] {
        refused(&packed(&open.repeat(8 * MIB / open.len())), 60, "nested too deeply");
    }
}

#[test]
fn a_file_with_the_same_in_it_is_refused_as_early() {
    let _alone = alone();
    let file = |nodes: Json| json!({"format": "faultline", "version": 2, "nodes": nodes, "links": []}).to_string();
    let node = |params: Json| json!({"id": "a", "kind": "service", "name": "A", "x": 0, "y": 0, "params": params});
    let values = |n: usize| json!({"service_time": {"law": "empirical", "values_ms": vec![1; n]}});
    let said = |text: &str, most: usize, message: &str| {
        let (outcome, asked) = counted(|| read(text));
        println!("a file of {} bytes: {asked} MiB", text.len());
        let problem = outcome.expect_err("was read").to_string();
        assert!(problem.contains(message), "{problem}");
        assert!(asked <= most, "{asked} MiB for {} bytes: {problem}", text.len());
        let (outcome, asked) = counted(|| fragment::paste(&Document::default(), text, None));
        let pasted = outcome.expect_err("was pasted");
        assert!(pasted.contains(message), "{pasted}");
        assert!(asked <= most, "{asked} MiB for a fragment of {} bytes", text.len());
    };
    assert!(read(&file(json!([node(values(10_000))]))).is_ok());
    said(&file(json!([node(values(10_001))])), 3, "nodes[0].params.service_time.values_ms: there are more than 10000 entries in a list");
    said(&file(json!([node(values(2_000_000))])), 3, "more than 10000 entries in a list");
    let clients = |trace: String| json!({"id": "a", "kind": "clients", "name": "A", "x": 0, "y": 0, "params": {"trace": trace}});
    said(&file(json!([clients("1,1\n".repeat(50_001))])), 6, "more than 200000 characters");
    said(&file(json!([clients("1,1\n".repeat(1_500_000))])), 40, "more than 200000 characters");
    let mixture = (0..60).fold(json!({"law": "constant", "value_ms": 1}), |law, _| json!({"law": "mixture", "parts": [[1, law]]}));
    said(&file(json!([node(json!({"service_time": mixture}))])), 3, "");
    let fields: serde_json::Map<String, Json> = (0..10_001).map(|i| (format!("f{i}"), json!(0))).collect();
    said(&file(json!([node(fields.into())])), 20, "more than 10000 fields in an object");
}

//! Share links: short enough for chat programs, and clear about what is wrong with a damaged one.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use faultline::diagram::Document;
use faultline::editor::{commands, share, Editor};
use faultline::engine::SimTime;
use faultline::files::stripped;
use serde_json::json;

/// Forty nodes as a learner would have them: a shop with many services, on the grid, some settings changed.
fn forty_nodes() -> Document {
    let mut editor = Editor::new(Document { title: "Marketplace".into(), seed: 7, ..Document::default() });
    let names = ["Orders", "Payments", "Catalogue", "Search", "Basket", "Accounts", "Shipping", "Reviews"];
    let add = |editor: &mut Editor, kind: &str, name: &str, x: f64, y: f64| {
        let (step, id) = commands::add_node(editor.diagram(), kind, x, y);
        editor.perform(step, SimTime::ZERO).unwrap();
        editor.perform(commands::rename(editor.diagram(), &id, name).unwrap(), SimTime::ZERO).unwrap();
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
    assert!(problem.to_string().contains("more than a diagram"), "{problem}");
}

#[test]
fn a_cut_off_link_is_said_to_be_cut_off() {
    let link = share::encode(&forty_nodes());
    let problem = share::decode(&link[..link.len() / 2]).unwrap_err();
    assert!(problem.to_string().contains("cut off") || problem.to_string().contains("damaged"), "{problem}");
    assert!(share::decode("").unwrap_err().to_string().contains("holds no diagram"));
    assert!(share::decode("hello world").unwrap_err().to_string().contains("damaged"));
}

//! Geometry: what one points at is what one gets.

use super::*;
use crate::diagram::{Link, View};

fn node(id: &str, x: f64, y: f64) -> Node {
    Node { id: id.into(), kind: "service".into(), name: id.into(), x, y, params: Default::default(), group: None }
}

/// `a` on the left, `b` to its right, `c` below `a`, `d` far below to the right.
fn four() -> Document {
    let link = |from: &str, to: &str| Link { id: format!("{from}{to}"), from: from.into(), to: to.into(), params: Default::default() };
    Document {
        nodes: vec![node("a", 0.0, 0.0), node("b", 400.0, 8.0), node("c", 16.0, 240.0), node("d", 800.0, 640.0)],
        links: vec![link("a", "b"), link("a", "c"), link("b", "d")],
        ..Document::default()
    }
}

fn curve(d: &Document, link: usize) -> Curve {
    let end = |id: &str| card(d.node(id).unwrap());
    curve_between(&end(&d.links[link].from), &end(&d.links[link].to), 0.0)
}

fn close(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6
}

#[test]
fn snapping_ends_on_the_grid_whatever_comes_in() {
    assert_eq!([3.9, 4.1, -11.0, 8.0].map(snap), [0.0, 8.0, -8.0, 8.0]);
    assert_eq!([f64::NAN, f64::INFINITY, -1e300].map(snap), [0.0, 0.0, -1e6]);
}

#[test]
fn links_leave_and_enter_at_the_facing_edges() {
    let d = four();
    let ends = |i: usize| {
        let curve = curve(&d, i);
        (curve.point_at(0.0), curve.point_at(1.0))
    };
    assert_eq!(ends(0), ((152.0, 40.0), (400.0, 48.0)));
    assert_eq!(ends(1), ((76.0, 80.0), (92.0, 240.0)));
    let back = curve_between(&card(&d.nodes[1]), &card(&d.nodes[0]), 0.0);
    assert_eq!((back.point_at(0.0), back.point_at(1.0)), ((400.0, 48.0), (152.0, 40.0)));
}

#[test]
fn an_even_share_of_the_way_is_an_even_length() {
    let d = four();
    let curve = curve(&d, 2);
    let step = |i: i32| {
        let (a, b) = (curve.point_along(f64::from(i) / 50.0), curve.point_along(f64::from(i + 1) / 50.0));
        ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt()
    };
    let even = curve.length() / 50.0;
    assert!((0..50).all(|i| (step(i) / even - 1.0).abs() < 0.03));
    assert!(close(curve.point_along(-1.0), curve.point_at(0.0)) && close(curve.point_along(2.0), curve.point_at(1.0)));
}

#[test]
fn direction_points_along_the_link() {
    let d = four();
    let (x, y) = curve(&d, 0).direction_at(0.0);
    assert!(x > 0.99 && y.abs() < 0.1);
    let here = Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
    assert!(curve_between(&here, &here, 0.0).direction_at(0.5).0.is_finite());
}

#[test]
fn zooming_keeps_what_is_under_the_pointer() {
    let view = View { x: -30.0, y: 12.0, zoom: 0.8 };
    for by in [0.001, 0.5, 1.1, 100.0] {
        let zoomed = zoom_at(view, 300.0, 200.0, by);
        assert!((MIN_ZOOM..=MAX_ZOOM).contains(&zoomed.zoom));
        assert!(close(to_diagram(view, 300.0, 200.0), to_diagram(zoomed, 300.0, 200.0)));
    }
    let (x, y) = to_diagram(view, 17.0, 4.0);
    assert!(close(to_screen(view, x, y), (17.0, 4.0)));
    assert!(close(to_diagram(pan(view, 10.0, -5.0), 27.0, -1.0), (x, y)));
}

#[test]
fn fitting_shows_every_card_in_the_middle() {
    let d = four();
    let size = (900.0, 600.0);
    let view = fit(&d, size);
    for n in &d.nodes {
        let (x, y) = to_screen(view, n.x, n.y);
        let (right, bottom) = to_screen(view, n.x + CARD.0, n.y + CARD.1);
        assert!(x >= 0.0 && y >= 0.0 && right <= size.0 && bottom <= size.1);
    }
    let middle = bounds(&d).unwrap().centre();
    assert!(close(to_screen(view, middle.0, middle.1), (450.0, 300.0)));
    assert_eq!(fit(&Document::default(), size), View::default());
    assert!(fit(&d, (0.0, 0.0)).x.is_finite());
}

#[test]
fn arrow_keys_lead_to_the_nearest_node_in_their_direction() {
    let d = four();
    let to = |id: &str, direction| spatial_neighbour(&d, id, direction);
    assert_eq!(to("a", Direction::Right), Some("b"));
    assert_eq!(to("a", Direction::Down), Some("c"));
    assert_eq!(to("a", Direction::Left), None);
    assert_eq!(to("c", Direction::Up), Some("a"));
    assert_eq!(to("d", Direction::Left), Some("c"));
    assert_eq!(to("nobody", Direction::Left), None);
}

#[test]
fn new_cards_cover_no_others() {
    let mut d = Document::default();
    for i in 0..30 {
        let (x, y) = free_spot(&d, 5.0, 5.0);
        let spot = Rect { x, y, width: CARD.0, height: CARD.1 };
        assert!(!d.nodes.iter().any(|n| card(n).touches(&spot)));
        d.nodes.push(node(&format!("n{i}"), x, y));
    }
}

#[test]
fn a_card_that_would_cover_another_moves_just_aside() {
    let mut d = four();
    assert_eq!(clear_spot(&d, (600.0, 300.0), None), (600.0, 300.0));
    // Mostly to the right of `a`: goes on to the right of it.
    assert_eq!(clear_spot(&d, (120.0, 8.0), None), (168.0, 8.0));
    assert_eq!(clear_spot(&d, (8.0, 64.0), None), (8.0, 96.0));
    // A card does not stand in its own way.
    assert_eq!(clear_spot(&d, (8.0, 0.0), Some("a")), (8.0, 0.0));
    // In a crowd too.
    for i in 0..40 {
        let (x, y) = clear_spot(&d, (404.0, 12.0), None);
        assert!(!d.nodes.iter().any(|n| (n.x - x).abs() < CARD.0 && (n.y - y).abs() < CARD.1), "{i}: {x}, {y}");
        d.nodes.push(node(&format!("n{i}"), x, y));
    }
}

#[test]
fn arrow_keys_lead_to_frames_too() {
    let mut d = four();
    let frame = Group {
        id: "zone".into(),
        kind: crate::diagram::GroupKind::Zone,
        name: "Zone".into(),
        x: -24.0,
        y: -40.0,
        width: 200.0,
        height: 144.0,
        parent: None,
        collapsed: false,
        place: None,
    };
    d.groups.push(frame.clone());
    let to = |from: (f64, f64), direction| spatial_thing(&d, from, &Selection::default(), direction);
    assert_eq!(to(card(&d.nodes[0]).centre(), Direction::Up), Some(Selection::group("zone")));
    assert_eq!(to(foothold(&frame), Direction::Down), Some(Selection::node("a")));
    assert_eq!(to(card(&d.nodes[0]).centre(), Direction::Right), Some(Selection::node("b")));
}

#[test]
fn links_between_the_same_two_are_seen_apart() {
    let mut d = four();
    let first = d.links[0].clone();
    assert!(lanes(&d).is_empty());
    d.links.push(crate::diagram::Link { id: "second".into(), ..first.clone() });
    let lanes = lanes(&d);
    assert_eq!(lanes.len(), 2);
    let apart = lanes["second"] - lanes[first.id.as_str()];
    assert!(apart > 20.0 && lanes["second"] + lanes[first.id.as_str()] == 0.0, "{lanes:?}");
    let rect = |x: f64, y: f64| Rect { x, y, width: CARD.0, height: CARD.1 };
    let here = rect(0.0, 0.0);
    // Beside, below, and below with a card between: the curves begin on the cards and stay apart all the way.
    for (there, between) in [(rect(400.0, 40.0), None), (rect(0.0, 300.0), None), (rect(0.0, 400.0), Some(rect(0.0, 200.0)))] {
        let curve = |aside: f64| curve_among(&here, &there, [Some(here), Some(there), between].into_iter().flatten(), aside);
        let (a, b) = (curve(lanes[first.id.as_str()]), curve(lanes["second"]));
        for i in 0..=10 {
            let gap = b.distance(a.point_at(f64::from(i) / 10.0));
            assert!(gap > 8.0, "{there:?} {i}: {gap}");
        }
        for end in [a.points[0], b.points[0]] {
            assert!(here.grown(0.01).contains(end), "{end:?}");
        }
    }
}

//! Links: thicker with the logarithm of flow; a cut one shows its gap; one to a crashed node is broken.
//! Knows no packet.

use web_sys::CanvasRenderingContext2d as Pen;

use super::{chip, cross, dashes, trace, Picture};
use crate::app::canvas::colours::Colours;
use crate::app::canvas::curve::Curve;
use crate::app::canvas::scene::Scene;
use crate::editor::geometry::CARD;
use crate::lab::frame::{Health, LinkFrame, NodeFrame};

/// Share of failures from which a link is tinted.
const FAILING: f64 = 0.02;

pub(super) fn paint(pen: &Pen, picture: &Picture, scene: &Scene, colours: &Colours) {
    for (id, curve) in &scene.curves {
        let link = picture.frame.links.iter().find(|l| l.id == *id);
        let selected = picture.selection.links.contains(id);
        one(pen, picture, colours, curve, link, selected, ends_down(picture, scene, curve));
    }
    dashes(pen, &[]);
    if let Some((curve, fits)) = &picture.draft {
        pen.set_stroke_style_str(if *fits { &colours.accent } else { &colours.link_strong });
        pen.set_line_width(2.0);
        dashes(pen, &[6.0, 5.0]);
        trace(pen, picture, curve);
        pen.stroke();
        dashes(pen, &[]);
    }
}

fn one(pen: &Pen, picture: &Picture, colours: &Colours, curve: &Curve, link: Option<&LinkFrame>, selected: bool, down: bool) {
    let rate = link.map_or(0.0, |l| l.rate_per_s);
    let replication = link.is_some_and(|l| l.replication);
    let cut = link.is_some_and(|l| l.cut);
    let failing = link.map_or(0.0, |l| l.failed_share);
    let zoom = picture.scale();
    let width = if replication { 1.5 } else { 1.5 + 1.0 * libm::log10(1.0 + rate) } * zoom;

    if selected {
        pen.set_stroke_style_str(&colours.accent);
        pen.set_global_alpha(0.28);
        pen.set_line_width(width + 8.0);
        trace(pen, picture, curve);
        pen.stroke();
        pen.set_global_alpha(1.0);
    }
    let colour = match (cut || down, replication) {
        (true, _) => &colours.bad,
        (_, true) => &colours.odd,
        _ => &colours.link,
    };
    pen.set_stroke_style_str(colour);
    pen.set_line_width(if down || cut { 1.75 * zoom } else { width });
    if down || cut {
        dashes(pen, &[2.0, 6.0]);
    } else if replication {
        dashes(pen, &[1.0, 5.0]);
    } else {
        dashes(pen, &[]);
    }
    trace(pen, picture, curve);
    pen.stroke();
    dashes(pen, &[]);
    if !cut && !down && failing > FAILING {
        pen.set_stroke_style_str(&colours.bad);
        pen.set_global_alpha((0.25 + failing * 0.6).min(0.8));
        trace(pen, picture, curve);
        pen.stroke();
        pen.set_global_alpha(1.0);
    }
    head(pen, picture, curve, if cut || down || replication { colour } else { &colours.link_strong });
    if cut {
        gap(pen, picture, colours, curve);
    }
}

/// A small head, so that who calls whom can be seen at rest.
fn head(pen: &Pen, picture: &Picture, curve: &Curve, colour: &str) {
    let zoom = picture.scale();
    let (x, y) = picture.screen(curve.points[3]);
    let (dx, dy) = curve.direction_at(1.0);
    let (length, half) = (7.0 * zoom, 3.6 * zoom);
    pen.begin_path();
    pen.move_to(x, y);
    pen.line_to(x - dx * length - dy * half, y - dy * length + dx * half);
    pen.line_to(x - dx * length + dy * half, y - dy * length - dx * half);
    pen.close_path();
    pen.set_fill_style_str(colour);
    pen.fill();
}

fn gap(pen: &Pen, picture: &Picture, colours: &Colours, curve: &Curve) {
    let middle = picture.screen(curve.point_at(0.5));
    pen.set_fill_style_str(&colours.page);
    pen.begin_path();
    let _ = pen.arc(middle.0, middle.1, 15.0, 0.0, std::f64::consts::TAU);
    pen.fill();
    pen.set_stroke_style_str(&colours.bad);
    pen.set_line_width(2.5);
    cross(pen, middle, 5.0);
    chip(pen, picture.chip_size(), (middle.0, middle.1 - 22.0), t!("cut"), &colours.bad, &colours.on_bad, &colours.font);
}

fn ends_down(picture: &Picture, scene: &Scene, curve: &Curve) -> bool {
    let down = |n: &NodeFrame| matches!(n.health, Health::Down(_));
    let (w, h) = CARD;
    let end = curve.points[3];
    picture.frame.nodes.iter().filter(|n| down(n)).any(|n| {
        scene.cards.get(&n.id).is_some_and(|c| end.0 >= c.0 - 1.0 && end.0 <= c.0 + w + 1.0 && end.1 >= c.1 - 1.0 && end.1 <= c.1 + h + 1.0)
    })
}

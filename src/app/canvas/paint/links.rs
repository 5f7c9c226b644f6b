//! Links: thicker with the logarithm of flow; a cut one shows its gap; one to a crashed node is broken.
//! Knows no packet.

use std::collections::BTreeSet;

use web_sys::CanvasRenderingContext2d as Pen;

use super::{chip, cross, dashes, trace, Picture};
use crate::app::canvas::colours::Colours;
use crate::app::canvas::curve::Curve;
use crate::app::canvas::route::Route;
use crate::app::canvas::scene::Scene;
use crate::lab::frame::{Health, LinkFrame, NodeFrame};
use crate::order::{Gather, Ordered};

/// Share of failures from which a link is tinted.
const FAILING: f64 = 0.02;

/// How a link is drawn: whole, as a replication log, as what leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stroke {
    Whole,
    Replication,
    Broken,
}

/// How a link looks, in steps that the eye cannot tell apart: links that look alike are one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Style {
    stroke: Stroke,
    /// Eighths of a pixel at scale 1.
    width: u16,
    /// How strongly failures tint it, in sixteenths.
    tint: u8,
    cut: bool,
    selected: bool,
}

/// The looks of the frame's links that are seen.
pub(super) fn styles(picture: &Picture, scene: &Scene, routes: &[Option<&Route>]) -> Vec<Style> {
    let down = |n: &&NodeFrame| matches!(n.health, Health::Down(..)) && scene.cards.contains_key(&n.id);
    let down: BTreeSet<&str> = picture.frame.nodes.iter().filter(down).map(|n| n.id.as_str()).gather();
    let known = picture.frame.links.iter().zip(routes).filter_map(|(link, route)| Some((link, (*route)?)));
    let style = |(link, route): (&LinkFrame, &Route)| {
        let broken = link.cut || down.contains(route.to.as_str());
        let (stroke, width) = match (broken, link.replication) {
            (true, _) => (Stroke::Broken, 1.75),
            (_, true) => (Stroke::Replication, 1.5),
            _ => (Stroke::Whole, 1.5 + libm::log10(1.0 + link.rate_per_s)),
        };
        let tint = if !broken && link.failed_share > FAILING { (0.25 + link.failed_share * 0.6).min(0.8) } else { 0.0 };
        Style {
            stroke,
            width: libm::round(width * 8.0) as u16,
            tint: libm::round(tint * 16.0) as u8,
            cut: link.cut,
            selected: picture.selection.links.contains(&link.id),
        }
    };
    known.map(style).collect()
}

/// Draws the links; `styles` are those of [`styles`] for the same routes.
pub(super) fn paint(pen: &Pen, picture: &Picture, routes: &[Option<&Route>], styles: &[Style], colours: &Colours) {
    let seen = picture.area(40.0);
    let mut links: Vec<(Style, &Route)> = styles.iter().copied().zip(routes.iter().copied().flatten()).collect();
    links.retain(|(_, route)| route.touches(seen));
    links.order_by_key(|(style, _)| *style);
    let zoom = picture.scale();
    let colour = |stroke: Stroke| match stroke {
        Stroke::Whole => &colours.link,
        Stroke::Replication => &colours.odd,
        Stroke::Broken => &colours.bad,
    };
    let width = |s: &Style| f64::from(s.width) / 8.0 * zoom;
    pen.set_stroke_style_str(&colours.accent);
    pen.set_global_alpha(0.28);
    for (style, route) in links.iter().filter(|(s, _)| s.selected) {
        pen.set_line_width(width(style) + 8.0);
        pen.begin_path();
        trace(pen, picture, &route.curve);
        pen.stroke();
    }
    pen.set_global_alpha(1.0);
    for alike in links.chunk_by(|(a, _), (b, _)| (a.stroke, a.width) == (b.stroke, b.width)) {
        let style = alike[0].0;
        pen.set_stroke_style_str(colour(style.stroke));
        pen.set_line_width(width(&style));
        dashes(
            pen,
            match style.stroke {
                Stroke::Whole => &[],
                Stroke::Replication => &[1.0, 5.0],
                Stroke::Broken => &[2.0, 6.0],
            },
        );
        stroke_all(pen, picture, alike);
    }
    dashes(pen, &[]);
    pen.set_stroke_style_str(&colours.bad);
    for alike in links.chunk_by(|(a, _), (b, _)| (a.stroke, a.width, a.tint) == (b.stroke, b.width, b.tint)) {
        let style = alike[0].0;
        if style.tint > 0 {
            pen.set_line_width(width(&style));
            pen.set_global_alpha(f64::from(style.tint) / 16.0);
            stroke_all(pen, picture, alike);
        }
    }
    pen.set_global_alpha(1.0);
    for alike in links.chunk_by(|(a, _), (b, _)| a.stroke == b.stroke) {
        pen.begin_path();
        for (_, route) in alike {
            head(pen, picture, &route.curve);
        }
        pen.set_fill_style_str(match alike[0].0.stroke {
            Stroke::Whole => &colours.link_strong,
            other => colour(other),
        });
        pen.fill();
    }
    for (_, route) in links.iter().filter(|(s, _)| s.cut) {
        gap(pen, picture, colours, &route.curve);
    }
    if let Some((curve, fits)) = &picture.draft {
        pen.set_stroke_style_str(if *fits { &colours.accent } else { &colours.link_strong });
        pen.set_line_width(2.0);
        dashes(pen, &[6.0, 5.0]);
        pen.begin_path();
        trace(pen, picture, curve);
        pen.stroke();
        dashes(pen, &[]);
    }
}

fn stroke_all(pen: &Pen, picture: &Picture, links: &[(Style, &Route)]) {
    pen.begin_path();
    for (_, route) in links {
        trace(pen, picture, &route.curve);
    }
    pen.stroke();
}

/// A small head, so that who calls whom can be seen at rest: into the path.
fn head(pen: &Pen, picture: &Picture, curve: &Curve) {
    let zoom = picture.scale();
    let (x, y) = picture.screen(curve.points[3]);
    let (dx, dy) = curve.direction_at(1.0);
    let (length, half) = (7.0 * zoom, 3.6 * zoom);
    pen.move_to(x, y);
    pen.line_to(x - dx * length - dy * half, y - dy * length + dx * half);
    pen.line_to(x - dx * length + dy * half, y - dy * length - dx * half);
    pen.close_path();
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

//! Packets on links and requests that wait before a node: shape says what, fill says which way, colour repeats it.
//! Knows no mark.

use std::f64::consts::{FRAC_PI_4, TAU};

use web_sys::CanvasRenderingContext2d as Pen;

use super::{cross, Picture};
use crate::app::canvas::colours::Colours;
use crate::app::canvas::curve::{Curve, Point};
use crate::app::canvas::scene::Scene;
use crate::editor::geometry::CARD;
use crate::lab::frame::{Packet, PacketFate, PacketKind};

/// Half the distance between what goes and what comes back, in diagram pixels.
pub(super) const LANE: f64 = 3.5;
/// Most pips before a node.
const PIPS: usize = 12;
const PIP_ROWS: usize = 4;

/// Draws the packets and remembers where.
pub(super) fn paint(pen: &Pen, picture: &Picture, scene: &mut Scene, colours: &Colours) {
    scene.packets.clear();
    let curves: Vec<Option<&Curve>> = picture.frame.links.iter().map(|l| scene.curves.get(&l.id)).collect();
    // Control traffic first: it is the ground that requests move on.
    for control in [true, false] {
        for packet in picture.frame.packets.iter().filter(|p| (p.kind == PacketKind::Control) == control) {
            let Some(curve) = curves.get(packet.link).copied().flatten() else { continue };
            let at = place(picture, curve, packet);
            if at.0 < -20.0 || at.1 < -20.0 || at.0 > picture.size.0 + 20.0 || at.1 > picture.size.1 + 20.0 {
                continue;
            }
            let wrong = matches!(packet.fate, PacketFate::Error | PacketFate::StaleReply);
            pen.set_global_alpha(if wrong { picture.strength.max(0.8) } else { picture.strength });
            one(pen, picture, colours, packet, at);
            if let Some(request) = packet.request {
                scene.packets.push((at, request));
            }
        }
    }
    pen.set_global_alpha(1.0);
}

fn place(picture: &Picture, curve: &Curve, packet: &Packet) -> Point {
    let t = if packet.forward { packet.progress } else { 1.0 - packet.progress }.clamp(0.0, 1.0);
    let (x, y) = curve.point_along(t);
    let (dx, dy) = curve.direction_at(t);
    let side = if packet.forward { LANE } else { -LANE };
    picture.screen((x + dy * side, y - dx * side))
}

fn one(pen: &Pen, picture: &Picture, colours: &Colours, packet: &Packet, (x, y): Point) {
    let scale = picture.scale();
    if picture.request.is_some() && packet.request == picture.request {
        pen.set_stroke_style_str(&colours.accent);
        pen.set_line_width(2.0);
        pen.begin_path();
        let _ = pen.arc(x, y, 10.5 * scale, 0.0, TAU);
        pen.stroke();
    }
    let colour = picture.colour_by.of(packet, picture.frame, picture.keepers, colours);
    pen.set_stroke_style_str(colour);
    pen.set_line_width(2.0 * scale.min(1.15));
    if packet.fate == PacketFate::Error && packet.kind != PacketKind::Control {
        pen.set_line_width(2.8 * scale);
        cross(pen, (x, y), 4.2 * scale);
    } else {
        shape(pen, packet.kind, (x, y), scale);
        pen.set_fill_style_str(if packet.fate == PacketFate::Reply && packet.kind != PacketKind::Control {
            colour
        } else {
            &colours.surface
        });
        pen.fill();
        pen.stroke();
        if packet.fate == PacketFate::StaleReply {
            hatch(pen, (x, y), scale);
        }
    }
    if packet.attempt > 1 && packet.kind != PacketKind::Control {
        pen.set_font(&format!("700 10px {}", colours.font));
        pen.set_text_align("center");
        pen.set_text_baseline("middle");
        pen.set_line_width(3.0);
        pen.set_stroke_style_str(&colours.page);
        let text = packet.attempt.to_string();
        let _ = pen.stroke_text(&text, x + 9.0 * scale, y - 8.0 * scale);
        pen.set_fill_style_str(&colours.ink);
        let _ = pen.fill_text(&text, x + 9.0 * scale, y - 8.0 * scale);
    }
}

fn shape(pen: &Pen, kind: PacketKind, (x, y): Point, scale: f64) {
    pen.begin_path();
    match kind {
        PacketKind::Read => {
            let _ = pen.arc(x, y, 4.6 * scale, 0.0, TAU);
        }
        PacketKind::Write => {
            let r = 4.2 * scale;
            pen.rect(x - r, y - r, 2.0 * r, 2.0 * r);
        }
        PacketKind::Message => {
            let r = 5.4 * scale;
            pen.move_to(x, y - r);
            pen.line_to(x + 0.9 * r, y + 0.7 * r);
            pen.line_to(x - 0.9 * r, y + 0.7 * r);
            pen.close_path();
        }
        PacketKind::Control => {
            let r = 4.0 * scale;
            pen.move_to(x, y - r);
            pen.line_to(x + r, y);
            pen.line_to(x, y + r);
            pen.line_to(x - r, y);
            pen.close_path();
        }
    }
}

fn hatch(pen: &Pen, (x, y): Point, scale: f64) {
    pen.set_line_width(1.3 * scale);
    pen.begin_path();
    for offset in [-2.6, 0.0, 2.6] {
        // A chord at 45 degrees, inside the circle.
        let half = libm::sqrt((4.0f64 * 4.0 - offset * offset).max(0.0)) * scale;
        let (ox, oy) = (offset * scale * libm::cos(FRAC_PI_4), offset * scale * libm::sin(FRAC_PI_4));
        let d = half * libm::cos(FRAC_PI_4);
        pen.move_to(x + ox - d, y + oy + d);
        pen.line_to(x + ox + d, y + oy - d);
    }
    pen.stroke();
}

/// Draws waiting requests as pips on the entry side.
pub(super) fn paint_waiting(pen: &Pen, picture: &Picture, scene: &Scene, colours: &Colours) {
    let zoom = picture.view.zoom;
    let (pitch, r) = (9.0 * zoom, (3.0 * zoom).max(1.5));
    for node in picture.frame.nodes.iter().filter(|n| n.queue > 0) {
        let Some(card) = scene.cards.get(&node.id) else { continue };
        let full = node.queue_limit.is_some_and(|limit| node.queue >= limit);
        let (left, middle) = picture.screen((card.0, card.1 + CARD.1 / 2.0));
        let top = middle - 5.0 * zoom - PIP_ROWS as f64 * pitch;
        pen.set_line_width((1.4 * zoom).max(1.0));
        pen.set_stroke_style_str(if full { &colours.bad } else { &colours.read });
        pen.set_fill_style_str(&colours.surface);
        for i in 0..node.queue.min(PIPS) {
            let (column, row) = ((i / PIP_ROWS) as f64, (i % PIP_ROWS) as f64);
            pen.begin_path();
            let _ = pen.arc(left - 8.0 * zoom - column * pitch, top + (PIP_ROWS as f64 - 0.5 - row) * pitch, r, 0.0, TAU);
            pen.fill();
            pen.stroke();
        }
        if node.queue > PIPS {
            pen.set_font(&format!("600 {}px {}", (10.0 * zoom).clamp(9.0, 13.0), colours.font));
            pen.set_text_align("right");
            pen.set_text_baseline("bottom");
            pen.set_fill_style_str(if full { &colours.bad } else { &colours.quiet });
            let text = if full { t!("%{n} full", n = node.queue) } else { t!("%{n} waiting", n = node.queue) };
            let _ = pen.fill_text(&text, left - 5.0 * zoom, top - 1.0);
        }
    }
}

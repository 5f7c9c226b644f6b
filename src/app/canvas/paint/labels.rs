//! Figures beside what is drawn: which attempt a packet is, how many requests wait before a node.
//! Knows no shape.

use web_sys::CanvasRenderingContext2d as Pen;

use super::shapes::{PIPS, PIP_ROWS};
use super::Picture;
use crate::app::canvas::colours::Colours;
use crate::app::canvas::route::Route;
use crate::app::canvas::scene::Scene;
use crate::editor::geometry::CARD;
use crate::lab::frame::{NodeFrame, Packet, PacketKind};

fn is_retry(packet: &Packet) -> bool {
    packet.attempt > 1 && packet.kind != PacketKind::Control
}

fn overflows(node: &NodeFrame) -> bool {
    node.queue > PIPS
}

/// Whether there is anything to write.
pub(super) fn any(picture: &Picture) -> bool {
    picture.frame.nodes.iter().any(overflows) || picture.frame.packets.iter().any(is_retry)
}

pub(super) fn paint(pen: &Pen, picture: &Picture, scene: &Scene, routes: &[Option<&Route>], colours: &Colours) {
    waiting(pen, picture, scene, colours);
    attempts(pen, picture, routes, colours);
}

fn attempts(pen: &Pen, picture: &Picture, routes: &[Option<&Route>], colours: &Colours) {
    let scale = picture.scale();
    let (width, height) = picture.size;
    pen.set_font(&format!("700 10px {}", colours.font));
    pen.set_text_align("center");
    pen.set_text_baseline("middle");
    pen.set_line_width(3.0);
    pen.set_stroke_style_str(&colours.page);
    pen.set_fill_style_str(&colours.ink);
    pen.set_global_alpha(picture.strength);
    for packet in picture.frame.packets.iter().filter(|p| is_retry(p)) {
        let Some(route) = routes.get(packet.link).copied().flatten() else { continue };
        let (x, y) = picture.screen(route.place(packet.progress, packet.forward));
        if x < -20.0 || y < -20.0 || x > width + 20.0 || y > height + 20.0 {
            continue;
        }
        let text = packet.attempt.to_string();
        let _ = pen.stroke_text(&text, x + 9.0 * scale, y - 8.0 * scale);
        let _ = pen.fill_text(&text, x + 9.0 * scale, y - 8.0 * scale);
    }
    pen.set_global_alpha(1.0);
}

fn waiting(pen: &Pen, picture: &Picture, scene: &Scene, colours: &Colours) {
    let zoom = picture.view.zoom;
    pen.set_font(&format!("600 {}px {}", (10.0 * zoom).clamp(9.0, 13.0), colours.font));
    pen.set_text_align("right");
    pen.set_text_baseline("bottom");
    for node in picture.frame.nodes.iter().filter(|n| overflows(n)) {
        let Some(card) = scene.cards.get(&node.id) else { continue };
        let full = node.queue_limit.is_some_and(|limit| node.queue >= limit);
        let (left, middle) = picture.screen((card.0, card.1 + CARD.1 / 2.0));
        let top = middle - 5.0 * zoom - PIP_ROWS as f64 * 9.0 * zoom;
        pen.set_fill_style_str(if full { &colours.bad } else { &colours.quiet });
        let text = if full { t!("%{n} full", n = node.queue) } else { t!("%{n} waiting", n = node.queue) };
        let _ = pen.fill_text(&text, left - 5.0 * zoom, top - 1.0);
    }
}

//! Marks: a cross and a chip where something went wrong, with the reason; they fade.
//! Knows no packet.

use std::collections::BTreeMap;

use web_sys::CanvasRenderingContext2d as Pen;

use super::{chip, cross, Picture};
use crate::app::canvas::colours::Colours;
use crate::app::canvas::curve::Point;
use crate::app::canvas::scene::Scene;
use crate::app::words::translate;
use crate::editor::geometry::CARD;
use crate::lab::frame::{Event, Tone};

/// How long a mark is seen.
pub const LIFE_MS: f64 = 2_600.0;
/// How long it fades at the end.
const FADE_MS: f64 = 700.0;

struct Group<'a> {
    event: &'a Event,
    count: usize,
    born_ms: f64,
}

/// Whether there is a mark to draw.
pub(super) fn any(picture: &Picture) -> bool {
    picture.marks.iter().any(|m| picture.wall_ms - m.born_ms < LIFE_MS)
}

pub(super) fn paint(pen: &Pen, picture: &Picture, scene: &Scene, colours: &Colours) {
    // Many failures at one place are one mark with a count.
    let mut groups: BTreeMap<(Option<&str>, Option<&str>, &str), Group> = BTreeMap::new();
    for mark in picture.marks.iter().filter(|m| picture.wall_ms - m.born_ms < LIFE_MS) {
        let event = &mark.event;
        // Recoveries of single requests are the normal case.
        if event.tone == Tone::Good && event.request.is_some() {
            continue;
        }
        let key = (event.link.as_deref(), event.node.as_deref(), event.what.as_str());
        let group = groups.entry(key).or_insert(Group { event, count: 0, born_ms: mark.born_ms });
        group.count += 1;
        group.born_ms = group.born_ms.max(mark.born_ms);
    }
    let mut stacked: BTreeMap<(Option<&str>, Option<&str>), usize> = BTreeMap::new();
    for ((link, node, what), group) in &groups {
        let Some((at, on_link)) = place(picture, scene, group.event) else { continue };
        let level = stacked.entry((*link, *node)).or_insert(0);
        let age = picture.wall_ms - group.born_ms;
        let alpha = ((LIFE_MS - age) / FADE_MS).clamp(0.0, 1.0);
        let rise = if picture.still { 0.0 } else { (1.0 - (age / 160.0).min(1.0)) * 5.0 };
        let (ground, ink) = match group.event.tone {
            Tone::Bad => (&colours.bad, &colours.on_bad),
            Tone::Odd => (&colours.odd, &colours.page),
            Tone::Good => (&colours.good, &colours.page),
        };
        pen.set_global_alpha(alpha);
        // Below a link, above a card: never over its name.
        let mut y = at.1 + rise + *level as f64 * if on_link { 22.0 } else { -22.0 };
        if on_link {
            if *level == 0 && group.event.tone == Tone::Bad {
                pen.set_stroke_style_str(ground);
                pen.set_line_width(2.8);
                cross(pen, at, 5.0);
            }
            y += 18.0;
        }
        let what = translate(what);
        let text = if group.count > 1 { format!("{what} ×{}", group.count) } else { what.into_owned() };
        chip(pen, picture.chip_size(), (at.0, y), &text, ground, ink, &colours.font);
        *level += 1;
    }
    pen.set_global_alpha(1.0);
}

fn place(picture: &Picture, scene: &Scene, event: &Event) -> Option<(Point, bool)> {
    if let Some(curve) = event.link.as_ref().and_then(|id| scene.curve(id)) {
        return Some((picture.screen(curve.point_at(0.62)), true));
    }
    let card = event.node.as_ref().and_then(|id| scene.places.get(id))?;
    let (x, y) = picture.screen((card.0 + CARD.0 / 2.0, card.1));
    Some(((x, y - 14.0), false))
}

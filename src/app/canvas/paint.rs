//! Draws one frame: links beneath the cards; waiting requests, packets and marks above them.
//! Reads the frame and the scene; changes only what the scene remembers of the drawing.

mod links;
mod marks;
mod packets;
mod streams;

pub use marks::LIFE_MS as MARK_LIFE_MS;
pub use streams::Streams;

use std::collections::VecDeque;
use std::f64::consts::FRAC_PI_2;

use web_sys::CanvasRenderingContext2d as Pen;

use crate::diagram::View;
use crate::editor::geometry::to_screen;
use crate::editor::Selection;
use crate::lab::frame::{Frame, RequestId};

use super::colours::Colours;
use super::curve::{Curve, Point};
use super::scene::Scene;
use super::tint::ColourBy;
use crate::app::session::Mark;

/// All that one drawing needs.
pub struct Picture<'a> {
    /// What colours the packets.
    pub colour_by: ColourBy,
    /// Nodes that keep data, in the order of their colours.
    pub keepers: &'a [String],
    /// The run.
    pub frame: &'a Frame,
    /// Marks that fade.
    pub marks: &'a VecDeque<Mark>,
    /// Where the canvas looks.
    pub view: View,
    /// Size of the canvas in CSS pixels.
    pub size: (f64, f64),
    /// Device pixels per CSS pixel.
    pub ratio: f64,
    /// What is selected.
    pub selection: &'a Selection,
    /// The request whose packets are ringed.
    pub request: Option<RequestId>,
    /// A link being drawn.
    pub draft: Option<(Curve, bool)>,
    /// How strongly packets are drawn: faint when they are too fast to follow.
    pub strength: f64,
    /// Wall clock.
    pub wall_ms: f64,
    /// No motion that only decorates.
    pub still: bool,
}

impl Picture<'_> {
    /// Size of the letters on a chip.
    fn chip_size(&self) -> f64 {
        (11.0 * self.view.zoom).clamp(9.0, 11.0)
    }

    /// Sizes that follow the zoom a little, so that shapes stay shapes.
    fn scale(&self) -> f64 {
        self.view.zoom.clamp(0.65, 1.5)
    }

    fn screen(&self, p: Point) -> Point {
        to_screen(self.view, p.0, p.1)
    }
}

/// Draws both layers.
pub fn paint(under: &Pen, over: &Pen, picture: &Picture, scene: &mut Scene) {
    if scene.colours.is_none() {
        scene.colours = Colours::read();
    }
    let Some(colours) = scene.colours.take() else { return };
    for pen in [under, over] {
        let _ = pen.set_transform(picture.ratio, 0.0, 0.0, picture.ratio, 0.0, 0.0);
        pen.clear_rect(0.0, 0.0, picture.size.0, picture.size.1);
        pen.set_line_cap("round");
        pen.set_line_join("round");
    }
    links::paint(under, picture, scene, &colours);
    streams::paint(under, picture, scene, &colours);
    packets::paint_waiting(over, picture, scene, &colours);
    packets::paint(over, picture, scene, &colours);
    marks::paint(over, picture, scene, &colours);
    scene.colours = Some(colours);
}

fn trace(pen: &Pen, picture: &Picture, curve: &Curve) {
    let [a, b, c, d] = curve.points.map(|p| picture.screen(p));
    pen.begin_path();
    pen.move_to(a.0, a.1);
    pen.bezier_curve_to(b.0, b.1, c.0, c.1, d.0, d.1);
}

fn dashes(pen: &Pen, lengths: &[f64]) {
    let array: js_sys::Array = lengths.iter().map(|l| wasm_bindgen::JsValue::from_f64(*l)).collect();
    let _ = pen.set_line_dash(&array);
}

/// A rounded label with a text in it, centred.
fn chip(pen: &Pen, size: f64, (x, y): Point, text: &str, ground: &str, ink: &str, font: &str) {
    pen.set_font(&format!("600 {size}px {font}"));
    let half = size * 0.82;
    let width = pen.measure_text(text).map_or(40.0, |m| m.width()) + 1.5 * half;
    let (left, right) = (x - width / 2.0 + half, x + width / 2.0 - half);
    pen.begin_path();
    let _ = pen.arc(left, y, half, FRAC_PI_2, 3.0 * FRAC_PI_2);
    let _ = pen.arc(right, y, half, -FRAC_PI_2, FRAC_PI_2);
    pen.close_path();
    pen.set_fill_style_str(ground);
    pen.fill();
    pen.set_fill_style_str(ink);
    pen.set_text_align("center");
    pen.set_text_baseline("middle");
    let _ = pen.fill_text(text, x, y + 0.5);
}

fn cross(pen: &Pen, (x, y): Point, r: f64) {
    pen.begin_path();
    pen.move_to(x - r, y - r);
    pen.line_to(x + r, y + r);
    pen.move_to(x + r, y - r);
    pen.line_to(x - r, y + r);
    pen.stroke();
}

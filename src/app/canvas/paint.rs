//! Draws one frame: links beneath the cards; waiting requests, packets and marks above them.
//! Reads the frame and the scene; changes only what the scene remembers of the drawing.

mod gl;
mod labels;
mod links;
mod marks;
mod plain;
mod shapes;
mod streams;

pub use marks::LIFE_MS as MARK_LIFE_MS;

use std::collections::VecDeque;
use std::f64::consts::FRAC_PI_2;

use web_sys::{CanvasRenderingContext2d as Pen, HtmlCanvasElement};

use crate::diagram::{Document, View};
use crate::editor::geometry::to_screen;
use crate::editor::Selection;
use crate::engine::SimTime;
use crate::lab::frame::{Frame, RequestId};

use super::colours::Colours;
use super::curve::{Curve, Point};
use super::route::Route;
use super::scene::Scene;
use super::tint::ColourBy;
use crate::app::session::Mark;
use gl::{Gl, Setting};
use links::Style;
use shapes::Shapes;

/// All that one drawing needs.
pub struct Picture<'a> {
    /// What colours the packets.
    pub colour_by: ColourBy,
    /// The diagram.
    pub diagram: &'a Document,
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

    /// What is seen of the diagram, and so much around it in CSS pixels: left, top, right, bottom.
    fn area(&self, around: f64) -> [f64; 4] {
        let (View { x, y, zoom, .. }, (width, height)) = (self.view, self.size);
        [x - around / zoom, y - around / zoom, x + (width + around) / zoom, y + (height + around) / zoom]
    }

    fn screen(&self, p: Point) -> Point {
        to_screen(self.view, p.0, p.1)
    }
}

/// What the painting keeps from frame to frame.
#[derive(Default)]
pub struct Kept {
    shapes: Shapes,
    gl: Option<Gl>,
    /// The canvas on which WebGL2 was tried last.
    tried: Option<HtmlCanvasElement>,
    /// How the links are drawn now.
    under: Option<Under>,
    /// Whether there is nothing on the uppermost canvas.
    blank: bool,
    /// Whether flows are remembered in the routes.
    streaming: bool,
    at: SimTime,
}

/// All that the canvas beneath the cards shows while no stream flows there.
#[derive(PartialEq)]
struct Under {
    styles: Vec<Style>,
    layouts: u64,
    view: View,
    size: (f64, f64),
    ratio: f64,
    draft: Option<(Curve, bool)>,
}

/// The canvases: beneath the cards, of the small shapes, above all.
pub struct Layers<'a> {
    /// Links and streams.
    pub under: &'a Pen,
    /// Packets and waiting requests, where there is WebGL2.
    pub shapes: &'a HtmlCanvasElement,
    /// Figures and marks; the shapes too, where there is none.
    pub over: &'a Pen,
}

/// Draws all layers, those that look the same left as they are.
pub fn paint(layers: &Layers, picture: &Picture, scene: &mut Scene, kept: &mut Kept) {
    if scene.colours.is_none() {
        scene.colours = Colours::read();
        kept.recolour();
    }
    let colours = scene.colours.take();
    if let Some(colours) = &colours {
        paint_in(layers, picture, scene, kept, colours);
    }
    scene.colours = colours;
}

fn paint_in(layers: &Layers, picture: &Picture, scene: &mut Scene, kept: &mut Kept, colours: &Colours) {
    let frame = picture.frame;
    let passed_s = if frame.now > kept.at { frame.now.since(kept.at).as_secs_f64() } else { 0.0 };
    kept.at = frame.now;
    streams::follow(frame, scene, &mut kept.streaming, passed_s);
    // Taken out while they are read, so that the scene can remember where packets are.
    let kept_routes = std::mem::take(&mut scene.routes);
    let routes: Vec<Option<&Route>> = frame.links.iter().map(|l| kept_routes.get(&l.id)).collect();

    let under = Under {
        styles: links::styles(picture, scene, &routes),
        layouts: scene.layouts,
        view: picture.view,
        size: picture.size,
        ratio: picture.ratio,
        draft: picture.draft,
    };
    if kept.streaming || kept.under.as_ref() != Some(&under) {
        ready(layers.under, picture);
        links::paint(layers.under, picture, &routes, &under.styles, colours);
        if kept.streaming {
            streams::paint(layers.under, picture, &routes, passed_s, colours);
        }
        // A stream moves: what was drawn with it is not what is drawn next.
        kept.under = (!kept.streaming).then_some(under);
    }

    kept.shapes.collect(picture, scene, &routes);
    let setting =
        Setting { size: picture.size, ratio: picture.ratio, zoom: picture.view.zoom, scale: picture.scale(), strength: picture.strength };
    let shown = kept.gl_of(layers.shapes).is_some_and(|(gl, shapes)| gl.draw(shapes.list(), setting, || colours.rgb()));
    let plainly = !shown && !kept.shapes.list().is_empty();
    let busy = plainly || labels::any(picture) || marks::any(picture);
    if busy || !kept.blank {
        ready(layers.over, picture);
    }
    if busy {
        if plainly {
            plain::draw(layers.over, kept.shapes.list(), setting, colours);
        }
        labels::paint(layers.over, picture, scene, &routes, colours);
    }
    kept.blank = !busy;
    scene.routes = kept_routes;
    if busy {
        marks::paint(layers.over, picture, scene, colours);
    }
}

impl Kept {
    fn recolour(&mut self) {
        self.under = None;
        if let Some(gl) = &mut self.gl {
            gl.recolour();
        }
    }

    /// WebGL2 on this canvas, tried once, and what it is to draw.
    fn gl_of(&mut self, canvas: &HtmlCanvasElement) -> Option<(&mut Gl, &Shapes)> {
        if self.tried.as_ref() != Some(canvas) {
            self.tried = Some(canvas.clone());
            self.gl = Gl::new(canvas);
        }
        self.gl.as_mut().map(|gl| (gl, &self.shapes))
    }
}

/// Empties a layer and readies its pen.
fn ready(pen: &Pen, picture: &Picture) {
    let _ = pen.set_transform(picture.ratio, 0.0, 0.0, picture.ratio, 0.0, 0.0);
    pen.clear_rect(0.0, 0.0, picture.size.0, picture.size.1);
    pen.set_line_cap("round");
    pen.set_line_join("round");
}

/// Into the path.
fn trace(pen: &Pen, picture: &Picture, curve: &Curve) {
    let [a, b, c, d] = curve.points.map(|p| picture.screen(p));
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

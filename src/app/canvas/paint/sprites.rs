//! Draws the small shapes where there is no WebGL2: each look is drawn once, then copied.
//! Knows numbers and a pen; what the shapes mean is said elsewhere.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Pen, HtmlCanvasElement};

use super::cross;
use super::gl::Setting;
use super::shapes::{Form, Look, Shape, Shapes};
use crate::app::canvas::colours::Colours;
use crate::app::dom;

/// Looks in a row of the sheet, and how many rows: more at once than any picture has.
const ROW: usize = 16;
const NONE: u8 = u8::MAX;

/// The sheet of looks that were drawn.
pub struct Sprites {
    sheet: HtmlCanvasElement,
    pen: Pen,
    /// Where each look is on the sheet.
    slots: Vec<u8>,
    used: u8,
    /// Device pixels per CSS pixel, scale and zoom of what is on it.
    drawn_for: (f64, f64, f64),
    /// Half a cell in CSS pixels.
    half: f64,
}

impl Sprites {
    /// An empty sheet.
    pub fn new() -> Option<Sprites> {
        let sheet: HtmlCanvasElement = dom::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
        let pen: Pen = sheet.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Sprites { sheet, pen, slots: vec![NONE; Look::KINDS], used: 0, drawn_for: (0.0, 0.0, 0.0), half: 0.0 })
    }

    /// Forgets what was drawn: the colours are other ones now.
    pub fn recolour(&mut self) {
        self.drawn_for = (0.0, 0.0, 0.0);
    }

    /// Draws these, the first at the bottom.
    pub fn draw(&mut self, onto: &Pen, shapes: &[Shape], setting: Setting, colours: &Colours) {
        let Setting { size, ratio, zoom, scale, strength } = setting;
        if self.drawn_for != (ratio, scale, zoom) {
            self.clear(ratio, scale, zoom);
        }
        let (half, cell) = (self.half, 2.0 * self.half);
        let pixels = libm::round(cell * ratio);
        let mut now = -1.0;
        for shape in shapes {
            let ((x, y), look) = Shapes::read(shape);
            let (x, y) = (x * zoom, y * zoom);
            if x < -half || y < -half || x > size.0 + half || y > size.1 + half {
                continue;
            }
            let alpha = match () {
                () if look.has(Look::FULL) => 1.0,
                () if look.has(Look::STRONG) => strength.max(0.8),
                () => strength,
            };
            if alpha != now {
                onto.set_global_alpha(alpha);
                now = alpha;
            }
            let slot = match self.slots[look.kind()] {
                NONE => self.add(look, colours),
                slot => usize::from(slot),
            };
            let from = ((slot % ROW) as f64 * pixels, (slot / ROW) as f64 * pixels);
            let _ = onto.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                &self.sheet,
                from.0,
                from.1,
                pixels,
                pixels,
                x - half,
                y - half,
                cell,
                cell,
            );
        }
        onto.set_global_alpha(1.0);
    }

    /// An empty sheet for these sizes.
    fn clear(&mut self, ratio: f64, scale: f64, zoom: f64) {
        // A whole number of device pixels, so that a look lies on the sheet as it lies on the canvas.
        let reach = (10.5 * scale + 2.0).max(4.5 * zoom + 2.0);
        self.half = libm::ceil(reach * ratio) / ratio;
        let side = (libm::round(2.0 * self.half * ratio) as u32) * ROW as u32;
        // Setting a size empties the canvas.
        self.sheet.set_width(side);
        self.sheet.set_height(side);
        let _ = self.pen.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        self.pen.set_line_cap("round");
        self.pen.set_line_join("round");
        self.slots.fill(NONE);
        self.used = 0;
        self.drawn_for = (ratio, scale, zoom);
    }

    /// Draws a look in the next free place of the sheet.
    fn add(&mut self, look: Look, colours: &Colours) -> usize {
        if self.used == NONE {
            let (ratio, scale, zoom) = self.drawn_for;
            self.clear(ratio, scale, zoom);
        }
        self.slots[look.kind()] = self.used;
        let slot = usize::from(self.used);
        self.used += 1;
        let cell = 2.0 * self.half;
        let middle = ((slot % ROW) as f64 * cell + self.half, (slot / ROW) as f64 * cell + self.half);
        let (_, scale, zoom) = self.drawn_for;
        one(&self.pen, look, middle, scale, zoom, colours);
        slot
    }
}

fn one(pen: &Pen, look: Look, (x, y): (f64, f64), scale: f64, zoom: f64, colours: &Colours) {
    let colour = colours.by_number(look.ink());
    pen.set_stroke_style_str(colour);
    pen.set_fill_style_str(if look.has(Look::FILLED) { colour } else { colours.by_number(0) });
    pen.set_line_width(2.0 * scale.min(1.15));
    let form = |f: Form| look.form() == f as u32;
    pen.begin_path();
    if form(Form::Cross) {
        pen.set_line_width(2.8 * scale);
        return cross(pen, (x, y), 4.2 * scale);
    } else if form(Form::Ring) {
        pen.set_line_width(2.0);
        let _ = pen.arc(x, y, 10.5 * scale, 0.0, TAU);
        return pen.stroke();
    } else if form(Form::Pip) {
        pen.set_line_width((1.4 * zoom).max(1.0));
        let _ = pen.arc(x, y, (3.0 * zoom).max(1.5), 0.0, TAU);
    } else if form(Form::Circle) {
        let _ = pen.arc(x, y, 4.6 * scale, 0.0, TAU);
    } else if form(Form::Square) {
        let r = 4.2 * scale;
        pen.rect(x - r, y - r, 2.0 * r, 2.0 * r);
    } else if form(Form::Triangle) {
        let r = 5.4 * scale;
        pen.move_to(x, y - r);
        pen.line_to(x + 0.9 * r, y + 0.7 * r);
        pen.line_to(x - 0.9 * r, y + 0.7 * r);
        pen.close_path();
    } else {
        let r = 4.0 * scale;
        pen.move_to(x, y - r);
        pen.line_to(x + r, y);
        pen.line_to(x, y + r);
        pen.line_to(x - r, y);
        pen.close_path();
    }
    pen.fill();
    pen.stroke();
    if look.has(Look::HATCHED) {
        hatch(pen, (x, y), scale);
    }
}

fn hatch(pen: &Pen, (x, y): (f64, f64), scale: f64) {
    pen.set_line_width(1.3 * scale);
    pen.begin_path();
    for offset in [-2.6, 0.0, 2.6] {
        // A chord at 45 degrees, inside the circle.
        let half = libm::sqrt((4.0f64 * 4.0 - offset * offset).max(0.0)) * scale;
        let (o, d) = (offset * scale * FRAC_1_SQRT_2, half * FRAC_1_SQRT_2);
        pen.move_to(x + o - d, y + o + d);
        pen.line_to(x + o + d, y + o - d);
    }
    pen.stroke();
}

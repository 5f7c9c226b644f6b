//! Draws the small shapes one by one on a plain canvas, where there is no WebGL2.
//! Knows numbers and a pen; what the shapes mean is said elsewhere.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use web_sys::CanvasRenderingContext2d as Pen;

use super::cross;
use super::gl::Setting;
use super::shapes::{Form, Look, Shape, Shapes};
use crate::app::canvas::colours::Colours;

/// Draws these. Colours change where the look does: changing them costs more than drawing.
pub fn draw(pen: &Pen, shapes: &[Shape], setting: Setting, colours: &Colours) {
    let Setting { size, zoom, scale, strength, .. } = setting;
    let margin = 10.5 * scale + 2.0;
    let seen = |(x, y): (f64, f64)| x > -margin && y > -margin && x < size.0 + margin && y < size.1 + margin;
    let placed = shapes.iter().map(Shapes::read).map(|((x, y), look)| (look, (x * zoom, y * zoom)));
    let list: Vec<(Look, (f64, f64))> = placed.filter(|(_, at)| seen(*at)).collect();
    for alike in list.chunk_by(|a, b| a.0 == b.0) {
        let look = alike[0].0;
        let colour = colours.by_number(look.ink());
        pen.set_stroke_style_str(colour);
        pen.set_fill_style_str(if look.has(Look::FILLED) { colour } else { colours.by_number(0) });
        pen.set_global_alpha(match () {
            () if look.has(Look::FULL) => 1.0,
            () if look.has(Look::STRONG) => strength.max(0.8),
            () => strength,
        });
        let line = match () {
            () if look.is(Form::Cross) => 2.8 * scale,
            () if look.is(Form::Ring) => 2.0,
            () if look.is(Form::Pip) => (1.4 * zoom).max(1.0),
            () => 2.0 * scale.min(1.15),
        };
        pen.set_line_width(line);
        for (_, at) in alike {
            if look.is(Form::Cross) {
                cross(pen, *at, 4.2 * scale);
                continue;
            }
            pen.begin_path();
            outline(pen, look, *at, scale, zoom);
            if !look.is(Form::Ring) {
                pen.fill();
            }
            pen.stroke();
            if look.has(Look::HATCHED) {
                pen.set_line_width(1.3 * scale);
                hatch(pen, *at, scale);
                pen.set_line_width(line);
            }
        }
    }
    pen.set_global_alpha(1.0);
}

/// The outline of a form, into the path.
fn outline(pen: &Pen, look: Look, (x, y): (f64, f64), scale: f64, zoom: f64) {
    if look.is(Form::Square) {
        let r = 4.2 * scale;
        pen.rect(x - r, y - r, 2.0 * r, 2.0 * r);
    } else if look.is(Form::Triangle) {
        let r = 5.4 * scale;
        pen.move_to(x, y - r);
        pen.line_to(x + 0.9 * r, y + 0.7 * r);
        pen.line_to(x - 0.9 * r, y + 0.7 * r);
        pen.close_path();
    } else if look.is(Form::Diamond) {
        let r = 4.0 * scale;
        pen.move_to(x, y - r);
        pen.line_to(x + r, y);
        pen.line_to(x, y + r);
        pen.line_to(x - r, y);
        pen.close_path();
    } else {
        let radius = match () {
            () if look.is(Form::Pip) => (3.0 * zoom).max(1.5),
            () if look.is(Form::Ring) => 10.5 * scale,
            () => 4.6 * scale,
        };
        let _ = pen.arc(x, y, radius, 0.0, TAU);
    }
}

fn hatch(pen: &Pen, (x, y): (f64, f64), scale: f64) {
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

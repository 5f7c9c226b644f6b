//! Draws one chart on its canvas: axes, areas, lines, fault marks, crosshair.
//! Knows nothing of the run; colours come from the page's tokens.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::data::{Chart, ChartSet, Line};
use crate::app::panels::{format, scale};

const RIGHT: f64 = 4.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 16.0;

/// A fault's dotted line.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When, in seconds.
    pub at: f64,
    /// What: `Orders 2 crashed`.
    pub what: String,
    /// Token of its colour.
    pub token: &'static str,
}

/// Where the plot's inside is on the canvas, to turn pointer positions into moments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge of the inside, in CSS pixels.
    pub left: f64,
    /// Width of the inside.
    pub width: f64,
    /// Moment at the left edge, in seconds.
    pub from: f64,
    /// Moment at the right edge.
    pub to: f64,
}

impl Area {
    /// The moment under a pointer, in seconds.
    pub fn moment(&self, x: f64) -> Option<f64> {
        (self.width > 0.0).then(|| self.from + ((x - self.left) / self.width).clamp(0.0, 1.0) * (self.to - self.from))
    }

    fn x(&self, moment: f64) -> f64 {
        self.left + (moment - self.from) / (self.to - self.from).max(1e-9) * self.width
    }
}

/// Reads the page's colours once a drawing.
struct Inks {
    style: Option<web_sys::CssStyleDeclaration>,
}

impl Inks {
    fn of(canvas: &HtmlCanvasElement) -> Inks {
        Inks { style: web_sys::window().and_then(|w| w.get_computed_style(canvas).ok().flatten()) }
    }

    fn get(&self, token: &str) -> String {
        let value = self.style.as_ref().and_then(|s| s.get_property_value(token).ok()).unwrap_or_default();
        let value = value.trim();
        if value.is_empty() {
            "gray".into()
        } else {
            value.into()
        }
    }
}

/// Draws, and says where the inside is; `None` while the canvas has no size.
pub fn draw(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    set: &ChartSet,
    chart: &Chart,
    marks: &[Mark],
    cross: Option<f64>,
) -> Option<Area> {
    if width < 40.0 || height < 30.0 {
        return None;
    }
    let ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(1.0, 3.0);
    let (w, h) = ((width * ratio) as u32, (height * ratio) as u32);
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    let inks = Inks::of(canvas);
    let _ = pen.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    pen.clear_rect(0.0, 0.0, width, height);
    pen.set_font("10.5px system-ui, sans-serif");

    if chart.is_blank() {
        // Without a figure there is no axis either: its numbers would be invented.
        pen.set_fill_style_str(&inks.get("--ink-3"));
        pen.set_text_align("center");
        let _ = pen.fill_text(t!("nothing measured yet"), width / 2.0, height / 2.0);
        return Some(Area { left: 0.0, width, from: 0.0, to: set.end().max(1e-3) });
    }
    let top = chart.top();
    let levels = axis_levels(top, chart.unit, ((height - TOP - BOTTOM) / 28.0).clamp(1.0, 4.0) as usize);
    let ceiling = levels.last().copied().unwrap_or(1.0).max(top * 1.02);
    let labels: Vec<(f64, String)> = levels.iter().map(|v| (*v, format::with_unit(*v, axis_unit(chart.unit)))).collect();
    let gutter = labels.iter().filter_map(|(_, t)| pen.measure_text(t).ok()).map(|m| m.width()).fold(0.0, f64::max) + 8.0;
    let area = Area { left: gutter, width: width - gutter - RIGHT, from: 0.0, to: set.end().max(1e-3) };
    let bottom = height - BOTTOM;
    let y = |value: f64| bottom - (value / ceiling).clamp(0.0, 1.0) * (bottom - TOP);

    axes(&pen, &inks, &area, &labels, bottom, y);
    marks_lines(&pen, &inks, &area, marks, bottom);
    lines(&pen, &inks, &area, set, chart, y);
    if let Some(moment) = cross {
        crosshair(&pen, &inks, &area, set, chart, moment, bottom, y);
    }
    Some(area)
}

/// Round levels; percentages and counts get theirs.
fn axis_levels(top: f64, unit: &str, about: usize) -> Vec<f64> {
    match unit {
        "%" | "% ok" if top <= 1.0 => vec![0.0, 0.5, 1.0],
        _ => {
            let mut levels = scale::ticks(0.0, top, about);
            if let [.., last] = levels[..] {
                if last < top * 0.75 {
                    let step = levels.get(1).map_or(top, |v| v - levels[0]);
                    levels.push(last + step);
                }
            }
            levels
        }
    }
}

fn axis_unit(unit: &'static str) -> &'static str {
    match unit {
        "%" | "ms" => unit,
        "% ok" => "%",
        _ => "",
    }
}

fn axes(pen: &CanvasRenderingContext2d, inks: &Inks, area: &Area, labels: &[(f64, String)], bottom: f64, y: impl Fn(f64) -> f64) {
    pen.set_stroke_style_str(&inks.get("--line"));
    pen.set_fill_style_str(&inks.get("--ink-3"));
    pen.set_line_width(1.0);
    dash(pen, &[]);
    pen.set_text_align("right");
    pen.set_text_baseline("middle");
    for (value, text) in labels {
        let level = libm::round(y(*value)) + 0.5;
        segment(pen, area.left, level, area.left + area.width, level);
        let _ = pen.fill_text(text, area.left - 6.0, level);
    }
    pen.set_text_baseline("alphabetic");
    let moments = scale::time_ticks(area.from, area.to, (area.width / 64.0).max(1.0) as usize);
    for moment in moments {
        let x = area.x(moment);
        let text = scale::time_label(moment);
        let half = pen.measure_text(&text).map_or(12.0, |m| m.width()) / 2.0;
        pen.set_text_align("center");
        let _ = pen.fill_text(&text, x.clamp(area.left + half - 4.0, area.left + area.width - half + RIGHT), bottom + 13.0);
        segment(pen, x, bottom, x, bottom + 3.0);
    }
}

fn marks_lines(pen: &CanvasRenderingContext2d, inks: &Inks, area: &Area, marks: &[Mark], bottom: f64) {
    dash(pen, &[2.0, 3.0]);
    for mark in marks.iter().filter(|m| m.at <= area.to) {
        pen.set_stroke_style_str(&inks.get(mark.token));
        let x = libm::round(area.x(mark.at)) + 0.5;
        segment(pen, x, TOP - 2.0, x, bottom);
    }
    dash(pen, &[]);
}

/// The line's values on top of the stacked ones before it, per bucket.
fn heights(chart: &Chart, index: usize) -> Vec<Option<f64>> {
    let line = &chart.lines[index];
    if !line.stacked {
        return line.values.clone();
    }
    let below = chart.lines[..index].iter().filter(|l| l.stacked);
    let mut sum = line.values.clone();
    for other in below {
        for (total, value) in sum.iter_mut().zip(&other.values) {
            if let (Some(total), Some(value)) = (total.as_mut(), value) {
                *total += value;
            }
        }
    }
    sum
}

fn lines(pen: &CanvasRenderingContext2d, inks: &Inks, area: &Area, set: &ChartSet, chart: &Chart, y: impl Fn(f64) -> f64) {
    pen.set_line_join("round");
    let middle = |i: usize| set.spans.get(i).map_or(0.0, |(a, b)| (a + b) / 2.0);
    // Stacked areas from the tallest down, so that each covers its share.
    let order =
        (0..chart.lines.len()).rev().filter(|i| chart.lines[*i].stacked).chain((0..chart.lines.len()).filter(|i| !chart.lines[*i].stacked));
    for index in order {
        let line: &Line = &chart.lines[index];
        let heights = heights(chart, index);
        let colour = inks.get(line.ink.token);
        if line.stacked {
            pen.begin_path();
            pen.move_to(area.x(middle(0)), y(0.0));
            for (i, value) in heights.iter().enumerate() {
                pen.line_to(area.x(middle(i)), y(value.unwrap_or(0.0)));
            }
            pen.line_to(area.x(middle(heights.len().saturating_sub(1))), y(0.0));
            pen.set_global_alpha(0.22);
            pen.set_fill_style_str(&colour);
            pen.fill();
            pen.set_global_alpha(1.0);
        }
        pen.set_stroke_style_str(&colour);
        pen.set_line_width(1.6);
        dash(pen, line.ink.dash);
        pen.begin_path();
        let mut drawing = false;
        let mut lone = Vec::new();
        for (i, value) in heights.iter().enumerate() {
            let Some(value) = value else {
                drawing = false;
                continue;
            };
            let (px, py) = (area.x(middle(i)), y(*value));
            if drawing {
                pen.line_to(px, py);
            } else {
                pen.move_to(px, py);
                if heights.get(i + 1).copied().flatten().is_none() {
                    lone.push((px, py));
                }
            }
            drawing = true;
        }
        pen.stroke();
        dash(pen, &[]);
        pen.set_fill_style_str(&colour);
        for (px, py) in lone {
            dot(pen, px, py, 1.6);
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one drawing's context, used once")]
fn crosshair(
    pen: &CanvasRenderingContext2d,
    inks: &Inks,
    area: &Area,
    set: &ChartSet,
    chart: &Chart,
    moment: f64,
    bottom: f64,
    y: impl Fn(f64) -> f64,
) {
    let Some(bucket) = set.at(moment) else { return };
    let Some((start, end)) = set.spans.get(bucket) else { return };
    let x = area.x((start + end) / 2.0);
    pen.set_stroke_style_str(&inks.get("--ink-3"));
    pen.set_line_width(1.0);
    segment(pen, libm::round(x) + 0.5, TOP - 2.0, libm::round(x) + 0.5, bottom);
    for index in 0..chart.lines.len() {
        if let Some(value) = heights(chart, index).get(bucket).copied().flatten() {
            pen.set_fill_style_str(&inks.get(chart.lines[index].ink.token));
            dot(pen, x, y(value), 3.0);
        }
    }
}

fn segment(pen: &CanvasRenderingContext2d, x1: f64, y1: f64, x2: f64, y2: f64) {
    pen.begin_path();
    pen.move_to(x1, y1);
    pen.line_to(x2, y2);
    pen.stroke();
}

fn dot(pen: &CanvasRenderingContext2d, x: f64, y: f64, radius: f64) {
    pen.begin_path();
    let _ = pen.arc(x, y, radius, 0.0, std::f64::consts::TAU);
    pen.fill();
}

fn dash(pen: &CanvasRenderingContext2d, pattern: &[f64]) {
    let list: js_sys::Array = pattern.iter().map(|v| wasm_bindgen::JsValue::from_f64(*v)).collect();
    let _ = pen.set_line_dash(&list);
}

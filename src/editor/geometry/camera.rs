//! Where the canvas looks: between diagram points and screen points.
//! Knows no element.

use super::{bounds, Rect};
use crate::diagram::{Document, View};

/// Least zoom.
pub const MIN_ZOOM: f64 = 0.1;
/// Greatest zoom.
pub const MAX_ZOOM: f64 = 4.0;
/// Room left around a fitted diagram, in screen pixels.
const MARGIN: f64 = 48.0;
/// A fitted diagram is not blown up beyond this.
const FIT_ZOOM: f64 = 1.25;

/// The diagram point under a screen point.
pub fn to_diagram(view: View, x: f64, y: f64) -> (f64, f64) {
    (view.x + x / view.zoom, view.y + y / view.zoom)
}

/// The screen point at which a diagram point is seen.
pub fn to_screen(view: View, x: f64, y: f64) -> (f64, f64) {
    ((x - view.x) * view.zoom, (y - view.y) * view.zoom)
}

/// Zooms by a factor so that what is under the screen point stays there.
pub fn zoom_at(view: View, x: f64, y: f64, by: f64) -> View {
    let zoom = (view.zoom * by).clamp(MIN_ZOOM, MAX_ZOOM);
    let (under_x, under_y) = to_diagram(view, x, y);
    View { x: under_x - x / zoom, y: under_y - y / zoom, zoom }
}

/// Moves the picture by screen pixels.
pub fn pan(view: View, dx: f64, dy: f64) -> View {
    View { x: view.x - dx / view.zoom, y: view.y - dy / view.zoom, ..view }
}

/// The view that shows the whole diagram in a canvas of this size, in the middle.
pub fn fit(diagram: &Document, size: (f64, f64)) -> View {
    bounds(diagram).map_or_else(View::default, |area| fit_area(area, size))
}

/// The view that shows an area in a canvas of this size, in the middle.
pub fn fit_area(area: Rect, (width, height): (f64, f64)) -> View {
    let Rect { x, y, width: w, height: h } = area;
    if width < 1.0 || height < 1.0 {
        return View { x: x - MARGIN, y: y - MARGIN, zoom: 1.0 };
    }
    let room = |size: f64| (size - 2.0 * MARGIN).max(80.0);
    let zoom = (room(width) / w).min(room(height) / h).clamp(MIN_ZOOM, FIT_ZOOM);
    View { x: x + w / 2.0 - width / zoom / 2.0, y: y + h / 2.0 - height / zoom / 2.0, zoom }
}

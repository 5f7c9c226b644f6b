//! Where the canvas looks: between diagram points and screen points.
//! Knows no element.

use crate::diagram::{Document, View};

/// Size of a card in diagram pixels.
pub const CARD: (f64, f64) = (152.0, 80.0);
/// Least and greatest zoom.
const ZOOM: (f64, f64) = (0.1, 4.0);
/// Room left around a fitted diagram, in screen pixels.
const MARGIN: f64 = 48.0;
/// A fitted diagram is not blown up beyond this.
const FIT_ZOOM: f64 = 1.25;

/// The diagram point under a point of the canvas.
pub fn to_diagram(view: View, x: f64, y: f64) -> (f64, f64) {
    (view.x + x / view.zoom, view.y + y / view.zoom)
}

/// The point of the canvas at which a diagram point is seen.
pub fn to_screen(view: View, x: f64, y: f64) -> (f64, f64) {
    ((x - view.x) * view.zoom, (y - view.y) * view.zoom)
}

/// Zooms so that what is under the point stays there.
pub fn zoom_at(view: View, x: f64, y: f64, by: f64) -> View {
    let zoom = (view.zoom * by).clamp(ZOOM.0, ZOOM.1);
    let (dx, dy) = to_diagram(view, x, y);
    View { x: dx - x / zoom, y: dy - y / zoom, zoom }
}

/// Moves the view by screen pixels.
pub fn pan(view: View, dx: f64, dy: f64) -> View {
    View { x: view.x - dx / view.zoom, y: view.y - dy / view.zoom, ..view }
}

/// The view that shows the whole diagram in a canvas of this size.
pub fn fit(document: &Document, (width, height): (f64, f64)) -> View {
    let bounds = document.nodes.iter().fold(None, |bounds: Option<(f64, f64, f64, f64)>, n| {
        let (l, t, r, b) = bounds.unwrap_or((n.x, n.y, n.x, n.y));
        Some((l.min(n.x), t.min(n.y), r.max(n.x + CARD.0), b.max(n.y + CARD.1)))
    });
    let Some((left, top, right, bottom)) = bounds else { return View::default() };
    if width < 1.0 || height < 1.0 {
        return View { x: left - MARGIN, y: top - MARGIN, zoom: 1.0 };
    }
    let room = |size: f64| (size - 2.0 * MARGIN).max(80.0);
    let zoom = (room(width) / (right - left)).min(room(height) / (bottom - top)).clamp(ZOOM.0, FIT_ZOOM);
    View { x: (left + right - width / zoom) / 2.0, y: (top + bottom - height / zoom) / 2.0, zoom }
}

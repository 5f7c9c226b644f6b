//! Streams: when only a sample of the requests is drawn, each link shows the flow of all of them as dots in a row.
//! Their distance is that of the messages on the link, their speed is that of the messages. Costs the same whatever the flow.

use web_sys::CanvasRenderingContext2d as Pen;

use super::{dashes, Picture};
use crate::app::canvas::colours::Colours;
use crate::app::canvas::curve::Curve;
use crate::app::canvas::route::{Route, LANE};
use crate::app::canvas::scene::Scene;
use crate::app::canvas::stream::Stream;
use crate::lab::frame::Frame;
use crate::order::Ordered;

/// Dots nearer than this are drawn as a line, in CSS pixels.
const NEAREST: f64 = 4.0;

/// Lets the flows go on, `passed_s` of simulated time after the last frame; forgets them when every request is drawn.
pub(super) fn follow(frame: &Frame, scene: &mut Scene, streaming: &mut bool, passed_s: f64) {
    if frame.one_in <= 1 {
        if std::mem::take(streaming) {
            scene.routes.values_mut().for_each(|route| route.streams = Default::default());
        }
        return;
    }
    *streaming = true;
    for link in &frame.links {
        let Some(route) = scene.routes.get_mut(&link.id) else { continue };
        route.streams[0].follow(link.there, passed_s);
        route.streams[1].follow(link.back, passed_s);
    }
}

/// Draws the streams.
pub(super) fn paint(pen: &Pen, picture: &Picture, routes: &[Option<&Route>], passed_s: f64, colours: &Colours) {
    pen.set_global_alpha(0.55);
    pen.set_stroke_style_str(&colours.quiet);
    let seen = picture.area(0.0);
    let mut lines: Vec<(u16, &Route, f64)> = Vec::new();
    for route in routes.iter().copied().flatten().filter(|route| route.touches(seen)) {
        for (stream, side) in route.streams.iter().zip([1.0, -1.0]).filter(|(s, _)| s.messages > 0.05) {
            if let Some(width) = one(pen, picture, route, stream, passed_s, side) {
                lines.push((libm::round(width * 8.0) as u16, route, side));
            }
        }
    }
    dashes(pen, &[]);
    pen.set_line_dash_offset(0.0);
    // Lines of one width are one path.
    lines.order_by_key(|(width, ..)| *width);
    for alike in lines.chunk_by(|a, b| a.0 == b.0) {
        pen.set_line_width(f64::from(alike[0].0) / 8.0);
        pen.begin_path();
        for (_, route, side) in alike {
            trace_beside(pen, picture, &route.curve, side * LANE);
        }
        pen.stroke();
    }
    pen.set_global_alpha(1.0);
}

/// Draws a stream of dots, or says how wide a line it is.
fn one(pen: &Pen, picture: &Picture, route: &Route, stream: &Stream, passed_s: f64, side: f64) -> Option<f64> {
    let scale = picture.scale();
    let length = route.length * picture.view.zoom;
    let pitch = stream.pitch(length);
    let step = if stream.travel_s > 0.0 { passed_s / stream.travel_s * length } else { 0.0 };
    // Too near to be told apart, or moving so far between two frames that the eye would see another speed: a line, wider with the flow.
    if pitch < NEAREST || step > pitch * 0.5 {
        return Some((1.4 + libm::log2((NEAREST * 4.0 / pitch).max(1.0)) * 0.45).min(4.0) * scale);
    }
    dashes(pen, &[0.01, pitch]);
    pen.set_line_dash_offset(-side * stream.phase * length % pitch);
    pen.set_line_width(2.6 * scale);
    pen.begin_path();
    trace_beside(pen, picture, &route.curve, side * LANE);
    pen.stroke();
    None
}

/// The route of the messages in one direction, into the path: the curve, moved to its side.
fn trace_beside(pen: &Pen, picture: &Picture, curve: &Curve, side: f64) {
    let normal = |t: f64| {
        let (dx, dy) = curve.direction_at(t);
        (dy * side, -dx * side)
    };
    let ends = [normal(0.0), normal(0.0), normal(1.0), normal(1.0)];
    let mut points = curve.points;
    for (point, by) in points.iter_mut().zip(ends) {
        *point = picture.screen((point.0 + by.0, point.1 + by.1));
    }
    let [a, b, c, d] = points;
    pen.move_to(a.0, a.1);
    pen.bezier_curve_to(b.0, b.1, c.0, c.1, d.0, d.1);
}

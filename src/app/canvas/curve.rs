//! The way of a link on the canvas: a cubic Bezier between two cards.
//! Knows cards only as rectangles.

use super::camera::CARD;

/// A point.
pub type Point = (f64, f64);

/// A cubic Bezier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve(pub [Point; 4]);

impl Curve {
    /// The way from the card with this top left corner to that one.
    pub fn between(from: Point, to: Point) -> Curve {
        let (w, h) = CARD;
        let (fx, fy) = (from.0 + w / 2.0, from.1 + h / 2.0);
        let (tx, ty) = (to.0 + w / 2.0, to.1 + h / 2.0);
        let gap = (tx - fx).abs() - w;
        if gap > 16.0 {
            let side = (tx - fx).signum();
            let (a, b) = ((fx + side * w / 2.0, fy), (tx - side * w / 2.0, ty));
            let reach = side * (gap * 0.5).clamp(20.0, 120.0);
            return Curve([a, (a.0 + reach, a.1), (b.0 - reach, b.1), b]);
        }
        let drop = (ty - fy).abs() - h;
        let down = if ty >= fy { 1.0 } else { -1.0 };
        if drop > h * 1.25 {
            // Something may stand between: go round by the right.
            let (a, b) = ((fx + w / 2.0, fy + down * 12.0), (tx + w / 2.0, ty - down * 12.0));
            let out = a.0.max(b.0) + 34.0;
            return Curve([a, (out, a.1 + down * 20.0), (out, b.1 - down * 20.0), b]);
        }
        let (a, b) = ((fx, fy + down * h / 2.0), (tx, ty - down * h / 2.0));
        let reach = down * (drop * 0.4).clamp(8.0, 80.0);
        Curve([a, (a.0, a.1 + reach), (b.0, b.1 - reach), b])
    }

    /// A way from a card's edge to a free point, while a link is being drawn.
    pub fn to_point(from: Point, to: Point) -> Curve {
        let a = (from.0 + CARD.0, from.1 + CARD.1 / 2.0);
        let reach = ((to.0 - a.0).abs() * 0.5).clamp(20.0, 120.0);
        Curve([a, (a.0 + reach, a.1), (to.0 - reach, to.1), to])
    }

    /// The point at `t` from 0 to 1.
    pub fn at(&self, t: f64) -> Point {
        let u = 1.0 - t;
        let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        let [p, q, r, s] = self.0;
        (a * p.0 + b * q.0 + c * r.0 + d * s.0, a * p.1 + b * q.1 + c * r.1 + d * s.1)
    }

    /// The unit direction at `t`.
    pub fn direction(&self, t: f64) -> Point {
        let (a, b) = (self.at((t - 0.01).max(0.0)), self.at((t + 0.01).min(1.0)));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = libm::hypot(dx, dy).max(1e-9);
        (dx / length, dy / length)
    }

    /// The distance from a point.
    pub fn distance(&self, (x, y): Point) -> f64 {
        const STEPS: usize = 32;
        let mut best = f64::INFINITY;
        let mut before = self.at(0.0);
        for i in 1..=STEPS {
            let after = self.at(i as f64 / STEPS as f64);
            best = best.min(from_segment((x, y), before, after));
            before = after;
        }
        best
    }
}

fn from_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0) };
    libm::hypot(p.0 - a.0 - t * dx, p.1 - a.1 - t * dy)
}

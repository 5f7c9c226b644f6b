//! The curve of a link: a cubic Bezier between the facing edges of two cards.
//! Knows no drawing.

use super::Rect;

type Point = (f64, f64);

/// A cubic Bezier curve from the calling card's edge to the called card's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Start, two control points, end.
    pub points: [Point; 4],
}

/// Straight pieces that stand for the curve where it is measured.
const PIECES: usize = 24;

/// The curve between two cards: sideways where they stand side by side, up or down where one is above the other. It lies
/// `aside` of the middle, so that links between the same two are seen apart.
pub fn curve_between(from: &Rect, to: &Rect, aside: f64) -> Curve {
    let ((fx, fy), (tx, ty)) = (from.centre(), to.centre());
    let gap_x = (tx - fx).abs() - (from.width + to.width) / 2.0;
    let gap_y = (ty - fy).abs() - (from.height + to.height) / 2.0;
    let points = if gap_x >= gap_y || gap_x > 24.0 {
        let side = if tx >= fx { 1.0 } else { -1.0 };
        let (a, b) = ((fx + side * from.width / 2.0, fy + aside), (tx - side * to.width / 2.0, ty + aside));
        let reach = side * ((b.0 - a.0).abs() / 2.0).max(24.0);
        [a, (a.0 + reach, a.1), (b.0 - reach, b.1), b]
    } else {
        let side = if ty >= fy { 1.0 } else { -1.0 };
        let (a, b) = ((fx + aside, fy + side * from.height / 2.0), (tx + aside, ty - side * to.height / 2.0));
        let reach = side * ((b.1 - a.1).abs() / 2.0).max(16.0);
        [a, (a.0, a.1 + reach), (b.0, b.1 - reach), b]
    };
    Curve { points }
}

/// How far a way round keeps from the column.
const ROUND: f64 = 34.0;

/// The curve between two cards among others: where they stand far apart in one column, round what is between them.
pub fn curve_among(from: &Rect, to: &Rect, mut others: impl Iterator<Item = Rect>, aside: f64) -> Curve {
    let same_column = (from.x - to.x).abs() < from.width.min(to.width) / 2.0;
    let (top, bottom) = (from.y.min(to.y), from.y.max(to.y));
    let ((fx, fy), (tx, ty)) = (from.centre(), to.centre());
    let middle = (from.x + to.x) / 2.0;
    let between = |o: &Rect| (o.x - middle).abs() < o.width && o.y > top + o.height / 2.0 && o.y < bottom - o.height / 2.0;
    if !same_column || !others.any(|o| between(&o)) {
        return curve_between(from, to, aside);
    }
    let down = (ty - fy).signum();
    let (a, b) = ((fx + from.width / 2.0, fy + down * (12.0 - aside)), (tx + to.width / 2.0, ty - down * (12.0 - aside)));
    let out = a.0.max(b.0) + ROUND + aside;
    Curve { points: [a, (out, a.1 + down * 20.0), (out, b.1 - down * 20.0), b] }
}

impl Curve {
    /// The point at parameter `t` from 0 to 1.
    pub fn point_at(&self, t: f64) -> Point {
        let [a, b, c, d] = self.points;
        let u = 1.0 - t;
        let (wa, wb, wc, wd) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        (wa * a.0 + wb * b.0 + wc * c.0 + wd * d.0, wa * a.1 + wb * b.1 + wc * c.1 + wd * d.1)
    }

    /// The point after a share of the way, so that an even share per second is an even speed.
    pub fn point_along(&self, share: f64) -> Point {
        let share = share.clamp(0.0, 1.0);
        let mut left = share * self.length();
        let mut last = self.points[0];
        for i in 1..=PIECES {
            let next = self.point_at(i as f64 / PIECES as f64);
            let piece = distance(last, next);
            if left <= piece && piece > 0.0 {
                let part = left / piece;
                return (last.0 + part * (next.0 - last.0), last.1 + part * (next.1 - last.1));
            }
            left -= piece;
            last = next;
        }
        self.points[3]
    }

    /// The direction of travel at parameter `t`, of length 1; to the right where the curve stands still.
    pub fn direction_at(&self, t: f64) -> Point {
        let (a, b) = (self.point_at((t - 0.01).max(0.0)), self.point_at((t + 0.01).min(1.0)));
        match distance(a, b) {
            0.0 => (1.0, 0.0),
            d => ((b.0 - a.0) / d, (b.1 - a.1) / d),
        }
    }

    /// The length.
    pub fn length(&self) -> f64 {
        self.pieces().map(|(a, b)| distance(a, b)).sum()
    }

    /// How far a point is from the curve.
    pub fn distance(&self, point: Point) -> f64 {
        self.pieces().map(|(a, b)| to_segment(point, a, b)).fold(f64::INFINITY, f64::min)
    }

    /// The path in SVG's notation: `M0,0 C…`.
    pub fn svg(&self) -> String {
        let [a, b, c, d] = self.points;
        format!("M{},{} C{},{} {},{} {},{}", a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1)
    }

    fn pieces(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        (0..PIECES).map(|i| (self.point_at(i as f64 / PIECES as f64), self.point_at((i + 1) as f64 / PIECES as f64)))
    }
}

fn distance(a: Point, b: Point) -> f64 {
    ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).sqrt()
}

fn to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let squared = dx * dx + dy * dy;
    let t = if squared > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    distance(p, (a.0 + t * dx, a.1 + t * dy))
}

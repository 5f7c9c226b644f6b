//! The route of one link, measured once when it is laid out: so that thousands of packets find their places on it cheaply.
//! Knows no pen and no packet.

use super::curve::{Curve, Point};
use super::stream::Stream;

/// Half the distance between what goes and what comes back, in diagram pixels.
pub const LANE: f64 = 3.5;
/// Pieces of equal length in which a route is measured.
const STEPS: usize = 40;

/// A place on the route and the side to the left of it, half a lane long.
type Step = [f64; 4];

/// The route of one link.
#[derive(Clone, Debug)]
pub struct Route {
    /// The curve.
    pub curve: Curve,
    /// Id of the node that it leads to.
    pub to: String,
    /// Its length in diagram pixels.
    pub length: f64,
    /// The flows there and back as they were drawn last.
    pub(super) streams: [Stream; 2],
    /// What it does not leave: left, top, right, bottom.
    hull: [f64; 4],
    steps: Vec<Step>,
}

impl Route {
    /// The route along this curve.
    pub fn new(curve: Curve, to: &str) -> Route {
        let steps = measure(&curve);
        let gaps = steps.windows(2).map(|w| libm::hypot(w[1][0] - w[0][0], w[1][1] - w[0][1]));
        // The curve stays within the hull of its points.
        let outside = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let hull = curve.points.iter().fold(outside, |[l, t, r, b], p| [l.min(p.0), t.min(p.1), r.max(p.0), b.max(p.1)]);
        Route { length: gaps.sum(), curve, to: to.into(), streams: Default::default(), hull, steps }
    }

    /// The place of what has gone this share of the route, 0 to 1, on its side: what comes back has its own.
    pub fn place(&self, progress: f64, forward: bool) -> Point {
        let share = if forward { progress } else { 1.0 - progress };
        let at = share.clamp(0.0, 1.0) * STEPS as f64;
        let step = (at as usize).min(STEPS - 1);
        let (Some(a), Some(b)) = (self.steps.get(step), self.steps.get(step + 1)) else { return self.curve.points[0] };
        let part = at - step as f64;
        let side = if forward { 1.0 } else { -1.0 };
        let along = |i: usize| a[i] + (b[i] - a[i]) * part + side * (a[i + 2] + (b[i + 2] - a[i + 2]) * part);
        (along(0), along(1))
    }

    /// How far a point is from the route, if it is not farther than `reach`.
    pub fn within(&self, (x, y): Point, reach: f64) -> Option<f64> {
        self.touches([x - reach, y - reach, x + reach, y + reach]).then(|| self.curve.distance((x, y))).filter(|d| *d <= reach)
    }

    /// Whether it may come into an area: left, top, right, bottom.
    pub fn touches(&self, [left, top, right, bottom]: [f64; 4]) -> bool {
        let [l, t, r, b] = self.hull;
        l <= right && r >= left && t <= bottom && b >= top
    }
}

/// Places at equal distances along the curve, with their sides.
fn measure(curve: &Curve) -> Vec<Step> {
    const FINE: usize = STEPS * 3;
    let fine: Vec<Point> = (0..=FINE).map(|i| curve.point_at(i as f64 / FINE as f64)).collect();
    let mut run = Vec::with_capacity(fine.len());
    let mut length = 0.0;
    for (i, point) in fine.iter().enumerate() {
        let before = fine[i.saturating_sub(1)];
        length += libm::hypot(point.0 - before.0, point.1 - before.1);
        run.push(length);
    }
    let mut piece = 0;
    let step = |i: usize| {
        let wanted = length * i as f64 / STEPS as f64;
        while piece + 2 < fine.len() && run[piece + 1] < wanted {
            piece += 1;
        }
        let (a, b) = (fine[piece], fine[piece + 1]);
        let size = (run[piece + 1] - run[piece]).max(1e-9);
        let part = ((wanted - run[piece]) / size).clamp(0.0, 1.0);
        let (dx, dy) = curve.direction_at((piece as f64 + part) / FINE as f64);
        [a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part, dy * LANE, -dx * LANE]
    };
    (0..=STEPS).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bent() -> Route {
        Route::new(Curve { points: [(0.0, 0.0), (200.0, 0.0), (100.0, 300.0), (400.0, 300.0)] }, "b")
    }

    #[test]
    fn places_are_on_the_curve_and_a_lane_apart() {
        let route = bent();
        for i in 0..=100 {
            let t = f64::from(i) / 100.0;
            let (there, back) = (route.place(t, true), route.place(1.0 - t, false));
            let middle = ((there.0 + back.0) / 2.0, (there.1 + back.1) / 2.0);
            assert!(route.curve.distance(middle) < 0.8, "{t}: {middle:?}");
            assert!((libm::hypot(there.0 - back.0, there.1 - back.1) - 2.0 * LANE).abs() < 0.2);
        }
        let start = route.place(0.0, true);
        assert!(libm::hypot(start.0, start.1 + LANE) < 0.1, "{start:?}");
    }

    #[test]
    fn equal_shares_are_equal_distances() {
        let route = bent();
        let middles: Vec<Point> = (0..=20)
            .map(|i| {
                let t = f64::from(i) / 20.0;
                let (a, b) = (route.place(t, true), route.place(1.0 - t, false));
                ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
            })
            .collect();
        let usual = route.length / 20.0;
        for pair in middles.windows(2) {
            let gap = libm::hypot(pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            assert!((gap / usual - 1.0).abs() < 0.05, "{gap} of {usual}");
        }
    }

    #[test]
    fn near_is_what_the_curve_itself_says() {
        let route = bent();
        for (x, y) in [(0.0, 0.0), (180.0, 150.0), (500.0, 300.0), (200.0, 12.0), (390.0, 296.0)] {
            let exact = route.curve.distance((x, y));
            assert_eq!(route.within((x, y), 10.0), (exact <= 10.0).then_some(exact));
        }
    }
}

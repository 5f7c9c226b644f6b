//! A curve as a picture in SVG: means with their intervals over a parameter, single samples, theory's line, axes and a legend.
//! Given what it draws; knows no run.

use std::fmt::Write as _;

use super::svg::escaped;

/// A round value on an axis, with its text.
pub type Tick = (f64, String);

/// What is drawn. Everything is in the units of the axes.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Width and height.
    pub size: (f64, f64),
    /// Heading, over the picture.
    pub title: String,
    /// What the horizontal axis is.
    pub across: String,
    /// Whether the horizontal axis is logarithmic.
    pub log: bool,
    /// Intervals: at, low, high.
    pub band: Vec<(f64, f64, f64)>,
    /// Means, joined by a line.
    pub line: Vec<(f64, f64)>,
    /// Single samples.
    pub dots: Vec<(f64, f64)>,
    /// Theory's line, in pieces where it does not always apply.
    pub theory: Vec<Vec<(f64, f64)>>,
    /// What is set now.
    pub now: Option<f64>,
    /// Ends of the horizontal axis.
    pub range: (f64, f64),
    /// Upper end of the vertical axis, which begins at zero.
    pub top: f64,
    /// Ticks of the horizontal axis.
    pub across_ticks: Vec<Tick>,
    /// Ticks of the vertical axis.
    pub up_ticks: Vec<Tick>,
    /// Legend: of means with their intervals, of samples, of theory, of what is set now. An empty text is left out.
    pub legend: [String; 4],
}

/// Size of the picture on a wide page, and on a narrow one.
pub const SIZE: (f64, f64) = (760.0, 380.0);
/// The same on a narrow page, where texts would else be too small to read.
pub const NARROW: (f64, f64) = (400.0, 320.0);
const LEFT: f64 = 72.0;
const RIGHT: f64 = 22.0;
const TOP: f64 = 62.0;
const BOTTOM: f64 = 52.0;

impl Curve {
    fn x(&self, value: f64) -> f64 {
        let (from, to) = self.range;
        let share = match self.log && from > 0.0 {
            true => libm::log(value / from) / libm::log(to / from),
            false => (value - from) / (to - from),
        };
        let share = if share.is_finite() { share } else { 0.5 };
        LEFT + share.clamp(-0.01, 1.01) * (self.size.0 - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = if self.top > 0.0 { (value / self.top).clamp(0.0, 1.06) } else { 0.0 };
        self.size.1 - BOTTOM - share * (self.size.1 - TOP - BOTTOM)
    }

    /// The picture, with each colour as `colour` gives it for the token's name.
    pub fn svg(&self, colour: impl Fn(&'static str) -> String) -> String {
        let (width, height) = self.size;
        let (ink, dim, rule) = (colour("--ink"), colour("--ink-2"), colour("--line"));
        let (measured, expected) = (colour("--cat-1"), colour("--cat-4"));
        let (right, bottom) = (width - RIGHT, height - BOTTOM);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"{dim}\">\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\
             <text x=\"16\" y=\"24\" font-size=\"15\" font-weight=\"600\" fill=\"{ink}\">{}</text>",
            colour("--surface"),
            escaped(&self.title)
        );
        for (value, text) in &self.up_ticks {
            let y = self.y(*value);
            let _ = write!(
                out,
                "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"{rule}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                escaped(text)
            );
        }
        for (value, text) in &self.across_ticks {
            let x = self.x(*value);
            let _ = write!(
                out,
                "<path d=\"M{x:.1} {bottom}v5\" stroke=\"{dim}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 20.0,
                escaped(text)
            );
        }
        let _ = write!(
            out,
            "<path d=\"M{LEFT} {bottom}H{right}\" stroke=\"{dim}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
            (LEFT + right) / 2.0,
            height - 10.0,
            escaped(&self.across)
        );
        if let Some(now) = self.now {
            let _ = write!(out, "<path d=\"M{:.1} {TOP}V{bottom}\" stroke=\"{dim}\" stroke-dasharray=\"2 4\"/>", self.x(now));
        }
        if self.band.len() > 1 {
            let upper = self.band.iter().map(|(at, _, high)| (*at, *high));
            let lower = self.band.iter().rev().map(|(at, low, _)| (*at, *low));
            let _ = write!(out, "<path d=\"{}Z\" fill=\"{measured}\" fill-opacity=\"0.18\"/>", self.path(upper.chain(lower)));
        }
        for (at, low, high) in &self.band {
            let _ = write!(
                out,
                "<path d=\"M{:.1} {:.1}V{:.1}\" stroke=\"{measured}\" stroke-width=\"1.2\"/>",
                self.x(*at),
                self.y(*low),
                self.y(*high)
            );
        }
        for piece in &self.theory {
            // What leaves the picture is left out, not bent along its edge.
            let path = self.path(piece.iter().copied().filter(|(_, value)| *value <= self.top * 1.02));
            let _ = write!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{expected}\" stroke-width=\"2\" stroke-dasharray=\"7 4\"/>");
        }
        let path = self.path(self.line.iter().copied());
        let _ = write!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{measured}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>");
        let only_dots = self.line.is_empty() || !self.dots.is_empty();
        for (at, value) in if only_dots { &self.dots } else { &self.line } {
            let _ = write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{measured}\"/>", self.x(*at), self.y(*value));
        }
        self.write_legend(&mut out, &[&measured, &measured, &expected, &dim]);
        out + "</svg>"
    }

    fn path(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (at, value) in points {
            let _ = write!(path, "{}{:.1} {:.1}", if path.is_empty() { 'M' } else { 'L' }, self.x(at), self.y(value));
        }
        path
    }

    fn write_legend(&self, out: &mut String, colours: &[&str; 4]) {
        // From the right, so that it ends with the picture.
        let mut x = self.size.0 - RIGHT;
        for (i, text) in self.legend.iter().enumerate().rev().filter(|(_, text)| !text.is_empty()) {
            x -= super::svg::measured(text, 12.0) + 30.0;
            let sign = match i {
                0 => "<path d=\"M0 0h20\" stroke-width=\"2\"/><path d=\"M0 0h20\" stroke-width=\"10\" stroke-opacity=\"0.18\"/>",
                1 => "<circle cx=\"10\" cy=\"0\" r=\"2.5\" stroke-width=\"1.4\"/>",
                2 => "<path d=\"M0 0h20\" stroke-width=\"2\" stroke-dasharray=\"7 4\"/>",
                _ => "<path d=\"M10 -6V6\" stroke-dasharray=\"2 3\"/>",
            };
            let _ = write!(
                out,
                "<g transform=\"translate({x:.1} 42)\" stroke=\"{}\" fill=\"none\">{sign}</g><text x=\"{:.1}\" y=\"46\" font-size=\"12\">{}</text>",
                colours[i],
                x + 25.0,
                escaped(text)
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Curve {
        Curve {
            size: SIZE,
            title: "p99 <of> a & b".into(),
            band: vec![(10.0, 1.0, 3.0), (90.0, 7.0, 9.0)],
            line: vec![(10.0, 2.0), (90.0, 8.0)],
            theory: vec![vec![(10.0, 2.0), (90.0, 8.0)]],
            range: (10.0, 90.0),
            top: 10.0,
            up_ticks: vec![(0.0, "0".into()), (10.0, "10 ms".into())],
            legend: ["Measured".into(), String::new(), "Theory".into(), String::new()],
            ..Curve::default()
        }
    }

    #[test]
    fn the_picture_holds_what_it_was_given_and_only_the_themes_colours() {
        let svg = curve().svg(|token| super::super::Theme::Light.colour(token).into());
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("p99 &lt;of&gt; a &amp; b") && svg.contains("10 ms") && svg.contains("Theory"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 2, "a mark for each mean");
        assert_eq!(svg.matches("stroke-dasharray=\"7 4\"").count(), 2, "theory's line and its sign");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn points_stand_where_their_values_are() {
        let curve = curve();
        assert_eq!((curve.x(10.0), curve.x(90.0)), (LEFT, SIZE.0 - RIGHT));
        assert_eq!((curve.y(0.0), curve.y(10.0)), (SIZE.1 - BOTTOM, TOP));
        let log = Curve { log: true, range: (1.0, 100.0), ..curve };
        assert!((log.x(10.0) - (LEFT + SIZE.0 - RIGHT) / 2.0).abs() < 1e-9);
        // One point alone stands in the middle.
        let alone = Curve { range: (5.0, 5.0), ..log };
        assert!(alone.x(5.0).is_finite());
    }
}

//! The diagram as a picture in SVG: cards, links and their state, in a theme of its own, with nothing to be fetched.
//! Knows the run only by its frame, and no screen.

mod frames;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Theme;
use crate::components;
use crate::diagram::{Document, Link, Node};
use crate::editor::geometry::{bounds, card, closed_around, curve_among, group_rect, lanes, Curve, Rect, CARD};
use crate::icon;
use crate::lab::frame::{Frame, Health, LinkFrame};
use words::fitted;
pub(super) use words::{escaped, measured};

/// Around the diagram.
const MARGIN: f64 = 32.0;
/// The fonts that systems have; the last one is everywhere.
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Inter, Cantarell, 'Noto Sans', 'DejaVu Sans', sans-serif";
/// Share of failures from which a link is tinted.
const FAILING: f64 = 0.02;
/// The colours used.
#[cfg(test)]
pub(super) const TOKENS: &[&str] = &[
    "--page",
    "--raised",
    "--sunken",
    "--line",
    "--line-strong",
    "--ink",
    "--ink-2",
    "--accent",
    "--accent-soft",
    "--good",
    "--good-soft",
    "--warn",
    "--warn-soft",
    "--bad",
    "--bad-soft",
    "--odd",
    "--link",
    "--link-strong",
];

/// What a card says beside its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// The figure under the name.
    pub headline: String,
    /// The line below.
    pub extra: String,
    /// State, if it is not well: `down`.
    pub chip: String,
    /// Name of the state, as the style sheets have it: `up`, `slow`, `down`, `out`, `cut`.
    pub state: &'static str,
}

/// The captions of a plain picture: rates, and what is down or slow.
pub fn plain_caption(frame: &Frame, node: &Node) -> Caption {
    let Some(now) = frame.nodes.iter().find(|n| n.id == node.id) else { return Caption::default() };
    let headline = format!("{:.1} req/s", now.rate_per_s);
    match now.health {
        Health::Up => Caption { headline, state: "up", ..Caption::default() },
        Health::Slow(factor) => Caption { headline, chip: format!("slow ×{factor}"), state: "slow", ..Caption::default() },
        Health::Down(outage, _) => Caption { chip: outage.word().into(), state: "down", ..Caption::default() },
        Health::Placeholder => Caption { chip: "unknown".into(), state: "slow", ..Caption::default() },
    }
}

/// A picture.
pub struct Picture<'a> {
    /// What is drawn.
    pub diagram: &'a Document,
    /// The state of the run; without one the diagram alone is drawn.
    pub frame: Option<&'a Frame>,
    /// What cards say, if there is a frame.
    pub caption: &'a dyn Fn(&Node) -> Caption,
    /// Puts an English text of the picture into the reader's language: `3 components`.
    pub words: &'a dyn Fn(&str) -> String,
    /// Colours.
    pub theme: Theme,
    /// Whether the ground is painted; otherwise it is left transparent.
    pub ground: bool,
}

/// The texts of a picture as they are: in English.
pub fn plain_words(text: &str) -> String {
    text.to_string()
}

/// Width and height of the picture in pixels.
pub fn size(diagram: &Document) -> (f64, f64) {
    let area = area(diagram);
    (area.2, area.3)
}

/// How far aside links lie that are not alone between their ends.
type Lanes<'a> = BTreeMap<&'a str, f64>;

/// The way of a link between what is seen of its ends; none within a closed group.
fn way(diagram: &Document, link: &Link, lanes: &Lanes<'_>) -> Option<Curve> {
    let end = |id: &str| -> Option<(Rect, Option<&str>)> {
        let node = diagram.node(id)?;
        let closed = closed_around(diagram, node.group.as_deref());
        Some((closed.map_or_else(|| card(node), group_rect), closed.map(|g| g.id.as_str())))
    };
    let ((from, a), (to, b)) = (end(&link.from)?, end(&link.to)?);
    let seen = diagram.nodes.iter().filter(|n| closed_around(diagram, n.group.as_deref()).is_none());
    (a.is_none() || a != b).then(|| curve_among(&from, &to, seen.map(card), lanes.get(link.id.as_str()).copied().unwrap_or(0.0)))
}

/// Left, top, width, height in diagram pixels.
fn area(diagram: &Document) -> (f64, f64, f64, f64) {
    let Some(cards) = bounds(diagram) else { return (0.0, 0.0, 2.0 * MARGIN + CARD.0, 2.0 * MARGIN + CARD.1) };
    let (mut left, mut top) = (cards.x, cards.y);
    let (mut right, mut bottom) = (cards.x + cards.width, cards.y + cards.height);
    // Links may bulge beyond the cards.
    let lanes = lanes(diagram);
    for point in
        diagram.links.iter().filter_map(|l| way(diagram, l, &lanes)).flat_map(|c| (0..=8).map(move |i| c.point_at(f64::from(i) / 8.0)))
    {
        (left, right) = (left.min(point.0), right.max(point.0));
        (top, bottom) = (top.min(point.1), bottom.max(point.1));
    }
    (left - MARGIN, top - MARGIN, right - left + 2.0 * MARGIN, bottom - top + 2.0 * MARGIN)
}

impl Picture<'_> {
    /// The picture's text.
    pub fn svg(&self) -> String {
        let (left, top, width, height) = area(self.diagram);
        let title = escaped(&self.diagram.title);
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{left} {top} {width} {height}\" \
             role=\"img\" font-family=\"{FONT}\"><title>{title}</title>"
        );
        if self.ground {
            let page = self.colour("--page");
            let _ = write!(out, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{page}\"/>");
        }
        self.groups(&mut out, false);
        let lanes = lanes(self.diagram);
        for link in &self.diagram.links {
            if let Some(curve) = way(self.diagram, link, &lanes) {
                let now = self.frame.and_then(|f| f.links.iter().find(|l| l.id == link.id));
                self.link(&mut out, &curve, now, self.is_down(&link.to));
            }
        }
        self.groups(&mut out, true);
        let seen = |n: &&Node| closed_around(self.diagram, n.group.as_deref()).is_none();
        for (i, node) in self.diagram.nodes.iter().filter(seen).enumerate() {
            self.card(&mut out, i, node);
        }
        self.notes(&mut out);
        out.push_str("</svg>\n");
        out
    }

    fn colour(&self, token: &str) -> Cow<'static, str> {
        self.theme.colour(token)
    }

    fn is_down(&self, id: &str) -> bool {
        self.frame.is_some_and(|f| f.nodes.iter().any(|n| n.id == id && matches!(n.health, Health::Down(..))))
    }

    fn link(&self, out: &mut String, curve: &Curve, now: Option<&LinkFrame>, down: bool) {
        let (cut, replication) = now.map_or((false, false), |l| (l.cut, l.replication));
        let broken = cut || down;
        let failing = now.is_some_and(|l| l.failed_share > FAILING);
        let token = match () {
            () if broken || failing => "--bad",
            () if replication => "--odd",
            () if self.frame.is_none() => "--link-strong",
            () => "--link",
        };
        let colour = self.colour(token);
        let width = if broken || replication { 1.75 } else { 1.5 + libm::log10(1.0 + now.map_or(0.0, |l| l.rate_per_s)) };
        let dashes = match (broken, replication) {
            (true, _) => " stroke-dasharray=\"2 6\"",
            (_, true) => " stroke-dasharray=\"1 5\"",
            _ => "",
        };
        let path = curve.svg();
        let _ = write!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.2}\" stroke-linecap=\"round\"{dashes}/>"
        );
        let (x, y) = curve.points[3];
        let (dx, dy) = curve.direction_at(1.0);
        let corner = |side: f64| format!("{:.2},{:.2}", x - dx * 7.0 - side * dy * 3.6, y - dy * 7.0 + side * dx * 3.6);
        let head = if broken || replication { colour } else { self.colour("--link-strong") };
        let _ = write!(out, "<path d=\"M{x},{y} L{} {} Z\" fill=\"{head}\"/>", corner(1.0), corner(-1.0));
        if cut {
            let (x, y) = curve.point_at(0.5);
            let (page, bad) = (self.colour("--page"), self.colour("--bad"));
            let _ = write!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"13\" fill=\"{page}\"/><path d=\"M{:.1},{:.1} l10,10 m0,-10 l-10,10\" stroke=\"{bad}\" stroke-width=\"2.5\" stroke-linecap=\"round\"/>",
                x - 5.0, y - 5.0
            );
        }
    }

    fn card(&self, out: &mut String, index: usize, node: &Node) {
        let (x, y, (w, h)) = (node.x, node.y, CARD);
        let kind = components::kind(&node.kind);
        let (raised, line, accent, ink, quiet) =
            (self.colour("--raised"), self.colour("--line"), self.colour("--accent"), self.colour("--ink"), self.colour("--ink-2"));
        let _ = write!(
            out,
            "<g transform=\"translate({x} {y})\"><clipPath id=\"c{index}\"><rect width=\"{w}\" height=\"{h}\" rx=\"8\"/></clipPath>\
             <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"7.5\" fill=\"{raised}\" stroke=\"{line}\"/><g clip-path=\"url(#c{index})\">",
            w - 1.0, h - 1.0
        );
        let drawing = icon::svg(kind.map_or("file-question-mark", |k| k.icon));
        let inner = drawing.split_once('>').map_or("", |(_, rest)| rest).trim_end().trim_end_matches("</svg>");
        let _ = write!(
            out,
            "<g transform=\"translate(11 11) scale({:.4})\" fill=\"none\" stroke=\"{accent}\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{inner}</g>",
            17.0 / 24.0
        );
        text(out, (35.0, 24.5), 13.0, 650, &ink, &fitted(&node.name, 13.0, w - 45.0));
        let caption = self.frame.map(|_| (self.caption)(node));
        let (first, second) = match &caption {
            Some(caption) => (caption.headline.clone(), caption.extra.clone()),
            None => (kind.map_or_else(|| node.kind.clone(), |k| (self.words)(k.label)), String::new()),
        };
        text(out, (12.0, 46.0), 12.0, 400, if caption.is_some() { &ink } else { &quiet }, &fitted(&first, 12.0, w - 24.0));
        text(out, (12.0, 63.0), 11.0, 400, &quiet, &fitted(&second, 11.0, w - 24.0));
        if let Some(now) = self.frame.and_then(|f| f.nodes.iter().find(|n| n.id == node.id)).filter(|n| n.workers.is_some()) {
            let load = now.utilisation.clamp(0.0, 1.0);
            let token = if load >= 0.9 {
                "--bad"
            } else if load >= 0.7 {
                "--warn"
            } else {
                "--good"
            };
            let _ = write!(out, "<rect y=\"{}\" width=\"{:.1}\" height=\"3\" fill=\"{}\"/>", h - 3.0, w * load, self.colour(token));
        }
        out.push_str("</g>");
        if let Some(caption) = caption.filter(|c| !c.chip.is_empty()) {
            let token = match caption.state {
                "slow" => "--warn",
                "out" => "--odd",
                _ => "--bad",
            };
            let (colour, width) = (self.colour(token), measured(&caption.chip, 10.0) + 14.0);
            let _ = write!(
                out,
                "<rect x=\"{:.1}\" y=\"-8.5\" width=\"{width:.1}\" height=\"17\" rx=\"8.5\" fill=\"{raised}\" stroke=\"{colour}\"/>",
                w - 10.0 - width
            );
            text(out, (w - 3.0 - width, 3.5), 10.0, 650, &colour, &escaped(&caption.chip));
        }
        out.push_str("</g>");
    }
}

/// A line of text that is escaped already.
fn text(out: &mut String, (x, y): (f64, f64), size: f64, weight: u32, colour: &str, words: &str) {
    if !words.is_empty() {
        let _ =
            write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{colour}\">{words}</text>");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use super::*;
    use crate::diagram::{Group, GroupKind, Place};
    use crate::engine::SimTime;
    use crate::files::read;
    use crate::lab::scenarios::scenarios;
    use crate::lab::Experiment;

    fn picture(document: &Document, theme: Theme, running: bool) -> String {
        let mut experiment = Experiment::new(document);
        experiment.advance(SimTime(2_000_000_000), u64::MAX);
        let frame = experiment.frame(0);
        let caption = |node: &Node| plain_caption(&frame, node);
        Picture { diagram: document, frame: running.then_some(&frame), caption: &caption, words: &plain_words, theme, ground: true }.svg()
    }

    /// Whether tags nest: a reader of XML would accept it.
    fn nests(svg: &str) -> bool {
        let mut open: Vec<&str> = Vec::new();
        for piece in svg.split('<').skip(1) {
            let Some((tag, _)) = piece.split_once('>') else { return false };
            let name = tag.split([' ', '/']).find(|n| !n.is_empty()).unwrap_or_default();
            if tag.starts_with('/') {
                if open.pop() != Some(name) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        open.is_empty()
    }

    #[test]
    fn every_starter_is_drawn_whole_in_both_themes() {
        for scenario in scenarios() {
            let document = read(scenario.json).unwrap();
            for theme in [Theme::Light, Theme::Dark] {
                for running in [false, true] {
                    let svg = picture(&document, theme, running);
                    assert!(nests(&svg), "{}", scenario.id);
                    assert_eq!(svg.matches("<clipPath").count(), document.nodes.len());
                    assert!(!svg.contains("NaN") && !svg.contains("href") && !svg.contains("var("), "{}", scenario.id);
                }
            }
        }
    }

    #[test]
    fn no_dark_colour_is_in_a_light_picture() {
        let document = read(scenarios()[0].json).unwrap();
        let (light, dark) = (picture(&document, Theme::Light, true), picture(&document, Theme::Dark, true));
        for token in TOKENS {
            assert!(!light.contains(&*Theme::Dark.colour(token)), "{token}");
            assert!(!dark.contains(&*Theme::Light.colour(token)), "{token}");
        }
    }

    #[test]
    fn what_the_picture_says_itself_is_in_the_readers_language_and_names_are_the_authors() {
        let mut document = read(scenarios()[0].json).unwrap();
        let frame = |id: &str, kind, place, collapsed| Group {
            id: id.into(),
            kind,
            name: format!("frame {id}"),
            x: 0.0,
            y: 0.0,
            width: 400.0,
            height: 300.0,
            parent: None,
            place,
            collapsed,
        };
        document.groups = vec![
            frame("a", GroupKind::Region, Some(Place::CapeTown), false),
            frame("b", GroupKind::Subsystem, None, true),
            frame("c", GroupKind::Subsystem, None, true),
            Group { name: "‹Tokyo›".into(), ..frame("d", GroupKind::Region, Some(Place::Tokyo), false) },
        ];
        document.nodes[0].group = Some("b".into());
        document.nodes[1].group = Some("c".into());
        document.nodes[2].group = Some("c".into());
        let words = |text: &str| format!("‹{text}›");
        let svg =
            Picture { diagram: &document, frame: None, caption: &|_| Caption::default(), words: &words, theme: Theme::Light, ground: true }
                .svg();
        let label = components::kind(&document.nodes[3].kind).unwrap().label;
        for said in [
            format!(">‹{label}›<"),
            ">‹1 component›<".into(),
            ">‹2 components›<".into(),
            ">frame a · ‹Cape Town›<".into(),
            ">frame b<".into(),
            ">‹Tokyo›<".into(),
        ] {
            assert!(svg.contains(&said), "{said} in {svg}");
        }
        assert!(svg.contains(&format!(">{}<", document.nodes[3].name)));
    }

    #[test]
    fn names_are_escaped_and_cut_to_fit() {
        let mut document = read(scenarios()[0].json).unwrap();
        document.nodes[0].name = "</text><script>alert(1)</script>".into();
        document.nodes[1].name = "A name that is much longer than a card".into();
        document.title = "a & b <c> \"d\"".into();
        let svg = picture(&document, Theme::Light, false);
        assert!(nests(&svg) && !svg.contains("<script"));
        assert!(svg.contains("a &amp; b &lt;c&gt; &quot;d&quot;"));
        assert!(svg.contains("A name that"), "{svg}");
        assert!(svg.contains('…') && !svg.contains("than a card"));
    }

    #[test]
    fn an_empty_diagram_is_an_empty_picture() {
        assert!(nests(&picture(&Document::default(), Theme::Light, true)));
        assert!(size(&Document::default()).0 > 100.0);
    }
}

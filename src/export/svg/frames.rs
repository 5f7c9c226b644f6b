//! What lies around and beside the cards of a picture: frames of groups, closed groups as cards, notes.
//! Knows no run.

use std::fmt::Write as _;

use super::words::{escaped, fitted, lines};
use super::{text, Picture};
use crate::diagram::{Group, GroupKind, Note, NoteColour};
use crate::editor::geometry::{closed_around, group_rect, note_rect};
use crate::order::Ordered;

impl Picture<'_> {
    /// The open frames, the outermost first, or the cards of closed groups; what is in a closed group is not drawn.
    pub(super) fn groups(&self, out: &mut String, closed: bool) {
        let seen = self.diagram.groups.iter().filter(|g| closed_around(self.diagram, g.parent.as_deref()).is_none());
        let mut seen: Vec<&Group> = seen.filter(|g| g.is_closed() == closed).collect();
        // The sort is stable: frames of equal depth stay in the order of the document.
        seen.order_by_key(|g| self.diagram.around(&g.id).count());
        for group in seen {
            let area = group_rect(group);
            let (x, y, w, h) = (area.x, area.y, area.width, area.height);
            let (ink, quiet, line, accent) =
                (self.colour("--ink"), self.colour("--ink-2"), self.colour("--line-strong"), self.colour("--accent"));
            // A region that was not renamed is called after its place.
            let place = group.place.filter(|_| group.kind == GroupKind::Region).map(|p| (self.words)(p.label()));
            let name = match place.filter(|p| *p != group.name) {
                Some(place) => format!("{} · {place}", group.name),
                None => group.name.clone(),
            };
            if group.is_closed() {
                let raised = self.colour("--raised");
                let _ = write!(
                    out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{raised}\" stroke=\"{line}\"/>\
                     <rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{raised}\" stroke=\"{line}\"/>",
                    x + 4.0,
                    y + 4.0
                );
                let inside =
                    self.diagram.nodes.iter().filter(|n| closed_around(self.diagram, n.group.as_deref()).is_some_and(|g| g.id == group.id));
                text(out, (x + 12.0, y + 24.5), 13.0, 650, &ink, &fitted(&name, 13.0, w - 24.0));
                let count = match inside.count() {
                    1 => "1 component".to_string(),
                    n => format!("{n} components"),
                };
                text(out, (x + 12.0, y + 46.0), 12.0, 400, &quiet, &fitted(&(self.words)(&count), 12.0, w - 24.0));
                continue;
            }
            let (colour, dashes) = match group.kind {
                GroupKind::Region => (accent, ""),
                GroupKind::Zone => (accent, " stroke-dasharray=\"6 5\""),
                GroupKind::Subsystem | GroupKind::Box => (line, ""),
            };
            let _ = write!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"12\" fill=\"{colour}\" fill-opacity=\"0.05\" stroke=\"{colour}\"{dashes}/>"
            );
            text(out, (x + 12.0, y + 20.0), 12.0, 650, &quiet, &fitted(&name, 12.0, w - 24.0));
        }
    }

    /// The notes.
    pub(super) fn notes(&self, out: &mut String) {
        for note in &self.diagram.notes {
            self.note(out, note);
        }
    }

    fn note(&self, out: &mut String, note: &Note) {
        let area = note_rect(note);
        let (ground, line) = match note.colour {
            NoteColour::Yellow => ("--warn-soft", "--warn"),
            NoteColour::Blue => ("--accent-soft", "--accent"),
            NoteColour::Green => ("--good-soft", "--good"),
            NoteColour::Red => ("--bad-soft", "--bad"),
            NoteColour::Grey => ("--sunken", "--line-strong"),
        };
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{}\" stroke=\"{}\" stroke-opacity=\"0.5\"/>",
            area.x,
            area.y,
            area.width,
            area.height,
            self.colour(ground),
            self.colour(line)
        );
        let most = ((area.height - 12.0) / 17.0).max(1.0) as usize;
        for (i, line) in lines(&note.text, 12.0, area.width - 20.0, most).iter().enumerate() {
            text(out, (area.x + 10.0, area.y + 21.0 + 17.0 * i as f64), 12.0, 400, &self.colour("--ink"), &escaped(line));
        }
    }
}

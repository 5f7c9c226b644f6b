//! Random documents, made as a learner makes them: by editing.
//! Judges nothing.
#![allow(dead_code, reason = "each test file uses a part")]

use faultline::components;
use faultline::diagram::param::ParamType;
use faultline::diagram::{Document, Edit, Entry, GroupKind, NoteColour, Place, View};
use faultline::editor::{commands, geometry, Editor, Selection, Step};
use faultline::engine::SimTime;
use proptest::prelude::*;
use serde_json::{json, Value as Json};

/// A small deterministic source of choices, so that a failing case shrinks as a list of numbers.
pub struct Choices<'a>(pub std::slice::Iter<'a, u32>);

impl Choices<'_> {
    pub fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |v| *v as usize % n.max(1))
    }

    pub fn pick<'b, T>(&mut self, from: &'b [T]) -> Option<&'b T> {
        from.get(self.below(from.len()))
    }
}

/// A value that fits.
pub fn a_value(kind: &ParamType, c: &mut Choices) -> Json {
    match kind {
        ParamType::Int { min, max } => json!(min + (c.below(1000) as i64).min(max - min)),
        ParamType::Float { min, max } => json!(min + (max - min).min(50.0) * c.below(1001) as f64 / 1000.0),
        ParamType::Duration { min_ms, max_ms } => json!((min_ms + c.below(5000) as f64 / 7.0).min(*max_ms)),
        ParamType::Bool => json!(c.below(2) == 0),
        ParamType::Choice(options) => json!(options[c.below(options.len())].0),
        ParamType::Text { .. } => json!(format!("1,{}", c.below(9))),
        ParamType::Law => json!({"law": "exponential", "mean_ms": c.below(1000) as f64 / 3.0}),
    }
}

/// A random step on the diagram as it stands; `None` where there is nothing to do it to.
/// A random step, if one fits.
pub fn a_step(d: &Document, c: &mut Choices) -> Option<Step> {
    let node = |c: &mut Choices| c.pick(&d.nodes).map(|n| n.id.clone());
    let link = |c: &mut Choices| c.pick(&d.links).map(|l| l.id.clone());
    let some = |c: &mut Choices| {
        let mut s = Selection::default();
        for _ in 0..=c.below(3) {
            s.nodes.extend(node(c));
        }
        if c.below(3) == 0 {
            s.links.extend(link(c));
        }
        if c.below(3) == 0 {
            s.groups.extend(c.pick(&d.groups).map(|g| g.id.clone()));
            s.notes.extend(c.pick(&d.notes).map(|n| n.id.clone()));
        }
        s
    };
    let step = match c.below(24) {
        0..=3 => {
            let kinds = components::kinds();
            let kind = if c.below(20) == 0 { "crystal_ball" } else { c.pick(kinds)?.id };
            commands::add_node(d, kind, c.below(2000) as f64, c.below(900) as f64).0
        }
        4..=7 => {
            let mut attempts = (0..8).map(|_| commands::connect(d, &node(c)?, &node(c)?).ok());
            attempts.find_map(|made| made)?.0
        }
        8 => commands::delete(d, &some(c)),
        9 => commands::duplicate(d, &some(c)).0,
        10 => commands::drop_selection(d, &some(c), c.below(500) as f64 - 250.0, 16.0),
        11 => {
            let id = node(c)?;
            let kind = components::kind(&d.node(&id)?.kind)?;
            let specs = kind.params();
            let spec = c.pick(&specs)?;
            let value = if c.below(4) == 0 { Json::Null } else { a_value(&spec.kind, c) };
            commands::set_node_param(d, &id, spec.name, value)
        }
        12 => {
            let specs = components::link::specs();
            let spec = c.pick(&specs)?;
            let value = if c.below(4) == 0 { Json::Null } else { a_value(&spec.kind, c) };
            commands::set_link_param(d, &link(c)?, spec.name, value)
        }
        13 => commands::rename(d, &node(c)?, ["Orders", "Warenkorb ö", "x", " "][c.below(4)]).ok()?,
        14 => match c.below(3) {
            0 => commands::crash(d, &node(c)?),
            1 => commands::restart(d, &node(c)?),
            _ => commands::slow(d, &node(c)?, [0.5, 1.0, 2.5, 10.0][c.below(4)]),
        },
        15 => match c.below(2) {
            0 => commands::cut(d, &link(c)?),
            _ => commands::mend(d, &link(c)?),
        },
        16 => commands::flush(d, &node(c)?),
        17 | 18 => match c.below(4) {
            0 => {
                let empty = Selection::default();
                commands::add_group(d, GroupKind::ALL[c.below(4)], &empty, (c.below(900) as f64, c.below(900) as f64)).0
            }
            _ => commands::add_group(d, GroupKind::ALL[c.below(4)], &some(c), (0.0, 0.0)).0,
        },
        19 => {
            let group = if c.below(4) == 0 { None } else { Some(c.pick(&d.groups)?.id.clone()) };
            commands::set_group(d, &[node(c)?, node(c)?], group.as_deref())
        }
        20 => {
            let id = c.pick(&d.groups)?.id.clone();
            let frame = geometry::Rect { x: c.below(500) as f64, y: -8.5, width: 40.0 + c.below(900) as f64, height: 200.0 };
            match c.below(6) {
                0 => commands::rename_group(d, &id, ["Europe", "Zone ä", "x", ""][c.below(4)]).ok()?,
                1 => commands::resize_group(d, &id, frame),
                2 => commands::collapse(d, &id, c.below(2) == 0),
                3 => commands::place_group(d, &id, GroupKind::ALL[c.below(4)], None),
                4 => commands::place_group(d, &id, d.group(&id)?.kind, c.pick(Place::ALL).copied()),
                _ => commands::ungroup(d, &[id].into()),
            }
        }
        // Groups into each other, whatever the rules say of it.
        21 => {
            let group = c.pick(&d.groups)?;
            let parent = if c.below(4) == 0 { None } else { c.pick(&d.groups).map(|g| g.id.clone()) };
            let edit = Edit::PlaceGroup { id: group.id.clone(), kind: group.kind, parent, place: group.place };
            Step { label: "Nest".into(), entries: vec![Entry::Edit(edit)] }
        }
        22 => match c.pick(&d.notes).filter(|_| c.below(3) > 0) {
            None => commands::add_note(d, "Remember\r\nthe queue", c.below(900) as f64, 8.0).0,
            Some(note) => match c.below(3) {
                0 => commands::write_note(d, &note.id, ["", "ä\tb", "two\nlines"][c.below(3)]),
                1 => commands::colour_notes(d, &[note.id.clone()].into(), NoteColour::ALL[c.below(5)]),
                _ => commands::resize_note(d, &note.id, geometry::Rect { x: 8.0, y: 0.0, width: c.below(400) as f64, height: 90.0 }),
            },
        },
        _ => {
            let edit = Edit::Reconnect { link: link(c)?, from: node(c)?, to: node(c)? };
            Step { label: "Reconnect".into(), entries: vec![Entry::Edit(edit)] }
        }
    };
    Some(step)
}

/// Performs random steps; `pace` 0 stays at the start of the run.
pub fn edited(editor: &mut Editor, choices: &[u32], pace: u64) -> SimTime {
    let mut c = Choices(choices.iter());
    let mut now = SimTime::ZERO;
    while c.0.len() > 0 {
        if let Some(step) = a_step(editor.diagram(), &mut c) {
            let before = editor.document().clone();
            let label = step.label.clone();
            match editor.perform(step, now) {
                Ok(_) => assert!(!label.is_empty()),
                Err(reason) => {
                    assert!(!reason.is_empty());
                    assert_eq!(*editor.document(), before, "refused, yet changed: {label}");
                }
            }
        }
        now = SimTime(now.0 + pace * c.below(3) as u64 * 1_000_000);
    }
    now
}

/// A document that random editing made, with a journal, a view and a moment.
pub fn a_document() -> impl Strategy<Value = Document> {
    let numbers = prop::collection::vec(any::<u32>(), 0..400);
    let view = (-5000.0..5000.0, -5000.0..5000.0, 0.05..6.0);
    (numbers, 0u64..2, any::<u64>(), "\\PC{0,30}", view).prop_map(|(choices, pace, seed, title, (x, y, zoom))| {
        let mut editor = Editor::new(Document::default());
        let half = choices.len() / 2;
        edited(&mut editor, &choices[..half], 0);
        editor.restart();
        let now = edited(&mut editor, &choices[half..], pace);
        editor.set_seed(seed);
        editor.set_title(title);
        editor.set_moment(now);
        editor.set_view(View { x, y, zoom });
        editor.document().clone()
    })
}

/// So many cases, and no file of failures beside the sources.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

//! Where something stands: the group that a node is in, the size of a frame or note; the keyboard's way to both.
//! Judges nothing: the editor's commands do.

use leptos::prelude::*;

use super::knob::Phase;
use super::number::{Number, NumberField};
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::scale::Scale;
use crate::app::session::{Session, Thing};
use crate::diagram::Document;
use crate::editor::commands;
use crate::editor::geometry::{note_rect, Rect};
use crate::files::SIZES;

/// The group that a node is in, to be chosen anew. Nothing where there are no groups.
#[component]
pub fn GroupField(
    /// The node's id.
    id: String,
) -> impl IntoView {
    let session = Session::get();
    let id = StoredValue::new(id);
    let now = memo(move || id.with_value(|id| session.diagram.with(|d| d.node(id).and_then(|n| n.group.clone()))).unwrap_or_default());
    let groups = memo(move || session.diagram.with(|d| d.groups.iter().map(|g| (g.id.clone(), path(d, &g.id))).collect::<Vec<_>>()));
    let choose = move |group: String| {
        let group = Some(group.as_str()).filter(|g| !g.is_empty());
        let step = id.with_value(|id| session.diagram.with_untracked(|d| commands::put_into(d, id, group)));
        session.perform_or_say(Ok(step));
    };
    let options = move || {
        let now = now.get();
        let all = std::iter::once((String::new(), t!("None").to_string())).chain(groups.get());
        all.map(|(id, name)| view! { <option value=id.clone() selected=now == id>{name}</option> }).collect_view()
    };
    view! {
        <Show when=move || !groups.with(Vec::is_empty)>
            <section class="group" aria-label=t!("Place in the diagram")>
                <div class="field">
                    <div class="field-head"><label for="node-group">{t!("Group")}</label></div>
                    <select id="node-group" class="select" prop:value=live(move || now.get()) on:change=move |e| choose(event_target_value(&e))>
                        {piece(options)}
                    </select>
                </div>
            </section>
        </Show>
    }
}

/// A group's name, after those of the groups around it: `Frankfurt › Zone A`.
fn path(diagram: &Document, id: &str) -> String {
    let mut names: Vec<&str> = diagram.around(id).map(|g| g.name.as_str()).collect();
    names.reverse();
    names.join(" › ")
}

/// Width and height of a frame or note.
#[component]
pub fn SizeFields(
    /// The group or note.
    thing: Thing,
) -> impl IntoView {
    let session = Session::get();
    let thing = StoredValue::new(thing);
    let frame = memo(move || session.diagram.with(|d| thing.with_value(|t| frame_of(d, t))));
    let resize = move |change: fn(&mut Rect, f64), value: f64, phase: Phase| {
        let Some(mut rect) = frame.get_untracked() else { return Ok(()) };
        change(&mut rect, value);
        let step = session.diagram.with_untracked(|d| {
            thing.with_value(|t| match t {
                Thing::Note(id) => commands::resize_note(d, id, rect),
                thing => commands::fit_group(d, thing.id(), rect),
            })
        });
        match phase {
            Phase::Once => session.perform(step),
            Phase::Moving => session.perform_continuing(step),
        };
        Ok(())
    };
    let number = move |read: fn(&Rect) -> f64, change: fn(&mut Rect, f64)| Number {
        scale: Scale::new(SIZES.0.max(48.0), 2_000.0, true, 1.0),
        unit: "px",
        value: Signal::derive(move || frame.with(|f| f.as_ref().map_or(0.0, read))),
        set: Callback::new(move |(value, phase): (f64, Phase)| resize(change, value, phase)),
        hold: Callback::new(move |_| session.settle()),
    };
    let width = number(|r| r.width, |r, value| r.width = value);
    let height = number(|r| r.height, |r, value| r.height = value);
    view! {
        <div class="field">
            <NumberField id="size-width" label=t!("Width") title=t!("In pixels of the diagram") number=width>""</NumberField>
        </div>
        <div class="field">
            <NumberField id="size-height" label=t!("Height") title=t!("In pixels of the diagram") number=height>""</NumberField>
        </div>
    }
}

fn frame_of(diagram: &Document, thing: &Thing) -> Option<Rect> {
    match thing {
        Thing::Group(id) => diagram.group(id).map(|g| Rect { x: g.x, y: g.y, width: g.width, height: g.height }),
        Thing::Note(id) => diagram.note(id).map(note_rect),
        Thing::Node(_) => None,
    }
}

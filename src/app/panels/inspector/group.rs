//! The inspector of one group: its name, what it means, where it lies, what is in it.
//! Knows no run: a group's figures are those of what is in it.

use leptos::prelude::*;

use super::place::SizeFields;
use crate::app::button::ActionButton;
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::{format, Icon, NameField};
use crate::app::session::{Session, Thing};
use crate::diagram::separation::BETWEEN_ZONES;
use crate::diagram::{Group, GroupKind, Place};
use crate::editor::{commands, Selection};

/// What a kind of group does, in a sentence.
fn meaning(kind: GroupKind) -> String {
    match kind {
        GroupKind::Region => t!("A link to another region takes longer, by the distance between their places").into(),
        GroupKind::Zone => t!("A link to another zone takes %{time} longer each way", time = format::duration(BETWEEN_ZONES)),
        GroupKind::Subsystem => t!("Can be collapsed to one card that adds up what is in it").into(),
        GroupKind::Box => t!("A frame for the eye: it changes nothing in the run").into(),
    }
}

/// The inspector of this group.
#[component]
pub fn GroupInspector(id: String) -> impl IntoView {
    let session = Session::get();
    let id = StoredValue::new(id);
    let group: Memo<Option<Group>> = memo(move || id.with_value(|id| session.diagram.with(|d| d.group(id).cloned())));
    let kind = memo(move || group.with(|g| g.as_ref().map_or(GroupKind::Box, |g| g.kind)));
    let place = memo(move || group.with(|g| g.as_ref().and_then(|g| g.place)));
    let members = memo(move || {
        id.with_value(|id| {
            session.diagram.with(|d| {
                let groups = d.groups.iter().filter(|g| g.parent.as_ref() == Some(id));
                let nodes = d.nodes.iter().filter(|n| n.group.as_ref() == Some(id));
                let groups = groups.map(|g| (Selection::group(&g.id), g.name.clone()));
                groups.chain(nodes.map(|n| (Selection::node(&n.id), n.name.clone()))).collect::<Vec<_>>()
            })
        })
    });
    let mean = move |kind: GroupKind, place: Option<Place>| {
        session.perform(id.with_value(|id| session.diagram.with_untracked(|d| commands::place_group(d, id, kind, place))));
    };
    view! {
        <section class="subject" aria-label=t!("Selected group")>
            <header class="subject-head">
                <NameField thing=id.with_value(|id| Thing::Group(id.clone())) class="name-field"/>
                <p class="subject-kind">{piece(move || view! { <Icon name=crate::app::canvas::group_icon(kind.get())/> })} {piece(move || t!(kind.get().label()))}</p>
                <div class="verbs" role="group" aria-label=t!("Edit the group")>
                    <Show when=move || kind.get() == GroupKind::Subsystem><ActionButton id="collapse" named=true class="outlined small"/></Show>
                    <ActionButton id="ungroup" named=true class="outlined small"/>
                    <ActionButton id="delete" named=true class="outlined small"/>
                </div>
            </header>
            <section class="group" aria-label=t!("Settings")>
                <div class="field">
                    <div class="field-head"><label for="group-kind">{t!("What it is")}</label></div>
                    <select
                        id="group-kind"
                        class="select"
                        prop:value=live(move || kind.get().id())
                        on:change=move |e| mean(GroupKind::from_id(&event_target_value(&e)).unwrap_or(GroupKind::Box), place.get_untracked())
                    >
                        {GroupKind::ALL.map(|k| view! { <option value=k.id() selected=live(move || kind.get() == k)>{t!(k.label())}</option> })}
                    </select>
                    <p class="field-note">{piece(move || meaning(kind.get()))}</p>
                </div>
                <Show when=move || kind.get() == GroupKind::Region>
                    <div class="field">
                        <div class="field-head"><label for="group-place">{t!("Place")}</label></div>
                        <select
                            id="group-place"
                            class="select"
                            prop:value=live(move || place.get().map_or("", Place::id))
                            on:change=move |e| mean(kind.get_untracked(), Place::from_id(&event_target_value(&e)))
                        >
                            {Place::ALL.iter().map(|p| view! { <option value=p.id() selected=live(move || place.get() == Some(*p))>{t!(p.label())}</option> }).collect_view()}
                        </select>
                    </div>
                </Show>
                <SizeFields thing=id.with_value(|id| Thing::Group(id.clone()))/>
            </section>
            <section class="group" aria-label=t!("In it")>
                <h3>{t!("In it")}</h3>
                <Show when=move || members.with(Vec::is_empty)>
                    <p class="field-note">{t!("Nothing yet: drag a component into the frame")}</p>
                </Show>
                <ul class="rows">
                    {piece(move || {
                        let rows = members.get().into_iter().map(|(what, name)| {
                            let select = move |_| session.select(what.clone());
                            view! { <li><button type="button" class="row-button" on:click=select><span>{name}</span></button></li> }
                        });
                        rows.collect_view()
                    })}
                </ul>
            </section>
        </section>
    }
}

//! Groups and notes on the canvas: frames behind the cards, subsystems shown as one card, notes, and what lies over them.
//! Knows frames of the run only to add them up.

mod ends;
mod note;
mod offer;
mod overlay;
mod shape;
mod subsystem;
mod toolbar;
mod typing;

use leptos::prelude::*;

use super::board::Board;
use crate::app::icon::Icon;
use crate::app::live::{live, memo, piece, Each, Show};
use crate::app::session::Thing;
use crate::diagram::{Document, Group, GroupKind};
use crate::editor::geometry::{closed_around, group_rect, Rect};
use crate::order::Ordered;

pub use ends::LinkEnds;
pub use note::Notes;
pub use offer::Offers;
pub use overlay::Guides;
pub use shape::thing_of;
pub use subsystem::Subsystems;
pub use toolbar::FrameToolbar;
pub use typing::Typing;

/// The icon of a kind of group.
pub fn icon(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Region => "earth",
        GroupKind::Zone => "map-pin",
        GroupKind::Subsystem => "package",
        GroupKind::Box => "square-dashed",
    }
}

/// Ids of the groups that are drawn as frames, each after those around it.
fn open_frames(diagram: &Document) -> Vec<String> {
    let seen = |g: &&Group| closed_around(diagram, Some(&g.id)).is_none();
    let mut groups: Vec<&Group> = diagram.groups.iter().filter(seen).collect();
    groups.order_by_key(|g| diagram.around(&g.id).count());
    groups.into_iter().map(|g| g.id.clone()).collect()
}

/// Where a group or note is drawn now: where it lies, moved by a drag or glide, or as it is being resized. Tracked.
fn rect_now(board: Board, thing: &Thing, lies: Option<Rect>) -> Rect {
    let shaping = board.session.shaping;
    let resized = shaping.resized.with(|r| r.as_ref().filter(|(t, _)| t == thing).map(|(_, rect)| *rect));
    let lies = resized.or(lies).unwrap_or(Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 });
    let by = board.shift_of(thing);
    let glide = shaping.glide(thing);
    lies.moved((by.0 + glide.0, by.1 + glide.1))
}

/// A place and size for a style.
fn placed(rect: Rect) -> String {
    format!("transform: translate({}px, {}px); width: {}px; height: {}px", rect.x, rect.y, rect.width, rect.height)
}

/// The frames of open groups.
#[component]
pub fn Frames() -> impl IntoView {
    let board = Board::get();
    let ids = memo(move || board.session.diagram.with(open_frames_of));
    view! {
        <Each each=move || ids.get() key=|id| id.clone() let:id>
            <Frame id=id />
        </Each>
    }
}

fn open_frames_of(diagram: &std::sync::Arc<Document>) -> Vec<String> {
    open_frames(diagram)
}

/// What the views of a group follow, open or closed.
#[derive(Clone, Copy)]
struct Shown {
    id: StoredValue<String>,
    group: Memo<Option<Group>>,
    selected: Memo<bool>,
    rect: Memo<Rect>,
    name: Memo<String>,
}

impl Shown {
    fn of(board: Board, id: String) -> Shown {
        let session = board.session;
        let thing = StoredValue::new(Thing::Group(id.clone()));
        let id = StoredValue::new(id);
        let group: Memo<Option<Group>> = memo(move || id.with_value(|id| session.diagram.with(|d| d.group(id).cloned())));
        Shown {
            id,

            group,
            selected: memo(move || id.with_value(|id| session.selection.with(|s| s.groups.contains(id)))),
            rect: memo(move || thing.with_value(|t| rect_now(board, t, group.with(|g| g.as_ref().map(group_rect))))),
            name: memo(move || group.with(|g| g.as_ref().map(|g| g.name.clone()).unwrap_or_default())),
        }
    }
}

/// One frame: its title, its edges, and grips where it is selected.
#[component]
fn Frame(
    /// Group id.
    id: String,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let Shown { id, group, selected, rect, name, .. } = Shown::of(board, id);
    let home = memo(move || id.with_value(|id| session.shaping.home.with(|h| h.as_ref() == Some(id))));
    let kind = memo(move || group.with(|g| g.as_ref().map_or(GroupKind::Box, |g| g.kind)));
    let place = memo(move || {
        let place = group.with(|g| g.as_ref().and_then(|g| g.place)).filter(|_| kind.get() == GroupKind::Region);
        place.map(|p| t!(p.label())).filter(|label| *label != name.get())
    });
    let members =
        memo(move || id.with_value(|id| session.diagram.with(|d| d.nodes.iter().filter(|n| n.group.as_ref() == Some(id)).count())));
    let label =
        move || t!("%{name}, %{kind}, components in it: %{count}", name = name.get(), kind = t!(kind.get().label()), count = members.get());
    view! {
        <div
            class="frame"
            data-group=id.get_value()
            data-kind=live(move || kind.get().id())
            data-selected=live(move || selected.get().to_string())
            data-home=live(move || home.get().to_string())
            style=live(move || placed(rect.get()))
        >
            {["n", "e", "s", "w"].map(|side| view! { <i class="frame-edge" data-side=side data-hold=""></i> })}
            <div
                class="frame-title"
                role="button"
                tabindex="-1"
                data-hold=""
                aria-label=label
                aria-pressed=live(move || selected.get().to_string())
            >
                {piece(move || view! { <Icon name=icon(kind.get()) /> })}
                <span>{piece(move || name.get())}</span>
                {piece(move || place.get().map(|place| view! { <small>{place}</small> }))}
            </div>
            <Show when=move || selected.get()><Grips /></Show>
        </div>
    }
}

/// Grips at the corners, by which a frame or note is resized.
#[component]
fn Grips() -> impl IntoView {
    ["nw", "ne", "se", "sw"].map(|corner| view! { <i class="grip" data-grip=corner></i> }).collect_view()
}

//! The instances of a card as a row of slots: state by shape and colour, load by how full.
//! Knows the node only by its frame.

use leptos::prelude::*;

use crate::app::live::{live, memo, piece};
use crate::lab::frame::{Health, MemberFrame, NodeFrame};

/// Most instances drawn as slots.
const SLOTS: usize = 6;
/// Of more than these, so many are, and the rest are a figure.
const FIRST: usize = 4;

/// For the style and in words: how an instance is.
pub fn state(member: &MemberFrame) -> (&'static str, &'static str) {
    match (member.health, member.verdict) {
        (Health::Down(outage, _), _) => ("down", t!(outage.word())),
        (_, Some(what)) => ("out", t!(what)),
        (Health::Slow(_), _) => ("slow", t!("slow")),
        _ => ("up", t!("up")),
    }
}

/// How many work and are in rotation, of how many: `2 of 3 up`.
pub fn up(members: &[MemberFrame]) -> String {
    let up = members.iter().filter(|m| matches!(state(m).0, "up" | "slow")).count();
    t!("%{up} of %{count} up", up = up, count = members.len())
}

/// A slot: its state, and by how much of ten it is full.
fn slot(member: &MemberFrame) -> (&'static str, u32) {
    (state(member).0, (member.utilisation.clamp(0.0, 1.0) * 10.0 + 0.5) as u32)
}

/// Instances as slots.
#[component]
pub fn Members(now: Memo<Option<NodeFrame>>) -> impl IntoView {
    let slots = memo(move || now.with(|n| n.as_ref().map(|n| n.members.iter().map(slot).collect::<Vec<_>>()).unwrap_or_default()));
    let words = move || now.with(|n| n.as_ref().map(|n| up(&n.members)).unwrap_or_default());
    let row = move || {
        let all = slots.get();
        let shown = if all.len() > SLOTS { FIRST } else { all.len() };
        let (shown, rest) = all.split_at(shown);
        let ill = rest.iter().any(|(state, _)| *state != "up");
        let more = (!rest.is_empty()).then(|| view! { <b data-ill=ill.to_string()>{format!("+{}", rest.len())}</b> });
        let shown = shown.iter().map(|(state, tenths)| {
            view! { <i data-state=*state><u style=format!("height: {}%", tenths * 10)></u></i> }
        });
        view! { {shown.collect_view()} {more} }
    };
    let many = move || slots.with(|s| s.len() > FIRST).to_string();
    view! { <span class="members" data-many=live(many) title=live(words)>{piece(row)}</span> }
}

//! The sheet of keys, from the registry of actions, and what the signs on the canvas mean.
//! Knows no action by name.

use leptos::prelude::*;

use super::signs::Signs;
use crate::app::actions::{Section, ACTIONS};

/// What is done with the pointer, and with keys that are no action's.
const GESTURES: &[(&str, &str)] = &[
    ("Drag from the palette, or click in it", "Add a component"),
    ("Drag from the edge of a component", "Connect it"),
    ("Drag the canvas, or the wheel", "Move the view"),
    ("Ctrl and wheel, or pinch", "Zoom at the pointer"),
    ("Shift and drag", "Select an area"),
    ("Shift and click", "Add to the selection"),
    ("Arrow keys", "Go to the neighbour"),
    ("Escape", "Cancel, or select nothing"),
    ("Click a moving request", "Read its story"),
];

/// The sheet's content.
#[component]
pub fn Help() -> impl IntoView {
    let sections = Section::ALL.map(|section| {
        let rows = ACTIONS
            .iter()
            .filter(|a| a.section == section && !a.keys.is_empty())
            .map(|action| {
                let keys = action.keys.iter().map(|key| {
                    let parts = key.label();
                    let parts = parts.split(' ').map(|p| view! { <kbd>{p.to_string()}</kbd> }).collect_view();
                    view! { <span class="key">{parts}</span> }
                });
                view! { <div><dt>{t!(action.label)}</dt><dd>{keys.collect_view()}</dd></div> }
            })
            .collect_view();
        view! {
            <section>
                <h3>{t!(section.label())}</h3>
                <dl class="keys">{rows}</dl>
            </section>
        }
    });
    let gestures = GESTURES.iter().map(|(how, what)| view! { <div><dt>{*what}</dt><dd>{*how}</dd></div> }).collect_view();
    view! {
        <div class="help">
            <section>
                <h3>"Signs"</h3>
                <Signs/>
            </section>
            {sections.into_iter().collect_view()}
            <section>
                <h3>"Pointer"</h3>
                <dl class="keys gestures">{gestures}</dl>
            </section>
        </div>
    }
}

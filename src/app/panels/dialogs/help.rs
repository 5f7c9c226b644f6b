//! The sheet of keys, from the registry of actions, and what the signs on the canvas mean.
//! Knows no action by name.

use leptos::prelude::*;

use super::signs::Signs;
use crate::app::actions::{actions, Section};

/// What is done with the pointer, and with keys that are no action's.
const GESTURES: &[(&str, &str)] = &[
    (text!("Drag from the palette, or click in it"), text!("Add a component")),
    (text!("Drag from the edge of a component"), text!("Connect it")),
    (text!("Drag the canvas, or the wheel"), text!("Move the view")),
    (text!("Ctrl and wheel, or pinch"), text!("Zoom at the pointer")),
    (text!("Shift and drag"), text!("Select an area")),
    (text!("Shift and click"), text!("Add to the selection")),
    (text!("Alt and drag"), text!("Drag a copy")),
    (text!("Right click, or a long press"), text!("Open the menu")),
    (text!("Arrow keys"), text!("Go to the neighbour")),
    (text!("Shift and arrow keys"), text!("Move what is selected")),
    (text!("Escape"), text!("Cancel, or select nothing")),
    (text!("Click a moving request"), text!("Read its story")),
];

/// The sheet's content.
#[component]
pub fn Help() -> impl IntoView {
    let sections = Section::ALL.map(|section| {
        let rows = actions()
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
    let gestures = GESTURES.iter().map(|(how, what)| view! { <div><dt>{t!(*what)}</dt><dd>{t!(*how)}</dd></div> }).collect_view();
    view! {
        <div class="help">
            <section>
                <h3>{t!("Signs")}</h3>
                <Signs/>
            </section>
            {sections.into_iter().collect_view()}
            <section>
                <h3>{t!("Pointer")}</h3>
                <dl class="keys gestures">{gestures}</dl>
            </section>
        </div>
    }
}

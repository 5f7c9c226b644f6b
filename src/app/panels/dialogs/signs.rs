//! What the signs on the canvas mean: shapes of what moves, marks on boxes and links.
//! Draws each as the canvas does.

use leptos::prelude::*;

/// Drawing (inside a box of 20 by 20), colour token, meaning.
const SIGNS: &[(&str, &str, &str)] = &[
    (r#"<circle cx="10" cy="10" r="5" fill="none" stroke="currentColor" stroke-width="2"/>"#, "--read", text!("Read on its way out")),
    (r#"<circle cx="10" cy="10" r="6" fill="currentColor"/>"#, "--read", text!("Its reply on the way back")),
    (
        r#"<rect x="5" y="5" width="10" height="10" fill="none" stroke="currentColor" stroke-width="2"/>"#,
        "--write",
        text!("Write on its way out"),
    ),
    (r#"<rect x="4" y="4" width="12" height="12" fill="currentColor"/>"#, "--write", text!("Its reply on the way back")),
    (
        r#"<circle cx="10" cy="10" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M6 12l6-6M8 14.5l6.5-6.5" stroke="currentColor" stroke-width="1.5"/>"#,
        "--odd",
        text!("Stale reply: an old version"),
    ),
    (
        r#"<path d="M10 4l6 10.5h-12z" fill="none" stroke="currentColor" stroke-width="2"/>"#,
        "--message",
        text!("Message on its way to a worker"),
    ),
    (r#"<path d="M10 3.5l6.5 11.5h-13z" fill="currentColor"/>"#, "--message", text!("Its acknowledgement on the way back")),
    (
        r#"<path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/>"#,
        "--bad",
        text!("Error on its way back"),
    ),
    (
        r#"<path d="M10 5l5 5-5 5-5-5z" fill="none" stroke="currentColor" stroke-width="1.6"/>"#,
        "--control",
        text!("Health check or replication"),
    ),
];

/// The list.
#[component]
pub fn Signs() -> impl IntoView {
    let rows = SIGNS
        .iter()
        .map(|(drawing, token, meaning)| {
            view! {
                <li>
                    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" style=format!("color: var({token})") inner_html=*drawing></svg>
                    <span>{t!(*meaning)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="signs">{rows}</ul> }
}

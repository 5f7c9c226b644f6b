//! An icon as a view.
//! Knows no use of it.

use leptos::prelude::*;

pub use faultline::icon::svg;

/// An icon beside a text that says the same; hidden from screen readers.
#[component]
pub fn Icon(
    /// Name, as in assets/icons.
    name: &'static str,
) -> impl IntoView {
    view! { <span class="icon" aria-hidden="true" inner_html=svg(name)></span> }
}

//! How true is this: what the model assumes, what real systems do beyond it, and theory beside what was measured.
//! Measures nothing itself.

use leptos::prelude::*;

/// The sheet's content.
#[component]
pub fn Truth() -> impl IntoView {
    view! { <div class="truth"></div> }
}

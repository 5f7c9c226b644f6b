//! Sheets about how far figures can be trusted: repeats and sweeps, and what the model assumes.
//! They make plans and show results; the runs are elsewhere.

mod form;
mod outcome;
mod plot;
mod table;
mod truth;

use leptos::prelude::*;

pub use truth::Truth;

use crate::app::live::Show;
use crate::app::session::Session;
use form::Form;
use outcome::Outcome;

/// The sheet of repeats and sweeps.
#[component]
pub fn Trials() -> impl IntoView {
    let trials = Session::get().trials;
    view! {
        <div class="trials">
            <Form/>
            <Show when=move || trials.results.with(Option::is_some)>
                <Outcome/>
            </Show>
        </div>
    }
}

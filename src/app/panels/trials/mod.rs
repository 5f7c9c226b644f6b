//! Sheets about how far figures can be trusted: repeats and sweeps, and what the model assumes.
//! They make plans and show results; the runs are elsewhere.

mod form;
mod outcome;
mod plot;
mod table;
mod truth;

use leptos::prelude::*;

pub use truth::Truth;

use crate::app::live::{effect, memo, Show};
use crate::app::session::{Dialog, Session};
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

/// Says that runs go on when their sheet is closed, and that they are done when it is not open.
pub fn tell_of_runs(session: Session) {
    let trials = session.trials;
    let running = memo(move || trials.progress.with(Option::is_some));
    let open = memo(move || session.dialog.get() == Some(Dialog::Trials));
    let before = StoredValue::new((false, false));
    effect(move || {
        let now = (running.get(), open.get());
        let (ran, was_open) = before.get_value();
        before.set_value(now);
        match now {
            (true, false) if was_open => session.tell(t!("The runs go on: R or W shows them")),
            (false, false) if ran && trials.problem.with_untracked(Option::is_none) => {
                session.tell(t!("The runs are done: R or W shows them"))
            }
            _ => {}
        }
    });
}

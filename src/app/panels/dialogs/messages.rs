//! Short messages over the page, and the two live regions that say them to a screen reader.
//! Writes none itself.

use leptos::prelude::*;

use crate::app::panels::Icon;
use crate::app::session::{MessageTone, Session};

/// The messages.
#[component]
pub fn Messages() -> impl IntoView {
    let session = Session::get();
    view! {
        <div class="messages">
            <For each=move || session.messages.get() key=|m| m.id let:message>
                {
                    let id = message.id;
                    let (tone, icon) = match message.tone {
                        MessageTone::Info => ("info", "info"),
                        MessageTone::Problem => ("problem", "triangle-alert"),
                    };
                    view! {
                        <div class="message" data-tone=tone>
                            <Icon name=icon/>
                            <span>{message.text}</span>
                            <button type="button" class="button" aria-label="Dismiss" title="Dismiss" on:click=move |_| session.dismiss(id)>
                                <Icon name="x"/>
                            </button>
                        </div>
                    }
                }
            </For>
        </div>
        <div class="visually-hidden" role="status" aria-live="polite" data-live="said">{move || session.live.get()}</div>
    }
}

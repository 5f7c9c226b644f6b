//! A sheet: the browser's own modal dialog, so that Escape closes it and focus goes back to where it was.
//! Knows not what it holds.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::app::live::{effect, memo, Show};
use crate::app::panels::Icon;
use crate::app::session::{Dialog, Session};

/// One sheet; its content lives only while it is open.
#[component]
pub fn Sheet(
    /// The session's name for it.
    which: Dialog,
    /// Title.
    title: &'static str,
    /// For content in columns.
    wide: bool,
    /// Content.
    children: ChildrenFn,
) -> impl IntoView {
    let session = Session::get();
    let element = NodeRef::<html::Dialog>::new();
    let open = memo(move || session.dialog.get() == Some(which));
    effect(move || {
        let Some(dialog) = element.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let close = move || {
        if session.dialog.get_untracked() == Some(which) {
            session.show(None);
        }
    };
    // The browser tells of a closing later: by then the sheet may be open again.
    let on_close = move |_| {
        if element.get_untracked().is_none_or(|dialog| !dialog.open()) {
            close();
        }
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        // Only the backdrop belongs to the dialog element itself.
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if target.is_some() {
            close();
        }
    };
    // The browser says `close` only after the sheet is gone from the screen: by then the next key may have come.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        event.stop_propagation();
        if event.key() == "Escape" {
            event.prevent_default();
            close();
        }
    };
    view! {
        <dialog
            node_ref=element
            class="sheet"
            class:wide=wide
            aria-label=title
            on:close=on_close
            on:click=on_click
            on:keydown=on_key
        >
            <div class="sheet-body">
                <header class="sheet-head">
                    <h2>{title}</h2>
                    <button type="button" class="button" aria-label=t!("Close") title=t!("Close (Escape)") on:click=move |_| close()>
                        <Icon name="x"/>
                    </button>
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
}

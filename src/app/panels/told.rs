//! What is told of a kind or of links: the text is fetched when it is to be shown, in the reader's language.
//! Knows no kind, and not what is shown of the text.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::app::dom;
use crate::app::live::piece;
use crate::app::words::Language;
use crate::components::Explanation;

/// What `show` makes of the explanation of a kind (by its id), or of `link`, as soon as it is here.
pub fn told(id: &str, show: fn(&str, &Explanation) -> AnyView) -> AnyView {
    let found: RwSignal<Option<Option<Explanation>>> = RwSignal::new(None);
    let id = id.to_string();
    let path = Language::spoken().path_of_explanation(&id);
    spawn_local(async move {
        let text = dom::text_beside(&path).await;
        // Who asked may be gone by now.
        let _ = found.try_set(Some(text.map(|text| Explanation::read(&text))));
    });
    piece(move || {
        found.with(|found| match found {
            None => ().into_any(),
            Some(None) => view! { <p class="quiet" role="status">{t!("This text could not be fetched")}</p> }.into_any(),
            Some(Some(explanation)) => show(&id, explanation),
        })
    })
}

//! Share: the link that holds the whole experiment, and the hash by which two runs are compared.
//! Encodes nothing itself.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::app::button::ActionButton;
use crate::app::dom::copy;
use crate::app::live::{live, piece};
use crate::app::panels::format;
use crate::app::panels::Icon;
use crate::app::session::Session;
use crate::app::storage::share_link;

/// Some programs cut longer links.
const SAFE_LENGTH: usize = 2_000;

/// The sheet's content, made when it opens: the link is of that moment.
#[component]
pub fn Share() -> impl IntoView {
    let session = Session::get();
    let document = session.whole();
    let moment = document.moment;
    let link = share_link(&document);
    let length = link.chars().count();
    let hash = RwSignal::new(None::<u64>);
    spawn_local(async move {
        if let Some(value) = session.trace_hash_at(moment).await {
            // The sheet may have been closed meanwhile.
            let _ = hash.try_set(Some(value));
        }
    });
    // Checked on the run that is on the screen, with all that was done to it while it ran.
    let books = match session.with_experiment(|e| e.check_books()) {
        Ok(()) => view! { <dd data-books="balanced">{t!("Balanced: every request, attempt and job is accounted for")}</dd> }.into_any(),
        Err(problem) => view! { <dd data-books="broken" class="field-error">{problem}</dd> }.into_any(),
    };
    let too_long = (length > SAFE_LENGTH).then(|| {
        view! {
            <p class="field-error">{t!("Some programs cut links over 2,000 characters: a file is safer")}</p>
        }
    });
    view! {
        <p>{t!("The link holds everything: the diagram, the seed, and what was done to it until now. Nothing is sent to a server")}</p>
        <div class="copy-row">
            <label for="share-link">{t!("Link")}</label>
            <CopyField id="share-link" text=link/>
        </div>
        <p class="quiet">{t!("%{n} characters", n = format::count(length as u64))}</p>
        {too_long}
        <h3>{t!("The same run elsewhere")}</h3>
        <p>
            {t!("The same document has the same trace hash at the same moment, here and in the command-line tool")}
        </p>
        <dl class="facts">
            <div><dt>{t!("Moment")}</dt><dd>{format::moment(moment)}</dd></div>
            <div><dt>{t!("Seed")}</dt><dd>{document.seed}</dd></div>
            <div><dt>{t!("Books")}</dt>{books}</div>
            <div>
                <dt>{t!("Trace hash")}</dt>
                <dd aria-live="polite">
                    {piece(move || match hash.get() {
                        Some(hash) => view! { <code data-trace-hash=format!("{hash:016x}")>{format!("{hash:016x}")}</code> }.into_any(),
                        None => view! { <span class="quiet">{t!("running it again…")}</span> }.into_any(),
                    })}
                </dd>
            </div>
        </dl>
        <div class="copy-row">
            <label for="share-command">{t!("To compare, save the file and run")}</label>
            <CopyField id="share-command" text=command(&document.title, moment)/>
        </div>
        <footer class="sheet-foot">
            <ActionButton id="save" text=Signal::stored(t!("Save as a file")) class="outlined"/>
        </footer>
    }
}

/// The command that runs the saved file to this moment.
fn command(title: &str, moment: crate::engine::SimTime) -> String {
    let name: String = title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("faultline run {name}.faultline.json --for {}ns", moment.0)
}

/// A text to copy: a field that selects itself, and a button.
#[component]
fn CopyField(id: &'static str, text: String) -> impl IntoView {
    let session = Session::get();
    let field = NodeRef::<html::Input>::new();
    let copied = RwSignal::new(false);
    let kept = StoredValue::new(text.clone());
    let on_copy = move |_| {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
        let text = kept.get_value();
        spawn_local(async move {
            if copy(&text).await {
                let _ = copied.try_set(true);
                session.announce(t!("Copied"));
            } else {
                session.announce(t!("This browser does not let the page copy; the text is selected, copy it with the keyboard"));
            }
        });
    };
    view! {
        <span class="copy-field">
            <input id=id node_ref=field type="text" readonly value=text on:focus=move |_| { if let Some(f) = field.get_untracked() { f.select() } }/>
            <button type="button" class="button outlined" aria-label=live(move || if copied.get() { t!("Copied") } else { t!("Copy") }) on:click=on_copy>
                {piece(move || if copied.get() { view! { <Icon name="check"/> } } else { view! { <Icon name="clipboard-copy"/> } })}
                <span>{piece(move || if copied.get() { t!("Copied") } else { t!("Copy") })}</span>
            </button>
        </span>
    }
}

//! The few things asked of the browser by hand: its clock, a breath for the page, what the address asks for, whether an element takes text.
//! Knows nothing of the application.

use std::sync::OnceLock;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, Window};

/// The window; there is always one in a browser.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The page's document.
pub fn document() -> Option<Document> {
    window().and_then(|w| w.document())
}

/// The wall clock in milliseconds since the page opened.
pub fn now_ms() -> f64 {
    window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}

/// What the page's address asks for under this name: the text after `name=`, nothing for the name alone.
pub fn asked(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    let mut parts = search.trim_start_matches('?').split('&').map(|part| part.split_once('=').unwrap_or((part, "")));
    parts.find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
}

/// Does the work; if the address asks for `?timings`, notes in the browser's performance timeline how long it took
/// ([User Timing](https://www.w3.org/TR/user-timing/)).
pub fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    static WANTED: OnceLock<bool> = OnceLock::new();
    let timeline = WANTED.get_or_init(|| asked("timings").is_some()).then(|| window()?.performance()).flatten();
    if let Some(timeline) = &timeline {
        let _ = timeline.mark(name);
    }
    let done = work();
    if let Some(timeline) = timeline {
        let _ = timeline.measure_with_start_mark(name, name);
        timeline.clear_marks_with_mark_name(name);
    }
    done
}

/// Lets the page handle what waits, then goes on.
pub async fn breathe() {
    sleep(0).await;
}

/// Waits.
async fn sleep(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// Whether the system asks for a media feature.
pub fn media(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// Whether keys belong to the focused element: a field, a list, a dialog's form.
pub fn takes_text(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|t| t.dyn_into::<HtmlElement>().ok()) else { return false };
    let tag = element.tag_name();
    if tag == "INPUT" {
        let kind = element.get_attribute("type").unwrap_or_default();
        return !matches!(kind.as_str(), "checkbox" | "radio" | "range" | "button" | "submit");
    }
    matches!(tag.as_str(), "TEXTAREA" | "SELECT") || element.is_content_editable()
}

/// Moves the keyboard's focus to the first element that a selector finds.
pub fn focus(selector: &str) {
    let found = document().and_then(|d| d.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether this is a Mac, or what has its keyboard.
pub fn is_mac() -> bool {
    window().and_then(|w| w.navigator().platform().ok()).is_some_and(|p| p.starts_with("Mac") || p.starts_with("iP"))
}

fn storage() -> Option<web_sys::Storage> {
    window().and_then(|w| w.local_storage().ok().flatten())
}

/// What was kept under a name in this browser.
pub fn kept(name: &str) -> Option<String> {
    storage().and_then(|s| s.get_item(name).ok().flatten())
}

/// Keeps a choice under a name in this browser. A full or forbidden store costs only the memory of the choice.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}

/// Forgets what was kept under a name.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// The system's clipboard; pages that are not served securely have none.
fn clipboard() -> Option<web_sys::Clipboard> {
    window().map(|w| w.navigator().clipboard()).filter(|c| !c.is_undefined())
}

/// Copies a text; whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    match clipboard() {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}

/// The text on the clipboard, where the browser gives it away.
pub async fn copied() -> Option<String> {
    JsFuture::from(clipboard()?.read_text()).await.ok()?.as_string()
}

/// Offers a text as a file to keep.
pub fn download(name: &str, kind: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    download_blob(name, &web_sys::Blob::new_with_str_sequence_and_options(&parts, &options).ok()?)
}

/// Offers anything as a file to keep.
pub fn download_blob(name: &str, blob: &web_sys::Blob) -> Option<()> {
    let url = web_sys::Url::create_object_url_with_blob(blob).ok()?;
    let anchor: web_sys::HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser has taken the file by the next turn.
    gloo_timers::callback::Timeout::new(1_000, move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    })
    .forget();
    Some(())
}

thread_local! {
    static DEAD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether the application has panicked: nothing that it holds can be trusted any more.
pub fn is_dead() -> bool {
    DEAD.get()
}

/// From now on a panic is told to the page's own script, which shows the crash screen.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|info| {
        DEAD.set(true);
        console_error_panic_hook::hook(info);
        page("crashed", &[&info.to_string()]);
    }));
}

fn page_object() -> Option<JsValue> {
    js_sys::Reflect::get(window()?.as_ref(), &"faultline".into()).ok().filter(JsValue::is_object)
}

/// Calls a function of the page's own script (assets/page); `None` if it is not there.
pub fn page(name: &str, texts: &[&str]) -> Option<JsValue> {
    let object = page_object()?;
    let function: js_sys::Function = js_sys::Reflect::get(&object, &name.into()).ok()?.dyn_into().ok()?;
    let values: js_sys::Array = texts.iter().map(|text| JsValue::from_str(text)).collect();
    function.apply(&object, &values).ok()
}

/// The text of a file beside the page, or packed into it: the page's own script knows where.
pub async fn text_beside(path: &str) -> Option<String> {
    let promise: js_sys::Promise = page("text", &[path])?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.as_string()
}

/// Leaves something where the page's own script finds it.
pub fn set_page(name: &str, value: &JsValue) {
    if let Some(object) = page_object() {
        let _ = js_sys::Reflect::set(&object, &name.into(), value);
    }
}

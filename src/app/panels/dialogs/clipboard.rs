//! Copying a text, where the browser allows it.
//! Knows not what it copies.

use wasm_bindgen_futures::JsFuture;

use crate::app::dom;

/// Copies, or says that it could not.
pub async fn copy(text: &str) -> bool {
    let Some(window) = dom::window() else { return false };
    let clipboard = window.navigator().clipboard();
    // Pages that are not served securely have none.
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

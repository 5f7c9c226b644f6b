//! Opening a file: the browser's own chooser.
//! Knows the session only by the text it hands over.

use super::dom;

/// Id of the hidden file field in the shell.
pub const FIELD: &str = "open-file";

/// Asks for a file; the field's change event does the rest.
pub fn choose() {
    use wasm_bindgen::JsCast;
    let field = dom::document().and_then(|d| d.get_element_by_id(FIELD));
    if let Some(field) = field.and_then(|f| f.dyn_into::<web_sys::HtmlElement>().ok()) {
        field.click();
    }
}

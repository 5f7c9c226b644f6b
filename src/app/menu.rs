//! How a menu is gone through by key: arrows, both ends, the first letter of a line.
//! Knows no line.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::dom;

fn lines(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(list) = menu.query_selector_all("button") else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.item(i)?.dyn_into().ok()).collect()
}

/// Moves the focus to the first line; to the menu itself where there is none, so that Escape is heard.
pub fn focus_first(menu: &HtmlElement) {
    let _ = lines(menu).first().unwrap_or(menu).focus();
}

/// Moves the focus as a key says. Whether it was a key for that.
pub fn goes_on(menu: &HtmlElement, key: &str) -> bool {
    let lines = lines(menu);
    let count = lines.len();
    let active = dom::document().and_then(|d| d.active_element());
    let at = lines.iter().position(|l| active.as_ref().is_some_and(|a| a.is_same_node(Some(l.as_ref())))).unwrap_or(0);
    let to = match key {
        "ArrowDown" => (at + 1) % count.max(1),
        "ArrowUp" => (at + count.saturating_sub(1)) % count.max(1),
        "Home" => 0,
        "End" => count.saturating_sub(1),
        // A letter goes to the next line that begins with it.
        letter if letter.chars().count() == 1 && letter != " " => {
            let letter = letter.to_lowercase();
            let begins = |l: &HtmlElement| l.text_content().unwrap_or_default().to_lowercase().starts_with(&letter);
            match (1..=count).map(|n| (at + n) % count).find(|i| lines.get(*i).is_some_and(begins)) {
                Some(to) => to,
                None => return false,
            }
        }
        _ => return false,
    };
    if let Some(line) = lines.get(to) {
        let _ = line.focus();
    }
    true
}

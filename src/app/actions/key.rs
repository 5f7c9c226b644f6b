//! A key with its modifiers: how it is written, and whether a press on some keyboard is it.
//! Knows no action.

/// One key, with its modifiers. `ctrl` is the command key on a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// As the browser names it, letters small: `z`, `Delete`, `?`.
    pub key: &'static str,
    /// With control or command.
    pub ctrl: bool,
    /// With shift; symbols such as `?` ignore it.
    pub shift: bool,
    /// The browser itself acts on it (copy, cut, paste): it is shown, and left alone.
    pub browsers: bool,
}

/// The key alone.
pub(super) const fn key(key: &'static str) -> Key {
    Key { key, ctrl: false, shift: false, browsers: false }
}

/// With control or command.
pub(super) const fn ctrl(key: &'static str) -> Key {
    Key { key, ctrl: true, shift: false, browsers: false }
}

/// With shift.
pub(super) const fn shift(key: &'static str) -> Key {
    Key { key, ctrl: false, shift: true, browsers: false }
}

/// With control or command, and shift.
pub(super) const fn ctrl_shift(key: &'static str) -> Key {
    Key { key, ctrl: true, shift: true, browsers: false }
}

/// With control or command, and the browser's own.
pub(super) const fn browsers(key: &'static str) -> Key {
    Key { key, ctrl: true, shift: false, browsers: true }
}

/// What was pressed on a keyboard of whatever layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// What the key says: `z`, `я`, `Delete`.
    pub key: String,
    /// Where it is, named after the American layout: `KeyZ`.
    pub code: String,
    /// Control or command is held.
    pub ctrl: bool,
    /// Shift is held.
    pub shift: bool,
    /// Alt is held.
    pub alt: bool,
    /// The third level is held, as for `[` on AZERTY; some systems say control and alt with it.
    pub third_level: bool,
}

impl From<&web_sys::KeyboardEvent> for Press {
    fn from(event: &web_sys::KeyboardEvent) -> Press {
        Press {
            key: event.key(),
            code: event.code(),
            ctrl: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
            third_level: event.get_modifier_state("AltGraph"),
        }
    }
}

/// What the control key is called here: on a Mac it is the command key.
fn command() -> &'static str {
    // Native tests have no browser to ask.
    if cfg!(target_arch = "wasm32") && crate::app::dom::is_mac() {
        "⌘"
    } else {
        "Ctrl"
    }
}

/// What a place on the keyboard says on the American layout.
fn american(code: &str) -> Option<&str> {
    if let Some(letter) = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit")) {
        return Some(letter);
    }
    Some(match code {
        "BracketLeft" => "[",
        "BracketRight" => "]",
        "Period" => ".",
        "Slash" => "/",
        "Minus" => "-",
        "Equal" => "=",
        _ => return None,
    })
}

impl Key {
    /// How the key is written: `Ctrl Shift Z`.
    pub fn label(self) -> String {
        let mut parts = Vec::new();
        if self.ctrl {
            parts.push(command().to_string());
        }
        if self.shift {
            parts.push(t!("Shift").to_string());
        }
        parts.push(match self.key {
            " " => t!("Space").into(),
            "ContextMenu" => t!("Menu").into(),
            "Delete" => t!("Delete").into(),
            "ArrowLeft" => "←".into(),
            "ArrowRight" => "→".into(),
            "ArrowUp" => "↑".into(),
            "ArrowDown" => "↓".into(),
            k if k.chars().count() == 1 => k.to_uppercase(),
            k => k.into(),
        });
        parts.join(" ")
    }

    /// Whether this was pressed. Letters go by what they say (AZERTY), and by where they are when what they say is not Latin.
    pub fn is(self, press: &Press) -> bool {
        let named = press.key.eq_ignore_ascii_case(self.key);
        let placed = !press.key.is_ascii() && american(&press.code).is_some_and(|c| c.eq_ignore_ascii_case(self.key));
        // Where a symbol is, and with which of shift and the third level, is the layout's affair.
        let mut chars = self.key.chars();
        let symbol = matches!((chars.next(), chars.next()), (Some(c), None) if !c.is_ascii_alphabetic() && c != ' ');
        let third_level = symbol && press.third_level;
        !self.browsers
            && (named || placed)
            && (press.ctrl && !third_level) == self.ctrl
            && (symbol || press.shift == self.shift)
            && (!press.alt || third_level)
    }
}

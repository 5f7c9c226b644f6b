//! A key with its modifiers: how it is written, and whether an event is it.
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
}

/// The key alone.
pub(super) const fn key(key: &'static str) -> Key {
    Key { key, ctrl: false, shift: false }
}

/// With control or command.
pub(super) const fn ctrl(key: &'static str) -> Key {
    Key { key, ctrl: true, shift: false }
}

/// With shift.
pub(super) const fn shift(key: &'static str) -> Key {
    Key { key, ctrl: false, shift: true }
}

/// With control or command, and shift.
pub(super) const fn ctrl_shift(key: &'static str) -> Key {
    Key { key, ctrl: true, shift: true }
}

impl Key {
    /// How the key is written: `Ctrl Shift Z`.
    pub fn label(self) -> String {
        let mut parts = Vec::new();
        if self.ctrl {
            parts.push("Ctrl".to_string());
        }
        if self.shift {
            parts.push(t!("Shift").to_string());
        }
        parts.push(match self.key {
            " " => t!("Space").into(),
            k if k.chars().count() == 1 => k.to_uppercase(),
            k => k.into(),
        });
        parts.join(" ")
    }

    pub(super) fn is(self, event: &web_sys::KeyboardEvent) -> bool {
        let pressed = event.key();
        let symbol = !self.key.chars().all(|c| c.is_ascii_alphabetic());
        // Letters by what they say (AZERTY), by where they are when the layout is not Latin.
        let letter = pressed.to_lowercase() == self.key.to_lowercase()
            || (!pressed.is_ascii() && event.code().strip_prefix("Key").is_some_and(|c| c.eq_ignore_ascii_case(self.key)));
        letter && (event.ctrl_key() || event.meta_key()) == self.ctrl && (symbol || event.shift_key() == self.shift) && !event.alt_key()
    }
}

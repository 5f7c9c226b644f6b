//! Every command of the application, once: behind keys, buttons, menus, the command palette and touch.
//! Knows what each does to the session, and no view.

mod action;
mod adding;
mod arranging;
mod available;
mod breaking;
mod copying;
mod editing;
mod key;
mod looking;
mod page;
mod section;
mod selecting;
mod shaping;
mod time;

pub use action::Action;
pub use adding::{add_here, around};
pub use copying::{copied, paste, taken};
pub use editing::{connect_nodes, duplicate_at};
pub use key::{Key, Press};
pub use section::Section;
pub use selecting::{extent, reveal, subject};

/// The commands by section, in the order of the sheet of keys.
static LISTS: [&[Action]; 10] = [
    breaking::ACTIONS,
    time::ACTIONS,
    adding::ACTIONS,
    editing::ACTIONS,
    shaping::ACTIONS,
    copying::ACTIONS,
    arranging::ACTIONS,
    selecting::ACTIONS,
    looking::ACTIONS,
    page::ACTIONS,
];

/// All commands.
pub fn actions() -> impl Iterator<Item = &'static Action> {
    LISTS.iter().copied().flatten()
}

/// The command with this name.
pub fn action(id: &str) -> Option<&'static Action> {
    actions().find(|a| a.id == id)
}

/// The command behind a key.
pub fn for_key(press: &Press) -> Option<&'static Action> {
    actions().find(|a| a.keys.iter().any(|k| k.is(press)))
}

#[cfg(test)]
mod tests;

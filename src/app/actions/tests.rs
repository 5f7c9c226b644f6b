//! Laws of the registry, and keys on keyboards of other layouts.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::{actions, for_key, Press};

fn press(key: &str, code: &str) -> Press {
    Press { key: key.into(), code: code.into(), ..Press::default() }
}

fn found(press: &Press) -> &'static str {
    for_key(press).map_or("nothing", |a| a.id)
}

#[test]
fn no_two_actions_share_a_name_or_a_key() {
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for action in actions() {
        assert!(names.insert(action.id), "{} twice", action.id);
        for key in action.keys {
            assert!(keys.insert((key.key, key.ctrl, key.shift)), "{}: {:?} is taken", action.id, key);
        }
    }
}

#[test]
fn every_icon_is_there() {
    let plain = crate::icon::svg("no such icon");
    for action in actions() {
        assert_ne!(crate::icon::svg(action.icon), plain, "{}: {}", action.id, action.icon);
    }
}

#[test]
fn a_french_keyboard_undoes_with_the_key_that_says_z() {
    assert_eq!(found(&Press { ctrl: true, ..press("z", "KeyW") }), "undo");
    assert_ne!(found(&Press { ctrl: true, ..press("w", "KeyZ") }), "undo");
    // Digits need shift there, brackets the third level, which some systems report as control and alt.
    assert_eq!(found(&Press { shift: true, ..press("0", "Digit0") }), "fit");
    assert_eq!(found(&press("à", "Digit0")), "fit");
    assert_eq!(found(&Press { ctrl: true, alt: true, third_level: true, ..press("[", "Digit5") }), "slower");
    assert_eq!(found(&Press { shift: true, ..press("?", "KeyM") }), "help");
    assert_eq!(found(&Press { shift: true, ..press("/", "Period") }), "commands");
}

#[test]
fn a_russian_or_greek_keyboard_goes_by_the_place_of_the_key() {
    assert_eq!(found(&Press { ctrl: true, ..press("я", "KeyZ") }), "undo");
    assert_eq!(found(&Press { ctrl: true, shift: true, ..press("Я", "KeyZ") }), "redo");
    assert_eq!(found(&press("л", "KeyK")), "crash");
    assert_eq!(found(&press("х", "BracketLeft")), "slower");
    assert_eq!(found(&press("κ", "KeyK")), "crash");
    assert_eq!(found(&Press { ctrl: true, ..press("ι", "KeyK") }), "commands");
}

#[test]
fn a_german_keyboard_swaps_y_and_z_without_harm() {
    assert_eq!(found(&Press { ctrl: true, ..press("z", "KeyY") }), "undo");
    assert_eq!(found(&Press { ctrl: true, ..press("y", "KeyZ") }), "redo");
}

#[test]
fn modifiers_tell_keys_apart() {
    assert_eq!(found(&press("k", "KeyK")), "crash");
    assert_eq!(found(&Press { ctrl: true, ..press("k", "KeyK") }), "commands");
    assert_eq!(found(&Press { alt: true, ..press("k", "KeyK") }), "nothing");
    assert_eq!(found(&Press { shift: true, ..press("F10", "F10") }), "menu");
}

#[test]
fn the_browsers_own_keys_are_shown_and_left_alone() {
    for key in ["c", "x", "v"] {
        assert_eq!(found(&Press { ctrl: true, ..press(key, &format!("Key{}", key.to_uppercase())) }), "nothing");
    }
    assert_eq!(super::action("copy").unwrap().keys[0].label(), "Ctrl C");
}

//! What a screen reader is told: edits in one live region, the run in another; never faster than one can listen.
//! Knows no view.

use leptos::prelude::*;

use super::Session;
use crate::app::dom;
use crate::app::words::translate;

/// Between two sentences about edits; the newest wins.
const EDITS_MS: f64 = 700.0;

/// When an edit was told last, and the sentence that waits.
#[derive(Default)]
pub(super) struct Voice {
    told_ms: f64,
    waiting: Option<gloo_timers::callback::Timeout>,
}

impl Session {
    /// Says a sentence about what was done, in the chosen language. Sentences that come too fast give way to the newest.
    pub fn announce(self, text: impl Into<String>) {
        let text = translate(&text.into()).into_owned();
        let now = dom::now_ms();
        let wait = self.voice.with_value(|v| v.told_ms + EDITS_MS - now);
        let tell = move || {
            let _ = self.voice.try_update_value(|v| v.told_ms = dom::now_ms());
            let _ = self.live.try_set(text);
        };
        if wait <= 0.0 {
            self.voice.update_value(|v| v.waiting = None);
            tell();
        } else {
            // Dropping the one that waited cancels it.
            let timeout = gloo_timers::callback::Timeout::new(wait.ceil() as u32, tell);
            self.voice.update_value(|v| v.waiting = Some(timeout));
        }
    }
}

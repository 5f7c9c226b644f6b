//! Newer versions of the page: offered when one has been fetched, taken when asked.
//! Knows nothing of caches; assets/page/offline.js and the service worker do.

use leptos::prelude::*;

use super::dom;
use super::session::{Offer, Session};

/// Offers a newer version when there is one.
pub fn watch(session: Session) {
    let offer = move || session.tell_with(t!("A newer version of Faultline is ready"), Offer::Reload);
    let newer = window_event_listener_untyped("faultline-newer", move |_| offer());
    on_cleanup(move || newer.remove());
    // It may have been found before the application was there to hear of it.
    dom::page("announce", &[]);
}

impl Session {
    /// Keeps the work and loads the newer version.
    pub fn reload_newer(self) {
        self.keep();
        dom::page("update", &[]);
    }
}

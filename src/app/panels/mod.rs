//! The panels around the canvas: transport, inspector, charts, a request's story, dialogs.
//! They read the session and send it intents; they hold no state of the run.

pub mod charts;
pub mod dialogs;
pub mod format;
pub mod inspector;
pub mod name_field;
pub mod scale;
mod told;
pub mod transport;
pub mod trials;
pub mod waterfall;

pub use charts::Charts;
pub use dialogs::Dialogs;
pub use inspector::Inspector;
pub use name_field::NameField;
pub use transport::Transport;

use crate::icon::Icon;

//! Sheets over the page: starters, share, export, recent diagrams, keys and signs, the command palette.
//! Each reads the session and sends it intents.

pub(in crate::app::panels) mod export;
mod help;
mod recent;
mod share;
mod sheet;
mod signs;
mod starters;

use leptos::prelude::*;

use crate::app::command_palette::CommandPalette;
use crate::app::panels::trials::{Trials, Truth};
use crate::app::session::Dialog;
use export::Export;
use help::Help;
use recent::Recent;
use share::Share;
use sheet::Sheet;
use starters::Starters;

/// All sheets; the session says which is open.
#[component]
pub fn Dialogs() -> impl IntoView {
    view! {
        <Sheet which=Dialog::Starters title=t!("Starters") wide=true>
            <Starters/>
        </Sheet>
        <Sheet which=Dialog::Share title=t!("Share") wide=false>
            <Share/>
        </Sheet>
        <Sheet which=Dialog::Export title=t!("Export") wide=false>
            <Export/>
        </Sheet>
        <Sheet which=Dialog::Trials title=t!("Repeat and sweep") wide=true>
            <Trials/>
        </Sheet>
        <Sheet which=Dialog::Truth title=t!("How true is this?") wide=true>
            <Truth/>
        </Sheet>
        <Sheet which=Dialog::Recent title=t!("Recent diagrams") wide=false>
            <Recent/>
        </Sheet>
        <Sheet which=Dialog::Help title=t!("Keys and signs") wide=true>
            <Help/>
        </Sheet>
        <Sheet which=Dialog::Commands title=t!("Commands") wide=false>
            <CommandPalette/>
        </Sheet>
    }
}

//! The page: a bar, palette, canvas, inspector and charts; keys; messages.
//! Knows where things stand, not what they do.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::actions::{for_key, Press};
use super::bar::Bar;
use super::canvas::board::Board;
use super::canvas::Stage;
use super::context_menu::ContextMenu;
use super::dom;
use super::outline::Outline;
use super::palette::Palette;
use super::panels::{Charts, Dialogs, Inspector};
use super::session::{MessageTone, Panel, Session};
use crate::app::live::{live, memo, piece, Each, Show};
use crate::icon::Icon;

/// The whole page.
#[component]
pub fn Shell() -> impl IntoView {
    let session = Session::get();
    let ui = session.ui;
    let outlined = memo(move || ui.panel.get() == Panel::Outline);
    let board = Board::new(session);
    provide_context(board);
    listen_to_keys(board);
    super::clipboard::listen(session);
    super::narration::narrate(session);
    super::panels::trials::tell_of_runs(session);
    view! {
        <div class="shell" data-panel=live(move || ui.panel.get().name())>
            <Bar />
            <aside class="side" aria-label=t!("Components and outline")>
                <div class="side-tabs">
                    <button type="button" class="tab" aria-pressed=live(move || (!outlined.get()).to_string()) on:click=move |_| ui.panel.set(Panel::None)>
                        {t!("Components")}
                    </button>
                    <button type="button" class="tab" aria-pressed=live(move || outlined.get().to_string()) on:click=move |_| ui.panel.set(Panel::Outline)>
                        {t!("Outline")}
                    </button>
                </div>
                <Palette />
                <Show when=move || outlined.get()><Outline /></Show>
            </aside>
            <Stage>
                <Messages />
                <Progress />
            </Stage>
            <div class="charts-slot"><Charts /></div>
            <aside class="inspector-slot" aria-label=t!("Inspector")>
                <h2 class="visually-hidden">{t!("Inspector")}</h2>
                <Inspector />
            </aside>
            <PanelTabs />
        </div>
        <Dialogs />
        <ContextMenu />
        <div class="visually-hidden" role="status" aria-live="polite">{piece(move || session.live.get())}</div>
        <div class="visually-hidden" role="log" aria-label=t!("The run")>{piece(move || session.story.get())}</div>
    }
}

/// On a narrow page: which panel stands beneath the canvas.
#[component]
fn PanelTabs() -> impl IntoView {
    let ui = Session::get().ui;
    let tabs = [
        (Panel::Add, "plus", t!("Add")),
        (Panel::Inspector, "sliders-horizontal", t!("Inspector")),
        (Panel::Charts, "chart-line", t!("Charts")),
        (Panel::Outline, "list-tree", t!("Outline")),
    ];
    let tabs = tabs.map(|(panel, icon, label)| {
        view! {
            <button type="button" class="panel-tab" aria-pressed=live(move || (ui.panel.get() == panel).to_string()) on:click=move |_| ui.turn_panel(panel)>
                <Icon name=icon />
                <span>{label}</span>
            </button>
        }
    });
    view! { <nav class="panel-tabs" aria-label=t!("Panels")>{tabs.into_iter().collect_view()}</nav> }
}

/// What was done and what was refused.
#[component]
fn Messages() -> impl IntoView {
    let session = Session::get();
    view! {
        <div class="messages" data-overlay="">
            <Each each=move || session.messages.get() key=|m| m.id let:message>
                <div class="message" data-tone=if message.tone == MessageTone::Problem { "problem" } else { "info" }>
                    <Icon name=if message.tone == MessageTone::Problem { "triangle-alert" } else { "info" } />
                    <span>{message.text.clone()}</span>
                    {message.offer.map(|offer| {
                        let take = move |_| {
                            session.dismiss(message.id);
                            session.accept(offer);
                        };
                        view! { <button type="button" class="button back" on:click=take>{t!(offer.label())}</button> }
                    })}
                    <button type="button" class="button" aria-label=t!("Dismiss") on:click=move |_| session.dismiss(message.id)><Icon name="x" /></button>
                </div>
            </Each>
        </div>
    }
}

/// How far a replay has come.
#[component]
fn Progress() -> impl IntoView {
    let session = Session::get();
    let shown = memo(move || session.replay.with(|r| r.is_some_and(|r| r.shown)));
    let done = move || session.replay.with(|r| r.map_or(0.0, |r| r.done));
    view! {
        <Show when=move || shown.get()>
            <div class="replay" data-overlay="">
                <div>
                    <b>{t!("Running again to where you left off")}</b>
                    <progress max="1" value=live(done)></progress>
                    <button type="button" class="button outlined" on:click=move |_| session.cancel_replay()>{t!("Start from the beginning instead")}</button>
                </div>
            </div>
        </Show>
    }
}

/// Keys: what the focused element does not take, the canvas and the registry of actions may.
fn listen_to_keys(board: Board) {
    let session = board.session;
    // Space pans while it is held and dragged; a mere press plays or pauses.
    let down = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.is_composing()
            || event.default_prevented()
            || session.dialog.with_untracked(Option::is_some)
            || dom::takes_text(event.target())
        {
            return;
        }
        let key = event.key();
        let on_control = on_control(&event);
        if on_control && (key == " " || key == "Enter") {
            return;
        }
        // Arrows belong to sliders and lists that have the focus.
        if on_control && key.starts_with("Arrow") {
            return;
        }
        if key == " " {
            event.prevent_default();
            if !event.repeat() {
                board.panned.set_value(false);
                board.grabbing.set(true);
            }
            return;
        }
        if board.key(&event) {
            event.prevent_default();
            return;
        }
        if let Some(action) = for_key(&Press::from(&event)) {
            event.prevent_default();
            action.run(session);
        }
    });
    let up = window_event_listener(leptos::ev::keyup, move |event: KeyboardEvent| {
        // Moves by key are one step until the key that makes them moves is let go.
        if event.key() == "Shift" {
            session.settle();
        }
        if event.key() == " " && board.grabbing.get_untracked() {
            board.grabbing.set(false);
            if !board.panned.get_value() {
                session.toggle();
            }
        }
    });
    let blur = window_event_listener(leptos::ev::blur, move |_| board.grabbing.set(false));
    on_cleanup(move || {
        down.remove();
        up.remove();
        blur.remove();
    });
}

/// Whether the focus is on a control other than the canvas and its cards.
fn on_control(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return false };
    element.matches("button, a[href], input, summary, [role=slider], [role=tab], [role=option]").unwrap_or(false)
}

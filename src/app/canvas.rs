//! The canvas: cards as elements one can focus, links and traffic drawn between them.
//! Knows frames, not how the run makes them.

pub mod board;
mod card;
mod colours;
mod curve;
pub mod facts;
mod frames;
mod gesture;
mod gestures;
mod ink;
mod keys;
mod legend;
pub mod members;
mod minimap;
mod paint;
mod route;
mod scene;
mod stream;
mod tint;
mod toolbar;

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::button::ActionButton;
use super::dom;
use super::session::Session;
use crate::app::live::{effect, live, memo, piece, Each, Show};
use crate::components::{kind, Group};
use crate::diagram::{Document, Node};
use crate::editor::geometry::{closed_around, pan};
use board::Board;
use card::Card;
pub use frames::icon as group_icon;
use frames::{FrameToolbar, Frames, Guides, LinkEnds, Notes, Offers, Subsystems, Typing};
use legend::Legend;
use minimap::Minimap;
use scene::{Drag, Looks};
use toolbar::BreakToolbar;

/// Most packets drawn at once: as many as an eye can follow.
const PACKETS: usize = 300;
/// As many as `?packets=` in the address can ask for, to measure the drawing.
const MOST_PACKETS: usize = 100_000;

/// The stage: everything between the palette and the inspector.
#[component]
pub fn Stage(
    /// What lies over the stage: messages, a replay's progress.
    children: Children,
) -> impl IntoView {
    let board = Board::get();
    let session = board.session;
    let under = NodeRef::<leptos::html::Canvas>::new();
    let shapes = NodeRef::<leptos::html::Canvas>::new();
    let over = NodeRef::<leptos::html::Canvas>::new();

    // New colours when the theme changes, by the switch or by the system.
    effect(move || {
        session.theme.track();
        board.scene.update_value(|scene| scene.colours = None);
    });
    watch_size(board, [under, shapes, over]);

    let ids = memo(move || {
        session.diagram.with(|d| {
            // What is in a closed subsystem is not seen itself.
            let seen = d.nodes.iter().filter(|n| closed_around(d, n.group.as_deref()).is_none());
            seen.map(|n| n.id.clone()).collect::<Vec<_>>()
        })
    });
    let camera = move || {
        let view = session.view.get();
        format!("scale({}) translate({}px, {}px)", view.zoom, -view.x, -view.y)
    };
    // So that what a finger must hit has its size from afar too.
    let unzoom = move || format!("{:.3}", 1.0 / session.view.get().zoom);
    let grid = move || {
        let view = session.view.get();
        let mut pitch = 24.0 * view.zoom;
        while pitch < 14.0 {
            pitch *= 2.0;
        }
        format!("background-size: {pitch}px {pitch}px; background-position: {}px {}px", -view.x * view.zoom, -view.y * view.zoom)
    };
    let far = memo(move || far(session.view.get().zoom));
    let hint = move || hint(session);
    // Where copies being dragged would stand.
    let copies = move || {
        let drag = if board.copying.get() { board.drag.get() } else { Drag::default() };
        let outlines = drag.nodes.iter().filter_map(|id| {
            let (x, y) = session.diagram.with(|d| d.node(id).map(|n| (n.x + drag.by.0, n.y + drag.by.1)))?;
            Some(view! { <div class="card-copy" style:transform=format!("translate({x}px, {y}px)")></div> })
        });
        outlines.collect_view()
    };
    let band = move || {
        let (a, b) = board.band.get()?;
        let place =
            format!("left: {}px; top: {}px; width: {}px; height: {}px", a.0.min(b.0), a.1.min(b.1), (a.0 - b.0).abs(), (a.1 - b.1).abs());
        Some(view! { <div class="band" style=place></div> })
    };
    view! {
        <section
            class="stage"
            role="main"
            node_ref=board.stage
            aria-label=t!("Diagram")
            style=live(grid)
            data-far=live(move || far.get())
            data-linking=live(move || session.linking.with(Option::is_some).to_string())
            data-grabbing=live(move || board.grabbing.get().to_string())
            data-area=live(move || session.ui.selects_area.get().to_string())
            data-placing=live(move || session.ui.placing.with(Option::is_some).to_string())
            on:pointerdown=move |e| board.pressed(e)
            on:pointermove=move |e| board.moved(e)
            on:pointerup=move |e| board.released(e)
            on:pointercancel=move |e| board.lost(e)
            on:wheel=move |e| board.wheeled(e)
            on:dblclick=move |e| board.double_clicked(e)
            on:contextmenu=move |e| board.asked(e)
        >
            <div class="cards behind" style:transform=live(camera)><Frames /></div>
            <canvas class="layer" node_ref=under aria-hidden="true"></canvas>
            <div class="cards" style:transform=live(camera) style=("--unzoom", unzoom)>
                <Each each=move || ids.get() key=|id| id.clone() let:id>
                    <Card id=id />
                </Each>
                <Subsystems />
                <Notes />
                {piece(copies)}
                <LinkEnds />
                <Guides />
            </div>
            <canvas class="layer over" node_ref=shapes aria-hidden="true"></canvas>
            <canvas class="layer over" node_ref=over aria-hidden="true"></canvas>
            {piece(band)}
            <BreakToolbar />
            <FrameToolbar />
            <Offers />
            <Typing />
            <p class="stage-hint" data-overlay="">{piece(hint)}</p>
            <Legend />
            <Show when=move || session.ui.minimap.get()><Minimap /></Show>
            <div class="zoom" data-overlay="" role="toolbar" aria-label=t!("Zoom")>
                <ActionButton id="undo" />
                <ActionButton id="redo" />
                <span class="rule"></span>
                <ActionButton id="zoom-out" />
                <span class="zoom-figure">{piece(move || format!("{:.0} %", session.view.get().zoom * 100.0))}</span>
                <ActionButton id="zoom-in" />
                <ActionButton id="fit" />
                <ActionButton id="minimap" />
                <ActionButton id="select-area" />
            </div>
            {children()}
        </section>
    }
}

/// How far one stands from the cards: from afar they say less, larger.
fn far(zoom: f64) -> &'static str {
    match zoom {
        z if z < 0.4 => "very",
        z if z < 0.6 => "yes",
        _ => "no",
    }
}

/// One sentence on what to do next.
fn hint(session: Session) -> &'static str {
    let by_finger = dom::media("(pointer: coarse)");
    if session.linking.with(Option::is_some) {
        return match by_finger {
            true => t!("Tap the component to connect to; the empty canvas cancels"),
            false => t!("Choose the component to connect to, Escape cancels"),
        };
    }
    if session.ui.placing.with(Option::is_some) {
        return t!("Tap the place where it goes");
    }
    if session.to_come.get() > 0 {
        return t!("What you did later happens again when the run comes to it");
    }
    if session.diagram.with(|d| d.nodes.is_empty()) {
        return t!("Drag a component here, or choose a starter");
    }
    if let Some(next) = session.diagram.with(|d| building(d, by_finger)) {
        return next;
    }
    if session.still.get() && !session.playing.get() {
        return t!("Paused, because your system asks for less motion: press Play, or step through single events");
    }
    let untouched = session.undo_label.with(Option::is_none) && session.redo_label.with(Option::is_none);
    if untouched && session.selection.with(|s| s.nodes.is_empty() && s.links.is_empty()) {
        return match by_finger {
            true => t!("Tap a server, then Crash"),
            false => t!("Select a server and press K to crash it"),
        };
    }
    ""
}

/// What a diagram lacks that is being begun.
fn building(diagram: &Document, by_finger: bool) -> Option<&'static str> {
    let brings = |n: &Node| kind(&n.kind).is_some_and(|k| k.group == Group::Traffic);
    match diagram.nodes.len() {
        0 => None,
        _ if !diagram.nodes.iter().any(brings) => Some(t!("Add clients: they send the requests")),
        1 => Some(t!("Add what answers them, a service say")),
        _ if !diagram.links.is_empty() => None,
        _ if by_finger => Some(t!("Select a component, tap the tab at its right edge, then the one that it calls")),
        _ => Some(t!("Drag from the right edge of a component to the one that it calls")),
    }
}

/// An observer and what it calls; both live as long as the stage.
type Watch = (web_sys::ResizeObserver, Closure<dyn FnMut()>);

/// Keeps the size of the stage and of its layers.
fn watch_size(board: Board, layers: [NodeRef<leptos::html::Canvas>; 3]) {
    let session = board.session;
    let kept: StoredValue<Option<Watch>, LocalStorage> = StoredValue::new_local(None);
    effect(move || {
        let Some(stage) = board.stage.get() else { return };
        if kept.with_value(Option::is_some) {
            return;
        }
        let resized = move || {
            let Some(stage) = board.stage.get_untracked() else { return };
            let size = (f64::from(stage.client_width()), f64::from(stage.client_height()));
            let ratio = dom::window().map_or(1.0, |w| w.device_pixel_ratio());
            let (width, height) = ((size.0 * ratio) as u32, (size.1 * ratio) as u32);
            let resized = |c: &HtmlCanvasElement| (c.width(), c.height()) != (width, height);
            // A canvas is emptied by that.
            for canvas in layers.into_iter().filter_map(|c| c.get_untracked()).filter(|c| resized(c)) {
                canvas.set_width(width);
                canvas.set_height(height);
            }
            let before = session.viewport.get_untracked();
            let first = before.0 < 1.0;
            // What was in the middle stays there when a panel beside or beneath comes or goes.
            if !first && size.0 > 1.0 {
                session.view.update(|v| *v = pan(*v, (size.0 - before.0) / 2.0, (size.1 - before.1) / 2.0));
            }
            session.viewport.set(size);
            if first || session.fit_next.get_untracked() {
                session.fit_if_asked();
            }
        };
        let closure = Closure::wrap(Box::new(resized) as Box<dyn FnMut()>);
        if let Ok(observer) = web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            observer.observe(&stage);
            kept.set_value(Some((observer, closure)));
        }
    });
    // Else the browser goes on calling what is gone with the view.
    on_cleanup(move || {
        let _ = kept.try_update_value(|kept| {
            if let Some((observer, _)) = kept.take() {
                observer.disconnect();
            }
        });
    });
    let most_packets = most_packets();
    super::clock::each_frame(session, move |wall_ms| {
        if let [Some(under), Some(shapes), Some(over)] = layers.map(|l| l.get_untracked()) {
            draw(board, [&under, &shapes, &over], most_packets, wall_ms);
        }
    });
}

/// Most packets drawn at once, unless the address asks for another number.
fn most_packets() -> usize {
    dom::asked("packets").and_then(|n| n.parse().ok()).unwrap_or(PACKETS).min(MOST_PACKETS)
}

fn pen(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

fn draw(board: Board, [under, shapes, over]: [&HtmlCanvasElement; 3], most_packets: usize, wall_ms: f64) {
    let session = board.session;
    board.lay_out();
    let (Some(under), Some(over)) = (pen(under), pen(over)) else { return };
    let draft = board.draft();
    let playing = session.playing.get_untracked();
    let speed = session.speed.get_untracked();
    let view = session.view.get_untracked();
    let size = session.viewport.get_untracked();
    let ratio = dom::window().map_or(1.0, |w| w.device_pixel_ratio());
    let selection = session.selection.get_untracked();
    let request = session.request.get_untracked();
    let still = session.still.get_untracked();
    let colour_by = board.colour_by.get_untracked();
    let looks = Looks {
        colour_by,
        now: session.now(),
        diagram: std::sync::Arc::as_ptr(&session.diagram.get_untracked()) as usize,
        frame: std::sync::Arc::as_ptr(&session.frame.get_untracked()) as usize,
        drag: board.drag.get_untracked(),
        gliding: session.shaping.gliding.get_untracked(),
        selection: selection.clone(),
        view,
        size,
        ratio,
        draft,
        request,
    };
    let one_in = session.with_run(|run| {
        let fading = run.marks.back().is_some_and(|m| wall_ms - m.born_ms < paint::MARK_LIFE_MS + 100.0);
        // Standing still, only what changed is drawn again.
        let same = board.scene.try_update_value(|scene| scene.looks_the_same(looks)).unwrap_or(false);
        if same && !playing && !fading {
            return board.one_in.get_untracked();
        }
        let strength = if playing { run.dial.legibility(speed) } else { 1.0 };
        let frame = dom::timed("picture", || run.experiment.frame(most_packets));
        run.dial.observe(&frame);
        board.scene.update_value(|scene| {
            let diagram = session.diagram.get_untracked();
            let picture = paint::Picture {
                colour_by,
                diagram: &diagram,
                frame: &frame,
                marks: &run.marks,
                view,
                size,
                ratio,
                selection: &selection,
                request,
                draft,
                wall_ms,
                still,
                strength,
            };
            let layers = paint::Layers { under: &under, shapes, over: &over };
            board.painting.update_value(|kept| dom::timed("drawing", || paint::paint(&layers, &picture, scene, kept)));
        });
        frame.one_in.max(1)
    });
    if let Some(one_in) = one_in.filter(|n| *n != board.one_in.get_untracked()) {
        board.one_in.set(one_in);
    }
}

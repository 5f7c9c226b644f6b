//! Export: the diagram as a picture in colours of one's own choice, what was measured as tables.
//! Draws and counts nothing itself.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::app::canvas::facts;
use crate::app::dom;
use crate::app::live::live;
use crate::app::session::Session;
use crate::app::storage::file_name;
use crate::app::words::translate;
use crate::diagram::Node;
use crate::export::svg::{Caption, Picture};
use crate::export::{csv, Theme};

/// Most pixels of a picture, in width or height: browsers refuse larger ones.
const MOST_PIXELS: f64 = 16_000.0;

/// What the picture is to be.
#[derive(Clone, Copy)]
struct Choice {
    dark: RwSignal<bool>,
    figures: RwSignal<bool>,
    ground: RwSignal<bool>,
    scale: RwSignal<f64>,
}

impl Choice {
    fn svg(self, session: Session) -> String {
        let diagram = session.diagram.get_untracked();
        let frame = session.frame.get_untracked();
        let standings = facts::Standings::new(frame.clone(), &diagram);
        let caption = |node: &Node| {
            let Some(now) = standings.node(&node.id) else { return Caption::default() };
            let state = standings.state(&node.id);
            Caption {
                headline: facts::headline(now, &node.kind, frame.now),
                extra: standings.extra(&node.id, &node.kind),
                chip: state.chip,
                state: state.name,
            }
        };
        Picture {
            diagram: &diagram,
            frame: self.figures.get_untracked().then_some(&*frame),
            caption: &caption,
            words: &|text| translate(text).into_owned(),
            theme: if self.dark.get_untracked() { Theme::Dark } else { Theme::Light },
            ground: self.ground.get_untracked(),
        }
        .svg()
    }
}

/// The sheet's content, made when it opens.
#[component]
pub fn Export() -> impl IntoView {
    let session = Session::get();
    session.publish();
    let choice = Choice {
        // Paper is light, whatever the screen is.
        dark: RwSignal::new(false),
        figures: RwSignal::new(true),
        ground: RwSignal::new(true),
        scale: RwSignal::new(2.0),
    };
    let preview = move || {
        choice.dark.track();
        choice.figures.track();
        choice.ground.track();
        address(&choice.svg(session))
    };
    let tick = |label: &'static str, signal: RwSignal<bool>| {
        view! {
            <label class="tick">
                <input type="checkbox" prop:checked=live(move || signal.get()) on:change=move |e| signal.set(event_target_checked(&e))/>
                <span>{label}</span>
            </label>
        }
    };
    let save_svg = move |_| {
        let name = file_name(&session.diagram.get_untracked(), "svg");
        session.offer_file(&name, "image/svg+xml", &choice.svg(session));
    };
    let save_png = move |_| {
        let name = file_name(&session.diagram.get_untracked(), "png");
        raster(session, &choice.svg(session), choice.scale.get_untracked(), name);
    };
    let save_series = move |_| {
        let name = file_name(&session.diagram.get_untracked(), "series.csv");
        session.offer_file(&name, "text/csv", &session.with_experiment(csv::series));
    };
    let save_totals = move |_| {
        let name = file_name(&session.diagram.get_untracked(), "totals.csv");
        session.offer_file(&name, "text/csv", &session.with_experiment(|e| csv::totals(&e.report())));
    };
    let scales = [1.0, 2.0, 3.0].map(|s| view! { <option value=s.to_string() selected=s == 2.0>{format!("{s}×")}</option> });
    let scale = move |e| choice.scale.set(event_target_value(&e).parse().unwrap_or(1.0));
    view! {
        <img class="picture" alt=t!("The picture as it will be") src=live(preview)/>
        <div class="choices">
            <label>
                <span>{t!("Colours")}</span>
                <select on:change=move |e| choice.dark.set(event_target_value(&e) == "dark")>
                    <option value="light">{t!("Light")}</option>
                    <option value="dark">{t!("Dark")}</option>
                </select>
            </label>
            {tick(t!("State of the run"), choice.figures)}
            {tick(t!("Background"), choice.ground)}
        </div>
        <div class="takings">
            <button type="button" class="button outlined" on:click=save_svg>{t!("Picture as SVG")}</button>
            <span class="paired">
                <button type="button" class="button outlined" on:click=save_png>{t!("Picture as PNG")}</button>
                <select aria-label=t!("Size of the PNG") on:change=scale>{scales}</select>
            </span>
            <button type="button" class="button outlined" on:click=save_series>{t!("Figures over time as CSV")}</button>
            <button type="button" class="button outlined" on:click=save_totals>{t!("Totals as CSV")}</button>
        </div>
    }
}

/// An address that holds the picture itself.
fn address(svg: &str) -> String {
    format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(svg))
}

/// Draws a picture in pixels and offers it.
pub(in crate::app::panels) fn raster(session: Session, svg: &str, scale: f64, name: String) {
    let failed = move || session.refuse(t!("This browser could not draw the picture: take the SVG instead"));
    let Ok(image) = web_sys::HtmlImageElement::new() else { return failed() };
    let shared = image.clone();
    let drawn = Closure::once_into_js(move || {
        if rasterise(session, &shared, scale, name).is_none() {
            failed();
        }
    });
    image.set_onload(Some(drawn.unchecked_ref()));
    image.set_onerror(Some(Closure::once_into_js(failed).unchecked_ref()));
    image.set_src(&address(svg));
}

fn rasterise(session: Session, image: &web_sys::HtmlImageElement, scale: f64, name: String) -> Option<()> {
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = scale.min(MOST_PIXELS / width).min(MOST_PIXELS / height);
    let canvas: web_sys::HtmlCanvasElement = dom::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width((width * scale).round() as u32);
    canvas.set_height((height * scale).round() as u32);
    let pen: web_sys::CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    pen.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height())).ok()?;
    let taken = Closure::once_into_js(move |blob: JsValue| match blob.dyn_into::<web_sys::Blob>() {
        Ok(blob) if dom::download_blob(&name, &blob).is_some() => session.tell(t!("Saved as a file")),
        _ => session.refuse(t!("This browser could not draw the picture: take the SVG instead")),
    });
    canvas.to_blob(taken.unchecked_ref()).ok()
}

//! The inspector of one node: name, state, live figures, settings, what it holds, links, explanation.
//! Generated from the kind's declarations; knows no kind.

use leptos::prelude::*;

use super::figures::{of_node, Figure, Figures};
use super::form::ParamForm;
use super::knob::Target;
use super::members::Instances;
use super::place::GroupField;
use crate::app::button::ActionButton;
use crate::app::live::{live, memo, piece, Each, Show};
use crate::app::panels::format;
use crate::app::panels::told::told;
use crate::app::panels::{Icon, NameField};
use crate::app::session::{Session, Thing};
use crate::components::{self, Explanation, Kind};
use crate::lab::frame::{Health, LinkFrame, NodeFrame, Outage};

/// The inspector of this node.
#[component]
pub fn NodeInspector(id: String) -> impl IntoView {
    let session = Session::get();
    let kind_id = session.diagram.with_untracked(|d| d.node(&id).map(|n| n.kind.clone())).unwrap_or_default();
    let kind = components::kind(&kind_id);
    let frame = {
        let id = id.clone();
        memo(move || session.frame.with(|f| f.nodes.iter().find(|n| n.id == id).cloned()))
    };
    let specs = kind.map(|k| k.params()).unwrap_or_default();
    let has_station = kind.is_some_and(|k| k.has_station);
    let figures = Signal::derive(move || frame.with(|f| f.as_ref().map(|f| of_node(f, has_station)).unwrap_or_default()));
    let settings = (!specs.is_empty()).then(|| {
        let all = StoredValue::new(specs.clone());
        view! {
            <section class="group" aria-label=t!("Settings")>
                <h3>{t!("Settings")}</h3>
                <ParamForm target=Target::Node(id.clone()) specs=specs all=all/>
            </section>
        }
    });
    view! {
        <section class="subject" aria-label=t!("Selected component")>
            <header class="subject-head">
                <NameField thing=Thing::Node(id.clone()) class="name-field"/>
                <p class="subject-kind" title=kind.map(|k| t!(k.summary))>
                    <Icon name=kind.map_or("file-question-mark", |k| k.icon)/>
                    {kind.map_or_else(|| t!("Unknown kind “%{kind}”", kind = kind_id), |k| t!(k.label).to_string())}
                </p>
                <State id=id.clone() frame=frame/>
            </header>
            <section class="group" aria-label=t!("Now")>
                <h3>{t!("Now")} " " <small>{t!("rates over the last second, ratios over ten")}</small></h3>
                <Figures list=figures/>
            </section>
            <Instances id=id.clone() frame=frame/>
            {settings}
            <GroupField id=id.clone()/>
            <Held frame=frame/>
            <Shares frame=frame/>
            <Verdicts frame=frame/>
            <Links id=id/>
            {kind.map(explanation)}
            <div class="group verbs"><ActionButton id="truth" named=true class="outlined small"/><ActionButton id="sweep" named=true class="outlined small"/></div>
        </section>
    }
}

/// Up, slow or down, since when, and who keeps away from it.
#[component]
fn State(id: String, frame: Memo<Option<NodeFrame>>) -> impl IntoView {
    let session = Session::get();
    let state = memo(move || {
        let now = session.frame.with(|f| f.now);
        match frame.with(|f| f.as_ref().map(|f| f.health)) {
            None => ("dim", t!("Not part of the run").to_string()),
            Some(Health::Up) => ("good", t!("Up").to_string()),
            Some(Health::Slow(factor)) => ("warn", t!("Slowed: takes %{factor}× as long", factor = format::figure(factor))),
            Some(Health::Down(outage, since)) => {
                let (ago, moment) = (format::ago(since, now), format::moment(since));
                let words = match outage {
                    Outage::Crashed => t!("Crashed %{ago} (%{moment})", ago = ago, moment = moment),
                    Outage::Vanished => t!("Vanished %{ago} (%{moment}): nobody is told", ago = ago, moment = moment),
                    Outage::Hangs => t!("Hangs since %{moment} (%{ago}): it accepts, and answers nobody", ago = ago, moment = moment),
                };
                ("bad", words)
            }
            Some(Health::Placeholder) => ("dim", t!("Not simulated: a newer version knows this kind").to_string()),
        }
    });
    let avoided = memo(move || {
        let judges: Vec<(String, &'static str)> = session.frame.with(|f| {
            let about = |n: &NodeFrame| n.verdicts.iter().find(|(node, _)| *node == id).map(|(_, what)| (n.id.clone(), *what));
            f.nodes.iter().filter_map(about).collect()
        });
        let diagram = session.diagram.get();
        let name = |id: &str| diagram.node(id).map_or_else(|| id.to_string(), |n| n.name.clone());
        judges.iter().map(|(judge, what)| format!("{}: {}", name(judge), t!(*what))).collect::<Vec<_>>().join(" · ")
    });
    view! {
        <p class="state" data-tone=live(move || state.get().0)>
            <i class="state-dot" aria-hidden="true"></i>
            <span>{piece(move || state.get().1)}</span>
        </p>
        <Show when=move || !avoided.with(String::is_empty)>
            <p class="state-note">{piece(move || avoided.get())}</p>
        </Show>
    }
}

/// A few keys that it holds.
#[component]
fn Held(frame: Memo<Option<NodeFrame>>) -> impl IntoView {
    let sample = memo(move || frame.with(|f| f.as_ref().map(|f| f.sample.clone()).unwrap_or_default()));
    view! {
        <Show when=move || !sample.with(Vec::is_empty)>
            <section class="group" aria-label=t!("Keys it holds")>
                <h3>{t!("Latest keys")}</h3>
                <ul class="held">
                    {piece(move || sample.get().into_iter().map(|(key, version)| view! {
                        <li>{format!("{key}")} <b>{format!("v{version}")}</b></li>
                    }).collect_view())}
                </ul>
            </section>
        </Show>
    }
}

/// How it spreads requests over others.
#[component]
fn Shares(frame: Memo<Option<NodeFrame>>) -> impl IntoView {
    let session = Session::get();
    let list = memo(move || frame.with(|f| f.as_ref().map(|f| f.shares.clone()).unwrap_or_default()));
    let figures = Signal::derive(move || {
        let diagram = session.diagram.get();
        let row = |(id, share): (String, f64)| Figure {
            label: diagram.node(&id).map_or_else(|| id.clone(), |n| n.name.clone()),
            value: format::with_unit(share, "%"),
            share: Some(share),
            tone: "accent",
        };
        list.get().into_iter().map(row).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <section class="group" aria-label=t!("Share of each")>
                <h3>{t!("Share of each")}</h3>
                <Figures list=figures/>
            </section>
        </Show>
    }
}

/// What it says of others.
#[component]
fn Verdicts(frame: Memo<Option<NodeFrame>>) -> impl IntoView {
    let session = Session::get();
    let list = memo(move || frame.with(|f| f.as_ref().map(|f| f.verdicts.clone()).unwrap_or_default()));
    let name = move |id: &str| session.diagram.with(|d| d.node(id).map_or_else(|| id.to_string(), |n| n.name.clone()));
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <section class="group" aria-label=t!("Verdicts")>
                <h3>{t!("Its view of others")}</h3>
                <ul class="rows">
                    {piece(move || list.get().into_iter().map(|(id, what)| {
                        let label = name(&id);
                        view! {
                            <li>
                                <button type="button" class="row-button" on:click=move |_| session.select_node(&id)>
                                    <span>{label}</span>
                                    <span class="row-end">{t!(what)}</span>
                                </button>
                            </li>
                        }
                    }).collect_view())}
                </ul>
            </section>
        </Show>
    }
}

/// Whom it calls and who calls it.
#[component]
fn Links(id: String) -> impl IntoView {
    let session = Session::get();
    let list = memo(move || {
        let diagram = session.diagram.get();
        let name = |id: &str| diagram.node(id).map_or_else(|| id.to_string(), |n| n.name.clone());
        let out = diagram.links.iter().filter(|l| l.from == id).map(|l| (l.id.clone(), true, name(&l.to)));
        let into = diagram.links.iter().filter(|l| l.to == id).map(|l| (l.id.clone(), false, name(&l.from)));
        out.chain(into).collect::<Vec<_>>()
    });
    let rate = move |link: &str| session.frame.with(|f| f.links.iter().find(|l| l.id == link).map(rate_text));
    view! {
        <section class="group" aria-label=t!("Links")>
            <h3>{t!("Links")}</h3>
            <Show
                when=move || !list.with(Vec::is_empty)
                fallback=|| view! { <p class="quiet">{t!("None yet: drag from its edge, or press C and choose the other end")}</p> }
            >
                <ul class="rows">
                    <Each each=move || list.get() key=|row| row.clone() let:row>
                        {
                            let (link, out, other) = row;
                            let chosen = link.clone();
                            view! {
                                <li>
                                    <button type="button" class="row-button" on:click=move |_| session.select_link(&chosen)>
                                        <span class="row-arrow">{if out { t!("to") } else { t!("from") }}</span>
                                        <span>{other}</span>
                                        <span class="row-end">{piece(move || rate(&link))}</span>
                                    </button>
                                </li>
                            }
                        }
                    </Each>
                </ul>
            </Show>
        </section>
    }
}

fn rate_text(link: &LinkFrame) -> String {
    match (link.cut, link.replication) {
        (true, _) => t!("cut").into(),
        _ if !link.impairments.is_empty() => format!("{} · {}", t!("impaired"), format::with_unit(link.rate_per_s, "/s")),
        (false, true) => t!("log").into(),
        (false, false) => format::with_unit(link.rate_per_s, "/s"),
    }
}

/// What the kind does, behind a disclosure.
fn explanation(kind: &'static Kind) -> impl IntoView {
    let open = RwSignal::new(false);
    let on_toggle = move |event| open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    view! {
        <details class="explanation" on:toggle=on_toggle>
            <summary>{t!("About: %{what}", what = t!(kind.label).to_lowercase())}</summary>
            {piece(move || open.get().then(|| told(kind.id, paragraphs)))}
        </details>
    }
}

fn paragraphs(_: &str, told: &Explanation) -> AnyView {
    told.paragraphs.iter().map(|text| view! { <p>{text.clone()}</p> }).collect_view().into_any()
}

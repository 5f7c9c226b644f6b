//! Charts over simulated time: of the whole system and of the selected node, with one crosshair for all of them.
//! Published with the session's pictures, a few times a second; nothing here runs each frame.

mod data;
mod histogram;
mod plot;
mod table;
mod view;

use std::sync::Arc;

use leptos::prelude::*;

pub use data::ChartSet;
use histogram::Histogram;
use plot::Mark;
use table::ChartTable;
use view::ChartView;

use super::format;
use crate::app::button::ActionButton;
use crate::app::live::{live, memo, piece, Each, Show};
use crate::app::session::Session;
use crate::app::words::translate;
use crate::components::{self, Group};
use crate::diagram::Node;
use crate::lab::frame::{Event, Tone};

/// What the panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The whole system.
    System,
    /// The selected node.
    Node,
}

/// Which of its sides it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    /// How it goes over time.
    Course,
    /// How latencies are spread.
    Spread,
    /// Nodes beside each other.
    Compared,
    /// What it is worth and what it costs.
    Costs,
}

impl Topic {
    const ALL: [Topic; 4] = [Topic::Course, Topic::Spread, Topic::Compared, Topic::Costs];

    /// Name of the tab, in English.
    fn label(self) -> &'static str {
        match self {
            Topic::Course => text!("Over time"),
            Topic::Spread => text!("Latency histogram"),
            Topic::Compared => text!("Utilisation"),
            Topic::Costs => text!("Availability and cost"),
        }
    }

    /// Whether a node has this side; the whole system has all of them.
    fn is_of_node(self, sends: bool) -> bool {
        match self {
            Topic::Course | Topic::Costs => true,
            // Latencies are measured where requests begin and end.
            Topic::Spread => sends,
            Topic::Compared => false,
        }
    }
}

/// What every chart of the panel shares.
#[derive(Clone, Copy)]
struct Shared {
    set: Memo<Arc<ChartSet>>,
    marks: Memo<Arc<Vec<Mark>>>,
    /// Moment of the crosshair in seconds.
    cross: RwSignal<Option<f64>>,
}

/// The panel beneath the canvas.
#[component]
pub fn Charts() -> impl IntoView {
    let session = Session::get();
    let scope = RwSignal::new(Scope::System);
    let tabled = RwSignal::new(false);
    let node = selected_node(session);
    let shown = memo(move || if node.with(Option::is_some) { scope.get() } else { Scope::System });
    let name = move || node.get().and_then(|id| session.diagram.with(|d| d.node(&id).map(|n| n.name.clone()))).unwrap_or_default();
    let client = memo(move || node.get().filter(|id| shown.get() == Scope::Node && sends(session, id)));
    let chosen = RwSignal::new(Topic::Course);
    let has = move |topic: Topic| shown.get() == Scope::System || topic.is_of_node(client.with(Option::is_some));
    let topic = memo(move || Some(chosen.get()).filter(|t| has(*t)).unwrap_or(Topic::Course));
    let set = memo(move || {
        Arc::new(match (shown.get(), node.get()) {
            (Scope::Node, Some(id)) => node_set(session, &id, topic.get()),
            _ => system_set(session, topic.get()),
        })
    });
    let marks = memo(move || {
        let diagram = session.diagram.get();
        let name = |id: &str| diagram.node(id).map(|n| n.name.clone());
        Arc::new(session.events.with(|events| events.iter().filter_map(|e| mark(e, &name)).collect::<Vec<_>>()))
    });
    let shared = Shared { set, marks, cross: RwSignal::new(None) };
    let names = memo(move || set.with(|s| s.charts.iter().map(|c| c.name.clone()).collect::<Vec<_>>()));
    let tab = move |of: Scope, label: AnyView| tab_button(move || shown.get() == of, move || scope.set(of), label);
    let topics = Topic::ALL.map(|of| {
        view! {
            <Show when=move || has(of)>{tab_button(move || topic.get() == of, move || chosen.set(of), t!(of.label()).into_any())}</Show>
        }
    });
    let spread_title = Signal::derive(move || match client.get() {
        Some(_) => t!("Latency of requests of %{name}", name = name()),
        None => t!("Latency of all requests").to_string(),
    });
    view! {
        <section class="charts" aria-label=t!("Charts")>
            <header class="charts-head">
                <div class="tabs" role="group" aria-label=t!("Charts of")>
                    {tab(Scope::System, t!("Whole system").into_any())}
                    <Show when=move || node.with(Option::is_some)>{tab(Scope::Node, name.into_any())}</Show>
                </div>
                <div class="tabs topics" role="group" aria-label=t!("Show")>{topics.into_iter().collect_view()}</div>
                <ActionButton id="repeat" class="small"/>
                <ActionButton id="sweep" class="small"/>
                <p class="charts-moment" aria-hidden="true">{piece(move || moment_text(shared))}</p>
                <button
                    type="button"
                    class="tab"
                    aria-pressed=live(move || tabled.get().to_string())
                    on:click=move |_| tabled.update(|t| *t = !*t)
                >
                    {t!("Table")}
                </button>
            </header>
            <Show
                when=move || !names.with(Vec::is_empty)
                fallback=move || view! {
                    <p class="charts-empty">
                        {piece(move || if session.playing.get() { t!("Measuring the first moments…") } else { t!("Nothing has been measured yet: press play") })}
                    </p>
                }
            >
                <Show
                    when=move || topic.get() != Topic::Spread
                    fallback=move || view! { <Histogram client=client title=spread_title tabled=tabled/> }
                >
                    <Show when=move || !tabled.get() fallback=move || view! { <ChartTable shared=shared/> }>
                        <div class="charts-grid" on:pointerleave=move |_| shared.cross.set(None)>
                            <Each each=move || names.get() key=|name| name.clone() let:name>
                                <ChartView name=name shared=shared/>
                            </Each>
                        </div>
                    </Show>
                </Show>
            </Show>
        </section>
    }
}

/// A button of a group of which one is pressed.
fn tab_button(
    pressed: impl Fn() -> bool + Send + Sync + 'static,
    press: impl Fn() + Send + Sync + 'static,
    label: AnyView,
) -> impl IntoView {
    view! {
        <button type="button" class="tab" aria-pressed=live(move || pressed().to_string()) on:click=move |_| press()>{label}</button>
    }
}

/// Whether a node sends requests of its own, so that latencies are measured there.
fn sends(session: Session, id: &str) -> bool {
    let kind = session.diagram.with(|d| d.node(id).and_then(|n| components::kind(&n.kind)));
    kind.is_some_and(|k| k.group == Group::Traffic)
}

/// The one selected node.
fn selected_node(session: Session) -> Memo<Option<String>> {
    memo(move || session.selection.with(|s| if s.nodes.len() == 1 && s.links.is_empty() { s.nodes.first().cloned() } else { None }))
}

fn system_set(session: Session, topic: Topic) -> ChartSet {
    let frame = session.frame.get();
    if topic == Topic::Compared {
        let diagram = session.diagram.get();
        // Only of those that are drawn is the course looked at.
        let measured = session.with_experiment(|e| {
            let busiest = e.busiest(data::MOST_LINES);
            let shown = diagram.nodes.iter().filter(|n| busiest.contains(&n.id.as_str()));
            let now = |id: &str| frame.nodes.iter().find(|f| f.id == id).map_or((0.0, 0.0), |f| (f.utilisation, f.queue as f64));
            let member = |n: &Node| data::Member {
                name: n.name.clone(),
                buckets: e.node_series_of_at_most(&n.id, data::MOST_POINTS),
                now: now(&n.id),
            };
            shown.map(member).collect()
        });
        return data::compare(measured, frame.now);
    }
    let series = session.with_experiment(|e| e.series_of_at_most(data::MOST_POINTS));
    match topic {
        Topic::Costs => data::costs(&series, &frame.lately, frame.now),
        _ => data::system(&series, &frame.lately, frame.now),
    }
}

fn node_set(session: Session, id: &str, topic: Topic) -> ChartSet {
    let frame = session.frame.get();
    let series = session.with_experiment(|e| e.node_series(id));
    let lately = frame.nodes.iter().find(|n| n.id == id);
    if topic == Topic::Costs {
        return data::node_costs(&series, lately, frame.now);
    }
    let kind = session.diagram.with(|d| d.node(id).and_then(|n| components::kind(&n.kind)));
    data::node(&series, lately, kind.is_none_or(|k| k.has_station), frame.now)
}

/// What broke or recovered, as a line on the time axis.
fn mark(event: &Event, name: &impl Fn(&str) -> Option<String>) -> Option<Mark> {
    let at = event.at.as_secs_f64();
    let place = event.node.as_deref().and_then(name).or_else(|| event.link.as_ref().map(|_| t!("Link").to_string()));
    let token = match event.tone {
        Tone::Bad => "--bad",
        Tone::Odd => "--odd",
        Tone::Good => "--good",
    };
    Some(Mark { at, what: format!("{} {}", place?, translate(&event.what)), token })
}

/// The crosshair's moment, and what happened near it.
fn moment_text(shared: Shared) -> Option<String> {
    let moment = shared.cross.get()?;
    let set = shared.set.get();
    let (start, end) = *set.spans.get(set.at(moment)?)?;
    let reach = (end - start).max(set.end() / 100.0);
    let near = shared.marks.with(|marks| {
        let nearest =
            marks.iter().filter(|m| (m.at - moment).abs() <= reach).min_by(|a, b| (a.at - moment).abs().total_cmp(&(b.at - moment).abs()));
        nearest.map(|m| format!(" · {}", m.what))
    });
    Some(t!("at %{moment}", moment = format::seconds((start + end) / 2.0)) + &near.unwrap_or_default())
}

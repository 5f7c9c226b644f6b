//! The inspector of one link: its ends, live figures, and its settings in groups.
//! Generated from the link's declarations.

use leptos::prelude::*;

use super::figures::{of_link, Figures};
use super::form::ParamForm;
use super::knob::Target;
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::{format, Icon};
use crate::app::session::Session;
use crate::components;
use crate::diagram::param::ParamSpec;
use crate::diagram::separation::{separation, Separation};
use crate::diagram::{Document, Link, Node};
use crate::editor::commands::{self, End};
use crate::engine::impairment::{Direction, Impairment, Traffic, Verdict};
use crate::engine::link::Role;

/// Groups of the form: heading, and the parameters in it by the start of their names. What fits none is in the last.
const GROUPS: &[(&str, &[&str])] = &[
    (text!("Latency and loss"), &["latency", "asymmetric", "return_latency", "bandwidth", "loss", "retransmission", "jitter"]),
    (text!("Calling policy"), &["timeout", "retr", "backoff", "hedge", "breaker", "bulkhead", "handshake", "connections", "pool"]),
    (text!("Who is called, when"), &[]),
];

fn group_of(spec: &ParamSpec) -> usize {
    let fits = |starts: &[&str]| starts.iter().any(|s| spec.name.starts_with(s));
    GROUPS.iter().position(|(_, starts)| fits(starts)).unwrap_or(GROUPS.len() - 1)
}

/// Names of the parameters that mean something on this link.
fn params_read(diagram: &Document, link: &Link) -> Vec<&'static str> {
    let kind = |id: &str| diagram.node(id).map_or("", |n| n.kind.as_str());
    let (from, to) = (kind(&link.from), kind(&link.to));
    let role = components::role_between(from, to).unwrap_or(Role::Call);
    components::link_params(from, role, &link.params).iter().map(|s| s.name).collect()
}

/// What the zones and regions of the ends add to the latency.
fn distance(diagram: &Document, from: &str, to: &str) -> Option<String> {
    let apart = separation(diagram, from, to);
    let ms = format::local(&format!("{:.1}", apart.one_way().as_millis_f64()));
    match apart {
        Separation::None => None,
        Separation::Zones => Some(t!("Between two zones: %{ms} ms more each way", ms = ms)),
        Separation::Regions(km) => {
            Some(t!("Between two regions, %{km} km apart: %{ms} ms more each way", km = format::count(km as u64), ms = ms))
        }
        Separation::Unplaced => Some(t!("Between two regions: give both a place, and their distance counts").into()),
    }
}

/// A fault of a link: `loses 5 % · replies · back`.
fn words(fault: &Impairment) -> String {
    let effect = match fault.verdict {
        Verdict::Pass => t!("spared by the faults below").to_string(),
        Verdict::Drop(share) => t!("loses %{share} %", share = format::figure(share * 100.0)),
        Verdict::Delay(by, _) => t!("delays by %{time} ms", time = format::figure(by.as_millis_f64())),
        Verdict::Duplicate(share) => t!("duplicates %{share} %", share = format::figure(share * 100.0)),
    };
    let messages = match fault.traffic {
        Traffic::All => t!("all messages"),
        Traffic::Calls => t!("calls"),
        Traffic::Replies => t!("replies"),
        Traffic::Control => t!("control traffic"),
        Traffic::Handshakes => t!("handshakes"),
    };
    let way = match fault.direction {
        Direction::Both => t!("both ways"),
        Direction::Forward => t!("forward only"),
        Direction::Back => t!("back only"),
    };
    [effect.as_str(), messages, way].join(" · ")
}

/// The inspector of this link.
#[component]
pub fn LinkInspector(id: String) -> impl IntoView {
    let session = Session::get();
    let frame = {
        let id = id.clone();
        memo(move || session.frame.with(|f| f.links.iter().find(|l| l.id == id).cloned()))
    };
    let cut = memo(move || frame.with(|f| f.as_ref().is_some_and(|f| f.cut)));
    let wrong = memo(move || {
        frame.with(|f| f.as_ref().filter(|f| !f.cut).map(|f| f.impairments.iter().map(words).collect::<Vec<_>>())).unwrap_or_default()
    });
    let replication = memo(move || frame.with(|f| f.as_ref().is_some_and(|f| f.replication)));
    let delivery = memo(move || frame.with(|f| f.as_ref().is_some_and(|f| f.delivery)));
    let figures = Signal::derive(move || frame.with(|f| f.as_ref().map(of_link).unwrap_or_default()));
    let ends = {
        let id = id.clone();
        memo(move || {
            let diagram = session.diagram.get();
            let name = |id: &str| diagram.node(id).map(|n| (n.id.clone(), n.name.clone()));
            diagram.link(&id).and_then(|l| Some((name(&l.from)?, name(&l.to)?)))
        })
    };
    let distance = {
        let id = id.clone();
        memo(move || session.diagram.with(|d| d.link(&id).and_then(|l| distance(d, &l.from, &l.to))))
    };
    let end = move |(id, name): (String, String)| {
        view! { <button type="button" class="end-button" on:click=move |_| session.select_node(&id)>{name}</button> }
    };
    let ends_of = id.clone();
    let specs = components::link::specs();
    let all = StoredValue::new(specs.clone());
    // What means nothing from this caller is not shown.
    let read = {
        let id = id.clone();
        memo(move || session.diagram.with(|d| d.link(&id).map(|l| params_read(d, l)).unwrap_or_default()))
    };
    let groups = GROUPS
        .iter()
        .enumerate()
        .filter_map(|(index, (heading, _))| {
            let members: Vec<ParamSpec> = specs.iter().filter(|s| group_of(s) == index).cloned().collect();
            (!members.is_empty()).then(|| {
                let names: Vec<&'static str> = members.iter().map(|s| s.name).collect();
                let hidden = move || read.with(|read| names.iter().all(|n| !read.contains(n)));
                let id = id.clone();
                let rows = members.into_iter().map(move |spec| {
                    let (id, name) = (id.clone(), spec.name);
                    let applies = memo(move || read.with(|read| read.contains(&name)));
                    view! {
                        <Show when=move || applies.get()>
                            <ParamForm target=Target::Link(id.clone()) specs=vec![spec.clone()] all=all/>
                        </Show>
                    }
                });
                view! {
                    <section class="group" aria-label=t!(*heading) hidden=live(hidden)>
                        <h3>{t!(*heading)}</h3>
                        {rows.collect_view()}
                    </section>
                }
            })
        })
        .collect_view();
    view! {
        <section class="subject" aria-label=t!("Selected link")>
            <header class="subject-head">
                <h2 class="ends">
                    {piece(move || ends.get().map(|(from, to)| view! { {end(from)} <Icon name="arrow-right"/> <span class="visually-hidden">{t!("to")}</span> {end(to)} }))}
                </h2>
                <p class="subject-kind">
                    <Icon name=if replication.get_untracked() { "database-backup" } else { "link" }/>
                    {piece(move || match (replication.get(), delivery.get()) {
                        (true, _) => t!("Replication link"),
                        (_, true) => t!("Delivery of messages"),
                        _ => t!("Link"),
                    })}
                </p>
                <p class="state" data-tone=live(move || if cut.get() { "bad" } else if wrong.with(Vec::is_empty) { "good" } else { "warn" })>
                    <i class="state-dot" aria-hidden="true"></i>
                    <span>{piece(move || match (cut.get(), wrong.with(Vec::is_empty)) {
                        (true, _) => t!("Cut: drops everything silently, both ways"),
                        (_, true) => t!("Up"),
                        _ => t!("Impaired"),
                    })}</span>
                </p>
                {piece(move || wrong.get().into_iter().map(|text| view! { <p class="state-note">{text}</p> }).collect_view())}
            </header>
            <Ends id=ends_of/>
            {piece(move || distance.get().map(|text| view! { <p class="distance">{text}</p> }))}
            <section class="group" aria-label=t!("Now")>
                <h3>{t!("Now")} " " <small>{t!("over the last second")}</small></h3>
                <Figures list=figures/>
            </section>
            {groups}
        </section>
    }
}

/// The ends, to be chosen anew. Which nodes may be an end is found out when somebody looks.
#[component]
fn Ends(id: String) -> impl IntoView {
    let session = Session::get();
    let id = StoredValue::new(id);
    let choice = move |end: End, label: &'static str, name: &'static str| {
        let now = memo(move || {
            session.diagram.with(|d| {
                let link = id.with_value(|id| d.link(id).cloned())?;
                let node = d.node(if end == End::From { &link.from } else { &link.to })?;
                Some((node.id.clone(), node.name.clone()))
            })
        });
        let others = RwSignal::new(Vec::<(String, String)>::new());
        let look = move || {
            others.set(session.diagram.with_untracked(|d| {
                let may = |node: &&Node| id.with_value(|id| commands::reconnect(d, id, end, &node.id).is_ok());
                d.nodes.iter().filter(may).map(|n| (n.id.clone(), n.name.clone())).collect()
            }));
        };
        let choose =
            move |node: String| match session.diagram.with_untracked(|d| id.with_value(|id| commands::reconnect(d, id, end, &node))) {
                Ok(step) => drop(session.perform(step)),
                Err(reason) => session.refuse(reason),
            };
        let options = move || {
            let now = now.get();
            let rest = others.get().into_iter().filter(|o| Some(o) != now.as_ref()).collect::<Vec<_>>();
            let chosen = now.clone().map(|(id, _)| id);
            let all = now.into_iter().chain(rest);
            all.map(|(id, name)| view! { <option value=id.clone() selected=chosen.as_ref() == Some(&id)>{name}</option> }).collect_view()
        };
        view! {
            <div class="field">
                <div class="field-head"><label for=name>{label}</label></div>
                <select
                    id=name
                    class="select"
                    prop:value=live(move || now.get().map(|(id, _)| id).unwrap_or_default())
                    on:focus=move |_| look()
                    on:pointerdown=move |_| look()
                    on:change=move |e| choose(event_target_value(&e))
                >
                    {piece(options)}
                </select>
            </div>
        }
    };
    view! {
        <section class="group link-ends" aria-label=t!("Ends")>
            {choice(End::From, t!("From"), "link-from")}
            {choice(End::To, t!("To"), "link-to")}
        </section>
    }
}

//! What is to be run: parameter, range, seeds, length, and the node that is measured. Prefilled, so that Start is enough.
//! Makes a plan and hands it over.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::live::{effect, live, memo, piece, Show};
use crate::app::panels::format;
use crate::app::session::Session;
use crate::app::trials::{present, Mode};
use crate::app::words::translate;
use crate::components::{self, Group};
use crate::diagram::Document;
use crate::lab::trials::{spread, suggest, Knob, Owner, Plan};

/// Share of a run that passes before it is measured.
const WARMUP: f64 = 0.2;
/// Seeds of a repeat and of each point of a sweep, at first.
const REPEATS: u32 = 10;
const EACH: u32 = 5;

/// The fields.
#[derive(Clone, Copy)]
struct Fields {
    document: StoredValue<Arc<Document>>,
    owner: RwSignal<Option<Owner>>,
    param: RwSignal<String>,
    from: RwSignal<f64>,
    to: RwSignal<f64>,
    count: RwSignal<f64>,
    factors: RwSignal<bool>,
    focus: RwSignal<Option<String>>,
    seeds: RwSignal<f64>,
    seconds: RwSignal<f64>,
}

impl Fields {
    fn new(session: Session) -> Fields {
        let document = present(session);
        let selection = session.selection.get_untracked();
        let node = selection.only_node();
        let selected = node.map(|id| Owner::Node(id.into())).or_else(|| selection.only_link().map(|id| Owner::Link(id.into())));
        let focus = suggest::focus(&document, node);
        let found = suggest::suggest(&document, selected.as_ref(), focus.as_deref());
        let fields = Fields {
            document: StoredValue::new(Arc::new(document)),
            owner: RwSignal::new(None),
            param: RwSignal::default(),
            from: RwSignal::new(0.0),
            to: RwSignal::new(0.0),
            count: RwSignal::new(0.0),
            factors: RwSignal::new(false),
            focus: RwSignal::new(focus),
            seeds: RwSignal::new(0.0),
            seconds: RwSignal::new(0.0),
        };
        if let Some(found) = found {
            fields.take(found);
        }
        fields
    }

    fn take(self, found: suggest::Suggestion) {
        self.owner.set(Some(found.knob.owner));
        self.param.set(found.knob.param);
        self.from.set(found.range.0);
        self.to.set(found.range.1);
        self.count.set(found.count as f64);
        self.factors.set(found.by_factors);
    }

    /// Seeds and seconds for what the sheet is about.
    fn fit_length(self, mode: Mode) {
        let seeds = if mode == Mode::Repeat { REPEATS } else { EACH };
        let points = if mode == Mode::Repeat { 1 } else { self.count.get_untracked() as usize };
        self.seeds.set(f64::from(seeds));
        self.seconds.set(self.document.with_value(|d| suggest::seconds(d, points * seeds as usize)));
    }

    fn knob(self) -> Option<Knob> {
        Some(Knob { owner: self.owner.get()?, param: self.param.get() })
    }

    /// Another parameter: with a range that suits it.
    fn turn_to(self, owner: Owner, param: Option<String>) {
        let document = self.document.get_value();
        let knobs = owner.knobs(&document);
        let wanted = |k: &Knob| param.as_ref().is_none_or(|p| *p == k.param);
        let first = match param {
            Some(_) => None,
            // A choice of the owner alone: what tells most of it, if that is its own.
            None => suggest::suggest(&document, Some(&owner), self.focus.get_untracked().as_deref()).filter(|s| s.knob.owner == owner),
        };
        let found = first.or_else(|| {
            let (knob, _) = knobs.into_iter().find(|(k, _)| wanted(k))?;
            Some(suggest::around(&document, knob, self.focus.get_untracked().as_deref()))
        });
        if let Some(found) = found {
            self.take(found);
        }
    }

    fn plan(self, mode: Mode) -> Result<Plan, String> {
        let document = self.document.get_value();
        let vary = match (mode, self.knob()) {
            (Mode::Repeat, _) => None,
            (Mode::Sweep, None) => return Err(t!("There is nothing that can be varied").into()),
            (Mode::Sweep, Some(knob)) => {
                let (from, to, count) = (self.from.get(), self.to.get(), self.count.get());
                if !(2.0..=50.0).contains(&count) {
                    return Err(t!("The number of values must be from 2 to 50").into());
                }
                if from >= to || from.is_nan() || to.is_nan() {
                    return Err(t!("The first value must be below the last").into());
                }
                let values = spread(from, to, count as usize, self.factors.get(), knob.is_whole(&document));
                Some((knob, values))
            }
        };
        let seconds = self.seconds.get();
        let plan = Plan {
            document: (*document).clone(),
            focus: self.focus.get(),
            vary,
            seeds: self.seeds.get().clamp(0.0, 1e6) as u32,
            warmup_s: seconds * WARMUP,
            run_s: seconds,
        };
        plan.check().map_err(|why| format::sentence(&translate(&why)))?;
        Ok(plan)
    }
}

/// The form.
#[component]
pub fn Form() -> impl IntoView {
    let session = Session::get();
    let trials = session.trials;
    let fields = Fields::new(session);
    effect(move || fields.fit_length(trials.mode.get()));
    let plan = memo(move || fields.plan(trials.mode.get()).map(|p| (p.jobs(), p.run_s, p.warmup_s)));
    let running = memo(move || trials.progress.with(Option::is_some));
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if running.get_untracked() {
            return trials.cancel();
        }
        match untrack(|| fields.plan(trials.mode.get())) {
            Ok(plan) => trials.start(plan),
            Err(why) => trials.problem.set(Some(why)),
        }
    };
    let mode = move |of: Mode, label: &'static str| {
        view! {
            <button type="button" class="tab" aria-pressed=live(move || (trials.mode.get() == of).to_string()) on:click=move |_| trials.mode.set(of)>
                {label}
            </button>
        }
    };
    view! {
        <form class="trial-form" on:submit=start novalidate=true>
            <div class="tabs" role="group" aria-label=t!("What to run")>
                {mode(Mode::Repeat, t!("Repeat over seeds"))}
                {mode(Mode::Sweep, t!("Sweep a parameter"))}
            </div>
            <p class="quiet">
                {piece(move || match trials.mode.get() {
                    Mode::Repeat => t!("Runs the diagram several times, each time with other luck: means with intervals that hold the true mean 95 times in 100."),
                    Mode::Sweep => t!("Runs the diagram at several values of one parameter, each several times: a curve with its intervals, and theory's line where there is one."),
                })}
            </p>
            <div class="trial-fields">
                <Show when=move || trials.mode.get() == Mode::Sweep>
                    <Varied fields=fields/>
                </Show>
                {number(t!("Seeds"), fields.seeds, "1")}
                {number(t!("Seconds of each run"), fields.seconds, "any")}
                <Measured fields=fields/>
            </div>
            <div class="trial-go">
                // One button, so that the focus stays on it.
                <button type="submit" class="button" class:primary=live(move || !running.get()) class:outlined=live(move || running.get())>
                    {piece(move || if running.get() { t!("Cancel") } else { t!("Start") })}
                </button>
                <Show
                    when=move || running.get()
                    fallback=move || view! { <p class="quiet">{piece(move || plan.get().map_or_else(|why| why, summary))}</p> }
                >
                    <Progressing/>
                </Show>
            </div>
            <p class="trial-problem" role="alert">{piece(move || trials.problem.get())}</p>
        </form>
    }
}

fn summary((jobs, run_s, warmup_s): (usize, f64, f64)) -> String {
    t!(
        "%{count} runs of %{time}, after %{warmup} of warm-up. The diagram as it stands, without the faults of this run",
        count = format::count(jobs as u64),
        time = format::millis(run_s * 1e3),
        warmup = format::millis(warmup_s * 1e3)
    )
}

/// How far it has come.
#[component]
fn Progressing() -> impl IntoView {
    let trials = Session::get().trials;
    let text = move || {
        trials.progress.get().map(|p| match p.workers {
            0 => t!("%{done} of %{count} runs", done = p.done, count = p.of),
            1 => t!("%{done} of %{count} runs, beside the page", done = p.done, count = p.of),
            n => t!("%{done} of %{count} runs, %{workers} at a time", done = p.done, count = p.of, workers = n),
        })
    };
    view! {
        <progress max="1" aria-label=t!("Progress") prop:value=live(move || trials.progress.get().map_or(0.0, |p| p.share))></progress>
        <span class="quiet">{piece(text)}</span>
    }
}

/// A number to be typed.
fn number(label: &'static str, value: RwSignal<f64>, step: &'static str) -> impl IntoView {
    let text = move || Some(value.get()).filter(|v| !v.is_nan()).map(|v| v.to_string()).unwrap_or_default();
    view! {
        <label>
            <span>{label}</span>
            <input
                type="number"
                step=step
                prop:value=live(text)
                on:change=move |e| value.set(event_target_value(&e).parse().unwrap_or(f64::NAN))
            />
        </label>
    }
}

/// The node that is measured.
#[component]
fn Measured(fields: Fields) -> impl IntoView {
    let document = fields.document.get_value();
    let counts = |kind: &str| components::kind(kind).is_some_and(|k| k.group != Group::Traffic);
    let nodes: Vec<(String, String)> = document.nodes.iter().filter(|n| counts(&n.kind)).map(|n| (n.id.clone(), n.name.clone())).collect();
    let options = nodes.into_iter().map(|(id, name)| {
        let value = id.clone();
        view! { <option value=value selected=live(move || fields.focus.with(|f| f.as_ref() == Some(&id)))>{name}</option> }
    });
    view! {
        <label>
            <span>{t!("Measured at")}</span>
            <select on:change=move |e| fields.focus.set(Some(event_target_value(&e)))>{options.collect_view()}</select>
        </label>
    }
}

fn key(owner: &Owner) -> String {
    match owner {
        Owner::Node(id) => format!("node:{id}"),
        Owner::Link(id) => format!("link:{id}"),
    }
}

/// What is varied, from where to where.
#[component]
fn Varied(fields: Fields) -> impl IntoView {
    let document = fields.document.get_value();
    let name = |id: &str| document.node(id).map_or_else(|| id.to_string(), |n| n.name.clone());
    let nodes = document.nodes.iter().map(|n| (Owner::Node(n.id.clone()), n.name.clone()));
    let links = document.links.iter().map(|l| (Owner::Link(l.id.clone()), format!("{} → {}", name(&l.from), name(&l.to))));
    let owners: Vec<(Owner, String)> = nodes.chain(links).filter(|(o, _)| !o.knobs(&document).is_empty()).collect();
    let listed = StoredValue::new(owners.clone());
    let options = owners.into_iter().map(|(owner, name)| {
        let value = key(&owner);
        view! { <option value=value selected=live(move || fields.owner.with(|o| o.as_ref() == Some(&owner)))>{name}</option> }
    });
    let choose = move |e| {
        let chosen = event_target_value(&e);
        if let Some(owner) = listed.with_value(|l| l.iter().find(|(o, _)| key(o) == chosen).map(|(o, _)| o.clone())) {
            fields.turn_to(owner, None);
        }
    };
    let params = move || {
        let document = fields.document.get_value();
        let knobs = fields.owner.get().map(|o| o.knobs(&document)).unwrap_or_default();
        let options = knobs.into_iter().map(|(knob, spec)| {
            let unit = if spec.unit.is_empty() { String::new() } else { format!(" ({})", t!(spec.unit)) };
            let param = knob.param.clone();
            view! { <option value=knob.param selected=live(move || fields.param.with(|p| *p == param))>{format!("{}{unit}", t!(spec.label))}</option> }
        });
        options.collect_view()
    };
    let turn = move |e| {
        if let Some(owner) = fields.owner.get_untracked() {
            fields.turn_to(owner, Some(event_target_value(&e)));
        }
    };
    view! {
        <label>
            <span>{t!("Vary")}</span>
            <select on:change=choose>{options.collect_view()}</select>
        </label>
        <label>
            <span>{t!("Parameter")}</span>
            <select on:change=turn>{piece(params)}</select>
        </label>
        {number(t!("From value"), fields.from, "any")}
        {number(t!("To value"), fields.to, "any")}
        {number(t!("Values"), fields.count, "1")}
        <label>
            <span>{t!("Steps")}</span>
            <select on:change=move |e| fields.factors.set(event_target_value(&e) == "factors")>
                <option value="even" selected=live(move || !fields.factors.get())>{t!("Even")}</option>
                <option value="factors" selected=live(move || fields.factors.get())>{t!("By factors")}</option>
            </select>
        </label>
    }
}

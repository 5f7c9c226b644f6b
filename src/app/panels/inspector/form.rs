//! The form that a list of parameter declarations makes: one row a parameter, with its range, help and reset.
//! Knows no component kind.

use leptos::prelude::*;
use serde_json::{json, Value as Json};
use wasm_bindgen::JsCast;

use super::distribution::DistributionField;
use super::knob::{Knob, Phase, Target};
use super::number::{plain, Number, NumberField};
use super::text::TextField;
use crate::app::dom;
use crate::app::live::{live, memo, piece, Show};
use crate::app::panels::scale::Scale;
use crate::app::panels::{format, Icon};
use crate::app::session::Session;
use crate::diagram::param::{complete, ParamSpec, ParamType};

/// Characters of a choice that a closed list shows.
const FITS: usize = 34;

/// Rows for these parameters of the target, those that do not apply left out.
#[component]
pub fn ParamForm(
    /// What is edited.
    target: Target,
    /// The declarations shown, in order.
    specs: Vec<ParamSpec>,
    /// All declarations of the target, to know which apply.
    #[prop(into)]
    all: StoredValue<Vec<ParamSpec>>,
) -> impl IntoView {
    let session = Session::get();
    // The different settings of what is edited, each once: several nodes often have the same.
    let sets = {
        let owner = target.clone();
        memo(move || {
            let mut sets = session.diagram.with(|d| owner.sets(d).into_iter().cloned().collect::<Vec<_>>());
            all.with_value(|all| sets.iter_mut().for_each(|set| *set = complete(all, set)));
            sets
        })
    };
    specs
        .into_iter()
        .map(|spec| {
            let rule = spec.clone();
            // Of several nodes it is enough that it applies to one.
            let applies = memo(move || sets.with(|sets| sets.iter().any(|set| rule.applies(set))));
            let (target, spec) = (target.clone(), spec.clone());
            view! {
                <Show when=move || applies.get()>
                    <ParamRow target=target.clone() spec=spec.clone()/>
                </Show>
            }
        })
        .collect_view()
}

/// One parameter.
#[component]
fn ParamRow(target: Target, spec: ParamSpec) -> impl IntoView {
    let session = Session::get();
    let id = match &target {
        Target::Node(node) => format!("node-{node}-{}", spec.name),
        Target::Link(link) => format!("link-{link}-{}", spec.name),
        Target::Nodes(_) => format!("several-{}", spec.name),
    };
    let knob = Knob::new(session, target, spec.clone());
    on_cleanup(move || knob.finish());
    let helped = RwSignal::new(false);
    let title = format!("{}\n{}", t!(spec.help), range(&spec));
    let (label, help_id) = (t!(spec.label), format!("{id}-help"));
    let tools = {
        let (id, help_id) = (id.clone(), help_id.clone());
        move || view! { <FieldTools knob=knob helped=helped id=id help_id=help_id/> }
    };
    let zero = zero_meaning(spec.help);
    let mixed_spec = spec.clone();
    let hold = Callback::new(move |held: bool| if held { knob.begin_drag() } else { knob.end_drag() });
    let number = |scale: Scale| Number {
        scale,
        unit: spec.unit,
        value: Signal::derive(move || knob.value().as_f64().unwrap_or(0.0)),
        set: Callback::new(move |(value, phase): (f64, Phase)| {
            knob.set(if scale.whole { json!(value as i64) } else { json!(value) }, phase)
        }),
        hold,
    };
    let scale = match &spec.kind {
        ParamType::Int { min, max } => Some(Scale::int(*min, *max)),
        ParamType::Float { min, max } => Some(Scale::float(*min, *max)),
        ParamType::Duration { min_ms, max_ms } => Some(Scale::millis(*min_ms, *max_ms)),
        _ => None,
    };
    let control = match &spec.kind {
        ParamType::Int { .. } | ParamType::Float { .. } | ParamType::Duration { .. } => {
            let number = number(scale.unwrap_or(Scale::float(0.0, 1.0)));
            view! { <NumberField id=id label=label title=title number=number>{tools()}</NumberField> }.into_any()
        }
        ParamType::Bool => view! {
            <div class="field-head">
                <label for=id.clone() title=title>{label}</label>
                {tools()}
                <input
                    id=id
                    class="switch"
                    type="checkbox"
                    role="switch"
                    prop:checked=live(move || knob.value().as_bool().unwrap_or(false))
                    on:change=move |e| { let _ = knob.set(Json::Bool(event_target_checked(&e)), Phase::Once); }
                />
            </div>
        }
        .into_any(),
        ParamType::Choice(options) => {
            let options = *options;
            let chosen = move || knob.value().as_str().unwrap_or_default().to_string();
            view! {
                <div class="field-head">
                    <label for=id.clone() title=title>{label}</label>
                    {tools()}
                </div>
                <select
                    id=id
                    class="select"
                    prop:value=live(chosen)
                    on:change=move |e| { let _ = knob.set(Json::String(event_target_value(&e)), Phase::Once); }
                >
                    {options
                        .iter()
                        .map(|(value, label)| view! { <option value=*value selected=live(move || chosen() == *value)>{t!(*label)}</option> })
                        .collect_view()}
                </select>
                {piece(move || {
                    // A closed list cuts what is longer than it is wide: the whole of it stands beneath.
                    let label = options.iter().find(|(value, _)| *value == chosen()).map_or("", |(_, label)| t!(*label));
                    (label.chars().count() > FITS).then(|| view! { <p class="field-note">{label}</p> })
                })}
            }
            .into_any()
        }
        ParamType::Text { .. } => view! {
            <TextField
                id=id
                label=label
                title=title
                value=Signal::derive(move || knob.value())
                set=Callback::new(move |(value, phase)| knob.set(value, phase))
            >
                {tools()}
            </TextField>
        }
        .into_any(),
        ParamType::Law => view! {
            <DistributionField
                id=id
                label=label
                title=title
                value=Signal::derive(move || knob.value())
                set=Callback::new(move |(value, phase)| knob.set(value, phase))
                hold=hold
            >
                {tools()}
            </DistributionField>
        }
        .into_any(),
    };
    view! {
        <div class="field" class:changed=live(move || knob.is_changed()) data-param=spec.name>
            {control}
            {piece(move || {
                let mixed = mixed_text(&mixed_spec, &knob.mixed());
                (!mixed.is_empty()).then(|| view! { <p class="field-mixed">{t!("Mixed: %{values}", values = mixed)}</p> })
            })}
            {zero.map(|meaning| view! {
                <Show when=move || knob.value().as_f64() == Some(0.0)>
                    <p class="field-zero">{t!("0 is %{what}", what = t!(meaning))}</p>
                </Show>
            })}
            <p class="field-help" id=help_id hidden=live(move || !helped.get())>
                {t!(spec.help)} " " <span class="field-range">{range(&spec)}</span>
            </p>
        </div>
    }
}

/// Buttons of a field: its help, and back to its default where it differs.
#[component]
fn FieldTools(knob: Knob, helped: RwSignal<bool>, id: String, help_id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let spec = knob.spec();
    let label = t!(spec.label);
    let default = default_text(&spec);
    view! {
        <button
            type="button"
            class="field-tool"
            aria-label=t!("About %{what}", what = label.to_lowercase())
            aria-expanded=live(move || helped.get().to_string())
            aria-controls=help_id
            on:click=move |_| helped.update(|h| *h = !*h)
        >
            <Icon name="info"/>
        </button>
        <Show when=move || knob.is_changed()>
            <button
                type="button"
                class="field-tool field-reset"
                aria-label=t!("Reset %{what} to its default", what = label.to_lowercase())
                title=t!("Back to %{value}", value = default)
                on:click=move |_| {
                    // The button goes away with the difference; the focus goes to the field.
                    id.with_value(|id| focus(id));
                    knob.reset();
                }
            >
                <Icon name="rotate-ccw"/>
            </button>
        </Show>
    }
}

fn focus(id: &str) {
    let field = dom::document().and_then(|d| d.get_element_by_id(id)).and_then(|f| f.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(field) = field {
        // A field that cannot take the focus leaves it where it is.
        let _ = field.focus();
    }
}

/// What zero stands for, where the help says so: `0 is unlimited.` is `unlimited`.
fn zero_meaning(help: &'static str) -> Option<&'static str> {
    let (_, meaning) = help.split_once("0 is ")?;
    meaning.split(['.', ',', ';', ':']).next().filter(|m| !m.is_empty())
}

/// The range and default as a sentence: `1 to 1,000, default 4`.
fn range(spec: &ParamSpec) -> String {
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" {}", t!(spec.unit)) };
    let default = default_text(spec);
    let between = |low: String, high: String| t!("%{low} to %{high}, default %{value}", low = low, high = high, value = default);
    match &spec.kind {
        ParamType::Int { min, max } => between(bound(*min as f64), bound(*max as f64) + &unit),
        ParamType::Float { min, max } => between(bound(*min), bound(*max) + &unit),
        ParamType::Duration { min_ms, max_ms } => between(format::millis(*min_ms), format::millis(*max_ms)),
        ParamType::Text { max, .. } => t!("At most %{n} characters", n = format::count(*max as u64)),
        ParamType::Bool | ParamType::Choice(_) | ParamType::Law => t!("Default %{value}", value = default),
    }
}

/// A bound, large ones with separators.
fn bound(value: f64) -> String {
    if value >= 1000.0 && libm::trunc(value) == value {
        format::count(value as u64)
    } else {
        plain(value)
    }
}

/// Different values of several nodes, as they are shown; a few of them.
fn mixed_text(spec: &ParamSpec, values: &[Json]) -> String {
    let mut shown: Vec<String> = values.iter().take(4).map(|v| value_text(spec, v)).collect();
    if values.len() > 4 {
        shown.push("…".into());
    }
    shown.join(" · ")
}

/// The default as it is shown.
fn default_text(spec: &ParamSpec) -> String {
    value_text(spec, &spec.default)
}

fn value_text(spec: &ParamSpec, value: &Json) -> String {
    match (&spec.kind, value) {
        (ParamType::Bool, Json::Bool(on)) => if *on { t!("on") } else { t!("off") }.into(),
        (ParamType::Choice(options), Json::String(value)) => {
            options.iter().find(|(name, _)| name == value).map_or(value.clone(), |(_, label)| t!(*label).to_string())
        }
        (ParamType::Law, value) => super::laws::describe(value),
        (ParamType::Text { .. }, _) => t!("the example").into(),
        (_, value) => {
            let number = value.as_f64().map_or_else(|| value.to_string(), plain);
            let unit = if matches!(spec.kind, ParamType::Duration { .. }) { "ms" } else { t!(spec.unit) };
            format!("{number} {unit}").trim_end().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_says_what_zero_means() {
        assert_eq!(zero_meaning("How long the caller waits. 0 is for ever."), Some("for ever"));
        assert_eq!(zero_meaning("How many at once."), None);
    }
}

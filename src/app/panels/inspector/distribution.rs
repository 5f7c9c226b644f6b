//! The editor of a distribution: its law, the law's numbers, and the mean that they give.
//! Knows no parameter: it is given a value and a way to set it.

use leptos::prelude::*;
use serde_json::{json, Value as Json};

use super::knob::Phase;
use super::laws::{convert, describe, in_form, law, mean_ms, name_of, LawField, LAWS};
use super::number::{plain, Number, NumberField};
use crate::app::live::{effect, live, memo, piece, Show};
use crate::app::panels::scale::Scale;
use crate::app::panels::{format, Icon};
use crate::app::words::{marks, translate};

/// Sets the whole distribution, or says why not.
type SetLaw = Callback<(Json, Phase), Result<(), String>>;

/// Law, numbers and mean under one name. Children stand beside the name.
#[component]
pub fn DistributionField(
    /// Id of the law's select, to which the label points; prefix of the others.
    id: String,
    /// Name on the screen.
    label: &'static str,
    /// Tooltip.
    title: String,
    /// The distribution as in a file.
    #[prop(into)]
    value: Signal<Json>,
    /// Sets it.
    set: SetLaw,
    /// A pointer took or left a slider.
    hold: Callback<bool>,
    /// What stands beside the name.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field-head">
            <label for=id.clone() title=title>{label}</label>
            {children()}
            <span class="field-mean">{piece(move || mean_text(&value.get()))}</span>
        </div>
        <LawEditor id=id name=label.to_string() value=value set=set hold=hold nested=false/>
    }
}

fn mean_text(value: &Json) -> String {
    match mean_ms(value) {
        Some(mean) if mean.is_infinite() => t!("no mean: the tail is too heavy").into(),
        Some(mean) => t!("mean %{time}", time = format::millis(mean)),
        None => t!("not a distribution").into(),
    }
}

/// Select of the law and the fields of the chosen one; `nested` inside a mixture.
#[component]
fn LawEditor(id: String, name: String, value: Signal<Json>, set: SetLaw, hold: Callback<bool>, nested: bool) -> impl IntoView {
    let chosen = memo(move || name_of(&value.get()).to_string());
    let error: RwSignal<Option<String>> = RwSignal::new(None);
    let value = Signal::derive(move || in_form(value.get()));
    let choose = move |event: leptos::ev::Event| {
        let Some(now) = value.try_get_untracked() else { return };
        let done = set.try_run((convert(&now, &event_target_value(&event)), Phase::Once));
        error.set(done.and_then(Result::err).map(|e| translate(&e).into_owned()));
    };
    let options = LAWS
        .iter()
        .filter(|l| !nested || l.name != "mixture")
        .map(|l| view! { <option value=l.name selected=live(move || chosen.get() == l.name)>{t!(l.label)}</option> })
        .collect_view();
    let aria = nested.then(|| t!("Law of %{what}", what = name.to_lowercase()));
    view! {
        <select id=id.clone() class="select" aria-label=aria title=live(move || law(&chosen.get()).map(|l| t!(l.help))) prop:value=live(move || chosen.get()) on:change=choose>
            {options}
        </select>
        {piece(move || error.get().map(|e| view! { <p class="field-error" role="alert">{e}</p> }))}
        <div class="law-fields">
            {piece(move || match chosen.get().as_str() {
                "mixture" => view! { <MixtureParts id=id.clone() name=name.clone() value=value set=set hold=hold/> }.into_any(),
                "empirical" => view! { <ValueTable id=id.clone() name=name.clone() value=value set=set/> }.into_any(),
                other => law(other)
                    .map(|l| l.fields)
                    .unwrap_or_default()
                    .iter()
                    .map(|field| law_field(&id, &name, *field, value, set, hold))
                    .collect_view()
                    .into_any(),
            })}
        </div>
    }
}

fn law_field(id: &str, name: &str, field: LawField, value: Signal<Json>, set: SetLaw, hold: Callback<bool>) -> impl IntoView {
    let scale = field.scale();
    let number = Number {
        scale,
        unit: field.unit,
        value: Signal::derive(move || value.get().get(field.name).and_then(Json::as_f64).unwrap_or(0.0)),
        set: Callback::new(move |(number, phase): (f64, Phase)| {
            let mut changed = value.get_untracked();
            changed[field.name] = if scale.whole { json!(number as i64) } else { json!(number) };
            set.run((changed, phase)).map_err(readable)
        }),
        hold,
    };
    let label = format!("{name}: {}", t!(field.label).to_lowercase());
    view! {
        <div class="law-field">
            <NumberField id=format!("{id}-{}", field.name) label=label short=t!(field.label) title=t!(field.help) number=number>
                ""
            </NumberField>
        </div>
    }
}

/// An error about a file's field, in the words of the form.
fn readable(error: String) -> String {
    LAWS.iter().flat_map(|l| l.fields).fold(error, |text, field| text.replace(field.name, &field.label.to_lowercase()))
}

/// The parts of a mixture: weight and law of each.
#[component]
fn MixtureParts(id: String, name: String, value: Signal<Json>, set: SetLaw, hold: Callback<bool>) -> impl IntoView {
    let parts = move |v: &Json| v.get("parts").and_then(Json::as_array).cloned().unwrap_or_default();
    let count = memo(move || parts(&value.get()).len());
    let replace = move |parts: Vec<Json>, phase: Phase| set.run((json!({"law": "mixture", "parts": parts}), phase)).map_err(readable);
    let add = move |_| {
        let mut list = parts(&value.get_untracked());
        list.push(json!([1.0, {"law": "constant", "value_ms": 10.0}]));
        let _ = replace(list, Phase::Once);
    };
    view! {
        {move || (0..count.get()).map(|i| {
            let part = move || parts(&value.get()).get(i).cloned().unwrap_or_default();
            let weight = Number {
                scale: Scale::float(0.01, 100.0),
                unit: "",
                value: Signal::derive(move || part().get(0).and_then(Json::as_f64).unwrap_or(1.0)),
                set: Callback::new(move |(weight, phase): (f64, Phase)| {
                    let mut list = parts(&value.get_untracked());
                    if let Some(part) = list.get_mut(i) {
                        part[0] = json!(weight);
                    }
                    replace(list, phase)
                }),
                hold,
            };
            let inner = Signal::derive(move || part().get(1).cloned().unwrap_or_default());
            let set_inner = Callback::new(move |(law, phase): (Json, Phase)| {
                let mut list = parts(&value.get_untracked());
                if let Some(part) = list.get_mut(i) {
                    part[1] = law;
                }
                replace(list, phase)
            });
            let part_name = t!("%{name}, part %{n}", name = name, n = i + 1);
            view! {
                <fieldset class="mixture-part">
                    <legend>{t!("Part %{n}", n = i + 1)} " " <small>{piece(move || describe(&inner.get()))}</small></legend>
                    <NumberField id=format!("{id}-{i}-weight") label=t!("%{name}: weight", name = part_name) short=t!("Weight") title=t!("How often, beside the other weights") number=weight>
                        ""
                    </NumberField>
                    <LawEditor id=format!("{id}-{i}") name=part_name.clone() value=inner set=set_inner hold=hold nested=true/>
                    {(count.get() > 1).then(|| view! {
                        <button
                            type="button"
                            class="text-button"
                            on:click=move |_| {
                                let mut list = parts(&value.get_untracked());
                                if i < list.len() {
                                    list.remove(i);
                                }
                                let _ = replace(list, Phase::Once);
                            }
                        >
                            {t!("Remove part %{n}", n = i + 1)}
                        </button>
                    })}
                </fieldset>
            }.into_any()
        }).collect_view()}
        <Show when=move || count.get() < 16>
            <button type="button" class="text-button" on:click=add><Icon name="plus"/> {t!("Add a part")}</button>
        </Show>
    }
}

/// What stands between the values of a table: no comma where that begins a fraction.
fn separator() -> &'static str {
    match marks().decimal {
        ',' => "; ",
        _ => ", ",
    }
}

/// The values of a table, separated by commas or white space.
#[component]
fn ValueTable(id: String, name: String, value: Signal<Json>, set: SetLaw) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    // A change from elsewhere, such as an undo, makes the complaint old.
    effect(move || {
        value.get();
        error.set(None);
    });
    let text = move || {
        let value = value.get();
        let list = value.get("values_ms").and_then(Json::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Json::as_f64).map(plain).collect::<Vec<_>>().join(separator())
    };
    let change = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        let read: Result<Vec<f64>, String> = typed
            .split(|c: char| separator().contains(c) || c == ';' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(|part| part.replace(',', ".").parse::<f64>().map_err(|_| t!("“%{typed}” is not a number", typed = part)))
            .collect();
        let done = read.and_then(|values| set.try_run((json!({"law": "empirical", "values_ms": values}), Phase::Once)).unwrap_or(Ok(())));
        error.set(done.err().map(|e| t!("%{what}; the previous values still hold", what = translate(&e))));
    };
    let id = format!("{id}-values");
    view! {
        <label class="field-small" for=id.clone()>{t!("Values in ms, separated by commas")}</label>
        <textarea id=id class="value-table" rows="3" aria-label=t!("%{name}: values in ms", name = name) prop:value=live(text) on:change=change></textarea>
        {piece(move || error.get().map(|e| view! { <p class="field-error" role="alert">{e}</p> }))}
    }
}

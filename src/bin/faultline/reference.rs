//! `list` and `describe`: what there is, from the registries.
//! Runs nothing.

use std::fmt::Write as _;

use faultline::components::{self, Explanation};
use faultline::diagram::law::{FieldKind, FORMS, MAX_MS};
use faultline::diagram::param::{ParamSpec, ParamType};
use faultline::diagram::Effect;
use faultline::engine::impairment::Direction;
use faultline::files::entries::{EntryForm, Part, EDITS, FAULTS};
use faultline::lab::scenarios::scenarios;
use serde_json::{json, Value as Json};

use crate::args::What;
use crate::Outcome;

/// One of the lists.
pub fn list(what: What, json: bool) -> Outcome {
    // (name, title, one sentence, and for JSON what else there is)
    let rows: Vec<(&str, &str, &str, Json)> = match what {
        What::Scenarios => scenarios().iter().map(|s| (s.id, s.title, s.summary, json!({}))).collect(),
        What::Components => {
            let more = |k: &components::Kind| {
                let params: Vec<_> = k.params().iter().map(param_json).collect();
                json!({ "group": k.group.label(), "params": params })
            };
            components::kinds().iter().map(|k| (k.id, k.label, k.summary, more(k))).collect()
        }
        What::Lessons => Vec::new(),
    };
    if json {
        let item = |(id, title, summary, more): &(&str, &str, &str, Json)| {
            let mut item = json!({ "id": id, "title": title, "summary": summary });
            if let (Json::Object(item), Json::Object(more)) = (&mut item, more) {
                item.extend(more.clone());
            }
            item
        };
        let items: Vec<_> = rows.iter().map(item).collect();
        return Outcome::done(format!("{:#}\n", Json::Array(items)));
    }
    if rows.is_empty() {
        eprintln!("faultline: there are none yet");
    }
    let width = rows.iter().map(|r| r.0.len()).max().unwrap_or(0);
    Outcome::done(rows.iter().map(|(id, _, summary, _)| format!("{id:width$}  {summary}\n")).collect())
}

/// The JSON Schema of the file format.
pub fn schema() -> Outcome {
    Outcome::done(format!("{:#}\n", faultline::files::schema::schema()))
}

fn param_json(spec: &ParamSpec) -> Json {
    json!({ "name": spec.name, "label": spec.label, "unit": spec.unit, "help": spec.help, "range": range(spec), "default": spec.default })
}

/// A kind, links, distributions or the journal.
pub fn describe(id: &str) -> Result<Outcome, String> {
    match id {
        "distribution" => Ok(Outcome::done(distributions())),
        "journal" => Ok(Outcome::done(journal())),
        _ => describe_kind(id),
    }
}

/// Every distribution with its fields.
fn distributions() -> String {
    let mut out = String::from("Distribution (distribution)\nA time that is drawn anew each time. All times are in milliseconds.\n");
    for form in FORMS {
        let _ = writeln!(out, "\n{}: {}", form.law, form.about);
        for field in form.fields {
            let range = match field.kind {
                FieldKind::Time => format!("from 0 to {MAX_MS} ms"),
                FieldKind::Number(low, high) => format!("number from {low} to {high}"),
                FieldKind::Whole(low, high) => format!("whole number from {low} to {high}"),
                FieldKind::Times(most) => format!("list of 1 to {most} times, each from 0 to {MAX_MS} ms"),
                FieldKind::Parts(most) => format!("list of 1 to {most} pairs"),
            };
            let _ = writeln!(out, "  {}: {range}. {}.", field.name, field.about);
        }
        let _ = writeln!(out, "  Mean: {}\n  Example: {}", form.mean, form.example);
    }
    out
}

/// What may stand in a journal.
fn journal() -> String {
    let mut out = String::from(
        "Journal (journal)\nWhat was done while the diagram ran: faults and edits, in order of time. Each entry is an object with the\n\
         moment in nanoseconds of simulated time, at_ns, and a field fault or edit.\n",
    );
    let mut section = |heading: &str, tag: &str, forms: &[EntryForm]| {
        let _ = writeln!(out, "\n{heading}");
        for form in forms {
            let _ = writeln!(out, "\n  {}: {}", form.name, form.about);
            let mut example = json!({ "at_ns": 10_000_000_000u64, tag: form.name });
            for (name, part) in form.fields {
                let _ = writeln!(out, "      {name}: {}", part_of_entry(*part));
                example[*name] = example_of(*part);
            }
            let _ = writeln!(out, "      Example: {example}");
        }
    };
    section("Faults", "fault", FAULTS);
    section("Edits", "edit", EDITS);
    let _ = writeln!(
        out,
        "\nOn the command line: --fault \"t=10s crash db for 5s\", also slow db x4, cut a->b, impair a->b drop 5% replies, mend LINK, restart db, flush cache."
    );
    out
}

fn part_of_entry(part: Part) -> &'static str {
    match part {
        Part::Id => "id",
        Part::Member => "id, or id#2 for one of its instances",
        Part::IdOrNull => "id of a group, or null for none",
        Part::Name => "name of a parameter",
        Part::Anything => "its value, or null for the default",
        Part::Factor => "number from 0.01 to 1000",
        Part::OneOf(names) if names == Effect::NAMES => "pass, drop, delay or duplicate",
        Part::OneOf(names) if names == Direction::NAMES => "both (usual), forward or back",
        Part::OneOf(_) => "all (usual), calls, replies, control or handshakes",
        Part::Percent => "share of the messages, 0 to 100 (usual)",
        Part::Milliseconds => "ms, 0 (usual) to 3600000",
        Part::MillisecondsOrNull => "ms that it lasts, or null (usual) until it is lifted",
        Part::Kind => "region, zone, subsystem or box",
        Part::PlaceOrNull => "a place, or null for none",
        Part::Defined(_) => "the whole of it, as it stands in its list",
    }
}

fn example_of(part: Part) -> Json {
    match part {
        Part::Id | Part::Member => "db".into(),
        Part::IdOrNull | Part::PlaceOrNull => Json::Null,
        Part::Name => "workers".into(),
        Part::Anything => 8.into(),
        Part::Factor => 4.into(),
        Part::OneOf(names) => names.last().copied().unwrap_or_default().into(),
        Part::Percent => 5.into(),
        Part::Milliseconds => 20.into(),
        Part::MillisecondsOrNull => 5000.into(),
        Part::Kind => "zone".into(),
        Part::Defined("node") => json!({ "id": "db", "kind": "database", "name": "Database", "x": 480, "y": 0 }),
        Part::Defined("link") => json!({ "id": "api-db", "from": "api", "to": "db" }),
        Part::Defined(_) => json!({ "id": "a", "kind": "zone", "name": "Zone A", "x": 0, "y": 0, "width": 400, "height": 200 }),
    }
}

/// A kind, or links, with what its model takes for granted and every parameter.
fn describe_kind(id: &str) -> Result<Outcome, String> {
    let mut out = String::new();
    let specs = match (id, components::kind(id)) {
        ("link", _) => {
            let _ = writeln!(out, "Link (link)\nOne node calls another, by rules and with a policy of its own.");
            components::link::specs()
        }
        (_, Some(kind)) => {
            let _ = writeln!(out, "{} ({})\n{}", kind.label, kind.id, kind.summary);
            kind.params()
        }
        _ => {
            let known: Vec<_> = components::kinds().iter().map(|k| k.id).collect();
            return Err(format!(
                "{id}: there is nothing of that name; kinds are {}, and there are link, distribution and journal",
                known.join(", ")
            ));
        }
    };
    let told = Explanation::read(components::explanation(id).unwrap_or_default());
    for paragraph in &told.paragraphs {
        let _ = writeln!(out, "\n{}", wrapped(paragraph, ""));
    }
    for (heading, sentences) in [("What the model assumes", &told.assumes), ("What real systems do beyond it", &told.beyond)] {
        let _ = writeln!(out, "\n{heading}\n");
        for sentence in sentences {
            let _ = writeln!(out, "{}", wrapped(sentence, "    ").replacen("    ", "  - ", 1));
        }
    }
    let _ = writeln!(out, "\nParameters");
    for spec in &specs {
        let unit = if spec.unit.is_empty() { String::new() } else { format!(" {}", spec.unit) };
        let _ = writeln!(out, "\n  {}: {}, default {}{unit}", spec.name, range(spec), shown(&spec.default));
        let _ = writeln!(out, "{}", wrapped(spec.help, "      "));
        if let Some((other, values)) = spec.only_when {
            let _ = writeln!(out, "      Only when {other} is {}.", values.join(" or "));
        }
    }
    Ok(Outcome::done(out))
}

/// A default for people: 0, not 0.0, and a word without its quotes.
fn shown(value: &Json) -> String {
    match (value.as_f64(), value.as_str()) {
        (Some(v), _) => v.to_string(),
        (_, Some(text)) if text.contains('\n') => format!("\n      {}", text.trim_end().replace('\n', "\n      ")),
        (_, Some(word)) => word.to_string(),
        _ => value.to_string(),
    }
}

fn range(spec: &ParamSpec) -> String {
    match &spec.kind {
        ParamType::Int { min, max } => format!("whole number from {min} to {max}"),
        ParamType::Float { min, max } => format!("number from {min} to {max}"),
        ParamType::Bool => "true or false".into(),
        ParamType::Choice(options) => {
            let names: Vec<_> = options.iter().map(|(name, _)| *name).collect();
            format!("one of {}", names.join(", "))
        }
        ParamType::Duration { min_ms, max_ms } => format!("from {min_ms} to {max_ms} ms"),
        ParamType::Law => "distribution (see describe distribution)".into(),
        ParamType::Text { max, .. } => format!("text of at most {max} characters"),
    }
}

/// Lines of at most 100 characters.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![String::from(indent)];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |l| l.chars().count());
        if line + word.chars().count() > 99 {
            lines.push(indent.to_string());
        }
        if let Some(line) = lines.last_mut() {
            if line.len() > indent.len() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

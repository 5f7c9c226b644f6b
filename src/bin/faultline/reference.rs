//! `list` and `describe`: what there is, from the registries.
//! Runs nothing.

use std::fmt::Write as _;

use faultline::components::{self, Explanation};
use faultline::diagram::param::{ParamSpec, ParamType};
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
                let params: Vec<_> = (k.specs)().iter().map(param_json).collect();
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

/// A kind, or links, with what its model takes for granted and every parameter.
pub fn describe(id: &str) -> Result<Outcome, String> {
    let mut out = String::new();
    let specs = match (id, components::kind(id)) {
        ("link", _) => {
            let _ = writeln!(out, "Link (link)\nOne node calls another, by rules and with a policy of its own.");
            components::link::specs()
        }
        (_, Some(kind)) => {
            let _ = writeln!(out, "{} ({})\n{}", kind.label, kind.id, kind.summary);
            (kind.specs)()
        }
        _ => {
            let known: Vec<_> = components::kinds().iter().map(|k| k.id).collect();
            return Err(format!("{id}: there is no such kind; kinds are {}, and link", known.join(", ")));
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
        ParamType::Law => "distribution".into(),
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

//! The file format as a JSON Schema (2020-12), generated from the declarations: for editors that complete and check while
//! one types. Says what a single value may be; what values must be together (no cycles, ends that exist) the reader judges.

use serde_json::{json, Map, Value as Json};

use super::entries::{EntryForm, Part, EDITS, FAULTS};
use super::{
    MAX_COORDINATE, MAX_GROUPS, MAX_ID, MAX_JOURNAL, MAX_LINKS, MAX_NAME, MAX_NODES, MAX_NOTE, MAX_NOTES, MAX_TITLE, SIZES, VERSION,
};
use crate::components;
use crate::diagram::law::{FieldKind, Form, FormField, FORMS, MAX_MS};
use crate::diagram::param::{ParamSpec, ParamType};
use crate::diagram::{GroupKind, NoteColour, Place};
use crate::engine::time::MAX_DURATION;

/// The schema of a file in the current version.
pub fn schema() -> Json {
    let mut definitions = Map::new();
    let member = format!("^[A-Za-z0-9_-]{{1,{MAX_ID}}}(#[1-9][0-9]{{0,2}})?$");
    definitions.insert(
        "member".into(),
        json!({ "type": "string", "pattern": member, "description": "A node, or with its number one of its instances" }),
    );
    definitions.insert("id".into(), json!({ "type": "string", "pattern": format!("^[A-Za-z0-9_-]{{1,{MAX_ID}}}$") }));
    definitions.insert(
        "name".into(),
        json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": "\\S", "description": "One line" }),
    );
    definitions.insert("coordinate".into(), json!({ "type": "number", "minimum": -MAX_COORDINATE, "maximum": MAX_COORDINATE }));
    definitions.insert("distribution".into(), distribution());
    definitions.insert("node".into(), node());
    definitions.insert("link".into(), link());
    definitions.insert("group".into(), group());
    definitions.insert("note".into(), note());
    definitions.insert("entry".into(), entry());
    for kind in components::kinds() {
        definitions.insert(format!("{}_params", kind.id), params(&kind.params(), kind.summary));
    }
    let mut top = Map::new();
    for (name, value) in [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("Faultline document")),
        (
            "description",
            json!(format!("A diagram with its journal, format version {VERSION}: what the app saves and `faultline run` reads")),
        ),
        ("type", json!("object")),
        ("required", json!(["format", "version", "nodes", "links"])),
        ("additionalProperties", json!(false)),
    ] {
        top.insert(name.into(), value);
    }
    let list =
        |of: &str, most: usize, about: &str| json!({ "type": "array", "items": reference(of), "maxItems": most, "description": about });
    let properties = json!({
        "format": { "const": "faultline" },
        "version": { "const": VERSION },
        "title": { "type": "string", "maxLength": MAX_TITLE, "description": "One line" },
        "seed": { "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 1, "description": "Seed of the run's randomness" },
        "nodes": list("node", MAX_NODES, "The components at time zero"),
        "links": list("link", MAX_LINKS, "Who calls whom at time zero"),
        "groups": list("group", MAX_GROUPS, "Frames around components at time zero"),
        "notes": list("note", MAX_NOTES, "Texts on the canvas"),
        "view": {
            "type": "object", "required": ["x", "y", "zoom"], "additionalProperties": false,
            "description": "Where the canvas looks",
            "properties": {
                "x": { "type": "number", "minimum": -10.0 * MAX_COORDINATE, "maximum": 10.0 * MAX_COORDINATE },
                "y": { "type": "number", "minimum": -10.0 * MAX_COORDINATE, "maximum": 10.0 * MAX_COORDINATE },
                "zoom": { "type": "number", "minimum": 0.1, "maximum": 4 },
            },
        },
        "moment_ns": { "type": "integer", "minimum": 0, "maximum": MAX_DURATION.0, "description": "How far the run had come, in nanoseconds" },
        "journal": list("entry", MAX_JOURNAL, "What was done while it ran, in order of time"),
    });
    top.insert("properties".into(), properties);
    top.insert("$defs".into(), Json::Object(definitions));
    Json::Object(top)
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object(about: &str, required: &[&str], properties: Json) -> Json {
    json!({ "type": "object", "description": about, "required": required, "additionalProperties": false, "properties": properties })
}

fn node() -> Json {
    let mut node = object(
        "A component",
        &["id", "kind", "name", "x", "y"],
        json!({
            "id": reference("id"),
            "kind": { "$ref": "#/$defs/id", "description": "A kind of component; an unknown one is kept but does nothing",
                "examples": components::kinds().iter().map(|k| k.id).collect::<Vec<_>>() },
            "name": reference("name"),
            "x": reference("coordinate"),
            "y": reference("coordinate"),
            "group": { "$ref": "#/$defs/id", "description": "The innermost group that it is in" },
            "params": { "type": "object", "description": "Parameters that differ from their defaults" },
        }),
    );
    let rule = |kind: &components::Kind| {
        json!({
            "if": { "properties": { "kind": { "const": kind.id } } },
            "then": { "properties": { "params": reference(&format!("{}_params", kind.id)) } },
        })
    };
    if let Json::Object(map) = &mut node {
        map.insert("allOf".into(), components::kinds().iter().map(rule).collect());
    }
    node
}

fn link() -> Json {
    let properties = json!({
        "id": reference("id"),
        "from": { "$ref": "#/$defs/id", "description": "The calling component" },
        "to": { "$ref": "#/$defs/id", "description": "The called component" },
        "params": params(&components::link::specs(), "Parameters that differ from their defaults"),
    });
    object("One component calls another", &["id", "from", "to"], properties)
}

fn length() -> Json {
    json!({ "type": "number", "minimum": SIZES.0, "maximum": SIZES.1 })
}

fn group() -> Json {
    let properties = json!({
        "id": reference("id"),
        "kind": { "enum": GroupKind::ALL.map(GroupKind::id) },
        "name": reference("name"),
        "x": reference("coordinate"),
        "y": reference("coordinate"),
        "width": length(),
        "height": length(),
        "parent": { "$ref": "#/$defs/id", "description": "The group that it lies in" },
        "collapsed": { "type": "boolean", "default": false, "description": "Shown as one card; for a subsystem" },
        "place": { "enum": places(), "description": "Where it lies; for a region" },
    });
    object("A frame around components", &["id", "kind", "name", "x", "y", "width", "height"], properties)
}

fn note() -> Json {
    let properties = json!({
        "id": reference("id"),
        "text": { "type": "string", "maxLength": MAX_NOTE },
        "x": reference("coordinate"),
        "y": reference("coordinate"),
        "width": length(),
        "height": length(),
        "colour": { "enum": NoteColour::ALL.map(NoteColour::id), "default": NoteColour::default().id() },
    });
    object("A text on the canvas", &["id", "text", "x", "y", "width", "height"], properties)
}

fn places() -> Vec<&'static str> {
    Place::ALL.iter().map(|p| p.id()).collect()
}

fn entry() -> Json {
    let one = |tag: &str, form: &EntryForm| {
        let mut properties = Map::new();
        properties.insert("at_ns".into(), json!({ "type": "integer", "minimum": 0, "maximum": MAX_DURATION.0 }));
        properties.insert(tag.into(), json!({ "const": form.name }));
        let mut required = vec!["at_ns", tag];
        for (field, part) in form.fields {
            properties.insert((*field).into(), schema_of(*part));
            if !part.is_optional() {
                required.push(field);
            }
        }
        object(form.about, &required, Json::Object(properties))
    };
    let faults = FAULTS.iter().map(|f| one("fault", f));
    let all: Vec<Json> = faults.chain(EDITS.iter().map(|e| one("edit", e))).collect();
    json!({ "description": "A fault or a live edit, at a moment of simulated time", "oneOf": all })
}

fn schema_of(part: Part) -> Json {
    match part {
        Part::Id => reference("id"),
        Part::Member => reference("member"),
        Part::IdOrNull => json!({ "anyOf": [reference("id"), { "type": "null" }] }),
        Part::Name => json!({ "type": "string" }),
        Part::Anything => json!({ "description": "The new value; null resets" }),
        Part::Factor => json!({ "type": "number", "minimum": 0.01, "maximum": 1000 }),
        Part::OneOf(names) => json!({ "enum": names }),
        Part::Percent => json!({ "type": "number", "minimum": 0, "maximum": 100 }),
        Part::Milliseconds => json!({ "type": "number", "minimum": 0, "maximum": 3_600_000 }),
        Part::MillisecondsOrNull => json!({ "anyOf": [{ "type": "number", "minimum": 0.001, "maximum": 86_400_000 }, { "type": "null" }] }),
        Part::Kind => json!({ "enum": GroupKind::ALL.map(GroupKind::id) }),
        Part::PlaceOrNull => json!({ "enum": places().into_iter().map(Json::from).chain([Json::Null]).collect::<Vec<_>>() }),
        Part::Defined(name) => reference(name),
    }
}

fn params(specs: &[ParamSpec], about: &str) -> Json {
    let mut properties = Map::new();
    for spec in specs {
        let mut schema = match value(&spec.kind) {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        schema.insert("title".into(), spec.label.into());
        let help = if spec.unit.is_empty() { spec.help.to_string() } else { format!("{} Unit: {}.", spec.help, spec.unit) };
        schema.insert("description".into(), help.into());
        schema.insert("default".into(), spec.default.clone());
        properties.insert(spec.name.into(), Json::Object(schema));
    }
    json!({ "type": "object", "description": about, "additionalProperties": false, "properties": properties })
}

fn value(kind: &ParamType) -> Json {
    match kind {
        ParamType::Int { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ParamType::Float { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        ParamType::Duration { min_ms, max_ms } => json!({ "type": "number", "minimum": min_ms, "maximum": max_ms }),
        ParamType::Bool => json!({ "type": "boolean" }),
        ParamType::Choice(options) => json!({ "enum": options.iter().map(|(name, _)| *name).collect::<Vec<_>>() }),
        ParamType::Text { max, .. } => json!({ "type": "string", "maxLength": max }),
        ParamType::Law => reference("distribution"),
    }
}

fn distribution() -> Json {
    let field = |field: &FormField| {
        let time = || json!({ "type": "number", "minimum": 0, "maximum": MAX_MS });
        let mut schema = match field.kind {
            FieldKind::Time => time(),
            FieldKind::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
            FieldKind::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
            FieldKind::Times(most) => json!({ "type": "array", "minItems": 1, "maxItems": most, "items": time() }),
            FieldKind::Parts(most) => json!({ "type": "array", "minItems": 1, "maxItems": most, "items": {
                "type": "array", "prefixItems": [{ "type": "number", "exclusiveMinimum": 0 }, reference("distribution")], "minItems": 2, "maxItems": 2,
            } }),
        };
        schema["description"] = field.about.into();
        (field.name.to_string(), schema)
    };
    let form = |form: &Form| {
        let mut properties = Map::new();
        properties.insert("law".into(), json!({ "const": form.law }));
        properties.extend(form.fields.iter().map(field));
        object(form.about, &properties.keys().map(String::as_str).collect::<Vec<_>>(), Json::Object(properties.clone()))
    };
    json!({ "description": "A distribution of times, in milliseconds", "oneOf": FORMS.iter().map(form).collect::<Vec<_>>() })
}

//! `--set node.param=value`: another value for a parameter of the diagram at time zero.
//! Ranges and types are judged by the document's rules.

use faultline::components;
use faultline::diagram::param::{ParamSpec, ParamType};
use faultline::diagram::{Document, Edit};
use faultline::files::{check_edit, why_unread};
use serde_json::Value as Json;

use crate::args::{time, Subject};

/// Makes the file's document the one that is to run.
pub fn apply(doc: &mut Document, subject: &Subject) -> Result<(), String> {
    doc.seed = subject.seed.unwrap_or(doc.seed);
    let edits = subject.settings.iter().map(|setting| set(doc, setting)).collect::<Result<Vec<Edit>, String>>()?;
    // Once all are set: what one setting makes of another does not depend on their order.
    edits.iter().zip(&subject.settings).try_for_each(|(edit, text)| is_read(doc, edit).map_err(|why| format!("--set {text}: {why}")))
}

/// Whether what was set is read by anybody; if not, who would read it.
fn is_read(doc: &Document, edit: &Edit) -> Result<(), String> {
    let Edit::SetLinkParam { id, param, value } = edit else { return Ok(()) };
    let link = doc.link(id).filter(|_| !value.is_null());
    let kinds = link.and_then(|l| Some((l, doc.node(&l.from)?, doc.node(&l.to)?)));
    match kinds.and_then(|(link, from, to)| why_unread(&from.kind, &to.kind, &link.params, param)) {
        Some(why) => Err(format!("{param} {why}")),
        None => Ok(()),
    }
}

/// Applies one setting.
fn set(doc: &mut Document, text: &str) -> Result<Edit, String> {
    let wrong = |message: String| format!("--set {text}: {message}");
    let edit = parse(doc, text).map_err(wrong)?;
    check_edit(doc, &edit).map_err(|p| wrong(p.message))?;
    doc.apply(&edit).map_err(wrong)?;
    Ok(edit)
}

fn parse(doc: &Document, text: &str) -> Result<Edit, String> {
    let shape = "expected node.param=value or link:ID.param=value";
    let (target, value) = text.split_once('=').ok_or(shape)?;
    let (owner, param) = target.trim().split_once('.').ok_or(shape)?;
    let (owner, param, value) = (owner.trim(), param.trim().to_string(), value.trim());
    match owner.strip_prefix("link:") {
        Some(id) => {
            let link = doc.link(id).ok_or_else(|| known(id, "link", doc.links.iter().map(|l| &l.id)))?;
            let value = typed(value, &components::link::specs(), &param);
            Ok(Edit::SetLinkParam { id: link.id.clone(), param, value })
        }
        None => {
            let node = doc.node(owner).ok_or_else(|| known(owner, "node", doc.nodes.iter().map(|n| &n.id)))?;
            let specs = components::kind(&node.kind).map(|k| k.params()).unwrap_or_default();
            let value = typed(value, &specs, &param);
            Ok(Edit::SetNodeParam { id: node.id.clone(), param, value })
        }
    }
}

/// There is no such thing, but these are there.
pub fn known<'a>(id: &str, what: &str, ids: impl Iterator<Item = &'a String>) -> String {
    let ids: Vec<_> = ids.map(String::as_str).take(30).collect();
    match ids.is_empty() {
        true => format!("there is no {what} \"{id}\", and none at all"),
        false => format!("there is no {what} \"{id}\"; there are {}", ids.join(", ")),
    }
}

/// The value as JSON; a word is a text, and a duration may have its unit: `50ms`.
fn typed(text: &str, specs: &[ParamSpec], param: &str) -> Json {
    let kind = specs.iter().find(|s| s.name == param).map(|s| &s.kind);
    let json: Option<Json> = serde_json::from_str(text).ok();
    match (kind, json) {
        (Some(ParamType::Choice(_)), Some(Json::String(s))) => s.into(),
        (Some(ParamType::Choice(_) | ParamType::Text { .. }), _) => text.into(),
        (Some(ParamType::Duration { .. }), None) => match time(text) {
            Ok(duration) => (duration.as_nanos() as f64 / 1e6).into(),
            Err(_) => text.into(),
        },
        (_, Some(value)) => value,
        (_, None) => text.into(),
    }
}

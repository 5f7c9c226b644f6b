//! The shape of a shared document: columns instead of objects, indices instead of names, equal parameters once.
//! Knows nothing of compression; what it decodes is a file's tree, which the reader judges.
//!
//! `[1, title, seed, [x, y, zoom], moment, nodes, links, journal, table]`, where `table` holds distinct parameters,
//! `nodes` is `[kinds, [kind…], [name…], [id or 0…], unit, [x…], [y…], [params…]]` and
//! `links` is `[[from…], [to…], [id or 0…], [params…]]`. A document with groups or notes has shape 2, which ends with
//! `groups`, `[[id, kind, name, x, y, width, height, parent or 0, collapsed, place or 0, [node…]]…]`, and
//! `notes`, `[[id, text, x, y, width, height, colour]…]`.

mod frames;

use serde_json::{json, Map, Value as Json};

use crate::components;
use crate::diagram::param::Values;
use crate::diagram::{Document, Link, Node};
use crate::files::{
    self, Problem, Problems, Segment, LEFT_UNREAD, MAX_BYTES, MAX_GROUPS, MAX_ID, MAX_JOURNAL, MAX_LINKS, MAX_NODES, MAX_NOTES, MAX_VALUES,
    VERSION,
};

/// Versions of this shape, apart from the version of the file format that it unfolds to.
const PLAIN: u64 = 1;
const FRAMED: u64 = 2;

/// What stands, in this order, after the name of a fault or an edit.
const ENTRIES: &[(&str, &str, &[&str])] = &[
    ("fault", "crash", &["node"]),
    ("fault", "restart", &["node"]),
    ("fault", "slow", &["node", "factor"]),
    ("fault", "cut", &["link"]),
    ("fault", "mend", &["link"]),
    ("fault", "flush", &["node"]),
    ("edit", "add_node", &["node"]),
    ("edit", "remove_node", &["id"]),
    ("edit", "add_link", &["link"]),
    ("edit", "remove_link", &["id"]),
    ("edit", "set_node_param", &["id", "param", "value"]),
    ("edit", "set_link_param", &["id", "param", "value"]),
    ("edit", "reconnect", &["link", "from", "to"]),
    ("edit", "add_group", &["group"]),
    ("edit", "remove_group", &["id"]),
    ("edit", "set_group", &["node", "group"]),
    ("edit", "place_group", &["id", "kind", "parent", "place"]),
    ("fault", "vanish", &["node"]),
    ("fault", "hang", &["node"]),
    ("fault", "lose_disk", &["node"]),
    ("fault", "impair", &["link", "id", "effect", "direction", "messages", "percent", "delay_ms", "jitter_ms", "for_ms"]),
    ("fault", "lift", &["link", "id"]),
];

/// Distinct values, each with its index.
#[derive(Default)]
struct Table(Vec<Json>);

impl Table {
    fn index(&mut self, value: Json) -> usize {
        self.0.iter().position(|v| *v == value).unwrap_or_else(|| {
            self.0.push(value);
            self.0.len() - 1
        })
    }

    /// 0 for no parameters, else one more than the index of the object.
    fn params(&mut self, params: Values) -> usize {
        if params.is_empty() {
            0
        } else {
            self.index(Json::Object(params)) + 1
        }
    }
}

/// The compact tree of a document.
pub fn to_compact(doc: &Document) -> Json {
    let mut table = Table::default();
    let nodes = nodes_out(&doc.nodes, &mut table);
    let links = links_out(doc, &mut table);
    let view = [doc.view.x, doc.view.y, doc.view.zoom].map(files::number);
    let shape = if doc.groups.is_empty() && doc.notes.is_empty() { PLAIN } else { FRAMED };
    let mut top = vec![json!(shape), json!(doc.title), json!(doc.seed), json!(view), json!(doc.moment.0), nodes, links];
    top.extend([json!(journal_out(doc)), json!(table.0)]);
    if shape == FRAMED {
        top.extend([json!(frames::groups_out(doc)), json!(frames::notes_out(doc))]);
    }
    Json::Array(top)
}

fn nodes_out(nodes: &[Node], table: &mut Table) -> Json {
    let mut kinds = Table::default();
    let kind: Vec<_> = nodes.iter().map(|n| kinds.index(n.kind.as_str().into())).collect();
    let name: Vec<_> = nodes.iter().map(|n| n.name.as_str()).collect();
    let id: Vec<_> = nodes.iter().map(|n| if n.id == slug(&n.name) { json!(0) } else { json!(n.id) }).collect();
    // Coordinates on the grid are counted in its lines.
    let on_grid = nodes.iter().all(|n| [n.x, n.y].iter().all(|v| (v / 8.0).trunc() == v / 8.0));
    let unit = if on_grid { 8.0 } else { 1.0 };
    let x: Vec<_> = nodes.iter().map(|n| files::number(n.x / unit)).collect();
    let y: Vec<_> = nodes.iter().map(|n| files::number(n.y / unit)).collect();
    let params: Vec<_> = nodes
        .iter()
        .map(|n| {
            let specs = components::kind(&n.kind).map(|k| k.params()).unwrap_or_default();
            table.params(files::stripped_params(&specs, &n.params))
        })
        .collect();
    json!([kinds.0, kind, name, id, files::number(unit), x, y, params])
}

fn links_out(doc: &Document, table: &mut Table) -> Json {
    let mut never = files::NeverRead::of(doc);
    let end = |id: &str| doc.nodes.iter().position(|n| n.id == id).map_or(json!(id), |i| json!(i));
    let from: Vec<_> = doc.links.iter().map(|l| end(&l.from)).collect();
    let to: Vec<_> = doc.links.iter().map(|l| end(&l.to)).collect();
    let id = |l: &Link| if l.id == usual_id(&l.from, &l.to) { json!(0) } else { json!(l.id) };
    let id: Vec<_> = doc.links.iter().map(id).collect();
    let params: Vec<_> = doc.links.iter().map(|l| table.params(files::stripped_link(l, &mut never))).collect();
    json!([from, to, id, params])
}

fn journal_out(doc: &Document) -> Vec<Json> {
    let mut last = 0;
    let entry = |(at, entry): &(crate::engine::SimTime, crate::diagram::Entry)| {
        let mut fields = files::compact_entry(entry);
        let wait = at.0.saturating_sub(last);
        last = at.0;
        let mut out = vec![json!(wait)];
        for (tag, name, rest) in ENTRIES {
            if fields.get(*tag).is_some_and(|v| v == name) {
                out.push(json!(name));
                out.extend(rest.iter().filter_map(|field| fields.get_mut(*field).map(Json::take)));
            }
        }
        Json::Array(out)
    };
    doc.journal.iter().map(entry).collect()
}

/// How long the lists of a compact tree may be: the columns of nodes as long as there may be nodes, and so on.
pub fn limits(path: &[Segment]) -> Option<(&'static str, usize)> {
    let index = |i: usize| match path.get(i) {
        Some(Segment::Index(index)) => Some(*index),
        _ => None,
    };
    match (path.len(), index(0)?) {
        (2, 5) => Some(("nodes", MAX_NODES)),
        (2, 6) => Some(("links", MAX_LINKS)),
        (1, 7) => Some(("journal", MAX_JOURNAL)),
        (1, 8) => Some(("settings", MAX_NODES + MAX_LINKS)),
        (1, 9) => Some(("groups", MAX_GROUPS)),
        (3, 9) => Some(("nodes", MAX_NODES)),
        (1, 10) => Some(("notes", MAX_NOTES)),
        _ => None,
    }
}

/// Whether the parameters, which stand once in a link and as often as they are used in a file, are together no more than
/// a file may hold. Looks at the indices, so that nothing is copied if they are not.
fn check_room(params: [Option<&Json>; 2], table: &[Json]) -> Result<(), Problem> {
    let weights: Vec<(usize, usize)> = table.iter().map(weight).collect();
    let (mut values, mut bytes) = (0usize, 0usize);
    for index in params.into_iter().flatten().filter_map(Json::as_array).flatten() {
        let used = index.as_u64().and_then(|i| usize::try_from(i).ok()?.checked_sub(1)).and_then(|i| weights.get(i));
        let (more_values, more_bytes) = used.copied().unwrap_or_default();
        (values, bytes) = (values.saturating_add(more_values), bytes.saturating_add(more_bytes));
    }
    match values <= MAX_VALUES && bytes <= MAX_BYTES {
        true => Ok(()),
        false => Err(Problem::new("", "the link holds more than a diagram can be")),
    }
}

/// How many values a tree has, and how many bytes of text.
fn weight(tree: &Json) -> (usize, usize) {
    let sum = |(values, bytes): (usize, usize), (name, value): (usize, &Json)| {
        let inner = weight(value);
        (values + inner.0, bytes + name + inner.1)
    };
    match tree {
        Json::String(text) => (1, text.len()),
        Json::Array(items) => items.iter().map(|item| (0, item)).fold((1, 0), sum),
        Json::Object(map) => map.iter().map(|(name, item)| (name.len(), item)).fold((1, 0), sum),
        _ => (1, 0),
    }
}

/// The document that a compact tree stands for.
pub fn from_compact(tree: Json) -> Result<Document, Problems> {
    let mut top = list(tree)?;
    let shape = top.first().and_then(Json::as_u64).ok_or_else(damaged)?;
    if shape > FRAMED {
        return Err(Problem::new("", "the link was made by a newer version of Faultline").into());
    }
    if (shape, top.len()) != (PLAIN, 9) && (shape, top.len()) != (FRAMED, 11) {
        return Err(damaged().into());
    }
    let framed = (shape == FRAMED).then(|| top.split_off(9));
    let mut next = top.drain(1..);
    let mut take = || next.next().ok_or_else(damaged);
    let (title, seed, view, moment) = (take()?, take()?, list(take()?)?, take()?);
    let (nodes, links, journal, table) = (list(take()?)?, list(take()?)?, list(take()?)?, list(take()?)?);
    let [x, y, zoom] = <[Json; 3]>::try_from(view).map_err(|_| damaged())?;
    check_room([nodes.get(7), links.get(3)], &table)?;
    let (ids, mut nodes) = nodes_in(nodes, &table)?;
    let framed = framed.map(|framed| frames::frames_in(framed, &ids, &mut nodes)).transpose()?;
    let mut out = Map::new();
    out.insert("version".into(), VERSION.into());
    out.insert("title".into(), title);
    out.insert("seed".into(), seed);
    out.insert("nodes".into(), nodes.into());
    out.insert("links".into(), links_in(links, &ids, &table)?);
    if let Some((groups, notes)) = framed {
        out.insert("groups".into(), groups);
        out.insert("notes".into(), notes);
    }
    out.insert("view".into(), json!({ "x": x, "y": y, "zoom": zoom }));
    out.insert("moment_ns".into(), moment);
    out.insert("journal".into(), journal_in(journal)?);
    // A link may be older than the rule that every setting is read.
    files::read_tree(out, LEFT_UNREAD)
}

fn nodes_in(nodes: Vec<Json>, table: &[Json]) -> Result<(Vec<String>, Vec<Json>), Problem> {
    let [kinds, kind, name, id, unit, x, y, params] = <[Json; 8]>::try_from(nodes).map_err(|_| damaged())?;
    let kinds = list(kinds)?;
    let unit = unit.as_f64().ok_or_else(damaged)?;
    let columns = [kind, name, id, x, y, params];
    let mut ids = Vec::new();
    let mut nodes = Vec::new();
    for [kind, name, id, x, y, params] in rows(columns)? {
        let id = match (id, name.as_str()) {
            (Json::String(id), _) => short(id)?,
            (_, Some(name)) => slug(name),
            _ => return Err(damaged()),
        };
        let scaled = |v: Json| v.as_f64().map(|v| files::number(v * unit)).ok_or_else(damaged);
        let mut node = Map::new();
        node.insert("id".into(), id.as_str().into());
        node.insert("kind".into(), at(&kinds, &kind)?);
        node.insert("name".into(), name);
        node.insert("x".into(), scaled(x)?);
        node.insert("y".into(), scaled(y)?);
        with_params(&mut node, &params, table)?;
        ids.push(id);
        nodes.push(Json::Object(node));
    }
    Ok((ids, nodes))
}

fn links_in(links: Vec<Json>, ids: &[String], table: &[Json]) -> Result<Json, Problem> {
    let columns = <[Json; 4]>::try_from(links).map_err(|_| damaged())?;
    let mut out = Vec::new();
    for [from, to, id, params] in rows(columns)? {
        let end = |v: Json| match v {
            Json::String(id) => short(id),
            index => index.as_u64().and_then(|i| ids.get(usize::try_from(i).ok()?)).cloned().ok_or_else(damaged),
        };
        let (from, to) = (end(from)?, end(to)?);
        let mut link = Map::new();
        link.insert("id".into(), if id.is_string() { id } else { usual_id(&from, &to).into() });
        link.insert("from".into(), from.into());
        link.insert("to".into(), to.into());
        with_params(&mut link, &params, table)?;
        out.push(Json::Object(link));
    }
    Ok(Json::Array(out))
}

fn journal_in(journal: Vec<Json>) -> Result<Json, Problem> {
    let mut now = 0u64;
    let mut out = Vec::new();
    for entry in journal {
        let mut parts = list(entry)?.into_iter();
        let wait = parts.next().and_then(|w| w.as_u64()).ok_or_else(damaged)?;
        let which = parts.next().ok_or_else(damaged)?;
        let (tag, name, fields) = ENTRIES.iter().find(|(_, name, _)| which == *name).ok_or_else(damaged)?;
        now = now.checked_add(wait).ok_or_else(damaged)?;
        let mut map = Map::new();
        map.insert("at_ns".into(), now.into());
        map.insert((*tag).into(), (*name).into());
        for field in *fields {
            map.insert((*field).into(), parts.next().ok_or_else(damaged)?);
        }
        if parts.next().is_some() {
            return Err(damaged());
        }
        out.push(Json::Object(map));
    }
    Ok(Json::Array(out))
}

/// Columns of equal length as rows.
fn rows<const N: usize>(columns: [Json; N]) -> Result<impl Iterator<Item = [Json; N]>, Problem> {
    let mut lists = Vec::with_capacity(N);
    for column in columns {
        lists.push(list(column)?.into_iter());
    }
    let len = lists.first().map_or(0, |l| l.len());
    if lists.iter().any(|l| l.len() != len) {
        return Err(damaged());
    }
    Ok((0..len).map(move |_| std::array::from_fn(|i| lists[i].next().unwrap_or(Json::Null))))
}

fn with_params(map: &mut Map<String, Json>, index: &Json, table: &[Json]) -> Result<(), Problem> {
    match index.as_u64().ok_or_else(damaged)? {
        0 => {}
        i => {
            let params = usize::try_from(i - 1).ok().and_then(|i| table.get(i)).ok_or_else(damaged)?;
            map.insert("params".into(), params.clone());
        }
    }
    Ok(())
}

fn at(list: &[Json], index: &Json) -> Result<Json, Problem> {
    let found = index.as_u64().and_then(|i| list.get(usize::try_from(i).ok()?)).and_then(Json::as_str).ok_or_else(damaged)?;
    short(found.into()).map(Json::from)
}

/// An id of a length that it may have, as it will stand in several places.
fn short(id: String) -> Result<String, Problem> {
    if id.len() > MAX_ID {
        return Err(damaged());
    }
    Ok(id)
}

fn list(value: Json) -> Result<Vec<Json>, Problem> {
    match value {
        Json::Array(items) => Ok(items),
        _ => Err(damaged()),
    }
}

fn damaged() -> Problem {
    Problem::new("", "the link is damaged: what it holds is not a diagram")
}

/// The id that a name suggests: `Orders 2` is `orders-2`.
fn slug(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    plain.take(MAX_ID).collect()
}

/// The id that a link gets when the editor makes it.
fn usual_id(from: &str, to: &str) -> String {
    from.chars().chain(['-']).chain(to.chars()).take(MAX_ID).collect()
}

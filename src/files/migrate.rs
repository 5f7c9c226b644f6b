//! Brings files of older versions to the current shape, one version at a time.
//! Knows trees of JSON only, never the types of today, so that an old step keeps working when those change.

use serde_json::{Map, Value as Json};

use super::{Problem, VERSION};

/// Turns the tree of one version into the tree of the next.
type Migration = fn(&mut Map<String, Json>) -> Result<(), Problem>;

/// `MIGRATIONS[0]` brings version 1 to version 2, and so on. Raising [`VERSION`] adds one here.
const MIGRATIONS: &[Migration] = &[from_1, from_2];

/// Version 2 adds groups and notes, which a file of version 1 cannot have.
fn from_1(top: &mut Map<String, Json>) -> Result<(), Problem> {
    match ["groups", "notes"].iter().find(|name| top.contains_key(**name)) {
        Some(name) => Err(Problem::new(*name, "is not a known field of file format 1; groups and notes came with 2")),
        None => Ok(()),
    }
}

/// Version 3 refuses settings of links that nobody reads. Version 2 let them stand; they have no effect, and are kept until the
/// document is written again.
fn from_2(_: &mut Map<String, Json>) -> Result<(), Problem> {
    Ok(())
}

const _: () = assert!(MIGRATIONS.len() + 1 == VERSION as usize, "every version below the current one needs its migration");

/// The same document in the current version's shape.
pub fn to_current(top: Map<String, Json>, version: u32) -> Result<Map<String, Json>, Problem> {
    migrate(top, version, MIGRATIONS)
}

fn migrate(mut top: Map<String, Json>, from: u32, steps: &[Migration]) -> Result<Map<String, Json>, Problem> {
    for (version, step) in (1..).zip(steps) {
        if version >= from {
            step(&mut top)?;
            top.insert("version".into(), (version + 1).into());
        }
    }
    Ok(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rename_boxes(top: &mut Map<String, Json>) -> Result<(), Problem> {
        let boxes = top.shift_remove("boxes").ok_or_else(|| Problem::new("boxes", "is missing"))?;
        top.insert("nodes".into(), boxes);
        Ok(())
    }

    fn add_links(top: &mut Map<String, Json>) -> Result<(), Problem> {
        top.insert("links".into(), json!([]));
        Ok(())
    }

    fn map(value: Json) -> Map<String, Json> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn steps_run_in_order_from_the_files_version_on() {
        let steps: &[Migration] = &[rename_boxes, add_links];
        let first = migrate(map(json!({"version": 1, "boxes": []})), 1, steps).unwrap();
        assert_eq!(Json::Object(first), json!({"version": 3, "nodes": [], "links": []}));
        let second = migrate(map(json!({"version": 2, "nodes": []})), 2, steps).unwrap();
        assert_eq!(Json::Object(second), json!({"version": 3, "nodes": [], "links": []}));
        let third = migrate(map(json!({"version": 3})), 3, steps).unwrap();
        assert_eq!(Json::Object(third), json!({"version": 3}));
    }

    #[test]
    fn a_step_that_cannot_do_its_work_says_why() {
        assert_eq!(migrate(Map::new(), 1, &[rename_boxes]).unwrap_err().at, "boxes");
    }
}

//! What is asked of a single name, place, number or parameter.
//! Knows no document.

use serde_json::Value as Json;

use super::fields::clip;
use super::{Problem, MAX_COORDINATE, MAX_ID, MAX_NAME};
use crate::diagram::param::{ParamSpec, Values};

pub(super) fn position_problems(x: f64, y: f64) -> Vec<Problem> {
    let mut problems = Vec::new();
    noted(&mut problems, "x", within(x, -MAX_COORDINATE, MAX_COORDINATE));
    noted(&mut problems, "y", within(y, -MAX_COORDINATE, MAX_COORDINATE));
    problems
}

/// All that is wrong with the parameters of a node or link.
pub(super) fn param_problems(params: &Values, specs: &[ParamSpec], owner: &str) -> Vec<Problem> {
    let wrong = params.iter().filter_map(|(name, value)| check_param(name, value, specs, owner).err());
    wrong.map(|p| p.under("params")).collect()
}

pub(super) fn check_param(name: &str, value: &Json, specs: &[ParamSpec], owner: &str) -> Result<(), Problem> {
    let owner = owner.to_lowercase();
    match specs.iter().find(|s| s.name == name) {
        Some(spec) => spec.check(value).map_err(|m| Problem::new(name, m)),
        None => {
            let known: Vec<_> = specs.iter().map(|s| s.name).collect();
            let known = if known.is_empty() { "it has none".into() } else { format!("known are {}", known.join(", ")) };
            Err(Problem::new(clip(name), format!("is not a parameter of a {owner}; {known}")))
        }
    }
}

/// Notes what is wrong with a field.
pub(super) fn noted(problems: &mut Vec<Problem>, field: &str, outcome: Result<(), String>) {
    problems.extend(outcome.err().map(|message| Problem::new(field, message)));
}

/// The first of them, where one is enough.
pub(super) fn first(problems: Vec<Problem>) -> Result<(), Problem> {
    problems.into_iter().next().map_or(Ok(()), Err)
}

pub(super) fn room(len: usize, list: &str, limit: usize) -> Result<(), Problem> {
    match len < limit {
        true => Ok(()),
        false => Err(Problem::new("", format!("there may be at most {limit} {list}"))),
    }
}

pub(super) fn absent(what: &str, id: &str) -> String {
    format!("there is no {what} \"{}\"", clip(id))
}

pub(super) fn check_id(id: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !id.is_empty() && id.len() <= MAX_ID && id.chars().all(fine) {
        true => Ok(()),
        false => Err(format!("is \"{}\", it must be 1 to {MAX_ID} letters, digits, - and _", clip(id))),
    }
}

pub(super) fn check_name(name: &str) -> Result<(), String> {
    match !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(format!("is \"{}\", it must be one line of 1 to {MAX_NAME} characters", clip(name))),
    }
}

pub(super) fn within(value: f64, min: f64, max: f64) -> Result<(), String> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(format!("is {value}, it must be from {min} to {max}")),
    }
}

//! One case: which scenario, which settings, what is read off its report, and what it should be.
//! Runs nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::diagram::{Document, Edit};
use crate::files::{check_edit, read};

/// A case of the validation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Stable name: `mm4-wq`.
    pub id: String,
    /// What is measured, with its unit.
    pub title: String,
    /// Where the expected value is from.
    pub source: String,
    /// Name of the scenario: a file in `assets/validation`.
    pub scenario: String,
    /// Parameters that differ from the scenario's: `node.param` or `link:ID.param`.
    #[serde(default)]
    pub set: Map<String, Json>,
    /// The value that theory gives.
    pub expected: f64,
    /// Simulated seconds measured under each seed.
    pub run_s: f64,
    /// Simulated seconds before them, which the statistics leave out; a twentieth of `run_s` unless said.
    #[serde(default)]
    pub warmup_s: f64,
    /// Number of seeds, at least 2.
    #[serde(default = "usual_seeds")]
    pub seeds: u64,
    /// Whether it takes long, so that the test command leaves it to the report.
    #[serde(default)]
    pub long: bool,
    /// What is read off the report.
    pub measure: Measure,
    /// Where the expected value is itself an approximation: how far off, in its own unit, the mean may be. Otherwise
    /// the expected value must lie within four standard errors, and these must be at most 2 % of it.
    #[serde(default)]
    pub tolerance: Option<f64>,
}

fn usual_seeds() -> u64 {
    16
}

/// A value of the report, by its path: `totals.latency_ms.mean`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Path in the report.
    pub path: String,
    /// What it is divided by.
    #[serde(default)]
    pub over: Option<Over>,
    /// One minus the value.
    #[serde(default)]
    pub complement: bool,
}

/// A divisor.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Over {
    /// A unit: a mean service time of 10 ms.
    Number(f64),
    /// Another value of the report.
    Path(String),
    /// The sum of several.
    Paths(Vec<String>),
}

impl Measure {
    /// Reads it off a run's report.
    pub fn read(&self, report: &Json) -> Result<f64, String> {
        let value = |path: &str| at(report, path);
        let divisor = match &self.over {
            None => 1.0,
            Some(Over::Number(number)) => *number,
            Some(Over::Path(path)) => value(path)?,
            Some(Over::Paths(paths)) => paths.iter().map(|p| value(p)).sum::<Result<f64, String>>()?,
        };
        let ratio = value(&self.path)? / divisor;
        Ok(if self.complement { 1.0 - ratio } else { ratio })
    }
}

fn at(report: &Json, path: &str) -> Result<f64, String> {
    let found = path.split('.').try_fold(report, |value, key| value.get(key));
    found.and_then(Json::as_f64).ok_or_else(|| format!("measure: the report has no number at {path}"))
}

impl Case {
    /// The scenario with the case's settings.
    pub fn document(&self) -> Result<Document, String> {
        let text = scenario(&self.scenario).ok_or_else(|| format!("scenario: there is no {}", self.scenario))?;
        let mut document = read(text).map_err(|problem| format!("scenario {}: {problem}", self.scenario))?;
        for (target, value) in &self.set {
            let wrong = |why: String| format!("set {target}: {why}");
            let (owner, param) = target.rsplit_once('.').ok_or_else(|| wrong("expected node.param or link:ID.param".into()))?;
            let (param, value) = (param.to_string(), value.clone());
            let edit = match owner.strip_prefix("link:") {
                Some(id) => Edit::SetLinkParam { id: id.into(), param, value },
                None => Edit::SetNodeParam { id: owner.into(), param, value },
            };
            check_edit(&document, &edit).map_err(|p| wrong(p.message))?;
            document.apply(&edit).map_err(wrong)?;
        }
        Ok(document)
    }
}

/// The cases that ship, in the order of the report. The error says where the table is wrong.
pub fn cases() -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = serde_json::from_str(include_str!("../../../assets/validation/cases.json")).map_err(|e| e.to_string())?;
    for case in &mut cases {
        if case.warmup_s == 0.0 {
            case.warmup_s = case.run_s / 20.0;
        }
    }
    Ok(cases)
}

macro_rules! scenarios {
    ($($id:literal)*) => {
        /// The text of a scenario of the validation.
        pub fn scenario(id: &str) -> Option<&'static str> {
            match id {
                $($id => Some(include_str!(concat!("../../../assets/validation/", $id, ".json"))),)*
                _ => None,
            }
        }
    };
}

scenarios! { "station" "tandem" "pool" "pool-100" "fan-out" "cache" "lagging-replica" "two-classes" "consumers" "synchronous" "ranges" "fork-join" "layers" "retries" "metastable" "series" "new-shard" "redelivery" }

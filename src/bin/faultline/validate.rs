//! `validate`: every case of the validation against theory, as a table, as JSON and as a page of the documentation.
//! Measures and judges nothing itself.

use std::path::PathBuf;

use faultline::lab::validation::{cases, markdown, run, table, Finding, Verdict};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::ValidateOptions;
use crate::Outcome;

/// Runs the cases.
pub fn validate(options: &ValidateOptions) -> Result<Outcome, String> {
    let mut cases = cases().map_err(|e| format!("the table of cases: {e}"))?;
    if !options.only.is_empty() {
        cases.retain(|case| options.only.iter().any(|part| case.id.contains(part.as_str())));
    }
    if cases.is_empty() {
        return Err(format!("--only {}: no case has this in its name", options.only.join(" --only ")));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let runs = cases.iter().map(|c| c.seeds).sum();
    // Shown on a terminal only, on standard error.
    let bar = ProgressBar::new(runs);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} runs, {eta} left") {
        bar.set_style(style);
    }
    let findings = run(&cases, threads, |done, _| bar.set_position(done as u64));
    bar.finish_and_clear();
    let findings = findings.into_iter().collect::<Result<Vec<Finding>, String>>()?;
    if let Some(page) = options.docs.clone().or_else(|| page_of_a_checkout(options)) {
        std::fs::write(&page, markdown(&findings)).map_err(|e| format!("{}: {e}", page.display()))?;
        eprintln!("faultline: wrote {}", page.display());
    }
    let holds = findings.iter().all(|f| f.verdict == Verdict::Pass);
    let text = match options.json {
        true => serde_json::to_string_pretty(&findings).map_err(|e| e.to_string())? + "\n",
        false => table(&findings),
    };
    Ok(Outcome { text, holds })
}

/// From a checkout the whole report is also the page of the documentation.
fn page_of_a_checkout(options: &ValidateOptions) -> Option<PathBuf> {
    let page = PathBuf::from("docs/validation.md");
    let is_checkout = std::path::Path::new("assets/validation/cases.json").exists() && std::path::Path::new("docs").is_dir();
    (is_checkout && options.only.is_empty()).then_some(page)
}

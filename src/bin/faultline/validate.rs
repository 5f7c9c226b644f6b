//! `validate`: every case of the validation against theory, as a table, as JSON, and as a page of the documentation and of the site.
//! Measures and judges nothing itself.

use std::path::Path;

use faultline::export::findings::{markdown, page, table};
use faultline::lab::validation::{cases, run, Finding, Verdict};
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
    let whole = options.only.is_empty() && is_checkout();
    for (file, text) in [
        (options.docs.clone().or(whole.then(|| "docs/validation.md".into())), markdown(&findings)),
        (options.page.clone().or(whole.then(|| "assets/site/validation.html".into())), page(&findings)),
    ] {
        let Some(file) = file else { continue };
        std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        eprintln!("faultline: wrote {}", file.display());
    }
    let holds = findings.iter().all(|f| f.verdict == Verdict::Pass);
    let text = match options.json {
        true => serde_json::to_string_pretty(&findings).map_err(|e| e.to_string())? + "\n",
        false => table(&findings),
    };
    Ok(Outcome { text, holds, message: None })
}

/// From a checkout the whole report is also a page of the documentation and of the site.
fn is_checkout() -> bool {
    ["assets/validation/cases.json", "assets/site", "docs"].iter().all(|part| Path::new(part).exists())
}

//! The engine against queueing theory and published tables: the cases of the validation, as `faultline validate` runs
//! them, under several seeds, without the long ones. The cases are data: `assets/validation/cases.json`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use faultline::lab::validation::{cases, run, Verdict};

#[test]
fn every_case_agrees_with_theory() {
    let cases: Vec<_> = cases().unwrap().into_iter().filter(|c| !c.long).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let findings: Vec<_> = run(&cases, threads, |_, _| ()).into_iter().map(Result::unwrap).collect();
    let failed: Vec<String> = findings
        .iter()
        .filter(|f| f.verdict == Verdict::Fail)
        .map(|f| format!("{}: expected {}, measured {}, {}", f.id, f.expected, f.measured, f.because.as_deref().unwrap_or_default()))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_case_has_its_own_name_and_a_source() {
    let cases = cases().unwrap();
    let mut names: Vec<&str> = cases.iter().map(|c| c.id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len());
    assert!(cases.iter().all(|c| !c.source.is_empty() && c.seeds >= 2));
}

#[test]
fn the_published_reports_hold_every_case() {
    let cases = cases().unwrap();
    for report in [include_str!("../docs/validation.md"), include_str!("../assets/site/validation.html")] {
        assert!(
            report.contains(&format!("{0} of {0} cases pass", cases.len())),
            "they are of older cases; run: cargo run --release -- validate"
        );
        let missing: Vec<&str> = cases.iter().map(|c| c.title.as_str()).filter(|title| !report.contains(title)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

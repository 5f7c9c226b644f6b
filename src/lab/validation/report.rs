//! Findings as a table for a terminal and as a page of the documentation.
//! Judges nothing.

use std::fmt::Write as _;

use super::{Finding, Verdict};

fn figure(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.2}"),
        v if v >= 1.0 => format!("{value:.4}"),
        _ => format!("{value:.5}"),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
    }
}

fn passed(findings: &[Finding]) -> String {
    let passed = findings.iter().filter(|f| f.verdict == Verdict::Pass).count();
    format!("{passed} of {} cases pass", findings.len())
}

fn interval(finding: &Finding) -> String {
    format!("{} to {}", figure(finding.low), figure(finding.high))
}

/// A table for a terminal, with the reasons of what failed.
pub fn table(findings: &[Finding]) -> String {
    let wide = findings.iter().map(|f| f.id.len()).max().unwrap_or(0).max("case".len());
    let mut text = format!("{:<wide$} {:>10} {:>10}   {:<24} verdict\n", "case", "expected", "measured", "interval");
    for f in findings {
        let (expected, measured) = (figure(f.expected), figure(f.measured));
        let _ = write!(text, "{:<wide$} {expected:>10} {measured:>10}   {:<24} {}", f.id, interval(f), word(f.verdict));
        let _ = writeln!(text, "{}", f.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default());
    }
    text + &passed(findings) + "\n"
}

/// A page of the documentation, in Markdown.
pub fn markdown(findings: &[Finding]) -> String {
    let mut text = String::from(
        "# How true is this?\n\n\
         Written by `faultline validate`. Each case is a shipped scenario (`assets/validation`) run through the same interface as \
         the app, under several seeds. *Measured* is the mean over the seeds, *interval* is four standard errors to each side. A \
         case passes when the expected value lies in the interval and the interval is at most 2 % wide to each side, so that an \
         error of 3 % in the model fails. Where the expected value is exact for every run, or itself an approximation, *expected* \
         says how far off the mean may be instead: ± 0 is not at all.\n\n",
    );
    let _ = writeln!(text, "{}.\n", passed(findings));
    text.push_str("| case | expected | measured | interval | verdict | source |\n|---|---:|---:|---|---|---|\n");
    for f in findings {
        let expected = match f.tolerance {
            Some(tolerance) => format!("{} ± {tolerance}", figure(f.expected)),
            None => figure(f.expected),
        };
        let _ =
            writeln!(text, "| {} | {expected} | {} | {} | {} | {} |", f.title, figure(f.measured), interval(f), word(f.verdict), f.source);
    }
    text
}

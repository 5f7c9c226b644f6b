//! Findings as a table for a terminal, and as a page of the documentation and of the site.
//! Judges nothing.

use std::fmt::Write as _;

use super::svg::escaped;
use crate::lab::validation::{Finding, Verdict};

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

/// What the report says of itself, without markup.
const HOW: &str =
    "Each case is a shipped scenario run through the same interface as the app, under several seeds. Measured is the mean over \
     the seeds, interval is four standard errors to each side. A case passes when the expected value lies in the interval and the interval \
     is at most 2 % wide to each side, so that an error of 3 % in the model fails. Where the expected value is exact for every run, or \
     itself an approximation, expected says how far off the mean may be instead: ± 0 is not at all.";

const HEADS: [&str; 6] = ["case", "expected", "measured", "interval", "verdict", "source"];

/// The cells of a case, in the order of [`HEADS`].
fn cells(f: &Finding) -> [String; 6] {
    let expected = match f.tolerance {
        Some(tolerance) => format!("{} ± {tolerance}", figure(f.expected)),
        None => figure(f.expected),
    };
    [f.title.clone(), expected, figure(f.measured), interval(f), word(f.verdict).into(), f.source.clone()]
}

/// A page of the documentation, in Markdown.
pub fn markdown(findings: &[Finding]) -> String {
    let mut text = format!("# How true is this?\n\nWritten by `faultline validate`. {HOW}\n\n{}.\n\n", passed(findings));
    let _ = writeln!(text, "| {} |\n|---|---:|---:|---|---|---|", HEADS.join(" | "));
    for f in findings {
        let _ = writeln!(text, "| {} |", cells(f).join(" | "));
    }
    text
}

/// The same as a page of the site.
pub fn page(findings: &[Finding]) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{}>", escaped(cell), &tag[..2])).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let head = row("th scope=\"col\"", &HEADS.map(String::from));
    let body: String = findings.iter().map(|f| row("td", &cells(f))).collect();
    let passed = passed(findings);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>How true is Faultline?</title>\n<link rel=\"icon\" href=\"./icon.svg\">\n<style>{STYLE}</style>\n\
         <main>\n<p><a href=\"./\">Faultline</a></p>\n<h1>How true is this?</h1>\n<p>{HOW}</p>\n<p><b>{passed}.</b></p>\n\
         <div tabindex=\"0\" role=\"region\" aria-label=\"Cases\"><table>\n<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n</main>\n</html>\n"
    )
}

/// The page stands alone, so it brings what it wears.
const STYLE: &str =
    "body{margin:0;font:15px/1.5 system-ui,sans-serif}main{max-width:1180px;margin:auto;padding:24px 16px}p{max-width:80ch}\
    div{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}\
    th,td{padding:6px 10px;border-bottom:1px solid #8885;text-align:left;vertical-align:top}\
    :is(th,td):nth-child(2),:is(th,td):nth-child(3){text-align:right}:is(th,td):nth-child(n+2):nth-child(-n+5){white-space:nowrap}\
    td:first-child{min-width:200px}td:last-child{min-width:240px}";

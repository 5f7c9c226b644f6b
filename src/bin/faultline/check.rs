//! `check`: whether a file can be read, can work as it is written, and runs with books that balance.
//! What cannot work is for the findings to say.

use faultline::engine::SimTime;
use faultline::findings::findings;
use faultline::lab::Experiment;

use crate::run::{advance, Progress, USUAL_LENGTH};
use crate::{input, Outcome};

/// Checks a file.
pub fn check(name: &str) -> Result<Outcome, String> {
    let doc = input::open(name)?;
    let mut lines: Vec<String> = findings(&doc).into_iter().map(|f| format!("{name}: {}: {}\n", f.at, f.what)).collect();
    let mut experiment = Experiment::new(&doc).without_stories();
    let end = doc.moment.min(SimTime::ZERO + USUAL_LENGTH);
    advance(&mut experiment, end, &mut Progress::new(end));
    if let Err(message) = experiment.check_books() {
        lines.push(format!("{name}: the books do not balance: {message}\n"));
    }
    if let Some(stopped) = experiment.stopped() {
        lines.push(format!("{name}: {}\n", stopped.why));
    }
    if !lines.is_empty() {
        return Ok(Outcome { text: lines.concat(), holds: false, message: None });
    }
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    Ok(Outcome::done(format!(
        "{name}: fine ({}, {}, {})\n",
        count(doc.nodes.len(), "node", "nodes"),
        count(doc.links.len(), "link", "links"),
        count(doc.journal.len(), "journal entry", "journal entries"),
    )))
}

//! `run` and `draw`: a document is opened, changed as asked, and run to its end.
//! Everything measured comes from the laboratory's report.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use faultline::diagram::{Document, Node};
use faultline::engine::{SimDuration, SimTime};
use faultline::export::svg::{plain_caption, plain_words, Picture};
use faultline::export::{csv, Theme};
use faultline::files::{validate, Problem};
use faultline::lab::Experiment;

use crate::args::{RunOptions, Table, ThemeName};
use crate::{faults, input, settings, summary, Outcome};

/// How long a diagram runs that was never run before.
pub const USUAL_LENGTH: SimDuration = SimDuration::from_millis(60_000);
/// Events between two looks at the clock.
const SLICE: u64 = 50_000;
/// A run longer than this shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs a diagram.
pub fn run(options: &RunOptions) -> Result<Outcome, String> {
    let (doc, faults) = prepared(options)?;
    let moment = |d: Duration| SimTime(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX));
    let length = |d: Duration| moment(d).since(SimTime::ZERO);
    let warmup = options.warmup.map_or(SimTime::ZERO, moment);
    let end = match options.length {
        Some(measured) => warmup + length(measured),
        None if doc.moment > SimTime::ZERO => doc.moment,
        None => warmup + USUAL_LENGTH,
    };
    if warmup > SimTime::ZERO && warmup >= end {
        return Err(format!(
            "--warmup: {} s is not shorter than the run of {} s: say with --for how long is measured after it",
            warmup.as_secs_f64(),
            end.as_secs_f64()
        ));
    }
    if let Some((_, fault)) = faults.iter().find(|(begins, _)| *begins > end) {
        return Err(format!("--fault \"{fault}\": begins after the end of the run at {} s", end.as_secs_f64()));
    }
    let mut experiment = Experiment::new(&doc).without_stories();
    let mut progress = Progress::new(end);
    if warmup > SimTime::ZERO {
        advance(&mut experiment, warmup, &mut progress);
        experiment.reset_statistics();
    }
    advance(&mut experiment, end, &mut progress);
    experiment.took(progress.finish());
    let text = match (options.json, options.csv) {
        (true, _) => {
            let report = if options.series { experiment.full_report() } else { experiment.report() };
            serde_json::to_string_pretty(&report).map_err(|e| e.to_string())? + "\n"
        }
        (_, Some(Table::Series)) => csv::series(&experiment),
        (_, Some(Table::Totals)) => csv::totals(&experiment.report()),
        _ => summary::of(&doc, &experiment.report()),
    };
    Ok(Outcome::of(&experiment, text))
}

/// When each fault of the command line begins.
type Beginnings<'a> = Vec<(SimTime, &'a str)>;

/// The document with the options applied, and when each of their faults begins.
fn prepared(options: &RunOptions) -> Result<(Document, Beginnings<'_>), String> {
    let mut doc = input::open(&options.subject.input)?;
    settings::apply(&mut doc, &options.subject)?;
    let mut begin = Vec::new();
    for fault in &options.faults {
        begin.push((faults::add(&mut doc, fault)?, fault.as_str()));
        validate(&doc).map_err(|p| format!("--fault \"{fault}\": {}", said(p.first())))?;
    }
    Ok((doc, begin))
}

/// What is wrong with a fault, by the name of the field where it does not name it itself.
fn said(problem: &Problem) -> String {
    match problem.at.rsplit_once('.') {
        Some((_, field)) if problem.message.starts_with("is ") => format!("{field} {}", problem.message),
        _ => problem.message.clone(),
    }
}

/// Advances to a moment, and shows how far it is.
pub fn advance(experiment: &mut Experiment, to: SimTime, progress: &mut Progress) {
    while experiment.advance(to, SLICE) == SLICE {
        progress.show(experiment.now());
        // Stories of single requests are not printed.
        experiment.take_events();
    }
}

/// Draws a diagram.
pub fn draw(name: &str, theme: ThemeName, at: Option<Duration>) -> Result<Outcome, String> {
    let doc = input::open(name)?;
    let theme = match theme {
        ThemeName::Light => Theme::Light,
        ThemeName::Dark => Theme::Dark,
        ThemeName::Page => Theme::Page,
    };
    let Some(at) = at else {
        let diagram = &doc.folded();
        return Ok(Outcome::done(
            Picture { diagram, frame: None, caption: &|_| Default::default(), words: &plain_words, theme, ground: true }.svg(),
        ));
    };
    let end = SimTime(u64::try_from(at.as_nanos()).unwrap_or(u64::MAX));
    let mut experiment = Experiment::new(&doc).without_stories();
    let mut progress = Progress::new(end);
    advance(&mut experiment, end, &mut progress);
    progress.finish();
    let frame = experiment.frame(0);
    let caption = |node: &Node| plain_caption(&frame, node);
    let picture =
        Picture { diagram: experiment.diagram(), frame: Some(&frame), caption: &caption, words: &plain_words, theme, ground: true };
    Ok(Outcome::of(&experiment, picture.svg()))
}

/// How far the run is, on a terminal that waits for it.
pub struct Progress {
    end: SimTime,
    started: Instant,
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    #[allow(clippy::disallowed_methods, reason = "the wall clock measures the tool, not the simulation")]
    fn clock() -> Instant {
        Instant::now()
    }

    /// None yet, on the way to this moment.
    pub fn new(end: SimTime) -> Self {
        Progress { end, started: Self::clock(), shown: None, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, now: SimTime) {
        let clock = Self::clock();
        let due = match self.shown {
            None => clock - self.started >= PATIENCE,
            Some(last) => clock - last >= PATIENCE / 5,
        };
        if self.terminal && due {
            self.shown = Some(clock);
            let percent = 100.0 * now.as_secs_f64() / self.end.as_secs_f64().max(1e-9);
            eprint!("\r{now} of {} simulated, {percent:.0} %  ", self.end);
            let _ = std::io::stderr().flush();
        }
    }

    /// Wipes the line and returns the seconds since the start.
    fn finish(&self) -> f64 {
        if self.shown.is_some() {
            eprint!("\r\x1b[2K");
        }
        (Self::clock() - self.started).as_secs_f64()
    }
}

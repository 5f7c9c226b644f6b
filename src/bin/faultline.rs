//! The command-line tool: the same engine without a browser. Standard output is the result only, messages go to
//! standard error; exit 0 done, 1 what was checked does not hold, 2 bad input (a line for each problem: where and what).

#[path = "faultline/args.rs"]
mod args;
#[path = "faultline/check.rs"]
mod check;
#[path = "faultline/faults.rs"]
mod faults;
#[path = "faultline/input.rs"]
mod input;
#[path = "faultline/reference.rs"]
mod reference;
#[path = "faultline/run.rs"]
mod run;
#[path = "faultline/settings.rs"]
mod settings;
#[path = "faultline/summary.rs"]
mod summary;
#[path = "faultline/trials.rs"]
mod trials;
#[path = "faultline/validate.rs"]
mod validate;

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::Parser as _;

use args::{Args, Command};
use faultline::lab::Experiment;

/// What a command comes to: its result for standard output, and whether what was checked holds.
pub struct Outcome {
    text: String,
    holds: bool,
    /// What is said beside the result.
    message: Option<String>,
}

impl Outcome {
    /// What a run gave, up to where it stands still, if it does.
    pub fn of(experiment: &Experiment, text: String) -> Self {
        let message = experiment.stopped().map(|stopped| stopped.why);
        Outcome { text, holds: message.is_none(), message }
    }

    /// A result that is what was asked for.
    pub fn done(text: String) -> Self {
        Outcome { text, holds: true, message: None }
    }
}

fn main() -> ExitCode {
    let outcome = match Args::try_parse() {
        Ok(args) => match args.command {
            Command::Run(options) => run::run(&options),
            Command::Repeat(options) => trials::trials(&options, None),
            Command::Sweep { vary, options } => trials::trials(&options, Some(&vary)),
            Command::Check { file } => check::check(&file),
            Command::Draw { file, theme, at } => run::draw(&file, theme, at),
            Command::Schema => Ok(reference::schema()),
            Command::List { what, json } => Ok(reference::list(what, json)),
            Command::Describe { kind } => reference::describe(&kind),
            Command::Validate(options) => validate::validate(&options),
        },
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => Ok(Outcome::done(error.to_string())),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err("say what to do: run, repeat, sweep, check, draw, schema, list, describe or validate (faultline --help explains)".into())
        }
        Err(error) => Err(one_line(&error)),
    };
    match outcome {
        Ok(outcome) => {
            // Whoever closed the pipe has read enough.
            let _ = std::io::stdout().write_all(outcome.text.as_bytes());
            if let Some(message) = outcome.message {
                eprintln!("faultline: {message}");
            }
            ExitCode::from(if outcome.holds { 0 } else { 1 })
        }
        Err(message) => {
            // What is wrong in several places of a file has a line for each.
            message.lines().for_each(|line| eprintln!("faultline: {line}"));
            ExitCode::from(2)
        }
    }
}

/// Clap's message in one line: the first paragraph, which says where and what.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

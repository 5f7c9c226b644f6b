//! What the tool can be asked to do. Knows only words, not what they do.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Runs and checks Faultline diagrams.
#[derive(Debug, Parser)]
#[command(name = "faultline", version, about, max_term_width = 100)]
#[command(after_help = "Exit status: 0 done, 1 what was checked does not hold, 2 bad input.")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a diagram and print what was measured
    Run(RunOptions),
    /// Run a diagram under several seeds and print means with 95 % intervals, as CSV or JSON
    Repeat(TrialOptions),
    /// Vary a parameter and print means with 95 % intervals at each value, as CSV or JSON
    Sweep {
        /// What to vary, as in users.rate_per_s=10..90/9; append log for steps by factors
        #[arg(long, value_name = "NODE.PARAM=FROM..TO/COUNT")]
        vary: String,
        /// How to run
        #[command(flatten)]
        options: TrialOptions,
    },
    /// Check that a file can be read and can work as it is written
    Check {
        /// File that the app saved, name of a scenario, or - for standard input
        file: String,
    },
    /// List what there is
    List {
        /// Which list
        what: What,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw a diagram as an SVG picture
    Draw {
        /// File that the app saved, name of a scenario, or - for standard input
        file: String,
        /// Colours of the picture
        #[arg(long, value_enum, default_value = "light")]
        theme: ThemeName,
        /// Draw the state of the run at this simulated time, instead of the diagram alone
        #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
        at: Option<Duration>,
    },
    /// Print the JSON Schema of the file format
    Schema,
    /// Explain a component kind and its parameters; also `link`, `distribution` and `journal`
    Describe {
        /// Kind, as `list components` names it; or link, distribution, journal
        kind: String,
    },
    /// Compare the engine with queueing theory and published tables
    Validate(ValidateOptions),
}

/// What is run, and how it differs from the file.
#[derive(Clone, Debug, clap::Args)]
pub struct Subject {
    /// File that the app saved, name of a scenario, or - for standard input
    pub input: String,
    /// Seed of the run's randomness, or of the first of several runs [default: the file's]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// Set a parameter of a node (node.param=value) or of a link (link:ID.param=value); may be repeated
    #[arg(long = "set", value_name = "NODE.PARAM=VALUE")]
    pub settings: Vec<String>,
}

/// How to repeat.
#[derive(Clone, Debug, clap::Args)]
pub struct TrialOptions {
    #[command(flatten)]
    pub subject: Subject,
    /// Runs at each value, each under a seed of its own
    #[arg(long, value_name = "N", default_value = "10")]
    pub seeds: u32,
    /// Simulated time measured in each run, after the warm-up [default: 60s]
    #[arg(long = "for", value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    pub length: Option<Duration>,
    /// Simulated time before it, of which nothing is counted [default: a fifth of it]
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    pub warmup: Option<Duration>,
    /// Node that is measured beside the system as a whole [default: the one that is varied or called by it]
    #[arg(long, value_name = "NODE")]
    pub at: Option<String>,
    /// Measures to print, as in latency_p99,availability; may be repeated [default: all that fit]
    #[arg(long = "measure", value_name = "NAME", value_delimiter = ',')]
    pub measures: Vec<String>,
    /// Print JSON: means, intervals, theory, and the value under each seed
    #[arg(long)]
    pub json: bool,
}

/// What to validate.
#[derive(Clone, Debug, clap::Args)]
pub struct ValidateOptions {
    /// Only cases with this in their name; may be repeated
    #[arg(long, value_name = "PART")]
    pub only: Vec<String>,
    /// Write the report as a Markdown page [default: docs/validation.md in a checkout, unless --only is given]
    #[arg(long, value_name = "FILE")]
    pub docs: Option<PathBuf>,
    /// Write the report as a web page [default: assets/site/validation.html in a checkout, unless --only is given]
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Diagrams that ship with the product
    Scenarios,
    /// Component kinds
    Components,
    /// Lessons
    Lessons,
}

/// A theme of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// Dark ink on a light ground
    Light,
    /// Light ink on a dark ground
    Dark,
    /// Custom properties of the web page that holds the picture: var(--ink)
    Page,
}

/// A table of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Table {
    /// Over time, one line a bucket
    Series,
    /// In total, one line a figure
    Totals,
}

/// How to run.
#[derive(Clone, Debug, clap::Args)]
pub struct RunOptions {
    #[command(flatten)]
    pub subject: Subject,
    /// Simulated time measured, after the warm-up [default: until the moment at which the file was saved, else 60s]
    #[arg(long = "for", value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    pub length: Option<Duration>,
    /// Simulated time before it, of which nothing is counted: no request, no call, no figure of any node
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    pub warmup: Option<Duration>,
    /// Break something, as in "t=10s crash db for 5s"; also slow db x4, cut a->b, flush cache; may be repeated
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// With --json, how it went over time and the histograms of latency too
    #[arg(long, requires = "json")]
    pub series: bool,
    /// Print a table in CSV
    #[arg(long, value_name = "TABLE", value_enum)]
    pub csv: Option<Table>,
}

/// The longest time that can be simulated: a year.
const LONGEST: Duration = Duration::from_nanos(faultline::engine::time::MAX_DURATION.0);

/// A time with its unit: `500us`, `20ms`, `1.5s`, `2m`, `1h`; a plain number is seconds.
pub fn time(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let bad = || format!("\"{text}\" is not a time such as 500ms, 10s, 2m or 1h");
    let seconds = match unit.trim() {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(bad()),
    };
    let value: f64 = number.trim().parse().map_err(|_| bad())?;
    let duration = Duration::try_from_secs_f64(value * seconds).map_err(|_| bad())?;
    match duration <= LONGEST {
        true => Ok(duration),
        false => Err(format!("\"{text}\" is more than a year")),
    }
}

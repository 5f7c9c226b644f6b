//! Where a document comes from: a file, a scenario's name, or standard input.
//! Does not judge the document: the reader does.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use faultline::diagram::Document;
use faultline::files::{read, Problems, MAX_BYTES};
use faultline::lab::scenarios::{scenario, scenarios};

/// The document that a word on the command line names.
pub fn open(name: &str) -> Result<Document, String> {
    let text = match name {
        "-" => text_of(std::io::stdin()),
        path if Path::new(path).exists() => File::open(path).map_err(|e| e.to_string()).and_then(text_of),
        id => match scenario(id) {
            Some(scenario) => Ok(scenario.json.to_string()),
            None => {
                let known: Vec<_> = scenarios().iter().map(|s| s.id).collect();
                Err(format!("there is no such file or scenario; scenarios are {}", known.join(", ")))
            }
        },
    };
    // A line for each problem, all of which say where.
    let problems = |problems: Problems| problems.lines().iter().map(|line| format!("{name}: {line}")).collect::<Vec<_>>().join("\n");
    text.map_err(|message| format!("{name}: {message}")).and_then(|t| read(&t).map_err(problems))
}

fn text_of(source: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    // One byte more than the reader accepts, so that it can say that the file is too long.
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|_| "this is not text in UTF-8".into())
}

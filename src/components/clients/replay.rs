//! A trace of requests to be replayed: lines of times and keys, as measured somewhere.
//! Reads text and nothing else.

use std::sync::Arc;

use crate::diagram::param::TextCheck;
use crate::engine::SimDuration;
use crate::order::Ordered;

/// Most characters of a trace.
pub const MAX_CHARACTERS: usize = 200_000;
/// Most requests of a trace.
const MAX_REQUESTS: usize = 20_000;
/// The latest time in a trace: a week.
const MAX_SECONDS: f64 = 604_800.0;
/// Judges a trace.
pub const CHECK: TextCheck = TextCheck(|text| parse(text).map(|_| ()));
/// A short trace, to show the form.
pub const EXAMPLE: &str = "seconds,key,operation\n1.0,1,write\n1.2,1,read\n1.25,2,read\n1.3,1,read\n2.0,3,write\n2.02,3,read\n3.5,1,read\n";

/// A request of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorded {
    /// When, from the start.
    pub at: SimDuration,
    /// Which key.
    pub key: u64,
    /// Whether it is a write, where that is said.
    pub writes: Option<bool>,
}

/// The requests of a trace in order of time. The error names the line.
pub fn parse(text: &str) -> Result<Arc<[Recorded]>, String> {
    let mut requests = Vec::new();
    let mut first = true;
    for (i, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split([',', ';', '\t']).map(str::trim).collect();
        let heading = std::mem::take(&mut first) && fields[0].parse::<f64>().is_err();
        if heading && fields.len() > 1 {
            continue;
        }
        if requests.len() == MAX_REQUESTS {
            return Err(format!("has more than {MAX_REQUESTS} requests"));
        }
        requests.push(one(&fields).map_err(|e| format!("line {}: {e}", i + 1))?);
    }
    if requests.is_empty() {
        return Err("has no request; a line is seconds,key".into());
    }
    requests.order_by_key(|r| r.at);
    Ok(requests.into())
}

fn one(fields: &[&str]) -> Result<Recorded, String> {
    let (time, key, operation) = match fields {
        [time, key] => (time, key, ""),
        [time, key, operation] => (time, key, *operation),
        _ => return Err(format!("has {} fields; expected seconds,key or seconds,key,operation", fields.len())),
    };
    let brief = |text: &str| text.chars().take(30).collect::<String>();
    let seconds = time.parse::<f64>().ok().filter(|s| (0.0..=MAX_SECONDS).contains(s));
    let seconds = seconds.ok_or_else(|| format!("\"{}\" is not a time; expected seconds from 0 to {MAX_SECONDS}", brief(time)))?;
    let key = key.parse::<u64>().ok().filter(|k| *k < 1 << 53);
    let key = key.ok_or_else(|| format!("\"{}\" is not a key; expected a whole number from 0", brief(fields[1])))?;
    let writes = match operation.to_ascii_lowercase().as_str() {
        "" => None,
        "read" | "r" | "get" => Some(false),
        "write" | "w" | "set" | "put" => Some(true),
        _ => return Err(format!("\"{}\" is not an operation; expected read or write", brief(operation))),
    };
    Ok(Recorded { at: SimDuration::from_secs_f64(seconds), key, writes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_sorted_and_headings_passed_over() {
        let requests = parse("time,key\n\n2.5,7\n1, 3, WRITE\n").unwrap();
        let at = |s: f64| SimDuration::from_secs_f64(s);
        assert_eq!(requests[0], Recorded { at: at(1.0), key: 3, writes: Some(true) });
        assert_eq!(requests[1], Recorded { at: at(2.5), key: 7, writes: None });
        assert!(parse(EXAMPLE).unwrap().len() == 7);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error("1,2\nsoon,3"), "line 2: \"soon\" is not a time; expected seconds from 0 to 604800");
        assert_eq!(error("1,2\n\n2,x"), "line 3: \"x\" is not a key; expected a whole number from 0");
        assert_eq!(error("1,2\n2"), "line 2: has 1 fields; expected seconds,key or seconds,key,operation");
        assert_eq!(error("1,2,delete"), "line 1: \"delete\" is not an operation; expected read or write");
        assert!(error("nonsense").starts_with("line 1"), "{}", error("nonsense"));
        assert!(error("time,key").starts_with("has no request"));
        assert!(error("-1,2").starts_with("line 1") || error("NaN,2").starts_with("has no"));
        assert!(error(&"1,1\n".repeat(20_001)).contains("more than 20000"));
    }
}

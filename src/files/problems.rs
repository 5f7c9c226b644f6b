//! What is wrong with a file: each problem with its place, all of them at once and in the order of the file.
//! Knows paths only, not what they lead to.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::order::Ordered;

/// Most problems that are told at once.
pub const MOST: usize = 50;

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path in the file: `nodes[3].params.workers`; empty for the file as a whole.
    pub at: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem at a path.
    pub fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { at: at.into(), message: message.into() }
    }

    /// The same problem, of something that stands at `at`.
    pub(super) fn under(self, at: &str) -> Problem {
        let at = match self.at.as_str() {
            "" => at.to_string(),
            inner => format!("{at}.{inner}"),
        };
        Problem { at, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => f.write_str(&self.message),
            at => write!(f, "{at}: {}", self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// All that is wrong with a document: at least one problem, in the order of the file, at most [`MOST`] of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    first: Problem,
    others: Vec<Problem>,
    untold: usize,
}

impl Problems {
    /// The first in the file.
    pub fn first(&self) -> &Problem {
        &self.first
    }

    /// Those that are told, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many there are beyond those that are told.
    pub fn untold(&self) -> usize {
        self.untold
    }

    /// A line for each, and one that says how many more there are.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.iter().map(Problem::to_string).collect();
        if self.untold > 0 {
            lines.push(format!("and {} more problems", self.untold));
        }
        lines
    }
}

impl From<Problem> for Problems {
    fn from(first: Problem) -> Self {
        Problems { first, others: Vec::new(), untold: 0 }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl std::error::Error for Problems {}

/// Problems as they are found.
#[derive(Debug, Default)]
pub struct Found {
    list: RefCell<Vec<Problem>>,
    count: Cell<usize>,
}

impl Found {
    /// Notes a problem.
    pub fn add(&self, problem: Problem) {
        self.count.set(self.count.get() + 1);
        if self.list.borrow().len() < MOST {
            self.list.borrow_mut().push(problem);
        }
    }

    /// Notes what went wrong, if it did; what came out, if not.
    pub fn note<T>(&self, outcome: Result<T, Problem>) -> Option<T> {
        outcome.map_err(|problem| self.add(problem)).ok()
    }

    /// As [`Found::note`], of something that stands at a path and says what is wrong without one.
    pub fn note_at<T>(&self, at: impl FnOnce() -> String, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|message| self.add(Problem::new(at(), message))).ok()
    }

    /// Whether one was found at exactly this place.
    pub fn has(&self, at: &str) -> bool {
        self.list.borrow().iter().any(|p| p.at == at)
    }

    /// How many were found.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// Nothing wrong, or all of it. Rules judge what was read; what they say of a place that could not be read only follows
    /// from that, and is left out.
    pub fn with_rules(self, broken: Found) -> Result<(), Problems> {
        let (mut list, told) = (self.list.into_inner(), self.count.get());
        let read = |at: &str| !list.iter().any(|p| is_in(at, &p.at) || is_in(&p.at, at));
        let (seen, count) = (broken.list.into_inner(), broken.count.get());
        let untold_of_rules = count - seen.len();
        let kept: Vec<Problem> = seen.into_iter().filter(|p| read(&p.at)).collect();
        let all = told + kept.len() + untold_of_rules;
        list.extend(kept);
        list.order_by_key(|p| place(&p.at));
        list.truncate(MOST);
        let untold = all - list.len();
        let mut list = list.into_iter();
        match list.next() {
            None => Ok(()),
            Some(first) => Err(Problems { first, others: list.collect(), untold }),
        }
    }
}

/// Whether a path is another or leads on from it.
fn is_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || outer.is_empty() || rest.starts_with(['.', '[']))
}

/// Where a path stands in a file: which part, and which entry of it.
fn place(path: &str) -> (usize, usize) {
    let (name, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
    let part = super::PARTS.iter().position(|part| *part == name).unwrap_or(super::PARTS.len());
    let entry = rest.strip_prefix('[').and_then(|rest| rest.split(']').next()?.parse().ok());
    // What is said of a list as a whole comes before its entries.
    (part, entry.map_or(0, |i: usize| i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Found {
        let found = Found::default();
        paths.iter().for_each(|at| found.add(Problem::new(*at, "is wrong")));
        found
    }

    fn told(read: &[&str], broken: &[&str]) -> Vec<String> {
        let problems = found(read).with_rules(found(broken)).unwrap_err();
        problems.iter().map(|p| p.at.clone()).collect()
    }

    #[test]
    fn problems_are_in_the_order_of_the_file_and_what_follows_from_others_is_left_out() {
        assert!(found(&[]).with_rules(found(&[])).is_ok());
        assert_eq!(told(&["nodes[2].x", "title"], &["nodes[10].id", "nodes[2].y"]), ["title", "nodes[2].x", "nodes[2].y", "nodes[10].id"]);
        assert_eq!(
            told(&["nodes[1].name"], &["nodes[1].name", "nodes[1].name.more", "nodes[1]", "nodes[10].name"]),
            ["nodes[1].name", "nodes[10].name"]
        );
    }

    #[test]
    fn fifty_are_told_and_the_rest_are_counted() {
        let many: Vec<String> = (0..70).map(|i| format!("nodes[{i}]")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let problems = found(&["links"]).with_rules(found(&many)).unwrap_err();
        assert_eq!((problems.iter().count(), problems.untold()), (50, 21));
        assert_eq!(problems.lines().last().unwrap(), "and 21 more problems");
    }
}

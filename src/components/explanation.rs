//! What is said of a kind: the texts of `assets/kinds/<id>.md`, taken apart into what is shown where.
//! Knows no kind. The texts are plain Markdown: a title, paragraphs, then two headings with a list each (a test reads them with a
//! real Markdown reader and compares), so taking them apart needs no more than lines.

/// What a kind does, and what its model takes for granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What it does, the trade-offs, and where the model stops.
    pub paragraphs: Vec<String>,
    /// What the model assumes, in sentences.
    pub assumes: Vec<String>,
    /// What real systems do beyond it, in sentences.
    pub beyond: Vec<String>,
}

impl Explanation {
    /// Takes a text apart; of one that is written otherwise, what can be found.
    pub fn read(markdown: &str) -> Explanation {
        let mut found = Explanation::default();
        let mut headings = 0;
        for line in markdown.lines().filter(|line| !line.trim().is_empty()) {
            let sentence = || line.strip_prefix("- ").unwrap_or(line).to_string();
            match headings {
                _ if line.starts_with("# ") => {}
                _ if line.starts_with("## ") => headings += 1,
                0 => found.paragraphs.push(line.to_string()),
                1 => found.assumes.push(sentence()),
                _ => found.beyond.push(sentence()),
            }
        }
        found
    }
}

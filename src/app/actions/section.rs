//! The headings under which commands are listed.
//! Knows no command.

/// A heading of the sheet of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Breaking and mending.
    Break,
    /// Time.
    Time,
    /// Editing.
    Edit,
    /// Choosing what is acted on.
    Select,
    /// The canvas.
    Canvas,
    /// Files and the page.
    Page,
}

impl Section {
    /// All of them, in order.
    pub const ALL: [Section; 6] = [Section::Break, Section::Time, Section::Edit, Section::Select, Section::Canvas, Section::Page];

    /// The heading, in English.
    pub fn label(self) -> &'static str {
        match self {
            Section::Break => text!("Break and mend"),
            Section::Time => text!("Time"),
            Section::Edit => text!("Edit"),
            Section::Select => text!("Select and find"),
            Section::Canvas => text!("Canvas"),
            Section::Page => text!("Page"),
        }
    }
}

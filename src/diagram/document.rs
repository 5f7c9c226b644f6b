//! The document: what is saved, shared and undone. Base diagram at time zero plus a journal of what was done to it while it ran.

use serde::Serialize;

use super::edit::Edit;
use super::group::{Group, Note};
use super::impairment::Impairment;
use super::node::{Link, Node, View};
use crate::engine::SimTime;

/// Something that breaks or mends.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The node stops and loses what it had in flight.
    Crash {
        /// Node id.
        node: String,
    },
    /// The node's host is gone: it loses what it had in flight and tells nobody, and messages to it disappear.
    Vanish {
        /// Node id.
        node: String,
    },
    /// The node's process hangs: its host accepts what comes, and nobody answers.
    Hang {
        /// Node id.
        node: String,
    },
    /// The node crashes, and its disk is lost: it will start again with nothing stored.
    LoseDisk {
        /// Node id.
        node: String,
    },
    /// A node that crashed, vanished or hangs starts again, with what was durable.
    Restart {
        /// Node id.
        node: String,
    },
    /// Service takes `factor` times as long; 1 is normal.
    Slow {
        /// Node id.
        node: String,
        /// 0.01 to 1000.
        factor: f64,
    },
    /// Drops silently whatever travels on the link, both ways.
    Cut {
        /// Link id.
        link: String,
    },
    /// Something is wrong with a link, for some of its messages; the first such fault that matches a message decides about it. One with
    /// the same id on the same link is replaced.
    Impair {
        /// Link id.
        link: String,
        /// Its own id, on that link.
        id: String,
        /// What is wrong.
        #[serde(flatten)]
        impairment: Impairment,
    },
    /// Lifts one fault of a link.
    Lift {
        /// Link id.
        link: String,
        /// The fault's id.
        id: String,
    },
    /// Mends a link: lifts all that is wrong with it.
    Mend {
        /// Link id.
        link: String,
    },
    /// Empties a cache.
    Flush {
        /// Node id.
        node: String,
    },
}

/// What was done, at a moment of simulated time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// A fault, by hand or by timeline.
    Fault(Fault),
    /// A live edit of the running diagram.
    Edit(Edit),
}

/// Entries with their times, in order of time; equal times in order of entry.
pub type Journal = Vec<(SimTime, Entry)>;

/// The whole document. Nodes, links and groups are the diagram at time zero; [`Document::folded`] gives it after the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Title.
    pub title: String,
    /// Seed of the run's randomness.
    pub seed: u64,
    /// The nodes at time zero.
    pub nodes: Vec<Node>,
    /// The links at time zero.
    pub links: Vec<Link>,
    /// The groups at time zero.
    pub groups: Vec<Group>,
    /// The notes, which have no part in the run.
    pub notes: Vec<Note>,
    /// What was done while it ran.
    pub journal: Journal,
    /// Where the canvas looks.
    pub view: View,
    /// How far the run had come when the document was saved; opening it replays to there.
    pub moment: SimTime,
}

impl Default for Document {
    fn default() -> Self {
        Document {
            title: "Untitled".into(),
            seed: 1,
            nodes: Vec::new(),
            links: Vec::new(),
            groups: Vec::new(),
            notes: Vec::new(),
            journal: Vec::new(),
            view: View::default(),
            moment: SimTime::ZERO,
        }
    }
}

impl Document {
    /// The node with this id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|n| n.id == id)
    }

    /// The link with this id.
    pub fn link(&self, id: &str) -> Option<&Link> {
        self.links.iter().find(|l| l.id == id)
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|g| g.id == id)
    }

    /// The note with this id.
    pub fn note(&self, id: &str) -> Option<&Note> {
        self.notes.iter().find(|n| n.id == id)
    }

    /// A group and those around it, from the inside out. Ends even where groups lie in each other in a circle.
    pub fn around<'a>(&'a self, group: &str) -> impl Iterator<Item = &'a Group> + 'a {
        let outer = |g: &&'a Group| self.group(g.parent.as_deref()?);
        std::iter::successors(self.group(group), outer).take(self.groups.len())
    }
}

//! The entries of a journal with their fields: what the schema and the reference know of them.
//! Reads and judges nothing.

use crate::diagram::Effect;
use crate::engine::impairment::{Direction, Traffic};

/// What stands in a field of an edit or a fault.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Id of a node, link or group.
    Id,
    /// Id of a node, perhaps with the number of one of its instances: `db#2`.
    Member,
    /// Id of a group, or null for none.
    IdOrNull,
    /// Name of a parameter.
    Name,
    /// A parameter's value, or null.
    Anything,
    /// How many times as long.
    Factor,
    /// Kind of a group.
    Kind,
    /// A place, or null for none.
    PlaceOrNull,
    /// One of a few names, the first of which is usual.
    OneOf(&'static [&'static str]),
    /// A share, 0 to 100; usually all.
    Percent,
    /// A time from 0 to an hour, in ms; usually none.
    Milliseconds,
    /// A time up to a day, in ms; null, and usually, is for good.
    MillisecondsOrNull,
    /// A whole node, link or group, as it stands in its list.
    Defined(&'static str),
}

impl Part {
    /// Whether it may be left out.
    pub fn is_optional(self) -> bool {
        matches!(self, Part::Percent | Part::Milliseconds | Part::MillisecondsOrNull)
            || matches!(self, Part::OneOf(names) if names != Effect::NAMES)
    }
}

/// A fault or an edit.
#[derive(Clone, Copy, Debug)]
pub struct EntryForm {
    /// Its name in a file.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its fields beside the time.
    pub fields: &'static [(&'static str, Part)],
}

const fn entry(name: &'static str, about: &'static str, fields: &'static [(&'static str, Part)]) -> EntryForm {
    EntryForm { name, about, fields }
}

/// The faults of a journal.
pub const FAULTS: &[EntryForm] = &[
    entry("crash", "The node stops and loses what it had in flight", &[("node", Part::Member)]),
    entry("vanish", "The node's host is gone: it loses what it had in flight, and messages to it disappear", &[("node", Part::Member)]),
    entry("hang", "The node accepts what comes, and answers nobody", &[("node", Part::Member)]),
    entry("lose_disk", "The node crashes and its disk is lost: it starts again with nothing stored", &[("node", Part::Member)]),
    entry("restart", "A node that crashed, vanished or hangs starts again, with what was durable", &[("node", Part::Member)]),
    entry("slow", "Service takes factor times as long; 1 is normal", &[("node", Part::Member), ("factor", Part::Factor)]),
    entry("cut", "Drops silently whatever travels on the link, both ways", &[("link", Part::Id)]),
    entry(
        "impair",
        "Loses, delays or duplicates messages on the link; the first such fault that matches a message decides, and a cut before all",
        &[
            ("link", Part::Id),
            ("id", Part::Id),
            ("effect", Part::OneOf(Effect::NAMES)),
            ("direction", Part::OneOf(Direction::NAMES)),
            ("messages", Part::OneOf(Traffic::NAMES)),
            ("percent", Part::Percent),
            ("delay_ms", Part::Milliseconds),
            ("jitter_ms", Part::Milliseconds),
            ("for_ms", Part::MillisecondsOrNull),
        ],
    ),
    entry("lift", "Lifts one fault of the link", &[("link", Part::Id), ("id", Part::Id)]),
    entry("mend", "Mends a link: lifts all its faults", &[("link", Part::Id)]),
    entry("flush", "Empties a cache", &[("node", Part::Member)]),
];

/// The edits of a journal.
pub const EDITS: &[EntryForm] = &[
    entry("add_node", "Adds a node", &[("node", Part::Defined("node"))]),
    entry("remove_node", "Removes a node that no link leads to or from", &[("id", Part::Id)]),
    entry("add_link", "Adds a link", &[("link", Part::Defined("link"))]),
    entry("remove_link", "Removes a link", &[("id", Part::Id)]),
    entry("reconnect", "Gives a link other ends", &[("link", Part::Id), ("from", Part::Id), ("to", Part::Id)]),
    entry(
        "set_node_param",
        "Sets a parameter of a node; null resets it",
        &[("id", Part::Id), ("param", Part::Name), ("value", Part::Anything)],
    ),
    entry(
        "set_link_param",
        "Sets a parameter of a link; null resets it",
        &[("id", Part::Id), ("param", Part::Name), ("value", Part::Anything)],
    ),
    entry("add_group", "Adds a group with nothing in it", &[("group", Part::Defined("group"))]),
    entry("remove_group", "Removes a group with nothing in it", &[("id", Part::Id)]),
    entry("set_group", "Puts a node into a group, or into none", &[("node", Part::Id), ("group", Part::IdOrNull)]),
    entry(
        "place_group",
        "Changes what a group means: its kind, the group around it, its place",
        &[("id", Part::Id), ("kind", Part::Kind), ("parent", Part::IdOrNull), ("place", Part::PlaceOrNull)],
    ),
];

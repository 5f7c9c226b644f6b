//! The document together with the diagram that its journal has led to: where each change is recorded.
//! Knows no history of steps.

use std::mem;

use serde_json::Value as Json;

use super::breakage::{subject, Breakage, Outcome};
use crate::components;
use crate::diagram::edit::redraw;
use crate::diagram::{Document, Edit, Entry, Fault};
use crate::engine::SimTime;
use crate::files::{check_edit, check_fault, MAX_JOURNAL};

/// Journal entries kept free for taking steps back when the journal is full.
const RESERVE: usize = 1_000;

/// One change, with the position that a node or link that comes back had.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A fault or an edit.
    Entry(Entry, Option<usize>),
    /// Another title.
    Title(String),
    /// Another seed.
    Seed(u64),
}

impl From<Entry> for Change {
    fn from(entry: Entry) -> Self {
        Change::Entry(entry, None)
    }
}

impl Change {
    /// Whether this is a fault, which restarting mends.
    pub fn is_fault(&self) -> bool {
        matches!(self, Change::Entry(Entry::Fault(_), _))
    }

    /// Whether it is done at a moment of the run, unlike a title or a place on the canvas.
    pub fn is_of_the_run(&self) -> bool {
        match self {
            Change::Entry(Entry::Fault(_), _) => true,
            Change::Entry(Entry::Edit(edit), _) => edit.changes_the_run(),
            Change::Title(_) | Change::Seed(_) => false,
        }
    }

    /// Whether both set the same thing, so that the first makes the second superfluous on the way back.
    pub fn same_target(&self, other: &Change) -> bool {
        let (Change::Entry(Entry::Edit(a), _), Change::Entry(Entry::Edit(b), _)) = (self, other) else {
            return false;
        };
        match (a, b) {
            (Edit::SetNodeParam { id, param, .. }, Edit::SetNodeParam { id: i, param: p, .. })
            | (Edit::SetLinkParam { id, param, .. }, Edit::SetLinkParam { id: i, param: p, .. }) => id == i && param == p,
            (Edit::Move { id, .. }, Edit::Move { id: i, .. })
            | (Edit::Rename { id, .. }, Edit::Rename { id: i, .. })
            | (Edit::UpdateGroup { id, .. }, Edit::UpdateGroup { id: i, .. }) => id == i,
            (Edit::UpdateNote { note }, Edit::UpdateNote { note: n }) => note.id == n.id,
            _ => false,
        }
    }
}

/// What a run of changes came to.
#[derive(Default)]
pub struct Done {
    /// Takes it back, in this order.
    pub back: Vec<Change>,
    /// What the experiment must be told, in this order.
    pub told: Vec<Entry>,
    /// Why a fault changed nothing, if one did not.
    pub idle: Option<String>,
}

/// Document, diagram, and what is broken.
#[derive(Clone, Debug)]
pub struct State {
    /// Base and journal.
    pub doc: Document,
    /// The diagram now: nodes, links and groups with the passed journal folded in. Its journal is empty.
    pub diagram: Document,
    broken: Breakage,
    /// Journal entries before this index have happened.
    passed: usize,
}

impl State {
    /// Opens a document at its moment.
    pub fn new(doc: Document) -> State {
        let diagram = Document { journal: Vec::new(), ..doc.clone() };
        let moment = doc.moment;
        let mut state = State { doc, diagram, broken: Breakage::default(), passed: 0 };
        state.catch_up(moment, |_, _, _| {});
        state
    }

    /// Folds in the journal entries up to `now`, and tells of each what would take it back. Whether the diagram changed.
    pub fn catch_up(&mut self, now: SimTime, mut happened: impl FnMut(SimTime, &Entry, Vec<Change>)) -> bool {
        let mut changed = false;
        while let Some((at, entry)) = self.doc.journal.get(self.passed).filter(|(at, _)| *at <= now) {
            let mut back = Vec::new();
            match entry {
                Entry::Fault(fault) => {
                    if let Outcome::Undoable(inverse) = self.broken.apply(fault) {
                        back.extend(inverse.into_iter().map(|fault| Change::from(Entry::Fault(fault))));
                    }
                }
                Entry::Edit(edit) => {
                    let was_at = position(&self.diagram, edit);
                    // A journal that was read fits its diagram; one that does not fit changes nothing.
                    if let Ok(inverse) = self.diagram.apply(edit) {
                        changed = true;
                        back.push(Change::Entry(Entry::Edit(inverse), was_at));
                    }
                    back.extend(forget(&mut self.broken, edit).into_iter().map(|f| Change::from(Entry::Fault(f))));
                }
            }
            happened(*at, entry, back);
            self.passed += 1;
        }
        changed
    }

    /// Makes all of the changes at `now`, or none.
    pub fn run_whole(&mut self, changes: Vec<Change>, now: SimTime, may_use_reserve: bool) -> Result<Done, String> {
        // The journal can be long, and only a move or rename changes what is in it already.
        let rewrites = |c: &Change| matches!(c, Change::Entry(Entry::Edit(edit), _) if !edit.changes_the_run());
        let whole_journal = changes.iter().any(rewrites).then(|| self.doc.journal.clone());
        let journal = mem::take(&mut self.doc.journal);
        let mut before = self.clone();
        self.doc.journal = journal;
        let done = self.run(changes, now, may_use_reserve);
        if done.is_err() {
            let mut journal = mem::take(&mut self.doc.journal);
            journal.drain(before.passed..self.passed);
            before.doc.journal = whole_journal.unwrap_or(journal);
            *self = before;
        }
        done
    }

    fn run(&mut self, changes: Vec<Change>, now: SimTime, may_use_reserve: bool) -> Result<Done, String> {
        // Time does not go back: what happened after `now` stays before what is done now.
        let now = now.max(self.last_passed());
        let mut done = Done::default();
        let mut back: Vec<Vec<Change>> = Vec::new();
        for change in changes {
            match change {
                Change::Title(title) => back.push(vec![self.set_title(title)]),
                Change::Seed(seed) => back.push(vec![self.set_seed(seed)]),
                Change::Entry(Entry::Fault(fault), _) => {
                    check_fault(&self.diagram, &fault).map_err(|p| p.message)?;
                    self.can_happen(&fault)?;
                    match self.broken.apply(&fault) {
                        Outcome::Idle(why) => {
                            done.idle = Some(format!("{} {why}", self.name(&fault)));
                            continue;
                        }
                        Outcome::Undoable(inverse) => back.push(inverse.into_iter().map(|fault| Entry::Fault(fault).into()).collect()),
                        Outcome::Final => {}
                    }
                    self.journal(now, Entry::Fault(fault.clone()));
                    done.told.push(Entry::Fault(fault));
                }
                Change::Entry(Entry::Edit(edit), place) => {
                    check_edit(&self.diagram, &edit).map_err(|p| p.message)?;
                    if sets_what_is_set(&self.diagram, &edit) {
                        continue;
                    }
                    back.push(self.edit(edit.clone(), place, now)?);
                    if edit.changes_the_run() {
                        done.told.push(Entry::Edit(edit));
                    }
                }
            }
        }
        let limit = if may_use_reserve { MAX_JOURNAL } else { MAX_JOURNAL - RESERVE };
        if self.doc.journal.len() > limit && !done.told.is_empty() {
            return Err("the journal of this run is full; restart, which folds it into the diagram".into());
        }
        if !done.told.is_empty() {
            self.prune();
        }
        done.back = back.into_iter().rev().flatten().collect();
        Ok(done)
    }

    /// Applies an edit that passed its check and records it; returns what takes it back.
    fn edit(&mut self, edit: Edit, place: Option<usize>, now: SimTime) -> Result<Vec<Change>, String> {
        let was_at = position(&self.diagram, &edit);
        let inverse = self.diagram.apply(&edit)?;
        let mut back = vec![Change::Entry(Entry::Edit(inverse), was_at)];
        back.extend(forget(&mut self.broken, &edit).into_iter().map(|f| Change::from(Entry::Fault(f))));
        if edit.is_of_note() {
            self.doc.apply(&edit)?;
            self.put_back(&edit, place);
        } else if !edit.changes_the_run() {
            self.redefine(&edit);
        } else if now == SimTime::ZERO && self.passed == 0 {
            self.doc.apply(&edit)?;
            self.put_back(&edit, place);
        } else {
            self.journal(now, Entry::Edit(edit));
        }
        Ok(back)
    }

    /// Moves what an edit added last to the position that it had before it was removed.
    fn put_back(&mut self, edit: &Edit, place: Option<usize>) {
        if let Some(index) = place {
            put_back(&mut self.doc, edit, index);
            put_back(&mut self.diagram, edit, index);
        }
    }

    /// A change of looks is not journalled: it changes the place where the node or group was last defined.
    fn redefine(&mut self, edit: &Edit) {
        match edit {
            Edit::Move { id, .. } | Edit::Rename { id, .. } => self.redefine_node(id, edit),
            Edit::UpdateGroup { id, .. } => {
                let passed = self.doc.journal[..self.passed].iter_mut().rev();
                let added = passed.into_iter().find_map(|(_, entry)| match entry {
                    Entry::Edit(Edit::AddGroup { group }) if group.id == *id => Some(group),
                    _ => None,
                });
                if let Some(group) = added.or_else(|| self.doc.groups.iter_mut().find(|g| g.id == *id)) {
                    redraw(group, edit);
                }
            }
            _ => {}
        }
    }

    fn redefine_node(&mut self, id: &str, edit: &Edit) {
        let added = self.doc.journal[..self.passed].iter_mut().rev().find_map(|(_, entry)| match entry {
            Entry::Edit(Edit::AddNode { node }) if node.id == *id => Some(node),
            _ => None,
        });
        let node = match added {
            Some(node) => Some(node),
            None => self.doc.nodes.iter_mut().find(|n| n.id == *id),
        };
        match (node, edit) {
            (Some(node), Edit::Move { x, y, .. }) => (node.x, node.y) = (*x, *y),
            (Some(node), Edit::Rename { name, .. }) => node.name = name.clone(),
            _ => {}
        }
    }

    /// How many journal entries have happened.
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// When the last of them happened.
    pub fn last_passed(&self) -> SimTime {
        self.passed.checked_sub(1).map_or(SimTime::ZERO, |last| self.doc.journal[last].0)
    }

    /// Takes an entry that is still to come out of the journal.
    pub fn forget_coming(&mut self, at: SimTime, entry: &Entry) {
        let found = self.doc.journal[self.passed..].iter().position(|(when, what)| *when == at && what == entry);
        if let Some(place) = found {
            self.doc.journal.remove(self.passed + place);
        }
    }

    /// Whether the entries from `middle` on set the same things as those before it.
    pub fn same_targets(&self, from: usize, middle: usize, to: usize) -> bool {
        let change = |(_, entry): &(SimTime, Entry)| Change::from(entry.clone());
        let (Some(old), Some(new)) = (self.doc.journal.get(from..middle), self.doc.journal.get(middle..to)) else { return false };
        old.len() == new.len() && old.iter().zip(new).all(|(a, b)| change(a).same_target(&change(b)))
    }

    /// Takes entries out of the journal that later ones make superfluous.
    pub fn forget_entries(&mut self, from: usize, to: usize) {
        self.doc.journal.drain(from..to);
        self.passed -= to - from;
    }

    fn journal(&mut self, now: SimTime, entry: Entry) {
        self.doc.journal.insert(self.passed, (now, entry));
        self.passed += 1;
    }

    /// A file may flush a kind that only a newer version knows; here there is nothing to flush.
    fn can_happen(&self, fault: &Fault) -> Result<(), String> {
        match fault {
            Fault::Flush { node } if self.diagram.node(node).is_none_or(|n| components::kind(&n.kind).is_none()) => {
                Err(format!("{} is of a kind that this version does not know: there is nothing to flush", self.name(fault)))
            }
            _ => Ok(()),
        }
    }

    /// Drops entries still to come that no longer fit: a scheduled crash of a node that was removed.
    fn prune(&mut self) {
        if self.passed == self.doc.journal.len() {
            return;
        }
        let mut then = self.diagram.clone();
        let coming = self.doc.journal.split_off(self.passed);
        self.doc.journal.extend(coming.into_iter().filter(|(_, entry)| match entry {
            Entry::Fault(fault) => check_fault(&then, fault).is_ok(),
            Entry::Edit(edit) => check_edit(&then, edit).is_ok() && then.apply(edit).is_ok(),
        }));
    }

    /// Back to time zero with the diagram as it is.
    pub fn restart(&mut self) {
        self.doc.nodes = self.diagram.nodes.clone();
        self.doc.links = self.diagram.links.clone();
        self.doc.groups = self.diagram.groups.clone();
        self.doc.journal.clear();
        self.doc.moment = SimTime::ZERO;
        self.broken = Breakage::default();
        self.passed = 0;
    }

    /// Sets the title; returns what takes it back.
    pub fn set_title(&mut self, title: String) -> Change {
        self.diagram.title.clone_from(&title);
        Change::Title(mem::replace(&mut self.doc.title, title))
    }

    /// Sets the seed; returns what takes it back.
    pub fn set_seed(&mut self, seed: u64) -> Change {
        self.diagram.seed = seed;
        Change::Seed(mem::replace(&mut self.doc.seed, seed))
    }

    fn name(&self, fault: &Fault) -> String {
        let id = subject(fault);
        match fault {
            Fault::Cut { .. } | Fault::Mend { .. } => super::commands::link_name(&self.diagram, id),
            _ => super::commands::node_name(&self.diagram, id),
        }
    }
}

fn sets_what_is_set(diagram: &Document, edit: &Edit) -> bool {
    match edit {
        Edit::SetNodeParam { id, param, value } => diagram.node(id).is_some_and(|n| n.params.get(param).unwrap_or(&Json::Null) == value),
        Edit::SetLinkParam { id, param, value } => diagram.link(id).is_some_and(|l| l.params.get(param).unwrap_or(&Json::Null) == value),
        Edit::Rename { id, name } => diagram.node(id).is_some_and(|n| n.name == *name),
        Edit::Move { id, x, y } => diagram.node(id).is_some_and(|n| n.x == *x && n.y == *y),
        Edit::Reconnect { link, from, to } => diagram.link(link).is_some_and(|l| l.from == *from && l.to == *to),
        Edit::SetGroup { node, group } => diagram.node(node).is_some_and(|n| n.group == *group),
        Edit::PlaceGroup { id, .. } => diagram.group(id).is_some_and(|g| Edit::meaning(g) == *edit),
        Edit::UpdateGroup { id, .. } => diagram.group(id).is_some_and(|g| Edit::looks(g) == *edit),
        Edit::UpdateNote { note } => diagram.note(&note.id) == Some(note),
        _ => false,
    }
}

/// A removed node, instance or link is no longer broken; the faults that would break it again.
fn forget(broken: &mut Breakage, edit: &Edit) -> Vec<Fault> {
    match edit {
        Edit::RemoveNode { id } => broken.forget_node(id),
        Edit::RemoveLink { id } => broken.forget_link(id).into_iter().collect(),
        Edit::SetNodeParam { id, param, value } if param == components::instances::NAME => {
            broken.forget_beyond(id, value.as_u64().unwrap_or(1) as u32)
        }
        _ => Vec::new(),
    }
}

/// Where the node or link stands that an edit removes.
fn position(diagram: &Document, edit: &Edit) -> Option<usize> {
    match edit {
        Edit::RemoveNode { id } => diagram.nodes.iter().position(|n| n.id == *id),
        Edit::RemoveLink { id } => diagram.links.iter().position(|l| l.id == *id),
        Edit::RemoveGroup { id } => diagram.groups.iter().position(|g| g.id == *id),
        Edit::RemoveNote { id } => diagram.notes.iter().position(|n| n.id == *id),
        _ => None,
    }
}

/// Moves what an edit added last to the position that it had before it was removed.
fn put_back(doc: &mut Document, edit: &Edit, index: usize) {
    fn last_to<T>(items: &mut Vec<T>, index: usize) {
        if let Some(item) = items.pop() {
            items.insert(index.min(items.len()), item);
        }
    }
    match edit {
        Edit::AddNode { .. } => last_to(&mut doc.nodes, index),
        Edit::AddLink { .. } => last_to(&mut doc.links, index),
        Edit::AddGroup { .. } => last_to(&mut doc.groups, index),
        Edit::AddNote { .. } => last_to(&mut doc.notes, index),
        _ => {}
    }
}

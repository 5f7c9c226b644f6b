//! In order of use (LRU) or of coming (FIFO): a doubly linked list in one vector of places.
//! Knows not whether a use was a read or a write.

use imbl::Vector;

use super::{Order, Place};

/// No place: before the first and after the last.
const NONE: Place = Place::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    key: u64,
    older: Place,
    newer: Place,
}

/// The list, the next to go at its old end.
#[derive(Clone, Debug)]
pub struct Recency {
    /// Whether a use moves a key to the new end.
    by_use: bool,
    links: Vector<Link>,
    oldest: Place,
    newest: Place,
    /// Places that are free, each leading to the next by `newer`.
    free: Place,
}

impl Recency {
    /// An empty list, in order of use or else of coming.
    pub fn new(by_use: bool) -> Self {
        Recency { by_use, links: Vector::new(), oldest: NONE, newest: NONE, free: NONE }
    }

    fn at(&mut self, place: Place) -> Option<&mut Link> {
        self.links.get_mut(place as usize)
    }

    fn unlink(&mut self, place: Place) {
        let Some(Link { older, newer, .. }) = self.links.get(place as usize).copied() else { return };
        match self.at(older) {
            Some(link) => link.newer = newer,
            None => self.oldest = newer,
        }
        match self.at(newer) {
            Some(link) => link.older = older,
            None => self.newest = older,
        }
    }

    fn link_newest(&mut self, place: Place) {
        let older = std::mem::replace(&mut self.newest, place);
        if let Some(link) = self.at(place) {
            (link.older, link.newer) = (older, NONE);
        }
        match self.at(older) {
            Some(link) => link.newer = place,
            None => self.oldest = place,
        }
    }
}

impl Order for Recency {
    fn insert(&mut self, key: u64) -> Place {
        let free = self.free;
        let place = match self.at(free) {
            Some(link) => {
                link.key = key;
                self.free = link.newer;
                free
            }
            None => {
                self.links.push_back(Link { key, older: NONE, newer: NONE });
                self.links.len() as Place - 1
            }
        };
        self.link_newest(place);
        place
    }

    fn touch(&mut self, _: u64, place: Place) {
        if self.by_use && self.newest != place {
            self.unlink(place);
            self.link_newest(place);
        }
    }

    fn remove(&mut self, _: u64, place: Place) -> Option<(u64, Place)> {
        self.unlink(place);
        let free = std::mem::replace(&mut self.free, place);
        if let Some(link) = self.at(place) {
            link.newer = free;
        }
        None
    }

    fn next_to_go(&self, _: impl FnMut(usize) -> usize) -> Option<u64> {
        self.links.get(self.oldest as usize).map(|link| link.key)
    }

    fn keys(&self) -> Vec<u64> {
        let first = self.links.get(self.oldest as usize);
        std::iter::successors(first, |link| self.links.get(link.newer as usize)).map(|link| link.key).collect()
    }

    fn last_to_go(&self, most: usize) -> Vec<u64> {
        let last = self.links.get(self.newest as usize);
        std::iter::successors(last, |link| self.links.get(link.older as usize)).map(|link| link.key).take(most).collect()
    }
}

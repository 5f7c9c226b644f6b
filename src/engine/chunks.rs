//! A line that grows at its end and shrinks at its front, of which copies share what they have in common.
//! Knows not what stands in it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::scale::{line, list, Scale};

/// Entries that are shared together.
const CHUNK: usize = 128;

/// The line: full chunks, then what does not fill one yet.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    full: VecDeque<Arc<Vec<T>>>,
    /// Entries of the first chunk that have gone.
    gone: usize,
    open: Vec<T>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks { full: VecDeque::new(), gone: 0, open: Vec::new() }
    }
}

impl<T: Copy> Chunks<T> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.open.len() - self.gone
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds one at the end.
    pub fn push(&mut self, entry: T) {
        if self.open.len() == CHUNK {
            let full = std::mem::replace(&mut self.open, Vec::with_capacity(CHUNK));
            self.full.push_back(Arc::new(full));
        }
        self.open.push(entry);
    }

    /// Takes the first away.
    pub fn drop_first(&mut self) {
        if !self.is_empty() {
            self.gone += 1;
        }
        if self.gone == CHUNK {
            self.gone = 0;
            if self.full.pop_front().is_none() {
                self.open.clear();
            }
        }
    }

    /// Takes the last ones away, so that so many are left.
    pub fn truncate(&mut self, length: usize) {
        while self.len() > length {
            let excess = self.len() - length;
            if self.open.is_empty() {
                self.open = self.full.pop_back().map(|c| c.to_vec()).unwrap_or_default();
            }
            self.open.truncate(self.open.len().saturating_sub(excess));
        }
        if self.full.is_empty() && self.open.len() == self.gone {
            self.open.clear();
            self.gone = 0;
        }
    }

    /// Those in a range of places.
    pub fn range(&self, places: std::ops::Range<usize>) -> impl Iterator<Item = &T> {
        let place = move |i: usize| i + self.gone;
        places.map(move |i| match self.full.get(place(i) / CHUNK) {
            Some(chunk) => &chunk[place(i) % CHUNK],
            None => &self.open[place(i) - self.full.len() * CHUNK],
        })
    }

    /// Weighs it.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(line(&self.full) + list(&self.open));
        for chunk in &self.full {
            scale.shared(chunk, list(chunk));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{below, generator, Purpose};
    use super::*;

    #[test]
    fn it_is_a_line_like_any_other() {
        let (mut chunks, mut model) = (Chunks::default(), VecDeque::new());
        for step in 0..50_000u64 {
            let mut rng = generator(5, 1, Purpose::Key, step);
            match below(&mut rng, 100) {
                0 => {
                    let left = model.len().saturating_sub(below(&mut rng, 300));
                    chunks.truncate(left);
                    model.truncate(left);
                }
                1..=45 => {
                    chunks.drop_first();
                    model.pop_front();
                }
                _ => {
                    chunks.push(step);
                    model.push_back(step);
                }
            }
            assert_eq!(chunks.len(), model.len(), "step {step}");
            let from = below(&mut rng, model.len() + 1);
            if step % 50 == 0 {
                assert!(chunks.range(from..model.len()).eq(model.range(from..)), "step {step}");
            }
        }
    }
}

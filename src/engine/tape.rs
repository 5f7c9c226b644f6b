//! A tape of what was done to something large, in few bytes: its past is told again from the tape instead of being copied.
//! Knows not what the records mean.

use std::borrow::Cow;
use std::sync::Arc;

use super::pack::{compress, expand};
use super::scale::Scale;

/// Most words of a record.
const WORDS: usize = 7;

/// A part of a tape that will not change any more.
#[derive(Debug)]
struct Piece {
    before: Option<Arc<Piece>>,
    bytes: Box<[u8]>,
    compressed: bool,
}

/// Bytes worth the compression.
const MANY: usize = 512;

impl Drop for Piece {
    fn drop(&mut self) {
        // One after the other: a long tape would be a deep recursion.
        let mut before = self.before.take();
        while let Some(mut piece) = before.and_then(Arc::into_inner) {
            before = piece.before.take();
        }
    }
}

/// A tape. A copy shares what was recorded before [`Tape::seal`].
#[derive(Clone, Debug, Default)]
pub struct Tape {
    sealed: Option<Arc<Piece>>,
    open: Vec<u8>,
    length: usize,
}

impl Tape {
    /// Records that something was done: what, a number below 32, and with which figures.
    pub fn note(&mut self, deed: u8, words: &[u64]) {
        debug_assert!(deed < 32 && words.len() <= WORDS);
        let before = self.open.len();
        self.open.push(deed << 3 | words.len() as u8);
        for word in words {
            let mut rest = *word;
            while rest >= 0x80 {
                self.open.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            self.open.push(rest as u8);
        }
        self.length += self.open.len() - before;
    }

    /// Makes room for about so many bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.open.reserve(bytes);
    }

    /// Makes what was recorded so far common to all copies to come.
    pub fn seal(&mut self) {
        self.seal_from(MANY);
    }

    /// As [`Tape::seal`], compressed if it has so many bytes.
    fn seal_from(&mut self, many: usize) {
        if !self.open.is_empty() {
            let compressed = self.open.len() >= many;
            let bytes = if compressed { compress(&self.open) } else { self.open.as_slice().into() };
            self.open.clear();
            self.sealed = Some(Arc::new(Piece { before: self.sealed.take(), bytes, compressed }));
        }
    }

    /// The same for good, without room for more.
    pub fn closed(mut self) -> Tape {
        self.seal();
        Tape { open: Vec::new(), ..self }
    }

    /// As [`Tape::closed`], for one that is made often: compression would take as long as hundreds of events.
    pub fn closed_quickly(mut self) -> Tape {
        self.seal_from(usize::MAX);
        Tape { open: Vec::new(), ..self }
    }

    /// Compresses what was closed quickly, unless a copy shares it.
    pub fn compress(&mut self) {
        let piece = self.sealed.as_mut().and_then(Arc::get_mut);
        if let Some(piece) = piece.filter(|p| !p.compressed && p.bytes.len() >= MANY) {
            (piece.bytes, piece.compressed) = (compress(&piece.bytes), true);
        }
    }

    /// Bytes recorded.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Tells the records in order.
    pub fn tell(&self, mut each: impl FnMut(u8, &[u64])) {
        let mut pieces = Vec::new();
        let mut piece = self.sealed.as_deref();
        while let Some(p) = piece {
            pieces.push(p);
            piece = p.before.as_deref();
        }
        let sealed = pieces.into_iter().rev().map(|p| if p.compressed { Cow::Owned(expand(&p.bytes)) } else { Cow::Borrowed(&*p.bytes) });
        for bytes in sealed.chain([Cow::Borrowed(self.open.as_slice())]) {
            let mut rest = bytes.iter();
            while let Some(head) = rest.next() {
                let mut words = [0; WORDS];
                let count = usize::from(head & 7);
                for word in &mut words[..count] {
                    let mut shift = 0;
                    for byte in rest.by_ref() {
                        *word |= u64::from(byte & 0x7f) << shift;
                        shift += 7;
                        if *byte < 0x80 {
                            break;
                        }
                    }
                }
                each(head >> 3, &words[..count]);
            }
        }
    }

    /// Weighs what no other copy has been weighed with.
    pub fn weigh(&self, scale: &mut Scale) {
        scale.add(self.open.capacity());
        let mut piece = self.sealed.as_ref();
        while let Some(p) = piece {
            if !scale.shared(p, p.bytes.len()) {
                return;
            }
            piece = p.before.as_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tape: &Tape) -> Vec<(u8, Vec<u64>)> {
        let mut all = Vec::new();
        tape.tell(|deed, words| all.push((deed, words.to_vec())));
        all
    }

    #[test]
    fn a_copy_tells_what_was_recorded_up_to_it() {
        let mut tape = Tape::default();
        tape.note(31, &[0, 1, 127, 128, u64::MAX, 1 << 40, 5]);
        tape.seal();
        tape.note(2, &[]);
        let early = tape.clone();
        tape.seal();
        tape.seal();
        tape.note(3, &[9]);
        let expected = [(31, vec![0, 1, 127, 128, u64::MAX, 1 << 40, 5]), (2, vec![]), (3, vec![9])];
        assert_eq!(told(&tape), expected);
        assert_eq!(told(&early), expected[..2]);
        assert!(Tape::default().is_empty() && tape.len() > early.len());
    }

    #[test]
    fn copies_weigh_what_they_share_once() {
        let mut tape = Tape::default();
        (0..1000).for_each(|i| tape.note(1, &[i]));
        tape.seal();
        let mut scale = Scale::default();
        tape.clone().weigh(&mut scale);
        let one = scale.bytes();
        assert!(one > 0);
        let copy = tape.clone();
        copy.weigh(&mut scale);
        assert_eq!(scale.bytes(), one);
    }

    #[test]
    fn a_tape_of_very_many_pieces_ends_quietly() {
        let mut tape = Tape::default();
        for i in 0..200_000 {
            tape.note(1, &[i]);
            tape.seal();
        }
        let copy = tape.clone();
        drop(tape);
        drop(copy);
    }
}

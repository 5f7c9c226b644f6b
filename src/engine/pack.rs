//! Values in few bytes and back: numbers take the bytes that they need, a moment counts from the one before it.
//! Knows not what they mean; who unpacks must ask for what was packed, in the same order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use slotmap::{Key, KeyData};

use super::ids::{AttemptKey, CallKey, JobKey, LinkIndex, NodeIndex, RequestKey, TransitKey};
use super::time::{SimDuration, SimTime};

/// How hard to search for repetitions; there is little more to find beyond.
const LEVEL: u8 = 2;

/// Fixed texts of the program: each by its number.
pub type Texts = Arc<Vec<&'static str>>;

/// Takes values in.
#[derive(Debug, Default)]
pub struct Packer {
    bytes: Vec<u8>,
    /// Texts met so far, here or before.
    pub texts: Texts,
    at: u64,
}

impl Packer {
    /// Begins with the texts of another, which it may share then.
    pub fn new(texts: Texts) -> Packer {
        Packer { bytes: Vec::new(), texts, at: 0 }
    }

    /// Makes room for about so many bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// A number. One copy of it: snapshots are rare, and this is everywhere in what is downloaded.
    #[inline(never)]
    pub fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    /// A number that may be below zero, small if it is near it.
    pub fn step(&mut self, step: i64) {
        self.number((step << 1 ^ step >> 63) as u64);
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was packed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All bytes.
    pub fn close(self) -> (Box<[u8]>, Texts) {
        (self.bytes.into(), self.texts)
    }

    /// All bytes, compressed: they must be expanded again before they are unpacked.
    pub fn compress(self) -> (Box<[u8]>, Texts) {
        (compress(&self.bytes), self.texts)
    }
}

/// Compresses bytes.
pub fn compress(bytes: &[u8]) -> Box<[u8]> {
    miniz_oxide::deflate::compress_to_vec(bytes, LEVEL).into()
}

/// What was compressed.
pub fn expand(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(bytes).unwrap_or_default()
}

/// Gives them back.
#[derive(Debug)]
pub struct Unpacker<'a> {
    bytes: std::slice::Iter<'a, u8>,
    texts: &'a Texts,
    at: u64,
}

impl<'a> Unpacker<'a> {
    /// What a packer gave.
    pub fn new(bytes: &'a [u8], texts: &'a Texts) -> Unpacker<'a> {
        Unpacker { bytes: bytes.iter(), texts, at: 0 }
    }

    /// A number; zero at the end.
    #[inline(never)]
    pub fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        for byte in self.bytes.by_ref() {
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if *byte < 0x80 {
                break;
            }
        }
        number
    }

    /// A number that may be below zero.
    pub fn step(&mut self) -> i64 {
        let step = self.number();
        (step >> 1 ^ (step & 1).wrapping_neg()) as i64
    }
}

/// What can be packed.
pub trait Pack: Sized {
    /// Into bytes.
    fn pack(&self, to: &mut Packer);
    /// And back.
    fn unpack(from: &mut Unpacker<'_>) -> Self;
}

/// Packs a struct field by field, all of them; or an enum without fields, all of whose variants must be named in order.
macro_rules! packed {
    (struct $of:ident { $($field:ident),* $(,)? }) => {
        impl $crate::engine::pack::Pack for $of {
            #[inline(never)]
            fn pack(&self, to: &mut $crate::engine::pack::Packer) {
                let $of { $($field),* } = self;
                $($crate::engine::pack::Pack::pack($field, to);)*
            }
            #[inline(never)]
            fn unpack(from: &mut $crate::engine::pack::Unpacker<'_>) -> Self {
                $(let $field = $crate::engine::pack::Pack::unpack(from);)*
                $of { $($field),* }
            }
        }
    };
    (enum $of:ident { $first:ident $(, $variant:ident)* $(,)? }) => {
        impl $crate::engine::pack::Pack for $of {
            fn pack(&self, to: &mut $crate::engine::pack::Packer) {
                match self {
                    $of::$first $(| $of::$variant)* => to.number(*self as u64),
                }
            }
            fn unpack(from: &mut $crate::engine::pack::Unpacker<'_>) -> Self {
                let number = from.number();
                $(if number == $of::$variant as u64 {
                    return $of::$variant;
                })*
                $of::$first
            }
        }
    };
}
pub(crate) use packed;

macro_rules! numbers {
    ($($of:ty),*) => { $(
        impl Pack for $of {
            fn pack(&self, to: &mut Packer) {
                to.number(*self as u64);
            }
            fn unpack(from: &mut Unpacker<'_>) -> Self {
                from.number() as $of
            }
        }
    )* };
}
numbers!(u8, u32, u64, usize);

macro_rules! indices {
    ($($of:ident),*) => { $(
        impl Pack for $of {
            fn pack(&self, to: &mut Packer) {
                self.0.pack(to);
            }
            fn unpack(from: &mut Unpacker<'_>) -> Self {
                $of(Pack::unpack(from))
            }
        }
    )* };
}
indices!(NodeIndex, LinkIndex, SimDuration);

macro_rules! keys {
    ($($of:ident),*) => { $(
        impl Pack for $of {
            fn pack(&self, to: &mut Packer) {
                let (slot, version) = parts(self.data());
                // The null key has the last slot of all: it becomes zero.
                to.number(u64::from(slot.wrapping_add(1)));
                to.number(u64::from(version));
            }
            fn unpack(from: &mut Unpacker<'_>) -> Self {
                let slot = (from.number() as u32).wrapping_sub(1);
                KeyData::from_ffi(from.number() << 32 | u64::from(slot)).into()
            }
        }
    )* };
}
keys!(RequestKey, JobKey, CallKey, TransitKey);
packed!(struct AttemptKey { call, number });

/// The slot of a key, and how often it was taken or left.
pub(super) fn parts(key: KeyData) -> (u32, u32) {
    let both = key.as_ffi();
    (both as u32, (both >> 32) as u32)
}

impl Pack for bool {
    fn pack(&self, to: &mut Packer) {
        to.number(u64::from(*self));
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        from.number() != 0
    }
}

impl Pack for u128 {
    fn pack(&self, to: &mut Packer) {
        to.number(*self as u64);
        to.number((*self >> 64) as u64);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let low = u128::from(from.number());
        low | u128::from(from.number()) << 64
    }
}

impl Pack for f64 {
    fn pack(&self, to: &mut Packer) {
        // Round figures end in zeros.
        let bytes = self.to_bits().to_be_bytes();
        let length = 8 - self.to_bits().trailing_zeros() as usize / 8;
        to.bytes.push(length as u8);
        to.bytes.extend(&bytes[..length]);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let mut bytes = [0; 8];
        let length = from.bytes.next().map_or(0, |length| usize::from(*length));
        bytes.iter_mut().take(length).zip(from.bytes.by_ref()).for_each(|(to, from)| *to = *from);
        f64::from_bits(u64::from_be_bytes(bytes))
    }
}

impl Pack for SimTime {
    fn pack(&self, to: &mut Packer) {
        to.step(self.0.wrapping_sub(to.at) as i64);
        to.at = self.0;
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        from.at = from.at.wrapping_add(from.step() as u64);
        SimTime(from.at)
    }
}

impl Pack for &'static str {
    fn pack(&self, to: &mut Packer) {
        let number = to.texts.iter().position(|t| t == self).unwrap_or_else(|| {
            Arc::make_mut(&mut to.texts).push(self);
            to.texts.len() - 1
        });
        number.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let number = usize::unpack(from);
        from.texts.get(number).copied().unwrap_or_default()
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Packer) {
        self.is_some().pack(to);
        self.iter().for_each(|value| value.pack(to));
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        bool::unpack(from).then(|| T::unpack(from))
    }
}

impl<T: Pack, E: Pack> Pack for Result<T, E> {
    fn pack(&self, to: &mut Packer) {
        self.is_ok().pack(to);
        match self {
            Ok(value) => value.pack(to),
            Err(error) => error.pack(to),
        }
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        match bool::unpack(from) {
            true => Ok(T::unpack(from)),
            false => Err(E::unpack(from)),
        }
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, to: &mut Packer) {
        self.0.pack(to);
        self.1.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let first = A::unpack(from);
        (first, B::unpack(from))
    }
}

impl<A: Pack, B: Pack, C: Pack> Pack for (A, B, C) {
    fn pack(&self, to: &mut Packer) {
        self.0.pack(to);
        self.1.pack(to);
        self.2.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        let (first, second) = Pack::unpack(from);
        (first, second, C::unpack(from))
    }
}

impl<T: Pack> Pack for Reverse<T> {
    fn pack(&self, to: &mut Packer) {
        self.0.pack(to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        Reverse(T::unpack(from))
    }
}

impl<T: Pack, const N: usize> Pack for [T; N] {
    fn pack(&self, to: &mut Packer) {
        self.iter().for_each(|item| item.pack(to));
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        std::array::from_fn(|_| T::unpack(from))
    }
}

fn pack_all<'a, T: Pack + 'a>(items: impl ExactSizeIterator<Item = &'a T>, to: &mut Packer) {
    items.len().pack(to);
    items.for_each(|item| item.pack(to));
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, to: &mut Packer) {
        pack_all(self.iter(), to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        (0..usize::unpack(from)).map(|_| T::unpack(from)).collect()
    }
}

impl<T: Pack> Pack for VecDeque<T> {
    fn pack(&self, to: &mut Packer) {
        pack_all(self.iter(), to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        Vec::unpack(from).into()
    }
}

impl<T: Pack + Ord> Pack for BinaryHeap<T> {
    fn pack(&self, to: &mut Packer) {
        pack_all(self.as_slice().iter(), to);
    }
    fn unpack(from: &mut Unpacker<'_>) -> Self {
        // It was a heap and stays as it is.
        Vec::unpack(from).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let times = [5, 3, u64::MAX, 0, 1 << 40].map(SimTime);
        let figures = [0.0, -1.5, 0.1, f64::INFINITY];
        let numbers = vec![Some(u64::MAX), None, Some(0)];
        let mut packer = Packer::default();
        (times, (figures, numbers.clone())).pack(&mut packer);
        ("one", ("two", "one")).pack(&mut packer);
        (JobKey::null(), u128::MAX).pack(&mut packer);
        Result::<bool, u32>::Err(7).pack(&mut packer);
        let (bytes, texts) = packer.close();
        assert_eq!(texts.len(), 2);
        let mut from = Unpacker::new(&bytes, &texts);
        assert_eq!(<([SimTime; 5], ([f64; 4], Vec<Option<u64>>))>::unpack(&mut from), (times, (figures, numbers)));
        assert_eq!(<(&str, (&str, &str))>::unpack(&mut from), ("one", ("two", "one")));
        assert_eq!(<(JobKey, u128)>::unpack(&mut from), (JobKey::null(), u128::MAX));
        assert_eq!(Result::<bool, u32>::unpack(&mut from), Err(7));
        assert_eq!(from.bytes.len(), 0);
    }
}

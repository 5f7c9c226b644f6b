//! Keys, versions, logs, placement, and the judge of what was read. Knows no component kind and no screen.

pub mod cache_contents;
pub mod commits;
pub mod eviction;
pub mod judge;
pub mod log;
pub mod ranges;
pub mod ring;
pub mod sessions;
pub mod zipf;

/// What is known beside the nodes, of all data: for judging and for figures. Users' cookies are here too, because users are nobody in the
/// diagram.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// What clients saw.
    pub judge: judge::Judge,
    /// Users' cookies.
    pub jar: sessions::Jar,
    /// When stores committed what.
    pub commits: commits::Commits,
}

impl Outside {
    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.judge.bytes() + self.jar.bytes()
    }
}

/// A hash map of which clones share what does not change: a snapshot of it costs what is written afterwards. It is never iterated
/// where the order can be seen.
pub type SharedMap<K, V> = imbl::GenericHashMap<K, V, rustc_hash::FxBuildHasher, imbl::shared_ptr::DefaultSharedPtr>;
/// Something for each of many keys.
pub type KeyMap<V> = SharedMap<u64, V>;
/// What a key and its version take in a store, about.
pub const BYTES_OF_ROW: usize = 32;

//! Bounded series over a run of any length: when there are too many buckets, neighbours are merged and the buckets get twice as long.

use crate::engine::{SimDuration, SimTime};

/// Most buckets kept.
pub const MAX_BUCKETS: usize = 480;
/// Length of a bucket at first.
pub const FIRST_WIDTH: SimDuration = SimDuration::from_millis(50);

/// When the present bucket ends, and how long buckets are now.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Length of a bucket.
    pub width: SimDuration,
    /// End of the present bucket.
    pub end: SimTime,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { width: FIRST_WIDTH, end: SimTime::ZERO + FIRST_WIDTH }
    }
}

impl Clock {
    /// The present bucket is over. Returns whether the series must be merged in pairs, given its length with this bucket.
    pub fn close(&mut self, buckets: usize) -> bool {
        let full = buckets >= MAX_BUCKETS;
        if full {
            self.width = SimDuration(self.width.0 * 2);
        }
        self.end += self.width;
        full
    }
}

/// Merges neighbours, first with second, third with fourth, …; a last odd one stays.
pub fn merge_pairs<T>(series: &mut Vec<T>, mut merge: impl FnMut(&mut T, &T)) {
    let mut kept = 0;
    for i in (0..series.len()).step_by(2) {
        series.swap(kept, i);
        if i + 1 < series.len() {
            let (left, right) = series.split_at_mut(i + 1);
            merge(&mut left[kept], &right[0]);
        }
        kept += 1;
    }
    series.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_merge_in_order() {
        let mut series: Vec<u32> = (1..=7).collect();
        merge_pairs(&mut series, |a, b| *a += b);
        assert_eq!(series, [3, 7, 11, 7]);
    }
}

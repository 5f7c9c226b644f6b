//! The judge on histories with a known answer.

use super::*;

const CLIENT: NodeIndex = NodeIndex(0);
const STORE: NodeIndex = NodeIndex(1);
const CACHE: NodeIndex = NodeIndex(2);
const KEY: u64 = 7;

/// A judge, and the number of the latest request.
struct Case {
    judge: Judge,
    requests: u64,
}

impl Default for Case {
    fn default() -> Self {
        let mut judge = Judge::default();
        judge.join(CLIENT, CACHE);
        judge.join(CACHE, STORE);
        Case { judge, requests: 0 }
    }
}

impl Case {
    fn begin_write(&mut self) -> Version {
        self.requests += 1;
        self.judge.begin_write(CLIENT, KEY, self.requests)
    }

    fn acknowledge(&mut self, user: u64, version: Version) {
        self.judge.acknowledge((CLIENT, user), KEY, version, self.requests);
    }

    fn write(&mut self, user: u64) -> Version {
        let version = self.begin_write();
        self.acknowledge(user, version);
        version
    }

    fn begin_read(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    fn end_read(&mut self, user: u64, request: u64, version: Version) -> bool {
        self.judge.judge_read((CLIENT, user), KEY, version, request, self.requests)
    }

    fn read(&mut self, user: u64, version: Version) -> bool {
        let request = self.begin_read();
        self.end_read(user, request, version)
    }

    fn violations(&self) -> (u64, u64) {
        let counts = self.judge.counts();
        (counts.read_your_writes_violations, counts.monotonic_read_violations)
    }
}

#[test]
fn a_read_is_stale_only_against_writes_acknowledged_before_it_began() {
    let mut case = Case::default();
    let one = case.write(1);
    let early = case.begin_read();
    let two = case.write(1);
    assert!(!case.end_read(2, early, one), "it began before the second was acknowledged");
    assert!(case.read(2, one) && !case.read(2, two));
    assert!(case.read(2, Version::NONE), "an empty store has lost sight of both");
    assert!(!case.judge.is_stale(STORE, 8, Version::NONE, case.requests), "nobody wrote the other key");
}

#[test]
fn of_writes_that_overlap_either_may_be_the_last() {
    let mut case = Case::default();
    let (one, two) = (case.begin_write(), case.begin_write());
    case.acknowledge(1, two);
    case.acknowledge(2, one);
    assert!(!case.read(3, one) && !case.read(4, two));
    let three = case.write(1);
    assert!(case.read(3, one) && case.read(3, two) && !case.read(3, three));
}

#[test]
fn a_write_that_nobody_acknowledged_counts_once_it_was_seen() {
    let mut case = Case::default();
    let lost_answer = case.begin_write();
    assert!(!case.read(1, lost_answer));
    let next = case.write(2);
    assert!(case.read(1, lost_answer) && !case.read(1, next));
}

/// A user who asks for several things at once reads what the store had at the time of each.
#[test]
fn sessions_are_ordered_by_operations_that_do_not_overlap() {
    let mut case = Case::default();
    let one = case.write(9);
    let (slow, own) = (case.begin_read(), case.begin_write());
    case.acknowledge(1, own);
    let quick = case.begin_read();
    case.end_read(1, quick, own);
    case.end_read(1, slow, one);
    assert_eq!(case.violations(), (0, 0), "the read was on its way before the write was told and the other read began");
    case.read(1, one);
    assert_eq!(case.violations(), (1, 1));
    case.read(2, one);
    assert_eq!(case.violations(), (1, 1), "another user has neither written nor read it");
}

#[test]
fn what_was_forgotten_is_not_judged_and_never_fresh() {
    let after = |never_seen: bool| {
        let mut case = Case::default();
        let early = case.begin_read();
        let first = if never_seen { case.begin_write() } else { case.write(1) };
        for _ in 0..200_000 {
            case.write(1);
        }
        case.read(2, first);
        case.end_read(2, early, first);
        let counts = case.judge.counts();
        (counts.reads, counts.stale_reads, counts.reads_not_judged)
    };
    // It was surely done before what is remembered; what had been acknowledged when the early read began is forgotten.
    assert_eq!(after(false), (2, 1, 1));
    assert_eq!(after(true), (2, 0, 2));
}

#[test]
fn a_hot_key_is_judged_whatever_its_rate() {
    // A thousand writes on their way at a time: a reader that is two thousand behind is stale.
    let mut case = Case::default();
    let mut under_way = std::collections::VecDeque::new();
    for _ in 0..5_000 {
        under_way.push_back(case.begin_write());
        if under_way.len() > 1_000 {
            let done = under_way.pop_front().unwrap();
            case.acknowledge(1, done);
        }
    }
    assert!(case.read(2, Version(1_900)));
    assert!(!case.read(2, Version(3_900)), "it overlapped the newest acknowledged");
    assert_eq!(case.judge.counts().reads_not_judged, 0);
}

/// The store has version 1, a cache 4; all are acknowledged.
fn three_in_a_cache() -> Case {
    let mut case = Case::default();
    let one = case.write(1);
    case.judge.hold(STORE, KEY, one);
    for _ in 2..=4 {
        let version = case.write(1);
        case.judge.hold(CACHE, KEY, version);
    }
    case
}

#[test]
fn what_only_a_crashed_cache_had_is_lost_until_it_arrives_after_all() {
    let lost = |arrives: u64| {
        let mut case = three_in_a_cache();
        case.judge.lose(CACHE, KEY, Version::NONE);
        assert_eq!(case.judge.counts().lost_writes, 3);
        case.judge.hold(STORE, KEY, Version(arrives));
        case.judge.counts().lost_writes
    };
    assert_eq!((lost(3), lost(4)), (1, 0));
}

#[test]
fn a_write_is_lost_once_however_often_its_store_crashes() {
    let mut case = Case::default();
    (1..=4).for_each(|_| {
        let version = case.write(1);
        case.judge.hold(STORE, KEY, version);
    });
    case.judge.lose(STORE, KEY, Version(2));
    assert_eq!(case.judge.counts().lost_writes, 2);
    case.judge.lose(STORE, KEY, Version(2));
    assert_eq!(case.judge.counts().lost_writes, 2);
    case.judge.lose(STORE, KEY, Version::NONE);
    assert_eq!(case.judge.counts().lost_writes, 4);
}

#[test]
fn nothing_is_lost_that_another_has_or_that_was_replaced() {
    let mut case = three_in_a_cache();
    case.judge.lose(STORE, KEY, Version::NONE);
    assert_eq!(case.judge.counts().lost_writes, 0, "the cache will bring it");
    let five = case.write(1);
    case.judge.hold(STORE, KEY, five);
    case.judge.lose(CACHE, KEY, Version::NONE);
    assert_eq!(case.judge.counts().lost_writes, 0, "somebody wrote past the cache");
}

#[test]
fn an_answer_that_was_on_its_way_when_its_write_was_lost_counts() {
    let mut case = Case::default();
    let version = case.begin_write();
    case.judge.hold(STORE, KEY, version);
    case.judge.lose(STORE, KEY, Version::NONE);
    assert_eq!(case.judge.counts().lost_writes, 0);
    case.acknowledge(1, version);
    assert_eq!(case.judge.counts().lost_writes, 1);
}

#[test]
fn all_writes_to_a_hot_key_are_counted() {
    let mut case = Case::default();
    for n in 1..=5_000u64 {
        let version = case.begin_write();
        case.judge.hold(STORE, KEY, version);
        if n % 5 > 0 {
            case.acknowledge(1, version);
        }
    }
    case.judge.lose(STORE, KEY, Version::NONE);
    assert_eq!(case.judge.counts().lost_writes, 4_000);
}

#[test]
fn a_clone_goes_on_alike() {
    let mut case = Case::default();
    for _ in 0..100 {
        let version = case.write(1);
        case.read(2, version);
    }
    let mut other = Case { judge: case.judge.clone(), requests: case.requests };
    for both in [&mut case, &mut other] {
        both.read(2, Version(50));
        both.read(1, Version(50));
    }
    assert_eq!(case.judge.counts(), other.judge.counts());
    assert_eq!(case.violations(), (1, 1));
}

#[test]
fn systems_that_are_not_linked_have_keys_of_their_own_until_they_are() {
    let (mut case, elsewhere) = (Case::default(), NodeIndex(9));
    let version = case.write(1);
    assert!(!case.judge.judge_read((elsewhere, 1), KEY, Version::NONE, 2, 2));
    case.judge.join(elsewhere, STORE);
    assert!(case.judge.judge_read((elsewhere, 1), KEY, Version::NONE, 2, 2));
    assert!(!case.judge.judge_read((elsewhere, 1), KEY, version, 2, 2));
}

#[test]
fn what_is_kept_of_a_key_is_bounded_however_many_of_its_writes_fail() {
    let mut case = Case::default();
    for n in 0..10_000u64 {
        let version = case.begin_write();
        if n % 2 == 0 {
            case.acknowledge(1, version);
        }
    }
    let pieces = case.judge.key(CLIENT, KEY).history.told.pieces();
    assert!((1_000..=1_024).contains(&pieces), "{pieces}");
}

//! Rate limiter: lets through so many requests a second and answers the rest with 429 and the time to wait.
//!
//! ```text
//!   ──► tokens left? ── yes ──► the links from here ──► reply
//!            └── no ──► 429 Too Many Requests, Retry-After
//! ```
//! A token bucket, kept as the generic cell rate algorithm does (ITU-T I.371: one moment for each bucket), which lets the same requests
//! through. Status 429: RFC 6585; Retry-After in whole seconds: RFC 9110, 10.2.3.

use smallvec::smallvec;

use super::model::Model;
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, Range, Telling, View};
use crate::data::SharedMap;
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::Role;
use crate::engine::{Failure, JobKey, NodeIndex, Reason, SimDuration, SimTime, Why};
use crate::{choice, params};

choice! {
    /// Whose requests share a bucket.
    pub enum Scope {
        All = "all" "All requests together",
        User = "user" "Each user's apart",
    }
}

params! {
    /// What a rate limiter is set to.
    pub struct Params {
        rate_per_s: f64 = 100.0, Float { min: 0.001, max: 1e6 }, "Rate", "requests/s", "Requests let through per second, in the long run.";
        burst: u32 = 20, Int { min: 1, max: 1_000_000 }, "Burst", "requests", "Size of the bucket: requests let through at once after a quiet time.";
        scope: Scope = Scope::All, Choice(Scope::OPTIONS), "Limit for", "", "Whose requests share a bucket. One for each user keeps a greedy one from taking everybody's share.";
        check_time: SimDuration = SimDuration(50_000), Duration { min_ms: 0.0, max_ms: 10_000.0 }, "Check time", "ms", "Time the limiter itself takes for a request.";
        price_per_hour: f64 = 0.02, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "Fixed price.";
        price_per_million: f64 = 0.2, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

/// Whose bucket: a user of some clients, or nobody in particular.
type Owner = Option<(NodeIndex, u64)>;

/// A running rate limiter.
pub type RateLimiter = Running<Volatile>;

/// What a rate limiter has: all of it in memory, so after a restart all buckets are full.
#[derive(Clone, Debug)]
pub struct Volatile;

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    passed: u64,
    limited: u64,
}

impl State for Volatile {
    type Params = Params;
    /// When each bucket will be full again, in ns since the start; one that is not here is full.
    type Memory = SharedMap<Owner, SimTime>;
    type Disk = ();
    type Books = Books;

    fn memory(_: &Params) -> Self::Memory {
        SharedMap::default()
    }
}

impl RateLimiter {
    /// From one token to the next.
    fn interval(&self) -> SimDuration {
        SimDuration::from_secs_f64(1.0 / self.params.rate_per_s)
    }

    /// Takes a token; the error is the time until there is one.
    fn take(&mut self, owner: Owner, now: SimTime) -> Result<(), SimDuration> {
        let interval = self.interval();
        let tolerance = SimDuration(interval.0 * u64::from(self.params.burst - 1));
        let full_at = self.memory.get(&owner).copied().unwrap_or(SimTime::ZERO).max(now);
        match full_at.since(now) {
            missing if missing <= tolerance => {
                self.memory.insert(owner, full_at + interval);
                Ok(())
            }
            missing => Err(SimDuration(missing.0 - tolerance.0)),
        }
    }
}

impl Part for RateLimiter {
    const KIND: Kind = Kind {
        id: "rate_limiter",
        label: "Rate limiter",
        icon: "gauge",
        group: Group::Edge,
        summary: "Lets through so many requests a second and answers the rest with 429 and the time to wait",
        begins: &[Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::Stages,
        specs: Params::specs,
        has_members: true,
        telling: &[Telling { param: "rate_per_s", range: Range::Factors(8.0) }],
        theory: |_| Model::default(),
        has_station: false,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn configure(&mut self, values: &Values, _: &mut Ctx<'_, Component>) {
        let before = self.params.scope;
        self.params = Params::from_values(values);
        if self.params.scope != before {
            self.memory.clear();
        }
    }

    fn gauges(&self, _: &View<'_>) -> Gauges {
        let (passed, limited) = (self.books.passed as f64, self.books.limited as f64);
        smallvec![
            Gauge::ratio("limited_share", "limited", (limited, passed + limited), "%").of(1.0),
            Gauge::result("passed", passed),
            Gauge::result("limited", limited),
        ]
    }

    fn bytes(&self) -> usize {
        self.memory.len() * std::mem::size_of::<(Owner, SimTime)>() * 2
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour, self.params.price_per_million)
    }

    fn service_time(&mut self, _: &mut Ctx<'_, Component>, _: JobKey, _: u32) -> SimDuration {
        self.params.check_time
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let message = ctx.job(job).message;
        let owner = (self.params.scope == Scope::User).then_some((message.client, message.user));
        match self.take(owner, ctx.now()) {
            Ok(()) => {
                self.books.passed += 1;
                Next::Stages
            }
            Err(wait) => {
                self.books.limited += 1;
                let retry_after_s = wait.0.div_ceil(1_000_000_000).min(u64::from(u16::MAX)) as u16;
                ctx.explain(job, Why::with("429 Too Many Requests; Retry-After {a} s", u64::from(retry_after_s), 0));
                Next::Reply(Err(Failure::new(Reason::Limited, ctx.node).retry_after(retry_after_s)))
            }
        }
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, report, Bench};
    use crate::lab::report::Report;
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 150, "read_percent": 70, "keys": 300, "users": 10})),
                ("it", "rate_limiter", json!({"rate_per_s": 60})),
                ("s", "service", json!({"workers": 1, "queue_limit": 3, "service_time": exponential(10.0)})),
                ("d", "database", json!({"workers": 1})),
            ],
            links: vec![("c", "it", json!({})), ("it", "s", json!({})), ("it", "d", json!({}))],
            needs: |_| Vec::new(),
            crashes: &["s"],
        }
    }

    /// A hundred a minute with a bucket of as many, and requests at these moments (in ms): how many are let through.
    fn admitted(moments: impl Iterator<Item = u64>) -> u64 {
        let trace: String = moments.map(|ms| format!("{}.{:03},1,read\n", ms / 1000, ms % 1000)).collect();
        let limiter = json!({"rate_per_s": 100.0 / 60.0, "burst": 100, "check_time": 0});
        let nodes = [
            ("c", "clients", json!({"source": "trace", "trace": trace})),
            ("l", "rate_limiter", limiter),
            ("s", "service", json!({"workers": 1000, "service_time": constant(1.0)})),
        ];
        // No time passes between the client and the limiter.
        let links = [("c", "l", json!({"latency": constant(0.0)})), ("l", "s", json!({}))];
        report(&document(&nodes, &links), 700.0).nodes["l"].more["passed"] as u64
    }

    /// Exact counts, from the table of rate limiters: 100 per 60 s.
    #[test]
    fn a_token_bucket_lets_through_exactly_what_it_should() {
        let batch = |ms: u64| std::iter::repeat_n(ms, 150);
        assert_eq!(admitted(batch(59_999).chain(batch(60_000))), 100);
        let steady = |from: u64, seconds: u64| (0..seconds * 20).map(move |i| from + i * 50);
        assert_eq!(admitted(batch(59_999).chain(steady(60_000, 120))), 299);
        assert_eq!(admitted(steady(60_000, 600)), 1_099);
    }

    fn limited(limiter: Value, link: Value) -> Report {
        let nodes = [
            ("c", "clients", json!({"source": "constant", "rate_per_s": 100, "users": 2, "read_percent": 100})),
            ("l", "rate_limiter", limiter),
            ("s", "service", json!({"workers": 100, "service_time": constant(1.0)})),
        ];
        report(&document(&nodes, &[("c", "l", link), ("l", "s", json!({}))]), 20.0)
    }

    #[test]
    fn what_is_over_the_rate_is_answered_with_that_reason_and_costs_the_service_nothing() {
        // A request each 10 ms, a token each 20 ms.
        let report = limited(json!({"rate_per_s": 50, "burst": 1}), json!({}));
        assert!((report.totals.ok as i64 - 1_000).abs() <= 2, "{}", report.totals.ok);
        assert_eq!(report.totals.failed.keys().collect::<Vec<_>>(), [&"limited"]);
        assert_eq!(report.nodes["s"].handled, report.totals.ok);
    }

    #[test]
    fn a_caller_that_retries_waits_as_long_as_it_is_told() {
        let nodes = [
            ("c", "clients", json!({"source": "trace", "trace": "1,1,read\n1,2,read"})),
            ("l", "rate_limiter", json!({"rate_per_s": 2, "burst": 1, "check_time": 0})),
            ("s", "service", json!({"workers": 10, "service_time": constant(5.0)})),
        ];
        let link = json!({"retries": 1, "backoff": 10, "backoff_jitter": "none"});
        let report = report(&document(&nodes, &[("c", "l", link), ("l", "s", json!({}))]), 5.0);
        // The next token comes after half a second, which is told as one second: there and back for nothing, the wait, and 5.4 ms.
        assert_eq!((report.totals.ok, report.links["c-l"].started), (2, 3));
        let longest = report.totals.latency_ms.max.unwrap();
        assert!((longest - 1_005.6).abs() < 0.5, "{longest}");
    }

    #[test]
    fn users_with_buckets_of_their_own_have_the_rate_each() {
        let of = |scope: &str| limited(json!({"rate_per_s": 25, "burst": 1, "scope": scope}), json!({})).totals.ok as f64;
        let (shared, apart) = (of("all"), of("user"));
        assert!((shared - 500.0).abs() < 5.0 && apart > 1.5 * shared, "{shared} {apart}");
    }
}

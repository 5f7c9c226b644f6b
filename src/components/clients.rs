//! Clients: a population of users that sends requests, open loop or closed loop.
//!
//! ```text
//!   arrivals (open loop)   or   users who think (closed loop)   or   all at once   or   a recorded trace
//!        └──► request (read/write, key, user) ──► the links from here
//! ```
//! Open loop: arrivals do not wait for answers. Closed loop: each user waits for the answer, thinks, asks again.
//! (Schroeder, Wierman, Harchol-Balter: Open versus closed, NSDI 2006.) Varying rates are sampled by thinning (Lewis, Shedler 1979).

mod keys;
mod rate;
mod replay;
mod settings;

use std::sync::Arc;

use smallvec::smallvec;

use self::keys::Keys;
use self::replay::Recorded;
pub use self::settings::{Params, Popularity, Source};
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, Range, Telling, View};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Ended, Next};
use crate::engine::link::Role;
use crate::engine::random::{below, mix, unit, unit_open, Purpose};
use crate::engine::{JobKey, Message, Operation, SimDuration, SimTime};

/// The token of the arrival timer; users' timers use their number.
const ARRIVAL: u64 = u64::MAX;

/// Running clients.
pub type Clients = Running<Population>;

/// What clients have. Their users are people, whom no crash makes forget what they have done.
#[derive(Clone, Debug)]
pub struct Population;

/// What their process knows: made of their settings.
#[derive(Clone, Debug)]
pub struct Memory {
    keys: Keys,
    trace: Arc<[Recorded]>,
    /// Requests of the trace that have been sent in this round.
    replayed: u32,
    round_began: SimTime,
}

/// What is counted of them, and what their draws come from.
#[derive(Clone, Debug, Default)]
pub struct Books {
    arrivals: u64,
    /// Requests that each user of a closed loop has begun: a user's draws are the user's own.
    of_user: Vec<u32>,
    /// Requests begun, of whatever source.
    begun: u64,
    /// Of users: each change of the source's settings replaces them, and those before ask no more.
    generation: u32,
    generation_began: SimTime,
}

impl State for Population {
    type Params = Params;
    type Memory = Memory;
    type Disk = ();
    type Books = Books;

    fn memory(params: &Params) -> Memory {
        Memory { keys: Keys::new(params), trace: trace_of(params), replayed: 0, round_began: SimTime::ZERO }
    }
}

impl Clients {
    fn schedule_arrival(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.arrivals += 1;
        let p = &self.params;
        let gap = match p.source {
            Source::Once => p.once_after,
            Source::Trace => {
                if self.memory.replayed as usize == self.memory.trace.len() {
                    if !p.trace_repeat {
                        return;
                    }
                    self.memory.replayed = 0;
                    self.memory.round_began = ctx.now() + SimDuration::from_millis(1000);
                }
                let Some(next) = self.memory.trace.get(self.memory.replayed as usize) else { return };
                self.memory.round_began + next.at - ctx.now()
            }
            Source::Constant => SimDuration::from_secs_f64(1.0 / p.peak_rate()),
            _ => {
                let mean = 1.0 / p.peak_rate();
                SimDuration::from_secs_f64(-mean * libm::log(unit_open(&mut ctx.rng(Purpose::Arrival, self.books.arrivals))))
            }
        };
        ctx.set_timer(gap, ARRIVAL - u64::from(self.books.generation));
    }

    /// The arrival timer has fired.
    fn arrive(&mut self, ctx: &mut Ctx<'_, Component>) {
        let ordinal = self.books.arrivals;
        let users = self.params.users;
        let user_of = |ctx: &Ctx<'_, Component>| below(&mut ctx.rng(Purpose::User, ordinal), users as usize) as u64;
        match self.params.source {
            Source::Once => {
                for user in 0..u64::from(users) {
                    self.begin(ctx, user, ordinal + user, None);
                }
                // Those are taken: what comes later has draws of its own.
                self.books.arrivals += u64::from(users).saturating_sub(1);
            }
            Source::Trace => {
                let recorded = self.memory.trace.get(self.memory.replayed as usize).copied();
                self.memory.replayed += 1;
                self.schedule_arrival(ctx);
                self.begin(ctx, user_of(ctx), ordinal, recorded);
            }
            _ => {
                let accept = self.params.rate_at(ctx.now(), self.books.generation_began) / self.params.peak_rate();
                self.schedule_arrival(ctx);
                if accept >= 1.0 || unit(&mut ctx.rng(Purpose::Phase, ordinal)) < accept {
                    self.begin(ctx, user_of(ctx), ordinal, None);
                }
            }
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_, Component>, user: u64, ordinal: u64, recorded: Option<Recorded>) {
        let p = &self.params;
        let drawn = || p.read_percent < 100.0 && unit(&mut ctx.rng(Purpose::Operation, ordinal)) * 100.0 >= p.read_percent;
        let writes = recorded.and_then(|r| r.writes).unwrap_or_else(drawn);
        let key =
            recorded.map(|r| r.key).unwrap_or_else(|| self.memory.keys.pick(unit(&mut ctx.rng(Purpose::Key, ordinal)), self.books.begun));
        let high = p.high_priority_percent > 0.0 && unit(&mut ctx.rng(Purpose::Priority, ordinal)) * 100.0 < p.high_priority_percent;
        self.books.begun += 1;
        let message = Message {
            operation: if writes { Operation::Write } else { Operation::Read },
            key,
            client: ctx.node,
            user,
            priority: u8::from(high),
            request_bytes: p.request_bytes,
            reply_bytes: p.reply_bytes,
            value: None,
        };
        ctx.begin_request(message, ordinal, (p.deadline > SimDuration::ZERO).then_some(p.deadline), self.books.generation);
    }

    /// Of the next request of a user of a closed loop.
    fn ordinal_of(&self, user: u64) -> u64 {
        // Apart from those of arrivals.
        mix(1 << 40 | user, self.books.of_user.get(user as usize).copied().unwrap_or(0).into())
    }

    /// A user thinks before the next request, at least `least`.
    fn think(&mut self, ctx: &mut Ctx<'_, Component>, user: u64, least: SimDuration) {
        let think = self.params.think_time.sample(&mut ctx.rng(Purpose::Think, self.ordinal_of(user))).max(least);
        ctx.set_timer(think, user | u64::from(self.books.generation) << 32);
    }

    /// Starts the sources that the current settings ask for.
    fn begin_source(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.books.generation += 1;
        self.books.generation_began = ctx.now();
        self.memory.round_began = ctx.now();
        self.memory.replayed = 0;
        if self.params.source == Source::Closed {
            let users = self.books.of_user.len().max(self.params.users as usize);
            self.books.of_user.resize(users, 0);
            for user in 0..u64::from(self.params.users) {
                self.think(ctx, user, SimDuration::ZERO);
            }
        } else {
            self.schedule_arrival(ctx);
        }
    }
}

/// The trace as set; a text that is none is not replayed, but settings are checked before they come here.
fn trace_of(p: &Params) -> Arc<[Recorded]> {
    match p.source {
        Source::Trace => replay::parse(&p.trace).unwrap_or_default(),
        _ => Arc::default(),
    }
}

impl Part for Clients {
    const KIND: Kind = Kind {
        id: "clients",
        label: "Clients",
        icon: "users",
        group: Group::Traffic,
        summary: "Users who send reads and writes, at a rate (open loop) or one at a time each (closed loop)",
        begins: &[Role::Call],
        ends: &[],
        rules: super::Rules::Stages,
        specs: Params::specs,
        has_members: false,
        telling: &[Telling { param: "rate_per_s", range: Range::Load }, Telling { param: "users", range: Range::Around }],
        theory: Params::theory,
        has_station: false,
        can_flush: false,
        headline: super::Headline::RateAndSuccess,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let new = Params::from_values(values);
        let old = std::mem::replace(&mut self.params, new);
        let p = &self.params;
        let keys = |p: &Params| (p.popularity, p.keys, p.zipf_exponent, p.hot_keys, p.hot_percent);
        if keys(p) != keys(&old) {
            self.memory.keys = Keys::new(p);
        }
        let rates = |p: &Params| (p.source, p.rate_per_s, p.burst_rate_per_s, p.ramp_end_per_s, p.users);
        let crowd = |p: &Params| (p.flash_rate_per_s, p.flash_start, p.flash_rise, p.flash_hold, p.flash_fall, p.swing_percent);
        let other = |p: &Params| (p.trace.clone(), p.trace_repeat, p.once_after);
        if rates(p) != rates(&old) || crowd(p) != crowd(&old) || other(p) != other(&old) {
            self.memory.trace = trace_of(p);
            self.begin_source(ctx);
        }
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        let in_flight = view.core.nodes[view.node.at()].requests.in_flight as f64;
        smallvec![Gauge::level("in_flight", "in flight", in_flight, "requests")]
    }

    fn prices(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.begin_source(ctx);
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        if token == ARRIVAL - u64::from(self.books.generation) {
            self.arrive(ctx);
        } else if token >> 32 == u64::from(self.books.generation) {
            let user = token & 0xffff_ffff;
            let ordinal = self.ordinal_of(user);
            if let Some(begun) = self.books.of_user.get_mut(user as usize) {
                *begun = begun.wrapping_add(1);
            }
            self.begin(ctx, user, ordinal, None);
        }
    }

    fn begun(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let state = ctx.job(job);
        if state.message.operation == Operation::Write {
            let (here, key, request) = (ctx.node, state.message.key, state.request_id);
            let version = ctx.shared().judge.begin_write(here, key, request);
            ctx.job_mut(job).message.value = Some(version);
        }
        Next::Stages
    }

    fn ended(&mut self, ctx: &mut Ctx<'_, Component>, ended: Ended) -> bool {
        let (node, now, m, begun) = (ctx.node, ctx.now(), ended.message, ctx.requests_begun());
        let stale = match (ended.outcome, m.operation) {
            (Ok(Some(value)), Operation::Read) => ctx.shared().judge.judge_read((node, m.user), m.key, value, ended.request, begun),
            (Ok(Some(_)), _) => {
                if let Some(version) = m.value {
                    ctx.shared().judge.acknowledge((node, m.user), m.key, version, begun);
                }
                false
            }
            _ => false,
        };
        // Users from before the last change of settings have been replaced.
        if self.params.source == Source::Closed && ended.note == self.books.generation {
            // An answer in no time, without thinking, would stop the clock for ever.
            let least = if now == ended.start { SimDuration::from_millis(1) } else { SimDuration::ZERO };
            self.think(ctx, m.user, least);
        }
        stale
    }

    #[cfg(test)]
    fn bench() -> super::testing::Bench {
        tests::bench()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, exponential, report, run, Bench};
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("it", "clients", json!({"rate_per_s": 80, "read_percent": 70, "keys": 300})),
                ("s", "service", json!({"workers": 2, "service_time": exponential(14.0), "queue_limit": 3})),
                ("cache", "cache", json!({"capacity": 50})),
                ("primary", "database", json!({})),
                ("replica", "replica", json!({"workers": 1, "read_time": exponential(10.0)})),
            ],
            links: vec![
                ("it", "s", json!({"timeout": 60, "retries": 2, "latency": exponential(2.0)})),
                ("s", "cache", json!({})),
                ("s", "primary", json!({"when": "write"})),
                ("s", "replica", json!({"when": "read"})),
                ("primary", "replica", json!({"latency": exponential(20.0)})),
            ],
            needs: |param| match param {
                // A burst, or a crowd, must come within the run.
                "burst_rate_per_s" | "burst_length" => vec![("it", "burst_pause", json!(500))],
                p if p.starts_with("flash_") => vec![("it", "flash_start", json!(1000))],
                // Sizes matter where bandwidth does, and classes where there are two in a line.
                "request_bytes" | "reply_bytes" => vec![("it-s", "bandwidth_mbps", json!(5))],
                "high_priority_percent" => vec![("s", "discipline", json!("priority"))],
                _ => Vec::new(),
            },
            crashes: &[],
        }
    }

    fn sent(clients: Value, seconds: f64) -> u64 {
        let server = json!({"workers": 1000, "service_time": constant(5.0)});
        report(&document(&[("c", "clients", clients), ("s", "service", server)], &[("c", "s", json!({}))]), seconds).totals.sent
    }

    #[test]
    fn a_constant_source_sends_exactly_its_rate() {
        assert_eq!(sent(json!({"source": "constant", "rate_per_s": 50}), 10.001), 500);
    }

    #[test]
    fn a_ramp_sends_the_area_under_it() {
        let ramp = json!({"source": "ramp", "rate_per_s": 10, "ramp_end_per_s": 190, "ramp_length": 20_000});
        let n = sent(ramp, 20.0) as f64;
        assert!((n - 2000.0).abs() < 4.0 * 2000f64.sqrt(), "{n}");
    }

    #[test]
    fn bursts_come_after_the_pause_and_have_their_own_rate() {
        let bursty = json!({"source": "bursty", "rate_per_s": 1, "burst_rate_per_s": 500, "burst_length": 1000, "burst_pause": 4000});
        let (calm, burst) = (sent(bursty.clone(), 4.0), sent(bursty, 5.0));
        assert!(calm < 20 && (burst - calm) as f64 > 400.0, "{calm} then {burst}");
    }

    #[test]
    fn a_flash_crowd_is_as_large_as_the_area_under_it() {
        let flash = json!({"source": "flash_crowd", "rate_per_s": 10, "flash_rate_per_s": 410, "flash_start": 4000, "flash_rise": 2000, "flash_hold": 3000, "flash_fall": 4000});
        let (before, all) = (sent(flash.clone(), 4.0) as f64, sent(flash.clone(), 20.0) as f64);
        // 400/s above the base for (2/2 + 3 + 4/2) seconds.
        assert!((before - 40.0).abs() < 4.0 * 40f64.sqrt(), "{before}");
        assert!((all - 2600.0).abs() < 4.0 * 2600f64.sqrt(), "{all}");
    }

    #[test]
    fn days_average_out_and_begin_at_night() {
        let days = json!({"source": "diurnal", "rate_per_s": 100, "swing_percent": 100, "day_length": 10_000});
        let (night, all) = (sent(days.clone(), 1.0) as f64, sent(days, 20.0) as f64);
        assert!(night < 10.0, "the first tenth of a day has 0.65 % of its requests, not {night}");
        assert!((all - 2000.0).abs() < 4.0 * 2000f64.sqrt(), "{all}");
    }

    #[test]
    fn in_one_shot_all_start_at_the_same_moment_and_never_again() {
        let once = json!({"source": "once", "users": 40, "once_after": 500});
        assert_eq!((sent(once.clone(), 0.499), sent(once.clone(), 0.5), sent(once, 10.0)), (0, 40, 40));
    }

    #[test]
    fn a_trace_is_replayed_as_it_is() {
        let trace = json!({"source": "trace", "trace": "0.5,7,write\n0.25,9\n2,9,read", "read_percent": 0});
        let doc = |trace: &Value| {
            let server = json!({"workers": 1000, "service_time": constant(5.0)});
            document(&[("c", "clients", trace.clone()), ("s", "service", server)], &[("c", "s", json!({}))])
        };
        let mut stories = run(&doc(&trace), 9.0).recent();
        stories.sort_by_key(|s| s.request);
        let seen: Vec<_> = stories.iter().map(|s| (s.start.0 / 1_000_000, s.key, s.operation)).collect();
        assert_eq!(seen, [(250, 9, "write"), (500, 7, "write"), (2000, 9, "read")]);
        let mut again = trace;
        again["trace_repeat"] = json!(true);
        // Rounds of 2 s, one second apart: 0.25, 0.5, 2 | 3.25, 3.5, 5 | 6.25, 6.5, 8.
        assert_eq!(sent(again, 8.5), 9);
    }

    #[test]
    fn a_closed_loop_never_has_more_under_way_than_it_has_users() {
        let closed = json!({"source": "closed", "users": 7, "think_time": constant(0.0)});
        let server = json!({"workers": 2, "service_time": constant(10.0)});
        let doc = document(&[("c", "clients", closed), ("s", "service", server)], &[("c", "s", json!({}))]);
        let report = report(&doc, 5.0);
        assert_eq!(report.totals.in_flight, 7);
        assert_eq!(report.nodes["s"].queue_max, 5);
    }

    /// Twice at the same instant other users take over, once while those before have their first requests on the way: nobody is left of them.
    #[test]
    fn an_edit_at_the_very_instant_at_which_users_begin_replaces_them() {
        let closed = json!({"source": "closed", "users": 7, "think_time": constant(0.0)});
        let server = json!({"workers": 100, "service_time": constant(10.0)});
        let doc = document(&[("c", "clients", closed), ("s", "service", server)], &[("c", "s", json!({}))]);
        let mut experiment = run(&doc, 1.0);
        let users = |n: u32| {
            let edit = crate::diagram::Edit::SetNodeParam { id: "c".into(), param: "users".into(), value: json!(n) };
            crate::diagram::Entry::Edit(edit)
        };
        for n in [12, 9, 5] {
            experiment.apply(&users(n)).unwrap();
        }
        crate::components::testing::to(&mut experiment, 3.0);
        assert_eq!(experiment.totals().in_flight, 5);
    }

    #[test]
    fn a_deadline_ends_a_request_whatever_retries_are_left() {
        let clients = json!({"source": "constant", "rate_per_s": 10, "deadline": 50});
        let server = json!({"workers": 100, "service_time": constant(500.0)});
        let link = json!({"timeout": 20, "retries": 20, "backoff": 1});
        let report = report(&document(&[("c", "clients", clients), ("s", "service", server)], &[("c", "s", link)]), 5.0);
        assert_eq!(report.totals.failed.keys().collect::<Vec<_>>(), [&"deadline"]);
    }

    #[test]
    fn without_a_link_requests_fail_and_nothing_hangs() {
        let closed = json!({"source": "closed", "users": 3, "think_time": constant(0.0)});
        let report = report(&document(&[("c", "clients", closed)], &[]), 1.0);
        assert_eq!(report.totals.failed.keys().collect::<Vec<_>>(), [&"unavailable"]);
    }
}

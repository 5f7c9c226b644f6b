//! Service: workers that do their own part of a request and then call what they depend on.
//!
//! ```text
//!            waiting line      workers
//!   ──► [ ][ ][ ][ ] ──► (w)(w)(w) ──► cache aside? ──► links, stage by stage ──► fill or invalidate ──► reply
//! ```
//! A worker is held until the reply: that is how a slow dependency spreads. Cache-aside as in the Azure pattern catalogue:
//! the service reads the cache, then the store, then fills; between the two a write can slip in.

use smallvec::smallvec;

use super::model::{self, Model, Passing, Station};
use super::running::{Running, State};
use super::{Component, Gauge, Gauges, Group, Kind, Part, View};
use crate::data::sessions::{Cookie, Sessions, Visitor};
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Next};
use crate::engine::link::{Role, When};
use crate::engine::random::{mix, Purpose};
use crate::engine::station::{Discipline, StationSpec};
use crate::engine::{Distribution, JobKey, LinkIndex, Message, Operation, Outcome, Reason, SimDuration, Version, Why};
use crate::{choice, named, params};

named! {
    Discipline {
        Fifo = "fifo" "First in, first out",
        Lifo = "lifo" "Last in, first out",
        Priority = "priority" "Priority: high first, nobody is interrupted",
        Preemptive = "preemptive" "Priority: high interrupts normal, which resumes later",
        Sharing = "sharing" "Processor sharing: all at once, each more slowly",
    }
}

choice! {
    /// Vertical size.
    pub enum Size {
        Medium = "medium" "Medium: normal speed",
        Small = "small" "Small: half the speed, half the price",
        Large = "large" "Large: twice the speed, twice the price",
        ExtraLarge = "extra_large" "Extra large: four times the speed and price",
    }
}

impl Size {
    /// How many times as fast as a medium one.
    pub fn speed(self) -> f64 {
        match self {
            Size::Small => 0.5,
            Size::Medium => 1.0,
            Size::Large => 2.0,
            Size::ExtraLarge => 4.0,
        }
    }
}

choice! {
    /// What a write does to the cache beside the store.
    pub enum OnWrite {
        Invalidate = "invalidate" "Invalidate: remove the key",
        Update = "update" "Update: put the new value",
        Nothing = "nothing" "Nothing: wait for the TTL",
    }
}

choice! {
    /// Where it is kept who is logged in.
    pub enum Keeping {
        Nowhere = "none" "No sessions",
        Memory = "memory" "In the service's own memory",
        Shared = "shared" "In a store, over a link that carries sessions",
    }
}

params! {
    /// What a service is set to.
    pub struct Params {
        workers: u32 = 8, Int { min: 1, max: 10_000 }, "Workers", "", "Requests worked on at once. A worker is held while its request waits for a dependency.";
        service_time: Distribution = Distribution::exponential(10.0), Law, "Service time", "ms", "The service's own work on a request, without its dependencies.";
        queue_limit: u32 = 100, Int { min: 0, max: 1_000_000 }, "Queue limit", "", "Requests that may wait for a worker, or share the workers beyond one each; more are turned away at once.";
        discipline: Discipline = Discipline::Fifo, Choice(Discipline::OPTIONS), "Discipline", "", "Who is served next. Under overload, last in first out keeps some requests quick. Clients say which requests have high priority. With processor sharing, a request that waits for a dependency takes no share.";
        size: Size = Size::Medium, Choice(Size::OPTIONS), "Size", "", "A bigger machine works faster and costs more.";
        slowdown_per_request: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 60_000.0 }, "Slowdown per request", "ms", "Added to the service time for each request being worked on when it starts: contention.";
        on_write: OnWrite = OnWrite::Invalidate, Choice(OnWrite::OPTIONS), "Cache on write", "", "What a write does to the cache beside the store, once the store has it. Without a cache it changes nothing.";
        sessions: Keeping = Keeping::Nowhere, Choice(Keeping::OPTIONS), "Sessions", "", "Where it is kept that a user is logged in. In memory it is lost in a crash, and useless when the next request of the user goes to another server.";
        login_time: Distribution = Distribution::exponential(50.0), Law, "Login", "ms", "More work on a request whose user's session is not found: the user logs in, again or for the first time.", when "sessions" in ["memory", "shared"];
        price_per_hour: f64 = 0.1, Float { min: 0.0, max: 10_000.0 }, "Price per hour", "$", "At medium size; it grows with the size.";
        price_per_million: f64 = 0.0, Float { min: 0.0, max: 10_000.0 }, "Price per million", "$", "Price of a million requests.";
    }
}

impl Params {
    fn theory(values: &Values) -> Model {
        let p = Params::from_values(values);
        let service_time = p.service_time.scaled(1.0 / p.size.speed());
        let station = match (p.slowdown_per_request > SimDuration::ZERO, p.sessions) {
            (true, _) => Err("{name} gets slower with the load"),
            (_, Keeping::Memory | Keeping::Shared) => Err("{name} keeps sessions, so its time depends on who asked before"),
            _ => Ok(Station {
                discipline: p.discipline,
                held_by: &[Role::Call, Role::Aside],
                ..Station::plain(p.workers, p.queue_limit, service_time.clone())
            }),
        };
        let on_write = match p.on_write {
            OnWrite::Invalidate => model::OnWrite::Goes,
            OnWrite::Update => model::OnWrite::IsPut,
            OnWrite::Nothing => model::OnWrite::Stays,
        };
        Model { passing: Some(Passing::Work { time_ms: service_time.mean_ms() }), station: Some(station), on_write, ..Model::default() }
    }
}

/// Where a job is, in its `step`.
const READING_CACHE: u32 = 1;
const MISSED: u32 = 2;
const UPDATING_CACHE: u32 = 3;
const LOGGING_IN: u32 = 4;
const FINDING_SESSION: u32 = 5;
const STORING_SESSION: u32 = 6;
/// Logging in after a look-up that did not find the session.
const LOGGING_IN_AFTER: u32 = 7;

/// A running service.
pub type Service = Running<Stateless>;

/// What a service has: whose sessions are in its memory is known by what users carry, and [`Sessions`] counts them.
#[derive(Clone, Debug)]
pub struct Stateless;

impl State for Stateless {
    type Params = Params;
    type Memory = ();
    type Disk = ();
    type Books = Sessions;

    fn memory(_: &Params) {}
}

/// The cache beside the store that is responsible for a key, if there is one.
fn cache_for(ctx: &Ctx<'_, Component>, key: u64) -> Option<LinkIndex> {
    let owner = crate::data::ring::modulo_owner(ctx.hash_seed(), key, ctx.outgoing(Role::Aside).count())?;
    ctx.outgoing(Role::Aside).nth(owner)
}

/// The link to the store that keeps a user's session, if there is one.
fn session_link(ctx: &Ctx<'_, Component>, user: u64) -> Option<LinkIndex> {
    let links = || ctx.outgoing(Role::Call).filter(|l| ctx.carries(*l) == When::Sessions);
    let owner = crate::data::ring::modulo_owner(ctx.hash_seed(), user, links().count())?;
    links().nth(owner)
}

/// On whose behalf a job is, as far as sessions go.
fn visitor(ctx: &Ctx<'_, Component>, job: JobKey) -> Visitor {
    let message = &ctx.job(job).message;
    Visitor { client: message.client, user: message.user, site: ctx.site(job) }
}

impl Service {
    /// Looks up, or stores, the session of a job's user.
    fn call_for_session(&self, ctx: &mut Ctx<'_, Component>, job: JobKey, operation: Operation, why: Why) -> Next {
        let message = ctx.job(job).message;
        let Some(link) = session_link(ctx, message.user) else { return Next::Reply(ctx.fail(Reason::Unavailable)) };
        let visitor = visitor(ctx, job);
        let (here, key, request) = (ctx.node, ctx.shared().jar.key(visitor), ctx.job(job).request_id);
        let value = (operation == Operation::Write).then(|| ctx.shared().judge.begin_write(here, key, request));
        let message = Message { operation, key, value, ..message };
        ctx.job_mut(job).step = if operation == Operation::Read { FINDING_SESSION } else { STORING_SESSION };
        ctx.call(job, link, message, why);
        Next::Wait
    }

    /// The user is known: on to the work itself.
    fn go_on(&self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let state = ctx.job_mut(job);
        state.step = 0;
        let (operation, key) = (state.message.operation, state.message.key);
        if operation == Operation::Read {
            if let Some(cache) = cache_for(ctx, key) {
                let state = ctx.job_mut(job);
                state.step = READING_CACHE;
                let message = state.message;
                ctx.call(job, cache, message, Why::plain("look in the cache first"));
                return Next::Wait;
            }
        }
        Next::Stages
    }

    fn login_work(&self, ctx: &Ctx<'_, Component>, job: JobKey) -> SimDuration {
        let work = self.params.login_time.sample(&mut ctx.rng(Purpose::Service, mix(ctx.job(job).draw_key, LOGGING_IN.into())));
        work.scale(1.0 / self.params.size.speed())
    }
}

impl Part for Service {
    const KIND: Kind = Kind {
        id: "service",
        label: "Service",
        icon: "server",
        group: Group::Compute,
        summary: "Workers with a waiting line, who call what they depend on before they answer",
        begins: &[Role::Aside, Role::Call],
        ends: &[Role::Call],
        rules: super::Rules::Stages,
        specs: Params::specs,
        has_members: true,
        telling: &[],
        theory: Params::theory,
        has_station: true,
        can_flush: false,
        headline: super::Headline::Rate,
    };

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let before = self.params.sessions;
        self.params = Params::from_values(values);
        if before == Keeping::Memory && self.params.sessions != Keeping::Memory {
            let here = ctx.node;
            self.books.forget(here, &mut ctx.shared().jar);
        }
    }

    fn gauges(&self, view: &View<'_>) -> Gauges {
        if self.params.sessions == Keeping::Nowhere {
            return Gauges::new();
        }
        let held = self.books.count(view.node, &view.core.shared.jar) as f64;
        let (logins, relogins, lost) = (self.books.logins as f64, self.books.relogins as f64, self.books.lost as f64);
        smallvec![
            Gauge::level("sessions", "sessions", held, "users"),
            Gauge::total("relogins", "logged in again", relogins, ""),
            Gauge::total("sessions_lost", "sessions lost", lost, ""),
            Gauge::result("logins", logins),
        ]
    }

    fn crash(&mut self, ctx: &mut Ctx<'_, Component>) {
        let here = ctx.node;
        if self.books.lose(here, &mut ctx.shared().jar) > 0 {
            ctx.notice(None, "lost its sessions", false);
        }
    }

    fn prices(&self) -> (f64, f64) {
        (self.params.price_per_hour * self.params.size.speed(), self.params.price_per_million)
    }

    fn station(&self) -> StationSpec {
        let p = &self.params;
        StationSpec { workers: Some(p.workers), discipline: p.discipline }
    }

    fn service_time(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, concurrency: u32) -> SimDuration {
        let p = &self.params;
        let own = p.service_time.sample(&mut ctx.rng(Purpose::Service, ctx.job(job).draw_key));
        let speed = p.size.speed();
        let own = if speed == 1.0 { own } else { own.scale(1.0 / speed) };
        let own = own + SimDuration(p.slowdown_per_request.0 * u64::from(concurrency));
        if p.sessions == Keeping::Nowhere {
            return own;
        }
        let (here, user, visitor) = (ctx.node, ctx.job(job).message.user, visitor(ctx, job));
        let known = match p.sessions {
            Keeping::Nowhere => true,
            Keeping::Memory => self.books.knows(here, visitor, &ctx.shared().jar),
            // Without a store to ask, everybody is a stranger.
            Keeping::Shared => session_link(ctx, user).is_some(),
        };
        if known {
            return own;
        }
        ctx.job_mut(job).step = LOGGING_IN;
        own + self.login_work(ctx, job)
    }

    fn served(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey) -> Next {
        let step = ctx.job(job).step;
        if step == 0 && self.params.sessions == Keeping::Nowhere {
            return self.go_on(ctx, job);
        }
        let (here, user, visitor) = (ctx.node, ctx.job(job).message.user, visitor(ctx, job));
        if step == LOGGING_IN_AFTER {
            ctx.explain(job, Why::with("no session of user {a} here: logged in", user, 0));
            return self.call_for_session(ctx, job, Operation::Write, Why::plain("store the session"));
        }
        if step == LOGGING_IN {
            // Another request of the same user may have done so meanwhile.
            let jar = &mut ctx.shared().jar;
            if !self.books.knows(here, visitor, jar) {
                self.books.log_in(here, visitor, jar);
            }
            if self.params.sessions != Keeping::Memory {
                // There is nowhere to keep it.
                self.books.forget(here, jar);
            }
            ctx.explain(job, Why::with("no session of user {a} here: logged in", user, 0));
        } else if self.params.sessions == Keeping::Shared && session_link(ctx, user).is_some() {
            return self.call_for_session(ctx, job, Operation::Read, Why::with("find the session of user {a}", user, 0));
        }
        self.go_on(ctx, job)
    }

    fn answered(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, link: LinkIndex, outcome: Outcome) -> Next {
        match (ctx.job(job).step, outcome) {
            (READING_CACHE, Ok(Some(value))) => Next::Reply(Ok(Some(value))),
            // A miss, or a cache that does not answer: the store knows.
            (READING_CACHE, _) => {
                ctx.job_mut(job).step = MISSED;
                Next::Stages
            }
            (FINDING_SESSION, Ok(Some(found))) if found > Version::NONE => self.go_on(ctx, job),
            (FINDING_SESSION, Ok(_)) => {
                let (work, visitor) = (self.login_work(ctx, job), visitor(ctx, job));
                let carried = ctx.shared().jar.cookie(visitor);
                let state = ctx.job_mut(job);
                state.value = carried.map(|c| Version(c.id));
                state.step = LOGGING_IN_AFTER;
                Next::Serve(work)
            }
            (STORING_SESSION, Ok(stored)) => {
                let (visitor, carried) = (visitor(ctx, job), ctx.job_mut(job).value.take());
                if let Some(stored) = stored {
                    let cookie = Cookie { place: ctx.target(link), id: stored.0 };
                    let jar = &mut ctx.shared().jar;
                    // When another request of the same user has logged in meanwhile, it is one login.
                    if jar.cookie(visitor).map(|c| Version(c.id)) == carried {
                        self.books.log_in_at(cookie, visitor, jar);
                    } else {
                        jar.carry(visitor, cookie);
                    }
                }
                self.go_on(ctx, job)
            }
            // Who a user is must be known before anything is done.
            (FINDING_SESSION | STORING_SESSION, Err(failure)) => Next::Reply(Err(failure)),
            // The write is in the store; a cache that could not be told does not undo it.
            _ => Next::Reply(Ok(ctx.job(job).value)),
        }
    }

    fn stages_done(&mut self, ctx: &mut Ctx<'_, Component>, job: JobKey, outcome: Outcome) -> Next {
        let Ok(Some(value)) = outcome else { return Next::Reply(outcome) };
        let Some(cache) = cache_for(ctx, ctx.job(job).message.key) else { return Next::Reply(outcome) };
        let message = ctx.job(job).message;
        let fill = crate::engine::Message { operation: Operation::Fill, value: Some(value), ..message };
        match (message.operation, self.params.on_write) {
            (Operation::Read, _) => {
                ctx.call_and_forget(job, cache, fill, Why::plain("fill the cache"));
                Next::Reply(outcome)
            }
            (_, OnWrite::Nothing) => Next::Reply(outcome),
            (_, choice) => {
                let (message, why) = match choice {
                    OnWrite::Update => (fill, Why::plain("put the new value into the cache")),
                    _ => {
                        (crate::engine::Message { operation: Operation::Invalidate, ..message }, Why::plain("invalidate the cached value"))
                    }
                };
                let state = ctx.job_mut(job);
                state.step = UPDATING_CACHE;
                state.value = Some(value);
                ctx.call(job, cache, message, why);
                Next::Wait
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
    use super::super::testing::{constant, document, exponential, readers, report, run, Bench};
    use serde_json::{json, Value};

    pub fn bench() -> Bench {
        Bench {
            nodes: vec![
                ("c", "clients", json!({"rate_per_s": 80, "read_percent": 70, "keys": 300, "high_priority_percent": 30})),
                ("it", "service", json!({"workers": 2, "service_time": exponential(14.0), "queue_limit": 3, "sessions": "shared"})),
                ("cache", "cache", json!({"capacity": 50, "ttl": 1500, "workers": 1, "queue_limit": 1, "service_time": exponential(5.0)})),
                ("primary", "database", json!({})),
                ("replica", "replica", json!({"workers": 1, "read_time": exponential(10.0)})),
                ("sessions", "database", json!({"workers": 20})),
            ],
            links: vec![
                ("c", "it", json!({"timeout": 60, "retries": 2, "latency": exponential(2.0)})),
                ("it", "cache", json!({})),
                ("it", "primary", json!({"when": "write"})),
                ("it", "replica", json!({"when": "read"})),
                ("primary", "replica", json!({"latency": exponential(20.0)})),
                ("it", "sessions", json!({"when": "session"})),
            ],
            needs: |param| match param {
                "discipline" => vec![("it", "queue_limit", json!(50))],
                _ => Vec::new(),
            },
            crashes: &["it"],
        }
    }

    #[test]
    fn a_full_line_turns_away_and_its_limit_excludes_those_in_service() {
        let doc = document(
            &[
                ("c", "clients", readers(1000.0)),
                ("s", "service", json!({"workers": 2, "queue_limit": 3, "service_time": constant(1000.0)})),
            ],
            &[("c", "s", json!({}))],
        );
        let report = report(&doc, 0.4995);
        assert_eq!((report.totals.in_flight, report.nodes["s"].queue_max), (5, 3));
    }

    #[test]
    fn a_slow_dependency_holds_the_callers_workers() {
        let tiers = |back_ms: f64| {
            let front = json!({"workers": 4, "service_time": constant(1.0)});
            let back = json!({"workers": 100, "service_time": constant(back_ms)});
            let nodes = [("c", "clients", readers(50.0)), ("f", "service", front), ("b", "service", back)];
            report(&document(&nodes, &[("c", "f", json!({})), ("f", "b", json!({}))]), 20.0)
        };
        let (quick, slow) = (tiers(5.0), tiers(60.0));
        // 50/s x (1 + 60 + 0.2) ms over 4 workers = 0.765.
        assert!((slow.nodes["f"].utilisation - 0.765).abs() < 0.01, "{}", slow.nodes["f"].utilisation);
        assert!((quick.nodes["f"].utilisation - 0.0775).abs() < 0.01, "{}", quick.nodes["f"].utilisation);
    }

    fn shop(on_write: &str) -> crate::lab::report::Report {
        let clients = json!({"rate_per_s": 500, "read_percent": 80, "keys": 20});
        let nodes: [(&str, &str, Value); 4] = [
            ("c", "clients", clients),
            ("s", "service", json!({"workers": 100, "service_time": constant(1.0), "on_write": on_write})),
            ("m", "cache", json!({})),
            ("d", "database", json!({"workers": 50})),
        ];
        let uneven = json!({"latency": {"law": "exponential", "mean_ms": 3}});
        report(&document(&nodes, &[("c", "s", json!({})), ("s", "m", json!({})), ("s", "d", uneven)]), 20.0)
    }

    #[test]
    fn not_touching_the_cache_on_writes_makes_reads_stale_and_invalidating_nearly_never() {
        let share = |r: &crate::lab::report::Report| r.consistency.counts.stale_reads as f64 / r.consistency.counts.reads as f64;
        let (nothing, invalidate) = (shop("nothing"), shop("invalidate"));
        assert!(share(&nothing) > 0.9, "{}", share(&nothing));
        assert!(share(&invalidate) < 0.2, "{}", share(&invalidate));
        // The race between a fill and a write is real: it is not nothing either.
        assert!(invalidate.consistency.counts.stale_reads > 0);
        assert!(shop("update").nodes["m"].more["hit_ratio"] > invalidate.nodes["m"].more["hit_ratio"]);
    }

    #[test]
    fn stages_follow_one_another_and_a_stage_runs_at_once() {
        let leaf = json!({"workers": 100, "service_time": constant(10.0)});
        let nodes = [
            ("c", "clients", readers(10.0)),
            ("s", "service", json!({"service_time": constant(0.0)})),
            ("a", "service", leaf.clone()),
            ("b", "service", leaf),
        ];
        let mean = |stage: u32| {
            let links = [("c", "s", json!({})), ("s", "a", json!({})), ("s", "b", json!({"stage": stage}))];
            run(&document(&nodes, &links), 5.0).totals().latency_ms.mean.unwrap()
        };
        assert!((mean(1) - 10.4).abs() < 1e-6 && (mean(2) - 20.6).abs() < 1e-6, "{} {}", mean(1), mean(2));
    }
}

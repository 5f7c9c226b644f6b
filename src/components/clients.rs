//! Clients: a population of users that sends requests, open loop or closed loop.
//!
//! ```text
//!   arrivals (open loop)   or   users who think (closed loop)
//!        └──► request (read/write, key, user) ──► the links from here
//! ```
//! Open loop: arrivals do not wait for answers. Closed loop: each user waits for the answer, thinks, asks again.
//! (Schroeder, Wierman, Harchol-Balter: Open versus closed, NSDI 2006.) Varying rates are sampled by thinning (Lewis, Shedler 1979).

use super::{Component, Gauge, Group, Kind, Part, Ports, View};
use crate::data::zipf::Zipf;
use crate::diagram::param::Values;
use crate::engine::behaviour::{Ctx, Ended};
use crate::engine::random::{below, unit, unit_open, Purpose};
use crate::engine::{Distribution, Message, Operation, SimDuration, SimTime};
use crate::{choice, params};

choice! {
    /// How requests arise.
    pub enum Source {
        Poisson = "poisson" "Open loop: Poisson",
        Constant = "constant" "Open loop: constant",
        Bursty = "bursty" "Open loop: bursty, on and off",
        Ramp = "ramp" "Open loop: ramp",
        Closed = "closed" "Closed loop: users who think",
    }
}

choice! {
    /// How popular keys are.
    pub enum Popularity {
        Zipf = "zipf" "Zipf: few hot keys",
        Uniform = "uniform" "Uniform: all the same",
    }
}

params! {
    /// What clients are set to.
    pub struct Params {
        source: Source = Source::Poisson, Choice(Source::OPTIONS), "Source", "", "Open loop sends regardless of answers, as the public internet does. Closed loop is a fixed number of users who wait.";
        rate_per_s: f64 = 100.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate", "requests/s", "Mean rate of new requests; for a ramp, the rate at its start; for bursts, the rate between them.", when "source" in ["poisson", "constant", "bursty", "ramp"];
        burst_rate_per_s: f64 = 400.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate in a burst", "requests/s", "Rate during a burst.", when "source" in ["bursty"];
        burst_length: SimDuration = SimDuration::from_millis(2000), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Burst", "ms", "Length of a burst.", when "source" in ["bursty"];
        burst_pause: SimDuration = SimDuration::from_millis(8000), Duration { min_ms: 1.0, max_ms: 3_600_000.0 }, "Pause between bursts", "ms", "From the end of a burst to the next.", when "source" in ["bursty"];
        ramp_end_per_s: f64 = 500.0, Float { min: 0.01, max: 1_000_000.0 }, "Rate at the end", "requests/s", "Rate at the end of the ramp and from then on.", when "source" in ["ramp"];
        ramp_length: SimDuration = SimDuration::from_millis(60_000), Duration { min_ms: 1.0, max_ms: 86_400_000.0 }, "Ramp", "ms", "How long the rate takes to change.", when "source" in ["ramp"];
        users: u32 = 50, Int { min: 1, max: 100_000 }, "Users", "", "Number of distinct users. In a closed loop each has at most one request under way.";
        think_time: Distribution = Distribution::exponential(500.0), Law, "Think time", "ms", "From an answer to the user's next request.", when "source" in ["closed"];
        read_percent: f64 = 90.0, Float { min: 0.0, max: 100.0 }, "Reads", "%", "Share of reads; the rest are writes.";
        keys: u32 = 10_000, Int { min: 1, max: 1_000_000 }, "Keys", "", "Number of distinct keys asked for.";
        popularity: Popularity = Popularity::Zipf, Choice(Popularity::OPTIONS), "Popularity", "", "How unevenly keys are asked for.";
        zipf_exponent: f64 = 1.0, Float { min: 0.0, max: 4.0 }, "Zipf exponent", "", "0 is uniform; 1 is typical of the web; higher is more uneven.", when "popularity" in ["zipf"];
        high_priority_percent: f64 = 0.0, Float { min: 0.0, max: 100.0 }, "High priority", "%", "Share of requests of the high class; the rest are normal. It matters at services that serve by priority.";
        request_bytes: u32 = 500, Int { min: 1, max: 100_000_000 }, "Request size", "bytes", "Size on the wire; matters on links with limited bandwidth.";
        reply_bytes: u32 = 4_000, Int { min: 1, max: 100_000_000 }, "Reply size", "bytes", "Size on the wire; matters on links with limited bandwidth.";
        deadline: SimDuration = SimDuration::ZERO, Duration { min_ms: 0.0, max_ms: 3_600_000.0 }, "Deadline", "ms", "The user gives up after this, whatever retries are left. 0 is never. Timeout and retries of single attempts are set on the link.";
    }
}

/// The token of the arrival timer; users' timers use their number.
const ARRIVAL: u64 = u64::MAX;

/// Running clients.
#[derive(Clone, Debug)]
pub struct Clients {
    params: Params,
    zipf: Option<Zipf>,
    arrivals: u64,
    requests: u64,
    generation: u64,
    generation_began: SimTime,
}

impl Clients {
    fn rate_at(&self, now: SimTime) -> f64 {
        let p = &self.params;
        match p.source {
            Source::Bursty => {
                let period = p.burst_length + p.burst_pause;
                // The pause comes first, so that a burst is seen to begin.
                if now.0 % period.0 >= p.burst_pause.0 {
                    p.burst_rate_per_s
                } else {
                    p.rate_per_s
                }
            }
            Source::Ramp => {
                let done = (now.as_secs_f64() / p.ramp_length.as_secs_f64()).min(1.0);
                p.rate_per_s + (p.ramp_end_per_s - p.rate_per_s) * done
            }
            Source::Poisson | Source::Constant | Source::Closed => p.rate_per_s,
        }
    }

    fn peak_rate(&self) -> f64 {
        match self.params.source {
            Source::Bursty => self.params.rate_per_s.max(self.params.burst_rate_per_s),
            Source::Ramp => self.params.rate_per_s.max(self.params.ramp_end_per_s),
            Source::Poisson | Source::Constant | Source::Closed => self.params.rate_per_s,
        }
    }

    fn schedule_arrival(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.arrivals += 1;
        let mean = 1.0 / self.peak_rate();
        let gap = match self.params.source {
            Source::Constant => mean,
            _ => -mean * libm::log(unit_open(&mut ctx.rng(Purpose::Arrival, self.arrivals))),
        };
        ctx.set_timer(SimDuration::from_secs_f64(gap), ARRIVAL - self.generation);
    }

    fn begin(&mut self, ctx: &mut Ctx<'_, Component>, user: u64, ordinal: u64) {
        let p = &self.params;
        let reads = unit(&mut ctx.rng(Purpose::Operation, ordinal)) * 100.0 < p.read_percent;
        let u = unit(&mut ctx.rng(Purpose::Key, ordinal));
        let key = match &self.zipf {
            Some(zipf) => zipf.rank(u),
            None => ((u * f64::from(p.keys)) as u64).min(u64::from(p.keys) - 1),
        };
        let message = Message {
            operation: if reads { Operation::Read } else { Operation::Write },
            key,
            user,
            priority: u8::from(
                p.high_priority_percent > 0.0 && unit(&mut ctx.rng(Purpose::Priority, ordinal)) * 100.0 < p.high_priority_percent,
            ),
            request_bytes: p.request_bytes,
            reply_bytes: p.reply_bytes,
            value: None,
        };
        ctx.begin_request(message, ordinal, (p.deadline > SimDuration::ZERO).then_some(p.deadline));
    }

    /// A user thinks before the next request, at least `least`.
    fn think(&mut self, ctx: &mut Ctx<'_, Component>, user: u64, least: SimDuration) {
        self.arrivals += 1;
        let think = self.params.think_time.sample(&mut ctx.rng(Purpose::Think, self.arrivals)).max(least);
        ctx.set_timer(think, user | self.generation << 32);
    }

    /// Starts the sources that the current settings ask for.
    fn begin_source(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.generation += 1;
        self.generation_began = ctx.now();
        if self.params.source == Source::Closed {
            for user in 0..u64::from(self.params.users) {
                self.think(ctx, user, SimDuration::ZERO);
            }
        } else {
            self.schedule_arrival(ctx);
        }
    }
}

fn zipf_of(p: &Params) -> Option<Zipf> {
    (p.popularity == Popularity::Zipf).then(|| Zipf::new(p.keys, p.zipf_exponent))
}

impl Part for Clients {
    const KIND: Kind = Kind {
        id: "clients",
        label: "Clients",
        icon: "users",
        group: Group::Traffic,
        summary: "Users who send reads and writes, at a rate (open loop) or one at a time each (closed loop)",
        explanation: "Clients send requests into the system and wait for the answers. Every request has an operation, a key, a user and a life of its own.\n\nOpen loop means that requests keep coming at their rate whatever the system does, as from the public internet: an overload grows without bound. Closed loop is a fixed number of users, each of whom waits for the answer and thinks before asking again: the slower the system, the less it is asked, which hides overload in many load tests.\n\nHow long the clients wait and how often they retry is set on the link that leaves them; the deadline here is how long a user bears it in all.\n\nThe model has one kind of read and one kind of write per population; real users follow a sequence of different pages.",
        ports: Ports { calls: true, called: false, ships_log: false, follows_log: false, looked_aside: false, looks_aside: false },
        specs: Params::specs,
        has_station: false,
        can_flush: false,
        headline: super::Headline::RateAndSuccess,
    };

    fn new(values: &Values) -> Self {
        let params = Params::from_values(values);
        Clients { zipf: zipf_of(&params), params, arrivals: 0, requests: 0, generation: 0, generation_began: SimTime::ZERO }
    }

    fn configure(&mut self, values: &Values, ctx: &mut Ctx<'_, Component>) {
        let new = Params::from_values(values);
        let old = std::mem::replace(&mut self.params, new);
        let p = &self.params;
        if (p.popularity, p.keys, p.zipf_exponent) != (old.popularity, old.keys, old.zipf_exponent) {
            self.zipf = zipf_of(p);
        }
        let rates = |p: &Params| (p.source, p.rate_per_s, p.burst_rate_per_s, p.ramp_end_per_s, p.users);
        if rates(p) != rates(&old) {
            self.begin_source(ctx);
        }
    }

    fn gauges(&self, view: &View<'_>) -> Vec<Gauge> {
        let in_flight = view.core.nodes[view.node.at()].requests.in_flight as f64;
        vec![Gauge { name: "in_flight", label: "in flight", value: in_flight, unit: "requests", of: None }]
    }

    fn prices(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn start(&mut self, ctx: &mut Ctx<'_, Component>) {
        self.begin_source(ctx);
    }

    fn timer(&mut self, ctx: &mut Ctx<'_, Component>, token: u64) {
        if token == ARRIVAL - self.generation {
            let accept = self.rate_at(ctx.now()) / self.peak_rate();
            let ordinal = self.arrivals;
            self.schedule_arrival(ctx);
            if accept >= 1.0 || unit(&mut ctx.rng(Purpose::Phase, ordinal)) < accept {
                let user = below(&mut ctx.rng(Purpose::User, ordinal), self.params.users as usize) as u64;
                self.begin(ctx, user, ordinal);
            }
        } else if token >> 32 == self.generation {
            self.requests += 1;
            // Closed-loop requests have ordinals of their own, apart from arrivals.
            self.begin(ctx, token & 0xffff_ffff, 1 << 40 | self.requests);
        }
    }

    fn ended(&mut self, ctx: &mut Ctx<'_, Component>, ended: Ended) -> bool {
        let (node, now, m) = (ctx.node, ctx.now(), ended.message);
        let stale = match (ended.outcome, m.operation) {
            (Ok(Some(value)), Operation::Read) => ctx.shared().judge_read(node, m.user, m.key, value, ended.start),
            (Ok(Some(value)), _) => {
                ctx.shared().acknowledge(node, m.user, m.key, value, now);
                false
            }
            _ => false,
        };
        // Users from before the last change of settings have been replaced.
        if self.params.source == Source::Closed && ended.start >= self.generation_began {
            // An answer in no time, without thinking, would stop the clock for ever.
            let least = if now == ended.start { SimDuration::from_millis(1) } else { SimDuration::ZERO };
            self.think(ctx, m.user, least);
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{constant, document, report};
    use serde_json::{json, Value};

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
    fn a_closed_loop_never_has_more_under_way_than_it_has_users() {
        let closed = json!({"source": "closed", "users": 7, "think_time": constant(0.0)});
        let server = json!({"workers": 2, "service_time": constant(10.0)});
        let doc = document(&[("c", "clients", closed), ("s", "service", server)], &[("c", "s", json!({}))]);
        let report = report(&doc, 5.0);
        assert_eq!(report.totals.in_flight, 7);
        assert_eq!(report.nodes["s"].queue_max, 5);
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
